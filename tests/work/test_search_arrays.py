"""Arrays of a search are written as a whole, or not at all."""

import resource
import sys
from pathlib import Path

import numpy as np
import pytest

from inspector.work.array_files import put_rows, rows_of


def test_rows_are_read_as_they_were_written(tmp_path: Path) -> None:
    np.save(tmp_path / "points.npy", np.zeros((9, 4), np.float16))
    rows, values = np.array([0, 1, 5, 7, 8]), np.arange(20).reshape(5, 4)
    put_rows(tmp_path, rows, points=values)
    put_rows(tmp_path, rows[:0], points=values[:0])
    assert rows_of(tmp_path / "points.npy", rows).tolist() == values.tolist()
    assert len(rows_of(tmp_path / "points.npy", rows[:0])) == 0
    assert np.load(tmp_path / "points.npy").sum() == values.sum()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_rows_that_find_no_room_are_an_error(tmp_path: Path) -> None:
    np.save(tmp_path / "points.npy", np.zeros((100, 100)))
    (tmp_path / "points.npy").write_bytes((tmp_path / "points.npy").read_bytes()[:1_000])
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8_000, before[1]))
    try:
        with pytest.raises(OSError, match=r"."):
            put_rows(tmp_path, np.arange(100), points=np.ones((100, 100)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
