"""The README's promise in a real window: open, curate by keyboard, undo, restart, export."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from inspector.project.project import Project

WAIT_SECONDS = 90


@pytest.fixture
def screen() -> Iterator[str]:
    """A virtual screen for this test."""
    assert shutil.which("Xvfb"), "the set-up installs xvfb"
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
        pass_fds=(write,), stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(write)
    with os.fdopen(read) as stream:
        number = stream.readline().strip()
    yield f":{number}"
    server.terminate()
    server.wait()


class Window:
    """The program in a window, driven by keys."""

    def __init__(self, screen: str, words: list[str]) -> None:
        self.environment = os.environ | {"DISPLAY": screen, "QT_QPA_PLATFORM": "xcb"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "inspector", "open", *words],
            env=self.environment, stderr=subprocess.PIPE,
        )  # fmt: skip
        self.id = ""
        _until(self._appeared, "a window")

    def key(self, *keys: str) -> None:
        """Press keys one after another, as a person does."""
        self._do("windowfocus", self.id)
        for key in keys:
            self._do("key", "--clearmodifiers", key)
            time.sleep(0.3)

    def close(self) -> None:
        """Ask it to close, and wait."""
        self.process.terminate()
        assert self.process.wait(30) == 0
        assert self.process.stderr is not None
        said = self.process.stderr.read().decode()
        self.process.stderr.close()
        assert "Traceback" not in said

    def _appeared(self) -> bool:
        pid = str(self.process.pid)
        self.id = self._do("search", "--onlyvisible", "--pid", pid).strip().split("\n")[-1]
        return bool(self.id)

    def _do(self, *words: str) -> str:
        said = subprocess.run(
            ["xdotool", *words], env=self.environment, capture_output=True, text=True, check=False
        )
        return said.stdout


def _until(holds: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not holds():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.3)


def _marks(demo: Path, file: Path) -> list[str]:
    project = Project(demo, file)
    try:
        return sorted(s.mark for s in project.samples.everything() if s.mark)
    finally:
        project.close()


def _scanned(demo: Path, file: Path) -> bool:
    if not file.exists():
        return False
    project = Project(demo, file)
    try:
        return project.scans.is_complete()
    finally:
        project.close()


def test_the_walk_by_keyboard_in_a_real_window(screen: str, demo: Path, tmp_path: Path) -> None:
    file = tmp_path / "p.inspector"
    words = [str(demo), "--project", str(file)]
    window = Window(screen, words)
    _until(lambda: _scanned(demo, file), "the scan")
    maps = Path(f"/proc/{window.process.pid}/maps").read_text()
    assert "tensorflow" not in maps
    window.key("ctrl+3")
    time.sleep(2)
    window.key("k")
    _until(lambda: "keep" in _marks(demo, file), "the decision")
    first = _marks(demo, file)
    window.key("k")
    _until(lambda: len(_marks(demo, file)) > len(first), "the second decision")
    window.key("ctrl+z")
    _until(lambda: _marks(demo, file) == first, "undo")
    window.close()

    window = Window(screen, words)
    # One decision is in force, so a key that comes before the pages are there may come again.
    _until(lambda: window.key("ctrl+z") or _marks(demo, file) == [], "undo after a restart")
    window.key("ctrl+shift+z")
    _until(lambda: _marks(demo, file) == first, "redo")
    window.close()

    before = {f: f.read_bytes() for f in demo.rglob("*") if f.is_file()}
    project = Project(demo, file)
    project.exports.run(project.exports.plan(tmp_path / "out"))
    dropped = {s.path for s in project.samples.everything() if s.mark == "drop"}
    images = {s.path for s in project.samples.everything() if s.status == "image"}
    project.close()
    out = {f.relative_to(tmp_path / "out").as_posix() for f in (tmp_path / "out").rglob("*.*")}
    assert out - {"manifest.csv"} == images - dropped
    assert {f: f.read_bytes() for f in demo.rglob("*") if f.is_file()} == before


def _children(pid: int) -> set[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return {int(line) for line in found.stdout.split()}


def test_a_killed_window_leaves_no_training_behind_and_offers_to_go_on(
    screen: str, demo: Path, tmp_path: Path
) -> None:
    file = tmp_path / "p.inspector"
    words = [str(demo), "--project", str(file)]
    window = Window(screen, words)
    _until(lambda: _scanned(demo, file), "the scan")
    runs = file.with_name(f"{file.name}.runs")
    # A busy window may lose a key, and the plan is made before Start answers: they come again.
    _until(
        lambda: window.key("ctrl+8") or window.key("ctrl+Return") or any(runs.glob("*/spec.json")),
        "a stored run",
    )
    _until(lambda: any(runs.glob("*/state.json")), "a complete epoch")
    children = _children(window.process.pid)
    assert children
    maps = Path(f"/proc/{window.process.pid}/maps").read_text()
    assert "tensorflow" not in maps
    window.process.kill()
    window.process.wait()
    _until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children), "their ends")
    assert window.process.stderr is not None
    window.process.stderr.close()
    project = Project(demo, file)
    left = [run for run in project.runs.all() if run.state.value == "interrupted"]
    project.close()
    assert left
    assert any(run.history for run in left)
    window = Window(screen, words)
    window.close()
