"""Baseline models in a child process: diagnosis, seed variability, suspected labels, shortcuts.

The child reports its progress, a preview of a diagnosis, and then the answer.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from inspector.audit.descriptors import reduce
from inspector.audit.diagnosis import Diagnosis, Question
from inspector.audit.gap.diagnose import diagnose
from inspector.audit.hidden_groups import unexplained_pairs
from inspector.audit.influence.borrowed import (
    BorrowedAccuracy,
    InfluenceQuestion,
    borrowed_accuracy,
)
from inspector.audit.influence.fold_accuracy import FoldAccuracy, fold_accuracy
from inspector.audit.joined_features import joined
from inspector.audit.label_errors import LabelErrors, wrong_labels
from inspector.audit.seed_variability import Images, SeedScores, score_seeds
from inspector.audit.shortcuts.search import ProbeResult, ShortcutQuestion, find_shortcuts
from inspector.subprocesses import Parent
from inspector.work.child_messages import messages_from, unknown_message
from inspector.work.jobs import Progress, Stop

NAME = "inspector.work.diagnosis_process:run"
_WHOSE = "the baseline models' process"
Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Features = Floats | str
"""A table of features, or its .npy file."""


@dataclass(frozen=True, slots=True)
class DiagnosisRequest:
    """Diagnose a question with `seeds` split seeds.

    Attributes:
        descriptors: As in the question, which then holds none.
        thumbs: Likewise.
    """

    question: Question
    seeds: int | None
    descriptors: Features
    thumbs: Features


@dataclass(frozen=True, slots=True)
class SeedScoresRequest:
    """Train on many seeds of one split.

    Attributes:
        descriptors: (n, d) of all images.
        labels: (n,) class numbers.
        seeds: (s,) split seeds.
        masks: (s, n / 8) validation masks as bits, as of `numpy.packbits`.
    """

    descriptors: Features
    labels: Ints
    seeds: Ints
    masks: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class LabelErrorsRequest:
    """Rank labels by how far models contradict them; arrays as of `wrong_labels`.

    Attributes:
        descriptors: (n, 688), not reduced yet.
        embedding: .npy file of (n, 1280) float16, "" for none.
        probabilities: True to return the class probabilities of all rows.
    """

    descriptors: Features
    labels: Ints
    group: Ints
    embedding: str = ""
    probabilities: bool = False


@dataclass(frozen=True, slots=True)
class ShortcutsRequest:
    """Search for shortcuts."""

    question: ShortcutQuestion


@dataclass(frozen=True, slots=True)
class BorrowedRequest:
    """Measure borrowed accuracy; features as of `LabelErrorsRequest`."""

    question: InfluenceQuestion
    descriptors: Features
    embedding: str = ""


@dataclass(frozen=True, slots=True)
class FoldsRequest:
    """Cross-validate by group; features as of `LabelErrorsRequest`."""

    question: InfluenceQuestion
    folds: int
    descriptors: Features
    embedding: str = ""


_T = TypeVar("_T")
_Request = (
    DiagnosisRequest | SeedScoresRequest | LabelErrorsRequest | ShortcutsRequest
    | BorrowedRequest | FoldsRequest
)  # fmt: skip
_Answer = (
    Diagnosis | SeedScores | LabelErrors | tuple[ProbeResult, ...] | BorrowedAccuracy
    | FoldAccuracy
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DiagnosisProgress:
    """Progress of one stage."""

    stage: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class DiagnosisPreview:
    """The first figures of a diagnosis, without controls and verdicts."""

    answer: Diagnosis


@dataclass(frozen=True, slots=True)
class DiagnosisAnswer:
    """The complete answer."""

    answer: _Answer


def run(parent: Parent) -> None:
    """Run the child: answer one request."""
    ask = parent.receive()

    def at(stage: str, done: int, total: int) -> None:
        parent.send(DiagnosisProgress(stage, done, total))

    answer: _Answer
    match ask:
        case DiagnosisRequest(question=question, seeds=seeds):
            answer = diagnose(
                replace(question, descriptors=_read(ask.descriptors), thumbs=_read(ask.thumbs)),
                seeds=seeds, progress=at,
                first=lambda figures: parent.send(DiagnosisPreview(figures)),
            )  # fmt: skip
        case SeedScoresRequest():
            answer = _draw(ask, at)
        case LabelErrorsRequest(descriptors=x, labels=labels, group=group):
            at("labels", 0, 1)
            answer = wrong_labels(_features(x, ask.embedding), labels, group)
            if not ask.probabilities:
                answer = replace(answer, probabilities=answer.probabilities[:0])
        case ShortcutsRequest(question=shortcuts):
            answer = find_shortcuts(
                shortcuts, progress=lambda done, total: at("shortcuts", done, total)
            )
        case BorrowedRequest(question=influence, descriptors=x, embedding=file):
            answer = borrowed_accuracy(
                _features(x, file), _with_hidden(influence, x),
                progress=lambda done, total: at("borrowed accuracy", done, total),
            )  # fmt: skip
        case FoldsRequest(question=influence, descriptors=x, embedding=file, folds=folds):
            answer = fold_accuracy(
                _features(x, file), _with_hidden(influence, x), folds,
                progress=lambda done, total: at("folds", done, total),
            )  # fmt: skip
        case other:
            raise TypeError(f"a question of an unknown kind: {other!r}")
    parent.send(DiagnosisAnswer(answer))


def _read(features: Features) -> Floats:
    if isinstance(features, str):
        table: Floats = np.load(features, mmap_mode="r")
        return table
    return features


def _features(descriptors: Features, embedding: str) -> Floats:
    table = np.load(embedding, mmap_mode="r") if embedding else None
    return joined(table, _read(descriptors))


def _with_hidden(question: InfluenceQuestion, descriptors: Features) -> InfluenceQuestion:
    """Return the question with the share of images that look like an unknown group's."""
    inside = question.training | question.validation
    components = reduce(_read(descriptors), rows=np.flatnonzero(inside))
    unexplained = unexplained_pairs(components, question.group[inside])
    return replace(question, hidden=unexplained.share)


def _draw(ask: SeedScoresRequest, at: Callable[[str, int, int], None]) -> SeedScores:
    n = len(ask.labels)
    place = {seed: i for i, seed in enumerate(ask.seeds.tolist())}
    none = np.zeros((0, 2), np.int64)
    return score_seeds(
        Images(reduce(_read(ask.descriptors)), ask.labels, none),
        lambda seed: np.unpackbits(ask.masks[place[seed]], count=n).astype(np.bool_),
        ask.seeds.tolist(),
        progress=at,
    )


def ask_child(
    request: DiagnosisRequest,
    *,
    stop: Stop,
    progress: Progress,
    first: Callable[[Diagnosis], None] | None = None,
    low_priority: bool = False,
) -> Diagnosis | None:
    """Diagnose in a child; return None when stopped.

    Raises:
        ProcessError: The child can't be started, or exits without an answer.
    """
    return answer_in_child(
        request, Diagnosis, stop=stop, progress=progress, low_priority=low_priority, first=first
    )


def answer_in_child(
    request: _Request,
    kind: type[_T],
    *,
    stop: Stop,
    progress: Progress,
    low_priority: bool = False,
    first: Callable[[Diagnosis], None] | None = None,
) -> _T | None:
    """Return a child's answer, reporting its progress until then; None when stopped.

    Args:
        kind: Class of the answer to this request.
        first: Called with the first figures of a diagnosis.

    Raises:
        ProcessError: The child can't be started, or exits without an answer.
    """
    stage = ""
    done = 0
    messages = messages_from(NAME, request, whose=_WHOSE, stop=stop, low_priority=low_priority)
    with closing(messages):
        for message in messages:
            match message:
                case DiagnosisProgress() as at:
                    if at.stage != stage:
                        stage, done = at.stage, 0
                        progress.start(f"diagnosis: {stage}", at.total)
                    progress.advance(at.done - done)
                    done = at.done
                case DiagnosisPreview(answer=figures):
                    if first is not None:
                        first(figures)
                case DiagnosisAnswer(answer=answer) if isinstance(answer, kind):
                    return answer
                case other:
                    raise unknown_message(other, whose=_WHOSE)
    return None
