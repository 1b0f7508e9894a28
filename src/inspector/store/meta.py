"""Small named values of a project: its root, layout and threshold."""

import sqlite3
from collections.abc import Mapping


def get(connection: sqlite3.Connection, name: str, default: str = "") -> str:
    """Return the value kept under `name`, or `default`."""
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return row[0] if row else default


def put(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Keep `value` under `name`."""
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))


def put_all(connection: sqlite3.Connection, values: Mapping[str, str]) -> None:
    """Keep several values at once."""
    connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())
