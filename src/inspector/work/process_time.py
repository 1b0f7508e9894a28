"""Time that a process worked or was blocked; waiting for a busy processor does not count."""

import os
import sys
import time

_LOOK_SECONDS = 0.25
_RUNNABLE = "R"


class SpentTime:
    """Counts the seconds that a process spends on its task.

    While it computes, its processor time counts; while it sleeps or waits for a disk, wall-clock
    time counts. So a limit means the same on a busy machine, and a device that never answers still
    ends it. On systems other than Linux, wall-clock time counts.

    Args:
        pid: Process id.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.restart()

    def restart(self) -> None:
        """Reset the counter."""
        self._spent = 0.0
        self._looked = time.monotonic()
        self._processor: float | None = None

    def seconds(self) -> float:
        """Return the time spent so far, to 0.25 s."""
        now = time.monotonic()
        passed = now - self._looked
        if passed < _LOOK_SECONDS:
            return self._spent
        self._looked = now
        state, processor = _look(self._pid)
        if state == _RUNNABLE:
            # The first look has no earlier value to compare with.
            before = processor if self._processor is None else self._processor
            passed = min(passed, processor - before)
        self._processor = processor
        self._spent += passed
        return self._spent


def _look(pid: int) -> tuple[str, float]:
    """Return the state of a process and its processor time in s; "" for an unknown state."""
    if sys.platform != "linux":
        return "", 0.0
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:  # noqa: PTH123
            text = file.read()
    except OSError:
        return "", 0.0
    # The name in brackets may hold anything. Source: man 5 proc_pid_stat, fields 3, 14 and 15.
    fields = text.rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    return fields[0], ticks / os.sysconf("SC_CLK_TCK")
