"""Class folders in split folders: torchvision's ImageFolder, Keras, Ultralytics, Hugging Face."""

import unicodedata
from collections.abc import Iterator, Mapping
from itertools import count
from typing import ClassVar

from inspector.dataset.names import parse_relative_path, shown, why_no_name
from inspector.errors import DatasetError, ExportError
from inspector.work.export_forms.form import ExportForm, Form
from inspector.work.export_items import Item, ItemTable


class ClassFolders(ExportForm):
    """Put every image into SPLIT/CLASS, or into CLASS without splits."""

    form: ClassVar[Form] = Form.CLASS_FOLDERS
    by_split: ClassVar[bool] = True

    def arrange(self, items: ItemTable) -> ItemTable:
        """Return the items by split and class.

        Raises:
            ExportError: A class can't be a folder name, or two classes would share a folder.
        """
        return by_split_and_class(items, {})


def by_split_and_class(items: ItemTable, folders: Mapping[str, str]) -> ItemTable:
    """Return items as SPLIT/CLASS/NAME; a name that is taken gets a number.

    Args:
        items: Items in any layout.
        folders: Folder per split where it differs from the split's name; "" is the key of no split.

    Raises:
        ExportError: A class can't be a folder name, or two classes would share a folder.
    """
    classes = _class_folders({place.label for place in items.places})
    return ItemTable(_arranged(items, folders, classes))


def _arranged(
    items: ItemTable, folders: Mapping[str, str], classes: Mapping[str, str]
) -> Iterator[Item]:
    taken: set[str] = set()
    numbers: dict[str, int] = {}
    for item in items:
        folder = folders.get(item.split, item.split)
        name = item.source.rpartition("/")[2]
        path = f"{classes[item.label]}/{name}"
        target = _free(f"{folder}/{path}" if folder else path, taken, numbers)
        try:
            yield item._replace(target=parse_relative_path(target, where=item.source))
        except DatasetError as error:
            raise ExportError(error.message, error.advice) from None


def _class_folders(labels: set[str]) -> dict[str, str]:
    """Return a folder name per class; slashes become underscores.

    Raises:
        ExportError: A class can't be a folder name, or two classes would share a folder.
    """
    folders: dict[str, str] = {}
    labels_of: dict[str, str] = {}
    for label in sorted(labels):
        folder = label.replace("/", "_").replace("\\", "_")
        if why := why_no_name(folder):
            raise ExportError(
                f'the class "{shown(label)}" can\'t be a folder: {why}',
                "Relabel it, or export as csv, which keeps every name.",
            )
        other = labels_of.setdefault(_plain(folder), label)
        if other != label:
            raise ExportError(
                f'the classes "{shown(other)}" and "{shown(label)}" would be one folder',
                "Relabel one of them, or export as csv, which keeps every name.",
            )
        folders[label] = folder
    return folders


def _free(path: str, taken: set[str], numbers: dict[str, int]) -> str:
    plain = _plain(path)
    if plain not in taken:
        taken.add(plain)
        return path
    folder, _, name = path.rpartition("/")
    stem, dot, ending = name.rpartition(".")
    for number in count(numbers.get(plain, 2)):
        new = f"{stem}-{number}{dot}{ending}" if stem else f"{name}-{number}"
        free = f"{folder}/{new}"
        if _plain(free) not in taken:
            break
    numbers[plain] = number + 1
    taken.add(_plain(free))
    return free


def _plain(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()
