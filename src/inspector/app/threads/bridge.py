"""Runs slow work off the GUI thread and delivers its answer on it."""

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from inspector.app.threads.main_thread_queue import MainThreadQueue
from inspector.app.threads.newest_request import NewestRequests, RequestOutcome, run_request
from inspector.errors import InspectorError

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Request:
    """One call: its work and the receivers of its outcome.

    Attributes:
        late: Deliver the answer even if a newer request of the channel waits.
        writes: Run it even if the bridge is closed meanwhile.
    """

    work: Callable[[], Any]
    on_result: Callable[[Any], None] | None
    on_error: Callable[[InspectorError], None] | None
    on_end: Callable[[], None] | None
    channel: str
    number: int
    late: bool
    writes: bool


_THREADS = 6
"""A scan, a diagnosis and a comparison occupy one thread each while they run."""


class Bridge(QObject):
    """Runs slow work on other threads; answers arrive on the GUI thread.

    Attributes:
        changed: A `Changes` of the project, on the GUI thread.
        failed: An `InspectorError` of a call without its own error handler.
        broken: Any other exception: a bug, with its traceback.
    """

    changed = Signal(object)
    failed = Signal(object)
    broken = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="bridge")
        self._numbers = itertools.count(1)
        self._requests = NewestRequests[_Request]()
        self._closed = False
        self._answers = MainThreadQueue(self._on_answer, self)
        self._news = MainThreadQueue(self._on_told, self)

    def call(  # noqa: PLR0913 - who hears what of one request
        self,
        work: Callable[[], _T],
        on_result: Callable[[_T], None] | None = None,
        *,
        channel: str = "",
        on_error: Callable[[InspectorError], None] | None = None,
        on_end: Callable[[], None] | None = None,
        late: bool = False,
        writes: bool = False,
    ) -> None:
        """Run `work` on another thread and pass its result to `on_result` on the GUI thread.

        Args:
            work: Takes no arguments; must not touch Qt widgets.
            on_result: Called on the GUI thread, unless its widget has been deleted.
            channel: Requests of one channel run one at a time; only the newest of those that wait
                is run, and only the newest answer is delivered.
            on_error: Called with an `InspectorError`, instead of emitting `failed`.
            on_end: Called after the answer, the error or the bug of each request that ran.
            late: True to deliver answers that a newer request has overtaken too, so that the
                preview follows a slider while it is dragged.
            writes: True if the work saves something: a waiting request still runs when the bridge
                is closed.
        """
        if self._closed:
            return
        number = next(self._numbers)
        request = _Request(work, on_result, on_error, on_end, channel, number, late, writes)
        if not channel or self._requests.admit(channel, number, request):
            self._threads.submit(self._run, request)

    def is_closed(self) -> bool:
        """Return whether the bridge accepts no more requests."""
        return self._closed

    def waits(self, channel: str = "") -> bool:
        """Return whether requests are pending on a channel, or on any channel."""
        return self._requests.is_busy(channel)

    def publish(self, changes: object) -> None:
        """Pass a change of the project to the GUI thread; called on any thread."""
        if not self._closed:
            self._news.send(changes)

    def close(self) -> None:
        """Wait for running requests; deliver nothing more."""
        self._closed = True
        # No request is cancelled; `_run` skips waiting requests that do not write.
        self._threads.shutdown(wait=True)

    def _on_told(self, changes: object) -> None:
        # A change may still be queued when the project closes.
        if not self._closed:
            self.changed.emit(changes)

    def _run(self, request: _Request) -> None:
        following: _Request | None = request
        while following is not None and (following.writes or not self._closed):
            outcome = run_request(following.work)
            if not self._closed:
                self._answers.send((following, outcome))
            channel = following.channel
            following = self._requests.next(channel) if channel else None

    def _on_answer(self, answer: tuple[_Request, RequestOutcome[Any]]) -> None:
        request, outcome = answer
        if self._closed:
            return
        try:
            if self._is_wanted(request):
                self._deliver(request, outcome)
        finally:
            if request.on_end is not None and _is_there(request.on_end):
                request.on_end()

    def _is_wanted(self, request: _Request) -> bool:
        if request.late or not request.channel:
            return True
        return self._requests.is_newest(request.channel, request.number)

    def _deliver(self, request: _Request, outcome: RequestOutcome[Any]) -> None:
        error = outcome.error
        if isinstance(error, InspectorError):
            if request.on_error is not None and _is_there(request.on_error):
                request.on_error(error)
            else:
                self.failed.emit(error)
        elif error is not None:
            self.broken.emit(error)
        elif request.on_result is not None and _is_there(request.on_result):
            request.on_result(outcome.result)


def _is_there(handler: object) -> bool:
    """Return whether a handler's widget still exists; a dialog may close before its answer."""
    owner = getattr(handler, "__self__", None)
    return not isinstance(owner, QObject) or isValid(owner)
