"""Hints are few, appear where one starts, and never return; files are dragged out as copies."""

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QContextMenuEvent, QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from inspector.app.gallery import view as gallery_view
from inspector.app.widgets.page import PageName
from inspector.app.window.hint_bar import HintBar
from inspector.app.window.main_window import ProjectWindow
from inspector.app.window.session import Session
from tests.app.screen import button, by_id, page


def test_hints_are_few_and_dismissed_for_good(qtbot: QtBot, view: ProjectWindow) -> None:
    with_hint = [p for p in view.pages if p.hint]
    assert 0 < len(with_hint) <= 5
    (bar,) = view.findChildren(HintBar)
    # One bar at a time: the reading of the folders comes first.
    qtbot.waitUntil(view.opened_as.bar.isVisible, timeout=10_000)
    view.show_page(view.pages.index(with_hint[0]))
    assert not bar.isVisible()
    button(view.opened_as.bar, "Hide").click()
    assert bar.isVisible()
    text = by_id(bar, QLabel, "hint-text")
    for shown in view.pages:
        view.show_page(view.pages.index(shown))
        assert bar.isVisible() == bool(shown.hint)
        assert text.text() == shown.hint
    view.show_page(view.pages.index(with_hint[0]))
    bar.findChild(QPushButton).click()
    assert not bar.isVisible()
    view.show_page(view.pages.index(with_hint[1]))
    assert bar.isVisible()
    view.show_page(view.pages.index(with_hint[0]))
    assert not bar.isVisible()
    # Also for the next window.
    again = HintBar(Session())
    qtbot.addWidget(again)
    again.show_for(with_hint[0].objectName(), with_hint[0].hint)
    assert not again.isVisible()


def test_selected_files_are_dragged_out_as_copies(
    qtbot: QtBot, view: ProjectWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    dropped: list[tuple[list[str], Qt.DropAction]] = []

    class Drag:
        def __init__(self, source: object) -> None:
            self.data = QMimeData()

        def setMimeData(self, data: QMimeData) -> None:  # noqa: N802 - Qt's name
            self.data = data

        def exec(self, action: Qt.DropAction) -> None:
            dropped.append(([u.toLocalFile() for u in self.data.urls()], action))

    monkeypatch.setattr(gallery_view, "QDrag", Drag)
    gallery = page(view, PageName.GALLERY)
    view.show_page(view.pages.index(gallery))
    qtbot.waitUntil(lambda: len(gallery.view.tiles.ids) > 0, timeout=10_000)
    gallery.view.setCurrentIndex(gallery.view.tiles.index(0))
    assert gallery.view.tiles.index(0).flags() & Qt.ItemFlag.ItemIsDragEnabled
    gallery.view.startDrag(Qt.DropAction.MoveAction)
    (one,) = view.project.samples.by_ids(gallery.view.selected_ids())
    path = str(view.project.absolute(one.path))
    assert dropped == [([path], Qt.DropAction.CopyAction)]


def test_every_selected_path_is_copied(qtbot: QtBot, view: ProjectWindow) -> None:
    gallery = page(view, PageName.GALLERY)
    view.show_page(view.pages.index(gallery))
    qtbot.waitUntil(lambda: len(gallery.view.tiles.ids) > 0, timeout=10_000)
    gallery.view.selectAll()
    qtbot.keyClick(gallery.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    count = len(gallery.view.tiles.ids)
    clipboard = QGuiApplication.clipboard()
    qtbot.waitUntil(lambda: len(clipboard.text().splitlines()) == count, timeout=10_000)


def test_a_picture_and_its_folder_open_elsewhere(
    qtbot: QtBot, view: ProjectWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def open_url(url: QUrl) -> bool:
        asked.append(url.toLocalFile())
        return len(asked) < 3

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    gallery = page(view, PageName.GALLERY)
    view.show_page(view.pages.index(gallery))
    qtbot.waitUntil(lambda: len(gallery.view.tiles.ids) > 0, timeout=10_000)
    gallery.view.setCurrentIndex(gallery.view.tiles.index(0))
    (one,) = view.project.samples.by_ids(gallery.view.selected_ids())
    path = view.project.absolute(one.path)
    qtbot.keyClick(gallery.view, Qt.Key.Key_O)
    qtbot.keyClick(gallery.view, Qt.Key.Key_O, Qt.KeyboardModifier.ShiftModifier)
    assert asked == [str(path), str(path.parent)]
    qtbot.keyClick(gallery.view, Qt.Key.Key_O)
    assert "no program opens" in view.status_text()


def test_the_menu_key_opens_the_menu_at_the_picture(qtbot: QtBot, view: ProjectWindow) -> None:
    gallery = page(view, PageName.GALLERY)
    view.show_page(view.pages.index(gallery))
    qtbot.waitUntil(lambda: len(gallery.view.tiles.ids) > 0, timeout=10_000)
    gallery.view.setCurrentIndex(gallery.view.tiles.index(0))
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(), QPoint())
    QApplication.sendEvent(gallery.view.viewport(), event)
    (menu,) = gallery.findChildren(QMenu)
    place = gallery.view.visualRect(gallery.view.currentIndex()).center()
    assert menu.isVisible()
    assert menu.pos() == gallery.view.viewport().mapToGlobal(place)
    menu.close()
