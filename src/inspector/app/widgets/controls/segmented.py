"""A row of options of which one is chosen, as one control."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QToolButton

_SIDES_PX = 28


class Segmented(QFrame):
    """Choose one of a few options.

    Attributes:
        chosen: The index of an option that the person chose.

    Args:
        texts: Of the options.
        name: What is chosen here, for screen readers.
        keys: That do the same, for the tooltips.
    """

    chosen = Signal(int)

    def __init__(self, texts: Sequence[str], *, name: str, keys: Sequence[str] = ()) -> None:
        super().__init__()
        self.setProperty("role", "segmented")
        self.setAccessibleName(name)
        self._texts = list(texts)
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(0)
        for place, text in enumerate(texts):
            button = QToolButton()
            button.setText(text)
            button.setCheckable(True)
            button.setAccessibleName(f"{name}: {text}")
            if keys:
                button.setToolTip(f"{text} ({keys[place]})")
            self._group.addButton(button, place)
            row.addWidget(button)
        self._group.button(0).setChecked(True)
        self._group.idClicked.connect(self.chosen)
        self._fit()

    def current(self) -> int:
        """Return the index of the chosen option."""
        return self._group.checkedId()

    def mark(self, place: int) -> None:
        """Show which option is chosen, without a signal."""
        self._group.button(place).setChecked(True)

    def choose(self, place: int) -> None:
        """Choose an option as a click does."""
        self.mark(place)
        self.chosen.emit(place)

    def show_text(self, place: int, text: str) -> None:
        """Show something else on an option, in the room that it has at least."""
        self._group.button(place).setText(text)
        self._fit()

    def show_counts(self, counts: Sequence[int]) -> None:
        """Show a count behind each option."""
        for place, (text, count) in enumerate(zip(self._texts, counts, strict=True)):
            self._group.button(place).setText(f"{text}  {count:,}")
        self._fit()

    def _fit(self) -> None:
        """Give each option the room of its text in bold: nothing moves when it is chosen."""
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        measure = QFontMetrics(bold)
        for button in self._group.buttons():
            button.setMinimumWidth(measure.horizontalAdvance(button.text()) + _SIDES_PX)
