"""Whose image answered: training images that carry a validation image's answer, and how many."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, assert_never

import numpy as np
from numpy.typing import NDArray

from inspector.audit.descriptors import describe
from inspector.audit.diagnosis import Bound, Verdict
from inspector.audit.influence.borrowed import BorrowedAccuracy, InfluenceQuestion
from inspector.audit.influence.intervals import ShareInterval, too_few
from inspector.errors import DatasetError
from inspector.project.catalog.embeddings import Embeddings
from inspector.project.changes import Changes
from inspector.project.diagnosis.diagnoses import Diagnoses
from inspector.project.diagnosis.labels import current_label
from inspector.project.splits.source import SplitSource
from inspector.project.splits.split_rules import Rule
from inspector.project.splits.splits import Splits
from inspector.project.splits.study_sample import StudySample
from inspector.store.records import (
    BORROWED,
    AnswerRecord,
    BorrowedRecord,
    BorrowedRecords,
    InfluenceRecord,
)
from inspector.store.sample_table import SamplesById, among
from inspector.store.samples import Sample
from inspector.work.diagnosis_process import BorrowedRequest, ScratchRequest, answer_in_child
from inspector.work.jobs import Progress, Stop

STORED_INFLUENCES = 4
STORED_MEMBERS = 3
ADVICE = "Split by group: `inspector split DATASET --by-group`, or By group on Splits."
CAVEAT = (
    "A head on frozen features borrows little; a network that is trained as a whole can borrow far"
    " more."
)
SCRATCH_CAVEAT = (
    "Computed for a small network at 32 px that is trained from scratch, not for yours; a"
    " pretrained one mostly borrows less."
)


class NetworkKind(StrEnum):
    """The kind of network whose borrowed accuracy is measured."""

    PRETRAINED = "pretrained"
    """A head on frozen features."""
    SCRATCH = "scratch"
    """A small network, trained from scratch."""

    @property
    def caveat(self) -> str:
        """What the measurement does not say."""
        return CAVEAT if self is NetworkKind.PRETRAINED else SCRATCH_CAVEAT


class InfluenceKind(StrEnum):
    """What a training image is to the validation image that it answers for."""

    NEAR_DUPLICATE = "near-duplicate"
    GROUP = "group"
    CLASS = "class"
    OTHER_CLASS = "another class"


@dataclass(frozen=True, slots=True)
class AnsweringGroup:
    """A training group that carries an answer; a single image where it is alone.

    Attributes:
        samples: Its images, the one that does most first, `STORED_MEMBERS` at most.
        images: How many it has.
        drop: By how much the margin of the true class falls without it.
        changes: Whether the answer would be wrong without it.
    """

    samples: tuple[Sample, ...]
    images: int
    kind: InfluenceKind
    drop: float
    changes: bool


@dataclass(frozen=True, slots=True)
class AnsweredImage:
    """A validation image, and what its answer hangs on.

    Attributes:
        right: Whether the head names its class.
        right_without: The same without the training images of its own group.
        shares: Whether there are any.
        answered_by: The training groups that do most first.
    """

    sample: Sample
    right: bool
    right_without: bool
    shares: bool
    answered_by: tuple[AnsweringGroup, ...]

    @property
    def borrowed(self) -> bool:
        """Whether the head is right with its own group in training only."""
        return self.right and not self.right_without


@dataclass(frozen=True, slots=True)
class BorrowedReport:
    """How much of validation accuracy hangs on training images of the same group.

    Attributes:
        network: The kind of network.
        evaluation: Name of the split that is judged.
        images, groups: Of that split.
        training: Images in training.
        accuracy, without, borrowed, placebo, verdict, bound, why: As of `BorrowedAccuracy`.
        embedded: Whether the head knew the embedding, or descriptors alone.
        answers: Each validation image, in order of paths.
        sample: Which images were measured, as a sentence; "" for all.
    """

    network: NetworkKind
    evaluation: str
    images: int
    groups: int
    training: int
    accuracy: ShareInterval
    without: ShareInterval
    borrowed: ShareInterval
    placebo: float
    verdict: Verdict
    bound: Bound
    why: tuple[str, ...]
    embedded: bool
    answers: tuple[AnsweredImage, ...]
    sample: str = ""

    @property
    def borrowing(self) -> tuple[AnsweredImage, ...]:
        """The images whose answer is borrowed."""
        return tuple(one for one in self.answers if one.borrowed)

    @property
    def text(self) -> str:
        """The verdict in one sentence, and of which sample where it is of one."""
        return f"{self._verdict} {self.sample}".rstrip()

    @property
    def _verdict(self) -> str:
        both = f"{self.accuracy.mean:.1%} with them in training, {self.without.mean:.1%} without"
        match self.network:
            case NetworkKind.PRETRAINED:
                whose = f"the head's {self.evaluation} accuracy"
            case NetworkKind.SCRATCH:
                whose = f"the {self.evaluation} accuracy of a network from scratch"
            case _:
                assert_never(self.network)
        match self.verdict:
            case Verdict.YES:
                more = "At least " if self.bound is Bound.AT_LEAST else ""
                return (
                    f"{more}{100 * self.borrowed.mean:.1f} points of {whose} are borrowed from"
                    f" training images of the same group: {both}."
                )
            case Verdict.NO:
                return (
                    f"T{whose[1:]} is not borrowed from training images of the same group: {both}."
                )
            case Verdict.CANNOT_TELL:
                return (
                    f"Whether {whose} is borrowed from training images of the same group is"
                    f" inconclusive: {both} ({self._reason})."
                )
            case _:
                assert_never(self.verdict)

    @property
    def _reason(self) -> str:
        """Why there is no verdict."""
        if self.why:
            return "; ".join(self.why)
        if self.bound is Bound.AT_LEAST:
            return "images look alike that no known group explains, so that more may be borrowed"
        interval = f"95 % CI {_points(self.borrowed.low)} to {_points(self.borrowed.high)} points"
        excludes = "excludes 0, but " if self.borrowed.low > 0 else ""
        if 0 < self.borrowed.mean <= self.placebo:
            control = f"placebo groups reach {_points(self.placebo)}"
            return f"{interval}, {excludes}{control}"
        return f"{interval}: {excludes}2 points or more count as borrowed"


class Influences:
    """Ask whose training images answered, and remember the last answer."""

    def __init__(
        self, source: SplitSource, splits: Splits, diagnoses: Diagnoses, embeddings: Embeddings
    ) -> None:
        self._context = source.context
        self._samples = source.samples
        self._groups = source.groups
        self._duplicates = source.duplicates
        self._splits = splits
        self._diagnoses = diagnoses
        self._embeddings = embeddings

    def find(
        self,
        rule: Rule | None = None,
        *,
        network: NetworkKind = NetworkKind.PRETRAINED,
        stop: Stop | None = None,
        progress: Progress | None = None,
    ) -> BorrowedReport | None:
        """Leave each validation image's group out and store the answer; None when stopped.

        For a pretrained network, images are embedded first, in workers. The heads run in a child
        process. Needs a finished scan.

        Raises:
            DatasetError: The split has no training or validation images, or one class.
            UsageError: The rule's arguments are wrong.
        """
        rule = rule or self._splits.rule
        stop, progress = stop or Stop(), progress or Progress()
        sample, question, evaluation = influence_question(self._diagnoses, self._splits, rule)
        rows = sample.rows

        def asked(request: BorrowedRequest | ScratchRequest) -> BorrowedAccuracy | None:
            return None if stop.is_set() else answer_in_child(
                request, BorrowedAccuracy, stop=stop, progress=progress,
                low_priority=self._context.low_priority,
            )  # fmt: skip

        match network:
            case NetworkKind.PRETRAINED:
                with (
                    self._embeddings.file_of(rows, stop=stop, progress=progress) as vectors,
                    self._groups.fingerprints.for_child(rows) as [described],
                ):
                    answer = asked(BorrowedRequest(question, described, vectors))
                embedded = bool(vectors)
            case NetworkKind.SCRATCH:
                read = self._groups.fingerprints.for_child(rows, describe, _colour)
                with read as [described, colour]:
                    answer, embedded = asked(ScratchRequest(question, described, colour)), False
            case _:
                assert_never(network)
        if answer is None:
            return None
        training = int(question.training.sum())
        measured = _Measured(network, evaluation, training, embedded, sample.text)
        record = _record(self._digest(rule), measured, answer, rows)
        stored = self._context.store.records.get(BORROWED).measured
        others = (one for one in stored if one.network != network)
        self._context.store.records.note(BORROWED, BorrowedRecords((record, *others)))
        self._context.emit(Changes(rule=True, text="borrowed accuracy is measured"))
        return self._report(record)

    def last(self, network: NetworkKind | None = None) -> BorrowedReport | None:
        """Return the last answer; None without one, or where files, groups or split changed.

        Args:
            network: None for whichever kind was measured last.
        """
        record = self._stored(network)
        return None if record is None else self._report(record)

    def of(self, sample: Sample) -> AnsweredImage | None:
        """Return what the last answer says of one image; None where it says nothing."""
        record = self._stored()
        answers = record.answers if record else ()
        one = [answer for answer in answers if answer.sample == sample.id]
        return next(iter(self._answers(one)), None)

    def _stored(self, network: NetworkKind | None = None) -> BorrowedRecord | None:
        stored = self._context.store.records.get(BORROWED).measured
        digest = self._digest(self._splits.rule) if stored else ""
        fitting = (one for one in stored if network in (None, one.network))
        return next((one for one in fitting if one.digest == digest), None)

    def _report(self, record: BorrowedRecord) -> BorrowedReport:
        return BorrowedReport(
            NetworkKind(record.network), record.evaluation, record.images, record.groups,
            record.training, ShareInterval(*record.accuracy), ShareInterval(*record.without),
            ShareInterval(*record.borrowed), record.placebo, Verdict(record.verdict),
            Bound(record.bound),
            too_few(record.groups, record.images, record.evaluation) if record.why else (),
            record.embedded, self._answers(record.answers), record.sample,
        )  # fmt: skip

    def _answers(self, records: Sequence[AnswerRecord]) -> tuple[AnsweredImage, ...]:
        if not records:
            return ()
        rows = self._diagnoses.standing_images()
        by_id = SamplesById(rows)
        numbers = self._groups.numbers(rows, with_duplicates=True)
        return tuple(
            AnsweredImage(
                by_id[one.sample], one.right, one.right_without, one.shares,
                tuple(
                    self._group_of(one.sample, i, by_id, numbers)
                    for i in one.influences if all(s in by_id for s in i.samples)
                ),
            )
            for one in records if one.sample in by_id
        )  # fmt: skip

    def _group_of(
        self, sample: int, one: InfluenceRecord, by_id: SamplesById, numbers: NDArray[np.int32]
    ) -> AnsweringGroup:
        near = self._duplicates.index().neighbours(sample)
        first = by_id[one.samples[0]]
        if any(s in near or s == sample for s in one.samples):
            kind = InfluenceKind.NEAR_DUPLICATE
        elif len({*numbers[by_id.table.rows_of([first.id, sample])].tolist()}) == 1:
            kind = InfluenceKind.GROUP
        elif current_label(first) == current_label(by_id[sample]):
            kind = InfluenceKind.CLASS
        else:
            kind = InfluenceKind.OTHER_CLASS
        samples = tuple(by_id[s] for s in one.samples)
        return AnsweringGroup(samples, one.images, kind, one.drop, one.changes)

    def _digest(self, rule: Rule) -> str:
        rows = self._diagnoses.standing_images()
        digest = hashlib.sha256(repr(rule).encode())
        for s in rows:
            digest.update(f"{s.path}\0{current_label(s)}\0{s.split}\0".encode() + s.sha256)
        digest.update(self._groups.numbers(rows, with_duplicates=True).tobytes())
        return digest.hexdigest()


def influence_question(
    diagnoses: Diagnoses, splits: Splits, rule: Rule
) -> tuple[StudySample, InfluenceQuestion, str]:
    """Return the images, who trains and who is judged under a rule, and the name of the latter.

    Raises:
        DatasetError: The split has no training or validation images, or one class.
        UsageError: The rule's arguments are wrong.
    """
    sample = diagnoses.studied()
    rows = sample.rows
    membership = splits.membership(rule)
    learned, judged = frozenset(membership.training), frozenset(membership.validation)
    training, validation = among(rows.paths, learned), among(rows.paths, judged)
    if not validation.any() or not training.any():
        raise DatasetError(
            "the split has no validation images, or no training images",
            "Name a split: folders, `--validation-split 0.2 --seed 1`, `--code FILE.py`.",
        )
    labels = rows.labels().sorted().codes.astype(np.int64)
    if len(np.unique(labels[training])) < 2:
        raise DatasetError(
            "there is one class in training", "Open the folder above, or choose another split."
        )
    group = diagnoses.known_groups(rows)
    return sample, InfluenceQuestion(labels, group, training, validation), membership.evaluation


def _colour(records: NDArray[np.void]) -> NDArray[np.uint8]:
    return np.asarray(records["colour"], np.uint8)


@dataclass(frozen=True, slots=True)
class _Measured:
    """What was measured, and on what; attributes as of `BorrowedReport`."""

    network: NetworkKind
    evaluation: str
    training: int
    embedded: bool
    sample: str


def _record(
    digest: str, measured: _Measured, answer: BorrowedAccuracy, rows: Sequence[Sample]
) -> BorrowedRecord:  # fmt: skip
    images = zip(
        answer.rows.tolist(), answer.right.tolist(), answer.right_without.tolist(),
        answer.shares.tolist(), answer.influences, strict=True,
    )  # fmt: skip
    answers = tuple(
        AnswerRecord(
            rows[row].id, right, without, shares,
            tuple(
                InfluenceRecord(
                    tuple(rows[i].id for i in one.rows[:STORED_MEMBERS]), one.images,
                    round(one.drop, 4), one.changes,
                )
                for one in influences[:STORED_INFLUENCES]
            ),
        )
        for row, right, without, shares, influences in images
    )  # fmt: skip
    return BorrowedRecord(
        digest, measured.network.value, measured.evaluation, len(answer.rows), answer.groups,
        measured.training, _three(answer.accuracy), _three(answer.without),
        _three(answer.borrowed), answer.placebo, answer.verdict.value, answer.bound.value,
        answer.why, measured.embedded, answers, measured.sample,
    )  # fmt: skip


def _three(interval: ShareInterval) -> tuple[float, float, float]:
    return interval.mean, interval.low, interval.high


def _points(share: float) -> str:
    return f"{100 * share:.1f}"


def as_json(report: BorrowedReport) -> dict[str, Any]:
    """Return the report as `borrowed --json` prints it."""
    return {
        "network": report.network.value,
        "evaluation": report.evaluation,
        "validation_images": report.images,
        "n_groups": report.groups,
        "training_images": report.training,
        "accuracy": interval_as_json(report.accuracy),
        "without": interval_as_json(report.without),
        "borrowed": interval_as_json(report.borrowed),
        "placebo": round(report.placebo, 4),
        "verdict": report.verdict.value,
        "bound": report.bound.value,
        "why": list(report.why),
        "text": report.text,
        "embedded": report.embedded,
        "files": [one.sample.path for one in report.borrowing],
        "answers": answers_as_json(report.answers),
    }


def answers_as_json(answers: Sequence[AnsweredImage]) -> list[dict[str, Any]]:
    """Return images with what carries their answers."""
    return [
        {
            "path": one.sample.path,
            "label": current_label(one.sample),
            "right": one.right,
            "right_without": one.right_without,
            "shares_group": one.shares,
            "answered_by": [
                {
                    "files": [s.path for s in group.samples],
                    "images": group.images,
                    "kind": group.kind.value,
                    "drop": group.drop,
                    "changes": group.changes,
                }
                for group in one.answered_by
            ],
        }
        for one in answers
    ]


def interval_as_json(interval: ShareInterval) -> dict[str, float]:
    """Return a share with its interval, rounded."""
    return {
        "mean": round(interval.mean, 4),
        "low": round(interval.low, 4),
        "high": round(interval.high, 4),
    }
