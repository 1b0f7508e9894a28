"""Termination signals: the program ends in time, and nobody is to blame."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspector.errors import UnwritableError
from inspector.project.project import Project
from inspector.store.database import Database
from inspector.work.jobs import Stop
from inspector.work.pool import Pool, TaskDone

HERE = "tests.faults.test_signals"
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="these are signals of POSIX")


def slow(items: list[float]) -> list[float]:
    for item in items:
        time.sleep(item)
    return items


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([os.environ.get("PYTHONPATH", ""), "."]))
    pool = Pool(f"{HERE}:slow", workers=1, timeout_seconds=60)
    yield pool
    pool.close()


def children(process: int) -> list[int]:
    listed = subprocess.run(
        ["pgrep", "-P", str(process)], capture_output=True, text=True, check=False
    )
    return [int(line) for line in listed.stdout.split()]


def command(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def test_a_session_that_ends_makes_no_file_guilty(pool: Pool) -> None:
    def end_session() -> None:
        time.sleep(1.5)
        for child in children(os.getpid()):
            if "inspector.work.pool" in command(child):
                os.kill(child, signal.SIGTERM)

    list(pool.map([[0.0]], stop=Stop()))
    ending = threading.Thread(target=end_session)
    ending.start()
    answers = list(pool.map([[3.0]], stop=Stop()))
    ending.join()
    assert [type(answer) for answer in answers] == [TaskDone]


def test_a_worker_that_is_ended_after_the_stop_makes_no_file_guilty(pool: Pool) -> None:
    stop = Stop()

    def end() -> None:
        time.sleep(0.5)
        stop.set()
        time.sleep(0.4)
        for child in children(os.getpid()):
            if "inspector.work.pool" in command(child):
                os.kill(child, signal.SIGKILL)

    list(pool.map([[0.0]], stop=Stop()))
    ending = threading.Thread(target=end)
    ending.start()
    assert list(pool.map([[30.0]], stop=stop)) == []
    ending.join()


def wait_for(process: "subprocess.Popen[bytes]", module: str) -> int:
    """Return a child of the window as soon as there is one."""
    end = time.monotonic() + 90
    while time.monotonic() < end:
        for child in children(process.pid):
            if module in command(child):
                return child
        assert process.poll() is None
        time.sleep(0.01)
    raise AssertionError(f"there is no {module}")


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_sigterm_ends_the_window_within_a_second_in_a_diagnosis(demo: Path, tmp_path: Path) -> None:
    file = tmp_path / "p.inspector"
    words = ["open", str(demo), "--project", str(file)]
    window = subprocess.Popen([sys.executable, "-m", "inspector", *words], stderr=subprocess.PIPE)
    try:
        child = wait_for(window, "inspector.work.diagnosis_process")
        # It hears no question, as while it imports what it needs.
        os.kill(child, signal.SIGSTOP)
        time.sleep(1)
        asked = time.monotonic()
        window.terminate()
        _, said = window.communicate(timeout=60)
        seconds = time.monotonic() - asked
    finally:
        window.kill()
        window.wait()
    assert window.returncode == 0
    assert b"Traceback" not in said
    # The second is the promise; the rest is for a machine that does much else.
    assert seconds < 3
    end = time.monotonic() + 2
    while command(child) and time.monotonic() < end:
        time.sleep(0.05)
    assert not command(child), "an orphan"
    project = Project(demo, file)
    assert project.decisions.log() == []
    project.close()


def test_decisions_are_said_to_be_safe_only_where_they_are(tmp_path: Path) -> None:
    database = Database(tmp_path / "p.inspector")
    assert database.is_saved()
    started, go = threading.Event(), threading.Event()

    def wait(_: object) -> None:
        started.set()
        go.wait(10)

    waiting = database.submit(wait, urgent=True)
    started.wait(10)
    assert not database.is_saved()
    go.set()
    waiting.result()
    assert database.is_saved()

    def full(connection: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with pytest.raises(UnwritableError):
        database.write(full, urgent=True)
    assert not database.is_saved()
    database.write(lambda _: None, urgent=True)
    assert database.is_saved()
    database.close()
    reader = Database(tmp_path / "p.inspector", read_only=True)
    assert not reader.is_saved()
    reader.close()
