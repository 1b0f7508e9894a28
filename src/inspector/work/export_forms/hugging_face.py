"""Hugging Face imagefolder: train, validation and test, each with a metadata.jsonl."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import ClassVar

import yaml

from inspector.dataset.names import parse_relative_path
from inspector.work.export_forms.class_folders import by_split_and_class
from inspector.work.export_forms.form import ExportForm, Form, SideFile, splits_of
from inspector.work.export_items import ItemTable

_TRAIN = "train"
_FOLDERS = {"training": _TRAIN, "": _TRAIN}
_TEXT = """
```python
from datasets import load_dataset

dataset = load_dataset("THIS FOLDER").class_encode_column("label")
```
"""


class HuggingFace(ExportForm):
    """Put every image into SPLIT/CLASS, with metadata.jsonl and a dataset card.

    The metadata is JSON lines rather than CSV: `datasets` would read the apostrophe that keeps a
    spreadsheet from evaluating a cell as part of the file name.
    """

    form: ClassVar[Form] = Form.HUGGING_FACE
    by_split: ClassVar[bool] = True

    def arrange(self, items: ItemTable) -> ItemTable:
        """Return the items by split and class.

        Raises:
            ExportError: A class can't be a folder name, or two classes would share a folder.
        """
        return by_split_and_class(items, _FOLDERS)

    def side_files(self, items: ItemTable, hashes: Mapping[str, bytes]) -> Iterator[SideFile]:
        """Yield the metadata of each split, and a dataset card."""
        lines: defaultdict[str, list[str]] = defaultdict(list)
        for item in items:
            split, _, name = item.target.partition("/")
            row = {
                "file_name": name,
                "label": item.label,
                "group": item.group,
            }
            lines[split].append(json.dumps(row, ensure_ascii=False))
        for split, rows in lines.items():
            name = parse_relative_path(f"{split}/metadata.jsonl", where="this form")
            yield SideFile(name, ("\n".join(rows) + "\n").encode())
        yield SideFile.named("README.md", _card(items).encode())


def _card(items: ItemTable) -> str:
    """Return a dataset card from which `load_dataset` takes the splits."""
    splits = [_FOLDERS.get(split, split) for split in splits_of(items)] or [_TRAIN]
    # Split names must not contain a dash there.
    files = [{"split": s.replace("-", "_"), "path": f"{s}/**"} for s in splits]
    head = {
        "task_categories": ["image-classification"],
        "configs": [{"config_name": "default", "drop_labels": True, "data_files": files}],
    }
    return f"---\n{yaml.safe_dump(head, sort_keys=False)}---\n{_TEXT}"
