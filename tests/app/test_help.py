"""Help: the guide, the licences and the log, offline, from the sidebar and from Start."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QImage
from PySide6.QtWidgets import QPushButton, QTableWidget
from pytestqt.qtbot import QtBot

from inspector.app.main import MainWindow
from inspector.app.window.help.guide import guide_pages, guide_text
from inspector.app.window.help.guide_dialog import GuideDialog
from inspector.app.window.help.help_menu import HelpMenu
from inspector.app.window.help.licences_dialog import LicencesDialog, libraries
from inspector.app.window.main_window import ProjectWindow
from inspector.app.window.sidebar import PageButton, SidebarButton
from inspector.desktop.paths import guide_folder, log_folder
from tests.app.screen import complete_start


def titles(dialog: GuideDialog) -> list[str]:
    items = [dialog.pages.item(row) for row in range(dialog.pages.count())]
    return [item.text() for item in items if not item.isHidden()]


def guide(qtbot: QtBot, name: str = "index") -> GuideDialog:
    window = MainWindow()
    qtbot.addWidget(window)
    window.show()
    window.show_guide(name)
    return window.findChild(GuideDialog)


def test_each_page_of_the_guide_is_listed_and_shown(qtbot: QtBot) -> None:
    dialog = guide(qtbot)
    assert titles(dialog) == [page.title for page in guide_pages()]
    assert len(titles(dialog)) == len(list(guide_folder().glob("*.md")))
    for row, page in enumerate(guide_pages()):
        dialog.pages.setCurrentRow(row)
        assert page.title in dialog.text.toPlainText()


def test_a_link_opens_its_page_and_an_address_the_browser(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    browsed: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: browsed.append(url.toString()))
    dialog = guide(qtbot)
    dialog.text.anchorClicked.emit(QUrl("keys.md#gallery"))
    assert dialog.pages.currentItem().text() == "Keys"
    dialog.text.anchorClicked.emit(QUrl("https://example.org/a.md"))
    dialog.text.anchorClicked.emit(QUrl("file:///etc/passwd"))
    assert browsed == ["https://example.org/a.md"]
    assert dialog.pages.currentItem().text() == "Keys"


def test_the_guide_is_searched(qtbot: QtBot) -> None:
    dialog = guide(qtbot)
    field = dialog.search
    qtbot.keyClicks(field, "TFRecord")
    expected = [p.title for p in guide_pages() if "tfrecord" in guide_text(p.name).lower()]
    assert 0 < len(expected) < len(guide_pages())
    assert titles(dialog) == expected
    assert dialog.pages.currentItem().text() in expected
    field.clear()
    assert len(titles(dialog)) == len(guide_pages())


def test_pictures_of_the_guide_fit_its_width(qtbot: QtBot) -> None:
    dialog = guide(qtbot)
    kind = dialog.text.document().ResourceType.ImageResource.value
    pictures = list(guide_folder().glob("*.png"))
    assert pictures
    for file in pictures[:3]:
        picture = dialog.text.loadResource(kind, QUrl(file.name))
        assert isinstance(picture, QImage)
        assert 0 < picture.width() < dialog.text.viewport().width()
    # Nothing but the guide's own folder is read.
    outside = dialog.text.loadResource(kind, QUrl("../../resources/icons/app.svg"))
    assert isinstance(outside, QImage)
    assert outside.isNull()


def test_the_menu_of_the_sidebar_opens_each_help(
    qtbot: QtBot, opened: ProjectWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders: list[Path] = []
    monkeypatch.setattr(
        QDesktopServices, "openUrl", lambda url: folders.append(Path(url.toLocalFile()))
    )
    (button,) = [b for b in opened.findChildren(SidebarButton) if b.accessibleName() == "Help"]
    assert button.isVisible()
    menu = button.menu()
    assert isinstance(menu, HelpMenu)
    actions = {action.text(): action for action in menu.actions()}
    actions["Documentation"].trigger()
    assert opened.window().findChild(GuideDialog).isVisible()
    actions["Open the log folder"].trigger()
    assert folders == [log_folder()]
    actions["Licences"].trigger()
    table = opened.window().findChild(LicencesDialog).findChild(QTableWidget)
    rows = [table.item(row, 0).text() for row in range(table.rowCount())]
    assert {"ImageHash", "pillow", "pyqtgraph"} <= set(rows)


def test_tab_leads_to_the_button_of_the_visible_page(qtbot: QtBot, opened: ProjectWindow) -> None:
    for index in (4, 0, 8):
        opened.show_page(index)
        buttons = opened.findChildren(PageButton)
        by_tab = [b for b in buttons if b.focusPolicy() & Qt.FocusPolicy.TabFocus]
        assert [b.accessibleName() for b in by_tab] == [opened.page().title]
    (last,) = by_tab
    last.setFocus()
    qtbot.keyClick(last, Qt.Key.Key_Up)
    assert opened.page() is opened.pages[7]


def test_each_library_states_its_licence() -> None:
    unknown = [name for name, _, licence in libraries() if licence == "see its website"]
    assert len(unknown) < len(libraries()) / 10, unknown


def test_start_links_to_the_guide_and_shows_the_sample(qtbot: QtBot) -> None:
    window = MainWindow()
    qtbot.addWidget(window)
    window.show()
    start = complete_start(qtbot, window)
    assert start.sample_card is not None
    tiles = start.sample_card.tiles
    qtbot.waitUntil(lambda: tiles.accessibleDescription() == "12 images", timeout=20_000)
    (keys,) = [b for b in start.findChildren(QPushButton) if b.text() == "Keyboard shortcuts"]
    keys.click()
    assert window.findChild(GuideDialog).pages.currentItem().text() == "Keys"
