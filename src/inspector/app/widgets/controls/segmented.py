"""A row of options of which one is chosen."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QSizePolicy, QToolButton

_SIDES_PX = 28


class SegmentedControl(QFrame):
    """Chooses one of a few options; arrow keys move between them.

    Attributes:
        chosen: The index of an option that the user chose.

    Args:
        texts: The options.
        name: For screen readers.
        keys: Keys that do the same, for the tooltips.
    """

    chosen = Signal(int)

    def __init__(self, texts: Sequence[str], *, name: str, keys: Sequence[str] = ()) -> None:
        super().__init__()
        self.setProperty("role", "segmented")
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._texts = list(texts)
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(0)
        for position, text in enumerate(texts):
            button = QToolButton()
            button.setText(text)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setAccessibleName(f"{name}: {text}")
            if keys:
                button.setToolTip(f"{text} ({keys[position]})")
            self._group.addButton(button, position)
            row.addWidget(button)
        self._group.button(0).setChecked(True)
        self._group.idClicked.connect(self.chosen)
        self._fit()

    def current(self) -> int:
        """Return the index of the chosen option."""
        return self._group.checkedId()

    def mark(self, position: int) -> None:
        """Set the chosen option without emitting a signal."""
        self._group.button(position).setChecked(True)

    def choose(self, position: int) -> None:
        """Choose an option as a click does."""
        self.mark(position)
        self.chosen.emit(position)

    def show_text(self, position: int, text: str) -> None:
        """Change the text of an option; it never becomes narrower."""
        self._group.button(position).setText(text)
        self._fit()

    def show_count(self, position: int, count: int) -> None:
        """Show a count behind an option."""
        self.show_text(position, f"{self._texts[position]}  {count:,}")

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        position = self.current() + step
        if step and 0 <= position < len(self._texts):
            self._group.button(position).setFocus()
            self._group.button(position).click()
        else:
            super().keyPressEvent(event)

    def _fit(self) -> None:
        """Size each option for its text in bold, so that nothing moves when it is chosen."""
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        measure = QFontMetrics(bold)
        for button in self._group.buttons():
            button.setMinimumWidth(measure.horizontalAdvance(button.text()) + _SIDES_PX)
