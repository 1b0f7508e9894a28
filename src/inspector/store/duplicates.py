"""What looked alike in the last run: sets of equal pictures and pairs between them."""

import sqlite3
from collections.abc import Iterable


def replace(
    connection: sqlite3.Connection,
    sets: Iterable[tuple[int, int, str]],
    pairs: Iterable[tuple[int, int, int, float]],
) -> None:
    """Keep a run's result in place of the one before.

    Args:
        connection: Of the project.
        sets: (sample, representative, "bytes" or "pixels") of every sample that equals another.
        pairs: (a, b, transform, similarity) between representatives, a < b.
    """
    connection.execute("DELETE FROM equal_set")
    connection.execute("DELETE FROM pair")
    connection.executemany("INSERT INTO equal_set VALUES (?, ?, ?)", sets)
    connection.executemany("INSERT INTO pair VALUES (?, ?, ?, ?)", pairs)


def equal_sets(connection: sqlite3.Connection) -> list[tuple[int, int, str]]:
    """Return (sample, representative, kind), for present samples."""
    return connection.execute(
        "SELECT e.sample, e.representative, e.kind FROM equal_set e"
        " JOIN sample s ON s.id = e.sample AND s.missing = 0 ORDER BY 2, 1"
    ).fetchall()


def pairs(connection: sqlite3.Connection) -> list[tuple[int, int, int, float]]:
    """Return (a, b, transform, similarity) between representatives."""
    return connection.execute("SELECT a, b, transform, similarity FROM pair").fetchall()
