"""How long a review will take, from the person's own pace."""

from collections import deque
from statistics import median

# A longer pause is a break, not work.
BREAK_SECONDS = 120.0
ENOUGH = 3
REMEMBERED = 30


class ReviewSpeed:
    """Watch a count of finished things grow one by one.

    What is finished in bulk, or taken back, says nothing about the pace.
    """

    def __init__(self) -> None:
        self._done = -1
        self._since = 0.0
        self._seconds: deque[float] = deque(maxlen=REMEMBERED)

    def note(self, done: int, now_seconds: float) -> None:
        """Take what is done now; `now_seconds` is of a clock that never goes back."""
        if done == self._done:
            return
        passed = now_seconds - self._since
        if self._done >= 0 and done == self._done + 1 and passed <= BREAK_SECONDS:
            self._seconds.append(passed)
        self._done, self._since = done, now_seconds

    def left(self, count: int) -> str:
        """Say how long `count` more will take, or "" while that can't be told."""
        if len(self._seconds) < ENOUGH or not count:
            return ""
        minutes = count * median(self._seconds) / 60
        if minutes < 1:
            return "less than a minute"
        if minutes < 90:
            return f"about {round(minutes)} min"
        return f"about {round(minutes / 60)} h"
