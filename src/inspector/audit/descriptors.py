"""Descriptors for baseline models: gradients, light and colour, from an image's fingerprint."""

import numpy as np
from numpy.typing import NDArray

from inspector.similarity.projection import reduce as reduce

Floats = NDArray[np.float32]


def describe(records: NDArray[np.void]) -> Floats:
    """Return one row of 688 values per record; see `similarity.descriptors.describe`."""
    # Imports numba, which opening a project need not wait for.
    from inspector.similarity.descriptors import describe as compiled

    return compiled(records)


def thumbnails16(records: NDArray[np.void]) -> Floats:
    """Return 16x16 luma, (n, 256) float32 in 0..1, for the nearest-neighbour cross-check."""
    luma = records["luma"].reshape(len(records), 16, 4, 16, 4)
    small: Floats = luma.mean(axis=(2, 4), dtype=np.float32).reshape(len(records), 256)
    return small / np.float32(255)
