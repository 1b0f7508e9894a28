"""A project file: opened, migrated, written by one thread and read by any."""

import contextlib
import itertools
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

from inspector.errors import ProjectError, UnwritableError
from inspector.store.connections import CheckedConnection, connect
from inspector.store.opening import check_readable, open_to_read, open_to_write
from inspector.store.project_file import check_file, remember_checked
from inspector.store.refusals import unwritable

_T = TypeVar("_T")
_URGENT, _ORDINARY, _LAST = 0, 1, 2


class Database:
    """One SQLite file in WAL mode; all writes go through one thread, urgent ones first.

    A file on a full or read-only disk is opened for reading.

    Attributes:
        refusal: Why nothing can be written; None where it can.

    Args:
        path: The file; created if missing.
        read_only: True never to write.

    Raises:
        ProjectError: The file is no project, is from a newer version, or can't be read.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self.refusal: UnwritableError | None = None
        self._order = itertools.count()
        self._queue: queue.PriorityQueue[
            tuple[int, int, Callable[[sqlite3.Connection], object] | None, Future[object], bool]
        ] = queue.PriorityQueue()
        self._readers: list[CheckedConnection] = []
        self._local = threading.local()
        self._closed = False
        self._connection: CheckedConnection | None = None
        self._ending = threading.Lock()
        # Number of urgent writes that wait, and whether the last one was refused.
        self._unsaved, self._refused = 0, False
        if read_only:
            check_file(path)
            if not path.exists():
                raise ProjectError(
                    f"there is no project file {path} yet", "Open it once without --read-only."
                )
            self.refusal = UnwritableError(
                f"the project file {path.name} was opened read-only",
                "Decide in the window that has it open, or open it again without --read-only.",
            )
        else:
            try:
                self._connection = open_to_write(path)
            except UnwritableError as error:
                self.refusal = error
        if self._connection is None:
            self._check_reading()
            return
        self._thread = threading.Thread(target=self._run, name="project-writer", daemon=True)
        self._thread.start()

    def write(self, work: Callable[[sqlite3.Connection], _T], *, urgent: bool = False) -> _T:
        """Run `work` in one transaction on the writer thread and return its result.

        Args:
            work: Called with the writing connection; an exception reverts it and is re-raised here.
            urgent: True for user decisions: overtakes scan batches and is synced to disk.

        Raises:
            UnwritableError: The disk is full or read-only, or another program holds the file.
        """
        return self.submit(work, urgent=urgent).result()

    def note(self, work: Callable[[sqlite3.Connection], object]) -> None:
        """As `write` for what can be computed again; does nothing where writing is impossible."""
        with contextlib.suppress(UnwritableError):
            self.write(work)

    def check_writable(self, patience_seconds: float) -> None:
        """Check that a decision could be written now.

        Args:
            patience_seconds: How long to wait for another program that is writing.

        Raises:
            UnwritableError: It could not; the message tells why and who is in the way.
        """
        if self.refusal is not None:
            raise self.refusal
        with contextlib.closing(
            connect(self.path, isolation_level=None, timeout=patience_seconds)
        ) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")
            except sqlite3.Error as error:
                raise unwritable(self.path, error) from error

    def is_saved(self) -> bool:
        """Tell whether all urgent writes are on disk: none waits, and the last was not refused."""
        with self._ending:
            return self._unsaved == 0 and not self._refused and self.refusal is None

    def submit(
        self, work: Callable[[sqlite3.Connection], _T], *, urgent: bool = False
    ) -> Future[_T]:
        """As `write`, without waiting; result or exception arrive through the future.

        Raises:
            RuntimeError: The database is closed.
        """
        future: Future[_T] = Future()
        rank = _URGENT if urgent else _ORDINARY
        # Under the lock: work queued after the thread's end would never be answered.
        with self._ending:
            if self._closed:
                raise RuntimeError("the project is closed")
            if self.refusal is not None:
                future.set_exception(self.refusal)
                return future
            self._unsaved += urgent
            self._queue.put((rank, next(self._order), work, future, urgent))  # type: ignore[arg-type]
        return future

    def read(self) -> CheckedConnection:
        """Return this thread's read-only connection."""
        connection: CheckedConnection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = open_to_read(self.path)
            self._local.connection = connection
            self._readers.append(connection)
        return connection

    def close(self) -> None:
        """Finish queued writes, stop the thread and close every connection."""
        with self._ending:
            if self._closed:
                return
            self._closed = True
            self._queue.put((_LAST, next(self._order), None, Future(), False))
        if self._connection is not None:
            self._thread.join()
        for reader in self._readers:
            reader.close()
        # The last connection writes the log into the file, which readers may not.
        if self._connection is not None:
            self._connection.close()
            remember_checked(self.path)

    def _check_reading(self) -> None:
        try:
            check_readable(self.read())
        except BaseException:
            self.close()
            raise

    def _run(self) -> None:
        connection = self._connection
        assert connection is not None
        while True:
            _, _, work, future, urgent = self._queue.get()
            if work is None:
                return
            # A cancelled future takes no result and would end this thread.
            if not future.set_running_or_notify_cancel():
                self._note_end(urgent, refused=False)
                continue
            try:
                result = _transact(connection, work, "FULL" if urgent else "NORMAL")
            except sqlite3.OperationalError as error:
                self._note_end(urgent, refused=True)
                future.set_exception(unwritable(self.path, error))
            except BaseException as error:
                self._note_end(urgent, refused=False)
                future.set_exception(error)
            else:
                self._note_end(urgent, refused=False)
                future.set_result(result)
            del work, future

    def _note_end(self, urgent: bool, *, refused: bool) -> None:
        if urgent:
            with self._ending:
                self._unsaved -= 1
                self._refused = refused


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
