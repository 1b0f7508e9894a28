"""Pairs that an earlier search verified, so that a rescan verifies only new ones."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from inspector.project.catalog.stored_arrays import DAMAGED, stored_arrays
from inspector.similarity.orientations import FAR
from inspector.similarity.pairs import candidates_of, pairs_of
from inspector.store.columns import HashColumn, rows_of_words
from inspector.work.array_files import read_header
from inspector.work.tasks import SEARCH, CandidateResult

_NO_PAIR = np.uint64(2**64 - 1)
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
        """Return the table of candidates, given as ordered numbers of `similarity.pairs`."""
        a, b = np.empty(len(numbers), np.int32), np.empty(len(numbers), np.int32)
        ways = np.empty(len(numbers), np.uint16)
        count = start = 0
        while start < len(numbers):
            end = min(start + _AT_ONCE, len(numbers))
            # A pair is not cut in two.
            while end < len(numbers) and pairs_of(numbers[end]) == pairs_of(numbers[end - 1]):
                end += 1
            some = numbers[start:end]
            starts = np.flatnonzero(np.diff(pairs_of(some), prepend=_NO_PAIR))
            part, pairs = slice(count, count + len(starts)), candidates_of(some)
            a[part], b[part] = pairs.a[starts], pairs.b[starts]
            ways[part] = np.bitwise_or.reduceat(np.uint16(1) << pairs.transform, starts)
            count, start = part.stop, end
        return cls(
            a[:count], b[:count], ways[:count], np.zeros(count, np.uint8),
            np.full(count, np.nan, np.float32),
        )  # fmt: skip

    def rows_of(self, a: NDArray[np.int32], b: NDArray[np.int32]) -> NDArray[np.int64]:
        """Return the row of each of some pairs, -1 where it is missing."""
        if not len(a) or not len(self.a):
            return np.full(len(a), -1, np.int64)
        # Pairs that are looked up together stand near each other.
        first, end = np.searchsorted(self.a, np.array([a.min(), a.max() + 1], np.int32)).tolist()
        keys, asked = pair_keys(self.a[first:end], self.b[first:end]), pair_keys(a, b)
        at = np.minimum(np.searchsorted(keys, asked), max(0, len(keys) - 1))
        there = keys[at] == asked if len(keys) else np.zeros(len(a), np.bool_)
        return np.where(there, first + at, -1)

    def fill(self, verified: CandidateResult) -> None:
        """Enter the similarity of some of the pairs."""
        rows = self.rows_of(verified.a, verified.b)
        assert (rows >= 0).all()
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
            with stored_arrays(self._file) as known:
                rows = rows_of_words(contents.words, known["contents"].view(np.uint64))
                _fill_known(table, known, rows)
        except DAMAGED:
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


def _fill_known(table: PairTable, known: Any, rows: NDArray[np.int64]) -> None:
    """Enter what is known of pairs that were compared under the transforms that are proposed now.

    Args:
        table: The pairs.
        known: File of an earlier table.
        rows: Row of each of its contents now, -1 where it is gone.
    """
    with ExitStack() as stack:
        columns = [stack.enter_context(known.zip.open(f"{name}.npy")) for name in PairTable._fields]
        dtypes = [read_header(column)[1] for column in columns]
        while True:
            a, b, ways, transform, similarity = (
                np.frombuffer(column.read(_AT_ONCE * dtype.itemsize), dtype)
                for column, dtype in zip(columns, dtypes, strict=True)
            )
            if not len(a) or not len(table.a):
                return
            one, two = rows[a], rows[b]
            # Of a pair in another order the transform would be another one, too.
            still = np.flatnonzero((one >= 0) & (two >= 0) & (one < two))
            at = table.rows_of(one[still].astype(np.int32), two[still].astype(np.int32))
            same = np.flatnonzero((at >= 0) & (table.ways[at] == ways[still]))
            at, still = at[same], still[same]
            table.transform[at], table.similarity[at] = transform[still], similarity[still]


def _parts(rows: int) -> Iterator[slice]:
    """Yield parts of many rows: a million images have fifteen million pairs."""
    return (slice(start, start + _AT_ONCE) for start in range(0, rows, _AT_ONCE))


def pair_keys(a: NDArray[np.int32], b: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return a number for each pair that orders by `a`, then by `b`.

    A stable sort of what is joined from ordered parts only merges those.
    """
    return (a.astype(np.int64) << _SHIFT) | b
