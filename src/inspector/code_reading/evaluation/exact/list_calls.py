"""Functions and methods of lists, sets, texts and hashes whose values are known."""

import hashlib
import itertools
import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from inspector.code_reading.evaluation.exact.arrays import ArrayBox, picked
from inspector.code_reading.evaluation.exact.calls import (
    ExactCall,
    Values,
    known_items,
)
from inspector.code_reading.evaluation.values import (
    MISSING,
    CountingDict,
    ListBox,
    PathText,
    is_known,
    is_number,
    is_scalar,
)

_HASHES: Final = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b", "blake2s")
_MAX_PATTERN, _MAX_TEXT = 120, 400
_REPEATED: Final = re.compile(r"[*+}]\)*[*+{]")
_MAX_RANGE: Final = 400_000


@dataclass(frozen=True, slots=True)
class Digest:
    """A hash of hashlib."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled regular expression."""

    text: str
    flags: int = 0


@dataclass(frozen=True, slots=True)
class Match:
    """A match of a regular expression."""

    groups: tuple[str | None, ...]
    names: tuple[tuple[str, str | None], ...]


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
    ends = values.given.places
    if not ends or not all(isinstance(v, int) and abs(v) < 2**40 for v in ends):
        return MISSING
    try:
        steps = range(*ends)  # type: ignore[call-overload]
    except ValueError:
        return MISSING
    return ListBox(list(steps)) if len(steps) <= _MAX_RANGE else MISSING


def _arange(values: Values) -> object:
    known = _range(values)
    return ArrayBox(known.data) if isinstance(known, ListBox) else MISSING


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


def _whole(values: Values) -> object:
    text, base = values.get(0, "x"), values.get(1, "base", 10)
    if isinstance(text, str) and isinstance(base, int) and len(text) <= 200:
        try:
            return int(text, base)
        except ValueError:
            return MISSING
    return MISSING


def _from_bytes(values: Values) -> object:
    data, order = values.get(0, "bytes"), values.get(1, "byteorder", "big")
    if isinstance(data, bytes) and order in ("big", "little"):
        return int.from_bytes(data, str(order))  # type: ignore[arg-type]
    return MISSING


def _checksum(function: Callable[[bytes], int]) -> ExactCall:
    def summed(values: Values) -> object:
        data = values.get(0, "data")
        return function(data) if isinstance(data, bytes) else MISSING

    return summed


def _digest(name: str) -> ExactCall:
    def started(values: Values) -> object:
        data = values.get(0, "data", b"")
        return Digest(name, data) if isinstance(data, bytes) else MISSING

    return started


def _new_digest(values: Values) -> object:
    name, data = values.get(0, "name"), values.get(1, "data", b"")
    known = isinstance(name, str) and name in _HASHES and isinstance(data, bytes)
    return Digest(str(name), data) if known else MISSING  # type: ignore[arg-type]


def digest_method(digest: Digest, name: str) -> object:
    """Call a method of a hash; MISSING if it is not modelled."""
    done = hashlib.new(digest.name, digest.data, usedforsecurity=False)
    match name:
        case "hexdigest":
            return done.hexdigest()
        case "digest":
            return done.digest()
    return MISSING


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


def _array(values: Values) -> object:
    value = values.get(0, "object")
    items = values.items(value)
    if items is None or (isinstance(value, ListBox) and value.is_set):
        return MISSING
    if not all(is_scalar(v) for v in items):
        return ListBox(items)  # Pairs or images.
    return ArrayBox(items)


def _joined(values: Values) -> object:
    parts = values.items(values.get(0, "arrays"))
    columns = None if parts is None else [values.items(p) for p in parts]
    if not columns or any(c is None for c in columns):
        return MISSING
    return ArrayBox([v for c in columns for v in c or ()])


def _unique(values: Values) -> object:
    items = known_items(values, values.get(0, "ar"))
    if items is None or values.given.names:
        return MISSING
    try:
        return ArrayBox(sorted(dict.fromkeys(items)))  # type: ignore[type-var]
    except TypeError:
        return MISSING


def _filled(value: int) -> ExactCall:
    def full(values: Values) -> object:
        count = values.get(0, "shape")
        kind = getattr(values.get(1, "dtype"), "name", "")
        if not isinstance(count, int) or count > _MAX_RANGE:
            return MISSING
        return ArrayBox([bool(value) if "bool" in str(kind) else value] * count)

    return full


def _is_in(values: Values) -> object:
    items, inside = (known_items(values, values.get(i, n))
                     for i, n in enumerate(("element", "test_elements")))  # fmt: skip
    if items is None or inside is None or values.get(9, "invert") is not None:
        return MISSING
    held = set(inside)
    return ArrayBox([v in held for v in items])


def _set_difference(values: Values) -> object:
    one, two = (known_items(values, values.get(i, n)) for i, n in enumerate(("ar1", "ar2")))
    if one is None or two is None or len(values.given.places) > 2:
        return MISSING
    inside = set(two)
    try:
        return ArrayBox(sorted({v for v in one if v not in inside}))  # type: ignore[type-var]
    except TypeError:
        return MISSING


def _split_array(values: Values) -> object:
    value, ends = values.get(0, "ary"), values.get(1, "indices_or_sections")
    items = values.items(value)
    if items is None:
        return MISSING
    if isinstance(ends, int) and ends > 0:
        size, more = divmod(len(items), ends)
        sizes = [size + (i < more) for i in range(ends)]
        borders = [0, *itertools.accumulate(sizes)]
    else:
        cuts = known_items(values, ends)
        if cuts is None or not all(isinstance(c, int) for c in cuts):
            return MISSING
        borders = [0, *cuts, len(items)]  # type: ignore[list-item]
    return ListBox([ArrayBox(items[a:b]) for a, b in itertools.pairwise(borders)])


def _take(values: Values) -> object:
    box, key = values.get(0, "a"), values.get(1, "indices")
    known = isinstance(box, ListBox) and isinstance(key, ListBox)
    return picked(box, key) if known else MISSING  # type: ignore[arg-type]


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


def _pattern(value: object) -> "re.Pattern[str] | None":
    text, flags = (value.text, value.flags) if isinstance(value, Pattern) else (value, 0)
    if not isinstance(text, str) or len(text) > _MAX_PATTERN or _REPEATED.search(text):
        return None
    try:
        return re.compile(text, flags)
    except re.error:
        return None


def _compiled(values: Values) -> object:
    text = values.get(0, "pattern")
    alone = isinstance(text, str) and len(values.given.places) == 1 and not values.given.names
    return Pattern(str(text)) if alone and _pattern(text) is not None else MISSING


def _search(name: str) -> ExactCall:
    return lambda values: searched(name, values.get(0, "pattern"), values.given.places[1:])


def searched(name: str, pattern: object, places: Sequence[object]) -> object:
    """Call a function of regular expressions; MISSING if it is not modelled."""
    compiled = _pattern(pattern)
    if compiled is None or not all(isinstance(v, str) and len(v) <= _MAX_TEXT for v in places):
        return MISSING
    texts = [str(v) for v in places]
    if name == "sub" and len(texts) == 2:
        return compiled.sub(texts[0], texts[1])
    if len(texts) != 1:
        return MISSING
    match name:
        case "findall":
            return ListBox(compiled.findall(texts[0]))
        case "split":
            return ListBox(list(compiled.split(texts[0])))
    result = getattr(compiled, name)(texts[0]) if name in ("search", "match", "fullmatch") else None
    if result is None:
        return None if name != "sub" else MISSING
    return Match((result.group(0), *result.groups()), tuple(result.groupdict().items()))


def match_method(match: Match, name: str, places: Sequence[object]) -> object:
    """Call a method of a match; MISSING if it is not modelled."""
    if name == "groups":
        return match.groups[1:]
    if name != "group":
        return MISSING
    key = places[0] if places else 0
    if isinstance(key, int) and 0 <= key < len(match.groups) and len(places) < 2:
        return match.groups[key]
    return dict(match.names).get(str(key), MISSING)


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
    "builtins.int": _whole,
    "builtins.int.from_bytes": _from_bytes,
    "builtins.zip": _zip,
    "zlib.crc32": _checksum(zlib.crc32),
    "zlib.adler32": _checksum(zlib.adler32),
    "binascii.crc32": _checksum(zlib.crc32),
    **{f"hashlib.{name}": _digest(name) for name in _HASHES},
    "hashlib.new": _new_digest,
    "numpy.array": _array,
    "numpy.asarray": _array,
    "numpy.arange": _arange,
    "numpy.concatenate": _joined,
    "numpy.hstack": _joined,
    "numpy.unique": _unique,
    "numpy.zeros": _filled(0),
    "numpy.ones": _filled(1),
    "numpy.isin": _is_in,
    "numpy.in1d": _is_in,
    "numpy.setdiff1d": _set_difference,
    "numpy.split": _split_array,
    "numpy.array_split": _split_array,
    "numpy.take": _take,
    "itertools.chain": _chain,
    "itertools.chain.from_iterable": _chain_of,
    "itertools.islice": _slice_of,
    "collections.defaultdict": _default_dict,
    "collections.Counter": _counter,
    "re.compile": _compiled,
    **{f"re.{n}": _search(n) for n in ("search", "match", "fullmatch", "findall", "sub", "split")},
}
"""Functions of values that are followed exactly."""
