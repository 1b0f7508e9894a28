"""Confidence intervals over groups and split seeds, of proportions, and multiple comparisons."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Spread:
    """One source of variance: its value and its degrees of freedom."""

    variance: float
    df: float


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its two-sided interval.

    Attributes:
        mean: The estimate.
        low: Lower end.
        high: Upper end.
        error: Standard error.
        df: Degrees of freedom of the t distribution used.
    """

    mean: float
    low: float
    high: float
    error: float
    df: float


def t_interval(mean: float, sources: list[Spread], *, level: float = 0.95) -> Interval:
    """Return the t interval for a sum of independent sources of variance.

    Source: Satterthwaite 1946. A source without a degree of freedom (one group, one seed) makes the
    interval infinite, because its variance is unknown.
    """
    variance = sum(source.variance for source in sources)
    shares = sum(source.variance**2 / source.df for source in sources if source.df)
    return _interval(mean, sources, variance**2 / shares if shares > 0 else None, level)


def cochran_interval(mean: float, sources: list[Spread], *, level: float = 0.95) -> Interval:
    """Return the t interval for independent sources of which one has very few degrees of freedom.

    Satterthwaite's degrees of freedom are too high whenever such a source happens to come out
    small. Cochran and Cox weight the sources' critical values by variance. Weighting 1 / df instead
    agrees to first order in 1 / df, gives one number for every level, and lies between the two.

    Source: Cochran and Cox 1950, Experimental Designs; simulated in docs/measurements/verdicts.md.
    """
    variance = sum(source.variance for source in sources)
    shares = sum(source.variance / source.df for source in sources if source.df)
    return _interval(mean, sources, variance / shares if shares > 0 else None, level)


def _interval(mean: float, sources: list[Spread], df: float | None, level: float) -> Interval:
    if any(source.df < 1 for source in sources):
        return Interval(mean, -np.inf, np.inf, np.inf, 0.0)
    df = max(source.df for source in sources) if df is None else df
    error = float(np.sqrt(sum(source.variance for source in sources)))
    half = _t(0.5 + level / 2, df) * error
    return Interval(mean, mean - half, mean + half, error, float(df))


def class_weighted(values: Doubles, labels: Ints, weights: Doubles) -> tuple[float, Doubles]:
    """Return the class-weighted mean, and each row's share of its deviation.

    Args:
        values: (n,) value per image.
        labels: (n,) classes.
        weights: (classes,) class shares to report on; classes without a row are left out and the
            others scaled up.

    Returns:
        The estimate, and (n,) deviations u with sum 0; sums of u over groups give its variance.
    """
    count = np.bincount(labels, minlength=len(weights)).astype(np.float64)
    present = np.where(count > 0, weights, 0.0)
    present = present / max(present.sum(), 1e-12)
    share = present / np.maximum(count, 1)
    mean = np.bincount(labels, values, len(weights)) / np.maximum(count, 1)
    return float((present * mean).sum()), share[labels] * (values - mean[labels])


def group_spread(deviations: Doubles, group: Ints) -> Spread:
    """Return the variance from sampling groups: G/(G-1) * sum of squared group sums.

    Args:
        deviations: (n,) as of `class_weighted`.
        group: (n,) group numbers from 0, with or without gaps.
    """
    number = len(np.unique(group))
    if number < 2:
        return Spread(0.0, 0.0)
    sums = np.bincount(group, deviations)
    return Spread(float(number / (number - 1) * (sums**2).sum()), number - 1.0)


def seed_spread(estimates: Doubles) -> Spread:
    """Return the variance of a mean over split seeds: variance over seeds / seeds."""
    seeds = len(estimates)
    if seeds < 2:
        return Spread(0.0, 0.0)
    return Spread(float(estimates.var(ddof=1) / seeds), seeds - 1.0)


def crossed(
    values: Doubles, labels: Ints, group: Ints, weights: Doubles, *, level: float = 0.95
) -> Interval:
    """Return the interval of a class-weighted mean over seeds that share the same images.

    Args:
        values: (seeds, n) value per image and seed, NaN where a seed did not judge it; a difference
            of two conditions under the same seed makes the comparison paired.
        labels: (n,) classes.
        group: (n,) groups that are sampled as a whole, numbers from 0.
        weights: (classes,) class shares.
        level: Coverage.
    """
    each = np.zeros(len(values))
    deviations = np.zeros(values.shape[1])
    for s, row in enumerate(values):
        judged = np.flatnonzero(~np.isnan(row))
        each[s], shares = class_weighted(row[judged], labels[judged], weights)
        deviations[judged] += shares / len(values)
    seen = ~np.isnan(values).all(axis=0)
    sources = [group_spread(deviations[seen], group[seen]), seed_spread(each)]
    return t_interval(float(each.mean()), sources, level=level)


@dataclass(frozen=True, slots=True)
class GroupedScores:
    """One sample of a comparison: values (seeds, n), labels (n,) and groups (n,)."""

    values: Doubles
    labels: Ints
    group: Ints

    def estimates(self, weights: Doubles) -> Doubles:
        """Return the class-weighted mean per seed, (seeds,)."""
        return np.array([class_weighted(row, self.labels, weights)[0] for row in self.values])

    def spread(self, weights: Doubles) -> Spread:
        """Return the variance over groups of the mean over seeds."""
        deviations = class_weighted(self.values.mean(axis=0), self.labels, weights)[1]
        return group_spread(deviations, self.group)


def difference_of_samples(
    one: GroupedScores, two: GroupedScores, weights: Doubles, *, level: float = 0.95
) -> Interval:
    """Return the interval of one - two for different images judged under the same seeds."""
    each = one.estimates(weights) - two.estimates(weights)
    sources = [one.spread(weights), two.spread(weights), seed_spread(each)]
    return t_interval(float(each.mean()), sources, level=level)


def paired_difference(one: Doubles, two: Doubles, group: Ints, *, level: float = 0.95) -> Interval:
    """Return the interval of mean(one - two) over the same images and seeds.

    Args:
        one: (seeds, n) value per image under one policy.
        two: The same under the other.
        group: (n,) groups that are sampled as a whole.
        level: Coverage.
    """
    nothing = np.zeros(one.shape[1], np.int64)
    return crossed(one - two, nothing, group, np.ones(1), level=level)


def smallest_detectable(
    error: float, df: float, *, power: float = 0.8, alpha: float = 0.05
) -> float:
    """Return the true difference that a two-sided test at `alpha` detects with this power."""
    if df < 1 or not np.isfinite(error):
        return float("inf")
    return float((_t(1 - alpha / 2, df) + _t(power, df)) * error)


def p_value(interval: Interval) -> float:
    """Return the two-sided p-value of "the true value is 0"; 1 where nothing is known."""
    if interval.df < 1 or not np.isfinite(interval.error):
        return 1.0
    if interval.error == 0:
        return 1.0 if interval.mean == 0 else 0.0
    from scipy.special import stdtr

    return float(2 * stdtr(interval.df, -abs(interval.mean) / interval.error))


def wilson(successes: float, n: float, *, level: float = 0.95) -> tuple[float, float]:
    """Return Wilson's interval of a proportion, ends in 0..1; (0, 1) for n = 0.

    Both arguments may be effective numbers, for similar images.

    Source: Wilson 1927.
    """
    if n == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(0.5 + level / 2)
    share = successes / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    low = 0.0 if successes == 0 else float(centre - half)
    high = 1.0 if successes == n else float(centre + half)
    return max(0.0, low), min(1.0, high)


def holm(p: Doubles) -> Doubles:
    """Return Holm-adjusted p-values in the order given; they bound the familywise error.

    Source: Holm 1979.
    """
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(1, stepped)
    return adjusted


def f_quantile(probability: float, df: float, df_below: float) -> float:
    """Return the quantile of the F distribution."""
    from scipy.special import fdtri

    return float(fdtri(df, df_below, probability))


def _t(probability: float, df: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(df, probability))
