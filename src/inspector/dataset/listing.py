"""The files of a dataset: each file below its folder, and what it is before it is read."""

import os
import stat
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from inspector.dataset.layouts import Layout, Location, Role, leads_back
from inspector.dataset.names import (
    Group,
    Label,
    RelativePath,
    Split,
    parse_listed_path,
    why_no_path,
    without_controls,
    without_way_out,
)

CHUNK = 2_000
_UNUSABLE = "the name can't be used: {}; rename the file"


class Status(StrEnum):
    """Status of a file."""

    PENDING = "pending"
    IMAGE = "image"
    UNREADABLE = "unreadable"
    CRASHED = "crashed"
    TIMEOUT = "timeout"
    IGNORED = "ignored"
    OTHER = "other"


FAILED = (Status.UNREADABLE, Status.CRASHED, Status.TIMEOUT)


class Entry(NamedTuple):
    """One file as listed on disk; a tuple, which is fastest to create and store.

    Attributes:
        path: Relative to the dataset, with "/".
        size: Bytes.
        mtime_ns: Time of the last change.
    """

    path: RelativePath
    size: int
    mtime_ns: int
    split: Split
    label: Label
    source: Group
    status: Status
    reason: str


def list_files(root: Path, layout: Layout) -> Iterator[list[Entry]]:
    """Yield every file below `root` in chunks, folders in code-point order.

    Linked folders at or above the class folders are followed, as in Keras, except those that lead
    back to a folder above them. Other linked folders, links that are broken or lead outside the
    dataset, FIFOs, sockets and devices have the status other. Folders that can't be listed are
    yielded as one entry of status other.
    """
    inside = os.path.realpath(root) + os.sep
    chunk: list[Entry] = []
    # Each folder by its name on disk and as shown, both with a final "/", and the real paths of the
    # folders above it.
    folders: list[tuple[str, str, tuple[str, ...]]] = [("", "", (inside.rstrip(os.sep),))]
    while folders:
        folder, shown_folder, above = folders.pop()
        try:
            with os.scandir(root / folder) as unsorted:
                entries = sorted(unsorted, key=lambda entry: entry.name)
        except OSError as error:
            path = shown_folder.rstrip("/")
            reason = f"the folder can't be listed: {error.strerror}"
            chunk.append(_odd(path, reason, layout.place(path)))
            continue
        below: list[tuple[str, str, tuple[str, ...]]] = []
        # Files of one folder share one location, unless a manifest names them.
        place = None if layout.role is Role.MANIFEST else layout.place(shown_folder + "_")
        shown = _shown_names([entry.name for entry in entries])
        for entry in entries:
            path = shown_folder + shown[entry.name]
            real = _followed(entry, path, layout, above)
            if real:
                below.append((f"{folder}{entry.name}/", f"{path}/", (*above, real)))
            else:
                chunk.append(_entry(entry, path, place or layout.place(path), inside))
        folders.extend(reversed(below))
        if len(chunk) >= CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _followed(entry: os.DirEntry[str], path: str, layout: Layout, above: tuple[str, ...]) -> str:
    """Return the real path of a folder to list, "" for anything else.

    Args:
        path: As shown; a link within a class is not followed, as in Keras 3.12.
        layout: Tells its class.
        above: Real paths of the folders above it.
    """
    if entry.is_dir(follow_symlinks=False):
        return f"{above[-1]}{os.sep}{entry.name}"
    if not entry.is_symlink() or layout.place(path).label or not entry.is_dir():
        return ""
    real = os.path.realpath(entry.path)
    return "" if leads_back(real, above) else real


def _entry(entry: os.DirEntry[str], path: str, place: Location, inside: str) -> Entry:
    """Return a file's entry; `path` is as shown, equal to its name unless that is unusual."""
    try:
        facts = entry.stat()
    except OSError:
        return _odd(path, "a link that leads nowhere", place)
    if entry.is_symlink() and not os.path.realpath(entry.path).startswith(inside):
        return _odd(path, "a link that leads out of the dataset", place)
    if stat.S_ISDIR(facts.st_mode):
        return _odd(path, "a link to a folder", place)
    if not stat.S_ISREG(facts.st_mode):
        return _odd(path, "not a regular file (a FIFO, socket or device)", place)
    status, reason = Status.PENDING, place.reason
    if not entry.path.endswith(path):
        status, reason = _odd_name(entry.path)
    elif why := why_no_path(path):
        status, reason = Status.IGNORED, _UNUSABLE.format(why)
    elif reason:
        status = Status.IGNORED
    return Entry(
        parse_listed_path(path), facts.st_size, facts.st_mtime_ns, place.split, place.label,
        place.source, status, reason,
    )  # fmt: skip


def _odd(path: str, reason: str, place: Location) -> Entry:
    return Entry(
        parse_listed_path(path), 0, 0, place.split, place.label, place.source, Status.OTHER, reason
    )


def _shown_names(names: Sequence[str]) -> dict[str, str]:
    """Return each name of a folder as one printable line, all different.

    Bytes that are not UTF-8 and control characters are escaped.
    """
    shown = {name: _shown(name) for name in names}
    if len(set(shown.values())) < len(names):
        taken = {name for name in names if shown[name] == name}
        for name in names:
            while shown[name] != name and shown[name] in taken:
                shown[name] += "~"
            taken.add(shown[name])
    return shown


def _shown(name: str) -> str:
    if name.isprintable():
        return without_way_out(name)
    plain = os.fsencode(name).decode("utf-8", "backslashreplace")
    return without_controls(plain)


def _odd_name(path: str) -> tuple[Status, str]:
    try:
        path.encode()
    except UnicodeEncodeError:
        return Status.UNREADABLE, "the name is not UTF-8: Keras stops at it; rename the file"
    if path.isprintable():
        return Status.IGNORED, _UNUSABLE.format("it leads elsewhere on Windows")
    reason = "the name holds a line break or another control character; rename the file"
    return Status.IGNORED, reason
