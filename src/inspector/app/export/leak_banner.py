"""The warning that images would still leak in an export, with two ways to fix it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

from inspector.project.export.exports import ExportLeaks


class LeakBanner(QFrame):
    """Shows how many leaked images an export would keep; hidden if there are none.

    Attributes:
        review_requested: The user wants to review the duplicates.
        exclude_requested: The user wants to exclude the copies.
        count_text: Such as "3 leaked images".
    """

    review_requested = Signal()
    exclude_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("problem-banner")
        self.count_text = ""
        self._text = QLabel()
        self._text.setObjectName("export-banner")
        self._text.setWordWrap(True)
        review, exclude = QPushButton("Review"), QPushButton("Exclude their copies…")
        review.clicked.connect(self.review_requested)
        exclude.clicked.connect(self.exclude_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 8, 8)
        row.addWidget(self._text, 1)
        for button in (review, exclude):
            row.addWidget(button)
        self.hide()

    def show_leaks(self, leaks: ExportLeaks) -> None:
        """Show what would leak after the export."""
        where = " and ".join(f"{n:,} in {split}" for split, n in leaks.by_split.items())
        count = leaks.after
        self.count_text = "1 leaked image" if count == 1 else f"{count:,} leaked images"
        self._text.setText(f"{self.count_text} would stay in this export: {where}.")
        self.setVisible(bool(count))
