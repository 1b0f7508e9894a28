"""A chip of one value: a click filters by it, Ctrl adds it, Alt excludes it."""

from enum import Enum

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QToolButton

from inspector.app.widgets.split_badge import BADGE_PX, paint_badge

_BADGE_WIDTH_PX = 20
_SCALE = 2


class ChipState(Enum):
    """Whether a value is included, excluded or neither."""

    ANY = "any"
    CHOSEN = "chosen"
    EXCLUDED = "excluded"


class ChipAction(Enum):
    """What the user does with a value."""

    ONLY = "only"
    ADD = "add"
    EXCLUDE = "exclude"


class ValueChip(QToolButton):
    """A value with the number of images that it would list.

    Attributes:
        acted: A `ChipAction`.

    Args:
        value: The value of the filter.
        text: The visible text.
        split: True to show the badge of a split instead of the text.
    """

    acted = Signal(object)

    def __init__(self, value: str, text: str, *, split: bool = False) -> None:
        super().__init__()
        self.value = value
        self._text, self._is_split = text, split
        self.state = ChipState.ANY
        self.setProperty("role", "chip")
        self.setCheckable(True)
        self.setToolTip(f"Show {text} only. Ctrl+click adds it, Alt+click excludes it")
        if split:
            self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            self.setIconSize(QSize(_BADGE_WIDTH_PX, BADGE_PX))
            self._draw_badge()
        self.clicked.connect(self._on_click)
        self.show_count(0, ChipState.ANY)

    def show_count(self, count: int, state: ChipState) -> None:
        """Show how many images the value would list, and its state."""
        self.state = state
        name = "" if self._is_split else f"{self._text}  "
        cross = "  ✕" if state is not ChipState.ANY else ""
        self.setText(f"{name}{count:,}{cross}")
        self.setChecked(state is ChipState.CHOSEN)
        self.setEnabled(count > 0 or state is not ChipState.ANY)
        self.setAccessibleName(f"{self._text}: {count:,} images, {state.value}")
        if self.property("excluded") != (state is ChipState.EXCLUDED):
            self.setProperty("excluded", state is ChipState.EXCLUDED)
            self.style().unpolish(self)
            self.style().polish(self)

    def changeEvent(self, event: QEvent) -> None:
        """Redraw the badge in the colours of another theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self._is_split:
            self._draw_badge()

    def _on_click(self) -> None:
        keys = QApplication.keyboardModifiers()
        if keys & Qt.KeyboardModifier.AltModifier:
            action = ChipAction.EXCLUDE
        elif keys & Qt.KeyboardModifier.ControlModifier:
            action = ChipAction.ADD
        else:
            action = ChipAction.ONLY
        self.acted.emit(action)

    def _draw_badge(self) -> None:
        pixmap = QPixmap(_SCALE * _BADGE_WIDTH_PX, _SCALE * BADGE_PX)
        pixmap.setDevicePixelRatio(_SCALE)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_badge(painter, 0, 0, self.value)
        painter.end()
        self.setIcon(QIcon(pixmap))
