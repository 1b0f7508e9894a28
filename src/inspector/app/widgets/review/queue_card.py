"""The queue of a review with its progress, as a card at the left of the page."""

from collections.abc import Sequence

from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QListView,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

_WIDTH_PX, _WIDE_PX = 264, 320


class QueueCard(QFrame):
    """Shows a queue below its progress."""

    def __init__(self, queue: QListView) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setFixedWidth(_WIDTH_PX)
        self._progress, self._left = QLabel(), QLabel()
        self._progress.setObjectName("review-progress")
        self._progress.setProperty("role", "card-title")
        self._left.setObjectName("review-left")
        self._left.setProperty("role", "caption")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Share of the queue that is reviewed")
        counts = QHBoxLayout()
        counts.addWidget(self._progress)
        counts.addStretch()
        counts.addWidget(self._left)
        self._top = QVBoxLayout()
        self._top.setContentsMargins(16, 0, 16, 0)
        self._top.setSpacing(8)
        self._top.addLayout(counts)
        self._top.addWidget(self._bar)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 14, 0, 4)
        column.setSpacing(8)
        column.addLayout(self._top)
        column.addWidget(queue, 1)

    def add_above(self, items: Sequence[QWidget | QLayout]) -> None:
        """Add controls between the progress and the queue."""
        for item in items:
            if isinstance(item, QLayout):
                self._top.addLayout(item)
            else:
                self._top.addWidget(item)

    def set_wide(self, wide: bool) -> None:
        """Use the width for large windows, or the one for small windows."""
        self.setFixedWidth(_WIDE_PX if wide else _WIDTH_PX)

    def show_progress(self, done: int, total: int, *, done_word: str, aside: str) -> None:
        """Show how many items are done.

        Args:
            done: Number of items that are done.
            total: Number of all items.
            done_word: Such as "decided".
            aside: Shown at the right, such as the time left; "" for nothing.
        """
        self._progress.setText(f"{done:,} of {total:,} {done_word}")
        self._left.setText(aside)
        # A bar paints a new value at once, and everything else that waits to be painted.
        self._bar.setUpdatesEnabled(False)
        self._bar.setRange(0, max(1, total))
        self._bar.setValue(done)
        self._bar.setUpdatesEnabled(True)
