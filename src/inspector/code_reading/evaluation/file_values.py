"""Values for the files of folders and patterns."""

import ast
from typing import Final

from inspector.code_reading.evaluation.host import Host
from inspector.code_reading.evaluation.objects import (
    DataSet,
    ImageCopy,
    Layer,
    LoaderName,
    Source,
    StackBox,
    StreamValue,
)
from inspector.code_reading.evaluation.value_text import shown
from inspector.code_reading.evaluation.values import (
    ClassBox,
    DictBox,
    ListBox,
    ObjectBox,
    PartText,
    PathText,
    Ref,
    Unknown,
)

_WILD: Final = "*?["
_DATASET_CLASSES: Final = ("Dataset", "IterableDataset", "VisionDataset", "Sequence", "PyDataset")


def files_in(
    host: Host, where: object, node: ast.AST, *, by_parts: bool = False, hidden: bool = False
) -> DataSet:
    """Return the files of a folder or of a pattern such as "data/*/*.jpg".

    Args:
        host: The evaluator.
        where: Folder or pattern.
        node: The call.
        by_parts: True for pathlib paths, which are sorted part by part.
        hidden: True if a wildcard also matches names with a leading dot.
    """
    arguments = {"directory": folder_of(where), "pattern": where}
    if by_parts:
        arguments["by_parts"] = True
    if hidden or by_parts:
        arguments["hidden"] = True
    return DataSet(Source(LoaderName.FILES, host.place, node, arguments))


def folder_of(where: object) -> object:
    """Return the folder of a path or pattern: the part before the first wildcard or brace."""
    if isinstance(where, PathText):
        where = where.text
    if not isinstance(where, str | PartText):
        return where
    text = where if isinstance(where, str) else where.text
    parts = text.split("/")
    first = next((i for i, p in enumerate(parts) if any(c in p for c in _WILD)), len(parts))
    # An unknown piece at the start is the folder that contains everything.
    brace = next((i for i, p in enumerate(parts) if "{" in p and i > 0), len(parts))
    known_parts = parts[: min(first, brace)]
    folder = "/".join(known_parts) or ("/" if text.startswith("/") else ".")
    return PartText(folder) if "{" in folder else folder


def files_of(host: Host, value: object, node: ast.AST) -> DataSet | None:
    """Return the dataset that a value is or contains, or None."""
    match held_dataset(value):
        case DataSet() as data:
            return data
        case tuple() as several if several:
            return files_of(host, several[0], node)
        case ListBox(data=[first, *_] as items) if _image_path(first) is not None:
            return _listed_files(host, items[:200], node)
        case ListBox(data=[DataSet() as first, *_]):
            return first
        case DictBox(data=data) if data:
            return files_of(host, next(iter(data.values())), node)
        case StreamValue(item=item) if _image_path(item) is not None:
            return files_of(host, ListBox([item]), node)
        case StreamValue(item=DataSet() as item):
            return item
    return None


def _listed_files(host: Host, items: list[object], node: ast.AST) -> DataSet | None:
    """Return the files of a list that the code fills with paths, or with images read from them."""
    paths = [path for v in items if (path := _image_path(v)) is not None]
    folder = _common_folder(paths[:50])
    if not folder:
        return None
    where = PartText(folder) if "{" in folder else folder
    known = {"directory": folder_of(where), "pattern": where, "built": True}
    known["by_class"] = _by_class(folder, paths)
    data = DataSet(Source(LoaderName.FILES, host.place, node, known))
    copied = [v.of for v in items if isinstance(v, ImageCopy)]
    return data.after("copies") if any(v in copied for v in items) else data


def _image_path(value: object) -> object:
    """Return the path of what a list of files or images holds; None if it is no such thing."""
    match value:
        case PathText() | PartText() | str():
            return value
        case ImageCopy(of=path):
            return path
        case (PathText() | ImageCopy() as first, *_) | ListBox(
            data=[PathText() | ImageCopy() as first, *_]
        ):
            return _image_path(first)
        case Unknown(options=(item, None)):
            return _image_path(item)
    return None


def _by_class(folder: str, paths: list[object]) -> bool:
    """Tell whether paths lie in folders below a folder: one after the other, class by class."""
    inner = {shown(p)[len(folder) :].strip("/").rpartition("/")[0] for p in paths}
    return "" not in inner and (len(inner) > 1 or any("{" in name for name in inner))


def typical_image(box: ListBox) -> object:
    """Return what stands for any item of a list of images that a loop fills; None for others."""
    paths = [_image_path(v) for v in box.data[:200]]
    known = [p for p in paths if p is not None and not isinstance(p, str)]
    if not box.open or not known or len(known) < len(paths):
        return None
    folder = _common_folder(known[:50])
    below = "{class}/{file}" if _by_class(folder, known) else "{file}"
    image = PathText(PartText(f"{folder}/{below}"))
    first = box.data[0].options[0] if isinstance(box.data[0], Unknown) else box.data[0]
    if isinstance(first, PathText | ImageCopy):
        copied = {v.of for v in box.data if isinstance(v, ImageCopy)}
        return None if copied else image
    return (image, Unknown("the label"))


def held_dataset(value: object) -> object:
    """Return the dataset that an instance of the code's own Dataset or Sequence reads.

    What its methods do with the images is not followed, so its last map is unknown. Any other value
    is returned unchanged.
    """
    if not isinstance(value, ObjectBox) or value.kind is None or not _is_dataset(value.kind):
        return value
    attributes = list(value.data.values())
    data = next((v for v in attributes if isinstance(v, DataSet)), None)
    if data is None:
        return value
    layers = [v for v in attributes if isinstance(v, StackBox | Layer)]
    return data.after("map", *layers[:1], Unknown(value.kind.name))


def _is_dataset(kind: ClassBox) -> bool:
    return any(
        (isinstance(b, Ref) and b.last in _DATASET_CLASSES)
        or (isinstance(b, ClassBox) and _is_dataset(b))
        for b in kind.bases
    )


def _common_folder(items: list[object]) -> str:
    """Return the folder that contains all of these files, or ""."""
    heads = [
        shown(folder_of(v)).split("/") for v in items if isinstance(v, PathText | PartText | str)
    ]
    whole = [shown(v).rpartition("/")[0].split("/") for v in items]
    parts = [min(h, w, key=len) for h, w in zip(heads, whole, strict=False)]
    common: list[str] = []
    for column in zip(*parts, strict=False):
        if len(set(column)) > 1:
            break
        common.append(column[0])
    return "/".join(common)
