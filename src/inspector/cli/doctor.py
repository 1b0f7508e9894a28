"""Checks what is missing on the machine, with the command that installs it."""

import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

# Debian's package of each library that Qt's window needs. Source: measured on a bare Debian 12.
PACKAGES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that is missing, with the command that installs it."""

    name: str
    what_it_is: str
    command: str


def check() -> list[Missing]:
    """Return what is missing; an empty list if nothing is."""
    missing = []
    for module, what, package in (
        ("PySide6", "the window", "pyside6-essentials"),
        ("tensorflow", "training (everything else works without it)", "tensorflow-cpu"),
    ):
        if importlib.util.find_spec(module) is None:
            missing.append(Missing(module, what, f"{sys.executable} -m pip install {package}"))
    for library in _missing_libraries():
        package = PACKAGES.get(library, "")
        command = f"apt-get install {package}" if package else f"apt-file search {library}"
        missing.append(Missing(library, "a system library of the window", command))
    return missing


def _missing_libraries() -> list[str]:
    """Ask the loader which libraries of Qt's X11 plugin are missing; Linux only."""
    spec = importlib.util.find_spec("PySide6")
    loader = shutil.which("ldd")
    if spec is None or spec.origin is None or loader is None or sys.platform != "linux":
        return []
    folder = Path(spec.origin).parent / "Qt"
    files = [folder / "plugins/platforms/libqxcb.so", folder / "lib/libQt6Gui.so.6"]
    missing = set()
    # A packaged program contains most of them and searches its own folder first.
    bundle = getattr(sys, "_MEIPASS", "")
    places = os.environ | ({"LD_LIBRARY_PATH": bundle} if bundle else {})
    for file in files:
        if file.exists():
            completed = subprocess.run(
                [loader, str(file)], capture_output=True, text=True, check=False, env=places
            )
            lines = completed.stdout.splitlines()
            missing |= {line.split()[0] for line in lines if line.endswith("not found")}
    return sorted(missing)
