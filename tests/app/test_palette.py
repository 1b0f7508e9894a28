"""Ctrl+K: every page and action by its words, with the keyboard only."""

from importlib.metadata import version

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from inspector.app.widgets import theme
from inspector.app.widgets.page import PageName
from inspector.app.window.main_window import ProjectWindow
from inspector.app.window.palette.command_palette import Palette
from inspector.app.window.palette.commands import PaletteCommand, matching
from inspector.desktop.settings import read_settings
from tests.app.screen import page

TEXTS = ("Go to Gallery", "Go to Duplicates", "Undo the newest decision", "Keep by a rule")


def found(typed: str) -> list[str]:
    return [c.text for c in matching(typed, [PaletteCommand(t, "", list) for t in TEXTS])]


@pytest.mark.parametrize(
    ("typed", "best"),
    [("gal", TEXTS[0]), ("undo", TEXTS[2]), ("rule keep", TEXTS[3]), ("DUPLI", TEXTS[1]),
     ("gtdup", TEXTS[1]), ("go dup", TEXTS[1]), ("decis", TEXTS[2])],
)  # fmt: skip
def test_some_letters_find_a_command(typed: str, best: str) -> None:
    assert found(typed)[0] == best


@pytest.mark.parametrize(
    ("typed", "best"),
    [("duplicate", "Go to Duplicates"), ("near-dup", "Go to Duplicates"),
     ("leak", "Go to Splits"), ("leakage", "Go to Splits"), ("dark", "Theme: dark"),
     ("about", "About Dataset Inspector"), ("version", "About Dataset Inspector"),
     ("workers", "Preferences: worker processes"), ("relabel", "Go to Labels"),
     ("patient", "Go to Groups"), ("clean", "Clean up dataset…"), ("quit", "Quit the program"),
     ("confusion", "Go to Train"), ("transform", "Go to Augment")],
)  # fmt: skip
def test_pages_actions_and_settings_are_found_by_meaning(
    qtbot: QtBot, opened: ProjectWindow, typed: str, best: str
) -> None:
    opened.show_page(1)
    palette = opened_palette(qtbot, opened)
    qtbot.keyClicks(palette.field, typed)
    texts = palette.texts()
    assert best in texts[:3], texts
    if typed == "about":
        assert not any("abel" in text for text in texts), texts
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)


def test_a_theme_is_put_on_from_the_palette(qtbot: QtBot, opened: ProjectWindow) -> None:
    palette = opened_palette(qtbot, opened)
    qtbot.keyClicks(palette.field, "dark")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert read_settings()["theme"] == "dark"
    assert theme.colour("bg").lightness() < 128
    palette = opened_palette(qtbot, opened)
    qtbot.keyClicks(palette.field, "light")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert theme.colour("bg").lightness() > 128


def test_about_tells_the_version(qtbot: QtBot, opened: ProjectWindow) -> None:
    palette = opened_palette(qtbot, opened)
    qtbot.keyClicks(palette.field, "about")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    (box,) = opened.window().findChildren(QMessageBox)
    assert version("dataset-inspector") in box.text()
    box.close()


def test_ctrl_q_quits(qtbot: QtBot, opened: ProjectWindow) -> None:
    window = opened.window()
    with qtbot.waitActive(window):
        window.activateWindow()
    qtbot.waitUntil(lambda: not window.windowIcon().isNull())
    qtbot.keyClick(window, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=10_000)


def test_every_word_has_to_fit() -> None:
    assert found("go undo") == []
    assert found("zebra") == []
    assert found("") == list(TEXTS)


def opened_palette(qtbot: QtBot, view: ProjectWindow) -> Palette:
    qtbot.keyClick(view, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    (palette,) = [w for w in view.findChildren(Palette) if w.isVisible()]
    return palette


def test_a_page_is_reached_by_its_name(qtbot: QtBot, opened: ProjectWindow) -> None:
    palette = opened_palette(qtbot, opened)
    qtbot.keyClicks(palette.field, "dupli")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert opened.page() is page(opened, PageName.DUPLICATES)
    qtbot.waitUntil(lambda: not opened.findChildren(Palette), timeout=5_000)


def test_an_action_of_the_shown_page_runs(qtbot: QtBot, opened: ProjectWindow) -> None:
    opened.show_page(1)
    palette = opened_palette(qtbot, opened)
    qtbot.keyClicks(palette.field, "select all")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    gallery = page(opened, PageName.GALLERY).view
    assert len(gallery.selected_ids()) == len(gallery.tiles.ids) > 0


def test_an_action_of_another_page_only_goes_there(qtbot: QtBot, opened: ProjectWindow) -> None:
    page(opened, PageName.GALLERY).view.selectAll()
    palette = opened_palette(qtbot, opened)
    qtbot.keyClicks(palette.field, "exclude the selected images")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert opened.page() is page(opened, PageName.GALLERY)
    QApplication.processEvents()
    assert not any(s.mark for s in opened.project.samples.everything())


def test_arrows_choose_and_escape_leaves(qtbot: QtBot, opened: ProjectWindow) -> None:
    palette = opened_palette(qtbot, opened)
    texts = palette.texts()
    assert {"Undo the newest decision", "Go to Export", "Close this dataset"} <= set(texts)
    assert len(set(texts)) == len(texts)
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    qtbot.keyClick(palette.field, Qt.Key.Key_Up)
    assert palette.current().text == texts[1]
    qtbot.keyClicks(palette.field, "no such thing zzz")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not opened.findChildren(Palette), timeout=5_000)
