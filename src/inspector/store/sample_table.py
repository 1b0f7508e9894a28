"""Samples in columns: a fifth of the memory of one object each, and lists from whole columns."""

from collections.abc import (
    ItemsView,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
    Set,
    ValuesView,
)
from functools import partial
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from inspector.store.columns import BATCH_ROWS, HashColumn, RowsById, TextColumn
from inspector.store.sample_facts import NUMBERS, SampleFacts
from inspector.store.samples import Decision, Sample

_DECIDED_NUMBERS = ("bound", "reviewed")


class SampleTable(Sequence[Sample]):
    """Present samples, ordered by path; each `Sample` is built on access.

    A table never changes: a decision creates another one that shares all facts.

    Attributes:
        facts: The table without its decisions.
        ids: int64.
        paths: Relative to the dataset, with "/".
    """

    def __init__(
        self,
        facts: SampleFacts,
        numbers: Mapping[str, NDArray[Any]],
        texts: Mapping[str, TextColumn],
    ) -> None:
        self.facts = facts
        self._numbers, self._texts = numbers, texts
        self.ids = facts.numbers["id"]
        self.paths = facts.paths.names
        self._images: SampleTable | None = None

    def __len__(self) -> int:
        return len(self.paths)

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> list[Sample]: ...
    def __getitem__(self, index: int | slice) -> Sample | list[Sample]:
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            if step != 1:
                return [self[i] for i in range(start, stop, step)]
            return list(self._batch(slice(start, max(start, stop))))
        row = index + len(self) if index < 0 else index
        if not 0 <= row < len(self):
            raise IndexError(index)
        return Sample._make(self._value(name, row) for name in Sample._fields)

    def __iter__(self) -> Iterator[Sample]:
        for start in range(0, len(self), BATCH_ROWS):
            yield from self._batch(slice(start, start + BATCH_ROWS))

    def taken(self, rows: NDArray[np.int64]) -> Iterator[Sample]:
        """Yield the samples of some rows, in that order; each would take ten times as long."""
        for start in range(0, len(rows), BATCH_ROWS):
            yield from self._batch(rows[start : start + BATCH_ROWS])

    def number(self, name: str) -> NDArray[np.int64]:
        """Return an integer column by the name of its field in `Sample`."""
        return self._column(name)

    def measure(self, name: str) -> NDArray[np.float64]:
        """Return a column of measured values by the name of its field."""
        return self._column(name)

    def text(self, name: str) -> TextColumn:
        """Return a text column by the name of its field, except paths."""
        return self._texts[name] if name in self._texts else self.facts.texts[name]

    def labels(self) -> TextColumn:
        """Return the class of each row: the corrected one, else that of the dataset."""
        given, corrected = self.text("label"), self.text("new_label")
        values = list(dict.fromkeys((*given.values, *corrected.values)))
        place = {value: code for code, value in enumerate(values)}
        first, other = (
            np.array([place[value] for value in column.values], np.int32)[column.codes]
            for column in (given, corrected)
        )
        return TextColumn(np.where(corrected.equals(""), first, other), values)

    def hashes(self) -> HashColumn:
        """Return the SHA-256 of each sample, b"" where unknown."""
        return self.facts.sha256

    def contents(self) -> NDArray[np.int32]:
        """Return a number for the content of each sample, equal where the bytes are."""
        return self.facts.sha256.numbers

    def ids_where(self, name: str, value: str) -> set[int]:
        """Return the ids of samples whose text of that name is a value."""
        return set(self.ids[self.text(name).equals(value)].tolist())

    def row_of(self, sample: int) -> int:
        """Return the row of a sample by id, -1 if absent."""
        return int(self.rows_of([sample])[0])

    def rows_of(self, ids: NDArray[np.int64] | Sequence[int]) -> NDArray[np.int64]:
        """Return the rows of ids, -1 for absent ones."""
        return self.facts.by_id.of(ids)

    def natural_order(self) -> NDArray[np.int64]:
        """Return the rows in natural order of paths: 2 before 10."""
        return self.facts.paths.natural_order

    def containing(self, text: str) -> NDArray[np.bool_]:
        """Return which paths contain a text, case-insensitively."""
        data, ends = self.facts.paths.lower
        needle = text.lower().encode("utf-8", "surrogatepass")
        mask = np.full(len(self), not needle)
        if not needle or b"\n" in needle:
            return mask
        at = data.find(needle)
        while at >= 0:
            row = int(np.searchsorted(ends, at))
            mask[row] = True
            at = data.find(needle, int(ends[row]) + 1)
        return mask

    def images(self) -> "SampleTable":
        """Return the readable images."""
        if self._images is None:
            facts, rows = self.facts.images, self.facts.image_rows
            self._images = self if facts is self.facts else self._part(facts, rows)
        return self._images

    def included(self) -> "SampleTable":
        """Return the samples that are not excluded; models learn from these only."""
        return self.where(~self.text("mark").equals("drop"))

    def where(self, chosen: NDArray[np.bool_]) -> "SampleTable":
        """Return the samples of the rows that a mask selects."""
        rows = np.flatnonzero(chosen)
        return self if len(rows) == len(self) else self.of_rows(rows)

    def of_rows(self, rows: NDArray[np.int64]) -> "SampleTable":
        """Return the samples of some rows, in that order."""
        return self._part(self.facts.taken(rows), rows)

    def decided(self, decisions: Mapping[int, Decision]) -> "SampleTable":
        """Return the table with these decisions, by id, in place of all existing ones."""
        rows = self.rows_of(np.fromiter(decisions, np.int64, len(decisions)))
        return SampleTable(self.facts, *_decision_columns(rows, decisions.values(), len(self)))

    def _part(self, facts: SampleFacts, rows: NDArray[np.int64]) -> "SampleTable":
        return SampleTable(
            facts,
            {name: column[rows] for name, column in self._numbers.items()},
            {name: column.taken(rows) for name, column in self._texts.items()},
        )

    def _column(self, name: str) -> NDArray[Any]:
        return self._numbers[name] if name in self._numbers else self.facts.numbers[name]

    def _value(self, name: str, row: int) -> object:
        if name == "path":
            return self.paths[row]
        if name == "sha256":
            return self.facts.sha256[row]
        if name in NUMBERS or name in self._numbers:
            return self._column(name).item(row)
        return self.text(name)[row]

    def _batch(self, rows: slice | NDArray[np.int64]) -> Iterator[Sample]:
        """Return the samples of rows."""
        columns: list[Sequence[object]] = []
        for name in Sample._fields:
            if name == "path":
                columns.append(
                    self.paths[rows]
                    if isinstance(rows, slice)
                    else [self.paths[row] for row in rows.tolist()]
                )
            elif name == "sha256":
                columns.append(self.facts.sha256[rows])
            elif name in NUMBERS or name in self._numbers:
                columns.append(self._column(name)[rows].tolist())
            else:
                text = self.text(name)
                columns.append([text.values[code] for code in text.codes[rows].tolist()])
        # Not by `_make`, which counts the fields of each: half of the time.
        return map(partial(tuple.__new__, Sample), zip(*columns, strict=True))


class SamplesById(Mapping[int, Sample]):
    """The samples of a table by id; those accessed once are cached.

    Attributes:
        table: The table.
    """

    def __init__(self, table: SampleTable) -> None:
        self.table = table
        self._asked: dict[int, Sample] = {}

    def __getitem__(self, sample: int) -> Sample:
        known = self._asked.get(sample)
        if known is None:
            row = self.table.row_of(sample)
            if row < 0:
                raise KeyError(sample)
            known = self._asked[sample] = self.table[row]
        return known

    def of(self, ids: Sequence[int]) -> list[Sample]:
        """Return the samples of ids.

        Raises:
            KeyError: One is absent.
        """
        rows = self.table.rows_of(ids)
        if len(rows) and rows.min() < 0:
            raise KeyError(ids[int(rows.argmin())])
        return list(self.table.taken(rows))

    def __contains__(self, sample: object) -> bool:
        return isinstance(sample, int) and self.table.row_of(sample) >= 0

    def __iter__(self) -> Iterator[int]:
        return iter(self.table.ids.tolist())

    def __len__(self) -> int:
        return len(self.table)

    def items(self) -> ItemsView[int, Sample]:
        """Return each id with its sample, ordered by path."""
        return _Items(self)

    def values(self) -> ValuesView[Sample]:
        """Return the samples, ordered by path."""
        return _Values(self)


class _Items(ItemsView[int, Sample]):
    """Iterates over a table in batches."""

    _mapping: SamplesById

    def __iter__(self) -> Iterator[tuple[int, Sample]]:
        return ((sample.id, sample) for sample in self._mapping.table)


class _Values(ValuesView[Sample]):
    """Iterates over a table in batches."""

    _mapping: SamplesById

    def __iter__(self) -> Iterator[Sample]:
        return iter(self._mapping.table)


def undecided(facts: SampleFacts) -> SampleTable:
    """Return the table of facts, without decisions."""
    return SampleTable(facts, *_decision_columns(np.zeros(0, np.int64), (), len(facts.paths.names)))


def rows_by_id(samples: Sequence[Sample]) -> RowsById:
    """Return where the ids of some samples are among them."""
    if isinstance(samples, SampleTable):
        return samples.facts.by_id
    return RowsById(np.array([s.id for s in samples], np.int64))


def hashes_of(samples: Sequence[Sample]) -> Sequence[bytes]:
    """Return the SHA-256 of each sample, b"" where unknown."""
    return samples.hashes() if isinstance(samples, SampleTable) else [s.sha256 for s in samples]


def among(paths: Sequence[str], chosen: Set[str]) -> NDArray[np.bool_]:
    """Return which of some paths (n,) are chosen."""
    return np.fromiter((path in chosen for path in paths), np.bool_, len(paths))


def _decision_columns(
    rows: NDArray[np.int64], decisions: Iterable[Decision], count: int
) -> tuple[dict[str, NDArray[Any]], dict[str, TextColumn]]:
    """Return the columns of `count` rows with the decisions on some rows."""
    there = rows >= 0
    columns = list(zip(*decisions, strict=True)) or [()] * len(Decision._fields)
    numbers: dict[str, NDArray[Any]] = {}
    texts: dict[str, TextColumn] = {}
    for name, values in zip(Decision._fields, columns, strict=True):
        if name in _DECIDED_NUMBERS:
            column = np.zeros(count, np.int64)
            column[rows[there]] = np.array(values, np.int64)[there]
            numbers[name] = column
        else:
            codes = {"": 0}
            coded = np.zeros(count, np.int32)
            text = np.array([codes.setdefault(v, len(codes)) for v in values], np.int32)
            coded[rows[there]] = text[there]
            texts[name] = TextColumn(coded, list(codes))
    return numbers, texts
