"""A small supervised process pool: a file that kills or hangs its worker affects no other file."""

import collections
import contextlib
import gc
import importlib
import signal
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from inspector.errors import InspectorError, ProcessError
from inspector.subprocesses import ChildProcess, Parent, ProcessExited, pack, wait_for_answers
from inspector.work.jobs import Stop
from inspector.work.process_time import SpentTime

AHEAD = 4
GRACE_SECONDS = 2.0
LOOK_SECONDS = 0.25
GIVE_UP_AFTER = 3
# A fresh interpreter may take this long to import and compile before its first item counts.
START_SECONDS = 120.0
_NO_WORKER = "Close other programs, or take fewer workers with --jobs; then try again."


@dataclass(frozen=True, slots=True)
class TaskDone:
    """A chunk and its result."""

    items: Sequence[Any]
    result: Any


@dataclass(frozen=True, slots=True)
class TaskFailed:
    """An item whose worker died ("crashed") or hung ("timeout")."""

    item: Any
    status: str
    reason: str


Answer = TaskDone | TaskFailed


class TaskRunner(Protocol):
    """What runs tasks: the pool of this machine, or a cluster."""

    def map(
        self,
        chunks: Iterable[Sequence[Any]],
        *,
        stop: Stop,
        timeout_seconds: float | None = None,
    ) -> Iterator[Answer]:
        """Yield the answers of `Pool.map`."""

    def close(self) -> None:
        """Release all resources."""


@dataclass(slots=True)
class _Worker:
    child: ChildProcess
    spent: SpentTime
    chunks: collections.deque[Sequence[Any]] = field(default_factory=collections.deque)
    sent: collections.deque[int] = field(default_factory=collections.deque)
    ready: bool = False


class Pool:
    """Keeps workers busy with chunks; they start at the first `map` and stay warm.

    Args:
        function: "package.module:name", called in a worker as name(list of items).
        workers: Number of processes.
        timeout_seconds: Limit per item, as `SpentTime` counts; a chunk's limit is that times its
            items.
        low_priority: True to yield to the window.
    """

    def __init__(
        self, function: str, *, workers: int, timeout_seconds: float, low_priority: bool = False
    ) -> None:
        self._function = function
        self._count = max(1, workers)
        self._timeout = timeout_seconds
        self._low_priority = low_priority
        self._workers: list[_Worker] = []
        self._born_dead = 0

    def map(
        self,
        chunks: Iterable[Sequence[Any]],
        *,
        stop: Stop,
        timeout_seconds: float | None = None,
    ) -> Iterator[Answer]:
        """Yield an answer per chunk, or per failed item of it, as they complete.

        Args:
            chunks: Each holds the items of one call; an empty chunk asks to be called again at
                once.
            stop: Set from any thread to end soon.
            timeout_seconds: Limit per item of this call; None for the pool's own.

        Raises:
            InspectorError: The function raised it.
            ProcessError: No worker can be started, or workers keep dying.
            RuntimeError: The function raised anything else: a bug; holds the worker's traceback.
        """
        limit = self._timeout if timeout_seconds is None else timeout_seconds
        waiting = iter(chunks)
        again: collections.deque[Sequence[Any]] = collections.deque()
        finished = False
        try:
            while not stop.is_set():
                if not again and not any(w.chunks for w in self._workers):
                    # Without work no worker is started.
                    chunk = next(waiting, None)
                    if chunk is None:
                        return
                    if not chunk:
                        continue
                    again.append(chunk)
                while len(self._workers) < self._count:
                    self._workers.append(self._start())
                if stop.is_set():
                    break
                finished = self._feed(waiting, again, finished)
                yield from self._collect(again, limit)
            yield from self._wind_down(limit)
        finally:
            for worker in list(self._workers):
                if worker.chunks:
                    self._drop(worker)

    def close(self) -> None:
        """Kill every worker."""
        for worker in list(self._workers):
            self._drop(worker)

    def _start(self) -> _Worker:
        try:
            # One thread each: there are as many workers as cores.
            child = ChildProcess(
                "inspector.work.pool:serve", low_priority=self._low_priority, one_thread=True
            )
        except ProcessExited as gone:
            raise ProcessError(f"no worker can be started, {gone}", _NO_WORKER) from gone
        try:
            child.send(self._function)
        except ProcessExited as gone:
            child.kill()
            raise ProcessError(f"no worker can be started, {gone}", _NO_WORKER) from gone
        return _Worker(child, SpentTime(child.pid))

    def _feed(
        self,
        waiting: Iterator[Sequence[Any]],
        again: collections.deque[Sequence[Any]],
        finished: bool,
    ) -> bool:
        for depth in range(AHEAD):
            for worker in self._workers:
                if len(worker.chunks) > depth or sum(worker.sent) >= worker.child.room:
                    continue
                chunk = again.popleft() if again else (None if finished else next(waiting, None))
                if chunk is None:
                    return True
                if not chunk:
                    return False
                packed = pack(list(chunk))
                # Blocking on a full pipe while the worker waits to answer would deadlock.
                if worker.chunks and sum(worker.sent) + len(packed) > worker.child.room:
                    again.appendleft(chunk)
                    continue
                if not worker.chunks:
                    worker.spent.restart()
                worker.chunks.append(chunk)
                # A dead worker is noticed when its pipe is read.
                worker.sent.append(len(packed))
                with contextlib.suppress(ProcessExited):
                    worker.child.send_packed(packed)
        return finished

    def _collect(
        self, again: collections.deque[Sequence[Any]], timeout_seconds: float
    ) -> Iterator[Answer]:
        busy = {worker.child: worker for worker in self._workers if worker.chunks}
        ready = [busy[child] for child in wait_for_answers(list(busy), LOOK_SECONDS)]
        for worker in ready:
            try:
                answer: Any = worker.child.receive()
                fine, result = answer
            except ProcessExited as gone:
                yield from self._bury(worker, "crashed", f"the reader died ({gone})", again)
                continue
            if fine is None:
                worker.ready = True
                worker.spent.restart()
                continue
            if isinstance(result, InspectorError):
                raise result
            if not fine:
                raise RuntimeError(f"a worker failed:\n{result}")
            self._born_dead = 0
            items = worker.chunks.popleft()
            worker.sent.popleft()
            worker.spent.restart()
            yield TaskDone(items, result)
        for worker in [w for w in self._workers if w.chunks and w not in ready]:
            limit = timeout_seconds * len(worker.chunks[0]) if worker.ready else START_SECONDS
            if worker.spent.seconds() > limit:
                reason = f"it took longer than {timeout_seconds:g} seconds"
                yield from self._bury(worker, "timeout", reason, again)

    def _bury(
        self, worker: _Worker, status: str, reason: str, again: collections.deque[Sequence[Any]]
    ) -> Iterator[Answer]:
        """Replace a lost worker: halve its chunk, or report its single item as failed."""
        first, *rest = worker.chunks
        self._drop(worker)
        again.extend(rest)
        if len(first) > 1:
            middle = len(first) // 2
            again.extend((first[:middle], first[middle:]))
            return
        self._born_dead += 1
        if self._born_dead > GIVE_UP_AFTER * max(8, self._count):
            raise ProcessError(f"workers die one after another: {reason}", _NO_WORKER)
        yield TaskFailed(first[0], status, reason)

    def _wind_down(self, timeout_seconds: float) -> Iterator[Answer]:
        end = time.monotonic() + GRACE_SECONDS
        while any(w.chunks for w in self._workers) and time.monotonic() < end:
            for answer in self._collect(collections.deque(), timeout_seconds):
                # Ending the program ends its workers, too: their files are not to blame.
                if isinstance(answer, TaskDone):
                    yield answer

    def _drop(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.child.kill()


def serve(parent: Parent) -> None:
    """Run a worker: receive the function's name, then chunks, until the parent exits."""
    # A session that ends sends SIGTERM to all: the parent ends its workers, whose files are fine.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    name = parent.receive()
    assert isinstance(name, str)
    module, _, attribute = name.partition(":")
    try:
        function: Callable[[object], object] = getattr(importlib.import_module(module), attribute)
    except Exception:
        parent.receive()
        parent.send((False, traceback.format_exc()))
        return
    # Imported objects stay: collecting through them took a tenth of a tiny file's time.
    gc.freeze()
    parent.send((None, None))
    while True:
        chunk = parent.receive()
        try:
            answer = (True, function(chunk))
        except InspectorError as error:
            answer = (False, error)
        except Exception:
            answer = (False, traceback.format_exc())
        parent.send(answer)
