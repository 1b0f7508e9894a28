"""Lists of samples for the gallery: filtered, counted by facet, grouped and in order."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from inspector.dataset.decoding import Flag
from inspector.project.catalog.samples import SPLIT_ORDER, Samples
from inspector.project.review.duplicates import DuplicateIndex, Duplicates, PairKind
from inspector.store.samples import Sample

NO_SPLIT = "no split"
NO_CLASS = "outside every class"
ANY_NEIGHBOUR = "any"
OTHER_SPLIT = "in another split"
UNDECIDED = "undecided"
SUSPECTED = "suspected label error"
_DIGITS = re.compile(r"\d+")
_PADDED = 12
MARKS = {"keep": "kept", "drop": "dropped", "": UNDECIDED}


class Sort(StrEnum):
    """In what order a list stands within its groups."""

    NAME = "name"
    SIMILARITY = "near-duplicates"
    BRIGHTNESS = "brightness"
    CONTRAST = "contrast"
    SHARPNESS = "sharpness"
    SIZE = "image size"


class GroupBy(StrEnum):
    """What a list is grouped by."""

    CLASS = "split and class"
    SPLIT = "split"
    CLUSTER = "cluster"
    NONE = "nothing"


class Facet(StrEnum):
    """One side of a sample that a list can be filtered by."""

    SPLIT = "split"
    CLASS = "class"
    NEAR_DUPLICATES = "near-duplicates"
    FLAGS = "quality"
    DECISION = "decision"
    FILE = "file"
    LABELS = "label errors"


Values = tuple[tuple[str, ...], ...]
Chosen = Mapping[Facet, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Query:
    """What to list.

    Attributes:
        chosen: Values to have, by facet: one of them is enough; a facet without any lets
            everything through.
        excluded: Values not to have, by facet.
        text: Part of the path, any case.
        ids: Only these samples, which may be none; None for all.
    """

    chosen: Chosen = field(default_factory=dict)
    excluded: Chosen = field(default_factory=dict)
    text: str = ""
    ids: frozenset[int] | None = None
    sort: Sort = Sort.NAME
    group_by: GroupBy = GroupBy.CLASS


@dataclass(frozen=True, slots=True)
class GalleryListing:
    """Sample ids in order (int32), and where each group starts in them.

    Attributes:
        total: How many samples there are, listed or not.
        images: How many of them are images, or may be once they are read.
        counts: How many samples each value of a facet would list, the other facets as chosen.
    """

    ids: NDArray[np.int32]
    starts: NDArray[np.int32]
    titles: tuple[str, ...]
    total: int
    counts: Mapping[Facet, Mapping[str, int]]
    images: int = 0


class Gallery:
    """Ask for the images that the gallery shows.

    Args:
        suspected: Returns the ids of samples with a suspected label error.
    """

    def __init__(
        self,
        samples: Samples,
        duplicates: Duplicates,
        suspected: Callable[[], Collection[int]] = tuple,
    ) -> None:
        self._samples = samples
        self._duplicates = duplicates
        self._suspected = suspected

    def listing(self, query: Query) -> GalleryListing:
        """Return what fits a query, counted, grouped and in order."""
        return make_listing(
            self._samples.everything(), self._duplicates.index(), query, self._suspected()
        )


def make_listing(
    everything: Sequence[Sample],
    index: DuplicateIndex,
    query: Query,
    suspected: Collection[int] = (),
) -> GalleryListing:
    """Return what fits a query, counted, grouped and in order.

    Args:
        everything: In order of paths.
        index: What looks alike among them.
        query: What to list.
        suspected: Ids of samples with a suspected label error.
    """
    asked = everything
    if query.group_by is GroupBy.CLUSTER:
        asked = [s for s in everything if s.id in index.cluster_of]
    rows, counts = _select(asked, neighbour_values(index), query, frozenset(suspected))
    # Not sorted as a whole: that would be one long call, in which no other thread gets on.
    groups: dict[tuple[int, str], list[Sample]] = defaultdict(list)
    for sample in rows:
        groups[_title(sample, query.group_by, index.cluster_of.get(sample.id))].append(sample)
    titles = sorted(groups)
    lengths = [len(groups[title]) for title in titles]
    alike = query.sort is Sort.SIMILARITY
    similarity = _most_alike(index.edges, index.sets) if alike else {}
    ordered = [_in_rank(groups[title], query.sort, similarity) for title in titles]
    return GalleryListing(
        np.concatenate([np.zeros(0, np.int32), *ordered]),
        np.array([0, *accumulate(lengths)][: len(lengths)], np.int32),
        tuple(name for _, name in titles),
        len(everything),
        counts,
        sum(s.status in ("image", "pending") for s in everything),
    )


def _in_rank(rows: Sequence[Sample], sort: Sort, similarity: dict[int, float]) -> NDArray[np.int32]:
    """Return the ids of rows that are in order of paths, in another order."""
    ids = np.array([s.id for s in rows], np.int32)
    if sort is Sort.NAME:
        names = [natural_key(s.path) for s in rows]
        return ids[sorted(range(len(rows)), key=names.__getitem__)] if rows else ids
    ranks = np.array([_rank(s, sort, similarity) for s in rows])
    return ids[np.argsort(ranks, kind="stable")]


def neighbour_values(index: DuplicateIndex) -> dict[int, tuple[str, ...]]:
    """Return the facet's values of each sample with near-duplicates: their splits and kinds."""
    values: dict[int, set[str]] = defaultdict(set)
    for members in index.sets.values():
        contents = Counter(index.samples[m].sha256 for m in members)
        for member in members:
            if contents[index.samples[member].sha256] > 1:
                values[member].add(PairKind.BYTES)
            if len(contents) > 1:
                values[member].add(PairKind.PIXELS)
    for a, b, transform, similarity in index.edges:
        if similarity >= index.threshold:
            kind = PairKind.TRANSFORMED if transform else PairKind.NEAR
            for member in (*index.members(a), *index.members(b)):
                values[member].add(kind)
    order = {kind: place for place, kind in enumerate(PairKind)}
    return {
        member: (
            ANY_NEIGHBOUR,
            *_where(member, index),
            *sorted(kinds, key=lambda k: order[PairKind(k)]),
        )
        for member, kinds in values.items()
    }


def flag_names(flags: int) -> list[str]:
    """Return the quality flags in words, as the terminal prints them."""
    return [str(flag.name).lower() for flag in Flag if flags & flag]


def _where(member: int, index: DuplicateIndex) -> list[str]:
    splits = {index.samples[neighbour].split for neighbour in index.neighbours(member)}
    away = [OTHER_SPLIT] if splits - {index.samples[member].split} else []
    return away + [f"in {split}" for split in SPLIT_ORDER if split in splits and split]


def _select(
    everything: Iterable[Sample],
    neighbours: Mapping[int, tuple[str, ...]],
    query: Query,
    suspected: frozenset[int],
) -> tuple[list[Sample], dict[Facet, dict[str, int]]]:
    """Return the samples that fit, and the counts of each facet's values.

    A set has far fewer combinations of values than samples: each is judged once.
    """
    text = query.text.lower()
    missed: dict[Values, tuple[Facet, ...]] = {}
    numbers: Counter[Values] = Counter()
    rows = []
    for sample in everything:
        if query.ids is not None and sample.id not in query.ids:
            continue
        if text not in sample.path.lower():
            continue
        values = _values(sample, neighbours.get(sample.id, ()), suspected)
        if values not in missed:
            missed[values] = _missed(values, query)
        numbers[values] += 1
        if not missed[values]:
            rows.append(sample)
    counts: dict[Facet, dict[str, int]] = {facet: defaultdict(int) for facet in Facet}
    for values, number in numbers.items():
        for facet, of_facet in zip(Facet, values, strict=True):
            if missed[values] in ((), (facet,)):
                for value in of_facet:
                    counts[facet][value] += number
    return rows, {facet: _in_order(facet, counted) for facet, counted in counts.items()}


def _values(sample: Sample, neighbours: tuple[str, ...], suspected: frozenset[int]) -> Values:
    """Return what a sample has of each facet, in the order of `Facet`."""
    decision = [MARKS[sample.mark]] if sample.mark or not sample.bound else []
    if sample.bound:
        decision.append("kept together")
    if sample.new_label:
        decision.append("relabelled")
    return (
        (sample.split or NO_SPLIT,),
        (sample.new_label or sample.label or NO_CLASS,),
        neighbours,
        _flags(sample.flags),
        tuple(decision),
        (sample.status,),
        (SUSPECTED,) if sample.id in suspected else (),
    )


@cache
def _flags(flags: int) -> tuple[str, ...]:
    return tuple(name.replace("_", " ") for name in flag_names(flags))


def natural_key(path: str) -> str:
    """Return a key by which numbers in names sort as numbers: 2 before 10."""
    return _DIGITS.sub(lambda match: match[0].zfill(_PADDED), path)


def _missed(values: Values, query: Query) -> tuple[Facet, ...]:
    """Return the facets of which a sample has no chosen value, or an excluded one."""
    chosen, excluded = query.chosen, query.excluded
    return tuple(
        facet
        for facet, of_facet in zip(Facet, values, strict=True)
        if (chosen.get(facet) and chosen[facet].isdisjoint(of_facet))
        or (excluded.get(facet) and not excluded[facet].isdisjoint(of_facet))
    )


def _in_order(facet: Facet, counted: Mapping[str, int]) -> dict[str, int]:
    """Sort values: splits and near-duplicates as a person expects them, the rest by name."""
    places = {name: place for place, name in enumerate((*SPLIT_ORDER[:-1], NO_SPLIT))}
    if facet is Facet.NEAR_DUPLICATES:
        known = [ANY_NEIGHBOUR, OTHER_SPLIT, *(f"in {s}" for s in SPLIT_ORDER), *PairKind]
        places = {name: place for place, name in enumerate(known)}
    return {v: counted[v] for v in sorted(counted, key=lambda v: (places.get(v, 99), v))}


def split_place(split: str) -> int:
    """Return where a person expects a split: training first, those of other names last."""
    return SPLIT_ORDER.index(split) if split in SPLIT_ORDER else len(SPLIT_ORDER)


def _title(sample: Sample, by: GroupBy, cluster: int | None) -> tuple[int, str]:
    place = split_place(sample.split)
    label = sample.new_label or sample.label or NO_CLASS
    match by:
        case GroupBy.CLASS:
            return place, " / ".join(part for part in (sample.split, label) if part)
        case GroupBy.SPLIT:
            return place, sample.split or NO_SPLIT
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
