"""The cache of pictures: a thumbnail and a fingerprint by content hash; it can be rebuilt."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from inspector.errors import ProjectError
from inspector.store.wal import is_busy, use_wal

PATIENCE_SECONDS = 60.0
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS picture ("
    " id INTEGER PRIMARY KEY, sha256 BLOB UNIQUE NOT NULL, version INTEGER NOT NULL,"
    " thumbnail BLOB NOT NULL, fingerprint BLOB NOT NULL);"
    "CREATE TABLE IF NOT EXISTS pixel (sha256 BLOB PRIMARY KEY, digest BLOB NOT NULL)"
    " WITHOUT ROWID;"
)


class PictureCache:
    """Keep thumbnails and fingerprints in one SQLite file; a broken file is begun anew.

    Safe from any thread: each has its own connection, writers wait for each other.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._all: list[sqlite3.Connection] = []
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._connection().executescript(_SCHEMA)
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
            self._connection().executescript(_SCHEMA)

    def put(self, rows: Iterable[tuple[bytes, int, bytes, bytes]]) -> None:
        """Keep (sha256, version, thumbnail as JPEG, fingerprint record) rows."""
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT INTO picture (sha256, version, thumbnail, fingerprint) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (sha256) DO UPDATE SET version = excluded.version,"
            " thumbnail = excluded.thumbnail, fingerprint = excluded.fingerprint",
            rows,
        )
        connection.execute("COMMIT")

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
        """Yield the fingerprint record of each content, in order; b"" for one that is not kept."""
        connection = self._connection()
        for sha256 in contents:
            row = connection.execute(
                "SELECT fingerprint FROM picture WHERE sha256 = ?", (sha256,)
            ).fetchone()
            yield row[0] if row else b""

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
