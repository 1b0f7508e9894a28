"""Folders for a while in the system's place for such, and those that a killed program left."""

import contextlib
import os
import re
import shutil
import tempfile
import time
from pathlib import Path

_NAME = re.compile(r"inspector-(?:(\d+)-)?\w+")
# Before that a name without a process number, or what a dead process left in a folder, may still
# be of use to someone.
_OLD_SECONDS = 86_400.0


def make_scratch(parent: Path | None = None) -> Path | None:
    """Make an empty folder that only this user can read; None where no place takes one.

    Args:
        parent: Where; None for the system's place for such.
    """
    try:
        return Path(tempfile.mkdtemp(prefix=f"inspector-{os.getpid()}-", dir=parent))
    except OSError:
        return None


def sweep_scratch(parent: Path | None = None) -> None:
    """Remove what killed programs left: empty folders at once, others after a day.

    Args:
        parent: Where; None for the system's place for such.
    """
    with contextlib.suppress(OSError):
        for folder in (parent or Path(tempfile.gettempdir())).glob("inspector-*"):
            with contextlib.suppress(OSError):
                _sweep(folder)


def _sweep(folder: Path) -> None:
    match = _NAME.fullmatch(folder.name)
    facts = folder.lstat()
    ours = not hasattr(os, "getuid") or facts.st_uid == os.getuid()
    if match is None or not ours or folder.is_symlink() or not folder.is_dir():
        return
    old = time.time() - facts.st_mtime > _OLD_SECONDS
    owner = match[1]
    if owner is None and not old:
        return
    if owner is not None and _runs(int(owner)):
        return
    if old:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        folder.rmdir()


def _runs(process: int) -> bool:
    if os.name == "nt":
        # Signal 0 would end it there.
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
