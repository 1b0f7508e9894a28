"""Load small images for a comparison, flip or rotate them, and extract fine detail."""

import numba
import numpy as np

from inspector.similarity.align import OPTIONS, Bytes, Singles
from inspector.similarity.orientations import STEPS

_STEPS = np.array(STEPS, np.bool_)


@numba.njit(**OPTIONS)
def plane(source: Bytes, plane: int, transform: int, out: Singles) -> None:
    """Fill `out` (s, s) with one plane of (s, s, 3), flipped or rotated."""
    side = out.shape[0]
    transpose, rows, columns = _STEPS[transform]
    for i in range(side):
        y = side - 1 - i if rows else i
        for j in range(side):
            x = side - 1 - j if columns else j
            out[i, j] = source[x, y, plane] if transpose else source[y, x, plane]


@numba.njit(**OPTIONS)
def loaded(source: Bytes, transform: int, out: Singles) -> None:
    """Fill `out` (s, s) with a grey image, flipped or rotated."""
    side = out.shape[0]
    transpose, rows, columns = _STEPS[transform]
    for i in range(side):
        y = side - 1 - i if rows else i
        for j in range(side):
            x = side - 1 - j if columns else j
            out[i, j] = source[x, y] if transpose else source[y, x]


@numba.njit(**OPTIONS)
def halved(image: Singles, out: Singles) -> None:
    """Fill `out` (s, s) with the 2x2 means of an image (2 s, 2 s)."""
    for i in range(out.shape[0]):
        one, two = image[2 * i], image[2 * i + 1]
        for j in range(out.shape[0]):
            total = one[2 * j] + one[2 * j + 1] + two[2 * j] + two[2 * j + 1]
            out[i, j] = np.float32(0.25) * total


@numba.njit(**OPTIONS)
def smoothed(image: Singles, out: Singles) -> None:
    """Fill `out` with the image under a 3x3 binomial filter, borders repeated."""
    side = image.shape[0]
    line = np.empty(side, np.float32)
    for i in range(side):
        above, middle, below = image[max(i - 1, 0)], image[i], image[min(i + 1, side - 1)]
        for j in range(side):
            line[j] = (above[j] + np.float32(2) * middle[j] + below[j]) * np.float32(1 / 16)
        for j in range(1, side - 1):
            out[i, j] = line[j - 1] + np.float32(2) * line[j] + line[j + 1]
        out[i, 0] = np.float32(3) * line[0] + line[1]
        out[i, side - 1] = np.float32(3) * line[side - 1] + line[side - 2]


@numba.njit(**OPTIONS)
def detail(image: Singles, out: Singles, room: Singles) -> None:
    """Fill `out` with the image minus its 5x5 mean, mirrored at the borders."""
    side = image.shape[0]
    last = side - 1
    for i in range(side):
        line, sums = image[i], room[i]
        for j in range(2, side - 2):
            sums[j] = line[j - 2] + line[j - 1] + line[j] + line[j + 1] + line[j + 2]
        sums[0] = line[0] + np.float32(2) * (line[1] + line[2])
        sums[1] = line[0] + np.float32(2) * line[1] + line[2] + line[3]
        sums[last] = line[last] + np.float32(2) * (line[last - 1] + line[last - 2])
        sums[last - 1] = line[last] + np.float32(2) * line[last - 1]
        sums[last - 1] += line[last - 2] + line[last - 3]
    for i in range(side):
        one, two = room[abs(i - 2)], room[abs(i - 1)]
        four, five = room[last - abs(last - i - 1)], room[last - abs(last - i - 2)]
        middle = room[i]
        for j in range(side):
            total = one[j] + two[j] + middle[j] + four[j] + five[j]
            out[i, j] = image[i, j] - total * np.float32(0.04)
