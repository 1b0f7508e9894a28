"""A stratified review: strata, their random samples, and a count whose interval holds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.audit.stratified_review import (
    MORE,
    TARGET,
    JudgedStratum,
    allocation,
    error_count,
    stratify,
)


@given(st.lists(st.integers(0, 5_000), min_size=1, max_size=4), st.integers(0, 300))
def test_as_many_are_judged_as_asked_or_there_are(sizes: list[int], target: int) -> None:
    shares = allocation(sizes, target)
    assert sum(shares) == min(target, sum(sizes))
    assert all(0 <= share <= size for share, size in zip(shares, sizes, strict=True))


def test_the_ranking_is_cut_and_each_part_drawn_from_itself() -> None:
    ranking = list(np.random.default_rng(0).permutation(9_000))
    strata = stratify(ranking, 7)
    assert [s.size for s in strata] == [100, 400, 1_500, 7_000]
    assert [len(s.drawn) for s in strata] == allocation([100, 400, 1_500, 7_000], MORE)
    assert {*strata[0].drawn} <= {*ranking[:100]}
    assert {*strata[3].drawn} <= {*ranking[2_000:]}
    assert stratify(ranking, 7) == strata != stratify(ranking, 8)


def test_of_few_images_all_are_judged_and_the_count_is_exact() -> None:
    strata = stratify(range(60), 0)
    assert [(s.size, sorted(s.drawn)) for s in strata] == [(60, list(range(60)))]
    count = error_count([JudgedStratum(60, 60, 7)])
    assert count is not None
    assert (count.count, count.low, count.high, count.judged) == (7, 7, 7, 60)


def test_without_a_verdict_in_a_stratum_there_is_no_count() -> None:
    assert error_count([JudgedStratum(100, 10, 5), JudgedStratum(400, 0, 0)]) is None
    assert error_count([]) is None


def test_no_wrong_label_seen_means_that_there_may_be_none() -> None:
    count = error_count([JudgedStratum(100, 10, 0), JudgedStratum(5_000, 70, 0)])
    assert count is not None
    assert (count.count, count.low) == (0, 0)
    assert 50 < count.high < 500


@pytest.mark.parametrize("rates", [(0.96, 0.71, 0.23, 0.024), (0.3, 0.1, 0.02, 0.01)])
def test_the_count_is_unbiased_and_its_interval_holds(rates: tuple[float, ...]) -> None:
    rng = np.random.default_rng(2)
    sizes = (100, 400, 1_500, 8_000)
    wrong = [rng.permutation(n) < round(n * rate) for n, rate in zip(sizes, rates, strict=True)]
    true = sum(int(part.sum()) for part in wrong)
    shares = allocation(sizes, TARGET)
    counts = []
    for _ in range(150):
        judged = [
            JudgedStratum(len(part), share, int(rng.choice(part, share, replace=False).sum()))
            for part, share in zip(wrong, shares, strict=True)
        ]
        counts.append(error_count(judged))
    values = [c.count for c in counts if c is not None]
    error = np.std(values) / np.sqrt(len(values))
    assert abs(np.mean(values) - true) < 3.5 * error
    held = np.mean([c.low <= true <= c.high for c in counts if c is not None])
    assert held > 0.83
