"""The answer on Overview: one true sentence, its basis, and the pairs behind it."""

from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import Any

from inspector.audit.intervals import wilson
from inspector.project.diagnosis.diagnoses import Diagnoses
from inspector.project.review.copies import (
    EVALUATION,
    Certainty,
    CopyChoice,
    CopyPair,
    find_copies,
    leaked,
)
from inspector.project.review.duplicates import DuplicateIndex, PairKind
from inspector.project.splits.source import SplitSource
from inspector.project.splits.splits import Splits

COMPONENTS = {
    "leakage": "leakage", "shift": "distribution shift", "luck": "seed variability",
    "composition": "class balance", "size": "training-set size",
}  # fmt: skip
_YES = "yes"


class AnswerKind(Enum):
    """Subject of the answer."""

    NO_SPLIT = "no split"
    INFLATED = "inflated"
    LEAKS = "leaks"
    CLEANED = "cleaned"
    GAP = "gap"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class LeakCount:
    """Images of an evaluation split with a near-duplicate in training, now and as scanned."""

    split: str
    leaked: int
    images: int
    leaked_before: int
    images_before: int

    @property
    def share(self) -> float:
        """Share of the split's images."""
        return self.leaked / self.images if self.images else 0.0


@dataclass(frozen=True, slots=True)
class GapParts:
    """An accuracy gap and the part of it that is explained, 0..1.

    Attributes:
        validation: As stated, with `validation_ci` if its images are known; likewise for test.
        leakage: What leakage explains, None where nothing is shown; with its CI.
        at_least: True if that is a lower bound.
    """

    validation: float
    test: float
    validation_ci: tuple[float, float] | None
    test_ci: tuple[float, float] | None
    leakage: float | None
    leakage_ci: tuple[float, float] | None
    at_least: bool

    @property
    def unexplained(self) -> float:
        """The rest of the gap."""
        return max(0.0, self.validation - self.test - (self.leakage or 0.0))


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer on Overview.

    Attributes:
        headline: One sentence.
        detail: Amount, or advice.
        counts: By evaluation split, largest share first.
        gap: None without two accuracies.
        pairs: Copies across splits, most similar first.
        inconclusive: Components without a demonstrable effect.
        not_estimated: Components without any figure.
    """

    kind: AnswerKind
    headline: str
    detail: str
    counts: tuple[LeakCount, ...]
    gap: GapParts | None
    pairs: tuple[CopyPair, ...]
    inconclusive: tuple[str, ...]
    not_estimated: tuple[str, ...]


class Answers:
    """Answers from what is already known; computes nothing that takes long."""

    def __init__(self, source: SplitSource, splits: Splits, diagnoses: Diagnoses) -> None:
        self._source = source
        self._splits = splits
        self._diagnoses = diagnoses

    def answer(self) -> Answer:
        """Return the answer for the current rule."""
        index = self._source.duplicates.index()
        split_of = self._splits.split_of()
        scanned: Counter[str] = Counter(split_of.values())
        excluded = index.samples.table.ids_where("mark", "drop")
        standing: Counter[str] = Counter(
            split for i, split in split_of.items() if i not in excluded
        )
        now: Counter[str] = Counter(split_of[i] for i in leaked(index, split_of))
        was: Counter[str] = Counter(split_of[i] for i in leaked(index, split_of, excluded_too=True))
        counts = [
            LeakCount(name, now[name], standing[name], was[name], scanned[name])
            for name in EVALUATION if scanned[name]
        ]  # fmt: skip
        counts.sort(key=lambda c: -c.share)
        pairs = find_copies(index, split_of, CopyChoice(), certainty=Certainty()).pairs
        last = self._diagnoses.last()
        if last is not None and last.changed:
            # It belongs to another split or other files, so none of its sentences applies.
            last = None
        terms = last.answer.get("terms", {}) if last is not None else {}
        gap = self._gap(terms)
        kind = _kind(counts, gap, splits=len(scanned))
        headline, detail = _sentences(kind, counts, last.answer if last else {}, gap)
        by_kind = _one_of_each(
            sorted(pairs, key=lambda p: (list(PairKind).index(p.kind), -p.similarity)), index
        )
        return Answer(
            kind, headline, detail, tuple(counts),
            None if kind is AnswerKind.CLEANED else gap, tuple(by_kind),
            tuple(COMPONENTS[n] for n, t in terms.items()
                  if n in COMPONENTS and t["mean"] is not None and t["verdict"] != _YES),
            tuple(COMPONENTS[n] for n, t in terms.items() if n in COMPONENTS and t["mean"] is None),
        )  # fmt: skip

    def nearest(self, most: int) -> tuple[CopyPair, ...]:
        """Return the most similar pairs across splits that are no near-duplicates."""
        index, split_of = self._source.duplicates.index(), self._splits.split_of()
        pairs: list[CopyPair] = []
        for a, b, transform, similarity in index.edges:
            one, two = split_of.get(a), split_of.get(b)
            if similarity < index.threshold and one and two and one != two:
                kind = PairKind.TRANSFORMED if transform else PairKind.NEAR
                ends = index.samples[a], index.samples[b]
                if "drop" not in (ends[0].mark, ends[1].mark):
                    pairs.append(
                        CopyPair(*ends, (two, one), kind, similarity, certain=False, ticked=False)
                    )
            if len(pairs) == most:
                break
        return tuple(pairs)

    def _gap(self, terms: dict[str, Any]) -> GapParts | None:
        numbers = self._diagnoses.numbers
        if numbers.split is None or numbers.folder is None:
            return None
        leakage = terms.get("leakage", {})
        shown = leakage.get("verdict") == _YES
        return GapParts(
            numbers.split, numbers.folder,
            _interval(numbers.split, numbers.split_images),
            _interval(numbers.folder, numbers.folder_images),
            leakage["mean"] if shown else None,
            (leakage["low"], leakage["high"]) if shown else None,
            leakage.get("bound") == "at_least",
        )  # fmt: skip


def _one_of_each(pairs: list[CopyPair], index: DuplicateIndex) -> list[CopyPair]:
    """Put pairs of one cluster behind those of others of their kind: the first ones differ."""
    seen: Counter[tuple[PairKind, int]] = Counter()
    turn = {}
    for pair in pairs:
        cluster = pair.kind, index.cluster_of.get(pair.keeper.id, pair.keeper.id)
        turn[pair.excluded.id] = seen[cluster]
        seen[cluster] += 1
    return sorted(pairs, key=lambda p: (list(PairKind).index(p.kind), turn[p.excluded.id]))


def _interval(share: float, images: int | None) -> tuple[float, float] | None:
    return wilson(share * images, images) if images else None


def _kind(counts: list[LeakCount], gap: GapParts | None, *, splits: int) -> AnswerKind:
    if splits < 2:
        return AnswerKind.NO_SPLIT
    if any(c.leaked for c in counts):
        inflated = gap is not None and gap.leakage is not None and gap.validation > gap.test
        return AnswerKind.INFLATED if inflated else AnswerKind.LEAKS
    if any(c.leaked_before for c in counts):
        return AnswerKind.CLEANED
    if gap is not None and gap.validation > gap.test:
        return AnswerKind.GAP
    return AnswerKind.NOTHING


def _sentences(
    kind: AnswerKind, counts: list[LeakCount], diagnosis: dict[str, Any], gap: GapParts | None
) -> tuple[str, str]:
    """Return the headline and the line below it; neither says more than was shown."""
    match kind:
        case AnswerKind.NO_SPLIT:
            return (
                "This dataset has no splits yet.",
                "Paste the code that loads it, or choose a split on Splits, to see what leaks.",
            )
        case AnswerKind.INFLATED:
            return "Your validation accuracy is inflated.", _rates(counts)
        case AnswerKind.LEAKS:
            first, rest = counts[0], _rates(counts)
            if first.leaked == first.leaked_before:
                # The headline says so; only the numbers and the other splits remain.
                rest = f"{first.leaked:,} of {first.images:,}. {_rates(counts[1:])}".rstrip()
            if diagnosis:
                rest += " An effect on accuracy could not be shown."
            return f"{_share(first)} have a near-duplicate in training.", rest
        case AnswerKind.CLEANED:
            # The old measurement says nothing about a model of the remaining images.
            old = (
                ""
                if gap is None
                else (f" Train again: {gap.validation:g} was measured on the old training set.")
            )
            return "No known near-duplicate is left across splits.", f"{_rates(counts)}{old}"
        case AnswerKind.GAP:
            return (
                "Leakage does not explain your gap.",
                "No near-duplicates were found across splits. Look at labels, difficulty and"
                " groups.",
            )
        case AnswerKind.NOTHING:
            return "No near-duplicates were found across splits.", _rates(counts)


def _share(count: LeakCount) -> str:
    return f"{count.share:.1%} of the {count.split} images".replace("%", " %")


def _rates(counts: list[LeakCount]) -> str:
    parts = []
    for count in counts:
        text = (
            f"{count.leaked:,} of {count.images:,} {count.split} images have a near-duplicate in"
            " training"
        )
        if (count.leaked, count.images) != (count.leaked_before, count.images_before):
            text += f" (it was {count.leaked_before:,} of {count.images_before:,})"
        parts.append(text)
    return f"{'; '.join(parts)}." if parts else ""
