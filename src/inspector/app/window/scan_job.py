"""The scan of an open window: one at a time, in the background, and once more where asked."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.jobs_bar import JobBar
from inspector.errors import InspectorError
from inspector.project.project import Project
from inspector.work.jobs import Progress, Stop


class ScanJob(QObject):
    """Bring everything up to date; names appear at once.

    Args:
        failed: Told why a scan ended, where it failed.
    """

    def __init__(
        self, project: Project, bridge: Bridge, bar: JobBar,
        failed: Callable[[InspectorError], None], parent: QObject,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._project, self._bridge, self._bar, self._failed = project, bridge, bar, failed
        self._stop: Stop | None = None
        self._again = False

    def busy(self) -> bool:
        """Tell whether one runs."""
        return self._stop is not None

    def start(self) -> None:
        """Scan, where none runs."""
        if self._stop is not None:
            return
        progress, stop = Progress(), Stop()
        self._stop = stop
        self._bar.start(progress, stop)
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
        if self._stop is not None:
            self._stop.set()

    def _on_done(self, _: object) -> None:
        self._stop = None
        self._bar.finish()
        if self._again:
            self._again = False
            self.start()

    def _on_failed(self, error: InspectorError) -> None:
        self._on_done(None)
        self._failed(error)
