"""Functions and methods of Python itself: built-ins, containers, texts, paths."""

import ast
import json
import math
import string
from collections.abc import Callable
from typing import Final

from inspector.code_reading.host import Host
from inspector.code_reading.objects import Arrays, DataSet, LoaderName, Source, Step, Stream
from inspector.code_reading.values import (
    MAX_TEXT,
    MISSING,
    Arguments,
    Box,
    ClassBox,
    DictBox,
    Function,
    ListBox,
    Method,
    ObjectBox,
    Partial,
    PartText,
    PathText,
    Size,
    Unknown,
    is_known,
    is_number,
    is_scalar,
    joined,
    joined_path,
    same,
    shown,
    text_of,
)

_Call = Callable[[Host, Arguments, ast.AST], object]
_TEXT_METHODS: Final = (
    "lower", "upper", "strip", "lstrip", "rstrip", "split", "rsplit", "startswith", "endswith",
    "title", "capitalize", "removeprefix", "removesuffix", "partition", "rpartition", "count",
    "find", "rfind", "isdigit", "isalpha", "splitlines", "casefold", "swapcase", "index",
)  # fmt: skip
_WILD: Final = "*?["
_SAME_PATH: Final = ("resolve", "absolute", "expanduser", "as_posix", "__str__", "with_suffix")


def files_in(host: Host, where: object, node: ast.AST, *, ordered: bool = False) -> DataSet:
    """Return the files of a folder or of a pattern such as "data/*/*.jpg"."""
    source = Source(LoaderName.FILES, host.place, node, {"directory": folder_of(where)})
    return DataSet(source, (Step("sorted"),) if ordered else ())


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
    kept = parts[: min(first, brace)]
    folder = "/".join(kept) or ("/" if text.startswith("/") else ".")
    return PartText(folder) if "{" in folder else folder


def files_of(host: Host, value: object, node: ast.AST) -> DataSet | None:
    """Return the dataset that a value is or holds; None if there is none."""
    match value:
        case DataSet():
            return value
        case tuple() if value:
            return files_of(host, value[0], node)
        case ListBox(data=[first, *_]) if isinstance(first, PathText | PartText | str):
            text = shown(first)
            if "/" in text:
                return files_in(host, first.text if isinstance(first, PathText) else first, node)
        case ListBox(data=[DataSet() as first, *_]):
            return first
        case DictBox(data=data) if data:
            return files_of(host, next(iter(data.values())), node)
        case Stream(item=item) if isinstance(item, PathText | PartText | str):
            return files_of(host, ListBox([item]), node)
        case Stream(item=DataSet() as item):
            return item
    return None


def call_builtin(host: Host, name: str, given: Arguments, node: ast.AST) -> object:
    """Call a function of Python by its full name; MISSING if it is none that is known."""
    function = _FUNCTIONS.get(name)
    return MISSING if function is None else function(host, given, node)


def call_python_method(host: Host, method: Method, given: Arguments, node: ast.AST) -> object:
    """Call a method of a text, path, list, dict or namespace; MISSING if it is none."""
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
        case DictBox() | ObjectBox() as box if hasattr(_DictMethods, name):
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
    if name == "replace" and all(isinstance(v, str) for v in given.places[:2]):
        if len(given.places) < 2 or len(text) * (len(str(given.places[1])) + 1) > 100_000:
            return unknown
        return text.replace(str(given.places[0]), str(given.places[1]))[:MAX_TEXT]
    if name == "zfill" and isinstance(given.get(0, "width"), int):
        return text.zfill(min(int(str(given.get(0, "width"))), 100))
    if name in _TEXT_METHODS and not given.names:
        try:
            value = getattr(text, name)(*given.places)
        except (TypeError, ValueError):
            return unknown
        return ListBox(value) if isinstance(value, list) else value
    return unknown


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
        if field == "":
            field, number = str(number), number + 1
        value = (
            given.get(int(field), field, MISSING)
            if field.isdigit()
            else given.names.get(field, MISSING)
        )
        if value is MISSING:
            return PartText(text)
        if spec and is_scalar(value) and len(spec) < 6 and not any(c.isdigit() for c in spec[3:]):
            try:
                value = format(value, spec)
            except (TypeError, ValueError):
                value = Unknown(field)
        parts.append(value if not isinstance(value, Box | DataSet) else Unknown(field))
    return joined("", parts)


def _path_method(host: Host, path: PathText, name: str, given: Arguments, node: ast.AST) -> object:
    if name in _SAME_PATH:
        return path.text if name in ("as_posix", "__str__") else path
    if name == "joinpath":
        return PathText(joined_path([path, *given.places]))
    if name in ("glob", "rglob", "iterdir"):
        return files_in(host, path, node)
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
        if len(box.data) < 2_000:
            box.data.append(value)
        else:
            box.open = True
        return None
    if name in ("extend", "update"):
        items = host.listed(value)
        host.memory.touch(box)
        if items is None:
            box.open = True
            box.data += [d] if (d := files_of(host, value, node)) is not None else []
        else:
            host.spend(len(items) // 8)
            box.data += items[:20_000]
        return None
    if name == "copy":
        copy = ListBox(box.data, is_set=box.is_set)
        copy.open = box.open
        return copy
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
            box.data.sort()  # type: ignore[call-overload]
            return None
        if name in ("remove", "discard") and is_known(first):
            box.data = [v for v in box.data if not same(v, first)]
            return None
    except (IndexError, TypeError):
        pass
    host.forget(box)
    return unknown


class _DictMethods:
    """Methods of dicts; of namespaces too, which libraries make of dicts."""

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
    def clear(host: Host, box: DictBox | ObjectBox, given: Arguments, node: ast.AST) -> object:
        host.memory.touch(box)
        box.data, box.open = {}, False
        return None


def copied(value: object, depth: int = 0) -> object:
    """Return a copy of a box, with the boxes in it where `depth` is above 0."""

    def inner(v: object) -> object:
        return copied(v, depth - 1) if depth else v

    match value:
        case ListBox(data=data):
            box: Box = ListBox([inner(v) for v in data], is_set=value.is_set)
        case DictBox(data=content):
            box = DictBox({k: inner(v) for k, v in content.items()})
        case ObjectBox(data=attributes):
            box = ObjectBox(value.kind, {k: inner(v) for k, v in attributes.items()})
        case _:
            return value
    box.open = value.open
    return box


# Built-in functions.


def _number(kind: type[int] | type[float]) -> _Call:
    def convert(host: Host, given: Arguments, node: ast.AST) -> object:
        value = given.get(0, "x", 0)
        if isinstance(value, Size):
            return value
        plain = isinstance(value, int | float) or (isinstance(value, str) and len(value) < 40)
        if plain and len(given.places) <= 1:
            try:
                return kind(value)  # type: ignore[arg-type]
            except (ValueError, OverflowError):
                pass
        return value if isinstance(value, Unknown) else Unknown(text_of(node))

    return convert


def _str(host: Host, given: Arguments, node: ast.AST) -> object:
    value = given.get(0, "object", "")
    if isinstance(value, PathText):
        return value.text
    if isinstance(value, str | PartText | Unknown):
        return value
    return str(value)[:MAX_TEXT] if is_scalar(value) else Unknown(text_of(node))


def _len(host: Host, given: Arguments, node: ast.AST) -> object:
    value = given.get(0, "obj")
    items = host.listed(value)
    if items is not None and not isinstance(value, str):
        return len(items)
    if isinstance(value, str):
        return len(value)
    data = files_of(host, value, node)
    return Size(1.0, "files") if data is not None else Unknown(text_of(node))


def _sequence(make: Callable[[list[object]], object]) -> _Call:
    def convert(host: Host, given: Arguments, node: ast.AST) -> object:
        if not given.places:
            return make([])
        value = given.places[0]
        if isinstance(value, DataSet | Stream | Arrays):
            return value
        if isinstance(value, str) and len(value) > 1_000:
            return Unknown(text_of(node))
        items = list(value) if isinstance(value, str) else host.listed(value)
        if items is None and isinstance(value, ListBox):
            return copied(value)
        host.spend(len(items or ()) // 8)
        return Unknown(text_of(node)) if items is None else make(items)

    return convert


def _dict(host: Host, given: Arguments, node: ast.AST) -> object:
    box = DictBox()
    for value in given.places:
        host.update(box, value)
    box.data |= given.names
    box.open |= bool(given.open)
    return box


def _sorted(host: Host, given: Arguments, node: ast.AST) -> object:
    value = given.get(0, "iterable")
    if isinstance(value, DataSet):
        return value.after("sorted")
    items = host.listed(value)
    if items is None or not all(is_scalar(v) and is_known(v) for v in items) or given.names:
        if isinstance(value, ListBox):
            copy = copied(value)
            assert isinstance(copy, ListBox)
            copy.open = copy.open or not is_known(value) or bool(given.names)
            return copy
        return Unknown(text_of(node))
    try:
        return ListBox(sorted(items))  # type: ignore[type-var]
    except TypeError:
        return Unknown(text_of(node))


def _range(host: Host, given: Arguments, node: ast.AST) -> object:
    if len(given.places) == 1 and isinstance(given.places[0], Size):
        source = Source(LoaderName.FILES, host.place, node, {})
        return DataSet(source, (Step("indices"),))
    ends = [v for v in given.places if isinstance(v, int) and abs(v) < 2**62]
    if len(ends) != len(given.places) or not ends or (len(ends) > 2 and not ends[2]):
        return Unknown(text_of(node))
    steps = range(*ends)
    if len(steps) > 400:
        return Stream(Unknown(text_of(node)), "range")
    return ListBox(list(steps))


def _enumerate(host: Host, given: Arguments, node: ast.AST) -> object:
    value = given.get(0, "iterable")
    start = given.get(1, "start", 0)
    items = host.listed(value)
    if items is not None and isinstance(start, int):
        return ListBox([(i, v) for i, v in enumerate(items, start)])
    if isinstance(value, Stream):
        return Stream((Unknown("the index"), value.item), value.text)
    return Stream((Unknown("the index"), Unknown("the item")), "enumerate")


def _zip(host: Host, given: Arguments, node: ast.AST) -> object:
    columns = [host.listed(v) for v in given.places]
    if columns and all(c is not None for c in columns):
        return ListBox(list(zip(*columns, strict=False)))  # type: ignore[arg-type]
    items = tuple(v.item if isinstance(v, Stream) else Unknown("the item") for v in given.places)
    data = next((v for v in given.places if isinstance(v, DataSet)), None)
    return data if data is not None and data.is_list else Stream(items, "zip")


def _map(host: Host, given: Arguments, node: ast.AST) -> object:
    items = host.listed(given.get(1, ""))
    if items is None or len(items) > 200 or len(given.places) != 2:
        data = files_of(host, given.get(1, ""), node)
        return data if data is not None else Unknown(text_of(node))
    return ListBox([host.call(given.places[0], Arguments((v,)), node) for v in items])


def _extreme(pick: Callable[..., object]) -> _Call:
    def choose(host: Host, given: Arguments, node: ast.AST) -> object:
        one = host.listed(given.places[0]) if len(given.places) == 1 else list(given.places)
        if not one or not all(is_number(v) for v in one) or given.names:
            return Unknown(text_of(node))
        return pick(one)

    return choose


def _abs(host: Host, given: Arguments, node: ast.AST) -> object:
    value = given.get(0, "x")
    return abs(value) if is_number(value) else Unknown(text_of(node))  # type: ignore[arg-type]


def _round(host: Host, given: Arguments, node: ast.AST) -> object:
    value, digits = given.get(0, "number"), given.get(1, "ndigits")
    if isinstance(value, Size):
        return value
    if is_number(value) and (digits is None or isinstance(digits, int)):
        return round(value, digits)  # type: ignore[call-overload]
    return Unknown(text_of(node))


def _whole(name: str) -> _Call:
    def to_whole(host: Host, given: Arguments, node: ast.AST) -> object:
        value = given.get(0, "x")
        if isinstance(value, Size):
            return value
        return getattr(math, name)(value) if is_number(value) else Unknown(text_of(node))

    return to_whole


def _getattr(host: Host, given: Arguments, node: ast.AST) -> object:
    owner, name = given.get(0, "object"), given.get(1, "name")
    if not isinstance(name, str):
        return Unknown(text_of(node))
    if len(given.places) > 2 and isinstance(owner, ObjectBox) and not owner.open:
        known = name in owner.data or (
            owner.kind is not None and owner.kind.find(name) is not MISSING
        )
        if not known:
            return given.places[2]
    return host.attribute(owner, name, node)


def _setattr(host: Host, given: Arguments, node: ast.AST) -> object:
    owner = given.get(0, "object")
    if isinstance(owner, ObjectBox | ClassBox):
        host.put(owner, given.get(1, "name"), given.get(2, "value"))
    return None


def _isinstance(host: Host, given: Arguments, node: ast.AST) -> object:
    value, kind = given.get(0, "obj"), shown(getattr(given.get(1, "class"), "name", ""))
    types = {
        "builtins.str": str,
        "builtins.int": int,
        "builtins.float": float,
        "builtins.bool": bool,
    }
    if kind in types and is_scalar(value):
        return isinstance(value, types[kind])
    return Unknown(text_of(node))


def _first(host: Host, given: Arguments, node: ast.AST) -> object:
    value = given.get(0, "iterator")
    if isinstance(value, Stream):
        return value.item
    items = host.listed(value)
    return items[0] if items else Unknown(text_of(node))


def _same(host: Host, given: Arguments, node: ast.AST) -> object:
    return given.get(0, "", Unknown(text_of(node)))


def _vars(host: Host, given: Arguments, node: ast.AST) -> object:
    return given.get(0, "object", Unknown(text_of(node)))


def _namespace(host: Host, given: Arguments, node: ast.AST) -> object:
    box = ObjectBox(None, dict(given.names))
    box.open = bool(given.open)
    for value in given.places:
        if isinstance(value, DictBox):
            attributes = {str(k): _nested(v) for k, v in value.data.items()}
            box.data |= attributes
            box.open |= value.open
        else:
            box.open = True
    return box


def _nested(value: object) -> object:
    return ObjectBox(None, {str(k): _nested(v) for k, v in value.data.items()}) if isinstance(
        value, DictBox
    ) else value  # fmt: skip


def _join_path(host: Host, given: Arguments, node: ast.AST) -> object:
    items = list(given.places)
    if given.open:
        items.append(Unknown(given.open))
    return joined_path(items) if items else Unknown(text_of(node))


def _path(host: Host, given: Arguments, node: ast.AST) -> object:
    return PathText(joined_path(list(given.places))) if given.places else PathText(".")


def _plain_path(host: Host, given: Arguments, node: ast.AST) -> object:
    value = given.get(0, "path")
    value = value.text if isinstance(value, PathText) else value
    if isinstance(value, str):
        return value.rstrip("/") or value
    return value if isinstance(value, PartText | Unknown) else Unknown(text_of(node))


def _last_part(host: Host, given: Arguments, node: ast.AST) -> object:
    text = shown(given.get(0, "p"))
    last = text.rstrip("/").rpartition("/")[2]
    return last if "{" not in last else Unknown(text_of(node))


def _first_part(host: Host, given: Arguments, node: ast.AST) -> object:
    value = given.get(0, "p")
    text = shown(value)
    head = text.rpartition("/")[0]
    if not is_known(value):
        return PartText(head) if head else Unknown(text_of(node))
    return head


def _listing(host: Host, given: Arguments, node: ast.AST) -> object:
    return files_in(host, given.get(0, "path", "."), node)


def _environment(host: Host, given: Arguments, node: ast.AST) -> object:
    if len(given.places) < 2 and "default" not in given.names:
        return Unknown(text_of(node), "it is set in the environment")
    host.note(f"{shown(given.get(0, 'key'))} of the environment is read at its default")
    return given.get(1, "default")


def _partial(host: Host, given: Arguments, node: ast.AST) -> object:
    if not given.places or given.open:
        return Unknown(text_of(node))
    return Partial(given.places[0], given.places[1:], tuple(given.names.items()))


def _loads(host: Host, given: Arguments, node: ast.AST) -> object:
    text = given.get(0, "s")
    if not isinstance(text, str) or len(text) > 10_000:
        return Unknown(text_of(node))
    try:
        return boxed(json.loads(text))
    except (ValueError, RecursionError):
        return Unknown(text_of(node))


def boxed(value: object) -> object:
    """Return plain lists and dicts as boxes."""
    match value:
        case list():
            return ListBox([boxed(v) for v in value])
        case dict():
            return DictBox({k: boxed(v) for k, v in value.items()})
        case _:
            return value


def _deep_copy(host: Host, given: Arguments, node: ast.AST) -> object:
    host.spend(20)
    return copied(given.get(0, "x", Unknown(text_of(node))), 6)


def _run_main(host: Host, given: Arguments, node: ast.AST) -> object:
    function = given.get(0, "function")
    if isinstance(function, Function):
        taken = [a.arg for a in function.arguments.args]
        extra = (Unknown("argv"),) if taken[:1] in (["argv"], ["_"], ["args"]) else ()
        return host.call(function, Arguments(extra), node)
    return Unknown(text_of(node))


def _product(host: Host, given: Arguments, node: ast.AST) -> object:
    columns = [host.listed(v) for v in given.places]
    if any(c is None for c in columns) or math.prod(len(c or ()) for c in columns) > 100:
        return Unknown(text_of(node))
    rows: list[tuple[object, ...]] = [()]
    for column in columns:
        rows = [(*row, v) for row in rows for v in column or ()]
    return ListBox(rows)


_FUNCTIONS: Final[dict[str, _Call]] = {
    "builtins.int": _number(int),
    "builtins.float": _number(float),
    "builtins.str": _str,
    "os.fspath": _str,
    "os.fsdecode": _str,
    "builtins.bool": lambda host, given, node: (
        Unknown(text_of(node)) if (t := host.truth(given.get(0, "x", False))) is None else t
    ),
    "builtins.len": _len,
    "builtins.list": _sequence(ListBox),
    "builtins.tuple": _sequence(tuple),
    "builtins.set": _sequence(lambda items: ListBox(items, is_set=True)),
    "builtins.frozenset": _sequence(lambda items: ListBox(items, is_set=True)),
    "builtins.iter": _same,
    "builtins.reversed": _sequence(lambda items: ListBox(items[::-1])),
    "builtins.dict": _dict,
    "collections.OrderedDict": _dict,
    "builtins.sorted": _sorted,
    "builtins.range": _range,
    "numpy.arange": _range,
    "builtins.enumerate": _enumerate,
    "builtins.zip": _zip,
    "builtins.map": _map,
    "builtins.min": _extreme(min),
    "builtins.max": _extreme(max),
    "builtins.sum": _extreme(sum),
    "builtins.abs": _abs,
    "builtins.round": _round,
    "numpy.round": _round,
    "math.floor": _whole("floor"),
    "math.ceil": _whole("ceil"),
    "numpy.floor": _whole("floor"),
    "numpy.ceil": _whole("ceil"),
    "builtins.getattr": _getattr,
    "builtins.setattr": _setattr,
    "builtins.isinstance": _isinstance,
    "builtins.next": _first,
    "builtins.vars": _vars,
    "builtins.print": lambda host, given, node: None,
    "tqdm.tqdm": _same,
    "tqdm.auto.tqdm": _same,
    "tqdm.notebook.tqdm": _same,
    "copy.copy": _deep_copy,
    "copy.deepcopy": _deep_copy,
    "types.SimpleNamespace": _namespace,
    "argparse.Namespace": _namespace,
    "easydict.EasyDict": _namespace,
    "ml_collections.ConfigDict": _namespace,
    "ml_collections.config_dict.ConfigDict": _namespace,
    "omegaconf.OmegaConf.create": _namespace,
    "os.path.join": _join_path,
    "os.path.abspath": _plain_path,
    "os.path.expanduser": _plain_path,
    "os.path.expandvars": _plain_path,
    "os.path.realpath": _plain_path,
    "os.path.normpath": _plain_path,
    "os.path.basename": _last_part,
    "os.path.dirname": _first_part,
    "pathlib.Path": _path,
    "pathlib.PurePath": _path,
    "pathlib.PosixPath": _path,
    "os.listdir": _listing,
    "os.scandir": _listing,
    "os.walk": _listing,
    "glob.glob": _listing,
    "glob.iglob": _listing,
    "imutils.paths.list_images": _listing,
    "tensorflow.io.gfile.glob": _listing,
    "tensorflow.io.gfile.listdir": _listing,
    "fastai.vision.all.get_image_files": _listing,
    "os.environ.get": _environment,
    "os.getenv": _environment,
    "functools.partial": _partial,
    "itertools.product": _product,
    "json.loads": _loads,
    "typer.run": _run_main,
    "fire.Fire": _run_main,
    "absl.app.run": _run_main,
    "absl.flags.app.run": _run_main,
    "tensorflow.compat.v1.app.run": _run_main,
}
