"""Builds the window of a project page by page, so that events are processed in between."""

from PySide6.QtCore import QObject, QTimer, Signal

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.page import Page
from inspector.app.window.main_window import ProjectWindow
from inspector.app.window.page_list import PAGES
from inspector.project.project import Project


class ViewBuilder(QObject):
    """Builds one window, unless it is cancelled.

    Attributes:
        built: The `ProjectWindow`.
    """

    built = Signal(object)

    def __init__(self, project: Project, parent: QObject) -> None:
        super().__init__(parent)
        self.project = project
        self._bridge = Bridge(self)
        self._pages: list[Page] = []
        self._view: ProjectWindow | None = None
        self._done = False

    def start(self) -> None:
        """Build the first page with the next events."""
        QTimer.singleShot(0, self, self._step)

    def cancel(self) -> None:
        """Delete the pages that are built, and close the project."""
        self._done = True
        if self._view is not None:
            self._view.close()
            self._view.deleteLater()
        else:
            for page in self._pages:
                page.close()
                page.deleteLater()
            self._bridge.close()
            self.project.close()
        self.deleteLater()

    def _step(self) -> None:
        if self._done:
            return
        if len(self._pages) < len(PAGES):
            page = PAGES[len(self._pages)]
            self._pages.append(page(self.project, self._bridge))
            QTimer.singleShot(0, self, self._step)
            return
        if self._view is None:
            self._view = ProjectWindow(self.project, self._bridge, self._pages)
            self._bridge.setParent(self._view)
            QTimer.singleShot(0, self, self._step)
            return
        self._done = True
        self.built.emit(self._view)
        self.deleteLater()
