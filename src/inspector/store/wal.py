"""SQLite's write-ahead log, even where several programs open a fresh file at once."""

import sqlite3
import time

_PAUSE_SECONDS = 0.01


def use_wal(connection: sqlite3.Connection, patience_seconds: float) -> None:
    """Put a file into WAL mode; wait while another connection does the same.

    SQLite's own timeout does not cover this: of two connections that change the mode, one is
    refused at once.

    Raises:
        sqlite3.OperationalError: It is still locked after `patience_seconds`, or can't be written.
    """
    end = time.monotonic() + patience_seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > end:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return


def is_busy(error: sqlite3.Error) -> bool:
    """Tell whether another connection was in the way, and the file itself is fine."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
