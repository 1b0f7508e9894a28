"""Pairs of images: as columns, as numbers that can be sorted, and as what they connect."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inspector.similarity.orientations import FAR

# A candidate as a number: the row of one image, that of the other, the transform.
_A_SHIFT, _B_SHIFT = np.uint64(34), np.uint64(4)
_ROW, _TRANSFORM = np.uint64(2**30 - 1), np.uint64(2 * FAR - 1)
_AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs to verify, as columns: row numbers a < b, and the transform that maps a to b.

    `FAR` may be added to the number of a transform.
    """

    a: NDArray[np.int32]
    b: NDArray[np.int32]
    transform: NDArray[np.uint8]


def numbers_of(
    a: NDArray[np.integer], b: NDArray[np.integer], transform: NDArray[np.integer]
) -> NDArray[np.uint64]:
    """Return candidates as numbers that order by `a`, `b` and transform; of 2^30 images at most."""
    numbers = a.astype(np.uint64) << _A_SHIFT
    numbers |= b.astype(np.uint64) << _B_SHIFT
    numbers |= transform.astype(np.uint64)
    return numbers


def candidates_of(numbers: NDArray[np.uint64]) -> Candidates:
    """Return the candidates that `numbers_of` made numbers of."""
    return Candidates(
        (numbers >> _A_SHIFT).astype(np.int32), (numbers >> _B_SHIFT & _ROW).astype(np.int32),
        (numbers & _TRANSFORM).astype(np.uint8),
    )  # fmt: skip


def pairs_of(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return numbers that are equal for the same two images, whatever the transform."""
    return numbers >> _B_SHIFT


def each_once(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Sort numbers in their place, and return a view of them without repetitions."""
    numbers.sort()
    count = 0
    # In parts: of a million images these are twenty million.
    for start in range(0, len(numbers), _AT_ONCE):
        part = numbers[start : start + _AT_ONCE]
        first = np.ones(len(part), np.bool_)
        first[1:] = part[1:] != part[:-1]
        first[0] = count == 0 or part[0] != numbers[count - 1]
        several = part[first]
        numbers[count : count + len(several)] = several
        count += len(several)
    return numbers[:count]


def components(n: int, a: NDArray[np.int32], b: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the component of each of `n` nodes under the edges (a, b), numbered from 0."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if n == 0:
        return np.zeros(0, np.int32)
    graph = coo_array((np.ones(len(a), np.int8), (a, b)), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1], np.int32)
