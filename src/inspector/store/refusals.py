"""Why SQLite refuses a file, as text: no space, read-only, or locked by another program."""

import errno
import os
import sqlite3
import sys
from pathlib import Path

from inspector.errors import UnwritableError
from inspector.store.exclusive_lock import holder
from inspector.store.wal import is_busy

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_FORBIDDEN = (errno.EROFS, errno.EACCES, errno.EPERM)
# A full disk also shows by these, where SQLite's log or its index do not fit.
_MACHINE = (
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_AUTH,
)  # fmt: skip
_ROOM_BYTES = 65_536


def lock_of(file: Path) -> Path:
    """Return the lock file beside a project file."""
    return file.with_name(f"{file.name}.lock")


def is_of_the_machine(error: BaseException) -> bool:
    """Tell whether the disk or its permissions are the cause, and not the file."""
    if isinstance(error, OSError):
        return True
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _MACHINE


def unwritable(file: Path, error: BaseException) -> UnwritableError:
    """Return the error of a project file that can't be written."""
    start = f"the project file {file.name} can't be written"
    if isinstance(error, sqlite3.Error) and is_busy(error):
        return UnwritableError(
            f"{start}: {database_holder(file)} holds it", "Wait for it, or close it there."
        )
    return UnwritableError(
        f"{start}: {reason(file, error)}",
        f"Make room in {file.parent}, or check its permissions; nothing was changed.",
    )


def reason(file: Path, error: BaseException) -> str:
    """Return in a few words why the system refuses to write a file."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    number = getattr(error, "errno", 0)
    if code == sqlite3.SQLITE_FULL or number in _NO_ROOM or not _has_room(file.parent):
        return "there is no room on its disk"
    writable = os.access(file if file.is_file() else file.parent, os.W_OK)
    if code == sqlite3.SQLITE_READONLY or number in _FORBIDDEN or not writable:
        return "it is read-only"
    return str(getattr(error, "strerror", "") or error)


def database_holder(file: Path) -> str:
    """Return which process has locked a project file, such as "process 71"."""
    if sys.platform == "linux":
        inodes = set()
        for suffix in ("", "-shm", "-wal"):
            try:
                facts = Path(f"{file}{suffix}").stat()
            except OSError:
                continue
            device = facts.st_dev
            inodes.add(f"{os.major(device):02x}:{os.minor(device):02x}:{facts.st_ino}")
        for process, inode in _posix_locks():
            if inode in inodes and process != os.getpid():
                return f"process {process} ({_program(process)})"
    return holder(lock_of(file))


def _posix_locks() -> list[tuple[int, str]]:
    """Return process and inode of every write lock."""
    try:
        rows = [line.split() for line in Path("/proc/locks").read_text("utf-8").splitlines()]
    except OSError:
        return []
    # Source: man 5 proc_locks. A row is: number, class, kind, access, process, device:inode, range.
    return [(int(row[4]), row[5]) for row in rows if len(row) > 5 and row[3] == "WRITE"]


def _program(process: int) -> str:
    try:
        return Path(f"/proc/{process}/comm").read_text("utf-8", "replace").strip()
    except OSError:
        return "another program"


def _has_room(folder: Path) -> bool:
    try:
        facts = os.statvfs(folder)
    except (OSError, AttributeError):
        return True
    return facts.f_bavail * facts.f_frsize >= _ROOM_BYTES
