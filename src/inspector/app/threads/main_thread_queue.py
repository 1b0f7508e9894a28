"""The way from any thread to the window's."""

from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QObject

_T = TypeVar("_T")

_ARRIVED = QEvent.Type(QEvent.registerEventType())


class MainThreadQueue(QObject, Generic[_T]):
    """Hand things to the window's thread, in the order in which they were sent.

    An event is posted and no signal emitted: a signal takes a lock that the window's thread may
    hold while it waits for Python, and Python is what the sender holds.

    Args:
        deliver: Called with each on the thread that made the crossing.
    """

    def __init__(self, deliver: Callable[[_T], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._deliver = deliver
        self._things: deque[_T] = deque()

    def send(self, thing: _T) -> None:
        """Send from any thread."""
        self._things.append(thing)
        QCoreApplication.postEvent(self, QEvent(_ARRIVED))

    def event(self, event: QEvent) -> bool:
        """Deliver one thing for each event."""
        if event.type() != _ARRIVED:
            return super().event(event)
        self._deliver(self._things.popleft())
        return True
