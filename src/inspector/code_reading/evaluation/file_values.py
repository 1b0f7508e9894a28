"""Files of folders and patterns, as values."""

import ast
from typing import Final

from inspector.code_reading.evaluation.host import Host
from inspector.code_reading.evaluation.objects import (
    DataSet,
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
        where: A folder or a pattern.
        node: The call.
        by_parts: They are paths of pathlib, which are sorted part by part.
        hidden: A wildcard takes names with a dot at the start, too.
    """
    arguments = {"directory": folder_of(where), "pattern": where}
    if by_parts:
        arguments["by_parts"] = True
    if hidden or by_parts:
        arguments["hidden"] = True
    return DataSet(Source(LoaderName.FILES, host.place, node, arguments))


def folder_of(where: object) -> object:
    """Return the folder of a path or pattern: what stands before the first wildcard or brace."""
    if isinstance(where, PathText):
        where = where.text
    if not isinstance(where, str | PartText):
        return where
    text = where if isinstance(where, str) else where.text
    parts = text.split("/")
    first = next((i for i, p in enumerate(parts) if any(c in p for c in _WILD)), len(parts))
    # A piece that is not known at the start is the folder that everything lies in.
    brace = next((i for i, p in enumerate(parts) if "{" in p and i > 0), len(parts))
    known_parts = parts[: min(first, brace)]
    folder = "/".join(known_parts) or ("/" if text.startswith("/") else ".")
    return PartText(folder) if "{" in folder else folder


def files_of(host: Host, value: object, node: ast.AST) -> DataSet | None:
    """Return the dataset that a value is or holds; None if there is none."""
    match held_dataset(value):
        case DataSet() as data:
            return data
        case tuple() as several if several:
            return files_of(host, several[0], node)
        case ListBox(data=[first, *_] as items) if isinstance(first, PathText | PartText | str):
            folder = _common_folder(items[:50])
            if folder:
                where = PartText(folder) if "{" in folder else folder
                known = {"directory": folder_of(where), "pattern": where, "built": True}
                return DataSet(Source(LoaderName.FILES, host.place, node, known))
        case ListBox(data=[DataSet() as first, *_]):
            return first
        case DictBox(data=data) if data:
            return files_of(host, next(iter(data.values())), node)
        case StreamValue(item=item) if isinstance(item, PathText | PartText | str):
            return files_of(host, ListBox([item]), node)
        case StreamValue(item=DataSet() as item):
            return item
    return None


def held_dataset(value: object) -> object:
    """Return the dataset that an object of a Dataset or Sequence of the code reads.

    What its methods do with the images is not followed, so its last map is not known. Any other
    value is returned as it is.
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
    """Return the folder that all of these files lie in, "" where there is none."""
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
