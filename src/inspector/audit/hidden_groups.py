"""Near-duplicates that no known group explains: the trace of missed groups."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inspector.audit.folds import own_groups
from inspector.similarity.pairs import components

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

# A pair is suspicious if it is closer than this share of the distance to the 30th neighbour of
# both. Source: prototype of 340 trials, confirmed on fresh samples in
# docs/measurements/verdicts.md.
CLOSER_THAN = 0.55
_MAX_DISTANCES = 5_000_000
NEIGHBOUR = 30


@dataclass(frozen=True, slots=True)
class HiddenGroups:
    """The unexplained pairs, and the groups joined by them.

    Attributes:
        pairs: (m, 2) rows a < b, outside known groups.
        share: Share of images that are in an unexplained pair, 0..1.
        group: (n,) known groups joined by the unexplained pairs, numbered from 0: the unit of every
            variance and of what is left out of the folder.
    """

    pairs: Ints
    share: float
    group: Ints


def unexplained_pairs(x: Floats, group: Ints) -> HiddenGroups:
    """Find images that are as similar as members of one group, but not known to be.

    Args:
        x: (n, d) reduced descriptors.
        group: (n,) known groups, -1 for none.
    """
    n = len(x)
    known = own_groups(group)
    if n <= 2:
        return HiddenGroups(np.zeros((0, 2), np.int64), 0.0, known)
    reach = _distance_of_30th(x, known)
    pairs = _close_pairs(x, known, CLOSER_THAN * reach)
    first = np.unique(known, return_index=True)[1][known]
    joined = components(
        n,
        np.concatenate([np.arange(n), pairs[:, 0]]).astype(np.int32),
        np.concatenate([first, pairs[:, 1]]).astype(np.int32),
    )
    share = len(np.unique(pairs)) / n
    return HiddenGroups(pairs, share, joined.astype(np.int64))


def _blocks(n: int) -> list[tuple[int, int]]:
    # Each row has a distance to all: 512 rows of 100,000 images take 200 MB, several times.
    rows_at_once = max(32, min(512, _MAX_DISTANCES // n))
    return [(start, min(n, start + rows_at_once)) for start in range(0, n, rows_at_once)]


def _distances(x: Floats, squares: Floats, known: Ints, start: int, end: int) -> Floats:
    """Return distances of rows start..end to all rows; inf within a known group."""
    distances = squares[start:end, None] + squares[None, :] - 2 * (x[start:end] @ x.T)
    np.maximum(distances, 0, out=distances)
    np.sqrt(distances, out=distances)
    distances[known[start:end, None] == known[None, :]] = np.inf
    return np.asarray(distances, np.float32)


def _distance_of_30th(x: Floats, known: Ints) -> Floats:
    squares = (x**2).sum(axis=1)
    place = min(NEIGHBOUR, len(x) - 1) - 1
    reach = np.empty(len(x), np.float32)
    for start, end in _blocks(len(x)):
        block = _distances(x, squares, known, start, end)
        reach[start:end] = np.partition(block, place, axis=1)[:, place]
    # If all is one group, there is no 30th neighbour outside it and nothing to suspect.
    reach[~np.isfinite(reach)] = 0
    return reach


def _close_pairs(x: Floats, known: Ints, limit: Floats) -> Ints:
    squares = (x**2).sum(axis=1)
    pairs = []
    for start, end in _blocks(len(x)):
        block = _distances(x, squares, known, start, end)
        a, b = np.nonzero((block < limit[start:end, None]) & (block < limit[None, :]))
        a += start
        pairs.append(np.stack([a[a < b], b[a < b]], axis=1))
    return np.concatenate(pairs).astype(np.int64)
