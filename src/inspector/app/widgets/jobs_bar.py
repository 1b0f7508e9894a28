"""Running jobs in the top bar: phase, rate, time left and a stop; polled, never blocking."""

import time

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QToolButton, QWidget

from inspector.app.widgets.elided_label import ElidedLabel
from inspector.app.widgets.jobs import Job, Jobs

SAMPLE_MS = 200


class JobBar(QWidget):
    """Shows the newest job and the number of other jobs; hidden without jobs.

    Attributes:
        ended: A job that was not stopped: its last phase, and its duration in seconds.
    """

    ended = Signal(str, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs: list[Job] = []
        self._watched: list[Jobs] = []
        self._text = _JobText()
        self._text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._bar = QProgressBar()
        self._bar.setFixedWidth(80)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress of the job")
        self._end = QToolButton()
        self._end.setText("Stop")
        self._end.setObjectName("stop-job")
        self._end.setToolTip("Stop this job; finished work is kept")
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

    def watch(self, jobs: Jobs) -> None:
        """Show the jobs of an owner as they start and end; call it once."""
        if jobs in self._watched:
            return
        self._watched.append(jobs)
        for job in jobs.running:
            self._on_started(job)
        jobs.started.connect(self._on_started)
        jobs.ended.connect(self._on_ended)

    def text(self) -> str:
        """Return the text of the newest job."""
        return self._text.whole

    def _on_started(self, job: Job) -> None:
        self._jobs.append(job)
        self._end.setEnabled(True)
        self.setVisible(True)
        self._sample()
        self._timer.start()

    def _on_ended(self, job: Job) -> None:
        self._jobs = [one for one in self._jobs if one is not job]
        if self._jobs:
            self._end.setEnabled(not self._jobs[-1].stop.is_set())
            self._sample()
        else:
            self._timer.stop()
            self.setVisible(False)
            self._text.forget()
        if not job.stop.is_set():
            self.ended.emit(job.progress.snapshot().phase, time.monotonic() - job.began)

    def _on_stop(self) -> None:
        if self._jobs:
            self._jobs[-1].stop.set()
            self._end.setEnabled(False)
            self._text.show_text("stopping")

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
        if now.seconds_left:
            parts.append(now.left)
        if len(self._jobs) > 1:
            parts.append(f"{len(self._jobs) - 1} more")
        self._text.show_text(" · ".join(parts))


class _JobText(ElidedLabel):
    """The text of a job, elided to the width.

    Its size hint is that of the longest text so far, so that its neighbours do not move.
    """

    def __init__(self) -> None:
        self.whole = ""
        self._widest = 0
        super().__init__()

    def show_text(self, text: str) -> None:
        self.whole = text
        self._widest = max(self._widest, self.fontMetrics().horizontalAdvance(text) + 2)
        super().show_text(text)
        self.updateGeometry()

    def forget(self) -> None:
        """Reset the size hint to the next text."""
        self._widest = 0

    def sizeHint(self) -> QSize:
        return QSize(self._widest, super().sizeHint().height())
