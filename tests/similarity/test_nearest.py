"""Neighbours are the nearest ones, among all and among other splits, for any block size."""

from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.similarity import nearest as nearest_module
from inspector.similarity.fingerprints import fingerprint
from inspector.similarity.nearest import (
    NEVER,
    Near,
    NeighbourLists,
    Neighbours,
    cell_centres,
    empty_lists,
    in_cells,
    nearest,
    nearest_and_nearer,
    nearest_in_cells,
    pair_numbers,
    probed_cells,
    unit,
)
from inspector.similarity.pairs import candidates_of
from inspector.similarity.proposals import propose

K = 3
DEPTH = 5
NO_LIMIT = -1.0


def points(n: int, seed: int = 0) -> np.ndarray:
    return unit(np.random.default_rng(seed).normal(size=(n, 8)).astype(np.float32))


def found(some: np.ndarray, splits: np.ndarray, least: np.ndarray, block: int) -> set[tuple]:
    neighbours = Neighbours(splits, empty_lists(least, K))
    for start in range(0, len(some), block):
        neighbours.add(nearest(some, splits, least, start, K))
    return pairs_of(neighbours)


def pairs_of(neighbours: Neighbours) -> set[tuple]:
    pairs = candidates_of(pair_numbers(neighbours.lists().rows, K))
    assert not pairs.transform.any()
    return set(zip(pairs.a.tolist(), pairs.b.tolist(), strict=True))


def expected(some: np.ndarray, splits: np.ndarray, least: np.ndarray) -> set[tuple]:
    pairs = set()
    cosines = some @ some.T
    np.fill_diagonal(cosines, -2)
    for i, row in enumerate(cosines):
        for allowed in (np.ones(len(some), bool), splits != splits[i]):
            order = [j for j in np.argsort(-row) if allowed[j] and row[j] > least[i] and j != i]
            pairs |= {(min(i, j), max(i, j)) for j in order[:K]}
    return pairs


@settings(max_examples=30, deadline=None)
@given(n=st.integers(2, 60), seed=st.integers(0, 99), groups=st.integers(1, 3))
def test_pairs_are_those_of_sorting_all(n: int, seed: int, groups: int) -> None:
    splits = np.random.default_rng(seed).integers(0, groups, n).astype(np.int32)
    least = np.full(n, NO_LIMIT, np.float32)
    some = points(n, seed)
    assert found(some, splits, least, n) == expected(some, splits, least)


def carried_lists(
    lists: NeighbourLists, old: np.ndarray, least: np.ndarray
) -> tuple[NeighbourLists, np.ndarray]:
    nothing = empty_lists(least[:0], lists.rows.shape[2]), np.zeros(0, np.bool_)
    parts = [nothing, *lists.carried(old, least, K)]
    rows, cosines = (
        np.concatenate([getattr(part, name) for part, _ in parts]) for name in ("rows", "cosines")
    )
    return NeighbourLists(rows, cosines), np.concatenate([unknown for _, unknown in parts])


def updated(
    lists: NeighbourLists, old: np.ndarray, now: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> tuple[Neighbours, int]:
    """Carry lists over to other images; return the neighbours, and how many images asked."""
    some, splits, least = now
    carried, unknown = carried_lists(lists, old, least)
    order = np.argsort(~unknown, kind="stable")
    neighbours = Neighbours(splits, carried)
    asking = int(unknown.sum())
    for start in range(0, asking, nearest_module.BLOCK):
        near = nearest(some[order], splits[order], least[order], start, DEPTH)
        of, row = (order[ends].astype(np.int32) for ends in (near.of, near.row))
        neighbours.add(nearest_module.Near(of, row, near.cosine))
    return neighbours, asking


def exchanged(
    draw: np.random.Generator, some: np.ndarray, splits: np.ndarray, groups: int, gone: int,
    new: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Return points of which some are gone and others new: where each was, they, their splits."""
    rest = np.sort(draw.permutation(len(some))[gone:])
    extra = unit(draw.normal(size=(new, 8)).astype(np.float32))
    # New images come anywhere in the order of all.
    place = draw.permutation(len(rest) + new)
    old = np.concatenate([rest, np.full(new, -1)])[place]
    splits = np.concatenate([splits[rest], draw.integers(0, groups, new)])[place]
    return old, np.concatenate([some[rest], extra])[place], splits.astype(np.int32)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 999), groups=st.integers(1, 3), limit=st.sampled_from([-1.0, 0.3]),
    steps=st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=1, max_size=6),
)  # fmt: skip
def test_lists_that_follow_images_equal_a_search_of_everything(
    seed: int, groups: int, limit: float, steps: list[tuple[int, int]]
) -> None:
    # Of another seed than the points: equal ones would be equally near.
    draw = np.random.default_rng([seed, 1])
    some, splits = points(30, seed), draw.integers(0, groups, 30).astype(np.int32)
    lists = empty_lists(np.zeros(0, np.float32), DEPTH)
    for gone, new in [(0, 0), *steps]:
        old, some, splits = exchanged(draw, some, splits, groups, gone, new)
        old = old if len(lists.rows) else np.full(len(old), -1)
        least = np.full(len(some), limit, np.float32)
        neighbours, _ = updated(lists, old, (some, splits, least))
        assert pairs_of(neighbours) == expected(some, splits, least)
        lists = neighbours.lists()


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 999), groups=st.integers(1, 3), at_once=st.integers(1, 9),
    steps=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=5),
)  # fmt: skip
def test_lists_that_follow_images_in_cells_miss_nothing_that_looking_anew_finds(
    seed: int, groups: int, at_once: int, steps: list[tuple[int, int]]
) -> None:
    draw = np.random.default_rng([seed, 1])
    some, splits = points(60, seed), draw.integers(0, groups, 60).astype(np.int32)
    with mock.patch.object(nearest_module, "PROBES", 3):
        centres = cell_centres(some, 12)
        lists = empty_lists(np.zeros(0, np.float32), DEPTH)
        for gone, new in [(0, 0), *steps]:
            old, some, splits = exchanged(draw, some, splits, groups, gone, new)
            old = old if len(lists.rows) else np.full(len(old), -1)
            least = np.full(len(some), NO_LIMIT, np.float32)
            cells = in_cells(probed_cells(some, centres), 12)
            carried, unknown = carried_lists(lists, old, least)
            neighbours = Neighbours(splits, carried)
            worst = np.where(unknown[:, None], np.float32(NEVER), carried.cosines[:, :, -1])
            asking = np.flatnonzero(unknown[cells.order])
            for start in range(0, len(asking), at_once):
                part = asking[start : start + at_once]
                add_both(
                    neighbours, nearest_and_nearer(some, splits, least, worst, cells, part, DEPTH)
                )
            anew = Neighbours(splits, empty_lists(least, DEPTH))
            everything = np.arange(len(some))
            add_both(anew, nearest_in_cells(some, splits, least, cells, everything, DEPTH))
            lists = neighbours.lists()
            nearest_ones = lists.cosines[:, :, :K], anew.lists().cosines[:, :, :K]
            assert (nearest_ones[0] >= nearest_ones[1] - 1e-6).all()
            of = np.nonzero(lists.rows >= 0)[0]
            row = lists.rows[lists.rows >= 0]
            right = (some[of] * some[row]).sum(axis=1)
            assert np.allclose(lists.cosines[lists.rows >= 0], right, atol=1e-5)
            assert (row != of).all()


def test_images_that_stay_do_not_ask_again() -> None:
    some, splits = points(60), np.zeros(60, np.int32)
    least = np.full(60, NO_LIMIT, np.float32)
    none = empty_lists(np.zeros(0, np.float32), DEPTH)
    neighbours, asking = updated(none, np.full(60, -1), (some, splits, least))
    assert asking == 60
    # Two are gone, and the reserve of every list holds more than that.
    rest = np.arange(2, 60)
    again, asking = updated(neighbours.lists(), rest, (some[2:], splits[2:], least[2:]))
    assert asking == 0
    assert pairs_of(again) == expected(some[2:], splits[2:], least[2:])


@pytest.mark.parametrize("block", [7, 16, 64])
def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    some, least = points(50), np.full(50, 0.2, np.float32)
    splits = (np.arange(50) % 2).astype(np.int32)
    monkeypatch.setattr(nearest_module, "BLOCK", block)
    assert found(some, splits, least, block) == expected(some, splits, least)


def test_an_image_without_a_near_one_has_no_neighbour() -> None:
    some = np.eye(4, dtype=np.float32)
    assert found(some, np.zeros(4, np.int32), np.full(4, 0.5, np.float32), 4) == set()


def test_a_copy_in_the_other_split_is_proposed_behind_many_near_frames() -> None:
    draw = np.random.default_rng(3)
    frame = draw.integers(0, 256, (12, 16, 3)).astype(np.float64).repeat(8, 0).repeat(8, 1)
    frames = [frame + draw.normal(0, 1, frame.shape) for _ in range(40)]
    far = frame[4:, 4:]
    records = np.array([fingerprint(p.clip(0, 255).astype(np.uint8)) for p in (*frames, far)])
    splits = np.array([0] * 40 + [1], np.int32)
    proposed = propose(records, splits)
    assert 40 in proposed.b[proposed.transform == 0]


def pairs_in_cells(
    some: np.ndarray, splits: np.ndarray, least: np.ndarray, block: int, count: int
) -> set[tuple]:
    cells = in_cells(probed_cells(some, cell_centres(some, count)), count)
    assert sorted(cells.order.tolist()) == list(range(len(some)))
    neighbours = Neighbours(splits, empty_lists(least, K))
    for start in range(0, len(some), block):
        places = np.arange(start, min(start + block, len(some)))
        add_both(neighbours, nearest_in_cells(some, splits, least, cells, places, K))
    return pairs_of(neighbours)


def add_both(neighbours: Neighbours, near: Near) -> None:
    neighbours.add(near)
    neighbours.add(Near(near.row, near.of, near.cosine))


@settings(max_examples=20, deadline=None)
@given(n=st.integers(nearest_module.PROBES, 90), seed=st.integers(0, 99))
def test_looking_in_all_cells_is_comparing_all(n: int, seed: int) -> None:
    splits = np.random.default_rng(seed).integers(0, 3, n).astype(np.int32)
    least = np.random.default_rng(seed).choice([NO_LIMIT, 0.3], n).astype(np.float32)
    some = points(n, seed)
    pairs = pairs_in_cells(some, splits, least, n, nearest_module.PROBES)
    assert pairs == {p for p in pairs if p[0] != p[1]}
    assert pairs >= expected(some, splits, least)


def test_few_cells_hold_nearly_all_neighbours_and_each_close_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(nearest_module, "BLOCK", 500)
    rng = np.random.default_rng(2)
    some = unit(rng.normal(size=(4_000, 24)).astype(np.float32))
    some[2_000:] = unit(some[:2_000] + 0.15 * rng.normal(size=(2_000, 24)).astype(np.float32))
    splits, least = np.zeros(4_000, np.int32), np.full(4_000, NO_LIMIT, np.float32)
    exact = found(some, splits, least, 500)
    pairs = pairs_in_cells(some, splits, least, 500, 100)
    assert len(exact & pairs) > 0.7 * len(exact)
    copies = {(i, i + 2_000) for i in range(2_000)}
    assert len(copies & pairs) > 0.98 * len(copies & exact)
