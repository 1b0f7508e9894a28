"""The Help menu: documentation, keys, the log, licences, about."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMenu, QWidget

from inspector.app.window.help.guide import FIRST
from inspector.app.window.palette.commands import PaletteCommand
from inspector.desktop.paths import log_folder


def show_guide(part: QWidget, name: str = FIRST) -> None:
    """Show the guide beside the window."""
    from inspector.app.window.help.guide_dialog import GuideDialog

    GuideDialog(part.window(), name).show()


def show_licences(part: QWidget) -> None:
    """Show the licences of the program and its libraries."""
    from inspector.app.window.help.licences_dialog import LicencesDialog

    LicencesDialog(part.window()).open()


def show_about(part: QWidget) -> None:
    """Show the name, version and licence of the program."""
    from inspector.app.window import messages

    messages.show_about(part.window())


def open_log_folder(_: QWidget) -> None:
    """Open the folder of logs and crash reports in the system's file manager."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_folder())))


COMMANDS: tuple[tuple[str, str, Callable[[QWidget], None]], ...] = (
    ("Documentation", "guide manual help how", show_guide),
    ("Open the log folder", "crash bug report error", open_log_folder),
    ("Licences", "open source libraries legal", show_licences),
    ("About Dataset Inspector", "version licence", show_about),
)
"""Text, words that find it, and what it does for any part of the window."""


def help_commands(part: QWidget) -> list[PaletteCommand]:
    """Return what the menu offers, for the palette of a part's window."""
    return [
        PaletteCommand(text, "", partial(run, part), words, icon="help")
        for text, words, run in COMMANDS
    ]


class HelpMenu(QMenu):
    """The menu of the sidebar's *Help*.

    Args:
        window: Parent of the dialogs.
        show_keys: Shows the keys of the visible page.
    """

    def __init__(self, window: QWidget, show_keys: Callable[[], None]) -> None:
        super().__init__(window)
        self.setToolTipsVisible(True)
        self.addAction("Keyboard shortcuts (?)", show_keys)
        for text, _, run in COMMANDS:
            action = self.addAction(text, partial(run, window))
            if run is open_log_folder:
                action.setToolTip(str(log_folder()))
