"""Offers a way out when a dataset can't be opened: a backup, a layout, unpacking."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtWidgets import QWidget

from inspector.app.threads.bridge import Bridge
from inspector.app.window.opening.backups_dialog import BackupsDialog
from inspector.dataset.layouts import Choice
from inspector.errors import (
    DamagedProjectError,
    InspectorError,
    PackedDatasetError,
    UnknownLayoutError,
)
from inspector.work.jobs import Stop


class OpenPath(Protocol):
    """Opens a dataset folder or a project file, as `MainWindow.open_path` does."""

    def __call__(self, path: str, file: str = "", choice: Choice | None = None) -> None: ...


class Remedies:
    """Opens the dialog that fits an error.

    Args:
        bridge: Runs the work of the dialogs off the GUI thread.
        window: Parent of the dialogs.
        open_path: Opens the dataset once the user has chosen a remedy.
        restore: Runs the work that restores a backup, which returns the path to open.
    """

    def __init__(
        self,
        bridge: Bridge,
        window: QWidget,
        *,
        open_path: OpenPath,
        restore: Callable[[Callable[[], str]], None],
    ) -> None:
        self._bridge, self._window = bridge, window
        self._open_path, self._restore = open_path, restore

    def offer(self, error: InspectorError, path: str, file: str) -> Stop | None:
        """Offer the remedy for an error, if there is one.

        Args:
            error: Why the dataset could not be opened.
            path: The dataset or project file that was asked for.
            file: The project file that was asked for; "" for the default of the dataset.

        Returns:
            The stop of a job that may run from now on; None if the remedy has no job.
        """
        match error:
            case DamagedProjectError():
                self.show_backups(error.path)
            case UnknownLayoutError():
                from inspector.app.opened_as.dialog import ask_layout

                reopen = partial(self._open_path, path, file)
                ask_layout(Path(path), self._bridge, self._window, reopen)
            case PackedDatasetError():
                from inspector.app.window.opening.unpack_dialog import offer_unpacking

                return offer_unpacking(error, self._bridge, self._window, self._open_path)
        return None

    def show_backups(self, file: Path) -> None:
        """Let the user restore a backup of a project file."""
        dialog = BackupsDialog(file, self._window)
        dialog.chosen.connect(self._restore)
        dialog.open()
