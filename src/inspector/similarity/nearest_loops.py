"""Compiled loops of the search for nearest neighbours.

Lists of neighbours are (n, 2, depth): among all images, and among those of other splits. The least
similar neighbour stands last, the others in any order.
"""

import numba
import numpy as np
from numpy.typing import NDArray

from inspector.similarity.align import OPTIONS, Singles

NOTHING = -2.0
"""Less than any cosine."""

_LANES = 32


@numba.njit(**OPTIONS)
def _insert(rows: NDArray[np.int32], cosines: Singles, row: int, cosine: float) -> None:
    """Replace the least similar neighbour, which is last, and find the new least similar one."""
    last = len(rows) - 1
    rows[last] = row
    cosines[last] = cosine
    least = last
    for k in range(last):
        if cosines[k] < cosines[least]:
            least = k
    rows[last], rows[least] = rows[least], rows[last]
    cosines[last], cosines[least] = cosines[least], cosines[last]


@numba.njit(**OPTIONS)
def gather(
    of: NDArray[np.int32], row: NDArray[np.int32], cosine: Singles, splits: NDArray[np.int32],
    rows: NDArray[np.int32], best: Singles,
) -> None:  # fmt: skip
    """Add neighbours, given as columns, to the lists of all images; those known already are not.

    Args:
        of: (m,) whose neighbour it is.
        row: (m,) the neighbour.
        cosine: (m,) of both.
        splits: (n,) number of each image's split.
        rows: (n, 2, depth) the lists.
        best: (n, 2, depth) their cosines.
    """
    last = rows.shape[2] - 1
    for at in range(len(of)):
        image, other = of[at], row[at]
        for which in range(2):
            if which == 1 and splits[image] == splits[other]:
                continue
            known = False
            for k in range(last + 1):
                known |= rows[image, which, k] == other
            if not known and cosine[at] > best[image, which, last]:
                _insert(rows[image, which], best[image, which], other, cosine[at])


@numba.njit(**OPTIONS)
def _least_of(best: Singles, apart: bool) -> np.float32:
    """Return the cosine above which something belongs in one of the two lists of an image."""
    last = best.shape[1] - 1
    return min(best[0, last], best[1, last]) if apart else best[0, last]


@numba.njit(**OPTIONS)
def _offer(rows: NDArray[np.int32], best: Singles, row: int, cosine: float, across: bool) -> None:
    """Insert into the lists of an image where nearer; into the second only across splits."""
    last = best.shape[1] - 1
    if cosine > best[0, last]:
        _insert(rows[0], best[0], row, cosine)
    if across and cosine > best[1, last]:
        _insert(rows[1], best[1], row, cosine)


@numba.njit(**OPTIONS)
def nearest_of_rows(  # noqa: PLR0913, PLR0917 - arrays of the caller
    cosines: Singles, split_a: NDArray[np.int32], split_b: NDArray[np.int32], apart: bool,
    first: int, rows: NDArray[np.int32], best: Singles,
) -> None:  # fmt: skip
    """Add the images of one block to the lists of another one.

    Args:
        cosines: (m, w) of the images with the lists, and those of the other block.
        split_a: (m,) split numbers.
        split_b: (w,) split numbers.
        apart: True if any two of them differ.
        first: Row of the first image of the other block.
        rows: (m, 2, depth) the lists.
        best: (m, 2, depth) their cosines.
    """
    width = cosines.shape[1]
    for i in range(len(cosines)):
        line = cosines[i]
        least = _least_of(best[i], apart)
        for start in range(0, width, _LANES):
            end = min(start + _LANES, width)
            # Test the maximum of many at once; most contain nothing.
            most = np.float32(NOTHING)
            for j in range(start, end):
                most = max(most, line[j])
            if most <= least:
                continue
            for j in range(start, end):
                if line[j] > least:
                    across = apart and split_a[i] != split_b[j]
                    _offer(rows[i], best[i], first + j, line[j], across)
                    least = _least_of(best[i], apart)


@numba.njit(**OPTIONS)
def nearest_of_both(  # noqa: PLR0913, PLR0917 - arrays of the caller
    cosines: Singles, split_a: NDArray[np.int32], split_b: NDArray[np.int32], apart: bool,
    first_a: int, first_b: int, rows: NDArray[np.int32], best: Singles,
    back: NDArray[np.int32], back_best: Singles,
) -> None:  # fmt: skip
    """Do what `nearest_of_rows` does, for both blocks: memory is read once.

    Args:
        cosines: (m, w) of the images of both blocks; splits and `apart` as there.
        first_a: Row of the first image of the first block.
        first_b: Row of the first image of the second block.
        rows: (m, 2, depth) the lists of the first block, with their cosines in `best`.
        back: (w, 2, depth) the lists of the second block, with their cosines in `back_best`.
    """
    width = cosines.shape[1]
    least = np.empty(width, np.float32)
    for j in range(width):
        least[j] = _least_of(back_best[j], apart)
    for i in range(len(cosines)):
        line = cosines[i]
        least_a = _least_of(best[i], apart)
        for start in range(0, width, _LANES):
            end = min(start + _LANES, width)
            # In one type, so that a compiler compares many at once.
            most = np.float32(NOTHING)
            above = np.float32(NOTHING)
            for j in range(start, end):
                most = max(most, line[j])
                above = max(above, line[j] - least[j])
            if most <= least_a and above <= 0:
                continue
            for j in range(start, end):
                across = apart and split_a[i] != split_b[j]
                if line[j] > least_a:
                    _offer(rows[i], best[i], first_b + j, line[j], across)
                    least_a = _least_of(best[i], apart)
                if line[j] > least[j]:
                    _offer(back[j], back_best[j], first_a + i, line[j], across)
                    least[j] = _least_of(back_best[j], apart)
