"""How often near pairs of this dataset really show the same content, by a person's judgement."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from inspector.audit.intervals import wilson
from inspector.project.catalog.samples import Samples
from inspector.project.changes import Changes
from inspector.project.context import ProjectContext
from inspector.project.review.copies import Certainty, CopyPair
from inspector.project.review.duplicates import Duplicates, PairKind
from inspector.store.records import PAIR_JUDGEMENTS

SAMPLE_PAIRS = 20
# 20 of 20 judged to be the same content reach it (.84), 19 of 20 do not (.76).
MIN_PRECISION_LOW = 0.8
_LOOKS_LIKE = "looks like "
_MANY = re.compile(r"keep [\d,]+ images?, ")


@dataclass(frozen=True, slots=True)
class NearPrecision:
    """What a person's judgements say of near pairs.

    Attributes:
        judged: Near pairs that were judged; `same` of them show the same content.
        low: Of the 95 % CI of their share (Wilson), with `high`.
        near_from: The lowest similarity from which at least `SAMPLE_PAIRS` judged pairs reach
            `MIN_PRECISION_LOW`; None where there is none.
    """

    judged: int
    same: int
    low: float
    high: float
    near_from: float | None

    @property
    def text(self) -> str:
        """What was judged, in words."""
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
    """Ask for a random sample of near pairs, keep what a person says of them."""

    def __init__(self, context: ProjectContext, samples: Samples, duplicates: Duplicates) -> None:
        self._context = context
        self._samples = samples
        self._duplicates = duplicates

    def to_judge(self, pairs: Iterable[CopyPair]) -> list[CopyPair]:
        """Return the near pairs of the random sample that nobody judged yet.

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
        """Keep whether the two images of a near pair show the same content."""
        one, two = self._heads(pair.excluded.id, pair.keeper.id)
        self._context.store.records.update(
            PAIR_JUDGEMENTS,
            lambda record: replace(record, same=record.same | {f"{one}-{two}": same}),
            urgent=True,
        )
        self._context.emit(Changes(duplicates=True))

    def measured(self) -> NearPrecision:
        """Return what was judged so far, on whichever page."""
        similarity = {
            self._heads(a, b): value
            for a, b, transform, value in self._context.store.duplicates.pairs()
            if not transform
        }
        judged = [(similarity[k], same) for k, same in self._verdicts().items() if k in similarity]
        same = sum(verdict for _, verdict in judged)
        low, high = wilson(same, len(judged))
        return NearPrecision(len(judged), same, low, high, _near_from(judged))

    def certainty(self) -> Certainty:
        """Return from when on near pairs go by themselves."""
        same = frozenset(key for key, verdict in self._verdicts().items() if verdict)
        return Certainty(self.measured().near_from, same)

    def _verdicts(self) -> dict[tuple[int, int], bool]:
        """Return every pair that a person judged: in the sample, by K, or as not duplicates."""
        store = self._context.store
        verdicts = {self._heads(a, b): False for a, b in store.decisions.not_alike()}
        verdicts |= dict.fromkeys(self._kept_by_key(), True)
        for key, same in store.records.get(PAIR_JUDGEMENTS).same.items():
            one, _, two = key.partition("-")
            verdicts[self._heads(int(one), int(two))] = same
        return verdicts

    def _heads(self, one: int, two: int) -> tuple[int, int]:
        """Return what stands for the content of two samples, the smaller id first."""
        canonical = self._duplicates.index().canonical
        one, two = canonical.get(one, one), canonical.get(two, two)
        return min(one, two), max(one, two)

    def _kept_by_key(self) -> list[tuple[int, int]]:
        """Return (excluded, kept) of the pairs that K decided one by one."""
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
