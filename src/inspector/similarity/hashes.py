"""A 64-bit hash of a small grey picture: which of its low DCT coefficients are positive.

Flipping a picture changes signs of coefficients and turning it transposes them, so that the
hashes of all eight variants come from one picture's. Source: the pHash family; our bits are not
ImageHash's, which compares with the median.
"""

import numba
import numpy as np
from numpy.typing import NDArray

from inspector.similarity.transforms import STEPS

SIDE = 8
# A coefficient this near to 0 counts as 0. Half of those of a symmetric picture are 0 but for the
# noise of saving, and noise must not choose bits. Source: symmetric drawings saved at quality 20.
NOISE = 1.0


def coefficients(grey: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the low 8x8 block of the orthonormal DCT of a 32x32 grey picture."""
    block = np.empty((SIDE, SIDE), np.float32)
    _transform(grey, _WAVES, block)
    return block


def _waves() -> NDArray[np.float32]:
    """Return the lowest `SIDE` cosines at 32 places, (32, SIDE)."""
    place, order = np.arange(32)[:, None], np.arange(SIDE)
    waves = np.cos((2 * place + 1) * order * np.pi / 64) / 4
    waves[:, 0] /= np.sqrt(2)
    return waves.astype(np.float32)


_WAVES = _waves()


@numba.njit(cache=True, nogil=True, fastmath=True)
def _transform(
    grey: NDArray[np.uint8], waves: NDArray[np.float32], block: NDArray[np.float32]
) -> None:
    """Only the block that is kept: a whole DCT has 16 times as many coefficients."""
    rows = np.zeros((SIDE, 32), np.float32)
    for y in range(32):
        line = grey[y]
        for u in range(SIDE):
            weight = waves[y, u]
            for x in range(32):
                rows[u, x] += weight * np.float32(line[x])
    block[:] = 0
    for u in range(SIDE):
        for x in range(32):
            weight = rows[u, x]
            for v in range(SIDE):
                block[u, v] += weight * waves[x, v]


def hash_of(block: NDArray[np.float32]) -> np.uint64:
    """Return the hash of an 8x8 block of coefficients; the bit of the mean is 0."""
    return np.uint64(_packed(block))


@numba.njit(cache=True, nogil=True)
def _packed(block: NDArray[np.float32]) -> np.uint64:
    bits = np.uint64(0)
    for i in range(SIDE):
        for j in range(SIDE):
            if i + j > 0 and block[i, j] > NOISE:
                bits |= np.uint64(1) << np.uint64(SIDE * i + j)
    return bits


def variant(hashes: NDArray[np.uint64], transform: int) -> NDArray[np.uint64]:
    """Return the hashes (n) that the same pictures have after a flip or turn."""
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
