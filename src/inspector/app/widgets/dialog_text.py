"""What a sheet says at length: a place that stays as it is, and scrolls where a text is longer."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea


class DialogText(QScrollArea):
    """Show a text that is written anew while the sheet is open.

    Args:
        name: What a screen reader calls it.
        width_px: Least width.
        height_px: Least height.
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
        """Show another text, from its beginning; a screen reader is given it as description."""
        self._label.setText(text)
        self.setAccessibleDescription(text)
        self.verticalScrollBar().setValue(0)

    def text(self) -> str:
        """Return what is shown."""
        return self._label.text()
