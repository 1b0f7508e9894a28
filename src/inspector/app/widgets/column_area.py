"""A column of widgets that scrolls up and down, calm where its height depends on its width."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

_MAX_DEPTH = 4


class ColumnArea(QScrollArea):
    """Scroll a widget up and down; it is as wide as its place.

    Where images get smaller beside a scroll bar, a column may need the bar only as long as there is
    none. Qt then shows and hides it for ever, each time inside of the last, until the stack ends.
    Here the bar stays after a few turns, until the area gets another size.

    Args:
        widget: The column.
        name: What it holds, for screen readers.
    """

    _depth = 0

    def __init__(self, widget: QWidget | None = None, *, name: str = "") -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        if name:
            self.setAccessibleName(name)
        if widget is not None:
            self.setWidget(widget)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        super().resizeEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of the column, but not without end."""
        if event.type() is not QEvent.Type.Resize:
            return super().eventFilter(watched, event)
        if self._depth >= _MAX_DEPTH:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
            return False
        self._depth += 1
        try:
            return super().eventFilter(watched, event)
        finally:
            self._depth -= 1
