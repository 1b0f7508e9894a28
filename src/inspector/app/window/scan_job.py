"""The scan of an open window: one at a time, in the background, and once more where asked."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.jobs import Job, Jobs
from inspector.errors import InspectorError
from inspector.project.project import Project
from inspector.work.jobs import Progress, Stop


class ScanJob(QObject):
    """Bring everything up to date; names appear at once.

    Args:
        failed: Told why a scan ended, where it failed.

    Attributes:
        jobs: The scan, while one runs.
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
        """Tell whether one runs."""
        return self._job is not None

    def start(self) -> None:
        """Scan, where none runs."""
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
        """Scan; one that runs has its names by now, so it stops, keeps its work, and goes on."""
        self._again = self.busy()
        self.stop()
        self.start()

    def stop(self) -> None:
        """Ask the one that runs to stop; what it did is kept."""
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
