"""Candidate pairs: images whose hashes are close in some framing and one of eight variants."""

from collections.abc import Callable, Sequence
from functools import cached_property

import numba
import numpy as np
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from inspector.similarity.fingerprints import CENTRE, FULL, SMALL, TRIMMED
from inspector.similarity.hashes import variant
from inspector.similarity.orientations import INVERSE, ONE_OF_EACH
from inspector.similarity.pairs import Candidates, candidates_of, each_once, numbers_of

# Bits that may differ. Unrotated pairs are also found by their descriptors, rotated ones are not. A
# radius of 11 costs the join what 8 does, 2 bits within a band, and 7 a tenth of it. Source:
# measured on CIFAR-10 and transformed photos; a wider radius adds candidates that verification
# rejects.
RADIUS = 7
RADIUS_TURNED = 11
FRAMINGS = (
    (FULL, FULL), (CENTRE, CENTRE), (SMALL, SMALL), (TRIMMED, TRIMMED),
    (FULL, CENTRE), (FULL, TRIMMED),
)  # fmt: skip
# The reverse finds the same pairs, except for a transform that is not its own inverse: there it
# finds what the inverse would, which is why one of the two suffices.
CROSSED = ((CENTRE, FULL), (TRIMMED, FULL))
# Centres of rotated pairs are joined with `RADIUS`: rotated copies are seldom also cropped.
CENTRES = (CENTRE, SMALL)
# Where the index overtakes brute force, for random hashes; both are exact.
BRUTE_BELOW = 10_000
_BLOCK = 1_024
_BANDS = 4
_Bands = tuple[NDArray[np.int32], NDArray[np.uint64], NDArray[np.int32]]


def candidates(
    records: NDArray[np.void],
    transforms: Sequence[int] = ONE_OF_EACH,
    new: NDArray[np.int32] | None = None,
) -> Candidates:
    """Return every pair within the radius, once per transform; flat images are left out.

    Args:
        records: (n,) of `FINGERPRINT`, or of `HASHES` alone.
        transforms: Some of `ONE_OF_EACH`; calls with different ones share no candidate.
        new: Rows of which every pair has at least one; None for all.
    """
    rows = np.flatnonzero(~records["flat"]).astype(np.int64)
    hashes = np.ascontiguousarray(records["hash"][rows])
    newer = None if new is None else np.isin(rows, new)
    trimmed = hashes[:, TRIMMED] != hashes[:, FULL]
    # Without borders to trim both framings are the same, and another join covers that.
    places = {TRIMMED: np.flatnonzero(trimmed)}
    framed = {
        framing: _Framing(hashes[:, framing], places.get(framing, np.arange(len(rows))), newer)
        for framing in (FULL, CENTRE, SMALL, TRIMMED)
    }
    parts = [np.zeros(0, np.uint64)]
    for transform in transforms:
        framings = FRAMINGS if INVERSE[transform] == transform else FRAMINGS + CROSSED
        for one, two in framings:
            # With one framing, a transform that is its own inverse finds each pair from both ends.
            half = one == two and INVERSE[transform] == transform
            radius = radius_of(one, two, transform)
            i, j = framed[one].pairs(framed[two], transform, radius, half=half)
            a, b = rows[i], rows[j]
            swapped = a > b
            direction = np.where(swapped, INVERSE[transform], transform)
            numbers = numbers_of(np.minimum(a, b), np.maximum(a, b), direction)
            parts.append(each_once(numbers[a != b]))
    return candidates_of(each_once(np.concatenate(parts)))


class _Framing:
    """The hashes of all images in one framing.

    Args:
        hashes: (n,) of all images.
        places: (m,) images that have this framing.
        newer: (n,) images of which every pair has at least one; None for all.
    """

    def __init__(
        self, hashes: NDArray[np.uint64], places: NDArray[np.intp],
        newer: NDArray[np.bool_] | None,
    ) -> None:  # fmt: skip
        self._hashes, self._places = np.ascontiguousarray(hashes[places]), places
        self._newer = None if newer is None else np.flatnonzero(newer[places])

    @cached_property
    def _index(self) -> "HashIndex":
        return HashIndex(self._hashes)

    def pairs(
        self, other: "_Framing", transform: int, radius: int, *, half: bool
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return images that are close, those of this framing flipped or rotated."""
        if self._newer is None:
            turned = variant(self._hashes, transform)
            # Not kept: of a million images the index takes 50 MB.
            i, j = HashIndex(other._hashes).close(turned, radius, half=half).T
            return self._places[i], other._places[j]
        assert other._newer is not None
        i, j = other._index.close(variant(self._hashes[self._newer], transform), radius).T
        one, two = [self._places[self._newer[i]]], [other._places[j]]
        if not half:
            # Whichever end is new asks. Turning both ends back keeps how many bits differ.
            asking = variant(other._hashes[other._newer], INVERSE[transform])
            j, i = self._index.close(asking, radius).T
            one.append(self._places[i])
            two.append(other._places[other._newer[j]])
        return np.concatenate(one), np.concatenate(two)


def radius_of(one: int, two: int, transform: int) -> int:
    """Return how many bits may differ between two framings, the first flipped or rotated."""
    wide = transform > 0 and one not in CENTRES and two not in CENTRES
    return RADIUS_TURNED if wide else RADIUS


class HashIndex:
    """Finds the hashes that are close to others.

    Exact: brute force for small sets, else multi-index hashing over four bands of 16 bits.

    Args:
        hashes: (m,) the indexed ones.
    """

    def __init__(self, hashes: NDArray[np.uint64]) -> None:
        self._hashes = hashes
        self._bands = None if len(hashes) < BRUTE_BELOW else _in_bands(hashes)

    def close(
        self, asking: NDArray[np.uint64], radius: int, *, half: bool = False
    ) -> NDArray[np.int64]:
        """Return all (i, j), shape (k, 2), with at most `radius` bits from asking i to hash j.

        Args:
            asking: (n,) hashes.
            radius: Bits that may differ.
            half: True if pairs with i < j suffice; others may be returned, too.
        """
        if len(asking) == 0 or len(self._hashes) == 0:
            return np.zeros((0, 2), np.int64)
        bits, index = np.uint64(radius), self._bands
        room = 4 * len(asking)
        if index is None:
            return _in_room(room, lambda pairs: _brute(asking, self._hashes, bits, half, pairs))
        asked, masks = _in_bands(asking), _masks(radius // _BANDS)
        return _in_room(room, lambda pairs: _indexed(asked, index, masks, bits, pairs))


def _in_bands(hashes: NDArray[np.uint64]) -> _Bands:
    """Return the rows of hashes (n,) in the order of each band, the hashes, and where values start.

    Returns:
        (4, n), (4, n) and (4, 65537).
    """
    order = np.empty((_BANDS, len(hashes)), np.int32)
    ordered = np.empty((_BANDS, len(hashes)), np.uint64)
    starts = np.zeros((_BANDS, 65_537), np.int32)
    for band in range(_BANDS):
        # Of 16 bits: NumPy sorts those by counting.
        values = ((hashes >> np.uint64(16 * band)) & np.uint64(0xFFFF)).astype(np.uint16)
        order[band] = np.argsort(values, kind="stable")
        ordered[band] = hashes[order[band]]
        np.cumsum(np.bincount(values, minlength=65_536), out=starts[band, 1:])
    return order, ordered, starts


def _in_room(room: int, join: Callable[[NDArray[np.int64]], int]) -> NDArray[np.int64]:
    """Return what a join writes; it keeps counting beyond the buffer and is then run again.

    Growing the buffer within a join made each of its steps twenty times slower.
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
    """Count the set bits in one instruction."""
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
            # Counting covers many hashes at once; most blocks contain nothing.
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
def _is_first(differ: np.uint64, band: int, within: np.uint64) -> bool:
    """Tell whether no earlier band is close enough to find the same pair."""
    for earlier in range(band):
        if _popcount((differ >> np.uint64(16 * earlier)) & np.uint64(0xFFFF)) <= within:
            return False
    return True


@numba.njit(cache=True, nogil=True)
def _indexed(
    asked: _Bands,
    index: _Bands,
    masks: NDArray[np.uint64],
    radius: np.uint64,
    pairs: NDArray[np.int64],
) -> int:
    """Write pairs; all hashes of one value of a band ask together, in the order of the values."""
    count = 0
    within = radius // np.uint64(_BANDS)
    for band in range(_BANDS):
        ones, others = asked[1][band], index[1][band]
        starts, begin = asked[2][band], index[2][band]
        for value in range(65_536):
            if starts[value] == starts[value + 1]:
                continue
            for mask in masks:
                bucket = np.uint64(value) ^ mask
                for k in range(begin[bucket], begin[bucket + np.uint64(1)]):
                    for i in range(starts[value], starts[value + 1]):
                        differ = ones[i] ^ others[k]
                        if _popcount(differ) > radius or not _is_first(differ, band, within):
                            continue
                        if count < len(pairs):
                            pairs[count, 0] = asked[0][band, i]
                            pairs[count, 1] = index[0][band, k]
                        count += 1
    return count
