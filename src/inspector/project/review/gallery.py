"""Gallery lists from whole columns: filtered, counted, grouped and sorted."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from inspector.project.catalog.samples import SPLIT_ORDER, Samples
from inspector.project.review.duplicates import DuplicateIndex, Duplicates, PairKind
from inspector.project.review.gallery_query import (
    ANY_NEIGHBOUR,
    MARKS,
    NO_CLASS,
    NO_SPLIT,
    OTHER_SPLIT,
    SUSPECTED,
    Facet,
    GalleryListing,
    GroupBy,
    Query,
    Sort,
    flag_names,
    neighbour_values,
    split_place,
)
from inspector.store.sample_table import SampleTable

# More combinations of split and class are counted by sorting.
_MAX_BINS = 4_000_000
_Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class FacetColumn:
    """Facet values per row: `values[codes[row]]`, several or none."""

    codes: NDArray[np.int32]
    values: Sequence[tuple[str, ...]]

    def counted(self, rows: _Mask) -> dict[str, int]:
        """Count the selected rows by value."""
        counts: dict[str, int] = defaultdict(int)
        numbers = np.bincount(self.codes[rows], minlength=len(self.values))
        for values, number in zip(self.values, numbers.tolist(), strict=True):
            for value in values if number else ():
                counts[value] += number
        return counts

    def missing(self, chosen: frozenset[str], excluded: frozenset[str]) -> _Mask | None:
        """Return which rows lack a chosen value or have an excluded one; None if all may stay."""
        if not chosen and not excluded:
            return None
        failing = np.array(
            [
                bool(chosen and chosen.isdisjoint(values)) or not excluded.isdisjoint(values)
                for values in self.values
            ],
            np.bool_,
        )
        return failing[self.codes] if len(failing) else np.zeros(len(self.codes), np.bool_)


Facets = Mapping[Facet, FacetColumn]


@dataclass(frozen=True, slots=True)
class _Known:
    """Input of the last listings, and what is reused for the next one.

    Attributes:
        orders: Row order of each sort that was requested.
    """

    table: SampleTable
    index: DuplicateIndex
    suspected: frozenset[int]
    facets: Facets
    orders: dict[Sort, NDArray[np.int64]]


class Gallery:
    """Queries the images that the gallery shows.

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
        self._last: _Known | None = None

    def listing(self, query: Query) -> GalleryListing:
        """Return the result of a query, counted, grouped and sorted."""
        table, index = self._samples.everything(), self._duplicates.index()
        known = self._known(table, index, frozenset(self._suspected()))
        rows, counts = _select(known, query)
        order = known.orders.get(query.sort)
        if order is None:
            order = known.orders[query.sort] = _order(table, index, query.sort)
        ordered = order[rows[order]]
        ids, starts, titles = _grouped(known, query.group_by, ordered)
        status = table.text("status").equals("image", "pending")
        return GalleryListing(ids, starts, titles, len(table), counts, int(status.sum()))

    def _known(
        self, table: SampleTable, index: DuplicateIndex, suspected: frozenset[int]
    ) -> _Known:
        """Return the cached state of the last listing if it is valid, else rebuild it."""
        last = self._last
        if (
            last is None
            or last.table is not table
            or last.index is not index
            or (last.suspected != suspected)
        ):
            orders: dict[Sort, NDArray[np.int64]] = {}
            if last is not None and last.table.facts is table.facts:
                # No file changed: only the order by similarity may differ.
                orders = dict(last.orders)
                orders.pop(Sort.SIMILARITY, None)
            last = _Known(table, index, suspected, _facets(table, index, suspected, last), orders)
            self._last = last
        return last


def _facets(
    table: SampleTable, index: DuplicateIndex, suspected: Collection[int], last: _Known | None
) -> Facets:
    """Return the values of each row by facet; those that no decision changes are of the last."""
    split, status = table.text("split"), table.text("status")
    label, relabelled = table.text("label"), table.text("new_label")
    changed = ~relabelled.equals("")
    label_codes = np.where(changed, len(label.values) + relabelled.codes, label.codes)
    names = [value or NO_CLASS for value in (*label.values, *relabelled.values)]
    known = last if last is not None and last.table.facts is table.facts else None
    if known is not None and known.index.cluster_of is index.cluster_of:
        alike = known.facets[Facet.NEAR_DUPLICATES]
    else:
        alike = _near_duplicates(table, index)
    flags = _flags(table) if known is None else known.facets[Facet.FLAGS]
    doubted = np.zeros(len(table), np.int32)
    rows = table.rows_of(np.fromiter(suspected, np.int64, len(suspected)))
    doubted[rows[rows >= 0]] = 1
    return {
        Facet.SPLIT: FacetColumn(split.codes, [(value or NO_SPLIT,) for value in split.values]),
        Facet.CLASS: FacetColumn(label_codes.astype(np.int32), [(name,) for name in names]),
        Facet.NEAR_DUPLICATES: alike,
        Facet.FLAGS: flags,
        Facet.DECISION: _decisions(table, changed),
        Facet.FILE: FacetColumn(status.codes, [(value,) for value in status.values]),
        Facet.LABELS: FacetColumn(doubted, [(), (SUSPECTED,)]),
    }


def _near_duplicates(table: SampleTable, index: DuplicateIndex) -> FacetColumn:
    alike = neighbour_values(index)
    kinds = list(dict.fromkeys([(), *alike.values()]))
    code_of = {values: code for code, values in enumerate(kinds)}
    neighbours = np.zeros(len(table), np.int32)
    rows = table.rows_of(np.fromiter(alike, np.int64, len(alike)))
    codes = np.array([code_of[values] for values in alike.values()], np.int32)
    neighbours[rows[rows >= 0]] = codes[rows >= 0]
    return FacetColumn(neighbours, kinds)


def _flags(table: SampleTable) -> FacetColumn:
    flags, codes = np.unique(table.number("flags"), return_inverse=True)
    names = [
        tuple(name.replace("_", " ") for name in flag_names(value)) for value in flags.tolist()
    ]
    return FacetColumn(codes.astype(np.int32), names)


def _decisions(table: SampleTable, changed: _Mask) -> FacetColumn:
    """Return the decision on each row."""
    mark, bound = table.text("mark"), table.number("bound") != 0
    values = []
    for name, together, relabelled in product(mark.values, (False, True), (False, True)):
        decision = [MARKS[name]] if name or not together else []
        decision += ["kept together"] * together + ["relabelled"] * relabelled
        values.append(tuple(decision))
    return FacetColumn(mark.codes * 4 + bound * np.int32(2) + changed, values)


def _select(known: _Known, query: Query) -> tuple[_Mask, dict[Facet, dict[str, int]]]:
    """Return which rows match, and the counts of each facet's values."""
    table, inside = known.table, np.ones(len(known.table), np.bool_)
    if query.group_by is GroupBy.CLUSTER:
        inside &= _clusters(table, known.index) > 0
    if query.ids is not None:
        some = np.zeros(len(table), np.bool_)
        rows = table.rows_of(np.fromiter(query.ids, np.int64, len(query.ids)))
        some[rows[rows >= 0]] = True
        inside &= some
    if query.text:
        inside &= table.containing(query.text)
    nothing: frozenset[str] = frozenset()
    missing = {
        facet: column.missing(query.chosen.get(facet, nothing), query.excluded.get(facet, nothing))
        for facet, column in known.facets.items()
    }
    failing = np.zeros(len(table), np.uint8)
    for mask in missing.values():
        if mask is not None:
            failing += mask
    listed = inside & (failing == 0)
    counts = {}
    for facet, column in known.facets.items():
        mask = missing[facet]
        counted = listed if mask is None else inside & (failing == mask)
        counts[facet] = _in_order(facet, column.counted(counted))
    return listed, counts


def _order(table: SampleTable, index: DuplicateIndex, sort: Sort) -> NDArray[np.int64]:
    """Return all rows in the order of a sort, ties ordered by path."""
    match sort:
        case Sort.NAME:
            return table.natural_order()
        case Sort.SIMILARITY:
            return _ascending(1 - _most_alike(table, index))
        case Sort.BRIGHTNESS | Sort.CONTRAST | Sort.SHARPNESS:
            return _ascending(table.measure(sort.value))
        case Sort.SIZE:
            return np.argsort(table.number("width") * table.number("height"), kind="stable")
        case _:
            assert_never(sort)


def _ascending(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the rows of values from 0 on in ascending order; equal ones stay in theirs.

    Compared in single precision with the row beside it: that takes a sixth of a stable sort.
    """
    keys = values.astype(np.float32).view(np.uint32).astype(np.uint64) << 32
    keys |= np.arange(len(values), dtype=np.uint64)
    keys.sort()
    return (keys & 0xFFFF_FFFF).astype(np.int64)


def _grouped(
    known: _Known, by: GroupBy, rows: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.int32], tuple[str, ...]]:
    """Return the ids of rows by group, the start of each group, and the groups' titles.

    Args:
        by: Grouping.
        rows: In their order within a group.
    """
    ids = known.table.ids[rows].astype(np.int32)
    if not len(rows):
        return ids, np.zeros(0, np.int32), ()
    codes, names = _groups(known, by, rows)
    titles = sorted(set(names.values()))
    ranks = {title: rank for rank, title in enumerate(titles)}
    # A small type is sorted in one pass.
    of_code = np.zeros(max(names) + 1, np.min_scalar_type(len(titles)))
    for code, title in names.items():
        of_code[code] = ranks[title]
    group = of_code[codes]
    lengths = np.bincount(group, minlength=len(titles))
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int32)
    order = np.argsort(group, kind="stable")
    return ids[order], starts, tuple(name for _, name in titles)


def _groups(
    known: _Known, by: GroupBy, rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], dict[int, tuple[int, str]]]:
    """Return a group code per row, and the position and title of each code."""
    split, label = known.facets[Facet.SPLIT], known.facets[Facet.CLASS]
    match by:
        case GroupBy.CLASS:
            kinds = len(label.values)
            codes = split.codes[rows].astype(np.int64) * kinds + label.codes[rows]
            return codes, {
                code: _class_title(split.values[code // kinds][0], label.values[code % kinds][0])
                for code in _present(codes, len(split.values) * kinds)
            }
        case GroupBy.SPLIT:
            codes = split.codes[rows].astype(np.int64)
            return codes, {
                code: (_place(split.values[code][0]), split.values[code][0])
                for code in _present(codes, len(split.values))
            }
        case GroupBy.CLUSTER:
            clusters, codes = np.unique(
                _clusters(known.table, known.index)[rows], return_inverse=True
            )
            return codes, {
                code: (cluster, f"cluster {cluster}")
                for code, cluster in enumerate(clusters.tolist())
            }
        case GroupBy.NONE:
            return np.zeros(len(rows), np.int64), {0: (0, "")}
        case _:
            assert_never(by)


def _present(codes: NDArray[np.int64], count: int) -> list[int]:
    """Return the codes that occur, of those below `count`, sorted."""
    if count > _MAX_BINS:
        return [int(code) for code in np.unique(codes)]
    return [int(code) for code in np.flatnonzero(np.bincount(codes, minlength=count))]


def _place(split: str) -> int:
    return split_place("" if split == NO_SPLIT else split)


def _class_title(split: str, label: str) -> tuple[int, str]:
    named = "" if split == NO_SPLIT else f"{split} / "
    return _place(split), f"{named}{label}"


def _clusters(table: SampleTable, index: DuplicateIndex) -> NDArray[np.int64]:
    """Return the cluster id of each row, 0 for none."""
    clusters = np.zeros(len(table), np.int64)
    members = np.fromiter(index.cluster_of, np.int64, len(index.cluster_of))
    ids = np.fromiter(index.cluster_of.values(), np.int64, len(index.cluster_of))
    rows = table.rows_of(members)
    clusters[rows[rows >= 0]] = ids[rows >= 0]
    return clusters


def _in_order(facet: Facet, counted: Mapping[str, int]) -> dict[str, int]:
    """Sort facet values: splits and near-duplicates in their usual order, others by name."""
    places = {name: place for place, name in enumerate((*SPLIT_ORDER[:-1], NO_SPLIT))}
    if facet is Facet.NEAR_DUPLICATES:
        known = [ANY_NEIGHBOUR, OTHER_SPLIT, *(f"in {s}" for s in SPLIT_ORDER), *PairKind]
        places = {name: place for place, name in enumerate(known)}
    return {v: counted[v] for v in sorted(counted, key=lambda v: (places.get(v, 99), v))}


def _most_alike(table: SampleTable, index: DuplicateIndex) -> NDArray[np.float64]:
    """Return each row's highest similarity to another, 0 without one."""
    best = np.zeros(len(table))
    for ends in index.ends.T:
        rows = table.rows_of(ends)
        np.maximum.at(best, rows[rows >= 0], index.similarity[rows >= 0])
    same = table.rows_of(np.fromiter(index.canonical, np.int64, len(index.canonical)))
    best[same[same >= 0]] = 1
    return best
