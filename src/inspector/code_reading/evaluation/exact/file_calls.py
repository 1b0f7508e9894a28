"""Listings, paths, copies and texts of the dataset's files."""

import csv
import json
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from fnmatch import translate
from functools import partial
from typing import Final

from inspector.code_reading.evaluation.exact.calls import ExactCall, Values, path_text
from inspector.code_reading.evaluation.exact.disk import Disk
from inspector.code_reading.evaluation.python.functions import boxed
from inspector.code_reading.evaluation.values import (
    MISSING,
    DictBox,
    ListBox,
    ObjectBox,
    PathText,
    WalkBox,
)

_WILD: Final = re.compile(r"[*?\[]")
_MAX_FILES: Final = 300_000


def glob_paths(values: Values, pattern: str, *, hidden: bool, recursive: bool) -> list[str] | None:
    """Return the paths that a pattern matches; None if it is outside of the dataset."""
    parts = pattern.replace("\\", "/").split("/")
    first = next((i for i, p in enumerate(parts) if _WILD.search(p)), len(parts))
    head = "/".join(parts[:first])
    if first == len(parts):
        there = values.disk.is_file(pattern) or values.disk.is_folder(pattern)
        return None if there is None else [pattern] if there else []
    if head and values.disk.names(head) is None:
        there = values.disk.is_folder(head)
        return None if there is None else []
    if not head:
        return None
    known = [head]
    for part in parts[first:]:
        known = _matched(values, known, part, hidden=hidden, recursive=recursive)
    unique = list(dict.fromkeys(known))
    return values.disk.in_some_order(unique)


def _matched(
    values: Values, folders: Iterable[str], part: str, *, hidden: bool, recursive: bool
) -> list[str]:
    if part == "**" and recursive:
        return [p for folder in folders for p in _all_folders(values, folder, hidden=hidden)]
    fits = re.compile(translate(part)).match
    matched: list[str] = []
    for folder in folders:
        for name in values.disk.names(folder) or ():
            values.host.spend()
            shows = hidden or part.startswith(".") or not name.startswith(".")
            if shows and fits(name):
                matched.append(f"{folder}/{name}")
    return matched


def _all_folders(values: Values, folder: str, *, hidden: bool) -> list[str]:
    """Return a folder and all below; as the last part of a pattern, "**" also matches files."""
    folders_below = [folder]
    for name in values.disk.names(folder) or ():
        values.host.spend()
        if hidden or not name.startswith("."):
            path = f"{folder}/{name}"
            if values.disk.is_folder(path):
                folders_below += _all_folders(values, path, hidden=hidden)
    return folders_below


def _ends_with_stars(pattern: str) -> bool:
    return pattern.replace("\\", "/").rstrip("/").endswith("**")


def _glob(values: Values) -> object:
    pattern = values.path(0, "pathname")
    if pattern is None or _ends_with_stars(pattern) or values.get(9, "root_dir") is not None:
        return MISSING
    paths = glob_paths(
        values, pattern, hidden=values.get(9, "include_hidden") is True,
        recursive=values.get(9, "recursive") is True,
    )  # fmt: skip
    return MISSING if paths is None else ListBox(paths)


def _names(values: Values) -> object:
    folder = values.path(0, "path", ".")
    names = None if folder is None else values.disk.names(folder)
    return MISSING if names is None else ListBox(values.disk.in_some_order(names))


def _entries(values: Values) -> object:
    folder = values.path(0, "path", ".")
    names = None if folder is None else values.disk.names(folder)
    if names is None:
        return MISSING
    return ListBox([
        ObjectBox(None, {"name": name, "path": posixpath.join(str(folder), name)})
        for name in values.disk.in_some_order(names)
    ])  # fmt: skip


def _walk(values: Values) -> object:
    folder = values.path(0, "top")
    if folder is None or values.disk.names(folder) is None or values.get(1, "topdown") is False:
        return MISSING
    rows = [
        (where, ListBox(folders), ListBox(files))
        for where, folders, files in values.disk.below(folder.rstrip("/"))
    ]
    return WalkBox(rows, partial(_walked, values.disk, folder.rstrip("/")))


def _walked(disk: Disk, folder: str) -> Iterator[object]:
    """Yield the rows of os.walk; the program may sort or shorten the folders of each."""
    for where, folders, files in disk.below(folder):
        box = ListBox(folders)
        yield where, box, ListBox(files)
        folders[:] = [str(name) for name in box.data]


def path_method(values: Values, path: PathText, name: str) -> object:
    """Call a method of a pathlib path; MISSING if it is not modelled."""
    text = path_text(path)
    if text is None:
        return MISSING
    match name:
        case "glob" | "rglob":
            pattern = values.path(0, "pattern")
            if pattern is None or _ends_with_stars(pattern):
                return MISSING
            whole = posixpath.join(text, "**" if name == "rglob" else "", pattern)
            paths = glob_paths(values, whole, hidden=True, recursive=True)
        case "iterdir":
            names = values.disk.names(text)
            ordered = None if names is None else values.disk.in_some_order(names)
            paths = None if ordered is None else [posixpath.join(text, n) for n in ordered]
        case _:
            return _other_path_method(values, text, name)
    return MISSING if paths is None else ListBox([PathText(p) for p in paths])


def _other_path_method(values: Values, text: str, name: str) -> object:
    if name in ("is_dir", "is_file", "exists"):
        return _told(values, name, text)
    known = _PATH_METHODS.get(name)
    return MISSING if known is None else known(values, text)


def _stat(values: Values, text: str) -> object:
    size = values.disk.size(text)
    return MISSING if size is None else ObjectBox(None, {"st_size": size})


def _relative_to(values: Values, text: str) -> object:
    other = values.path(0, "other")
    start = None if other is None else other.rstrip("/") + "/"
    if start is None or not text.startswith(start):
        return MISSING
    return PathText(text.removeprefix(start))


def _made(values: Values, text: str) -> object:
    values.disk.make_folder(text)
    return None


def _with_suffix(values: Values, text: str) -> object:
    suffix = values.get(0, "suffix")
    known = isinstance(suffix, str)
    return PathText(posixpath.splitext(text)[0] + str(suffix)) if known else MISSING


def _content(values: Values, text: str) -> object:
    content = values.disk.text(text)
    return MISSING if content is None else content


def _moved(values: Values, text: str) -> object:
    return values.lose("a method of a path moves or links files, which is not followed")


def _told(values: Values, name: str, text: str) -> object:
    is_file, is_folder = values.disk.is_file(text), values.disk.is_folder(text)
    if is_file is None or is_folder is None:
        return MISSING
    match name:
        case "is_dir" | "isdir":
            return is_folder
        case "is_file" | "isfile":
            return is_file
        case _:
            return is_file or is_folder


def _test(name: str) -> ExactCall:
    def told(values: Values) -> object:
        text = values.path(0, "path")
        return MISSING if text is None else _told(values, name, text)

    return told


def _split_ending(values: Values) -> object:
    text = values.path(0, "p")
    return MISSING if text is None else posixpath.splitext(text)


def _split_path(values: Values) -> object:
    text = values.path(0, "p")
    return MISSING if text is None else posixpath.split(text)


def _relative(values: Values) -> object:
    text, start = values.path(0, "path"), values.path(1, "start")
    if text is None or start is None:
        return MISSING
    return posixpath.relpath(text, start)


def _basename(values: Values) -> object:
    text = values.path(0, "p")
    return MISSING if text is None else posixpath.basename(text)


def _size(values: Values) -> object:
    text = values.path(0, "filename")
    size = None if text is None else values.disk.size(text)
    return MISSING if size is None else size


def _make_folder(values: Values) -> object:
    text = values.path(0, "name")
    if text is None:
        return MISSING
    values.disk.make_folder(text)
    return None


def _copy(values: Values) -> object:
    source, target = values.path(0, "src"), values.path(1, "dst")
    if source is None or target is None:
        return values.lose("which file is copied where is not known")
    if values.host.in_branch:
        return values.lose("it is not known whether the file is copied")
    if not values.disk.copy(source, target):
        return values.lose(f"{source} is no file of this dataset")
    return target


def _moves(values: Values) -> object:
    return values.lose("files are moved, which is not followed: the dataset may be what it left")


def _open(values: Values) -> object:
    text = values.path(0, "file")
    return MISSING if text is None else _opened(values, text, place=1)


def _opened(values: Values, text: str, place: int = 0) -> object:
    mode = values.get(place, "mode", "r")
    if mode not in ("r", "rt"):
        return MISSING
    content = values.disk.text(text)
    if content is None:
        if values.disk.relative(text) is None:
            values.lose(f"{text} is no file of this dataset")
        return MISSING
    return ListBox(content.splitlines(keepends=True))


def _json(values: Values) -> object:
    text = _text_of(values.get(0, "fp"))
    if text is None:
        return MISSING
    try:
        return boxed(json.loads(text), values.host)
    except (ValueError, RecursionError):
        return MISSING


def _text_of(value: object) -> str | None:
    """Return the text of an opened file, which stands as its lines."""
    lines = value.data if isinstance(value, ListBox) and not value.open else None
    if lines is None or not all(isinstance(v, str) for v in lines):
        return None
    return "".join(str(v) for v in lines)


def _rows(values: Values) -> object:
    rows = _csv_rows(values)
    return MISSING if rows is None else ListBox([ListBox(row) for row in rows])


def _records(values: Values) -> object:
    rows = _csv_rows(values)
    if not rows or values.get(1, "fieldnames") is not None:
        return MISSING
    head, *body = rows
    return ListBox([DictBox(dict(zip(head, row, strict=False))) for row in body if row])


def _csv_rows(values: Values) -> list[list[str]] | None:
    text = _text_of(values.get(0, "csvfile"))
    mark = values.get(2, "delimiter", ",")
    if text is None or not isinstance(mark, str) or len(mark) != 1:
        return None
    return [row for row in csv.reader(text.splitlines(), delimiter=mark) if row]


_PATH_METHODS: Final[dict[str, Callable[[Values, str], object]]] = {
    "stat": _stat,
    "relative_to": _relative_to,
    "mkdir": _made,
    "with_suffix": _with_suffix,
    "read_text": _content,
    "open": _opened,
    **dict.fromkeys(("rename", "replace", "symlink_to", "hardlink_to"), _moved),
}


FILE_CALLS: Final[dict[str, ExactCall]] = {
    "glob.glob": _glob,
    "glob.iglob": _glob,
    "os.listdir": _names,
    "os.scandir": _entries,
    "os.walk": _walk,
    "os.path.isdir": _test("isdir"),
    "os.path.isfile": _test("isfile"),
    "os.path.exists": _test("exists"),
    "os.path.splitext": _split_ending,
    "os.path.split": _split_path,
    "os.path.relpath": _relative,
    "os.path.basename": _basename,
    "os.path.getsize": _size,
    "os.makedirs": _make_folder,
    "os.mkdir": _make_folder,
    **dict.fromkeys(
        ("shutil.copy", "shutil.copy2", "shutil.copyfile", "os.symlink", "os.link"), _copy
    ),
    **dict.fromkeys(("shutil.move", "os.rename", "os.replace", "os.remove", "os.unlink"), _moves),
    "builtins.open": _open,
    "json.load": _json,
    "csv.reader": _rows,
    "csv.DictReader": _records,
}
"""Functions of files that are followed exactly."""
