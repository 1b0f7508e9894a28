"""Lay one page over another to a fraction of a pixel, and make their print alike.

Maps are (3, 3), from the second page to the first, in coordinates from -1 to 1 over either page.
They start where the fingerprints agree: from there even a rotated page of dense print, whose lines
fit many ways, needs one alignment of a few steps. What is left, such as paper that a scanner
stretched, is measured tile by tile.
"""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.similarity.orientations import FAR
from inspector.similarity.pairs import Candidates
from inspector.similarity.verification import measured

Plane = NDArray[np.float32]
Map = NDArray[np.float64]
_Size = tuple[int, int]

_STEPS = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 30, 1e-3)
_ALIGNED_PX = 448
_CENTRES = 63 / 64
# What is beyond the mean of so many pixels around: print, and no shades.
_FINE_PX = 13
# Moves are measured at half the size.
_COARSER = 2
_TILE_PX, _TILES_AROUND = 16, 5
_MAX_NUDGE_PX = 1.5
_MIN_SIGMA, _MAX_SIGMA, _SIGMA_STEP = 0.6, 3.0, 0.15
_SAME_SHARPNESS = 1.05
# Sharpness is measured on the lines with the most print.
_BAND_PX = 256
# Tiles with less than this share of the strongest one's print say nothing of the contrast.
_BUSY = 0.05


class Overlaid(NamedTuple):
    """The fine parts of two pages of one size, the first laid over the second.

    Attributes:
        a: (h, w) of the first page, 0 where it does not reach.
        b: (h, w) of the second one, 0 there too.
    """

    a: Plane
    b: Plane


def map_between(
    one: NDArray[np.uint8], two: NDArray[np.uint8], records: NDArray[np.void], transform: int
) -> Map:
    """Return the map from the second page to the first.

    Args:
        one: (h, w) the first page, flipped or rotated.
        two: (h, w) the second one.
        records: (2,) `FINGERPRINT` of both, the first one neither flipped nor rotated.
        transform: Flip or rotation of the first one.
    """
    row = np.zeros(1, np.int32)
    pair = Candidates(row, row + 1, np.array([transform + FAR], np.uint8))
    start = np.vstack([measured(records, pair)[1][0].reshape(2, 3), [0.0, 0.0, 1.0]])
    start[:2, 2] *= _CENTRES
    start = np.linalg.inv(start)
    size = _common_size(one, two, _ALIGNED_PX)
    a, b = _sized(one, size), _sized(two, size)
    maps = [np.eye(3), start]
    try:
        _, pixels = cv2.findTransformECC(
            b, a, _in_pixels(start, size), cv2.MOTION_AFFINE, _STEPS, None, 3
        )
    except cv2.error:
        # Too little in common; what is known remains.
        pass
    else:
        scale = _scale(size)
        maps.append(np.linalg.inv(scale) @ np.vstack([pixels, [0.0, 0.0, 1.0]]) @ scale)
    # A stamp may lead it astray.
    return max(maps, key=lambda m: _fit(_warped(a, m, size, cv2.INTER_LINEAR), b))


def overlay(one: NDArray[np.uint8], two: NDArray[np.uint8], places: Map, side: int) -> Overlaid:
    """Return both pages at `side` pixels at most, equally sharp and of the same contrast."""
    size = _common_size(one, two, side)
    a, b = _sized(one, size), _sized(two, size)
    inside = _warped(np.ones_like(a), places, size, cv2.INTER_NEAREST, cv2.BORDER_CONSTANT)
    inside = np.asarray(cv2.erode(inside, np.ones((9, 9))), np.float32)
    a = _nudged(_warped(a, places, size, cv2.INTER_CUBIC), b, inside, steps=2)
    a, b = (_fine(x) for x in _equally_sharp(a, b, inside))
    a = _nudged(a, b, inside, steps=1) * inside
    b *= inside
    return Overlaid(a * np.float32(_contrast(a, b)), b)


def _scale(size: _Size) -> Map:
    """Return the map from -1..1 to pixels."""
    width, height = size
    return np.array([[width / 2, 0, (width - 1) / 2], [0, height / 2, (height - 1) / 2], [0, 0, 1]])


def _in_pixels(places: Map, size: _Size) -> Plane:
    scale = _scale(size)
    return np.asarray((scale @ places @ np.linalg.inv(scale))[:2], np.float32)


def _common_size(one: NDArray[np.uint8], two: NDArray[np.uint8], side: int) -> _Size:
    """Return width and height of the smaller page, at most `side`."""
    height, width = min(one.shape, two.shape)
    scale = min(1.0, side / max(height, width))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _sized(page: NDArray[np.uint8], size: _Size) -> Plane:
    return np.asarray(cv2.resize(page, size, interpolation=cv2.INTER_AREA), np.float32)


def _warped(
    x: Plane, places: Map, size: _Size, reading: int, border: int = cv2.BORDER_REPLICATE
) -> Plane:
    flags = cv2.WARP_INVERSE_MAP | reading
    warped = cv2.warpAffine(x, _in_pixels(places, size), size, flags=flags, borderMode=border)
    return np.asarray(warped, np.float32)


def _fit(x: Plane, y: Plane) -> float:
    """Return the correlation of the fine parts of two pages."""
    one, two = _fine(x), _fine(y)
    return float((one * two).sum() / np.sqrt(float((one**2).sum() * (two**2).sum()) + 1e-6))


def _fine(x: Plane) -> Plane:
    return np.asarray(x - cv2.blur(x, (_FINE_PX, _FINE_PX)), np.float32)


def _in_tiles(x: Plane) -> Plane:
    """Return the mean around each tile."""
    tiles = (max(1, x.shape[1] // _TILE_PX), max(1, x.shape[0] // _TILE_PX))
    means = cv2.resize(x, tiles, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.blur(means, (_TILES_AROUND, _TILES_AROUND)), np.float32)


def _from_tiles(tiles: Plane, like: Plane) -> Plane:
    return np.asarray(cv2.resize(tiles, like.shape[::-1]), np.float32)


def _nudged(a: Plane, b: Plane, inside: Plane, steps: int) -> Plane:
    """Return the first page moved, tile by tile, to where it fits the second one best.

    Source: Lucas and Kanade, An Iterative Image Registration Technique (1981).
    """
    size = (max(1, b.shape[1] // _COARSER), max(1, b.shape[0] // _COARSER))
    small_a, small_b, small_inside = (
        np.asarray(cv2.resize(x, size, interpolation=cv2.INTER_AREA), np.float32)
        for x in (a, b, inside)
    )
    # Light that differs is no movement.
    small_a, small_b = (_fine(x) * small_inside for x in (small_a, small_b))
    small_a *= (small_b.std() + 1e-3) / (small_a.std() + 1e-3)
    across, down = (np.zeros_like(_in_tiles(small_b)) for _ in range(2))
    moved = small_a
    for step in range(steps):
        if step:
            moved = _moved(small_a, across, down)
        right, below = (
            cv2.Sobel(moved + small_b, cv2.CV_32F, *axis, scale=1 / 16) * small_inside
            for axis in ((1, 0), (0, 1))
        )
        apart = small_b - moved
        products = (right * right, below * below, right * below, right * apart, below * apart)
        xx, yy, xy, xt, yt = (_in_tiles(product) for product in products)
        # Where there is little print the page stays as it is.
        still = 0.02 * (xx + yy) + 0.05 * float((xx + yy).mean()) + 1e-6
        xx, yy = xx + still, yy + still
        area = xx * yy - xy * xy
        across = (across + (yy * xt - xy * yt) / area).clip(-_MAX_NUDGE_PX, _MAX_NUDGE_PX)
        down = (down + (xx * yt - xy * xt) / area).clip(-_MAX_NUDGE_PX, _MAX_NUDGE_PX)
    return _moved(a, _COARSER * across, _COARSER * down)


def _moved(x: Plane, across: Plane, down: Plane) -> Plane:
    """Return a page with each tile read from so many pixels to the right and below."""
    columns, rows = (np.arange(n, dtype=np.float32) for n in x.shape[::-1])
    across, down = _from_tiles(across, x) + columns, _from_tiles(down, x) + rows[:, None]
    moved = cv2.remap(x, across, down, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.float32)


def _equally_sharp(a: Plane, b: Plane, inside: Plane) -> tuple[Plane, Plane]:
    """Return two pages, the sharper one blurred to match."""
    edges = np.minimum(
        *(np.abs(cv2.Laplacian(x, cv2.CV_32F) * inside).mean(axis=1) for x in (a, b))
    )
    band = min(_BAND_PX, len(edges))
    first = int(np.convolve(edges, np.ones(band), "valid").argmax())
    lines = [x[first : first + band] for x in (a, b)]
    sigmas = [_MIN_SIGMA, _MIN_SIGMA]
    while max(sigmas) < _MAX_SIGMA:
        sharp = [_sharpness(_blurred(x, s)) for x, s in zip(lines, sigmas, strict=True)]
        sharper = int(sharp[1] > sharp[0])
        if sharp[sharper] <= _SAME_SHARPNESS * sharp[1 - sharper]:
            break
        sigmas[sharper] += _SIGMA_STEP
    return _blurred(a, sigmas[0]), _blurred(b, sigmas[1])


def _blurred(x: Plane, sigma: float) -> Plane:
    return np.asarray(cv2.GaussianBlur(x, (0, 0), sigma), np.float32)


def _sharpness(x: Plane) -> float:
    return float(np.abs(cv2.Laplacian(x, cv2.CV_32F)).mean() / (x.std() + 1e-3))


def _contrast(a: Plane, b: Plane) -> float:
    """Return the contrast of the second page over the first one's.

    It is that of most tiles: a stamp must not make all print of its page look strong.
    """
    power_a, power_b = _in_tiles(a * a), _in_tiles(b * b)
    less = np.minimum(power_a, power_b)
    busy = less > _BUSY * less.max()
    return float(np.sqrt(np.median(power_b[busy] / power_a[busy]))) if busy.any() else 1.0
