"""Open a project file for writing, or for reading where its disk can't be written."""

import contextlib
import sqlite3
from datetime import datetime
from pathlib import Path

from inspector.errors import ProjectError
from inspector.store.backups import back_up, back_up_daily
from inspector.store.connections import CheckedConnection, connect, damaged
from inspector.store.migrations import migrate
from inspector.store.project_file import (
    check_content,
    check_file,
    check_objects,
    check_schema,
    create,
)
from inspector.store.refusals import database_holder, is_of_the_machine, reason, unwritable
from inspector.store.wal import is_busy, use_wal

APPLICATION_ID = 0x44534931
VERSION = 3
PATIENCE_SECONDS = 30.0
READING_PATIENCE_SECONDS = 5.0


def open_to_write(path: Path) -> CheckedConnection:
    """Open a project file for writing; create or migrate it as needed.

    Raises:
        UnwritableError: It can be read but not written: no space, or read-only.
        DamagedProjectError: Its bytes are damaged.
        ProjectError: It is no project, is from a newer version, or another program holds it.
    """
    check_file(path)
    exists = path.exists()
    try:
        if not exists:
            create(path, application=APPLICATION_ID, version=VERSION)
        # A program that is locked out of reading fails soon; one that may write later waits.
        connection = connect(
            path, isolation_level=None, timeout=READING_PATIENCE_SECONDS, check_same_thread=False
        )
    except (OSError, sqlite3.Error) as error:
        raise _not_opened(path, error, exists=exists) from error
    try:
        _prepare(connection)
        if exists:
            back_up_daily(connection, path, datetime.now())
    except (sqlite3.Error, ProjectError) as error:
        with contextlib.suppress(sqlite3.Error):
            connection.close()
        if isinstance(error, ProjectError):
            raise
        raise _not_opened(path, error, exists=exists) from error
    return connection


def open_to_read(path: Path) -> CheckedConnection:
    """Open for reading; where the log can't even be looked for, read the bare file.

    Raises:
        ProjectError: It can't be read.
    """
    # On a full or read-only disk without a log index, SQLite opens only immutable files.
    ways = (False,) if _has_log(path) else (False, True)
    for immutable in ways:
        connection = connect(
            path,
            read_only=True,
            immutable=immutable,
            check_same_thread=False,
            timeout=READING_PATIENCE_SECONDS,
        )
        try:
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        except sqlite3.Error as error:
            connection.close()
            if immutable != ways[-1] and is_of_the_machine(error):
                continue
            raise _not_read(path, error) from error
        except BaseException:
            connection.close()
            raise
        return connection
    raise AssertionError


def check_readable(connection: CheckedConnection) -> None:
    """Check that a file opened for reading is an intact project of this version.

    Raises:
        ProjectError: It is not.
    """
    path = connection.path
    check_file(path)
    version = _version(connection)
    if version != VERSION:
        raise ProjectError(
            f"{path} was written by an older version of Dataset Inspector",
            "Open it once where it can be written; it is brought up to date then.",
        )
    check_objects(connection)
    check_schema(connection)
    check_content(connection)


def _version(connection: CheckedConnection) -> int:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise ProjectError(
            f"{connection.path} is not a project file, but another program's database",
            "Name another file with --project.",
        )
    if version > VERSION:
        raise ProjectError(
            f"{connection.path} was written by a newer version of Dataset Inspector",
            "Update the program.",
        )
    return int(version)


def _prepare(connection: CheckedConnection) -> None:
    path = connection.path
    version = _version(connection)
    check_objects(connection)
    if version == VERSION:
        # Before the first byte of the file changes.
        check_schema(connection)
    connection.execute(f"PRAGMA busy_timeout = {PATIENCE_SECONDS * 1000:.0f}")
    use_wal(connection, PATIENCE_SECONDS)
    if version < VERSION:
        try:
            back_up(connection, path, datetime.now(), reason=f"before version {VERSION}")
            migrate(connection, VERSION)
        except (OSError, sqlite3.Error) as error:
            if isinstance(error, sqlite3.Error) and is_busy(error):
                raise
            if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_ERROR:
                raise damaged(path, f"it can't be brought up to date: {error}") from error
            raise ProjectError(
                f"{path} can't be brought up to date: {reason(path, error)}",
                "Nothing was changed. Check free space and permissions, or use another --project.",
            ) from error
    check_schema(connection)
    check_content(connection)


def _not_opened(path: Path, error: Exception, *, exists: bool) -> ProjectError:
    """Return why a file can't be opened for writing; a missing one can't be read either."""
    if isinstance(error, sqlite3.Error) and is_busy(error):
        return ProjectError(
            f"{database_holder(path)} holds the project file {path}",
            "Wait for it, or close it there.",
        )
    if exists and is_of_the_machine(error):
        return unwritable(path, error)
    return ProjectError(
        f"the project file {path} can't be opened: {reason(path, error)}",
        "Make room there, or name a file in another folder with --project.",
    )


def _not_read(path: Path, error: sqlite3.Error) -> ProjectError:
    if is_busy(error):
        who = database_holder(path)
        return ProjectError(f"{who} holds the project file {path}", "Wait, or close it there.")
    return ProjectError(
        f"the project file {path} can't be read: {reason(path, error)}",
        "Check its permissions and its disk, or name another file with --project.",
    )


def _has_log(path: Path) -> bool:
    try:
        return Path(f"{path}-wal").stat().st_size > 0
    except OSError:
        return False
