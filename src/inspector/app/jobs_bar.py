"""Running jobs in the top bar: phase, rate, time left and a stop, sampled, never blocking."""

import time

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QToolButton, QWidget

from inspector.work.jobs import Progress, Stop

SAMPLE_MS = 200


class JobBar(QWidget):
    """Show one job at a time; hidden, with its space kept by the bar, while there is none.

    Attributes:
        ended: A job that was not stopped: its last phase, and the seconds it took.
    """

    stop_asked = Signal()
    ended = Signal(str, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._progress: Progress | None = None
        self._stop: Stop | None = None
        self._since = 0.0
        self._text = QLabel()
        self._text.setAccessibleName("Job")
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

    def start(self, progress: Progress, stop: Stop) -> None:
        """Show a job until `finish`."""
        self._progress, self._stop = progress, stop
        self._since = time.monotonic()
        self._end.setEnabled(True)
        self.setVisible(True)
        self._sample()
        self._timer.start()

    def finish(self) -> None:
        """Hide the job."""
        self._timer.stop()
        progress, stop = self._progress, self._stop
        self._progress = self._stop = None
        self.setVisible(False)
        if progress is not None and not (stop is not None and stop.is_set()):
            self.ended.emit(progress.snapshot().phase, time.monotonic() - self._since)

    def _on_stop(self) -> None:
        if self._stop is not None:
            self._stop.set()
            self._end.setEnabled(False)
            self._text.setText("stopping")

    def _sample(self) -> None:
        if self._progress is None or (self._stop is not None and self._stop.is_set()):
            return
        now = self._progress.snapshot()
        self._bar.setRange(0, 1000 if now.total else 0)
        if now.total:
            self._bar.setValue(1000 * now.done // now.total)
        parts = [now.phase]
        if now.total:
            parts.append(f"{now.done:,} of {now.total:,}")
        if now.rate:
            parts.append(f"{now.rate:,.0f}/s")
        if now.seconds_left:
            parts.append(_left(now.seconds_left))
        self._text.setText(" · ".join(parts))


def _left(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s left"
    return f"{round(seconds / 60)} min left"
