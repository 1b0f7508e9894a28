"""Tables are read back as written, and no cell is a formula."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from inspector.dataset import csv_table
from inspector.dataset.csv_table import escape_cell, read_rows, unescape_cell, write_rows
from inspector.errors import DatasetError

FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CELLS = st.one_of(
    st.text(max_size=20),
    st.lists(st.sampled_from((*FORMULA, "'", '"', ",", "a", "\n")), max_size=6).map("".join),
)


@given(_CELLS)
@example("'=x")
@example("''-")
def test_every_text_comes_back_and_none_is_a_formula(text: str) -> None:
    escaped = escape_cell(text)
    assert isinstance(escaped, str)
    assert not escaped.startswith(FORMULA)
    assert unescape_cell(escaped) == text


def test_numbers_stay_numbers() -> None:
    assert [escape_cell(value) for value in (-1, -0.5, 3)] == [-1, -0.5, 3]


@pytest.mark.parametrize("text", ["=cmd|'/c calc'!A1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_spreadsheet_sees_text(text: str) -> None:
    stream = io.StringIO()
    write_rows(stream, [(text, "x")])
    ((cell, _),) = csv.reader(io.StringIO(stream.getvalue(), newline=""))
    assert cell == f"'{text}"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(_CELLS, _CELLS), max_size=5))
def test_a_table_comes_back(tmp_path: Path, rows: list[tuple[str, str]]) -> None:
    rows = [(a.replace("\0", ""), b.replace("\0", "")) for a, b in rows]
    file = tmp_path / "t.csv"
    with file.open("w", encoding="utf-8", errors="replace", newline="") as stream:
        write_rows(stream, [("=a", "b"), *rows])
    read = [tuple(r.cells.values()) for r in read_rows(file, ("=a", "b"), what="table", advice="")]
    assert read == rows


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=200).map(lambda t: t.encode("utf-8"))))
def test_any_bytes_are_a_table_or_one_error(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes(b"path,split\n" + data)
    try:
        list(read_rows(file, ("path", "split"), what="table", advice="Fix it."))
    except DatasetError as error:
        assert "\n" not in error.message  # noqa: PT017 - either outcome is right


def test_more_rows_than_the_limit_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_table, "MAX_ROWS", 3)
    file = tmp_path / "t.csv"
    file.write_text("a\n" + "x\n" * 3)
    assert len(list(read_rows(file, ("a",), what="table", advice=""))) == 3
    file.write_text("a\n" + "x\n" * 4)
    with pytest.raises(DatasetError, match="more than 3 rows"):
        list(read_rows(file, ("a",), what="table", advice=""))
