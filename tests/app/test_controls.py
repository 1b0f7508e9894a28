"""Every control shows keyboard focus and has a name and description for screen readers."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from inspector.app.augment.policy_numbers import GROUPS
from inspector.app.main import MainWindow
from inspector.app.widgets import theme
from inspector.augmentation.policy import LIMITS, Policy

CONTROLS = (
    QAbstractButton, QComboBox, QAbstractSpinBox, QLineEdit, QAbstractSlider, QAbstractScrollArea,
    QAbstractItemView, QTabBar, QPlainTextEdit,
)  # fmt: skip
Places = Callable[[], Iterator[tuple[str, QWidget]]]


@pytest.fixture(autouse=True, params=["light", "dark"])
def dressed(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[None]:
    """Apply the style sheet, which draws the focus."""
    theme.apply(qapp, request.param)
    yield
    theme.apply(qapp, "light")
    qapp.setStyleSheet("")


def controls(root: QWidget) -> list[QWidget]:
    """Return the widgets that Tab reaches, without the inner parts of a control."""
    return [
        w
        for w in root.findChildren(QWidget)
        if isinstance(w, CONTROLS)
        and not isinstance(w, QScrollBar)
        and w.isVisible()
        and w.isEnabled()
        and w.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not isinstance(w.parentWidget(), (QAbstractSpinBox, QComboBox))
    ]


def unseen(root: QWidget) -> list[str]:
    """Return the controls that look the same with and without focus."""
    found = []
    for control in controls(root):
        had = QApplication.focusWidget()
        control.setFocus(Qt.FocusReason.TabFocusReason)
        within = control.grab().toImage()
        control.clearFocus()
        if within == control.grab().toImage():
            found.append(named(control))
        if had is not None:
            had.setFocus()
    return found


def speech(control: QWidget) -> tuple[str, str]:
    """Return name and description as a screen reader gets them."""
    told = QAccessible.queryAccessibleInterface(control)
    return told.text(QAccessible.Text.Name), told.text(QAccessible.Text.Description)


def named(control: QWidget) -> str:
    return f"{type(control).__name__} {control.objectName()} {' | '.join(speech(control))}"


def mute(root: QWidget) -> list[str]:
    """Return controls without a name or description."""
    return [named(c) for c in controls(root) if not any(map(str.isalpha, "".join(speech(c))))]


def alike(root: QWidget) -> list[str]:
    """Return controls with the same speech as another one in the same place."""
    heard = Counter((type(c).__name__, *speech(c)) for c in controls(root))
    return [" | ".join(words) for words, count in heard.items() if count > 1]


def test_every_control_shows_its_focus_and_speaks(pages: Places, sheets: Places) -> None:
    found = []
    for where, root in chain(pages(), sheets()):
        found += [f"{where}: focus of {c} is not seen" for c in unseen(root)]
        found += [f"{where}: {c} has no name" for c in mute(root)]
        found += [f"{where}: {c} sounds like another" for c in alike(root)]
    assert not found, "\n".join(found)


def test_so_it_is_on_start(qtbot: QtBot) -> None:
    window = MainWindow()
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
    assert window.start is not None
    assert not unseen(window.start) + mute(window.start) + alike(window.start)
    window.close()


def test_the_ends_of_the_sliders_are_those_of_the_limits() -> None:
    for _, controls_of_group in GROUPS:
        for control in controls_of_group:
            limit = LIMITS[control.field]
            assert limit.low <= limit.usual[0] < limit.usual[1] <= limit.high
            # Both ends are policies that are accepted, and stand where they were set.
            for end in (control.low, control.high):
                assert control.read(control.write(Policy.none(), end)) == pytest.approx(end)
