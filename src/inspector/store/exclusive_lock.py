"""Who may do what only one program should do at a time, by a lock that ends with its holder."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from inspector.store.wal import is_busy

_PAUSE_SECONDS = 0.1


@contextmanager
def turn(file: Path, *, waiting: Callable[[], None], stopped: Callable[[], bool]) -> Iterator[bool]:
    """Hold a lock on `file` while the body runs; others wait for it.

    Args:
        file: An empty one that is made for it. SQLite locks it as each system does best.
        waiting: Called once where another program holds it.
        stopped: True to give up waiting.

    Yields:
        True with the lock held, False where waiting was given up.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(file, isolation_level=None, timeout=0)) as connection:
        told = False
        while not _locks(connection):
            if not told:
                waiting()
            told = True
            if stopped():
                yield False
                return
            time.sleep(_PAUSE_SECONDS)
        yield True


def _locks(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if is_busy(error):
            return False
        raise
    return True
