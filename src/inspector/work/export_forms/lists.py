"""List files: the paths of each split, or of both parts of each fold."""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from inspector.work.export_forms.form import (
    ExportForm,
    Form,
    SideFile,
    check_free,
    folds_of,
    splits_of,
)
from inspector.work.export_items import Item, ItemTable

_FOLDER = "lists"


class Lists(ExportForm):
    """Keep the file names and write lists/training.txt and so on, one path per line.

    Each fold gets lists/fold1/training.txt and validation.txt: it evaluates a model trained on the
    other folds.
    """

    form: ClassVar[Form] = Form.LISTS
    by_split: ClassVar[bool] = True
    needs_split: ClassVar[bool] = True

    def arrange(self, items: ItemTable) -> ItemTable:
        """Return the items unchanged.

        Raises:
            ExportError: An image lies in the folder of the lists.
        """
        check_free(items, _FOLDER)
        return items

    def side_files(self, items: ItemTable, hashes: Mapping[str, bytes]) -> Iterator[SideFile]:
        """Yield one list per split, or two per fold plus the test list."""
        folds = folds_of(items)
        for split in splits_of(items):
            if split not in folds:
                yield _list(split, [i for i in items if i.split == split])
        for fold in folds:
            training = [i for i in items if i.split in folds and i.split != fold]
            yield _list(f"{fold}/training", training)
            yield _list(f"{fold}/validation", [i for i in items if i.split == fold])


def _list(name: str, items: Sequence[Item]) -> SideFile:
    text = "".join(f"{item.target}\n" for item in items)
    return SideFile.named(f"{_FOLDER}/{name}.txt", text.encode())
