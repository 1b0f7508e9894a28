"""What a page has running: announced by the page, shown by the jobs bar."""

import time
from dataclasses import dataclass, field
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from inspector.work.jobs import ProgressSnapshot, Stop


class Sampled(Protocol):
    """What tells how far it is."""

    def snapshot(self) -> ProgressSnapshot:
        """Return how far it is now."""


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """One thing that runs.

    Attributes:
        began: Seconds of the steady clock.
    """

    progress: Sampled
    stop: Stop
    began: float = field(default_factory=time.monotonic)


class Jobs(QObject):
    """The running jobs of one owner, the newest last.

    Attributes:
        started: A `Job` that runs from now on.
        ended: A `Job` that is over, whether it was stopped or not.
    """

    started = Signal(object)
    ended = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._running: list[Job] = []

    @property
    def running(self) -> tuple[Job, ...]:
        """The jobs that run now."""
        return tuple(self._running)

    def start(self, progress: Sampled, stop: Stop) -> Job:
        """Announce a job; whoever started it calls `end` with what this returns."""
        job = Job(progress, stop)
        self._running.append(job)
        self.started.emit(job)
        return job

    def end(self, job: Job | None) -> None:
        """Announce that a job is over; one that has ended before, or None, is nothing new."""
        if job is not None and job in self._running:
            self._running.remove(job)
            self.ended.emit(job)

    def stop_all(self) -> None:
        """Ask every running job to stop."""
        for job in self._running:
            job.stop.set()
