"""Estimates the time left of a review from the user's own pace."""

from collections import deque
from statistics import median

# A longer pause is a break, not work.
BREAK_SECONDS = 120.0
ENOUGH = 3
REMEMBERED = 30


class ReviewSpeed:
    """Observes a count that grows one by one.

    Bulk decisions and undo are ignored.
    """

    def __init__(self) -> None:
        self._done = -1
        self._since = 0.0
        self._seconds: deque[float] = deque(maxlen=REMEMBERED)

    def note(self, done: int, now_seconds: float) -> None:
        """Record the count; `now_seconds` is of a monotonic clock."""
        if done == self._done:
            return
        passed = now_seconds - self._since
        if self._done >= 0 and done == self._done + 1 and passed <= BREAK_SECONDS:
            self._seconds.append(passed)
        self._done, self._since = done, now_seconds

    def left(self, count: int) -> str:
        """Return how long `count` more items will take, or "" if unknown."""
        if len(self._seconds) < ENOUGH or not count:
            return ""
        minutes = count * median(self._seconds) / 60
        if minutes < 1:
            return "less than a minute"
        if minutes < 90:
            return f"about {round(minutes)} min"
        return f"about {round(minutes / 60)} h"
