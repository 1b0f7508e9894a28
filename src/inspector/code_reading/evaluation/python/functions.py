"""Functions of Python and its standard library."""

import ast
import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from inspector.code_reading.evaluation.file_values import files_of
from inspector.code_reading.evaluation.host import Host, KnownFunction
from inspector.code_reading.evaluation.objects import (
    Arrays,
    DataSet,
    DatasetStep,
    LoaderName,
    Positions,
    Source,
    StreamValue,
)
from inspector.code_reading.evaluation.python.methods import copied
from inspector.code_reading.evaluation.python.number_functions import NUMBER_FUNCTIONS
from inspector.code_reading.evaluation.python.path_functions import PATH_FUNCTIONS
from inspector.code_reading.evaluation.sizes import Size
from inspector.code_reading.evaluation.value_text import shown, text_of
from inspector.code_reading.evaluation.values import (
    MAX_TEXT,
    MISSING,
    Arguments,
    ClassBox,
    DictBox,
    Function,
    ListBox,
    ObjectBox,
    Partial,
    PartText,
    PathText,
    Unknown,
    is_known,
    is_scalar,
)


def call_builtin(host: Host, name: str, given: Arguments, node: ast.AST) -> object:
    """Call a Python function by its full name; MISSING if it is not modelled."""
    function = _FUNCTIONS.get(name)
    return MISSING if function is None else function(host, given, node)


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
    size = None if data is None else data.length
    return Unknown(text_of(node)) if size is None else size


def _sequence(make: Callable[[list[object]], object], step: str = "") -> KnownFunction:
    def convert(host: Host, given: Arguments, node: ast.AST) -> object:
        if not given.places:
            return make([])
        value = given.places[0]
        if isinstance(value, DataSet) and step:
            return value.after(step, line=getattr(node, "lineno", 0))
        if isinstance(value, DataSet):
            return replace(value)
        if isinstance(value, StreamValue | Arrays | Positions):
            return value
        if isinstance(value, str) and len(value) > 1_000:
            return Unknown(text_of(node))
        items = [*value] if isinstance(value, str) else host.listed(value)
        if items is None and isinstance(value, ListBox):
            return copied(value)
        host.spend(len(items or ()) // 8)
        return Unknown(text_of(node)) if items is None else make(items)

    return convert


def _dict(host: Host, given: Arguments, node: ast.AST) -> object:
    box = DictBox()
    for value in given.places:
        host.update(box, value)
    for name, value in given.names.items():
        box.data[name] = value
    box.open |= bool(given.open)
    return box


def _sorted(host: Host, given: Arguments, node: ast.AST) -> object:
    value = given.get(0, "iterable")
    if isinstance(value, DataSet):
        plain = given.names.get("key") is None and given.names.get("reverse", False) is False
        return value.after("sorted" if plain else "sorted_by")
    items = host.listed(value)
    backwards = given.names.get("reverse", False)
    plain = isinstance(backwards, bool) and set(given.names) <= {"reverse"}
    if items is None or not all(is_scalar(v) and is_known(v) for v in items) or not plain:
        if isinstance(value, ListBox):
            copy = copied(value)
            assert isinstance(copy, ListBox)
            copy.open = copy.open or not is_known(value) or bool(given.names)
            return copy
        return Unknown(text_of(node))
    try:
        return ListBox(sorted(items, reverse=bool(backwards)))  # type: ignore[type-var]
    except TypeError:
        return Unknown(text_of(node))


def _range(host: Host, given: Arguments, node: ast.AST) -> object:
    if len(given.places) == 1 and isinstance(given.places[0], Size):
        source = Source(LoaderName.FILES, host.place, node, {})
        return DataSet(source, (DatasetStep("indices"),))
    ends = [v for v in given.places if isinstance(v, int) and abs(v) < 2**62]
    if len(ends) != len(given.places) or not 1 <= len(ends) <= 3 or not all(ends[2:]):
        return Unknown(text_of(node))
    steps = range(*ends)
    if len(steps) > 400:
        return StreamValue(Unknown(text_of(node)), "range")
    return ListBox(list(steps))


def _enumerate(host: Host, given: Arguments, node: ast.AST) -> object:
    value = given.get(0, "iterable")
    start = given.get(1, "start", 0)
    items = host.listed(value)
    if items is not None and isinstance(start, int):
        return ListBox([(i, v) for i, v in enumerate(items, start)])
    if isinstance(value, StreamValue):
        return StreamValue((Unknown("the index"), value.item), value.text, value.data)
    data = value if isinstance(value, DataSet) else None
    return StreamValue((Unknown("the index"), Unknown("the item")), "enumerate", data)


def _zip(host: Host, given: Arguments, node: ast.AST) -> object:
    if isinstance(node, ast.Call) and isinstance(given.rest, DataSet):
        return given.rest, replace(given.rest, derived=True)  # Pairs of files and labels.
    columns = [host.listed(v) for v in given.places]
    if columns and all(c is not None for c in columns):
        return ListBox(list(zip(*columns, strict=False)))
    items = tuple(
        v.item if isinstance(v, StreamValue) else Unknown("the item") for v in given.places
    )
    data = next((v for v in given.places if isinstance(v, DataSet)), None)
    return data if data is not None and data.is_list else StreamValue(items, "zip", data)


def _map(host: Host, given: Arguments, node: ast.AST) -> object:
    items = host.listed(given.get(1, ""))
    if items is None or len(items) > 200 or len(given.places) != 2:
        data = files_of(host, given.get(1, ""), node)
        return data if data is not None else Unknown(text_of(node))
    return ListBox([host.call(given.places[0], Arguments((v,)), node) for v in items])


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
    if isinstance(value, StreamValue):
        return value.item
    if isinstance(value, ListBox) and value.data:
        host.memory.touch(value)
        return value.data.pop(0)
    items = host.listed(value)
    return items[0] if items else Unknown(text_of(node))


def _iterator(host: Host, given: Arguments, node: ast.AST) -> object:
    value = given.get(0, "object", Unknown(text_of(node)))
    if isinstance(value, DataSet | StreamValue | str):
        return value
    items = host.listed(value)
    if items is None:
        return Unknown(text_of(node)) if isinstance(value, ListBox) else value
    host.spend(len(items) // 8)
    return ListBox(items)


def _same(host: Host, given: Arguments, node: ast.AST) -> object:
    return given.get(0, "", Unknown(text_of(node)))


def _vars(host: Host, given: Arguments, node: ast.AST) -> object:
    return given.get(0, "object", Unknown(text_of(node)))


def _namespace(host: Host, given: Arguments, node: ast.AST) -> object:
    box = ObjectBox(None, dict(given.names))
    box.open = bool(given.open)
    for place in given.places:
        value = _yaml(host, Arguments((place,)), node) if isinstance(place, str) else place
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


def _yaml(host: Host, given: Arguments, node: ast.AST) -> object:
    """Call yaml.safe_load and similar, on a text in the code, with safe tags only."""
    text = given.get(0, "stream")
    if not isinstance(text, str) or len(text) > 10_000:
        return Unknown(text_of(node))
    import yaml  # Slow to import, and few scripts hold a YAML text.

    try:
        return boxed(yaml.safe_load(text), host)
    except (yaml.YAMLError, ValueError, RecursionError):
        return Unknown(text_of(node))


def boxed(value: object, host: Host | None = None) -> object:
    """Return plain lists and dicts as boxes, recursively; with a host, each counts as a step."""
    if host is not None:
        host.spend()
    match value:
        case list():
            return ListBox([boxed(v, host) for v in value])
        case dict():
            return DictBox({k: boxed(v, host) for k, v in value.items()})
        case _:
            return value if is_scalar(value) else Unknown(str(value)[:40])


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


_FUNCTIONS: Final[dict[str, KnownFunction]] = {
    **NUMBER_FUNCTIONS,
    **PATH_FUNCTIONS,
    "builtins.str": _str,
    "os.fspath": _str,
    "os.fsdecode": _str,
    "builtins.bool": lambda host, given, node: (
        Unknown(text_of(node)) if (t := host.truth(given.get(0, "x", False))) is None else t
    ),
    "builtins.len": _len,
    "builtins.list": _sequence(ListBox),
    "builtins.tuple": _sequence(tuple),
    "builtins.set": _sequence(lambda items: ListBox(items, is_set=True), "unordered"),
    "builtins.frozenset": _sequence(lambda items: ListBox(items, is_set=True), "unordered"),
    "builtins.iter": _iterator,
    "builtins.reversed": _sequence(lambda items: ListBox(items[::-1]), "slice"),
    "builtins.dict": _dict,
    "collections.OrderedDict": _dict,
    "builtins.sorted": _sorted,
    "builtins.range": _range,
    "numpy.arange": _range,
    "builtins.enumerate": _enumerate,
    "builtins.zip": _zip,
    "builtins.map": _map,
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
    **dict.fromkeys(
        (
            "yacs.config.CfgNode",
            "fvcore.common.config.CfgNode",
            "detectron2.config.CfgNode",
            "addict.Dict",
            "munch.Munch",
            "box.Box",
            "dotmap.DotMap",
        ),
        _namespace,
    ),
    "ml_collections.ConfigDict": _namespace,
    "ml_collections.config_dict.ConfigDict": _namespace,
    "omegaconf.OmegaConf.create": _namespace,
    "functools.partial": _partial,
    "itertools.product": _product,
    "json.loads": _loads,
    **dict.fromkeys(("yaml.safe_load", "yaml.load", "yaml.full_load", "yaml.unsafe_load"), _yaml),
    "typer.run": _run_main,
    "fire.Fire": _run_main,
    "absl.app.run": _run_main,
    "absl.flags.app.run": _run_main,
    "tensorflow.compat.v1.app.run": _run_main,
}
