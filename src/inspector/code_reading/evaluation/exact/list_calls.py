"""Functions and methods of lists, sets, texts and hashes whose values are known."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any, Final

from inspector.code_reading.evaluation.exact.calls import (
    ExactCall,
    Values,
    known_items,
    known_range,
)
from inspector.code_reading.evaluation.values import (
    MISSING,
    CountingDict,
    ListBox,
    PathText,
    is_known,
    is_number,
)


def sort_key(value: object) -> Any:
    """Return what Python compares of a value: a path is compared part by part."""
    if isinstance(value, PathText):
        return str(value.text).split("/")
    if isinstance(value, tuple):
        return tuple(sort_key(v) for v in value)
    if isinstance(value, ListBox):
        return [sort_key(v) for v in value.data]
    return value


def _sorted_items(values: Values, items: Sequence[object]) -> list[object] | None:
    key, backwards = values.given.names.get("key"), values.given.names.get("reverse", False)
    if not isinstance(backwards, bool | int):
        return None
    keys = list(items) if key is None else [values.apply(key, v) for v in items]
    if not all(is_known(k) for k in keys):
        return None
    try:
        pairs = sorted(enumerate(keys), key=lambda pair: sort_key(pair[1]), reverse=bool(backwards))
    except (TypeError, ValueError):
        return None
    return [items[i] for i, _ in pairs]


def _sorted(values: Values) -> object:
    items = values.items(values.get(0, "iterable"))
    ordered = None if items is None else _sorted_items(values, items)
    return MISSING if ordered is None else ListBox(ordered)


def _list(values: Values) -> object:
    value = values.get(0, "iterable", ListBox())
    items = values.items(value)
    return MISSING if items is None else ListBox(items)


def _set(values: Values) -> object:
    items = known_items(values, values.get(0, "iterable", ListBox()))
    if items is None:
        return MISSING
    try:
        return ListBox(list(dict.fromkeys(items)), is_set=True)
    except TypeError:
        return MISSING


def _range(values: Values) -> object:
    steps = known_range(values)
    return MISSING if steps is None else ListBox(steps)


def _filter(values: Values) -> object:
    function, items = values.get(0, "function"), values.items(values.get(1, "iterable"))
    if items is None:
        return MISSING
    truths = [values.host.truth(v if function is None else values.apply(function, v))
              for v in items]  # fmt: skip
    if None in truths:
        return MISSING
    return ListBox([v for v, truth in zip(items, truths, strict=True) if truth])


def _map(values: Values) -> object:
    items = values.items(values.get(1, "iterable"))
    if items is None or len(values.given.places) != 2:
        return MISSING
    return ListBox([values.apply(values.given.places[0], v) for v in items])


def _tested(every: bool) -> ExactCall:
    def test(values: Values) -> object:
        items = values.items(values.get(0, "iterable"))
        truths = [] if items is None else [values.host.truth(v) for v in items]
        if items is None or None in truths:
            return MISSING
        return all(truths) if every else any(truths)

    return test


def _extreme(pick: Callable[..., Any]) -> ExactCall:
    def choose(values: Values) -> object:
        places = values.given.places
        items = values.items(places[0]) if len(places) == 1 else list(places)
        key = values.given.names.get("key")
        if not items or set(values.given.names) - {"key"}:
            return MISSING
        keys = items if key is None else [values.apply(key, v) for v in items]
        if not all(is_known(k) for k in keys):
            return MISSING
        try:
            return items[pick(range(len(keys)), key=lambda i: sort_key(keys[i]))]
        except TypeError:
            return MISSING

    return choose


def _sum(values: Values) -> object:
    items = known_items(values, values.get(0, "iterable"))
    start = values.get(1, "start", 0)
    if items is None:
        return MISSING
    if isinstance(start, ListBox) and all(isinstance(v, ListBox) for v in items):
        joined = [v for box in (start, *items) for v in box.data]  # type: ignore[attr-defined]
        return ListBox(joined)
    if not is_number(start) or not all(is_number(v) or isinstance(v, bool) for v in items):
        return MISSING
    return sum(items, start)  # type: ignore[call-overload]


def text_method(values: Values, text: "str | bytes", name: str) -> object:
    """Call a method of a text or of bytes; MISSING if it is not modelled."""
    if isinstance(text, str) and name == "encode":
        coding = values.get(0, "encoding", "utf-8")
        try:
            return text.encode(coding) if isinstance(coding, str) else MISSING
        except (LookupError, UnicodeError):
            return MISSING
    if isinstance(text, str) and name == "join":
        items = known_items(values, values.get(0, "iterable"))
        if items is not None and all(isinstance(v, str) for v in items):
            return text.join(str(v) for v in items)
    if isinstance(text, bytes) and name == "hex":
        return text.hex()
    return MISSING


def list_method(values: Values, box: ListBox, name: str) -> object:
    """Call a method of a list or set; MISSING if it is not modelled."""
    if box.open:
        return MISSING
    if name == "sort":
        ordered = _sorted_items(values, box.data)
        if ordered is None:
            values.host.forget(box)
            return None
        values.host.memory.touch(box)
        box.data = ordered
        return None
    if name in ("union", "difference", "intersection") and box.is_set:
        return _combined(values, box, name)
    if name == "add" and box.is_set:
        return _added(values, box)
    if name in ("read", "readlines", "readline", "close") and not values.given.places:
        return _file_method(box, name)
    if name == "count":
        return sum(1 for v in box.data if v == values.get(0, "x"))
    return MISSING


def _added(values: Values, box: ListBox) -> object:
    value = values.get(0, "elem")
    if not is_known(value):
        values.host.forget(box)
        return None
    values.host.memory.touch(box)
    if value not in box.data:
        box.data.append(value)
    return None


def _combined(values: Values, box: ListBox, name: str) -> object:
    others = [known_items(values, v) for v in values.given.places]
    if any(o is None for o in others) or not is_known(box):
        return MISSING
    inside = {sort_key(v) if isinstance(v, PathText) else v for o in others for v in o or ()}
    match name:
        case "difference":
            return ListBox([v for v in box.data if v not in inside], is_set=True)
        case "intersection" if len(others) == 1:
            return ListBox([v for v in box.data if v in inside], is_set=True)
        case "union":
            more = [v for o in others for v in o or ()]
            return ListBox(list(dict.fromkeys([*box.data, *more])), is_set=True)
    return MISSING


def _file_method(box: ListBox, name: str) -> object:
    """Call a method of an opened file, which stands as its lines."""
    if not all(isinstance(v, str) for v in box.data):
        return MISSING
    match name:
        case "read":
            return "".join(str(v) for v in box.data)
        case "readlines":
            return ListBox(box.data)
        case "close":
            return None
    return MISSING


def _chain(values: Values) -> object:
    parts = values.given.places
    columns = [values.items(p) for p in parts]
    if any(c is None for c in columns):
        return MISSING
    return ListBox([v for c in columns for v in c or ()])


def _chain_of(values: Values) -> object:
    parts = values.items(values.get(0, "iterable"))
    columns = None if parts is None else [values.items(p) for p in parts]
    if columns is None or any(c is None for c in columns):
        return MISSING
    return ListBox([v for c in columns for v in c or ()])


def _slice_of(values: Values) -> object:
    items, ends = values.items(values.get(0, "iterable")), values.given.places[1:]
    if items is None or not all(e is None or isinstance(e, int) for e in ends) or not ends:
        return MISSING
    return ListBox(list(itertools.islice(items, *ends)))  # type: ignore[call-overload]


def _default_dict(values: Values) -> object:
    return CountingDict(values.get(0, "default_factory"))


def _counter(values: Values) -> object:
    items = known_items(values, values.get(0, "iterable", ListBox()))
    if items is None:
        return MISSING
    counts: dict[object, object] = {}
    for item in items:
        counts[item] = int(str(counts.get(item, 0))) + 1
    return CountingDict(0, counts)


def _zip(values: Values) -> object:
    columns = [values.items(p) for p in values.given.places]
    if not columns or any(c is None for c in columns):
        return MISSING
    return ListBox(list(zip(*(c or () for c in columns), strict=False)))


LIST_CALLS: Final[dict[str, ExactCall]] = {
    "builtins.sorted": _sorted,
    "builtins.list": _list,
    "builtins.tuple": lambda values: (
        tuple(known.data) if isinstance(known := _list(values), ListBox) else MISSING
    ),
    "builtins.set": _set,
    "builtins.frozenset": _set,
    "builtins.range": _range,
    "builtins.filter": _filter,
    "builtins.map": _map,
    "builtins.any": _tested(False),
    "builtins.all": _tested(True),
    "builtins.min": _extreme(min),
    "builtins.max": _extreme(max),
    "builtins.sum": _sum,
    "builtins.zip": _zip,
    "itertools.chain": _chain,
    "itertools.chain.from_iterable": _chain_of,
    "itertools.islice": _slice_of,
    "collections.defaultdict": _default_dict,
    "collections.Counter": _counter,
}
"""Functions of values that are followed exactly."""
