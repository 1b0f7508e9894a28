"""The line that says what is being opened, with the jobs of the Start page."""

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

if TYPE_CHECKING:
    from inspector.app.widgets.jobs import Jobs
    from inspector.app.widgets.jobs_bar import JobBar
    from inspector.work.jobs import Progress, Stop

HEIGHT_PX = 72
_LINE_PX = 320


class OpeningStatus(QWidget):
    """Says that something is being opened; its space is reserved, it is filled when needed."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(HEIGHT_PX)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)

    def show_text(self, text: str) -> None:
        """Show what is going on; "" for nothing."""
        if text:
            self._text.setText(text)
        if text or self._column.count():
            self._busy.setVisible(bool(text))

    def show_job(self, text: str, progress: "Progress", stop: "Stop") -> None:
        """Show a job with its progress, and a stop."""
        self.show_text(text)
        self._jobs.start(progress, stop)

    def watch(self, jobs: "Jobs") -> None:
        """Show jobs of the window, too."""
        self._bar.watch(jobs)

    def end_jobs(self) -> None:
        """Show nothing anymore."""
        for job in self._jobs.running:
            self._jobs.end(job)
        self.show_text("")

    @cached_property
    def _text(self) -> QLabel:
        label = QLabel()
        label.setObjectName("start-status")
        return label

    @cached_property
    def _job_row(self) -> QHBoxLayout:
        return QHBoxLayout()

    @cached_property
    def _busy(self) -> QWidget:
        """The text, the moving line and the jobs."""
        from inspector.app.widgets.controls.busy_line import BusyLine

        box, line = QWidget(), BusyLine()
        line.setMaximumWidth(_LINE_PX)
        line_row = QHBoxLayout()
        line_row.addStretch(1)
        line_row.addWidget(line, 4)
        line_row.addStretch(1)
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._text)
        column.addLayout(line_row)
        column.addLayout(self._job_row)
        self._column.addWidget(box)
        self._column.addStretch()
        return box

    @cached_property
    def _jobs(self) -> "Jobs":
        """Jobs of the Start page itself."""
        from inspector.app.widgets.jobs import Jobs

        jobs = Jobs(self)
        self._bar.watch(jobs)
        return jobs

    @cached_property
    def _bar(self) -> "JobBar":
        from inspector.app.widgets.jobs_bar import JobBar

        bar = JobBar()
        self._job_row.addStretch()
        self._job_row.addWidget(bar)
        self._job_row.addStretch()
        return bar
