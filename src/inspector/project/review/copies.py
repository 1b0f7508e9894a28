"""Copies across splits: which image of each pair stays, which goes, and what is certain."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from inspector.dataset.names import Split
from inspector.project.review.duplicates import DuplicateIndex, PairKind
from inspector.store.samples import Sample

# For a call that splits by seed, folders are splits of their own.
EVALUATION = ("test", "test folder", "validation folder", "validation")
_IDENTICAL = (PairKind.BYTES, PairKind.PIXELS)
_STRENGTH = {kind: place for place, kind in enumerate(PairKind)}


class KeptSplit(StrEnum):
    """The split whose copies stay."""

    EVALUATION = "evaluation"
    TRAINING = "training"

    @property
    def order(self) -> tuple[str, ...]:
        """The splits whose images stay, highest priority first."""
        match self:
            case KeptSplit.EVALUATION:
                return (*EVALUATION, "training")
            case KeptSplit.TRAINING:
                return ("training", *reversed(EVALUATION))


@dataclass(frozen=True, slots=True)
class CopyChoice:
    """The user's choices about copies.

    Attributes:
        asked: Kinds to exclude although they are not certain.
        two_labels: Exclude pairs with two labels as well.
        ticks: By the id of an image: excluded or not, overriding everything else.
    """

    keep: KeptSplit = KeptSplit.EVALUATION
    asked: frozenset[PairKind] = frozenset()
    two_labels: bool = False
    ticks: Mapping[int, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Certainty:
    """When near pairs are certain.

    Attributes:
        near_from: Similarity threshold measured on this dataset; None where not measured.
        judged_same: Pairs that a person judged the same, as canonical ids in
            `DuplicateIndex.canonical`, smaller id first.
    """

    near_from: float | None = None
    judged_same: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class CopyPair:
    """An image that a clean-up would exclude, with the one it is a copy of.

    Attributes:
        splits: Split of the image that stays, and of the one that goes.
        certain: True if it goes without being asked for.
        ticked: True if it goes.
    """

    excluded: Sample
    keeper: Sample
    splits: tuple[Split, Split]
    kind: PairKind
    similarity: float
    certain: bool
    ticked: bool

    @property
    def two_labels(self) -> bool:
        """Whether the two have different labels."""
        return _label(self.excluded) != _label(self.keeper)

    @property
    def identical(self) -> bool:
        """Whether the files or the pixels are identical."""
        return self.kind in _IDENTICAL


@dataclass(frozen=True, slots=True)
class CopyPairs:
    """Every image that is a copy of one in a split that stays, and those kept by hand."""

    pairs: tuple[CopyPair, ...]
    by_hand: tuple[CopyPair, ...]

    @property
    def ticked(self) -> tuple[CopyPair, ...]:
        """The pairs whose copy is excluded."""
        return tuple(pair for pair in self.pairs if pair.ticked)


class _Link(NamedTuple):
    """How an image relates to a near-duplicate; `kind` is None where both are the same image.

    Attributes:
        heads: Canonical ids of both.
    """

    kind: PairKind | None
    similarity: float
    heads: tuple[int, int]


def find_copies(
    index: DuplicateIndex,
    split_of: Mapping[int, Split],
    choice: CopyChoice,
    *,
    certainty: Certainty,
) -> CopyPairs:
    """Walk the splits by priority of their images, and find what copies what.

    Pairs within a split are ignored. Excluded images are copies of ones that stay.

    Args:
        split_of: Split by sample id; images without one take no part.
    """
    rank = {name: place for place, name in enumerate(choice.keep.order)}
    alike = [i for i in {*index.canonical, *index.neighbour_heads} if split_of.get(i) in rank]
    rows = [s for s in index.samples.of(alike) if s.mark != "drop"]
    rows.sort(key=lambda s: (rank[split_of[s.id]], s.path))
    links, rules = _links(index), _Rules(choice, certainty)
    standing: dict[int, list[Sample]] = {}
    pairs: list[CopyPair] = []
    by_hand: list[CopyPair] = []
    for sample in rows:
        head, split = index.canonical.get(sample.id, sample.id), split_of[sample.id]
        above = [
            _pair(sample, other, link, (split_of[other.id], split), rules)
            for link in (_Link(None, 1.0, (head, head)), *links.get(head, ()))
            for other in _first_of_each_label(standing.get(link.heads[1], ()))
            if rank[split_of[other.id]] < rank[split]
        ]
        best = min(above, key=_order, default=None)
        by_person = sample.mark == "keep" or bool(sample.bound)
        if best is not None:
            (by_hand if by_person else pairs).append(best)
        if best is None or by_person or not best.ticked:
            standing.setdefault(head, []).append(sample)
    pairs.sort(key=lambda p: (p.similarity, -_STRENGTH[p.kind], p.excluded.path))
    return CopyPairs(tuple(pairs), tuple(by_hand))


def leaked(
    index: DuplicateIndex,
    split_of: Mapping[int, str],
    without: Iterable[int] = (),
    *,
    excluded_too: bool = False,
) -> list[int]:
    """Return the ids of evaluation images with a confirmed near-duplicate in training.

    Args:
        without: Ids to ignore, beside those already excluded.
        excluded_too: Count as if nothing were excluded.
    """
    gone = set(without)
    if not excluded_too:
        gone |= index.samples.table.ids_where("mark", "drop")
    # An image that is like no other leaks nowhere.
    standing = [
        i for i in {*index.canonical, *index.neighbour_heads} if i not in gone and split_of.get(i)
    ]
    head = {i: index.canonical.get(i, i) for i in standing}
    trained = {head[i] for i in standing if split_of[i] == "training"}
    leaks = {
        i for i in standing
        if split_of[i] in EVALUATION
        and (
            head[i] in trained
            or not trained.isdisjoint(index.neighbour_heads.get(head[i], ()))
        )
    }  # fmt: skip
    table = index.samples.table
    rows = np.sort(table.rows_of(np.fromiter(leaks, np.int64, len(leaks))))
    ids: list[int] = table.ids[rows[rows >= 0]].tolist()
    return ids


@dataclass(frozen=True, slots=True)
class _Rules:
    """Decides whether a pair goes."""

    choice: CopyChoice
    certainty: Certainty

    def is_near_certain(self, link: _Link) -> bool:
        """Tell whether a near pair goes without being asked for."""
        known = self.certainty
        return link.kind is PairKind.NEAR and (
            (min(link.heads), max(link.heads)) in known.judged_same
            or (known.near_from is not None and link.similarity >= known.near_from)
        )


def _links(index: DuplicateIndex) -> dict[int, list[_Link]]:
    """Return the confirmed near-duplicates of each image."""
    links: dict[int, list[_Link]] = {}
    for a, b, transform, similarity in index.edges:
        if similarity >= index.threshold:
            kind = PairKind.TRANSFORMED if transform else PairKind.NEAR
            links.setdefault(a, []).append(_Link(kind, similarity, (a, b)))
            links.setdefault(b, []).append(_Link(kind, similarity, (b, a)))
    return links


def _first_of_each_label(members: Iterable[Sample]) -> Iterator[Sample]:
    labels = set()
    for member in members:
        if (label := _label(member)) not in labels:
            labels.add(label)
            yield member


def _pair(
    sample: Sample, other: Sample, link: _Link, splits: tuple[Split, Split], rules: _Rules
) -> CopyPair:
    kind = link.kind
    if kind is None:
        kind = PairKind.BYTES if sample.sha256 == other.sha256 else PairKind.PIXELS
    one_label = _label(sample) == _label(other)
    certain = one_label and (kind in _IDENTICAL or rules.is_near_certain(link))
    asked = kind in _IDENTICAL or kind in rules.choice.asked
    allowed = asked and (one_label or rules.choice.two_labels)
    ticked = rules.choice.ticks.get(sample.id, certain or allowed)
    return CopyPair(sample, other, splits, kind, link.similarity, certain, ticked)


def _order(pair: CopyPair) -> tuple[object, ...]:
    return (
        not pair.certain,
        not pair.ticked,
        _STRENGTH[pair.kind],
        -pair.similarity,
        pair.keeper.path,
    )


def _label(sample: Sample) -> str:
    return sample.new_label or sample.label
