"""Pasted code on the Splits page: roles are corrected, inference code is compared."""

from PySide6.QtWidgets import QComboBox, QMenu, QPlainTextEdit, QPushButton, QTableWidget
from pytestqt.qtbot import QtBot

from inspector.app.splits.page import SplitsPage
from inspector.app.widgets.code_reading_panel import CodeReadingPanel
from inspector.app.window.main_window import ProjectWindow
from inspector.project.splits.split_rules import Rule, RuleKind
from tests.app.screen import named, text_of

CODE = (
    "from keras.utils import image_dataset_from_directory as f\n"
    "one = f('training', image_size=(64, 64))\n"
    "two = f('validation', image_size=(64, 64))\n"
)
SERVING = (
    "import cv2\nx = cv2.imread('a', cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)\n"
    "model.predict(cv2.resize(x, (64, 64))[None])\n"
)


def splits_page(view: ProjectWindow) -> SplitsPage:
    (splits,) = (p for p in view.pages if isinstance(p, SplitsPage))
    view.show_page(view.pages.index(splits))
    named(splits, QComboBox, "Kind of split rule").setCurrentIndex(2)
    return splits


def choose(menu: QMenu, text: str) -> None:
    next(a for a in menu.actions() if a.text() == text).trigger()


def test_a_click_corrects_a_role_and_the_rule_remembers_it(
    qtbot: QtBot, view: ProjectWindow
) -> None:
    splits = splits_page(view)
    named(splits, QPlainTextEdit, "Pasted code").setPlainText(CODE)
    calls = named(splits, QTableWidget, "How the code was read")
    qtbot.waitUntil(lambda: calls.rowCount() == 2, timeout=20_000)
    (panel,) = splits.findChildren(CodeReadingPanel)
    assert calls.item(1, 1).text() == "validation"
    choose(panel.role_menu(1), "test")
    qtbot.waitUntil(lambda: calls.item(1, 1).text() == "test", timeout=20_000)
    # It is in use as soon as it is read: nothing is left to press.
    answers = (("role of line 3", "test"),)
    qtbot.waitUntil(lambda: view.project.splits.rule.answers == answers, timeout=20_000)
    assert view.project.splits.rule.kind is RuleKind.CODE
    use = next(b for b in splits.findChildren(QPushButton) if b.text() == "Use this rule")
    qtbot.waitUntil(lambda: not use.isVisible(), timeout=20_000)
    choose(panel.role_menu(1), "As the code says")
    qtbot.waitUntil(lambda: calls.item(1, 1).text() == "validation", timeout=20_000)


def test_a_corrected_role_is_forgotten_with_its_line(qtbot: QtBot, view: ProjectWindow) -> None:
    splits = splits_page(view)
    code = named(splits, QPlainTextEdit, "Pasted code")
    code.setPlainText(CODE)
    calls = named(splits, QTableWidget, "How the code was read")
    qtbot.waitUntil(lambda: calls.rowCount() == 2, timeout=20_000)
    (panel,) = splits.findChildren(CodeReadingPanel)
    choose(panel.role_menu(1), "test")
    qtbot.waitUntil(lambda: calls.item(1, 1).text() == "test", timeout=20_000)
    code.setPlainText(CODE.replace("'validation'", "'val'"))
    qtbot.waitUntil(lambda: calls.item(1, 3).text() == "val", timeout=20_000)
    assert calls.item(1, 1).text() == "validation"
    assert panel.answers() == ()


def test_inference_code_is_compared_and_measured(qtbot: QtBot, view: ProjectWindow) -> None:
    splits = splits_page(view)
    named(splits, QPlainTextEdit, "Pasted code").setPlainText(CODE)
    opener = next(
        b for b in splits.findChildren(QPushButton) if b.text().startswith("Compare with inference")
    )
    opener.click()
    serving = named(splits, QPlainTextEdit, "Inference code")
    assert serving.isVisible()
    serving.setPlainText(SERVING)
    differences = named(splits, QTableWidget, "Differences between training and inference")
    qtbot.waitUntil(lambda: differences.rowCount() == 1, timeout=20_000)
    row = [differences.item(0, column).text() for column in range(5)]
    assert row[:2] == ["2", "3"]
    assert "gets BGR" in row[2]
    assert "%" in row[3]
    assert "no run of this dataset is done" in text_of(splits, "serving-note") or row[4] == ""
    serving.setPlainText("import cv2\n" + SERVING.replace("128", ""))
    serving.setPlainText("x = (\n")
    qtbot.waitUntil(lambda: "not Python" in text_of(splits, "serving-note"), timeout=20_000)


def test_inference_code_comes_back_with_the_rule(qtbot: QtBot, view: ProjectWindow) -> None:
    splits = splits_page(view)
    view.project.splits.set_rule(Rule(RuleKind.CODE, code=CODE, serving=SERVING))
    serving = named(splits, QPlainTextEdit, "Inference code")
    qtbot.waitUntil(lambda: serving.toPlainText() == SERVING, timeout=20_000)
    differences = named(splits, QTableWidget, "Differences between training and inference")
    qtbot.waitUntil(lambda: differences.rowCount() == 1, timeout=20_000)
