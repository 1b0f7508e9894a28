"""NumPy archives such as MNIST's mnist.npz and MedMNIST's: arrays of pixels and of labels."""

import re
import tokenize
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.dataset.layouts.words import split_of
from inspector.dataset.packed.model import (
    MAX_MEMBER_BYTES,
    MAX_MEMBERS,
    GrowthLimit,
    PackedMember,
    PackedReader,
    PassedOver,
    damaged,
)
from inspector.dataset.packed.samples import SampleNames
from inspector.dataset.packed.zip_files import check_readable
from inspector.errors import DatasetError

# NumPy evaluates headers as Python source; zipfile raises RuntimeError for encrypted members.
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, SyntaxError,
    TypeError, KeyError, tokenize.TokenError,
)  # fmt: skip
_IMAGES = re.compile(r"(?:^|_)(?:x|images?|data|imgs?)(?:_|$)", re.IGNORECASE)
_LABELS = re.compile(r"(?:^|_)(?:y|labels?|targets?)(?:_|$)", re.IGNORECASE)
_CHANNELS = (1, 3, 4)
_SHAPES = "Expected arrays such as x_train (n, height, width[, 3]) and y_train (n) of bytes."


@dataclass(frozen=True, slots=True)
class _Array:
    """One array of an archive, by its header."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]


def open_npz(file: Path) -> PackedReader:
    """Open a NumPy archive; objects, which would be pickles, are never read.

    Raises:
        DatasetError: It is damaged, or its arrays are no images with labels.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            GrowthLimit(file).check(sum(info.file_size for info in archive.infolist()))
            arrays = {
                a.name: a for info in archive.infolist() if (a := _header(file, archive, info))
            }
    except _DAMAGED as error:
        raise damaged(file, error) from None
    pairs = _pairs(arrays)
    if not pairs:
        there = ", ".join(f"{a.name} {a.shape} {a.dtype}" for a in list(arrays.values())[:8])
        raise DatasetError(
            f"{file.name} holds no arrays of images with their labels: {there or 'nothing'}",
            _SHAPES,
        )
    total = sum(images.shape[0] for images, _ in pairs)
    if total > MAX_MEMBERS:
        raise DatasetError(f"{file.name} holds more than {MAX_MEMBERS:,} images", _SHAPES)
    return PackedReader(total, lambda: _members(file, pairs))


def _header(file: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> _Array | None:
    """Return the array described by a member's header, None if it is no array in C order."""
    if not info.filename.endswith(".npy"):
        return None
    check_readable(file, info)
    with archive.open(info) as stream:
        shape, fortran, dtype = _read_header(stream)
    return None if fortran or dtype.hasobject else _Array(info.filename[:-4], shape, dtype)


def _read_header(stream: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[np.generic]]:
    version = np.lib.format.read_magic(stream)
    if version == (1, 0):
        return np.lib.format.read_array_header_1_0(stream)
    return np.lib.format.read_array_header_2_0(stream)


def _pairs(arrays: Mapping[str, _Array]) -> list[tuple[_Array, _Array]]:
    """Return (images, labels) of each split: their names differ in one word only."""
    labels = {_LABELS.sub("_", a.name).strip("_"): a for a in arrays.values() if _is_labels(a)}
    pairs = []
    for one in arrays.values():
        other = labels.get(_IMAGES.sub("_", one.name).strip("_"))
        if _is_images(one) and other is not None and other.shape[0] == one.shape[0]:
            pairs.append((one, other))
    return pairs


def _is_images(array: _Array) -> bool:
    shape = array.shape
    if array.dtype != np.uint8 or not _IMAGES.search(array.name) or not shape or 0 in shape:
        return False
    size = shape[1] * shape[2] * 4 if len(shape) > 2 else 0
    return size <= MAX_MEMBER_BYTES and (
        len(shape) == 3 or (len(shape) == 4 and shape[3] in _CHANNELS)
    )


def _is_labels(array: _Array) -> bool:
    flat = len(array.shape) == 1 or (len(array.shape) == 2 and array.shape[1] == 1)
    return bool(_LABELS.search(array.name)) and flat and array.dtype.kind in "iuUS"


def _members(file: Path, pairs: list[tuple[_Array, _Array]]) -> Iterator[PackedMember | PassedOver]:
    try:
        with zipfile.ZipFile(file) as archive:
            for images, labels in pairs:
                names = SampleNames(file, split_of(images.name))
                texts = _texts(archive, labels)
                for pixels, label in zip(_rows(archive, images), texts, strict=True):
                    yield names.place(_png(pixels), label, images.name)
    except _DAMAGED as error:
        raise damaged(file, error) from None


def _rows(archive: zipfile.ZipFile, array: _Array) -> Iterator[NDArray[np.uint8]]:
    """Yield one image at a time, so that at most one is in memory."""
    size = int(np.prod(array.shape[1:]))
    with archive.open(f"{array.name}.npy") as stream:
        _read_header(stream)
        for _ in range(array.shape[0]):
            data = stream.read(size)
            if len(data) < size:
                raise EOFError(f"{array.name} ends early")
            yield np.frombuffer(data, np.uint8).reshape(array.shape[1:])


def _texts(archive: zipfile.ZipFile, array: _Array) -> list[str | None]:
    with archive.open(f"{array.name}.npy") as stream:
        _read_header(stream)
        size = array.shape[0] * array.dtype.itemsize
        data = stream.read(size)
    if len(data) < size:
        raise EOFError(f"{array.name} ends early")
    values = np.frombuffer(data, array.dtype).tolist()
    plain = (v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v) for v in values)
    return [None if text in ("", "-1") else text for text in plain]


def _png(pixels: NDArray[np.uint8]) -> bytes:
    if pixels.ndim == 3:
        channels = pixels.shape[2]
        pixels = pixels[:, :, 0] if channels == 1 else pixels[:, :, [2, 1, 0, 3][:channels]]
    _, data = cv2.imencode(".png", np.ascontiguousarray(pixels))
    return bytes(data.tobytes())
