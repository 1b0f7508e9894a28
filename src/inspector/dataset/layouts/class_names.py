"""Readable class names: from name files, synset tables, maps, or the images' own folders."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from inspector.dataset.layouts.prefix import prefix_of
from inspector.dataset.layouts.tables import decode, read_text
from inspector.dataset.layouts.tree import Tree
from inspector.errors import DatasetError

_FILES = ("classes.txt", "class_names.txt", "classnames.txt", "labels.txt", "names.txt",
          "label_names.txt", "obj.names", "classes.names", "categories.txt")  # fmt: skip
_SYNSETS = ("loc_synset_mapping.txt", "synset_words.txt", "words.txt", "synsets.txt")
_WNID = re.compile(r"n\d{8}")
_MAP = re.compile(r"(map|name|class).*\.json$")
_MAX_NAME = 200
_MAX_MAP_BYTES = 1 << 20


def readable(
    root: Path, tree: Tree, file: str, values: Sequence[str], paths: Sequence[str]
) -> list[str]:
    """Return class names for values that are numbers or synsets; the values if none is known.

    Args:
        file: Label file; files beside it may hold the names.
        values: Class per row.
        paths: Image per row, "" for none.
    """
    distinct = {v for v in values if v}
    if distinct and all(_WNID.fullmatch(v) for v in distinct):
        names = synsets(root, tree)
        return [names.get(v, v) for v in values]
    plain = {v: _integer(v) for v in distinct}
    if not distinct or any(number is None for number in plain.values()):
        return list(values)
    numbers = {v: n for v, n in plain.items() if n is not None}
    known = _from_files(root, tree, file, sorted(set(numbers.values())))
    if not known:
        own = _own_names(values, paths)
        return [own.get(v, v) for v in values] if own else list(values)
    return [known.get(numbers[v], v) if v else "" for v in values]


def synsets(root: Path, tree: Tree) -> dict[str, str]:
    """Return the first word of each synset if there is a table of them; unique names."""
    first_words: dict[str, str] = {}
    for file in tree.files(".txt"):
        if file.rpartition("/")[2].lower() not in _SYNSETS:
            continue
        try:
            lines = read_text(root, file).splitlines()
        except DatasetError:
            continue
        for line in lines:
            key, _, text = line.replace("\t", " ").partition(" ")
            name = text.split(",")[0].strip()[:_MAX_NAME]
            if _WNID.fullmatch(key) and name:
                first_words[key] = name
    here = {n for folder in tree.folders.values() for n in folder.folders if n in first_words}
    names = [first_words[key] for key in here] or list(first_words.values())
    twice = {n for n in names if names.count(n) > 1} if len(names) < 5000 else set()
    return {k: f"{n} ({k})" if n in twice or "/" in n else n for k, n in first_words.items()}


def _from_files(root: Path, tree: Tree, file: str, numbers: list[int]) -> Mapping[int, str]:
    folder = file.rpartition("/")[0]
    beside = ("", folder, folder.rpartition("/")[0])
    near = [
        one
        for one in tree.files(".txt", ".names", ".json")
        if one != file and one.rpartition("/")[0] in beside
    ]
    for one in near[:200]:
        name = one.rpartition("/")[2].lower()
        try:
            if name in _FILES:
                if names := _lines(read_text(root, one).splitlines(), numbers):
                    return names
            elif _MAP.search(name) and (root / one).stat().st_size < _MAX_MAP_BYTES:
                return _map(root, one)
        except (DatasetError, OSError):
            continue
    return {}


def _lines(lines: Sequence[str], numbers: list[int]) -> dict[int, str]:
    """Number the lines of a name file from 0 or 1, or by their own numbers."""
    names = [line.strip()[:_MAX_NAME] for line in lines if line.strip()]
    parts = [name.split(None, 1) for name in names]
    if names and all(len(p) == 2 and p[0].isdigit() for p in parts):
        return {int(p[0]): p[1] for p in parts}
    first = 0 if numbers and numbers[0] == 0 else 1
    if not numbers or numbers[0] < 0 or numbers[-1] - first >= len(names):
        first = 0
    if not numbers or numbers[0] < 0 or numbers[-1] - first >= len(names):
        return {}
    return {i + first: name for i, name in enumerate(names)}


def _map(root: Path, file: str) -> dict[int, str]:
    data = decode(read_text(root, file).encode(), dict[str, Any], file)
    straight = {int(k): v[:_MAX_NAME] for k, v in data.items()
                if k.isdigit() and isinstance(v, str)}  # fmt: skip
    turned = {v: k[:_MAX_NAME] for k, v in data.items() if isinstance(v, int)}
    return straight or turned


def _own_names(values: Sequence[str], paths: Sequence[str]) -> dict[str, str]:
    """Return the folder or file-name word that matches each number one to one, else {}."""
    for name_of in (lambda path: path.rpartition("/")[0].rpartition("/")[2], prefix_of):
        names: dict[str, str] = {}
        for value, path in zip(values, paths, strict=True):
            if path and names.setdefault(value, name_of(path)) != name_of(path):
                break
        else:
            if len(set(names.values())) == len(names) > 1 and all(names.values()):
                return names
    return {}


def _integer(text: str) -> int | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if number.is_integer() else None
