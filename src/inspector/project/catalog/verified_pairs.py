"""Pairs that an earlier search verified, so that a rescan verifies only new ones."""

import hashlib
import os
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from inspector.store.columns import HashColumn, rows_of_words
from inspector.work.tasks import SEARCH, CandidateResult

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

    def compared(self, contents: HashColumn, proposed: CandidateResult) -> ComparedPairs:
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
                rows = rows_of_words(contents.words, known["contents"].view(np.uint64))
                return _compared(_of_contents(known, rows), proposed)
        except (OSError, EOFError, LookupError, TypeError, ValueError, zipfile.BadZipFile):
            return ComparedPairs(proposed, none)

    def keep(
        self, contents: HashColumn, proposed: CandidateResult, verified: CandidateResult
    ) -> None:
        """Store that `proposed` was verified with this result, if the disk has space.

        Args:
            contents: SHA-256 of each row.
            proposed: Candidates, ordered by pair.
            verified: Those of them that have a similarity, ordered by pair, one for each pair.
        """
        starts, ways = _starts(proposed)
        assert verified.similarity is not None
        a, b = proposed.a[starts], proposed.b[starts]
        transform, similarity = verified.transform, verified.similarity
        if len(similarity) < len(starts):
            at = np.searchsorted(pair_keys(a, b), pair_keys(verified.a, verified.b))
            transform, similarity = np.zeros(len(a), np.uint8), np.full(len(a), np.nan, np.float32)
            transform[at], similarity[at] = verified.transform, verified.similarity
        partial = self._file.with_name(f".{self._file.name}.{os.getpid()}.new")
        try:
            with partial.open("wb") as stream:
                np.savez(
                    stream, maker=np.array(SEARCH), contents=contents.digests, a=a, b=b, ways=ways,
                    transform=transform, similarity=similarity,
                )  # fmt: skip
            partial.replace(self._file)
        except OSError:
            with suppress(OSError):
                partial.unlink()


class _Known(NamedTuple):
    """Pairs that were verified, in the order of their keys; `similarity` is NaN for none."""

    keys: NDArray[np.int64]
    ways: NDArray[np.uint16]
    transform: NDArray[np.uint8]
    similarity: NDArray[np.float32]


def _of_contents(known: Mapping[str, NDArray[Any]], rows: NDArray[np.int64]) -> _Known:
    """Return the known pairs whose contents are still there, by their rows now."""
    keys = _keys(rows, known["a"], known["b"])
    still: Any = np.flatnonzero(keys >= 0)
    keys = keys[still]
    if not (keys[1:] > keys[:-1]).all():
        # Nearly in order already, which a stable sort uses.
        order = np.argsort(keys, kind="stable")
        keys, still = keys[order], still[order]
    return _Known(keys, *(known[name][still] for name in ("ways", "transform", "similarity")))


def _compared(known: _Known, proposed: CandidateResult) -> ComparedPairs:
    """Separate candidates that were verified under the same transforms from others."""
    starts, ways = _starts(proposed)
    same = np.zeros(len(starts), np.bool_)
    transform = np.zeros(len(starts), np.uint8)
    similarity = np.full(len(starts), np.nan, np.float32)
    for part in _parts(len(starts)):
        pairs = pair_keys(proposed.a[starts[part]], proposed.b[starts[part]])
        at, there = _places_in(known.keys, pairs)
        there[there] = known.ways[at[there]] == ways[part][there]
        same[part] = there
        transform[part][there] = known.transform[at[there]]
        similarity[part][there] = known.similarity[at[there]]
    fresh = ~np.repeat(same, np.diff(starts, append=len(proposed.a)))
    unknown = CandidateResult(proposed.a[fresh], proposed.b[fresh], proposed.transform[fresh])
    rated = ~np.isnan(similarity)
    starts = starts[rated]
    return ComparedPairs(
        unknown,
        CandidateResult(
            proposed.a[starts], proposed.b[starts], transform[rated], similarity[rated]
        ),
    )


def _places_in(
    ordered: NDArray[np.int64], asked: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return where numbers would be in ordered ones, and which of them are there."""
    if not len(ordered):
        return np.zeros(len(asked), np.int64), np.zeros(len(asked), np.bool_)
    at = np.minimum(np.searchsorted(ordered, asked), len(ordered) - 1)
    return at, ordered[at] == asked


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
    """Return the verified pairs of both, ordered by pair, as those of `one` are already."""
    order = np.argsort(pair_keys(two.a, two.b))
    at = np.searchsorted(pair_keys(one.a, one.b), pair_keys(two.a, two.b)[order])

    # One column after the other: of a million images each takes a hundred megabytes.
    def column(name: str) -> NDArray[Any]:
        return np.insert(getattr(one, name), at, getattr(two, name)[order])

    return CandidateResult(*map(column, ("a", "b", "transform", "similarity")))
