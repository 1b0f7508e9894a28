"""Tar archives, compressed or not: members under their own names, or WebDataset samples."""

import bz2
import gzip
import json
import lzma
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol, cast

from inspector.dataset.packed.model import (
    MAX_MEMBER_BYTES,
    MAX_MEMBERS,
    GrowthLimit,
    PackedChoice,
    PackedMember,
    PackedReader,
    PassedOver,
    archived_path,
    damaged,
    refused,
)
from inspector.dataset.packed.samples import SampleNames, read_class_names
from inspector.dataset.packed.zip_files import is_junk
from inspector.errors import DatasetError

_LOOKED_AT = 64
_LABELS = ("label", "class", "cls", "target")
_DAMAGED = (tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError)
_MAGICS: tuple[tuple[bytes, Any], ...] = (
    (b"\x1f\x8b", gzip.open),
    (b"BZh", bz2.open),
    (b"\xfd7zXZ\0", lzma.open),
)


class _Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...
    def seek(self, offset: int, whence: int = 0, /) -> int: ...
    def tell(self) -> int: ...


@dataclass(slots=True)
class _Limited:
    """A decompressed stream that neither grows without limit nor returns too much at once."""

    stream: _Readable
    limit: GrowthLimit
    file: Path
    last: bytes = b""

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= MAX_MEMBER_BYTES:
            raise refused(self.file, self.file.name, "has a header that is too large")
        self.limit.check(self.stream.tell() + size)
        self.last = self.stream.read(size)
        return self.last

    def seek(self, offset: int, whence: int = 0) -> int:
        if whence == 0:
            self.limit.check(offset)
        return self.stream.seek(offset, whence)

    def tell(self) -> int:
        return self.stream.tell()


def open_tar(file: Path, choice: PackedChoice, split: str) -> PackedReader:
    """Open a tar archive, plain or a WebDataset's, as the first members tell.

    Args:
        file: Compressed with gzip, bzip2 or xz, or not.
        choice: Names the key of the class in a WebDataset's JSON.
        split: Split of a WebDataset's images.

    Raises:
        DatasetError: It is damaged.
    """
    keys = (choice.label_column,) if choice.label_column else _LABELS
    first = []
    for number, (name, data) in enumerate(_files(file)):
        first.append((name, data))
        if number >= _LOOKED_AT:
            break
    if any(_label(name, data, keys) is not None for name, data in first):
        return PackedReader(0, lambda: _samples(file, keys, SampleNames(file, split)))
    if choice.label_column:
        raise DatasetError(
            f"no member of {file.name} has a class under {choice.label_column}",
            "Leave --label-column out, or name another key.",
        )
    return PackedReader(0, lambda: _members(file), samples=False)


def _members(file: Path) -> Iterator[PackedMember | PassedOver]:
    for name, data in _files(file):
        path = archived_path(name, file)
        if is_junk(path):
            yield PassedOver("left behind by a program")
        elif data is None:
            yield PassedOver(f"larger than {MAX_MEMBER_BYTES / 1e6:,.0f} MB")
        else:
            yield PackedMember(path, data)


def _files(file: Path) -> Iterator[tuple[str, bytes | None]]:
    """Yield the name and the bytes of each regular file, None for one that is too large.

    Raises:
        DatasetError: The archive is damaged, grows without limit, or contains a link, a device or a
            name that could lead outside a folder.
    """
    try:
        with file.open("rb") as raw:
            head = raw.read(6)
            raw.seek(0)
            opened = next((o for magic, o in _MAGICS if head.startswith(magic)), None)
            stream: _Readable = opened(raw, "rb") if opened else raw
            limited = _Limited(stream, GrowthLimit(file), file)
            with tarfile.open(fileobj=cast(IO[bytes], limited), mode="r:") as archive:
                number = 0
                while (member := archive.next()) is not None:
                    # Otherwise each member is kept for a second reading.
                    archive.members.clear()  # type: ignore[attr-defined]
                    number += 1
                    if number > MAX_MEMBERS:
                        raise refused(file, file.name, f"holds more than {MAX_MEMBERS:,} files")
                    if member.name not in (".", ""):
                        archived_path(member.name, file)
                    if member.isdir():
                        continue
                    if not member.isfile() or member.issparse():
                        raise refused(file, member.name, "is a link or no regular file")
                    yield member.name, _bytes(archive, member)
            if limited.last != bytes(tarfile.BLOCKSIZE):
                raise tarfile.ReadError("it ends without the mark of its end")
    except _DAMAGED as error:
        raise damaged(file, error) from None


def _bytes(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes | None:
    if member.size > MAX_MEMBER_BYTES:
        return None
    stream = archive.extractfile(member)
    data = stream.read(member.size) if stream is not None else b""
    if len(data) != member.size:
        raise tarfile.ReadError("unexpected end of data")
    return data


def _samples(
    file: Path, keys: tuple[str, ...], names: SampleNames
) -> Iterator[PackedMember | PassedOver]:
    """Yield WebDataset samples: successive members with the same name up to a dot."""
    classes = read_class_names(file.parent, "classnames.txt", "classes.txt", "labels.txt")
    key, parts = "", dict[str, bytes | None]()
    for name, data in _files(file):
        folder, _, base = name.rpartition("/")
        stem, _, ending = base.partition(".")
        if f"{folder}/{stem}" != key and parts:
            yield _sample(key, parts, keys, names, classes)
            parts = {}
        key = f"{folder}/{stem}"
        parts[ending] = data
    if parts:
        yield _sample(key, parts, keys, names, classes)


def _sample(
    key: str, parts: Mapping[str, bytes | None], keys: tuple[str, ...], names: SampleNames,
    classes: Mapping[int, str],
) -> PackedMember | PassedOver:  # fmt: skip
    labels = (_label(f"x.{ending}", data, keys) for ending, data in sorted(parts.items()))
    label = next((text for text in labels if text is not None), None)
    if label is not None and label.isdecimal() and len(label) < 10:
        label = classes.get(int(label), label)
    images = [data for _, data in sorted(parts.items()) if data]
    members = (names.place(data, label, key) for data in images)
    return next(
        (m for m in members if isinstance(m, PackedMember)), PassedOver("no image or class")
    )


def _label(name: str, data: bytes | None, keys: tuple[str, ...]) -> str | None:
    """Return the class in a member of a WebDataset sample, None for other members."""
    ending = name.rpartition("/")[2].partition(".")[2].lower()
    if data is None or ending not in ("cls", "cls.txt", "json") or len(data) > 1 << 20:
        return None
    try:
        text = data.decode().strip()
        if ending != "json":
            return text or None
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    values = (
        [document[key] for key in keys if key in document] if isinstance(document, dict) else []
    )
    return str(values[0]) if values and isinstance(values[0], str | int) else None
