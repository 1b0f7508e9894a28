"""Creates the sample dataset off the GUI thread, with progress and a stop."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from inspector.app.threads.bridge import Bridge
from inspector.app.window import late_work
from inspector.errors import InspectorError
from inspector.work.jobs import Progress, Stop


class SampleRequest(QObject):
    """One request for the sample dataset.

    Attributes:
        ended: The folder of the sample; None if the user stopped it or it failed.
        failed: An `InspectorError`; `ended` was emitted before.
        progress: How far it is.
        stop: Ends it.
    """

    ended = Signal(object)
    failed = Signal(object)

    def __init__(self, bridge: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self.progress, self.stop = Progress(), Stop()

    def start(self) -> None:
        """Create the sample where it does not exist yet; `ended` follows."""
        self._bridge.call(
            lambda: late_work.make_sample(self.progress, self.stop),
            self._on_made,
            on_error=self._on_error,
            channel="sample",
        )

    def _on_made(self, folder: Path | None) -> None:
        self.ended.emit(folder)
        self.deleteLater()

    def _on_error(self, error: InspectorError) -> None:
        self.ended.emit(None)
        self.failed.emit(error)
        self.deleteLater()
