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
    own = draws.training.T.astype(np.float32)
    has_neighbour = _seen(ties.content[draws.rows], own) > own
    seen = _per_picture(ties, draws.rows, own)
    picture = ties.picture[draws.rows]
    has_neighbour |= seen[picture] > own
    has_neighbour |= ((ties.near + ties.turned) @ seen)[picture] > 0
    held = (has_neighbour & draws.validation.T).sum(axis=0)
    return np.asarray(held / np.maximum(1, draws.totals), np.float64)


def _per_picture(
    ties: SimilarityEdges, rows: NDArray[np.int64], own: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Count the training images of each picture, (images, s), dense."""
    ones = np.ones(len(rows), np.float32)
    shape = (ties.near.shape[0], len(rows))
    held = csr_matrix((ones, (ties.picture[rows], np.arange(len(rows)))), shape=shape)
    counted: NDArray[np.float32] = held @ own
    return counted


def _seen(numbers: Numbers, own: NDArray[np.float32]) -> NDArray[np.float32]:
    """Count, per row, the training rows that share its number, (m, s)."""
    if not len(numbers):
        return own
    place = np.unique(numbers, return_inverse=True)[1].reshape(-1)
    ones = np.ones(len(numbers), np.float32)
    held = csr_matrix((ones, (place, np.arange(len(numbers)))))
    counted: NDArray[np.float32] = (held @ own)[place]
    return counted


def _members(numbers: Numbers, source: Mask) -> NDArray[np.int64]:
    """Count, per image, the source images that share its number."""
    if not len(numbers):
        return np.zeros(0, np.int64)
    count = np.bincount(numbers[source], minlength=int(numbers.max()) + 1)
    shared: NDArray[np.int64] = count[numbers]
    return shared
