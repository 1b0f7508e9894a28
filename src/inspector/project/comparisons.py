"""Comparisons: trainings that differ in one thing only, judged once on the same locked images."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from inspector.audit.comparisons import Futility
from inspector.audit.rules import GROUPS_AT_LEAST, SEEDS_AT_LEAST
from inspector.augmentation.policies import write_policy
from inspector.errors import DatasetError, TrainingError, UsageError
from inspector.project import comparison_results
from inspector.project.candidates import Candidate, check_candidates, part_of_groups
from inspector.project.comparison_records import (
    FILE,
    Kept,
    Setup,
    Turn,
    is_complete,
    read_kept,
    write_kept,
)
from inspector.project.comparison_results import Comparison, stopped_at
from inspector.project.paces import expect_seconds
from inspector.project.places import cache_folder
from inspector.project.rules import Rule, RuleKind
from inspector.project.runs import Wanted
from inspector.run_specs import (
    Answer,
    Budget,
    Failed,
    RunSpec,
    Samples,
    Scaling,
    check_spec,
)
from inspector.work.jobs import Stop

if TYPE_CHECKING:
    from inspector.project.project import Project


@dataclass(frozen=True, slots=True)
class Plan:
    """What a comparison would do, before anything is stored.

    Attributes:
        specs: (candidate, spec) in the order of training: seed by seed, the baseline first.
        expected_seconds: By the pace of earlier runs; None where none is known.
        notes: What there is to know before the start, a sentence each.
    """

    kept: Kept
    specs: tuple[tuple[str, RunSpec], ...]

    @property
    def expected_seconds(self) -> float | None:
        """How long all of it should take, by the pace of earlier runs; None if not known."""
        return self.kept.expected_seconds

    @property
    def notes(self) -> tuple[str, ...]:
        """What there is to know before the start."""
        return self.kept.notes


class Comparisons:
    """Plan a comparison, train it, go on with it, and look at what it came to."""

    def __init__(self, project: "Project") -> None:
        self._project = project

    def all(self) -> list[Kept]:
        """Return the comparisons that are kept, the newest first."""
        folder = self._project.runs.folder
        if not folder.is_dir():
            return []
        found = [read_kept(file.parent) for file in folder.glob(f"*/{FILE}")]
        return sorted(found, key=lambda kept: kept.made_at, reverse=True)

    def plan(
        self,
        rule: Rule,
        candidates: Sequence[Candidate],
        wanted: Wanted | None = None,
        *,
        setup: Setup | None = None,
        baseline: str | None = None,
    ) -> Plan:
        """Return the runs of a comparison; nothing is stored.

        Args:
            rule: The split; images of validation whose group is in training are left out.
            candidates: What is compared.
            wanted: Model, epochs and picture size for all; its policy and seed are not used.
            setup: What else is equal.
            baseline: A candidate's name; None for the first.

        Raises:
            DatasetError: The rule can't be applied, or leaves nothing to judge on.
            TrainingError: A run can't be trained as it stands.
            UsageError: The candidates or the numbers can't be compared.
        """
        wanted, setup = wanted or Wanted(), setup or Setup()
        baseline = candidates[0].name if baseline is None and candidates else baseline or ""
        check_candidates(candidates, baseline)
        if setup.seeds < 1 or setup.margin < 0:
            raise UsageError("seeds are 1 at least, and a margin 0", "5 seeds are needed.")
        ordered = sorted(candidates, key=lambda one: one.name != baseline)
        first = self._project.runs.plan(rule, replace(wanted, policy=None))
        groups = self._group_of()
        base, left_out = _apart(first, groups)
        bases = {"": base}
        for name in {one.model for one in ordered} - {""}:
            planned = self._project.runs.plan(rule, replace(wanted, policy=None, model=name))
            bases[name] = _apart(planned, groups)[0]
        specs = []
        for one in ordered:
            spec = _spec_of(one, bases[one.model], setup, groups)
            check_spec(spec)
            specs.append(spec)
        turns = tuple(
            (one.name, replace(spec, seed=setup.first_seed + s))
            for s in range(setup.seeds)
            for one, spec in zip(ordered, specs, strict=True)
        )
        looks = max(1, (len(ordered) - 1) * max(1, setup.seeds - Futility().seeds))
        kept = Kept(
            "", 0.0, rule.text, baseline, tuple(ordered), setup, Futility(looks=looks), (),
            tuple(_dense([groups[p] for p in base.validation.paths])),
            len({groups[p] for p in base.selection.paths}), base.epochs,
            expect_seconds(self._project.runs.all(), [spec for _, spec in turns]),
            _notes(rule, self._project.layout.splits, setup, base, groups, left_out),
        )  # fmt: skip
        return Plan(kept, turns)

    def store(self, plan: Plan) -> str:
        """Store a comparison and all of its runs before the start; return its name.

        Raises:
            TrainingError: The disk does not take it.
        """
        runs = self._project.runs
        turns = tuple(
            Turn(candidate, spec.seed, runs.store(spec)) for candidate, spec in plan.specs
        )
        stamp = time.strftime("compare-%Y%m%d-%H%M%S")
        number = 1
        while (runs.folder / f"{stamp}-{number}").exists():
            number += 1
        name = f"{stamp}-{number}"
        kept = replace(plan.kept, name=name, made_at=time.time(), turns=turns)
        write_kept(runs.folder / name, kept)
        return name

    def start(
        self, plan: Plan, hear: Callable[[Answer], None], stop: Stop | None = None
    ) -> str:
        """Store a comparison and train it; return its name.

        Raises:
            TrainingError: As `train`.
        """
        name = self.store(plan)
        self.train(name, hear, stop)
        return name

    def train(
        self, name: str, hear: Callable[[Answer], None], stop: Stop | None = None
    ) -> None:
        """Train what is still missing of a comparison, in one child, seed by seed.

        Raises:
            TrainingError: TensorFlow is missing, the child died, or a run failed; the runs that
                are complete stay, and those of other candidates were trained all the same.
            UsageError: There is no such comparison.
        """
        kept = self.kept(name)
        stop = stop or Stop()
        candidate_of = {turn.run: turn.candidate for turn in kept.turns}
        failures: dict[str, Failed] = {}

        def listen(answer: Answer) -> None:
            if isinstance(answer, Failed):
                failures.setdefault(candidate_of.get(answer.run, ""), answer)
            hear(answer)

        turns = self._turns(kept, stop, failures)
        first = next(turns, None)
        if first is not None:
            self._project.runs.train(_chain(first, turns), listen, stop=stop)
        if failures:
            candidate, failed = next(iter(failures.items()))
            raise TrainingError(f"{candidate or 'a run'}: {failed.reason}", failed.advice)

    def kept(self, name: str) -> Kept:
        """Return a kept comparison.

        Raises:
            UsageError: There is none of that name.
            TrainingError: It can't be read.
        """
        folder = self._project.runs.folder / name
        if not name or not (folder / FILE).exists():
            raise UsageError(f"there is no comparison {name}", "See those that are kept.")
        return read_kept(folder)

    def result(self, name: str) -> Comparison:
        """Return what is known so far of a comparison, from the predictions of its runs.

        Raises:
            UsageError: There is none of that name.
            TrainingError: A file of it is damaged.
        """
        kept = self.kept(name)
        return comparison_results.result(kept, self._project.runs.folder)

    def _turns(
        self, kept: Kept, stop: Stop, failures: dict[str, Failed]
    ) -> Iterator[str]:
        """Yield the runs that are missing; asked each time, as a policy may end on the way."""
        folder = self._project.runs.folder
        for turn in kept.turns:
            if stop.is_set() or kept.baseline in failures:
                return
            if turn.candidate in failures or is_complete(folder / turn.run):
                continue
            if turn.candidate != kept.baseline and stopped_at(kept, folder, turn.candidate):
                continue
            yield turn.run

    def _group_of(self) -> dict[str, int]:
        """Return the group in force of every image, alike pictures joined."""
        rows = self._project.groups.images()
        numbers = self._project.groups.numbers(rows, with_pictures=True).tolist()
        return {s.path: number for s, number in zip(rows, numbers, strict=True)}


def _apart(spec: RunSpec, groups: dict[str, int]) -> tuple[RunSpec, int]:
    """Leave out images of validation whose group is in training; return how many.

    Raises:
        DatasetError: That leaves fewer than two groups to judge on.
    """
    learned = {groups[p] for p in (*spec.training.paths, *spec.selection.paths)}
    apart = [groups[p] not in learned for p in spec.validation.paths]
    judged = _rows(spec.validation, apart)
    if len({groups[p] for p in judged.paths}) < 2:
        raise DatasetError(
            "nearly every validation image shows a picture or an event of training",
            "Compare on a split that keeps groups together: --by-group.",
        )
    return replace(spec, validation=judged), len(apart) - sum(apart)


def _rows(samples: Samples, taken: Sequence[bool]) -> Samples:
    """Return the rows of a list that are taken."""
    at = [row for row, is_taken in enumerate(taken) if is_taken]
    return Samples(
        tuple(samples.paths[i] for i in at), tuple(samples.labels[i] for i in at),
        tuple(samples.sha256[i] for i in at),
    )  # fmt: skip


def _spec_of(one: Candidate, base: RunSpec, setup: Setup, groups: dict[str, int]) -> RunSpec:
    """Return a candidate's run; its seed is set later."""
    training = base.training
    if one.share < 1:
        numbers = np.array([groups[p] for p in training.paths], np.int32)
        labels = np.array(training.labels, np.int32)
        training = _rows(training, part_of_groups(numbers, labels, one.share, seed=0).tolist())
    steps = 0
    if setup.budget is Budget.STEPS:
        steps = base.epochs * -(-len(base.training) // base.batch_size)
    own = setup.own_normalisation and one.policy is not None
    return replace(
        base, training=training, budget=setup.budget, steps=steps, patience=setup.patience,
        policy=write_policy(one.policy) if one.policy else None,
        policy_name=one.name if one.policy else "",
        normalisation=Scaling.POLICY if own else base.normalisation,
        cache=str(cache_folder() / "training"),
    )  # fmt: skip


def _notes(
    rule: Rule,
    folders: Mapping[str, str],
    setup: Setup,
    base: RunSpec,
    groups: dict[str, int],
    left_out: int,
) -> tuple[str, ...]:
    """Say what there is to know before the start."""
    steps = -(-len(base.training) // base.batch_size)
    if setup.budget is Budget.PLATEAU:
        said = [
            f"Each trains until its selection set has not improved for {setup.patience} epochs, at"
            f" most {base.epochs}: equal patience, not equal time."
        ]
    else:
        said = [
            f"Each takes {base.epochs * steps:,} steps, {base.epochs} epochs of all of training."
            " That favours what learns fast: strong augmentation may need a plateau."
        ]
    if not setup.own_normalisation:
        said.append("All get one normalisation, whatever a policy says of it.")
    if left_out:
        said.append(
            f"{left_out:,} validation images are left out, as their picture or event is in"
            " training; a split by group leaves none out."
        )
    independent = len({groups[p] for p in base.validation.paths})
    if independent < GROUPS_AT_LEAST:
        said.append(
            f"Validation holds {independent} independent groups: no verdict below"
            f" {GROUPS_AT_LEAST}, figures only."
        )
    if setup.seeds < SEEDS_AT_LEAST:
        said.append(
            f"{setup.seeds} seeds give figures only; a verdict needs {SEEDS_AT_LEAST} or more."
        )
    if rule.kind is RuleKind.FOLDERS and "validation" not in folders.values():
        said.append("The test folder judges here: it is no untouched test any more.")
    if setup.stop_early and setup.seeds > Futility().seeds:
        said.append(Futility().text)
    return tuple(said)


def _dense(numbers: Sequence[int]) -> list[int]:
    found: list[int] = np.unique(np.array(numbers), return_inverse=True)[1].tolist()
    return found


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest
