"""How the open dataset is read: the bar, the text of the top bar, and the dialog."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from inspector.app.opened_as.bar import OpenedAsBar
from inspector.app.opened_as.dialog import LayoutDialog
from inspector.app.threads.bridge import Bridge
from inspector.dataset.layouts import Choice
from inspector.dataset.layouts.views.outline import (
    Outline,
)
from inspector.project.catalog.layout_reader import LayoutReader
from inspector.project.changes import Changes
from inspector.project.project import Project


class OpenedAs(QObject):
    """Shows how a project's dataset is read, and lets the user correct it.

    Args:
        project: The open project.
        bridge: Runs the reading off the GUI thread.
        hidden: Names of bars that the user has dismissed.
        window: Parent of the dialog.

    Attributes:
        bar: The window places it.
        reading_changed: The kind of layout in words, for the top bar.
        bar_hidden: The user dismissed the bar: its name.
        bar_shown: The visibility of the bar has changed.
    """

    reading_changed = Signal(str)
    bar_hidden = Signal(str)
    bar_shown = Signal()

    def __init__(
        self, project: Project, bridge: Bridge, hidden: Sequence[str], window: QWidget
    ) -> None:
        super().__init__(window)
        self._project, self._bridge, self._window = project, bridge, window
        self._name = f"opened-as {project.file}"
        self._seen = self._name in hidden
        self.bar = OpenedAsBar()
        self.bar.change_requested.connect(self.show_dialog)
        self.bar.confirmed.connect(self._on_confirmed)
        self.bar.dismissed.connect(self._on_dismissed)

    def refresh(self, changes: Changes | None = None) -> None:
        """Show the layout; the first decision hides the bar of a certain layout."""
        if changes is None or changes.layout:
            self._bridge.call(self._read, self._show, channel="opened-as-bar")
        elif changes.decisions and self._project.layout.sure:
            self.bar.hide()
            self.bar_shown.emit()

    def show_dialog(self) -> None:
        """Let the user change the roles of folders."""
        reader = LayoutReader(self._project.root)
        dialog = LayoutDialog(reader, self._bridge, self._project.choice, self._window)
        dialog.chosen.connect(self._take)
        dialog.open()

    def _read(self) -> Outline:
        return LayoutReader(self._project.root).outline(self._project.choice)

    def _show(self, plan: Outline) -> None:
        layout = self._project.layout
        self.reading_changed.emit(f"Opened as {layout.kind.value}")
        # The user chose the manifest or the layout: nothing to ask.
        if plan.layout != layout or (layout.sure and (self._seen or self._project.choice)):
            self.bar.hide()
        else:
            self.bar.show_reading(plan)
        self.bar_shown.emit()

    def _on_confirmed(self) -> None:
        self._take(self._project.layout.choice)

    def _on_dismissed(self) -> None:
        self._seen = True
        self.bar.hide()
        self.bar_hidden.emit(self._name)
        self.bar_shown.emit()

    def _take(self, choice: Choice) -> None:
        self.bar.hide()
        self.bar_shown.emit()
        self._bridge.call(partial(self._project.set_layout, choice), writes=True)
