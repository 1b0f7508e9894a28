"""Cross-validation on the Train page: a quick answer, and real trainings that stop and go on."""

import sys

import pytest
from PySide6.QtWidgets import QComboBox, QPushButton, QSpinBox, QTabWidget
from pytestqt.qtbot import QtBot

from inspector.app.train.folds_panel import FoldsPanel
from inspector.app.train.folds_plot import FoldsPlot
from inspector.app.train.page import TrainPage
from inspector.app.train.run_list import RunList
from inspector.app.window.main_window import ProjectWindow
from inspector.project.project import Project
from inspector.training_protocol.messages import TRAINER
from tests.app.processes import children
from tests.app.screen import button, choose, named, text_of

PATIENCE_MS = 120_000


@pytest.fixture
def page(view: ProjectWindow) -> TrainPage:
    (train,) = (p for p in view.pages if isinstance(p, TrainPage))
    view.show_page(view.pages.index(train))
    tabs = train.findChild(QTabWidget)
    tabs.setCurrentWidget(train.findChild(FoldsPanel))
    return train


def visible(page: TrainPage, text: str) -> bool:
    panel = page.findChild(FoldsPanel)
    return any(one.isVisible() and one.text() == text for one in panel.findChildren(QPushButton))


def press(page: TrainPage, text: str) -> None:
    button(page.findChild(FoldsPanel), text).click()


def test_a_quick_answer_trains_nothing(qtbot: QtBot, page: TrainPage, project: Project) -> None:
    named(page, QSpinBox, "Folds").setValue(3)
    press(page, "Quick answer")
    assert visible(page, "Stop")
    assert not visible(page, "Quick answer")
    qtbot.waitUntil(lambda: visible(page, "Quick answer"), timeout=PATIENCE_MS)
    assert "over 3 group folds" in text_of(page, "folds-headline").replace("\u00a0", " ")
    plot = page.findChild(FoldsPlot)
    assert [row[0] for row in plot.rows()[1:]] == [
        "your validation", "3 group folds", "fold 1", "fold 2", "fold 3",
    ]  # fmt: skip
    assert not project.runs.folder.exists()


def test_folds_are_planned_trained_stopped_and_go_on(
    qtbot: QtBot, page: TrainPage, project: Project
) -> None:
    panel = page.findChild(FoldsPanel)
    named(page, QSpinBox, "Folds").setValue(2)
    named(page, QSpinBox, "Epochs").setValue(1)
    choose(named(page, QComboBox, "Image size"), "32 px")
    qtbot.waitUntil(lambda: text_of(page, "train-plan").startswith("1 run of 1 epoch"))
    press(page, "Plan it")
    qtbot.waitUntil(lambda: visible(page, "Train the folds"), timeout=PATIENCE_MS)
    assert text_of(page, "folds-headline") == "3 trainings, 2 group folds"
    assert not project.runs.folder.exists()
    # Other settings are another plan.
    named(page, QSpinBox, "Folds").setValue(3)
    assert visible(page, "Plan it")
    named(page, QSpinBox, "Folds").setValue(2)
    press(page, "Plan it")
    qtbot.waitUntil(lambda: visible(page, "Train the folds"), timeout=PATIENCE_MS)
    press(page, "Train the folds")
    qtbot.waitUntil(panel.is_running, timeout=PATIENCE_MS)

    def done() -> int:
        return sum(run.state.value == "done" for run in project.runs.all())

    qtbot.waitUntil(lambda: done() >= 1, timeout=PATIENCE_MS)
    press(page, "Stop")
    qtbot.waitUntil(lambda: not panel.is_running(), timeout=PATIENCE_MS)
    first = done()
    assert 1 <= first < 3
    qtbot.waitUntil(lambda: visible(page, "Resume"), timeout=PATIENCE_MS)
    press(page, "Resume")
    qtbot.waitUntil(lambda: done() == 3, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: "over 2 group folds" in text_of(page, "folds-headline").replace(
        "\u00a0", " "), timeout=PATIENCE_MS)  # fmt: skip
    assert not visible(page, "Resume")
    assert "are needed" in text_of(page, "folds-text")
    # The list shows the run on the split, which is a run like any other, and no fold.
    assert page.findChild(RunList).count() == 1
    assert children(TRAINER)
    assert "tensorflow" not in sys.modules
