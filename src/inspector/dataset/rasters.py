"""Decode an image file to upright RGB pixels.

JPEG goes through simplejpeg, which decodes at a reduced scale at a fraction of the cost; other
formats, and JPEGs that it rejects, go through Pillow with a fixed list of formats (never one that
starts another program). Pixels are those that Keras trains on: transparency is dropped, not
blended, and of 16 bits the upper 8 count; but the EXIF orientation is applied, which Keras does not
do.
"""

import io
import warnings
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    IcoImagePlugin,
    Image,
    ImageFile,
    Jpeg2KImagePlugin,
    JpegImagePlugin,
    MpoImagePlugin,
    PcxImagePlugin,
    PngImagePlugin,
    PpmImagePlugin,
    QoiImagePlugin,
    SgiImagePlugin,
    TgaImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from inspector.dataset.exif import UNKNOWN, CaptureInfo, find_exif, parse_exif, read_shot
from inspector.dataset.formats import Flag
from inspector.dataset.tiff_tables import TiffTables, read_tables

Pixels = NDArray[np.uint8]

# Imported here so that Pillow never has to look for a plugin while it opens a file.
PLUGINS = (
    AvifImagePlugin, BmpImagePlugin, GifImagePlugin, IcoImagePlugin, Jpeg2KImagePlugin,
    JpegImagePlugin, MpoImagePlugin, PcxImagePlugin, PngImagePlugin, PpmImagePlugin,
    QoiImagePlugin, SgiImagePlugin, TgaImagePlugin, TiffImagePlugin, WebPImagePlugin,
)  # fmt: skip

SIDE_PX = 256
"""Reduced pixels keep both sides at least this long if the original has them."""

MAX_PIXELS = 160_000_000
"""Above the largest camera sensors (151 megapixels); 480 MB as RGB."""

MAX_SIDE_PX = 65_535
"""JPEG's maximum; a longer strip can't be reduced and suggests a damaged header."""

MAX_PIECES = 200_000
"""Strips or tiles of a TIFF.

`MAX_PIXELS` in tiles of 32 px are 156,250; Pillow takes 2 s and 80 MB for a list of so many (4
million: 48 s and 1.5 GB).
"""

# Pillow's own limit raises at twice this value; `_check_size` explains it before.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS

_TRUNCATED = int(Flag.TRUNCATED)
_ROTATED = int(Flag.ROTATED)
_ANIMATED = int(Flag.ANIMATED)
_ALPHA = int(Flag.ALPHA)
_SHAPED_ALPHA = int(Flag.SHAPED_ALPHA)
# A smaller difference in transparency is no shape, but an edge or noise.
_SHAPE_LEVELS = 64
_GREY = int(Flag.GREY)
_CMYK = int(Flag.CMYK)
_SIXTEEN_BIT = int(Flag.SIXTEEN_BIT)
_BITS_PER_SAMPLE = 258
_ALPHA_MODES = frozenset({"LA", "La", "PA", "RGBA", "RGBa"})
_GREY_MODES = frozenset({"1", "L", "LA", "La", "I", "F", "I;16", "I;16B", "I;16L", "I;16N"})


class RefusedError(Exception):
    """Tells in one short sentence why bytes are no image."""


class TooLargeError(RefusedError):
    """An image has more than `MAX_PIXELS`."""


@dataclass(frozen=True, slots=True)
class Raster:
    """One decoded image.

    Attributes:
        pixels: (h, w, 3) uint8 RGB, upright, contiguous.
        mode: Pillow's name of the stored mode.
        width: Full resolution, upright, px; height likewise.
        shot: EXIF data.
        bits: Bits of `Flag` that decoding determines.
        reason: "", or what is wrong with the file.
        whole: True if the decoder reached the end of the image, even with errors on the way.
    """

    pixels: Pixels
    mode: str
    width: int
    height: int
    shot: CaptureInfo
    bits: int
    reason: str
    whole: bool = True


def decode(data: bytes, name: str, *, reduced: bool) -> Raster:
    """Decode the first frame of `data`, a file of the format `name` of `formats.guess`.

    Args:
        data: The whole file.
        name: Its format.
        reduced: Return pixels at a reduced scale, both sides at least `SIDE_PX` if the original has
            them; else at full resolution.

    Raises:
        RefusedError: It can't be decoded, or has more than `MAX_PIXELS`.
        Exception: Almost any, from a decoder that meets a hostile file.
    """
    raster = _decode_jpeg(data, reduced=reduced) if name == "JPEG" else None
    return raster or _decode_pillow(data, name, reduced=reduced)


def _decode_jpeg(data: bytes, *, reduced: bool) -> Raster | None:
    """Decode the common kinds of JPEG; None leaves it to Pillow."""
    try:
        height, width, space, _ = simplejpeg.decode_jpeg_header(data)
    except ValueError:
        return None
    if space not in ("YCbCr", "RGB", "Gray"):
        return None
    _check_size(width, height)
    least = SIDE_PX if reduced else 0
    bits = _GREY if space == "Gray" else 0
    reason = ""
    whole = True
    try:
        pixels = simplejpeg.decode_jpeg(data, min_height=least, min_width=least)
    except ValueError as error:
        pixels = simplejpeg.decode_jpeg(data, min_height=least, min_width=least, strict=False)
        bits |= _TRUNCATED
        reason = "the file is damaged: some of the image may be wrong"
        # libjpeg continues after corrupt data, and stops at anything else. The first message is not
        # always the worst: a file without an end marker was cut.
        if not str(error).startswith("Corrupt JPEG data") or b"\xff\xd9" not in data[-4096:]:
            whole = False
            reason = _missing_rows(pixels)
    shot = UNKNOWN
    # Searching the header costs less than walking the segments.
    if data.find(b"Exif\0\0", 0, 65536) >= 0:
        shot = parse_exif(find_exif(data))
    mode = "L" if space == "Gray" else "RGB"
    raster = Raster(pixels, mode, width, height, shot, bits, reason, whole)
    return _upright(raster, shot.orientation)


@cache
def _register_heif() -> None:
    """Enable HEIC and HEIF in Pillow; loaded at the first such file, as most datasets have none."""
    import pi_heif

    pi_heif.register_heif_opener(thumbnails=False)


def _decode_pillow(data: bytes, name: str, *, reduced: bool) -> Raster:
    if name == "TIFF":
        _check_tables(read_tables(data))
    if name == "HEIF":
        _register_heif()
    with warnings.catch_warnings():
        # Pillow warns about what flags and reasons report here.
        warnings.simplefilter("ignore")
        with Image.open(io.BytesIO(data), formats=(name,)) as image:
            _check_size(*image.size)
            mode, bits = image.mode, _stored_bits(image, data)
            # TIFF is turned upright while loading and forgets that it was; a PNG's EXIF may follow
            # its pixels.
            early = _read_shot(image) if name == "TIFF" else None
            whole = _load(image)
            bits |= _SHAPED_ALPHA if bits & _ALPHA and _is_shaped(image) else 0
            shot = early or _read_shot(image)
            orientation = 1 if name == "TIFF" and whole else shot.orientation
            width, height = image.size
            pixels = _to_rgb(image, factor=_factor(width, height) if reduced else 1)
            bits |= _ANIMATED if _is_animated(image) else 0
    reason = ""
    if not whole:
        if not np.ptp(pixels):
            raise RefusedError("the file is cut off or damaged before its first pixels")
        bits |= _TRUNCATED
        reason = _missing_rows(pixels)
    raster = Raster(pixels, mode, width, height, shot, bits, reason, whole)
    return _upright(raster, orientation)


def _check_tables(tables: TiffTables) -> None:
    """Refuse files for which a decoder needs gigabytes before it sees a pixel."""
    _check_size(tables.width, tables.height)
    if tables.pieces > MAX_PIECES:
        raise RefusedError(f"the image is cut into {tables.pieces:,} pieces, over {MAX_PIECES:,}")


def _check_size(width: int, height: int) -> None:
    if max(width, height) > MAX_SIDE_PX:
        longer = max(width, height)
        raise TooLargeError(f"the longer side has {longer:,} pixels, more than {MAX_SIDE_PX:,}")
    if width * height > MAX_PIXELS:
        millions = width * height / 1e6
        limit = MAX_PIXELS // 1_000_000
        raise TooLargeError(f"the image has {millions:,.0f} megapixels, more than {limit}")


def _load(image: Image.Image) -> bool:
    """Decode the first frame; False if only part of it could be read, which is then kept."""
    try:
        image.load()
    except Exception:
        if not isinstance(image, ImageFile.ImageFile) or image._im is None:
            raise
        # With nothing left to decode, the rows read so far are the image.
        image.tile = []
        image._size = image.im.size
        return False
    return True


def _read_shot(image: Image.Image) -> CaptureInfo:
    try:
        return read_shot(image.getexif())
    except Exception:  # a broken block may raise almost any exception in the parser
        return UNKNOWN


def _stored_bits(image: Image.Image, data: bytes) -> int:
    """Return the bits of `Flag` for the stored mode."""
    mode = image.mode
    bits = _GREY if mode in _GREY_MODES else 0
    if mode in _ALPHA_MODES or "transparency" in image.info:
        bits |= _ALPHA
    if mode == "CMYK":
        bits |= _CMYK
    # Byte 24 of a PNG is its bit depth; Pillow says RGB for 16-bit colour, too.
    deep_png = image.format == "PNG" and data[24:25] == b"\x10"
    if mode[0] in "IF" or deep_png or _tiff_depth(image) > 8:
        bits |= _SIXTEEN_BIT
    return bits


def _is_shaped(image: Image.Image) -> bool:
    """Tell whether transparency alone shows something: both clear and opaque parts."""
    try:
        alpha = np.asarray(image.convert("RGBA").getchannel("A"))
    except ValueError:  # a damaged palette, which is reported later
        return False
    return bool(np.ptp(alpha) >= _SHAPE_LEVELS)


def _tiff_depth(image: Image.Image) -> int:
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return 8
    depth = image.tag_v2.get(_BITS_PER_SAMPLE, (8,))
    return max(depth) if isinstance(depth, tuple) else int(depth)


def _to_rgb(image: Image.Image, *, factor: int) -> Pixels:
    """Return (h, w, 3) uint8 RGB without transparency, each side reduced by an integer `factor`."""
    mode = image.mode
    if mode[0] in "IF":
        grey = Image.fromarray(_to_eight_bits(np.asarray(image)))
        return np.array(grey.reduce(factor).convert("RGB"))
    if mode in ("La", "RGBa"):
        image = image.convert(mode.upper())
    try:
        rgb = image if mode == "RGB" else image.convert("RGB")
    except ValueError as error:
        what = "the palette is damaged" if mode == "P" else f"the colour space {mode} is not known"
        raise RefusedError(what) from error
    # A copy: a view of Pillow's memory is read-only, and callers may write.
    return np.array(rgb.reduce(factor))


def _to_eight_bits(plane: NDArray[Any]) -> Pixels:
    """Map a plane of wider numbers to 0..255: 16 bits by the upper byte, else by its range."""
    if plane.dtype.kind in "iu" and plane.min() >= 0 and plane.max() <= 65535:
        return np.asarray(plane >> 8, dtype=np.uint8)
    wide = np.nan_to_num(plane.astype(np.float64), posinf=0.0, neginf=0.0)
    low, span = wide.min(), np.ptp(wide)
    return np.asarray((wide - low) * (255.0 / span if span > 0 else 0.0), dtype=np.uint8)


def _is_animated(image: Image.Image) -> bool:
    try:
        return bool(getattr(image, "is_animated", False))
    except Exception:  # what follows the first frame may be broken in any way
        return False


def _missing_rows(pixels: Pixels) -> str:
    """Return how much is missing, by the last rows, which the decoder filled with one colour.

    BMP is stored bottom-up: there the first rows are missing.
    """
    percent = max(_filled_percent(pixels), _filled_percent(pixels[::-1]))
    if percent >= 99:
        raise RefusedError("the file is cut off: next to nothing of the image is there")
    if not percent:
        return "the file is cut off or damaged: some of the image may be missing"
    return f"the file ends early: {percent} % of the rows are missing"


def _filled_percent(pixels: Pixels) -> int:
    filled = (pixels == pixels[-1, -1]).all(axis=(1, 2))
    rows = len(filled) if filled.all() else int(np.argmin(filled[::-1]))
    return round(100 * rows / len(filled))


def _factor(width: int, height: int) -> int:
    """Return the reduction factor, up to 8, as in a JPEG decoder."""
    return max(1, min(min(height, width) // SIDE_PX, 8))


def _upright(raster: Raster, orientation: int) -> Raster:
    """Turn the pixels by EXIF `orientation`, and set the flag if a viewer would turn them."""
    bits = raster.bits | (_ROTATED if raster.shot.orientation != 1 else 0)
    if orientation == 1 and bits == raster.bits:
        return raster
    pixels = turn_upright(raster.pixels, orientation)
    width, height = raster.width, raster.height
    if orientation >= 5:
        width, height = height, width
    return replace(raster, pixels=pixels, width=width, height=height, bits=bits)


def turn_upright(pixels: Pixels, orientation: int) -> Pixels:
    """Turn (h, w, 3) pixels that are stored with an EXIF `orientation` of 1..8.

    Source: Exif 2.32, table 6 (0th row and 0th column as seen).
    """
    match orientation:
        case 2:
            turned = pixels[:, ::-1]
        case 3:
            turned = pixels[::-1, ::-1]
        case 4:
            turned = pixels[::-1]
        case 5:
            turned = pixels.transpose(1, 0, 2)
        case 6:
            turned = pixels[::-1].transpose(1, 0, 2)
        case 7:
            turned = pixels[::-1, ::-1].transpose(1, 0, 2)
        case 8:
            turned = pixels[:, ::-1].transpose(1, 0, 2)
        case _:
            turned = pixels
    return np.ascontiguousarray(turned)
