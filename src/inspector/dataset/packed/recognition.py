"""Find the packed files of a folder, and open them."""

import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import assert_never

from inspector.dataset.layouts.words import is_image
from inspector.dataset.packed.model import PackedChoice, PackedReader
from inspector.dataset.packed.samples import split_of_file
from inspector.errors import DatasetError

MAX_FILES = 100_000
_DEPTH = 4


class PackedKind(StrEnum):
    """How a file contains its images."""

    ZIP = "zip archive"
    TAR = "tar archive"
    PARQUET = "Parquet table"
    NPZ = "NumPy archive"
    TF_RECORD = "TFRecord file"


_KINDS = (
    (re.compile(r"\.zip$", re.I), PackedKind.ZIP),
    (re.compile(r"\.(?:tar|tar\.gz|tgz|tar\.bz2|tbz2|tar\.xz|txz)$", re.I), PackedKind.TAR),
    (re.compile(r"\.parquet$", re.I), PackedKind.PARQUET),
    (re.compile(r"\.npz$", re.I), PackedKind.NPZ),
    (re.compile(r"\.tfrecords?(?:\.gz)?(?:-\d+-of-\d+)?$", re.I), PackedKind.TF_RECORD),
    (re.compile(r"\.tfrec$", re.I), PackedKind.TF_RECORD),
)


def packed_kind(name: str) -> PackedKind | None:
    """Return the kind of a packed file by its name, None for other files."""
    return next((kind for pattern, kind in _KINDS if pattern.search(name)), None)


def packed_stem(name: str) -> str:
    """Return the name of a packed file without the suffix of its kind."""
    for pattern, _ in _KINDS:
        name = pattern.sub("", name)
    return name


def packed_files(path: Path) -> list[Path]:
    """Return the packed files that a path is or contains, sorted; none where images lie beside.

    Links are not followed, and hidden folders are skipped.
    """
    if path.is_file():
        return [path] if packed_kind(path.name) else []
    files: list[Path] = []
    for file in _files_below(path):
        if is_image(file.name) or len(files) > MAX_FILES:
            return []
        if packed_kind(file.name):
            files.append(file)
    return sorted(files)


def _files_below(root: Path) -> Iterator[Path]:
    pending = [(root, 0)]
    while pending:
        folder, depth = pending.pop()
        try:
            entries = sorted(folder.iterdir())
        except OSError:
            continue
        for entry in entries:
            if entry.name.startswith(".") or entry.is_symlink():
                continue
            if entry.is_file():
                yield entry
            elif entry.is_dir() and depth < _DEPTH:
                pending.append((entry, depth + 1))


def open_packed(file: Path, root: Path, choice: PackedChoice) -> PackedReader:
    """Open a packed file.

    Args:
        file: A file of a known kind.
        root: The opened folder: names of folders below it may give the split.
        choice: What the user says about it.

    Raises:
        DatasetError: It is damaged or hostile, or contains no images with classes.
    """
    # Imported late: table readers take a while to import.
    from inspector.dataset.packed import (
        npz_files,
        parquet_files,
        tar_files,
        tf_records,
        zip_files,
    )

    kind = packed_kind(file.name)
    split = split_of_file(file, root)
    match kind:
        case PackedKind.ZIP:
            return zip_files.open_zip(file)
        case PackedKind.TAR:
            return tar_files.open_tar(file, choice, split)
        case PackedKind.PARQUET:
            return parquet_files.open_parquet(file, choice, split)
        case PackedKind.NPZ:
            return npz_files.open_npz(file)
        case PackedKind.TF_RECORD:
            return tf_records.open_tf_records(file, choice, split)
        case None:
            raise DatasetError(f"{file.name} is no file that holds images", "Open a folder.")
    assert_never(kind)
