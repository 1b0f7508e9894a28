"""A window on the demo, for tests of its pages."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from inspector.app.duplicates.rule_dialog import RuleDialog
from inspector.app.main import MainWindow
from inspector.app.window.main_window import ProjectWindow
from inspector.project.project import Project


@pytest.fixture(autouse=True)
def garbage_stays_on_this_thread() -> Iterator[None]:
    """Do as the program does: no worker thread destroys a widget."""
    gc.disable()
    yield
    gc.collect()
    gc.enable()


@pytest.fixture
def opened(qtbot: QtBot, demo: Path, project: Project) -> Iterator[ProjectWindow]:
    """The window of a scanned project; what it shows has come."""
    file = project.file
    project.close()
    window = MainWindow()
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    window.open_path(str(demo), str(file))
    assert isinstance(window.view, ProjectWindow)
    view = window.view
    qtbot.waitUntil(lambda: not view.busy(), timeout=60_000)
    qtbot.waitUntil(lambda: len(view._lookalikes.model.clusters) > 0, timeout=10_000)
    qtbot.waitUntil(lambda: len(view._gallery.view.tiles.ids) > 0, timeout=10_000)
    yield view
    window.close()


@pytest.fixture
def view(qtbot: QtBot, project: Project) -> Iterator[ProjectWindow]:
    """The pages of a scanned project, without the diagnosis that starts by itself."""
    made = ProjectWindow(project)
    made._findings.verdict._tried = True
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show()
    qtbot.waitUntil(lambda: not made.busy(), timeout=30_000)
    yield made
    made.shut()


def _sheets(view: ProjectWindow) -> Iterator[tuple[str, Callable[[], object]]]:
    window = view.window()
    assert isinstance(window, MainWindow)
    yield "fix", view._on_fix
    yield "rule", lambda: RuleDialog(view.project, view.bridge, view).open()
    view.show_page(view.pages.index(view._lookalikes))
    yield "keys", view._show_keys
    yield "commands", view._show_palette
    yield "preferences", window.show_preferences
    yield "bug", lambda: window.show_bug("Traceback: none, this is a test")
    view.show_page(view.pages.index(view._train))
    (compare,) = (b for b in view._train.findChildren(QPushButton) if b.text() == "Compare…")
    yield "compare", compare.click


@pytest.fixture
def pages(qtbot: QtBot, opened: ProjectWindow) -> Callable[[], Iterator[tuple[str, QWidget]]]:
    """The window with each of its pages in turn."""

    def walk() -> Iterator[tuple[str, QWidget]]:
        for number, page in enumerate(opened.pages):
            opened.show_page(number)
            qtbot.waitUntil(lambda p=page: p.isVisible() and not opened.busy(), timeout=30_000)
            qtbot.wait(300)
            yield page.title, opened

    return walk


@pytest.fixture
def sheets(qtbot: QtBot, opened: ProjectWindow) -> Callable[[], Iterator[tuple[str, QWidget]]]:
    """Each of the sheets in turn."""

    def walk() -> Iterator[tuple[str, QWidget]]:
        for name, show in _sheets(opened):
            before = set(QApplication.topLevelWidgets())
            show()
            qtbot.wait(300)
            new = [w for w in QApplication.topLevelWidgets() if w not in before]
            (sheet,) = (w for w in new if isinstance(w, QDialog) and w.isVisible())
            yield f"sheet {name}", sheet
            sheet.close()

    return walk
