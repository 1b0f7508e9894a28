"""What a quick model sees of a picture: gradients, light and colour, from its fingerprint alone."""

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# Cells of 8x8 pixels and 9 unsigned directions. Source: Dalal and Triggs 2005, "Histograms of
# oriented gradients for human detection"; the energy is taken over 3x3 cells, so that every cell
# stands once in the vector (576 values).
CELL_PX = 8
BINS = 9
COLOUR_CELLS = 4
# Turned and mirrored copies leave little trace in gradients; coarse light gives them back some.
# Source: brain_aug in docs/measurements/verdicts.md.
LIGHT_CELLS = 8
LIGHT_WEIGHT = 2.0
# Source: docs/measurements/verdicts.md; 64 components hid what a model memorises of a group.
COMPONENTS = 96
_CHUNK = 512


def describe(records: NDArray[np.void]) -> Floats:
    """Return one row of 688 values for each record of `FINGERPRINT`.

    Returns:
        (n, 688) float32: 576 of gradients, each cell in 0..1, 4x4 mean colours in YCrCb, 0..1, and
        8x8 luma, 0..2.
    """
    n = len(records)
    cells = 64 // CELL_PX
    gradients = cells * cells * BINS
    colours = COLOUR_CELLS * COLOUR_CELLS * 3
    found = np.empty((n, gradients + colours + LIGHT_CELLS * LIGHT_CELLS), np.float32)
    for start in range(0, n, _CHUNK):
        part = slice(start, min(n, start + _CHUNK))
        found[part, :gradients] = _gradients(records["luma"][part])
        found[part, gradients : gradients + colours] = _colours(records["colour"][part])
        found[part, gradients + colours :] = _light(records["luma"][part])
    return found


def _light(luma: NDArray[np.uint8]) -> Floats:
    step = luma.shape[1] // LIGHT_CELLS
    blocks = luma.reshape(len(luma), LIGHT_CELLS, step, LIGHT_CELLS, step)
    mean: Floats = blocks.mean(axis=(2, 4), dtype=np.float32).reshape(len(luma), -1)
    return mean * np.float32(LIGHT_WEIGHT / 255)


def thumbnails16(records: NDArray[np.void]) -> Floats:
    """Return 16x16 luma, (n, 256) float32 in 0..1: what the nearest neighbour alarm compares."""
    luma = records["luma"].reshape(len(records), 16, 4, 16, 4)
    small: Floats = luma.mean(axis=(2, 4), dtype=np.float32).reshape(len(records), 256)
    return small / np.float32(255)


def reduce(x: Floats, dims: int = COMPONENTS) -> Floats:
    """Return the first principal components, the stronger ones scaled down to equal spread.

    Args:
        x: (n, d) descriptors.
        dims: How many components, at most.

    Returns:
        (n, min(dims, d, n)) float32, mean 0. A component of variance v has the variance
        v / (v + mean variance): strong ones are near 1, noise stays small.
    """
    if len(x) == 0:
        return np.zeros((0, min(dims, x.shape[1])), np.float32)
    centred = x - x.mean(axis=0)
    kept = min(dims, x.shape[1], len(x))
    covariance = (centred.T @ centred).astype(np.float64) / max(1, len(x) - 1)
    values, vectors = np.linalg.eigh(covariance)
    values, vectors = values[::-1][:kept].clip(0), vectors[:, ::-1][:, :kept]
    scale = 1 / np.sqrt(values + values.mean() + 1e-12)
    reduced: Floats = (centred @ (vectors * scale).astype(np.float32)).astype(np.float32)
    return reduced


def _gradients(luma: NDArray[np.uint8]) -> Floats:
    n, side = len(luma), luma.shape[1]
    grey = np.pad(luma.astype(np.float32), ((0, 0), (1, 1), (1, 1)), mode="edge")
    across = grey[:, 1:-1, 2:] - grey[:, 1:-1, :-2]
    down = grey[:, 2:, 1:-1] - grey[:, :-2, 1:-1]
    strength, angle = cv2.cartToPolar(across.reshape(n, -1), down.reshape(n, -1))
    place = angle.reshape(-1) * np.float32(BINS / np.pi)
    low = place.astype(np.int32)
    share = place - low
    row = np.arange(side) // CELL_PX
    cell = (row[:, None] * (side // CELL_PX) + row[None, :]).reshape(-1)
    cells = (side // CELL_PX) ** 2
    base = ((np.arange(n)[:, None] * cells + cell[None, :]) * BINS).reshape(-1)
    strength = strength.reshape(-1)
    size = n * cells * BINS
    total = np.bincount(base + low % BINS, strength * (1 - share), size)
    total += np.bincount(base + (low + 1) % BINS, strength * share, size)
    return _normalised(total.astype(np.float32).reshape(n, side // CELL_PX, side // CELL_PX, BINS))


def _normalised(cells: Floats) -> Floats:
    """Divide each cell by the energy of the 3x3 cells around it, and clip at 0.4."""
    energy = np.pad((cells**2).sum(axis=3), ((0, 0), (1, 1), (1, 1)), mode="edge")
    side = cells.shape[1]
    around = np.zeros(cells.shape[:3], np.float32)
    for y in range(3):
        for x in range(3):
            around += energy[:, y : y + side, x : x + side]
    # 32 grey levels a cell keep the noise of a flat area from looking like a strong edge.
    scaled = cells / np.sqrt(around / 9 + 32.0**2)[..., None]
    return np.minimum(scaled, 0.4).reshape(len(cells), -1)


def _colours(colour: NDArray[np.uint8]) -> Floats:
    n, side = len(colour), colour.shape[1]
    step = side // COLOUR_CELLS
    blocks = colour.reshape(n, COLOUR_CELLS, step, COLOUR_CELLS, step, 3)
    mean: Floats = blocks.mean(axis=(2, 4), dtype=np.float32).reshape(n, -1)
    return mean / np.float32(255)
