"""No page cuts off a word, lets texts run over one another, or has a control without a name."""

import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import combinations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from inspector.app import theme
from inspector.app.compare_sheet import CompareSheet
from inspector.app.fix_sheet import FixSheet
from inspector.app.keys import KeysOverlay
from inspector.app.preferences import Preferences
from inspector.app.rule_sheet import RuleSheet
from inspector.app.window import ProjectView
from inspector.project.runs import Wanted

SCALE = os.environ.get("QT_SCALE_FACTOR", "")
# At 150 and 200 % a screen of 4K has as many points as these.
SIZES = ((2560, 1440), (1920, 1080)) if SCALE else ((1280, 800), (1920, 1080), (3840, 2160))
CONTROLS = (
    QAbstractButton, QComboBox, QAbstractSpinBox, QLineEdit, QPlainTextEdit, QAbstractSlider,
    QAbstractItemView,
)  # fmt: skip


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> Iterator[None]:
    """Dress the program as it is dressed: the style sheet has a say in sizes."""
    theme.apply(qapp, "light")
    yield
    qapp.setStyleSheet("")


def shown(page: QWidget, kinds: type | tuple[type, ...]) -> list[QWidget]:
    return [w for w in page.findChildren(QWidget) if isinstance(w, kinds) and w.isVisible()]


def place(widget: QWidget, page: QWidget) -> QRect:
    """Return where a widget stands on its page, as far as scroll areas let it be seen."""
    rect = QRect(widget.mapTo(page, QPoint(0, 0)), widget.size())
    parent = widget.parentWidget()
    while parent is not None and parent is not page:
        rect &= QRect(parent.mapTo(page, QPoint(0, 0)), parent.size())
        parent = parent.parentWidget()
    return rect


def cut_off(widget: QWidget) -> str:
    """Say which text does not fit into its widget; "" where all does."""
    if isinstance(widget, QLabel) and widget.text() and not widget.pixmap().isNull():
        return ""
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


def overlapping(page: QWidget) -> list[tuple[str, str]]:
    """Return the texts of one parent that run over one another."""
    texts = [w for w in shown(page, QLabel) if w.text() and not place(w, page).isEmpty()]
    return [
        (a.text(), b.text())
        for a, b in combinations(texts, 2)
        if a.parentWidget() is b.parentWidget()
        and place(a, page).adjusted(1, 1, -1, -1).intersects(place(b, page).adjusted(1, 1, -1, -1))
    ]


def nameless(page: QWidget) -> list[str]:
    """Return the controls that a screen reader could only call by their kind."""
    return [
        f"{type(w).__name__} {w.objectName()} {w.toolTip()}"
        for w in shown(page, CONTROLS)
        if w.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not w.accessibleName()
        and not (isinstance(w, QAbstractButton) and w.text())
        and not w.objectName().startswith("qt_")
        and not isinstance(w.parentWidget(), (QAbstractSpinBox, QComboBox))
    ]


def complaints(page: QWidget, where: str) -> list[tuple[str, ...]]:
    parts = shown(page, (QLabel, QAbstractButton, QComboBox, QTabBar))
    found = [(where, "cut off", type(w).__name__, t) for w in parts if (t := cut_off(w))]
    found += [(where, "over", *pair) for pair in overlapping(page)]
    return found + [(where, "nameless", name) for name in nameless(page)]


def test_nothing_is_cut_off_runs_over_or_lacks_a_name(
    qtbot: QtBot, opened: ProjectView
) -> None:
    view = opened
    found = []
    for size in SIZES:
        view.window().resize(*size)
        for number, page in enumerate(view.pages):
            view.show_page(number)
            qtbot.waitUntil(lambda p=page: p.isVisible() and not view.busy(), timeout=30_000)
            qtbot.wait(400)
            assert view.window().width() == size[0]
            found += complaints(page, f"{page.title} at {size[0]}")
    assert not found, "\n".join(map(str, found))


def sheets(view: ProjectView) -> Iterator[QDialog]:
    project, bridge = view.project, view.bridge
    yield RuleSheet(project, bridge, view)
    yield FixSheet(project, bridge, view)
    yield CompareSheet(project, bridge, Wanted(), {}, view)
    yield Preferences(view)
    for page in view.pages:
        yield KeysOverlay(page, view._general, view)


def test_no_sheet_cuts_off_a_word_or_lacks_a_name(qtbot: QtBot, opened: ProjectView) -> None:
    found = []
    for sheet in sheets(opened):
        sheet.show()
        qtbot.wait(800)
        assert sheet.width() <= 1280
        assert sheet.height() <= 800, sheet.windowTitle()
        found += complaints(sheet, sheet.windowTitle())
        sheet.close()
    assert not found, "\n".join(map(str, found))


@pytest.mark.skipif(bool(SCALE), reason="this is the scaled one")
@pytest.mark.parametrize("scale", ["1.5", "2"])
def test_nothing_is_cut_off_at_a_larger_scale(scale: str) -> None:
    chosen = [f"{__file__}::{test.__name__}" for test in (
        test_nothing_is_cut_off_runs_over_or_lacks_a_name,
        test_no_sheet_cuts_off_a_word_or_lacks_a_name,
    )]  # fmt: skip
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *chosen],
        env=os.environ | {"QT_SCALE_FACTOR": scale}, capture_output=True, text=True, check=False,
        timeout=300,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-3000:]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_focus_is_seen(
    qtbot: QtBot, qapp: QApplication, opened: ProjectView, mode: str
) -> None:
    theme.apply(qapp, mode)
    view, unseen = opened, set()
    view.window().activateWindow()
    for number, page in enumerate(view.pages):
        view.show_page(number)
        qtbot.waitUntil(lambda p=page: p.isVisible() and not view.busy(), timeout=30_000)
        for part in shown(page, CONTROLS):
            if not part.isEnabled() or not part.focusPolicy() & Qt.FocusPolicy.TabFocus:
                continue
            view.setFocus()
            before = looks(part)
            part.setFocus(Qt.FocusReason.TabFocusReason)
            if part.hasFocus() and looks(part) == before:
                unseen.add((page.title, type(part).__name__, part.accessibleName()))
    assert not unseen, "\n".join(map(str, sorted(unseen)))


def looks(part: QWidget) -> QImage:
    QApplication.sendPostedEvents()
    return part.grab().toImage()
