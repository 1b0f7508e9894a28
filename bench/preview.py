"""Measure the lab's preview: from a moved number to painted pixels, against the pure work.

    python bench/preview.py [--moves N] [--busy]

A grid of 3x3 at 224 px in the program's own window, offscreen, and in a real one under Xvfb where
that is installed. A move sets a slider as a hand does, every 40 ms; the answer counts when the
grid has painted the draws of that policy. The pure work is the nine draws of the same policy on
one thread, timed after each move, so the ratio holds on a busy machine too. With --busy effects
and advice are measured all the time, as while a hand goes on moving; else they rest.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from inspector.app.augment.page import AugmentPage
from inspector.app.widgets import theme
from inspector.app.window.main_window import ProjectWindow
from inspector.augmentation.apply import augment
from inspector.augmentation.presets import PRESETS
from inspector.demo.dataset import make_demo
from inspector.project.project import Project

SIDE = 3
EVERY_MS = 40
NEVER_MS = 10**8


class Painted(QObject):
    """End a loop when a grid has painted the newest draws.

    Attributes:
        at: When it did, seconds.
        wanted: The count of answers that the loop waits for.
    """

    def __init__(self, page: AugmentPage) -> None:
        super().__init__()
        self.page, self.at, self.wanted = page, 0.0, 0
        self.loop = QEventLoop()
        page._grid.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Let the grid paint, then look at the clock."""
        if event.type() != QEvent.Type.Paint or not isinstance(watched, QWidget):
            return False
        watched.paintEvent(event)  # type: ignore[arg-type]
        if self.page.drawn >= self.wanted:
            self.at = time.perf_counter()
            self.loop.quit()
        return True


def main() -> None:
    """Run each platform in a process of its own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--moves", type=int, default=150)
    parser.add_argument("--busy", action="store_true")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.here:
        measure(arguments.moves, busy=arguments.busy)
        return
    command = [sys.executable, __file__, "--here", "--moves", str(arguments.moves)]
    command += ["--busy"] * arguments.busy
    for name, platform, before in (
        ("offscreen", "offscreen", []),
        ("window under Xvfb", "xcb", ["xvfb-run", "-a", "-s", "-screen 0 1280x800x24"]),
    ):
        print(name, flush=True)
        try:
            subprocess.run(
                [*before, *command], check=True, env=os.environ | {"QT_QPA_PLATFORM": platform}
            )
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"  not measured: {error}")


def measure(moves: int, *, busy: bool) -> None:
    """Open the demo dataset, move a number, and print p50 and p95 in milliseconds."""
    app = QApplication(["inspector"])
    theme.apply(app, "light")
    with tempfile.TemporaryDirectory() as folder:
        for name in ("DATA", "CACHE", "CONFIG", "STATE"):
            os.environ[f"XDG_{name}_HOME"] = str(Path(folder) / name.lower())
        demo = Path(folder) / "sample"
        make_demo(demo, seed=1, images=150)
        view = ProjectWindow(Project(demo, window=True))
        view.resize(1280, 800)
        view.show()
        page = next(p for p in view.pages if isinstance(p, AugmentPage))
        view.show_page(view.pages.index(page))
        page._size.setCurrentIndex(0)
        page._side.setCurrentIndex(page._side.findData(224))
        while view.busy() or not page._grid._rows:
            rest(100)
        page._replace(PRESETS["photos"])
        rest(4_000)
        waits, works = move(page, moves, busy=busy)
        view.shut_down()
    told("request to pixels", waits)
    told("pure work", works)
    p50, p95 = (quantile(waits, q) / quantile(works, q) for q in (50, 95))
    print(f"  ratio: p50 {p50:.2f}, p95 {p95:.2f}")


def move(page: AugmentPage, moves: int, *, busy: bool) -> tuple[list[float], list[float]]:
    """Move the first number; return the seconds of each answer, and of its pure work."""
    if not busy:
        page.measurer.timer.setInterval(NEVER_MS)
    painted = Painted(page)
    field = page._controls._rows[0].field
    waits, works = [], []
    for k in range(moves):
        rest(EVERY_MS)
        if busy and k % 8 == 0:
            page.measurer.measure()
        painted.wanted = page.drawn + 1
        began = time.perf_counter()
        field.setValue(5 + k % 30)
        painted.loop.exec()
        waits.append(painted.at - began)
        works.append(pure(page))
    return waits, works


def pure(page: AugmentPage) -> float:
    """Return the seconds of the grid's draws alone."""
    began = time.perf_counter()
    for picture in page._images.images[:SIDE]:
        for epoch in range(SIDE):
            augment(
                picture.pixels, page.history.now, seed=0, epoch=epoch, image_id=picture.identity
            )
    return time.perf_counter() - began


def rest(milliseconds: int) -> None:
    """Let the window live for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def quantile(values: list[float], percent: int) -> float:
    """Return a percentile."""
    return statistics.quantiles(values, n=100)[percent - 1]


def told(name: str, values: list[float]) -> None:
    """Print p50 and p95, ms."""
    p50, p95 = quantile(values, 50) * 1000, quantile(values, 95) * 1000
    print(f"  {name}: p50 {p50:.1f} ms, p95 {p95:.1f} ms")


if __name__ == "__main__":
    main()
