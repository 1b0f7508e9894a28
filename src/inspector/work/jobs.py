"""A running job as others see it: a stop flag and its progress."""

import queue
import threading
import time
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

SMOOTHING_SECONDS = 3.0
MIN_BATCHES = 6
_APART_SECONDS = 0.05
_PAUSE_SECONDS = 0.01
_T = TypeVar("_T")


def ahead(source: Iterator[_T], nothing: _T) -> Generator[_T]:
    """Yield the items of `source`, which runs ahead in its own thread, to the end.

    Its exceptions are re-raised here. Closing the generator waits for the item in progress.

    Args:
        source: Iterated in the thread.
        nothing: Yielded whenever no item is ready within 0.01 s.
    """
    ready: queue.SimpleQueue[list[_T]] = queue.SimpleQueue()
    over = threading.Event()

    def run() -> None:
        try:
            for piece in source:
                ready.put([piece])
                if over.is_set():
                    return
        finally:
            ready.put([])

    with ThreadPoolExecutor(1, "ahead") as threads:
        end = threads.submit(run)
        try:
            while True:
                try:
                    piece = ready.get(timeout=_PAUSE_SECONDS)
                except queue.Empty:
                    yield nothing
                    continue
                if not piece:
                    break
                yield from piece
        finally:
            over.set()
        end.result()


class Stop:
    """A flag that any thread may set; jobs check it between two items."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """Ask the job to stop."""
        self._event.set()

    def is_set(self) -> bool:
        """Tell whether the job was asked to stop."""
        return self._event.is_set()


@dataclass(frozen=True, slots=True)
class ProgressSnapshot:
    """Progress of a phase at one moment.

    Attributes:
        total: 0 while unknown.
        rate: Items per second, smoothed.
        seconds_left: 0 while unknown.
    """

    phase: str
    done: int
    total: int
    rate: float
    seconds_left: float

    @property
    def left(self) -> str:
        """Time left as text; "" while unknown."""
        if not self.seconds_left:
            return ""
        if self.seconds_left < 90:
            return f"{max(1, round(self.seconds_left))} s left"
        return f"{round(self.seconds_left / 60)} min left"


class Progress:
    """Counts the items of a phase; views sample it, so no signal is sent per item."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._phase = ""
        self._done = self._total = 0
        # (time, items done) of each count, the start of the phase first.
        self._counted: deque[tuple[float, int]] = deque([(time.monotonic(), 0)])

    def start(self, phase: str, total: int) -> None:
        """Begin a phase of `total` items, 0 where that is unknown."""
        with self._lock:
            self._phase, self._done, self._total = phase, 0, total
            self._counted = deque([(time.monotonic(), 0)])

    def rename(self, phase: str, total: int) -> None:
        """Continue the phase under another name, with `total` items including those done."""
        with self._lock:
            self._phase, self._total = phase, total
            # The rate so far says little about the items left.
            self._counted = deque([(time.monotonic(), self._done)])

    def advance(self, pieces: int = 1) -> None:
        """Count finished items."""
        with self._lock:
            self._done += pieces
            now = time.monotonic()
            if not pieces:
                return
            if now - self._counted[-1][0] >= _APART_SECONDS or len(self._counted) == 1:
                self._counted.append((now, self._done))
            while len(self._counted) > MIN_BATCHES and (
                now - self._counted[1][0] >= SMOOTHING_SECONDS
            ):
                self._counted.popleft()

    def snapshot(self) -> ProgressSnapshot:
        """Return the current progress; the rate is smoothed over some seconds and whole batches."""
        with self._lock:
            began, before = self._counted[0]
            # Up to the last batch rather than to now, so that the rate does not fall between
            # batches.
            ended, done = self._counted[-1]
            seconds = ended - began
            rate = (done - before) / seconds if seconds > 0 and self._done else 0.0
            late = time.monotonic() - ended
            if rate and late > seconds:
                # The current batch takes longer than the counted ones did: the job has slowed down.
                rate = (done - before) / (seconds + late)
            left = (self._total - self._done) / rate if rate and self._total else 0.0
            return ProgressSnapshot(self._phase, self._done, self._total, rate, max(0.0, left))
