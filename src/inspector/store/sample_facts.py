"""What scans found about the present files, in columns: read once, then patched row by row."""

import re
import sqlite3
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inspector.dataset.names import RelativePath
from inspector.store.columns import HASH_BYTES, HashColumn, LazyColumns, RowsById, TextColumn
from inspector.store.samples import Decision, Sample

# As wide as SQLite's: a damaged file may contain any value.
NUMBERS: dict[str, Any] = {
    **dict.fromkeys(
        ("id", "size", "mtime_ns", "width", "height", "orientation", "flags"), np.int64
    ),
    **dict.fromkeys(("brightness", "contrast", "sharpness", "entropy"), np.float64),
}
_TEXTS = ("split", "label", "source", "status", "reason", "format", "mode", "captured", "camera")
_FACTS = tuple(name for name in Sample._fields if name not in Decision._fields)
# Of more, rows leave the caches of the processor before they are columns.
_CHUNK_ROWS = 1_000
_NO_HASH = bytes(HASH_BYTES)
# Of more changed rows than one in so many, reading all is as fast.
_PATCHED_SHARE = 8
_DIGITS = re.compile(r"\d+")
_PADDED = 12


def natural_key(path: str) -> str:
    """Return a key by which numbers in names sort as numbers: 2 before 10."""
    return _DIGITS.sub(lambda match: match[0].zfill(_PADDED), path)


@dataclass(frozen=True, eq=False)
class SamplePaths:
    """Paths relative to the dataset, with "/", and what follows from them alone."""

    names: Sequence[RelativePath]

    @cached_property
    def natural_order(self) -> NDArray[np.int64]:
        """Rows in natural order of paths."""
        keys = [natural_key(path) for path in self.names]
        if all(one <= two for one, two in pairwise(keys)):
            return np.arange(len(keys))
        # With numpy: Python's sort would block all other threads for seconds.
        encoded = np.array([key.encode("utf-8", "surrogatepass") for key in keys])
        return np.argsort(encoded, kind="stable")

    @cached_property
    def lower(self) -> tuple[bytes, NDArray[np.int64]]:
        """All paths in lower case, one per line, and the end of each line."""
        text = "\n".join([*self.names, ""]).lower()
        data = text.encode("utf-8", "surrogatepass")
        return data, np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n"))


@dataclass(frozen=True, eq=False)
class SampleFacts:
    """What a scan finds about the files, ordered by path; without decisions."""

    paths: SamplePaths
    numbers: Mapping[str, NDArray[Any]]
    texts: Mapping[str, TextColumn]
    sha256: HashColumn

    def taken(self, rows: NDArray[np.int64]) -> "SampleFacts":
        """Return the facts of some rows; most columns are never asked for."""
        names, numbers = self.paths.names, self.numbers
        return SampleFacts(
            SamplePaths([names[row] for row in rows.tolist()]),
            LazyColumns(numbers, lambda name: numbers[name][rows]),
            LazyColumns(self.texts, lambda name: self.texts[name].taken(rows)),
            self.sha256.taken(rows),
        )

    @cached_property
    def by_id(self) -> RowsById:
        """The row of each id."""
        return RowsById(self.numbers["id"])

    @cached_property
    def image_rows(self) -> NDArray[np.int64]:
        """Rows of readable images."""
        return np.flatnonzero(self.texts["status"].equals("image"))

    @cached_property
    def images(self) -> "SampleFacts":
        """Facts of readable images."""
        if len(self.image_rows) == len(self.paths.names):
            return self
        return self.taken(self.image_rows)


def read_facts(connection: sqlite3.Connection) -> SampleFacts:
    """Return the facts about every present file."""
    return _read(connection, "missing = 0", ())


def patched_facts(
    connection: sqlite3.Connection, before: SampleFacts, revision: int
) -> SampleFacts:
    """Return what `read_facts` does, from facts of an earlier sample revision.

    Columns and paths that are the same are shared: of a million images all take 300 MB.

    Args:
        before: Facts of all files that were present as of that revision.
        revision: Rows that changed after it are read.
    """
    changed = [
        row for (row,) in connection.execute("SELECT id FROM sample WHERE changed > ?", (revision,))
    ]
    # Where none is, a program of an older version changed some.
    if not changed or len(changed) * _PATCHED_SHARE > len(before.paths.names):
        return read_facts(connection)
    fresh = _read(connection, "missing = 0 AND changed > ?", (revision,))
    rows = before.by_id.of(changed)
    names = before.paths.names
    places = np.array([bisect_left(names, path) for path in fresh.paths.names], np.int64)
    # A file that moved took the place of a row that is deleted.
    at = zip(places.tolist(), fresh.paths.names, strict=True)
    taken = [place for place, path in at if names[place : place + 1] == [path]]
    gone = np.union1d(rows[rows >= 0], np.array(taken, np.int64))
    patch = _Patch(gone, places - np.searchsorted(gone, places))
    (present,) = connection.execute("SELECT count(*) FROM sample WHERE missing = 0").fetchone()
    if len(names) - len(gone) + len(places) != present:
        # Such a row is deleted, and its place is empty again.
        return read_facts(connection)
    return SampleFacts(
        patch.paths(before.paths, fresh.paths),
        {
            name: patch.column(column, fresh.numbers[name])
            for name, column in before.numbers.items()
        },
        {name: patch.texts(column, fresh.texts[name]) for name, column in before.texts.items()},
        patch.hashes(before.sha256, fresh.sha256),
    )


@dataclass(frozen=True, slots=True)
class _Patch:
    """Rows that are gone, and where new ones go among those that stay."""

    gone: NDArray[np.int64]
    places: NDArray[np.int64]

    def column(self, before: NDArray[Any], fresh: NDArray[Any]) -> NDArray[Any]:
        """Return a column as it is now; the same array where nothing differs."""
        after = np.insert(np.delete(before, self.gone, axis=0), self.places, fresh, axis=0)
        return before if np.array_equal(after, before) else after

    def paths(self, before: SamplePaths, fresh: SamplePaths) -> SamplePaths:
        """Return the paths as they are now; the same object where nothing differs."""
        if list(fresh.names) == [before.names[row] for row in self.gone.tolist()]:
            return before
        old, new = (np.fromiter(p.names, object, len(p.names)) for p in (before, fresh))
        return SamplePaths(self.column(old, new).tolist())

    def texts(self, before: TextColumn, fresh: TextColumn) -> TextColumn:
        """Return a text column as it is now, its values ordered as `_read` does."""
        known = {value: code for code, value in enumerate(before.values)}
        codes = [known.setdefault(value, len(known)) for value in fresh.values]
        after = self.column(before.codes, np.array(codes, np.int32)[fresh.codes])
        return before if after is before.codes else _by_first_row(after, list(known))

    def hashes(self, before: HashColumn, fresh: HashColumn) -> HashColumn:
        """Return the hashes as they are now."""
        digests = self.column(before.digests, fresh.digests)
        known = self.column(before.known, fresh.known)
        same = digests is before.digests and known is before.known
        return before if same else HashColumn(digests, known)


def _by_first_row(codes: NDArray[np.int32], values: Sequence[str]) -> TextColumn:
    """Return a column whose values are those that some row has, in order of their first rows."""
    first = np.full(len(values), len(codes))
    # Of several rows the last one stays.
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    order = np.argsort(first, kind="stable")[: np.count_nonzero(first < len(codes))]
    place = np.empty(len(values), np.int32)
    place[order] = np.arange(len(order))
    return TextColumn(place[codes], [values[code] for code in order.tolist()])


def _read(connection: sqlite3.Connection, where: str, values: Sequence[int]) -> SampleFacts:
    """Return the facts of the rows that match a condition."""
    texts: dict[str, dict[str, int]] = {name: {} for name in _TEXTS}
    parts: dict[str, list[NDArray[Any]]] = {name: [] for name in _FACTS}
    names: list[RelativePath] = []
    hashes = bytearray()
    cursor = connection.execute(
        f"SELECT {', '.join(_FACTS)} FROM sample WHERE {where} ORDER BY path", values
    )
    while chunk := cursor.fetchmany(_CHUNK_ROWS):
        for name, column in zip(_FACTS, zip(*chunk, strict=True), strict=True):
            if name == "path":
                names += column
            elif name == "sha256":
                known = [value is not None and len(value) == HASH_BYTES for value in column]
                parts[name].append(np.array(known))
                hashes += b"".join(
                    value if there else _NO_HASH for value, there in zip(column, known, strict=True)
                )
            elif name in texts:
                codes = texts[name]
                for value in dict.fromkeys(column):
                    codes.setdefault(value, len(codes))
                coded = map(codes.__getitem__, column)
                parts[name].append(np.fromiter(coded, np.int32, len(column)))
            else:
                parts[name].append(np.fromiter(column, NUMBERS[name], len(column)))
    # Each part goes as its column is made.
    return SampleFacts(
        SamplePaths(names),
        {name: _joined(parts.pop(name), dtype) for name, dtype in NUMBERS.items()},
        {
            name: TextColumn(_joined(parts.pop(name), np.int32), list(codes))
            for name, codes in texts.items()
        },
        HashColumn(
            np.frombuffer(hashes, np.uint8).reshape(-1, HASH_BYTES),
            _joined(parts.pop("sha256"), np.bool_),
        ),
    )


def _joined(parts: Sequence[NDArray[Any]], dtype: Any) -> NDArray[Any]:
    return np.concatenate([np.zeros(0, dtype), *parts])
