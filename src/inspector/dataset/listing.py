"""The names of a dataset: every file below its folder, and what it is before it is read."""

import os
import stat
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from inspector.dataset.layouts import Layout, Location, Role

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

    Links that lead nowhere or out of the dataset, FIFOs, sockets and devices have the status
    other. Folders that can't be listed are passed as one entry of status other.
    """
    inside = os.path.realpath(root) + os.sep
    chunk: list[Entry] = []
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(root / folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            path = folder.rstrip("/")
            reason = f"the folder can't be listed: {error.strerror}"
            chunk.append(_odd(path, reason, layout.place(_shown(path))))
            continue
        below = []
        # Files of one folder have one place, but for those that a manifest names.
        place = None if layout.role is Role.MANIFEST else layout.place(_shown(folder) + "_")
        for entry in found:
            path = folder + entry.name
            if entry.is_dir(follow_symlinks=False):
                below.append(path + "/")
            else:
                chunk.append(_entry(entry, path, place or layout.place(_shown(path)), inside))
        folders.extend(reversed(below))
        if len(chunk) >= CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


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
