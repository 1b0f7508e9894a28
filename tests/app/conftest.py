"""A window on the demo dataset, for tests of its pages."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from inspector.app.duplicates.rule_dialog import RuleDialog
from inspector.app.main import MainWindow
from inspector.app.widgets.page import PageName
from inspector.app.window.main_window import ProjectWindow
from inspector.project.project import Project
from tests.app.screen import open_dataset, page, show


@pytest.fixture(autouse=True)
def garbage_stays_on_this_thread() -> Iterator[None]:
    """Destroy widgets on the main thread only, as the program does."""
    gc.disable()
    yield
    gc.collect()
    gc.enable()


@pytest.fixture(autouse=True)
def own_session(own_places: Path) -> None:
    """Give each test its own session file: Qt looks up its folder only once per process."""
    QSettings.setPath(
        QSettings.Format.NativeFormat, QSettings.Scope.UserScope, str(own_places / "qt")
    )


@pytest.fixture
def opened(qtbot: QtBot, demo: Path, project: Project) -> Iterator[ProjectWindow]:
    """The window of a scanned project, once its pages have loaded."""
    file = project.file
    project.close()
    window = MainWindow()
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    view = open_dataset(qtbot, window, demo, file)
    qtbot.waitUntil(lambda: not view.busy(), timeout=60_000)
    qtbot.waitUntil(lambda: len(page(view, PageName.DUPLICATES).model.items) > 0, timeout=10_000)
    qtbot.waitUntil(lambda: len(page(view, PageName.GALLERY).view.tiles.ids) > 0, timeout=10_000)
    yield view
    window.close()


@pytest.fixture
def view(qtbot: QtBot, project: Project) -> Iterator[ProjectWindow]:
    """The pages of a scanned project, without the diagnosis that starts by itself."""
    made = ProjectWindow(project)
    page(made, PageName.OVERVIEW).verdict.started = True
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show()
    qtbot.waitUntil(lambda: not made.busy(), timeout=30_000)
    yield made
    made.shut_down()


def _sheets(view: ProjectWindow) -> Iterator[tuple[str, Callable[[], object]]]:
    window = view.window()
    assert isinstance(window, MainWindow)
    yield "fix", page(view, PageName.OVERVIEW).show_clean_up
    yield "audit", page(view, PageName.OVERVIEW).show_audit
    yield "rule", lambda: RuleDialog(view.project, view.bridge, view).open()
    show(view, PageName.DUPLICATES)
    yield "keys", view.show_keys
    yield "commands", view.show_palette
    yield "preferences", window.show_preferences
    yield "bug", lambda: window.show_bug("Traceback: none, this is a test")
    show(view, PageName.TRAIN)
    (compare,) = (
        b for b in page(view, PageName.TRAIN).findChildren(QPushButton) if b.text() == "Compare…"
    )
    yield "compare", compare.click


@pytest.fixture
def pages(qtbot: QtBot, opened: ProjectWindow) -> Callable[[], Iterator[tuple[str, QWidget]]]:
    """Return the window with each of its pages in turn."""

    def walk() -> Iterator[tuple[str, QWidget]]:
        for number, one in enumerate(opened.pages):
            opened.show_page(number)
            qtbot.waitUntil(lambda p=one: p.isVisible() and not opened.busy(), timeout=30_000)
            qtbot.wait(300)
            yield one.title, opened

    return walk


@pytest.fixture
def sheets(qtbot: QtBot, opened: ProjectWindow) -> Callable[[], Iterator[tuple[str, QWidget]]]:
    """Return each of the dialogs in turn."""

    def walk() -> Iterator[tuple[str, QWidget]]:
        for name, open_dialog in _sheets(opened):
            before = set(QApplication.topLevelWidgets())
            open_dialog()
            qtbot.wait(300)
            new = [w for w in QApplication.topLevelWidgets() if w not in before]
            (sheet,) = (w for w in new if isinstance(w, QDialog) and w.isVisible())
            yield f"sheet {name}", sheet
            sheet.close()

    return walk
