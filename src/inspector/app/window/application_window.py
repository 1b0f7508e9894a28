"""The top-level window: the Start page, or an open project in its place."""

from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

# Classes needed after the first paint are looked up in these modules: importing `Qt` takes 15 ms.
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QMainWindow

from inspector.app.start.page import StartPage
from inspector.app.start.recent import THUMBNAIL_PX
from inspector.app.widgets.focus import StableFocus
from inspector.app.window import late_work
from inspector.app.window.recent_datasets import recent_datasets
from inspector.app.window.session import Session
from inspector.app.window.settings_values import SettingsValues
from inspector.desktop.paths import resources_folder
from inspector.desktop.settings import REOPEN, THEME, WORKERS, write_setting
from inspector.errors import InspectorError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import (
        QCloseEvent,
        QDragEnterEvent,
        QDropEvent,
        QImage,
        QKeyEvent,
        QPaintEvent,
    )

    from inspector.app.threads.bridge import Bridge
    from inspector.app.window.main_window import ProjectWindow
    from inspector.app.window.opening.project_loader import ProjectLoader
    from inspector.app.window.opening.remedies import Remedies
    from inspector.dataset.layouts import Choice
    from inspector.project.project import Project
    from inspector.work.jobs import Stop


class MainWindow(StableFocus, QMainWindow):
    """The top-level window: the Start page or an open project.

    Attributes:
        project_opened: The pages of a project are built.
        project_closed: The pages of a project are deleted with the next events.
    """

    project_opened = Signal()
    project_closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Dataset Inspector")
        self._painted = False
        self.setAcceptDrops(True)
        self.setMinimumSize(960, 600)
        self.resize(1280, 800)
        self._session = Session()
        self._settings = SettingsValues(self._show_settings_error)
        if (geometry := self._session.geometry()) is not None:
            self.restoreGeometry(geometry)
        self._sure = False
        self._asked = "", ""
        self._stop_job: Stop | None = None
        self._open_later: Callable[[], None] | None = None
        self.start: StartPage | None = None
        self.view: ProjectWindow | None = None
        self.show_start()

    @cached_property
    def bridge(self) -> "Bridge":
        """Runs work off the GUI thread while no project is open."""
        from inspector.app.threads.bridge import Bridge  # not before the first paint

        bridge = Bridge(self)
        bridge.broken.connect(self._on_broken)
        return bridge

    def show_start(self) -> None:
        """Close the project and show the Start page, unless the user decides to stay."""
        if not self._may_close():
            return
        self._shut_view()
        self._place_start()

    def _place_start(self) -> None:
        page = StartPage(recent_datasets(self._session))
        page.opened.connect(self.open_path)
        page.sample_requested.connect(self._open_sample)
        page.preferences_requested.connect(self.show_preferences)
        page.guide_requested.connect(self.show_guide)
        page.painted.connect(self._on_painted)
        self.start = page
        self.setCentralWidget(page)
        self.setWindowTitle("Dataset Inspector")

    def _on_painted(self) -> None:
        """Open the dataset that waits for the first paint, or read thumbnails of recent ones."""
        if self.isHidden():
            return  # It was closed meanwhile.
        if self._open_later is not None:
            self._open_later()
            return
        recent = [path for path in self._session.recent() if Path(path).is_dir()]
        if recent:
            side_px = round(THUMBNAIL_PX * self.devicePixelRatio())
            self.bridge.call(
                partial(late_work.read_thumbnails, recent, side_px), self._show_thumbnails
            )
        elif self.start is not None and (card := self.start.sample_card) is not None:
            from inspector.app.start.sample_card import TILE_PX, TILES

            side_px = round(TILE_PX * self.devicePixelRatio())
            self.bridge.call(
                partial(late_work.paint_sample, TILES, side_px), card.tiles.show_images
            )

    def _show_thumbnails(self, thumbnails_of: "Mapping[str, list[QImage]]") -> None:
        if self.start is not None:
            self.start.show_thumbnails(thumbnails_of)

    @cached_property
    def opening(self) -> "ProjectLoader":
        """Loads projects off the GUI thread."""
        from inspector.app.window.opening.project_loader import ProjectLoader  # after first paint

        loader = ProjectLoader(self.bridge, self)
        loader.started.connect(self._on_opening)
        loader.opened.connect(self._on_opened)
        loader.built.connect(self._on_built)
        loader.failed.connect(self._show_error)
        loader.front_requested.connect(self._come_to_front)
        return loader

    @cached_property
    def remedies(self) -> "Remedies":
        """Offers what helps when a dataset can't be opened."""
        from inspector.app.window.opening.remedies import Remedies  # after first paint

        return Remedies(self.bridge, self, open_path=self.open_path, restore=self._restore_backup)

    def open_path(
        self,
        path: str,
        file: str = "",
        choice: "Choice | None" = None,
        *,
        read_only: bool = False,
    ) -> None:
        """Open a dataset folder or a project file.

        Returns at once: `project_opened` follows, or the Start page shows an error.

        Args:
            path: The dataset or the project file.
            file: The project file; "" for the default of the dataset.
            choice: The layout that the user chose; None for the remembered one.
            read_only: True to write nothing.
        """
        self._open_later = None
        self.opening.open(
            Path(path),
            Path(file) if file else None,
            workers=int(self._settings.value(WORKERS.name)) or None,
            choice=choice,
            read_only=read_only,
        )

    def open_when_painted(self, path: str, file: str = "", *, read_only: bool = False) -> None:
        """Open a dataset after the first paint; the Start page shows at once that it opens."""
        assert self.start is not None
        self.start.show_opening(path)
        self._open_later = partial(self.open_path, path, file, read_only=read_only)
        if self.start.is_painted():
            self._on_painted()

    def _on_opening(self, path: str, file: str) -> None:
        self._asked = path, file
        if shown := self.view or self.start:
            shown.watch(self.opening.jobs)
        if self.start is not None:
            self.start.show_opening(path)

    def _on_opened(self, project: "Project") -> None:
        """Close what is shown; the Start page shows progress while the pages are built."""
        self._shut_view()
        self._session.remember(str(project.root))
        if self.start is None:
            self._place_start()
        assert self.start is not None
        self.start.show_opening(str(project.root))

    def _on_built(self, view: "ProjectWindow") -> None:
        view.close_requested.connect(self.show_start)
        view.bridge.broken.connect(self._on_broken)
        view.job_ended.connect(self._on_job_ended)
        view.preferences_requested.connect(self.show_preferences)
        view.quit_requested.connect(self.close)
        view.theme_requested.connect(self._on_theme)
        view.backups_requested.connect(self.show_backups)
        view.recent_facts.read.connect(
            partial(self._session.remember_facts, str(view.project.root))
        )
        self.view, self.start = view, None
        self.setCentralWidget(view)
        self._session.restore(view)
        view.page().setFocus()
        self.setWindowTitle(f"{view.project.name} - Dataset Inspector")
        self.project_opened.emit()

    def _finish(self) -> None:
        """Add what the first paint does not need: the icon, which takes SVG, and shortcuts."""
        self.setWindowIcon(QtGui.QIcon(str(resources_folder() / "icons" / "app.svg")))
        for keys, slot in (("Ctrl+,", self.show_preferences), ("Ctrl+Q", self.close)):
            QtGui.QShortcut(QtGui.QKeySequence(keys), self).activated.connect(slot)

    def _show_error(self, error: InspectorError) -> None:
        """Show on the Start page why something could not be opened, and offer a remedy."""
        if self.start is None:
            self.show_start()
        assert self.start is not None
        self.start.show_error(f"{error.message[:1].upper()}{error.message[1:]}. {error.advice}")
        self._stop_job = self.remedies.offer(error, *self._asked) or self._stop_job

    def show_backups(self, file: Path) -> None:
        """Let the user restore a backup of a project file, which is then opened."""
        self.remedies.show_backups(file)

    def _restore_backup(self, work: Callable[[], str]) -> None:
        self.show_start()
        if self.start is not None:
            self.bridge.call(work, self.open_path, on_error=self._show_error, writes=True)

    def _come_to_front(self) -> None:
        self.setWindowState(self.windowState() & ~QtCore.Qt.WindowState.WindowMinimized)
        self.raise_()
        self.activateWindow()

    def paintEvent(self, event: "QPaintEvent") -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self, self._finish)

    def dragEnterEvent(self, event: "QDragEnterEvent") -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: "QDropEvent") -> None:
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.open_path(paths[0])

    def keyPressEvent(self, event: "QKeyEvent") -> None:
        """Press the focused button on Return, as Space does."""
        button = self.focusWidget()
        keys = (QtCore.Qt.Key.Key_Return, QtCore.Qt.Key.Key_Enter)
        if event.key() in keys and isinstance(button, QtWidgets.QAbstractButton):
            button.click()
        else:
            super().keyPressEvent(event)

    def quit(self) -> None:
        """Close without asking, because the system requests it."""
        self._sure = True
        self.close()

    def closeEvent(self, event: "QCloseEvent") -> None:
        if not self._may_close():
            event.ignore()
            return
        self._session.keep_geometry(self.saveGeometry())
        if self._stop_job is not None:
            self._stop_job.set()
        # A project that is being opened may wait for another process: hide the window at once.
        self.hide()
        if "opening" in self.__dict__:
            self.opening.cancel()
        if "bridge" in self.__dict__:
            self.bridge.close()
        self._shut_view()
        super().closeEvent(event)

    def on_bug(self, text: str) -> None:
        """Report a bug with the next events, not inside the code that raised it."""
        QTimer.singleShot(0, self, partial(self.show_bug, text))

    def show_bug(self, text: str) -> None:
        """Show a dialog with the details of a bug."""
        from inspector.app.window.messages import show_bug

        show_bug(text, self, is_safe=self.view is not None and self.view.project.is_saved())

    def _may_close(self) -> bool:
        """Ask the user before a training run is stopped."""
        going = "" if self._sure or self.view is None else self.view.running_text()
        if not going:
            return True
        from inspector.app.window.messages import confirm_stop

        return confirm_stop(going, self)

    def _shut_view(self) -> None:
        view, self.view = self.view, None
        if view is not None:
            self._session.keep(view)
            view.close()
            view.deleteLater()
            self.project_closed.emit()
        if "opening" in self.__dict__:
            self.opening.release()

    def _open_sample(self) -> None:
        from inspector.app.window.opening.sample_request import SampleRequest  # after first paint

        request = SampleRequest(self.bridge, self)
        request.ended.connect(self._on_sample)
        request.failed.connect(self._on_sample_error)
        self._stop_job = request.stop
        assert self.start is not None
        self.start.show_job(request.progress, request.stop)
        request.start()

    def _on_sample(self, folder: Path | None) -> None:
        """Open the sample, unless the user stopped it or opened something else meanwhile."""
        self._stop_job = None
        if self.start is not None:
            self.start.end_job()
            if folder is not None:
                self.open_path(str(folder))

    def _on_sample_error(self, error: InspectorError) -> None:
        if self.start is not None:
            self._show_error(error)

    def _on_broken(self, error: BaseException) -> None:
        """Raise a bug of another thread here, so that it is logged and shown like any other."""
        raise error

    def show_preferences(self) -> None:
        """Show the preferences; a new theme is applied at once."""
        from inspector.app.window.preferences_dialog import Preferences

        dialog = Preferences(self, self.view)
        dialog.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.changed.connect(self._on_preference)
        dialog.open()

    def show_guide(self, name: str) -> None:
        """Show a page of the guide."""
        from inspector.app.window.help.help_menu import show_guide

        show_guide(self, name)

    def _on_theme(self, mode: str) -> None:
        try:
            write_setting(THEME, mode)
        except InspectorError as error:
            if self.view is not None:
                self.view.bridge.failed.emit(error)
            return
        self._settings.apply_theme()

    def reopen(self) -> None:
        """Open the last dataset, if there is one and the setting asks for it."""
        recent = self._session.recent()
        if self._settings.value(REOPEN.name) and recent and Path(recent[0]).is_dir():
            self.open_when_painted(recent[0])

    def _on_preference(self, name: str) -> None:
        if name == THEME.name:
            self._settings.apply_theme()

    def apply_theme(self) -> None:
        self._settings.apply_theme()

    def _show_settings_error(self, error: InspectorError) -> None:
        if self.start is not None:
            self.start.show_error(f"{error.message}. {error.advice}")

    def _on_job_ended(self, phase: str, seconds: float) -> None:
        from inspector.app.window.notifications import notify_when_away

        notify_when_away(self, self.windowTitle(), phase, seconds)
