"""The gap by real trainings: the same conditions, seed by seed, stored and resumed."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace

import numpy as np
import pytest

from inspector.audit.diagnosis import TERMS
from inspector.errors import TrainingError
from inspector.project.experiments.experiments import SPLIT, Experiment, ExperimentPlan
from inspector.project.project import Project
from inspector.project.splits.split_rules import Rule
from inspector.project.training.run import RunConfig
from inspector.training_protocol.messages import Event, RunDone, RunFailed
from inspector.training_protocol.run_folder import PREDICTIONS_LAST
from inspector.training_protocol.run_spec import Budget, read_spec
from inspector.work.jobs import Stop

SMALL = RunConfig(epochs=1, image_size_px=12)
Hear = Callable[[Event], None]


def _plan(project: Project, seeds: int, wanted: RunConfig = SMALL) -> ExperimentPlan:
    plan = project.experiments.plan(Rule(), wanted, seeds=seeds)
    assert plan is not None
    return plan


def test_a_plan_names_every_training(project: Project) -> None:
    plan = _plan(project, 2)
    one, two = plan.specs
    assert plan.trainings == len(one) + len(two)
    assert not project.runs.folder.exists()
    # What is trained on all of the folder does not depend on the seed.
    assert len(two) == len(one) - 1
    groups = _groups(project)
    everything = {s.path for s in project.groups.images() if s.split in ("training", "validation")}
    for spec in (*one, *two):
        assert (spec.split, spec.budget, spec.steps) == (SPLIT, Budget.STEPS, plan.steps)
        assert not set(spec.training.paths) & set(spec.validation.paths)
        assert {*spec.training.paths, *spec.validation.paths} == everything
    assert len({spec.seed for spec in (*one, *two)}) == plan.trainings
    grouped = one[5:10]
    sizes = {len(spec.training) for spec in one[:10]}
    assert len(sizes) == 1
    held = [_mates_left_out(spec.training.paths, groups) for spec in grouped]
    assert sum(held) > sum(_mates_left_out(spec.training.paths, groups) for spec in one[:5])
    assert project.experiments.last() is None


def _groups(project: Project) -> dict[str, int]:
    rows = [s for s in project.groups.images() if s.split == "training"]
    numbers = project.groups.numbers(rows, with_duplicates=True).tolist()
    return {s.path: n for s, n in zip(rows, numbers, strict=True)}


def _mates_left_out(learned: tuple[str, ...], groups: dict[str, int]) -> int:
    """Count the groups of two or more images that are completely held out."""
    count = np.bincount(list(groups.values()))
    inside = {groups[p] for p in learned if p in groups}
    return sum(size > 1 and number not in inside for number, size in enumerate(count.tolist()))


def _guess(project: Project, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Replace trainings by guesses: the first hex digit of a path's hash decides."""
    trained = []
    rows = project.groups.images()
    numbers = project.groups.numbers(rows, with_duplicates=True).tolist()
    group = {s.path: n for s, n in zip(rows, numbers, strict=True)}

    def train(names: Iterable[str], hear: Hear, *, stop: Stop | None = None) -> None:
        for name in names:
            spec = read_spec(project.runs.folder / name)
            learned = {group[p] for p in spec.training.paths}
            lines = ["path,label,predicted,confidence"]
            for path in spec.validation.paths:
                seen = group[path] in learned
                luck = hashlib.sha256(f"{spec.seed}{path}".encode()).digest()[0]
                lines.append(f"{path},a,{'a' if luck < (240 if seen else 150) else 'b'},0.9")
            (project.runs.folder / name / PREDICTIONS_LAST).write_text("\n".join(lines) + "\n")
            trained.append(name)
            hear(RunDone(name, 1, 1, 0.5, 0.5, False, 1.0))

    monkeypatch.setattr(project.runs, "train", train)
    return trained


def test_it_is_stopped_goes_on_and_says_what_it_shows(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = _plan(project, 2)
    stop, heard = Stop(), []

    def hear(answer: Event) -> None:
        heard.append(answer)
        if isinstance(answer, RunDone):
            stop.set()

    # One training is real: what is learned from all of the folder.
    late = replace(plan, specs=(plan.specs[0][10:],))
    early = project.experiments.run(late, hear, stop=stop)
    assert (early.answer, early.seeds_done, early.partial) == (None, 0, True)
    assert sum(isinstance(a, RunDone) for a in heard) == 1
    trained = _guess(project, monkeypatch)
    between: list[Experiment] = []
    found = project.experiments.run(plan, first=between.append)
    assert len(trained) == plan.trainings - 1
    assert [(e.seeds_done, e.partial) for e in between] == [(1, True)]
    assert (found.seeds_done, found.partial) == (2, False)
    answer = found.answer
    assert answer is not None
    assert set(answer.terms) == set(TERMS)
    assert answer.question["models"] == "trained models"
    assert answer.verdict.startswith("Inconclusive: 2 seeds")
    quick = next(m for m in answer.quick_models if m.name == "baseline models")
    assert quick.terms == plan.quick.terms
    r, g, leakage = answer.arms["random"], answer.arms["group"], answer.terms["leakage"]
    assert r.mean is not None
    assert g.mean is not None
    assert leakage.mean == pytest.approx(r.mean - g.mean)
    # Guesses with one of their group in training are right in .94, others in .59.
    assert answer.same_images is not None
    assert answer.same_images.mean == pytest.approx(0.35, abs=0.07)
    assert answer.arms["folder_own"].mean == pytest.approx(0.59, abs=0.1)
    assert any("models that trained on another image of the group" in e
               for e in answer.evidence)  # fmt: skip
    kept = project.experiments.last()
    assert kept is not None
    assert kept["partial"] is False
    assert asdict(project.experiments.known(plan)) == asdict(found)
    assert asdict(project.experiments.run(_plan(project, 2))) == asdict(found)
    assert len(trained) == plan.trainings - 1


def test_a_failing_training_is_told_once(project: Project) -> None:
    plan = _plan(project, 1, replace(SMALL, model="MobileNetV2"))
    heard: list[Event] = []
    with pytest.raises(TrainingError, match="MobileNetV2 has no weights"):
        project.experiments.run(plan, heard.append)
    assert sum(isinstance(a, RunFailed) for a in heard) == 1
