"""What there is to say of a policy: a card a parameter, and a button that sets what was meant."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from inspector.augmentation.lint import Advice


class LintList(QWidget):
    """Show advice.

    Attributes:
        followed: The suggestion that a person takes, for `lint.follow`.
    """

    followed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 8, 8, 0)
        self._column.setSpacing(8)

    def show_advice(self, found: Sequence[Advice]) -> None:
        """Show these in place of what was shown."""
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for advice in found:
            self._column.addWidget(self._card(advice))
        if not found:
            nothing = QLabel("There is nothing to say of this policy.")
            nothing.setProperty("role", "muted")
            nothing.setWordWrap(True)
            self._column.addWidget(nothing)
        self._column.addStretch()

    def _card(self, advice: Advice) -> QWidget:
        card = QWidget()
        card.setObjectName("card")
        severity = {"error": "high", "warning": "middle"}.get(advice.severity, "low")
        card.setProperty("severity", severity)
        card.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(card)
        column.setContentsMargins(12, 8, 12, 8)
        head = QLabel(advice.parameter)
        text = QLabel(advice.message)
        text.setWordWrap(True)
        text.setProperty("role", "muted")
        column.addWidget(head)
        column.addWidget(text)
        if advice.suggestion:
            said = ", ".join(f"{k} = {v}" for k, v in advice.suggestion.items())
            button = QPushButton("Set what was probably meant")
            button.setToolTip(said)
            button.setAccessibleDescription(said)
            suggestion = advice.suggestion
            button.clicked.connect(lambda: self.followed.emit(suggestion))
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        return card
