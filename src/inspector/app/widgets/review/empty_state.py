"""The text in place of the stage when a queue is empty."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout


class EmptyState(QFrame):
    """Shows why an area is empty, and what to do about it."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("review-empty")
        self.setProperty("role", "inset")
        self._title, self._text = QLabel(), QLabel()
        self._title.setProperty("role", "card-title")
        self._text.setProperty("role", "muted")
        column = QVBoxLayout(self)
        column.addStretch()
        for label in (self._title, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
            column.addWidget(label)
        column.addStretch()

    def show_text(self, title: str, text: str) -> None:
        self._title.setText(title)
        self._text.setText(text)
