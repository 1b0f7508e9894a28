"""Candidate pairs: pictures whose hashes are close in some framing and some of eight variants."""

from collections.abc import Sequence
from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from inspector.similarity.fingerprints import CENTRE, FULL, SMALL, TRIMMED
from inspector.similarity.hashes import variant
from inspector.similarity.transforms import INVERSE, NAMES, ONE_OF_EACH

# Bits that may differ. Source: measured on CIFAR-10 and transformed photos; a wider radius adds
# candidates that verification refuses. 11 costs the join what 10 does: 2 bits within a band.
RADIUS = 14
RADIUS_TURNED = 11
FRAMINGS = (
    (FULL, FULL), (CENTRE, CENTRE), (SMALL, SMALL), (TRIMMED, TRIMMED),
    (FULL, CENTRE), (FULL, TRIMMED),
)  # fmt: skip
# The other way round they find the same pairs, but for a transform that is not its own inverse:
# there they find what the inverse would, which is why one of the two is enough.
CROSSED = ((CENTRE, FULL), (TRIMMED, FULL))
BRUTE_BELOW = 12_000
_BANDS = 4


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs to verify, as columns: row numbers a < b, and the transform that takes a to b."""

    a: NDArray[np.int32]
    b: NDArray[np.int32]
    transform: NDArray[np.uint8]


def candidates(
    records: NDArray[np.void], transforms: Sequence[int] = ONE_OF_EACH
) -> Candidates:
    """Return every pair within the radius, once for each transform; flat pictures are left out.

    Args:
        records: (n,) of `FINGERPRINT`.
        transforms: Some of `ONE_OF_EACH`; calls with others share no candidate with this one.
    """
    rows = np.flatnonzero(~records["flat"]).astype(np.int64)
    hashes = np.ascontiguousarray(records["hash"][rows])
    n = np.int64(len(records))
    keys = [np.zeros(0, np.int64)]
    for transform in transforms:
        radius = RADIUS_TURNED if transform else RADIUS
        framings = FRAMINGS if INVERSE[transform] == transform else FRAMINGS + CROSSED
        for one, two in framings:
            turned = variant(hashes[:, one], transform)
            found = close(turned, np.ascontiguousarray(hashes[:, two]), radius)
            a, b = rows[found[:, 0]], rows[found[:, 1]]
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


def close(
    one: NDArray[np.uint64], two: NDArray[np.uint64], radius: int
) -> NDArray[np.int64]:
    """Return all (i, j), shape (k, 2), with at most `radius` bits between one[i] and two[j].

    Exact: brute force for small sets, else multi-index hashing over four bands of 16 bits.
    """
    if len(one) == 0 or len(two) == 0:
        return np.zeros((0, 2), np.int64)
    if len(one) < BRUTE_BELOW:
        return np.asarray(_brute(one, two, radius))
    order = np.empty((_BANDS, len(two)), np.int64)
    starts = np.empty((_BANDS, 65_537), np.int64)
    for band in range(_BANDS):
        values = (two >> np.uint64(16 * band)) & np.uint64(0xFFFF)
        order[band] = np.argsort(values, kind="stable")
        starts[band] = np.searchsorted(values[order[band]], np.arange(65_537, dtype=np.uint64))
    return np.asarray(_indexed(one, two, radius, order, starts, _masks(radius // _BANDS)))


def _masks(bits: int) -> NDArray[np.uint64]:
    every = np.arange(65_536, dtype=np.uint64)
    return every[np.bitwise_count(every) <= bits]


@numba.njit(cache=True, nogil=True)
def _bits(value: np.uint64) -> int:
    value = value - ((value >> np.uint64(1)) & np.uint64(0x5555555555555555))
    value = (value & np.uint64(0x3333333333333333)) + (
        (value >> np.uint64(2)) & np.uint64(0x3333333333333333)
    )
    value = (value + (value >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return int((value * np.uint64(0x0101010101010101)) >> np.uint64(56))


@numba.njit(cache=True, nogil=True)
def _room(found: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    if count < len(found):
        return found
    grown = np.empty((2 * len(found), 2), np.int64)
    grown[:count] = found
    return grown


@numba.njit(cache=True, nogil=True)
def _brute(
    one: NDArray[np.uint64], two: NDArray[np.uint64], radius: int
) -> NDArray[np.int64]:
    found = np.empty((1024, 2), np.int64)
    count = 0
    for i in range(len(one)):
        for j in range(len(two)):
            if _bits(one[i] ^ two[j]) <= radius:
                found = _room(found, count)
                found[count, 0] = i
                found[count, 1] = j
                count += 1
    return found[:count]


@numba.njit(cache=True, nogil=True)
def _indexed(
    one: NDArray[np.uint64],
    two: NDArray[np.uint64],
    radius: int,
    order: NDArray[np.int64],
    starts: NDArray[np.int64],
    masks: NDArray[np.uint64],
) -> NDArray[np.int64]:
    found = np.empty((4096, 2), np.int64)
    count = 0
    within = radius // 4
    low = np.uint64(0xFFFF)
    for band in range(4):
        shift = np.uint64(16 * band)
        for i in range(len(one)):
            value = (one[i] >> shift) & low
            for mask in masks:
                bucket = value ^ mask
                for k in range(starts[band, bucket], starts[band, bucket + np.uint64(1)]):
                    j = order[band, k]
                    differ = one[i] ^ two[j]
                    if _bits(differ) > radius:
                        continue
                    first = True
                    for earlier in range(band):
                        if _bits((differ >> np.uint64(16 * earlier)) & low) <= within:
                            first = False
                    if first:
                        found = _room(found, count)
                        found[count, 0] = i
                        found[count, 1] = j
                        count += 1
    return found[:count]
