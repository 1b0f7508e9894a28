"""A folder that stands in for a dataset in a bucket: its names, sizes, times and label files.

Its images are empty files of the right size that take no space. A project of it shows what a scan
on a cluster has read: facts, thumbnails and fingerprints come from the shards.
"""

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from inspector.cluster.shards import file_system
from inspector.dataset.names import parse_listed_path, why_no_path
from inspector.desktop.paths import origin_file
from inspector.errors import ClusterError

# Files that may tell classes and splits are copied, up to this size.
LABEL_ENDINGS = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".yaml", ".yml", ".parquet")
MAX_LABEL_BYTES = 64_000_000
_TIMES = ("mtime", "LastModified", "last_modified", "updated", "created")


def make_stand_in(url: str, folder: Path) -> None:
    """Bring the stand-in of a dataset up to date.

    Args:
        url: Folder, in a way that fsspec understands.
        folder: Of this program; what is gone from the dataset is removed from it.

    Raises:
        ClusterError: The dataset can't be listed, or has a name that no folder here can have.
    """
    system, root = file_system(url)
    system.invalidate_cache()
    try:
        files = system.find(root, detail=True)
    except OSError as error:
        raise ClusterError(
            f"{url} can't be listed: {error}", "Check the URL and rights."
        ) from error
    names = {
        path.removeprefix(root).lstrip("/"): facts
        for path, facts in files.items()
        if path != root and not path.endswith("/")
    }
    if not names:
        raise ClusterError(f"there are no files in {url}", "Check the URL.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        origin_file(folder).write_text(url, "utf-8")
        for name, facts in names.items():
            if why := why_no_path(name):
                raise ClusterError(f"{url} has a file {name!r}: {why}", "Rename it.")
            file, size, time_ns = folder / parse_listed_path(name), _size(facts), _time_ns(facts)
            if _is_current(file, size, time_ns):
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            if name.lower().endswith(LABEL_ENDINGS) and size <= MAX_LABEL_BYTES:
                system.get_file(f"{root}/{name}", str(file))
            else:
                with file.open("wb") as stream:
                    stream.truncate(size)
            os.utime(file, ns=(time_ns, time_ns))
        for file in [f for f in folder.rglob("*") if f.is_file()]:
            if file.relative_to(folder).as_posix() not in names:
                file.unlink()
    except OSError as error:
        raise ClusterError(
            f"the names of {url} can't be written to {folder}: {error}", "Make room on that disk."
        ) from error


def _is_current(file: Path, size: int, time_ns: int) -> bool:
    try:
        facts = file.stat()
    except OSError:
        return False
    return (facts.st_size, facts.st_mtime_ns) == (size, time_ns)


def _size(facts: Mapping[str, object]) -> int:
    size = facts.get("size")
    return size if isinstance(size, int) else 0


def _time_ns(facts: Mapping[str, object]) -> int:
    """Return the time of the last change, to the second: some stores tell no more."""
    for name in _TIMES:
        time = facts.get(name)
        if isinstance(time, str):
            time = datetime.fromisoformat(time)
        if isinstance(time, datetime):
            time = time.timestamp()
        if isinstance(time, int | float):
            return int(time) * 1_000_000_000
    return 0
