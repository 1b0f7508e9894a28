"""Re-encode the images of an export alike, cut at their borders: pixels in, a whole file out."""

import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from inspector.dataset import formats
from inspector.dataset.decoding import read_file
from inspector.dataset.names import RelativePath, parse_relative_path
from inspector.dataset.rasters import decode
from inspector.errors import DatasetError, ExportError
from inspector.work.export_items import Item, ItemTable

JPEG_QUALITY = 90
MAX_CROP = 0.4
"""Largest share that can be cut from each side."""

# A JPEG of this quality differs by 1 to 5 levels on average, pure noise included.
_MAX_JPEG_LEVELS = 16.0
# Estimated bytes per pixel, for the size of a plan; a JPEG of noise takes about 1.3.
_BYTES_PER_PIXEL = {"jpeg": 0.4, "png": 2.0}

Pixels = NDArray[np.uint8]


class ImageFormat(StrEnum):
    """The format that all images are saved in."""

    JPEG = "jpeg"
    PNG = "png"


@dataclass(frozen=True, slots=True)
class Reencoding:
    """What is done to every image alike: decoded, upright, cut, and saved as 8-bit RGB.

    Metadata are left out.

    Attributes:
        crop: Share of the width cut at the left and at the right, and of the height at the top and
            at the bottom; 0..`MAX_CROP`.
    """

    format: ImageFormat = ImageFormat.JPEG
    crop: float = 0.0

    @property
    def text(self) -> str:
        """What is done, for the manifest."""
        how = f"JPEG, quality {JPEG_QUALITY}" if self.format is ImageFormat.JPEG else "PNG"
        cut = f", {self.crop:.1%} cut from each side" if self.crop else ""
        return f"re-encoded as {how}{cut}"

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Return the width and height that an upright image has afterwards, at least 1."""
        across, down = (min(round(self.crop * side), (side - 1) // 2) for side in (width, height))
        return width - 2 * across, height - 2 * down

    def apply(self, pixels: Pixels) -> Pixels:
        """Return upright pixels (h, w, 3) without what is cut."""
        height, width = pixels.shape[:2]
        kept_width, kept_height = self.size(width, height)
        left, top = (width - kept_width) // 2, (height - kept_height) // 2
        inner = pixels[top : top + kept_height, left : left + kept_width]
        return np.ascontiguousarray(inner)

    def arrange(self, items: ItemTable) -> ItemTable:
        """Return items with the names, sizes and reasons that they have afterwards.

        The byte sizes are estimates. A name that is taken gets a number.

        Raises:
            ExportError: A name could lead outside the export.
        """
        return ItemTable(self._arranged(items))

    def _arranged(self, items: ItemTable) -> Iterator[Item]:
        taken: set[str] = set()
        for item in items:
            width, height = self.size(item.width, item.height) if item.width else (0, 0)
            # A project file from elsewhere may name any size.
            pixels = min(width * height, 1 << 40)
            size = round(pixels * _BYTES_PER_PIXEL[self.format]) or item.size
            reason = "; ".join(filter(None, (item.reason, self.text)))
            yield item._replace(
                target=self._name(item.target, taken), size=size, reason=reason,
                width=width, height=height,
            )  # fmt: skip

    def _name(self, target: str, taken: set[str]) -> RelativePath:
        """Return the name of an image with the format's suffix."""
        folder, slash, name = target.rpartition("/")
        stem, dot, _ = name.rpartition(".")
        stem = stem if dot and stem else name
        ending = "jpg" if self.format is ImageFormat.JPEG else "png"
        path, number = f"{folder}{slash}{stem}.{ending}", 2
        while (plain := unicodedata.normalize("NFC", path).casefold()) in taken:
            path, number = f"{folder}{slash}{stem}-{number}.{ending}", number + 1
        taken.add(plain)
        try:
            return parse_relative_path(path, where=target)
        except DatasetError as error:
            raise ExportError(error.message, error.advice) from None


@dataclass(frozen=True, slots=True)
class ReencodedImage:
    """One image as it is written, decoded again and compared.

    Attributes:
        source_sha256: Hash of the file that was read.
        content: The new file; b"" where `problem` says why there is none.
        width, height: In px.
    """

    source_sha256: bytes
    content: bytes
    width: int = 0
    height: int = 0
    problem: str = ""


def reencode(path: str, how: Reencoding) -> ReencodedImage:
    """Read an image file and return it re-encoded; a file that can't be is a result with a problem.

    The new file is decoded again: a PNG must have the very pixels, a JPEG nearly.
    """
    try:
        data = read_file(path)
    except (OSError, ValueError) as error:
        return ReencodedImage(b"", b"", problem=f"can't be read: {error}")
    digest = hashlib.sha256(data).digest()
    try:
        name = formats.guess(path, data[: formats.HEAD_BYTES])
        pixels = how.apply(decode(data, name, reduced=False).pixels)
        content = encode(pixels, how.format)
    except Exception as error:  # decoders raise almost any exception for a hostile file
        return ReencodedImage(digest, b"", problem=f"can't be decoded: {error}")
    height, width = pixels.shape[:2]
    if not is_faithful(content, pixels, how.format):
        return ReencodedImage(digest, b"", problem="the new file does not show the same pixels")
    return ReencodedImage(digest, content, width, height)


def encode(pixels: Pixels, image_format: ImageFormat) -> bytes:
    """Return RGB pixels (h, w, 3) as a file; the same pixels give the same bytes."""
    if image_format is ImageFormat.JPEG:
        return bytes(
            simplejpeg.encode_jpeg(pixels, quality=JPEG_QUALITY, colorsubsampling="444")
        )  # fmt: skip
    _, content = cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    return content.tobytes()


def is_faithful(content: bytes, pixels: Pixels, image_format: ImageFormat) -> bool:
    """Tell whether a file shows these pixels: a PNG exactly, a JPEG but for its compression."""
    again = decode(content, image_format.upper(), reduced=False).pixels
    if again.shape != pixels.shape:
        return False
    if image_format is ImageFormat.PNG:
        return bool(np.array_equal(again, pixels))
    return bool(cv2.absdiff(again, pixels).mean() < _MAX_JPEG_LEVELS)
