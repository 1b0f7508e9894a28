"""Pairs to verify: nearest descriptors and hash joins of all flips and rotations."""

import numpy as np
from numpy.typing import NDArray

from inspector.similarity.align import Singles
from inspector.similarity.descriptors import describe
from inspector.similarity.hash_join import candidates
from inspector.similarity.levels import SMALL_PX
from inspector.similarity.nearest import (
    BLOCK,
    NEVER,
    Neighbours,
    empty_lists,
    nearest,
    pair_numbers,
    unit,
)
from inspector.similarity.orientations import FAR, MIRROR
from inspector.similarity.pairs import Candidates, candidates_of, each_once, numbers_of
from inspector.similarity.projection import projection

# Neighbours per image, twice: among all images and among those of other splits. With 5, one copy in
# ten with 40 % cut off is not proposed. Source: docs/measurements/duplicates.md.
NEIGHBOURS = 10
# Images with less similar descriptors are no candidates. A corner crop of a photo goes down to
# 0.15; in small images such crops are not searched, and 0.5 misses only two annotated pairs.
LEAST = 0.15
LEAST_SMALL = 0.5
LEAST_EMBEDDED = 0.1
# By the embedding. Source: docs/measurements/duplicates.md.
EMBEDDED_NEIGHBOURS = 8
# More are kept, so that the nearest ones stay known when some images go.
RESERVE = 6
SAMPLE = 20_000
# Components of so few images say little: their points are nearly at right angles, copies too.
FEW = 1_000
_ALL = -1.0


def propose(records: NDArray[np.void], splits: NDArray[np.int32] | None = None) -> Candidates:
    """Return the candidate pairs of all images, each once per transform, sorted.

    Args:
        records: (n,) of `FINGERPRINT`.
        splits: (n,) number of each image's split; the same for all without splits.
    """
    if splits is None:
        splits = np.zeros(len(records), np.int32)
    if len(records) < 2:
        return candidates(records)
    points = points_of(describe(records))
    least = least_cosines(records)
    neighbours = Neighbours(splits, empty_lists(least, NEIGHBOURS))
    for start in range(0, len(records), BLOCK):
        neighbours.add(nearest(points, splits, least, start, NEIGHBOURS))
    hashed = candidates(records)
    both = [plain(neighbours.lists().rows), numbers_of(hashed.a, hashed.b, hashed.transform)]
    return candidates_of(each_once(np.concatenate(both)))


def points_of(described: NDArray[np.floating]) -> NDArray[np.float16]:
    """Return descriptors (n, d) as points of length 1, by components fitted on a sample."""
    sample = described[:: sample_step(len(described))]
    return points_by(described, *projection(np.ascontiguousarray(sample, np.float32)))


def points_by(
    described: NDArray[np.floating], mean: Singles, matrix: Singles
) -> NDArray[np.float16]:
    """Return descriptors (n, d) as points of length 1, by the components of `projection`."""
    points = np.empty((len(described), matrix.shape[1]), np.float16)
    for start in range(0, len(points), BLOCK):
        part = slice(start, start + BLOCK)
        points[part] = projected(described[part], mean, matrix)
    return points


def sample_step(images: int) -> int:
    """Return n so that every n-th of so many descriptors is in the sample."""
    return -(-images // SAMPLE)


def projected(
    described: NDArray[np.floating], mean: Singles, matrix: Singles
) -> NDArray[np.float16]:
    """Return the points of one block of descriptors by the components of `projection`.

    Half precision moves a cosine by less than 0.001 and halves what is kept of each image.
    """
    centred = described.astype(np.float32, copy=False) - mean
    # In one order of memory: the last bits depend on it.
    points = unit((centred @ np.ascontiguousarray(matrix)).astype(np.float32, copy=False))
    return points.astype(np.float16)


def least_cosines(records: NDArray[np.void]) -> Singles:
    """Return the cosine below which each image has no neighbour; flat ones have none."""
    small = records["side_px"] < SMALL_PX
    least = np.where(small, np.float32(LEAST_SMALL), np.float32(LEAST))
    if len(records) <= FEW:
        least[:] = _ALL
    return np.where(records["flat"], np.float32(NEVER), least)


def embedded_cosines(records: NDArray[np.void], embedded: NDArray[np.bool_]) -> Singles:
    """Return the cosine below which an image has no neighbour by the embedding.

    Images without a vector have none, small ones neither: hashes and descriptors find those.

    Args:
        records: (n,) with `flat` and `side_px`.
        embedded: (n,) which images have a vector.
    """
    without = records["flat"] | (records["side_px"] < SMALL_PX) | ~embedded
    least = _ALL if len(records) <= FEW else LEAST_EMBEDDED
    return np.where(without, np.float32(NEVER), np.float32(least))


def from_afar(rows: NDArray[np.int32]) -> NDArray[np.uint64]:
    """Return neighbours by the embedding as candidates that may be flipped, and turned far.

    Args:
        rows: (n, 2, depth) of `NeighbourLists`.

    Returns:
        As of `numbers_of`, ordered.
    """
    numbers = np.repeat(pair_numbers(rows, EMBEDDED_NEIGHBOURS), 2)
    numbers[0::2] |= np.uint64(FAR)
    numbers[1::2] |= np.uint64(FAR + MIRROR)
    return numbers


def plain(rows: NDArray[np.int32]) -> NDArray[np.uint64]:
    """Return neighbours as candidates that are neither flipped nor rotated; as `from_afar`."""
    return pair_numbers(rows, NEIGHBOURS)
