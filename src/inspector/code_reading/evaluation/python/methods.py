"""Methods of texts, paths, lists, dicts and namespaces."""

import ast
import string
from typing import Final

from inspector.code_reading.evaluation.file_values import collect, extend, files_in, saved
from inspector.code_reading.evaluation.host import Host
from inspector.code_reading.evaluation.names import COPIES
from inspector.code_reading.evaluation.objects import DataSet, ImageCopy
from inspector.code_reading.evaluation.value_text import joined, joined_path, shown, text_of
from inspector.code_reading.evaluation.values import (
    MAX_TEXT,
    MISSING,
    Arguments,
    DictBox,
    ListBox,
    Method,
    ObjectBox,
    PartText,
    PathText,
    Unknown,
    ValueBox,
    is_known,
    is_scalar,
    same,
)

_TEXT_METHODS: Final = (
    "lower", "upper", "strip", "lstrip", "rstrip", "split", "rsplit", "startswith", "endswith",
    "title", "capitalize", "removeprefix", "removesuffix", "partition", "rpartition", "count",
    "find", "rfind", "isdigit", "isalpha", "splitlines", "casefold", "swapcase", "index",
)  # fmt: skip


_SAME_PATH: Final = ("resolve", "absolute", "expanduser", "as_posix", "__str__", "with_suffix")


_SAME_IMAGE: Final = ("convert", "resize", "copy", "astype", "reshape")
"""Methods of images, which stand as the path that they were read from."""


def call_python_method(host: Host, method: Method, given: Arguments, node: ast.AST) -> object:
    """Call a method of a text, path, list, dict or namespace; MISSING if it is not modelled."""
    name = method.name
    match method.owner:
        case str() as text:
            return _text_method(text, name, given, node)
        case PartText() as text:
            if name in ("strip", "rstrip", "lstrip", "lower", "replace", "format"):
                return text
            return Unknown(text_of(node))
        case PathText() as path:
            return _path_method(host, path, name, given, node)
        case ListBox() as box:
            return _list_method(host, box, name, given, node)
        case DictBox() | ObjectBox() as box if name[0] != "_" and hasattr(_DictMethods, name):
            return getattr(_DictMethods, name)(host, box, given, node)
        case ObjectBox() as box if name in ("__init__", "__setattr__"):
            return None
        case _:
            return MISSING


def _text_method(text: str, name: str, given: Arguments, node: ast.AST) -> object:
    unknown = Unknown(text_of(node))
    if name == "format":
        return _format(text, given)
    if name == "join" and given.places:
        value = given.places[0]
        items = value.data if isinstance(value, ListBox) and not value.open else value
        return joined(text, list(items)) if isinstance(items, list | tuple) else unknown
    if not all(is_scalar(v) or isinstance(v, tuple) for v in given.places):
        return unknown
    if name == "replace":
        return _replaced(text, given, unknown)
    width = given.get(0, "width")
    if name == "zfill" and isinstance(width, int):
        return text.zfill(min(width, 100))
    if name in _TEXT_METHODS and not given.names:
        try:
            value = getattr(text, name)(*given.places)
        except (TypeError, ValueError):
            return unknown
        return ListBox(value) if isinstance(value, list) else value
    return unknown


def _replaced(text: str, given: Arguments, unknown: Unknown) -> object:
    old, new = given.get(0, "old"), given.get(1, "new")
    if not isinstance(old, str) or not isinstance(new, str) or len(text) * len(new) > 100_000:
        return unknown
    return text.replace(old, new)[:MAX_TEXT]


def _format(text: str, given: Arguments) -> object:
    parts: list[object] = []
    number = 0
    try:
        pieces = list(string.Formatter().parse(text))
    except ValueError:
        return PartText(text)
    for literal, field, spec, _ in pieces:
        parts.append(literal)
        if field is None:
            continue
        key = field
        if not field:
            key, number = str(number), number + 1
        value = given.names.get(key, MISSING)
        if key.isdecimal() and int(key[:6]) < len(given.places):
            value = given.places[int(key[:6])]
        if value is MISSING:
            return PartText(text)
        if spec and is_scalar(value) and len(spec) < 6 and not any(c.isdigit() for c in spec[3:]):
            try:
                value = format(value, spec)
            except (TypeError, ValueError):
                value = Unknown(field)
        parts.append(value if not isinstance(value, ValueBox | DataSet) else Unknown(field))
    return joined("", parts)


def _path_method(host: Host, path: PathText, name: str, given: Arguments, node: ast.AST) -> object:
    if name in _SAME_PATH:
        return path.text if name in ("as_posix", "__str__") else path
    if name in _SAME_IMAGE:
        return path
    if name in COPIES:
        return ImageCopy(path)
    if name == "save":
        saved(host, given.get(0, "fp"), path)
    if name == "joinpath":
        return PathText(joined_path([path, *given.places]))
    if name == "iterdir":
        return files_in(host, joined_path([path, "*"]), node, by_parts=True)
    if name in ("glob", "rglob"):
        middle = ["**"] if name == "rglob" else []
        pattern = joined_path([path, *middle, given.get(0, "pattern", "*")])
        return files_in(host, pattern, node, by_parts=True)
    if name == "with_name":
        return PathText(joined_path([_parent(path), *given.places]))
    return Unknown(text_of(node))


def _parent(path: PathText) -> object:
    text = shown(path)
    head = text.rpartition("/")[0] or "."
    return head if isinstance(path.text, str) else PartText(head)


def _list_method(host: Host, box: ListBox, name: str, given: Arguments, node: ast.AST) -> object:
    value = given.get(0, "", MISSING)
    if name in ("append", "add") and value is not MISSING:
        host.memory.touch(box)
        host.spend()
        collect(host, box, value, node)
        if len(box.data) < max(2_000, host.max_rounds):
            box.data.append(value)
        else:
            box.open = True
        return None
    if name in ("extend", "update"):
        items = host.listed(value)
        host.memory.touch(box)
        if items is None:
            extend(host, box, value, node)
        else:
            host.spend(len(items) // 8)
            box.data += items[: max(20_000, host.max_rounds)]
        return None
    if name == "copy":
        return copied(box)
    if name == "index" and not box.open and is_known(value) and is_known(box):
        return next((i for i, v in enumerate(box.data) if same(v, value)), Unknown(text_of(node)))
    if name in ("pop", "remove", "insert", "sort", "reverse", "clear", "discard"):
        return _changed_list(host, box, name, given, node)
    return Unknown(text_of(node))


def _changed_list(host: Host, box: ListBox, name: str, given: Arguments, node: ast.AST) -> object:
    host.memory.touch(box)
    unknown = Unknown(text_of(node))
    if name == "clear":
        box.data, box.open = [], False
        return None
    if box.open:
        return unknown
    first = given.get(0, "", -1)
    try:
        if name == "pop":
            return box.data.pop(first if isinstance(first, int) else -1)
        if name == "insert" and isinstance(first, int):
            box.data.insert(first, given.get(1, ""))
            return None
        if name == "reverse":
            box.data.reverse()
            return None
        if name == "sort" and is_known(box) and not given.names:
            box.data.sort()
            return None
        if name in ("remove", "discard") and is_known(first):
            box.data = [v for v in box.data if not same(v, first)]
            return None
    except (IndexError, TypeError):
        pass
    host.forget(box)
    return unknown


class _DictMethods:
    """Methods of dicts, and of the namespaces that libraries make of dicts."""

    @staticmethod
    def get(host: Host, box: DictBox | ObjectBox, given: Arguments, node: ast.AST) -> object:
        key = given.get(0, "key")
        data: dict[object, object] = box.data  # type: ignore[assignment]
        if not is_scalar(key):
            return Unknown(text_of(node))
        default = given.get(1, "default")
        return data.get(key, Unknown(text_of(node)) if box.open else default)

    @staticmethod
    def setdefault(host: Host, box: DictBox | ObjectBox, given: Arguments, node: ast.AST) -> object:
        key = given.get(0, "key")
        if not is_scalar(key) or box.open:
            host.forget(box)
            return Unknown(text_of(node))
        if key not in box.data:
            host.put(box, key, given.get(1, "default"))
        return box.data[key]  # type: ignore[index]

    @staticmethod
    def pop(host: Host, box: DictBox | ObjectBox, given: Arguments, node: ast.AST) -> object:
        key = given.get(0, "key")
        if not is_scalar(key):
            host.forget(box)
            return Unknown(text_of(node))
        data: dict[object, object] = box.data  # type: ignore[assignment]
        value = data.get(key, Unknown(text_of(node)) if box.open else given.get(1, "default"))
        if key in data:
            host.remove(box, key)
        return value

    @staticmethod
    def update(host: Host, box: DictBox | ObjectBox, given: Arguments, node: ast.AST) -> object:
        for value in given.places:
            host.update(box, value)
        for name, value in given.names.items():
            host.put(box, name, value)
        if given.open:
            host.forget(box)
        return None

    @staticmethod
    def items(host: Host, box: DictBox | ObjectBox, given: Arguments, node: ast.AST) -> object:
        pairs = ListBox([(k, v) for k, v in box.data.items()])
        pairs.open = box.open
        return pairs

    @staticmethod
    def keys(host: Host, box: DictBox | ObjectBox, given: Arguments, node: ast.AST) -> object:
        keys = ListBox(list(box.data))
        keys.open = box.open
        return keys

    @staticmethod
    def values(host: Host, box: DictBox | ObjectBox, given: Arguments, node: ast.AST) -> object:
        values = ListBox(list(box.data.values()))
        values.open = box.open
        return values

    @staticmethod
    def copy(host: Host, box: DictBox | ObjectBox, given: Arguments, node: ast.AST) -> object:
        return copied(box)

    @staticmethod
    def clone(host: Host, box: DictBox | ObjectBox, given: Arguments, node: ast.AST) -> object:
        return copied(box, 8)

    @staticmethod
    def freeze(host: Host, box: DictBox | ObjectBox, given: Arguments, node: ast.AST) -> object:
        return None

    defrost = set_new_allowed = freeze

    @staticmethod
    def merge_from_file(
        host: Host, box: DictBox | ObjectBox, given: Arguments, node: ast.AST
    ) -> object:
        """Call yacs: any setting may be another one afterwards."""
        for value in (*box.data.values(), box):
            if isinstance(value, DictBox | ObjectBox):
                host.forget(value)
        return None

    @staticmethod
    def merge_from_list(
        host: Host, box: DictBox | ObjectBox, given: Arguments, node: ast.AST
    ) -> object:
        items = host.listed(given.get(0, "cfg_list")) if given.places else None
        if items is None or len(items) % 2 or not all(isinstance(k, str) for k in items[::2]):
            return _DictMethods.merge_from_file(host, box, given, node)
        for key, value in zip(items[::2], items[1::2], strict=True):
            *path, last = str(key).split(".")
            inner: object = box
            for name in path:
                inner = inner.data.get(name) if isinstance(inner, DictBox | ObjectBox) else None
            if isinstance(inner, DictBox | ObjectBox):
                host.put(inner, last, value)
        return None

    @staticmethod
    def clear(host: Host, box: DictBox | ObjectBox, given: Arguments, node: ast.AST) -> object:
        host.memory.touch(box)
        box.data, box.open = {}, False
        return None


def copied(value: object, depth: int = 0) -> object:
    """Return a copy of a box, including nested boxes down to `depth`."""

    def inner(v: object) -> object:
        return copied(v, depth - 1) if depth else v

    match value:
        case ListBox(data=data):
            box: ValueBox = ListBox(
                [inner(v) for v in data], is_set=value.is_set, origins=value.origins
            )
        case DictBox(data=content):
            box = DictBox({k: inner(v) for k, v in content.items()})
        case ObjectBox(data=attributes):
            box = ObjectBox(value.kind, {k: inner(v) for k, v in attributes.items()})
        case _:
            return value
    box.open = value.open
    return box
