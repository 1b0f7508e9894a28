"""Measure the first paint of the packaged program against a bare QMainWindow, in one run.

    python bench/start.py [--program FILE] [--turns N]

Both are timed from the start of their process to the moment when Qt hands the first image of the
window to the screen, which Qt logs by itself; in turns, on an own virtual screen where there is
Xvfb. The bare window is of this Python. The goal is a ratio of 1.5 or less, of medians.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

PACKAGED = Path(__file__).resolve().parents[1] / "dist" / "dataset-inspector" / "inspector"
BARE = (
    "from PySide6.QtWidgets import QApplication, QMainWindow;"
    "app = QApplication(['bare']); w = QMainWindow(); w.resize(1280, 800); w.show(); app.exec()"
)
PAINTED = b"Flushing top level"
PATIENCE_SECONDS = 120


def main() -> None:
    """Print each turn, then the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", type=Path, default=PACKAGED)
    parser.add_argument("--turns", type=int, default=7)
    arguments = parser.parse_args()
    programs = {
        "bare": [sys.executable, "-c", BARE],
        "source": [sys.executable, "-m", "inspector"],
    }
    if arguments.program.exists():
        programs["packaged"] = [str(arguments.program)]
    else:
        print(f"no {arguments.program}: `make package` builds it")
    times: dict[str, list[float]] = {name: [] for name in programs}
    costs: dict[str, list[float]] = {name: [] for name in programs}
    with tempfile.TemporaryDirectory() as home, screen() as display:
        places = {f"XDG_{n}_HOME": home for n in ("DATA", "CACHE", "CONFIG", "STATE")}
        environment = os.environ | places | display
        # As on a person's machine, where compiled modules are kept.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        environment["QT_LOGGING_RULES"] = "qt.widgets.painting=true"
        # The first turn reads everything from the disk, and is not counted.
        for turn in range(arguments.turns + 1):
            for name, words in programs.items():
                wall, cpu = first_paint(words, environment)
                print(f"turn {turn}: {name} {wall:.0f} ms, of the processor {cpu:.0f}")
                if turn:
                    times[name].append(wall)
                    costs[name].append(cpu)
    for what, table in (("wall", times), ("processor", costs)):
        bare = statistics.median(table["bare"])
        for name, found in table.items():
            middle = statistics.median(found)
            words = f"min {min(found):.0f} median {middle:.0f} ms, {middle / bare:.2f} x bare"
            print(f"{what:9} {name:9} {words}")


def first_paint(words: Sequence[str], environment: dict[str, str]) -> tuple[float, float]:
    """Return milliseconds from the process's start to its first painted window: wall, processor.

    The processor's time is steadier on a machine that does other things, too.
    """
    began = time.monotonic()
    process = subprocess.Popen(words, env=environment, stderr=subprocess.PIPE)
    assert process.stderr is not None
    try:
        for line in process.stderr:
            if PAINTED in line:
                wall = time.monotonic() - began
                return wall * 1000, processor_seconds(process.pid) * 1000
            if time.monotonic() - began > PATIENCE_SECONDS:
                break
        raise SystemExit(f"{words[0]} painted nothing")
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def processor_seconds(pid: int) -> float:
    """Return what a process has used so far, of all its threads; 0 where that can't be read."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def screen() -> Iterator[dict[str, str]]:
    """Give a virtual screen of its own, or none where there is no Xvfb."""
    if shutil.which("Xvfb") is None:
        print("no Xvfb: measured without a screen")
        yield {"QT_QPA_PLATFORM": "offscreen"}
        return
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1920x1080x24", "-nolisten", "tcp"],
        pass_fds=(write,), stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(write)
    with os.fdopen(read) as stream:
        number = stream.readline().strip()
    try:
        yield {"QT_QPA_PLATFORM": "xcb", "DISPLAY": f":{number}"}
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
