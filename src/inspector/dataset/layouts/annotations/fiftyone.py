"""FiftyOne exports: labels.json beside data/, and samples.json with paths and tags."""

from pathlib import Path
from typing import Any

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
from inspector.dataset.layouts.tables import decode, read_text
from inspector.dataset.layouts.tree import Tree
from inspector.dataset.layouts.words import split_of
from inspector.errors import DatasetError


class _Labels(msgspec.Struct):
    labels: dict[str, Any]
    classes: list[str] | None = None


class _Samples(msgspec.Struct):
    samples: list[dict[str, Any]]


def recognise(root: Path, tree: Tree) -> tuple[list[LayoutCandidate], list[DatasetError]]:
    """Read labels.json and samples.json files as one layout."""
    places: dict[str, Location] = {}
    objects = Objects()
    used: list[str] = []
    errors: list[DatasetError] = []
    for file in tree.files("labels.json", "samples.json"):
        name = file.rpartition("/")[2]
        before = len(places)
        try:
            if name == "labels.json":
                _labels(root, tree, file, places, objects)
            elif name == "samples.json":
                _samples(root, tree, file, places)
        except DatasetError as error:
            errors.append(error)
        if len(places) > before:
            used.append(file)
    if not any(p.label for p in places.values()):
        return [], errors
    layout = listed(
        tree, places, kind=Kind.FIFTYONE, label_file=used[0], notes=objects.notes(places)
    )
    score = LABEL_FILE * coverage(tree, places) ** 0.5
    return [LayoutCandidate(layout, score, f"FiftyOne ({', '.join(used[:3])})")], errors


def _labels(
    root: Path, tree: Tree, file: str, places: dict[str, Location], objects: Objects
) -> None:
    data = read_text(root, file).encode()
    if b'"labels"' not in data:
        return
    document = decode(data, _Labels, file)
    folder = file.rpartition("/")[0]
    near = (f"{folder}/data".lstrip("/"), folder, "")
    for name, value in document.labels.items():
        path = tree.find(name, near)
        if not path:
            continue
        for one in value if isinstance(value, list) else [value]:
            label = _label(one, document.classes or [])
            if label:
                objects.add(path, label)
        label = objects.label(path)
        reason = "" if label else f"no label in {file}"
        places[path] = located(folder_split(path), label, reason=reason)


def _label(value: object, classes: list[str]) -> str:
    """Return the class of a value: a number, a name, or an object with a label."""
    match value:
        case bool() | None:
            return ""
        case int(number):
            return classes[number] if 0 <= number < len(classes) else f"class {number}"
        case str(name):
            return name
        case {"label": inner}:
            return _label(inner, classes)
        case _:
            return ""


def _samples(root: Path, tree: Tree, file: str, places: dict[str, Location]) -> None:
    data = read_text(root, file).encode()
    if b'"samples"' not in data:
        return
    document = decode(data, _Samples, file)
    folder = file.rpartition("/")[0]
    for sample in document.samples:
        path = tree.find(str(sample.get("filepath", "")), (folder, ""))
        if not path:
            continue
        tags = sample.get("tags")
        splits = [split_of(str(t)) for t in tags] if isinstance(tags, list) else []
        split = next((s for s in splits if s), "") or folder_split(path)
        label = _field(sample)
        places[path] = located(split, label, reason="" if label else f"no label in {file}")


def _field(sample: dict[str, Any]) -> str:
    """Return the class of the ground truth, else of a sample's first classification."""
    first = sample.get("ground_truth")
    for value in (first, *sample.values()):
        match value:
            case {"_cls": "Classification", "label": str(label)}:
                return label
            case {"label": str(label)} if value is first:
                return label
            case {"detections": [{"label": str(label)}, *_]}:
                return label
    return ""
