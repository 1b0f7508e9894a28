"""Experiments: the gap by real trainings, condition by condition, beside baseline models."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from inspector import __version__
from inspector.audit.diagnosis import Diagnosis, Question, as_json
from inspector.audit.gap.diagnose import SEEDS_OF_MANY, diagnose
from inspector.audit.gap.work import Trained
from inspector.desktop.paths import cache_folder
from inspector.errors import TrainingError
from inspector.input_files import read_json
from inspector.project.changes import Changes
from inspector.project.diagnosis.diagnoses import Diagnoses
from inspector.project.experiments.comparison_records import is_complete, read_right
from inspector.project.experiments.trained_folds import TrainedFolds
from inspector.project.splits.source import SplitSource
from inspector.project.splits.split_rules import Rule
from inspector.project.splits.splits import Splits
from inspector.project.training.run import RunConfig
from inspector.project.training.runs import Runs
from inspector.project.training.time_estimate import estimate_seconds
from inspector.store.records import EXPERIMENT, ExperimentRecord
from inspector.store.samples import Sample
from inspector.training_protocol.messages import Event, RunFailed
from inspector.training_protocol.run_folder import PREDICTIONS_LAST, write_whole
from inspector.training_protocol.run_spec import Budget, RunSpec, SampleColumns, check_spec
from inspector.work.jobs import Progress, Stop

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

FILE = "experiment.json"
SPLIT = "experiment"
"""Split text of an experiment's runs, by which a list of runs can leave them out."""


@dataclass(frozen=True, slots=True)
class ExperimentPlan:
    """What an experiment trains.

    Attributes:
        question: As for the baseline models.
        quick: Their answer; its controls replace those that would take too long.
        specs: Per seed, in training order; runs shared with an earlier seed are not repeated.
        steps: Optimiser steps per run.
        expected_seconds: By the speed of earlier runs; None where unknown.
    """

    question: Question
    quick: Diagnosis
    specs: tuple[tuple[RunSpec, ...], ...]
    steps: int
    expected_seconds: float | None

    @property
    def trainings(self) -> int:
        """Total number of runs."""
        return sum(len(block) for block in self.specs)


@dataclass(frozen=True, slots=True)
class Experiment:
    """Result of the trainings; None before the first seed is complete.

    Attributes:
        seeds_done: Complete seeds of `seeds`.
    """

    answer: Diagnosis | None
    quick: Diagnosis
    seeds_done: int
    seeds: int

    @property
    def partial(self) -> bool:
        """Whether seeds are missing."""
        return self.seeds_done < self.seeds


class Experiments:
    """Plans and trains the runs behind a gap, and returns what they show.

    Attributes:
        folds: Cross-validations by group through real trainings.
    """

    def __init__(
        self,
        source: SplitSource,
        splits: Splits,
        diagnoses: Diagnoses,
        runs: Runs,
    ) -> None:
        self._source = source
        self._context = source.context
        self._groups = source.groups
        self._splits = splits
        self._diagnoses = diagnoses
        self._runs = runs
        self.folds = TrainedFolds(source.groups, splits, diagnoses, runs)

    def plan(
        self,
        rule: Rule | None = None,
        config: RunConfig | None = None,
        *,
        seeds: int = SEEDS_OF_MANY,
        stop: Stop | None = None,
        progress: Progress | None = None,
    ) -> ExperimentPlan | None:
        """Diagnose with baseline models and return what would be trained; None when stopped.

        The conditions choose their images without looking at any result. So running them with a
        model that only records its input names every training beforehand.

        Raises:
            DatasetError: There is nothing to compare.
            TrainingError: A run can't be trained.
        """
        _project, config = self._source, config or RunConfig()
        rule = rule or self._splits.rule
        quick = self._diagnoses.run(rule, seeds=seeds, stop=stop, progress=progress)
        if quick is None:
            return None
        question = self._diagnoses.question(rule)
        blocks = _recorded(question, quick, seeds)
        base = self._base(question, config)
        steps = config.epochs * -(-len(blocks[0][0]) // base.batch_size)
        specs = tuple(
            tuple(self._spec(base, question, rows, steps) for rows in block) for block in blocks
        )
        for spec in specs[0]:
            check_spec(spec)
        known = self._known()
        every = [s for block in specs for s in block if self._run_of(s, known) is None]
        expected = estimate_seconds(self._runs.all(), every) if every else 0.0
        return ExperimentPlan(question, quick, specs, steps, expected)

    def run(
        self,
        plan: ExperimentPlan,
        hear: Callable[[Event], None] = lambda answer: None,
        *,
        stop: Stop | None = None,
        first: Callable[[Experiment], None] | None = None,
    ) -> Experiment:
        """Train the missing runs, seed by seed, and answer; complete runs are kept.

        Args:
            plan: From `plan`.
            hear: Called with every event of the trainings.
            stop: Ends it after the current batch; the answer covers the complete seeds.
            first: Called with the answer so far after every seed but the last.

        Raises:
            TrainingError: TensorFlow is missing, the child died, or a run failed.
        """
        stop = stop or Stop()
        failures: list[RunFailed] = []

        def listen(answer: Event) -> None:
            if isinstance(answer, RunFailed):
                failures.append(answer)
            hear(answer)

        names = self._names(plan, lambda: stop.is_set() or bool(failures), first)
        head = next(names, None)
        if head is not None:
            self._runs.train(_chain(head, names), listen, stop=stop)
        if failures:
            raise TrainingError(failures[0].reason, failures[0].advice)
        experiment = self.known(plan)
        if experiment.answer is not None:
            answer = as_json(experiment.answer) | {"partial": experiment.partial}
            self._context.store.records.note(EXPERIMENT, ExperimentRecord(answer))
            self._context.emit(Changes(rule=True, text="the experiment is done"))
        return experiment

    def known(self, plan: ExperimentPlan) -> Experiment:
        """Answer with the complete runs, up to the last whole seed; nothing is trained.

        Raises:
            TrainingError: A file of a run is damaged.
        """
        record = self._known()
        judges: dict[bytes, dict[str, bool]] = {}
        done = 0
        for block in plan.specs:
            for spec in block:
                right = self._right(spec, record)
                if right is None:
                    break
                judges[_key(spec.training.paths)] = right
            else:
                done += 1
                continue
            break
        seeds = len(plan.specs)
        if not done:
            return Experiment(None, plan.quick, 0, seeds)
        paths = self._groups.images().paths

        def learn(rows: Ints) -> Callable[[Ints], Mask]:
            right = judges[_key(tuple(paths[i] for i in rows.tolist()))]
            return lambda others: np.array([right[paths[i]] for i in others.tolist()], np.bool_)

        answer = diagnose(plan.question, seeds=seeds, trained=Trained(learn, done, plan.quick))
        return Experiment(answer, plan.quick, done, seeds)

    def last(self) -> dict[str, object] | None:
        """Return the last answer as JSON, or None."""
        record = self._context.store.records.get(EXPERIMENT)
        return record.answer if record else None

    def _names(
        self,
        plan: ExperimentPlan,
        ends: Callable[[], bool],
        first: Callable[[Experiment], None] | None,
    ) -> Iterator[str]:
        """Yield the missing runs, each stored when its turn comes."""
        known = self._known()
        for number, block in enumerate(plan.specs):
            for spec in block:
                if ends():
                    return
                name = self._run_of(spec, known)
                if name is None:
                    yield self._store(spec)
                elif not is_complete(self._runs.folder / name):
                    yield name
            if first is not None and number + 1 < len(plan.specs) and not ends():
                first(self.known(plan))

    def _right(self, spec: RunSpec, known: Mapping[str, str]) -> dict[str, bool] | None:
        name = self._run_of(spec, known)
        if name is None or not is_complete(self._runs.folder / name):
            return None
        right = read_right(self._runs.folder / name / PREDICTIONS_LAST) > 0
        return dict(zip(spec.validation.paths, right.tolist(), strict=True))

    def _base(self, question: Question, config: RunConfig) -> RunSpec:
        """Return what all runs share.

        Raises:
            DatasetError: The images are not on this machine.
        """
        self._context.check_images_here()
        return RunSpec(
            str(self._context.root), question.classes,
            SampleColumns(), SampleColumns(), SampleColumns(),
            config.model, 0, config.image_size_px, budget=Budget.STEPS, epochs=config.epochs,
            split=SPLIT, cache=str(cache_folder() / "training"),
            versions={"inspector": __version__},
        )  # fmt: skip

    def _spec(self, base: RunSpec, question: Question, rows: Ints, steps: int) -> RunSpec:
        """Return the run that trains on `rows` and judges everything else.

        There is no selection holdout: every run takes the same number of steps and its last epoch
        counts, so no choice of checkpoint differs between conditions.
        """
        images = self._groups.images()
        used = question.in_training | question.in_folder
        used[rows] = False
        digest = hashlib.blake2b(rows.tobytes(), digest_size=4).digest()
        return replace(
            base, training=_samples(images, question, rows),
            validation=_samples(images, question, np.flatnonzero(used)), steps=steps,
            seed=int.from_bytes(digest, "big"),
        )  # fmt: skip

    def _known(self) -> dict[str, str]:
        """Return the runs of all experiments by the digest of their spec."""
        file = self._runs.folder / FILE
        if not file.exists():
            return {}
        return read_json(
            file, dict[str, str], what="list of runs",
            advice="Delete it: training starts again from the beginning.", error_type=TrainingError,
        )  # fmt: skip

    def _run_of(self, spec: RunSpec, known: Mapping[str, str]) -> str | None:
        name = known.get(_digest(spec))
        there = name is not None and (self._runs.folder / name).is_dir()
        return name if there else None

    def _store(self, spec: RunSpec) -> str:
        name = self._runs.store(spec)
        known = self._known() | {_digest(spec): name}
        write_whole(self._runs.folder / FILE, json.dumps(known, indent=1))
        return name


def _recorded(question: Question, quick: Diagnosis, seeds: int) -> list[list[Ints]]:
    """Return the rows that each seed's trainings learn from, without those of earlier seeds."""
    seen: set[bytes] = set()
    blocks: list[list[Ints]] = []

    def learn(rows: Ints) -> Callable[[Ints], Mask]:
        if rows.tobytes() not in seen:
            seen.add(rows.tobytes())
            blocks[-1].append(rows)
        return lambda others: np.zeros(len(others), np.bool_)

    for upto in range(1, seeds + 1):
        blocks.append([])
        diagnose(question, seeds=seeds, trained=Trained(learn, upto, quick))
    if not blocks[0]:
        raise TrainingError(
            "there are too few images to train on",
            "Training needs at least ten images of two classes.",
        )
    return blocks


def _samples(images: Sequence[Sample], question: Question, rows: Ints) -> SampleColumns:
    chosen = [(images[i], int(question.labels[i])) for i in rows.tolist()]
    return SampleColumns(
        tuple(s.path for s, _ in chosen), tuple(label for _, label in chosen),
        tuple(s.sha256.hex() for s, _ in chosen),
    )  # fmt: skip


def _key(paths: tuple[str, ...]) -> bytes:
    text = "\n".join(paths).encode("utf-8", "surrogateescape")
    return hashlib.blake2b(text, digest_size=16).digest()


def _digest(spec: RunSpec) -> str:
    """Return a digest of everything that decides what a run does; the image cache does not."""
    lists = (spec.training, spec.validation)
    bare = replace(
        spec, training=SampleColumns(), validation=SampleColumns(), cache="", versions={}
    )
    # Keeps the digest of runs from before the evaluation split had a name.
    text = repr(bare).replace(f", evaluation={spec.evaluation!r}", "")
    digest = hashlib.blake2b(text.encode(), digest_size=16)
    for samples in lists:
        for column in (samples.paths, samples.sha256, map(str, samples.labels)):
            digest.update("\n".join(column).encode("utf-8", "surrogateescape") + b"\0")
    return digest.hexdigest()


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest
