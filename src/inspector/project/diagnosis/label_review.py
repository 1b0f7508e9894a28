"""A stratified review: a person judges some images, and knows how many labels are wrong."""

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
    """How far a review is.

    Attributes:
        target: How many images are to be judged.
        judged: How many are.
        wrong: How many of these have a wrong label.
        open: The images that are still to be judged, in an order that tells nothing of their rank.
        count: How many labels are wrong in all; None until all are judged.
        images: In all.
    """

    target: int
    judged: int
    wrong: int
    open: tuple[Sample, ...]
    count: ErrorCount | None
    images: int

    @property
    def text(self) -> str:
        """What is known of the number of wrong labels, in a sentence."""
        if self.count is None:
            return f"{self.judged} of {self.target} judged."
        return (
            f"About {self.count.count:,} of {self.images:,} labels are wrong"
            f" (90 % CI {self.count.low:,} to {self.count.high:,},"
            f" from {self.count.judged} judged images)."
        )


class LabelReview:
    """Ask a person for verdicts on images that were drawn from the ranking of labels."""

    def __init__(self, context: ProjectContext, samples: Samples, labels: Labels) -> None:
        self._context = context
        self._samples = samples
        self._labels = labels

    def state(self) -> LabelReviewState | None:
        """Return how far the review is; None while labels were not looked at."""
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
        """Remember whether the label of an image is wrong; it is not changed."""
        self._store([LabelVerdict(sample.id, current_label(sample), wrong)])

    def take_back(self) -> None:
        """Forget the newest verdict."""

        def shorter(record: LabelReviewRecord) -> LabelReviewRecord:
            return msgspec.structs.replace(record, verdicts=record.verdicts[:-1])

        self._context.store.records.update(LABEL_REVIEW, shorter, urgent=True)
        self._context.emit(Changes(rule=True, text="a verdict was taken back"))

    def ask_for_more(self) -> None:
        """Go on to 200 verdicts, for a narrower interval."""
        self._context.store.records.update(
            LABEL_REVIEW, lambda record: msgspec.structs.replace(record, target=MORE), urgent=True
        )
        self._context.emit(Changes(rule=True))

    def read_verdicts(self, file: Path) -> int:
        """Take verdicts from a CSV with the columns path and verdict; return how many.

        Raises:
            DatasetError: It can't be read, or names an image or verdict that is not known.
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
        """Return the ranking that the review draws from, where it is of these files."""
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
    """Return the ids of each stratum that are to be judged."""
    shares = allocation([s.size for s in errors.strata], target)
    return [s.drawn[:share] for s, share in zip(errors.strata, shares, strict=True)]
