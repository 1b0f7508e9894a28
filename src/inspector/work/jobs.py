"""A running job as others see it: a flag to stop it, and how far it is."""

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
    """Yield what `source` does, which runs ahead in a thread of its own, to its end.

    What it raises comes out here. Closed, it waits for the piece that is being made.

    Args:
        source: It is iterated in the thread.
        nothing: Yielded in between where there is none after a hundredth of a second.
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
    """A flag that any thread may set; work looks at it between two pieces."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """Ask for the end."""
        self._event.set()

    def is_set(self) -> bool:
        """Tell whether the end was asked for."""
        return self._event.is_set()


@dataclass(frozen=True, slots=True)
class ProgressSnapshot:
    """How far a phase is.

    Attributes:
        total: 0 while it is not known.
        rate: Pieces a second, smoothed.
        seconds_left: 0 while it can't be told.
    """

    phase: str
    done: int
    total: int
    rate: float
    seconds_left: float

    @property
    def left(self) -> str:
        """How long it still takes, in words; "" while that can't be told."""
        if not self.seconds_left:
            return ""
        if self.seconds_left < 90:
            return f"{max(1, round(self.seconds_left))} s left"
        return f"{round(self.seconds_left / 60)} min left"


class Progress:
    """Count pieces of a phase; sampled by a view, never signalled for each piece."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._phase = ""
        self._done = self._total = 0
        # When pieces were counted, and how many there were then, the first being the start.
        self._counted: deque[tuple[float, int]] = deque([(time.monotonic(), 0)])

    def start(self, phase: str, total: int) -> None:
        """Begin a phase of `total` pieces, 0 where that is not known."""
        with self._lock:
            self._phase, self._done, self._total = phase, 0, total
            self._counted = deque([(time.monotonic(), 0)])

    def rename(self, phase: str, total: int) -> None:
        """Go on counting under another name, of `total` pieces with those that are done."""
        with self._lock:
            self._phase, self._total = phase, total
            # What it was done at then says little of what is left.
            self._counted = deque([(time.monotonic(), self._done)])

    def advance(self, pieces: int = 1) -> None:
        """Count pieces that are done."""
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
        """Return how far it is; the rate is smoothed over some seconds and over whole batches."""
        with self._lock:
            began, before = self._counted[0]
            # Up to the last batch, not to now: between two batches the rate does not fall.
            ended, done = self._counted[-1]
            seconds = ended - began
            rate = (done - before) / seconds if seconds > 0 and self._done else 0.0
            late = time.monotonic() - ended
            if rate and late > seconds:
                # Nothing came for longer than all of that took: it became slower.
                rate = (done - before) / (seconds + late)
            left = (self._total - self._done) / rate if rate and self._total else 0.0
            return ProgressSnapshot(self._phase, self._done, self._total, rate, max(0.0, left))
