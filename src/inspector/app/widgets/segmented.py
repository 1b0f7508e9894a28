"""A segmented control: a few choices in one line, one of which is on."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QSizePolicy, QToolButton


class SegmentedControl(QFrame):
    """Choose one of a few; arrow keys go from one to the next.

    Attributes:
        chosen: The position of the choice that a person turned to.

    Args:
        names: Of the choices.
        name: For a screen reader.
    """

    chosen = Signal(int)

    def __init__(self, names: Sequence[str], name: str) -> None:
        super().__init__()
        self.setObjectName("segmented")
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._group = QButtonGroup(self)
        self._names = list(names)
        self._buttons: list[QToolButton] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(0)
        for position, text in enumerate(names):
            button = QToolButton()
            button.setText(text)
            button.setCheckable(True)
            button.setChecked(position == 0)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setAccessibleName(f"{name}: {text}")
            self._group.addButton(button, position)
            self._buttons.append(button)
            row.addWidget(button)
        self._group.idClicked.connect(self.chosen)

    def current(self) -> int:
        """Return the position of the choice that is on."""
        return self._group.checkedId()

    def choose(self, position: int) -> None:
        """Turn to a choice without telling of it."""
        self._buttons[position].setChecked(True)

    def show_count(self, position: int, count: int) -> None:
        """Show how many there are behind a choice."""
        self._buttons[position].setText(f"{self._names[position]}  {count:,}")

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        position = self.current() + step
        if step and 0 <= position < len(self._buttons):
            self._buttons[position].setFocus()
            self._buttons[position].click()
        else:
            super().keyPressEvent(event)
