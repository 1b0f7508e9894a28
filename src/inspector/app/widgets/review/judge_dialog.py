"""The frame of a dialog in which a user judges a random sample, one item after another."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

_SHARE = 0.9


class JudgeDialog(QDialog):
    """Asks a question about the item on the stage; Y and N answer it.

    Args:
        title: Title of the window.
        stage: Shows the item to judge.
        parent: The window; the dialog is nearly as large.
        answers: Texts of the buttons for yes and for no.
        has_back: True to offer a way back to the previous item.

    Attributes:
        answered: True for yes, False for no; emitted only while an item is open.
        back_requested: The user takes the newest answer back.
    """

    answered = Signal(bool)
    back_requested = Signal()

    def __init__(
        self,
        title: str,
        stage: QWidget,
        parent: QWidget,
        *,
        answers: tuple[str, str],
        has_back: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.setWindowTitle(title)
        self._question, self._state = QLabel(), QLabel()
        self._question.setProperty("role", "heading")
        self._question.setObjectName("judge-question")
        self._state.setProperty("role", "muted")
        self._state.setObjectName("judge-state")
        self._state.setWordWrap(True)
        yes, no = answers
        self._yes, self._no = QPushButton(f"{yes}  [Y]"), QPushButton(f"{no}  [N]")
        self._back, close = QPushButton("Back  [Backspace]"), QPushButton("Close")
        self._yes.clicked.connect(lambda: self._answer(yes=True))
        self._no.clicked.connect(lambda: self._answer(yes=False))
        self._back.clicked.connect(self._go_back)
        close.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        for button in (self._yes, self._no, self._back):
            button.setAutoDefault(False)
            button.setEnabled(False)
            buttons.addWidget(button)
        self._back.setVisible(has_back)
        buttons.addStretch()
        buttons.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(self._question)
        column.addWidget(self._state)
        column.addWidget(stage, 1)
        column.addLayout(buttons)
        self.resize(parent.size() * _SHARE)

    def show_question(self, text: str) -> None:
        """Show the question, or why there is none."""
        self._question.setText(text)

    def show_state(self, text: str) -> None:
        """Show how many items are judged, and the result so far."""
        self._state.setText(text)

    def set_open(self, is_open: bool) -> None:
        """Enable the answers while an item is on the stage."""
        for button in (self._yes, self._no):
            button.setEnabled(is_open)

    def set_back_enabled(self, enabled: bool) -> None:
        """Enable the way back once something was answered."""
        self._back.setEnabled(enabled)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Y:
                self._answer(yes=True)
            case Qt.Key.Key_N:
                self._answer(yes=False)
            case Qt.Key.Key_Backspace:
                self._go_back()
            case _:
                super().keyPressEvent(event)

    def _answer(self, *, yes: bool) -> None:
        if self._yes.isEnabled():
            self.answered.emit(yes)

    def _go_back(self) -> None:
        if self._back.isEnabled():
            self.back_requested.emit()
