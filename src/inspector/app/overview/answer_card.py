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
        self._as_of = QLabel()
        self._as_of.setObjectName("answer-as-of")
        self.bar = GapBar()
        self._caption = QLabel("Whiskers are 95 % CIs · leakage measured with baseline models")
        for label in (self._cleaned, self._as_of, self._hint, self._caption):
            label.setProperty("role", "caption")
        for label in (self._headline, self._detail, self._cleaned, self._as_of):
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
        self._as_of.hide()
        self._headline.setText(headline)
        self._detail.setText(detail)
        self._review.setEnabled(False)
        self.clean_up.setEnabled(False)

    def show_answer(
        self, answer: Answer, cleaned: str, *, copies: int | None = None, as_of: str = ""
    ) -> None:
        """Show an answer, and what a clean-up changed.

        Args:
            answer: For now, or for the date that `as_of` says.
            cleaned: In a sentence, "" without a clean-up.
            copies: Where the answer holds only some of its pairs: how many there are.
            as_of: When it was true and what follows, "" for now.
        """
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
        self._as_of.setText(as_of)
        self._as_of.setVisible(bool(as_of))
        count = len(answer.pairs) if copies is None else copies
        text = "Clean up dataset…"
        if count:
            what = "1 copy" if count == 1 else f"{count:,} copies"
            text = f"Clean up: review {what} across splits…"
        self.clean_up.setText(text)
        self.clean_up.setEnabled(True)
        self._review.setEnabled(bool(count))

    def show_no_problem(self, checks: int) -> None:
        """Say that no check found a problem, above what the answer says of the splits."""
        self._headline.setText(f"None of {checks} checks found a problem.")

    def _lay_out(self, validation: QWidget, test: QWidget) -> None:
        words = QVBoxLayout()
        words.setSpacing(8)
        for label in (self._headline, self._detail, self._cleaned, self._as_of):
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
        for label in (self._cleaned, self._as_of, self._caption):
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
