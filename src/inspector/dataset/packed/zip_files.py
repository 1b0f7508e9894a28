"""Zip archives: each member under its own name."""

import lzma
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from inspector.dataset.layouts.words import JUNK
from inspector.dataset.packed.model import (
    MAX_MEMBER_BYTES,
    MAX_MEMBERS,
    GrowthLimit,
    PackedMember,
    PackedReader,
    PassedOver,
    archived_path,
    damaged,
    refused,
)
from inspector.errors import DatasetError

_ENCRYPTED = 1
_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError)


def open_zip(file: Path) -> PackedReader:
    """Open a zip archive; every name in it is checked before anything is read.

    Raises:
        DatasetError: It is damaged, encrypted or made to fill a disk, or a member is a link or
            could lead outside a folder.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            infos = archive.infolist()
    except (*_DAMAGED, NotImplementedError) as error:
        raise damaged(file, error) from None
    if len(infos) > MAX_MEMBERS:
        raise refused(file, file.name, f"holds more than {MAX_MEMBERS:,} files")
    GrowthLimit(file).check(sum(info.file_size for info in infos))
    for info in infos:
        _check(file, info)
    return PackedReader(sum(not i.is_dir() for i in infos), lambda: _members(file), samples=False)


def _check(file: Path, info: zipfile.ZipInfo) -> None:
    mode = info.external_attr >> 16
    check_readable(file, info)
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise refused(file, info.filename, "is a link or no regular file")
    archived_path(info.filename.rstrip("/\\") or info.filename, file)


def check_readable(file: Path, info: zipfile.ZipInfo) -> None:
    """Check that a member needs no password.

    Raises:
        DatasetError: It does.
    """
    if info.flag_bits & _ENCRYPTED:
        raise DatasetError(
            f"{file.name} is encrypted", "Unpack it with its password by another program."
        )


def _members(file: Path) -> Iterator[PackedMember | PassedOver]:
    try:
        with zipfile.ZipFile(file) as archive:
            for info in archive.infolist():
                if info.is_dir() or info.filename.endswith("\\"):
                    continue
                path = archived_path(info.filename, file)
                if is_junk(path):
                    yield PassedOver("left behind by a program")
                elif info.file_size > MAX_MEMBER_BYTES:
                    yield PassedOver(f"larger than {MAX_MEMBER_BYTES / 1e6:,.0f} MB")
                else:
                    yield PackedMember(path, archive.read(info))
    except NotImplementedError as error:
        raise DatasetError(
            f"{file.name} is compressed in a way that can't be read: {error}",
            "Unpack it with another program.",
        ) from None
    except (*_DAMAGED, RuntimeError) as error:
        raise damaged(file, error) from None


def is_junk(path: str) -> bool:
    """Tell whether a member is a leftover of a program, such as macOS's file beside each image."""
    parts = path.split("/")
    return any(part in JUNK for part in parts) or parts[-1] in (".DS_Store", "Thumbs.db")
