"""What a baseline model sees of an image: gradients, light and colour, from its fingerprint."""

import numpy as np
from numpy.typing import NDArray

from inspector.similarity.projection import reduce as reduce

Floats = NDArray[np.float32]


def describe(records: NDArray[np.void]) -> Floats:
    """Return one row of 688 values for each record; see `similarity.descriptors.describe`."""
    # It brings numba along, which opening a project need not wait for.
    from inspector.similarity.descriptors import describe as compiled

    return compiled(records)


def thumbnails16(records: NDArray[np.void]) -> Floats:
    """Return 16x16 luma, (n, 256) float32 in 0..1: what the nearest neighbour alarm compares."""
    luma = records["luma"].reshape(len(records), 16, 4, 16, 4)
    small: Floats = luma.mean(axis=(2, 4), dtype=np.float32).reshape(len(records), 256)
    return small / np.float32(255)
