"""A file of fingerprints that can be published in place of a dataset.

Three parts, documented on the guide's page "Have I trained on a test set?":

1. The line `INSPECTOR FINGERPRINTS 1`: the format's name and version.
2. A line of JSON: `Header`.
3. One record per image (`FULL` or `HASHES`), then the names: one line `split<TAB>path` per image.

All numbers are little-endian. Nothing is compressed or pickled, so the size of each part follows
from the header; the header's SHA-256 covers the third part.
"""

import hashlib
import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

import msgspec
import numpy as np
from numpy.typing import NDArray

from inspector.dataset.names import (
    NO_SPLIT,
    RelativePath,
    Split,
    parse_relative_path,
    parse_split,
    shown,
)
from inspector.errors import DatasetError
from inspector.input_files import decode_json, open_regular

MAGIC = b"INSPECTOR FINGERPRINTS 1\n"
ENDING = ".fingerprints"
MAX_IMAGES = 2_000_000
MAX_HEADER_BYTES = 4_096
MAX_NAME_LINE_BYTES = 4_096
DIGEST_BYTES = 32
FEATURES = 3
"""Version of the fingerprints. Source: similarity.fingerprints.VERSION; a test checks it."""
RECORD_BYTES = 2_048
"""Source: similarity.packing.RECORD_BYTES; a test checks it."""

_IDENTITY = [("sha256", np.uint8, (DIGEST_BYTES,)), ("pixels", np.uint8, (DIGEST_BYTES,))]
FULL = np.dtype([*_IDENTITY, ("record", np.uint8, (RECORD_BYTES,))])
HASHES = np.dtype([*_IDENTITY, ("hash", "<u8", (4,)), ("flat", np.uint8)])
_WHAT = "fingerprint file"
_ADVICE = "Make it anew with `inspector fingerprints DATASET -o FILE`, or download it again."
_CHECKED_AT_ONCE = 4_096


class Detail(StrEnum):
    """How much the file holds of each image."""

    FULL = "full"
    """Its digests and a packed fingerprint, from which a 64x64 icon can be drawn."""
    HASHES = "hashes"
    """Its digests and four hashes of 64 bits, from which nothing can be drawn."""


class Header(msgspec.Struct, frozen=True):
    """The second line.

    Attributes:
        name: Display name of the dataset.
        images: Number of records, and of names.
        detail: Type of a record.
        features: Version of the fingerprints.
        names_bytes: Length of the names.
        sha256: Of records and names, in hex.
    """

    name: str
    images: int
    detail: Detail
    features: int
    names_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class FingerprintFile:
    """Content of a fingerprint file.

    Attributes:
        name: Display name of the dataset.
        detail: Type of a row.
        rows: (n,) of `FULL` or `HASHES`.
        paths: (n) relative to the dataset.
        splits: (n) on disk; "" for none.
    """

    name: str
    detail: Detail
    rows: NDArray[np.void]
    paths: tuple[RelativePath, ...]
    splits: tuple[Split, ...]

    def records(self) -> NDArray[np.void]:
        """Return the fingerprints (n,) as `similarity.packing.PACKED`; hashes have no images."""
        # Imports numba, which opening a project need not wait for.
        from inspector.similarity.packing import PACKED

        if self.detail is Detail.FULL:
            data = np.ascontiguousarray(self.rows["record"]).tobytes()
            return np.frombuffer(data, PACKED)
        records = np.zeros(len(self.rows), PACKED)
        records["hash"], records["flat"] = self.rows["hash"], self.rows["flat"] > 0
        return records


def write_fingerprints(stream: BinaryIO, file: FingerprintFile) -> None:
    """Write a fingerprint file.

    Raises:
        DatasetError: It holds more than `MAX_IMAGES`.
    """
    if len(file.rows) > MAX_IMAGES:
        raise DatasetError(
            f"{len(file.rows):,} images are too many for one fingerprint file",
            f"Make several, of at most {MAX_IMAGES:,} images each.",
        )
    lines = (f"{s}\t{p}\n" for s, p in zip(file.splits, file.paths, strict=True))
    names = "".join(lines).encode()
    records = np.ascontiguousarray(file.rows).data
    digest = hashlib.sha256(records)
    digest.update(names)
    header = Header(
        file.name, len(file.rows), file.detail, FEATURES, len(names), digest.hexdigest()
    )
    stream.write(MAGIC + msgspec.json.encode(header) + b"\n")
    stream.write(records)
    stream.write(names)


def read_fingerprints(path: Path) -> FingerprintFile:
    """Read and check a fingerprint file.

    Raises:
        DatasetError: It is no such file, or of another version, cut off, changed or damaged.
    """
    with os.fdopen(open_regular(path, what=_WHAT, advice=_ADVICE), "rb") as stream:
        if stream.read(len(MAGIC)) != MAGIC:
            raise _wrong(path, "it does not begin like one of version 1")
        header = _header(path, stream.readline(MAX_HEADER_BYTES))
        kind = FULL if header.detail is Detail.FULL else HASHES
        length = header.images * kind.itemsize
        left = os.fstat(stream.fileno()).st_size - stream.tell()
        if left != length + header.names_bytes:
            raise _wrong(path, "its length does not fit its header: it is cut off or changed")
        data = stream.read(length)
        names = stream.read(header.names_bytes)
    digest = hashlib.sha256(data)
    digest.update(names)
    if len(data) != length or digest.hexdigest() != header.sha256:
        raise _wrong(path, "its content does not fit its checksum")
    splits, paths = _names(path, names, header.images)
    file = FingerprintFile(
        shown(header.name), header.detail, np.frombuffer(data, kind), tuple(paths), tuple(splits)
    )
    if header.detail is Detail.FULL:
        _check(path, file.records())
    return file


def is_fingerprint_file(path: Path) -> bool:
    """Tell whether a path is a regular file, and so no dataset folder or project."""
    return path.is_file() and path.suffix != ".inspector"


def _wrong(path: Path, why: str) -> DatasetError:
    return DatasetError(f"the {_WHAT} {path} can't be read: {why}", _ADVICE)


def _header(path: Path, line: bytes) -> Header:
    if not line.endswith(b"\n"):
        raise _wrong(path, "its header is cut off or too long")
    try:
        header = decode_json(line.decode(), Header, where="its header")
    except UnicodeDecodeError:
        raise _wrong(path, "its header is not UTF-8") from None
    except DatasetError as error:
        raise _wrong(path, error.message) from None
    if header.features != FEATURES:
        raise _wrong(
            path, f"its fingerprints have version {header.features}, this program has {FEATURES}"
        )
    most = header.images * MAX_NAME_LINE_BYTES
    if not (0 <= header.images <= MAX_IMAGES and 0 <= header.names_bytes <= most):
        raise _wrong(path, "its header names an impossible number of images or bytes")
    return header


def _names(path: Path, data: bytes, images: int) -> tuple[list[Split], list[RelativePath]]:
    try:
        lines = data.decode().split("\n")
    except UnicodeDecodeError:
        raise _wrong(path, "its names are not UTF-8") from None
    if lines.pop() or len(lines) != images:
        raise _wrong(path, "it has not one name per image")
    splits: list[Split] = []
    paths: list[RelativePath] = []
    for number, line in enumerate(lines, 1):
        split, tab, name = line.partition("\t")
        where = f"{path.name}, name {number}"
        if not tab:
            raise _wrong(path, f"name {number} has no tab")
        splits.append(parse_split(split, where=where) if split else NO_SPLIT)
        paths.append(parse_relative_path(name, where=where))
    return splits, paths


def _check(path: Path, records: NDArray[np.void]) -> None:
    """Refuse fingerprints that no image gives, or whose small images can't be decoded."""
    from inspector.similarity.packing import is_sound, unpack

    sound = is_sound(records)
    if not sound.all():
        raise _wrong(path, f"fingerprint {int(np.argmin(sound)) + 1} is damaged")
    for start in range(0, len(records), _CHECKED_AT_ONCE):
        try:
            unpack(records[start : start + _CHECKED_AT_ONCE])
        except ValueError:
            raise _wrong(
                path, f"a small image after fingerprint {start + 1} can't be decoded"
            ) from None
