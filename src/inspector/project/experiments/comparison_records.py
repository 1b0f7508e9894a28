"""A stored comparison: a small JSON file beside its runs."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from inspector.audit.comparisons import MARGIN, Futility
from inspector.augmentation.policy_json import read_policy, write_policy
from inspector.dataset.csv_table import read_rows
from inspector.errors import DatasetError, InspectorError, TrainingError
from inspector.input_files import read_json
from inspector.project.experiments.variants import Variant
from inspector.training_protocol.messages import EpochDone
from inspector.training_protocol.run_folder import (
    PREDICTIONS_BEST,
    PREDICTIONS_LAST,
    read_history,
    write_whole,
)
from inspector.training_protocol.run_spec import Budget

FILE = "comparison.json"
VERSION = 1


@dataclass(frozen=True, slots=True)
class ComparisonSetup:
    """What is equal for all variants, beside the split.

    Attributes:
        seeds: Number of seeds of weights, order and augmentation; a verdict needs 5.
        first_seed: The first of these seeds.
        budget: STEPS: each run takes as many as the baseline in its epochs. PLATEAU: each trains
            until its selection holdout has not improved for `patience` epochs.
        margin: Two variants within it are practically equal.
        own_normalisation: Normalise as each policy says, instead of equally.
        stop_early: Apply the futility rule.
    """

    seeds: int = 5
    first_seed: int = 0
    budget: Budget = Budget.STEPS
    patience: int = 5
    margin: float = MARGIN
    own_normalisation: bool = False
    stop_early: bool = True


@dataclass(frozen=True, slots=True)
class ComparisonRun:
    """One run of a comparison: its variant, seed and folder."""

    candidate: str
    seed: int
    run: str


@dataclass(frozen=True, slots=True)
class StoredComparison:
    """The stored part of a comparison; results are computed from its runs each time.

    Attributes:
        made_at: Seconds since the epoch.
        rule: Text of the split rule.
        turns: Runs in training order: seed by seed, the baseline first.
        groups: Group number of each validation image, in the order of the runs' lists.
        selection_groups: Independent groups in the selection holdout.
        epochs: Maximum epochs of a run.
        expected_seconds: Estimate shown before the start; None where unknown.
    """

    name: str
    made_at: float
    rule: str
    baseline: str
    candidates: tuple[Variant, ...]
    setup: ComparisonSetup
    futility: Futility
    turns: tuple[ComparisonRun, ...]
    groups: tuple[int, ...]
    selection_groups: int
    epochs: int
    expected_seconds: float | None = None
    notes: tuple[str, ...] = ()

    def runs_of(self, candidate: str) -> list[ComparisonRun]:
        """Return the runs of a variant, ordered by seed."""
        return [turn for turn in self.turns if turn.candidate == candidate]


def write_kept(folder: Path, record: StoredComparison) -> None:
    """Create a comparison's folder and write it.

    Raises:
        TrainingError: It can't be written.
    """
    document = asdict(record) | {"comparison": VERSION}
    for entry, one in zip(document["candidates"], record.candidates, strict=True):
        entry["policy"] = None if one.policy is None else write_policy(one.policy)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / FILE, json.dumps(document, indent=1))
    except OSError as error:
        raise TrainingError(
            f"the comparison can't be stored: {error.strerror}",
            "Free some space, or check the folder.",
        ) from error


def read_kept(folder: Path) -> StoredComparison:
    """Read the comparison in `folder`.

    Raises:
        TrainingError: It is invalid.
    """
    try:
        raw = read_json(folder / FILE, dict[str, Any], what="comparison", advice="Start a new one.")
        if raw.pop("comparison") != VERSION:
            raise ValueError("another version")
        raw["candidates"] = tuple(_candidate(entry) for entry in raw["candidates"])
        # The variants are instances already, since policies have their own form: they stay.
        return msgspec.convert(raw, StoredComparison)
    except (OSError, ValueError, KeyError, TypeError, InspectorError) as error:
        raise TrainingError(
            f"the comparison {folder.name} can't be read: {error}",
            "Start a new one with its settings.",
        ) from error


def _candidate(entry: Mapping[str, Any]) -> Variant:
    policy = None if entry["policy"] is None else read_policy(entry["policy"])
    return Variant(entry["name"], policy, entry["model"], entry["share"])


@dataclass(frozen=True, slots=True)
class ComparisonEnd:
    """A complete run.

    Attributes:
        best: (n,) 1 where the epoch chosen by the selection holdout classifies correctly.
        last: The same for the last epoch.
        history: Its epochs.
    """

    best: NDArray[np.float64]
    last: NDArray[np.float64]
    history: tuple[EpochDone, ...] = field(repr=False)

    @property
    def chosen(self) -> EpochDone:
        """The epoch chosen by the selection holdout."""
        return self.history[self.history[-1].best_epoch - 1]

    @property
    def seconds_to_best(self) -> float:
        """Seconds of training up to the chosen epoch."""
        return sum(epoch.seconds for epoch in self.history[: self.chosen.epoch])


def is_complete(folder: Path) -> bool:
    """Tell whether a run is complete: its last predictions exist."""
    return (folder / PREDICTIONS_LAST).exists()


def read_ended(folder: Path, images: int) -> ComparisonEnd | None:
    """Return the results of a complete run on `images` evaluated images; None if unfinished.

    Raises:
        TrainingError: Its files are damaged.
    """
    if not is_complete(folder):
        return None
    best, last = read_right(folder / PREDICTIONS_BEST), read_right(folder / PREDICTIONS_LAST)
    history = read_history(folder)
    if len(best) != images or len(last) != images or not history:
        raise TrainingError(
            f"the run {folder.name} judged other images than the comparison says",
            "Start the comparison again.",
        )
    return ComparisonEnd(best, last, history)


def read_right(file: Path) -> NDArray[np.float64]:
    """Return (n,) 1 where a run's predictions are correct, in list order.

    Raises:
        TrainingError: The file can't be read.
    """
    try:
        rows = read_rows(
            file, ("label", "predicted"), what="file of predictions", advice="Train that run anew."
        )
        return np.array([r.cells["label"] == r.cells["predicted"] for r in rows], np.float64)
    except DatasetError as error:
        raise TrainingError(
            f"the predictions of {file.parent.name} can't be read: {error.message}", error.advice
        ) from error
