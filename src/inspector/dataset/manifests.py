"""A dataset named file by file: a CSV with path, label and optionally split and group."""

import csv
from pathlib import Path

from inspector.dataset.layouts import SPLIT_NAMES, Layout, Place, Role
from inspector.errors import DatasetError


def read_manifest(file: Path) -> Layout:
    """Read a manifest into a layout; its `group` column becomes the source of a file.

    Raises:
        DatasetError: The file is missing, not a CSV in UTF-8, or lacks the columns.
    """
    advice = "A manifest is a CSV in UTF-8 with columns path, label and maybe split and group."
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            columns = set(reader.fieldnames or ())
            if not {"path", "label"} <= columns:
                raise DatasetError(f"{file.name} has no columns path and label", advice)
            listed: dict[str, Place] = {}
            for row in reader:
                split = (row.get("split") or "").strip()
                split = SPLIT_NAMES.get(split.lower(), split)
                path = (row["path"] or "").replace("\\", "/").removeprefix("./")
                label = (row["label"] or "").strip()
                reason = "" if label else "no label in the manifest"
                place = Place(split, label, row.get("group") or "", reason)
                if listed.setdefault(path, place) != place:
                    raise DatasetError(
                        f"{file.name} names {path} twice, in two ways", "Keep one of its rows."
                    )
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(f"the manifest {file} can't be read: {error}", advice) from error
    return Layout(Role.MANIFEST, listed=listed)
