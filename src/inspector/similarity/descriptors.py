"""Descriptors by gradients, light and colour, compiled; similar images have close descriptors.

The nearest neighbours of a descriptor are duplicate candidates, and baseline models learn from it.
"""

import math

import numba
import numpy as np
from numpy.typing import NDArray

from inspector.similarity.align import OPTIONS, Bytes, Singles

# Cells of 8x8 pixels and 9 unsigned directions. Source: Dalal and Triggs 2005, "Histograms of
# oriented gradients for human detection"; energy is normalised over 3x3 cells, so that each cell
# appears once in the vector (576 values).
CELL_PX = 8
BINS = 9
COLOUR_CELLS = 4
# Rotated and mirrored copies leave few traces in gradients; coarse light restores some. Source:
# brain_aug in docs/measurements/verdicts.md.
LIGHT_CELLS = 8
LIGHT_WEIGHT = 2.0
# 32 grey levels per cell keep the noise of a flat area from looking like a strong edge.
_NOISE = 32.0
_MOST = 0.4

_CELLS = 64 // CELL_PX
_GRADIENTS = _CELLS * _CELLS * BINS
_COLOURS = COLOUR_CELLS * COLOUR_CELLS * 3
VALUES = _GRADIENTS + _COLOURS + LIGHT_CELLS * LIGHT_CELLS


def _directions() -> Singles:
    """Return the bins of each gradient, indexed by its components down and across + 255."""
    part = np.arange(-255, 256)
    angle = np.arctan2(part[:, None], part[None, :])
    return (np.where(angle < 0, angle + 2 * np.pi, angle) * (BINS / np.pi)).astype(np.float32)


_DIRECTIONS = _directions()


def describe(records: NDArray[np.void]) -> Singles:
    """Return one row of 688 values per record of `FINGERPRINT`.

    Returns:
        (n, 688) float32: 576 of gradients, each cell in 0..0.4; 4x4 mean colours in YCrCb, 0..1;
        8x8 luma, 0..2.
    """
    described = np.empty((len(records), VALUES), np.float32)
    _describe(records["luma"], records["colour"], _DIRECTIONS, described)
    return described


@numba.njit(**OPTIONS)
def _describe(luma: Bytes, colour: Bytes, directions: Singles, out: Singles) -> None:
    image = np.empty((64, 64, 1), np.uint8)
    cells = np.empty((_CELLS, _CELLS, BINS), np.float32)
    for n in range(len(luma)):
        image[:, :, 0] = luma[n]
        cells[:] = 0
        _vote(image[:, :, 0], directions, cells)
        _normalise(cells, out[n])
        _means(colour[n], COLOUR_CELLS, 1.0, out[n, _GRADIENTS : _GRADIENTS + _COLOURS])
        _means(image, LIGHT_CELLS, LIGHT_WEIGHT, out[n, _GRADIENTS + _COLOURS :])


@numba.njit(**OPTIONS)
def _means(image: Bytes, cells: int, weight: float, out: Singles) -> None:
    """Fill the mean of each cell's planes, scaled so that white is `weight`."""
    step = len(image) // cells
    at = 0
    for i in range(0, len(image), step):
        for j in range(0, len(image), step):
            for plane in range(image.shape[2]):
                total = np.int64(0)
                for y in range(i, i + step):
                    for x in range(j, j + step):
                        total += image[y, x, plane]
                out[at] = np.float32(total) * np.float32(weight / (step * step * 255))
                at += 1


@numba.njit(**OPTIONS)
def _vote(image: Bytes, directions: Singles, cells: Singles) -> None:
    """Add each pixel's gradient to the two nearest bins of its cell.

    Each cell gets its pixels in order, but the cells of a row take turns: an addition would wait
    for the one before it in the same cell.
    """
    for i in range(64):
        line = image[i]
        above, below = image[max(i - 1, 0)], image[min(i + 1, 63)]
        row = cells[i // CELL_PX]
        for x in range(CELL_PX):
            for column in range(_CELLS):
                j = CELL_PX * column + x
                across = np.int32(line[min(j + 1, 63)]) - np.int32(line[max(j - 1, 0)])
                down = np.int32(below[j]) - np.int32(above[j])
                strength = math.sqrt(np.float32(across * across + down * down))
                direction = directions[down + 255, across + 255]
                # Unsigned: the remainder of a signed integer takes a branch.
                low = np.uint32(direction)
                share = direction - np.float32(low)
                low %= np.uint32(BINS)
                row[column, low] += strength * (np.float32(1) - share)
                row[column, (low + np.uint32(1)) % np.uint32(BINS)] += strength * share


@numba.njit(**OPTIONS)
def _normalise(cells: Singles, out: Singles) -> None:
    """Divide each cell by the energy of the surrounding 3x3 cells, borders repeated, and clip."""
    energy = np.zeros((_CELLS, _CELLS), np.float32)
    for i in range(_CELLS):
        for j in range(_CELLS):
            for k in range(BINS):
                energy[i, j] += cells[i, j, k] * cells[i, j, k]
    last = _CELLS - 1
    for i in range(_CELLS):
        for j in range(_CELLS):
            around = np.float32(0)
            for y in range(i - 1, i + 2):
                for x in range(j - 1, j + 2):
                    around += energy[min(max(y, 0), last), min(max(x, 0), last)]
            scale = np.float32(1) / math.sqrt(around / np.float32(9) + np.float32(_NOISE * _NOISE))
            for k in range(BINS):
                at = (i * _CELLS + j) * BINS + k
                out[at] = min(cells[i, j, k] * scale, np.float32(_MOST))
