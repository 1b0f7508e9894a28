"""The last answer of Overview, kept in the project: shown at once, with its date, at opening."""

import hashlib
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from inspector.dataset.names import NO_SPLIT, Split, parse_split
from inspector.errors import DatasetError
from inspector.project.diagnosis.answers import Answer, AnswerKind, Answers, GapParts, LeakCount
from inspector.project.diagnosis.diagnoses import STATED_ACCURACY
from inspector.project.diagnosis.findings import Findings, Overview
from inspector.project.review.copies import CopyPair
from inspector.project.review.duplicates import PairKind
from inspector.project.splits.source import SplitSource
from inspector.project.splits.split_rules import SPLIT_RULE
from inspector.store.records import GROUPING, PAIR_JUDGEMENTS, SIMILARITY, Record, RecordKey

MAX_PAIRS = 500
"""So many pairs are stored, the most similar first; Overview shows a few rows of them."""
MAX_LISTED = 2_000
"""So many images of a finding are stored; a longer list opens once the findings are refreshed."""


@dataclass(frozen=True, slots=True)
class AnswerPair:
    """A pair of `Answer.pairs`: the ids of the image that goes and of the one that stays."""

    goes: int
    stays: int
    splits: tuple[Split, Split]
    kind: PairKind
    similarity: float


@dataclass(frozen=True, slots=True)
class LastAnswerRecord:
    """An answer as it is stored; fields as of `Answer` and `StoredAnswer`."""

    at: float
    basis: dict[str, str]
    images: int
    rule: str
    kind: AnswerKind
    headline: str
    detail: str
    counts: tuple[LeakCount, ...]
    gap: GapParts | None
    inconclusive: tuple[str, ...]
    not_estimated: tuple[str, ...]
    pairs: tuple[AnswerPair, ...]
    between: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class OverviewRecord:
    """Findings as they are stored."""

    at: float
    basis: dict[str, str]
    overview: Overview


LAST_ANSWER = Record[LastAnswerRecord | None](
    RecordKey.LAST_ANSWER, LastAnswerRecord, None, rebuildable=True
)
LAST_OVERVIEW = Record[OverviewRecord | None](
    RecordKey.LAST_OVERVIEW, OverviewRecord, None, rebuildable=True
)


@dataclass(frozen=True, slots=True)
class AnswerDate:
    """When something was said, and whether it still fits.

    Attributes:
        at: Seconds since the epoch.
        changed: What it depends on that changed since, in words; () while it fits.
    """

    at: float
    changed: tuple[str, ...]

    @property
    def text(self) -> str:
        """When it was said, and before what."""
        text = f"As of {time.strftime('%Y-%m-%d %H:%M', time.localtime(self.at))}"
        if not self.changed:
            return text
        return f"{text}, before {' and '.join(self.changed)} changed"


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The answer that was shown last.

    Attributes:
        images: Present then.
        rule: The split rule in words.
        between: The number of its pairs by the two splits that share them: `answer.pairs` holds
            only the first ones, of images that are still there.
    """

    answer: Answer
    date: AnswerDate
    images: int
    rule: str
    between: Mapping[tuple[str, str], int]

    @property
    def text(self) -> str:
        """When it was said, and of what."""
        images = "1 image" if self.images == 1 else f"{self.images:,} images"
        return f"{self.date.text}, from {images} split by {self.rule}"


@dataclass(frozen=True, slots=True)
class StoredOverview:
    """The findings that were shown last; of a longer list, the first `MAX_LISTED` images."""

    overview: Overview
    date: AnswerDate


class LastAnswers:
    """Answer and keep the answer, so that the next opening can begin with it."""

    def __init__(self, source: SplitSource, answers: Answers, findings: Findings) -> None:
        self._source = source
        self._records = source.context.store.records
        self._answers = answers
        self._findings = findings

    def refresh_answer(self) -> Answer:
        """Return the answer for now, and keep it."""
        # First: what changes while the answer is looked for makes it an old one.
        basis = self._basis()
        answer = self._answers.answer()
        pairs = tuple(
            AnswerPair(p.excluded.id, p.keeper.id, p.splits, p.kind, p.similarity)
            for p in answer.pairs[:MAX_PAIRS]
        )
        between = Counter(p.splits for p in answer.pairs)
        record = LastAnswerRecord(
            time.time(), basis, self._source.samples.counts().images,
            self._records.get(SPLIT_RULE).text, answer.kind, answer.headline, answer.detail,
            answer.counts, answer.gap, answer.inconclusive, answer.not_estimated, pairs,
            tuple((*splits, count) for splits, count in between.items()),
        )  # fmt: skip
        self._records.note(LAST_ANSWER, record)
        return answer

    def refresh_overview(self) -> Overview:
        """Return the findings for now; they are kept once a scan is complete."""
        basis = self._basis()
        overview = self._findings.overview()
        if overview.complete:
            findings = tuple(replace(f, samples=f.samples[:MAX_LISTED]) for f in overview.findings)
            stored = replace(overview, findings=findings)
            self._records.note(LAST_OVERVIEW, OverviewRecord(time.time(), basis, stored))
        return overview

    def answer(self) -> StoredAnswer | None:
        """Return the answer that was kept last, None without one; nothing is computed."""
        record = self._records.get(LAST_ANSWER)
        if record is None:
            return None
        try:
            pairs = self._pairs(record)
        except DatasetError:
            # Somebody changed the project file. The answer is computed again.
            return None
        answer = Answer(
            record.kind, record.headline, record.detail, record.counts, record.gap, pairs,
            record.inconclusive, record.not_estimated,
        )  # fmt: skip
        between = {(one, two): count for one, two, count in record.between}
        date = AnswerDate(record.at, self._changed(record.basis))
        return StoredAnswer(answer, date, record.images, record.rule, between)

    def overview(self) -> StoredOverview | None:
        """Return the findings that were kept last, None without any; nothing is computed."""
        record = self._records.get(LAST_OVERVIEW)
        if record is None:
            return None
        return StoredOverview(record.overview, AnswerDate(record.at, self._changed(record.basis)))

    def _pairs(self, record: LastAnswerRecord) -> tuple[CopyPair, ...]:
        ids = {i for p in record.pairs for i in (p.goes, p.stays)}
        samples = {s.id: s for s in self._source.samples.by_ids(sorted(ids))}
        return tuple(
            CopyPair(
                samples[p.goes], samples[p.stays], (_split(p.splits[0]), _split(p.splits[1])),
                p.kind, p.similarity, certain=False, ticked=False,
            )
            for p in record.pairs
            if p.goes in samples and p.stays in samples
        )  # fmt: skip

    def _changed(self, before: Mapping[str, str]) -> tuple[str, ...]:
        now = self._basis()
        return tuple(name for name in now if before.get(name) != now[name])

    def _basis(self) -> dict[str, str]:
        """Digest what an answer depends on, by its name in words; nothing is read from images."""
        store, records = self._source.context.store, self._records
        groups = (records.get(GROUPING), records.get(PAIR_JUDGEMENTS))
        parts = {
            "the files": str(store.samples.revision()),
            "your decisions": str(store.decisions.newest()),
            "the split rule": repr(records.get(SPLIT_RULE)),
            "the confirmed similarity": repr(records.get(SIMILARITY)),
            "groups": repr(groups),
            "your numbers": repr(records.get(STATED_ACCURACY)),
        }
        return {n: hashlib.sha256(part.encode()).hexdigest()[:16] for n, part in parts.items()}


def _split(text: str) -> Split:
    """Return a split of a stored answer; the project file may come from elsewhere."""
    return parse_split(text, where="the stored answer") if text else NO_SPLIT
