"""Loads a project into the window: open it, claim it for this window, build its pages."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.jobs import Jobs
from inspector.app.window.opening.opening import Opening

if TYPE_CHECKING:
    from inspector.app.window.main_window import ProjectWindow
    from inspector.app.window.opening.single_instance import SingleInstance
    from inspector.app.window.opening.view_builder import ViewBuilder
    from inspector.dataset.layouts import Choice
    from inspector.project.project import Project


class ProjectLoader(QObject):
    """Loads one project at a time; a newer request replaces the one before.

    A project that another window has open is loaded read-only, and the other window is brought to
    the front.

    Attributes:
        started: The path and the project file ("" for the default) that are now being opened.
        opened: A `Project` is open; its pages are built next, so what is on screen has to close.
        built: The `ProjectWindow` is complete.
        failed: An `InspectorError`.
        front_requested: Another window was asked to open the project of this one.
    """

    started = Signal(str, str)
    opened = Signal(object)
    built = Signal(object)
    failed = Signal(object)
    front_requested = Signal()

    def __init__(self, bridge: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._opening = Opening(bridge, self)
        self._opening.opened.connect(self._on_opened)
        self._opening.failed.connect(self.failed)
        self._instance: SingleInstance | None = None
        self._builder: ViewBuilder | None = None
        self._workers: int | None = None

    @property
    def jobs(self) -> Jobs:
        """The opening, with its stop, for a jobs bar."""
        return self._opening.jobs

    def open(
        self,
        path: Path,
        file: Path | None,
        *,
        workers: int | None = None,
        choice: "Choice | None" = None,
        read_only: bool = False,
    ) -> None:
        """Open a dataset folder or a project file; `built` or `failed` follows.

        Args:
            path: The dataset or the project file.
            file: The project file; None for the default of the dataset.
            workers: Number of worker processes; None for all cores but one.
            choice: The layout that the user chose; None for the remembered one.
            read_only: True to write nothing.
        """
        self._cancel_building()
        self._workers = workers
        self.started.emit(str(path), "" if file is None else str(file))
        self._opening.open(path, file, workers=workers, choice=choice, read_only=read_only)

    def is_busy(self) -> bool:
        """Return whether a project is being opened."""
        return self._opening.is_busy()

    def cancel(self) -> None:
        """Cancel what is being opened; a project that opens anyway is closed."""
        self._opening.cancel()

    def release(self) -> None:
        """Cancel what is being built, and let another window have the project."""
        self._cancel_building()
        self._release_instance()

    def _on_opened(self, project: "Project") -> None:
        from inspector.app.window.opening.single_instance import SingleInstance
        from inspector.app.window.opening.view_builder import ViewBuilder

        if self._instance is not None and self._instance.file == project.file:
            self._bridge.call(project.close, writes=True)
            return
        instance = None if project.read_only else SingleInstance(project.file, self)
        if instance is not None:
            if not instance.take():
                # Another window has it, and was asked to come to the front.
                self._bridge.call(project.close, writes=True)
                self.open(project.root, project.file, workers=self._workers, read_only=True)
                return
            instance.front_requested.connect(self.front_requested)
        self.opened.emit(project)
        self._instance = instance
        self._builder = ViewBuilder(project, self)
        self._builder.built.connect(self._on_built)
        self._builder.start()

    def _on_built(self, view: "ProjectWindow") -> None:
        self._builder = None
        self.built.emit(view)

    def _cancel_building(self) -> None:
        builder, self._builder = self._builder, None
        if builder is not None:
            builder.cancel()
            self._release_instance()

    def _release_instance(self) -> None:
        instance, self._instance = self._instance, None
        if instance is not None:
            instance.release()
            instance.deleteLater()
