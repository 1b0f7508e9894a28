"""A fingerprint file is read back as written; anything else in it is one error."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inspector.dataset.names import RelativePath, Split
from inspector.errors import DatasetError
from inspector.similarity import fingerprint_file, fingerprints, packing
from inspector.similarity.fingerprint_file import (
    FULL,
    HASHES,
    MAGIC,
    Detail,
    FingerprintFile,
    read_fingerprints,
    write_fingerprints,
)
from inspector.similarity.fingerprints import fingerprint
from inspector.similarity.packing import PACKED, pack

IMAGES = 5


def content(detail: Detail = Detail.FULL) -> FingerprintFile:
    draw = np.random.default_rng(3)
    rows = np.zeros(IMAGES, FULL if detail is Detail.FULL else HASHES)
    rows["sha256"] = draw.integers(0, 256, (IMAGES, 32))
    rows["pixels"] = draw.integers(0, 256, (IMAGES, 32))
    records = [fingerprint(draw.integers(0, 256, (70, 90, 3), np.uint8)) for _ in range(IMAGES)]
    if detail is Detail.FULL:
        packed = [np.frombuffer(pack(record), np.uint8) for record in records]
        rows["record"] = np.stack(packed)
    else:
        rows["hash"] = np.stack([record["hash"] for record in records])
    paths = tuple(RelativePath(f"test/ä b/{n}.jpg") for n in range(IMAGES))
    return FingerprintFile("a set", detail, rows, paths, (Split("test"),) * IMAGES)


def written(file: FingerprintFile) -> bytes:
    stream = io.BytesIO()
    write_fingerprints(stream, file)
    return stream.getvalue()


def read(tmp_path: Path, data: bytes) -> FingerprintFile:
    path = tmp_path / "a.fingerprints"
    path.write_bytes(data)
    return read_fingerprints(path)


def with_header(data: bytes, **changes: object) -> bytes:
    magic, header, rest = data.split(b"\n", 2)
    return b"\n".join([magic, json.dumps(json.loads(header) | changes).encode(), rest])


def test_versions_are_those_of_the_fingerprints() -> None:
    assert fingerprint_file.FEATURES == fingerprints.VERSION
    assert fingerprint_file.RECORD_BYTES == packing.RECORD_BYTES


@pytest.mark.parametrize("detail", list(Detail))
def test_what_is_written_is_read(tmp_path: Path, detail: Detail) -> None:
    file = content(detail)
    again = read(tmp_path, written(file))
    assert (again.name, again.detail, again.paths, again.splits) == (
        file.name, detail, file.paths, file.splits,
    )  # fmt: skip
    assert again.rows.tobytes() == file.rows.tobytes()
    records = again.records()
    assert records.dtype == PACKED
    if detail is Detail.FULL:
        assert records.tobytes() == file.rows["record"].tobytes()
    else:
        np.testing.assert_array_equal(records["hash"], file.rows["hash"])
        assert not records["data"].any()


def test_a_fingerprint_takes_two_kilobytes() -> None:
    assert FULL.itemsize < 2_200
    assert HASHES.itemsize < 100


@pytest.mark.parametrize(
    "changes",
    [
        {"images": IMAGES + 1}, {"images": -1}, {"images": 10**12}, {"images": "5"},
        {"names_bytes": 0}, {"names_bytes": -5}, {"features": 2}, {"detail": "pickle"},
        {"sha256": "0" * 64}, {"sha256": None}, {"detail": "hashes"},
    ],
)  # fmt: skip
def test_a_header_that_does_not_fit_is_an_error(tmp_path: Path, changes: dict[str, object]) -> None:
    with pytest.raises(DatasetError, match="can't be read"):
        read(tmp_path, with_header(written(content()), **changes))


@pytest.mark.parametrize(
    "data",
    [b"", MAGIC, MAGIC + b"{}\n", MAGIC + b"\xff\n", MAGIC + b"[" * 4_000 + b"\n", b"PK\x03"],
)
def test_what_is_no_such_file_is_an_error(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(DatasetError, match="can't be read"):
        read(tmp_path, data)


@pytest.mark.parametrize("path", ["../a.jpg", "/a.jpg", "a\\..\\..\\b.jpg", ""])
def test_a_name_that_leads_out_is_an_error(tmp_path: Path, path: str) -> None:
    file = content()
    paths = (RelativePath(path), *file.paths[1:])
    data = written(FingerprintFile(file.name, file.detail, file.rows, paths, file.splits))
    with pytest.raises(DatasetError, match="is not a path"):
        read(tmp_path, data)


@pytest.mark.parametrize("split", ["../d", "/tmp", "a/b", "..", "C:x", ".hidden", "a\x1b[2J"])
def test_a_split_that_leads_out_is_an_error(tmp_path: Path, split: str) -> None:
    file = content()
    splits = (Split(split), *file.splits[1:])
    data = written(FingerprintFile(file.name, file.detail, file.rows, file.paths, splits))
    with pytest.raises(DatasetError, match="is not a split name"):
        read(tmp_path, data)


def test_the_name_of_the_dataset_is_one_plain_line(tmp_path: Path) -> None:
    """It is printed, and stands in the report."""
    name = read(tmp_path, with_header(written(content()), name="a\x1b[2J\nb" + "x" * 3_000)).name
    assert name.startswith("a\\x1b[2J\\nbxxx")
    assert name.isprintable()
    assert len(name) == 80


@pytest.mark.parametrize(
    ("field", "value"),
    [("quality", 7), ("length", 60_000), ("side_px", -1), ("aspect", np.nan), ("aspect", -1)],
)
def test_a_fingerprint_that_no_image_gives_is_an_error(
    tmp_path: Path, field: str, value: float
) -> None:
    file = content()
    packed = file.records().copy()
    packed[field][2] = value
    file.rows["record"] = np.frombuffer(packed.tobytes(), np.uint8).reshape(IMAGES, -1)
    with pytest.raises(DatasetError, match="fingerprint 3 is damaged"):
        read(tmp_path, written(file))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10_000), checked=st.booleans())
def test_changed_bytes_are_one_error_or_harmless(tmp_path: Path, seed: int, checked: bool) -> None:
    """Bytes change anywhere; with `checked`, in the images, under a matching checksum."""
    draw = np.random.default_rng(seed)
    if checked:
        file = content()
        at = int(draw.integers(0, 2_000))
        file.rows["record"][1, at : at + 40] = draw.integers(0, 256, min(40, 2_048 - at))
        data = written(file)
    else:
        whole = bytearray(written(content()))
        at = int(draw.integers(0, len(whole)))
        whole[at] = (whole[at] + 1) % 256
        data = bytes(whole[: at + 1]) if seed % 2 else bytes(whole)
    try:
        images = len(read(tmp_path, data).paths)
    except DatasetError as error:
        message = error.message
    else:
        message = "a.fingerprints"
        assert images == IMAGES
        assert checked or at < len(MAGIC) + 300
    assert "a.fingerprints" in message
