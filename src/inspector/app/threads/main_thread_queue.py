"""The queue from any thread to the GUI thread."""

from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QObject

_T = TypeVar("_T")

_ARRIVED = QEvent.Type(QEvent.registerEventType())


class MainThreadQueue(QObject, Generic[_T]):
    """Delivers objects on the GUI thread in the order in which they were sent.

    It posts an event instead of emitting a signal: a signal takes a lock that the GUI thread may
    hold while it waits for the GIL, which the sender holds.

    Args:
        deliver: Called with each object on the thread that created the queue.
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
        """Deliver one object per event."""
        if event.type() != _ARRIVED:
            return super().event(event)
        self._deliver(self._things.popleft())
        return True
