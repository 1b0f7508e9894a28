"""What surrounds the object in an image: border, corners, background, overlays, blur and noise.

Measured on the cached thumbnail (at most 192 px), so that a dataset is not decoded again.
"""

from enum import IntEnum

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from inspector.audit.shortcuts.marks import HEIGHT, PLACES, WIDTH, Marks, measure_marks

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

SIDE_PX = 96
# A line of pixels that varies less than this along its length belongs to a uniform border.
_UNIFORM_SD = 4.0
_MOST_BORDER = SIDE_PX // 4
# Share of an image that counts as salient. Source: half of what a centred object covers.
_SALIENT = 0.4
_STROKE_PX, _STROKE = 5, 40
_GRID = 6
_RING_PX = SIDE_PX // 16
# Keeps ratios of dark pixels, whose noise is of this size, within bounds.
_DARK = 6.0


class FeatureBlock(IntEnum):
    """Blocks of `measure_surroundings`, in order."""

    BORDER = 0
    BACKGROUND = 1
    COLOUR = 2
    DETAIL = 3
    OVERLAY = 4


SIZES = {
    FeatureBlock.BORDER: 4 + 8 + 12,
    FeatureBlock.BACKGROUND: 4 + 9,
    FeatureBlock.COLOUR: 6 + 5,
    FeatureBlock.DETAIL: 4,
    FeatureBlock.OVERLAY: 3 * _GRID * _GRID,
}
VALUES = sum(SIZES.values())


def block(values: Floats, one: FeatureBlock) -> Floats:
    """Return the columns of one block of rows (n, VALUES)."""
    start = sum(size for name, size in SIZES.items() if name < one)
    return values[:, start : start + SIZES[one]]


def measure_surroundings(pixels: Bytes) -> Floats:
    """Return (VALUES,) float32 of an upright RGB image (h, w, 3), block after block."""
    small = cv2.resize(pixels, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    colour = cv2.cvtColor(small, cv2.COLOR_RGB2YCrCb).astype(np.float32)
    parts = (
        _border(grey, colour), _background(small, grey, colour), _colour(small, colour),
        _detail(pixels), _overlay(pixels),
    )  # fmt: skip
    return np.concatenate(parts).astype(np.float32)


def surroundings_of(thumbnail: bytes) -> tuple[Floats, Marks]:
    """Return `measure_surroundings` and `measure_marks` of a JPEG thumbnail.

    Surroundings are NaN and marks 0 where it can't be decoded.
    """
    try:
        pixels = simplejpeg.decode_jpeg(thumbnail)
    except ValueError:
        return np.full(VALUES, np.nan, np.float32), np.zeros((PLACES, HEIGHT, WIDTH), np.int8)
    return measure_surroundings(pixels), measure_marks(pixels)


def compression_of(path: str) -> Floats:
    """Return the mean luma and chroma quantisation of a JPEG, (2,); NaN for other formats.

    Only the header is read.
    """
    means = np.full(2, np.nan, np.float32)
    try:
        with Image.open(path) as image:
            tables = getattr(image, "quantization", None) or {}
    except Exception:  # decoders raise almost any exception for a hostile file
        return means
    for number in (0, 1):
        if number in tables:
            means[number] = np.mean(tables[number])
    return means


def border_width(thumbnail: bytes) -> float:
    """Return the width of a uniform border that two opposite sides share, in lines of `SIDE_PX`.

    Frames, letterboxes and pillarboxes lie on both; a sky or a table on one side only is no border.
    It is 0 without one, and where the thumbnail can't be decoded.
    """
    try:
        grey = simplejpeg.decode_jpeg(thumbnail, colorspace="GRAY")[..., 0]
    except ValueError:
        return 0.0
    small = cv2.resize(grey, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
    top, bottom, left, right = _uniform_widths(small.astype(np.float32))
    return max(min(top, bottom), min(left, right))


def _uniform_widths(grey: Floats) -> list[float]:
    """Return the widths of uniform borders at the top, bottom, left and right, in lines."""
    widths = []
    for turned in (grey, grey[::-1], grey.T, grey.T[::-1]):
        uniform = turned[:_MOST_BORDER].std(axis=1) < _UNIFORM_SD
        widths.append(float(_MOST_BORDER if uniform.all() else np.argmin(uniform)))
    return widths


def _border(grey: Floats, colour: Floats) -> Floats:
    """Return widths of uniform borders, light and variation of the outer lines, corner colours."""
    widths, lines = _uniform_widths(grey), []
    for turned in (grey, grey[::-1], grey.T, grey.T[::-1]):
        lines += [float(turned[:2].mean()), float(turned[:2].std())]
    px = SIDE_PX // 16
    ends = (slice(0, px), slice(SIDE_PX - px, SIDE_PX))
    corners = [colour[rows, columns].mean(axis=(0, 1)) for rows in ends for columns in ends]
    return np.concatenate([widths, lines, *corners]).astype(np.float32)


def _background(small: Bytes, grey: Floats, colour: Floats) -> Floats:
    """Return light, colours and texture outside the salient area, and tints of the outer ring.

    A tint shows in the ratios of red, green and blue where a photo is nearly white or grey, and in
    how dark and how light each of them gets.
    """
    salient = _saliency(grey)
    outside = salient < np.quantile(salient, 1 - _SALIENT)
    chosen, inside = small[outside].astype(np.float32), small[~outside].astype(np.float32)
    slopes = np.abs(np.diff(grey, axis=1, append=grey[:, -1:]))[outside]
    light = chosen.mean(axis=1)
    bright = chosen[light >= np.quantile(light, 0.9)]
    edge = _RING_PX
    frame = np.ones(grey.shape, np.bool_)
    frame[edge:-edge, edge:-edge] = False
    ring = small[frame].astype(np.float32)
    ends = (slice(0, 3 * edge), slice(-3 * edge, None))
    corners = np.concatenate([small[y, x].reshape(-1, 3) for y in ends for x in ends])
    whites = np.quantile(corners.astype(np.float32), 0.99, axis=0)
    tints = (
        np.median(_ratio(bright, 0, 1)), np.median(_ratio(chosen, 0, 2)),
        np.median(_ratio(ring, 0, 2)) - np.median(_ratio(inside, 0, 2)),
        np.median(ring[:, 2] - ring[:, 0]), np.quantile(_ratio(ring, 0, 1), 0.9),
        np.log((whites[2] + _DARK) / (whites[0] + _DARK)),
        np.quantile(chosen[:, 0], 0.99), *np.quantile(chosen[:, ::2], 0.01, axis=0),
    )  # fmt: skip
    means = colour[outside].mean(axis=0)
    return np.concatenate([means, [slopes.mean()], tints]).astype(np.float32)


def _ratio(pixels: Floats, one: int, two: int) -> Floats:
    """Return the logarithm of one colour of RGB pixels (n, 3) over another one."""
    ratio: Floats = np.log((pixels[:, one] + _DARK) / (pixels[:, two] + _DARK))
    return ratio


def _saliency(grey: Floats) -> Floats:
    """Return how much each pixel stands out, by spectral residual and distance to the centre.

    Source: Hou and Zhang 2007, "Saliency detection: a spectral residual approach".
    """
    small = cv2.resize(grey, (48, 48), interpolation=cv2.INTER_AREA)
    spectrum = np.fft.fft2(small)
    logarithm = np.log(np.abs(spectrum) + 1e-6).astype(np.float32)
    residual = logarithm - cv2.blur(logarithm, (3, 3))
    back = np.fft.ifft2(np.exp(residual + 1j * np.angle(spectrum)))
    salient = cv2.GaussianBlur((np.abs(back) ** 2).astype(np.float32), (0, 0), 3)
    salient = cv2.resize(salient, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_LINEAR)
    at = np.linspace(-1, 1, SIDE_PX, dtype=np.float32)
    centre = np.exp(-(at[:, None] ** 2 + at[None, :] ** 2))
    weighted: Floats = (salient / (salient.max() + 1e-9) + 0.5) * centre
    return weighted


def _colour(small: Bytes, colour: Floats) -> Floats:
    """Return means, variation of light, shares of very dark and light pixels, and colour casts.

    A cast multiplies red and blue everywhere: it shows in how light each of them gets, and in the
    reddest and the bluest of natural colours.
    """
    flat, rgb = colour.reshape(-1, 3), small.reshape(-1, 3).astype(np.float32)
    ends = [(flat[:, 0] < 16).mean(), (flat[:, 0] > 240).mean()]
    whites = np.quantile(rgb, 0.99, axis=0)
    casts = (
        np.log((whites[2] + _DARK) / (whites[1] + _DARK)), whites[0], whites[2],
        np.quantile(_ratio(rgb, 0, 2), 0.1), np.quantile(_ratio(rgb, 2, 1), 0.9),
    )  # fmt: skip
    return np.concatenate([flat.mean(axis=0), [flat[:, 0].std()], ends, casts]).astype(np.float32)


def _detail(pixels: Bytes) -> Floats:
    """Return blur and noise at the thumbnail's size: strong and weak changes between neighbours."""
    grey = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY).astype(np.float32)
    curve = cv2.Laplacian(grey, cv2.CV_32F)
    smooth = np.abs(grey - cv2.medianBlur(grey, 3))
    flat = np.abs(curve)
    return np.array(
        [
            np.log1p(curve.var()), np.log1p(np.median(flat)),
            np.log1p(np.quantile(smooth, 0.5)), np.log1p(smooth.mean()),
        ],
        np.float32,
    )  # fmt: skip


def _overlay(pixels: Bytes) -> Floats:
    """Return thin light strokes, thin dark strokes and near-white pixels per cell of a 6x6 grid.

    A stroke is what a morphological opening removes: letters, and lines of a logo.
    """
    side = 2 * SIDE_PX
    square = cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(square, cv2.COLOR_RGB2GRAY)
    kernel = np.ones((_STROKE_PX, _STROKE_PX), np.uint8)
    light = cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, kernel)
    dark = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, kernel)
    planes = np.stack([light > _STROKE, dark > _STROKE, grey > 248]).astype(np.float32)
    step = side // _GRID
    cells = planes.reshape(3, _GRID, step, _GRID, step).mean(axis=(2, 4))
    return np.asarray(cells, np.float32).ravel()


def without_centre(records: NDArray[np.void]) -> NDArray[np.void]:
    """Return fingerprint records whose centre, half of the area, is filled with the mean."""
    masked = records.copy()
    for field in ("luma", "colour"):
        side = masked[field].shape[1]
        edge = round(side * (1 - np.sqrt(0.5)) / 2)
        inside = (slice(None), slice(edge, side - edge), slice(edge, side - edge))
        masked[field][inside] = 128
    return masked
