"""The program as a separate process: started, killed at any moment, and what remains of it."""

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MARK = "INSPECTOR_TORTURE"
TOKEN = f"{os.getpid()}"
ORPHAN_SECONDS = 2.0
Snapshot = dict[str, tuple[object, ...]]


def snapshot(folder: Path) -> Snapshot:
    """Return everything visible of a dataset: names, types, bytes, times, modes, link counts."""
    rows: Snapshot = {}
    for path in (folder, *sorted(folder.rglob("*"))):
        facts = path.lstat()
        content = ""
        if path.is_symlink():
            content = os.readlink(path)
        elif path.is_file():
            content = hashlib.sha256(path.read_bytes()).hexdigest()
        row = (facts.st_mode, facts.st_mtime_ns, facts.st_nlink, facts.st_size, content)
        rows[path.relative_to(folder).as_posix()] = row
    return rows


@lru_cache
def without_network() -> tuple[str, ...]:
    """Return what starts a program where there is no interface; () where that can't be had."""
    unshare = shutil.which("unshare")
    prefix = (str(unshare), "--net", "--map-root-user")
    if (
        unshare is None
        or subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode
    ):
        return ()
    return prefix


def start(words: Sequence[object], *, prefix: Sequence[str] = ()) -> "subprocess.Popen[str]":
    """Start Python with these arguments, marked so that it and its children can be found."""
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    # Compiled once, not once per child.
    env = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.Popen(
        [*prefix, sys.executable, *map(str, words)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        env=env | {MARK: TOKEN, "PYTHONPATH": paths},
    )  # fmt: skip


def inspector(*words: object) -> list[object]:
    """Return the arguments that start a verb."""
    return ["-m", "inspector", *words]


def run(*words: object, prefix: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
    """Run a verb to its end; it must not print a traceback."""
    child = start(inspector(*words), prefix=prefix)
    out, err = child.communicate(timeout=300)
    assert "Traceback" not in err, err
    return subprocess.CompletedProcess(child.args, child.returncode, out, err)


def duration(words: Sequence[object]) -> float:
    """Return how long a complete run takes, in s."""
    began = time.monotonic()
    child = start(words)
    _, err = child.communicate(timeout=300)
    assert child.returncode == 0, err
    return time.monotonic() - began


def kill_within(
    words: Sequence[object],
    seconds: float,
    chance: random.Random,
    *,
    ready: Callable[[], bool] = lambda: True,
    prefix: Sequence[str] = (),
) -> tuple[bool, str]:
    """Start and kill -9 at a random moment; return whether it was in time, and the output.

    Args:
        words: Arguments of Python.
        seconds: Range of the moment.
        chance: Random generator.
        ready: The range begins when this holds, or the process has ended.
        prefix: Of `start`.
    """
    child = start(words, prefix=prefix)
    while not ready() and child.poll() is None:
        time.sleep(0.002)
    try:
        child.wait(chance.uniform(0, seconds))
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGKILL)
    out, err = child.communicate(timeout=60)
    assert "Traceback" not in err, err
    assert_no_orphans()
    return child.returncode == -signal.SIGKILL, out


def survivors() -> list[int]:
    """Return the marked processes that are alive: ours and all their children."""
    mark = f"{MARK}={TOKEN}".encode()
    living = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                living.append(int(folder.name))
        except OSError:
            continue
    return living


def assert_no_orphans() -> None:
    end = time.monotonic() + ORPHAN_SECONDS
    while left := survivors():
        assert time.monotonic() < end, f"orphans after {ORPHAN_SECONDS} s: {left}"
        time.sleep(0.02)
