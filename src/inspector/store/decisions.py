"""User decisions: each operation is logged with its changes, so that it can be undone."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from inspector.errors import ProjectError
from inspector.store.database import Database


class DecisionField(StrEnum):
    """A field that an operation can set, of a sample or of a pair."""

    MARK = "mark"
    LABEL = "label"
    REASON = "reason"
    BOUND = "bound"
    REVIEWED = "reviewed"
    NOT_ALIKE = "not_alike"


@dataclass(frozen=True, slots=True)
class Change:
    """One value that an operation sets.

    Attributes:
        a: Sample id.
        b: The other sample's id for `NOT_ALIKE`, else 0.
        new: The value as text; "" clears it.
    """

    a: int
    field: DecisionField
    new: str
    b: int = 0


@dataclass(frozen=True, slots=True)
class Operation:
    """One row of the log; `at` is in s since the epoch, `undoes` is the operation it reverts."""

    id: int
    at: float
    verb: str
    text: str
    undoes: int | None
    undone: int


def apply(
    connection: sqlite3.Connection, verb: str, text: str, changes: Iterable[Change], at: float
) -> tuple[int, int]:
    """Log an operation and apply its changes; return its id and the number of changed values.

    An operation that changes nothing is not logged: its id is 0.
    """
    todo = []
    for change in changes:
        old = _value(connection, change.a, change.b, change.field)
        if old != change.new:
            todo.append((change, old))
    if not todo:
        return 0, 0
    operation = _log(connection, verb, text, None, at)
    for change, old in todo:
        _put(connection, change.a, change.b, change.field, change.new)
        connection.execute(
            "INSERT INTO change VALUES (?, ?, ?, ?, ?, ?)",
            (operation, change.a, change.b, change.field, old, change.new),
        )
    return operation, len(todo)


def to_undo(connection: sqlite3.Connection) -> Operation | None:
    """Return the operation that undo would revert."""
    return _one(connection, "undoes IS NULL AND undone = 0 ORDER BY id DESC")


def to_redo(connection: sqlite3.Connection) -> Operation | None:
    """Return the operation that redo would restore; a new decision clears them."""
    undone_at = "(SELECT max(u.id) FROM operation u WHERE u.undoes = operation.id)"
    return _one(
        connection,
        "undoes IS NULL AND undone = 1 AND NOT EXISTS (SELECT 1 FROM operation n"
        f" WHERE n.undoes IS NULL AND n.id > {undone_at}) ORDER BY {undone_at} DESC",
    )


def undo(connection: sqlite3.Connection, operation: Operation, at: float) -> int:
    """Append an operation that reverts `operation`; return the number of changed values."""
    return _swing(connection, operation, at, verb="undo", back=True)


def redo(connection: sqlite3.Connection, operation: Operation, at: float) -> int:
    """Append an operation that repeats an undone `operation`."""
    return _swing(connection, operation, at, verb="redo", back=False)


def log(connection: sqlite3.Connection) -> list[Operation]:
    """Return every operation, oldest first."""
    rows = connection.execute("SELECT id, at, verb, text, undoes, undone FROM operation")
    return [Operation(*row) for row in rows]


def samples_of(connection: sqlite3.Connection, operation: int) -> list[int]:
    """Return the ids of the samples that an operation changed."""
    rows = connection.execute(
        "SELECT a FROM change WHERE operation = ? UNION SELECT b FROM change"
        " WHERE operation = ? AND b > 0",
        (operation, operation),
    )
    return [row[0] for row in rows]


def not_alike(connection: sqlite3.Connection) -> list[tuple[int, int]]:
    """Return the pairs marked as not duplicates, a < b."""
    return connection.execute("SELECT a, b FROM not_alike").fetchall()


def since_export(connection: sqlite3.Connection, exported_operation: int) -> int:
    """Return the number of active operations after the last exported one."""
    (count,) = connection.execute(
        "SELECT count(*) FROM operation WHERE undoes IS NULL AND undone = 0 AND id > ?",
        (exported_operation,),
    ).fetchone()
    return int(count)


def newest(connection: sqlite3.Connection) -> int:
    """Return the id of the newest operation, 0 without one."""
    (newest_id,) = connection.execute("SELECT coalesce(max(id), 0) FROM operation").fetchone()
    return int(newest_id)


def _one(connection: sqlite3.Connection, where: str) -> Operation | None:
    row = connection.execute(
        f"SELECT id, at, verb, text, undoes, undone FROM operation WHERE {where} LIMIT 1"
    ).fetchone()
    return Operation(*row) if row else None


def _log(
    connection: sqlite3.Connection, verb: str, text: str, undoes: int | None, at: float
) -> int:
    cursor = connection.execute(
        "INSERT INTO operation (at, verb, text, undoes) VALUES (?, ?, ?, ?)",
        (at, verb, text, undoes),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def _swing(
    connection: sqlite3.Connection, operation: Operation, at: float, *, verb: str, back: bool
) -> int:
    rows = connection.execute(
        "SELECT a, b, field, old, new FROM change WHERE operation = ?", (operation.id,)
    ).fetchall()
    for a, b, name, old, new in reversed(rows) if back else rows:
        try:
            field = DecisionField(name)
        except ValueError:
            raise ProjectError(
                f"the project file holds a decision of an unknown kind: {name}",
                "Restore the file from a backup, or start again with another --project.",
            ) from None
        _put(connection, a, b, field, old if back else new)
    _log(connection, verb, operation.text, operation.id, at)
    connection.execute("UPDATE operation SET undone = ? WHERE id = ?", (back, operation.id))
    return len(rows)


def _value(connection: sqlite3.Connection, a: int, b: int, field: DecisionField) -> str:
    if field is DecisionField.NOT_ALIKE:
        row = connection.execute("SELECT 1 FROM not_alike WHERE a = ? AND b = ?", (a, b))
        return "1" if row.fetchone() else ""
    row = connection.execute(f"SELECT {field} FROM decision WHERE sample = ?", (a,)).fetchone()
    return str(row[0] or "") if row else ""


def _put(connection: sqlite3.Connection, a: int, b: int, field: DecisionField, value: str) -> None:
    if field is DecisionField.NOT_ALIKE:
        verb = "INSERT OR IGNORE INTO not_alike VALUES (?, ?)"
        connection.execute(verb if value else "DELETE FROM not_alike WHERE a = ? AND b = ?", (a, b))
        return
    number = field in (DecisionField.BOUND, DecisionField.REVIEWED)
    stored: str | int = int(value or 0) if number else value
    connection.execute("INSERT OR IGNORE INTO decision (sample) VALUES (?)", (a,))
    connection.execute(f"UPDATE decision SET {field} = ? WHERE sample = ?", (stored, a))


class DecisionRepository:
    """The log of decisions and the values that follow from it; safe from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def apply(self, verb: str, text: str, changes: Iterable[Change], at: float) -> tuple[int, int]:
        """Log an operation and apply its changes, as `apply`."""
        return self._database.write(lambda c: apply(c, verb, text, changes, at), urgent=True)

    def to_undo(self) -> Operation | None:
        """Return the operation that undo would revert."""
        return to_undo(self._database.read())

    def to_redo(self) -> Operation | None:
        """Return the operation that redo would restore."""
        return to_redo(self._database.read())

    def undo(self, operation: Operation, at: float) -> int:
        """Append an operation that reverts `operation`; return the number of changed values."""
        return self._database.write(lambda c: undo(c, operation, at), urgent=True)

    def redo(self, operation: Operation, at: float) -> int:
        """Append an operation that repeats an undone `operation`."""
        return self._database.write(lambda c: redo(c, operation, at), urgent=True)

    def log(self) -> list[Operation]:
        """Return every operation, oldest first."""
        return log(self._database.read())

    def samples_of(self, operation: int) -> list[int]:
        """Return the ids of the samples that an operation changed."""
        return samples_of(self._database.read(), operation)

    def not_alike(self) -> list[tuple[int, int]]:
        """Return the pairs marked as not duplicates, a < b."""
        return not_alike(self._database.read())

    def newest(self) -> int:
        """Return the id of the newest operation, 0 without one."""
        return newest(self._database.read())

    def since(self, operation: int) -> int:
        """Return the number of active operations after `operation`."""
        return since_export(self._database.read(), operation)
