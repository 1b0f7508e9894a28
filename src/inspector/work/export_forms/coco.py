"""COCO: one JSON file per split, with the boxes that came with the dataset."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from inspector.dataset.boxes import BoundingBox
from inspector.work.export_forms.form import ExportForm, Form, SideFile, check_free, splits_of
from inspector.work.export_items import Item, ItemTable

_FOLDER = "annotations"
_SHORT = {"training": "train", "validation": "val"}


@dataclass(frozen=True, slots=True)
class CocoBoxes(ExportForm):
    """Keep the file names and write annotations/instances_train.json and so on.

    Objects of a relabelled image that had its former class get the new one; other objects keep
    theirs.

    Attributes:
        boxes: Objects by the image's path in the dataset.
    """

    form: ClassVar[Form] = Form.COCO
    by_split: ClassVar[bool] = True
    boxes: Mapping[str, Sequence[BoundingBox]]

    def arrange(self, items: ItemTable) -> ItemTable:
        """Return the items unchanged.

        Raises:
            ExportError: An image lies in the folder of the annotations.
        """
        check_free(items, _FOLDER)
        return items

    def side_files(self, items: ItemTable, hashes: Mapping[str, bytes]) -> Iterator[SideFile]:
        """Yield one JSON file per split, all with the same categories, whose ids start at 1."""
        objects: dict[str, list[BoundingBox]] = {
            i.target: [_named(one, i) for one in self.boxes.get(i.source, ())] for i in items
        }
        names = sorted({one.label for several in objects.values() for one in several})
        numbers: dict[str, int] = {name: number for number, name in enumerate(names, 1)}
        for split in splits_of(items) or [""]:
            document = _document([i for i in items if i.split == split], objects, numbers)
            name = f"instances_{_SHORT.get(split, split)}" if split else "instances"
            text = json.dumps(document, ensure_ascii=False)
            yield SideFile.named(f"{_FOLDER}/{name}.json", text.encode())


def _named(one: BoundingBox, item: Item) -> BoundingBox:
    former = item.was[1]
    return replace(one, label=item.label) if one.label == former else one


def _document(
    items: Sequence[Item], objects: Mapping[str, Sequence[BoundingBox]], numbers: Mapping[str, int]
) -> dict[str, Any]:
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number, item in enumerate(items, 1):
        images.append(
            {"id": number, "file_name": item.target, "width": item.width, "height": item.height}
        )
        for one in objects[item.target]:
            row = {"area": one.box[2] * one.box[3] if one.box else 0, "iscrowd": 0, **one.more}
            row |= {"id": len(annotations) + 1, "image_id": number}
            row |= {"category_id": numbers[one.label]}
            if one.box is not None:
                row["bbox"] = list(one.box)
            annotations.append(row)
    categories = [{"id": number, "name": name} for name, number in numbers.items()]
    return {"images": images, "annotations": annotations, "categories": categories}
