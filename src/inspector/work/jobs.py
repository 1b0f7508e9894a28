"""A running job as others see it: a flag to stop it, and how far it is."""

import queue
import threading
import time
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

SMOOTHING_SECONDS = 3.0
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
        self._began = self._sampled_at = time.monotonic()
        self._sampled = 0
        self._rate = 0.0

    def start(self, phase: str, total: int) -> None:
        """Begin a phase of `total` pieces, 0 where that is not known."""
        with self._lock:
            self._phase, self._done, self._total = phase, 0, total
            self._began = self._sampled_at = time.monotonic()
            self._sampled, self._rate = 0, 0.0

    def rename(self, phase: str, total: int) -> None:
        """Go on counting under another name, of `total` pieces with those that are done."""
        with self._lock:
            self._phase, self._total = phase, total
            # What it was done at then says little of what is left.
            self._began = self._sampled_at = time.monotonic()
            self._sampled, self._rate = self._done, 0.0

    def advance(self, pieces: int = 1) -> None:
        """Count pieces that are done."""
        with self._lock:
            self._done += pieces

    def snapshot(self) -> ProgressSnapshot:
        """Return how far it is; the rate is smoothed over some seconds."""
        with self._lock:
            now = time.monotonic()
            window = now - self._sampled_at
            # At first whoever does the work may still be starting: a better figure comes soon.
            if window >= SMOOTHING_SECONDS or self._sampled_at == self._began:
                self._rate = (self._done - self._sampled) / window if window > 0.5 else self._rate
            if window >= SMOOTHING_SECONDS:
                self._sampled, self._sampled_at = self._done, now
            left = (self._total - self._done) / self._rate if self._rate and self._total else 0.0
            return ProgressSnapshot(
                self._phase, self._done, self._total, self._rate, max(0.0, left)
            )
