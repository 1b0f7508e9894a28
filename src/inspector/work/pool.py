"""A small supervised pool: a file that kills or hangs its worker costs that file alone."""

import collections
import contextlib
import gc
import importlib
import signal
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

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
    """A chunk and what the function returned for it."""

    items: Sequence[Any]
    result: Any


@dataclass(frozen=True, slots=True)
class TaskFailed:
    """An item whose worker died ("crashed") or hung ("timeout")."""

    item: Any
    status: str
    reason: str


Answer = TaskDone | TaskFailed


@dataclass(slots=True)
class _Worker:
    child: ChildProcess
    spent: SpentTime
    chunks: collections.deque[Sequence[Any]] = field(default_factory=collections.deque)
    sent: collections.deque[int] = field(default_factory=collections.deque)
    ready: bool = False


class Pool:
    """Keep workers busy with chunks; started at the first `map`, kept warm after.

    Args:
        function: "package.module:name", called in a worker as name(list of items).
        workers: Processes.
        timeout_seconds: That one item may take, as `SpentTime` counts; a chunk may take it for
            each of its items.
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
        """Yield an answer for each chunk, or for each guilty item of it, as they come.

        Args:
            chunks: Items for one call of the function each; none to be asked again, at once.
            stop: Set it from any thread to end soon.
            timeout_seconds: That one item of these may take; None for the pool's own.

        Raises:
            InspectorError: The function raised it.
            ProcessError: No worker can be started, or none lives for long.
            RuntimeError: It raised something else: a bug, with the worker's traceback.
        """
        limit = self._timeout if timeout_seconds is None else timeout_seconds
        waiting = iter(chunks)
        again: collections.deque[Sequence[Any]] = collections.deque()
        finished = False
        try:
            while not stop.is_set():
                if not again and not any(w.chunks for w in self._workers):
                    # For nothing to do nobody is started.
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
        """End every worker."""
        for worker in list(self._workers):
            self._drop(worker)

    def _start(self) -> _Worker:
        try:
            # One thread each: the workers are as many as the cores.
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
                # Who blocks at a full pipe while the worker waits to answer would wait for ever.
                if worker.chunks and sum(worker.sent) + len(packed) > worker.child.room:
                    again.appendleft(chunk)
                    continue
                if not worker.chunks:
                    worker.spent.restart()
                worker.chunks.append(chunk)
                # A worker that is gone tells so when its pipe is read.
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
        """Replace a lost worker: its chunk is halved, a single item is the guilty one."""
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
                # Who ends the program ends its workers too: their files are not to blame.
                if isinstance(answer, TaskDone):
                    yield answer

    def _drop(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.child.kill()


def serve(parent: Parent) -> None:
    """Be a worker: receive the function's name, then chunks until the parent is gone."""
    # A session that ends sends it to everyone: the parent ends its workers, whose files are fine.
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
    # What was imported stays: looking through it for garbage took a tenth of a tiny file's time.
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
