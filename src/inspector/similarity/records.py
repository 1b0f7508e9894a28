"""The file of fingerprints: records of one length, added by any process and read by any.

A fingerprint is 2 kB: in a database every one would take a page, written twice, and what a
worker sends to its parent is copied six times on the way.
"""

import threading
import zlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock

from inspector.errors import CacheError

_POLL_SECONDS = 0.005


class CachedPicture(NamedTuple):
    """A thumbnail as JPEG, by the SHA-256 of its file, and the place of its fingerprint.

    Attributes:
        place: Row in the file of fingerprints, from 0.
        crc: CRC-32 of that record.
    """

    sha256: bytes
    thumbnail: bytes
    place: int
    crc: int


def append(path: Path, records: Sequence[bytes]) -> int:
    """Add records of one length at the end, over what a crash left of one.

    One process at a time writes; others wait.

    Returns:
        The row number of the first, from 0.

    Raises:
        OSError: The disk is full or can't be written. What came to the file is written over.
    """
    lock = FileLock(f"{path}.lock", thread_local=False, poll_interval=_POLL_SECONDS)
    # Not buffered: what could not be written once must not be written later.
    with lock, path.open("r+b", buffering=0) as stream:
        first = stream.seek(0, 2) // len(records[0])
        stream.seek(first * len(records[0]))
        left = memoryview(b"".join(records))
        while left:
            left = left[stream.write(left) :]
    return first


def unkept(path: Path, error: Exception) -> CacheError:
    """Return what a person is told when thumbnails or fingerprints can't be written to `path`."""
    reason = getattr(error, "strerror", "") or str(error)
    return CacheError(
        f"thumbnails and fingerprints can't be kept in {path}: {reason}",
        "Make room on that disk or name another one by XDG_CACHE_HOME; a scan then resumes.",
    )


class Records:
    """Read records by row number and CRC-32.

    Attributes:
        before: How many there were when the file was opened.

    Args:
        path: Of the file, begun where there is none.
        length: Of a record, bytes.
    """

    def __init__(self, path: Path, length: int) -> None:
        # On a read-only disk what is there can be read all the same.
        with suppress(OSError):
            path.touch()
        self._stream = path.open("rb", buffering=0)
        self._length = length
        self._lock = threading.Lock()
        self.before = self.count()

    def count(self) -> int:
        """Return how many whole records there are."""
        with self._lock:
            return self._stream.seek(0, 2) // self._length

    def holds(self, row: int, crc: int) -> bool:
        """Tell whether `read` would return a record that `append` has answered with.

        Of one that was added since this file was opened it is known: the machine did not stop.
        """
        return row >= self.before or bool(self.read(row, crc))

    def read(self, row: int, crc: int) -> bytes:
        """Return a record, or b"" where its bytes are not what was added: a crash came between.

        Args:
            row: Its number, from 0.
            crc: Its CRC-32.
        """
        with self._lock:
            self._stream.seek(row * self._length)
            record = self._stream.read(self._length)
        return record if zlib.crc32(record) == crc else b""

    def close(self) -> None:
        """Close the file."""
        self._stream.close()
