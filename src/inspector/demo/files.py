"""Files of the demo: encoding, metadata, and copies with a known relation to the original."""

import io
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

Pixels = NDArray[np.uint8]
# All images of the demo are dated from this moment on, so that it needs no clock.
_FIRST = datetime(2024, 3, 1, 7, 30)
_MAKE, _MODEL, _EXIF_BLOCK, _TAKEN = 0x010F, 0x0110, 0x8769, 0x9003


def stamp(seconds: int, *, camera: str) -> bytes:
    """Return the EXIF block of an image taken `seconds` after the demo's first moment."""
    taken = (_FIRST + timedelta(seconds=seconds)).strftime("%Y:%m:%d %H:%M:%S")
    exif = Image.Exif()
    exif[_MAKE] = "Demo"
    exif[_MODEL] = camera
    exif.get_ifd(_EXIF_BLOCK)[_TAKEN] = taken
    return exif.tobytes()


def jpeg(pixels: Pixels, *, quality: int, exif: bytes = b"") -> bytes:
    """Encode RGB (h, w, 3) as JPEG."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality, exif=exif)
    return buffer.getvalue()


def png(pixels: Pixels, *, level: int = 3, exif: bytes = b"", comment: str = "") -> bytes:
    """Encode RGB (h, w, 3) as PNG with zlib's `level` 0..9."""
    notes = PngInfo()
    if comment:
        notes.add_text("Comment", comment)
    buffer = io.BytesIO()
    image = Image.fromarray(pixels)
    if exif:
        image.save(buffer, "PNG", compress_level=level, pnginfo=notes, exif=exif)
    else:
        image.save(buffer, "PNG", compress_level=level, pnginfo=notes)
    return buffer.getvalue()


def decode(data: bytes) -> Pixels:
    """Return the pixels (h, w, 3) RGB of an encoded image."""
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"))


def same_pixels(data: bytes) -> bytes:
    """Return other bytes with the same pixels: a JPEG without EXIF, a PNG recompressed."""
    if data.startswith(b"\x89PNG"):
        return png(decode(data), level=9, comment="packed anew")
    at = 2
    while data[at + 1] != 0xE1:
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return data[:at] + data[at + 2 + int.from_bytes(data[at + 2 : at + 4], "big") :]


def broken(data: bytes) -> bytes:
    """Return the start of a JPEG, cut in its header: a type, but no pixels."""
    return data[:24]
