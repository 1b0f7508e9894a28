"""Start the window: the application, the Start page, and the open project in its place."""

import contextlib
import faulthandler
import logging
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QIcon,
    QKeySequence,
    QShortcut,
)
from PySide6.QtWidgets import QApplication, QMainWindow, QMessageBox

from inspector.app import theme
from inspector.app.pages.start import StartPage
from inspector.app.screen import check_screen
from inspector.app.session import Session
from inspector.errors import InspectorError, UsageError
from inspector.project.places import resources_folder
from inspector.project.settings import REOPEN, SETTINGS, THEME, WORKERS, Value, read_settings

if TYPE_CHECKING:
    from inspector.app.window import ProjectView

SAMPLE_IMAGES = 600
LOG_BYTES = 1_000_000
_LOG = logging.getLogger("inspector")


class Bugs(QObject):
    """Show what was raised in a slot: Qt only prints it."""

    raised = Signal(str)

    def hook(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Log an exception that nothing caught and tell the window."""
        text = "".join(traceback.format_exception(kind, error, trace))
        _LOG.error("a bug: %s", text)
        self.raised.emit(text)


class MainWindow(QMainWindow):
    """Hold the Start page or an open project."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Dataset Inspector")
        self.setWindowIcon(QIcon(str(resources_folder() / "icons" / "app.svg")))
        self.setAcceptDrops(True)
        self.setMinimumSize(960, 600)
        self.resize(1280, 800)
        self._session = Session()
        if (geometry := self._session.geometry()) is not None:
            self.restoreGeometry(geometry)
        QShortcut(QKeySequence("Ctrl+,"), self).activated.connect(self.show_preferences)
        self.start: StartPage | None = None
        self.view: ProjectView | None = None
        self.show_start()

    def show_start(self) -> None:
        """Close what is open and show the Start page."""
        self._shut_view()
        page = StartPage([(Path(p).name, p) for p in self._session.recent()])
        page.opened.connect(self.open_path)
        page.sample_asked.connect(self._open_sample)
        page.preferences_asked.connect(self.show_preferences)
        self.start = page
        self.setCentralWidget(page)
        self.setWindowTitle("Dataset Inspector")

    def open_path(self, path: str, file: str = "") -> None:
        """Open a dataset's folder or a project file; say why where it can't be."""
        from inspector.app.jobs_bar import JobBar
        from inspector.app.window import ProjectView
        from inspector.project.project import Project

        try:
            jobs = int(self._setting(WORKERS.name)) or None
            project = Project(Path(path), Path(file) if file else None, jobs=jobs, window=True)
        except InspectorError as error:
            if self.start is None:
                self.show_start()
            assert self.start is not None
            self.start.say(f"{error.message[:1].upper()}{error.message[1:]}. {error.advice}")
            return
        self._shut_view()
        self._session.remember(str(project.root))
        view = ProjectView(project)
        view.close_asked.connect(self.show_start)
        for job in view.findChildren(JobBar):
            job.ended.connect(self._on_job_ended)
        self.view, self.start = view, None
        self.setCentralWidget(view)
        self._session.restore(view)
        self.setWindowTitle(f"{project.name} - Dataset Inspector")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.open_path(paths[0])

    def closeEvent(self, event: QCloseEvent) -> None:
        self._session.keep_geometry(self.saveGeometry())
        self._shut_view()
        super().closeEvent(event)

    def show_bug(self, text: str) -> None:
        """Tell that a bug showed itself, once a text."""
        box = QMessageBox(self)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setText("Something went wrong inside the program. Your decisions are safe on disk.")
        box.setInformativeText("The details below are in the log, too.")
        box.setDetailedText(text)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def _shut_view(self) -> None:
        view, self.view = self.view, None
        if view is not None:
            self._session.keep(view)
            view.close()
            view.deleteLater()

    def _open_sample(self) -> None:
        from inspector.dataset.demo import make_demo
        from inspector.project.places import samples_folder

        folder = samples_folder() / "sample"
        if not folder.exists():
            # Some seconds, once: painted before, so that the person sees why.
            assert self.start is not None
            self.start.say("Making the sample: some seconds…")
            self.start.repaint()
            make_demo(folder, seed=1, images=SAMPLE_IMAGES)
        self.open_path(str(folder))

    def show_preferences(self) -> None:
        """Show the preferences; a new theme is put on at once."""
        from inspector.app.preferences import Preferences

        dialog = Preferences(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.changed.connect(self._on_preference)
        dialog.open()

    def reopen(self) -> None:
        """Open the last dataset, where there is one and the person wants that."""
        recent = self._session.recent()
        if self._setting(REOPEN.name) and recent and Path(recent[0]).is_dir():
            self.open_path(recent[0])

    def _on_preference(self, name: str) -> None:
        app = QApplication.instance()
        if name == THEME.name and isinstance(app, QApplication):
            theme.apply(app, str(self._setting(name)))

    def _on_job_ended(self, phase: str, seconds: float) -> None:
        from inspector.app.notify import tell_when_away

        tell_when_away(self, self.windowTitle(), phase, seconds)

    def _setting(self, name: str) -> Value:
        """Return a setting; a file that can't be read counts as empty, and is said on Start."""
        try:
            return read_settings()[name]
        except InspectorError as error:
            if self.start is not None:
                self.start.say(f"{error.message}. {error.advice}")
            return {s.name: s.default for s in SETTINGS}[name]


def open_window(words: Sequence[str]) -> int:
    """Open the window, on a dataset or project file if one is named; return the exit status."""
    try:
        path, file, mode = _parse(words)
        check_screen()
    except InspectorError as error:
        print(f"error: {error.message}\nadvice: {error.advice}", file=sys.stderr)  # noqa: T201
        return error.exit_code
    _log_to_file()
    app = QApplication.instance() or QApplication(["inspector"])
    assert isinstance(app, QApplication)
    # An X11 window's class, by which the menu entry knows it (StartupWMClass).
    app.setApplicationName("inspector")
    app.setApplicationDisplayName("Dataset Inspector")
    app.setDesktopFileName("dataset-inspector")
    theme.apply(app, mode or _kept_theme())
    window = MainWindow()
    bugs = Bugs()
    bugs.raised.connect(window.show_bug, Qt.ConnectionType.QueuedConnection)
    sys.excepthook = bugs.hook
    window.show()
    if path:
        QTimer.singleShot(0, window, lambda: window.open_path(path, file))
    else:
        QTimer.singleShot(0, window, window.reopen)
    # Python sees signals only between bytecodes: a timer gives it a chance.
    signal.signal(signal.SIGINT, lambda *_: window.close())
    signal.signal(signal.SIGTERM, lambda *_: window.close())
    pulse = QTimer()
    pulse.timeout.connect(_pulse)
    pulse.start(300)
    status = app.exec()
    sys.excepthook = sys.__excepthook__
    return status


def _kept_theme() -> str:
    try:
        return str(read_settings()[THEME.name])
    except InspectorError:
        return str(THEME.default)


def _pulse() -> None:
    """Let Python look at its signals."""


def _parse(words: Sequence[str]) -> tuple[str, str, str]:
    """Return what `open` names: a dataset or project, a project file, and the theme, if any."""
    rest, file, mode = list(words[1:] if words[:1] == ["open"] else words), "", ""
    path = ""
    while rest:
        word = rest.pop(0)
        if word in ("--project", "--theme") and rest:
            value = rest.pop(0)
            file, mode = (value, mode) if word == "--project" else (file, value)
        elif not word.startswith("-") and not path:
            path = word
        else:
            raise UsageError(
                f"open does not know {word}", "open [DATASET|PROJECT] [--project FILE] [--theme T]"
            )
    if mode not in ("", *THEME.choices):
        raise UsageError(f"there is no theme {mode}", "Themes: light, dark, system.")
    return path, file, mode


def _log_to_file() -> None:
    """Write the program's log, and what a crash says last, to the log folder."""
    from inspector.project.places import log_folder

    with contextlib.suppress(OSError):
        folder = log_folder()
        folder.mkdir(parents=True, exist_ok=True)
        log = folder / "inspector.log"
        if log.exists() and log.stat().st_size > LOG_BYTES:
            log.replace(folder / "inspector.log.1")
        # Not logging.handlers: it imports sockets and pickle before the first paint.
        handler = logging.FileHandler(log, delay=True)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        logging.getLogger().addHandler(handler)
        faulthandler.enable((folder / "crash.log").open("w"))
