"""Runs of a project: the queue, stops, crashes, and what is offered afterwards."""

import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from inspector.errors import TrainingError
from inspector.project.project import Project
from inspector.project.splits.split_rules import Rule
from inspector.project.training.run import RunConfig, RunState
from inspector.project.training.runs import Runs
from inspector.project.training.trainer import Phase
from inspector.training_protocol.messages import EpochDone, RunDone, Started

LONG = 100_000


@pytest.fixture
def runs(project: Project) -> Runs:
    """The runs of the demo; its child ends with the project."""
    return project.runs


def store(runs: Runs, epochs: int = 2, **wanted: object) -> str:
    wish = RunConfig(epochs=epochs, image_size_px=32, **wanted)  # type: ignore[arg-type]
    return runs.store(runs.plan(Rule(), wish))


def wait(what: Callable[[], bool], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def epochs(runs: Runs, name: str) -> int:
    return len(runs.run(name).history)


def test_a_queue_is_worked_off_and_each_run_says_where_it_stands(
    project: Project, runs: Runs
) -> None:
    told: list[object] = []
    project.subscribe(told.append)
    first, second = store(runs), store(runs, seed=1)
    assert runs.run(first).state is RunState.INTERRUPTED
    runs.start([first, second])
    assert runs.run(second).state is RunState.WAITING
    wait(lambda: runs.run(second).state is RunState.DONE)
    done = runs.run(first)
    assert done.state is RunState.DONE
    assert done.best is not None
    assert not done.can_resume
    assert len(told) >= 8
    assert runs.trainer.snapshot().live == {}
    again = runs.evaluate(first)
    assert again.accuracy == done.best.val_accuracy
    assert again.images == len(done.spec.validation)


def test_the_selection_set_is_cut_by_group(project: Project, runs: Runs) -> None:
    spec = runs.plan(Rule(), RunConfig())
    groups = project.groups
    rows = {s.path: s for s in groups.images()}
    numbers = dict(
        zip(rows, groups.numbers(list(rows.values()), with_duplicates=True), strict=True)
    )
    assert len(spec.dataset_digest) == 64
    held = {numbers[p] for p in spec.selection.paths}
    assert held
    assert not held & {numbers[p] for p in spec.training.paths}


def test_a_stop_while_tensorflow_traces_waits_for_no_epoch(runs: Runs) -> None:
    name = store(runs, LONG)
    heard: list[object] = []
    runs.trainer.listen(heard.append)
    runs.start([name])
    wait(lambda: any(isinstance(a, Started) for a in heard))
    runs.trainer.stop(name)
    wait(lambda: runs.run(name).state is RunState.STOPPED)
    assert not any(isinstance(a, EpochDone) for a in heard)
    assert runs.run(name).can_resume
    again = store(runs)
    runs.start([again])
    wait(lambda: runs.run(again).state is RunState.DONE)


def test_a_killed_child_is_told_with_its_reason_and_the_run_goes_on(runs: Runs) -> None:
    name, behind = store(runs, 6), store(runs, 1)
    runs.start([name, behind])
    wait(lambda: epochs(runs, name) >= 1)
    child = runs.trainer._child
    assert child is not None
    os.kill(child.pid, signal.SIGKILL)
    wait(lambda: runs.run(name).state is RunState.FAILED)
    dead = runs.run(name)
    assert "SIGKILL" in dead.reason
    assert "memory" in dead.advice
    kept = len(dead.history)
    assert 1 <= kept < 6
    # What waited behind it is trained by a new child.
    wait(lambda: runs.run(behind).state is RunState.DONE)
    runs.start([name])
    wait(lambda: runs.run(name).state is RunState.DONE)
    assert runs.run(name).history[:kept] == dead.history
    assert epochs(runs, name) == 6


def test_pause_holds_and_closing_keeps_each_complete_epoch(
    project: Project, runs: Runs, tmp_path: Path, demo: Path
) -> None:
    name, waiting = store(runs, LONG), store(runs, 1)
    runs.start([name, waiting])
    wait(lambda: epochs(runs, name) >= 1)
    runs.trainer.pause(name)
    wait(lambda: runs.run(name).state is RunState.PAUSED)
    before = epochs(runs, name)
    paused = runs.trainer.job()
    assert paused is not None
    assert paused.phase.startswith("paused: epoch")
    assert (paused.rate, paused.left) == (0.0, "")
    time.sleep(0.3)
    assert epochs(runs, name) == before
    runs.trainer.resume(name)
    wait(lambda: epochs(runs, name) > before)
    project.close()
    again = Project(demo, tmp_path / "p.inspector", jobs=2)
    assert again.runs.run(name).state is RunState.STOPPED
    assert epochs(again.runs, name) > before
    assert again.runs.run(waiting).state is RunState.INTERRUPTED
    assert again.runs.run(waiting).can_resume
    again.close()


def test_what_waits_can_be_taken_out_of_the_queue(runs: Runs) -> None:
    first, second = store(runs, LONG), store(runs, 1)
    runs.start([first, second])
    runs.trainer.stop(second)
    assert runs.run(second).state is RunState.STOPPED
    assert runs.trainer.snapshot().live[first].phase in {Phase.WAITING, Phase.PREPARING}


def test_the_test_folder_is_opened_once_and_logged(demo: Path, tmp_path: Path) -> None:
    root = tmp_path / "three"
    shutil.copytree(demo, root)
    for file in sorted((root / "validation").glob("*/*"))[::2]:
        to = root / "test" / file.parent.name / file.name
        to.parent.mkdir(parents=True, exist_ok=True)
        file.rename(to)
    project = Project(root, tmp_path / "three.inspector", jobs=2)
    project.scans.scan()
    runs = project.runs
    name = store(runs, 1)
    heard: list[object] = []
    runs.train([name], heard.append)
    assert isinstance(heard[-1], RunDone)
    opened = runs.open_test(name)
    assert opened.images == len(runs.run(name).spec.test) > 0
    assert opened.low <= opened.accuracy <= opened.high
    assert runs.opened_test() == opened
    with pytest.raises(TrainingError, match="was opened on"):
        runs.open_test(name)
    project.close()
