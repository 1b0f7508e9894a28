"""Results of the last duplicate search: sets of equal images, and pairs between them."""

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from inspector.store.database import Database


class EqualMember(NamedTuple):
    """A sample that equals another: the first of its set, and "bytes" or "pixels"."""

    sample: int
    canonical: int
    kind: str


class StoredPair(NamedTuple):
    """Two canonical images that are near-duplicates, a < b, in one of eight orientations."""

    a: int
    b: int
    transform: int
    similarity: float


def replace(
    connection: sqlite3.Connection,
    sets: Iterable[EqualMember],
    pairs: Iterable[StoredPair],
) -> None:
    """Replace the stored results by those of a new run.

    Args:
        connection: Project connection.
        sets: Every sample that equals another.
        pairs: Pairs of canonical images.
    """
    connection.execute("DELETE FROM equal_set")
    connection.execute("DELETE FROM pair")
    connection.executemany("INSERT INTO equal_set VALUES (?, ?, ?)", sets)
    connection.executemany("INSERT INTO pair VALUES (?, ?, ?, ?)", pairs)


def equal_sets(connection: sqlite3.Connection) -> list[EqualMember]:
    """Return the members of sets among present samples."""
    rows = connection.execute(
        "SELECT e.sample, e.representative, e.kind FROM equal_set e"
        " JOIN sample s ON s.id = e.sample AND s.missing = 0 ORDER BY 2, 1"
    )
    return [EqualMember(*row) for row in rows]


def pairs(connection: sqlite3.Connection) -> list[StoredPair]:
    """Return the pairs of canonical images."""
    rows = connection.execute("SELECT a, b, transform, similarity FROM pair")
    return [StoredPair(*row) for row in rows]


class DuplicateRepository:
    """Results of the last duplicate search; safe from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def replace(self, sets: Iterable[EqualMember], pairs: Iterable[StoredPair]) -> None:
        """Replace the stored results by those of a new run."""
        self._database.write(lambda c: replace(c, sets, pairs))

    def equal_sets(self) -> list[EqualMember]:
        """Return the members of sets among present samples."""
        return equal_sets(self._database.read())

    def pairs(self) -> list[StoredPair]:
        """Return the pairs of canonical images."""
        return pairs(self._database.read())
