"""The image cache: thumbnails and fingerprints by content hash; it can be rebuilt."""

import contextlib
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum, auto
from pathlib import Path
from typing import Any

from inspector.errors import CacheError
from inspector.similarity.records import CachedPicture, Records, unkept
from inspector.store.refusals import is_of_the_machine
from inspector.store.wal import is_busy, use_wal

PATIENCE_SECONDS = 60.0
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS picture ("
    " id INTEGER PRIMARY KEY, sha256 BLOB UNIQUE NOT NULL, thumbnail BLOB NOT NULL,"
    " place INTEGER NOT NULL, crc INTEGER NOT NULL);"
    "CREATE INDEX IF NOT EXISTS picture_place ON picture (place);"
    "CREATE TABLE IF NOT EXISTS pixel (sha256 BLOB PRIMARY KEY, digest BLOB NOT NULL)"
    " WITHOUT ROWID;"
)
# A table of its own, so that an older cache gets it without losing its images.
_IMAGE_HASHES = (
    "CREATE TABLE IF NOT EXISTS image_hash (sha256 BLOB NOT NULL, method TEXT NOT NULL,"
    " value BLOB NOT NULL, PRIMARY KEY (sha256, method)) WITHOUT ROWID"
)
# Likewise. Vectors of one model are stored together, in insertion order.
_EMBEDDINGS = (
    "CREATE TABLE IF NOT EXISTS embedding (id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL,"
    " model TEXT NOT NULL, vector BLOB NOT NULL, UNIQUE (sha256, model))"
)
# Likewise. Changes when a picture is lost, whatever program loses it: what was seen in the cache
# once is not looked for again.
_GENERATION = (
    "CREATE TABLE IF NOT EXISTS generation AS SELECT randomblob(16) AS id",
    "CREATE TRIGGER IF NOT EXISTS picture_lost AFTER DELETE ON picture"
    " BEGIN UPDATE generation SET id = randomblob(16); END",
)
# A crash of the machine may lose what was written last.
_BOOT = Path("/proc/sys/kernel/random/boot_id")
# Hashes come in random order, so each batch touches most pages of their index.
_CACHE_KB = 32_000


class _Access(Enum):
    """What can be done with the cache file."""

    KEEP = auto()
    READ = auto()
    NONE = auto()


class ImageCache:
    """Thumbnails in one SQLite file, fingerprints beside it; a broken file is recreated.

    Safe from any thread: each has its own connection, and writers wait for each other. Where the
    disk is full or read-only, the cache is read if possible; otherwise it counts as empty.

    Attributes:
        refusal: Why nothing can be stored; None where it can.
        path: The SQLite file.
        records: The file of concatenated fingerprint records.

    Args:
        path: The SQLite file.
        version: Feature version from 1; entries of another version are dropped.
        record_bytes: Length of a fingerprint record.
    """

    # Contents per query: SQLite accepts at least 999 values.
    PART = 500

    def __init__(self, path: Path, *, version: int, record_bytes: int) -> None:
        self.path = path
        self.records = Path(f"{path}-fingerprints")
        self._version = version
        self._record_bytes = record_bytes
        self._local = threading.local()
        self._all: list[sqlite3.Connection] = []
        self._access = _Access.KEEP
        self._records: Records | None = None
        self.refusal: CacheError | None = None
        try:
            self._open()
        except (OSError, sqlite3.Error) as error:
            self._open_otherwise(error)

    def _open_otherwise(self, error: Exception) -> None:
        """Recreate a broken file; read one that can't be written."""
        self.close()
        # Others use it, or the disk fails: the file itself is fine.
        if not (is_of_the_machine(error) or (isinstance(error, sqlite3.Error) and is_busy(error))):
            try:
                for suffix in ("", "-wal", "-shm", "-fingerprints"):
                    Path(f"{self.path}{suffix}").unlink(missing_ok=True)
                self._open()
            except (OSError, sqlite3.Error) as again:
                error = again
                self.close()
            else:
                return
        self.refusal = unkept(self.path, error)
        self._access = _Access.READ
        try:
            self._records = Records(self.records, self._record_bytes)
            if not self._is_current(self._connection()):
                raise sqlite3.DatabaseError("of another version")
        except (OSError, sqlite3.Error):
            self.close()
            self._access = _Access.NONE

    def _open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._begin()
        # In this order: what others append meanwhile comes after both.
        connection = self._connection()
        (last,) = connection.execute("SELECT max(place) FROM picture").fetchone()
        self.records.touch()
        self._records = Records(self.records, self._record_bytes)
        if last is not None:
            # These records never reached the disk, and others must not be mistaken for them.
            connection.execute(
                "DELETE FROM picture WHERE place BETWEEN ? AND ?", (self._records.before, last)
            )

    def _begin(self) -> None:
        connection = self._connection()
        if self._is_current(connection):
            for statement in _GENERATION:
                connection.execute(statement)
            return
        connection.execute("BEGIN IMMEDIATE")
        with connection:
            # Another program may have created it meanwhile.
            if not self._is_current(connection):
                connection.execute("DROP TABLE IF EXISTS image")
                self.records.unlink(missing_ok=True)
                connection.execute("DROP TABLE IF EXISTS generation")
                for statement in (*_SCHEMA.split(";")[:-1], *_GENERATION):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {self._version}")

    def _is_current(self, connection: sqlite3.Connection) -> bool:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        return bool(version == self._version)

    def put(self, rows: Sequence[CachedPicture]) -> None:
        """Store thumbnails and the positions of their fingerprints.

        Raises:
            CacheError: The disk is full or can't be written; none of them is stored then.
        """
        if self.refusal is not None:
            raise self.refusal
        try:
            self._put(rows)
        except sqlite3.Error as error:
            raise unkept(self.path, error) from error

    def _put(self, rows: Sequence[CachedPicture]) -> None:
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")
        with connection:
            connection.executemany(
                "INSERT INTO picture (sha256, thumbnail, place, crc) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (sha256) DO UPDATE SET thumbnail ="
                # A dataset whose files are elsewhere may need what is stored.
                " CASE WHEN excluded.thumbnail = x'' THEN thumbnail ELSE excluded.thumbnail END,"
                " place = excluded.place, crc = excluded.crc",
                rows,
            )

    def thumbnail(self, sha256: bytes) -> bytes | None:
        """Return the JPEG thumbnail of a content, b"" if its file serves as one, or None."""
        question = "SELECT thumbnail FROM picture WHERE sha256 = ?"
        rows = self._ask(question, (sha256,))
        return rows[0][0] if rows else None

    def generation(self) -> str:
        """Return a name of what is stored: another one once a picture is lost; "" if none is sure.

        It is another one, too, for a copy of the cache and after each start of the machine.
        """
        rows = self._ask("SELECT id FROM generation")
        try:
            boot, file = _BOOT.read_text(encoding="ascii").strip(), self.path.stat()
        except OSError:
            return ""
        return f"{boot} {file.st_dev:x}:{file.st_ino:x} {rows[0][0].hex()}" if rows else ""

    def contents(self) -> set[bytes]:
        """Return the hashes of all stored contents."""
        return self._contents_in("SELECT sha256 FROM picture")

    def _contents_in(self, question: str, values: Sequence[object] = ()) -> set[bytes]:
        """Return the contents that a query gives, without a list of its rows."""
        if self._access is _Access.NONE:
            return set()
        try:
            return {row[0] for row in self._connection().execute(question, values)}
        except sqlite3.Error:
            return set()

    def _ask(self, question: str, values: Sequence[object] = ()) -> list[Any]:
        """Return the rows of a query; none where the cache can't be read, as it only saves time."""
        if self._access is _Access.NONE:
            return []
        try:
            return self._connection().execute(question, values).fetchall()
        except sqlite3.Error:
            return []

    def places(self, contents: Sequence[bytes]) -> Iterator[int]:
        """Yield the row in `records`, from 0, of each content in order; -1 for a missing one.

        An entry whose record is lost is deleted, so that the next scan creates it again.
        """
        for sha256, place, crc in self._rows(contents):
            if place >= 0 and not (self._records and self._records.holds(place, crc)):
                with contextlib.suppress(sqlite3.Error):
                    self._connection().execute("DELETE FROM picture WHERE sha256 = ?", (sha256,))
                yield -1
            else:
                yield place

    def fingerprints(self, contents: Sequence[bytes]) -> Iterator[bytes]:
        """Yield the fingerprint record of each content in order; b"" for a missing one."""
        for _, place, crc in self._rows(contents):
            yield self._records.read(place, crc) if self._records and place >= 0 else b""

    def _rows(self, contents: Sequence[bytes]) -> Iterator[tuple[bytes, int, int]]:
        """Yield (content, position of its record or -1, CRC-32)."""
        for start in range(0, len(contents), self.PART):
            part = contents[start : start + self.PART]
            rows = self._ask(
                "SELECT sha256, place, crc FROM picture"
                f" WHERE sha256 IN ({','.join('?' * len(part))})",
                part,
            )
            stored = {row[0]: row for row in rows}
            for sha256 in part:
                yield stored.get(sha256, (sha256, -1, 0))

    def pixel_digests(self, contents: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the known digests of decoded pixels by content hash."""
        digests: dict[bytes, bytes] = {}
        for start in range(0, len(contents), self.PART):
            part = contents[start : start + self.PART]
            digests |= self._ask(
                f"SELECT sha256, digest FROM pixel WHERE sha256 IN ({','.join('?' * len(part))})",
                part,
            )
        return digests

    def put_pixel_digests(self, rows: Iterable[tuple[bytes, bytes]]) -> None:
        """Store (SHA-256 of the file, digest of its decoded pixels) if there is space."""
        if self.refusal is not None:
            return
        connection = self._connection()
        with contextlib.suppress(sqlite3.Error), connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT OR REPLACE INTO pixel VALUES (?, ?)", rows)

    def image_hashes(self, method: str, contents: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the stored hashes of one method by content hash."""
        stored = {}
        for sha256 in contents:
            rows = self._ask(
                "SELECT value FROM image_hash WHERE sha256 = ? AND method = ?", (sha256, method)
            )
            if rows:
                stored[sha256] = rows[0][0]
        return stored

    def put_image_hashes(self, rows: Iterable[tuple[bytes, str, bytes]]) -> None:
        """Store (SHA-256 of the file, method, hash) if there is space."""
        if self.refusal is not None:
            return
        connection = self._connection()
        with contextlib.suppress(sqlite3.Error), connection:
            connection.execute(_IMAGE_HASHES)
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT OR REPLACE INTO image_hash VALUES (?, ?, ?)", rows)

    def embedded(self, model: str) -> set[bytes]:
        """Return the contents that have an embedding by a model."""
        return self._contents_in("SELECT sha256 FROM embedding WHERE model = ?", (model,))

    def embeddings(self, model: str, contents: Sequence[bytes]) -> Iterator[dict[bytes, bytes]]:
        """Yield the stored embeddings by content hash, one part of the contents at a time."""
        for start in range(0, len(contents), self.PART):
            part = contents[start : start + self.PART]
            yield dict(self._ask(
                "SELECT sha256, vector FROM embedding WHERE model = ?"
                f" AND sha256 IN ({','.join('?' * len(part))})",
                (model, *part),
            ))  # fmt: skip

    def put_embeddings(self, model: str, rows: Iterable[tuple[bytes, bytes]]) -> None:
        """Store (SHA-256 of the file, embedding) rows of a model.

        Raises:
            CacheError: The disk is full or can't be written; none of them is stored then.
        """
        if self.refusal is not None:
            raise self.refusal
        connection = self._connection()
        try:
            with connection:
                connection.execute(_EMBEDDINGS)
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany(
                    "INSERT OR REPLACE INTO embedding (sha256, model, vector) VALUES (?, ?, ?)",
                    ((sha256, model, vector) for sha256, vector in rows),
                )
        except sqlite3.Error as error:
            raise unkept(self.path, error) from error

    def close(self) -> None:
        """Close every thread's connection and the record file."""
        for connection in self._all:
            with contextlib.suppress(sqlite3.Error):
                connection.close()
        self._all.clear()
        self._local = threading.local()
        if self._records is not None:
            self._records.close()
        self._records = None

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None and self._access is _Access.READ:
            uri = f"{self.path.absolute().as_uri()}?mode=ro&immutable=1"
            connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
            self._local.connection = connection
            self._all.append(connection)
        if connection is None:
            connection = sqlite3.connect(
                self.path, isolation_level=None, timeout=PATIENCE_SECONDS, check_same_thread=False
            )
            self._local.connection = connection
            self._all.append(connection)
            use_wal(connection, PATIENCE_SECONDS)
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
        return connection
