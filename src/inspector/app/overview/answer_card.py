"""The first card of Overview: the answer in one sentence, both accuracies, the gap, what to do."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from inspector.app.overview.gap_bar import GapBar
from inspector.project.diagnosis.answers import Answer, AnswerKind

_NO_NUMBERS = "Enter your accuracies to see how leakage affects them."


class AnswerCard(QFrame):
    """Shows an answer.

    Attributes:
        clean_up_requested: The user wants to exclude copies.
        review_requested: The user wants to look at the pairs.
        why_requested: The user wants to see the evidence.

    Args:
        validation: The field of the validation accuracy.
        test: The field of the test accuracy.
    """

    clean_up_requested = Signal()
    review_requested = Signal()
    why_requested = Signal()

    def __init__(self, validation: QWidget, test: QWidget) -> None:
        super().__init__()
        self.setObjectName("plain-card")
        self._headline, self._detail = QLabel("Looking at your dataset…"), QLabel()
        self._cleaned, self._hint = QLabel(), QLabel(_NO_NUMBERS)
        self._headline.setObjectName("answer-headline")
        self._headline.setProperty("role", "title")
        self._detail.setObjectName("answer-detail")
        self._cleaned.setObjectName("answer-cleaned")
        self.bar = GapBar()
        self._caption = QLabel("Whiskers are 95 % CIs · leakage measured with baseline models")
        for label in (self._cleaned, self._hint, self._caption):
            label.setProperty("role", "caption")
        for label in (self._headline, self._detail, self._cleaned):
            label.setWordWrap(True)
        self.clean_up = QPushButton("Clean up dataset…")
        self.clean_up.setProperty("role", "primary")
        self.clean_up.setToolTip("Shows each pair before anything is excluded")
        self._review = QPushButton("Review the pairs")
        self.why = QPushButton("Why?")
        self.why.setProperty("role", "quiet")
        self.why.setToolTip("The evidence behind each figure")
        self.clean_up.clicked.connect(self.clean_up_requested)
        self._review.clicked.connect(self.review_requested)
        self.why.clicked.connect(self.why_requested)
        self.bar.clicked.connect(self.why_requested)
        self.bar.show_gap(None)
        self._lay_out(validation, test)

    def show_waiting(self, headline: str, detail: str) -> None:
        """Show the progress of the scan."""
        self._headline.setText(headline)
        self._detail.setText(detail)
        self._review.setEnabled(False)
        self.clean_up.setEnabled(False)

    def show_answer(self, answer: Answer, cleaned: str) -> None:
        """Show an answer, and what a clean-up changed."""
        self._headline.setText(answer.headline)
        self._detail.setText(answer.detail)
        self._cleaned.setText(cleaned)
        self._cleaned.setVisible(bool(cleaned))
        self.bar.show_gap(answer.gap)
        self._hint.setVisible(answer.gap is None and answer.kind is not AnswerKind.NO_SPLIT)
        shown = answer.gap is not None and answer.gap.leakage is not None
        self._caption.setVisible(not self.bar.isHidden())
        self._caption.setText(
            "Whiskers are 95 % CIs · leakage measured with baseline models"
            if shown else "Whiskers are 95 % CIs · no effect of leakage was shown"
        )  # fmt: skip
        count = len(answer.pairs)
        text = "Clean up dataset…"
        if count:
            copies = "1 copy" if count == 1 else f"{count:,} copies"
            text = f"Clean up: review {copies} across splits…"
        self.clean_up.setText(text)
        self.clean_up.setEnabled(True)
        self._review.setEnabled(bool(count))

    def _lay_out(self, validation: QWidget, test: QWidget) -> None:
        words = QVBoxLayout()
        words.setSpacing(8)
        for label in (self._headline, self._detail, self._cleaned):
            words.addWidget(label)
        words.addStretch()
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addLayout(words, 1)
        for name, field in (("Validation accuracy", validation), ("Test accuracy", test)):
            head.addWidget(_number(name, field), 0, Qt.AlignmentFlag.AlignTop)
        actions = QHBoxLayout()
        actions.setSpacing(8)
        for button in (self.clean_up, self._review, self.why):
            actions.addWidget(button)
        actions.addStretch()
        actions.addWidget(self._hint)
        actions.addWidget(self._caption)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 12)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(self.bar)
        column.addLayout(actions)
        for label in (self._cleaned, self._caption):
            label.setVisible(False)


def _number(name: str, field: QWidget) -> QFrame:
    frame = QFrame()
    frame.setObjectName("number-field")
    frame.setFixedWidth(144)
    label = QLabel(name)
    label.setProperty("role", "caption")
    column = QVBoxLayout(frame)
    column.setContentsMargins(12, 8, 12, 8)
    column.setSpacing(4)
    column.addWidget(label)
    column.addWidget(field)
    return frame
