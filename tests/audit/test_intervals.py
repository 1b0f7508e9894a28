import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.audit.intervals import (
    GroupedScores,
    Spread,
    crossed,
    difference_of_samples,
    holm,
    p_value,
    paired_difference,
    smallest_detectable,
    t_interval,
    wilson,
)

TRUE = 0.04


def _differences(
    rng: np.random.Generator, seeds: int, group: np.ndarray, seed_sd: float, group_sd: float
) -> np.ndarray:
    """Return differences with groups, seed-by-policy interaction, and noise per judgement."""
    groups = int(group.max()) + 1
    return (
        TRUE
        + rng.normal(0, group_sd, groups)[group]
        + rng.normal(0, seed_sd, (seeds, 1))
        + rng.normal(0, 0.2, (seeds, len(group)))
    )


@pytest.mark.parametrize("seeds", [3, 4, 5])
@pytest.mark.parametrize(("seed_sd", "group_sd"), [(0.03, 0.1), (0.0, 0.2), (0.05, 0.05)])
def test_crossed_covers_as_often_as_it_says(seeds: int, seed_sd: float, group_sd: float) -> None:
    rng = np.random.default_rng([seeds, round(100 * seed_sd), round(100 * group_sd)])
    group = np.repeat(np.arange(60), 5)
    labels = np.zeros(len(group), np.int64)
    hits, trials = 0, 1_500
    for _ in range(trials):
        values = _differences(rng, seeds, group, seed_sd, group_sd)
        found = crossed(values, labels, group, np.ones(1))
        hits += found.low <= TRUE <= found.high
    # Bounds are 93-97 %, with two standard errors of the simulation (0.6 % each).
    assert 0.918 <= hits / trials <= 0.982


def test_difference_of_samples_covers() -> None:
    rng = np.random.default_rng(7)
    one_group, two_group = np.repeat(np.arange(50), 4), np.repeat(np.arange(40), 3)
    one_labels, two_labels = np.arange(200) // 4 % 2, np.arange(120) // 3 % 2
    weights, hits, trials = np.array([0.7, 0.3]), 0, 1_500
    for _ in range(trials):
        seed = rng.normal(0, 0.03, (4, 1))
        one = TRUE + rng.normal(0, 0.3, 50)[one_group] + seed + rng.normal(0, 0.1, (4, 200))
        two = rng.normal(0, 0.3, 40)[two_group] + rng.normal(0, 0.1, (4, 120))
        found = difference_of_samples(
            GroupedScores(one, one_labels, one_group),
            GroupedScores(two, two_labels, two_group),
            weights,
        )
        hits += found.low <= TRUE <= found.high
    assert 0.93 <= hits / trials <= 0.97


def test_the_image_as_unit_would_not_cover() -> None:
    rng = np.random.default_rng(1)
    group = np.repeat(np.arange(30), 10)
    alone, hits = np.arange(300), 0
    for _ in range(300):
        values = _differences(rng, 5, group, 0.03, 0.3)
        found = crossed(values, np.zeros(300, np.int64), alone, np.ones(1))
        hits += found.low <= TRUE <= found.high
    assert hits / 300 < 0.85


def test_a_row_that_no_seed_judged_changes_nothing() -> None:
    rng = np.random.default_rng(2)
    values = rng.random((5, 40))
    more = np.concatenate([values, np.full((5, 3), np.nan)], axis=1)
    one = crossed(values, np.arange(40) % 2, np.arange(40), np.array([0.5, 0.5]))
    two = crossed(more, np.arange(43) % 2, np.arange(43), np.array([0.5, 0.5]))
    assert two == one


def test_one_seed_or_one_group_knows_nothing() -> None:
    one_seed = crossed(np.ones((1, 5)), np.zeros(5, np.int64), np.arange(5), np.ones(1))
    one_group = crossed(np.ones((5, 5)), np.zeros(5, np.int64), np.zeros(5, np.int64), np.ones(1))
    for found in (one_seed, one_group):
        assert (found.low, found.high) == (-np.inf, np.inf)
        assert p_value(found) == 1
        assert smallest_detectable(found.error, found.df) == np.inf


def test_satterthwaite_lies_between_its_sources() -> None:
    found = t_interval(0.0, [Spread(1.0, 4), Spread(1.0, 9)])
    assert 4 < found.df < 13
    assert found.high == pytest.approx(-found.low)


def test_identical_arms_differ_by_nothing() -> None:
    arm = np.random.default_rng(3).random((5, 50))
    found = paired_difference(arm, arm, np.arange(50))
    assert (found.mean, found.low, found.high, p_value(found)) == (0, 0, 0, 1)


def test_smallest_detectable_is_found_with_its_power() -> None:
    rng = np.random.default_rng(4)
    group = np.arange(200)
    error = np.hypot(0.02 / np.sqrt(5), 0.2 / np.sqrt(5 * 200))
    detectable = smallest_detectable(error, 5)
    seen = 0
    for _ in range(400):
        one = detectable + rng.normal(0, 0.02, (5, 1)) + rng.normal(0, 0.2, (5, 200))
        seen += p_value(paired_difference(one, np.zeros_like(one), group)) <= 0.05
    assert 0.7 < seen / 400 < 0.95


def test_wilson_at_the_ends() -> None:
    assert wilson(0, 0) == (0, 1)
    assert wilson(0, 10)[0] == 0
    assert wilson(10, 10)[1] == pytest.approx(1)
    assert wilson(5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_never_lowers_and_keeps_the_order(values: list[float]) -> None:
    p = np.array(values)
    adjusted = holm(p)
    assert (adjusted >= p).all()
    assert (adjusted <= 1).all()
    assert (np.diff(adjusted[np.argsort(p, kind="stable")]) >= 0).all()


def test_holm_by_hand() -> None:
    assert holm(np.array([0.01, 0.04, 0.03])).tolist() == pytest.approx([0.03, 0.06, 0.06])
