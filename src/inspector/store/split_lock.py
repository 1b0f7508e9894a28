"""The locked split: which content is in which split, stored before anything is cleaned up."""

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from inspector.dataset.names import RelativePath, Split
from inspector.store import record_repository
from inspector.store.database import Database
from inspector.store.records import SPLIT_LOCK, SplitLockRecord


class LockedFile(NamedTuple):
    """A file of the locked split, with the SHA-256 of its content."""

    path: RelativePath
    sha256: bytes
    split: Split


class SplitLockRepository:
    """The current split lock; safe from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def replace(self, record: SplitLockRecord, files: Iterable[LockedFile]) -> None:
        """Replace the lock in one transaction."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM lock")
            connection.executemany("INSERT INTO lock VALUES (?, ?, ?)", files)
            record_repository.write(connection, SPLIT_LOCK, record)

        self._database.write(work, urgent=True)

    def record(self) -> SplitLockRecord:
        """Return where, by which rule and when the split was locked."""
        return record_repository.read(self._database.read(), SPLIT_LOCK)

    def files(self) -> list[LockedFile]:
        """Return the locked split, ordered by path; empty where none is locked."""
        rows = self._database.read().execute("SELECT path, sha256, side FROM lock ORDER BY path")
        return [LockedFile(*row) for row in rows]
