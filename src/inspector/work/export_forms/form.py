"""What every export form has: the names of images and the files written beside them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from inspector.dataset.names import RelativePath, parse_relative_path, shown
from inspector.errors import ExportError
from inspector.work.export_items import ItemTable

MANIFEST: Final = "manifest.csv"
TRAINING: Final = "training"
_ORDER = (TRAINING, "validation", "test")


class Form(StrEnum):
    """The framework that an export is for."""

    AS_IS = "as-is"
    CLASS_FOLDERS = "class-folders"
    LISTS = "lists"
    CSV = "csv"
    PARQUET = "parquet"
    HUGGING_FACE = "hugging-face"
    YOLO = "yolo"
    COCO = "coco"
    KERAS = "keras"
    PYTORCH = "pytorch"
    SCIKIT_LEARN = "scikit-learn"


@dataclass(frozen=True, slots=True)
class SideFile:
    """A file written beside the images; `name` is relative to the export."""

    name: RelativePath
    content: bytes

    @classmethod
    def named(cls, name: str, content: bytes) -> "SideFile":
        """Return a file whose name is derived from outside data, such as a split's name.

        Raises:
            DatasetError: The name could lead outside the export.
        """
        return cls(parse_relative_path(name, where="the export"), content)


@dataclass(frozen=True, slots=True)
class ExportForm:
    """Keep the file names, with nothing but the manifest beside the images.

    Attributes:
        form: The form's name.
        by_split: True if images without a split can't be expressed once others have one.
        needs_split: True if the form can't express a dataset without splits.
    """

    form: ClassVar[Form] = Form.AS_IS
    by_split: ClassVar[bool] = False
    needs_split: ClassVar[bool] = False

    def arrange(self, items: ItemTable) -> ItemTable:
        """Return the items under their names in this form.

        Raises:
            ExportError: The form can't express a class name.
        """
        return items

    def side_files(self, items: ItemTable, hashes: Mapping[str, bytes]) -> Iterator[SideFile]:
        """Yield the files written beside the images.

        Args:
            items: As returned by `arrange`.
            hashes: SHA-256 per target.
        """
        yield from ()


def splits_of(items: ItemTable) -> list[str]:
    """Return the splits of an export, training first and test last."""
    names = {place.split for place in items.places if place.split}
    return sorted(names, key=lambda n: (_ORDER.index(n) if n in _ORDER else 1, _natural(n)))


def folds_of(items: ItemTable) -> list[str]:
    """Return the splits that are folds: all but test, in an export without training."""
    splits = splits_of(items)
    return [] if TRAINING in splits else [s for s in splits if s != "test"]


def check_split(items: ItemTable, form: Form) -> None:
    """Check that there is a split to train on and one to evaluate on.

    Raises:
        ExportError: One is missing.
    """
    if len(splits_of(items)) < 2:
        raise ExportError(
            f"the form {form.value} needs a split, and these images have none",
            "Export them split by group, or in folds.",
        )


def check_free(items: ItemTable, name: str) -> None:
    """Check that no image has the name of a file that the form writes, or lies in its folder.

    Raises:
        ExportError: An image does.
    """
    plain = f"{name}/".casefold()
    taken = next((t for t in items.targets if f"{t}/".casefold().startswith(plain)), None)
    if taken is not None:
        raise ExportError(
            f"{shown(taken)} has the name of a file that this form writes, {name}",
            "Rename it, or choose another form.",
        )


def manifest_name(items: ItemTable) -> str:
    """Return the manifest's name, a different one where an image has the usual name."""
    taken = any(target.casefold() == MANIFEST for target in items.targets)
    return MANIFEST if not taken else "inspector-manifest.csv"


def _natural(name: str) -> tuple[str, int]:
    """Sort fold10 after fold9."""
    stem = name.rstrip("0123456789")
    return stem, int(name[len(stem) :][:9] or 0)
