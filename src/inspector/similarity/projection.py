"""Principal components of descriptors, without compiled code: cheap to import."""

import numpy as np
from numpy.typing import NDArray

Singles = NDArray[np.float32]

# Source: docs/measurements/verdicts.md; 64 components hid what a model memorises of a group.
COMPONENTS = 96
AT_ONCE = 20_000
"""More rows are read in blocks."""
_BLOCK = 4_096


def projection(sample: Singles, dims: int = COMPONENTS) -> tuple[Singles, Singles]:
    """Return the mean (d,) and the matrix (d, k) of `reduce`, fitted on a sample.

    Args:
        sample: (n, d) descriptors.
        dims: Maximum number of components.

    Returns:
        A component of variance v gets the variance v / (v + mean variance): strong ones are close
        to 1, noise stays small.
    """
    mean: Singles = sample.mean(axis=0, dtype=np.float64).astype(np.float32)
    centred = sample - mean
    covariance = (centred.T @ centred).astype(np.float64) / max(1, len(sample) - 1)
    return mean, _components(covariance, min(dims, sample.shape[1], len(sample)))


def _components(covariance: NDArray[np.float64], dims: int) -> Singles:
    values, vectors = np.linalg.eigh(covariance)
    values, vectors = values[::-1][:dims].clip(0), vectors[:, ::-1][:, :dims]
    scale = 1 / np.sqrt(values + values.mean() + 1e-12)
    matrix: Singles = (vectors * scale).astype(np.float32)
    return matrix


def reduce(
    x: Singles, dims: int = COMPONENTS, *, rows: NDArray[np.integer] | None = None
) -> Singles:
    """Return the first principal components, with stronger ones scaled down to equal spread.

    Args:
        x: (n, d) descriptors; of many, possibly a memory map, which is read in blocks.
        dims: Maximum number of components.
        rows: (m,) rows to reduce; None for all.

    Returns:
        (m, min(dims, d, m)) float32, mean 0.
    """
    n = len(x) if rows is None else len(rows)
    if n == 0:
        return np.zeros((0, min(dims, x.shape[1])), np.float32)
    if n > AT_ONCE:
        return _reduced_in_blocks(x, dims, np.arange(n) if rows is None else rows)
    some = x if rows is None else x[rows]
    mean, matrix = projection(some, dims)
    reduced: Singles = ((some - mean) @ matrix).astype(np.float32, copy=False)
    return reduced


def _reduced_in_blocks(x: Singles, dims: int, rows: NDArray[np.integer]) -> Singles:
    """Do what `reduce` does, without a copy of `x` in memory."""
    blocks = [rows[start : start + _BLOCK] for start in range(0, len(rows), _BLOCK)]
    total = np.zeros(x.shape[1])
    for block in blocks:
        total += x[block].sum(axis=0, dtype=np.float64)
    mean = (total / len(rows)).astype(np.float32)
    covariance = np.zeros((x.shape[1], x.shape[1]))
    for block in blocks:
        centred = x[block] - mean
        covariance += centred.T @ centred
    matrix = _components(covariance / (len(rows) - 1), min(dims, x.shape[1]))
    reduced = np.empty((len(rows), matrix.shape[1]), np.float32)
    for number, block in enumerate(blocks):
        reduced[number * _BLOCK : (number + 1) * _BLOCK] = (x[block] - mean) @ matrix
    return reduced
