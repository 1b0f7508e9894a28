"""Checks that a window can open: without a screen, Qt ends the process without a useful message."""

import ctypes
import os
import sys
from pathlib import Path

from PySide6.QtCore import QLibraryInfo

from inspector.errors import InspectorError


def check_screen() -> None:
    """Check for a screen and for every system library that the Qt plugin links to.

    Raises:
        InspectorError: There is no screen, or a library is missing.
    """
    if sys.platform != "linux" or "QT_QPA_PLATFORM" in os.environ:
        return
    if os.environ.get("WAYLAND_DISPLAY"):
        return
    if not os.environ.get("DISPLAY"):
        raise InspectorError(
            "there is no screen to open a window on",
            "Start it from a desktop; everything works in the terminal, too: inspector --help",
        )
    plugins = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath))
    try:
        # Qt blames libxcb-cursor0 whichever library is missing; the loader names the right one.
        ctypes.CDLL(str(plugins / "platforms" / "libqxcb.so"))
    except OSError as error:
        raise InspectorError(
            f"a system library of the window is missing: {str(error).partition(':')[0]}",
            "`inspector doctor` names the command that installs it.",
        ) from error
