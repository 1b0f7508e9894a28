"""Training when the disk, a thread or a child fails: an event, never a hang."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from inspector.errors import TrainingError
from inspector.project.project import Project
from inspector.project.splits.split_rules import Rule
from inspector.project.training import trainer as trainer_module
from inspector.project.training.runs import RunConfig, RunState
from inspector.subprocesses import ChildProcess, ProcessExited
from inspector.training_protocol.messages import RunDone, RunFailed
from tests.faults.disks import fill, inspector, told

EPOCHS = 12


def test_training_on_a_disk_that_fills_up_fails_and_can_be_resumed(
    demo: Path, small_disk: Callable[[str, int], Path]
) -> None:
    disk = small_disk("disk", 40)
    file = disk / "p.inspector"
    assert inspector("scan", demo, "--project", file, "--quiet").returncode == 0
    words = [
        "train", demo, "--project", file, "--epochs", EPOCHS, "--image-size", 32,
        "--json-lines", "--quiet",
    ]  # fmt: skip
    child = subprocess.Popen(
        [sys.executable, "-m", "inspector", *map(str, words)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    events = []
    assert child.stdout is not None
    for line in child.stdout:
        events.append(json.loads(line))
        if events[-1]["event"] == "epoch":
            ballast = fill(disk)
            break
    out, err = child.communicate(timeout=60)
    events += [json.loads(line) for line in out.splitlines()]
    assert events[-1]["event"] == "failed", err
    told(subprocess.CompletedProcess(child.args, child.returncode, out, err))
    run = events[0]["run"]

    ballast.unlink()
    (kept,) = json.loads(inspector("runs", demo, "--project", file, "--json").stdout)
    assert 1 <= kept["done"] < EPOCHS
    done = inspector("train", demo, "--project", file, "--resume", run, "--json-lines", "--quiet")
    assert done.returncode == 0, done.stderr
    resumed = [json.loads(line) for line in done.stdout.splitlines()]
    epochs = [event["epoch"] for event in resumed if event["event"] == "epoch"]
    assert epochs[0] > kept["done"]
    assert epochs[-1] == EPOCHS
    assert resumed[-1]["event"] == "done"


def test_an_end_that_can_not_be_noted_is_heard_all_the_same(project: Project) -> None:
    name = project.runs.store(project.runs.plan(Rule(), RunConfig(epochs=1, image_size_px=32)))
    folder = project.runs.folder / name
    # The note of the end is written to this name first.
    (folder / "ended.json.part").mkdir()
    (folder / "spec.json").write_text((folder / "spec.json").read_text().replace(".jpg", ".gone"))
    heard: list[object] = []
    waiting = threading.Thread(target=project.runs.train, args=([name], heard.append), daemon=True)
    waiting.start()
    waiting.join(90)
    assert not waiting.is_alive()
    assert isinstance(heard[-1], RunFailed)
    assert project.runs.run(name).state is RunState.INTERRUPTED


def test_a_listener_that_fails_keeps_no_answer_from_the_others(project: Project) -> None:
    def fail(_: object) -> None:
        raise ValueError("a listener's own")

    project.runs.trainer.listen(fail)
    name = project.runs.store(project.runs.plan(Rule(), RunConfig(epochs=1, image_size_px=32)))
    heard: list[object] = []
    project.runs.train([name], heard.append)
    assert isinstance(heard[-1], RunDone)


@pytest.mark.timeout(120)  # Without an answer it would wait for ever.
def test_a_bug_on_the_trainers_thread_is_an_answer(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(ChildProcess):
        def receive(self, *_: object, **__: object) -> NoReturn:
            raise RuntimeError("a bug")

    monkeypatch.setattr(trainer_module, "ChildProcess", Broken)
    name = project.runs.store(project.runs.plan(Rule(), RunConfig(epochs=1, image_size_px=32)))
    with pytest.raises(TrainingError, match="training can't go on: a bug"):
        project.runs.train([name], lambda _: None)


def test_a_child_that_can_not_be_started_is_an_answer(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_child(*_: object, **__: object) -> None:
        raise ProcessExited("it can't be started: Too many open files")

    monkeypatch.setattr(trainer_module, "ChildProcess", no_child)
    name = project.runs.store(project.runs.plan(Rule(), RunConfig(epochs=1, image_size_px=32)))
    heard: list[object] = []
    failed = threading.Event()

    def train() -> None:
        try:
            project.runs.train([name], heard.append)
        except Exception as error:
            heard.append(str(error))
        failed.set()

    threading.Thread(target=train, daemon=True).start()
    assert failed.wait(30)
    assert "Too many open files" in str(heard[-1])
    assert os.path.exists(project.runs.folder / name / "spec.json")
