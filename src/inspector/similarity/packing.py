"""Fingerprints on disk: 2 kB each, with their small images as one grey JPEG without its header.

The best quality that fits is used, so that less is lost than a copy loses anyway.
"""

from functools import cache

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from inspector.similarity.fingerprints import FINGERPRINT

RECORD_BYTES = 2_048
_FACTS = ("hash", "side_px", "aspect", "flat")
_HEAD = np.dtype(
    [
        *((name, FINGERPRINT[name].base, FINGERPRINT[name].shape) for name in _FACTS),
        ("quality", np.uint8),
        ("length", np.uint16),
    ]
)
PACKED = np.dtype([*_HEAD.descr, ("data", np.uint8, (RECORD_BYTES - _HEAD.itemsize,))])
# The last one takes less than half of the space for any image.
_QUALITIES = (95, 90, 84, 76, 66, 50, 30, 10)
_HALVED_AT_ONCE = 64
_START_OF_SCAN = b"\xff\xda"


def pack(record: NDArray[np.void]) -> bytes:
    """Pack a record of `FINGERPRINT`, shape (), into `RECORD_BYTES` bytes."""
    colour = record["colour"]
    sheet = np.empty((96, 64, 1), np.uint8)
    sheet[:64, :, 0] = record["luma"]
    sheet[64:, :32, 0] = colour[..., 1]
    sheet[64:, 32:, 0] = colour[..., 2]
    packed = np.zeros((), PACKED)
    for name in _FACTS:
        packed[name] = record[name]
    for quality in _QUALITIES:
        data = _encoded(sheet, quality)[len(_header(quality)) :]
        if len(data) <= packed["data"].size:
            break
    packed["quality"], packed["length"] = quality, len(data)
    packed["data"][: len(data)] = np.frombuffer(data, np.uint8)
    return packed.tobytes()


def unpack(packed: NDArray[np.void]) -> NDArray[np.void]:
    """Unpack records (n,) of `PACKED` to `FINGERPRINT`; zeros stay zeros."""
    records = np.zeros(len(packed), FINGERPRINT)
    for name in _FACTS:
        records[name] = packed[name]
    sheet = np.empty((96, 64, 1), np.uint8)
    luma, colour = records["luma"], records["colour"]
    used = zip(packed["quality"].tolist(), packed["length"].tolist(), strict=True)
    for row, (quality, length) in enumerate(used):
        if not quality:
            continue
        data = _header(quality) + packed["data"][row, :length].tobytes()
        simplejpeg.decode_jpeg(data, colorspace="GRAY", fastdct=False, buffer=sheet)
        luma[row] = sheet[:64, :, 0]
        colour[row, ..., 1] = sheet[64:, :32, 0]
        colour[row, ..., 2] = sheet[64:, 32:, 0]
    for start in range(0, len(records), _HALVED_AT_ONCE):
        part = luma[start : start + _HALVED_AT_ONCE].astype(np.uint16)
        quarter = part[:, 0::2, 0::2] + part[:, 0::2, 1::2]
        quarter += part[:, 1::2, 0::2]
        quarter += part[:, 1::2, 1::2]
        colour[start : start + _HALVED_AT_ONCE, ..., 0] = (quarter + 2) >> 2
    return records


def is_sound(packed: NDArray[np.void]) -> NDArray[np.bool_]:
    """Return which records (n,) of `PACKED` have values that `pack` can write."""
    aspect = packed["aspect"]
    sound: NDArray[np.bool_] = (
        np.isin(packed["quality"], _QUALITIES)
        & (packed["length"] <= packed["data"].shape[1])
        & (packed["side_px"] > 0)
        & np.isfinite(aspect)
        & (aspect > 0)
        & (packed["flat"].view(np.uint8) <= 1)
    )
    return sound


def _encoded(sheet: NDArray[np.uint8], quality: int) -> bytes:
    return bytes(simplejpeg.encode_jpeg(sheet, quality=quality, colorspace="GRAY", fastdct=False))


@cache
def _header(quality: int) -> bytes:
    """Return everything before the pixels: the same for every sheet of one quality."""
    data = _encoded(np.zeros((96, 64, 1), np.uint8), quality)
    start = data.index(_START_OF_SCAN) + 2
    return data[: start + int.from_bytes(data[start : start + 2], "big")]
