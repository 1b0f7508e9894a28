"""TFRecord files of tf.train.Example, as written by TFDS; read without TensorFlow.

Only the framing and a few fields of `Example` are read, which are stable since 2015. Source:
tensorflow/core/lib/io/record_writer.h and tensorflow/core/example/feature.proto.
"""

import gzip
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, cast

from inspector.dataset.formats import sniff
from inspector.dataset.packed.model import (
    MAX_MEMBER_BYTES,
    GrowthLimit,
    PackedChoice,
    PackedMember,
    PackedReader,
    PassedOver,
    damaged,
)
from inspector.dataset.packed.parquet_files import one_of
from inspector.dataset.packed.samples import NO_CLASS, SampleNames, read_class_names

Value = bytes | int
_HEAD = struct.Struct("<QI")
_FOOT = struct.Struct("<I")
_IMAGES = ("image", "image/encoded", "image_raw", "img", "encoded", "jpeg", "png")
_LABELS = (
    "image/class/text", "label", "image/class/label", "class", "target", "label_text", "labels",
)  # fmt: skip
_HINTS = ("file_name", "image/filename", "filename", "image/file_name", "id")
_CRC_TABLE = [0] * 256
for _n in range(256):
    _c = _n
    for _ in range(8):
        _c = _c >> 1 ^ (0x82F63B78 if _c & 1 else 0)
    _CRC_TABLE[_n] = _c


def open_tf_records(file: Path, choice: PackedChoice, split: str) -> PackedReader:
    """Open a TFRecord file of examples with an encoded image and a class.

    Raises:
        DatasetError: It is damaged, or no feature holds images or the class.
    """
    first = next(_examples(file), None)
    if first is None:
        return PackedReader(0, lambda: iter(()))
    features = sorted(first)
    holds = [n for n in features if (data := _bytes_of(first, n)) and sniff(data[:4096])]
    image = one_of(file, features, choice.image_column, (holds, _IMAGES), "--image-column")
    rest = [n for n in features if n != image and len(first[n]) == 1]
    usual = [n for n in _LABELS if n in rest]
    label = one_of(file, rest, choice.label_column, (usual or rest, _LABELS), "--label-column")
    base = label.replace("/", ".")
    names = read_class_names(file.parent, f"{base}.labels.txt", "labels.txt", "classes.txt")
    return PackedReader(0, lambda: _members(file, (image, label), names, SampleNames(file, split)))


def _members(
    file: Path, columns: tuple[str, str], classes: Mapping[int, str], names: SampleNames
) -> Iterator[PackedMember | PassedOver]:
    image, label = columns
    for example in _examples(file):
        hint = next((d.decode("utf-8", "replace") for n in _HINTS if (d := _bytes_of(example, n))),
                    "")  # fmt: skip
        values = example.get(label, ())
        data = _bytes_of(example, image)
        yield names.place(data, _text(values, classes), hint) if values else NO_CLASS


def _text(values: Sequence[Value], classes: Mapping[int, str]) -> str | None:
    value = values[0]
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").strip() or None
    return None if value < 0 else classes.get(value, str(value))


def _bytes_of(example: Mapping[str, Sequence[Value]], name: str) -> bytes:
    values = example.get(name, ())
    return values[0] if len(values) == 1 and isinstance(values[0], bytes) else b""


def _examples(file: Path) -> Iterator[Mapping[str, Sequence[Value]]]:
    """Yield the features of each record by name.

    Raises:
        DatasetError: The file is cut off or damaged, or grows without limit.
    """
    try:
        for record in _records(file):
            yield _example(record)
    except (OSError, EOFError, ValueError, zlib.error, struct.error, IndexError) as error:
        raise damaged(file, error) from None


def _records(file: Path) -> Iterator[memoryview]:
    limit = GrowthLimit(file)
    with file.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        stream = cast(IO[bytes], gzip.open(raw, "rb")) if packed else raw
        total = 0
        while head := stream.read(_HEAD.size):
            length, check = _HEAD.unpack(head)
            if masked_crc(head[:8]) != check:
                raise ValueError("the length of a record does not fit its checksum")
            if length > MAX_MEMBER_BYTES:
                raise ValueError(f"a record of {length:,} bytes")
            data = stream.read(length)
            foot = stream.read(_FOOT.size)
            if len(data) < length or len(foot) < _FOOT.size:
                raise EOFError("it ends within a record")
            total += length
            limit.check(total)
            yield memoryview(data)


def masked_crc(data: bytes) -> int:
    """Return the masked CRC-32C of some bytes, as stored by TensorFlow."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _CRC_TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def _example(record: memoryview) -> dict[str, Sequence[Value]]:
    features: dict[str, Sequence[Value]] = {}
    for _, block in _messages(record, 1):
        for _, entry in _messages(block, 1):
            parts = dict(_messages(entry, 1, 2))
            if 1 in parts and 2 in parts:
                features[bytes(parts[1]).decode()] = _feature(parts[2])
    return features


def _feature(block: memoryview) -> list[Value]:
    """Return the bytes or integers of a feature; floats are left out."""
    values: list[Value] = []
    for kind, inner in _messages(block, 1, 3):
        for number, value in _fields(inner):
            if number != 1:
                continue
            if kind == 1 and isinstance(value, memoryview):
                values.append(bytes(value))
            elif kind == 3:
                values += _whole(value)
    return values


def _whole(value: memoryview | int) -> list[Value]:
    if isinstance(value, int):
        return [_signed(value)]
    numbers: list[Value] = []
    at = 0
    while at < len(value):
        number, at = _varint(value, at)
        numbers.append(_signed(number))
    return numbers


def _signed(number: int) -> int:
    return number - (1 << 64) if number >> 63 else number


def _messages(data: memoryview, *numbers: int) -> Iterator[tuple[int, memoryview]]:
    for number, value in _fields(data):
        if number in numbers and isinstance(value, memoryview):
            yield number, value


def _fields(data: memoryview) -> Iterator[tuple[int, memoryview | int]]:
    """Yield (number, value) per field of a protobuf message."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        match key & 7:
            case 0:
                value, at = _varint(data, at)
                yield key >> 3, value
            case 2:
                size, at = _varint(data, at)
                if at + size > len(data):
                    raise ValueError("a field is longer than its record")
                yield key >> 3, data[at : at + size]
                at += size
            case 1 | 5 as width:
                at += 8 if width == 1 else 4
            case _:
                raise ValueError("it is no tf.train.Example")


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 63:
            raise ValueError("a number has too many bytes")
