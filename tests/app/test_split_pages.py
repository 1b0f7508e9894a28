"""The pages Splits, Groups, Overview and Augment on a real project."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSlider,
    QTableWidget,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from inspector.app.splits.page import SplitsPage
from inspector.app.splits.rule_form import RuleBar
from inspector.app.splits.seed_panel import ACCURACY
from inspector.app.splits.split_graph import SplitGraph
from inspector.app.widgets.charts.figures import HistogramPlot
from inspector.app.widgets.jobs_bar import JobBar
from inspector.app.widgets.pairs.pair_grid import PairGrid
from inspector.app.window.main_window import ProjectWindow
from inspector.project.splits.leakage import Leak
from inspector.project.splits.split_rules import Rule, RuleKind
from inspector.splits.keras_replay import Call
from tests.app.screen import button, named, text_of


def page(view: ProjectWindow, kind: type) -> object:
    (found,) = (p for p in view.pages if isinstance(p, kind))
    view.show_page(view.pages.index(found))
    return found


def graph(splits: SplitsPage) -> SplitGraph:
    return named(splits, SplitGraph, "Near-duplicates between splits")


def counted(splits: SplitsPage) -> bool:
    return bool(graph(splits).edges()) and not graph(splits).is_computing()


def threshold(splits: SplitsPage) -> QSlider:
    return named(splits, QSlider, "Similarity from which")


def test_an_edge_shows_its_pairs_and_opens_its_images(qtbot: QtBot, view: ProjectWindow) -> None:
    splits = page(view, SplitsPage)
    assert isinstance(splits, SplitsPage)
    qtbot.waitUntil(lambda: counted(splits), timeout=20_000)
    expected = view.project.splits.leaks()
    edge = graph(splits).current()
    assert edge is not None
    assert (edge.source, edge.to) == ("training", expected.membership.evaluation)
    assert edge.count == len(expected.leaks) - expected.count("group")
    assert str(len(expected.leaks)) in splits.shown_text()
    share = f"{100 * expected.share:.1f} %"
    assert f"{edge.count} of {expected.validation_images}" in text_of(splits, "splits-summary")
    assert share in text_of(splits, "splits-summary")
    grid = splits.findChild(PairGrid)
    qtbot.waitUntil(lambda: len(grid.pairs.tiles) == edge.count, timeout=10_000)
    # A chip shows the pairs of one kind; its count is what it shows.
    chip = next(b for b in splits.findChildren(QToolButton) if b.text().startswith("Near"))
    chip.click()
    assert f"Near  {len(grid.pairs.tiles)}" == chip.text()
    with qtbot.waitSignal(splits.requested) as heard:
        qtbot.keyClick(graph(splits), Qt.Key.Key_Return)
    assert len(heard.args[0].samples) == edge.count
    assert view.page().title == "Gallery"


def test_edges_are_reached_by_arrow_keys(qtbot: QtBot, view: ProjectWindow) -> None:
    splits = page(view, SplitsPage)
    assert isinstance(splits, SplitsPage)
    # A Keras call leaves the other folders beside its two splits: four nodes, six edges.
    view.project.splits.set_rule(Rule(RuleKind.KERAS, Call(seed=3, validation_split=0.3)))
    qtbot.waitUntil(lambda: len(graph(splits).edges()) > 1 and counted(splits), timeout=20_000)
    first = text_of(splits, "splits-summary")
    for number, edge in enumerate(graph(splits).edges()):
        assert graph(splits).current() == edge
        found = view.project.splits.search(view.project.splits.rule)
        inner = {"training": "training", found.membership.evaluation: "validation"}
        ends = (inner.get(name, name) for name in (edge.source, edge.to))
        leaks = found.between(*ends, view.project.duplicates.threshold)
        assert edge.count == sum(leak.kind != "group" for leak in leaks)
        assert number == 0 or text_of(splits, "splits-summary") != first
        qtbot.keyClick(graph(splits), Qt.Key.Key_Right)


def test_a_keras_call_is_looked_at_and_kept(qtbot: QtBot, view: ProjectWindow) -> None:
    splits = page(view, SplitsPage)
    assert isinstance(splits, SplitsPage)
    named(splits, QComboBox, "Kind of split rule").setCurrentIndex(1)
    qtbot.waitUntil(splits.findChild(HistogramPlot).isVisible, timeout=20_000)
    assert button(splits, "Use this rule").isEnabled()
    button(splits, "Use this rule").click()
    qtbot.waitUntil(lambda: view.project.splits.rule.kind is RuleKind.KERAS, timeout=10_000)


def test_a_list_of_files_is_chosen(
    qtbot: QtBot, view: ProjectWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    splits = page(view, SplitsPage)
    assert isinstance(splits, SplitsPage)
    qtbot.waitUntil(lambda: counted(splits), timeout=20_000)
    named(splits, QComboBox, "Kind of split rule").setCurrentIndex(4)
    qtbot.waitUntil(lambda: "Choose a CSV" in text_of(splits, "splits-summary"))
    assert not graph(splits).edges()
    assert not button(splits, "Use this rule").isEnabled()
    rows = view.project.samples.everything()
    file = tmp_path / "mine.csv"
    sides = (("train", "val")[i % 2] for i in range(len(rows)))
    file.write_text(
        "path,split\n" + "".join(f"{s.path},{x}\n" for s, x in zip(rows, sides, strict=True))
    )
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    named(splits, QPushButton, "List of files").click()
    qtbot.waitUntil(lambda: counted(splits), timeout=20_000)
    assert named(splits, QPushButton, "List of files").text() == "mine.csv"
    button(splits, "Use this rule").click()
    qtbot.waitUntil(lambda: view.project.splits.rule.file == str(file), timeout=10_000)


def test_seeds_are_tried_on_request(qtbot: QtBot, view: ProjectWindow) -> None:
    splits = page(view, SplitsPage)
    assert isinstance(splits, SplitsPage)
    named(splits, QComboBox, "Kind of split rule").setCurrentIndex(1)
    qtbot.waitUntil(splits.findChild(HistogramPlot).isVisible, timeout=20_000)
    named(splits, QComboBox, "What is compared over seeds").setCurrentIndex(ACCURACY)
    assert not splits.findChild(HistogramPlot).isVisible()
    button(splits, "Try 200 seeds").click()
    assert view.findChild(JobBar).isVisible()
    qtbot.waitUntil(splits.findChild(HistogramPlot).isVisible, timeout=60_000)
    assert "above" in text_of(splits, "seed-text")
    assert len(splits.findChild(HistogramPlot).rows()[1:]) == 200
    # The end of the draws leaves the rule that is looked at.
    qtbot.wait(800)
    assert splits.findChild(RuleBar).rule().kind is RuleKind.KERAS
    assert splits.findChild(HistogramPlot).isVisible()


def test_the_graph_follows_the_threshold(qtbot: QtBot, view: ProjectWindow) -> None:
    splits = page(view, SplitsPage)
    assert isinstance(splits, SplitsPage)
    qtbot.waitUntil(lambda: counted(splits), timeout=20_000)
    before = view.project.duplicates.threshold
    threshold(splits).setSliderDown(True)
    threshold(splits).setValue(100)
    qtbot.waitUntil(
        lambda: (
            not graph(splits).is_computing()
            and graph(splits).current().count == len(_at(view, 1.0))
        ),
        timeout=10_000,
    )
    assert view.project.duplicates.threshold == before
    threshold(splits).setSliderDown(False)
    qtbot.waitUntil(lambda: view.project.duplicates.threshold == 1.0, timeout=10_000)


def _at(view: ProjectWindow, threshold: float) -> list[Leak]:
    found = view.project.splits.search(view.project.splits.rule).at(threshold, with_seeds=False)
    return [leak for leak in found.leaks if leak.kind != "group"]


def test_no_old_figure_stands_under_a_new_threshold(qtbot: QtBot, view: ProjectWindow) -> None:
    splits = page(view, SplitsPage)
    assert isinstance(splits, SplitsPage)
    qtbot.waitUntil(lambda: counted(splits), timeout=20_000)
    before = splits.shown_text()
    heard: list[str] = []
    splits.moved.connect(lambda: heard.append(splits.shown_text()))
    threshold(splits).setValue(threshold(splits).value() + 10)
    # The key comes back before the figures do, and what is seen says that it computes.
    assert text_of(splits, "splits-summary") == "Computing…"
    assert graph(splits).is_computing()
    assert graph(splits).accessibleDescription() == "computing"
    qtbot.waitUntil(
        lambda: "near-duplicate in training" in text_of(splits, "splits-summary"), timeout=10_000
    )
    # The counter of the status line follows, too.
    qtbot.waitUntil(lambda: bool(heard) and heard[-1] != before, timeout=10_000)


def test_the_counter_follows_the_rule(qtbot: QtBot, view: ProjectWindow) -> None:
    splits = page(view, SplitsPage)
    assert isinstance(splits, SplitsPage)
    qtbot.waitUntil(lambda: counted(splits), timeout=20_000)
    heard: list[str] = []
    splits.moved.connect(lambda: heard.append(splits.shown_text()))
    view.project.splits.set_rule(Rule(RuleKind.GROUPS, share=0.3, seed=3))
    qtbot.waitUntil(lambda: bool(heard) and heard[-1].startswith("0 of "), timeout=20_000)


def test_bad_code_gets_a_sentence(qtbot: QtBot, view: ProjectWindow) -> None:
    splits = page(view, SplitsPage)
    assert isinstance(splits, SplitsPage)
    named(splits, QComboBox, "Kind of split rule").setCurrentIndex(2)
    named(splits, QPlainTextEdit, "Pasted code").setPlainText("seed = 3")
    qtbot.waitUntil(lambda: "makes no dataset" in text_of(splits, "splits-summary"), timeout=20_000)


def test_pasted_code_shows_its_calls_and_a_field_for_what_it_does_not_tell(
    qtbot: QtBot, view: ProjectWindow
) -> None:
    splits = page(view, SplitsPage)
    assert isinstance(splits, SplitsPage)
    named(splits, QComboBox, "Kind of split rule").setCurrentIndex(2)
    code = named(splits, QPlainTextEdit, "Pasted code")
    code.setPlainText(
        "from keras.utils import image_dataset_from_directory as f\n"
        "one = f('training', validation_split=0.2, subset='training', seed=cfg.seed)\n"
        "two = f('training', validation_split=0.2, subset='validation', seed=cfg.seed)\n"
    )
    calls = named(splits, QTableWidget, "How the code was read")
    qtbot.waitUntil(lambda: calls.rowCount() == 2, timeout=20_000)
    assert [calls.item(row, 1).text() for row in (0, 1)] == ["training", "validation"]
    assert [calls.item(row, 0).text() for row in (0, 1)] == ["2", "3"]
    assert "cfg.seed" in text_of(splits, "code-reading-notes")
    qtbot.waitUntil(lambda: "seed" in text_of(splits, "splits-summary"), timeout=20_000)
    field = named(splits, QLineEdit, "Value of cfg.seed")
    field.setText("42")
    field.editingFinished.emit()
    qtbot.waitUntil(lambda: counted(splits), timeout=20_000)
    qtbot.waitUntil(lambda: calls.item(0, 6).text() == "42", timeout=20_000)
    assert named(splits, QLineEdit, "Value of cfg.seed").text() == "42"
    code.setPlainText("nothing = 1")
    qtbot.waitUntil(lambda: "makes no dataset" in text_of(splits, "splits-summary"), timeout=20_000)
