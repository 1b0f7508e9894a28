"""Comparisons against a known truth: coverage, false verdicts, power, and the futility rule."""

from statistics import NormalDist

import numpy as np
import pytest

from inspector.audit.comparisons import ComparisonOutcome, Futility, compare, difference, futile
from inspector.audit.intervals import paired_difference

GROUPS, SIZE = 60, 5
GROUP = np.repeat(np.arange(GROUPS), SIZE)
LEVEL = 0.8


def _policies(
    rng: np.random.Generator, seeds: int, effects: list[float], *, with_seed: float,
    with_group: float,
) -> list[np.ndarray]:  # fmt: skip
    """Return hits of policies on the same images; deviations are on a normal variable's scale."""
    base = rng.normal(0, 1, GROUPS)[GROUP] + rng.normal(0, 0.5, len(GROUP))
    found = []
    for effect in effects:
        own = LEVEL + effect + with_group * rng.normal(0, 1, GROUPS)[GROUP]
        shaken = with_seed * rng.normal(0, 1, (seeds, 1))
        noise = 0.5 * rng.normal(0, 1, (seeds, len(GROUP)))
        found.append((base + own + shaken + noise > 0).astype(np.float64))
    return found


def _truth(effect: float, *, with_seed: float, with_group: float) -> float:
    deviation = (1 + 0.25 + 0.25 + with_seed**2 + with_group**2) ** 0.5
    cut = NormalDist().cdf
    return cut((LEVEL + effect) / deviation) - cut(LEVEL / deviation)


@pytest.mark.parametrize("seeds", [3, 4, 5])
@pytest.mark.parametrize(("with_seed", "with_group"), [(0.0, 0.4), (0.12, 0.0), (0.12, 0.4)])
def test_intervals_cover(seeds: int, with_seed: float, with_group: float) -> None:
    rng = np.random.default_rng([seeds, round(100 * with_seed), round(100 * with_group)])
    worlds = {"with_seed": with_seed, "with_group": with_group}
    truth, trials, hits = _truth(0.2, **worlds), 1_000, 0
    for _ in range(trials):
        one, two = _policies(rng, seeds, [0.2, 0.0], **worlds)
        interval, counted = difference(one, two, GROUP)
        assert counted == seeds
        hits += interval.low <= truth <= interval.high
    # 93-97 %, with two standard errors of the simulation (0.7 % each).
    assert 0.916 <= hits / trials <= 0.984


def _by_share(
    rng: np.random.Generator, seeds: int, of_groups: float, of_seeds: float
) -> np.ndarray:
    """Return normal values (seeds, groups); shares of the mean's variance, with noise as 1."""
    return (
        rng.normal(0, 1, (seeds, GROUPS))
        + (of_groups / seeds) ** 0.5 * rng.normal(0, 1, GROUPS)
        + (of_seeds / GROUPS) ** 0.5 * rng.normal(0, 1, (seeds, 1))
    )


@pytest.mark.parametrize("seeds", [3, 4, 5])
@pytest.mark.parametrize(("of_groups", "of_seeds"), [(0, 0), (3, 0.3), (3, 30)])
def test_intervals_hold_93_to_97_per_cent_however_variance_is_shared(
    seeds: int, of_groups: float, of_seeds: float
) -> None:
    """Satterthwaite on group + seed - noise covers 0.98 with noise alone, 0.924 in the last."""
    rng = np.random.default_rng([31, seeds, round(10 * of_seeds)])
    group, nothing = np.arange(GROUPS), np.zeros((seeds, GROUPS))
    trials, hits = 3_000, 0
    for _ in range(trials):
        found, _ = difference(_by_share(rng, seeds, of_groups, of_seeds), nothing, group)
        hits += found.low <= 0 <= found.high
    assert 0.93 <= hits / trials <= 0.97


def test_six_equal_policies_get_a_verdict_in_a_twentieth_however_much_seeds_matter() -> None:
    rng = np.random.default_rng(32)
    families, wrong = 2_000, 0
    for _ in range(families):
        base, *six = (_by_share(rng, 5, 3, 30) for _ in range(7))
        found = compare(base, {str(i): one for i, one in enumerate(six)}, np.arange(GROUPS))
        wrong += any(f.decision is not ComparisonOutcome.NOT_DETECTED for f in found.values())
    # 5 %, with two standard errors of the simulation (.5 %).
    assert wrong / families <= 0.06


def test_seeds_that_agree_to_the_image_are_not_taken_to_be_sure() -> None:
    """Five seeds, each correct on one image more than the baseline, a different one each time."""
    base, better = np.zeros((5, 300)), np.eye(5, 300)
    found, _ = difference(better, base, np.arange(300))
    assert found.error > 0
    assert found.df == pytest.approx(4)
    same, _ = difference(better, better, np.arange(300))
    assert (same.low, same.high) == (0, 0)


def test_noise_of_single_judgements_is_counted_once() -> None:
    """With only noise, the plain sum of both variances is about twice the true one."""
    rng = np.random.default_rng(8)
    plain, once, means = [], [], []
    for _ in range(600):
        one, two = _policies(rng, 5, [0.0, 0.0], with_seed=0, with_group=0)
        plain.append(paired_difference(one, two, GROUP).error ** 2)
        interval, _ = difference(one, two, GROUP)
        once.append(interval.error**2)
        means.append(interval.mean)
    true = float(np.var(means))
    assert np.mean(plain) > 1.6 * true
    assert 0.9 * true < np.mean(once) < np.mean(plain) - 0.3 * true


@pytest.mark.parametrize("with_seed", [0.0, 0.06, 0.12])
def test_equal_policies_get_a_verdict_in_at_most_a_twentieth(with_seed: float) -> None:
    rng = np.random.default_rng(22)
    alone, families, with_group = 0, 0, 0.0
    for _ in range(600):
        base, *six = _policies(rng, 5, [0.0] * 7, with_seed=with_seed, with_group=with_group)
        verdicts = (ComparisonOutcome.BETTER, ComparisonOutcome.WORSE)
        found = compare(base, {str(i): right for i, right in enumerate(six)}, GROUP)
        families += any(f.decision in verdicts for f in found.values())
        alone += compare(base, {"0": six[0]}, GROUP)["0"].decision in verdicts
    # 5 %, with two standard errors of the simulation (.9 %).
    assert alone / 600 <= 0.068
    assert families / 600 <= 0.068


def test_a_real_difference_is_found_and_named() -> None:
    rng = np.random.default_rng(3)
    counted: dict[str, list[ComparisonOutcome]] = {"better": [], "worse": [], "same": []}
    for _ in range(50):
        base, *others = _policies(rng, 5, [0.0, 0.6, -0.6, 0.0], with_seed=0.05, with_group=0.1)
        found = compare(base, dict(zip(counted, others, strict=True)), GROUP)
        for name, difference_found in found.items():
            counted[name].append(difference_found.decision)
            assert difference_found.smallest_detectable > 0
    assert counted["better"].count(ComparisonOutcome.BETTER) >= 48
    assert counted["worse"].count(ComparisonOutcome.WORSE) >= 48
    assert counted["same"].count(ComparisonOutcome.NOT_DETECTED) >= 44


def test_what_can_be_detected_is_detected_four_times_of_five() -> None:
    rng = np.random.default_rng(5)
    worlds = {"with_seed": 0.05, "with_group": 0.2}
    least = np.median(
        [
            compare(base, {"p": other}, GROUP)["p"].smallest_detectable
            for base, other in (_policies(rng, 5, [0.0, 0.0], **worlds) for _ in range(40))
        ]
    )
    effect = next(e for e in np.arange(0, 3, 0.01) if _truth(e, **worlds) >= least)
    seen = 0
    for _ in range(200):
        base, other = _policies(rng, 5, [0.0, float(effect)], **worlds)
        seen += compare(base, {"p": other}, GROUP)["p"].decision is ComparisonOutcome.BETTER
    assert 0.65 < seen / 200 < 0.95


def test_few_seeds_and_few_groups_give_figures_without_a_verdict() -> None:
    rng = np.random.default_rng(6)
    base, better = _policies(rng, 5, [-1.0, 2.0], with_seed=0, with_group=0)
    assert compare(base, {"p": better}, GROUP)["p"].decision is ComparisonOutcome.BETTER
    late = better.copy()
    late[4] = np.nan
    four = compare(base, {"p": late}, GROUP)["p"]
    assert (four.decision, four.seeds) == (ComparisonOutcome.TOO_FEW_SEEDS, 4)
    assert four.interval.low > 0
    few = compare(base, {"p": better}, GROUP % 19)["p"]
    assert few.decision is ComparisonOutcome.NOT_DETECTED
    none = compare(base, {"p": np.full_like(base, np.nan)}, GROUP)["p"]
    assert (none.decision, none.seeds, none.p_adjusted) == (
        ComparisonOutcome.TOO_FEW_SEEDS,
        0,
        None,
    )


def test_equal_for_practice_needs_the_whole_interval_inside_the_margin() -> None:
    rng = np.random.default_rng(9)
    base, other = _policies(rng, 5, [0.0, 0.0], with_seed=0, with_group=0)
    wide = compare(base, {"p": other}, GROUP, margin=0.2)["p"]
    tight = compare(base, {"p": other}, GROUP, margin=1e-4)["p"]
    assert wide.practically_equal
    assert not tight.practically_equal
    exact = compare(base, {"p": base}, GROUP)["p"]
    assert exact.practically_equal
    assert exact.decision is ComparisonOutcome.NOT_DETECTED


def test_a_stopped_policy_is_never_better_and_still_counts() -> None:
    rng = np.random.default_rng(11)
    base, good, other = _policies(rng, 5, [0.0, 1.0, 0.25], with_seed=0.02, with_group=0)
    alone = compare(base, {"other": other}, GROUP)["other"]
    both = compare(base, {"good": good, "other": other}, GROUP, stopped={"good": 0.1})
    assert both["good"].decision is ComparisonOutcome.STOPPED
    assert both["good"].at_least_worse == 0.1
    assert both["good"].p_adjusted is None
    # Holm takes the smallest p times two, as there were two.
    assert both["other"].p_adjusted == pytest.approx(2 * (alone.p_adjusted or 0))


def test_the_futility_rule_rarely_says_more_than_is_true() -> None:
    rng = np.random.default_rng(12)
    rule = Futility(looks=6 * 2)
    worlds = {"with_seed": 0.12, "with_group": 0.4}
    ended, harsh, equal = 0, 0, 0
    for _ in range(400):
        base, bad, same = _policies(rng, 4, [0.0, -1.6, 0.0], **worlds)
        worse = futile(bad.mean(axis=1), base.mean(axis=1), GROUPS, rule)
        ended += worse is not None
        harsh += worse is not None and worse > -_truth(-1.6, **worlds)
        equal += futile(same.mean(axis=1), base.mean(axis=1), GROUPS, rule) is not None
    assert ended > 200
    assert harsh <= 4
    assert equal == 0


def test_the_futility_rule_waits_for_its_seeds() -> None:
    rule = Futility(seeds=3)
    low, high = np.array([0.1, 0.1]), np.array([0.9, 0.9])
    assert futile(low, high, 100, rule) is None
    three = futile(np.array([0.1, 0.12, 0.1]), np.array([0.9, 0.9, 0.91]), 100, rule)
    assert three is not None
    assert 0.05 < three < 0.8
    assert futile(np.array([0.1] * 3), np.array([0.9] * 3), 1, rule) is None
