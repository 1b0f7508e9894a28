"""How long the window's frames take while a training is going, against an idle window.

    python bench/frames.py [--images 1200] [--seconds 20]

A frame scrolls the gallery (or redraws the curves), handles every event that waits, and paints;
the next one begins 16 ms after. Goal: p95 under 33 ms on two cores while a run is going.
QT_QPA_PLATFORM chooses the screen (offscreen without one).
"""

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from inspector.app.main import MainWindow
from inspector.app.train.page import TrainPage
from inspector.app.widgets import theme
from inspector.app.window.main_window import ProjectWindow
from inspector.demo.dataset import make_demo
from inspector.project.training.run import RunConfig

FRAME_SECONDS = 0.016


def main() -> None:
    """Print p50, p95 and the longest frame of each page, idle and while a run is going."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--images", type=int, default=1200)
    parser.add_argument("--seconds", type=float, default=20.0)
    asked = parser.parse_args()
    app = QApplication(["inspector"])
    theme.apply(app, "light")
    with tempfile.TemporaryDirectory() as folder:
        for name in ("DATA", "CACHE", "CONFIG"):
            os.environ[f"XDG_{name}_HOME"] = str(Path(folder) / name.lower())
        demo = Path(folder) / "sample"
        make_demo(demo, seed=1, images=asked.images)
        window = MainWindow()
        window.resize(1280, 800)
        window.show()
        window.open_path(str(demo))
        while not isinstance(window.view, ProjectWindow):
            _events(app, 0.1)
        view = window.view
        while view.busy():
            _events(app, 0.2)
        titles = [page.title for page in view.pages]
        for title in ("Gallery", "Train"):
            view.show_page(titles.index(title))
            _events(app, 5)
            _show(f"{title}, idle", _frames(app, view, asked.seconds))
        _start_run(app, view)
        for title in ("Gallery", "Train"):
            view.show_page(titles.index(title))
            _events(app, 1)
            _show(f"{title}, training", _frames(app, view, asked.seconds))
        window.quit()


def _start_run(app: QApplication, view: ProjectWindow) -> None:
    runs = view.project.runs
    spec = runs.plan(view.project.splits.rule, RunConfig(epochs=1000))
    name = runs.store(spec)
    runs.start([name])
    while not runs.run(name).history:
        _events(app, 0.2)


def _frames(app: QApplication, view: ProjectWindow, seconds: float) -> list[float]:
    """Return the milliseconds of each frame."""
    found = []
    end = time.perf_counter() + seconds
    step = 0
    while time.perf_counter() < end:
        began = time.perf_counter()
        step += 1
        page = view.page()
        if isinstance(page, TrainPage):
            page.update()
        else:
            bar = view._gallery.view.verticalScrollBar()
            bar.setValue((step * 23) % max(1, bar.maximum()))
        app.processEvents()
        took = time.perf_counter() - began
        found.append(1000 * took)
        time.sleep(max(0.0, FRAME_SECONDS - took))
    return found


def _show(name: str, frames: list[float]) -> None:
    cuts = statistics.quantiles(frames, n=20)
    print(
        f"{name:20} p50 {cuts[9]:6.1f} ms   p95 {cuts[18]:6.1f} ms   longest {max(frames):6.1f} ms"
        f"   {len(frames)} frames"
    )


def _events(app: QApplication, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        app.processEvents()
        time.sleep(0.01)


if __name__ == "__main__":
    main()
