"""Running jobs in the top bar: phase, rate, time left and a stop, sampled, never blocking."""

import time
from typing import NamedTuple, Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QToolButton, QWidget

from inspector.work.jobs import ProgressSnapshot, Stop

SAMPLE_MS = 200


class Sampled(Protocol):
    """What tells how far it is."""

    def snapshot(self) -> ProgressSnapshot:
        """Return how far it is now."""


class _Job(NamedTuple):
    """A job in the bar, and since when, in seconds of the steady clock."""

    asker: QObject | None
    progress: Sampled
    stop: Stop
    since: float


class JobBar(QWidget):
    """Show the newest job and how many others run; hidden while there is none.

    Attributes:
        ended: A job that was not stopped: its last phase, and the seconds it took.
    """

    ended = Signal(str, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # Who asked, so that the end of one job leaves the others in the bar.
        self._jobs: list[_Job] = []
        self._text = QLabel()
        self._text.setAccessibleName("Job")
        self._text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._bar = QProgressBar()
        self._bar.setFixedWidth(140)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress of the job")
        self._end = QToolButton()
        self._end.setText("Stop")
        self._end.setToolTip("Stop this job; what is finished is kept")
        self._end.clicked.connect(self._on_stop)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget in (self._text, self._bar, self._end):
            row.addWidget(widget)
        self._timer = QTimer(self)
        self._timer.setInterval(SAMPLE_MS)
        self._timer.timeout.connect(self._sample)
        self.setVisible(False)

    def start(self, progress: Sampled, stop: Stop) -> None:
        """Show a job until its asker says `finish`."""
        self._jobs.append(_Job(self.sender(), progress, stop, time.monotonic()))
        self._end.setEnabled(True)
        self.setVisible(True)
        self._sample()
        self._timer.start()

    def finish(self) -> None:
        """Leave out the job of whoever calls; show the one before it, if there is one."""
        asker = self.sender()
        over = [job for job in self._jobs if job.asker is asker]
        self._jobs = [job for job in self._jobs if job.asker is not asker]
        if self._jobs:
            self._end.setEnabled(not self._jobs[-1].stop.is_set())
            self._sample()
        else:
            self._timer.stop()
            self.setVisible(False)
            self._text.setMinimumWidth(0)
        for job in over:
            if not job.stop.is_set():
                phase = job.progress.snapshot().phase
                self.ended.emit(phase, time.monotonic() - job.since)

    def _on_stop(self) -> None:
        if self._jobs:
            self._jobs[-1].stop.set()
            self._end.setEnabled(False)
            self._text.setText("stopping")

    def _sample(self) -> None:
        if not self._jobs or self._jobs[-1].stop.is_set():
            return
        now = self._jobs[-1].progress.snapshot()
        self._bar.setRange(0, 1000 if now.total else 0)
        if now.total:
            self._bar.setValue(1000 * now.done // now.total)
        parts = [now.phase]
        if now.total:
            parts.append(f"{now.done:,} of {now.total:,}")
        if now.rate and now.rate >= 1:
            parts.append(f"{now.rate:,.0f}/s")
        if now.seconds_left:
            parts.append(now.left)
        if len(self._jobs) > 1:
            parts.append(f"{len(self._jobs) - 1} more")
        self._text.setText(" · ".join(parts))
        # What stands beside it does not jump with each figure.
        self._text.setMinimumWidth(max(self._text.minimumWidth(), self._text.sizeHint().width()))
