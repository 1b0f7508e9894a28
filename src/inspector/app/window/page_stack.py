"""The pages of the window, of which one is visible."""

from collections import deque
from collections.abc import Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QStackedWidget, QWidget


class PageStack(QStackedWidget):
    """A stack that fills what the window has, whatever a page would like.

    Whenever a text changes, the window asks its widgets for their height at its width. A plain
    stack asks all its pages, visible or not, which takes longer than all the rest.

    Each page takes some 20 ms to place, so hidden ones are placed one by one.
    """

    def __init__(self) -> None:
        super().__init__()
        self._waiting: deque[QWidget] = deque()

    def add_pages(self, pages: Sequence[QWidget], *, at_once: bool) -> None:
        """Add pages: all at once, or one with each turn of the events."""
        self._waiting += pages
        while at_once and self._waiting:
            self.addWidget(self._waiting.popleft())
        QTimer.singleShot(0, self, self._place_next)

    def show_page(self, page: QWidget) -> None:
        """Show one of the pages."""
        if page in self._waiting:
            self._waiting.remove(page)
            self.addWidget(page)
        self.setCurrentWidget(page)

    def delete_waiting(self) -> None:
        """Delete the pages that have no place yet."""
        while self._waiting:
            self._waiting.popleft().deleteLater()

    def _place_next(self) -> None:
        if self._waiting:
            self.addWidget(self._waiting.popleft())
            QTimer.singleShot(0, self, self._place_next)

    def hasHeightForWidth(self) -> bool:
        return False
