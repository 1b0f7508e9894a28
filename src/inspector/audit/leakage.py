"""Leakage: which images of one split have a near-duplicate, or only a group, in another."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

Mask = NDArray[np.bool_]
Numbers = NDArray[np.int32]


class EdgeKind(IntEnum):
    """How an image is connected with the other split; the smallest that holds counts."""

    NONE = 0
    BYTES = 1
    PIXELS = 2
    TRANSFORMED = 3
    NEAR = 4
    GROUP = 5


# Dense counts of so many draws are held at a time: of 200 they took 800 bytes per image.
SEEDS_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class SimilarityEdges:
    """Connections among n images.

    Attributes:
        content: (n,) equal where the bytes are equal.
        picture: (n,) equal where the decoded pixels are equal, numbered from 0.
        group: (n,) equal within a group.
        turned: Symmetric (images, images) 0/1 matrix of flipped or rotated pairs.
        near: The same for near pairs.
    """

    content: Numbers
    picture: Numbers
    group: Numbers
    turned: csr_matrix
    near: csr_matrix


def tie(
    content: Numbers, picture: Numbers, group: Numbers, pairs: NDArray[np.int32], turned: Mask
) -> SimilarityEdges:
    """Build `SimilarityEdges` from pairs (m, 2) of images, each `turned` or near."""
    count = int(picture.max()) + 1 if len(picture) else 0

    def matrix(chosen: NDArray[np.int32]) -> csr_matrix:
        both = np.vstack([chosen, chosen[:, ::-1]])
        ones = np.ones(len(both), np.float32)
        return csr_matrix((ones, (both[:, 0], both[:, 1])), shape=(count, count))

    return SimilarityEdges(content, picture, group, matrix(pairs[turned]), matrix(pairs[~turned]))


def edges_across(ties: SimilarityEdges, source: Mask, target: Mask) -> NDArray[np.uint8]:
    """Return the strongest `EdgeKind` from each image of `target` to an image of `source`.

    An image is not connected with itself: where the masks overlap it needs another one.

    Returns:
        (n,) codes; 0 outside `target`.
    """
    own = source.astype(np.int64)
    codes = np.zeros(len(source), np.uint8)
    seen = np.bincount(ties.picture[source], minlength=ties.near.shape[0]).astype(np.float32)
    reached = (
        (EdgeKind.GROUP, _members(ties.group, source) > own),
        (EdgeKind.NEAR, (ties.near @ seen)[ties.picture] > 0),
        (EdgeKind.TRANSFORMED, (ties.turned @ seen)[ties.picture] > 0),
        (EdgeKind.PIXELS, _members(ties.picture, source) > own),
        (EdgeKind.BYTES, _members(ties.content, source) > own),
    )
    for code, holds in reached:
        codes[holds & target] = code
    return codes


@dataclass(frozen=True, slots=True)
class SplitDraws:
    """Membership under s seeds of a split, for the m images with a near-duplicate.

    Attributes:
        rows: (m,) positions among all images.
        training: (s, m); validation likewise.
        totals: (s,) number of validation files.
    """

    rows: NDArray[np.int64]
    training: Mask
    validation: Mask
    totals: NDArray[np.int64]


def leak_rates_over(ties: SimilarityEdges, draws: SplitDraws) -> NDArray[np.float64]:
    """Return the leak rate of each seed, (s,)."""
    rows = draws.rows
    # Of pictures and contents only those of these rows: the others are seen by nobody.
    pictures, picture = np.unique(ties.picture[rows], return_inverse=True)
    content = np.unique(ties.content[rows], return_inverse=True)[1]
    matrix = (ties.near + ties.turned).tocsr()[pictures][:, pictures]
    by_picture, by_content = _held(picture), _held(content)
    held = np.zeros(len(draws.totals), np.int64)
    for start in range(0, len(held), SEEDS_AT_ONCE):
        some = slice(start, start + SEEDS_AT_ONCE)
        own = draws.training[some].T.astype(np.float32)
        seen = by_picture @ own
        has_neighbour = (by_content @ own)[content] > own
        has_neighbour |= seen[picture] > own
        has_neighbour |= (matrix @ seen)[picture] > 0
        held[some] = (has_neighbour & draws.validation[some].T).sum(axis=0)
    return np.asarray(held / np.maximum(1, draws.totals), np.float64)


def _held(numbers: NDArray[np.int64]) -> csr_matrix:
    """Return the matrix (numbers, m) that sums the rows of each number."""
    rows = len(numbers)
    ones = np.ones(rows, np.float32)
    shape = (int(numbers.max(initial=-1)) + 1, rows)
    return csr_matrix((ones, (numbers, np.arange(rows))), shape=shape)


def _members(numbers: Numbers, source: Mask) -> NDArray[np.int64]:
    """Count, per image, the source images that share its number."""
    if not len(numbers):
        return np.zeros(0, np.int64)
    count = np.bincount(numbers[source], minlength=int(numbers.max()) + 1)
    shared: NDArray[np.int64] = count[numbers]
    return shared
