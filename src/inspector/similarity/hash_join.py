"""Candidate pairs: images whose hashes are close in some framing and some of eight variants."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numba
import numpy as np
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from inspector.similarity.fingerprints import CENTRE, FULL, SMALL, TRIMMED
from inspector.similarity.hashes import variant
from inspector.similarity.orientations import INVERSE, NAMES, ONE_OF_EACH

# Bits that may differ. Plain pairs have the nearest descriptors beside them, turned ones have not.
# 11 costs the join what 8 does, 2 bits within a band, and 7 a tenth of it. Source: measured on
# CIFAR-10 and transformed photos; a wider radius adds candidates that verification refuses.
RADIUS = 7
RADIUS_TURNED = 11
FRAMINGS = (
    (FULL, FULL), (CENTRE, CENTRE), (SMALL, SMALL), (TRIMMED, TRIMMED),
    (FULL, CENTRE), (FULL, TRIMMED),
)  # fmt: skip
# The other way round they find the same pairs, but for a transform that is not its own inverse:
# there they find what the inverse would, which is why one of the two is enough.
CROSSED = ((CENTRE, FULL), (TRIMMED, FULL))
# Of turned pairs the centres are joined with `RADIUS`: who turns a copy seldom cuts it, too.
CENTRES = (CENTRE, SMALL)
# Where the index overtakes brute force, of random hashes; both are exact.
BRUTE_BELOW = 10_000
_BLOCK = 1_024
_BANDS = 4


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs to verify, as columns: row numbers a < b, and the transform that takes a to b.

    `FAR` may be added to the number of a transform.
    """

    a: NDArray[np.int32]
    b: NDArray[np.int32]
    transform: NDArray[np.uint8]


def candidates(records: NDArray[np.void], transforms: Sequence[int] = ONE_OF_EACH) -> Candidates:
    """Return every pair within the radius, once for each transform; flat images are left out.

    Args:
        records: (n,) of `FINGERPRINT`, or of `HASHES` alone.
        transforms: Some of `ONE_OF_EACH`; calls with others share no candidate with this one.
    """
    rows = np.flatnonzero(~records["flat"]).astype(np.int64)
    hashes = np.ascontiguousarray(records["hash"][rows])
    n = np.int64(len(records))
    everything = np.arange(len(rows))
    trimmed = hashes[:, TRIMMED] != hashes[:, FULL]
    keys = [np.zeros(0, np.int64)]
    for transform in transforms:
        framings = FRAMINGS if INVERSE[transform] == transform else FRAMINGS + CROSSED
        for one, two in framings:
            # Without borders to trim both framings are one, and that join is another one's.
            some, others = (
                np.flatnonzero(trimmed) if framing == TRIMMED else everything
                for framing in (one, two)
            )
            turned = variant(hashes[some, one], transform)
            # With one framing, what is its own inverse finds each pair from both of its ends.
            half = one == two and INVERSE[transform] == transform
            pairs = close(
                turned, np.ascontiguousarray(hashes[others, two]),
                radius_of(one, two, transform), half=half,
            )  # fmt: skip
            pairs = np.stack([some[pairs[:, 0]], others[pairs[:, 1]]], axis=1)
            a, b = rows[pairs[:, 0]], rows[pairs[:, 1]]
            swapped = a > b
            direction = np.where(swapped, INVERSE[transform], transform)
            low, high = np.minimum(a, b), np.maximum(a, b)
            key = (low * n + high) * len(NAMES) + direction
            keys.append(np.unique(key[a != b]))
    key = np.unique(np.concatenate(keys))
    pair = key // len(NAMES)
    return Candidates(
        (pair // n).astype(np.int32), (pair % n).astype(np.int32),
        (key % len(NAMES)).astype(np.uint8),
    )  # fmt: skip


def radius_of(one: int, two: int, transform: int) -> int:
    """Return how many bits may differ between two framings, the first flipped or turned."""
    wide = transform > 0 and one not in CENTRES and two not in CENTRES
    return RADIUS_TURNED if wide else RADIUS


def close(
    one: NDArray[np.uint64], two: NDArray[np.uint64], radius: int, *, half: bool = False
) -> NDArray[np.int64]:
    """Return all (i, j), shape (k, 2), with at most `radius` bits between one[i] and two[j].

    Exact: brute force for small sets, else multi-index hashing over four bands of 16 bits.

    Args:
        one: (n,) hashes.
        two: (m,) hashes.
        radius: Bits that may differ.
        half: Pairs with i < j are enough; others may come all the same.
    """
    if len(one) == 0 or len(two) == 0:
        return np.zeros((0, 2), np.int64)
    bits = np.uint64(radius)
    if len(two) < BRUTE_BELOW:
        return _in_room(4 * len(one), lambda pairs: _brute(one, two, bits, half, pairs))
    order = np.empty((_BANDS, len(two)), np.int32)
    sorted_by = np.empty((_BANDS, len(two)), np.uint64)
    starts = np.empty((_BANDS, 65_537), np.int32)
    for band in range(_BANDS):
        values = (two >> np.uint64(16 * band)) & np.uint64(0xFFFF)
        order[band] = np.argsort(values, kind="stable")
        sorted_by[band] = two[order[band]]
        starts[band] = np.searchsorted(values[order[band]], np.arange(65_537, dtype=np.uint64))
    index = (order, sorted_by, starts, _masks(radius // _BANDS))
    return _in_room(4 * len(one), lambda pairs: _indexed(one, bits, index, pairs))


def _in_room(room: int, join: Callable[[NDArray[np.int64]], int]) -> NDArray[np.int64]:
    """Return what a join writes; it counts on where there is no room, and is asked once more.

    Room that grew inside of a join made each of its steps twenty times as slow.
    """
    pairs = np.empty((1_024 + room, 2), np.int64)
    count = join(pairs)
    if count > len(pairs):
        pairs = np.empty((count, 2), np.int64)
        join(pairs)
    return pairs[:count]


def _masks(bits: int) -> NDArray[np.uint64]:
    every = np.arange(65_536, dtype=np.uint64)
    return every[np.bitwise_count(every) <= bits]


@intrinsic
def _popcount(_: object, value: object) -> object:
    """Count the bits that are set, in one instruction."""
    return types.uint64(value), lambda context, builder, signature, args: builder.ctpop(args[0])


@numba.njit(cache=True, nogil=True)
def _count(
    value: np.uint64, two: NDArray[np.uint64], start: int, end: int, radius: np.uint64
) -> int:
    hits = 0
    for j in range(start, end):
        hits += _popcount(value ^ two[j]) <= radius
    return hits


@numba.njit(cache=True, nogil=True)
def _brute(
    one: NDArray[np.uint64],
    two: NDArray[np.uint64],
    radius: np.uint64,
    half: bool,
    pairs: NDArray[np.int64],
) -> int:
    count = 0
    for i in range(len(one)):
        for start in range(i + 1 if half else 0, len(two), _BLOCK):
            end = min(start + _BLOCK, len(two))
            # Counting runs over many hashes at once; most blocks hold nothing.
            if _count(one[i], two, start, end, radius) == 0:
                continue
            for j in range(start, end):
                if _popcount(one[i] ^ two[j]) <= radius:
                    if count < len(pairs):
                        pairs[count, 0] = i
                        pairs[count, 1] = j
                    count += 1
    return count


@numba.njit(cache=True, nogil=True)
def _indexed(
    one: NDArray[np.uint64],
    radius: np.uint64,
    index: tuple[NDArray[np.int32], NDArray[np.uint64], NDArray[np.int32], NDArray[np.uint64]],
    pairs: NDArray[np.int64],
) -> int:
    order, sorted_by, starts, masks = index
    count = 0
    within = radius // np.uint64(4)
    low = np.uint64(0xFFFF)
    for band in range(4):
        shift = np.uint64(16 * band)
        begin, hashes = starts[band], sorted_by[band]
        for i in range(len(one)):
            value = (one[i] >> shift) & low
            for mask in masks:
                bucket = value ^ mask
                for k in range(begin[bucket], begin[bucket + np.uint64(1)]):
                    differ = one[i] ^ hashes[k]
                    if _popcount(differ) > radius:
                        continue
                    first = True
                    for earlier in range(band):
                        if _popcount((differ >> np.uint64(16 * earlier)) & low) <= within:
                            first = False
                    if first:
                        if count < len(pairs):
                            pairs[count, 0] = i
                            pairs[count, 1] = order[band, k]
                        count += 1
    return count
