"""Lint findings of a policy: one line per parameter, with a button that applies the suggestion."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from inspector.augmentation.lint import Advice


class LintList(QWidget):
    """Lists lint findings.

    Attributes:
        followed: The suggestion that the user applies, for `lint.follow`.
    """

    followed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)

    def show_advice(self, notes: Sequence[Advice]) -> None:
        """Replace the list."""
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for advice in notes:
            self._column.addWidget(self._card(advice))
        if not notes:
            nothing = QLabel("There is nothing to report about this policy.")
            nothing.setProperty("role", "muted")
            nothing.setWordWrap(True)
            self._column.addWidget(nothing)

    def _card(self, advice: Advice) -> QWidget:
        card = QWidget()
        card.setObjectName(f"note-{advice.rule}")
        column = QVBoxLayout(card)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(2)
        dot = QLabel("●" if advice.severity == "error" else "○")
        dot.setProperty("role", "dot-problem")
        dot.setAccessibleName(f"severity {advice.severity}")
        text = QLabel(advice.message)
        text.setWordWrap(True)
        text.setProperty("role", "caption")
        text.setToolTip(advice.parameter)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(dot, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(text, 1)
        column.addLayout(line)
        if advice.suggestion:
            assignments = ", ".join(f"{k} = {v}" for k, v in advice.suggestion.items())
            button = QPushButton("Apply the suggestion")
            button.setProperty("role", "quiet")
            button.setToolTip(assignments)
            button.setAccessibleDescription(assignments)
            suggestion = advice.suggestion
            button.clicked.connect(lambda: self.followed.emit(suggestion))
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        return card
