"""A project opens off the GUI thread: the window stays responsive, says so, and can cancel."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel, QToolButton
from pytestqt.qtbot import QtBot

from inspector.app.main import MainWindow
from inspector.app.widgets.jobs_bar import JobBar
from inspector.desktop.paths import pictures_file
from inspector.project.project import Project
from tests.app.screen import by_id, open_dataset


class HeldCache:
    """The thumbnail cache, locked by another connection as by another process."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = DELETE")
        self._connection.execute("BEGIN EXCLUSIVE")

    def release(self) -> None:
        self._connection.close()


@pytest.fixture
def held(project: Project) -> Iterator[HeldCache]:
    project.close()
    cache = HeldCache(pictures_file())
    yield cache
    cache.release()


@pytest.fixture
def window(qtbot: QtBot, held: HeldCache) -> Iterator[MainWindow]:
    made = MainWindow()
    qtbot.addWidget(made)
    made.show()
    yield made
    # Before it closes: what is being opened ends only when the cache is free.
    held.release()
    made.close()


def test_the_window_lives_while_another_process_holds_the_cache(
    qtbot: QtBot, window: MainWindow, held: HeldCache, project: Project
) -> None:
    beats: list[int] = []
    timer = QTimer(window)
    timer.timeout.connect(lambda: beats.append(1))
    timer.start(10)
    window.open_path(str(project.root), str(project.file))
    # Said at once, before anything else has happened.
    (bar,) = window.findChildren(JobBar)
    assert bar.isVisible()
    assert bar.text().startswith(f"Opening {project.root.name}")
    qtbot.waitUntil(lambda: len(beats) > 30)
    assert window.opening.is_busy()
    assert window.view is None
    with qtbot.waitSignal(window.project_opened, timeout=60_000):
        held.release()
    assert window.view is not None
    assert not window.opening.is_busy()


def test_an_opening_is_given_up(
    qtbot: QtBot, window: MainWindow, held: HeldCache, project: Project
) -> None:
    window.open_path(str(project.root), str(project.file))
    by_id(window, QToolButton, "stop-job").click()
    qtbot.waitUntil(lambda: not window.opening.is_busy())
    (bar,) = window.findChildren(JobBar)
    assert not bar.isVisible()
    held.release()
    # What was given up does not come back, and leaves the project to others.
    qtbot.wait(500)
    assert window.view is None
    open_dataset(qtbot, window, project.root, project.file)


def test_the_newest_of_two_is_opened(
    qtbot: QtBot, window: MainWindow, held: HeldCache, project: Project, tmp_path: Path
) -> None:
    window.open_path(str(project.root), str(project.file))
    window.open_path(str(project.root), str(tmp_path / "second.inspector"))
    with qtbot.waitSignal(window.project_opened, timeout=60_000):
        held.release()
    qtbot.wait(300)
    assert window.view is not None
    assert window.view.project.file == tmp_path / "second.inspector"


def test_what_cant_be_opened_is_said(qtbot: QtBot, held: HeldCache, window: MainWindow) -> None:
    window.open_path("/no such folder/at all")
    assert window.start is not None
    note = by_id(window.start, QLabel, "start-error")
    qtbot.waitUntil(lambda: note.text() != "")
    assert not window.opening.is_busy()
