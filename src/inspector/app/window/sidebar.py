"""The rail at the left: a button a page, with icon and word."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QToolButton, QVBoxLayout

from inspector.app.widgets import icons
from inspector.app.widgets.page import Page


class Sidebar(QFrame):
    """Show a button per page.

    Attributes:
        chosen: The place of a page among all.
    """

    chosen = Signal(int)

    def __init__(self, pages: Sequence[Page]) -> None:
        super().__init__()
        self._buttons = QButtonGroup(self)
        self.setObjectName("rail")
        self.setFixedWidth(96)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 8, 4, 8)
        column.setSpacing(4)
        for index, page in enumerate(pages):
            if page.icon:
                button = _button(page, index)
                self._buttons.addButton(button, index)
                column.addWidget(button)
        column.addStretch()
        self._buttons.idClicked.connect(self.chosen)

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icons anew in the colours of another theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            for button in self._buttons.buttons():
                button.setIcon(icons.icon(button.property("drawing")))

    def mark(self, index: int) -> None:
        """Mark the page that is shown; one without a button is opened from the first."""
        button = self._buttons.button(index) or self._buttons.button(0)
        button.setChecked(True)


def _button(page: Page, index: int) -> QToolButton:
    button = QToolButton()
    button.setText(page.title)
    button.setIcon(icons.icon(page.icon))
    button.setProperty("drawing", page.icon)
    button.setIconSize(QSize(22, 22))
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
    button.setCheckable(True)
    button.setFixedSize(88, 56)
    button.setToolTip(f"{page.purpose} (Ctrl+{index + 1})")
    return button
