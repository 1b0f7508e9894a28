"""CSV lists of files: a dataset listed file by file, and a split as a list."""

from pathlib import Path

from inspector.dataset.csv_table import TableRow, read_rows
from inspector.dataset.layouts import Layout, Location, Role, normal_split
from inspector.dataset.names import (
    NO_GROUP,
    NO_LABEL,
    NO_SPLIT,
    RelativePath,
    Split,
    parse_group,
    parse_label,
    parse_relative_path,
    parse_split,
)
from inspector.errors import DatasetError


def read_sides(file: Path, root: Path) -> list[tuple[RelativePath, Split]]:
    """Read a list of files with their splits: (path, split) in order, with our split names.

    Only the columns path and split are read; a file may be in several splits.

    Args:
        file: The list.
        root: Dataset folder; absolute paths inside it are accepted, too.

    Raises:
        DatasetError: The file is missing, no UTF-8 CSV, names no split, or holds a path or a split
            that could lead outside a folder.
    """
    advice = "A list of files is a CSV in UTF-8 with the columns path and split."
    rows = read_rows(file, ("path", "split"), what="list", advice=advice)
    sides = [
        (_path(row, root), split)
        for row in rows
        if row.cells["path"].strip() and (split := _split(row))
    ]
    if not sides:
        raise DatasetError(f"{file.name} names no split", advice)
    return sides


def read_manifest(file: Path) -> Layout:
    """Read a manifest into a layout; its `group` column becomes the source of a file.

    Raises:
        DatasetError: The file is missing, no UTF-8 CSV, lacks the columns, names no file, or holds
            a name that could lead outside a folder.
    """
    advice = "A manifest is a CSV in UTF-8 with columns path, label and maybe split and group."
    listed: dict[str, Location] = {}
    for row in read_rows(file, ("path", "label"), what="manifest", advice=advice):
        if not row.cells["path"].strip():
            continue  # an export lists what it left out like this
        path, split = _path(row), _split(row)
        text, group = row.cells["label"].strip(), row.cells.get("group", "")
        label = parse_label(text, where=row.where) if text else NO_LABEL
        reason = "" if label else "no label in the manifest"
        source = parse_group(group, where=row.where) if group else NO_GROUP
        place = Location(split, label, source, reason)
        if listed.setdefault(path, place) != place:
            raise DatasetError(
                f"{file.name} names {path} twice, in two ways", "Keep one of its rows."
            )
    if not listed:
        raise DatasetError(f"{file.name} names no file", advice)
    return Layout(Role.MANIFEST, listed=listed)


def _path(row: TableRow, root: Path | None = None) -> RelativePath:
    text = row.cells["path"].replace("\\", "/").removeprefix("./")
    if root is not None and Path(text).is_relative_to(root):
        text = Path(text).relative_to(root).as_posix()
    return parse_relative_path(text, where=row.where)


def _split(row: TableRow) -> Split:
    name = normal_split(row.cells.get("split", ""))
    return parse_split(name, where=row.where) if name else NO_SPLIT
