"""Collects the facts that Start shows of the open dataset, while the program is idle."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from inspector.app.threads.bridge import Bridge
from inspector.app.window.recent_datasets import facts_of
from inspector.project.changes import Changes
from inspector.project.project import Project

_QUIET_MS = 3_000


class RecentFacts(QObject):
    """Waits until changes stop, then reads the facts.

    Attributes:
        read: The facts by name.
    """

    read = Signal(object)

    def __init__(self, project: Project, bridge: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self._project, self._bridge = project, bridge
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_QUIET_MS)
        self._timer.timeout.connect(self._ask)

    def take(self, changes: Changes) -> None:
        """Read the facts again after a change that affects them."""
        if changes.duplicates or changes.decisions:
            self._timer.start()

    def shut_down(self) -> None:
        """Stop reading."""
        self._timer.stop()

    def _ask(self) -> None:
        self._bridge.call(partial(facts_of, self._project), self._on_read, channel="recent facts")

    def _on_read(self, facts: Mapping[str, float]) -> None:
        self.read.emit(facts)
