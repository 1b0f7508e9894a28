"""Functions of numpy that make arrays whose items are known."""

import itertools
from typing import Final

from inspector.code_reading.evaluation.exact.arrays import ArrayBox, picked
from inspector.code_reading.evaluation.exact.calls import (
    MAX_RANGE,
    ExactCall,
    Values,
    known_items,
    known_range,
)
from inspector.code_reading.evaluation.values import MISSING, ListBox, is_scalar


def _arange(values: Values) -> object:
    steps = known_range(values)
    return MISSING if steps is None else ArrayBox(steps)


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
        if not isinstance(count, int) or count > MAX_RANGE:
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


ARRAY_CALLS: Final[dict[str, ExactCall]] = {
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
}
"""Functions of numpy that are followed exactly."""
