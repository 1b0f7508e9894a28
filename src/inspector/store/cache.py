"""The cache of pictures: a thumbnail and a fingerprint by content hash; it can be rebuilt."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from inspector.errors import ProjectError
from inspector.store.records import Place, Records
from inspector.store.wal import is_busy, use_wal

PATIENCE_SECONDS = 60.0
_VERSION = 2
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS picture ("
    " id INTEGER PRIMARY KEY, sha256 BLOB UNIQUE NOT NULL, version INTEGER NOT NULL,"
    " thumbnail BLOB NOT NULL, place INTEGER NOT NULL, length INTEGER NOT NULL,"
    " crc INTEGER NOT NULL);"
    "CREATE TABLE IF NOT EXISTS pixel (sha256 BLOB PRIMARY KEY, digest BLOB NOT NULL)"
    " WITHOUT ROWID;"
)
# SQLite takes 999 values a question at least.
_AT_ONCE = 500


class PictureCache:
    """Keep thumbnails in one SQLite file, fingerprints beside it; a broken file is begun anew.

    Safe from any thread: each has its own connection, writers wait for each other.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._all: list[sqlite3.Connection] = []
        path.parent.mkdir(parents=True, exist_ok=True)
        self._records = Records(Path(f"{path}-fingerprints"))
        try:
            self._begin()
        except sqlite3.DatabaseError as error:
            self.close()
            if is_busy(error):
                # Others use it: nothing is wrong with the file, and it is theirs too.
                raise ProjectError(
                    f"another program holds the pictures in {path}", "Wait for it, or close it."
                ) from error
            for suffix in ("", "-wal", "-shm"):
                Path(f"{path}{suffix}").unlink(missing_ok=True)
            self._local = threading.local()
            self._records = Records(Path(f"{path}-fingerprints"))
            self._begin()

    def _begin(self) -> None:
        connection = self._connection()
        if _version(connection) != _VERSION:
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                if _version(connection) != _VERSION:
                    connection.execute("DROP TABLE IF EXISTS picture")
                    for statement in _SCHEMA.split(";")[:-1]:
                        connection.execute(statement)
                    connection.execute(f"PRAGMA user_version = {_VERSION}")
        last = connection.execute("SELECT place + length FROM picture ORDER BY id DESC LIMIT 1")
        if (last.fetchone() or (0,))[0] > self._records.size():
            connection.execute("DELETE FROM picture")

    def put(self, rows: Iterable[tuple[bytes, int, bytes, bytes]]) -> None:
        """Keep (sha256, version, thumbnail as JPEG, fingerprint record) rows."""
        rows = list(rows)
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")
        with connection:
            places = self._records.append([record for *_, record in rows])
            connection.executemany(
                "INSERT INTO picture (sha256, version, thumbnail, place, length, crc)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (sha256) DO UPDATE SET"
                " version = excluded.version, thumbnail = excluded.thumbnail,"
                " place = excluded.place, length = excluded.length, crc = excluded.crc",
                (
                    (sha256, version, thumbnail, place.at, place.length, place.crc)
                    for (sha256, version, thumbnail, _), place in zip(rows, places, strict=True)
                ),
            )

    def thumbnail(self, sha256: bytes) -> bytes | None:
        """Return the thumbnail of a content as JPEG, or None."""
        row = (
            self._connection()
            .execute("SELECT thumbnail FROM picture WHERE sha256 = ?", (sha256,))
            .fetchone()
        )
        return row[0] if row else None

    def holds(self, version: int) -> set[bytes]:
        """Return the content hashes that are kept for a version of the features."""
        rows = self._connection().execute(
            "SELECT sha256 FROM picture WHERE version = ?", (version,)
        )
        return {row[0] for row in rows}

    def fingerprints(self, contents: Sequence[bytes]) -> Iterator[bytes]:
        """Yield the fingerprint record of each content, in order; b"" for one that is not kept.

        One whose bytes were lost is forgotten, so that the next scan makes it anew.
        """
        for start in range(0, len(contents), _AT_ONCE):
            part = contents[start : start + _AT_ONCE]
            connection = self._connection()
            rows = connection.execute(
                "SELECT sha256, place, length, crc FROM picture"
                f" WHERE sha256 IN ({','.join('?' * len(part))})",
                part,
            )
            places = {sha256: Place(*place) for sha256, *place in rows}
            for sha256 in part:
                record = self._records.read(places[sha256]) if sha256 in places else b""
                if sha256 in places and not record:
                    connection.execute("DELETE FROM picture WHERE sha256 = ?", (sha256,))
                yield record

    def pixel_digests(self, contents: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the known digests of decoded pixels by content hash."""
        connection = self._connection()
        found = {}
        for sha256 in contents:
            row = connection.execute(
                "SELECT digest FROM pixel WHERE sha256 = ?", (sha256,)
            ).fetchone()
            if row:
                found[sha256] = row[0]
        return found

    def put_pixel_digests(self, rows: Iterable[tuple[bytes, bytes]]) -> None:
        """Keep (sha256 of the file, digest of its decoded pixels)."""
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT OR REPLACE INTO pixel VALUES (?, ?)", rows)
        connection.execute("COMMIT")

    def close(self) -> None:
        """Close every thread's connection."""
        for connection in self._all:
            connection.close()
        self._all.clear()
        self._records.close()

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
        return connection


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
