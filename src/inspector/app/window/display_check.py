"""Checks that a window can open: without a screen, Qt ends the process without a useful message."""

import os
import sys
from pathlib import Path

from PySide6.QtCore import QLibrary, QLibraryInfo

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
    # Qt blames libxcb-cursor0 whichever library is missing; the loader names the right one.
    library = QLibrary(str(plugins / "platforms" / "libqxcb.so"))
    if not library.load():
        # It reads "Cannot load library X: Y: cannot open shared object file: why".
        name = library.errorString().split(": ")[1]
        raise InspectorError(
            f"a system library of the window is missing: {name}",
            "`inspector doctor` names the command that installs it.",
        )
