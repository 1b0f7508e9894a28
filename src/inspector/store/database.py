"""A project file: opened, brought up to date, written by one thread, read by any."""

import itertools
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from typing import TypeVar

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
    remember_checked,
)
from inspector.store.wal import is_busy, use_wal

APPLICATION_ID = 0x44534931
VERSION = 2
PATIENCE_SECONDS = 30.0
_T = TypeVar("_T")
_URGENT, _ORDINARY, _LAST = 0, 1, 2


class Database:
    """Hold one SQLite file in WAL mode: every write goes through one thread, urgent ones first.

    Args:
        path: The file; it is made where it does not exist.

    Raises:
        ProjectError: The file is not a project, is from a newer program, or can't be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._order = itertools.count()
        self._queue: queue.PriorityQueue[
            tuple[int, int, Callable[[sqlite3.Connection], object] | None, Future[object], bool]
        ] = queue.PriorityQueue()
        self._readers: list[sqlite3.Connection] = []
        self._local = threading.local()
        self._closed = False
        self._connection = _open(path)
        self._thread = threading.Thread(target=self._run, name="project-writer", daemon=True)
        self._thread.start()

    def write(self, work: Callable[[sqlite3.Connection], _T], *, urgent: bool = False) -> _T:
        """Run `work` in one transaction on the writing thread and wait for what it returns.

        Args:
            work: Called with the writing connection; what it raises undoes all of it and is raised
                here.
            urgent: True for what a person decided: it overtakes the scan and is synced to disk.
        """
        return self.submit(work, urgent=urgent).result()

    def submit(
        self, work: Callable[[sqlite3.Connection], _T], *, urgent: bool = False
    ) -> Future[_T]:
        """Do as `write` without waiting; what it returns or raises comes by the future.

        Raises:
            RuntimeError: The database is closed.
        """
        if self._closed:
            raise RuntimeError("the project is closed")
        future: Future[_T] = Future()
        rank = _URGENT if urgent else _ORDINARY
        self._queue.put((rank, next(self._order), work, future, urgent))  # type: ignore[arg-type]
        return future

    def read(self) -> sqlite3.Connection:
        """Return this thread's read-only connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = connect(self.path, read_only=True, check_same_thread=False)
            self._local.connection = connection
            self._readers.append(connection)
        return connection

    def close(self) -> None:
        """Finish what is queued, stop the thread and close every connection."""
        if self._closed:
            return
        self._closed = True
        self._queue.put((_LAST, next(self._order), None, Future(), False))
        self._thread.join()
        for reader in self._readers:
            reader.close()
        self._connection.close()
        remember_checked(self.path)

    def _run(self) -> None:
        while True:
            _, _, work, future, urgent = self._queue.get()
            if work is None:
                return
            try:
                self._connection.execute(f"PRAGMA synchronous = {'FULL' if urgent else 'NORMAL'}")
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    result = work(self._connection)
                    self._connection.execute("COMMIT")
                except BaseException:
                    if self._connection.in_transaction:
                        self._connection.execute("ROLLBACK")
                    raise
            except sqlite3.OperationalError as error:
                future.set_exception(
                    ProjectError(
                        f"the project file can't be written: {error}",
                        f"Check free space and permissions of {self.path.parent}.",
                    )
                )
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(result)
            del work, future


def _open(path: Path) -> CheckedConnection:
    check_file(path)
    try:
        is_new = not path.exists()
        if is_new:
            create(path, application=APPLICATION_ID, version=VERSION)
        connection = connect(
            path, isolation_level=None, timeout=PATIENCE_SECONDS, check_same_thread=False
        )
    except (OSError, sqlite3.Error) as error:
        raise _not_opened(path, error) from error
    try:
        _prepare(connection)
        if not is_new:
            back_up_daily(connection, path, datetime.now())
    except (sqlite3.Error, ProjectError) as error:
        connection.close()
        if isinstance(error, ProjectError):
            raise
        raise _not_opened(path, error) from error
    return connection


def _not_opened(path: Path, error: Exception) -> ProjectError:
    if isinstance(error, sqlite3.Error) and is_busy(error):
        return ProjectError(
            f"another program holds the project file {path}", "Wait for it, or close it."
        )
    reason = getattr(error, "strerror", None) or error
    return ProjectError(
        f"the project file {path} can't be opened: {reason}",
        f"Check free space and permissions of {path.parent}.",
    )


def _prepare(connection: CheckedConnection) -> None:
    path = connection.path
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise ProjectError(
            f"{path} is not a project file, but another program's database",
            "Name another file with --project.",
        )
    if version > VERSION:
        raise ProjectError(
            f"{path} was written by a newer version of Dataset Inspector", "Update the program."
        )
    check_objects(connection)
    if version == VERSION:
        # Before the first byte of the file changes.
        check_schema(connection)
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
                f"{path} can't be brought up to date: {error}",
                "Nothing was changed. Check free space and permissions, or use another --project.",
            ) from error
    check_schema(connection)
    check_content(connection)
