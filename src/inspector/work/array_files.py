"""Array files of a search, read and written by rows: only what is needed is in memory."""

import errno
import itertools
import os
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from typing import IO, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray


def rows_of(file: Path, rows: NDArray[np.integer]) -> NDArray[Any]:
    """Read ascending rows of an array file: a map would hold the pages around each, too.

    Raises:
        OSError: The file is cut off.
    """
    with file.open("rb", buffering=0) as stream:
        shape, dtype = read_header(stream)
        values: NDArray[Any] = np.empty((len(rows), *shape[1:]), dtype)
        read_runs(stream, rows, values)
    return values


def read_runs(stream: FileIO, rows: NDArray[np.integer], values: NDArray[Any]) -> None:
    """Fill `values` with ascending rows of a file, the first of which begins here.

    Raises:
        OSError: The file is cut off.
    """
    for data in _runs(stream, rows, values):
        if stream.readinto(data) != data.nbytes:
            raise OSError(f"{stream.name} is cut off")


def put_rows(folder: Path, rows: NDArray[np.integer], **columns: NDArray[np.generic]) -> None:
    """Write ascending rows of array files; a map of a sparse file would fault on each page.

    Raises:
        OSError: The disk is full.
    """
    for name, values in columns.items():
        with (folder / f"{name}.npy").open("r+b", buffering=0) as stream:
            dtype = read_header(stream)[1]
            for data in _runs(stream, rows, np.ascontiguousarray(values, dtype)):
                if stream.write(data) != data.nbytes:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), stream.name)


def read_header(stream: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Read the beginning of an array file; return its shape and type."""
    np.lib.format.read_magic(stream)
    shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
    return shape, dtype


def _runs(
    stream: BinaryIO, rows: NDArray[np.integer], values: NDArray[Any]
) -> Iterator[memoryview]:
    """Yield the bytes of adjacent rows, with the stream at their place in an array file."""
    if not len(rows):
        return
    first = stream.tell()
    data = values.view(np.uint8).reshape(len(rows), -1)
    runs = np.flatnonzero(np.diff(rows, prepend=-2) != 1)
    for start, stop in itertools.pairwise([*runs.tolist(), len(rows)]):
        stream.seek(first + int(rows[start]) * data.shape[1])
        yield data[start:stop].data


def new_array_file(file: Path, dtype: np.dtype[Any], shape: tuple[int, ...]) -> BinaryIO:
    """Create an array file to which its rows are written one after another."""
    stream = file.open("wb")
    facts = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(stream, facts)
    return stream
