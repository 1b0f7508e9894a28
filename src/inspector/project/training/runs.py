"""Runs: trainings in a child process, each stored in its own folder beside the project."""

import contextlib
import hashlib
import json
import os
import queue
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from inspector import __version__
from inspector.audit.intervals import wilson
from inspector.augmentation.policy_json import write_policy
from inspector.dataset.names import TEST, RelativePath
from inspector.desktop.paths import cache_folder
from inspector.errors import TrainingError, UsageError
from inspector.project.changes import Changes
from inspector.project.splits.source import SplitSource
from inspector.project.splits.split_rules import Membership, Rule
from inspector.project.splits.splits import Splits
from inspector.project.training.run import Run, RunConfig, RunState
from inspector.project.training.run_results import RunResult, run_result
from inspector.project.training.stored_runs import check_run, remember_own
from inspector.project.training.trainer import RunProgress, Trainer
from inspector.scratch import make_scratch
from inspector.splits.group_split import split_by_group
from inspector.store.records import Record, RecordKey
from inspector.store.sample_table import SampleTable
from inspector.training_protocol.messages import (
    Evaluated,
    Event,
    Preparing,
    Ready,
    Reevaluate,
    RunDone,
    RunFailed,
    RunStopped,
    Step,
    Train,
)
from inspector.training_protocol.run_folder import (
    CARD,
    ENDED,
    Ending,
    read_ending,
    read_history,
    write_whole,
)
from inspector.training_protocol.run_spec import (
    RunSpec,
    SampleColumns,
    check_spec,
    read_spec,
    write_spec,
)
from inspector.work.jobs import Stop

SELECTION_SHARE = 0.15
Rows = NDArray[np.int64]
_LISTEN_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class OpenedTest:
    """The one evaluation on the test folder, with the accuracy's 95 % CI (Wilson)."""

    at: str
    run: str
    accuracy: float
    images: int
    low: float
    high: float


OPENED_TEST = Record[OpenedTest | None](RecordKey.OPENED_TEST, OpenedTest, None)


class Runs:
    """Starts, resumes and queries runs."""

    def __init__(self, source: SplitSource, splits: Splits) -> None:
        self._source = source
        self._context = source.context
        self._groups = source.groups
        self._splits = splits
        self._specs: dict[str, RunSpec] = {}
        self.trainer = Trainer(low_priority=source.context.low_priority)
        self.trainer.listen(self._on_answer)

    @property
    def folder(self) -> Path:
        """Folder of the runs, beside the project file; they can't be rebuilt."""
        file = self._context.file
        return file.with_name(f"{file.name}.runs")

    def result(self, run: Run, *, last: bool = False) -> RunResult:
        """Read the predictions of a run's best weights, or of the last.

        Raises:
            TrainingError: There are no predictions yet.
            DatasetError: They can't be read.
        """
        return run_result(self._source, run, last=last)

    def all(self) -> list[Run]:
        """Return the stored runs, sorted by name.

        Raises:
            TrainingError: One of them can't be read.
        """
        if not self.folder.is_dir():
            return []
        live = self.trainer.snapshot().live
        names = (f.name for f in sorted(self.folder.iterdir()) if (f / "spec.json").exists())
        return [self._read(name, live.get(name)) for name in names]

    def _read(self, name: str, live: RunProgress | None) -> Run:
        folder = self.folder / name
        if name not in self._specs:
            self._specs[name] = read_spec(folder)
        spec, history = self._specs[name], read_history(folder)
        if live is not None:
            return Run(name, folder, spec, history, RunState(live.phase.value), live)
        if (folder / CARD).exists():
            return Run(name, folder, spec, history, RunState.DONE)
        ending = read_ending(folder)
        if ending is None or ending.state not in list(RunState):
            return Run(name, folder, spec, history)
        return Run(
            name, folder, spec, history, RunState(ending.state), None, ending.reason, ending.advice
        )

    def plan(self, rule: Rule, config: RunConfig) -> RunSpec:
        """Return the spec of a run; a selection holdout is cut by group from training.

        Raises:
            DatasetError: The rule can't be applied, or the images are not on this machine.
            TrainingError: The run can't be trained.
        """
        context = self._context
        context.check_images_here()
        membership = self._splits.membership(rule)
        images = self._groups.images().included()
        training, validation, test = _rows(
            images, membership.training, membership.validation, _test_paths(membership)
        )
        labels = images.labels()
        judged = labels.taken(np.concatenate([training, validation])).sorted().values
        place = {name: i for i, name in enumerate(judged)}
        # The class of each image, -1 for one that neither training nor validation has.
        classes = np.array([place.get(name, -1) for name in labels.values], np.int32)[labels.codes]

        def columns(rows: Rows) -> SampleColumns:
            chosen = images.of_rows(rows[classes[rows] >= 0])
            return SampleColumns(
                tuple(chosen.paths),
                tuple(classes[rows[classes[rows] >= 0]].tolist()),
                tuple(sha256.hex() for sha256 in chosen.hashes()),
            )

        held = np.zeros(len(training), np.bool_)
        if len(training):
            groups = self._groups.numbers(images.of_rows(training), with_duplicates=True)
            held = split_by_group(groups, classes[training], SELECTION_SHARE, seed=0)
        spec = RunSpec(
            str(context.root), tuple(judged), columns(training[~held]), columns(training[held]),
            columns(validation), config.model, config.seed,
            config.image_size_px, epochs=config.epochs, budget=config.budget,
            policy=write_policy(config.policy) if config.policy else None,
            policy_name=config.policy_name, weights=config.weights, split=rule.text,
            threads=max(1, (os.cpu_count() or 1) - context.low_priority),
            cache=_cache(), versions={"inspector": __version__},
            test=columns(test), dataset_digest=_digest(images),
            evaluation=membership.evaluation,
        )  # fmt: skip
        check_spec(spec)
        return spec

    def store(self, spec: RunSpec) -> str:
        """Store a new run's spec before its start; return its name.

        Raises:
            TrainingError: The disk is full or can't be written.
        """
        stamp = time.strftime("%Y%m%d-%H%M%S")
        number = 1
        while (self.folder / f"{stamp}-{number:03}").exists():
            number += 1
        name = f"{stamp}-{number:03}"
        try:
            write_spec(self.folder / name, spec)
            remember_own(self.folder / name, spec)
        except OSError as error:
            raise TrainingError(
                f"the run can't be stored in {self.folder}: {error.strerror}",
                "Make room on that disk, or name a project on another one with --project.",
            ) from error
        return name

    def resume(self, name: str, *, epochs: int | None = None) -> str:
        """Check that a run can be resumed; return its name.

        Raises:
            UsageError: There is none of that name, or another number of epochs is requested.
        """
        run = self.run(name)
        if epochs is not None and epochs != run.spec.epochs:
            raise UsageError(
                f"the run {name} was planned for {run.spec.epochs} epochs",
                "A run continues as it was planned; start a new run for another number of epochs.",
            )
        return name

    def run(self, name: str) -> Run:
        """Return one run.

        Raises:
            UsageError: There is none of that name.
        """
        run = next((r for r in self.all() if r.name == name), None)
        if run is None:
            raise UsageError(f"there is no run {name}", "See `inspector runs DATASET`.")
        return run

    def start(self, names: Sequence[str]) -> None:
        """Queue stored runs, to start or resume; `Changes` report their progress.

        Raises:
            TrainingError: One reads or writes elsewhere, and was not stored on this machine.
        """
        orders = [self._order(name) for name in names]
        for name in names:
            (self.folder / name / ENDED).unlink(missing_ok=True)
        self.trainer.add(orders)
        self._context.emit(Changes(runs=True))

    def train(
        self, names: Iterable[str], hear: Callable[[Event], None], *, stop: Stop | None = None
    ) -> None:
        """Train stored runs to the end, passing each event to `hear` on this thread.

        A name is taken only when its turn comes, so that later ones may depend on earlier results.

        Raises:
            TrainingError: TensorFlow is missing, or a run reads or writes elsewhere and was not
                stored on this machine.
        """
        orders = (self._order(name) for name in names)
        self._follow(orders, hear, stop or Stop())

    def evaluate(self, name: str, side: str = "validation") -> Evaluated:
        """Load a run's best weights and evaluate them on one of its lists.

        Raises:
            DatasetError: The images are not on this machine.
            TrainingError: The weights or a sample are missing or changed.
        """
        self._context.check_images_here()
        return self._evaluated(Reevaluate(str(self.folder / name), side, str(self._context.root)))

    def judge(self, name: str, pixels: NDArray[np.float32], labels: NDArray[np.int32]) -> float:
        """Return the accuracy of a run's best weights on given images.

        Args:
            name: Name of the run.
            pixels: (n, side, side, 3) RGB levels of 0..255, at the run's size.
            labels: (n,), class numbers of the run.

        Raises:
            TrainingError: The weights can't be read, or there is no space for the images.
        """
        scratch = make_scratch()
        if scratch is None:
            raise TrainingError("no place takes the images for a while", "Free some space.")
        try:
            file = scratch / "images.npz"
            np.savez(file, pixels=pixels, labels=labels)
            return self._evaluated(Reevaluate(str(self.folder / name), arrays=str(file))).accuracy
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _evaluated(self, order: Reevaluate) -> Evaluated:
        heard: list[Event] = []
        folder = Path(order.folder)
        check_run(folder, self.run(folder.name).spec)
        self._follow([order], heard.append, Stop())
        last = heard[-1]
        if isinstance(last, RunFailed):
            raise TrainingError(last.reason, last.advice)
        assert isinstance(last, Evaluated)
        return last

    def opened_test(self) -> OpenedTest | None:
        """Return the one evaluation on the test folder; None while it is locked."""
        return self._context.store.records.get(OPENED_TEST)

    def open_test(self, name: str) -> OpenedTest:
        """Evaluate a run's best weights on the test folder, once per project; stored.

        Raises:
            TrainingError: It was opened before, or there is no test folder or no weights.
        """
        before = self.opened_test()
        if before is not None:
            raise TrainingError(
                f"the test folder was opened on {before.at} by {before.run}:"
                f" accuracy {before.accuracy:.3f} of {before.images:,} images",
                "A test folder is used once. Choose by validation, or set new images aside.",
            )
        evaluation = self.evaluate(name, "test")
        at = time.strftime("%Y-%m-%d %H:%M")
        right = round(evaluation.accuracy * evaluation.images)
        low, high = wilson(right, evaluation.images)
        opened = OpenedTest(at, name, evaluation.accuracy, evaluation.images, low, high)
        self._context.store.records.put(OPENED_TEST, opened, urgent=True)
        self._context.emit(Changes(runs=True, text="the test folder was opened"))
        return opened

    def close(self) -> None:
        """Stop the current run, keeping each complete epoch, and end the child."""
        self.trainer.close()

    def _order(self, name: str) -> Train:
        folder = self.folder / name
        check_run(folder, read_spec(folder))
        return Train(str(folder), str(self._context.root), _cache())

    def _follow(
        self, orders: Iterable[Train | Reevaluate], hear: Callable[[Event], None], stop: Stop
    ) -> None:
        answers: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.trainer.listen(answers.put)
        try:
            for order in orders:
                if stop.is_set():
                    return
                self._follow_one(order, answers, hear, stop)
        finally:
            self.trainer.forget(answers.put)

    def _follow_one(
        self,
        order: Train | Reevaluate,
        answers: "queue.SimpleQueue[Event]",
        hear: Callable[[Event], None],
        stop: Stop,
    ) -> None:
        """Queue a command and follow its events to the end."""
        name = Path(order.folder).name
        (self.folder / name / ENDED).unlink(missing_ok=True)
        self.trainer.add([order])
        while True:
            if stop.is_set():
                self.trainer.stop(name)
            try:
                answer = answers.get(timeout=_LISTEN_SECONDS)
            except queue.Empty:
                continue
            if isinstance(answer, RunFailed) and self.trainer.snapshot().failure is not None:
                raise TrainingError(answer.reason, answer.advice)
            if isinstance(answer, Ready) or answer.run == name:
                hear(answer)
                if isinstance(answer, RunDone | RunFailed | RunStopped | Evaluated):
                    return

    def _on_answer(self, answer: Event) -> None:
        """Store how a run ended, and emit changes that views show; on the trainer's thread."""
        match answer:
            case RunFailed() if answer.run:
                self._keep_end(answer.run, RunState.FAILED, answer.reason, answer.advice)
            case RunStopped():
                self._keep_end(answer.run, RunState.STOPPED, "", "")
            case Step() | Preparing():
                return  # polled instead
            case _:
                pass
        self._context.emit(Changes(runs=True))

    def _keep_end(self, name: str, state: RunState, reason: str, advice: str) -> None:
        folder = self.folder / name
        if not folder.is_dir() or (folder / CARD).exists():
            return
        ending = Ending(state.value, reason, advice)
        # On a full disk the run counts as interrupted: it can be resumed all the same.
        with contextlib.suppress(OSError):
            write_whole(folder / ENDED, json.dumps(msgspec.to_builtins(ending)))


def _cache() -> str:
    return str(cache_folder() / "training")


def _digest(images: SampleTable) -> str:
    """Return a hex digest of every image that is not excluded: path, class and content."""
    digest = hashlib.sha256()
    for path, label, sha256 in zip(images.paths, images.labels(), images.hashes(), strict=True):
        digest.update(f"{path}\0{label}\0".encode() + sha256)
    return digest.hexdigest()


def _rows(images: SampleTable, *lists: Sequence[str]) -> list[Rows]:
    """Return the rows of the images of each list of paths; a path counts once."""
    row_of: dict[str, int] = {path: row for row, path in enumerate(images.paths)}
    return [
        np.array([row_of[path] for path in dict.fromkeys(paths) if path in row_of], np.int64)
        for paths in lists
    ]


def _test_paths(membership: Membership) -> tuple[RelativePath, ...]:
    """Return the images of the test folder, which the rule uses in no other split."""
    used = {*membership.training, *membership.validation}
    return tuple(p for p in membership.elsewhere.get(TEST, ()) if p not in used)


def seeds_of(config: RunConfig, count: int) -> list[RunConfig]:
    """Return the same configuration with `count` consecutive seeds."""
    return [replace(config, seed=config.seed + i) for i in range(count)]
