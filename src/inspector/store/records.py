"""A file of records of one length beside a database that knows where each stands.

Fingerprints are 7 kB each: in the database every one took two pages or more, written twice.
"""

import threading
import zlib
from collections.abc import Sequence
from pathlib import Path


class Records:
    """Add records and read them back; several programs may have the same file.

    Whoever adds holds the database's write lock, so that no two add at once.

    Args:
        path: Of the file, begun where there is none.
        length: Of a record, bytes.
    """

    def __init__(self, path: Path, length: int) -> None:
        path.touch()
        # Not buffered: what could not be written once must not be written later.
        self._writing = path.open("r+b", buffering=0)
        self._reading = path.open("rb", buffering=0)
        self._length = length
        self._own: list[range] = []
        self._lock = threading.Lock()

    def count(self) -> int:
        """Return how many whole records there are."""
        with self._lock:
            return self._writing.seek(0, 2) // self._length

    def append(self, records: Sequence[bytes]) -> range:
        """Add records at the end, over what a crash left of one; return their row numbers.

        Raises:
            OSError: The disk is full or can't be written.
        """
        first = self.count()
        with self._lock:
            self._writing.seek(first * self._length)
            for record in records:
                left = memoryview(record)
                while left:
                    left = left[self._writing.write(left) :]
        added = range(first, first + len(records))
        if self._own and self._own[-1].stop == first:
            added = range(self._own.pop().start, added.stop)
        self._own.append(added)
        return range(first, added.stop)

    def holds(self, row: int, crc: int) -> bool:
        """Tell whether `read` would return a record; what this program added is taken as kept."""
        return any(row in rows for rows in self._own) or bool(self.read(row, crc))

    def read(self, row: int, crc: int) -> bytes:
        """Return a record, or b"" where its bytes are not what was added: a crash came between.

        Args:
            row: Its number, from 0.
            crc: Its CRC-32.
        """
        with self._lock:
            self._reading.seek(row * self._length)
            record = self._reading.read(self._length)
        return record if zlib.crc32(record) == crc else b""

    def close(self) -> None:
        """Close the file."""
        self._writing.close()
        self._reading.close()
