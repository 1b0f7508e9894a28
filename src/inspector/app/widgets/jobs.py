"""Running jobs: announced by a page, shown by the jobs bar."""

import time
from dataclasses import dataclass, field
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from inspector.work.jobs import ProgressSnapshot, Stop


class ProgressSource(Protocol):
    """The progress of a job."""

    def snapshot(self) -> ProgressSnapshot:
        """Return the current progress."""


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """One running job.

    Attributes:
        began: Start time, seconds of the monotonic clock.
    """

    progress: ProgressSource
    stop: Stop
    began: float = field(default_factory=time.monotonic)


class Jobs(QObject):
    """The running jobs of one owner, the newest last.

    Attributes:
        started: A `Job` that has started.
        ended: A `Job` that has ended, stopped or not.
    """

    started = Signal(object)
    ended = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._running: list[Job] = []

    @property
    def running(self) -> tuple[Job, ...]:
        """The running jobs."""
        return tuple(self._running)

    def start(self, progress: ProgressSource, stop: Stop) -> Job:
        """Announce a job; its owner passes the returned job to `end`."""
        job = Job(progress, stop)
        self._running.append(job)
        self.started.emit(job)
        return job

    def end(self, job: Job | None) -> None:
        """Announce the end of a job; None and jobs that have ended are ignored."""
        if job is not None and job in self._running:
            self._running.remove(job)
            self.ended.emit(job)

    def stop_all(self) -> None:
        """Ask every running job to stop."""
        for job in self._running:
            job.stop.set()
