"""Bugs of the window that users reported, each through the real window."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
)
from pytestqt.qtbot import QtBot

from inspector.app.augment.effects_panel import difference
from inspector.app.duplicates.rule_dialog import RuleDialog
from inspector.app.groups.closed_row import ClosedRow
from inspector.app.groups.proposal_card import ProposalCard
from inspector.app.widgets import theme
from inspector.app.widgets.accuracy_field import AccuracyField
from inspector.app.widgets.page import PageName
from inspector.app.widgets.tables import MEASURED_ROWS, FittedTable
from inspector.app.window.main_window import ProjectWindow
from inspector.dataset.layouts import Choice
from inspector.project.diagnosis.diagnoses import StoredDiagnosis, UserMetrics
from inspector.project.project import Project
from inspector.project.splits.split_rules import Rule, RuleKind
from tests.app.screen import by_id, named, page, show, text_of, texts

PATIENCE_MS = 60_000

SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often a table column was measured."""
    columns: list[int] = []
    measure = FittedTable.resizeColumnToContents

    def count(self: FittedTable, column: int) -> None:
        columns.append(column)
        measure(self, column)

    monkeypatch.setattr(FittedTable, "resizeColumnToContents", count)
    return columns


def test_a_table_measures_its_columns_once_for_all_cells(qtbot: QtBot, measured: list[int]) -> None:
    table = FittedTable(("a", "b", "c"), name="Long", wide=(2,))
    qtbot.addWidget(table)
    table.show()
    qtbot.wait(20)
    measured.clear()
    table.setRowCount(3_000)
    for row in range(3_000):
        for column in range(3):
            table.setItem(row, column, QTableWidgetItem("wider than the head" if row < 5 else "x"))
    qtbot.waitUntil(lambda: table.columnWidth(0) > 80)
    assert sorted(measured) == [0, 1]
    assert table.horizontalHeader().resizeContentsPrecision() == MEASURED_ROWS


def test_accepting_a_rule_on_groups_fills_no_table(
    qtbot: QtBot, view: ProjectWindow, measured: list[int]
) -> None:
    page = show(view, PageName.GROUPS)
    qtbot.waitUntil(
        lambda: any(c.has_answer for c in page.findChildren(ProposalCard)), timeout=20_000
    )
    qtbot.wait(100)
    measured.clear()
    card = page.findChildren(ProposalCard)[0]
    view.project.groups.use(card.shown.proposal.proposal, on=True)
    qtbot.waitUntil(lambda: bool(page.findChildren(ClosedRow)), timeout=10_000)
    qtbot.wait(300)
    assert page.findChildren(QTableWidget) == []
    assert not measured


@pytest.mark.parametrize("clicks", [1, 2])
def test_an_accuracy_is_typed_after_a_click(qtbot: QtBot, view: ProjectWindow, clicks: int) -> None:
    page = show(view, PageName.OVERVIEW)
    field = named(page, AccuracyField, "Accuracy on the validation split")
    line = field.lineEdit()
    # In the middle of the word "stated".
    place = QPoint(line.cursorRect().left() + 40, line.height() // 2)
    click = qtbot.mouseClick if clicks == 1 else qtbot.mouseDClick
    click(line, Qt.MouseButton.LeftButton, pos=place)
    qtbot.keyClicks(field, "0.95")
    assert field.value() == 0.95
    # A number is clicked as any number.
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton, pos=QPoint(4, line.height() // 2))
    assert not line.hasSelectedText()


def _contrast(one: QColor, two: QColor) -> float:
    def light(colour: QColor) -> float:
        parts = (colour.redF(), colour.greenF(), colour.blueF())
        red, green, blue = (
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((light(one), light(two)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_highlighted_row_of_a_drop_down_can_be_read(
    qtbot: QtBot, view: ProjectWindow, qapp: QApplication, mode: str
) -> None:
    theme.apply(qapp, mode)
    page = show(view, PageName.GALLERY)
    box = named(page, QComboBox, "Sort")
    box.showPopup()
    rows = box.view()
    rows.setCurrentIndex(box.model().index(2, 0))
    qtbot.wait(100)
    rect = rows.visualRect(rows.currentIndex())
    assert rect.height() > 12
    image = rows.viewport().grab(rect).toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = [
        image.pixelColor(x, y) for x in range(image.width()) for y in range(2, image.height() - 2)
    ]
    ground = max(set(map(QColor.rgb, pixels)), key=[p.rgb() for p in pixels].count)
    others = [p for p in pixels if p.rgb() != ground]
    best = max(_contrast(QColor(ground), p) for p in others)
    box.hidePopup()
    theme.apply(qapp, "light")
    qapp.setStyleSheet("")
    assert best >= 4.5
    assert QColor(ground) != theme.colour("surface")


def test_shift_and_click_select_a_range(qtbot: QtBot, opened: ProjectWindow) -> None:
    view = show(opened, PageName.GALLERY).view
    columns = view.visualRect(view.tiles.index(0)).width()
    assert view.viewport().width() > 3 * columns

    def click(row: int, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        place = view.visualRect(view.tiles.index(row)).center()
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, keys, place)

    def selected() -> list[int]:
        ids = set(view.selected_ids())
        return [row for row in range(len(view.tiles.ids)) if int(view.tiles.ids[row]) in ids]

    # From the end of a row to the beginning of the next but one: a rectangle would miss both ends.
    click(2)
    click(9, SHIFT)
    assert selected() == list(range(2, 10))
    # The range is made anew from where it began, in both directions.
    click(4, SHIFT)
    assert selected() == [2, 3, 4]
    click(0, SHIFT)
    assert selected() == [0, 1, 2]
    click(6, CONTROL)
    click(8, SHIFT | CONTROL)
    assert selected() == [0, 1, 2, 6, 7, 8]
    # So do keys.
    click(1)
    qtbot.keyClick(view, Qt.Key.Key_Right, SHIFT)
    qtbot.keyClick(view, Qt.Key.Key_Right, SHIFT)
    assert selected() == [1, 2, 3]
    qtbot.keyClick(view, Qt.Key.Key_Left, SHIFT)
    assert selected() == [1, 2]


def test_a_button_that_disables_itself_keeps_the_keyboard_from_its_neighbour(
    qtbot: QtBot, opened: ProjectWindow
) -> None:
    window = opened.window()
    page = show(opened, PageName.EXPORT)
    with qtbot.waitActive(window):
        window.activateWindow()
    button = next(b for b in page.findChildren(QPushButton) if b.text() == "Export")
    qtbot.waitUntil(button.isEnabled, timeout=10_000)
    button.setFocus()
    assert QApplication.focusWidget() is button
    button.setEnabled(False)
    focused = QApplication.focusWidget()
    assert focused is not button
    assert not isinstance(focused, QPushButton)
    # Tab goes on as always.
    button.setEnabled(True)
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is not button


def test_a_warning_is_not_painted_over_the_table_of_the_rules_dialog(
    qtbot: QtBot, view: ProjectWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    warning = "Removing 85 files changes which images seed 42 selects. " * 4
    monkeypatch.setattr(view.project.splits, "redraw", lambda: warning)
    dialog = RuleDialog(view.project, view.bridge, view)
    dialog.show()
    label = by_id(dialog, QLabel, "rule-warning")
    qtbot.waitUntil(label.isVisible, timeout=10_000)
    qtbot.wait(50)
    places = named(dialog, FittedTable, "Excluded, by split and class")
    assert not label.geometry().intersects(places.geometry())
    assert label.height() >= label.heightForWidth(label.width())
    for other in dialog.findChildren(QPushButton):
        assert not label.geometry().intersects(other.geometry()) or other.parent() is not dialog
    dialog.close()


def test_no_button_of_duplicates_is_cut_at_1024(qtbot: QtBot, opened: ProjectWindow) -> None:
    view = opened.window()
    shown = show(opened, PageName.DUPLICATES)
    view.resize(1024, 768)
    qtbot.wait(100)
    assert view.width() == 1024
    for one in shown.findChildren(QPushButton):
        if one.isVisible():
            assert one.width() >= one.sizeHint().width(), one.text()
            place = one.mapTo(view, QPoint(one.width(), one.height()))
            assert place.x() <= view.width(), one.text()


def test_augment_says_why_the_test_folder_is_left_alone(qtbot: QtBot, project: Project) -> None:
    project.set_layout(Choice(split_roles={"validation": "test"}))
    project.scans.scan()
    assert "test" in project.samples.counts().splits
    view = ProjectWindow(project)
    page(view, PageName.OVERVIEW).verdict.started = True
    qtbot.addWidget(view)
    view.show()
    augment = show(view, PageName.AUGMENT)
    qtbot.waitUntil(lambda: "The test folder is not used" in texts(augment), timeout=PATIENCE_MS)
    assert "There is no validation folder" in texts(augment)
    view.shut_down()


def test_augment_names_the_test_folder_that_it_leaves_alone() -> None:
    assert "The test folder is not used" in difference((), compared=False, splits=("test",))
    text = "There is no validation folder, so nothing is compared."
    assert difference((), compared=False) == text


def test_a_verdict_of_before_is_not_put_beside_a_new_rule(
    qtbot: QtBot, view: ProjectWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    term = {"mean": 0.08, "low": 0.06, "high": 0.1, "verdict": "yes", "bound": "at_least"}
    old = StoredDiagnosis({"terms": {"leakage": term}, "verdict": "old"}, 1.0, ("the split rule",))
    monkeypatch.setattr(view.project.diagnoses, "last", lambda: old)
    view.project.diagnoses.state(UserMetrics(0.95, 0.75))
    overview = show(view, PageName.OVERVIEW)
    qtbot.waitUntil(
        lambda: text_of(overview, "answer-headline").endswith("near-duplicate in training."),
        timeout=20_000,
    )
    assert "could not be shown" not in text_of(overview, "answer-detail")


def test_a_diagnosis_of_another_rule_is_silent_until_its_rule_is_back(
    qtbot: QtBot, project: Project
) -> None:
    project.diagnoses.state(UserMetrics(0.95, 0.75))
    assert project.diagnoses.run(seeds=2) is not None
    view = ProjectWindow(project)
    overview = page(view, PageName.OVERVIEW)
    overview.verdict.started = True
    qtbot.addWidget(view)
    view.resize(1280, 800)
    view.show()

    def shown() -> tuple[str, str]:
        return text_of(overview, "answer-headline"), text_of(overview, "answer-detail")

    folded = by_id(overview, QLabel, "answer-folded")
    date = by_id(overview.verdict, QLabel, "verdict-date")
    qtbot.waitUntil(folded.isVisible, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: date.text().endswith("."), timeout=PATIENCE_MS)
    before, said = shown(), folded.text()
    project.splits.set_rule(Rule(RuleKind.GROUPS, share=0.3, seed=3))
    # Both sentences are of the rule in use; the old figures are named as old behind them.
    qtbot.waitUntil(lambda: "before the split rule changed" in date.text(), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not folded.isVisible(), timeout=PATIENCE_MS)
    assert shown() != before
    assert "inflated" not in shown()[0]
    assert "could not be shown" not in shown()[1]
    project.splits.set_rule(Rule())
    qtbot.waitUntil(lambda: shown() == before, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: folded.isVisible() and folded.text() == said, timeout=PATIENCE_MS)
    view.shut_down()
