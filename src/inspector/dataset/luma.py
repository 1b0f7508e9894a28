"""One pass over a grey image for all quality measures; only workers need numba."""

import math

import numba
import numpy as np
from numpy.typing import NDArray


@numba.njit(cache=True, nogil=True)
def light(luma: NDArray[np.uint8]) -> tuple[float, float, float, float]:
    """Return mean, deviation, sharpness and entropy of an image (h, w), as in `Quality`."""
    counts = np.zeros(256, np.int64)
    for line in luma:
        for value in line:
            counts[value] += 1
    total, squares, entropy = 0, 0, 0.0
    for level in range(256):
        if counts[level]:
            total += level * counts[level]
            squares += level * level * counts[level]
            share = counts[level] / luma.size
            entropy -= share * math.log2(share)
    mean = total / luma.size
    # Rounding may bring a constant image slightly below 0.
    deviation = math.sqrt(max(0.0, squares / luma.size - mean * mean))
    # Adding 0.0 turns the -0.0 of a constant image into 0.0.
    return mean, deviation, _edges(luma), entropy + 0.0


@numba.njit(cache=True, nogil=True)
def _edges(luma: NDArray[np.uint8]) -> float:
    """Return the variance of the 3x3 Laplacian, with the image mirrored at its border pixels."""
    height, width = luma.shape
    total, squares = np.int64(0), np.int64(0)
    for y in range(height):
        middle = luma[y]
        above, below = luma[_mirrored(y - 1, height)], luma[_mirrored(y + 1, height)]
        row_total, row_squares = np.int64(0), np.int64(0)
        for x in range(1, width - 1):
            sides = np.int32(middle[x - 1]) + np.int32(middle[x + 1])
            edge = sides + np.int32(above[x]) + np.int32(below[x]) - 4 * np.int32(middle[x])
            row_total += edge
            row_squares += edge * edge
        for x in range(0, width, max(1, width - 1)):
            left, right = middle[_mirrored(x - 1, width)], middle[_mirrored(x + 1, width)]
            edge = np.int32(left) + np.int32(right) + np.int32(above[x]) + np.int32(below[x])
            edge -= 4 * np.int32(middle[x])
            row_total += edge
            row_squares += edge * edge
        total += row_total
        squares += row_squares
    return squares / luma.size - (total / luma.size) ** 2


@numba.njit(cache=True, nogil=True)
def _mirrored(place: int, length: int) -> int:
    if length == 1:
        return 0
    return abs(place) if place < length else 2 * length - 2 - place
