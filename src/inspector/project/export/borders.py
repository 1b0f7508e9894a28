"""Uniform borders of a dataset: how much to cut from all images alike, so that none is left."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from inspector.audit.shortcuts.features import SIDE_PX
from inspector.project.context import ProjectContext
from inspector.store.samples import Sample
from inspector.work.jobs import Progress, Stop
from inspector.work.pool import TaskDone
from inspector.work.tasks import BorderWidth, MeasureBorder

MAX_BORDER = 0.125
"""A wider uniform margin may be the object's background, and is not cut."""

MAX_LEFT = 0.05
"""Share of all images that may keep a border: so many happen to be uniform at their edges."""

_BATCH = 64


@dataclass(frozen=True, slots=True)
class BorderMeasurement:
    """The uniform borders of the images that are not excluded.

    Attributes:
        crop: Share to cut from each side of every image; 0 where few or none have a border.
        images: Number of images that were measured.
        bordered: Those with a uniform border of at most `MAX_BORDER` of a side.
        wide: Those with a wider uniform margin.
    """

    crop: float
    images: int
    bordered: int
    wide: int

    @property
    def text(self) -> str:
        """What was measured, and what is cut, in a sentence."""
        wide = (
            f" {self.wide:,} {'has' if self.wide == 1 else 'have'} a uniform margin of more than"
            f" {MAX_BORDER:.1%}, which may be background."
            if self.wide
            else ""
        )
        if not self.bordered:
            return f"None of {self.images:,} images has a narrow uniform border.{wide}"
        if not self.crop:
            return (
                f"Nothing is cut: {self.bordered:,} of {self.images:,} images have a uniform"
                f" border, no more than {MAX_LEFT:.0%}.{wide}"
            )
        return (
            f"{self.bordered:,} of {self.images:,} images have a uniform border:"
            f" {self.crop:.1%} is cut from each side of every image.{wide}"
        )


def measure_borders(
    context: ProjectContext,
    rows: Sequence[Sample],
    *,
    stop: Stop | None = None,
    progress: Progress | None = None,
) -> BorderMeasurement | None:
    """Measure the borders of images on their thumbnails, in worker processes; None when stopped."""
    stop, progress = stop or Stop(), progress or Progress()
    contents: dict[bytes, Sample] = {s.sha256: s for s in rows}
    chosen = list(contents.values())
    progress.start("borders", len(chosen))
    tasks = (
        [
            MeasureBorder(context.thumbnail(s.path, s.sha256) or b"")
            for s in chosen[start : start + _BATCH]
        ]
        for start in range(0, len(chosen), _BATCH)
    )
    widest: list[float] = []
    for answer in context.pool().map(tasks, stop=stop):
        if isinstance(answer, TaskDone):
            progress.advance(len(answer.items))
            widest += [one.lines for one in answer.result if isinstance(one, BorderWidth)]
    return None if stop.is_set() else border_measurement(widest)


def border_measurement(widest: Sequence[float]) -> BorderMeasurement:
    """Return what to cut.

    Args:
        widest: Per image the border as of `features.border_width`.
    """
    most = MAX_BORDER * SIDE_PX
    narrow = sorted((width for width in widest if 0 < width <= most), reverse=True)
    left = math.floor(MAX_LEFT * len(widest))
    # One line more: a border may end within a line.
    crop = (narrow[left] + 1) / SIDE_PX if len(narrow) > left else 0.0
    wide = sum(width > most for width in widest)
    return BorderMeasurement(crop, len(widest), len(narrow), wide)
