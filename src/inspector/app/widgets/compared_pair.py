"""Reads two images and their difference for a `CompareView`, off the GUI thread."""

from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from inspector.app.threads.bridge import Bridge
from inspector.app.threads.images import from_pixels
from inspector.app.widgets.pairs.compare_view import CompareView, StageImage
from inspector.app.widgets.sample_image import LONGEST_PX, read_image
from inspector.errors import InspectorError
from inspector.project.project import Project
from inspector.store.samples import Sample


@dataclass(frozen=True, slots=True, eq=False)
class _Difference:
    pair: tuple[int, int]
    image: QImage
    sentence: str


class ComparedPair(QObject):
    """Shows pairs of samples in a view; the newest request wins.

    Args:
        view: Belongs to a window that closes before the bridge.
        channel: Channel of its requests; one per view.
    """

    def __init__(
        self, project: Project, bridge: Bridge, view: CompareView, *, channel: str
    ) -> None:
        super().__init__(view)
        self._project, self._bridge, self._view = project, bridge, view
        self._channel = channel
        self._pair = (0, 0)
        view.difference_wanted.connect(self._compute)

    def show(self, left: int, right: int) -> None:
        """Show two samples by their ids; 0 leaves a side empty."""
        self._pair = (left, right)
        self._bridge.call(lambda: self._read(left, right), self._show, channel=self._channel)

    def clear(self) -> None:
        self._pair = (0, 0)
        self._view.set_pair(None, None)

    def _read(self, left: int, right: int) -> tuple[StageImage | None, StageImage | None]:
        rows = {s.id: s for s in self._project.samples.by_ids([left, right])}
        one, two = rows.get(left), rows.get(right)
        differ = one is not None and two is not None and _label(one) != _label(two)
        return self._stage_image(one, differ), self._stage_image(two, differ)

    def _stage_image(self, sample: Sample | None, conflict: bool) -> StageImage | None:
        if sample is None:
            return None
        image = read_image(self._project, sample)[0]
        return StageImage(
            image, sample.path, facts_of(sample), sample.split, _label(sample), conflict
        )

    def _show(self, pair: tuple[StageImage | None, StageImage | None]) -> None:
        self._view.set_pair(*pair)

    def _compute(self, align: bool) -> None:
        pair = self._pair
        self._bridge.call(
            lambda: self._difference(pair, align=align),
            self._show_difference,
            channel=f"{self._channel} difference",
            on_error=self._on_error,
        )

    def _difference(self, pair: tuple[int, int], *, align: bool) -> _Difference:
        difference = self._project.pair_differences.difference(*pair, align=align)
        return _Difference(
            pair,
            from_pixels(difference.pixels, LONGEST_PX),
            difference_text(difference.mean, difference.steps, align=align),
        )

    def _show_difference(self, difference: _Difference) -> None:
        if difference.pair == self._pair:
            self._view.show_difference(difference.image, difference.sentence)

    def _on_error(self, error: InspectorError) -> None:
        self._view.show_difference(None, f"{error.message}. {error.advice}")


def difference_text(mean: float, steps: tuple[str, ...], *, align: bool) -> str:
    """Return how the images were aligned, and the remaining difference."""
    if mean == 0:
        return "No pixel differs."
    if not align:
        done = "Not aligned."
    elif steps:
        done = f"{', '.join(steps).capitalize()}."
    else:
        done = "Nothing to align."
    number = f"{mean:.0f}" if mean >= 1 else "less than 1"
    return f"Mean difference {number} of 255. {done}"


def facts_of(sample: Sample) -> str:
    """Return image size, file size and decision as text."""
    file = f"{sample.size / 1000:,.0f} kB" if sample.size >= 1000 else f"{sample.size} bytes"
    mark = {"keep": "kept", "drop": "excluded"}.get(sample.mark, "")
    parts = [f"{sample.width} × {sample.height}", file, mark, "together" if sample.bound else ""]
    return " · ".join(part for part in parts if part)


def _label(sample: Sample) -> str:
    return sample.new_label or sample.label
