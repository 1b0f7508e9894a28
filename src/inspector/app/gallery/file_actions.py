"""Actions on files outside the program: copy paths, open, drag out."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from inspector.app.threads.bridge import Bridge
from inspector.errors import InspectorError
from inspector.project.project import Project


class FileActions:
    """Passes the files of samples to the desktop; the dataset is never changed."""

    def __init__(self, project: Project, bridge: Bridge) -> None:
        self._project, self._bridge = project, bridge

    def paths(self, ids: Sequence[int]) -> list[str]:
        """Return the absolute paths of samples."""
        rows = self._project.samples.by_ids(ids)
        return [str(self._project.absolute(s.path)) for s in rows]

    def copy_paths(self, ids: Sequence[int]) -> None:
        """Copy the paths of samples to the clipboard, one per line."""
        self._bridge.call(lambda: "\n".join(self.paths(ids)), QGuiApplication.clipboard().setText)

    def open_image(self, ids: Sequence[int]) -> None:
        """Open the first sample in the desktop's image viewer."""
        for path in self.paths(ids[:1]):
            self._open(path)

    def open_folder(self, ids: Sequence[int]) -> None:
        """Open the folder of the first sample in the desktop's file manager."""
        for path in self.paths(ids[:1]):
            self._open(str(Path(path).parent))

    def _open(self, path: str) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(path)):
            self._bridge.failed.emit(
                InspectorError(f"no program opens {path}", "Ctrl+C copies the path.")
            )
