"""A project file: opened, brought up to date, written by one thread, read by any."""

import contextlib
import itertools
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from importlib import resources
from pathlib import Path
from typing import TypeVar

from inspector.errors import ProjectError, UnwritableError
from inspector.store.refusals import database_holder, is_of_the_machine, reason, unwritable
from inspector.store.wal import is_busy, use_wal

APPLICATION_ID = 0x44534931
VERSION = 1
PATIENCE_SECONDS = 30.0
READING_PATIENCE_SECONDS = 5.0
_T = TypeVar("_T")
_URGENT, _ORDINARY, _LAST = 0, 1, 2


class Database:
    """Hold one SQLite file in WAL mode: every write goes through one thread, urgent ones first.

    A file whose disk is full or read-only is opened for reading.

    Attributes:
        refusal: Why nothing can be written; None where it can.

    Args:
        path: The file; it is made where it does not exist.
        read_only: True to write nothing, whatever is possible.

    Raises:
        ProjectError: The file is not a project, is from a newer program, or can't be read.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self.refusal: UnwritableError | None = None
        self._order = itertools.count()
        self._queue: queue.PriorityQueue[
            tuple[int, int, Callable[[sqlite3.Connection], object] | None, Future[object], bool]
        ] = queue.PriorityQueue()
        self._readers: list[sqlite3.Connection] = []
        self._local = threading.local()
        self._closed = False
        self._connection: sqlite3.Connection | None = None
        self._ending = threading.Lock()
        if read_only:
            self.refusal = UnwritableError(
                f"the project file {path.name} was opened read-only", "Open it without --read-only."
            )
            _check_readable(self.read(), path)
            return
        try:
            self._connection = _open(path)
        except UnwritableError as error:
            self.refusal = error
            _check_readable(self.read(), path)
            return
        self._thread = threading.Thread(target=self._run, name="project-writer", daemon=True)
        self._thread.start()

    def write(self, work: Callable[[sqlite3.Connection], _T], *, urgent: bool = False) -> _T:
        """Run `work` in one transaction on the writing thread and wait for what it returns.

        Args:
            work: Called with the writing connection; what it raises rolls back and comes out here.
            urgent: True for what a person decided: it overtakes the scan and is synced to disk.

        Raises:
            UnwritableError: The disk is full or read-only, or another program holds the file.
        """
        return self.submit(work, urgent=urgent).result()

    def note(self, work: Callable[[sqlite3.Connection], object]) -> None:
        """Do as `write` for what can be computed again; do nothing where that is impossible."""
        with contextlib.suppress(UnwritableError):
            self.write(work)

    def check_writable(self, patience_seconds: float) -> None:
        """Check that a decision could be written now.

        Args:
            patience_seconds: To wait for another program that is writing.

        Raises:
            UnwritableError: It could not: why, and who is in the way.
        """
        if self.refusal is not None:
            raise self.refusal
        with contextlib.closing(
            sqlite3.connect(self.path, isolation_level=None, timeout=patience_seconds)
        ) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")
            except sqlite3.Error as error:
                raise unwritable(self.path, error) from error

    def submit(
        self, work: Callable[[sqlite3.Connection], _T], *, urgent: bool = False
    ) -> Future[_T]:
        """Do as `write` without waiting; what it returns or raises comes by the future.

        Raises:
            RuntimeError: The database is closed.
        """
        future: Future[_T] = Future()
        rank = _URGENT if urgent else _ORDINARY
        # Under the lock: what is queued behind the thread's end would never be answered.
        with self._ending:
            if self._closed:
                raise RuntimeError("the project is closed")
            if self.refusal is not None:
                future.set_exception(self.refusal)
                return future
            self._queue.put((rank, next(self._order), work, future, urgent))  # type: ignore[arg-type]
        return future

    def read(self) -> sqlite3.Connection:
        """Return this thread's read-only connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = _open_to_read(self.path)
            self._local.connection = connection
            self._readers.append(connection)
        return connection

    def close(self) -> None:
        """Finish what is queued, stop the thread and close every connection."""
        with self._ending:
            if self._closed:
                return
            self._closed = True
            self._queue.put((_LAST, next(self._order), None, Future(), False))
        if self._connection is not None:
            self._thread.join()
        for reader in self._readers:
            reader.close()
        # The last one writes the log into the file, which readers may not.
        if self._connection is not None:
            self._connection.close()

    def _run(self) -> None:
        connection = self._connection
        assert connection is not None
        while True:
            _, _, work, future, urgent = self._queue.get()
            if work is None:
                return
            # One that was cancelled takes no answer, and would end this thread.
            if not future.set_running_or_notify_cancel():
                continue
            try:
                result = _transact(connection, work, "FULL" if urgent else "NORMAL")
            except sqlite3.OperationalError as error:
                future.set_exception(unwritable(self.path, error))
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(result)
            del work, future


def _transact(
    connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], _T], synchronous: str
) -> _T:
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = work(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return result


def _open(path: Path) -> sqlite3.Connection:
    advice = "Name another file with --project, or move this one away to begin anew."
    exists = path.is_file() and path.stat().st_size > 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(
            path, isolation_level=None, timeout=PATIENCE_SECONDS, check_same_thread=False
        )
    except (OSError, sqlite3.Error) as error:
        raise _refused(path, error, exists=exists) from error
    try:
        _prepare(connection, path, advice)
    except (sqlite3.Error, ProjectError) as error:
        with contextlib.suppress(sqlite3.Error):
            connection.close()
        if isinstance(error, ProjectError):
            raise
        if is_busy(error):
            raise ProjectError(
                f"{database_holder(path)} holds the project file {path}",
                "Wait for it, or close it there.",
            ) from error
        if is_of_the_machine(error):
            raise _refused(path, error, exists=exists) from error
        raise ProjectError(f"{path} is not a project file: {error}", advice) from error
    return connection


def _refused(path: Path, error: Exception, *, exists: bool) -> ProjectError:
    """Return why a file can't be written; one that is not there can't be read either."""
    if exists:
        return unwritable(path, error)
    return ProjectError(
        f"the project file {path} can't be opened: {reason(path, error)}",
        "Make room there, or name a file in another folder with --project.",
    )


def _open_to_read(path: Path) -> sqlite3.Connection:
    """Open for reading; where a log can't even be looked for, the file as it stands.

    Raises:
        ProjectError: It can't be read.
    """
    uri = f"{path.absolute().as_uri()}?mode=ro"
    # Without an index of the log on a full or read-only disk SQLite opens nothing that may change.
    ways = [uri] if _has_log(path) else [uri, f"{uri}&immutable=1"]
    for way in ways:
        connection = sqlite3.connect(
            way, uri=True, check_same_thread=False, timeout=READING_PATIENCE_SECONDS
        )
        try:
            connection.execute("PRAGMA query_only = 1")
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        except sqlite3.Error as error:
            connection.close()
            if way != ways[-1] and is_of_the_machine(error):
                continue
            raise _unreadable(path, error) from error
        return connection
    raise AssertionError


def _has_log(path: Path) -> bool:
    try:
        return Path(f"{path}-wal").stat().st_size > 0
    except OSError:
        return False


def _unreadable(path: Path, error: sqlite3.Error) -> ProjectError:
    if is_busy(error):
        who = database_holder(path)
        return ProjectError(f"{who} holds the project file {path}", "Wait, or close it there.")
    if is_of_the_machine(error):
        return ProjectError(f"the project file {path} can't be read: {error}", "Check its disk.")
    return ProjectError(f"{path} is not a project file: {error}", "Name another with --project.")


def _check_readable(connection: sqlite3.Connection, path: Path) -> None:
    """Check that a file which is only read is a project of this version."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise ProjectError(f"{path} is not a project file", "Name another one with --project.")
    if version != VERSION:
        raise ProjectError(
            f"{path} is of another version of Dataset Inspector",
            "Open it once where it can be written, with a program as new.",
        )


def _prepare(connection: sqlite3.Connection, path: Path, advice: str) -> None:
    # Who is locked out of reading hears of it soon; who may write later waits for that.
    connection.execute(f"PRAGMA busy_timeout = {READING_PATIENCE_SECONDS * 1000:.0f}")
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if tables and application != APPLICATION_ID:
        raise ProjectError(f"{path} is another program's database", advice)
    if version > VERSION:
        raise ProjectError(
            f"{path} was written by a newer version of Dataset Inspector", "Update the program."
        )
    connection.execute(f"PRAGMA busy_timeout = {PATIENCE_SECONDS * 1000:.0f}")
    use_wal(connection, PATIENCE_SECONDS)
    if not tables:
        # Another program may be making the same file: what it has made by then stays.
        schema = resources.files("inspector.store").joinpath("schema.sql").read_text("utf-8")
        connection.executescript(
            f"BEGIN IMMEDIATE; {schema}; PRAGMA application_id = {APPLICATION_ID};"
            f"PRAGMA user_version = {VERSION}; COMMIT;"
        )
