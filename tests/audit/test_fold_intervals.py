"""Intervals over folds: they hold a known truth, where the t interval over folds does not."""

import numpy as np
import pytest

from inspector.audit.folds import group_folds
from inspector.audit.influence.fold_intervals import (
    difference_interval,
    fold_interval,
    fold_means,
    training_noise,
)
from inspector.audit.intervals import seed_spread, t_interval

FOLDS, GROUPS, FEATURES = 5, 60, 10


def _images(rng: np.random.Generator, groups: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    group = np.repeat(np.arange(groups), rng.integers(1, 6, groups))
    labels = rng.integers(0, 2, groups)[group]
    effect = rng.normal(0, 1.0, (groups, FEATURES))[group]
    x = effect + rng.normal(0, 1, (len(group), FEATURES))
    x[:, 0] += 1.5 * (2 * labels - 1)
    return x, labels, group


def _right(
    rng: np.random.Generator, learned: tuple[np.ndarray, np.ndarray], judged: np.ndarray
) -> np.ndarray:
    """Return the classes that a least squares head names, of random features as networks differ."""
    seen = rng.random(FEATURES) < 0.7
    seen[rng.integers(FEATURES)] = True
    x, labels = learned
    weights = np.linalg.lstsq(np.c_[x[:, seen], np.ones(len(x))], 2.0 * labels - 1, rcond=None)[0]
    return (np.c_[judged[:, seen], np.ones(len(judged))] @ weights > 0).astype(np.int64)


def test_the_interval_holds_the_truth_where_t_over_folds_does_not() -> None:
    rng = np.random.default_rng(7)
    new_x, new_labels, _ = _images(rng, 3000)
    truths = []
    for _ in range(120):
        x, labels, _ = _images(rng, GROUPS * (FOLDS - 1) // FOLDS)
        truths.append((_right(rng, (x, labels), new_x) == new_labels).mean())
    truth, draws = float(np.mean(truths)), 200
    held, naive = 0, 0
    for _ in range(draws):
        x, labels, group = _images(rng, GROUPS)
        fold = group_folds(labels, group, FOLDS, rng)
        right = np.zeros(len(labels), np.bool_)
        for one in range(FOLDS):
            out = fold == one
            right[out] = _right(rng, (x[~out], labels[~out]), x[out]) == labels[out]
        interval = fold_interval(right, group, fold)
        means = fold_means(right.astype(np.float64), fold)
        plain = t_interval(float(right.mean()), [seed_spread(means)])
        held += interval.low <= truth <= interval.high
        naive += plain.low <= truth <= plain.high
    assert 0.93 <= held / draws <= 1.0
    assert naive / draws < 0.93


def test_all_right_is_no_certainty() -> None:
    group = np.arange(40)
    interval = fold_interval(np.ones(40, np.bool_), group, group % 5)
    assert (interval.mean, interval.high) == (1.0, 1.0)
    assert 0.85 < interval.low < 0.95


def test_one_fold_tells_nothing_of_trainings() -> None:
    group = np.arange(40)
    interval = fold_interval(group % 2 == 0, group, np.zeros(40, np.int64))
    assert (interval.low, interval.high) == (0.0, 1.0)


def test_noise_of_trainings_widens_the_difference() -> None:
    rng = np.random.default_rng(3)
    group, fold = np.arange(200), np.arange(200) % 5
    split, folds = rng.random(200) < 0.9, rng.random(200) < 0.7
    calm = difference_interval(split, folds, group, fold, 0.0)
    noisy = difference_interval(split, folds, group, fold, 0.002)
    assert calm.mean == noisy.mean == pytest.approx(split.mean() - folds.mean())
    assert noisy.low < calm.low < calm.high < noisy.high
    # Folds that differ in nothing but their images show no noise of trainings; others do.
    assert training_noise(np.arange(200) % 2 == 0, group, np.arange(200) // 40) == 0
    assert training_noise(fold < 2, group, fold) > 0.1
