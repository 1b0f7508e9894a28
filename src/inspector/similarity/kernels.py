"""Compiled loops that compute a fingerprint, with the same bytes as OpenCV.

OpenCV's own calls take three times as long for images this small, which is most of a tiny file's
time. All are in one file, because a compiled function is cached until its own file changes.
"""

import numba
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Singles = NDArray[np.float32]

SIDE = 8
"""Side of the block of coefficients that a hash is made of."""

# Coefficients this close to 0 count as 0. Half of those of a symmetric image are 0 except for
# compression noise, and noise must not choose bits. Source: symmetric drawings saved at quality 20.
NOISE = 1.0

_TRIM_PERCENT = 30
_NEAR_EDGE = 12
_NEARLY_ALL = 0.97


def _waves() -> Singles:
    """Return the lowest `SIDE` cosines at 32 positions, (32, SIDE)."""
    place, order = np.arange(32)[:, None], np.arange(SIDE)
    waves = np.cos((2 * place + 1) * order * np.pi / 64) / 4
    waves[:, 0] /= np.sqrt(2)
    return waves.astype(np.float32)


_WAVES = _waves()


@numba.njit(cache=True, nogil=True)
def repeat(picture: Bytes, square: Bytes, channels: int) -> None:
    """Enlarge (h, w * channels) to (side, side * channels), a multiple of h and w, by repeating.

    This equals OpenCV's area interpolation in a third of the time.
    """
    side, numbers = square.shape
    down, right = side // len(picture), numbers // picture.shape[1]
    source = np.empty(numbers, np.uint32)
    for at in range(numbers):
        source[at] = at // channels // right * channels + at % channels
    for y in range(len(picture)):
        line = square[y * down]
        for at in range(numbers):
            line[at] = picture[y, source[at]]
        for again in range(1, down):
            copy = square[y * down + again]
            for at in range(numbers):
                copy[at] = line[at]


@numba.njit(cache=True, nogil=True)
def describe(grey: Bytes, half: Bytes, hashes: NDArray[np.uint64]) -> float:
    """Fill the fingerprint parts of a grey image; return its variance at 32x32.

    Args:
        grey: (128, 128).
        half: (64, 64), filled with the image at half size.
        hashes: (3,), filled with those of the whole and of its centre 28/32 and 24/32.
    """
    small = np.empty((32, 32), np.uint8)
    block = np.empty((SIDE, SIDE), np.float32)
    _third(grey, small)
    transform(small, block)
    hashes[2] = packed(block)
    _centre(grey, small)
    transform(small, block)
    hashes[1] = packed(block)
    _halves(grey, half, small)
    transform(small, block)
    hashes[0] = packed(block)
    total, squares = 0, 0
    for line in small:
        for value in line:
            total += int(value)
            squares += int(value) * int(value)
    return squares / 1024 - (total / 1024) ** 2


@numba.njit(cache=True, nogil=True, fastmath=True)
def transform(grey: Bytes | Singles, block: Singles) -> None:
    """Fill `block` (8, 8) with the low part of the orthonormal DCT of an image (32, 32).

    Only the block that is used: a full DCT has 16 times as many coefficients.
    """
    rows = np.zeros((SIDE, 32), np.float32)
    for u in range(SIDE):
        line = rows[u]
        # Four at once: a compiler keeps sums of 32 positions in registers for that long.
        for y in range(0, 32, 4):
            one, two, three, four = grey[y], grey[y + 1], grey[y + 2], grey[y + 3]
            for x in range(32):
                line[x] += (
                    _WAVES[y, u] * np.float32(one[x])
                    + _WAVES[y + 1, u] * np.float32(two[x])
                    + _WAVES[y + 2, u] * np.float32(three[x])
                    + _WAVES[y + 3, u] * np.float32(four[x])
                )
    block[:] = 0
    for u in range(SIDE):
        for x in range(32):
            weight = rows[u, x]
            for v in range(SIDE):
                block[u, v] += weight * _WAVES[x, v]


@numba.njit(cache=True, nogil=True)
def packed(block: Singles) -> np.uint64:
    """Return which of (8, 8) coefficients exceed `NOISE`, as bits; the bit of the mean is 0."""
    bits = np.uint64(0)
    for i in range(SIDE):
        for j in range(SIDE):
            if i + j > 0 and block[i, j] > NOISE:
                bits |= np.uint64(1) << np.uint64(SIDE * i + j)
    return bits


@numba.njit(cache=True, nogil=True)
def quarter(square: Bytes, out: Bytes) -> None:
    """Shrink RGB (128, 384), three numbers per pixel, to (32, 96) by 4x4 means."""
    lines = np.empty(384, np.uint16)
    pairs = np.empty(384, np.uint16)
    for i in range(32):
        one, two, three, four = (
            square[4 * i], square[4 * i + 1], square[4 * i + 2], square[4 * i + 3],
        )  # fmt: skip
        for x in range(384):
            lines[x] = np.uint16(one[x]) + np.uint16(two[x]) + np.uint16(three[x]) + four[x]
        # Sums starting at every position: more than needed, but in one pass.
        for x in range(381):
            pairs[x] = lines[x] + lines[x + 3]
        for j in range(32):
            for colour in range(3):
                at = 12 * j + colour
                out[i, 3 * j + colour] = _sixteenth(np.uint32(pairs[at]) + pairs[at + 6])


@numba.njit(cache=True, nogil=True)
def _sixteenth(total: np.uint32) -> np.uint32:
    """Divide by 16; a half is rounded to even, as in OpenCV."""
    return (total + 7 + ((total >> 4) & 1)) >> 4


@numba.njit(cache=True, nogil=True)
def _halves(grey: Bytes, half: Bytes, small: Bytes) -> None:
    """Shrink (128, 128) to (64, 64) by 2x2 means, rounding halves up, and to (32, 32)."""
    above = np.empty(128, np.uint16)
    below = np.empty(128, np.uint16)
    for i in range(32):
        one, two, three, four = grey[4 * i], grey[4 * i + 1], grey[4 * i + 2], grey[4 * i + 3]
        for x in range(128):
            above[x] = np.uint16(one[x]) + np.uint16(two[x])
            below[x] = np.uint16(three[x]) + np.uint16(four[x])
        for j in range(64):
            half[2 * i, j] = (above[2 * j] + above[2 * j + 1] + 2) >> 2
            half[2 * i + 1, j] = (below[2 * j] + below[2 * j + 1] + 2) >> 2
        for x in range(128):
            above[x] += below[x]
        for j in range(32):
            at = 4 * j
            total = np.uint32(above[at]) + above[at + 1] + above[at + 2] + above[at + 3]
            small[i, j] = _sixteenth(total)


@numba.njit(cache=True, nogil=True)
def _third(grey: Bytes, out: Bytes) -> None:
    """Shrink the central 96x96 pixels of (128, 128) to (32, 32) by 3x3 means."""
    lines = np.empty(96, np.uint16)
    for i in range(32):
        one, two, three = grey[16 + 3 * i], grey[17 + 3 * i], grey[18 + 3 * i]
        for x in range(96):
            lines[x] = np.uint16(one[x + 16]) + np.uint16(two[x + 16]) + three[x + 16]
        for j in range(32):
            at = 3 * j
            total = np.uint32(lines[at]) + lines[at + 1] + lines[at + 2]
            out[i, j] = (2 * total + 9) // 18


@numba.njit(cache=True, nogil=True)
def _centre(grey: Bytes, out: Bytes) -> None:
    """Shrink the central 112x112 pixels of (128, 128) to (32, 32) by 3.5x3.5 means.

    Computed on 7x7 half pixels, whose 49 leave no half to round.
    """
    lines = np.empty(112, np.int32)
    for i in range(32):
        top = 8 + (7 * i) // 2
        one, two, three, four = grey[top], grey[top + 1], grey[top + 2], grey[top + 3]
        # An even row of cells starts on a whole pixel and ends in the middle of one.
        first, last = (1, 2) if i % 2 else (2, 1)
        for x in range(112):
            middle = np.int32(two[x + 8]) + np.int32(three[x + 8])
            lines[x] = first * np.int32(one[x + 8]) + 2 * middle + last * np.int32(four[x + 8])
        for j in range(16):
            at = 7 * j
            shared = lines[at + 3]
            left = 2 * (lines[at] + lines[at + 1] + lines[at + 2]) + shared
            right = shared + 2 * (lines[at + 4] + lines[at + 5] + lines[at + 6])
            out[i, 2 * j] = (2 * left + 49) // 98
            out[i, 2 * j + 1] = (2 * right + 49) // 98


@numba.njit(cache=True, nogil=True)
def borders(grey: Bytes) -> tuple[int, int, int, int]:
    """Return the number of uniform lines of (s, s): top, bottom, left, right; at most 30 % each."""
    return (
        _border(grey, False, False), _border(grey, False, True),
        _border(grey, True, False), _border(grey, True, True),
    )  # fmt: skip


@numba.njit(cache=True, nogil=True)
def _border(grey: Bytes, upright: bool, backwards: bool) -> int:
    """Count lines from one edge that are close to the median of the outermost."""
    side = grey.shape[0]
    most = side * _TRIM_PERCENT // 100
    edge = 0
    for depth in range(most):
        line = side - 1 - depth if backwards else depth
        values = grey[:, line] if upright else grey[line]
        if depth == 0:
            edge = _median(values)
        near = 0
        for value in values:
            if abs(int(value) - edge) <= _NEAR_EDGE:
                near += 1
        if near < _NEARLY_ALL * side:
            return depth
    return most


@numba.njit(cache=True, nogil=True)
def _median(values: Bytes) -> int:
    """Return the median, with a half rounded down, by counting."""
    counts = np.zeros(256, np.int32)
    for value in values:
        counts[value] += 1
    lower = upper = -1
    seen = 0
    for value in range(256):
        seen += counts[value]
        if lower < 0 and seen > (len(values) - 1) // 2:
            lower = value
        if seen > len(values) // 2:
            upper = value
            break
    return (lower + upper) // 2
