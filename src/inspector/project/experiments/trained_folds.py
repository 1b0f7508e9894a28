"""Cross-validation by group through real trainings, each fold a run of its own."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from inspector.audit.folds import group_folds, own_groups
from inspector.audit.hidden_groups import unexplained_pairs
from inspector.errors import TrainingError, UsageError
from inspector.project.diagnosis.diagnoses import Diagnoses
from inspector.project.diagnosis.group_folds import FOLDS
from inspector.project.experiments.comparison_records import is_complete
from inspector.project.experiments.fold_results import (
    FILE,
    SPLIT,
    FoldRun,
    StoredFolds,
    TrainedFoldAccuracy,
    fold_notes,
    fold_result,
    read_folds,
    write_folds,
)
from inspector.project.review.groups import Groups
from inspector.project.splits.split_rules import Rule
from inspector.project.splits.splits import Splits
from inspector.project.training.run import RunConfig, RunState
from inspector.project.training.runs import SELECTION_SHARE, Runs
from inspector.project.training.time_estimate import estimate_seconds
from inspector.similarity.projection import reduce
from inspector.splits.group_split import split_by_group
from inspector.training_protocol.messages import Event, RunFailed
from inspector.training_protocol.run_spec import RunSpec, SampleColumns, check_spec
from inspector.work.jobs import Stop

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FoldsPlan:
    """What a cross-validation would train, before anything is stored.

    Attributes:
        record: Without the names of runs that are not trained yet.
        specs: In training order: the split's, then the folds'. None for a run that is complete.
    """

    record: StoredFolds
    specs: tuple[RunSpec | None, ...]

    @property
    def trainings(self) -> int:
        """Number of runs to train."""
        return sum(spec is not None for spec in self.specs)

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know before the start, one sentence each."""
        return fold_notes(self.record)


class TrainedFolds:
    """Plans, trains and resumes cross-validations, and returns their results."""

    def __init__(self, groups: Groups, splits: Splits, diagnoses: Diagnoses, runs: Runs) -> None:
        self._groups = groups
        self._splits = splits
        self._diagnoses = diagnoses
        self._runs = runs

    def all(self) -> list[StoredFolds]:
        """Return the stored cross-validations, newest first.

        Raises:
            TrainingError: One can't be read.
        """
        folder = self._runs.folder
        if not folder.is_dir():
            return []
        records = [read_folds(file.parent) for file in folder.glob(f"*/{FILE}")]
        return sorted(records, key=lambda record: record.made_at, reverse=True)

    def plan(
        self,
        rule: Rule | None = None,
        config: RunConfig | None = None,
        *,
        folds: int = FOLDS,
        seed: int = 0,
    ) -> FoldsPlan:
        """Return the runs of a cross-validation; nothing is stored.

        The split's run is the one that Train would start; a complete one is taken as it is. The
        images of its training and validation make the folds, and each fold's training has its own
        selection holdout, cut by group.

        Args:
            rule: The split; None for the current one.
            config: Model, policy, epochs, image size and seed of all trainings.
            folds: How many.
            seed: Of the assignment of groups to folds.

        Raises:
            DatasetError: The rule can't be applied.
            TrainingError: A run can't be trained.
            UsageError: There are not as many groups as folds.
        """
        base = self._runs.plan(rule or self._splits.rule, config or RunConfig())
        pool = _joined(base.training, base.selection, base.validation)
        images = self._groups.images()
        known: dict[str, int] = {path: row for row, path in enumerate(images.paths)}
        rows = images.of_rows(np.array([known[path] for path in pool.paths], np.int64))
        numbers = self._groups.numbers(rows, with_duplicates=True).astype(np.int64)
        group, labels = own_groups(numbers), np.array(pool.labels, np.int64)
        count = int(group.max(initial=-1)) + 1
        if not 2 <= folds <= count:
            raise UsageError(
                f"{folds} folds can't be made of {count} groups of images",
                f"Choose 2 to {count}." if count > 1 else "Add images, or check the groups.",
            )
        fold_of = group_folds(labels, group, folds, np.random.default_rng(seed))
        row_of = {path: row for row, path in enumerate(pool.paths)}
        judged = [np.array([row_of[path] for path in base.validation.paths], np.int64)]
        judged += [np.flatnonzero(fold_of == fold) for fold in range(folds)]
        specs = [base, *(_fold_spec(base, pool, group, held) for held in judged[1:])]
        for spec in specs:
            check_spec(spec)
        done = self._complete_run(base)
        todo = specs[1:] if done else specs
        turns = [
            FoldRun("", len(spec.training) + len(spec.selection), tuple(held.tolist()))
            for spec, held in zip(specs, judged, strict=True)
        ]
        hidden = unexplained_pairs(reduce(self._groups.fingerprints.described(rows)), numbers).share
        record = StoredFolds(
            "", 0.0, base.split, base.evaluation, base.model, base.image_size_px, base.epochs,
            tuple(group.tolist()), replace(turns[0], run=done), tuple(turns[1:]), hidden,
            estimate_seconds(self._runs.all(), todo),
        )  # fmt: skip
        return FoldsPlan(record, (None if done else base, *specs[1:]))

    def store(self, plan: FoldsPlan) -> str:
        """Store a cross-validation and all of its runs before the start; return its name.

        Raises:
            TrainingError: It can't be written.
        """
        runs, record = self._runs, plan.record
        turns = [
            turn if spec is None else replace(turn, run=runs.store(spec))
            for turn, spec in zip(record.turns, plan.specs, strict=True)
        ]
        stamp, number = time.strftime("folds-%Y%m%d-%H%M%S"), 1
        while (runs.folder / f"{stamp}-{number}").exists():
            number += 1
        name = f"{stamp}-{number}"
        write_folds(
            runs.folder / name,
            replace(record, name=name, made_at=time.time(), split=turns[0], folds=tuple(turns[1:])),
        )
        return name

    def train(
        self, name: str, hear: Callable[[Event], None] = lambda _: None, stop: Stop | None = None
    ) -> None:
        """Train the missing runs in one child; complete ones are not trained again.

        Args:
            name: Name of a stored cross-validation.
            hear: Called with every event of the trainings.
            stop: Ends the current run after its epoch's complete part; it resumes there.

        Raises:
            TrainingError: TensorFlow is missing, the child died, or a run failed.
            UsageError: There is no such cross-validation.
        """
        record, stop = self.kept(name), stop or Stop()
        failures: list[RunFailed] = []

        def listen(answer: Event) -> None:
            if isinstance(answer, RunFailed):
                failures.append(answer)
            hear(answer)

        def missing() -> Iterator[str]:
            for turn in record.turns:
                if stop.is_set() or failures:
                    return
                if not is_complete(self._runs.folder / turn.run):
                    yield turn.run

        self._runs.train(missing(), listen, stop=stop)
        if failures:
            raise TrainingError(failures[0].reason, failures[0].advice)

    def kept(self, name: str) -> StoredFolds:
        """Return a stored cross-validation.

        Raises:
            TrainingError: It can't be read.
            UsageError: There is none of that name.
        """
        record = next((one for one in self.all() if one.name == name), None)
        if record is None:
            raise UsageError(f"there is no cross-validation {name}", "Start a new one.")
        return record

    def result(self, name: str) -> TrainedFoldAccuracy:
        """Return the current results of a cross-validation, from the predictions of its runs.

        Raises:
            TrainingError: One of its files is damaged.
            UsageError: There is none of that name.
        """
        return fold_result(self.kept(name), self._runs.folder, self._diagnoses.numbers.split)

    def _complete_run(self, spec: RunSpec) -> str:
        """Return the name of a complete run of the same spec, or ""."""
        for run in self._runs.all():
            if run.state is RunState.DONE and _bare(run.spec) == _bare(spec):
                return run.name
        return ""


def _fold_spec(base: RunSpec, pool: SampleColumns, group: Ints, held: Ints) -> RunSpec:
    """Return the run that judges `held` and learns from the rest of the pool."""
    learned = np.setdiff1d(np.arange(len(pool)), held)
    labels = np.array(pool.labels, np.int32)[learned]
    selected = split_by_group(group[learned].astype(np.int32), labels, SELECTION_SHARE, seed=0)
    return replace(
        base, training=_rows(pool, learned[~selected]), selection=_rows(pool, learned[selected]),
        validation=_rows(pool, held), test=SampleColumns(), split=SPLIT,
    )  # fmt: skip


def _rows(samples: SampleColumns, rows: Ints) -> SampleColumns:
    return SampleColumns(
        tuple(samples.paths[i] for i in rows), tuple(samples.labels[i] for i in rows),
        tuple(samples.sha256[i] for i in rows),
    )  # fmt: skip


def _joined(*lists: SampleColumns) -> SampleColumns:
    """Return lists as one, each path once."""
    rows = {
        path: (label, sha256)
        for one in lists
        for path, label, sha256 in zip(one.paths, one.labels, one.sha256, strict=True)
    }
    return SampleColumns(
        tuple(rows), tuple(label for label, _ in rows.values()),
        tuple(sha256 for _, sha256 in rows.values()),
    )  # fmt: skip


def _bare(spec: RunSpec) -> RunSpec:
    """Return what decides a run's result."""
    return replace(spec, cache="", versions={}, root="", threads=1, dataset_digest="")
