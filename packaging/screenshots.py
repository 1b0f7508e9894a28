"""Make the guide's pictures: the demo dataset in the real window's pages, light and dark."""

import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from inspector.app import theme
from inspector.app.main import MainWindow
from inspector.app.pages.augment import AugmentPage
from inspector.app.window import ProjectView
from inspector.dataset.demo import make_demo

SIZE = (1280, 800)


def main(target: Path) -> None:
    """Write PAGE-THEME.png for every page."""
    target.mkdir(parents=True, exist_ok=True)
    app = QApplication(["inspector"])
    with tempfile.TemporaryDirectory() as folder:
        for name in ("DATA", "CACHE", "CONFIG"):
            os.environ[f"XDG_{name}_HOME"] = str(Path(folder) / name.lower())
        demo = Path(folder) / "sample"
        make_demo(demo, seed=1, images=600)
        for mode in ("light", "dark"):
            theme.apply(app, mode)
            _shoot(app, demo, mode, target)


def _shoot(app: QApplication, demo: Path, mode: str, target: Path) -> None:
    window = MainWindow()
    window.resize(*SIZE)
    window.show()
    _wait(app, 0.5)
    window.grab().save(str(target / f"start-{mode}.png"))
    window.open_path(str(demo))
    view = window.view
    assert isinstance(view, ProjectView)
    while view.busy():
        _wait(app, 0.2)
    for index, page in enumerate(view.pages):
        view.show_page(index)
        _wait(app, 1.5)
        if page.title == "Gallery":
            view.details.show_sample(view.project.samples.everything()[2].id)
            _wait(app, 1)
        if isinstance(page, AugmentPage):
            page.show_example("example 1, as written", "shear_degrees")
            _wait(app, 6)
        window.grab().save(str(target / f"{page.title.lower()}-{mode}.png"))
    window.close()


def _wait(app: QApplication, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        app.processEvents()
        time.sleep(0.01)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
