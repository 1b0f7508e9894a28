"""Schedules page refreshes: the visible page at once, hidden pages when idle."""

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.page import Page
from inspector.project.changes import Changes

TICK_MS = 100
# A hidden page refreshes after this long without a change.
QUIET_SECONDS = 1.0
# After this long it refreshes even while changes continue.
LATE_SECONDS = 5.0
# Between refreshes, a scan runs undisturbed for three times as long as a refresh takes.
PATIENCE = 3.0
_SCANNED = Changes(samples=True)
# How often the visible page may look for new thumbnails.
GLANCE_SECONDS = 0.3


class RefreshScheduler(QObject):
    """Asks pages to refresh themselves.

    Each page queries the whole dataset again, which takes a second of Python's time for 60,000
    images. Nine refreshes per key press would block the window, and one per step of a scan would
    stall the scan.

    Attributes:
        brought: The visible page queries again.

    Args:
        bridge: Runs the queries of the pages.
        pages: All pages.
        in_sight: Returns the visible page.
    """

    brought = Signal()

    def __init__(
        self,
        bridge: Bridge,
        pages: Sequence[Page],
        in_sight: Callable[[], Page],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._bridge, self._pages, self._in_sight = bridge, pages, in_sight
        self._missed: dict[Page, Changes] = {}
        self._changed_at = self._asked_at = self._next_at = self._glanced_at = 0.0
        self._late_at = float("inf")
        self._shut = False
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._on_tick)

    def take(self, changes: Changes) -> None:
        """Schedule a change; progress of a scan may wait, a decision may not."""
        self._changed_at = time.monotonic()
        for page in self._pages:
            self._missed[page] = self._missed.get(page, Changes()) | changes
            if page.is_urgent(changes):
                self._ask(page)
        if changes != _SCANNED and self._late_at == float("inf"):
            self._late_at = self._changed_at + LATE_SECONDS
        if changes != _SCANNED or self._changed_at >= self._next_at:
            self.catch_up()
        elif self._changed_at > self._glanced_at + GLANCE_SECONDS:
            self._glanced_at = self._changed_at
            self._in_sight().refresh_visible()
        self._wake()

    def catch_up(self) -> None:
        """Refresh the visible page with the changes that it missed."""
        self._asked_at = time.monotonic()
        self._next_at = float("inf")
        self._ask(self._in_sight())
        self.brought.emit()
        self._wake()

    def shut_down(self) -> None:
        """Stop scheduling."""
        self._shut = True
        self._timer.stop()

    def _wake(self) -> None:
        # Starting the timer again would delay its next tick.
        if not self._timer.isActive() and not self._shut:
            self._timer.start()

    def _ask(self, page: Page) -> None:
        changes = self._missed.pop(page, None)
        if changes is not None:
            page.refresh(changes)

    def _on_tick(self) -> None:
        if self._bridge.waits():
            return
        now = time.monotonic()
        if self._next_at == float("inf"):
            self._next_at = now + PATIENCE * (now - self._asked_at)
        quiet = now - self._changed_at > QUIET_SECONDS
        if self._in_sight() in self._missed and (quiet or now >= self._next_at):
            self.catch_up()
        elif not self._missed:
            self._late_at = float("inf")
            self._timer.stop()
        elif quiet:
            self._ask(next(iter(self._missed)))
        elif now > self._late_at:
            self._ask_late()

    def _ask_late(self) -> None:
        """Refresh a hidden page for everything except scan progress, which keeps waiting."""
        in_sight = self._in_sight()
        for page, changes in self._missed.items():
            if page is not in_sight and changes != _SCANNED:
                self._ask(page)
                return
        self._late_at = float("inf")
