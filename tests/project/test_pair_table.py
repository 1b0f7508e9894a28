"""Pairs that were compared are found again, whatever part of the table they are in."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.project.catalog import verified_pairs
from inspector.project.catalog.verified_pairs import PairTable, VerifiedPairs
from inspector.similarity import pairs as pairs_module
from inspector.similarity.pairs import each_once, numbers_of
from inspector.store.columns import HashColumn
from inspector.work.tasks import CandidateResult

IMAGES = 9
Candidate = tuple[int, int, int]
candidates = st.sets(
    st.tuples(
        st.integers(0, IMAGES - 2), st.integers(1, IMAGES - 1), st.sampled_from([0, 3, 8])
    ).filter(lambda c: c[0] < c[1]),
    max_size=40,
)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (verified_pairs, pairs_module):
        monkeypatch.setattr(module, "_AT_ONCE", 4)


def table_of(some: set[Candidate]) -> PairTable:
    a, b, transform = np.array(sorted(some), np.int64).reshape(-1, 3).T
    return PairTable.of(each_once(numbers_of(a, b, transform)))


def ways_of(some: set[Candidate]) -> dict[tuple[int, int], set[int]]:
    ways: dict[tuple[int, int], set[int]] = {}
    for a, b, transform in some:
        ways.setdefault((a, b), set()).add(transform)
    return ways


def listed(pairs: CandidateResult) -> list[Candidate]:
    return list(zip(pairs.a.tolist(), pairs.b.tolist(), pairs.transform.tolist(), strict=True))


def contents(order: list[int]) -> HashColumn:
    digests = np.random.default_rng(0).integers(0, 256, (IMAGES, 32), np.uint8)[order]
    return HashColumn(digests, np.ones(len(order), np.bool_))


def compared(table: PairTable) -> PairTable:
    """Enter a similarity that tells the pair, in two lots."""
    for rows in (np.arange(0, len(table.a), 2)[::-1], np.arange(1, len(table.a), 2)):
        likeness = (table.a[rows] * IMAGES + table.b[rows]).astype(np.float32)
        ways = np.array([way.bit_length() - 1 for way in table.ways[rows].tolist()], np.uint8)
        table.fill(CandidateResult(table.a[rows], table.b[rows], ways, likeness))
    return table


@settings(max_examples=100, deadline=None)
@given(some=candidates)
def test_a_table_holds_each_pair_once_with_its_transforms(some: set[Candidate]) -> None:
    table = table_of(some)
    pairs = list(zip(table.a.tolist(), table.b.tolist(), strict=True))
    assert dict(zip(pairs, table.ways.tolist(), strict=True)) == {
        pair: sum(1 << way for way in ways) for pair, ways in ways_of(some).items()
    }
    assert pairs == sorted(pairs)
    assert listed(table.uncompared()) == sorted(some)
    assert not len(compared(table).uncompared().a)


@settings(max_examples=100, deadline=None)
@given(
    before=candidates, now=candidates, order=st.permutations(range(IMAGES)),
    gone=st.integers(0, 3),
)  # fmt: skip
def test_what_was_compared_alike_is_known_again(
    tmp_path_factory: pytest.TempPathFactory, before: set[Candidate], now: set[Candidate],
    order: list[int], gone: int,
) -> None:  # fmt: skip
    folder = tmp_path_factory.getbasetemp()
    memory = VerifiedPairs(folder, Path("p.inspector"))
    memory.keep(contents(list(range(IMAGES))), compared(table_of(before)))
    # Others stand at some places, so pairs with them are new.
    order = order[gone:]
    now = {c for c in now if c[1] < len(order)}
    table = table_of(now)
    memory.fill(contents(order), table)
    known = ways_of(before)
    for (a, b), ways in ways_of(now).items():
        one, two = order[a], order[b]
        row = table.rows_of(np.array([a]), np.array([b]))[0]
        expected = one * IMAGES + two if known.get((one, two)) == ways else np.nan
        np.testing.assert_equal(table.similarity[row], np.float32(expected))


def test_pairs_that_a_table_lacks_have_no_row() -> None:
    table = table_of({(0, 1, 0), (0, 3, 0), (4, 5, 0)})
    rows = table.rows_of(np.array([4, 0, 2, 0, 8]), np.array([5, 2, 3, 3, 9]))
    assert rows.tolist() == [2, -1, -1, 1, -1]
    empty = table_of(set())
    assert empty.rows_of(np.array([1]), np.array([2])).tolist() == [-1]


def test_a_damaged_file_gives_nothing_wrong(tmp_path: Path) -> None:
    some = {(0, 1, 0), (0, 3, 8), (4, 5, 0)}
    memory = VerifiedPairs(tmp_path, tmp_path / "p.inspector")
    memory.keep(contents(list(range(IMAGES))), compared(table_of(some)))
    (file,) = tmp_path.glob("*.npz")
    whole = file.read_bytes()
    right = compared(table_of(some)).similarity
    for place in range(0, len(whole), 3):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        file.write_bytes(damaged)
        table = table_of(some)
        memory.fill(contents(list(range(IMAGES))), table)
        assert (np.isnan(table.similarity) | (table.similarity == right)).all()
