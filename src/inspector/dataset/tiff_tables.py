"""The size of a TIFF and of its tables, read before a decoder builds a list of every tile.

Source: TIFF 6.0, sections 2 and 15; BigTIFF as in libtiff's design page (magic 43, 8-byte offsets).
"""

import struct
from dataclasses import dataclass
from enum import IntEnum

_BYTES_OF_TYPE = {1: 1, 3: 2, 4: 4, 13: 4, 16: 8, 18: 8}
_FORMAT_OF_BYTES = {1: "B", 2: "H", 4: "I", 8: "Q"}
_MAX_ENTRIES = 4_096


class _Tag(IntEnum):
    """The fields that are read."""

    WIDTH = 256
    HEIGHT = 257
    STRIP_OFFSETS = 273
    TILE_OFFSETS = 324


@dataclass(frozen=True, slots=True)
class TiffTables:
    """Content of the first directory.

    Attributes:
        width: px, 0 if missing; height likewise.
        pieces: Number of strips or tiles.
        largest: Number of values of the longest table.
    """

    width: int = 0
    height: int = 0
    pieces: int = 0
    largest: int = 0


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a directory is stored: `head` of its count, `entry` of a field."""

    head: struct.Struct
    entry: struct.Struct
    order: str
    start: int


def read_tables(data: bytes) -> TiffTables:
    """Return the first directory of a TIFF; zeros where it can't be read."""
    try:
        layout = _layout(data)
        if layout is None:
            return TiffTables()
        return _read(data, layout)
    except (struct.error, OverflowError):
        return TiffTables()


def _layout(data: bytes) -> _Layout | None:
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None:
        return None
    (magic,) = struct.unpack_from(f"{order}H", data, 2)
    # Pillow accepts byte-swapped magics, too.
    if 43 in (magic, magic >> 8):
        (start,) = struct.unpack_from(f"{order}Q", data, 8)
        return _Layout(struct.Struct(f"{order}Q"), struct.Struct(f"{order}HHQ8s"), order, start)
    (start,) = struct.unpack_from(f"{order}I", data, 4)
    return _Layout(struct.Struct(f"{order}H"), struct.Struct(f"{order}HHI4s"), order, start)


def _read(data: bytes, layout: _Layout) -> TiffTables:
    (count,) = layout.head.unpack_from(data, layout.start)
    place = layout.start + layout.head.size
    width = height = pieces = largest = 0
    for _ in range(min(count, _MAX_ENTRIES)):
        tag, kind, values, field = layout.entry.unpack_from(data, place)
        place += layout.entry.size
        largest = max(largest, values)
        match tag:
            case _Tag.WIDTH:
                width = _number(field, kind, layout.order)
            case _Tag.HEIGHT:
                height = _number(field, kind, layout.order)
            case _Tag.STRIP_OFFSETS | _Tag.TILE_OFFSETS:
                pieces = max(pieces, values)
    return TiffTables(width, height, pieces, largest)


def _number(field: bytes, kind: int, order: str) -> int:
    size = _BYTES_OF_TYPE.get(kind, 0)
    if not size or size > len(field):
        return 0
    (value,) = struct.unpack(f"{order}{_FORMAT_OF_BYTES[size]}", field[:size])
    return int(value)
