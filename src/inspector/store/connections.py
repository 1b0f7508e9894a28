"""Connections to a project file that may come from anyone.

Nothing in the file's schema is trusted. Errors that SQLite raises for a damaged file, in any query,
become `DamagedProjectError`.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from inspector.errors import DamagedProjectError
from inspector.store.backups import list_backups

_P = ParamSpec("_P")
_T = TypeVar("_T")
_HEAD = b"SQLite format 3\0"
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT)


class CheckedCursor(sqlite3.Cursor):
    """A cursor that tells damage from other errors."""

    def execute(self, *arguments: Any) -> "CheckedCursor":
        """As `sqlite3.Cursor.execute`."""
        return self._checked(super().execute, *arguments)

    def executemany(self, *arguments: Any) -> "CheckedCursor":
        """As `sqlite3.Cursor.executemany`."""
        return self._checked(super().executemany, *arguments)

    def fetchone(self) -> Any:
        """As `sqlite3.Cursor.fetchone`."""
        return self._checked(super().fetchone)

    def fetchmany(self, *arguments: Any) -> list[Any]:
        """As `sqlite3.Cursor.fetchmany`."""
        return self._checked(super().fetchmany, *arguments)

    def fetchall(self) -> list[Any]:
        """As `sqlite3.Cursor.fetchall`."""
        return self._checked(super().fetchall)

    def __next__(self) -> Any:
        return self._checked(super().__next__)

    def _checked(self, call: Callable[_P, _T], *arguments: _P.args, **named: _P.kwargs) -> _T:
        try:
            return call(*arguments, **named)
        except sqlite3.DatabaseError as error:
            connection = self.connection
            if is_damage(error) and isinstance(connection, CheckedConnection):
                raise damaged(connection.path, str(error)) from error
            raise
        except UnicodeDecodeError as error:
            # SQLite's own message quotes the schema, whose bytes may be no text.
            connection = self.connection
            if isinstance(connection, CheckedConnection):
                raise damaged(connection.path, "its schema is not text") from error
            raise


class CheckedConnection(sqlite3.Connection):
    """A connection whose cursors tell damage from other errors.

    Attributes:
        path: The project file, for messages.
    """

    path: Path

    def execute(self, *arguments: Any) -> CheckedCursor:
        """As `sqlite3.Connection.execute`."""
        return self.cursor(CheckedCursor).execute(*arguments)

    def executemany(self, *arguments: Any) -> CheckedCursor:
        """As `sqlite3.Connection.executemany`."""
        return self.cursor(CheckedCursor).executemany(*arguments)


def connect(
    path: Path, *, read_only: bool = False, immutable: bool = False, **options: Any
) -> CheckedConnection:
    """Open a connection that trusts nothing in the file's schema.

    Args:
        path: The project file.
        read_only: True to open it for reading only.
        immutable: True to read without a log or a lock, as from a read-only disk.
        options: As for `sqlite3.connect`.

    Raises:
        sqlite3.Error: It can't be opened.
        DamagedProjectError: It is no database any more.
    """
    way = "?mode=ro&immutable=1" if immutable else "?mode=ro"
    target = f"{path.absolute().as_uri()}{way}" if read_only else str(path)
    connection = sqlite3.connect(target, uri=read_only, factory=CheckedConnection, **options)
    connection.path = path
    try:
        # Functions in a schema may have side effects, and cell sizes in a page may be wrong.
        connection.execute("PRAGMA trusted_schema = 0")
        connection.execute("PRAGMA cell_size_check = 1")
        if read_only:
            connection.execute("PRAGMA query_only = 1")
    except BaseException:
        connection.close()
        raise
    return connection


def is_damage(error: sqlite3.Error) -> bool:
    """Tell whether an error means damaged bytes, as opposed to a disk or lock in the way."""
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE:
        return True
    # Python's own error, which has no code.
    return str(error).startswith("Could not decode to UTF-8")


def damaged(path: Path, reason: str) -> DamagedProjectError:
    """Return the error of a damaged project file, offering the last backup."""
    newest = next(iter(list_backups(path)), None)
    if newest is None:
        advice = (
            "It has no backup. Put back a copy of your own, or name another file with --project;"
            " nothing was deleted."
        )
    else:
        advice = (
            f"Restore the backup of {newest.created:%Y-%m-%d %H:%M} with `inspector backups {path}"
            " --restore 1`; the damaged file is kept under another name."
        )
    start = "is damaged" if _is_sqlite(path) else "is not a project file, or is damaged"
    return DamagedProjectError(f"{path} {start}: {reason}", advice, path)


def _is_sqlite(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(len(_HEAD)) in (_HEAD, b"")
    except OSError:
        return True
