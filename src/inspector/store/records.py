"""A file of byte records beside a database that knows where each stands: only ever added to.

Fingerprints are 7 kB each. In the database every one took four pages, written twice.
"""

import threading
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands: the offset of its first byte, its length in bytes, its CRC-32."""

    at: int
    length: int
    crc: int


class Records:
    """Add records and read them back; several programs may have the same file.

    Whoever adds holds the database's write lock, so that no two add at once.
    """

    def __init__(self, path: Path) -> None:
        self._end = path.open("ab")
        self._anywhere = path.open("rb", buffering=0)
        self._lock = threading.Lock()

    def size(self) -> int:
        """Return the length of the file, bytes."""
        with self._lock:
            return self._end.seek(0, 2)

    def append(self, records: Sequence[bytes]) -> list[Place]:
        """Add records at the end; return the place of each.

        Raises:
            OSError: The disk is full or can't be written.
        """
        with self._lock:
            at = self._end.seek(0, 2)
            self._end.writelines(records)
            self._end.flush()
        places = []
        for record in records:
            places.append(Place(at, len(record), zlib.crc32(record)))
            at += len(record)
        return places

    def read(self, place: Place) -> bytes:
        """Return a record, or b"" where its bytes are not what was added: a crash came between."""
        with self._lock:
            self._anywhere.seek(place.at)
            record = self._anywhere.read(place.length)
        return record if zlib.crc32(record) == place.crc else b""

    def close(self) -> None:
        """Close the file."""
        self._end.close()
        self._anywhere.close()
