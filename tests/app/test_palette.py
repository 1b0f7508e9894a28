"""Ctrl+K: every page and action by its words, by keyboard alone."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from inspector.app.window.command_palette import Palette
from inspector.app.window.commands import PaletteCommand, matching
from inspector.app.window.main_window import ProjectWindow

TEXTS = ("Go to Gallery", "Go to Look-alikes", "Undo the newest decision", "Keep by a rule")


def found(typed: str) -> list[str]:
    return [c.text for c in matching(typed, [PaletteCommand(t, "", list) for t in TEXTS])]


@pytest.mark.parametrize(
    ("typed", "best"),
    [("gal", TEXTS[0]), ("undo", TEXTS[2]), ("rule keep", TEXTS[3]), ("ALIKES", TEXTS[1]),
     ("gtloo", TEXTS[1]), ("go loo", TEXTS[1]), ("decis", TEXTS[2])],
)  # fmt: skip
def test_some_letters_find_a_command(typed: str, best: str) -> None:
    assert found(typed)[0] == best


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
    qtbot.keyClicks(palette.field, "look-al")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert opened.page() is opened._lookalikes
    qtbot.waitUntil(lambda: not opened.findChildren(Palette), timeout=5_000)


def test_an_action_of_the_shown_page_runs(qtbot: QtBot, opened: ProjectWindow) -> None:
    opened.show_page(1)
    palette = opened_palette(qtbot, opened)
    qtbot.keyClicks(palette.field, "select all")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    gallery = opened._gallery.view
    assert len(gallery.selected_ids()) == len(gallery.tiles.ids) > 0


def test_an_action_of_another_page_only_goes_there(qtbot: QtBot, opened: ProjectWindow) -> None:
    opened._gallery.view.selectAll()
    palette = opened_palette(qtbot, opened)
    qtbot.keyClicks(palette.field, "drop what is selected")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert opened.page() is opened._gallery
    QApplication.processEvents()
    assert not any(s.mark for s in opened.project.samples.everything())


def test_arrows_choose_and_escape_leaves(qtbot: QtBot, opened: ProjectWindow) -> None:
    palette = opened_palette(qtbot, opened)
    texts = [c.text for c in palette._found]
    assert {"Undo the newest decision", "Go to Export", "Close this dataset"} <= set(texts)
    assert len(set(texts)) == len(texts)
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    qtbot.keyClick(palette.field, Qt.Key.Key_Up)
    assert palette.list.currentRow() == 1
    qtbot.keyClicks(palette.field, "no such thing zzz")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not opened.findChildren(Palette), timeout=5_000)
