"""What the program does, in three steps."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from inspector.app.start.illustrations import GapIllustration, PairIllustration

_STEPS = (
    ("Find", "Images that are in two splits, labels that look wrong, groups that are divided"
     " between splits."),
    ("Explain", "How much of the gap between validation and test accuracy comes from leakage."),
    ("Clean up", "Exclude the copies, lock the split and export it. Your files stay as they are."),
)  # fmt: skip


class StepsCard(QFrame):
    """Shows one picture and one sentence per step of the workflow."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        pictures = (
            PairIllustration(excluded=False),
            GapIllustration(),
            PairIllustration(excluded=True),
        )
        for picture, (title, sentence) in zip(pictures, _STEPS, strict=True):
            head, text = QLabel(title), QLabel(sentence)
            head.setProperty("role", "heading")
            text.setProperty("role", "muted")
            text.setWordWrap(True)
            words = QVBoxLayout()
            words.setSpacing(2)
            words.addStretch()
            words.addWidget(head)
            words.addWidget(text)
            words.addStretch()
            row = QHBoxLayout()
            row.setSpacing(20)
            row.addWidget(picture)
            row.addLayout(words, 1)
            column.addLayout(row)
