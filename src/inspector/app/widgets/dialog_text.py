"""A text area of a dialog that keeps its size and scrolls longer texts."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea


class DialogText(QScrollArea):
    """Shows a text that changes while the dialog is open.

    Args:
        name: For a screen reader.
        width_px: Minimum width.
        height_px: Minimum height.
    """

    def __init__(self, name: str, width_px: int, height_px: int) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumSize(width_px, height_px)
        self._label = QLabel()
        self._label.setWordWrap(True)
        self._label.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setWidget(self._label)

    def setText(self, text: str) -> None:
        """Show a text from its beginning; a screen reader gets it as the description."""
        self._label.setText(text)
        self.setAccessibleDescription(text)
        self.verticalScrollBar().setValue(0)

    def text(self) -> str:
        return self._label.text()
