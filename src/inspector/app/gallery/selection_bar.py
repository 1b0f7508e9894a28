"""The bar below the tiles: the number of selected images, and actions on them."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton

from inspector.app.widgets import theme
from inspector.app.widgets.controls.key_button import KeyButton
from inspector.app.widgets.elided_label import ElidedLabel

_NARROW_PX = 720
_NOTHING = "Nothing selected"
_HOW = "Click selects an image, Ctrl+click one more, Shift+click a range"


class SelectionBar(QFrame):
    """Always visible, so that nothing moves when something is selected.

    Attributes:
        cleared: The user clears the selection.

    Args:
        verbs: Text, key and icon of each button, with its action.
    """

    cleared = Signal()

    def __init__(self, verbs: Mapping[tuple[str, str, str], Callable[[], None]]) -> None:
        super().__init__()
        self.setObjectName("selection-bar")
        self.setFixedHeight(theme.size("selection_bar"))
        self._count = ElidedLabel(_NOTHING)
        self.setToolTip(_HOW)
        self._count.setObjectName("selection-count")
        self._clear = QPushButton("Clear")
        self._clear.setProperty("role", "quiet")
        self._clear.clicked.connect(self.cleared)
        self._buttons: list[KeyButton] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(8)
        row.addWidget(self._count, 1)
        row.addWidget(self._clear)
        for (text, key, icon), run in verbs.items():
            button = KeyButton(text, key, icon=icon)
            button.clicked.connect(run)
            self._buttons.append(button)
            row.addWidget(button)
        self.show_count(0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for button in self._buttons:
            button.set_plain(on=self.width() < _NARROW_PX)

    def show_count(self, count: int) -> None:
        """Show how many images are selected."""
        self._count.show_text(f"{count:,} selected" if count else _NOTHING)
        self._count.setProperty("role", "card-title" if count else "muted")
        self._count.style().unpolish(self._count)
        self._count.style().polish(self._count)
        self._clear.setVisible(count > 0)
        for button in self._buttons:
            button.setEnabled(count > 0)
