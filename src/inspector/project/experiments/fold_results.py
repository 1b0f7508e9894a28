"""A cross-validation by real trainings: its JSON file beside the runs, and its result."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, assert_never

import numpy as np

from inspector.audit.decision_rules import HIDDEN_ABOVE
from inspector.audit.diagnosis import Bound, Verdict
from inspector.audit.influence.fold_accuracy import too_favourable
from inspector.audit.influence.fold_intervals import (
    difference_interval,
    fold_interval,
    training_noise,
)
from inspector.audit.influence.intervals import ShareInterval, accuracy_interval, too_few
from inspector.dataset.names import shown, why_no_name
from inspector.errors import TrainingError
from inspector.input_files import read_json
from inspector.project.diagnosis.influences import interval_as_json
from inspector.project.experiments.comparison_records import read_ended
from inspector.training_protocol.run_folder import write_whole

FILE = "folds.json"
SPLIT = "cross-validation by group"
"""Split text of the folds' runs, by which a list of runs can leave them out."""

CAVEAT = (
    "Each fold is trained once. The interval covers the images and groups that were sampled and the"
    " differences between trainings (Nadeau and Bengio's correction, with groups kept whole)."
)


@dataclass(frozen=True, slots=True)
class FoldRun:
    """One training of a cross-validation.

    Attributes:
        run: Its folder.
        training: Images that it learns from, the selection holdout included.
        images: Rows of the images that it judges, in `StoredFolds.groups`, in its list's order.
    """

    run: str
    training: int
    images: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StoredFolds:
    """The stored part of a cross-validation; results are computed from its runs each time.

    Attributes:
        made_at: Seconds since the epoch.
        rule: Text of the split rule.
        evaluation: Name of the split's validation.
        model: As in `RunConfig.model`.
        groups: Group number of each image of training and validation, from 0.
        split: The training on the user's split.
        folds: The trainings of the folds, in order.
        hidden: Share of images that look like members of a group that is not known, 0..1.
        expected_seconds: Estimate shown before the start; None where unknown.
    """

    name: str
    made_at: float
    rule: str
    evaluation: str
    model: str
    image_size_px: int
    epochs: int
    groups: tuple[int, ...]
    split: FoldRun
    folds: tuple[FoldRun, ...]
    hidden: float
    expected_seconds: float | None = None

    @property
    def turns(self) -> tuple[FoldRun, ...]:
        """The trainings in order: the split's, then the folds'."""
        return (self.split, *self.folds)


@dataclass(frozen=True, slots=True)
class JudgedFold:
    """The accuracy of one fold; None before its training is complete."""

    run: str
    accuracy: float | None
    images: int
    groups: int
    training: int


@dataclass(frozen=True, slots=True)
class TrainedFoldAccuracy:
    """Accuracy over group folds by real trainings, beside that of the split.

    Attributes:
        folds: One per fold.
        images, groups: In all folds.
        accuracy: Over all folds; None until all are complete.
        split: Of the same model on the user's split; None until it is complete.
        same_images: Accuracy over the folds on the split's validation images.
        difference: `split` - `same_images`, paired.
        stated: The accuracy that the user states of their own model; None without one.
        why: Why there is no verdict, as sentences.
        notes: What to know about the figures.
    """

    name: str
    model: str
    rule: str
    evaluation: str
    folds: tuple[JudgedFold, ...]
    images: int
    groups: int
    accuracy: ShareInterval | None
    split: ShareInterval | None
    same_images: float | None
    difference: ShareInterval | None
    stated: float | None
    verdict: Verdict
    bound: Bound
    why: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def done(self) -> int:
        """Number of complete folds."""
        return sum(fold.accuracy is not None for fold in self.folds)

    @property
    def partial(self) -> bool:
        """Whether trainings are missing."""
        return self.accuracy is None or self.split is None

    @property
    def headline(self) -> str:
        """Both figures in one sentence."""
        own = self.split.mean if self.split else None
        if self.accuracy is None:
            before = f"{own:.2f} on your {self.evaluation}; " if own is not None else ""
            return f"So far: {before}{self.done} of {len(self.folds)} folds are trained."
        half = (self.accuracy.high - self.accuracy.low) / 2
        over = f"{self.accuracy.mean:.2f} ± {half:.2f} over {len(self.folds)} group folds"
        if self.stated is not None:
            return f"Your {self.stated:.2f} is {over}."
        if own is None:
            return f"Accuracy is {over}."
        return f"The {own:.2f} on your {self.evaluation} is {over}."

    @property
    def text(self) -> str:
        """The headline, and what follows for the split."""
        if self.difference is None or self.same_images is None or self.split is None:
            return self.headline
        shift = (
            f"on the same images {self.split.mean:.2f} under your split and {self.same_images:.2f}"
            " over the folds"
        )
        match self.verdict:
            case Verdict.YES:
                bound = "at least " if self.bound is Bound.AT_LEAST else ""
                excess = f"{bound}{self.difference.mean:.2f}"
                return f"{self.headline} Your split is too favourable by {excess}: {shift}."
            case Verdict.NO:
                return f"{self.headline} Your split is not too favourable: {shift}."
            case Verdict.CANNOT_TELL:
                why = f" ({'; '.join(self.why)})" if self.why else ""
                return (
                    f"{self.headline} Whether your split is too favourable is inconclusive{why}:"
                    f" {shift}."
                )
            case _:
                assert_never(self.verdict)


def write_folds(folder: Path, record: StoredFolds) -> None:
    """Create a cross-validation's folder and write it.

    Raises:
        TrainingError: It can't be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / FILE, json.dumps(asdict(record)))
    except OSError as error:
        raise TrainingError(
            f"the cross-validation can't be stored: {error.strerror}",
            "Free some space, or check the folder.",
        ) from error


def read_folds(folder: Path) -> StoredFolds:
    """Read the cross-validation in `folder`.

    Raises:
        TrainingError: It is invalid.
    """
    record = read_json(
        folder / FILE, StoredFolds, what="cross-validation", error_type=TrainingError,
        advice="Start a new one with its settings.",
    )  # fmt: skip
    for turn in record.turns:
        if why := why_no_name(turn.run):
            raise TrainingError(
                f'the cross-validation {folder.name} names the run "{shown(turn.run)}": {why}',
                "Start a new one with its settings.",
            )
    rows = [row for turn in record.turns for row in turn.images]
    images = len(record.groups)
    in_folds = sorted(row for fold in record.folds for row in fold.images)
    if len(record.folds) < 2 or in_folds != list(range(images)) or not (
        all(0 <= row < images for row in rows) and min(record.groups) >= 0
    ):  # fmt: skip
        raise TrainingError(
            f"the cross-validation {folder.name} does not hold each image in one fold",
            "Start a new one with its settings.",
        )
    return record


def fold_result(record: StoredFolds, folder: Path, stated: float | None) -> TrainedFoldAccuracy:
    """Return the results so far, from the stored predictions of the runs.

    Args:
        record: The cross-validation.
        folder: Folder of all runs.
        stated: The accuracy that the user states of their own model.

    Raises:
        TrainingError: One of its files is damaged.
    """
    group = np.array(record.groups, np.int64)
    right, fold_of = np.zeros(len(group), np.bool_), np.full(len(group), -1, np.int64)
    folds = []
    for number, turn in enumerate(record.folds):
        rows = np.array(turn.images, np.int64)
        ended = read_ended(folder / turn.run, len(rows))
        if ended is not None:
            right[rows], fold_of[rows] = ended.best > 0, number
        folds.append(
            JudgedFold(
                turn.run, None if ended is None else float(ended.best.mean()), len(rows),
                len(np.unique(group[rows])), turn.training,
            )
        )  # fmt: skip
    complete = bool((fold_of >= 0).all())
    judged = np.array(record.split.images, np.int64)
    of_split = read_ended(folder / record.split.run, len(judged))
    difference, same = None, None
    if of_split is not None and complete:
        same = float(right[judged].mean())
        difference = difference_interval(
            of_split.best > 0, right[judged], group[judged], fold_of[judged],
            training_noise(right, group, fold_of),
        )  # fmt: skip
    why = too_few(len(np.unique(group[judged])), len(judged))
    verdict = Verdict.CANNOT_TELL
    if difference is not None:
        verdict = too_favourable(difference, record.hidden, limited=bool(why))
    return TrainedFoldAccuracy(
        record.name, record.model, record.rule, record.evaluation, tuple(folds), len(group),
        len(np.unique(group)), fold_interval(right, group, fold_of) if complete else None,
        accuracy_interval(of_split.best > 0, group[judged]) if of_split is not None else None,
        same, difference, stated, verdict,
        Bound.AT_LEAST if record.hidden > HIDDEN_ABOVE else Bound.NONE, why,
        fold_notes(record),
    )  # fmt: skip


def fold_notes(record: StoredFolds) -> tuple[str, ...]:
    """Return what to know about the figures of a cross-validation, one sentence each."""
    sizes = [fold.training for fold in record.folds]
    notes = [CAVEAT]
    if abs(min(sizes) - record.split.training) > 0.05 * record.split.training:
        notes.append(
            f"A fold learns from {_span(sizes)} images, your split from"
            f" {record.split.training:,}: training-set size is part of the difference."
        )
    if record.hidden > HIDDEN_ABOVE:
        notes.append(
            f"{record.hidden:.0%} of the images look like members of groups that are not known:"
            " the accuracy over the folds may still be too high."
        )
    return tuple(notes)


def _span(sizes: Sequence[int]) -> str:
    low, high = min(sizes), max(sizes)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def as_json(result: TrainedFoldAccuracy, *, record: StoredFolds) -> dict[str, Any]:
    """Return the result as `crossvalidate --train --json` prints it."""

    def interval(value: ShareInterval | None) -> dict[str, float] | None:
        return None if value is None else interval_as_json(value)

    return {
        "crossvalidation": result.name,
        "model": result.model,
        "rule": result.rule,
        "folds": len(result.folds),
        "done": result.done,
        "partial": result.partial,
        "images": result.images,
        "n_groups": result.groups,
        "accuracy": interval(result.accuracy),
        "each": [
            {
                "run": fold.run, "accuracy": _rounded(fold.accuracy), "images": fold.images,
                "n_groups": fold.groups, "training_images": fold.training,
            }
            for fold in result.folds
        ],
        "split": interval(result.split),
        "split_run": record.split.run,
        "evaluation": result.evaluation,
        "same_images": _rounded(result.same_images),
        "difference": interval(result.difference),
        "stated": result.stated,
        "verdict": result.verdict.value,
        "bound": result.bound.value,
        "why": list(result.why),
        "text": result.text,
        "notes": list(result.notes),
    }  # fmt: skip


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
