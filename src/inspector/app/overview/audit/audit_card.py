"""The card on Overview that leads to the comparison with another dataset."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

QUESTION = "Have I trained on somebody's test set?"
_TEXT = (
    "Which images of a benchmark are in this dataset: as they are, saved again, cropped, resized or"
    " mirrored? Its owner may publish a fingerprint file in place of the images."
)


class AuditCard(QFrame):
    """Asks the question; hidden until a scan is complete.

    Attributes:
        requested: The comparison is to be opened.
    """

    requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("plain-card")
        title, text = QLabel(QUESTION), QLabel(_TEXT)
        for label, role in ((title, "card-title"), (text, "caption")):
            label.setProperty("role", role)
            label.setWordWrap(True)
        start = QPushButton("Compare with another dataset…")
        start.setProperty("role", "quiet")
        start.setAccessibleDescription(QUESTION)
        start.clicked.connect(self.requested)
        actions = QHBoxLayout()
        actions.addStretch()
        actions.addWidget(start)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(8)
        column.addWidget(title)
        column.addWidget(text)
        column.addLayout(actions)
        self.hide()
