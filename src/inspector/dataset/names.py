"""Names from outside: a path inside the dataset, a label, a split and a group.

Each is a type that only the parse functions here build, so code that takes one may join it to a
folder without checking again. A backslash counts as a separator in every check, because it is one
where an export may be opened.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NewType

from inspector.errors import DatasetError

RelativePath = NewType("RelativePath", str)
"""A path with "/" that stays inside the folder it is joined to."""

Label = NewType("Label", str)
"""A class name that may be joined to a folder; "" for no class."""

Split = NewType("Split", str)
"""A split name that is one folder name; "" for no split."""

Group = NewType("Group", str)
"""The name of a group, such as a patient; "" for no named group."""

NO_LABEL: Final = Label("")
NO_SPLIT: Final = Split("")
NO_GROUP: Final = Group("")
TRAINING: Final = Split("training")
VALIDATION: Final = Split("validation")
TEST: Final = Split("test")

# Source: NAME_MAX of ext4, APFS and NTFS; PATH_MAX of Linux is 4,096 with the folder above.
MAX_NAME_BYTES = 255
MAX_PATH_BYTES = 3_000

_MAX_SHOWN = 80
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# What moves a terminal's cursor, shows a name in another order than it has, or can't be encoded.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
# Most paths match this; at four bytes per character no name in them is too long.
_PLAIN = re.compile(r"(?:\w[\w\-. ]*/)*\w[\w\-. ]*")
_MAX_PLAIN = 63
_SEPARATOR = re.compile(r"[/\\]")
# Windows takes any character before a colon for a drive.
_DRIVE = re.compile(".:")


def parse_relative_path(text: str, *, where: str) -> RelativePath:
    """Return `text` as a path inside the dataset.

    Args:
        text: Relative, with "/" between names.
        where: Where the text comes from, such as "split.csv, line 3", for the error.

    Raises:
        DatasetError: It could lead outside a folder, or no file can have this name.
    """
    _refuse(why_no_path(text), text, where, "a path inside the dataset")
    return RelativePath(text)


def parse_listed_path(text: str) -> RelativePath:
    """Return a path that the disk itself lists; its names may be ones that an export refuses.

    Raises:
        DatasetError: It could lead outside the folder.
    """
    why = "it leads out of the folder" if leads_out(text) else ""
    _refuse(why, text, "the dataset", "a path inside the dataset")
    return RelativePath(text)


def parse_listed_paths(paths: Iterable[str], *, folder: str = "") -> tuple[RelativePath, ...]:
    """Return the paths that a library lists in a folder, named as the catalogue names them.

    Args:
        paths: Relative to `folder`.
        folder: Of the dataset, relative to it; "" for the dataset itself.

    Raises:
        DatasetError: One could lead out of the dataset.
    """
    head = f"{folder}/" if folder else ""
    return tuple(parse_listed_path(head + _written_out(path)) for path in paths)


def parse_label(text: str, *, where: str) -> Label:
    """Return `text` as a class name.

    Raises:
        DatasetError: It is not one plain folder name.
    """
    _refuse(why_no_name(text), text, where, "a class name")
    return Label(text)


def parse_listed_label(text: str, *, where: str) -> Label:
    """Return a class named by a label file of the dataset; it may contain a slash.

    Raises:
        DatasetError: It could lead outside a folder, or holds control characters.
    """
    _refuse(why_no_path(text), text, where, "a class name")
    return Label(text)


def parse_split(text: str, *, where: str) -> Split:
    """Return `text` as a split name.

    Raises:
        DatasetError: It is not one plain folder name.
    """
    _refuse(why_no_name(text), text, where, "a split name")
    return Split(text)


def parse_group(text: str, *, where: str) -> Group:
    """Return `text` as the name of a group; it may look like a path.

    Raises:
        DatasetError: It could lead outside a folder, or holds control characters.
    """
    _refuse(why_no_path(text), text, where, "a group name")
    return Group(text)


def why_no_path(text: str) -> str:
    """Return why `text` is no path inside a dataset, or "" if it is one."""
    if len(text) <= _MAX_PLAIN and _PLAIN.fullmatch(text):
        return ""
    if not text:
        return "it is empty"
    if _CONTROL.search(text):
        return "it holds a line break or another control character"
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        return "it is not valid Unicode"
    if text[0] in "/\\":
        return "it is an absolute path"
    if _DRIVE.match(text):
        return "it begins with a drive letter"
    if size > MAX_PATH_BYTES:
        return f"it is longer than {MAX_PATH_BYTES:,} bytes"
    return next((why for name in _SEPARATOR.split(text) if (why := _why_no_part(name, size))), "")


@lru_cache(maxsize=10_000)
def why_no_name(text: str) -> str:
    """Return why `text` is no folder name for a class or a split, or "" if it is one."""
    if why := why_no_path(text):
        return why
    if _SEPARATOR.search(text):
        return "it holds a slash"
    if text.startswith("."):
        return "it begins with a dot, and loaders skip hidden folders"
    return ""


def leads_out(text: str) -> bool:
    """Tell whether a path could lead outside the folder that it is joined to."""
    if text[:1] in ("/", "\\") or "\0" in text:
        return True
    return ".." in text and any(part.strip() == ".." for part in _SEPARATOR.split(text))


def shown(text: str) -> str:
    """Return a name from outside as one printable line of at most 80 characters."""
    plain = without_controls(text.encode("utf-8", "backslashreplace").decode())
    return plain if len(plain) <= _MAX_SHOWN else f"{plain[: _MAX_SHOWN - 1]}…"


def without_way_out(name: str) -> str:
    """Return one name of a folder; what leads up elsewhere, as "..\\x" on Windows, written out."""
    if "\\" in name and why_no_path(name):
        return name.replace("\\", "%5C")
    return name.replace(" ", "%20") if name.strip() == ".." and name != ".." else name


def without_controls(text: str) -> str:
    """Return a text with line breaks and other control characters escaped."""
    return _CONTROL.sub(lambda match: repr(match.group())[1:-1], text)


def for_terminal(text: str) -> str:
    """Return a text as a terminal may print it; line breaks and tabs stay."""
    return _HIDDEN.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def _written_out(path: str) -> str:
    return "/".join(map(without_way_out, path.split("/"))) if leads_out(path) else path


def _why_no_part(name: str, path_bytes: int) -> str:
    if not name.strip(". "):
        # Windows drops dots and blanks at the end of a name: ".. " leads upwards, too.
        return 'it holds ".." or an empty name'
    if path_bytes > MAX_NAME_BYTES and len(name.encode()) > MAX_NAME_BYTES:
        return f"a name in it is longer than {MAX_NAME_BYTES} bytes"
    return ""


def _refuse(why: str, text: str, where: str, what: str) -> None:
    if why:
        raise DatasetError(
            f'{where}: "{shown(text)}" is not {what}: {why}',
            "Paths are relative to the dataset; classes and splits are plain folder names.",
        )
