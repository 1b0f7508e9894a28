"""Pairs that an earlier search verified, so that a rescan verifies only new ones."""

import hashlib
import os
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from inspector.work.tasks import SEARCH, CandidateResult

_HASH_BYTES = 32
_SHIFT = 32
_AT_ONCE = 1 << 20


class ComparedPairs(NamedTuple):
    """Candidates, split by whether an earlier search verified them.

    Attributes:
        unknown: Candidates still to verify.
        verified: The others that have a similarity.
    """

    unknown: CandidateResult
    verified: CandidateResult


class VerifiedPairs:
    """Stores the verified pairs of contents with their similarity.

    A pair counts as verified if it was verified under exactly the transforms that are proposed
    now, so the result equals that of verifying everything again. The file is rebuildable.

    Args:
        folder: Cache folder.
        project: Project file.
        name: Beginning of the file's name; another one for pairs compared in another way.
    """

    def __init__(self, folder: Path, project: Path, name: str = "pairs") -> None:
        of_project = hashlib.sha256(os.fsencode(os.path.realpath(project))).hexdigest()[:16]
        self._file = folder / f"{name}-{of_project}.npz"

    def compared(self, contents: Sequence[bytes], proposed: CandidateResult) -> ComparedPairs:
        """Separate candidates that were verified before from new ones.

        Args:
            contents: SHA-256 of each row that the candidates point into.
            proposed: Candidates, ordered by pair.
        """
        nothing = np.zeros(0, np.int32)
        none = CandidateResult(nothing, nothing, np.zeros(0, np.uint8), np.zeros(0, np.float32))
        try:
            with self._file.open("rb") as stream, np.load(stream, allow_pickle=False) as known:
                if str(known["maker"]) != SEARCH:
                    return ComparedPairs(proposed, none)
                starts, ways = _starts(proposed)
                pairs = pair_keys(proposed.a[starts], proposed.b[starts])
                rows = _rows_of(known["contents"], contents)
                same = _compared_alike(known, rows, pairs, ways)
                alike = _keys(rows, known["alike_a"], known["alike_b"])
                transform, similarity = known["alike_transform"], known["alike_similarity"]
        except (OSError, EOFError, LookupError, TypeError, ValueError, zipfile.BadZipFile):
            return ComparedPairs(proposed, none)
        fresh = ~np.repeat(same, np.diff(starts, append=len(proposed.a)))
        unknown = CandidateResult(proposed.a[fresh], proposed.b[fresh], proposed.transform[fresh])
        still = _among(pairs[same], alike)
        return ComparedPairs(
            unknown,
            CandidateResult(
                (alike[still] >> _SHIFT).astype(np.int32),
                (alike[still] & ((1 << _SHIFT) - 1)).astype(np.int32),
                transform[still], similarity[still],
            ),
        )  # fmt: skip

    def keep(
        self, contents: Sequence[bytes], proposed: CandidateResult, verified: CandidateResult
    ) -> None:
        """Store that `proposed` was verified with this result, if the disk has space."""
        starts, ways = _starts(proposed)
        assert verified.similarity is not None
        partial = self._file.with_name(f".{self._file.name}.{os.getpid()}.new")
        try:
            with partial.open("wb") as stream:
                np.savez(
                    stream,
                    maker=np.array(SEARCH),
                    contents=np.frombuffer(b"".join(contents), np.uint8),
                    a=proposed.a[starts],
                    b=proposed.b[starts],
                    ways=ways,
                    alike_a=verified.a,
                    alike_b=verified.b,
                    alike_transform=verified.transform,
                    alike_similarity=verified.similarity,
                )
            partial.replace(self._file)
        except OSError:
            with suppress(OSError):
                partial.unlink()


def _rows_of(known: NDArray[np.uint8], contents: Sequence[bytes]) -> NDArray[np.int64]:
    """Return the row in `contents` of each known content, -1 where it is gone."""
    old = known.view(f"S{_HASH_BYTES}")
    new = np.frombuffer(b"".join(contents), f"S{_HASH_BYTES}")
    if not len(new):
        return np.full(len(old), -1, np.int64)
    order = np.argsort(new)
    at = np.minimum(np.searchsorted(new[order], old), len(new) - 1)
    rows: NDArray[np.int64] = np.where(new[order][at] == old, order[at], -1)
    return rows


def _places_in(
    ordered: NDArray[np.int64], asked: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return where numbers would be in ordered ones, and which of them are there."""
    if not len(ordered):
        return np.zeros(len(asked), np.int64), np.zeros(len(asked), np.bool_)
    at = np.minimum(np.searchsorted(ordered, asked), len(ordered) - 1)
    return at, ordered[at] == asked


def _compared_alike(
    known: Mapping[str, NDArray[Any]],
    rows: NDArray[np.int64],
    pairs: NDArray[np.int64],
    ways: NDArray[np.uint16],
) -> NDArray[np.bool_]:
    """Return which pairs were verified before, under the same transforms."""
    keys, known_ways = _keys(rows, known["a"], known["b"]), known["ways"]
    count = 0
    for part in _parts(len(keys)):
        there = keys[part] >= 0
        end = count + int(np.count_nonzero(there))
        keys[count:end], known_ways[count:end] = keys[part][there], known_ways[part][there]
        count = end
    keys, known_ways = keys[:count], known_ways[:count]
    if not (keys[1:] > keys[:-1]).all():
        # Nearly in order already, which a stable sort uses.
        order = np.argsort(keys, kind="stable")
        keys, known_ways = keys[order], known_ways[order]
    same = np.zeros(len(pairs), np.bool_)
    for part in _parts(len(pairs)):
        at, alike = _places_in(keys, pairs[part])
        alike[alike] = known_ways[at[alike]] == ways[part][alike]
        same[part] = alike
    return same


def _among(ordered: NDArray[np.int64], asked: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which numbers are among ordered ones."""
    among = np.zeros(len(asked), np.bool_)
    for part in _parts(len(asked)):
        among[part] = _places_in(ordered, asked[part])[1]
    return among


def _parts(rows: int) -> Iterator[slice]:
    """Yield parts of many rows: a million images have fifteen million pairs."""
    return (slice(start, start + _AT_ONCE) for start in range(0, rows, _AT_ONCE))


def _keys(rows: NDArray[np.int64], a: NDArray[np.int32], b: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return pairs as numbers, -1 for those that are gone or whose order changed."""
    keys = np.empty(len(a), np.int64)
    for part in _parts(len(a)):
        one, two = rows[a[part]], rows[b[part]]
        keys[part] = np.where((one >= 0) & (two >= 0) & (one < two), (one << _SHIFT) | two, -1)
    return keys


def _starts(proposed: CandidateResult) -> tuple[NDArray[np.int64], NDArray[np.uint16]]:
    """Return where each pair of ordered candidates starts, and its transforms as bits."""
    first = np.ones(len(proposed.a), np.bool_)
    for end in (proposed.a, proposed.b):
        first[1:] &= end[1:] == end[:-1]
    first[1:] = ~first[1:]
    starts = np.flatnonzero(first)
    ways = np.left_shift(np.uint16(1), proposed.transform)
    return starts, np.bitwise_or.reduceat(ways, starts) if len(starts) else ways


def pair_keys(a: NDArray[np.int32], b: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return a number for each pair that orders by `a`, then by `b`.

    A stable sort of what is joined from ordered parts only merges those.
    """
    return (a.astype(np.int64) << _SHIFT) | b


def joined_in_order(one: CandidateResult, two: CandidateResult) -> CandidateResult:
    """Return the verified pairs of both, ordered by pair."""
    keys = np.concatenate([pair_keys(part.a, part.b) for part in (one, two)])
    order = np.argsort(keys, kind="stable")
    # One column after the other: of a million images each takes a hundred megabytes.
    del keys

    def column(name: str) -> NDArray[Any]:
        return np.concatenate([getattr(part, name) for part in (one, two)])[order]

    return CandidateResult(*map(column, ("a", "b", "transform", "similarity")))
