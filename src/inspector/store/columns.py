"""Columns of a table: codes of few distinct texts, hashes, and rows by id."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

_T = TypeVar("_T")
BATCH_ROWS = 2_048
HASH_BYTES = 32


@dataclass(frozen=True, slots=True)
class TextColumn:
    """A text column with few distinct values: `values[codes[row]]`."""

    codes: NDArray[np.int32]
    values: Sequence[str]

    def __getitem__(self, row: int) -> str:
        return self.values[int(self.codes[row])]

    def __iter__(self) -> Iterator[str]:
        values = self.values
        return (values[code] for code in self.codes.tolist())

    def taken(self, rows: NDArray[np.int64]) -> "TextColumn":
        """Return the column of some rows."""
        return TextColumn(self.codes[rows], self.values)

    def counts(self) -> Counter[str]:
        """Count the rows of each value that has any."""
        counted = np.bincount(self.codes, minlength=len(self.values)).tolist()
        return Counter({v: n for v, n in zip(self.values, counted, strict=True) if n})

    def sorted(self) -> "TextColumn":
        """Return the same column with sorted values, those alone that some row has."""
        used = np.flatnonzero(np.bincount(self.codes, minlength=len(self.values)))
        order = sorted(used.tolist(), key=lambda code: self.values[code])
        place = np.zeros(len(self.values), np.int32)
        place[order] = np.arange(len(order))
        return TextColumn(place[self.codes], [self.values[code] for code in order])

    def equals(self, *values: str) -> NDArray[np.bool_]:
        """Return which rows have one of some values."""
        hits = np.array([value in values for value in self.values], np.bool_)
        return hits[self.codes] if len(hits) else np.zeros(len(self.codes), np.bool_)


class HashColumn(Sequence[bytes]):
    """SHA-256 per row, or b"" where unknown."""

    def __init__(self, digests: NDArray[np.uint8], known: NDArray[np.bool_]) -> None:
        self.digests, self.known = digests, known

    def __len__(self) -> int:
        return len(self.known)

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice | NDArray[np.int64]) -> list[bytes]: ...
    def __getitem__(self, index: int | slice | NDArray[np.int64]) -> bytes | list[bytes]:
        if isinstance(index, slice | np.ndarray):
            data, known = self.digests[index].tobytes(), self.known[index].tolist()
            return [
                data[i * HASH_BYTES : (i + 1) * HASH_BYTES] if there else b""
                for i, there in enumerate(known)
            ]
        return self.digests[index].tobytes() if self.known[index] else b""

    def __iter__(self) -> Iterator[bytes]:
        for start in range(0, len(self), BATCH_ROWS):
            yield from self[start : start + BATCH_ROWS]

    def taken(self, rows: NDArray[np.int64]) -> "HashColumn":
        """Return the column of some rows."""
        return HashColumn(self.digests[rows], self.known[rows])

    @property
    def words(self) -> NDArray[np.uint64]:
        """Return the hashes as (n, 4) words."""
        return self.digests.view(np.uint64)

    @cached_property
    def numbers(self) -> NDArray[np.int32]:
        """A number from 0 for each row, equal where the hashes are."""
        words = self.words
        order = np.lexsort(words.T)
        ordered = words[order]
        other = np.ones(len(words), np.bool_)
        other[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
        numbers = np.empty(len(words), np.int32)
        numbers[order] = np.cumsum(other) - 1
        return numbers


def rows_of_words(table: NDArray[np.uint64], asked: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return the row in a table of each asked one, -1 where it is missing.

    Args:
        table: (n, w) random words, as of hashes. Of rows with the same first word one is found.
        asked: (m, w)
    """
    if not len(table):
        return np.full(len(asked), -1, np.int64)
    order = np.argsort(table[:, 0])
    at = np.searchsorted(table[order, 0], asked[:, 0])
    rows = order[np.minimum(at, len(table) - 1)]
    return np.where((table[rows] == asked).all(axis=1), rows, -1)


class LazyColumns(Mapping[str, _T], Generic[_T]):
    """Columns by name, each computed when it is first asked for."""

    def __init__(self, names: Iterable[str], compute: Callable[[str], _T]) -> None:
        self._names, self._compute = dict.fromkeys(names), compute
        self._columns: dict[str, _T] = {}

    def __getitem__(self, name: str) -> _T:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._columns:
            self._columns[name] = self._compute(name)
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class RowsById:
    """Finds the rows of samples by id.

    Args:
        ids: (n,) the id of each row.
    """

    def __init__(self, ids: NDArray[np.int64]) -> None:
        self._rows = np.argsort(ids)
        self._ids = ids[self._rows].astype(np.int64, copy=False)

    def of(self, ids: NDArray[np.int64] | Sequence[int]) -> NDArray[np.int64]:
        """Return the rows of ids, -1 for absent ones."""
        asked = np.asarray(ids, np.int64)
        if not len(self._ids):
            return np.full(len(asked), -1, np.int64)
        at = np.minimum(np.searchsorted(self._ids, asked), len(self._ids) - 1)
        return np.where(self._ids[at] == asked, self._rows[at], -1)
