"""Features for label errors and heads: components of the embedding and of the descriptors."""

import numpy as np
from numpy.typing import NDArray

from inspector.similarity.projection import COMPONENTS, projection, reduce

Floats = NDArray[np.float32]
Halves = NDArray[np.float16]

EMBEDDING_COMPONENTS = 256
FITTED_ROWS = 20_000
_BLOCK = 4_096


def joined(embedding: Halves | None, descriptors: Floats) -> Floats:
    """Return components of both, (n, 256 + 96), or fewer with few images.

    Args:
        embedding: (n, 1280), possibly a memory map; a row of zeros means no embedding. None where
            embeddings could not be computed: the descriptors are used alone.
        descriptors: (n, 688), not reduced; or of many images their components, float16, which the
            result is, too.
    """
    small = descriptors if descriptors.shape[1] <= COMPONENTS else reduce(descriptors)
    if embedding is None or not len(embedding):
        return small
    return np.hstack([reduce_embedding(embedding).astype(small.dtype), small])


def reduce_embedding(embedding: Halves, dims: int = EMBEDDING_COMPONENTS) -> Floats:
    """Return principal components as `projection.reduce` does, in blocks; fitted on 20,000 rows.

    A row of zeros (no embedding) becomes the mean.
    """
    step = max(1, -(-len(embedding) // FITTED_ROWS))
    sample = np.asarray(embedding[::step], np.float32)
    known = np.any(sample, axis=1)
    if not known.any():
        return np.zeros((len(embedding), 0), np.float32)
    mean, matrix = projection(sample[known], dims)
    reduced = np.empty((len(embedding), matrix.shape[1]), np.float32)
    for start in range(0, len(embedding), _BLOCK):
        part = np.asarray(embedding[start : start + _BLOCK], np.float32)
        rows = (part - mean) @ matrix
        rows[~np.any(part, axis=1)] = 0
        reduced[start : start + len(part)] = rows
    return reduced
