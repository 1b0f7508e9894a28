"""The hash join is exact: it finds the same pairs as comparing all with all."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.similarity import hash_join as neighbours
from inspector.similarity.fingerprints import CENTRE, FINGERPRINT, FULL, SMALL, TRIMMED
from inspector.similarity.hash_join import RADIUS, RADIUS_TURNED, HashIndex, candidates, radius_of
from inspector.similarity.hashes import variant
from inspector.similarity.orientations import INVERSE, NAMES, ONE_OF_EACH


def flip_bits(value: np.uint64, places: list[int]) -> np.uint64:
    for place in places:
        value = value ^ (np.uint64(1) << np.uint64(place))
    return value


def every_pair(one: np.ndarray, two: np.ndarray, radius: int) -> set[tuple[int, int]]:
    distance = np.bitwise_count(one[:, None] ^ two[None, :])
    return set(zip(*(side.tolist() for side in np.nonzero(distance <= radius)), strict=True))


def with_neighbours(seed: int, n: int, radius: int) -> tuple[np.ndarray, np.ndarray]:
    """Random hashes, a third of the second ones within or just beyond the radius."""
    draw = np.random.default_rng(seed)
    one = draw.integers(0, 2**64, n, dtype=np.uint64)
    two = draw.integers(0, 2**64, n + 3, dtype=np.uint64)
    for j in range(0, n, 3):
        places = draw.choice(64, size=int(draw.integers(0, radius + 3)), replace=False)
        two[j] = flip_bits(one[int(draw.integers(n))], places.tolist())
    return one, two


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(1, 60),
    radius=st.integers(0, 16),
    brute_below=st.sampled_from([0, 10**9]),
)
def test_both_joins_equal_comparing_each_with_each(
    seed: int, n: int, radius: int, brute_below: int
) -> None:
    one, two = with_neighbours(seed, n, radius)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neighbours, "BRUTE_BELOW", brute_below)
        found = HashIndex(two).close(one, radius)
    pairs = [tuple(row) for row in found.tolist()]
    assert len(pairs) == len(set(pairs))
    assert set(pairs) == every_pair(one, two, radius)


@pytest.mark.parametrize("radius", [3, 7, 10, 14])
def test_the_indexed_join_is_exact_among_thousands(
    radius: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = with_neighbours(radius, 3_000, radius)
    monkeypatch.setattr(neighbours, "BRUTE_BELOW", 0)
    expected = every_pair(one, two, radius)
    assert len(expected) > 500
    found = [tuple(row) for row in HashIndex(two).close(one, radius).tolist()]
    assert len(found) == len(expected)
    assert set(found) == expected


def test_a_thousand_equal_hashes_give_every_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "BRUTE_BELOW", 0)
    same = np.full(100, 0xDEADBEEF, np.uint64)
    assert len(HashIndex(same).close(same, 4)) == 100 * 100


@pytest.mark.parametrize("brute_below", [0, 10**9])
def test_half_of_a_join_with_itself_has_every_pair(
    brute_below: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neighbours, "BRUTE_BELOW", brute_below)
    one, _ = with_neighbours(5, 2_500, 6)
    one[1:2_500:3] = one[0:2_499:3]
    expected = {(i, j) for i, j in every_pair(one, one, 6) if i < j}
    assert len(expected) > 500
    found = [tuple(row) for row in HashIndex(one).close(one, 6, half=True).tolist()]
    assert {pair for pair in found if pair[0] < pair[1]} == expected


@pytest.mark.parametrize("sizes", [(0, 5), (5, 0), (0, 0)])
def test_nothing_has_no_neighbours(sizes: tuple[int, int]) -> None:
    one, two = (np.zeros(size, np.uint64) for size in sizes)
    assert HashIndex(two).close(one, 14).shape == (0, 2)


def records_of(hashes: np.ndarray) -> np.ndarray:
    records = np.zeros(len(hashes), FINGERPRINT)
    records["hash"] = hashes
    return records


def keys(records: np.ndarray) -> set[tuple[int, int, int]]:
    found = candidates(records)
    columns = (found.a.tolist(), found.b.tolist(), found.transform.tolist())
    rows = list(zip(*columns, strict=True))
    assert len(rows) == len(set(rows))
    return set(rows)


@pytest.mark.parametrize("transform", range(len(NAMES)), ids=NAMES)
@pytest.mark.parametrize("swapped", [False, True])
def test_a_turned_neighbour_is_a_candidate_with_its_transform(
    transform: int, swapped: bool
) -> None:
    """`transform` maps the image with the smaller row to the other."""
    draw = np.random.default_rng(transform)
    hashes = draw.integers(0, 2**64, (20, 4), dtype=np.uint64)
    first, second = (11, 4) if swapped else (4, 11)
    hashes[second] = [variant(hashes[first, k : k + 1], transform)[0] for k in range(4)]
    direction = INVERSE[transform] if swapped else transform
    found = keys(records_of(hashes))
    # A hash may be near its own transposition by chance: the same pair under another name.
    assert (4, 11, direction) in found
    assert {key[:2] for key in found} == {(4, 11)}


@pytest.mark.parametrize(
    ("radius", "transform"), [(RADIUS, 0), (RADIUS_TURNED, 1), (RADIUS_TURNED, 2)]
)
@pytest.mark.parametrize("beyond", [0, 1])
def test_the_radius_is_inclusive(radius: int, transform: int, beyond: int) -> None:
    hashes = np.random.default_rng(5).integers(0, 2**64, (6, 4), dtype=np.uint64)
    turned = variant(hashes[0, FULL : FULL + 1], transform)[0]
    hashes[3, FULL] = flip_bits(turned, list(range(1, 1 + radius + beyond)))
    assert keys(records_of(hashes)) == (set() if beyond else {(0, 3, transform)})


@pytest.mark.parametrize(
    "framings",
    [(FULL, FULL), (CENTRE, CENTRE), (SMALL, SMALL), (FULL, CENTRE), (CENTRE, FULL),
     (TRIMMED, TRIMMED), (FULL, TRIMMED), (TRIMMED, FULL)],
)  # fmt: skip
def test_each_framing_proposes(framings: tuple[int, int]) -> None:
    hashes = np.random.default_rng(6).integers(0, 2**64, (6, 4), dtype=np.uint64)
    hashes[5, framings[1]] = hashes[2, framings[0]]
    assert keys(records_of(hashes)) == {(2, 5, 0)}


def test_flat_pictures_propose_nothing() -> None:
    records = records_of(np.zeros((50, 4), np.uint64))
    records["flat"] = True
    assert keys(records) == set()
    records["flat"][[3, 40]] = False
    assert {key[:2] for key in keys(records)} == {(3, 40)}


def test_candidates_are_what_every_framing_and_transform_proposes() -> None:
    """Joins that would only repeat another one are left out, and nothing is missed."""
    draw = np.random.default_rng(11)
    hashes = draw.integers(0, 2**64, (180, 4), dtype=np.uint64)
    for row in range(20, 180):
        framing = int(draw.integers(4))
        turned = variant(hashes[row % 20, framing : framing + 1], row % 8)[0]
        places = draw.choice(63, size=int(draw.integers(0, 12)), replace=False) + 1
        hashes[row, draw.integers(4)] = flip_bits(turned, places.tolist())
    pairs = {(FULL, FULL), (CENTRE, CENTRE), (SMALL, SMALL), (TRIMMED, TRIMMED),
             (FULL, CENTRE), (CENTRE, FULL), (FULL, TRIMMED), (TRIMMED, FULL)}  # fmt: skip
    expected = set()
    for transform in range(len(NAMES)):
        for one, two in pairs:
            radius = radius_of(one, two, transform)
            turned = variant(np.ascontiguousarray(hashes[:, one]), transform)
            for a, b in every_pair(turned, hashes[:, two], radius):
                if a < b:
                    expected.add((a, b, transform))
                elif a > b:
                    expected.add((b, a, INVERSE[transform]))
    assert {transform for _, _, transform in expected} == set(range(8))
    assert keys(records_of(hashes)) == expected


def test_transforms_share_no_candidate() -> None:
    hashes = np.random.default_rng(12).integers(0, 2**64, (40, 4), dtype=np.uint64)
    hashes[20:] = hashes[:20]
    records = records_of(hashes)
    parts = [candidates(records, (transform,)) for transform in ONE_OF_EACH]
    rows = [
        row for p in parts
        for row in zip(p.a.tolist(), p.b.tolist(), p.transform.tolist(), strict=True)
    ]  # fmt: skip
    assert len(rows) == len(set(rows))
    assert set(rows) == keys(records)
