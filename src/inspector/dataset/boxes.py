"""Objects with bounding boxes from COCO, YOLO and Pascal VOC label files."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from inspector.dataset.layouts.annotations import voc, yolo
from inspector.dataset.layouts.annotations.coco import CocoImage, image_paths, read_document
from inspector.dataset.layouts.model import Kind, Layout
from inspector.dataset.layouts.tree import Tree, read_tree
from inspector.dataset.names import Label, parse_listed_label
from inspector.errors import DatasetError

Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class BoundingBox:
    """One object of an image.

    Attributes:
        label: Its class.
        box: Left, top, width and height in px; None where only a class is given.
        more: Further COCO fields, such as the segmentation.
    """

    label: Label
    box: tuple[float, float, float, float] | None
    more: Mapping[str, Any]


class _Annotation(msgspec.Struct):
    image_id: int | str
    category_id: int | None = None
    bbox: tuple[float, float, float, float] | None = None
    area: float | None = None
    iscrowd: int = 0
    segmentation: Any = None


class _Category(msgspec.Struct):
    id: int
    name: str


class _Boxes(msgspec.Struct):
    images: list[CocoImage]
    annotations: list[_Annotation] = []
    categories: list[_Category] = []


def read_boxes(
    root: Path, layout: Layout, sizes: Mapping[str, Size]
) -> dict[str, list[BoundingBox]]:
    """Return the objects of each image of a COCO, YOLO or Pascal VOC dataset.

    Args:
        root: Dataset folder.
        layout: The recognised layout.
        sizes: Upright width and height by path: YOLO's boxes are relative to them.

    Raises:
        DatasetError: The dataset has another format, or a label file can't be read or names a
            class that can't be one.
    """
    tree = read_tree(root)
    match layout.kind:
        case Kind.COCO:
            boxes = _of_coco(root, tree)
        case Kind.YOLO:
            boxes = _of_yolo(root, tree, sizes)
        case Kind.VOC:
            boxes = _of_voc(root, tree)
        case _:
            boxes = {}
    if not any(one.box for several in boxes.values() for one in several):
        raise DatasetError(
            "no boxes came in with this dataset: it was opened as"
            f" {layout.text or layout.kind.value}",
            "Boxes are read from COCO, YOLO and Pascal VOC label files. Choose another form.",
        )
    return boxes


def _of_coco(root: Path, tree: Tree) -> dict[str, list[BoundingBox]]:
    boxes: defaultdict[str, list[BoundingBox]] = defaultdict(list)
    for file in tree.files(".json"):
        document = read_document(root, file, _Boxes)
        if document is None:
            continue
        names = {c.id: parse_listed_label(c.name, where=file) for c in document.categories}
        paths = image_paths(tree, file, document.images)
        for one in document.annotations:
            path = paths.get(one.image_id, "")
            if path and one.category_id in names:
                more = {"iscrowd": one.iscrowd}
                if one.area is not None:
                    more["area"] = one.area  # type: ignore[assignment]
                if one.segmentation:
                    more["segmentation"] = one.segmentation
                boxes[path].append(BoundingBox(names[one.category_id], one.bbox, more))
    return boxes


def _of_yolo(root: Path, tree: Tree, sizes: Mapping[str, Size]) -> dict[str, list[BoundingBox]]:
    boxes: defaultdict[str, list[BoundingBox]] = defaultdict(list)
    names = {
        number: parse_listed_label(name, where=f"class {number}")
        for number, name in yolo.read_names(root, tree).items()
    }
    for path, text in yolo.label_files(tree):
        if path not in sizes:
            continue
        width, height = sizes[path]
        for number, shares in yolo.read_objects(str(root / text)):
            label = names.get(number) or parse_listed_label(f"class {number}", where=text)
            boxes[path].append(BoundingBox(label, _pixels(shares, width, height), {}))
    return boxes


def _of_voc(root: Path, tree: Tree) -> dict[str, list[BoundingBox]]:
    return {
        path: [
            BoundingBox(parse_listed_label(one.label, where=xml), one.box, {})
            for one in voc.read_objects(str(root / xml))
        ]
        for path, xml in voc.label_files(tree)
    }


def _pixels(
    shares: tuple[float, ...], width: int, height: int
) -> tuple[float, float, float, float] | None:
    """Return a box in px from its centre and size, or from a polygon's corners."""
    if len(shares) == 4:
        x, y, w, h = shares
        left, top = x - w / 2, y - h / 2
    elif len(shares) >= 6:
        left, top = min(shares[0::2]), min(shares[1::2])
        w, h = max(shares[0::2]) - left, max(shares[1::2]) - top
    else:
        return None
    box = left * width, top * height, w * width, h * height
    return tuple(round(value, 2) for value in box)  # type: ignore[return-value]
