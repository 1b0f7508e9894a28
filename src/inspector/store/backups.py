"""Backups beside a project file: one per day, and one before each change of its schema."""

import errno
import os
import re
import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from inspector.errors import ProjectError, UsageError

MAX_BACKUPS = 3
_NAME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d)(?: (.+))?\.inspector")
_FORM = "%Y-%m-%dT%H-%M-%S"
_BESIDE = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup.

    Attributes:
        number: 1 for the newest.
        created: Local time.
        reason: Why it was made, such as "before version 2", or "".
    """

    number: int
    path: Path
    created: datetime
    size_bytes: int
    reason: str


def backups_folder(project: Path) -> Path:
    """Return the folder of a project file's backups."""
    return project.with_name(f"{project.name}.backups")


def own_backups_folder(project: Path) -> Path:
    """Return the folder of a project file's backups for writing, created if missing.

    Raises:
        OSError: It can't be created, or is a link: what is written there would land elsewhere.
    """
    folder = backups_folder(project)
    folder.mkdir(exist_ok=True)
    if folder.is_symlink():
        raise OSError(errno.ELOOP, "it is a link", str(folder))
    return folder


def list_backups(project: Path) -> list[Backup]:
    """Return the backups of a project file, newest first; [] where there are none."""
    try:
        files = sorted(backups_folder(project).iterdir(), reverse=True)
    except OSError:
        return []
    backups: list[Backup] = []
    for file in files:
        named = _NAME.fullmatch(file.name)
        if named and file.is_file():
            try:
                created = datetime.strptime(named[1], _FORM)
            except ValueError:
                continue  # Digits that are no date: not ours.
            size = file.stat().st_size
            backups.append(Backup(len(backups) + 1, file, created, size, named[2] or ""))
    return backups


def back_up_daily(connection: sqlite3.Connection, project: Path, now: datetime) -> None:
    """Make today's backup unless one exists or nothing changed since the last.

    A disk that takes no backup does not keep the project from opening.
    """
    newest = next(iter(list_backups(project)), None)
    if newest is not None:
        changed = datetime.fromtimestamp(_changed_at(project))
        if newest.created.date() >= now.date() or changed <= newest.created:
            return
    with suppress(OSError, sqlite3.Error):
        back_up(connection, project, now)


def back_up(
    connection: sqlite3.Connection, project: Path, now: datetime, *, reason: str = ""
) -> Path:
    """Back up a project file as `connection` sees it; keep the newest three.

    Raises:
        OSError: The backup can't be written.
        sqlite3.Error: Likewise, or the project file is damaged.
    """
    folder = own_backups_folder(project)
    words = f" {reason}" if reason else ""
    file = folder / f"{now.strftime(_FORM)}{words}.inspector"
    partial = folder / f"{os.getpid()}-{os.urandom(4).hex()}.partial"
    partial.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(partial)) as target:
            connection.backup(target)
        _sync(partial)
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
    for old in list_backups(project)[MAX_BACKUPS:]:
        old.path.unlink(missing_ok=True)
    return file


def restore(project: Path, number: int, now: datetime) -> Path | None:
    """Replace the project file by a backup; return the new name of the old file.

    Raises:
        UsageError: There is no such backup.
        ProjectError: It can't be written; the project file is unchanged.
    """
    chosen = next((b for b in list_backups(project) if b.number == number), None)
    if chosen is None:
        raise UsageError(
            f"there is no backup {number} of {project}", f"See `inspector backups {project}`."
        )
    partial = project.with_name(f".{project.name}.{os.getpid()}.partial")
    aside = project.with_name(f"{project.stem}-replaced-{now.strftime(_FORM)}{project.suffix}")
    existed = project.exists()
    try:
        partial.unlink(missing_ok=True)
        shutil.copyfile(chosen.path, partial)
        _sync(partial)
        if existed:
            for ending in _BESIDE:
                with suppress(FileNotFoundError):
                    Path(f"{project}{ending}").rename(f"{aside}{ending}")
            project.rename(aside)
        partial.replace(project)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise ProjectError(
            f"the backup can't be restored: {error.strerror}",
            f"Free some space, or check the permissions of {project.parent}.",
        ) from error
    return aside if existed else None


def _changed_at(project: Path) -> float:
    """Return the last change of a project file or of its write-ahead log."""
    times = []
    for file in (project, Path(f"{project}-wal")):
        with suppress(OSError):
            facts = file.stat()
            if facts.st_size:
                times.append(facts.st_mtime)
    return max(times, default=0.0)


def _sync(file: Path) -> None:
    with file.open("rb+") as stream:
        os.fsync(stream.fileno())
