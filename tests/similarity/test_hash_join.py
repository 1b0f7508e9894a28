"""Pairs of new images by their hashes are what a join of all adds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.similarity import hash_join
from inspector.similarity.fingerprints import HASHES, TRIMMED
from inspector.similarity.hash_join import candidates
from inspector.similarity.hashes import variant
from inspector.similarity.pairs import Candidates


def records(n: int, seed: int) -> np.ndarray:
    """Return hashes of which many are near each other, some after a flip or rotation."""
    draw = np.random.default_rng(seed)
    rows = np.zeros(n, HASHES)
    rows["hash"] = draw.integers(0, 2**63, (n, 4), np.uint64)
    for i in range(1, n):
        if draw.random() < 0.7:
            other = rows["hash"][draw.integers(i)]
            turned = variant(other, int(draw.integers(8)))
            noise = np.uint64(1) << draw.integers(0, 63, 4).astype(np.uint64)
            rows["hash"][i] = turned[draw.permutation(4)] ^ noise
    rows["hash"][::3, TRIMMED] = rows["hash"][::3, 0]
    rows["flat"] = draw.random(n) < 0.1
    return rows


def as_set(pairs: Candidates) -> set[tuple[int, int, int]]:
    return set(zip(pairs.a.tolist(), pairs.b.tolist(), pairs.transform.tolist(), strict=True))


@pytest.mark.parametrize("brute_below", [0, 1_000])
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 9_999), n=st.integers(2, 60), share=st.floats(0, 1))
def test_old_pairs_and_those_of_new_images_are_all(
    brute_below: int, seed: int, n: int, share: float
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hash_join, "BRUTE_BELOW", brute_below)
        rows = records(n, seed)
        is_new = np.random.default_rng(seed).random(n) < share
        old, new = np.flatnonzero(~is_new), np.flatnonzero(is_new).astype(np.int32)
        everything = as_set(candidates(rows))
        before = candidates(rows[old])
        before = Candidates(old[before.a], old[before.b], before.transform)
        added = candidates(rows, new=new)
        assert as_set(before) | as_set(added) == everything
        assert not as_set(before) & as_set(added)


def test_the_pairs_of_the_test_are_many() -> None:
    assert len(as_set(candidates(records(60, 1)))) > 60
