"""Find widgets as a person does: by page, text, accessible name or object name."""

from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QRect
from PySide6.QtGui import QAction, QImage
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from inspector.app.main import MainWindow
from inspector.app.start.page import StartPage
from inspector.app.widgets.page import PageName
from inspector.app.window.main_window import ProjectWindow

_W = TypeVar("_W", bound=QWidget)


def page(view: ProjectWindow, name: PageName) -> Any:
    """Return a page, typed loosely: each has its own methods."""
    return view.page_named(name)


def show(view: ProjectWindow, name: PageName) -> Any:
    """Bring a page to the front and return it."""
    view.show_page(view.pages.index(view.page_named(name)))
    return view.page()


def named(within: QWidget, kind: type[_W], name: str) -> _W:
    """Return the one widget whose accessible name is, or starts with, this one."""
    widgets = within.findChildren(kind)
    exact = [w for w in widgets if w.accessibleName() == name]
    (widget,) = exact or [w for w in widgets if w.accessibleName().startswith(name)]
    return widget


def by_id(within: QWidget, kind: type[_W], name: str) -> _W:
    """Return the one widget with this object name."""
    (widget,) = within.findChildren(kind, name)
    return widget


def button(within: QWidget, text: str) -> QAbstractButton:
    """Return the one button whose text is, or starts with, this one."""
    buttons = within.findChildren(QAbstractButton)
    exact = [b for b in buttons if b.text() == text]
    (one,) = exact or [b for b in buttons if b.text().startswith(text)]
    return one


def complete_start(qtbot: QtBot, within: QWidget) -> StartPage:
    """Return the Start page once it shows what follows its first paint."""
    (page,) = [within] if isinstance(within, StartPage) else within.findChildren(StartPage)
    qtbot.waitUntil(page.is_painted)
    return page


def choose(box: QComboBox, text: str) -> None:
    """Choose an entry as a person does, which emits signals for user actions only."""
    position = box.findText(text)
    assert position >= 0, f"{text} is not offered"
    box.setCurrentIndex(position)
    box.activated.emit(position)


def menu_entry(opener: QPushButton, text: str) -> QAction:
    """Return the one entry of a button's menu whose text is, or starts with, this one."""
    (entry,) = (a for a in opener.menu().actions() if a.text().startswith(text))
    return entry


def cut(widget: QWidget, place: QRect) -> QImage:
    """Return part of a widget's image."""
    return widget.grab().toImage().copy(place)


def text_of(within: QWidget, name: str) -> str:
    """Return the text of the label with this object name."""
    return by_id(within, QLabel, name).text()


def texts(within: QWidget) -> str:
    """Return the texts of all visible labels, one per line."""
    return "\n".join(x.text() for x in within.findChildren(QLabel) if x.isVisibleTo(within))


def open_dataset(qtbot: QtBot, window: MainWindow, path: Path, file: Path | None) -> ProjectWindow:
    """Open a dataset in a window and wait until it is loaded."""
    with qtbot.waitSignal(window.project_opened, timeout=60_000):
        window.open_path(str(path), str(file or ""))
    assert isinstance(window.view, ProjectWindow)
    return window.view
