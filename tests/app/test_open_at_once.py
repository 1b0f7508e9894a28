"""A dataset opens once the window is visible, which says so at once and stays responsive."""

import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import pytest
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from inspector.app.main import MainWindow
from inspector.app.start.recent import recent_dataset
from inspector.app.start.recent_row import RecentRow
from inspector.app.widgets.controls.busy_line import BusyLine
from inspector.app.window.main_window import ProjectWindow
from inspector.app.window.opening import view_builder
from inspector.app.window.opening.view_builder import ViewBuilder
from inspector.app.window.page_list import PAGES
from inspector.app.window.session import Session
from inspector.project.project import Project
from tests.app.screen import button, by_id, complete_start, open_dataset


class SeenWindow(MainWindow):
    """Records its content when it is painted for the first time."""

    seen: ClassVar[list[tuple[str, bool, bool]]] = []

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        super().paintEvent(event)
        if self.start is not None and not self.seen:
            status = by_id(self.start, QLabel, "start-status").text()
            lines = [line.isVisible() for line in self.start.findChildren(BusyLine)]
            self.seen.append((status, any(lines), "opening" in vars(self)))


def test_a_named_dataset_opens_after_the_first_paint(
    qtbot: QtBot, demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SeenWindow, "seen", [])
    window = SeenWindow()
    qtbot.addWidget(window)
    window.open_when_painted(str(demo))
    with qtbot.waitSignal(window.project_opened, timeout=60_000):
        window.show()
    # Said with the first paint, with a busy sign, before anything was opened.
    assert SeenWindow.seen == [(f"Opening {demo.name}…", True, False)]
    window.close()


def test_events_have_their_turn_between_the_pages(
    qtbot: QtBot, demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns: list[float] = []
    steps: list[float] = []

    def noted(build: Callable[..., QWidget]) -> Callable[..., QWidget]:
        def step(*parts: object) -> QWidget:
            steps.append(time.monotonic())
            return build(*parts)

        return step

    monkeypatch.setattr(view_builder, "PAGES", tuple(noted(page) for page in PAGES))
    monkeypatch.setattr(view_builder, "ProjectWindow", noted(ProjectWindow))
    window = MainWindow()
    qtbot.addWidget(window)
    window.show()
    timer = QTimer(window)
    timer.timeout.connect(lambda: turns.append(time.monotonic()))
    timer.start(0)
    with qtbot.waitSignal(window.project_opened, timeout=60_000):
        window.open_path(str(demo))
    assert len(steps) == len(PAGES) + 1
    for first, second in pairwise(steps):
        assert any(first < turn < second for turn in turns)
    window.close()


def test_a_recent_dataset_says_at_once_that_it_opens(qtbot: QtBot, demo: Path) -> None:
    Session().remember(str(demo))
    window = MainWindow()
    qtbot.addWidget(window)
    window.show()
    start = complete_start(qtbot, window)
    (row,) = start.findChildren(RecentRow)
    row.click()
    assert row.findChild(BusyLine).isVisible()
    assert by_id(start, QLabel, "start-status").text() == f"Opening {demo.name}…"
    with qtbot.waitSignal(window.project_opened, timeout=60_000):
        pass
    window.close()


def test_the_sample_says_at_once_that_it_is_made(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from inspector.project.catalog import sample_dataset

    monkeypatch.setattr(sample_dataset, "IMAGES", 80)
    window = MainWindow()
    qtbot.addWidget(window)
    window.show()
    assert window.start is not None
    button(window.start, "Try the sample").click()
    assert by_id(window.start, QLabel, "start-status").text() == "Creating the sample dataset…"
    with qtbot.waitSignal(window.project_opened, timeout=120_000):
        pass
    window.close()


def test_a_window_that_closes_while_it_is_built_leaves_nothing(
    qtbot: QtBot, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, root = project.file, project.root
    project.close()
    window = MainWindow()
    qtbot.addWidget(window)
    window.show()
    begun: list[ViewBuilder] = []

    def hold(self: ViewBuilder) -> None:
        begun.append(self)

    monkeypatch.setattr(ViewBuilder, "start", hold)
    window.open_path(str(root), str(file))
    qtbot.waitUntil(lambda: bool(begun), timeout=30_000)
    window.close()
    assert window.view is None
    # The project is free for the next window.
    again = Project(root, file, jobs=1)
    assert again.why_read_only() == ""
    again.close()


def test_facts_of_a_recent_dataset_are_said() -> None:
    facts = {"images": 3264, "classes": 4, "decisions": 1, "leak_rate": 0.467, "at": time.time()}
    one = recent_dataset("/d/brain", "brain", "/d", is_there=True, facts=facts)
    size, when = one.lines()
    assert size == "3,264 images · 4 classes"
    assert when.startswith("Today, ")
    assert when.endswith(" · 1 decision")
    assert one.state() == ("Leak rate 46.7 %", "problem")
    clean = recent_dataset("/d", "d", "/", is_there=True, facts={**facts, "leak_rate": 0})
    assert clean.state() == ("No leaks found", "ok")
    half = recent_dataset("/d", "d", "/", is_there=True, facts={**facts, "scanned": 0.4})
    assert half.state() == ("Scan stopped at 40 %", "")
    # What is no fact is not taken.
    odd = recent_dataset("/d", "d", "/", is_there=True, facts={"images": "many", "leak_rate": None})
    assert odd.state() == ("", "")
    assert recent_dataset("/d", "d", "/", is_there=False, facts=facts).lines()[1] == (
        "Folder not found"
    )


def test_what_leaks_is_remembered_for_start(qtbot: QtBot, view: ProjectWindow) -> None:
    with qtbot.waitSignal(view.recent_facts.read, timeout=60_000) as signal:
        view.project.decisions.keep([view.project.samples.everything()[0].id])
    (facts,) = signal.args
    assert facts["images"] == view.project.samples.counts().images
    assert facts["decisions"] == 1
    assert 0 < facts["leak_rate"] <= 1
    Session().remember_facts(str(view.project.root), facts)
    assert Session().facts()[str(view.project.root)]["decisions"] == 1


class _ShownWindows(QObject):
    """Collects every widget that is shown as a top-level window."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.names.add(type(watched).__name__)
        return False


def test_no_part_of_a_page_flashes_up_as_a_window(
    qtbot: QtBot, qapp: QApplication, demo: Path, project: Project
) -> None:
    """A widget shown without a parent is a window and takes the keyboard focus."""
    file = project.file
    project.close()
    shown = _ShownWindows()
    qapp.installEventFilter(shown)
    window = MainWindow()
    qtbot.addWidget(window)
    window.show()
    view = open_dataset(qtbot, window, demo, file)
    qtbot.waitUntil(lambda: not view.busy(), timeout=60_000)
    for number in range(len(view.pages)):
        view.show_page(number)
        qtbot.wait(20)
    qapp.removeEventFilter(shown)
    assert shown.names == {"MainWindow"}
    window.close()
