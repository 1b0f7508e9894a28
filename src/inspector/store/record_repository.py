"""Reads and writes the records of a project."""

import json
import sqlite3
from collections.abc import Callable
from typing import TypeVar

import msgspec

from inspector.errors import ProjectError
from inspector.store.database import Database
from inspector.store.records import Record

T = TypeVar("T")


class RecordRepository:
    """Read and write the records of a project; safe from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, record: Record[T]) -> T:
        """Return the stored value, or the record's `empty`.

        Raises:
            ProjectError: The stored value is damaged and can't be computed again.
        """
        return read(self._database.read(), record)

    def put(self, record: Record[T], value: T, *, urgent: bool = False) -> None:
        """Store `value`; `urgent` for user decisions (see `Database.write`)."""
        self._database.write(lambda c: write(c, record, value), urgent=urgent)

    def note(self, record: Record[T], value: T) -> None:
        """Store what can be computed again; does nothing where writing is impossible."""
        self._database.note(lambda c: write(c, record, value))

    def update(self, record: Record[T], change: Callable[[T], T], *, urgent: bool = False) -> T:
        """Apply `change` to the stored value in one transaction; return the new value.

        Exceptions of `change` are re-raised here, and nothing is stored.
        """

        def work(connection: sqlite3.Connection) -> T:
            value = change(read(connection, record))
            write(connection, record, value)
            return value

        return self._database.write(work, urgent=urgent)


def read(connection: sqlite3.Connection, record: Record[T]) -> T:
    """As `RecordRepository.get`, on a given connection."""
    row = connection.execute(
        "SELECT value FROM record WHERE key = ?", (record.key.value,)
    ).fetchone()
    if row is None:
        return record.empty
    try:
        # In two steps: JSON escapes file names that are not valid UTF-8.
        value: T = msgspec.convert(json.loads(row[0]), record.type)
    except (ValueError, RecursionError) as error:
        if record.rebuildable:
            return record.empty
        raise ProjectError(
            f'the project file holds a damaged record "{record.key.value}": {error}',
            "Restore the file from a backup, or start again with another --project.",
        ) from error
    return value


def write(connection: sqlite3.Connection, record: Record[T], value: T) -> None:
    """As `RecordRepository.put`, inside a transaction on the writing connection."""
    text = json.dumps(msgspec.to_builtins(value), separators=(",", ":"))
    connection.execute("INSERT OR REPLACE INTO record VALUES (?, ?)", (record.key.value, text))
