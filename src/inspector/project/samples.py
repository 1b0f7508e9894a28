"""Samples as a person asks for them: counts, problems, and lists in order for the gallery."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from inspector.dataset.decoding import Flag, read_pixels
from inspector.dataset.listing import FAILED
from inspector.project.duplicates import Likeness
from inspector.store import samples
from inspector.store.samples import Sample

if TYPE_CHECKING:
    from inspector.project.project import Project

SPLIT_ORDER = ("training", "validation", "test", "")


class Sort(StrEnum):
    """In what order a list stands within its groups."""

    NAME = "name"
    SIMILARITY = "look-alikes"
    BRIGHTNESS = "brightness"
    CONTRAST = "contrast"
    SHARPNESS = "sharpness"
    SIZE = "picture size"


class GroupBy(StrEnum):
    """What a list is grouped by."""

    CLASS = "split and class"
    SPLIT = "split"
    CLUSTER = "cluster"
    NONE = "nothing"


@dataclass(frozen=True, slots=True)
class Query:
    """What to list; an empty set lets everything through.

    Attributes:
        twins: "any" for samples with a twin, "other split" for a twin in another split.
        flag: One quality flag to have, or 0.
        text: Part of the path, any case.
    """

    splits: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    marks: frozenset[str] = frozenset()
    twins: str = ""
    flag: int = 0
    text: str = ""
    sort: Sort = Sort.NAME
    group_by: GroupBy = GroupBy.CLASS


@dataclass(frozen=True, slots=True)
class Listing:
    """Sample ids in order (int32), and where each group starts in them."""

    ids: NDArray[np.int32]
    starts: NDArray[np.int32]
    titles: tuple[str, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Files seen; they add up: images + unreadable + ignored + other + pending."""

    images: int = 0
    unreadable: int = 0
    ignored: int = 0
    other: int = 0
    pending: int = 0
    classes: dict[str, int] = field(default_factory=dict)
    splits: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about a file that a person should know."""

    path: str
    status: str
    reason: str
    sample: int


class Samples:
    """Ask for samples."""

    def __init__(self, project: "Project") -> None:
        self._project = project

    def everything(self) -> list[Sample]:
        """Return every present sample, in order of paths."""
        return samples.everything(self._project.database.read())

    def by_ids(self, ids: Iterable[int]) -> list[Sample]:
        """Return the present samples among `ids`."""
        return samples.by_ids(self._project.database.read(), ids)

    def by_paths(self, paths: Sequence[str]) -> list[Sample]:
        """Return the present samples with these paths, "./" and full paths allowed."""
        root = self._project.root
        plain = []
        for path in paths:
            given = Path(path)
            inside = given.is_absolute() and given.is_relative_to(root)
            plain.append(given.relative_to(root).as_posix() if inside else given.as_posix())
        return samples.by_paths(self._project.database.read(), plain)

    def counts(self) -> Counts:
        """Count the files by status, and the images by class and split as on disk."""
        by_status: Counter[str] = Counter()
        classes: Counter[str] = Counter()
        splits: Counter[str] = Counter()
        for row in samples.count_rows(self._project.database.read()):
            status, split, label, number = row
            by_status[status] += number
            if status == "image":
                classes[label] += number
                if split:
                    splits[split] += number
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
        """List every file that could not be read, is left out, or that Keras trips over."""
        found = []
        for s in self.everything():
            if s.status in FAILED or s.status in ("ignored", "other"):
                found.append(Problem(s.path, s.status, s.reason, s.id))
            if s.flags & Flag.TRUNCATED:
                found.append(Problem(s.path, "truncated", s.reason or "the end is missing", s.id))
            if s.flags & Flag.KERAS_CRASHES:
                reason = "Keras lists this file and stops when it reads it"
                found.append(Problem(s.path, "keras_crashes", reason, s.id))
            if s.flags & Flag.KERAS_IGNORES:
                reason = "image_dataset_from_directory leaves out files with this ending"
                found.append(Problem(s.path, "keras_ignores", reason, s.id))
        return found

    def as_text(self, ids: Sequence[int]) -> str:
        """Return a list to paste: path, status and reason of each, with tabs, in order of paths."""
        wanted = set(ids)
        rows = [s for s in self.everything() if s.id in wanted]
        return "".join(f"{s.path}\t{s.status}\t{s.reason}\n" for s in rows)

    def thumbnail(self, sample: int) -> bytes | None:
        """Return the JPEG thumbnail of a sample, or None while there is none."""
        sha256 = samples.content(self._project.database.read(), sample)
        return self._project.cache.thumbnail(sha256) if sha256 else None

    def pixels(self, sample: int) -> NDArray[np.uint8]:
        """Return the upright picture in full, uint8 (height, width, 3).

        Raises:
            DatasetError: The file can't be read any more.
        """
        (row,) = self.by_ids([sample])
        return read_pixels(str(self._project.absolute(row.path)))

    def listing(self, query: Query) -> Listing:
        """Return what fits a query, grouped and in order."""
        everything = self.everything()
        likeness = self._project.duplicates.likeness()
        rows = [s for s in everything if _fits(s, query)]
        if query.twins:
            rows = [s for s in rows if _has_twin(s, query.twins, likeness.twins(s.id), likeness)]
        titles = [_title(s, query.group_by, likeness.cluster_of.get(s.id)) for s in rows]
        if query.group_by is GroupBy.CLUSTER:
            kept = [i for i, s in enumerate(rows) if s.id in likeness.cluster_of]
            rows, titles = [rows[i] for i in kept], [titles[i] for i in kept]
        similarity = _most_alike(likeness.edges, likeness.sets)
        order = sorted(
            range(len(rows)),
            key=lambda i: (titles[i], _rank(rows[i], query.sort, similarity), rows[i].path),
        )
        names = [titles[i][1] for i in order]
        starts = [i for i in range(len(names)) if i == 0 or names[i] != names[i - 1]]
        return Listing(
            np.array([rows[i].id for i in order], np.int32),
            np.array(starts, np.int32),
            tuple(names[i] for i in starts),
            len(everything),
        )


def _fits(sample: Sample, query: Query) -> bool:
    return (
        (not query.splits or sample.split in query.splits)
        and (not query.labels or (sample.new_label or sample.label) in query.labels)
        and (not query.statuses or sample.status in query.statuses)
        and (not query.marks or sample.mark in query.marks)
        and (not query.flag or bool(sample.flags & query.flag))
        and (not query.text or query.text.lower() in sample.path.lower())
    )


def _has_twin(sample: Sample, which: str, twins: Sequence[int], likeness: Likeness) -> bool:
    if which == "any":
        return bool(twins)
    return any(likeness.samples[t].split != sample.split for t in twins)


def flag_names(flags: int) -> list[str]:
    """Return the quality flags in words, as the terminal prints them."""
    return [str(flag.name).lower() for flag in Flag if flags & flag]


def _title(sample: Sample, by: GroupBy, cluster: int | None) -> tuple[int, str]:
    place = SPLIT_ORDER.index(sample.split) if sample.split in SPLIT_ORDER else len(SPLIT_ORDER)
    label = sample.new_label or sample.label or "outside every class"
    match by:
        case GroupBy.CLASS:
            return place, " / ".join(part for part in (sample.split, label) if part)
        case GroupBy.SPLIT:
            return place, sample.split or "no split"
        case GroupBy.CLUSTER:
            return cluster or 0, f"cluster {cluster}"
        case GroupBy.NONE:
            return 0, ""


def _rank(sample: Sample, sort: Sort, similarity: dict[int, float]) -> float:
    match sort:
        case Sort.NAME:
            return 0.0
        case Sort.SIMILARITY:
            return -similarity.get(sample.id, 0.0)
        case Sort.BRIGHTNESS:
            return sample.brightness
        case Sort.CONTRAST:
            return sample.contrast
        case Sort.SHARPNESS:
            return sample.sharpness
        case Sort.SIZE:
            return float(sample.width * sample.height)


def _most_alike(
    edges: Sequence[tuple[int, int, int, float]], sets: dict[int, list[int]]
) -> dict[int, float]:
    best: dict[int, float] = {}
    for a, b, _, similarity in edges:
        for end in (a, b):
            for member in sets.get(end, [end]):
                best[member] = max(best.get(member, 0.0), similarity)
    for members in sets.values():
        best.update(dict.fromkeys(members, 1.0))
    return best
