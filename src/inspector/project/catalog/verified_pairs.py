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

from inspector.similarity.hash_join import candidates_of
from inspector.similarity.orientations import FAR
from inspector.store.columns import HashColumn, rows_of_words
from inspector.work.tasks import SEARCH, CandidateResult

# Numbers of one pair differ by less.
_WAYS = np.uint64(2 * FAR)
_SHIFT = 32
_AT_ONCE = 1 << 20


class PairTable(NamedTuple):
    """Candidate pairs in order, a row each, 15 bytes: of a million images fifteen million.

    Attributes:
        a: (n,) row of one content.
        b: (n,) row of the other, higher.
        ways: (n,) the transforms that are proposed, as bits.
        transform: (n,) the best of them.
        similarity: (n,) by that; NaN where the pair was not compared.
    """

    a: NDArray[np.int32]
    b: NDArray[np.int32]
    ways: NDArray[np.uint16]
    transform: NDArray[np.uint8]
    similarity: NDArray[np.float32]

    @classmethod
    def of(cls, numbers: NDArray[np.uint64]) -> "PairTable":
        """Return the table of candidates, given as ordered numbers of `hash_join`."""
        first = np.ones(len(numbers), np.bool_)
        for part in _parts(len(numbers)):
            some = numbers[part.start : part.stop + 1]
            first[part.start + 1 : part.stop + 1] = (some[1:] ^ some[:-1]) >= _WAYS
        starts = np.flatnonzero(first)
        a, b = np.empty(len(starts), np.int32), np.empty(len(starts), np.int32)
        for part in _parts(len(starts)):
            pairs = candidates_of(numbers[starts[part]])
            a[part], b[part] = pairs.a, pairs.b
        ways = np.empty(len(numbers), np.uint16)
        for part in _parts(len(numbers)):
            ways[part] = np.left_shift(np.uint16(1), candidates_of(numbers[part]).transform)
        if len(starts):
            ways = np.bitwise_or.reduceat(ways, starts)
        return cls(
            a, b, ways, np.zeros(len(starts), np.uint8), np.full(len(starts), np.nan, np.float32)
        )

    def fill(self, verified: CandidateResult) -> None:
        """Enter the similarity of some of the pairs."""
        if not len(verified.a):
            return
        ends = np.array([verified.a.min(), verified.a.max() + 1], np.int32)
        first, end = np.searchsorted(self.a, ends).tolist()
        keys = pair_keys(self.a[first:end], self.b[first:end])
        rows = first + np.searchsorted(keys, pair_keys(verified.a, verified.b))
        self.transform[rows], self.similarity[rows] = verified.transform, verified.similarity

    def uncompared(self) -> CandidateResult:
        """Return the candidates of pairs that have no similarity."""
        rows = np.flatnonzero(np.isnan(self.similarity))
        transforms = []
        for part in _parts(len(rows)):
            ways = self.ways[rows[part], None] >> np.arange(2 * FAR, dtype=np.uint16) & 1
            transforms.append(np.nonzero(ways)[1].astype(np.uint8))
        rows = np.repeat(rows, np.bitwise_count(self.ways[rows]))
        return CandidateResult(
            self.a[rows], self.b[rows], np.concatenate([np.zeros(0, np.uint8), *transforms])
        )

    def similar(self, least: float) -> CandidateResult:
        """Return the pairs of at least some similarity."""
        rows = np.flatnonzero(self.similarity >= least)
        return CandidateResult(
            self.a[rows], self.b[rows], self.transform[rows], self.similarity[rows]
        )


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

    def fill(self, contents: HashColumn, table: PairTable) -> None:
        """Enter what an earlier search found of the pairs.

        Args:
            contents: SHA-256 of each row.
            table: The pairs, without any similarity.
        """
        try:
            with self._file.open("rb") as stream, np.load(stream, allow_pickle=False) as known:
                if str(known["maker"]) == SEARCH:
                    rows = rows_of_words(contents.words, known["contents"].view(np.uint64))
                    _fill_known(table, known, rows)
        except (OSError, EOFError, LookupError, TypeError, ValueError, zipfile.BadZipFile):
            # A damaged file may have given some of them.
            table.similarity.fill(np.nan)

    def keep(self, contents: HashColumn, table: PairTable) -> None:
        """Store what was found, if the disk has space."""
        partial = self._file.with_name(f".{self._file.name}.{os.getpid()}.new")
        try:
            with partial.open("wb") as stream:
                np.savez(
                    stream, maker=np.array(SEARCH), contents=contents.digests, **table._asdict()
                )
            partial.replace(self._file)
        except OSError:
            with suppress(OSError):
                partial.unlink()


def _fill_known(
    table: PairTable, known: Mapping[str, NDArray[Any]], rows: NDArray[np.int64]
) -> None:
    """Enter what is known of pairs that were compared under the transforms that are proposed now.

    Args:
        table: The pairs.
        known: Columns of an earlier table.
        rows: Row of each of its contents now, -1 where it is gone.
    """
    keys = _keys(rows, known["a"], known["b"])
    chosen: Any = keys >= 0
    keys = keys[chosen]
    if not (keys[1:] > keys[:-1]).all():
        # Nearly in order already, which a stable sort uses.
        order = np.argsort(keys, kind="stable")
        keys, chosen = keys[order], np.flatnonzero(chosen)[order]
    ways, transform, similarity = (
        known[name][chosen] for name in ("ways", "transform", "similarity")
    )
    for part in _parts(len(table.a)):
        at, there = _places_in(keys, pair_keys(table.a[part], table.b[part]))
        there[there] = ways[at[there]] == table.ways[part][there]
        table.transform[part][there] = transform[at[there]]
        table.similarity[part][there] = similarity[at[there]]


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


def pair_keys(a: NDArray[np.int32], b: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return a number for each pair that orders by `a`, then by `b`.

    A stable sort of what is joined from ordered parts only merges those.
    """
    return (a.astype(np.int64) << _SHIFT) | b
