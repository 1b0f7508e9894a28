"""Stratified review: a person judges a sample of images, which estimates the wrong labels."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from inspector.audit.stratified_review import (
    MORE,
    TARGET,
    ErrorCount,
    JudgedStratum,
    allocation,
    error_count,
)
from inspector.dataset.csv_table import read_rows
from inspector.dataset.names import shown
from inspector.errors import DatasetError
from inspector.project.catalog.samples import Samples
from inspector.project.changes import Changes
from inspector.project.context import ProjectContext
from inspector.project.diagnosis.labels import Labels, current_label
from inspector.store.records import (
    LABEL_ERRORS,
    LABEL_REVIEW,
    LabelErrorsRecord,
    LabelReviewRecord,
    LabelVerdict,
)
from inspector.store.samples import Sample

RIGHT, WRONG = "right", "wrong"
_ADVICE = f"Write a CSV with the columns path and verdict; a verdict is {RIGHT} or {WRONG}."


@dataclass(frozen=True, slots=True)
class LabelReviewState:
    """Progress of a review.

    Attributes:
        target: Number of images to judge.
        judged: Number judged so far.
        wrong: Number of wrong labels among these.
        open: Images still to judge, in an order that does not reveal their rank.
        count: Estimated number of wrong labels; None until all are judged.
        images: Number of images in total.
    """

    target: int
    judged: int
    wrong: int
    open: tuple[Sample, ...]
    count: ErrorCount | None
    images: int

    @property
    def text(self) -> str:
        """The current estimate as a sentence."""
        if self.count is None:
            return f"{self.judged} of {self.target} judged."
        return (
            f"About {self.count.count:,} of {self.images:,} labels are wrong"
            f" (90 % CI {self.count.low:,} to {self.count.high:,},"
            f" from {self.count.judged} judged images)."
        )


class LabelReview:
    """Asks a person for verdicts on images sampled from the ranking of labels."""

    def __init__(self, context: ProjectContext, samples: Samples, labels: Labels) -> None:
        self._context = context
        self._samples = samples
        self._labels = labels

    def state(self) -> LabelReviewState | None:
        """Return the state of the review; None before labels were searched."""
        errors = self._errors()
        if errors is None:
            return None
        review = self._context.store.records.get(LABEL_REVIEW)
        target = max(review.target, TARGET)
        parts = _asked(errors, target)
        known = {s.id: s for s in self._samples.by_ids([i for part in parts for i in part])}
        verdicts = {v.sample: v.wrong for v in review.verdicts}
        strata = []
        for stratum, part in zip(errors.strata, parts, strict=True):
            judged = [i for i in part if i in known and i in verdicts]
            strata.append(
                JudgedStratum(stratum.size, len(judged), sum(verdicts[i] for i in judged))
            )
        order = list(known)
        random.Random(errors.digest).shuffle(order)
        left = tuple(known[i] for i in order if i not in verdicts)
        return LabelReviewState(
            len(known), sum(s.judged for s in strata), sum(s.wrong for s in strata),
            left, None if left else error_count(strata), sum(s.size for s in errors.strata),
        )  # fmt: skip

    def judge(self, sample: Sample, *, wrong: bool) -> None:
        """Store whether the label of an image is wrong; the label is not changed."""
        self._store([LabelVerdict(sample.id, current_label(sample), wrong)])

    def take_back(self) -> None:
        """Remove the latest verdict."""

        def shorter(record: LabelReviewRecord) -> LabelReviewRecord:
            return msgspec.structs.replace(record, verdicts=record.verdicts[:-1])

        self._context.store.records.update(LABEL_REVIEW, shorter, urgent=True)
        self._context.emit(Changes(rule=True, text="a verdict was taken back"))

    def ask_for_more(self) -> None:
        """Continue to 200 verdicts, for a narrower interval."""
        self._context.store.records.update(
            LABEL_REVIEW, lambda record: msgspec.structs.replace(record, target=MORE), urgent=True
        )
        self._context.emit(Changes(rule=True))

    def read_verdicts(self, file: Path) -> int:
        """Read verdicts from a CSV with the columns path and verdict; return their number.

        Raises:
            DatasetError: It can't be read, or has an unknown image or verdict.
        """
        rows = list(read_rows(file, ("path", "verdict"), what="verdicts", advice=_ADVICE))
        known: dict[str, Sample] = {
            s.path: s for s in self._samples.by_paths([r.cells["path"] for r in rows])
        }
        verdicts: dict[int, LabelVerdict] = {}
        for row in rows:
            path, verdict = row.cells["path"], row.cells["verdict"].strip().lower()
            if path not in known:
                raise DatasetError(f"{row.where}: there is no image {shown(path)}", _ADVICE)
            if verdict not in (RIGHT, WRONG):
                raise DatasetError(f'{row.where}: "{shown(verdict)}" is no verdict', _ADVICE)
            sample = known[path]
            verdicts[sample.id] = LabelVerdict(sample.id, current_label(sample), verdict == WRONG)
        self._store(list(verdicts.values()))
        return len(verdicts)

    def _errors(self) -> LabelErrorsRecord | None:
        """Return the ranking to sample from, if it is of the current files."""
        record = self._context.store.records.get(LABEL_ERRORS)
        fits = record is not None and record.strata and record.digest == self._labels.queue_key()
        return record if fits else None

    def _store(self, verdicts: Sequence[LabelVerdict]) -> None:
        judged = {v.sample for v in verdicts}

        def longer(record: LabelReviewRecord) -> LabelReviewRecord:
            others = (v for v in record.verdicts if v.sample not in judged)
            return msgspec.structs.replace(record, verdicts=(*others, *verdicts))

        self._context.store.records.update(LABEL_REVIEW, longer, urgent=True)
        self._context.emit(Changes(rule=True, text="a verdict was stored"))


def _asked(errors: LabelErrorsRecord, target: int) -> list[Sequence[int]]:
    """Return the ids per stratum that are to be judged."""
    shares = allocation([s.size for s in errors.strata], target)
    return [s.drawn[:share] for s, share in zip(errors.strata, shares, strict=True)]
