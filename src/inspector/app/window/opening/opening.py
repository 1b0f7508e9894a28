"""Opens projects off the GUI thread, since another process may lock the files for a long time."""

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
# Importing the project window takes as long as opening a small project.
_VIEW = "inspector.app.window.main_window"


class _Attempt:
    """One attempt to open a project; a cancelled attempt closes its project."""

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
        """Open the project; called on any thread."""
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
        """Return the project, once; None if the attempt was cancelled."""
        with self._lock:
            project, self._project = self._project, None
            return project

    def cancel(self) -> "Project | None":
        """Close the project as soon as it is open; return it if it already is."""
        with self._lock:
            self._cancelled = True
            project, self._project = self._project, None
            return project


class Opening(QObject):
    """Opens one project at a time; a newer request replaces the one before.

    Attributes:
        opened: An open `Project`, which the receiver owns.
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
        # The stop of a job is a flag without a signal, so it is polled.
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
        """Open a dataset folder or a project file; `opened` or `failed` follows.

        Args:
            path: The dataset or the project file.
            file: The project file; None for the default of the dataset.
            workers: Number of worker processes; None for all cores but one.
            choice: The layout that the user chose; None for the remembered one.
            read_only: True to write nothing.
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
        """Return whether a project is being opened."""
        return self._attempt is not None

    def cancel(self) -> None:
        """Cancel the attempt; a project that opens anyway is closed."""
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
        """Clear the jobs bar, also after a bug."""
        if attempt is self._attempt:
            self._attempt = None
            self._end()

    def _end(self) -> None:
        self._timer.stop()
        # No notification at its end: the user is waiting for it.
        if self._job is not None:
            self._job.stop.set()
        self.jobs.end(self._job)
        self._job = None

    def _look(self) -> None:
        if self._job is not None and self._job.stop.is_set():
            self.cancel()
