"""One-dimensional arrays of numpy whose items are known, and sets."""

import ast
import operator
from collections.abc import Callable, Sequence
from typing import Any, Final

from inspector.code_reading.evaluation.values import (
    MISSING,
    ListBox,
    Unknown,
    is_known,
    is_number,
    is_scalar,
)

_COMPARISONS: Final[dict[type[ast.cmpop], Callable[[Any, Any], Any]]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le,
    ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip
_ARITHMETIC: Final[dict[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: operator.truediv, ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod,
    ast.BitAnd: operator.and_, ast.BitOr: operator.or_, ast.BitXor: operator.xor,
}  # fmt: skip


class ArrayBox(ListBox):
    """A one-dimensional array.

    Attributes:
        base: The array that it is a view of.
    """

    __slots__ = ("base",)

    def __init__(self, items: Sequence[object] = (), base: "ArrayBox | None" = None) -> None:
        super().__init__(items)
        self.base = base


def array_item(box: ListBox, key: object) -> object:
    """Return an item or a part of an array; MISSING if it is not known."""
    if box.open:
        return MISSING
    if isinstance(key, slice) and isinstance(box, ArrayBox):
        ends = (key.start, key.stop, key.step)
        if all(e is None or isinstance(e, int) for e in ends) and key.step != 0:
            return ArrayBox(box.data[key], box)
        return MISSING
    if isinstance(key, ListBox) and isinstance(box, ArrayBox):
        return picked(box, key)
    return MISSING


def picked(box: ListBox, key: ListBox) -> object:
    """Return the items at positions, or where a mask is true; MISSING if they are not known."""
    if key.open or box.open:
        return MISSING
    items = key.data
    if items and all(isinstance(v, bool) for v in items):
        if len(items) != len(box.data):
            return MISSING
        return ArrayBox([v for v, taken in zip(box.data, items, strict=True) if taken])
    if not all(isinstance(v, int) and -len(box.data) <= v < len(box.data) for v in items):
        return MISSING
    return ArrayBox([box.data[v] for v in items])  # type: ignore[call-overload]


def compared(sign: ast.cmpop, one: object, two: object) -> object:
    """Return the mask of a comparison with an array; MISSING for anything else."""
    compare = _COMPARISONS.get(type(sign))
    return MISSING if compare is None else _each(compare, one, two)


def calculated(sign: ast.operator, one: object, two: object) -> object:
    """Return the result of arithmetic with an array; MISSING for anything else."""
    calculate = _ARITHMETIC.get(type(sign))
    return MISSING if calculate is None else _each(calculate, one, two)


def _each(function: Callable[[Any, Any], Any], one: object, two: object) -> object:
    arrays = [v for v in (one, two) if isinstance(v, ArrayBox)]
    if not arrays or not all(is_known(v) for v in (one, two)):
        return MISSING
    count = len(arrays[0].data)
    columns = []
    for value in (one, two):
        if isinstance(value, ListBox):
            if len(value.data) != count:
                return MISSING
            columns.append(value.data)
        elif is_scalar(value):
            columns.append([value] * count)
        else:
            return MISSING
    try:
        return ArrayBox([function(a, b) for a, b in zip(*columns, strict=True)])
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return MISSING


def array_put(box: ArrayBox, key: object, value: object) -> bool:
    """Set some items of an array; return whether it is known what it is now."""
    if box.open or box.base is not None or not is_scalar(value):
        return False
    count = len(box.data)
    if isinstance(key, slice):
        if not all(isinstance(e, int | None) for e in (key.start, key.stop, key.step)):
            return False
        positions: Sequence[object] = range(*key.indices(count))
    elif isinstance(key, ListBox) and not key.open:
        positions = key.data
        if positions and all(isinstance(v, bool) for v in positions):
            if len(positions) != count:
                return False
            positions = [i for i, v in enumerate(positions) if v]
    else:
        return False
    if not all(isinstance(v, int) and -count <= v < count for v in positions):
        return False
    for place in positions:
        box.data[place] = value  # type: ignore[call-overload]
    return True


def inverted(value: object) -> object:
    """Return `~mask`; MISSING for anything else."""
    if isinstance(value, ArrayBox) and not value.open and all(
        isinstance(v, bool) for v in value.data
    ):  # fmt: skip
        return ArrayBox([not v for v in value.data])
    return MISSING


def set_operation(sign: ast.operator, one: object, two: object) -> object:
    """Return the result of `a - b`, `a & b` or `a | b` of sets; MISSING for anything else."""
    if not (isinstance(one, ListBox) and isinstance(two, ListBox) and one.is_set and two.is_set):
        return MISSING
    if one.open or two.open or not (is_known(one) and is_known(two)):
        return MISSING
    first, second = dict.fromkeys(one.data), dict.fromkeys(two.data)
    match sign:
        case ast.Sub():
            items = [v for v in first if v not in second]
        case ast.BitAnd():
            items = [v for v in first if v in second]
        case ast.BitOr():
            items = [*first, *(v for v in second if v not in first)]
        case ast.BitXor():
            items = [*(v for v in first if v not in second), *(v for v in second if v not in first)]
        case _:
            return MISSING
    return ListBox(items, is_set=True)


def array_method(box: ArrayBox, name: str, places: Sequence[object]) -> object:
    """Call a method of an array; MISSING if it is not modelled."""
    items = box.data
    if box.open:
        return MISSING
    match name:
        case "tolist":
            return ListBox(items)
        case "copy" | "flatten" | "ravel" | "squeeze":
            return ArrayBox(items)
        case "astype":
            kind_name = getattr(places[0], "name", places[0]) if places else ""
            whole = {"builtins.int": int, "int": int, "numpy.int64": int, "builtins.bool": bool}
            kind = whole.get(str(kind_name))
            if kind is None or not all(is_number(v) or isinstance(v, bool) for v in items):
                return MISSING
            return ArrayBox([kind(v) for v in items])
        case "sum" | "any" | "all" if not places and is_known(box):
            if not all(isinstance(v, int | float) for v in items):
                return MISSING
            numbers = [float(str(v)) if isinstance(v, float) else int(v) for v in items]  # type: ignore[call-overload]
            return (
                sum(numbers) if name == "sum" else any(numbers) if name == "any" else all(numbers)
            )
    return MISSING


def unknown_items(box: ListBox) -> bool:
    """Tell whether some items are not known."""
    return box.open or any(isinstance(v, Unknown) for v in box.data)
