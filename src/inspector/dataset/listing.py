"""The names of a dataset: every file below its folder, and what it is before it is read."""

import os
import stat
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from inspector.dataset.layouts import Layout, Location, Role, leads_back

CHUNK = 2_000


class Status(StrEnum):
    """What became of a file."""

    PENDING = "pending"
    IMAGE = "image"
    UNREADABLE = "unreadable"
    CRASHED = "crashed"
    TIMEOUT = "timeout"
    IGNORED = "ignored"
    OTHER = "other"


FAILED = (Status.UNREADABLE, Status.CRASHED, Status.TIMEOUT)


class Entry(NamedTuple):
    """One file as the disk names it; a tuple, which is made and stored fastest.

    Attributes:
        path: Relative to the dataset, with "/".
        size: Bytes.
        mtime_ns: Time of the last change.
    """

    path: str
    size: int
    mtime_ns: int
    split: str
    label: str
    source: str
    status: Status
    reason: str


def list_files(root: Path, layout: Layout) -> Iterator[list[Entry]]:
    """Yield every file below `root` in chunks, folders in code-point order.

    Linked folders at or above the class folders are followed, as Keras does, but for those that
    lead back to a folder above them. Other links to folders, links that lead nowhere or out of
    the dataset, FIFOs, sockets and devices have the status other. Folders that can't be listed
    are passed as one entry of status other.
    """
    inside = os.path.realpath(root) + os.sep
    chunk: list[Entry] = []
    folders: list[tuple[str, tuple[str, ...]]] = [("", (inside.rstrip(os.sep),))]
    while folders:
        folder, above = folders.pop()
        try:
            with os.scandir(root / folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            path = folder.rstrip("/")
            reason = f"the folder can't be listed: {error.strerror}"
            chunk.append(_odd(path, reason, layout.place(_shown(path))))
            continue
        below: list[tuple[str, tuple[str, ...]]] = []
        # Files of one folder have one place, but for those that a manifest names.
        place = None if layout.role is Role.MANIFEST else layout.place(_shown(folder) + "_")
        for entry in found:
            path = folder + entry.name
            real = _followed(entry, layout.place(_shown(path)), above)
            if real:
                below.append((path + "/", (*above, real)))
            else:
                chunk.append(_entry(entry, path, place or layout.place(_shown(path)), inside))
        folders.extend(reversed(below))
        if len(chunk) >= CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _followed(entry: os.DirEntry[str], place: Location, above: tuple[str, ...]) -> str:
    """Return the real path of a folder that is listed, "" for what is no such folder.

    Args:
        place: Of the entry itself: a link within a class is not followed, as by Keras 3.12.
        above: Real paths of the folders above it.
    """
    if entry.is_dir(follow_symlinks=False):
        return f"{above[-1]}{os.sep}{entry.name}"
    if place.label or not entry.is_symlink() or not entry.is_dir():
        return ""
    real = os.path.realpath(entry.path)
    return "" if leads_back(real, above) else real


def _entry(entry: os.DirEntry[str], path: str, place: Location, inside: str) -> Entry:
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
    if _not_utf8(path):
        reason = "the name is not UTF-8: Keras stops at it; rename the file"
        return Entry(
            _shown(path), facts.st_size, facts.st_mtime_ns, place.split, place.label, place.source,
            Status.UNREADABLE, reason,
        )  # fmt: skip
    status = Status.IGNORED if place.reason else Status.PENDING
    return Entry(
        path, facts.st_size, facts.st_mtime_ns, place.split, place.label, place.source,
        status, place.reason,
    )  # fmt: skip


def _odd(path: str, reason: str, place: Location) -> Entry:
    return Entry(_shown(path), 0, 0, place.split, place.label, place.source, Status.OTHER, reason)


def _shown(path: str) -> str:
    """Return a path with what is not UTF-8 in it written out."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _not_utf8(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return True
    return False
