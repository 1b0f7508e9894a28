"""Cross-process exclusive lock, released when its holder exits."""

import contextlib
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from inspector.errors import UnwritableError

_PAUSE_SECONDS = 0.1
_POLL_SECONDS = 0.02
_MAX_HOLDER_BYTES = 300


@contextmanager
def exclusive_lock(
    file: Path, *, waiting: Callable[[], None], stopped: Callable[[], bool]
) -> Iterator[bool]:
    """Hold a lock on `file` while the body runs; others wait for it.

    Args:
        file: Lock file, created beside what it protects and left there; it names its holder.
        waiting: Called once if another program holds the lock.
        stopped: Returns True to give up waiting.

    Yields:
        True with the lock held, False where waiting was given up.

    Raises:
        UnwritableError: The file can't be created.
    """
    lock = FileLock(str(file), thread_local=False)
    told = False
    while not _locks(lock, file):
        if not told:
            waiting()
        told = True
        if stopped():
            yield False
            return
    try:
        # The name only helps those who wait: the lock holds without it.
        with contextlib.suppress(OSError):
            file.write_text(f"process {os.getpid()} on {socket.gethostname()}\n", "utf-8")
        yield True
    finally:
        lock.release()


def holder(file: Path) -> str:
    """Return who holds a lock, such as "process 71 on lab-3", or "another program"."""
    try:
        with file.open(encoding="utf-8", errors="replace") as stream:
            text = stream.read(_MAX_HOLDER_BYTES)
    except OSError:
        text = ""
    text = " ".join(text.split())
    return text if text.startswith("process ") else "another program"


def _locks(lock: FileLock, file: Path) -> bool:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=_PAUSE_SECONDS, poll_interval=_POLL_SECONDS)
    except Timeout:
        return False
    except OSError as error:
        raise UnwritableError(
            f"{file.parent} can't be written: {error.strerror or error}",
            "Make room there, or check its permissions.",
        ) from error
    return True
