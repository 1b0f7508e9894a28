"""Children that can't be started or die, and what they leave in the temporary folder."""

import os
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import pytest

from inspector import subprocesses
from inspector.audit import seed_variability as draws
from inspector.errors import ProcessError
from inspector.project.augment.policy_effects import PolicyEffects
from inspector.scratch import make_scratch, sweep_scratch
from inspector.subprocesses import ChildProcess, ProcessExited
from inspector.work import child_messages, diagnosis_process
from inspector.work.effects_process import RangesRequest
from inspector.work.jobs import Progress, Stop
from inspector.work.pool import Pool


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def _dead_process() -> int:
    with subprocess.Popen(["true"]) as process:
        process.wait()
    return process.pid


def test_what_killed_programs_left_is_swept(temporary: Path) -> None:
    dead = temporary / f"inspector-{_dead_process()}-abc123"
    dead.mkdir()
    used = temporary / f"inspector-{_dead_process()}-def456"
    used.mkdir()
    (used / "traced.py").write_text("x")
    older = temporary / f"inspector-{_dead_process()}-old789"
    older.mkdir()
    (older / "traced.py").write_text("x")
    nameless = temporary / "inspector-q1w2e3"
    nameless.mkdir()
    for folder in (older, nameless):
        os.utime(folder, (1e9, 1e9))
    fresh, foreign = temporary / "inspector-fresh", temporary / "inspector-notes.txt"
    fresh.mkdir()
    foreign.write_text("mine")
    link = temporary / f"inspector-{_dead_process()}-link"
    link.symlink_to(used)
    own = make_scratch()
    sweep_scratch()
    assert set(temporary.iterdir()) == {used, fresh, foreign, link, own}


def test_no_place_for_temporary_files_keeps_no_child_from_working(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object, **__: object) -> str:
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr(tempfile, "mkdtemp", full)
    pool = Pool("tests.work.test_pool:double", workers=1, timeout_seconds=30)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([os.environ.get("PYTHONPATH", ""), "."]))
    try:
        (answer,) = pool.map([[1, 2]], stop=Stop())
    finally:
        pool.close()
    assert answer.result == [2, 4]  # type: ignore[union-attr]


def test_a_process_that_can_not_be_started_is_said_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_process(*_: object, **__: object) -> None:
        raise OSError(11, "Resource temporarily unavailable")

    files = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    monkeypatch.setattr(subprocesses.subprocess, "Popen", no_process)
    with pytest.raises(ProcessError, match="temporarily unavailable"):
        list(Pool("json:loads", workers=1, timeout_seconds=1).map([["1"]], stop=Stop()))
    if files:
        assert len(os.listdir("/proc/self/fd")) == files


def test_baseline_models_whose_process_dies_are_an_error_not_a_bug(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Mortal(ChildProcess):
        def send(self, message: object) -> None:
            self.abort()
            super().send(message)

    monkeypatch.setattr(child_messages, "ChildProcess", Mortal)
    with pytest.raises(ProcessError, match="process is gone"):
        diagnosis_process.answer_in_child(
            None,  # type: ignore[arg-type]
            draws.SeedScores,
            stop=Stop(),
            progress=Progress(),
        )


def test_closing_does_not_wait_for_a_measurement() -> None:
    measuring = PolicyEffects()
    heard: list[object] = []

    def ask() -> None:
        try:
            measuring.ask(RangesRequest())
        except Exception as error:
            heard.append(error)

    asking = threading.Thread(target=ask)
    with measuring._lock:
        # The child stands still before it can answer.
        measuring._child = ChildProcess(diagnosis_process.NAME)
        os.kill(measuring._child.pid, signal.SIGSTOP)
    asking.start()
    time.sleep(0.2)
    began = time.monotonic()
    measuring.close()
    asking.join(10)
    assert not asking.is_alive()
    assert time.monotonic() - began < 10
    assert "measuring ended" in str(heard[0])


def test_all_children_can_be_ended_at_once() -> None:
    children = [ChildProcess(diagnosis_process.NAME) for _ in range(2)]
    scratch = [child._scratch for child in children]
    subprocesses.abort_children()
    for child in children:
        with pytest.raises(ProcessExited, match="SIGKILL"):
            child.receive()
        child.kill()
    assert not any(folder is not None and folder.exists() for folder in scratch)
