"""The only crossing between the window's thread and everything that takes time."""

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from inspector.app.threads.main_thread_queue import MainThreadQueue
from inspector.errors import InspectorError

_T = TypeVar("_T")
# Who hears the result, who hears an error, the channel or "", and the call's number.
_Ticket = tuple[Callable[[Any], None] | None, Callable[[InspectorError], None] | None, str, int]

_THREADS = 6
"""A scan, a diagnosis and a comparison hold one each for as long as they go on."""


class Bridge(QObject):
    """Call slow work off the window's thread; its answer comes back by a crossing.

    Attributes:
        changed: A `Changes` of the project, on the window's thread.
        failed: An `InspectorError` of a call that named no handler for it.
        broken: Any other exception: a bug, with its traceback.
    """

    changed = Signal(object)
    failed = Signal(object)
    broken = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="bridge")
        self._numbers = itertools.count(1)
        self._newest: dict[str, int] = {}
        self._going: set[str] = set()
        self._next: dict[str, tuple[Callable[[], object], _Ticket, bool]] = {}
        self._lock = threading.Lock()
        self._closed = False
        self._answers = MainThreadQueue(self._on_answer, self)
        self._news = MainThreadQueue(self._on_told, self)

    def call(
        self,
        work: Callable[[], _T],
        on_result: Callable[[_T], None] | None = None,
        *,
        channel: str = "",
        on_error: Callable[[InspectorError], None] | None = None,
        writes: bool = False,
    ) -> None:
        """Run `work` on another thread and hand its result to `on_result` on this one.

        Args:
            work: Takes nothing; must not touch Qt widgets.
            on_result: Called on the window's thread, unless its widget is gone by then.
            channel: Of several calls on one channel only the newest answer arrives, one runs at
                a time, and of those that wait for it only the newest is run.
            on_error: Called with an InspectorError in place of `failed`.
            writes: True where something is kept: one that waits is still run when all is closed.
        """
        if self._closed:
            return
        ticket = (on_result, on_error, channel, next(self._numbers))
        if channel:
            with self._lock:
                self._newest[channel] = ticket[3]
                if channel in self._going:
                    self._next[channel] = work, ticket, writes
                    return
                self._going.add(channel)
        self._threads.submit(self._run, work, ticket, writes)

    def waits(self) -> bool:
        """Tell whether anything is asked on a channel."""
        return bool(self._going)

    def tell(self, changes: object) -> None:
        """Pass a project's change on to the window's thread, from any thread."""
        if not self._closed:
            self._news.send(changes)

    def close(self) -> None:
        """Wait for what is running and let nothing more through."""
        self._closed = True
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _on_told(self, changes: object) -> None:
        # A change may still be queued when the project is closed.
        if not self._closed:
            self.changed.emit(changes)

    def _run(self, work: Callable[[], object], ticket: _Ticket, writes: bool) -> None:
        channel = ticket[2]
        while writes or not self._closed:
            self._answer(work, ticket)
            with self._lock:
                waiting = self._next.pop(channel, None)
                if waiting is None:
                    self._going.discard(channel)
                    return
            work, ticket, writes = waiting

    def _answer(self, work: Callable[[], object], ticket: _Ticket) -> None:
        result: object = None
        error: BaseException | None = None
        try:
            result = work()
        except BaseException as caught:
            error = caught
        if not self._closed:
            self._answers.send((ticket, result, error))

    def _stale(self, channel: str, number: int) -> bool:
        with self._lock:
            return bool(channel) and self._newest.get(channel) != number

    def _on_answer(self, answer: tuple[_Ticket, object, BaseException | None]) -> None:
        ticket, result, error = answer
        on_result, on_error, channel, number = ticket
        if self._closed or self._stale(channel, number):
            return
        if isinstance(error, InspectorError):
            if callable(on_error) and _is_there(on_error):
                on_error(error)
            else:
                self.failed.emit(error)
        elif error is not None:
            self.broken.emit(error)
        elif callable(on_result) and _is_there(on_result):
            on_result(result)


def _is_there(handler: object) -> bool:
    """Tell whether a handler's widget still stands; a sheet may be closed before its answer."""
    owner = getattr(handler, "__self__", None)
    return not isinstance(owner, QObject) or isValid(owner)
