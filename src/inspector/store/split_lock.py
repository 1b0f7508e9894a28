"""The locked split: which content stands on which side, kept before anything is cleaned."""

import sqlite3
from collections.abc import Iterable


def replace(connection: sqlite3.Connection, rows: Iterable[tuple[str, bytes, str]]) -> None:
    """Keep (path, sha256, side) rows in place of the lock before."""
    connection.execute("DELETE FROM lock")
    connection.executemany("INSERT INTO lock VALUES (?, ?, ?)", rows)


def rows(connection: sqlite3.Connection) -> list[tuple[str, bytes, str]]:
    """Return the locked split in order of paths; empty while none is locked."""
    return connection.execute("SELECT path, sha256, side FROM lock ORDER BY path").fetchall()
