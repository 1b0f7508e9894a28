"""Label files as tables: CSV with any delimiter, text columns, JSON lines, Parquet.

Their content is untrusted: sizes are limited, and an error names the position in the file.
"""

import csv
import io
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, repeat
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from inspector.dataset.csv_table import unescape_cell
from inspector.dataset.layouts.words import is_image
from inspector.errors import DatasetError
from inspector.input_files import open_regular, read_bytes

_T = TypeVar("_T")

MAX_BYTES = 256 << 20
MAX_ROWS = 5_000_000
MAX_COLUMNS = 4_096
MAX_CELL = 65_536
_SNIFFED = 20
_DELIMITERS = (",", ";", "\t", "|")
_BOMS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))
_ADVICE = "Repair or remove the file, or name the files and labels with --manifest FILE."


@dataclass(frozen=True, slots=True)
class Table:
    """A label file as columns of text.

    Attributes:
        file: Relative to the dataset, with "/".
        columns: Names; "column 1" and so on if the file has no header.
        cells: One list per column, all of the same length.
        has_header: True if the names are from the file.
    """

    file: str
    columns: tuple[str, ...]
    cells: tuple[list[str], ...]
    has_header: bool = True

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.cells[0]) if self.cells else 0

    @property
    def folder(self) -> str:
        """Folder that contains the file, relative, "" for the dataset folder."""
        return self.file.rpartition("/")[0]


def read_text(root: Path, file: str) -> str:
    """Return a label file's text: UTF-8 or UTF-16 with a byte order mark, else Windows-1252.

    Raises:
        DatasetError: It can't be read, is too large, or is no text.
    """
    data = read_bytes(root / file, what="label file", advice=_ADVICE, limit=MAX_BYTES)
    encoding = next((name for mark, name in _BOMS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8" or b"\0" in data:
            raise refused(file, f"byte {error.start} is no text in {encoding}") from error
        text = data.decode("cp1252", "replace")
    if "\0" in text:
        raise refused(file, f"there is a NUL character at position {text.index(chr(0))}")
    return text


def read_csv(root: Path, file: str) -> Table | None:
    """Read a delimited table, with or without a header; None if it is no table.

    Raises:
        DatasetError: It is no text, a row is broken, or it is too large.
    """
    text = read_text(root, file)
    lines = [line for line in text.splitlines()[:_SNIFFED] if line.strip()]
    delimiter = _delimiter(lines)
    if not delimiter:
        return None
    rows: list[list[str]] = []
    # Source: 131,072 characters is csv's own limit per field; rows are limited here.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        for row in reader:
            if row:
                rows.append([unescape_cell(cell) for cell in row])
            if len(rows) > MAX_ROWS or len(row) > MAX_COLUMNS:
                raise refused(file, f"line {reader.line_num}: too many rows or columns")
    except csv.Error as error:
        raise refused(file, f"line {reader.line_num}: {error}") from error
    return _table(file, rows)


def read_blanks(root: Path, file: str) -> Table | None:
    """Read columns separated by blanks, such as CelebA's lists; None if it is no table.

    Raises:
        DatasetError: It is no text.
    """
    lines = read_text(root, file).splitlines()
    rows = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    if len(rows) > 2 and len(rows[0]) == 1 and rows[0][0].isdigit():
        rows = rows[1:]  # The number of rows, as in CelebA.
    if len(rows) > 1 and len(rows[1]) == len(rows[0]) + 1:
        rows[0] = ["file", *rows[0]]
    return _table(file, rows)


def read_json_lines(root: Path, file: str) -> Table | None:
    """Read one JSON object per line.

    Raises:
        DatasetError: A line is no object.
    """
    records = []
    for number, line in enumerate(read_text(root, file).splitlines(), 1):
        if line.strip():
            records.append(decode(line.encode(), dict[str, Any], file, f"line {number}"))
        if number > MAX_ROWS:
            raise refused(file, f"line {number}: too many rows")
    return from_records(file, records)


def read_parquet(root: Path, file: str) -> Table | None:
    """Read the scalar columns of a Parquet file.

    Raises:
        DatasetError: It is damaged, or too large.
    """
    # Imported late: it takes longer than opening a dataset without Parquet.
    import pyarrow
    from pyarrow import parquet

    stream = os.fdopen(open_regular(root / file, what="label file", advice=_ADVICE), "rb")
    try:
        opened = parquet.ParquetFile(stream)
        if opened.metadata.num_rows > MAX_ROWS:
            raise refused(file, f"it has {opened.metadata.num_rows:,} rows")
        schema = opened.schema_arrow
        names = [
            field.name for field in schema
            if pyarrow.types.is_string(field.type) or pyarrow.types.is_large_string(field.type)
            or pyarrow.types.is_integer(field.type) or pyarrow.types.is_boolean(field.type)
            or pyarrow.types.is_dictionary(field.type)
        ]  # fmt: skip
        columns = opened.read(columns=names).to_pydict()
    except (OSError, pyarrow.ArrowException) as error:
        raise refused(file, str(error).splitlines()[0]) from error
    finally:
        stream.close()
    if not names:
        return None
    return Table(file, tuple(names), tuple([_text(v) for v in columns[n]] for n in names))


def from_records(file: str, records: Sequence[dict[str, Any]]) -> Table | None:
    """Return records as a table of their scalar values."""
    names = list(dict.fromkeys(key for record in records for key in record))[:MAX_COLUMNS]
    if not names:
        return None
    cells = tuple([_text(record.get(name)) for record in records] for name in names)
    return Table(file, tuple(names), cells)


def decode(data: bytes, kind: type[_T], file: str, where: str = "") -> _T:
    """Decode JSON into a type, validated.

    Raises:
        DatasetError: It has another shape; the message names the position.
    """
    try:
        return msgspec.json.decode(data, type=kind, strict=False)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise refused(file, f"{where}: {error}" if where else str(error)) from error


def refused(file: str, why: str) -> DatasetError:
    """Return the error of a label file that can't be used."""
    return DatasetError(f"the label file {file} can't be used: {why}", _ADVICE)


def _delimiter(lines: Sequence[str]) -> str:
    """Return the delimiter that most lines have equally often, "" for none."""
    best, score = "", 0
    for delimiter in _DELIMITERS:
        counts = Counter(line.count(delimiter) for line in lines)
        if not counts:
            return ""
        number, times = max(counts.items(), key=lambda item: (item[0] > 0, item[1]))
        if number and times * 2 > len(lines) and times * 100 + number > score:
            best, score = delimiter, times * 100 + number
    return best


def _table(file: str, rows: list[list[str]]) -> Table | None:
    if not rows:
        return None
    width = Counter(len(row) for row in rows[: _SNIFFED * 5]).most_common(1)[0][0]
    if width < 2:
        return None
    head = [cell.strip() for cell in rows[0]]
    # A header names no image and no number.
    has_header = not any(is_image(c) or _number(c) for c in head) and len(set(head)) == len(head)
    if has_header and len(rows) > 1 and _looks_like(head, rows[1:]):
        has_header = False
    names = head if has_header else [f"column {i + 1}" for i in range(width)]
    body = rows[1:] if has_header else rows
    full = [row if len(row) >= len(names) else row + [""] * (len(names) - len(row)) for row in body]
    columns = islice(zip(*full, strict=False), len(names)) if full else repeat((), len(names))
    return Table(file, tuple(names), tuple(_tidy(column) for column in columns), has_header)


def _tidy(column: Sequence[str]) -> list[str]:
    """Strip blanks and cut what is longer than a cell may be."""
    cells = list(map(str.strip, column))
    if max(map(len, cells), default=0) > MAX_CELL:
        cells = [cell[:MAX_CELL] for cell in cells]
    return cells


def _looks_like(head: list[str], rows: list[list[str]]) -> bool:
    """Tell whether the first row holds values of the rows below it, and so is no header."""
    for position, cell in enumerate(head):
        # A comma at the end of each line is an empty column: NIH's Data_Entry_2017.csv.
        if cell and sum(len(r) > position and r[position].strip() == cell for r in rows[:500]) > 1:
            return True
    return False


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(int(value))
        case str():
            return value.strip()[:MAX_CELL]
        case int() | float():
            return str(value)
        case {"label": str(label)} | [str(label)]:
            return label
        case _:
            return ""
