"""How long a process worked or stood still; waiting for a busy processor does not count."""

import os
import sys
import time

_LOOK_SECONDS = 0.25
_RUNNABLE = "R"


class SpentTime:
    """Count the seconds that a process spends on its task.

    While it computes, its processor time counts; while it sleeps or waits for a disk, the clock
    does. So neither a busy machine nor a device that never answers changes what a limit means.
    Where the system does not say (all but Linux), the clock counts.

    Args:
        pid: Of the process.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.restart()

    def restart(self) -> None:
        """Begin to count anew."""
        self._spent = 0.0
        self._looked = time.monotonic()
        self._processor: float | None = None

    def seconds(self) -> float:
        """Return what was spent up to now, to a quarter of a second."""
        now = time.monotonic()
        passed = now - self._looked
        if passed < _LOOK_SECONDS:
            return self._spent
        self._looked = now
        state, processor = _look(self._pid)
        if state == _RUNNABLE:
            # At the first look it is not known what it had used before.
            before = processor if self._processor is None else self._processor
            passed = min(passed, processor - before)
        self._processor = processor
        self._spent += passed
        return self._spent


def _look(pid: int) -> tuple[str, float]:
    """Return the state of a process and its processor time, s; no state where that is unknown."""
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
