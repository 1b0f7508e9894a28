"""The page of trainings on a real project, with real short trainings."""

import csv
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from inspector.app.main import MainWindow
from inspector.app.train.compare_dialog import CompareDialog
from inspector.app.train.page import TrainPage
from inspector.app.widgets.page import PageName
from inspector.app.window.main_window import ProjectWindow
from inspector.project.project import Project
from inspector.project.splits.split_rules import Rule
from inspector.project.training.run import RunConfig, RunState
from inspector.training_protocol import EpochDone
from tests.app import screen

LONG = 1000
PATIENCE_MS = 120_000


@pytest.fixture
def page(view: ProjectWindow) -> TrainPage:
    (found,) = (p for p in view.pages if isinstance(p, TrainPage))
    view.show_page(view.pages.index(found))
    return found


def start(qtbot: QtBot, page: TrainPage, *, epochs: int, seeds: int = 1) -> None:
    page._form._epochs.setValue(epochs)
    page._form._seeds.setValue(seeds)
    page._form._size.setCurrentIndex(0)
    qtbot.waitUntil(lambda: f"{seeds} run" in page._plan.text(), timeout=30_000)
    qtbot.waitUntil(page._start.isEnabled, timeout=30_000)
    page._start.click()


def states(page: TrainPage) -> list[RunState]:
    return [run.state for run in page._runs or ()]


def test_a_run_is_planned_in_words_trained_and_read(
    qtbot: QtBot, view: ProjectWindow, page: TrainPage, tmp_path: Path
) -> None:
    start(qtbot, page, epochs=2, seeds=2)
    said = page._plan.text()
    spec = view.project.runs.plan(Rule(), RunConfig(image_size_px=32))
    assert f"{len(spec.training):,} images" in said
    assert f"{len(spec.validation):,} validation images judge" in said
    qtbot.waitUntil(lambda: page.going() != "", timeout=30_000)
    qtbot.waitUntil(lambda: states(page) == [RunState.DONE] * 2, timeout=PATIENCE_MS)
    assert page.going() == ""
    assert "tensorflow" not in sys.modules
    qtbot.waitUntil(lambda: page._result._head.text() != "", timeout=30_000)
    run = next(r for r in page._runs or () if r.name == page._list.current())
    assert run.best is not None
    assert f"{run.best.val_accuracy:.3f}" in page._result._head.text()
    assert page._result._matrix.rowCount() == len(run.spec.class_names)
    _check_cell(qtbot, view, page)
    _check_files(qtbot, page, tmp_path)


def _check_cell(qtbot: QtBot, view: ProjectWindow, page: TrainPage) -> None:
    matrix = page._result._matrix
    row, column = next(
        (r, c) for r in range(matrix.rowCount()) for c in range(matrix.columnCount())
        if matrix.item(r, c).text()
    )  # fmt: skip
    with qtbot.waitSignal(page.asked) as heard:
        page._result._on_cell(row, column)
    assert len(heard.args[0].samples) == int(matrix.item(row, column).text())
    assert view.page().title == "Gallery"


def _check_files(qtbot: QtBot, page: TrainPage, folder: Path) -> None:
    qtbot.waitUntil(lambda: page._curves._charts is not None, timeout=30_000)
    for kind in ("png", "svg", "csv"):
        assert page._curves.save(folder / f"c.{kind}", kind)
    assert not page._curves.save(folder / "none" / "c.csv", "csv")
    image = QImage(str(folder / "c.png"))
    assert image.width() == 2 * page._curves._charts.width()  # type: ignore[union-attr]
    assert ElementTree.parse(folder / "c.svg").getroot().tag.endswith("svg")
    with (folder / "c.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 4
    assert {float(r["val_accuracy"]) for r in rows} == {
        e.val_accuracy for run in page._runs or () for e in run.history
    }


def test_the_most_confident_mistake_is_relabelled(
    qtbot: QtBot, view: ProjectWindow, page: TrainPage
) -> None:
    start(qtbot, page, epochs=1)
    qtbot.waitUntil(lambda: states(page) == [RunState.DONE], timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: page._result._mistakes.count() > 0, timeout=30_000)
    page._result._mistakes.setCurrentRow(0)
    mistake = page._result._mistake()
    assert mistake is not None
    page._result._relabel.click()
    qtbot.waitUntil(
        lambda: view.project.samples.by_ids([mistake.sample.id])[0].new_label == mistake.predicted,
        timeout=10_000,
    )
    view.project.decisions.undo()
    assert view.project.samples.by_ids([mistake.sample.id])[0].new_label == ""


def test_the_split_is_a_click_away(view: ProjectWindow, page: TrainPage) -> None:
    buttons = page.findChildren(QPushButton)
    next(b for b in buttons if b.text() == "Change the split").click()
    assert view.page().title == "Splits"


def test_pause_stop_and_go_on_by_keyboard(
    qtbot: QtBot, view: ProjectWindow, page: TrainPage
) -> None:
    start(qtbot, page, epochs=LONG)
    qtbot.waitUntil(
        lambda: bool(page._runs) and len(page._runs[0].history) > 0, timeout=PATIENCE_MS
    )
    page.setFocus()
    qtbot.keyClick(page, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: states(page) == [RunState.PAUSED], timeout=10_000)
    assert page._pause.text() == "Go on"
    qtbot.keyClick(page, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: states(page) == [RunState.TRAINING], timeout=10_000)
    qtbot.keyClick(page, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: states(page) == [RunState.STOPPED], timeout=10_000)
    assert page._pause.text() == "Go on"


def test_a_killed_child_is_told_in_the_window(
    qtbot: QtBot, view: ProjectWindow, page: TrainPage
) -> None:
    start(qtbot, page, epochs=LONG)
    qtbot.waitUntil(
        lambda: bool(page._runs) and len(page._runs[0].history) > 0, timeout=PATIENCE_MS
    )
    child = view.project.runs.trainer._child
    assert child is not None
    os.kill(child.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: states(page) == [RunState.FAILED], timeout=20_000)
    qtbot.waitUntil(lambda: "SIGKILL" in page._result._text.text(), timeout=10_000)
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
    screen.button(offer, "Go on").click()
    qtbot.waitUntil(lambda: project.runs.run(name).state is RunState.DONE, timeout=PATIENCE_MS)
    view.shut()


def test_policies_are_compared_from_the_window(
    qtbot: QtBot, view: ProjectWindow, page: TrainPage
) -> None:
    page._form._epochs.setValue(1)
    page._form._size.setCurrentIndex(0)
    page._compare.click()
    sheet = page._comparison.findChild(CompareDialog)
    assert sheet is not None
    sheet.choose(["example 2, as written"])
    sheet._seeds.setValue(2)
    qtbot.waitUntil(lambda: sheet._text.text().startswith("4 runs"), timeout=30_000)
    sheet._start.click()
    qtbot.waitUntil(
        lambda: states(page) == [RunState.DONE] * 4 and not page._comparison.is_going(),
        timeout=PATIENCE_MS,
    )
    plot = page._comparison._plot
    qtbot.waitUntil(lambda: "too few seeds" in plot.accessibleDescription(), timeout=30_000)
    assert page._comparison._times.rowCount() == 4
    assert not page._comparison._go_on.isVisible()


def test_strengths_shares_and_models_are_planned_in_words(qtbot: QtBot, page: TrainPage) -> None:
    page._compare.click()
    sheet = page._comparison.findChild(CompareDialog)
    assert sheet is not None
    for row, runs in ((1, 20), (2, 20)):
        sheet._axis.setCurrentIndex(row)
        said = f"{runs} runs"
        qtbot.waitUntil(lambda said=said: sheet._text.text().startswith(said), timeout=30_000)
    sheet._values.setText("0.1, many")
    qtbot.waitUntil(lambda: "no list of numbers" in sheet._text.text(), timeout=10_000)
    sheet._axis.setCurrentIndex(3)
    qtbot.waitUntil(lambda: "two models" in sheet._text.text(), timeout=10_000)
    assert not sheet._start.isEnabled()
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
    qtbot.waitUntil(lambda: not view.busy(), timeout=30_000)
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
    child = runs.trainer._child
    assert child is not None
    window.close()
    assert not window.isVisible()
    assert child._process.poll() is not None
    assert runs.trainer._child is None


def test_the_test_folder_asks_before_it_opens(qtbot: QtBot, page: TrainPage) -> None:
    start(qtbot, page, epochs=1)
    qtbot.waitUntil(lambda: states(page) == [RunState.DONE], timeout=PATIENCE_MS)
    page._actions.open_test()
    assert "no test folder" in page._plan.text()


@pytest.mark.timeout(600)
def test_the_gap_is_planned_trained_and_told(
    qtbot: QtBot, view: ProjectWindow, page: TrainPage
) -> None:
    page._form._epochs.setValue(1)
    page._form._size.setCurrentIndex(0)
    qtbot.waitUntil(lambda: page.gap._wanted.epochs == 1, timeout=30_000)
    page._tabs.setCurrentWidget(page.gap)
    page.gap._ask.click()
    qtbot.waitUntil(page.gap._start.isEnabled, timeout=2 * PATIENCE_MS)
    assert "trainings of" in page.gap._text.text()
    page.gap._start.click()
    runs = view.project.runs
    qtbot.waitUntil(lambda: any(r.history for r in runs.all()), timeout=PATIENCE_MS)
    assert page._list.count() == 0
    assert page.gap.is_going()
    page.gap.stop()
    qtbot.waitUntil(lambda: not page.gap.is_going(), timeout=30_000)
    qtbot.waitUntil(lambda: "seeds are complete" in page.gap._text.text(), timeout=10_000)
    assert page.gap._start.isEnabled()
