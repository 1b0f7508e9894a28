"""COCO: JSON with images, annotations and categories; an image's most frequent category wins."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from inspector.dataset.layouts.annotations.majority import Objects
from inspector.dataset.layouts.candidate import (
    LABEL_FILE,
    LayoutCandidate,
    coverage,
    folder_split,
    listed,
)
from inspector.dataset.layouts.model import Kind, Location, located
from inspector.dataset.layouts.tables import MAX_BYTES, decode
from inspector.dataset.layouts.tree import Tree
from inspector.dataset.layouts.words import split_of
from inspector.errors import DatasetError
from inspector.input_files import open_regular

_T = TypeVar("_T")
_MAX_FILES = 40
_HEAD_BYTES = 1 << 16
NO_OBJECT = "no object in {}"


class CocoImage(msgspec.Struct):
    """An image listed in a COCO file."""

    id: int | str
    file_name: str


class _Annotation(msgspec.Struct):
    image_id: int | str
    category_id: int | None = None
    area: float | None = None


class _Category(msgspec.Struct):
    id: int
    name: str


class _Document(msgspec.Struct):
    images: list[CocoImage]
    annotations: list[_Annotation] = []
    categories: list[_Category] = []


def recognise(root: Path, tree: Tree) -> tuple[list[LayoutCandidate], list[DatasetError]]:
    """Read all COCO files of a dataset as one layout, ignoring captions and keypoints."""
    places: dict[str, Location] = {}
    objects = Objects()
    used: list[str] = []
    errors: list[DatasetError] = []
    for file in tree.files(".json")[:_MAX_FILES]:
        try:
            document = read_document(root, file, _Document)
        except DatasetError as error:
            errors.append(error)
            continue
        if document is not None and _add(tree, file, document, places, objects):
            used.append(file)
    if not places:
        return [], errors
    layout = listed(tree, places, kind=Kind.COCO, label_file=used[0], notes=objects.notes(places))
    score = LABEL_FILE * coverage(tree, places) ** 0.5
    return [LayoutCandidate(layout, score, f"COCO ({', '.join(used[:3])})")], errors


def read_document(root: Path, file: str, schema: type[_T]) -> _T | None:
    """Read a COCO-shaped file; None for other JSON.

    Raises:
        DatasetError: It claims to be COCO and is not valid.
    """
    path = root / file
    try:
        with os.fdopen(open_regular(path, what="label file", advice=""), "rb") as stream:
            head = stream.read(_HEAD_BYTES)
            if b'"images"' not in head and b'"annotations"' not in head:
                return None
            data = head + stream.read(MAX_BYTES)
    except (OSError, DatasetError):
        return None
    if b'"images"' not in data or b'"categories"' not in data:
        return None
    return decode(data, schema, file)


def _add(
    tree: Tree, file: str, document: _Document, places: dict[str, Location], objects: Objects
) -> bool:
    names = {c.id: c.name for c in document.categories}
    own = _own_split(file)
    paths = image_paths(tree, file, document.images)
    for one in document.annotations:
        path = paths.get(one.image_id, "")
        if path and one.category_id in names:
            objects.add(path, names[one.category_id], one.area or 0.0)
    for path in paths.values():
        if path:
            label = objects.label(path)
            reason = "" if label else NO_OBJECT.format(file)
            places[path] = located(folder_split(path) or own, label, reason=reason)
    return any(paths.values()) and bool(names)


def image_paths(tree: Tree, file: str, images: Sequence[CocoImage]) -> dict[int | str, str]:
    """Return the path of each image of a COCO file by id, "" where it is missing."""
    own = _own_split(file)
    folder = file.rpartition("/")[0]
    stem = file.rpartition("/")[2].rpartition(".")[0]
    # instances_train2017.json names the files of train2017.
    near = [
        f for f in tree.folders
        if f and stem.endswith(f.rpartition("/")[2]) and tree.folders[f].images
    ]  # fmt: skip
    near += [
        f for f in tree.folders if own and tree.folders[f].images and folder_split(f + "/") == own
    ]
    near += [folder, folder.rpartition("/")[0], ""]
    near = list(dict.fromkeys(near))[:8]
    return {image.id: tree.find(image.file_name, near) for image in images}


def _own_split(file: str) -> str:
    stem = file.rpartition("/")[2].rpartition(".")[0]
    return split_of(stem) or folder_split(file)
