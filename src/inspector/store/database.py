"""A project file: opened, brought up to date, written by one thread, read by any."""

import itertools
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from importlib import resources
from pathlib import Path
from typing import TypeVar

from inspector.errors import ProjectError
from inspector.store.migrations import migrate
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
            work: Called with the writing connection; what it raises rolls back and comes out here.
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
            uri = f"{self.path.absolute().as_uri()}?mode=ro"
            connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
            connection.execute("PRAGMA query_only = 1")
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


def _open(path: Path) -> sqlite3.Connection:
    advice = "Name another file with --project, or move this one away to begin anew."
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(
            path, isolation_level=None, timeout=PATIENCE_SECONDS, check_same_thread=False
        )
    except (OSError, sqlite3.Error) as error:
        raise ProjectError(f"the project file {path} can't be opened: {error}", advice) from error
    try:
        _prepare(connection, path, advice)
    except (sqlite3.Error, ProjectError) as error:
        connection.close()
        if isinstance(error, ProjectError):
            raise
        if is_busy(error):
            raise ProjectError(
                f"another program holds the project file {path}", "Wait for it, or close it."
            ) from error
        raise ProjectError(f"{path} is not a project file: {error}", advice) from error
    return connection


def _prepare(connection: sqlite3.Connection, path: Path, advice: str) -> None:
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if tables and application != APPLICATION_ID:
        raise ProjectError(f"{path} is another program's database", advice)
    if version > VERSION:
        raise ProjectError(
            f"{path} was written by a newer version of Dataset Inspector", "Update the program."
        )
    use_wal(connection, PATIENCE_SECONDS)
    if not tables:
        # Another program may be making the same file: what it has made by then stays.
        schema = resources.files("inspector.store").joinpath("schema.sql").read_text("utf-8")
        connection.executescript(
            f"BEGIN IMMEDIATE; {schema}; PRAGMA application_id = {APPLICATION_ID};"
            f"PRAGMA user_version = {VERSION}; COMMIT;"
        )
    elif version < VERSION:
        try:
            migrate(connection, VERSION)
        except sqlite3.Error as error:
            if is_busy(error):
                raise
            raise ProjectError(
                f"{path} can't be brought up to date: {error}",
                "Nothing was changed. Check free space and permissions, or use another --project.",
            ) from error
