"""Make the guide's images: the demo dataset in the real window's pages, light and dark."""

import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import cv2
import numpy as np
from PySide6.QtWidgets import QApplication

from inspector.app.augment.page import AugmentPage
from inspector.app.main import MainWindow
from inspector.app.train.page import TrainPage
from inspector.app.widgets import theme
from inspector.app.window.main_window import ProjectWindow
from inspector.augmentation.presets import PRESETS
from inspector.demo.dataset import make_demo
from inspector.project.experiments.comparison_records import ComparisonSetup
from inspector.project.experiments.variants import Variant
from inspector.project.project import Project
from inspector.project.training.run import RunConfig

SIZE = (1280, 800)
EPOCHS, SEEDS = 12, 5
POLICY = "example 2, as written"


def main(target: Path) -> None:
    """Write PAGE-THEME.png for every page."""
    target.mkdir(parents=True, exist_ok=True)
    app = QApplication(["inspector"])
    with tempfile.TemporaryDirectory() as folder:
        for name in ("DATA", "CACHE", "CONFIG"):
            os.environ[f"XDG_{name}_HOME"] = str(Path(folder) / name.lower())
        demo = Path(folder) / "sample"
        make_demo(demo, seed=1, images=600)
        _train(demo)
        for mode in ("light", "dark"):
            theme.apply(app, mode)
            _shoot(app, demo, mode, target)
        digits = Path(folder) / "digits"
        _make_digits(digits)
        theme.apply(app, "light")
        _shoot_digits(app, digits, target)


def _train(demo: Path) -> None:
    """Compare two policies ahead, so that there are curves to see."""
    project = Project(demo)
    project.scans.scan()
    wanted = RunConfig(epochs=EPOCHS, image_size_px=32)
    candidates = [Variant("none"), Variant(POLICY, PRESETS[POLICY])]
    plan = project.comparisons.plan(
        project.splits.rule, candidates, wanted, setup=ComparisonSetup(seeds=SEEDS)
    )
    project.comparisons.start(plan, lambda answer: None)
    project.close()


def _open(app: QApplication, window: MainWindow, dataset: Path) -> ProjectWindow:
    """Open a dataset, which takes its time on another thread."""
    window.open_path(str(dataset))
    while not isinstance(window.view, ProjectWindow):
        _wait(app, 0.1)
    return window.view


def _shoot(app: QApplication, demo: Path, mode: str, target: Path) -> None:
    window = MainWindow()
    window.resize(*SIZE)
    window.show()
    _wait(app, 0.5)
    window.grab().save(str(target / f"start-{mode}.png"))
    view = _open(app, window, demo)
    for page in view.pages:
        view._hint._session.dismiss(page.objectName())
    while view.busy():
        _wait(app, 0.2)
    _wait(app, 1)
    # The diagnosis starts by itself.
    while view.project.diagnoses.last() is None or view.busy():
        _wait(app, 0.2)
    for index, page in enumerate(view.pages):
        view.show_page(index)
        _wait(app, 1.5)
        if page.title == "Gallery":
            page.show_sample(view.project.samples.everything()[2].id)
            _wait(app, 1)
        if isinstance(page, TrainPage):
            page._tabs.setCurrentIndex(int(mode == "dark"))
            _wait(app, 3)
        if isinstance(page, AugmentPage):
            _lab(app, page, "example 1, as written", "rotation_degrees")
        window.grab().save(str(target / f"{page.title.lower()}-{mode}.png"))
    window.close()


def _shoot_digits(app: QApplication, digits: Path, target: Path) -> None:
    """Write what the lab says of mirrored digits."""
    window = MainWindow()
    window.resize(*SIZE)
    window.show()
    view = _open(app, window, digits)
    while view.busy():
        _wait(app, 0.2)
    page = next(p for p in view.pages if isinstance(p, AugmentPage))
    view.show_page(view.pages.index(page))
    _lab(app, page, "photos", "horizontal_flip")
    window.grab().save(str(target / "augment-digits.png"))
    window.close()


def _lab(app: QApplication, page: AugmentPage, preset: str, field: str) -> None:
    _wait(app, 1.5)
    page.show_example(preset, field)
    _wait(app, 0.5)
    while not page.measurer.is_idle():
        _wait(app, 0.2)


def _make_digits(folder: Path) -> None:
    """Draw thirty of each digit, in four hands."""
    random = np.random.default_rng(0)
    hands = (
        cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX,
        cv2.FONT_HERSHEY_TRIPLEX,
    )  # fmt: skip
    for digit in range(10):
        (folder / str(digit)).mkdir(parents=True)
        for k in range(30):
            paper = np.full((96, 96, 3), int(random.integers(0, 50)), np.uint8)
            place = (int(random.integers(16, 30)), int(random.integers(68, 80)))
            ink = (int(random.integers(180, 255)),) * 3
            size, width = float(random.uniform(2.1, 2.7)), int(random.integers(3, 7))
            cv2.putText(paper, str(digit), place, hands[k % 4], size, ink, width, cv2.LINE_AA)
            cv2.imwrite(str(folder / str(digit) / f"{k}.png"), paper)


def _wait(app: QApplication, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        app.processEvents()
        time.sleep(0.01)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
