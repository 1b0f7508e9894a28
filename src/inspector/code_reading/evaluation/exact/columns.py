"""Methods of columns of pandas whose cells are known."""

import re
from collections.abc import Callable
from typing import Final

from inspector.code_reading.evaluation.exact.arrays import ArrayBox
from inspector.code_reading.evaluation.exact.calls import Values, known_items
from inspector.code_reading.evaluation.exact.tables import (
    SAME_ROWS,
    Access,
    SeriesBox,
    mapped,
    sampled,
    series_rows,
)
from inspector.code_reading.evaluation.values import (
    MISSING,
    DictBox,
    ListBox,
    Unknown,
    is_known,
    is_scalar,
)

_SPECIAL: Final = re.compile(r"[\\.^$*+?{}\[\]|()]")


def series_method(values: Values, series: SeriesBox, name: str) -> object:
    """Call a method of a column; MISSING if it is not modelled."""
    if series.open or values.get(9, "inplace") is True:
        return MISSING
    known = _SERIES_METHODS.get(name)
    if known is not None:
        return known(values, series)
    return series_rows(series, range(len(series.data))) if name in SAME_ROWS else MISSING


def _distinct(values: Values, series: SeriesBox) -> object:
    if not all(is_known(v) for v in series.data):
        return MISSING
    return ArrayBox(list(dict.fromkeys(series.data)))


def _count_distinct(values: Values, series: SeriesBox) -> object:
    known = _distinct(values, series)
    return len(known.data) if isinstance(known, ArrayBox) else MISSING


def _is_in(values: Values, series: SeriesBox) -> object:
    items = known_items(values, values.get(0, "values"))
    if items is None or not all(is_known(v) for v in series.data):
        return MISSING
    held = set(items)
    return mapped(series, lambda v: v in held)


def _converted(values: Values, series: SeriesBox) -> object:
    kind = {"builtins.str": str, "builtins.int": int}.get(
        getattr(values.get(0, "dtype"), "name", "")
    )
    whole = all(isinstance(v, int) for v in series.data)
    if kind is None or not (
        whole or (kind is str and all(isinstance(v, str) for v in series.data))
    ):
        return MISSING
    return mapped(series, kind)


def _renumbered_series(values: Values, series: SeriesBox) -> object:
    dropped = values.get(9, "drop") is True
    return SeriesBox(series.data, range(len(series.data))) if dropped else MISSING


def _applied(values: Values, series: SeriesBox) -> object:
    function = values.get(0, "func", values.get(0, "arg"))
    if values.given.names or len(values.given.places) != 1:
        return MISSING
    if isinstance(function, DictBox):
        if function.open:
            return MISSING
        table = function.data
        return mapped(series, lambda v: table.get(v, Unknown("the cell")))
    return mapped(series, lambda v: values.apply(function, v))


_SERIES_METHODS: Final[dict[str, Callable[[Values, SeriesBox], object]]] = {
    "unique": _distinct,
    "nunique": _count_distinct,
    "isin": _is_in,
    "apply": _applied,
    "map": _applied,
    "sample": sampled,
    "astype": _converted,
    "to_list": lambda values, series: ListBox(series.data),
    "tolist": lambda values, series: ListBox(series.data),
    "to_numpy": lambda values, series: ArrayBox(series.data),
    "reset_index": _renumbered_series,
}


def text_access(values: Values, access: Access, name: str) -> object:
    """Call a method of `series.str`; MISSING if it is not modelled."""
    series = access.owner
    places = values.given.places
    if access.kind != "str" or not isinstance(series, SeriesBox) or values.given.names:
        return MISSING
    if not all(isinstance(v, str) for v in series.data) or not all(is_scalar(v) for v in places):
        return MISSING
    if name in ("contains", "replace", "split") and any(
        isinstance(v, str) and len(v) > 1 and _SPECIAL.search(v) for v in places
    ):  # fmt: skip
        return MISSING
    match name:
        case "contains" if len(places) == 1 and isinstance(places[0], str):
            if _SPECIAL.search(places[0]):
                return MISSING
            return mapped(series, lambda v: str(places[0]) in str(v))
        case "split" | "rsplit" | "lower" | "upper" | "strip" | "startswith" | "endswith":
            try:
                results = [getattr(str(v), name)(*places) for v in series.data]
            except (TypeError, ValueError):
                return MISSING
            cells = [ListBox(r) if isinstance(r, list) else r for r in results]
            return SeriesBox(cells, series.index)
    return MISSING
