"""No text is cut off or overlaps another: pages and dialogs, at all sizes and scales.

The Start page is tested separately. Scales run in child processes, since Qt reads its scale once.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import combinations

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QHeaderView,
    QLabel,
    QListView,
    QScrollArea,
    QTabBar,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from inspector.app.gallery.view import GalleryView
from inspector.app.main import MainWindow
from inspector.app.widgets import theme
from inspector.app.widgets.elided_label import ElidedLabel
from inspector.app.window.main_window import ProjectWindow
from tests.app.screen import complete_start

# 1280x680 is what a taskbar leaves of 1920x1080 at 150 %.
SMALLEST = (1280, 680)
SIZES = ((1024, 700), SMALLEST, (1280, 800), (1920, 1080), (3840, 2160))
Places = Callable[[], Iterator[tuple[str, QWidget]]]


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> Iterator[None]:
    """Apply the style sheet, which affects sizes."""
    theme.apply(qapp, "light")
    yield
    theme.apply(qapp, "light")
    qapp.setStyleSheet("")


def shown(page: QWidget, kinds: type | tuple[type, ...]) -> list[QWidget]:
    return [w for w in page.findChildren(QWidget) if isinstance(w, kinds) and w.isVisible()]


def place(widget: QWidget, page: QWidget) -> QRect:
    """Return the rectangle of a widget on its page, clipped by scroll areas."""
    rect = QRect(widget.mapTo(page, QPoint(0, 0)), widget.size())
    parent = widget.parentWidget()
    while parent is not None and parent is not page:
        rect &= QRect(parent.mapTo(page, QPoint(0, 0)), parent.size())
        parent = parent.parentWidget()
    return rect


def cut_off(widget: QWidget) -> str:  # noqa: PLR0911 - a case for each kind
    """Return the text that does not fit into its widget, or ""."""
    if isinstance(widget, QLabel) and widget.text() and not widget.pixmap().isNull():
        return ""
    if isinstance(widget, ElidedLabel):
        if not widget.accessibleName():
            return ""  # There is nothing to say.
        # Its tooltip tells the whole.
        return "" if widget.text() and (widget.toolTip() or "…" not in widget.text()) else "…"
    if isinstance(widget, QLabel) and widget.text():
        if widget.wordWrap():
            need = widget.heightForWidth(widget.width())
            return widget.text() if need > widget.height() + 1 else ""
        return widget.text() if widget.sizeHint().width() > widget.width() + 1 else ""
    if isinstance(widget, QTabBar):
        return "tabs" if widget.sizeHint().width() > widget.width() + 1 else ""
    if isinstance(widget, QAbstractButton) and widget.text():
        return widget.text() if widget.sizeHint().width() > widget.width() + 1 else ""
    if isinstance(widget, QComboBox):
        need = widget.fontMetrics().horizontalAdvance(widget.currentText()) + 28
        return widget.currentText() if need > widget.width() else ""
    return ""


def elided(view: QWidget) -> list[str]:
    """Return the elided texts of a list or table that no tooltip shows in full."""
    if isinstance(view, GalleryView) or not isinstance(view, (QListView, QTableView)):
        return []
    model, found = view.model(), []
    # A list has one column, and its model won't say so.
    columns = model.columnCount() if isinstance(view, QTableView) else 1
    for row in range(min(model.rowCount(), 40)):
        for column in range(columns):
            index = model.index(row, column)
            text = str(index.data() or "")
            need = max(map(view.fontMetrics().horizontalAdvance, text.split("\n")))
            room = view.visualRect(index)
            hidden = room.isEmpty() or index.data(Qt.ItemDataRole.ToolTipRole)
            if need > room.width() and not hidden and not view.indexWidget(index):
                found.append(text)
    heads = view.horizontalHeader() if isinstance(view, QTableView) else None
    return found + (cut_heads(heads) if isinstance(heads, QHeaderView) else [])


def cut_heads(heads: QHeaderView) -> list[str]:
    across, found = Qt.Orientation.Horizontal, []
    for column in range(heads.count()):
        text = str(heads.model().headerData(column, across))
        if heads.fontMetrics().horizontalAdvance(text) > heads.sectionSize(column):
            found.append(text)
    return found


def too_wide(area: QScrollArea) -> bool:
    """Tell whether an area that only scrolls vertically has content beyond its side."""
    never = area.horizontalScrollBarPolicy() is Qt.ScrollBarPolicy.ScrollBarAlwaysOff
    return never and area.widget().width() > area.viewport().width()


def overlapping(page: QWidget) -> list[tuple[str, str]]:
    """Return overlapping texts of one parent."""
    texts = [w for w in shown(page, QLabel) if w.text() and not place(w, page).isEmpty()]
    return [
        (a.text(), b.text())
        for a, b in combinations(texts, 2)
        if a.parentWidget() is b.parentWidget()
        and place(a, page).adjusted(1, 1, -1, -1).intersects(place(b, page).adjusted(1, 1, -1, -1))
    ]


def faults(where: str, root: QWidget) -> list[tuple[str, ...]]:
    # A text that came this moment has its place with the next events.
    for _ in range(3):
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    parts = shown(root, (QLabel, QAbstractButton, QComboBox, QTabBar))
    found = [(where, "cut off", type(w).__name__, t) for w in parts if (t := cut_off(w))]
    lists = shown(root, (QListView, QTableView))
    found += [(where, "elided", w.accessibleName(), t) for w in lists for t in elided(w)]
    areas = [a for a in root.findChildren(QScrollArea) if a.isVisible()]
    found += [(where, "too wide", a.accessibleName()) for a in areas if too_wide(a)]
    found += [(where, "over", *pair) for pair in overlapping(root)]
    room = QSize(*SMALLEST)
    if root.isWindow() and root.minimumSizeHint().boundedTo(room) == root.minimumSizeHint():
        # It may follow a larger window, as long as it fits the smallest.
        room = room.expandedTo(root.parentWidget().window().size()) if root.parent() else room
    if root.isWindow() and not QRect(QPoint(0, 0), room).contains(root.rect()):
        found.append((where, "larger than the smallest window", str(root.size())))
    return found


def walk(places: Places) -> list[tuple[str, ...]]:
    return [f for where, root in places() for f in faults(where, root)]


@pytest.mark.parametrize("size", SIZES)
def test_nothing_on_a_page_is_cut_off_or_runs_over(
    pages: Places, opened: ProjectWindow, size: tuple[int, int]
) -> None:
    opened.window().resize(*size)
    assert opened.window().size() == QSize(*size)
    found = walk(pages)
    assert not found, "\n".join(map(str, found))


def test_nor_on_a_sheet(sheets: Places) -> None:
    found = walk(sheets)
    assert not found, "\n".join(map(str, found))


def test_nor_after_a_change_to_dark(
    qapp: QApplication, pages: Places, sheets: Places, opened: ProjectWindow
) -> None:
    theme.apply(qapp, "dark")
    opened.window().resize(*SMALLEST)
    found = walk(pages) + walk(sheets)
    assert not found, "\n".join(map(str, found))


@pytest.mark.parametrize("size", SIZES)
def test_nor_on_start(qtbot: QtBot, size: tuple[int, int]) -> None:
    window = MainWindow()
    qtbot.addWidget(window)
    window.resize(*size)
    window.show()
    start = complete_start(qtbot, window)
    start.show_error("A folder that is not there could not be opened. Choose another one.")
    qtbot.wait(100)
    assert not faults("Start", start)
    window.close()


@pytest.mark.parametrize("scale", ["1.25", "1.5", "2"])
def test_nor_at_another_scale_of_the_screen(scale: str) -> None:
    words = ["-q", "-p", "no:cacheprovider", f"{__file__}::test_nor_after_a_change_to_dark"]
    environment = os.environ | {"QT_SCALE_FACTOR": scale, "QT_QPA_PLATFORM": "offscreen"}
    child = subprocess.run(
        [sys.executable, "-m", "pytest", *words], env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert child.returncode == 0, child.stdout + child.stderr[:8_000]
