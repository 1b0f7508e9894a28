"""The settings of a training, the plan in one sentence, and Start at the right."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from inspector.app.train.run_form import RunForm
from inspector.app.widgets.icons import icon


def start_card(form: RunForm, start: QPushButton, plan: QLabel, split: QPushButton) -> QFrame:
    """Return the card of the fields; `plan` says what `start` would do."""
    start.setProperty("role", "primary")
    start.setIcon(icon("play", "on-accent"))
    start.setToolTip("Ctrl+Enter")
    split.setProperty("role", "quiet")
    split.setToolTip("On the page Splits: folders, a Keras call, your code, a list, by group")
    upper, lower = QHBoxLayout(), QHBoxLayout()
    for row in (upper, lower):
        row.setSpacing(16)
    upper.addWidget(form, 1)
    upper.addWidget(start, 0, Qt.AlignmentFlag.AlignBottom)
    lower.addWidget(plan, 1)
    lower.addWidget(split, 0, Qt.AlignmentFlag.AlignTop)
    whole = card()
    column = whole.layout()
    assert isinstance(column, QVBoxLayout)
    column.addLayout(upper)
    column.addLayout(lower)
    return whole


def card(*widgets: QWidget) -> QFrame:
    """Return widgets on a card."""
    whole = QFrame()
    whole.setObjectName("plain-card")
    column = QVBoxLayout(whole)
    column.setContentsMargins(14, 12, 14, 12)
    column.setSpacing(8)
    for widget in widgets:
        column.addWidget(widget)
    return whole
