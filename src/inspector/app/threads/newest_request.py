"""The newest request wins: one scheduler for everything that is asked off the GUI thread.

It knows no Qt and starts no threads. The `Bridge` and the thumbnail threads run its requests.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class RequestOutcome(Generic[_T]):
    """The result of a request, or the exception that it raised."""

    result: _T | None = None
    error: BaseException | None = None


def run_request(work: Callable[[], _T]) -> RequestOutcome[_T]:
    """Run a request; an exception becomes its outcome, so that the thread survives."""
    try:
        return RequestOutcome(result=work())
    except BaseException as error:
        return RequestOutcome(error=error)


class NewestRequests(Generic[_T]):
    """Admits one running request per channel and remembers the newest waiting one.

    Safe to call from any thread. A request leaves its channel by `next`, whether it returned or
    raised, so that a failure never blocks later requests.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest: dict[str, int] = {}
        self._running: set[str] = set()
        self._waiting: dict[str, _T] = {}

    def admit(self, channel: str, number: int, request: _T) -> bool:
        """Return True if the request may run now; otherwise it replaces the waiting one.

        Args:
            channel: Requests of one channel replace each other.
            number: Greater than that of every earlier request.
            request: Returned by `next` later, if nothing newer replaces it.
        """
        with self._lock:
            self._newest[channel] = number
            if channel in self._running:
                self._waiting[channel] = request
                return False
            self._running.add(channel)
            return True

    def next(self, channel: str) -> _T | None:
        """End the running request of a channel and return the waiting one, which runs now."""
        with self._lock:
            waiting = self._waiting.pop(channel, None)
            if waiting is None:
                self._running.discard(channel)
            return waiting

    def is_newest(self, channel: str, number: int) -> bool:
        """Return whether no newer request was made on a channel."""
        with self._lock:
            return self._newest.get(channel) == number

    def is_busy(self, channel: str = "") -> bool:
        """Return whether a channel, or any channel, has a running request."""
        with self._lock:
            return channel in self._running if channel else bool(self._running)
