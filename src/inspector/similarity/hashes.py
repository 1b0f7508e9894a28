"""A 64-bit hash of a small grey image: the signs of its low DCT coefficients.

Flipping an image changes signs of coefficients and rotating transposes them, so the hashes of all
eight variants follow from one. Source: the pHash family; our bits are not ImageHash's, which
compares with the median.
"""

import numpy as np
from numpy.typing import NDArray

from inspector.similarity.kernels import SIDE, packed, transform
from inspector.similarity.orientations import STEPS


def coefficients(grey: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the low 8x8 block of the orthonormal DCT of a 32x32 grey image."""
    block = np.empty((SIDE, SIDE), np.float32)
    transform(grey, block)
    return block


def hash_of(block: NDArray[np.float32]) -> np.uint64:
    """Return the hash of an 8x8 block of coefficients; the bit of the mean is 0."""
    return np.uint64(packed(block))


def variant(hashes: NDArray[np.uint64], transform: int) -> NDArray[np.uint64]:
    """Return the hashes (n) that the same images have after a flip or rotation."""
    transpose, rows, columns = STEPS[transform]
    octets = hashes.astype("<u8").view(np.uint8).reshape(-1, 8)
    bits = np.unpackbits(octets, axis=1, bitorder="little")
    square = bits.reshape(-1, SIDE, SIDE)
    if transpose:
        square = square.swapaxes(1, 2)
    odd = np.arange(SIDE) % 2
    signs = (odd[:, None] * rows + odd[None, :] * columns) % 2
    flipped = (square ^ signs.astype(np.uint8)).reshape(-1, 64)
    return np.packbits(flipped, axis=1, bitorder="little").view("<u8").reshape(-1).astype(np.uint64)
