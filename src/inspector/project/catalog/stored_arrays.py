"""Array files beside the cache that a search leaves for the next; any of them may be damaged."""

import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from inspector.work.tasks import SEARCH

DAMAGED = (
    OSError, EOFError, LookupError, TypeError, ValueError, RuntimeError, OverflowError,
    zipfile.BadZipFile, zlib.error, struct.error,
)  # fmt: skip
"""What reading a damaged file may raise. `zipfile` says by a RuntimeError what it can't read."""


@contextmanager
def stored_arrays(file: Path) -> Iterator[Any]:
    """Yield the arrays of a file by name; each is checked when it is read to its end.

    Raises:
        LookupError: Another search stored them. Damage raises one of `DAMAGED`, also later.
    """
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
        if str(arrays["maker"]) != SEARCH:
            raise LookupError(f"{file} is of another search")
        yield arrays


@contextmanager
def open_array(file: Path, arrays: Any, name: str) -> Iterator[tuple[BinaryIO, int]]:
    """Yield a stream at an array in the file of `stored_arrays`, and how many bytes it has.

    To read any part of it: `zipfile` reads what is before. Nothing is checked.

    Args:
        file: The file.
        arrays: As `stored_arrays` yields it.
        name: Of the array.
    """
    info = arrays.zip.getinfo(f"{name}.npy")
    with file.open("rb") as stream:
        # The local header has two lengths of its own, of the name and of what follows it.
        stream.seek(info.header_offset + 26)
        stream.seek(sum(struct.unpack("<HH", stream.read(4))), os.SEEK_CUR)
        yield stream, int(info.file_size)
