"""How often near pairs of this dataset really show the same content, by a person's judgement."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from inspector.audit.false_pairs import ExpectedFalse
from inspector.audit.intervals import wilson
from inspector.project.catalog.samples import Samples
from inspector.project.changes import Changes
from inspector.project.context import ProjectContext
from inspector.project.review.copies import Certainty, CopyPair
from inspector.project.review.duplicates import Duplicates, PairKind
from inspector.project.review.false_pairs import FalsePairs, expected_text
from inspector.store.records import PAIR_JUDGEMENTS

SAMPLE_PAIRS = 20
# 20 of 20 pairs judged the same reach it (0.84), 19 of 20 do not (0.76).
MIN_PRECISION_LOW = 0.8
_LOOKS_LIKE = "looks like "
_MANY = re.compile(r"keep [\d,]+ images?, ")


@dataclass(frozen=True, slots=True)
class NearPrecision:
    """Result of a person's judgements of near pairs.

    Attributes:
        judged: Number of judged near pairs; `same` of them show the same content.
        low: Lower end of the 95 % CI of their share (Wilson); `high` is the upper one.
        near_from: Lowest similarity from which at least `SAMPLE_PAIRS` judged pairs reach
            `MIN_PRECISION_LOW`, or None.
        expected: Estimated number of false confirmed pairs, or None.
    """

    judged: int
    same: int
    low: float
    high: float
    near_from: float | None
    expected: ExpectedFalse | None = None

    @property
    def text(self) -> str:
        """What was judged and what is expected, in words."""
        if self.expected is None:
            return self._judged_text
        return f"{self._judged_text} {expected_text(self.expected)}"

    @property
    def _judged_text(self) -> str:
        if not self.judged:
            return f"No near pair was judged: judge {SAMPLE_PAIRS} random ones to include them."
        share = (
            f"{self.same} of {self.judged} judged near pairs show the same content"
            f" (95 % CI {self.low:.0%} to {self.high:.0%})"
        )
        if self.near_from is not None:
            return f"{share}: near pairs of {self.near_from:.2f} or more are included."
        if self.judged < SAMPLE_PAIRS:
            return f"{share}: {SAMPLE_PAIRS - self.judged} more to judge."
        return f"{share}: too few to include the others without a look."


class NearJudgements:
    """Samples near pairs at random for judging, and stores the judgements."""

    def __init__(self, context: ProjectContext, samples: Samples, duplicates: Duplicates) -> None:
        self._context = context
        self._samples = samples
        self._duplicates = duplicates
        self._false_pairs = FalsePairs(context, duplicates)

    def to_judge(self, pairs: Iterable[CopyPair]) -> list[CopyPair]:
        """Return the near pairs of the random sample that are not judged yet.

        The sample is the same at each call: pairs are ordered by a digest of their content.
        """
        verdicts = self._verdicts()
        near = [p for p in pairs if p.kind is PairKind.NEAR and not p.two_labels]
        near.sort(key=_digest)
        left = SAMPLE_PAIRS - len(verdicts)
        return [p for p in near if self._heads(p.excluded.id, p.keeper.id) not in verdicts][
            : max(0, left)
        ]

    def judge(self, pair: CopyPair, *, same: bool) -> None:
        """Store whether the two images of a near pair show the same content."""
        one, two = self._heads(pair.excluded.id, pair.keeper.id)
        self._context.store.records.update(
            PAIR_JUDGEMENTS,
            lambda record: replace(record, same=record.same | {f"{one}-{two}": same}),
            urgent=True,
        )
        self._context.emit(Changes(duplicates=True))

    def measured(self) -> NearPrecision:
        """Return the judgements so far, from any page."""
        similarity = {
            self._heads(a, b): value
            for a, b, transform, value in self._context.store.duplicates.pairs()
            if not transform
        }
        judged = [(similarity[k], same) for k, same in self._verdicts().items() if k in similarity]
        same = sum(verdict for _, verdict in judged)
        low, high = wilson(same, len(judged))
        expected = self._false_pairs.expected()
        return NearPrecision(len(judged), same, low, high, _near_from(judged), expected)

    def certainty(self) -> Certainty:
        """Return from which similarity on near pairs are certain."""
        same = frozenset(key for key, verdict in self._verdicts().items() if verdict)
        return Certainty(self.measured().near_from, same)

    def _verdicts(self) -> dict[tuple[int, int], bool]:
        """Return every judged pair: in the sample, by K, or as not duplicates."""
        store = self._context.store
        verdicts = {self._heads(a, b): False for a, b in store.decisions.not_alike()}
        verdicts |= dict.fromkeys(self._kept_by_key(), True)
        for key, same in store.records.get(PAIR_JUDGEMENTS).same.items():
            one, _, two = key.partition("-")
            verdicts[self._heads(int(one), int(two))] = same
        return verdicts

    def _heads(self, one: int, two: int) -> tuple[int, int]:
        """Return the canonical ids of two samples, smaller id first."""
        canonical = self._duplicates.index().canonical
        one, two = canonical.get(one, one), canonical.get(two, two)
        return min(one, two), max(one, two)

    def _kept_by_key(self) -> list[tuple[int, int]]:
        """Return (excluded, kept) of the pairs decided one by one with K."""
        decisions = self._context.store.decisions
        looked_at: set[int] = set()
        for operation in decisions.log():
            one_by_one = operation.verb == "keep best" and not _MANY.match(operation.text)
            if one_by_one and not operation.undone:
                looked_at.update(decisions.samples_of(operation.id))
        if not looked_at:
            return []
        by_path: dict[str, int] = {s.path: s.id for s in self._samples.everything()}
        pairs = []
        for sample in self._samples.by_ids(looked_at):
            kept_sample = by_path.get(sample.reason_decided.removeprefix(_LOOKS_LIKE))
            if sample.reason_decided.startswith(_LOOKS_LIKE) and kept_sample is not None:
                pairs.append(self._heads(sample.id, kept_sample))
        return pairs


def _near_from(judged: Sequence[tuple[float, bool]]) -> float | None:
    for threshold in sorted({similarity for similarity, _ in judged}):
        above = [same for similarity, same in judged if similarity >= threshold]
        if len(above) >= SAMPLE_PAIRS and wilson(sum(above), len(above))[0] >= MIN_PRECISION_LOW:
            return threshold
    return None


def _digest(pair: CopyPair) -> bytes:
    contents = sorted((pair.excluded.sha256, pair.keeper.sha256))
    return hashlib.sha256(b"".join(contents)).digest()
