"""The rail at the left: a button a page."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QToolButton, QVBoxLayout

from inspector.app import icons
from inspector.app.pages.page import Page


class Rail(QFrame):
    """Choose a page.

    Attributes:
        chosen: The place of a page, from 0.
    """

    chosen = Signal(int)

    def __init__(self, pages: Sequence[Page]) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setFixedWidth(92)
        self._buttons = QButtonGroup(self)
        self._buttons.idClicked.connect(self.chosen)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 8, 4, 8)
        column.setSpacing(4)
        for index, page in enumerate(pages):
            button = QToolButton()
            button.setText(page.title)
            button.setIcon(icons.icon(page.icon))
            button.setIconSize(QSize(22, 22))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            button.setCheckable(True)
            button.setFixedSize(84, 56)
            button.setToolTip(f"{page.purpose} (Ctrl+{index + 1})")
            self._buttons.addButton(button, index)
            column.addWidget(button)
        column.addStretch()

    def check(self, index: int) -> None:
        """Mark the page that is shown."""
        self._buttons.button(index).setChecked(True)
