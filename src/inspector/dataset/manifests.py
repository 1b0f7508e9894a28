"""Lists of files: a dataset named file by file, and a split of one, each a CSV."""

import csv
from collections.abc import Mapping
from pathlib import Path

from inspector.dataset.layouts import Layout, Location, Role, normal_split
from inspector.errors import DatasetError

_Row = Mapping[str, str | None]


def read_sides(file: Path) -> list[tuple[str, str]]:
    """Read a list of files with their splits: (path, split) in its order, splits as we name them.

    Only the columns path and split are looked at; a file may stand on several sides.

    Raises:
        DatasetError: The file is missing, not a CSV in UTF-8, or names no split.
    """
    advice = "A list of files is a CSV in UTF-8 with the columns path and split."
    rows = [(_path(row), _split(row)) for row in _rows(file, ("path", "split"), "list", advice)]
    if not any(split for _, split in rows):
        raise DatasetError(f"{file.name} names no split", advice)
    return [(path, split) for path, split in rows if path and split]


def read_manifest(file: Path) -> Layout:
    """Read a manifest into a layout; its `group` column becomes the source of a file.

    Raises:
        DatasetError: The file is missing, not a CSV in UTF-8, or lacks the columns.
    """
    advice = "A manifest is a CSV in UTF-8 with columns path, label and maybe split and group."
    listed: dict[str, Location] = {}
    for row in _rows(file, ("path", "label"), "manifest", advice):
        path, split = _path(row), _split(row)
        label = (row["label"] or "").strip()
        reason = "" if label else "no label in the manifest"
        place = Location(split, label, row.get("group") or "", reason)
        if listed.setdefault(path, place) != place:
            raise DatasetError(
                f"{file.name} names {path} twice, in two ways", "Keep one of its rows."
            )
    return Layout(Role.MANIFEST, listed=listed)


def _rows(file: Path, columns: tuple[str, str], what: str, advice: str) -> list[_Row]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            if not set(columns) <= set(reader.fieldnames or ()):
                raise DatasetError(f"{file.name} has no columns {' and '.join(columns)}", advice)
            return list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = (isinstance(error, OSError) and error.strerror) or str(error)
        raise DatasetError(f"the {what} {file} can't be read: {reason}", advice) from error


def _path(row: _Row) -> str:
    return (row["path"] or "").replace("\\", "/").removeprefix("./")


def _split(row: _Row) -> str:
    return normal_split(row.get("split") or "")
