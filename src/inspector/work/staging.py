"""The folder in which an export is staged: nothing written through it lands anywhere else.

Each name is resolved relative to its open parent folder and links are never followed, so a link
planted during an export has no effect either.
"""

import ctypes
import errno
import json
import os
import platform
import re
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any, Final

from inspector.dataset.names import RelativePath, shown, why_no_path
from inspector.errors import ExportError

JOURNAL: Final = "journal.json"
PART: Final = ".inspector-part"
RESERVED: Final = frozenset({JOURNAL, PART})
"""Names at the top of a staging folder that no exported file may have."""

_SYNCED_AS_A_WHOLE = frozenset({"ext3", "ext4", "xfs", "btrfs", "f2fs", "tmpfs"})
_JOURNAL_BYTES = 1 << 20
_AT_FDCWD = -100
_NO_REPLACE = 1
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW | getattr(os, "O_BINARY", 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | _NO_FOLLOW
# Windows can't open folders: there, names are checked by their full path.
_BY_DESCRIPTOR = os.open in os.supports_dir_fd and os.mkdir in os.supports_dir_fd


def why_no_target(path: str) -> str:
    """Return why a path can't be an export target, or "" if it can."""
    if why := why_no_path(path):
        return why
    if path.casefold() in RESERVED:
        return "the export keeps its own file under this name"
    return ""


@dataclass(frozen=True, slots=True)
class StagingFolder:
    """An open folder of a staging tree.

    Attributes:
        path: Full path, for messages.
        descriptor: File descriptor of the folder; None on Windows.
    """

    path: Path
    descriptor: int | None

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator["StagingFolder"]:
        """Open an existing staging folder.

        Raises:
            ExportError: It is a link or no folder.
        """
        with _opened(cls(path.parent, None), path.name) as folder:
            yield folder

    @contextmanager
    def parent_of(self, target: RelativePath) -> Iterator["StagingFolder"]:
        """Open the parent folder of a target, creating it if missing.

        Raises:
            ExportError: The target could lead outside, or a folder on the way is a link.
        """
        if why := why_no_target(target):
            raise ExportError(
                f'nothing is written to "{shown(target)}": {why}', "Rename the file or its class."
            )
        with _below(self, target.split("/")[:-1]) as folder:
            yield folder

    def begin(
        self,
        digest: str,
        target: str,
        *,
        resume: bool,
        what: str = "export",
        holds_only: Callable[[], bool] = lambda: False,
    ) -> None:
        """Begin this staging folder, or resume one with the same content.

        Args:
            digest: Digest of everything that decides what is staged.
            target: Folder that it will become.
            resume: True to continue with what is staged.
            what: What is staged, for the error.
            holds_only: Tells whether the folder holds nothing but staged files; called where the
                journal is damaged, or already removed because only the rename was left.

        Raises:
            ExportError: Something is staged already, and it differs or `resume` is False.
        """
        if not any(self.path.iterdir()):
            self._write_journal(digest, target)
            return
        known = self._known_digest()
        is_same = known == digest or (not known and holds_only())
        if not resume or not is_same:
            why = f"an unfinished {what}" if is_same else f"another {what}"
            raise ExportError(
                f"{why} is staged in {self.path}",
                "Resume with --resume if nothing was decided since, or delete that folder.",
            )
        if not known:
            self.remove(JOURNAL)
            self._write_journal(digest, target)

    def _write_journal(self, digest: str, target: str) -> None:
        document = json.dumps({"plan": digest, "target": target})
        with os.fdopen(self.create(JOURNAL), "w", encoding="utf-8") as stream:
            stream.write(document)
            sync(stream)

    def _known_digest(self) -> str:
        try:
            with os.fdopen(self.read(JOURNAL), "rb") as stream:
                return str(json.loads(stream.read(_JOURNAL_BYTES))["plan"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return ""

    def create(self, name: str) -> int:
        """Create a new file and return its descriptor, open for writing."""
        return os.open(self._at(name), _NEW_FILE, 0o666, dir_fd=self.descriptor)

    def remove(self, name: str) -> None:
        """Remove a file or link if it exists."""
        try:
            os.unlink(self._at(name), dir_fd=self.descriptor)
        except FileNotFoundError:
            return

    def size_of(self, name: str) -> int:
        """Return the size of a regular file; -1 for anything else or nothing."""
        try:
            facts = os.stat(self._at(name), dir_fd=self.descriptor, follow_symlinks=False)
        except OSError:
            return -1
        return facts.st_size if stat.S_ISREG(facts.st_mode) else -1

    def read(self, name: str) -> int:
        """Open a file of this folder for reading; a link is an error."""
        flags = os.O_RDONLY | _NO_FOLLOW | getattr(os, "O_NONBLOCK", 0)
        return os.open(self._at(name), flags, dir_fd=self.descriptor)

    def link(self, source: Path, name: str) -> None:
        """Create a hard link to a file outside."""
        os.link(source, self._at(name), dst_dir_fd=self.descriptor)

    def symlink(self, source: Path, name: str) -> None:
        """Create a symbolic link to a file outside."""
        os.symlink(source, self._at(name), dir_fd=self.descriptor)

    def move(self, name: str, into: "StagingFolder", new_name: str) -> None:
        """Move a file of this folder into another folder of the tree."""
        os.replace(
            self._at(name), into._at(new_name),
            src_dir_fd=self.descriptor, dst_dir_fd=into.descriptor,
        )  # fmt: skip

    def syncs_at_once(self) -> bool:
        """Tell whether `sync_all` does what syncing each file does."""
        if self.descriptor is None or sys.platform != "linux":
            return False
        return _tells_what_is_lost(os.fstat(self.descriptor).st_dev)

    def sync_all(self) -> None:
        """Write all that waits for the disk of this folder, that of other programs, too; on Linux.

        Raises:
            OSError: Something could not be written.
        """
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.syncfs(self.descriptor) != 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code), str(self.path))

    def _at(self, name: str) -> str:
        """Return the name for system calls: relative, or the full path on Windows."""
        return name if self.descriptor is not None else str(self.path / name)


@cache
def _tells_what_is_lost(device: int) -> bool:
    """Tell whether syncing the file system of a device number waits, and reports each failure.

    Linux reports them since 5.8; through FUSE or overlays only a file can be synced for sure.
    Source: syncfs(2).
    """
    release = re.match(r"(\d+)\.(\d+)", platform.release())
    if release is None or tuple(map(int, release.groups())) < (5, 8):
        return False
    numbers = f"{os.major(device)}:{os.minor(device)}"
    try:
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    kinds = {words[words.index("-") + 1] for line in mounts.splitlines()
             if (words := line.split())[2] == numbers}  # fmt: skip
    return bool(kinds) and kinds <= _SYNCED_AS_A_WHOLE


@contextmanager
def _below(folder: StagingFolder, names: Sequence[str]) -> Iterator[StagingFolder]:
    """Walk down one open folder at a time: a path may have more levels than a process may open."""
    with ExitStack() as current:
        for name in names:
            with suppress(FileExistsError):
                os.mkdir(folder._at(name), dir_fd=folder.descriptor)
            below = ExitStack()
            inner = below.enter_context(_opened(folder, name))
            current.close()
            current.push(below)
            folder = inner
        yield folder


@contextmanager
def _opened(above: StagingFolder, name: str) -> Iterator[StagingFolder]:
    path = above.path / name
    facts = os.stat(above._at(name), dir_fd=above.descriptor, follow_symlinks=False)
    if not stat.S_ISDIR(facts.st_mode):
        raise ExportError(
            f"{path} is not a folder of its own, so nothing is written there",
            "Delete it, or name another target.",
        )
    if not _BY_DESCRIPTOR:
        yield StagingFolder(path, None)
        return
    descriptor = os.open(above._at(name), _FOLDER, dir_fd=above.descriptor)
    try:
        yield StagingFolder(path, descriptor)
    finally:
        os.close(descriptor)


def publish_folder(partial: Path, target: Path) -> None:
    """Rename a staged folder without replacing anything, and sync its parent.

    Raises:
        ExportError: The target appeared meanwhile.
        OSError: The folder can't be renamed.
    """
    if target.exists():
        raise ExportError(f"{target} appeared meanwhile", "Name another folder, with --resume.")
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        here, there = os.fsencode(partial), os.fsencode(target)
        if libc.renameat2(_AT_FDCWD, here, _AT_FDCWD, there, _NO_REPLACE) != 0:
            code = ctypes.get_errno()
            if code not in (errno.EINVAL, errno.ENOSYS):
                raise OSError(code, os.strerror(code), str(target))
            partial.rename(target)
    else:
        partial.rename(target)
    if sys.platform != "win32":  # Windows can't open folders
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def sync(stream: IO[Any]) -> None:
    """Flush a stream to disk."""
    stream.flush()
    os.fsync(stream.fileno())
