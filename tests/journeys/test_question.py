"""From a folder and a notebook to an answer, a clean-up and an export: by mouse, by keyboard."""

import gc
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QFileDialog,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot
from shiboken6 import isValid
from tests.app.screen import by_id, page, text_of

from inspector.app.export.page import ExportPage
from inspector.app.main import MainWindow
from inspector.app.widgets.page import PageName
from inspector.project.splits.split_rules import RuleKind

# What a person needs at most; a step more is a step that somebody added to the way.
MOST_CLICKS, MOST_KEYS = 11, 45
PATIENCE_MS = 90_000
NO_KEYS = Qt.KeyboardModifier.NoModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
CELLS = (
    "from keras.utils import image_dataset_from_directory\n",
    "train = image_dataset_from_directory('shapes/training', image_size=(64, 64), seed=7)\n"
    "val = image_dataset_from_directory('shapes/validation', image_size=(64, 64))\n",
    "model.fit(train, validation_data=val, epochs=20)\n",
)


class Person:
    """Clicks what is seen and presses keys, and counts both.

    Attributes:
        clicks: Clicks so far; `keys` likewise. A system dialog is not counted.
    """

    def __init__(self, qtbot: QtBot, window: MainWindow) -> None:
        self.qtbot, self.window = qtbot, window
        self.clicks = self.keys = 0

    def click(self, text: str, within: QWidget | None = None) -> None:
        """Click the one button that is seen with a text, as soon as it can be clicked."""
        place = within or self.window

        def ready() -> QAbstractButton | None:
            shown = [
                b for b in place.findChildren(QAbstractButton)
                if b.isVisible() and b.text().strip().startswith(text)
            ]  # fmt: skip
            return shown[0] if len(shown) == 1 and shown[0].isEnabled() else None

        self.qtbot.waitUntil(lambda: ready() is not None, timeout=PATIENCE_MS)
        button = ready()
        assert button is not None
        self.clicks += 1
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def press(self, key: Qt.Key, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
        """Press a key where the keyboard is."""
        self.keys += 1
        target = QApplication.focusWidget() or self.window
        QTest.keyClick(target, key, keys)
        self.qtbot.wait(30)

    def type(self, text: str) -> None:
        """Type letters where the keyboard is."""
        self.keys += len(text)
        QTest.keyClicks(QApplication.focusWidget(), text)

    def tab_to(self, text: str) -> None:
        """Go by Tab until a button with a text has the keyboard."""
        for _ in range(40):
            at = QApplication.focusWidget()
            if isinstance(at, QAbstractButton) and at.text().strip().startswith(text):
                return
            self.press(Qt.Key.Key_Tab)
        raise AssertionError(f"Tab leads to no {text}")


@pytest.fixture
def question(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder and a notebook; the system's file dialogs choose them."""
    folder, notebook = tmp_path / "shapes", tmp_path / "train.ipynb"
    shutil.copytree(demo, folder)
    for file in folder.rglob("*"):
        os.utime(file, (1.7e9, 1.7e9), follow_symlinks=False)
    cells = [{"cell_type": "code", "source": text, "metadata": {}} for text in CELLS]
    notebook.write_text(json.dumps({"cells": cells, "nbformat": 4, "metadata": {}}))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_, **__: str(folder))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: (str(notebook), ""))
    return folder


@pytest.fixture
def person(qtbot: QtBot, own_places: Path) -> Iterator[Person]:
    """A person before the Start page."""
    QSettings.setPath(
        QSettings.Format.NativeFormat, QSettings.Scope.UserScope, str(own_places / "qt")
    )
    gc.disable()
    window = MainWindow()
    qtbot.addWidget(window)
    window.resize(1280, 800)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    yield Person(qtbot, window)
    window.close()
    gc.collect()
    gc.enable()


def _is_answered(person: Person) -> bool:
    view = person.window.view
    if view is None:
        return False
    overview = page(view, PageName.OVERVIEW)
    # The diagnosis that starts by itself is not waited for.
    overview.verdict.started = True
    answer = by_id(overview, QWidget, "answer-headline")
    return answer.isVisible() and "near-duplicate in training" in answer.text()


def _is_read(person: Person) -> bool:
    assert person.window.view is not None
    return bool(person.window.view.project.splits.rule.kind is RuleKind.CODE)


def _clean_up_dialog(person: Person) -> QDialog:
    def dialogs() -> list[QDialog]:
        shown = [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog)]
        shown += person.window.findChildren(QDialog, "cleanUp")
        return [w for w in shown if w.isVisible() and w.objectName() == "cleanUp"]

    person.qtbot.waitUntil(lambda: bool(dialogs()), timeout=PATIENCE_MS)
    return dialogs()[0]


def _is_shown(dialog: QDialog) -> bool:
    return isValid(dialog) and dialog.isVisible()


def _exported(person: Person, folder: Path) -> None:
    view = person.window.view
    assert view is not None
    person.qtbot.waitUntil(
        lambda: text_of(page(view, PageName.EXPORT), "export-result").startswith("Done"),
        timeout=PATIENCE_MS,
    )
    excluded = {s.path for s in view.project.samples.everything() if s.mark == "drop"}
    assert excluded
    (manifest,) = folder.parent.rglob("manifest.csv")
    written = {p.relative_to(manifest.parent).as_posix() for p in manifest.parent.rglob("*.*")}
    assert written
    assert written.isdisjoint(excluded)


def test_the_question_is_answered_by_mouse_alone(person: Person, question: Path) -> None:
    person.click("Open folder…")
    person.qtbot.waitUntil(lambda: _is_answered(person), timeout=PATIENCE_MS)
    person.click("Open a script or notebook…")
    person.qtbot.waitUntil(lambda: _is_read(person), timeout=PATIENCE_MS)
    person.click("Overview")
    person.click("Clean up")
    dialog = _clean_up_dialog(person)
    do = by_id(dialog, QAbstractButton, "clean-up-do")
    person.qtbot.waitUntil(do.isEnabled, timeout=PATIENCE_MS)
    person.click(do.text(), dialog)
    person.qtbot.waitUntil(lambda: not _is_shown(dialog), timeout=PATIENCE_MS)
    view = person.window.view
    assert view is not None
    tools = [b for b in view.findChildren(QToolButton) if b.accessibleName() == "Export"]
    person.clicks += 1
    QTest.mouseClick(tools[0], Qt.MouseButton.LeftButton)
    export = page(view, PageName.EXPORT)
    person.click("Export", export)
    if any(b.isVisible() and b.text().startswith("Export with") for b in _buttons(export)):
        person.click("Export with", export)
    _exported(person, question)
    print(f"by mouse: {person.clicks} clicks, {person.keys} keys")
    assert person.keys == 0
    assert person.clicks <= MOST_CLICKS


def _buttons(within: QWidget) -> list[QAbstractButton]:
    return within.findChildren(QAbstractButton)


def _has_plan_of_clean_up(export: ExportPage) -> bool:
    """Return whether the shown plan, which the button runs, leaves the copies out."""
    plan = export.plan()
    return plan is not None and any(one.reason.startswith("excluded") for one in plan.left_out)


def test_the_question_is_answered_and_exported_by_keyboard_alone(
    person: Person, question: Path
) -> None:
    with person.qtbot.waitActive(person.window):
        person.window.activateWindow()
    person.qtbot.waitUntil(lambda: QApplication.focusWidget() is not None, timeout=PATIENCE_MS)
    # As soon as the first button has the keyboard for good, keys of the page are heard.
    person.qtbot.wait(1_500)
    person.press(Qt.Key.Key_O, CONTROL)
    person.qtbot.waitUntil(lambda: _is_answered(person), timeout=PATIENCE_MS)
    person.tab_to("Open a script or notebook…")
    person.press(Qt.Key.Key_Space)
    person.qtbot.waitUntil(lambda: _is_read(person), timeout=PATIENCE_MS)
    person.press(Qt.Key.Key_K, CONTROL)
    person.type("clean up")
    person.press(Qt.Key.Key_Return)
    dialog = _clean_up_dialog(person)
    do = by_id(dialog, QAbstractButton, "clean-up-do")
    person.qtbot.waitUntil(do.isEnabled, timeout=PATIENCE_MS)
    person.tab_to(do.text())
    person.press(Qt.Key.Key_Return)
    person.qtbot.waitUntil(lambda: not _is_shown(dialog), timeout=PATIENCE_MS)
    view = person.window.view
    assert view is not None
    # As a window manager does after a dialog; there is none here.
    with person.qtbot.waitActive(person.window):
        person.window.activateWindow()
    person.press(Qt.Key.Key_9, CONTROL)
    export = page(view, PageName.EXPORT)
    assert isinstance(export, ExportPage)
    person.qtbot.waitUntil(lambda: _has_plan_of_clean_up(export), timeout=PATIENCE_MS)
    person.tab_to("Export")
    person.press(Qt.Key.Key_Return)
    if any(b.isVisible() and b.text().startswith("Export with") for b in _buttons(export)):
        person.press(Qt.Key.Key_Return)
    _exported(person, question)
    print(f"by keyboard: {person.clicks} clicks, {person.keys} keys")
    assert person.clicks == 0
    assert person.keys <= MOST_KEYS
