"""Any bytes are either JSON of the schema, or one error that names the position."""

from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from inspector.errors import DatasetError, TrainingError
from inspector.input_files import decode_json, read_bytes, read_json, read_text
from inspector.project.review.decisions_file import read_decisions


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=400))
@example(b"\xff\xfe[\x00]\x00")
@example(b"\xef\xbb\xbf{}")
@example(b"[" * 100_000)
@example(b"1" * 10_000)
@example(b'{"decisions": NaN}')
@example(b'"\\ud800"')
def test_any_bytes(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "d.json"
    file.write_bytes(data)
    with pytest.raises(DatasetError):
        read_decisions(file)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(("decisions", "images", "not_alike", "x")), inner)
    ),
    max_leaves=10,
)


@given(_VALUES)
def test_any_value_of_another_shape_is_one_error(value: object) -> None:
    import json

    with pytest.raises(TrainingError, match=r"^here: "):
        decode_json(
            json.dumps({"epochs": [value]}), dict[str, int], where="here", error_type=TrainingError
        )


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "d.json"
    file.write_bytes(b'\xef\xbb\xbf{"a": 1}')
    assert read_json(file, dict[str, int], what="file", advice="") == {"a": 1}


def test_a_file_over_the_limit_is_refused_and_not_read(tmp_path: Path) -> None:
    """A terabyte that takes no space on the disk."""
    file = tmp_path / "huge.json"
    with file.open("wb") as stream:
        stream.truncate(1 << 40)
    for read in (read_text, partial(read_bytes, limit=1_000)):
        with pytest.raises(DatasetError, match="larger than"):
            read(file, what="file", advice="")  # type: ignore[operator]
    with pytest.raises(DatasetError, match="larger than 256 MB"):
        read_json(file, dict[str, int], what="file", advice="")
    file.write_bytes(b"x" * 1_001)
    with pytest.raises(DatasetError, match="larger than"):
        read_bytes(file, what="file", advice="", limit=1_000)
    assert read_bytes(file, what="file", advice="", limit=1_001) == b"x" * 1_001
