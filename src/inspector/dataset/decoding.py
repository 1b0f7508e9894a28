"""Read one file: hash it, decode it and measure it in one go.

Nothing in a file makes `read_picture` raise: a hostile file is a `DecodedImage` with an outcome and
a reason that a user understands.
"""

import hashlib
import os
import stat
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from inspector.dataset import formats
from inspector.dataset.formats import Flag as Flag
from inspector.dataset.own_thumbnails import THUMBNAIL_BYTES
from inspector.dataset.quality import Quality, judge, measure
from inspector.dataset.rasters import MAX_PIXELS, Raster, RefusedError, TooLargeError, decode
from inspector.errors import DatasetError

NO_FLAGS = Flag(0)
THUMBNAIL_PX = 192
THUMBNAIL_QUALITY = 85

MAX_FILE_BYTES = 1 << 30
"""Larger files are not read: two workers would hold two of them in memory."""

MAX_MEMORY_BYTES = 2 << 30
"""Address space of a process that reads files.

The largest image (`rasters.MAX_PIXELS`) as an uncompressed TIFF takes 1.8 GB, program included.
"""


class Outcome(StrEnum):
    """Outcome of decoding a file."""

    IMAGE = "image"
    UNREADABLE = "unreadable"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class DecodedImage:
    """The content of one file.

    Attributes:
        outcome: IMAGE if it has pixels; UNREADABLE if its name or bytes say image but it can't be
            decoded; IGNORED if it is no image.
        reason: "" for a normal image, else one short sentence.
        sha256: Of the file's bytes; b"" if they were not read to the end (IGNORED files are not).
        format: Pillow's name, such as "JPEG"; "" if unknown.
        mode: Pillow's name of the stored mode: "RGB", "L", "CMYK".
        width: Full resolution with EXIF orientation applied, px; height likewise.
        orientation: EXIF 1..8.
        captured: EXIF time, "YYYY-MM-DD HH:MM:SS", or "".
        camera: EXIF make and model, or "".
        flags: Bits of `Flag`.
        brightness: As in `quality.Quality`; contrast, sharpness and entropy too.
        pixels: uint8 (h, w, 3) RGB, upright, at reduced scale (both sides at least 256 px if the
            original has them); None unless IMAGE.
        thumbnail: The file itself if it is a JPEG small enough to serve as one; else b"".
    """

    outcome: Outcome
    reason: str
    sha256: bytes = b""
    format: str = ""
    mode: str = ""
    width: int = 0
    height: int = 0
    orientation: int = 1
    captured: str = ""
    camera: str = ""
    flags: Flag = NO_FLAGS
    brightness: float = 0.0
    contrast: float = 0.0
    sharpness: float = 0.0
    entropy: float = 0.0
    pixels: NDArray[np.uint8] | None = None
    thumbnail: bytes = b""


def read_picture(path: str) -> DecodedImage:
    """Read the file at `path` once and classify it; never raises because of its content."""
    try:
        data = _read(path)
    except _UnreadError as error:
        return DecodedImage(Outcome.UNREADABLE, error.reason, flags=Flag(_name_bits(path)))
    except (OSError, ValueError, MemoryError) as error:
        # Keras fails on it, too.
        bits = _name_bits(path) or _CRASHES
        return DecodedImage(Outcome.UNREADABLE, _say(error), flags=Flag(bits))
    if data is None:
        return DecodedImage(Outcome.IGNORED, "not an image")
    return _understand(path, data)


def read_pixels(path: str) -> NDArray[np.uint8]:
    """Read the file at `path` as upright RGB (h, w, 3) uint8 at full resolution.

    Raises:
        DatasetError: The file can't be read as an image.
    """
    try:
        data = _read(path)
        if data is None:
            raise RefusedError("not an image")
        name = formats.guess(path, data[: formats.HEAD_BYTES])
        if not name:
            raise RefusedError(formats.explain(path, data[: formats.HEAD_BYTES]))
        return decode(data, name, reduced=False).pixels
    except Exception as error:  # decoders raise almost any exception for a hostile file
        raise DatasetError(
            f"{Path(path).name}: {_say(error)}",
            "Open the file in another program, replace it, or exclude it from the dataset.",
        ) from error


def read_file(path: str) -> bytes:
    """Return the bytes of a regular file whose name or header says image.

    Raises:
        ValueError: It is something else, or too large; the message says what.
        OSError: It can't be read.
    """
    try:
        data = _read(path)
    except _UnreadError as error:
        raise ValueError(error.reason) from error
    if data is None:
        raise ValueError("not an image")
    return data


def encode_thumbnail(pixels: NDArray[np.uint8]) -> bytes:
    """Encode RGB pixels as a JPEG with sides of at most `THUMBNAIL_PX`; never enlarges."""
    height, width = pixels.shape[:2]
    small = np.ascontiguousarray(pixels)
    scale = THUMBNAIL_PX / max(height, width)
    if scale < 1:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        small = np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return bytes(simplejpeg.encode_jpeg(small, quality=THUMBNAIL_QUALITY))


class _UnreadError(Exception):
    """Tells why a file was not read."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _read(path: str) -> bytes | None:
    """Return the whole file, or None if neither its name nor its header says image."""
    descriptor = os.open(path, _OPEN)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise _UnreadError("this is not a regular file")
        if not formats.is_image_name(path):
            head = os.read(descriptor, formats.HEAD_BYTES)
            if not formats.sniff(head):
                return None
            os.lseek(descriptor, 0, os.SEEK_SET)
        if status.st_size > MAX_FILE_BYTES:
            raise _UnreadError("the file is larger than 1 GB")
        data = os.read(descriptor, status.st_size + 1)
        if len(data) < status.st_size:
            with os.fdopen(os.dup(descriptor), "rb") as rest:
                data += rest.read()
        return data
    finally:
        os.close(descriptor)


# Non-blocking, so that a FIFO in the folder does not hang the worker.
_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def _understand(path: str, data: bytes) -> DecodedImage:
    digest = hashlib.sha256(data).digest()
    head = data[: formats.HEAD_BYTES]
    name = formats.guess(path, head)
    reason = "" if name else formats.explain(path, head)
    raster: Raster | None = None
    decodes = False
    if name:
        try:
            raster = decode(data, name, reduced=True)
            quality = measure(raster.pixels)
        except Exception as error:  # decoders raise almost any exception for a hostile file
            cut = not isinstance(error, RefusedError) and formats.is_cut(data, name)
            raster, reason = None, "the file is cut off" if cut else _say(error)
            decodes = isinstance(error, TooLargeError)
    if raster is None:
        if not formats.is_image_name(path) and not formats.is_sure(name):
            return DecodedImage(Outcome.IGNORED, "not an image")
        bits = _name_bits(path) | _keras_bits(path, data, name, decodes=decodes)
        return DecodedImage(Outcome.UNREADABLE, reason, digest, name, flags=Flag(bits))
    return _picture(path, data, digest, name, raster, quality)


def _picture(
    path: str, data: bytes, digest: bytes, name: str, raster: Raster, quality: Quality
) -> DecodedImage:
    bits = raster.bits | judge(quality, width=raster.width, height=raster.height)
    bits |= _name_bits(path) | _keras_bits(path, data, name, decodes=raster.whole)
    reason = raster.reason
    if not reason and name == "BMP" and raster.mode == "P" and not bits & (_IGNORES | _CRASHES):
        # TensorFlow does not support BMP palettes: it reads indices as grey levels.
        reason = "Keras reads the palette numbers of this BMP as greys"
    shot = raster.shot
    return DecodedImage(
        Outcome.IMAGE, reason, digest, name, raster.mode, raster.width, raster.height,
        shot.orientation, shot.captured, shot.camera, Flag(bits), quality.brightness,
        quality.contrast, quality.sharpness, quality.entropy, raster.pixels,
        data if _is_thumbnail(data, name, raster) else b"",
    )  # fmt: skip


def _is_thumbnail(data: bytes, name: str, raster: Raster) -> bool:
    if name != "JPEG" or len(data) > THUMBNAIL_BYTES or raster.reason:
        return False
    upright = raster.shot.orientation == 1 and raster.mode in ("RGB", "L")
    return upright and max(raster.width, raster.height) <= THUMBNAIL_PX


_IGNORES = int(Flag.KERAS_IGNORES)
_CRASHES = int(Flag.KERAS_CRASHES)


def _name_bits(path: str) -> int:
    return 0 if formats.keras_lists(path) else _IGNORES


def _keras_bits(path: str, data: bytes, name: str, *, decodes: bool) -> int:
    if formats.keras_lists(path) and formats.tensorflow_refuses(data, name, decodes=decodes):
        return _CRASHES
    return 0


def _say(error: Exception) -> str:
    """Turn an exception of a decoder or the system into one short sentence."""
    match error:
        case RefusedError() | _UnreadError():
            return str(error)
        case PermissionError():
            return "there is no permission to read the file"
        case FileNotFoundError():
            return "the file is gone"
        case MemoryError():
            return f"reading the image takes more than {MAX_MEMORY_BYTES >> 30} GiB of memory"
        case Image.DecompressionBombError():
            return f"the image has more than {MAX_PIXELS // 1_000_000} megapixels"
        case UnidentifiedImageError():
            return "the header of the image is damaged"
        case OSError() if error.errno:
            return f"the system can't read the file ({error.strerror})"
        case _:
            return _say_by_words(str(error).lower())


def _say_by_words(text: str) -> str:
    """Classify a decoder's message, which no user should have to read."""
    if "unsupported" in text or "not supported" in text:
        return "this variant of the format is not supported"
    cut = "truncated" in text or "end of" in text or "not enough" in text
    return "the file is cut off" if cut else "the image data is damaged"
