"""Principal components of descriptors, without compiled code: cheap to import."""

import numpy as np
from numpy.typing import NDArray

Singles = NDArray[np.float32]

# Source: docs/measurements/verdicts.md; 64 components hid what a model memorises of a group.
COMPONENTS = 96


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
    dims_kept = min(dims, sample.shape[1], len(sample))
    covariance = (centred.T @ centred).astype(np.float64) / max(1, len(sample) - 1)
    values, vectors = np.linalg.eigh(covariance)
    values, vectors = values[::-1][:dims_kept].clip(0), vectors[:, ::-1][:, :dims_kept]
    scale = 1 / np.sqrt(values + values.mean() + 1e-12)
    return mean, (vectors * scale).astype(np.float32)


def reduce(x: Singles, dims: int = COMPONENTS) -> Singles:
    """Return the first principal components, with stronger ones scaled down to equal spread.

    Args:
        x: (n, d) descriptors.
        dims: Maximum number of components.

    Returns:
        (n, min(dims, d, n)) float32, mean 0.
    """
    if len(x) == 0:
        return np.zeros((0, min(dims, x.shape[1])), np.float32)
    mean, matrix = projection(x, dims)
    reduced: Singles = ((x - mean) @ matrix).astype(np.float32, copy=False)
    return reduced
