"""The cache of pictures: a thumbnail and a fingerprint by content hash; it can be rebuilt."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from inspector.errors import ProjectError
from inspector.similarity.records import CachedPicture, Records, unkept
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
# Of its own, so that an older cache gets it without losing its pictures.
_IMAGE_HASHES = (
    "CREATE TABLE IF NOT EXISTS image_hash (sha256 BLOB NOT NULL, method TEXT NOT NULL,"
    " value BLOB NOT NULL, PRIMARY KEY (sha256, method)) WITHOUT ROWID"
)
# Hashes come in no order, so that each batch of them touches most pages of their index.
_CACHE_KB = 32_000
# SQLite takes 999 values a question at least.
_AT_ONCE = 500


class ImageCache:
    """Keep thumbnails in one SQLite file, fingerprints beside it; a broken file is begun anew.

    Safe from any thread: each has its own connection, writers wait for each other.

    Attributes:
        path: Of the SQLite file.
        records: Path of the file of fingerprint records, one after another.

    Args:
        path: Of the SQLite file.
        version: Of the features, 1 and up; what was kept of another one is given up.
        record_bytes: Length of a fingerprint record.
    """

    def __init__(self, path: Path, *, version: int, record_bytes: int) -> None:
        self.path = path
        self.records = Path(f"{path}-fingerprints")
        self._version = version
        self._local = threading.local()
        self._all: list[sqlite3.Connection] = []
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._begin()
        except sqlite3.DatabaseError as error:
            self._disconnect()
            if is_busy(error):
                # Others use it: nothing is wrong with the file, and it is theirs too.
                raise ProjectError(
                    f"another program holds the images in {path}", "Wait for it, or close it."
                ) from error
            for suffix in ("", "-wal", "-shm", "-fingerprints"):
                Path(f"{path}{suffix}").unlink(missing_ok=True)
            self._local = threading.local()
            self._begin()
        # In this order: what others add meanwhile stands behind both.
        connection = self._connection()
        (last,) = connection.execute("SELECT max(place) FROM picture").fetchone()
        self._records = Records(self.records, record_bytes)
        if last is not None:
            # Their records never came to the disk, and others must not be taken for them.
            connection.execute(
                "DELETE FROM picture WHERE place BETWEEN ? AND ?", (self._records.before, last)
            )

    def _begin(self) -> None:
        connection = self._connection()
        if self._is_current(connection):
            return
        connection.execute("BEGIN IMMEDIATE")
        with connection:
            # Another program may have begun it meanwhile.
            if not self._is_current(connection):
                connection.execute("DROP TABLE IF EXISTS image")
                self.records.unlink(missing_ok=True)
                for statement in _SCHEMA.split(";")[:-1]:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {self._version}")

    def _is_current(self, connection: sqlite3.Connection) -> bool:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        return bool(version == self._version)

    def put(self, rows: Sequence[CachedPicture]) -> None:
        """Keep thumbnails, and where their fingerprints are.

        Raises:
            ProjectError: The disk is full or can't be written; none of these is kept then.
        """
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
                " ON CONFLICT (sha256) DO UPDATE SET thumbnail = excluded.thumbnail,"
                " place = excluded.place, crc = excluded.crc",
                rows,
            )

    def thumbnail(self, sha256: bytes) -> bytes | None:
        """Return the thumbnail of a content as JPEG, or None."""
        row = (
            self._connection()
            .execute("SELECT thumbnail FROM picture WHERE sha256 = ?", (sha256,))
            .fetchone()
        )
        return row[0] if row else None

    def contents(self) -> set[bytes]:
        """Return the content hashes that are kept."""
        return {row[0] for row in self._connection().execute("SELECT sha256 FROM picture")}

    def places(self, contents: Sequence[bytes]) -> Iterator[int]:
        """Yield the row in `records`, from 0, of each content, in order; -1 for one not kept.

        One whose bytes were lost is not kept, and forgotten: the next scan makes it anew.
        """
        for sha256, place, crc in self._rows(contents):
            if place >= 0 and not self._records.holds(place, crc):
                self._connection().execute("DELETE FROM picture WHERE sha256 = ?", (sha256,))
                yield -1
            else:
                yield place

    def fingerprints(self, contents: Sequence[bytes]) -> Iterator[bytes]:
        """Yield the fingerprint record of each content, in order; b"" for one that is not kept."""
        for _, place, crc in self._rows(contents):
            yield self._records.read(place, crc) if place >= 0 else b""

    def _rows(self, contents: Sequence[bytes]) -> Iterator[tuple[bytes, int, int]]:
        """Yield the content, the place of its record, -1 where there is none, and its CRC-32."""
        for start in range(0, len(contents), _AT_ONCE):
            part = contents[start : start + _AT_ONCE]
            rows = self._connection().execute(
                "SELECT sha256, place, crc FROM picture"
                f" WHERE sha256 IN ({','.join('?' * len(part))})",
                part,
            )
            stored = {row[0]: row for row in rows}
            for sha256 in part:
                yield stored.get(sha256, (sha256, -1, 0))

    def pixel_digests(self, contents: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the known digests of decoded pixels by content hash."""
        connection = self._connection()
        digests = {}
        for sha256 in contents:
            row = connection.execute(
                "SELECT digest FROM pixel WHERE sha256 = ?", (sha256,)
            ).fetchone()
            if row:
                digests[sha256] = row[0]
        return digests

    def put_pixel_digests(self, rows: Iterable[tuple[bytes, bytes]]) -> None:
        """Keep (sha256 of the file, digest of its decoded pixels)."""
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT OR REPLACE INTO pixel VALUES (?, ?)", rows)
        connection.execute("COMMIT")

    def image_hashes(self, method: str, contents: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the stored hashes of one method by content hash."""
        connection = self._connection()
        connection.execute(_IMAGE_HASHES)
        stored = {}
        for sha256 in contents:
            row = connection.execute(
                "SELECT value FROM image_hash WHERE sha256 = ? AND method = ?", (sha256, method)
            ).fetchone()
            if row:
                stored[sha256] = row[0]
        return stored

    def put_image_hashes(self, rows: Iterable[tuple[bytes, str, bytes]]) -> None:
        """Store (sha256 of the file, method, hash) rows.

        Raises:
            ProjectError: The disk is full or can't be written.
        """
        connection = self._connection()
        try:
            connection.execute(_IMAGE_HASHES)
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                connection.executemany("INSERT OR REPLACE INTO image_hash VALUES (?, ?, ?)", rows)
        except sqlite3.Error as error:
            raise unkept(self.path, error) from error

    def close(self) -> None:
        """Close every thread's connection, and the records."""
        self._disconnect()
        self._records.close()

    def _disconnect(self) -> None:
        for connection in self._all:
            connection.close()
        self._all.clear()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
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
