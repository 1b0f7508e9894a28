"""Describe an image by gradients, light and colour, compiled; alike images have near descriptors.

The nearest neighbours of a descriptor are candidates for duplicates, and it is what the baseline
models learn from.
"""

import math

import numba
import numpy as np
from numpy.typing import NDArray

from inspector.similarity.align import OPTIONS, Bytes, Singles

# Cells of 8x8 pixels and 9 unsigned directions. Source: Dalal and Triggs 2005, "Histograms of
# oriented gradients for human detection"; the energy is taken over 3x3 cells, so that every cell
# stands once in the vector (576 values).
CELL_PX = 8
BINS = 9
COLOUR_CELLS = 4
# Turned and mirrored copies leave little trace in gradients; coarse light gives them back some.
# Source: brain_aug in docs/verdicts.md.
LIGHT_CELLS = 8
LIGHT_WEIGHT = 2.0
# 32 grey levels a cell keep the noise of a flat area from looking like a strong edge.
_NOISE = 32.0
_MOST = 0.4
# Source: docs/verdicts.md; 64 components hid what a model may learn by heart of a group.
COMPONENTS = 96

_CELLS = 64 // CELL_PX
_GRADIENTS = _CELLS * _CELLS * BINS
_COLOURS = COLOUR_CELLS * COLOUR_CELLS * 3
VALUES = _GRADIENTS + _COLOURS + LIGHT_CELLS * LIGHT_CELLS


def _directions() -> Singles:
    """Return where among the bins each gradient falls, by its parts down and across + 255."""
    part = np.arange(-255, 256)
    angle = np.arctan2(part[:, None], part[None, :])
    return (np.where(angle < 0, angle + 2 * np.pi, angle) * (BINS / np.pi)).astype(np.float32)


_DIRECTIONS = _directions()


def describe(records: NDArray[np.void]) -> Singles:
    """Return one row of 688 values for each record of `FINGERPRINT`.

    Returns:
        (n, 688) float32: 576 of gradients, each cell in 0..0.4, 4x4 mean colours in YCrCb, 0..1,
        and 8x8 luma, 0..2.
    """
    described = np.empty((len(records), VALUES), np.float32)
    _describe(records["luma"], records["colour"], _DIRECTIONS, described)
    return described


def projection(sample: Singles, dims: int = COMPONENTS) -> tuple[Singles, Singles]:
    """Return the mean (d,) and the matrix (d, k) that `reduce` uses, fitted on a sample.

    Args:
        sample: (n, d) descriptors.
        dims: How many components, at most.

    Returns:
        A component of variance v gets the variance v / (v + mean variance): strong ones are near
        1, noise stays small.
    """
    mean: Singles = sample.mean(axis=0, dtype=np.float64).astype(np.float32)
    centred = sample - mean
    kept = min(dims, sample.shape[1], len(sample))
    covariance = (centred.T @ centred).astype(np.float64) / max(1, len(sample) - 1)
    values, vectors = np.linalg.eigh(covariance)
    values, vectors = values[::-1][:kept].clip(0), vectors[:, ::-1][:, :kept]
    scale = 1 / np.sqrt(values + values.mean() + 1e-12)
    return mean, (vectors * scale).astype(np.float32)


def reduce(x: Singles, dims: int = COMPONENTS) -> Singles:
    """Return the first principal components, the stronger ones scaled down to equal spread.

    Args:
        x: (n, d) descriptors.
        dims: How many components, at most.

    Returns:
        (n, min(dims, d, n)) float32, mean 0.
    """
    if len(x) == 0:
        return np.zeros((0, min(dims, x.shape[1])), np.float32)
    mean, matrix = projection(x, dims)
    reduced: Singles = (x - mean) @ matrix
    return reduced


@numba.njit(**OPTIONS)
def _describe(luma: Bytes, colour: Bytes, directions: Singles, out: Singles) -> None:
    image = np.empty((64, 64), np.int32)
    cells = np.empty((_CELLS, _CELLS, BINS), np.float32)
    for n in range(len(luma)):
        image[:] = luma[n]
        cells[:] = 0
        _vote(image, directions, cells)
        _normalise(cells, out[n])
        step = 32 // COLOUR_CELLS
        at = _GRADIENTS
        for i in range(0, 32, step):
            for j in range(0, 32, step):
                for plane in range(3):
                    total = 0
                    for y in range(i, i + step):
                        for x in range(j, j + step):
                            total += colour[n, y, x, plane]
                    out[n, at] = np.float32(total) / np.float32(step * step * 255)
                    at += 1
        step = 64 // LIGHT_CELLS
        for i in range(0, 64, step):
            for j in range(0, 64, step):
                total = 0
                for y in range(i, i + step):
                    for x in range(j, j + step):
                        total += image[y, x]
                out[n, at] = np.float32(total) * np.float32(LIGHT_WEIGHT / (step * step * 255))
                at += 1


@numba.njit(**OPTIONS)
def _vote(image: NDArray[np.int32], directions: Singles, cells: Singles) -> None:
    """Add each pixel's gradient to the two nearest bins of its cell."""
    for i in range(64):
        line = image[i]
        above, below = image[max(i - 1, 0)], image[min(i + 1, 63)]
        for j in range(64):
            across = line[min(j + 1, 63)] - line[max(j - 1, 0)]
            down = below[j] - above[j]
            if across == 0 and down == 0:
                continue
            strength = math.sqrt(np.float32(across * across + down * down))
            direction = directions[down + 255, across + 255]
            low = int(direction)
            share = direction - np.float32(low)
            low %= BINS
            cell = cells[i // CELL_PX, j // CELL_PX]
            cell[low] += strength * (np.float32(1) - share)
            cell[(low + 1) % BINS] += strength * share


@numba.njit(**OPTIONS)
def _normalise(cells: Singles, out: Singles) -> None:
    """Divide each cell by the energy of the 3x3 cells around it, edges repeated, and clip."""
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
