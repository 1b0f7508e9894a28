"""Near-duplicates: sets of identical images, pairs, clusters and neighbours."""

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from itertools import chain, combinations, pairwise, product

import numpy as np
from numpy.typing import NDArray

from inspector.dataset.decoding import Flag
from inspector.errors import UsageError
from inspector.project.catalog.samples import Samples
from inspector.project.changes import Changes
from inspector.project.context import ProjectContext
from inspector.similarity.levels import POSSIBLE, SURE
from inspector.similarity.orientations import INVERSE, NAMES
from inspector.similarity.pairs import components
from inspector.store.columns import TextColumn
from inspector.store.duplicates import EqualMember, StoredPair
from inspector.store.records import COMPARED_PAIRS, SIMILARITY, SimilarityRecord
from inspector.store.sample_table import SamplesById, SampleTable
from inspector.store.samples import Sample

MAX_EXPANDED = 1_000
_KEPT_FIRST = {"test": 0, "validation": 1}


class PairKind(StrEnum):
    """How two samples are duplicates, strongest kind first."""

    BYTES = "bytes"
    PIXELS = "pixels"
    TRANSFORMED = "transformed"
    NEAR = "near"


class Level(StrEnum):
    """Confirmed pairs are acted on; candidates are only listed."""

    SURE = "sure"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two near-duplicates; `transform` maps image a to image b."""

    a: Sample
    b: Sample
    kind: PairKind
    level: Level
    transform: str
    similarity: float


@dataclass(frozen=True)
class Cluster:
    """Samples connected by confirmed pairs; its id is its smallest sample id.

    Attributes:
        suggested_copy: The copy of the suggested keeper to look at first: of another split, then of
            another class, then the most similar one.
    """

    id: int
    members: tuple[Sample, ...]
    kinds: tuple[PairKind, ...]
    suggested_keeper: int
    suggested_copy: int
    similarity: float

    @property
    def splits(self) -> tuple[str, ...]:
        """Its splits, sorted."""
        return tuple(sorted({m.split for m in self.members}))

    @property
    def labels(self) -> tuple[str, ...]:
        """Its classes, sorted."""
        return tuple(sorted({m.label for m in self.members}))

    @cached_property
    def reviewed(self) -> bool:
        """Whether every member has a decision."""
        return all(m.mark or m.reviewed or m.bound for m in self.members)


@dataclass(frozen=True, slots=True)
class PairFacts:
    """How two images of a cluster relate.

    Attributes:
        transform: Number in `orientations` of the transform from the first to the second.
    """

    kind: PairKind
    transform: int
    similarity: float


@dataclass(frozen=True, slots=True)
class DuplicateIndex:
    """All duplicates at one threshold, by sample id.

    Attributes:
        threshold: The confirmed threshold.
        samples: Every present image by id.
        sets: Members of each set of identical images by canonical id, itself included.
        set_kind: "bytes" or "pixels" by member, compared with its canonical image.
        edges: Pairs of canonical images: (a, b, transform, similarity), most similar first.
        ends: (k, 2) a and b of `edges`.
        similarity: (k,) of `edges`.
        directly: Confirmed near-duplicates of each canonical image.
        clusters: Members of each cluster by its id.
        cluster_of: Cluster id of each member.
        between: Transform and similarity of each pair of canonical images, by (a, b).
        turned_apart: Pairs as in `edges` that match only when one is flipped or rotated, and share
            no label: a b and a d. They are no duplicates at any threshold.
    """

    threshold: float
    samples: SamplesById
    sets: dict[int, list[int]]
    canonical: dict[int, int]
    set_kind: dict[int, str]
    edges: list[tuple[int, int, int, float]]
    ends: NDArray[np.int64]
    similarity: NDArray[np.float64]
    neighbour_heads: dict[int, set[int]]
    clusters: dict[int, list[int]] = field(default_factory=dict)
    cluster_of: dict[int, int] = field(default_factory=dict)
    between: dict[tuple[int, int], tuple[int, float]] = field(default_factory=dict)
    turned_apart: list[tuple[int, int, int, float]] = field(default_factory=list)

    def pair(self, first: int, second: int) -> PairFacts | None:
        """Return how two images relate, None where not compared or not similar."""
        a, b = self.canonical.get(first, first), self.canonical.get(second, second)
        if a == b:
            same = self.samples[first].sha256 == self.samples[second].sha256
            return PairFacts(PairKind.BYTES if same else PairKind.PIXELS, 0, 1.0)
        forth, back = self.between.get((a, b)), self.between.get((b, a))
        if forth is None and back is None:
            return None
        transform, similarity = forth or back or (0, 0.0)
        if forth is None:
            transform = INVERSE[transform]
        kind = PairKind.TRANSFORMED if transform else PairKind.NEAR
        return PairFacts(kind, transform, similarity)

    def members(self, canonical: int) -> list[int]:
        """Return the samples identical to a canonical image."""
        return self.sets.get(canonical, [canonical])

    def neighbours(self, sample: int) -> list[int]:
        """Return the confirmed near-duplicates of a sample."""
        head = self.canonical.get(sample, sample)
        same_content = [m for m in self.members(head) if m != sample]
        for other in self.neighbour_heads.get(head, ()):
            same_content += self.members(other)
        return sorted(same_content)


@dataclass(frozen=True, slots=True)
class _BuiltIndex:
    """An index, and what it was made of."""

    index: DuplicateIndex
    labels: TextColumn
    apart: Sequence[tuple[int, int]]

    def fits(self, images: SampleTable, apart: Sequence[tuple[int, int]]) -> bool:
        """Tell whether files, labels and judgements are the same, whatever else was decided."""
        labels = images.labels()
        return (
            images.facts is self.index.samples.table.facts
            and apart == self.apart
            and labels.values == self.labels.values
            and np.array_equal(labels.codes, self.labels.codes)
        )


class Duplicates:
    """Queries duplicates and sets the threshold."""

    def __init__(self, context: ProjectContext, samples: Samples) -> None:
        self._context = context
        self._samples = samples
        self._lock = threading.Lock()
        self._built: _BuiltIndex | None = None
        self._decided = False
        self._stored: tuple[list[EqualMember], list[StoredPair]] | None = None
        self._listed: tuple[DuplicateIndex, Sequence[Cluster]] | None = None
        context.subscribe(self._on_changes)

    @property
    def threshold(self) -> float:
        """The confirmed threshold: a person's if set, else the dataset's own."""
        records = self._context.store.records
        chosen = records.get(SIMILARITY).confirmed
        return records.get(COMPARED_PAIRS).level if chosen is None else chosen

    def is_level_raised(self) -> bool:
        """Tell whether the dataset's own level is in use, and above the common one."""
        records = self._context.store.records
        return (
            records.get(SIMILARITY).confirmed is None and records.get(COMPARED_PAIRS).level > SURE
        )

    def set_threshold(self, similarity: float) -> None:
        """Set the confirmed threshold; decisions are unchanged.

        Raises:
            UsageError: It is not between the candidate threshold and 1.
        """
        if not POSSIBLE <= similarity <= 1:
            raise UsageError(
                f"the similarity {similarity:g} is not between {POSSIBLE:g} and 1",
                f"Pairs are kept from {POSSIBLE:g} on; choose a value from there to 1.",
            )
        confirmed = float(f"{similarity:.4g}")
        self._context.store.records.put(SIMILARITY, SimilarityRecord(confirmed), urgent=True)
        with self._lock:
            known = self._built
            if known is not None:
                self._built = replace(known, index=_cut(known.index, confirmed))
        self._context.emit(Changes(duplicates=True))

    def _on_changes(self, changes: Changes) -> None:
        # A new threshold keeps the loaded rows; a finished scan does not.
        if changes.samples and changes.duplicates:
            with self._lock:
                self._built = self._stored = self._listed = None

    def forget(self) -> None:
        """Bring the index up to date after a decision, when it is asked for."""
        with self._lock:
            self._decided = True

    def index(self) -> DuplicateIndex:
        """Return the duplicate index at the project's threshold, cached."""
        with self._lock:
            if self._built is None or self._decided:
                self._decided = False
                self._built = self._build(self._built)
            return self._built.index

    def pairs(self) -> list[Pair]:
        """Return every pair of both levels, most similar first, equal sets expanded."""
        index = self.index()
        pairs = [*_equal_pairs(index), *_near_pairs(index)]
        order = list(PairKind)
        pairs.sort(key=lambda p: (-p.similarity, order.index(p.kind), p.a.path, p.b.path))
        return pairs

    def clusters(self) -> Sequence[Cluster]:
        """Return the clusters in review order, cached.

        Across splits first, then conflicting labels, then the rest; most similar first.
        """
        index, listed = self.index(), self._listed
        if listed is None or listed[0] is not index:
            listed = self._listed = index, _clusters(index)
        return listed[1]

    def label_conflicts(self) -> list[tuple[Sample, ...]]:
        """Return the sets of identical images with several labels, by content.

        Only identity proves a conflict: two similar images may differ in what decides the class.
        """
        index = self.index()
        conflicts = []
        for members in index.sets.values():
            standing = [s for m in members if (s := index.samples[m]).mark != "drop"]
            if len({s.new_label or s.label for s in standing}) > 1:
                conflicts.append(tuple(sorted(standing, key=lambda s: s.path)))
        return sorted(conflicts, key=lambda members: members[0].path)

    def flat(self) -> list[Sample]:
        """Return the nearly constant images, which are kept out of pairs."""
        images = self.index().samples.table
        return list(images.where(images.number("flags") & Flag.FLAT != 0))

    def _build(self, before: _BuiltIndex | None) -> _BuiltIndex:
        images = self._samples.everything().images()
        samples = SamplesById(images)
        judged_apart = self._context.store.decisions.not_alike()
        if before is not None and before.fits(images, judged_apart):
            index = replace(before.index, samples=samples)
            if index.threshold != self.threshold:
                index = _cut(index, self.threshold)
            return _BuiltIndex(index, before.labels, before.apart)
        if self._stored is None:
            duplicates = self._context.store.duplicates
            self._stored = duplicates.equal_sets(), duplicates.pairs()
        stored_sets, stored_pairs = self._stored
        rows = images.rows_of([member.sample for member in stored_sets])
        counts = rows >= 0
        counts[counts] = images.number("flags")[rows[counts]] & Flag.FLAT == 0
        sets: dict[int, list[int]] = defaultdict(list)
        kinds: dict[int, str] = {}
        first: dict[int, int] = {}
        for (sample, stored, kind), counted in zip(stored_sets, counts.tolist(), strict=True):
            if counted:
                # The stored canonical image may be gone from disk: the first present one replaces
                # it.
                head = first.setdefault(stored, sample)
                sets[head].append(sample)
                kinds[sample] = kind
        sets = {head: members for head, members in sets.items() if len(members) > 1}
        canonical = {m: head for head, members in sets.items() for m in members}
        kinds = {m: kinds[m] for m in canonical}
        apart = {tuple(sorted((canonical.get(a, a), canonical.get(b, b)))) for a, b in judged_apart}

        label_names = images.labels()
        all_labels = label_names.codes

        def labels(head: int) -> set[int]:
            return set(all_labels[images.rows_of(sets.get(head, (head,)))].tolist())

        edges: list[tuple[int, int, int, float]] = []
        turned_apart: list[tuple[int, int, int, float]] = []
        ends = [[first.get(end, end) for end in (pair.a, pair.b)] for pair in stored_pairs]
        rows = images.rows_of(np.array(ends, np.int64).ravel()).reshape(-1, 2)
        there = rows.min(axis=1) >= 0
        differ = (all_labels[rows[:, 0]] != all_labels[rows[:, 1]]).tolist()
        for (one, two), pair, present, other in zip(
            ends, stored_pairs, there.tolist(), differ, strict=True
        ):
            if present and tuple(sorted((one, two))) not in apart:
                other_class = pair.transform and other and labels(one).isdisjoint(labels(two))
                (turned_apart if other_class else edges).append(
                    (one, two, pair.transform, pair.similarity)
                )
        for pairs in (edges, turned_apart):
            pairs.sort(key=lambda e: -e[3])
        ends_of_edges = np.array([edge[:2] for edge in edges], np.int64).reshape(-1, 2)
        index = DuplicateIndex(
            0.0, samples, sets, canonical, kinds, edges, ends_of_edges,
            np.array([edge[3] for edge in edges], np.float64), {}, turned_apart=turned_apart,
        )  # fmt: skip
        return _BuiltIndex(_cut(index, self.threshold), label_names, judged_apart)


def _cut(index: DuplicateIndex, threshold: float) -> DuplicateIndex:
    """Return the index with neighbours and clusters at a threshold."""
    ends = index.ends[index.similarity >= threshold]
    beside = _values_by_key(ends.ravel(), ends[:, ::-1].ravel())
    neighbour_heads = {head: set(others) for head, others in beside}
    heads = np.fromiter(index.sets, np.int64, len(index.sets))
    nodes = np.union1d(heads, ends)
    row = np.searchsorted(nodes, ends)
    component = components(len(nodes), *row.T.astype(np.int32))
    alone = np.setdiff1d(nodes, heads)
    members = np.fromiter(chain(alone, *index.sets.values()), np.int64)
    sizes = np.fromiter(map(len, index.sets.values()), np.int64, len(heads))
    of = np.searchsorted(nodes, np.concatenate([alone, np.repeat(heads, sizes)]))
    clusters = {some[0]: some for _, some in _values_by_key(component[of], members)}
    between = index.between or {
        (a, b): (transform, similarity) for a, b, transform, similarity in index.edges
    }
    return replace(
        index, threshold=threshold, neighbour_heads=neighbour_heads, clusters=clusters,
        cluster_of={m: key for key, some in clusters.items() for m in some}, between=between,
    )  # fmt: skip


def _values_by_key(
    keys: NDArray[np.integer], values: NDArray[np.int64]
) -> Iterator[tuple[int, list[int]]]:
    """Yield each key with its values, both in ascending order."""
    order = np.lexsort((values, keys))
    keys, flat = keys[order], values[order].tolist()
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    for key, (start, end) in zip(
        keys[starts].tolist(), pairwise([*starts.tolist(), len(flat)]), strict=True
    ):
        yield key, flat[start:end]


def _clusters(index: DuplicateIndex) -> Sequence[Cluster]:
    """Return the clusters in review order."""
    best: dict[int, float] = defaultdict(float)
    kinds: dict[int, set[PairKind]] = defaultdict(set)
    for member, kind in index.set_kind.items():
        if member != index.canonical[member] or kind == "pixels":
            kinds[index.cluster_of[member]].add(PairKind(kind))
            best[index.cluster_of[member]] = 1.0
    for a, _, transform, similarity in index.edges:
        if similarity >= index.threshold and a in index.cluster_of:
            cluster = index.cluster_of[a]
            kinds[cluster].add(PairKind.TRANSFORMED if transform else PairKind.NEAR)
            best[cluster] = max(best[cluster], similarity)
    order = list(PairKind)
    clusters = []
    samples = {s.id: s for s in index.samples.of([*index.cluster_of])}
    for key, members in index.clusters.items():
        rows = tuple(sorted((samples[m] for m in members), key=lambda s: s.path))
        sorted_kinds = tuple(sorted(kinds[key], key=order.index))
        keeper = best_of(rows)
        copy = _first_copy(index, keeper, samples)
        clusters.append(Cluster(key, rows, sorted_kinds, keeper.id, copy, best[key]))
    clusters.sort(
        key=lambda c: (
            len(c.splits) < 2, len(c.labels) < 2, -c.similarity, c.members[0].path,
        )
    )  # fmt: skip
    return clusters


def best_of(members: tuple[Sample, ...]) -> Sample:
    """Suggest which image to keep: test, then validation; then most pixels, bytes, sharpness.

    An evaluation split keeps its images: their copies are removed from training.
    """
    return min(
        members,
        key=lambda s: (
            _KEPT_FIRST.get(s.split, len(_KEPT_FIRST)),
            -s.width * s.height, -s.size, -s.sharpness, s.path,
        ),
    )  # fmt: skip


def _first_copy(index: DuplicateIndex, keeper: Sample, samples: Mapping[int, Sample]) -> int:
    """Return the copy of an image to look at first, as `Cluster.suggested_copy`."""

    def order(copy: int) -> tuple[bool, bool, float, str]:
        other, facts = samples[copy], index.pair(keeper.id, copy)
        similarity = facts.similarity if facts else 0.0
        return other.split == keeper.split, other.label == keeper.label, -similarity, other.path

    return min(index.neighbours(keeper.id), key=order, default=0)


def _equal_pairs(index: DuplicateIndex) -> Iterator[Pair]:
    for members in index.sets.values():
        shown = sorted(members, key=lambda m: index.samples[m].path)
        if len(shown) > MAX_EXPANDED:
            shown = shown[:1] + shown[-1:]
        for one, two in combinations(shown, 2):
            a, b = index.samples[one], index.samples[two]
            kind = PairKind.BYTES if a.sha256 == b.sha256 else PairKind.PIXELS
            yield Pair(a, b, kind, Level.SURE, NAMES[0], 1.0)


def _near_pairs(index: DuplicateIndex) -> Iterator[Pair]:
    confirmed_below = len(index.edges)
    for i, (head_a, head_b, transform, similarity) in enumerate(
        chain(index.edges, index.turned_apart)
    ):
        sure = similarity >= index.threshold and i < confirmed_below
        level = Level.SURE if sure else Level.POSSIBLE
        kind = PairKind.TRANSFORMED if transform else PairKind.NEAR
        some_a, some_b = index.members(head_a), index.members(head_b)
        if len(some_a) * len(some_b) > MAX_EXPANDED:
            some_a, some_b = [head_a], [head_b]
        for one, two in product(some_a, some_b):
            a, b = index.samples[one], index.samples[two]
            yield Pair(a, b, kind, level, NAMES[transform], round(similarity, 4))
