"""Comparison of policies with a baseline: differences with CIs, corrected for multiplicity.

All are judged on the same images with the same seeds. Groups, not images, are the units that are
sampled, and seeds are a separate source of variance: a policy may do well with one seed and badly
with the next.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from inspector.audit.decision_rules import GROUPS_AT_LEAST, SEEDS_AT_LEAST
from inspector.audit.intervals import (
    Interval,
    Spread,
    cochran_interval,
    f_quantile,
    group_spread,
    holm,
    p_value,
    seed_spread,
    smallest_detectable,
    t_interval,
)

Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]

MARGIN = 0.01
ALPHA = 0.05
# Seeds that agree better than chance gives in this share of comparisons.
MAX_P_SEEDS_AGREE = 0.025


class ComparisonOutcome(StrEnum):
    """Outcome of a comparison with the baseline."""

    BETTER = "better"
    WORSE = "worse"
    NOT_DETECTED = "no significant difference"
    STOPPED = "stopped"
    TOO_FEW_SEEDS = "too few seeds"


@dataclass(frozen=True, slots=True)
class Difference:
    """Difference of a policy from the baseline; accuracies are 0..1.

    Attributes:
        interval: 95 % CI of policy - baseline, for this policy alone.
        p_adjusted: Holm-adjusted over all policies of the comparison; None where not tested:
            stopped, or without two seeds.
        smallest_detectable: True difference that would be detected with a power of 0.8, corrected
            for the number of policies; infinite where nothing is known.
        seeds: Number of seeds that both have.
        practically_equal: True if the interval lies within the margin.
        at_least_worse: For a stopped policy, the lower bound of how much worse it is; else None.
    """

    interval: Interval
    p_adjusted: float | None
    smallest_detectable: float
    seeds: int
    decision: ComparisonOutcome
    practically_equal: bool
    at_least_worse: float | None = None


def compare(
    baseline: Doubles,
    policies: Mapping[str, Doubles],
    group: Ints,
    *,
    margin: float = MARGIN,
    stopped: Mapping[str, float] | None = None,
) -> dict[str, Difference]:
    """Compare policies with a baseline on the same images.

    Args:
        baseline: (seeds, n) 1 where an image is classified correctly; a row of NaN for a seed not
            trained.
        policies: The same per policy, with seeds in the order of the baseline.
        group: (n,) group numbers from 0; a group is sampled as a whole.
        margin: Difference within which two policies count as practically equal.
        stopped: Policies that `futile` stopped, with its figure.
    """
    stopped = stopped or {}
    intervals = {name: difference(right, baseline, group) for name, right in policies.items()}
    # A stopped policy is not tested but counts among those compared.
    chances = [
        1.0 if name in stopped else p_value(differences)
        for name, (differences, _) in intervals.items()
    ]
    adjusted = dict(zip(intervals, holm(np.array(chances)).tolist(), strict=True))
    enough = len(np.unique(group)) >= GROUPS_AT_LEAST
    differences = {}
    for name, (interval, seeds) in intervals.items():
        tested = name not in stopped and seeds > 1
        p = adjusted[name] if tested else None
        decision = _decide(interval, p if enough else None, seeds, stopped=name in stopped)
        judged = seeds >= SEEDS_AT_LEAST and enough and name not in stopped
        inside = max(abs(interval.low), abs(interval.high)) <= margin
        least = smallest_detectable(
            interval.error, interval.df, alpha=ALPHA / max(1, len(policies))
        )
        differences[name] = Difference(
            interval, p, least, seeds, decision, judged and inside, stopped.get(name)
        )
    return differences


def _decide(interval: Interval, p: float | None, seeds: int, *, stopped: bool) -> ComparisonOutcome:
    if stopped:
        return ComparisonOutcome.STOPPED
    if seeds < SEEDS_AT_LEAST:
        return ComparisonOutcome.TOO_FEW_SEEDS
    if p is None or p > ALPHA:
        return ComparisonOutcome.NOT_DETECTED
    return ComparisonOutcome.BETTER if interval.mean > 0 else ComparisonOutcome.WORSE


def difference(one: Doubles, two: Doubles, group: Ints) -> tuple[Interval, int]:
    """Return the interval of mean(one - two) over the seeds that both have, and their number.

    Groups and seeds are crossed, and the residual variance of single judgements is part of both
    mean squares. It is left in that of the seeds, which have the fewest degrees of freedom, and
    subtracted from that of the groups, as for readers and cases (Hillis 2007, Statistics in
    Medicine 26).

    Args:
        one: (seeds, n), a row of NaN for a seed that was not trained.
        two: The same.
        group: (n,) group numbers from 0.
    """
    have = ~(np.isnan(one).any(axis=1) | np.isnan(two).any(axis=1))
    values = (one - two)[have]
    seeds, n = values.shape
    if seeds == 0 or n == 0:
        return Interval(float("nan"), -np.inf, np.inf, np.inf, 0.0), seeds
    each = values.mean(axis=1)
    shares = (values - each[:, None]) / n
    groups, of_seeds = group_spread(shares.mean(axis=0), group), seed_spread(each)
    if seeds > 1 and groups.df >= 1:
        rest = _residual(shares, group)
        # A few seeds may agree by chance, even exactly; bound their variance from below.
        least = rest.variance * f_quantile(MAX_P_SEEDS_AGREE, of_seeds.df, rest.df)
        of_seeds = Spread(max(of_seeds.variance, least), of_seeds.df)
        groups = Spread(max(0.0, groups.variance - rest.variance), groups.df)
    return cochran_interval(float(each.mean()), [groups, of_seeds]), seeds


def _residual(shares: Doubles, group: Ints) -> Spread:
    """Return the variance that remains beside groups and seeds.

    Args:
        shares: (seeds, n) deviations from each seed's mean, divided by n.
        group: (n,) group numbers from 0.
    """
    seeds = len(shares)
    sums = np.array([np.bincount(group, row) for row in shares])
    number = len(np.unique(group))
    rest = sums - sums.mean(axis=0)
    variance = float((rest**2).sum()) / ((seeds - 1) * seeds) * number / (number - 1)
    return Spread(variance, (seeds - 1) * (number - 1))


@dataclass(frozen=True, slots=True)
class Futility:
    """The rule, fixed before the start, that stops a policy that can't catch up.

    It uses accuracies on the selection holdout, so that the validation set judges only once.

    Attributes:
        seeds: Complete seeds before the first look; one look after each.
        worse_by: A policy continues unless it is certainly worse by more than this.
        looks: Policies times looks; corrects the level.
    """

    seeds: int = 3
    worse_by: float = 0.05
    looks: int = 1

    @property
    def text(self) -> str:
        """The rule as a sentence."""
        return (
            f"After {self.seeds} complete seeds and after each further one, a policy that is worse"
            f" than the baseline by more than {self.worse_by:g} on the selection holdout, beyond"
            " chance, is not trained any further."
        )


def futile(policy: Doubles, baseline: Doubles, groups: int, rule: Futility) -> float | None:
    """Return the lower bound of how much worse a policy is if the rule stops it; else None.

    Single judgements on the selection holdout are not stored, so the images' variance is taken at
    its maximum: as if every group were one image, and the two policies shared none of it.

    Args:
        policy: (seeds,) best accuracy on the selection holdout.
        baseline: (seeds,) the same for the same seeds.
        groups: Number of independent groups in the selection holdout.
        rule: The futility rule.
    """
    if len(policy) < max(2, rule.seeds) or groups < 2:
        return None
    each = policy - baseline
    images = sum(float(a.mean() * (1 - a.mean())) for a in (policy, baseline)) / groups
    # One-sided: both tails of an interval at level 1 - 2 * alpha.
    interval = t_interval(
        float(each.mean()), [seed_spread(each), Spread(images, groups - 1.0)],
        level=1 - 2 * ALPHA / max(1, rule.looks),
    )  # fmt: skip
    return -interval.high if interval.high < -rule.worse_by else None
