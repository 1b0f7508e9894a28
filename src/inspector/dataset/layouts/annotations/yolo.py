"""YOLO: data.yaml and a text file per image; an image's most frequent class wins."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from inspector.dataset.layouts.annotations.majority import Objects
from inspector.dataset.layouts.candidate import (
    LABEL_FILE,
    LayoutCandidate,
    coverage,
    folder_split,
    listed,
)
from inspector.dataset.layouts.model import Kind, located
from inspector.dataset.layouts.side_files import read_side_file
from inspector.dataset.layouts.tables import read_text, refused
from inspector.dataset.layouts.tree import Tree
from inspector.dataset.layouts.words import normal_split, stem
from inspector.errors import DatasetError

_NAMES = ("classes.txt", "obj.names", "_darknet.labels", "coco.names", "classes.names")
_SPLITS = ("train", "val", "valid", "test")
_MAX_YAML = 1 << 20
# The parser takes a second until it gives up at 1,000.
_MAX_DEPTH = 100
_MAX_DIGITS = 10


def recognise(root: Path, tree: Tree) -> tuple[list[LayoutCandidate], list[DatasetError]]:
    """Read each image's label file, beside it or in labels/ for images/ in its path."""
    names, splits, label_file, errors = _described(root, tree)
    pairs = label_files(tree)
    if not pairs or (not names and len(pairs) * 2 < tree.total):
        return [], errors
    return _candidate(root, tree, pairs, names, splits, label_file), errors


def read_names(root: Path, tree: Tree) -> dict[int, str]:
    """Return the class names of a dataset by number."""
    return _described(root, tree)[0]


def label_files(tree: Tree) -> list[tuple[str, str]]:
    """Return (image, label file) for every image that has one."""
    texts = {
        one.join(name) for one in tree.folders.values() for name in one.others
        if name.endswith(".txt")
    }  # fmt: skip
    if not texts:
        return []
    return [(path, text) for path in tree.images() if (text := _label_of(path, texts))]


def _described(
    root: Path, tree: Tree
) -> tuple[dict[int, str], dict[str, str], str, list[DatasetError]]:
    """Return class names, split folders, the file that lists them, and read errors."""
    errors: list[DatasetError] = []
    for file in tree.files(".yaml", ".yml"):
        try:
            read = _yaml(root, file)
        except DatasetError as error:
            errors.append(error)
            continue
        if read is not None:
            names, splits = read
            splits |= _listed_splits(root, tree, splits)
            named, names = (file, names) if names else _names(root, tree)
            return names, splits, named, errors
    file, names = _names(root, tree)
    return names, {}, file, errors


def _candidate(
    root: Path, tree: Tree, pairs: list[tuple[str, str]], names: Mapping[int, str],
    splits: Mapping[str, str], label_file: str,
) -> list[LayoutCandidate]:  # fmt: skip
    objects = Objects()
    folder = f"{root}{os.sep}"
    for path, text in pairs:
        for number, area in _boxes(f"{folder}{text}"):
            objects.add(path, names.get(number, f"class {number}"), area)
    places = {}
    for path, text in pairs:
        label = objects.label(path)
        split = splits.get(path) or next(
            (s for f, s in splits.items() if path.startswith(f"{f}/")), ""
        )
        reason = "" if label else f"no object in {text}"
        places[path] = located(split or folder_split(path), label, reason=reason)
    if not any(p.label for p in places.values()):
        return []
    layout = listed(
        tree, places, kind=Kind.YOLO, label_file=label_file or pairs[0][1],
        notes=objects.notes(places), sure=bool(names),
    )  # fmt: skip
    score = LABEL_FILE * coverage(tree, places) ** 0.5 * (1 if names else 0.7)
    return [LayoutCandidate(layout, score, f"YOLO ({label_file or 'labels without names'})")]


def _depth(text: str) -> int:
    """Return how deep the brackets of a text are nested."""
    depth = deepest = 0
    for bracket in re.findall(r"[\[\]{}]", text):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _yaml(root: Path, file: str) -> tuple[dict[int, str], dict[str, str]] | None:
    """Return class names and split folders of a data.yaml; None for other YAML.

    Raises:
        DatasetError: It is no YAML.
    """
    text = read_text(root, file)
    if len(text) > _MAX_YAML:
        return None
    if _depth(text) > _MAX_DEPTH:
        raise refused(file, "it is nested too deep")
    try:
        data: Any = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        raise refused(file, f"{where}it is no YAML") from error
    if not isinstance(data, dict) or not isinstance(data.get("names"), dict | list):
        return None
    raw = data["names"]
    pairs = raw.items() if isinstance(raw, dict) else enumerate(raw)
    # Other values may be nested by aliases, which take no space until written out.
    names = {
        int(k): str(v)
        for k, v in pairs
        if isinstance(k, int | str) and isinstance(v, str | int | float)
        and str(k).isdecimal() and len(str(k)) < _MAX_DIGITS
    }  # fmt: skip
    path = data.get("path")
    base = path if isinstance(path, str) else ""
    splits: dict[str, str] = {}
    for word in _SPLITS:
        folder = data.get(word)
        if isinstance(folder, str):
            splits[_folder(file, base, folder)] = normal_split(word)
    splits.pop("", None)
    return names, splits


def _listed_splits(root: Path, tree: Tree, splits: Mapping[str, str]) -> dict[str, str]:
    """Return the split of each image in a list file of data.yaml ("train: train.txt")."""
    by_image: dict[str, str] = {}
    for file, split in splits.items():
        if not file.endswith(".txt"):
            continue
        own = file if (root / file).is_file() else file.rpartition("/")[2]
        try:
            lines = read_text(root, own).splitlines()
        except DatasetError:
            continue
        near = tuple(dict.fromkeys((own.rpartition("/")[0], "")))
        for line in lines:
            if path := tree.find(line, near):
                by_image[path] = split
    return by_image


def _folder(file: str, base: str, folder: str) -> str:
    """Return a split's folder relative to the dataset; leading ".." as in Roboflow's is cut."""
    own = file.rpartition("/")[0]
    inside = "" if base in (".", "./") or base.startswith(("/", "..")) else base
    path = os.path.normpath("/".join(part for part in (own, inside, folder) if part))
    while path.startswith("../"):
        path = path[3:]
    return path.strip("/").removeprefix("./")


def _names(root: Path, tree: Tree) -> tuple[str, dict[int, str]]:
    for file in tree.files(*_NAMES):
        if file.rpartition("/")[2].lower() in _NAMES:
            try:
                lines = [line.strip() for line in read_text(root, file).splitlines()]
            except DatasetError:
                continue
            return file, {i: line for i, line in enumerate(lines) if line}
    return "", {}


def _label_of(path: str, texts: set[str]) -> str:
    """Return the label file of an image, "" for none.

    Source: Ultralytics' img2label_paths: the last "images" of the path becomes "labels".
    """
    plain = f"{stem(path)}.txt"
    head, separator, tail = f"/{plain}".rpartition("/images/")
    if separator and (swapped := f"{head}/labels/{tail}".lstrip("/")) in texts:
        return swapped
    return plain if plain in texts else ""


def _boxes(file: str) -> list[tuple[int, float]]:
    """Return (class, area) per box or polygon."""
    return [(n, s[2] * s[3] if len(s) >= 4 else 0.0) for n, s in read_objects(file)]


def read_objects(file: str) -> list[tuple[int, tuple[float, ...]]]:
    """Return (class, relative coordinates) per line of a label file; other lines are skipped.

    The coordinates are a box's centre and size, or a polygon's corners; none for an image that has
    only a class.
    """
    try:
        text = read_side_file(file)
    except OSError:
        return []
    objects: list[tuple[int, tuple[float, ...]]] = []
    for line in text.split(b"\n"):
        parts = line.split()
        # A sixth number of a box is its confidence.
        numbers = parts[1:5] if len(parts) in (5, 6) else parts[1:]
        try:
            if len(parts) >= 5:
                objects.append((int(float(parts[0])), tuple(map(float, numbers))))
            elif len(parts) == 1:
                objects.append((int(parts[0]), ()))
        except (ValueError, OverflowError):
            continue
    return objects
