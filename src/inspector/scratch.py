"""Temporary folders of this program, and cleaning up those of killed processes."""

import contextlib
import os
import re
import shutil
import tempfile
import time
from pathlib import Path

_NAME = re.compile(r"inspector-(?:(\d+)-)?\w+")
# Younger leftovers, without a process number or of a dead process, may still be in use.
_OLD_SECONDS = 86_400.0


def make_scratch(parent: Path | None = None) -> Path | None:
    """Create an empty folder that only this user can read; None where that is impossible.

    Args:
        parent: Where to create it; None for the system's temporary folder.
    """
    try:
        return Path(tempfile.mkdtemp(prefix=f"inspector-{os.getpid()}-", dir=parent))
    except OSError:
        return None


def sweep_scratch(parent: Path | None = None) -> None:
    """Remove the folders of killed processes: empty ones at once, others after a day.

    Args:
        parent: Where to look; None for the system's temporary folder.
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
        # On Windows signal 0 would kill the process.
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
