"""The file of fingerprints: records of one length, appended by any process and read by any.

A fingerprint is 2 kB: in a database each would take a page, written twice, and what a worker sends
to its parent is copied six times on the way.
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
    """A JPEG thumbnail by the SHA-256 of its file, and the position of its fingerprint.

    Attributes:
        thumbnail: b"" for a file that is its own thumbnail.
        place: Row in the file of fingerprints, from 0.
        crc: CRC-32 of that record.
    """

    sha256: bytes
    thumbnail: bytes
    place: int
    crc: int


def append(path: Path, records: Sequence[bytes]) -> int:
    """Append records of one length, overwriting a partial one that a crash left.

    One process writes at a time; others wait.

    Returns:
        Row number of the first, from 0.

    Raises:
        OSError: The disk is full or can't be written. Partial data will be overwritten.
    """
    lock = FileLock(f"{path}.lock", thread_local=False, poll_interval=_POLL_SECONDS)
    # Unbuffered: what failed to be written must not be written later.
    with lock, path.open("r+b", buffering=0) as stream:
        first = stream.seek(0, 2) // len(records[0])
        stream.seek(first * len(records[0]))
        left = memoryview(b"".join(records))
        while left:
            left = left[stream.write(left) :]
    return first


def unkept(path: Path, error: Exception) -> CacheError:
    """Return the error of thumbnails or fingerprints that can't be written to `path`."""
    reason = getattr(error, "strerror", "") or str(error)
    return CacheError(
        f"thumbnails and fingerprints can't be kept in {path}: {reason}",
        "Make room on that disk or name another one by XDG_CACHE_HOME; a scan then resumes.",
    )


class Records:
    """Reads records by row number and CRC-32.

    Attributes:
        before: Number of records when the file was opened.

    Args:
        path: The file, created if missing.
        length: Bytes per record.
    """

    def __init__(self, path: Path, length: int) -> None:
        # On a read-only disk existing records can still be read.
        with suppress(OSError):
            path.touch()
        self._stream = path.open("rb", buffering=0)
        self._length = length
        self._lock = threading.Lock()
        self.before = self.count()

    def count(self) -> int:
        """Return the number of complete records."""
        with self._lock:
            return self._stream.seek(0, 2) // self._length

    def holds(self, row: int, crc: int) -> bool:
        """Tell whether `read` would return a record for a row that `append` returned.

        Records appended since this file was opened are known to be valid: the machine did not
        crash.
        """
        return row >= self.before or bool(self.read(row, crc))

    def read(self, row: int, crc: int) -> bytes:
        """Return a record, or b"" if its bytes differ from those appended, after a crash.

        Args:
            row: Row number from 0.
            crc: CRC-32 of the record.
        """
        with self._lock:
            self._stream.seek(row * self._length)
            record = self._stream.read(self._length)
        return record if zlib.crc32(record) == crc else b""

    def close(self) -> None:
        """Close the file."""
        self._stream.close()
