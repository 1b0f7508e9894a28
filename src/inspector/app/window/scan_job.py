"""Runs one scan at a time in the background, and starts it again on request."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.jobs import Job, Jobs
from inspector.errors import InspectorError
from inspector.project.project import Project
from inspector.work.jobs import Progress, Stop


class ScanJob(QObject):
    """Scans the dataset; file names appear at once.

    Args:
        failed: Called with the error of a failed scan.

    Attributes:
        jobs: The running scan.
    """

    def __init__(
        self,
        project: Project,
        bridge: Bridge,
        failed: Callable[[InspectorError], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._project, self._bridge, self._failed = project, bridge, failed
        self.jobs = Jobs(self)
        self._job: Job | None = None
        self._again = False

    def busy(self) -> bool:
        """Return whether a scan is running."""
        return self._job is not None

    def start(self) -> None:
        """Start a scan, unless one is running."""
        if self._job is not None:
            return
        progress, stop = Progress(), Stop()
        self._job = self.jobs.start(progress, stop)
        self._bridge.call(
            lambda: self._project.scans.scan(stop=stop, progress=progress),
            self._on_done,
            on_error=self._on_failed,
        )

    def start_anew(self) -> None:
        """Start a scan; a running one stops first and keeps its results."""
        self._again = self.busy()
        self.stop()
        self.start()

    def stop(self) -> None:
        """Ask the running scan to stop; its results are kept."""
        self.jobs.stop_all()

    def _on_done(self, _: object) -> None:
        self.jobs.end(self._job)
        self._job = None
        if self._again:
            self._again = False
            self.start()

    def _on_failed(self, error: InspectorError) -> None:
        self._on_done(None)
        self._failed(error)
