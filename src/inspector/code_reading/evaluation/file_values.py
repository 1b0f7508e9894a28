"""Values for the files of folders and patterns."""

import ast
import re
from dataclasses import replace
from typing import Final

from inspector.code_reading.evaluation.host import Host
from inspector.code_reading.evaluation.objects import (
    Action,
    DataSet,
    Event,
    ImageCopy,
    Layer,
    LoaderName,
    Source,
    StackBox,
    StreamValue,
)
from inspector.code_reading.evaluation.value_text import is_label, shown
from inspector.code_reading.evaluation.values import (
    Arguments,
    ClassBox,
    DictBox,
    Function,
    ListBox,
    ObjectBox,
    PartText,
    PathText,
    Ref,
    ScopeBox,
    Unknown,
    is_number,
)

_LISTS: Final = re.compile(r"\.(txt|lst|list|csv|tsv)$")
_NO_FILES: Final = re.compile(r"class|label|categor|names|require|log|vocab|config|result")
_WILD: Final = "*?["
_FIRST_NAME: Final = re.compile(r"[{(]*(\w+)(?=\[|\.replace|\s*\+)")
_OTHER_FOLDER: Final = re.compile(r"replace\((?!['\"]\.)")
_MAX_ORIGINS: Final = 50
_LABEL: Final = re.compile(r"label|target|class|categor|^y\d?$|^lbl|^cls")
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
    folder = folder_of(where)
    if isinstance(folder, PartText) and folder.text.startswith("{"):
        outer = host.loops.folder_of(folder.text.strip("{}"))
        folder = folder if outer is None else outer
    arguments = {"directory": folder, "pattern": where}
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
    slash = "\\" if "/" not in text else "/"
    parts = text.split(slash)
    first = next((i for i, p in enumerate(parts) if any(c in p for c in _WILD)), len(parts))
    # An unknown piece at the start is the folder that contains everything.
    brace = next((i for i, p in enumerate(parts) if "{" in p and i > 0), len(parts))
    known_parts = parts[: min(first, brace)]
    folder = slash.join(known_parts) or ("/" if text.startswith("/") else ".")
    return PartText(folder) if "{" in folder else folder


def lines_of(host: Host, ref: Ref, given: Arguments, node: ast.AST) -> DataSet | None:
    """Return the lines of a text file, which may name files as the rows of a table do, or None."""
    where, mode = given.places[0] if given.places else None, given.get(1, "mode")
    if ref.name in ("csv.reader", "csv.DictReader"):
        return where if isinstance(where, DataSet) and "lines" in where.source.arguments else None
    if ref.name not in ("builtins.open", "numpy.loadtxt", "numpy.genfromtxt", "codecs.open"):
        return None
    if host.exact is not None or not isinstance(where, str | PartText | PathText):
        return None
    name = shown(where).lower()
    if not _LISTS.search(name) or _NO_FILES.search(name.rpartition("/")[2]):
        return None
    if ref.last == "open" and isinstance(mode, str) and mode[:1] in "wax":
        return None
    return DataSet(Source(LoaderName.FILES, host.place, node, {"table": where, "lines": True}))


def saved(host: Host, where: object, image: object) -> None:
    """Record that an image is written to a file."""
    outer = _folder_of_loop(host, where)
    if outer is not None:
        host.emit(Event(Action.SAVE, host.place, name=shown(outer), options={"image": image}))
    elif isinstance(where, str | PartText | PathText):
        known = where.text if isinstance(where, PathText) else where
        whole = isinstance(known, str)
        folder = shown(known).rpartition("/")[0] if whole else shown(folder_of(known))
        if isinstance(image, ImageCopy) and shown(image.of) == shown(where):
            image = image.of  # It replaces the image.
        event = Event(Action.SAVE, host.place, name=folder, options={"image": image})
        host.emit(event)


def _folder_of_loop(host: Host, where: object) -> object:
    """Return the folder of `f[:-4] + "_2.png"` or `f.replace(".png", ...)` in a loop over files."""
    match where:
        case Unknown(text=text) | PartText(text=text) | PathText(text=PartText(text=text)):
            name = _FIRST_NAME.match(text)
            if name is None or _OTHER_FOLDER.search(text):
                return None
            return host.loops.folder_of(name.group(1))
    return None


def files_of(host: Host, value: object, node: ast.AST) -> DataSet | None:
    """Return the dataset that a value is or contains, or None."""
    if host.exact is not None:
        value = host.exact.dataset(value)
    value = held_dataset(value)
    match value:
        case DataSet():
            return value
        case tuple() as several if several:
            return files_of(host, several[0], node)
        case ListBox():
            return _files_of_list(host, value, node)
        case DictBox(data=data) if data:
            return files_of(host, next(iter(data.values())), node)
        case StreamValue(item=item) if _image_path(item) is not None:
            return _listed_files(host, None, [item], node)
        case StreamValue(item=DataSet() as item):
            return item
    return None


def _files_of_list(host: Host, box: ListBox, node: ast.AST) -> DataSet | None:
    first = box.data[0] if box.data else None
    if _image_path(first) is not None:
        return _listed_files(host, box, box.data[:200], node)
    if isinstance(first, DataSet):
        return first
    return _joined_files(box) if box.origins else None


def collect(host: Host, box: ListBox, value: object, node: ast.AST) -> None:
    """Record that a loop over files appends to a list: what it makes of each, or its label."""
    origin = host.loops.files() if host.exact is None else None
    if origin is None or len(box.origins) >= _MAX_ORIGINS or not isinstance(node, ast.Call):
        return
    if "lines" in origin.source.arguments and _image_path(_first_of(value)) is not None:
        return  # The path that is appended tells more than the file that names it.
    label = is_number(value) or any(_names_label(a) for a in node.args)
    origin = replace(origin, derived=origin.derived or label)
    origin = origin.after("collected", id(node))
    if not any(_is_same_round(o, origin) for o in box.origins):
        box.origins = (*box.origins, origin)


def extend(host: Host, box: ListBox, value: object, node: ast.AST) -> None:
    """Add an iterable of unknown length to a list: the files that it holds are kept."""
    box.open = True
    data = files_of(host, value, node)
    if data is None:
        return
    if box.data or len(box.origins) >= _MAX_ORIGINS:
        box.data.append(data)
    elif not any(_is_same_round(o, data) for o in box.origins):
        box.origins = (*box.origins, data)


def _is_same_round(one: object, two: DataSet) -> bool:
    """Tell whether two origins are one loop, followed twice."""
    folders = [
        shown(d.source.arguments.get("directory")) for d in (one, two) if isinstance(d, DataSet)
    ]
    return (
        isinstance(one, DataSet) and one.source.node is two.source.node and one.steps == two.steps
        and folders[0] == folders[1]
    )  # fmt: skip


def _names_label(node: ast.expr) -> bool:
    """Tell whether an expression is a label, by what it takes of a path or by its name."""
    return is_label(node) or (isinstance(node, ast.Name) and bool(_LABEL.search(node.id.lower())))


def collected_files(host: Host, value: object, node: ast.AST) -> object:
    """Return the files that a list was made of in a loop over them, or None."""
    if not isinstance(value, ListBox) or not value.open:
        return None
    if value.origins:
        return _joined_files(value)
    listed = any(isinstance(_first_of(v), PathText | ImageCopy) for v in value.data[:1])
    return _files_of_list(host, value, node) if listed else None


def _joined_files(box: ListBox) -> DataSet | None:
    """Return the files of one or several loops that fill a list, one after the other."""
    parts = [o for o in box.origins if isinstance(o, DataSet)]
    folders = [p.source.arguments.get("directory") for p in parts]
    nested = any("{" in shown(p.source.arguments.get("pattern")) for p in parts)
    if (len(parts) == 1 and not nested) or any(f is None for f in folders):
        return parts[0]
    common = _common_folder([f"{shown(f)}/*" for f in folders])
    if not common:
        return parts[0].after("concatenate", "append")
    first = parts[0].source
    known: dict[str, object] = {
        "directory": PartText(common) if "{" in common else common, "pattern": common,
        "built": True, "by_class": nested or len({shown(f) for f in folders}) > 1,
        "unsorted": _is_unsorted(box),
    }  # fmt: skip
    joined = DataSet(
        Source(LoaderName.FILES, first.place, first.node, known), derived=parts[0].derived
    )
    changes = [s for p in parts for s in p.steps if s.name in ("filter", "shuffle")]
    for step in dict.fromkeys(changes):
        joined = joined.after(step.name, *step.values, line=step.line)
    box.origins = (joined,)
    return joined


def _is_unsorted(box: ListBox) -> bool:
    """Tell whether one of the loops that fill a list goes through files in disk order."""
    return any(
        isinstance(o, DataSet) and not o.has("sorted", "sorted_by")
        and o.source.arguments.get("unsorted", o.source.arguments.get("directory")) not in (
            None, False,
        )
        for o in box.origins
    )  # fmt: skip


def _listed_files(host: Host, box: object, items: list[object], node: ast.AST) -> DataSet | None:
    """Return the files of a list that the code fills with paths, or with images read from them."""
    paths = [path for v in items if (path := _image_path(v)) is not None]
    folder = _common_folder(paths[:50])
    if not folder:
        return None
    where = PartText(folder) if "{" in folder else folder
    known = {"directory": folder_of(where), "pattern": where, "built": True}
    known["by_class"] = _by_class(folder, paths)
    if isinstance(box, ListBox) and box.origins:
        known["unsorted"] = _is_unsorted(box)
    data = DataSet(Source(LoaderName.FILES, host.place, node, known))
    images = [_first_of(v) for v in items]
    copied = [v.of for v in images if isinstance(v, ImageCopy)]
    return data.after("copies") if any(v in copied for v in images) else data


def _first_of(value: object) -> object:
    """Return the image of a pair of image and label; any other value is returned unchanged."""
    if isinstance(value, Unknown) and value.options[1:] == (None,):
        value = value.options[0]
    items = value.data if isinstance(value, ListBox) else value
    return items[0] if isinstance(items, list | tuple) and items else value


def _image_path(value: object) -> object:
    """Return the path of what a list of files or images holds; None if it is no such thing."""
    match value:
        case PathText() | PartText() | str():
            return value
        case ImageCopy(of=path):
            return path if isinstance(path, PathText | PartText | str) else None
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
    if not isinstance(value, ObjectBox) or value.kind is None or not is_dataset_class(value.kind):
        return value
    attributes = [
        _joined_files(v) if isinstance(v, ListBox) and v.origins else v for v in value.data.values()
    ]
    names = list(value.data)
    counted = [attributes[names.index(n)] for n in counted_attributes(value.kind) if n in names]
    data = next((v for v in (*counted, *attributes) if isinstance(v, DataSet)), None)
    if data is None:
        return value
    layers = [v for v in attributes if isinstance(v, StackBox | Layer)]
    folder = _image_folder(value)
    if folder:
        data = data.after("below", folder)
    return data.after("map", *layers[:1], Unknown(value.kind.name))


def counted_attributes(kind: ClassBox) -> list[str]:
    """Return the attributes that `__len__` counts or `__getitem__` takes an item of."""
    names: list[str] = []
    for method in ("__len__", "__getitem__"):
        function = kind.find(method)
        for statement in function.body if isinstance(function, Function) else ():
            for node in ast.walk(statement):
                match node:
                    case (
                        ast.Call(func=ast.Name(id="len"), args=[ast.Attribute(attr=name)])
                        | ast.Subscript(value=ast.Attribute(attr=name), slice=ast.Name())
                    ):
                        names.append(name)
    return names


def _image_folder(owner: ObjectBox) -> str:
    """Return the folder that `__getitem__` puts before the name of a file; "" if none is known."""
    function = owner.kind.find("__getitem__") if owner.kind is not None else None
    if not isinstance(function, Function):
        return ""
    for statement in function.body:
        for node in ast.walk(statement):
            folder = _head_of_path(node, owner, function.scope)
            if folder:
                return folder
    return ""


def _head_of_path(node: ast.AST, owner: ObjectBox, scope: ScopeBox) -> str:
    """Return the known parts at the start of a path that is put together."""
    match node:
        case ast.Call(func=ast.Attribute(attr="join"), args=[_, _, *_] as parts):
            pass
        case ast.JoinedStr(values=[ast.FormattedValue(value=first), *parts]):
            parts = [first, *parts]
        case ast.BinOp(op=ast.Div() | ast.Add(), left=first, right=last):
            parts = [first, last]
        case _:
            return ""
    texts: list[str] = []
    for part in parts:
        match part:
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                text = _plain_text(owner.data.get(name))
            case ast.Name(id=name):
                holder = scope.holder(name)
                text = None if holder is None else _plain_text(holder.data[name])
            case ast.Constant(value=text):
                pass
            case _:
                break
        if not isinstance(text, str):
            break
        texts.append(text.strip("/") if texts else text.rstrip("/"))
    return "/".join(t for t in texts if t) if len(texts) < len(parts) else ""


def _plain_text(value: object) -> object:
    return value.text if isinstance(value, PathText) else value


def is_dataset_class(kind: ClassBox) -> bool:
    """Tell whether a class of the code is a Dataset or Sequence."""
    return any(
        (isinstance(b, Ref) and b.last in _DATASET_CLASSES)
        or (isinstance(b, ClassBox) and is_dataset_class(b))
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
