"""Functions of pandas that make tables whose cells are known."""

import csv
import re
from typing import Final

from inspector.code_reading.evaluation.exact.calls import ExactCall, Values, known_items
from inspector.code_reading.evaluation.exact.tables import FrameBox, SeriesBox
from inspector.code_reading.evaluation.values import MISSING, DictBox, ListBox, Unknown

_MAX_CELLS: Final = 4_000_000


def _cell(text: str, kinds: set[str]) -> object:
    if text == "":
        return Unknown("the cell", "it is empty")
    if kinds == {"int"}:
        return int(text)
    if kinds <= {"int", "float"}:
        return float(text)
    return text == "True" if kinds == {"bool"} else text


def _kind(text: str) -> str:
    if re.fullmatch(r"[-+]?\d{1,15}", text):
        return "int"
    if re.fullmatch(r"[-+]?(\d+\.\d*|\.\d+)([eE][-+]?\d+)?", text):
        return "float"
    return "bool" if text in ("True", "False") else "text"


def _read(values: Values) -> object:
    path = values.path(0, "filepath_or_buffer")
    mark = values.get(1, "sep", values.get(9, "delimiter", ","))
    allowed = {"sep", "delimiter", "header", "names", "filepath_or_buffer"}
    text = None if path is None else values.disk.text(path)
    if text is None or not isinstance(mark, str) or len(mark) != 1:
        return MISSING
    if set(values.given.names) - allowed or len(values.given.places) > 1:
        return MISSING
    rows = [row for row in csv.reader(text.splitlines(), delimiter=mark) if row]
    names = known_items(values, values.get(9, "names", ListBox()))
    if names:
        head: list[object] = names
    elif values.get(9, "header", 0) == 0 and rows:
        head, rows = list(rows[0]), rows[1:]
    elif rows:
        head = list(range(len(rows[0])))
    else:
        return MISSING
    if len(rows) * len(head) > _MAX_CELLS or any(len(r) != len(head) for r in rows):
        return MISSING
    columns: dict[object, object] = {}
    for i, name in enumerate(head):
        kinds = {_kind(r[i]) for r in rows if r[i] != ""}
        columns[name] = [_cell(r[i], kinds) for r in rows]
    return FrameBox(columns, range(len(rows)))


def _frame(values: Values) -> object:
    data, names = values.get(0, "data"), values.get(2, "columns")
    if set(values.given.names) - {"data", "columns"}:
        return MISSING
    if isinstance(data, DictBox) and not data.open and names is None:
        columns: dict[object, object] = {k: values.items(v) for k, v in data.data.items()}
        lengths = {len(c) if isinstance(c, list) else -1 for c in columns.values()}
        return FrameBox(columns, range(lengths.pop())) if (
            len(lengths) == 1 and -1 not in lengths
        ) else MISSING  # fmt: skip
    rows, head = values.items(data), known_items(values, names) if names is not None else None
    if not rows:
        return MISSING
    if all(isinstance(r, DictBox) and not r.open for r in rows) and head is None:
        keys = dict.fromkeys(k for r in rows if isinstance(r, DictBox) for k in r.data)
        columns = {k: [_cell_of(r, k) for r in rows] for k in keys}
        return FrameBox(columns, range(len(rows)))
    cells = [values.items(r) for r in rows]
    if head is None or any(c is None or len(c) != len(head) for c in cells):
        return MISSING
    columns = {name: [(c or ())[i] for c in cells] for i, name in enumerate(head)}
    return FrameBox(columns, range(len(rows)))


def _cell_of(row: object, key: object) -> object:
    assert isinstance(row, DictBox)
    return row.data.get(key, Unknown("the cell", "it is empty"))


def _series(values: Values) -> object:
    items = values.items(values.get(0, "data"))
    if items is None or set(values.given.names) - {"data"}:
        return MISSING
    return SeriesBox(items, range(len(items)))


def _concatenated(values: Values) -> object:
    parts = values.items(values.get(0, "objs"))
    frames = [p for p in parts or () if isinstance(p, FrameBox) and not p.open]
    if not parts or len(frames) < len(parts) or values.get(1, "axis", 0) != 0:
        return MISSING
    names = list(frames[0].data)
    if any(set(f.data) != set(names) for f in frames):
        return MISSING
    columns: dict[object, object] = {n: [v for f in frames for v in f.column(n) or ()]
                                     for n in names}  # fmt: skip
    anew = values.get(9, "ignore_index") is True
    index = [label for f in frames for label in f.index]
    return FrameBox(columns, range(len(index)) if anew else index)


def _length(values: Values) -> object:
    value = values.get(0, "obj")
    if isinstance(value, ListBox | DictBox) and not value.open:
        return len(value.data)
    return len(value.index) if isinstance(value, FrameBox) and not value.open else MISSING


TABLE_CALLS: Final[dict[str, ExactCall]] = {
    "builtins.len": _length,
    "pandas.read_csv": _read,
    "pandas.DataFrame": _frame,
    "pandas.Series": _series,
    "pandas.concat": _concatenated,
}
"""Functions of pandas that are followed exactly."""
