"""What changed, brought to the page in sight first, to the others when all is quiet."""

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.page import Page
from inspector.project.changes import Changes

TICK_MS = 100
# So long nothing must have changed before a page out of sight asks anew.
QUIET_SECONDS = 1.0
# But after so long it does not wait for quiet any more.
LATE_SECONDS = 5.0
# A scan gets three times as long undisturbed as looking at what it has done takes.
PATIENCE = 3.0
_SCANNED = Changes(samples=True)
# How often the page in sight may look for images that have come.
GLANCE_SECONDS = 0.3


class RefreshScheduler(QObject):
    """Ask pages to refresh themselves.

    Every page asks for the whole dataset again, which takes a second of Python's time where there
    are 60,000 images: nine of them at each key would leave nothing to the window, and one at each
    step of a scan nothing to the scan.

    Attributes:
        brought: The page in sight asks anew.

    Args:
        bridge: That pages ask by.
        pages: All of them.
        in_sight: Returns the one that is shown.
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
        """Bring a change; that a scan got on may wait, what a person did may not."""
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
        """Let the page in sight ask for what it missed."""
        self._asked_at = time.monotonic()
        self._next_at = float("inf")
        self._ask(self._in_sight())
        self.brought.emit()
        self._wake()

    def shut(self) -> None:
        """Bring nothing any more."""
        self._shut = True
        self._timer.stop()

    def _wake(self) -> None:
        # To start it again would put its next tick off.
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
        """Let a page out of sight ask for more than that a scan got on, which goes on waiting."""
        in_sight = self._in_sight()
        for page, changes in self._missed.items():
            if page is not in_sight and changes != _SCANNED:
                self._ask(page)
                return
        self._late_at = float("inf")
