"""The Train page on a real project, with real short trainings."""

import csv
import os
import signal
import sys
import threading
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QMessageBox,
    QPushButton,
    QSpinBox,
    QTableWidget,
    QTabWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from inspector.app.main import MainWindow
from inspector.app.train import page as train_page
from inspector.app.train.compare_dialog import CompareDialog
from inspector.app.train.comparison_panel import ComparisonPanel
from inspector.app.train.comparison_plot import ComparisonPlot
from inspector.app.train.curves_panel import CurvesPanel
from inspector.app.train.page import TrainPage
from inspector.app.train.run_list import RunList
from inspector.app.widgets.dialog_text import DialogText
from inspector.app.widgets.jobs_bar import JobBar
from inspector.app.widgets.page import PageName
from inspector.app.window.main_window import ProjectWindow
from inspector.project.project import Project
from inspector.project.splits.split_rules import Rule
from inspector.project.training.run import Run, RunConfig, RunState
from inspector.training_protocol.messages import TRAINER, EpochDone
from tests.app import screen
from tests.app.processes import children, is_gone
from tests.app.screen import button, by_id, choose, menu_entry, named, text_of, texts

LONG = 1000
PATIENCE_MS = 120_000


@pytest.fixture
def page(view: ProjectWindow) -> TrainPage:
    (found,) = (p for p in view.pages if isinstance(p, TrainPage))
    view.show_page(view.pages.index(found))
    return found


def fill_in(page: TrainPage, *, epochs: int) -> None:
    named(page, QSpinBox, "Epochs").setValue(epochs)
    choose(named(page, QComboBox, "Image size"), "32 px")


def start(qtbot: QtBot, page: TrainPage, *, epochs: int, seeds: int = 1) -> None:
    fill_in(page, epochs=epochs)
    named(page, QSpinBox, "Seeds").setValue(seeds)
    begin = button(page, "Start")
    plan = f"{seeds} run{'s' * (seeds > 1)} of {epochs} epochs"
    qtbot.waitUntil(lambda: text_of(page, "train-plan").startswith(plan), timeout=30_000)
    qtbot.waitUntil(begin.isEnabled, timeout=30_000)
    begin.click()


def runs_of(page: TrainPage) -> list[Run]:
    """Return the runs as the page knows them, slightly after the project."""
    return [run for run, _ in page.findChild(RunList).drawn()]


def states(page: TrainPage) -> list[RunState]:
    return [run.state for run in runs_of(page)]


def wait_for_an_epoch(qtbot: QtBot, page: TrainPage) -> None:
    qtbot.waitUntil(lambda: any(run.history for run in runs_of(page)), timeout=PATIENCE_MS)


def comparison(page: TrainPage) -> ComparisonPanel:
    return page.findChild(ComparisonPanel)


def open_sheet(page: TrainPage) -> CompareDialog:
    button(page, "Compare…").click()
    (sheet,) = page.findChildren(CompareDialog)
    return sheet


def planned(sheet: CompareDialog) -> str:
    return named(sheet, DialogText, "What will run").text()


def show_tab(within: QWidget, name: str) -> None:
    """Bring a tab to the front."""
    tabs, position = next(
        (tabs, position) for tabs in within.findChildren(QTabWidget)
        for position in range(tabs.count()) if tabs.tabText(position) == name
    )  # fmt: skip
    tabs.setCurrentIndex(position)


def test_a_run_is_planned_in_words_trained_and_read(
    qtbot: QtBot, view: ProjectWindow, page: TrainPage, tmp_path: Path
) -> None:
    start(qtbot, page, epochs=2, seeds=2)
    said = text_of(page, "train-plan")
    spec = view.project.runs.plan(Rule(), RunConfig(image_size_px=32))
    assert f"{len(spec.training):,} images" in said
    assert f"accuracy is measured on {len(spec.validation):,} validation images" in said
    qtbot.waitUntil(lambda: page.running_text() != "", timeout=30_000)
    qtbot.waitUntil(lambda: states(page) == [RunState.DONE] * 2, timeout=PATIENCE_MS)
    assert page.running_text() == ""
    assert "tensorflow" not in sys.modules
    qtbot.waitUntil(lambda: text_of(page, "run-accuracy") != "", timeout=30_000)
    current = page.findChild(RunList).current()
    run = next(r for r in runs_of(page) if r.name == current)
    assert run.best is not None
    assert f"{run.best.val_accuracy:.3f}" in text_of(page, "run-accuracy")
    assert named(page, QTableWidget, "Confusion matrix").rowCount() == len(run.spec.class_names)
    _check_cell(qtbot, view, page)
    _check_files(qtbot, page, tmp_path)


def _check_cell(qtbot: QtBot, view: ProjectWindow, page: TrainPage) -> None:
    show_tab(page, "Confusion")
    matrix = named(page, QTableWidget, "Confusion matrix")
    row, column = next(
        (r, c) for r in range(matrix.rowCount()) for c in range(matrix.columnCount())
        if matrix.item(r, c).text()
    )  # fmt: skip
    with qtbot.waitSignal(page.requested) as heard:
        matrix.setCurrentCell(row, column)
        qtbot.keyClick(matrix, Qt.Key.Key_Return)
    assert len(heard.args[0].samples) == int(matrix.item(row, column).text())
    assert view.page().title == "Gallery"


def _check_files(qtbot: QtBot, page: TrainPage, folder: Path) -> None:
    from inspector.app.widgets.charts.curves import Charts

    panel = page.findChild(CurvesPanel)
    qtbot.waitUntil(lambda: panel.findChild(Charts) is not None, timeout=30_000)
    for kind in ("png", "svg", "csv"):
        assert panel.save(folder / f"c.{kind}", kind)
    assert not panel.save(folder / "none" / "c.csv", "csv")
    image = QImage(str(folder / "c.png"))
    assert image.width() == 2 * panel.findChild(Charts).width()
    assert ElementTree.parse(folder / "c.svg").getroot().tag.endswith("svg")
    with (folder / "c.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 4
    assert {float(r["val_accuracy"]) for r in rows} == {
        e.val_accuracy for run in runs_of(page) for e in run.history
    }


def test_the_most_confident_mistake_is_relabelled(
    qtbot: QtBot, view: ProjectWindow, page: TrainPage
) -> None:
    start(qtbot, page, epochs=1)
    qtbot.waitUntil(lambda: states(page) == [RunState.DONE], timeout=PATIENCE_MS)
    mistakes = named(page, QListWidget, "Most confident mistakes")
    qtbot.waitUntil(lambda: mistakes.count() > 0, timeout=30_000)
    (run,) = runs_of(page)
    mistake = view.project.runs.result(run).mistakes[0]
    assert mistake.sample.path in mistakes.item(0).text()
    mistakes.setCurrentRow(0)
    button(page, f"Relabel as {mistake.predicted}").click()
    qtbot.waitUntil(
        lambda: view.project.samples.by_ids([mistake.sample.id])[0].new_label == mistake.predicted,
        timeout=10_000,
    )
    view.project.decisions.undo()
    assert view.project.samples.by_ids([mistake.sample.id])[0].new_label == ""


def test_the_split_is_a_click_away(view: ProjectWindow, page: TrainPage) -> None:
    button(page, "Change the split").click()
    assert view.page().title == "Splits"


def test_pause_stop_and_go_on_by_keyboard(
    qtbot: QtBot, view: ProjectWindow, page: TrainPage
) -> None:
    start(qtbot, page, epochs=LONG)
    wait_for_an_epoch(qtbot, page)
    page.setFocus()
    qtbot.keyClick(page, Qt.Key.Key_P)
    pause = by_id(page, QPushButton, "train-pause")
    qtbot.waitUntil(lambda: states(page) == [RunState.PAUSED], timeout=10_000)
    assert pause.text() == "Resume"
    # Nobody knows when it goes on: no time left stands there.
    bar = view.findChild(JobBar)
    qtbot.waitUntil(lambda: "paused" in texts(bar), timeout=10_000)
    assert " left" not in texts(bar)
    qtbot.keyClick(page, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: states(page) == [RunState.TRAINING], timeout=10_000)
    assert pause.text() == "Pause"
    qtbot.keyClick(page, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: states(page) == [RunState.STOPPED], timeout=10_000)
    assert pause.text() == "Resume"


def test_a_killed_child_is_told_in_the_window(
    qtbot: QtBot, view: ProjectWindow, page: TrainPage
) -> None:
    start(qtbot, page, epochs=LONG)
    wait_for_an_epoch(qtbot, page)
    (child,) = children(TRAINER)
    os.kill(child, signal.SIGKILL)
    qtbot.waitUntil(lambda: states(page) == [RunState.FAILED], timeout=20_000)
    qtbot.waitUntil(lambda: "SIGKILL" in text_of(page, "run-text"), timeout=10_000)
    assert view.isVisible()


def test_what_was_interrupted_is_offered_at_the_next_start(qtbot: QtBot, project: Project) -> None:
    spec = project.runs.plan(Rule(), RunConfig(epochs=1, image_size_px=32))
    name = project.runs.store(spec)
    view = ProjectWindow(project)
    qtbot.addWidget(view)
    view.show()
    offer = screen.page(view, PageName.TRAIN).notice
    qtbot.waitUntil(offer.isVisible, timeout=30_000)
    assert "1 training was interrupted" in screen.by_id(offer, QLabel, "notice-text").text()
    screen.button(offer, "Resume").click()
    qtbot.waitUntil(lambda: project.runs.run(name).state is RunState.DONE, timeout=PATIENCE_MS)
    view.shut_down()


def test_folds_that_never_started_are_no_interrupted_trainings(
    qtbot: QtBot, project: Project
) -> None:
    folds = project.experiments.folds
    record = folds.kept(folds.store(folds.plan(config=RunConfig(epochs=1, image_size_px=32))))
    stored = {run.name: run.state for run in project.runs.all()}
    assert {stored[turn.run] for turn in record.turns} == {RunState.INTERRUPTED}
    name = project.runs.store(project.runs.plan(Rule(), RunConfig(epochs=1, image_size_px=48)))
    view = ProjectWindow(project)
    qtbot.addWidget(view)
    view.show()
    offer = screen.page(view, PageName.TRAIN).notice
    # Only the training of the list is offered, and started.
    qtbot.waitUntil(offer.isVisible, timeout=30_000)
    assert "1 training was interrupted" in screen.by_id(offer, QLabel, "notice-text").text()
    screen.button(offer, "Resume").click()
    qtbot.waitUntil(
        lambda: project.runs.run(name).state is not RunState.INTERRUPTED, timeout=PATIENCE_MS
    )
    states = {project.runs.run(turn.run).state for turn in record.turns}
    assert states == {RunState.INTERRUPTED}
    view.shut_down()


def test_policies_are_compared_from_the_window(
    qtbot: QtBot, view: ProjectWindow, page: TrainPage
) -> None:
    fill_in(page, epochs=1)
    sheet = open_sheet(page)
    sheet.choose(["example 2, as written"])
    named(sheet, QSpinBox, "Seeds").setValue(2)
    qtbot.waitUntil(lambda: planned(sheet).startswith("4 runs"), timeout=30_000)
    button(sheet, "Start the comparison").click()
    qtbot.waitUntil(
        lambda: states(page) == [RunState.DONE] * 4 and not comparison(page).is_running(),
        timeout=PATIENCE_MS,
    )
    plot = named(page, ComparisonPlot, "Differences to the baseline")
    qtbot.waitUntil(lambda: "too few seeds" in plot.accessibleDescription(), timeout=30_000)
    assert named(page, QTableWidget, "Accuracy and time of each policy").rowCount() == 4
    assert not by_id(page, QPushButton, "comparison-go-on").isVisible()


def test_strengths_shares_and_models_are_planned_in_words(qtbot: QtBot, page: TrainPage) -> None:
    sheet = open_sheet(page)
    axis = named(sheet, QComboBox, "What is compared")
    for row, runs in ((1, 20), (2, 20)):
        axis.setCurrentIndex(row)
        said = f"{runs} runs"
        qtbot.waitUntil(lambda said=said: planned(sheet).startswith(said), timeout=30_000)
    named(sheet, QLineEdit, "Values").setText("0.1, many")
    qtbot.waitUntil(lambda: "not a list of numbers" in planned(sheet), timeout=10_000)
    choose(axis, "models")
    qtbot.waitUntil(lambda: "two models" in planned(sheet), timeout=10_000)
    assert not button(sheet, "Start the comparison").isEnabled()
    sheet.reject()


def test_curves_smooth_and_seeds_stand_together() -> None:
    from inspector.app.widgets.charts.curves import mean_and_band, smooth

    one = tuple(
        EpochDone("a", e, 1.0, 0.5, 1.0, value, None, None, 1.0, 1)
        for e, value in enumerate((0.2, 0.4, 0.9), 1)
    )
    two = tuple(replace(e, val_accuracy=e.val_accuracy + 0.2) for e in one[:2])
    x, mean, low, high = mean_and_band([one, two], "val_accuracy", 0.0)
    assert x.tolist() == [1, 2]
    assert mean.tolist() == pytest.approx([0.3, 0.5])
    assert (low.tolist(), high.tolist()) == (
        pytest.approx([0.2, 0.4]), pytest.approx([0.4, 0.6]),
    )  # fmt: skip
    import numpy as np

    flat = smooth(np.full(5, 0.7), 0.9)
    assert flat.tolist() == pytest.approx([0.7] * 5)
    assert smooth(np.array([0.0, 1.0]), 0.0).tolist() == [0.0, 1.0]


def test_closing_asks_while_a_run_is_going_and_then_leaves_no_child(
    qtbot: QtBot, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = MainWindow()
    qtbot.addWidget(window)
    view = screen.open_dataset(qtbot, window, project.root, project.file)
    window.show()
    qtbot.waitUntil(lambda: not view.busy(), timeout=PATIENCE_MS)
    runs = view.project.runs
    name = runs.store(runs.plan(Rule(), RunConfig(epochs=LONG, image_size_px=32)))
    runs.start([name])
    qtbot.waitUntil(lambda: len(runs.run(name).history) > 0, timeout=PATIENCE_MS)
    pressed: list[str] = []

    def answer(box: QMessageBox) -> int:
        pressed.append(box.text())
        wanted = "Stay" if len(pressed) == 1 else "Stop it and close"
        next(b for b in box.buttons() if b.text() == wanted).click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", answer)
    window.close()
    assert window.isVisible()
    assert pressed[0].startswith("Training: epoch")
    (child,) = children(TRAINER)
    window.close()
    assert not window.isVisible()
    assert is_gone(child)
    assert children(TRAINER) == []


def test_the_test_folder_asks_before_it_opens(qtbot: QtBot, page: TrainPage) -> None:
    start(qtbot, page, epochs=1)
    qtbot.waitUntil(lambda: states(page) == [RunState.DONE], timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: page.findChild(RunList).current() != "", timeout=10_000)
    menu_entry(button(page, "More"), "Open the test folder").trigger()
    assert "no test folder" in text_of(page, "train-plan")


@pytest.mark.timeout(600)
def test_the_gap_is_planned_trained_and_told(
    qtbot: QtBot, view: ProjectWindow, page: TrainPage
) -> None:
    fill_in(page, epochs=1)
    plan = "1 run of 1 epochs"
    qtbot.waitUntil(lambda: text_of(page, "train-plan").startswith(plan), timeout=30_000)
    show_tab(page, "The gap")
    begin = button(page.gap, "Train the models")
    button(page.gap, "Plan it").click()
    qtbot.waitUntil(begin.isEnabled, timeout=2 * PATIENCE_MS)
    assert "trainings of" in text_of(page.gap, "gap-text")
    begin.click()
    runs = view.project.runs
    qtbot.waitUntil(lambda: any(r.history for r in runs.all()), timeout=PATIENCE_MS)
    assert page.findChild(RunList).count() == 0
    assert page.gap.is_running()
    page.gap.stop()
    qtbot.waitUntil(lambda: not page.gap.is_running(), timeout=30_000)
    qtbot.waitUntil(lambda: "seeds are complete" in text_of(page.gap, "gap-text"), timeout=10_000)
    assert begin.isEnabled()


@pytest.mark.parametrize("most", [0, 1_000])
def test_tensorflow_starts_ahead_for_datasets_that_are_not_large(
    qtbot: QtBot, view: ProjectWindow, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(train_page, "MAX_WARM_IMAGES", most)
    (page,) = (p for p in view.pages if isinstance(p, TrainPage))
    view.show_page(view.pages.index(page))
    qtbot.waitUntil(lambda: "run of" in text_of(page, "train-plan"), timeout=30_000)
    started = [thread for thread in threading.enumerate() if thread.name == "trainer"]
    assert bool(started) == (most > 0)
