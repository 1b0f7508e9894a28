"""Samples: counts, problems, and lists in order for the gallery."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inspector.dataset.csv_table import escape_cell
from inspector.dataset.decoding import Flag, read_pixels
from inspector.dataset.listing import FAILED
from inspector.dataset.names import RelativePath
from inspector.project.context import ProjectContext
from inspector.store.sample_table import SampleTable
from inspector.store.samples import Sample

SPLIT_ORDER = ("training", "validation", "test", "")


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of files, which add up: images + unreadable + ignored + other + pending."""

    images: int = 0
    unreadable: int = 0
    ignored: int = 0
    other: int = 0
    pending: int = 0
    classes: dict[str, int] = field(default_factory=dict)
    splits: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem of a file that the user should know."""

    path: RelativePath
    status: str
    reason: str
    sample: int


class Samples:
    """Queries samples."""

    def __init__(self, context: ProjectContext) -> None:
        self._context = context
        self._rows = context.store.samples

    def everything(self) -> SampleTable:
        """Return every present sample, ordered by path."""
        return self._rows.everything()

    def by_ids(self, ids: Iterable[int]) -> list[Sample]:
        """Return the present samples among `ids`."""
        return self._rows.by_ids(ids)

    def by_paths(self, paths: Sequence[str]) -> list[Sample]:
        """Return the present samples with these paths; "./" and absolute paths are allowed."""
        root = self._context.root
        plain = []
        for path in paths:
            given = Path(path)
            inside = given.is_absolute() and given.is_relative_to(root)
            plain.append(given.relative_to(root).as_posix() if inside else given.as_posix())
        return self._rows.by_paths(plain)

    def counts(self) -> Counts:
        """Count the files by status, and the images by class and split on disk."""
        by_status: Counter[str] = Counter()
        classes: Counter[str] = Counter()
        splits: Counter[str] = Counter()
        for row in self._rows.count_rows():
            by_status[row.status] += row.files
            if row.status == "image":
                classes[row.label] += row.files
                if row.split:
                    splits[row.split] += row.files
        return Counts(
            by_status["image"],
            sum(by_status[s] for s in FAILED),
            by_status["ignored"],
            by_status["other"],
            by_status["pending"],
            dict(sorted(classes.items())),
            {s: splits[s] for s in (*SPLIT_ORDER, *sorted(splits)) if splits[s]},
        )

    def problems(self) -> list[Problem]:
        """List every file that could not be read, is left out, or breaks Keras."""
        problems = []
        for s in self.everything():
            if s.status in FAILED or s.status in ("ignored", "other"):
                problems.append(Problem(s.path, s.status, s.reason, s.id))
            if s.flags & Flag.TRUNCATED:
                problems.append(
                    Problem(s.path, "truncated", s.reason or "the end is missing", s.id)
                )
            if s.flags & Flag.KERAS_CRASHES:
                reason = "Keras lists this file and fails when it reads it"
                problems.append(Problem(s.path, "keras_crashes", reason, s.id))
            if s.flags & Flag.KERAS_IGNORES:
                reason = "image_dataset_from_directory leaves out files with this ending"
                problems.append(Problem(s.path, "keras_ignores", reason, s.id))
        return problems

    def as_text(self, ids: Sequence[int]) -> str:
        """Return a list to paste: tab-separated path, status and reason, ordered by path.

        It is pasted into spreadsheets: no cell of it is a formula.
        """
        wanted_ids = set(ids)
        rows = [s for s in self.everything() if s.id in wanted_ids]
        cells = ((escape_cell(s.path), s.status, escape_cell(s.reason)) for s in rows)
        return "".join(f"{path}\t{status}\t{reason}\n" for path, status, reason in cells)

    def thumbnail(self, sample: int) -> bytes | None:
        """Return the JPEG thumbnail of a sample, or None while there is none."""
        path, sha256 = self._rows.content(sample)
        return self._context.thumbnail(path, sha256) if sha256 else None

    def pixels(self, sample: int) -> NDArray[np.uint8]:
        """Return the upright image at full size, uint8 (height, width, 3).

        Raises:
            DatasetError: The file can't be read any more, or is not on this machine.
        """
        self._context.check_images_here()
        (row,) = self.by_ids([sample])
        return read_pixels(str(self._context.absolute(row.path)))
