"""Installs the program in the user's desktop, without root: menu entry, icon, file type."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import platformdirs

from inspector.desktop.paths import resources_folder
from inspector.errors import InspectorError

_NAME = "dataset-inspector"
_ENTRY = f"applications/{_NAME}.desktop"
_TYPE = f"mime/packages/{_NAME}.xml"
_ICON = f"icons/hicolor/scalable/apps/{_NAME}.svg"


def install() -> list[Path]:
    """Write the menu entry of this installation, and return the files that were written.

    Raises:
        InspectorError: This is not Linux, or a file can't be written.
    """
    share = _share()
    resources = resources_folder()
    entry = (resources / "desktop" / f"{_NAME}.desktop").read_text("utf-8")
    command = " ".join(_quoted(word) for word in _program())
    entry = re.sub(r"^Exec=inspector ", lambda _: f"Exec={command} ", entry, flags=re.M)
    contents = {
        _ENTRY: entry.encode(),
        _TYPE: (resources / "desktop" / f"{_NAME}.xml").read_bytes(),
        _ICON: (resources / "icons" / "app.svg").read_bytes(),
    }
    try:
        for name, content in contents.items():
            (share / name).parent.mkdir(parents=True, exist_ok=True)
            (share / name).write_bytes(content)
    except OSError as error:
        raise InspectorError(
            f"the menu entry can't be written: {error}", f"Check the permissions of {share}."
        ) from error
    _refresh_desktop(share)
    return [share / name for name in contents]


def remove() -> list[Path]:
    """Remove what `install` wrote, and return the removed files.

    Raises:
        InspectorError: This is not Linux, or a file can't be removed.
    """
    share = _share()
    files = [f for name in (_ENTRY, _TYPE, _ICON) if (f := share / name).exists()]
    try:
        for file in files:
            file.unlink()
    except OSError as error:
        raise InspectorError(
            f"the menu entry can't be removed: {error}", f"Check the permissions of {share}."
        ) from error
    if files:
        _refresh_desktop(share)
    return files


def _share() -> Path:
    if sys.platform != "linux":
        raise InspectorError(
            "a menu entry is made on Linux only", "Put a shortcut to the program where you want it."
        )
    return Path(platformdirs.user_data_dir())


def _program() -> list[str]:
    """Return the words that start this program."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    return [sys.executable, "-m", "inspector"]


def _quoted(word: str) -> str:
    r"""Quote a word for Exec=: first for the command, then for the strings of the file.

    Source: Desktop Entry Specification, "The Exec key".
    """
    if re.fullmatch(r"[\w./+-]+", word):
        return word
    for_command = re.sub(r'(["`$\\])', r"\\\1", word).replace("%", "%%")
    return '"' + for_command.replace("\\", "\\\\") + '"'


def _refresh_desktop(share: Path) -> None:
    """Refresh the desktop's databases; a desktop without these tools refreshes by itself."""
    for tool, folder in (
        ("update-desktop-database", share / "applications"),
        ("update-mime-database", share / "mime"),
    ):
        if program := shutil.which(tool):
            subprocess.run([program, str(folder)], capture_output=True, check=False)
    # File managers watch this folder for new icons.
    icons = share / "icons/hicolor"
    if icons.is_dir():
        os.utime(icons)
