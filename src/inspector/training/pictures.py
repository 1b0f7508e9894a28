"""Image files as square arrays: read, verified and decoded once, then mapped from a cache.

The pixels are those of Keras: EXIF orientation is ignored and images are resized bilinearly without
antialiasing, as by `image_dataset_from_directory`, but rounded to whole levels (uint8).
"""

import errno
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.dataset.decoding import read_file
from inspector.dataset.rasters import RefusedError
from inspector.dataset.training_decode import Pixels, decode_square
from inspector.errors import TrainingError
from inspector.training_protocol.run_spec import SampleColumns

Told = Callable[[int, int], None]
"""Called with (done, total) from time to time; raises to stop."""

FEATURE_VERSION = 1
"""Part of the cache key: raise it when the same bytes give other pixels."""

_CHUNK = 64


@dataclass(frozen=True, slots=True)
class TrainingImages:
    """All images of a run in one array, each once however many lists name it.

    Attributes:
        pixels: uint8 (n, side, side, 3) RGB, read-only, possibly mapped from a file.
        rows: Row of each image by its key; see `keys`.
    """

    pixels: Pixels
    rows: dict[str, int]

    def find(self, samples: SampleColumns) -> NDArray[np.int64]:
        """Return the rows of the samples, in order."""
        return np.array([self.rows[key] for key in keys(samples)], dtype=np.int64)


def keys(samples: SampleColumns) -> list[str]:
    """Return the cache key of each image: its hash where known, else its path."""
    return [
        digest or f"path:{path}" for path, digest in zip(samples.paths, samples.sha256, strict=True)
    ]


def read_square(root: Path, path: str, *, sha256: str, side_px: int) -> Pixels:
    """Read, verify and decode one sample.

    Raises:
        TrainingError: It is missing, changed since the split was made, or can't be decoded.
    """
    again = "Scan the folder again and start a new run."
    try:
        data = read_file(str(root / path))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise TrainingError(f"{path} can't be read: {reason}", again) from error
    if sha256 and hashlib.sha256(data).hexdigest() != sha256:
        raise TrainingError(f"{path} was changed since the split was made", again)
    try:
        return decode_square(data, name=path, side_px=side_px)
    except Exception as error:  # decoders raise almost any exception for a hostile file
        reason = str(error) if isinstance(error, RefusedError) else "it can't be decoded"
        raise TrainingError(
            f"{path}: {reason}", "Exclude it from the dataset, then start."
        ) from error


def read_squares(
    root: Path, samples: SampleColumns, *, side_px: int, threads: int, told: Told
) -> Iterator[Pixels]:
    """Yield each sample's square in order, decoded by threads slightly ahead.

    Raises:
        TrainingError: As `read_square`.
    """

    def read(sample: tuple[str, str]) -> Pixels:
        return read_square(root, sample[0], sha256=sample[1], side_px=side_px)

    files = iter(zip(samples.paths, samples.sha256, strict=True))
    done = 0
    with ThreadPoolExecutor(threads, "decode") as pool:
        while chunk := list(islice(files, _CHUNK)):
            told(done, len(samples))
            yield from pool.map(read, chunk)
            done += len(chunk)
    told(done, len(samples))


def load_pictures(
    root: Path,
    lists: Iterable[SampleColumns],
    *,
    side_px: int,
    cache: Path,
    threads: int,
    told: Told,
) -> TrainingImages:
    """Map the images of all lists from the cache, decoding them into it the first time.

    The cache key is the set of file hashes, so runs with other splits or seeds of the same samples
    share it. Images without a hash are never taken from the cache.

    Raises:
        TrainingError: As `read_square`, or the disk is full.
    """
    cv2.setNumThreads(1)
    union = _union(lists)
    named = keys(union)
    rows = {key: row for row, key in enumerate(named)}
    text = "\n".join([f"{FEATURE_VERSION} {side_px}", *named])
    digest = hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
    file = cache / f"pictures-{side_px}-{digest}.npy"
    if "" in union.sha256 or not _is_whole(file, (len(union), side_px, side_px, 3)):
        squares = read_squares(root, union, side_px=side_px, threads=threads, told=told)
        _write_array(file, squares, (len(union), side_px, side_px, 3))
    return TrainingImages(np.load(file, mmap_mode="r"), rows)


def _union(lists: Iterable[SampleColumns]) -> SampleColumns:
    """Return each image of all lists once, sorted by key."""
    entries: dict[str, tuple[str, int, str]] = {}
    for samples in lists:
        columns = zip(samples.paths, samples.labels, samples.sha256, strict=True)
        entries.update(zip(keys(samples), columns, strict=True))
    paths, labels, digests = zip(*(entries[key] for key in sorted(entries)), strict=True)
    return SampleColumns(paths, labels, digests)


def _is_whole(file: Path, shape: tuple[int, ...]) -> bool:
    try:
        return bool(np.load(file, mmap_mode="r").shape == shape)
    except (OSError, ValueError):
        return False


def _write_array(file: Path, squares: Iterator[Pixels], shape: tuple[int, ...]) -> None:
    """Write an .npy file and rename it into place.

    Plain writes: a memory-mapped file on a full disk would kill the process.
    """
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as stream:
            header = {"descr": "|u1", "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(stream, header)
            for square in squares:
                stream.write(np.ascontiguousarray(square).data)
        part.replace(file)
    except OSError as error:
        full = error.errno == errno.ENOSPC
        what = "the disk is full" if full else f"the cache can't be written: {error.strerror}"
        need = int(np.prod(shape)) // 1_000_000 + 1
        raise TrainingError(
            f"{what} ({file.parent})", f"{need:,} MB are needed there for decoded images."
        ) from error
    finally:
        part.unlink(missing_ok=True)
