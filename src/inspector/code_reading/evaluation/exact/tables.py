"""Tables of pandas whose cells are known."""

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from inspector.code_reading.evaluation.exact.arrays import ArrayBox
from inspector.code_reading.evaluation.exact.calls import Values, known_items
from inspector.code_reading.evaluation.exact.streams import NumpyStream
from inspector.code_reading.evaluation.values import (
    MISSING,
    ListBox,
    ObjectBox,
    Unknown,
    ValueBox,
    is_known,
    is_scalar,
)

SAME_ROWS: Final = ("copy", "infer_objects", "convert_dtypes", "to_frame", "squeeze")


class FrameBox(ValueBox):
    """A DataFrame.

    Attributes:
        data: Its columns.
        index: The label of each row.
    """

    __slots__ = ("index",)
    data: dict[object, object]

    def __init__(self, columns: dict[object, object], index: Sequence[object]) -> None:
        self.data, self.open, self.index = columns, False, list(index)

    def column(self, name: object) -> list[object] | None:
        """Return a column; None if there is none."""
        column = self.data.get(name)
        return column if isinstance(column, list) else None

    def rows(self, positions: Sequence[int]) -> "FrameBox":
        """Return some rows."""
        columns: dict[object, object] = {
            name: [column[i] for i in positions]
            for name, column in self.data.items() if isinstance(column, list)
        }  # fmt: skip
        return FrameBox(columns, [self.index[i] for i in positions])


class SeriesBox(ArrayBox):
    """A column with the labels of its rows."""

    __slots__ = ("index",)

    def __init__(self, items: Sequence[object], index: Sequence[object]) -> None:
        super().__init__(items)
        self.index = list(index)


@dataclass(frozen=True, slots=True)
class Access:
    """An accessor: `loc` or `iloc` of a table or column, or `str` of a column."""

    kind: str
    owner: FrameBox | SeriesBox


def count_of(values: Values, value: object) -> int | None:
    """Return the number of items or rows; None if it is not known."""
    if isinstance(value, FrameBox):
        return None if value.open else len(value.index)
    items = values.items(value)
    return None if items is None else len(items)


def taken(values: Values, value: object, positions: Sequence[int]) -> object:
    """Return the items or rows at positions."""
    if isinstance(value, FrameBox):
        return value.rows(positions)
    items = values.items(value) or []
    picked = [items[i] for i in positions]
    if isinstance(value, SeriesBox):
        return SeriesBox(picked, [value.index[i] for i in positions])
    return ArrayBox(picked) if isinstance(value, ArrayBox) else ListBox(picked)


def frame_attribute(owner: object, name: str) -> object:
    """Return an attribute of a table or column; MISSING for methods and anything else."""
    if isinstance(owner, FrameBox | SeriesBox) and not owner.open:
        if name in ("loc", "iloc"):
            return Access(name, owner)
        if name == "index":
            return ArrayBox(owner.index)
        if name == "shape":
            size = len(owner.index)
            return (size,) if isinstance(owner, SeriesBox) else (size, len(owner.data))
    match owner:
        case FrameBox() if not owner.open:
            if name == "columns":
                return ArrayBox(list(owner.data))
            column = owner.column(name)
            return MISSING if column is None else SeriesBox(column, owner.index)
        case SeriesBox():
            if name == "values":
                return ArrayBox(owner.data)
            return Access("str", owner) if name == "str" else MISSING
    return MISSING


def frame_item(owner: object, key: object) -> object:
    """Return an item of a table, a column or an accessor; MISSING if it is not known."""
    match owner:
        case Access(kind="str", owner=SeriesBox() as series) if isinstance(key, int):
            return mapped(series, lambda v: _at(v, key))
        case Access(kind="iloc", owner=whole):
            return _by_position(whole, key)
        case Access(kind="loc", owner=whole):
            return _by_label(whole, key)
        case FrameBox() if not owner.open:
            return _of_frame(owner, key)
        case SeriesBox() if not owner.open:
            mask = _mask(key, len(owner.data))
            if mask is not None:
                return series_rows(owner, mask)
            return MISSING if isinstance(key, ListBox) else _one_label(owner, key)
    return MISSING


def _one_label(series: SeriesBox, key: object) -> object:
    if isinstance(key, int | str) and series.index.count(key) == 1:
        return series.data[series.index.index(key)]
    return MISSING


def _at(value: object, key: int) -> object:
    items = value.data if isinstance(value, ListBox) else value
    if isinstance(items, list | str) and -len(items) <= key < len(items):
        return items[key]
    return Unknown("the cell")


def series_rows(series: SeriesBox, positions: Sequence[int]) -> SeriesBox:
    """Return some rows of a column."""
    return SeriesBox([series.data[i] for i in positions], [series.index[i] for i in positions])


def _mask(key: object, count: int) -> list[int] | None:
    """Return the positions where a mask is true; None if it is no mask."""
    if not isinstance(key, ListBox) or key.open or len(key.data) != count or not count:
        return None
    if not all(isinstance(v, bool) for v in key.data):
        return None
    return [i for i, v in enumerate(key.data) if v]


def _of_frame(frame: FrameBox, key: object) -> object:
    mask = _mask(key, len(frame.index))
    if mask is not None:
        return frame.rows(mask)
    if isinstance(key, ListBox) and not key.open and all(is_scalar(v) for v in key.data):
        if all(v in frame.data for v in key.data):
            return FrameBox({v: frame.data[v] for v in key.data}, frame.index)
        return MISSING
    if isinstance(key, slice):
        return _by_position(frame, key)
    column = frame.column(key) if is_scalar(key) else None
    return MISSING if column is None else SeriesBox(column, frame.index)


def _by_position(whole: FrameBox | SeriesBox, key: object) -> object:
    if isinstance(key, tuple) and len(key) == 2 and isinstance(whole, FrameBox):
        part = _by_position(whole, key[0])
        names = list(whole.data)
        if isinstance(part, FrameBox) and isinstance(key[1], int) and key[1] < len(names):
            return frame_item(part, names[key[1]])
        return MISSING
    count = len(whole.index)
    positions: Sequence[int]
    if isinstance(key, slice):
        if not all(isinstance(e, int | None) for e in (key.start, key.stop, key.step)):
            return MISSING
        positions = range(*key.indices(count))
    elif isinstance(key, ListBox) and not key.open:
        mask = _mask(key, count)
        items = key.data
        if mask is None and not all(isinstance(v, int) and -count <= v < count for v in items):
            return MISSING
        positions = mask if mask is not None else [int(str(v)) for v in items]
    elif isinstance(key, int) and -count <= key < count:
        if isinstance(whole, SeriesBox):
            return whole.data[key]
        return ObjectBox(None, {str(n): c[key] for n, c in whole.data.items()
                                if isinstance(c, list)})  # fmt: skip
    else:
        return MISSING
    return whole.rows(positions) if isinstance(whole, FrameBox) else series_rows(whole, positions)


def _by_label(whole: FrameBox | SeriesBox, key: object) -> object:
    if isinstance(key, tuple) and len(key) == 2 and isinstance(whole, FrameBox):
        part = _by_label(whole, key[0])
        return frame_item(part, key[1]) if isinstance(part, FrameBox) else MISSING
    mask = _mask(key, len(whole.index))
    if mask is None and isinstance(key, ListBox) and not key.open:
        places = {label: i for i, label in enumerate(whole.index)}
        if len(places) < len(whole.index) or any(v not in places for v in key.data):
            return MISSING
        mask = [places[v] for v in key.data]
    if mask is None:
        return MISSING
    return whole.rows(mask) if isinstance(whole, FrameBox) else series_rows(whole, mask)


def frame_put(frame: FrameBox, key: object, value: object) -> bool:
    """Set a column; return whether it is known what it is now."""
    count = len(frame.index)
    if not is_scalar(key):
        return False
    if isinstance(value, SeriesBox):
        if value.index != frame.index:
            return False
        frame.data[key] = list(value.data)
    elif isinstance(value, ListBox) and not value.open and len(value.data) == count:
        frame.data[key] = list(value.data)
    elif is_scalar(value):
        frame.data[key] = [value] * count
    else:
        return False
    return True


def access_put(access: Access, key: object, value: object) -> bool:
    """Set cells by `df.loc[rows, column] = value`; return whether it is known what they are now."""
    frame = access.owner
    match key:
        case (where, name) if isinstance(frame, FrameBox) and is_scalar(name):
            pass
        case _:
            return False
    positions = _positions(access.kind, frame, where)
    if positions is None or access.kind != "loc" or not is_scalar(value):
        return False
    column = frame.column(name)
    cells = [Unknown("the cell", "it is empty") for _ in frame.index] if column is None else column
    changed: list[object] = list(cells)
    for place in positions:
        changed[place] = value
    frame.data[name] = changed
    return True


def _positions(kind: str, frame: FrameBox, where: object) -> list[int] | None:
    mask = _mask(where, len(frame.index))
    if mask is not None or not isinstance(where, ListBox) or where.open:
        return mask
    places = {label: i for i, label in enumerate(frame.index)}
    if len(places) < len(frame.index) or any(v not in places for v in where.data):
        return None
    return [places[v] for v in where.data]


def frame_method(values: Values, frame: FrameBox, name: str) -> object:
    """Call a method of a table; MISSING if it is not modelled."""
    if frame.open or values.get(9, "inplace") is True:
        return MISSING
    known = _FRAME_METHODS.get(name)
    if known is not None:
        return known(values, frame)
    return frame.rows(range(len(frame.index))) if name in SAME_ROWS else MISSING


def sampled(values: Values, whole: FrameBox | SeriesBox) -> object:
    """Call sample() of a table or column."""
    count, size = len(whole.index), values.get(0, "n")
    share, seed = values.get(1, "frac"), values.get(4, "random_state")
    if set(values.given.names) - {"n", "frac", "random_state"} or not isinstance(seed, int):
        return values.lose("sample() has no seed of its own that is known")
    if isinstance(share, int | float) and size is None:
        size = round(share * count)
    size = 1 if size is None else size
    if not isinstance(size, int) or not 0 <= size <= count or isinstance(seed, bool):
        return MISSING
    stream = NumpyStream(np.random.RandomState(seed))
    positions = stream.drawn(count, size, replace=False, chances=None)
    return whole.rows(positions) if isinstance(whole, FrameBox) else series_rows(whole, positions)


def _dropped(values: Values, frame: FrameBox) -> object:
    columns = values.get(9, "columns")
    if columns is not None or values.get(1, "axis", 0) in (1, "columns"):
        names = columns if columns is not None else values.get(0, "labels")
        gone = [names] if is_scalar(names) else known_items(values, names)
        if gone is None:
            return MISSING
        return FrameBox({n: c for n, c in frame.data.items() if n not in gone}, frame.index)
    labels = known_items(values, values.get(0, "labels", values.get(9, "index")))
    if labels is None:
        return MISSING
    gone_labels = set(labels)
    return frame.rows([i for i, label in enumerate(frame.index) if label not in gone_labels])


def _renumbered(values: Values, frame: FrameBox) -> object:
    if values.get(9, "drop") is not True:
        return MISSING
    return FrameBox(dict(frame.data), range(len(frame.index)))


def _ordered(values: Values, frame: FrameBox) -> object:
    by = values.get(0, "by")
    column = frame.column(by) if is_scalar(by) else None
    if column is None or set(values.given.names) - {"by", "ascending"}:
        return MISSING
    known = all(is_known(v) for v in column)
    if not known or len(set(map(repr, column))) < len(column):
        return values.lose("sort_values() leaves rows with the same value in no certain order")
    backwards = values.get(9, "ascending", True) is False
    try:
        order = sorted(range(len(column)), key=lambda i: column[i], reverse=backwards)  # type: ignore[arg-type,return-value]
    except TypeError:
        return MISSING
    return frame.rows(order)


def _rows(values: Values, frame: FrameBox) -> object:
    return ListBox([(frame.index[i], _row(frame, i)) for i in range(len(frame.index))])


def _tuples(values: Values, frame: FrameBox) -> object:
    return ListBox([_row(frame, i) for i in range(len(frame.index))])


def _row(frame: FrameBox, number: int) -> ObjectBox:
    cells = {str(n): c[number] for n, c in frame.data.items() if isinstance(c, list)}
    return ObjectBox(None, cells)


def _unique_rows(values: Values, frame: FrameBox) -> object:
    subset = values.get(0, "subset")
    names = [subset] if is_scalar(subset) and subset is not None else (
        list(frame.data) if subset is None else known_items(values, subset)
    )  # fmt: skip
    if names is None or set(values.given.names) - {"subset"}:
        return MISSING
    seen: set[str] = set()
    positions: list[int] = []
    for i in range(len(frame.index)):
        key = repr([(frame.column(n) or [None])[i] for n in names])
        if key not in seen:
            seen.add(key)
            positions.append(i)
    return frame.rows(positions)


def _first(values: Values, frame: FrameBox) -> object:
    count = values.get(0, "n", 5)
    return _by_position(frame, slice(None, count)) if isinstance(count, int) else MISSING


def _queried(values: Values, frame: FrameBox) -> object:
    """Call query("split == 'train'"): one comparison of a column with a value."""
    text = values.get(0, "expr")
    try:
        node = ast.parse(text, mode="eval").body if isinstance(text, str) else None
    except (SyntaxError, ValueError):
        return MISSING
    match node:
        case ast.Compare(
            left=ast.Name(id=name),
            ops=[ast.Eq() | ast.NotEq() as sign],
            comparators=[ast.Constant(value=asked)],
        ):
            column = frame.column(name)
            if column is None or not all(is_known(v) for v in column):
                return MISSING
            same = isinstance(sign, ast.Eq)
            return frame.rows([i for i, v in enumerate(column) if (v == asked) is same])
    return MISSING


def _whole_rows(values: Values, frame: FrameBox) -> object:
    whole = all(is_known(v) for c in frame.data.values() if isinstance(c, list) for v in c)
    return frame.rows(range(len(frame.index))) if whole and not values.given.places else MISSING


_FRAME_METHODS: Final[dict[str, Callable[[Values, FrameBox], object]]] = {
    "sample": sampled,
    "drop": _dropped,
    "reset_index": _renumbered,
    "sort_values": _ordered,
    "iterrows": _rows,
    "itertuples": _tuples,
    "drop_duplicates": _unique_rows,
    "dropna": _whole_rows,
    "head": _first,
    "query": _queried,
}


def mapped(series: SeriesBox, function: Callable[[object], object]) -> SeriesBox:
    """Return a column with a function applied to each cell."""
    return SeriesBox([function(v) for v in series.data], series.index)
