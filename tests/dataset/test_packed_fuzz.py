"""Any bytes in a packed file are read, or refused with an error and an advice."""

import io
import json
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inspector.dataset.names import why_no_path
from inspector.dataset.packed.model import PackedChoice, PackedMember
from inspector.dataset.packed.recognition import open_packed
from inspector.errors import DatasetError

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


def _zip() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(3):
            archive.writestr(f"a/{n}.png", PNG + bytes([n]))
    return stream.getvalue()


def _tar(mode: str, *, samples: bool) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as archive:  # type: ignore[call-overload]
        for n in range(3):
            parts = {f"{n}.png": PNG, f"{n}.json": json.dumps({"label": "x"}).encode()}
            for name, data in parts.items() if samples else [(f"a/{n}.png", PNG)]:
                info = tarfile.TarInfo(name)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()


def _parquet() -> bytes:
    stream = io.BytesIO()
    table = pa.table({"image": [{"bytes": PNG, "path": "x.png"}] * 3, "label": ["a", "b", "a"]})
    pq.write_table(table, stream)
    return stream.getvalue()


def _npz() -> bytes:
    stream = io.BytesIO()
    np.savez(stream, x=np.zeros((3, 5, 4), np.uint8), y=np.arange(3))
    return stream.getvalue()


def _field(number: int, data: bytes) -> bytes:
    return bytes([number << 3 | 2, len(data)]) + data


def _record() -> bytes:
    """Return one record; the checksum of its length is TensorFlow's."""
    from inspector.dataset.packed.tf_records import masked_crc

    image = _field(1, b"image") + _field(2, _field(1, _field(1, PNG)))
    label = _field(1, b"label") + _field(2, _field(3, b"\x08\x01"))
    example = _field(1, _field(1, image) + _field(1, label))
    head = struct.pack("<Q", len(example))
    return head + struct.pack("<I", masked_crc(head)) + example + bytes(4)


KINDS: dict[str, Callable[[], bytes]] = {
    "f.zip": _zip, "f.tar": lambda: _tar("w", samples=False), "f.parquet": _parquet,
    "f.tar.gz": lambda: _tar("w:gz", samples=False), "s.tar": lambda: _tar("w", samples=True),
    "f.npz": _npz, "f.tfrecord": _record,
}  # fmt: skip
DATA = {name: make() for name, make in KINDS.items()}


def _read(file: Path) -> list[PackedMember]:
    reader = open_packed(file, file.parent, PackedChoice())
    return [m for m in reader.members() if isinstance(m, PackedMember)]


@pytest.mark.parametrize("name", DATA)
def test_the_unchanged_file_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(DATA[name])
    members = _read(tmp_path / name)
    assert len(members) == (1 if name == "f.tfrecord" else 3)
    assert all(m.data.startswith(PNG[:8]) for m in members)


@pytest.mark.parametrize("name", DATA)
@given(choices=st.data())
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
def test_changed_bytes_are_read_or_refused(
    tmp_path: Path, name: str, choices: st.DataObject
) -> None:
    data = bytearray(DATA[name])
    for _ in range(choices.draw(st.integers(1, 4))):
        at = choices.draw(st.integers(0, len(data) - 1))
        data[at] = choices.draw(st.integers(0, 255))
    end = choices.draw(st.one_of(st.just(len(data)), st.integers(0, len(data))))
    file = tmp_path / name
    file.write_bytes(data[:end])
    members, error = _outcome(file)
    assert error is None or (error.advice and "\n" not in error.message)
    assert all(not why_no_path(member.path) for member in members)


def _outcome(file: Path) -> tuple[list[PackedMember], DatasetError | None]:
    try:
        return _read(file), None
    except DatasetError as error:
        return [], error
