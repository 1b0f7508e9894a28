"""Files that the user names: a report, a manifest, a policy. Never inside a dataset."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from inspector.errors import ExportError

_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)


def why_no_place(path: Path) -> str:
    """Return why no system could look a path up, such as a name that is too long; else ""."""
    try:
        path.stat()
    except OSError as error:
        return error.strerror or "" if error.errno in (errno.ENAMETOOLONG, errno.ELOOP) else ""
    except ValueError:  # a NUL, or half a character
        return "it is not a text that can be a path"
    return ""


def check_outside(target: Path, *roots: Path, what: str) -> None:
    """Check that a target is in none of the datasets, with links resolved.

    Every write to a place that the user names passes here first.

    Args:
        target: File or folder, existing or not.
        roots: Dataset folders.
        what: What would be written, such as "report", for the error.

    Raises:
        ExportError: It lies inside a dataset.
    """
    lexical, real = Path(os.path.abspath(target)), Path(os.path.realpath(target))  # noqa: PTH100
    for root in roots:
        real_root = Path(os.path.realpath(root))
        if lexical.is_relative_to(root.absolute()) or real.is_relative_to(real_root):
            raise ExportError(
                f"the {what} would lie inside the dataset {real_root.name}, which is never"
                " written to",
                "Name a place outside of it.",
            )


@contextmanager
def user_file(file: Path, *roots: Path, what: str, replace: bool = False) -> Iterator[TextIO]:
    """Write a UTF-8 text file, as `user_path` does.

    Raises:
        ExportError: It lies inside a dataset, exists already, or can't be written.
    """
    with (
        user_path(file, *roots, what=what, replace=replace) as partial,
        # Half a character can stand in a path that the user named; nothing else is escaped.
        partial.open("w", encoding="utf-8", errors="backslashreplace", newline="") as stream,
    ):
        yield stream
        stream.flush()
        os.fsync(stream.fileno())


@contextmanager
def user_path(file: Path, *roots: Path, what: str, replace: bool = False) -> Iterator[Path]:
    """Write a file atomically: yield the path to write to, which is renamed at the end.

    An existing file is replaced, never written through: a link or another name of a dataset's file
    stays as it is.

    Args:
        file: Target.
        roots: Dataset folders.
        what: What it is, for errors.
        replace: True to replace an existing file.

    Raises:
        ExportError: It lies inside a dataset, exists already, or can't be written.
    """
    check_outside(file, *roots, what=what)
    if file.is_symlink() or file.exists():
        if not replace:
            raise ExportError(f"{file} exists already", "Name a file that does not exist yet.")
        if not file.is_file():
            raise ExportError(f"{file} is not a regular file", "Name another file.")
    partial = file.with_name(f".{file.name}.{os.getpid()}.partial")
    try:
        partial.unlink(missing_ok=True)
        os.close(os.open(partial, _NEW_FILE, 0o666))
        try:
            yield partial
            partial.replace(file)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ExportError(
            f"{file} can't be written: {error.strerror or error}", "Choose another folder."
        ) from error
