"""A line under the top bar that offers one action, once."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton


class Notice(QFrame):
    """Offers an action; hidden without an offer.

    Attributes:
        taken: The user accepts the offer.
    """

    taken = Signal()

    def __init__(self, take: str) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setProperty("severity", "middle")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._text = QLabel()
        self._text.setObjectName("notice-text")
        self._take, leave = QPushButton(take), QPushButton("Not now")
        self._take.clicked.connect(self._on_taken)
        leave.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 16, 6)
        row.addWidget(self._text, 1)
        row.addWidget(self._take)
        row.addWidget(leave)
        self.hide()

    def offer(self, text: str) -> None:
        """Show an offer."""
        self._text.setText(text)
        self.show()

    def _on_taken(self) -> None:
        self.hide()
        self.taken.emit()
