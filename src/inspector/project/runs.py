"""Runs: trainings in a child process, each kept in a folder of its own beside the project."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inspector import __version__
from inspector.augmentation.policies import write_policy
from inspector.augmentation.terms import Policy
from inspector.children import Child, ChildGone
from inspector.dataset.group_split import split_by_group
from inspector.errors import TrainingError, UsageError
from inspector.project.rules import Rule
from inspector.run_specs import (
    SMALL_CNN,
    TRAINER,
    Answer,
    Done,
    EpochDone,
    Failed,
    Ready,
    RunSpec,
    Samples,
    Stopped,
    StopRun,
    Train,
    check_spec,
    read_history,
    read_spec,
    write_spec,
)
from inspector.work.jobs import Stop

if TYPE_CHECKING:
    from inspector.project.project import Project

SELECTION_SHARE = 0.15
IMAGE_SIZE_PX = 64
EPOCHS = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asks of a run; the rule says which files.

    Attributes:
        seed: Of weights, order and augmentation, apart from the split's.
    """

    policy: Policy | None = None
    model: str = SMALL_CNN
    epochs: int = EPOCHS
    seed: int = 0
    image_size_px: int = IMAGE_SIZE_PX


@dataclass(frozen=True, slots=True)
class Run:
    """A run that is kept: its spec and the epochs that it has completed."""

    name: str
    folder: Path
    spec: RunSpec
    history: tuple[EpochDone, ...]


class Runs:
    """Start runs, go on with them, and look at those that are kept."""

    def __init__(self, project: "Project") -> None:
        self._project = project

    @property
    def folder(self) -> Path:
        """Where runs are kept: beside the project file; they can't be rebuilt."""
        file = self._project.file
        return file.with_name(f"{file.name}.runs")

    def all(self) -> list[Run]:
        """Return the runs that are kept, in order of their names."""
        if not self.folder.is_dir():
            return []
        found = []
        for folder in sorted(self.folder.iterdir()):
            if (folder / "spec.json").exists():
                found.append(Run(folder.name, folder, read_spec(folder), read_history(folder)))
        return found

    def plan(self, rule: Rule, wanted: Wanted) -> RunSpec:
        """Return the spec of a run; a selection set is cut by group from training.

        Raises:
            DatasetError: The rule can't be applied.
            TrainingError: The run can't be trained as it stands.
        """
        project = self._project
        made = project.splits.membership(rule)
        known = {s.path: s for s in project.groups.images() if s.mark != "drop"}
        training = [known[p] for p in dict.fromkeys(made.training) if p in known]
        validation = [known[p] for p in dict.fromkeys(made.validation) if p in known]
        names = tuple(sorted({s.new_label or s.label for s in (*training, *validation)}))
        place = {name: i for i, name in enumerate(names)}

        def columns(rows: list[object]) -> Samples:
            chosen = [known[str(p)] for p in rows]
            return Samples(
                tuple(s.path for s in chosen),
                tuple(place[s.new_label or s.label] for s in chosen),
                tuple(s.sha256.hex() for s in chosen),
            )

        held = np.zeros(len(training), np.bool_)
        if training:
            groups = project.groups.numbers(training, with_pictures=True)
            labels = np.array([place[s.new_label or s.label] for s in training], np.int32)
            held = split_by_group(groups, labels, SELECTION_SHARE, seed=0)
        learned = [s.path for s, out in zip(training, held, strict=True) if not out]
        selected = [s.path for s, out in zip(training, held, strict=True) if out]
        spec = RunSpec(
            str(project.root), names, columns(list(learned)), columns(list(selected)),
            columns([s.path for s in validation]), wanted.model, wanted.seed,
            wanted.image_size_px, epochs=wanted.epochs,
            policy=write_policy(wanted.policy) if wanted.policy else None, split=rule.text,
            versions={"inspector": __version__},
        )  # fmt: skip
        check_spec(spec)
        return spec

    def store(self, spec: RunSpec) -> str:
        """Store a new run's spec before its start; return the run's name."""
        stamp = time.strftime("%Y%m%d-%H%M%S")
        number = 1
        while (self.folder / f"{stamp}-{number}").exists():
            number += 1
        name = f"{stamp}-{number}"
        write_spec(self.folder / name, spec)
        return name

    def resume(self, name: str, *, epochs: int | None = None) -> str:
        """Check that a run is there to go on with.

        Raises:
            UsageError: There is none of that name, or another number of epochs is asked for.
        """
        run = next((r for r in self.all() if r.name == name), None)
        if run is None:
            raise UsageError(f"there is no run {name}", "See `inspector runs DATASET`.")
        if epochs is not None and epochs != run.spec.epochs:
            raise UsageError(
                f"the run {name} was planned for {run.spec.epochs} epochs",
                "A run goes on as it was planned; start a new one for another length.",
            )
        return name

    def train(
        self, names: Iterable[str], hear: Callable[[Answer], None], *, stop: Stop | None = None
    ) -> None:
        """Train stored runs one after another in one child; each event is passed to `hear`.

        A name is asked for when its turn comes, so the rest may depend on what was heard.

        Raises:
            TrainingError: TensorFlow is missing, or the child ended without a word.
        """
        stop = stop or Stop()
        child = Child(TRAINER, low_priority=self._project.low_priority)
        try:
            while not isinstance(first := child.receive(), Ready):
                if isinstance(first, Failed):
                    raise TrainingError(first.reason, first.advice)
            hear(first)
            for name in names:
                self._train_one(child, name, hear, stop)
        except ChildGone as gone:
            raise TrainingError(
                f"the training ended: {gone}", "Go on from its last epoch with --resume."
            ) from gone
        finally:
            child.kill()

    def _train_one(
        self, child: Child, name: str, hear: Callable[[Answer], None], stop: Stop
    ) -> None:
        child.send(Train(str(self.folder / name)))
        asked = False
        while True:
            if stop.is_set() and not asked:
                child.send(StopRun(name))
                asked = True
            answer = child.receive()
            hear(answer)  # type: ignore[arg-type]
            if isinstance(answer, Done | Failed | Stopped):
                return


def seeds_of(wanted: Wanted, count: int) -> list[Wanted]:
    """Return the same wish with `count` seeds in a row."""
    return [replace(wanted, seed=wanted.seed + i) for i in range(count)]
