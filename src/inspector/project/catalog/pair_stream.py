"""Pairs across splits during a duplicate search, as they are confirmed."""

import threading
from collections.abc import Iterable
from typing import NamedTuple

# The search itself counts further ones; nobody looks at so many while it runs.
MAX_PAIRS = 2_000


class StreamedPair(NamedTuple):
    """A confirmed pair of samples of two splits."""

    a: int
    b: int
    transform: int
    similarity: float


class PairStream:
    """Pairs that a running search has confirmed so far; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pairs: list[StreamedPair] = []

    def add(self, pairs: Iterable[StreamedPair]) -> None:
        """Add pairs, up to `MAX_PAIRS` in total."""
        with self._lock:
            self._pairs = [*self._pairs, *pairs][:MAX_PAIRS]

    def clear(self) -> None:
        """Remove all pairs, when a search begins or ends."""
        with self._lock:
            self._pairs = []

    def pairs(self) -> tuple[StreamedPair, ...]:
        """Return the pairs so far."""
        with self._lock:
            return tuple(self._pairs)
