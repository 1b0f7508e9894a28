"""Rows of options with a line of explanation each; one is chosen."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QLabel, QRadioButton, QVBoxLayout, QWidget

_INDENT_PX = 24


class OptionRows(QWidget):
    """Chooses one of a few options by a click anywhere on its row, or by arrow keys.

    Attributes:
        chosen: Another option is chosen; its position.

    Args:
        name: For screen readers.
        options: Text and explanation of each.
    """

    chosen = Signal(int)

    def __init__(self, name: str, options: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        self._rows = [_Row(text, what) for text, what in options]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for position, row in enumerate(self._rows):
            self._group.addButton(row.radio, position)
            column.addWidget(row)
        self._group.idToggled.connect(self._on_toggled)
        self.choose(0)

    def position(self) -> int:
        """Return the position of the chosen option."""
        return self._group.checkedId()

    def choose(self, position: int) -> None:
        """Choose an option by its position."""
        self._rows[position].radio.setChecked(True)

    def _on_toggled(self, position: int, on: bool) -> None:
        self._rows[position].mark(on=on)
        if on:
            self.chosen.emit(position)


class _Row(QFrame):
    """One option."""

    def __init__(self, text: str, what: str) -> None:
        super().__init__()
        self.setObjectName("option-row")
        self.radio, about = QRadioButton(text), QLabel(what)
        self.radio.setAccessibleDescription(what)
        about.setProperty("role", "caption")
        about.setWordWrap(True)
        about.setIndent(_INDENT_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 5, 6, 6)
        column.setSpacing(0)
        column.addWidget(self.radio)
        column.addWidget(about)

    def mark(self, *, on: bool) -> None:
        """Show whether it is the chosen one."""
        self.setProperty("chosen", on)
        for part in (self, self.radio):
            part.style().unpolish(part)
            part.style().polish(part)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.radio.setChecked(True)
        self.radio.setFocus()
        super().mousePressEvent(event)
