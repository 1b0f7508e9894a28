"""CSV tables: read with limits, written without formulas.

Spreadsheets take a cell that starts with = + - @ or a tab for a formula. Such text is written with
a leading apostrophe, which reading removes.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from inspector.errors import DatasetError
from inspector.input_files import read_text

MAX_TABLE_BYTES: Final = 1_000_000_000
MAX_ROWS: Final = 20_000_000
MAX_COLUMNS: Final = 10_000
MAX_CELL_CHARACTERS: Final = 131_072

# Source: OWASP, "CSV Injection". A cell that has apostrophes before such a character gets one more,
# so that every text is restored exactly.
_FORMULA = re.compile("'*[=+\\-@\t\r]")
_ESCAPED = re.compile("'+[=+\\-@\t\r]")


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of a table.

    Attributes:
        where: File name and line, for errors.
        cells: Text by column; "" where the row is short.
    """

    where: str
    cells: Mapping[str, str]


class _Writable(Protocol):
    def write(self, text: str, /) -> object: ...


def escape_cell(value: object) -> object:
    """Return a cell that no spreadsheet evaluates; numbers are unchanged."""
    if isinstance(value, str) and _FORMULA.match(value):
        return f"'{value}"
    return value


def unescape_cell(text: str) -> str:
    """Undo `escape_cell`."""
    return text[1:] if _ESCAPED.match(text) else text


def write_rows(stream: _Writable, rows: Iterable[Sequence[object]]) -> None:
    """Write rows as CSV, escaping text that looks like a formula."""
    writer = csv.writer(stream)
    writer.writerows([escape_cell(cell) for cell in row] for row in rows)


def read_rows(file: Path, columns: Sequence[str], *, what: str, advice: str) -> Iterator[TableRow]:
    """Yield the rows of a UTF-8 CSV file that has at least `columns`; blank lines are skipped.

    Raises:
        DatasetError: It can't be read, lacks a column, repeats one, or exceeds a limit; the message
            names the line.
    """
    text = read_text(file, what=what, advice=advice, limit=MAX_TABLE_BYTES)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        heads = _heads(next(reader, []), columns, file.name, advice)
        for count, row in enumerate(reader, 1):
            if not row:
                continue
            where = f"{file.name}, line {reader.line_num}"
            if any(row[len(heads) :]):
                raise DatasetError(
                    f"{where} has {len(row):,} cells and the first line {len(heads):,}", advice
                )
            if count > MAX_ROWS:
                raise DatasetError(f"{file.name} has more than {MAX_ROWS:,} rows", advice)
            cells = map(unescape_cell, row)
            yield TableRow(where, {head: next(cells, "") for head in heads})
    except csv.Error as error:
        raise DatasetError(
            f"the {what} {file} can't be read: line {reader.line_num}: {error}", advice
        ) from None


def _heads(row: Sequence[str], columns: Sequence[str], name: str, advice: str) -> list[str]:
    heads = [unescape_cell(head) for head in row]
    if len(heads) > MAX_COLUMNS:
        raise DatasetError(f"{name} has {len(heads):,} columns, more than {MAX_COLUMNS:,}", advice)
    if not set(columns) <= set(heads):
        raise DatasetError(f"{name} has no columns {' and '.join(columns)}", advice)
    twice = next((c for c in columns if heads.count(c) > 1), None)
    if twice is not None:
        raise DatasetError(f"{name} has two columns {twice}", advice)
    return heads
