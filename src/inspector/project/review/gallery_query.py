"""Queries of the gallery, and their results."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from inspector.dataset.decoding import Flag
from inspector.project.catalog.samples import SPLIT_ORDER
from inspector.project.review.duplicates import DuplicateIndex, PairKind

NO_SPLIT = "no split"
NO_CLASS = "outside every class"
ANY_NEIGHBOUR = "any"
OTHER_SPLIT = "in another split"
UNDECIDED = "undecided"
SUSPECTED = "suspected label error"
MARKS = {"keep": "kept", "drop": "excluded", "": UNDECIDED}


class Sort(StrEnum):
    """Order of a list within its groups."""

    NAME = "name"
    SIMILARITY = "near-duplicates"
    BRIGHTNESS = "brightness"
    CONTRAST = "contrast"
    SHARPNESS = "sharpness"
    SIZE = "image size"


class GroupBy(StrEnum):
    """Grouping of a list."""

    CLASS = "split and class"
    SPLIT = "split"
    CLUSTER = "cluster"
    NONE = "nothing"


class Facet(StrEnum):
    """A property that a list can be filtered by."""

    SPLIT = "split"
    CLASS = "class"
    NEAR_DUPLICATES = "near-duplicates"
    FLAGS = "quality"
    DECISION = "decision"
    FILE = "file"
    LABELS = "label errors"


Chosen = Mapping[Facet, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Query:
    """What to list.

    Attributes:
        chosen: Accepted values by facet, any of which suffices; a facet without values accepts all.
        excluded: Rejected values by facet.
        text: Part of the path, case-insensitive.
        ids: Only these samples, possibly none; None for all.
    """

    chosen: Chosen = field(default_factory=dict)
    excluded: Chosen = field(default_factory=dict)
    text: str = ""
    ids: frozenset[int] | None = None
    sort: Sort = Sort.NAME
    group_by: GroupBy = GroupBy.CLASS


@dataclass(frozen=True, slots=True)
class GalleryListing:
    """Sample ids in order (int32), and the start of each group.

    Attributes:
        total: Number of samples, listed or not.
        images: Number of images among them, or files that may be images once read.
        counts: Samples that each value of a facet would list, with the other facets as chosen.
    """

    ids: NDArray[np.int32]
    starts: NDArray[np.int32]
    titles: tuple[str, ...]
    total: int
    counts: Mapping[Facet, Mapping[str, int]]
    images: int = 0


def neighbour_values(index: DuplicateIndex) -> dict[int, tuple[str, ...]]:
    """Return the facet values of samples with near-duplicates: their splits and kinds."""
    values: dict[int, set[str]] = defaultdict(set)
    table, linked = index.samples.table, [*index.canonical.keys() | index.neighbour_heads.keys()]
    rows = table.rows_of(linked)
    content_of = dict(zip(linked, table.contents()[rows].tolist(), strict=True))
    split_of = dict(zip(linked, table.text("split").taken(rows), strict=True))
    for members in index.sets.values():
        contents = Counter(content_of[m] for m in members)
        for member in members:
            if contents[content_of[member]] > 1:
                values[member].add(PairKind.BYTES)
            if len(contents) > 1:
                values[member].add(PairKind.PIXELS)
    for a, b, transform, similarity in index.edges:
        if similarity >= index.threshold:
            kind = PairKind.TRANSFORMED if transform else PairKind.NEAR
            for member in (*index.members(a), *index.members(b)):
                values[member].add(kind)
    order = {kind: place for place, kind in enumerate(PairKind)}
    splits = _SplitsOf(index, split_of)
    return {
        member: (
            ANY_NEIGHBOUR,
            *splits.of(member),
            *sorted(kinds, key=lambda k: order[PairKind(k)]),
        )
        for member, kinds in values.items()
    }


def flag_names(flags: int) -> list[str]:
    """Return the names of quality flags, as printed in the terminal."""
    return [str(flag.name).lower() for flag in Flag if flags & flag]


class _SplitsOf:
    """Returns the splits of an image's near-duplicates.

    Computed once per set of identical images: a set may have a hundred thousand members.
    """

    def __init__(self, index: DuplicateIndex, split_of: Mapping[int, str]) -> None:
        self._index, self._split_of = index, split_of
        self._counted: dict[int, Counter[str]] = {}

    def of(self, member: int) -> list[str]:
        """Return the facet values."""
        own = self._split_of[member]
        head = self._index.canonical.get(member, member)
        same = self._splits(head)
        splits = {split for split in same if split != own or same[own] > 1}
        for other in self._index.neighbour_heads.get(head, ()):
            splits.update(self._splits(other))
        away = [OTHER_SPLIT] if splits - {own} else []
        return away + [f"in {split}" for split in SPLIT_ORDER if split in splits and split]

    def _splits(self, head: int) -> Counter[str]:
        if head not in self._counted:
            members = self._index.members(head)
            self._counted[head] = Counter(self._split_of[m] for m in members)
        return self._counted[head]


def split_place(split: str) -> int:
    """Return the usual position of a split: training first, unknown names last."""
    return SPLIT_ORDER.index(split) if split in SPLIT_ORDER else len(SPLIT_ORDER)
