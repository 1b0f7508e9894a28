"""Opens projects off the GUI thread: another process may hold the files for as long as it likes."""

import importlib
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.jobs import Job, Jobs
from inspector.errors import InspectorError
from inspector.work.jobs import Progress, Stop

if TYPE_CHECKING:
    from inspector.dataset.layouts import Choice
    from inspector.project.project import Project

_LOOK_MS = 100
# What the window of a project needs; importing it takes as long as opening a small one.
_VIEW = "inspector.app.window.main_window"


class _Attempt:
    """One opening; its project is closed where nobody takes it."""

    def __init__(
        self,
        path: Path,
        file: Path | None,
        *,
        workers: int | None,
        choice: "Choice | None",
        read_only: bool,
    ) -> None:
        self._choice = choice
        self._path, self._file, self._workers = path, file, workers
        self._read_only = read_only
        self._lock = threading.Lock()
        self._cancelled = False
        self._project: Project | None = None

    def run(self) -> None:
        """Open the project; any thread."""
        from inspector.project.project import Project

        importlib.import_module(_VIEW)
        project = Project(
            self._path,
            self._file,
            choice=self._choice,
            jobs=self._workers,
            window=True,
            read_only=self._read_only,
        )
        with self._lock:
            if not self._cancelled:
                self._project = project
                return
        project.close()

    def take(self) -> "Project | None":
        """Return the project, once; None where the opening was cancelled."""
        with self._lock:
            project, self._project = self._project, None
            return project

    def cancel(self) -> "Project | None":
        """Let the project be closed as soon as it comes; return it where it has come."""
        with self._lock:
            self._cancelled = True
            project, self._project = self._project, None
            return project


class Opening(QObject):
    """Opens one project at a time; a newer request replaces the one before.

    Attributes:
        opened: A `Project` that is open, and now belongs to whoever takes it.
        failed: An `InspectorError`.
        jobs: The opening, with its stop, for a jobs bar.
    """

    opened = Signal(object)
    failed = Signal(object)

    def __init__(self, bridge: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self.jobs = Jobs(self)
        self._attempt: _Attempt | None = None
        self._job: Job | None = None
        # The stop of a job is a flag; nothing but looking tells that it was set.
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)

    def open(
        self,
        path: Path,
        file: Path | None,
        *,
        workers: int | None,
        choice: "Choice | None" = None,
        read_only: bool = False,
    ) -> None:
        """Open a dataset's folder or a project file; `opened` or `failed` follows.

        Args:
            path: Of the dataset or the project file.
            file: The project file; None for the dataset's own.
            workers: Worker processes; None for all cores but one.
            choice: What the person says of its layout; None for what is remembered.
            read_only: True to keep nothing.
        """
        self.cancel()
        attempt = self._attempt = _Attempt(
            path, file, workers=workers, choice=choice, read_only=read_only
        )
        progress = Progress()
        progress.start(f"Opening {path.name or path}", 0)
        self._job = self.jobs.start(progress, Stop())
        self._timer.start()
        self._bridge.call(
            attempt.run,
            partial(self._on_done, attempt),
            on_error=partial(self._on_failed, attempt),
            on_end=partial(self._on_end, attempt),
        )

    def is_busy(self) -> bool:
        """Tell whether a project is being opened."""
        return self._attempt is not None

    def cancel(self) -> None:
        """Give up what is being opened; what was opened of it is closed."""
        attempt, self._attempt = self._attempt, None
        if attempt is not None:
            self._end()
            project = attempt.cancel()
            if project is not None:
                self._bridge.call(project.close, writes=True)

    def _on_done(self, attempt: _Attempt, _: object) -> None:
        project = attempt.take()
        if project is not None:
            self._attempt = None
            self._end()
            self.opened.emit(project)

    def _on_failed(self, attempt: _Attempt, error: InspectorError) -> None:
        if attempt is self._attempt:
            self._attempt = None
            self._end()
            self.failed.emit(error)

    def _on_end(self, attempt: _Attempt) -> None:
        """Clear the bar after a bug, too."""
        if attempt is self._attempt:
            self._attempt = None
            self._end()

    def _end(self) -> None:
        self._timer.stop()
        # It tells nobody of its end: it is what the person waits for.
        if self._job is not None:
            self._job.stop.set()
        self.jobs.end(self._job)
        self._job = None

    def _look(self) -> None:
        if self._job is not None and self._job.stop.is_set():
            self.cancel()
