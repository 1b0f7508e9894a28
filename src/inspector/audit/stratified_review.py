"""How many labels are wrong: a person judges a random sample of each part of the ranking.

No model's own count is calibrated. A sample that is drawn at random from strata of known size is:
the top of the ranking is judged densely, where most errors are, and the rest is not forgotten.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

CUTS = (100, 500, 2_000)
"""Where a stratum of the ranking ends; the last one is the rest."""

TARGET = 80
MORE = 200
"""Verdicts for a narrower interval."""

WEIGHTS = (1, 1, 2, 4)
"""How verdicts are shared out: the rest is where a small rate makes most of the count's variance.

Source: docs/measurements/label-errors.md; equal shares give a standard error a third larger.
"""

_DRAWS = 20_000
_PRIOR = 0.5


@dataclass(frozen=True, slots=True)
class Stratum:
    """A part of the ranking.

    Attributes:
        size: Images in it.
        drawn: Some of them in random order, as many as may ever be judged.
    """

    size: int
    drawn: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class JudgedStratum:
    """What was judged of a stratum: images in all, judged ones, and wrong ones among these."""

    size: int
    judged: int
    wrong: int


@dataclass(frozen=True, slots=True)
class ErrorCount:
    """How many labels are wrong, with a 90 % interval, and on how many verdicts that rests."""

    count: int
    low: int
    high: int
    judged: int


def stratify(ranking: Sequence[int], seed: int) -> tuple[Stratum, ...]:
    """Cut a ranking into strata and draw from each, without replacement.

    Args:
        ranking: Ids of all images, the most suspect label first.
        seed: Of the draws.
    """
    rng = np.random.default_rng(seed)
    ends = [cut for cut in CUTS if cut < len(ranking)] + [len(ranking)]
    parts = [ranking[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    shares = allocation([len(part) for part in parts], MORE)
    return tuple(
        Stratum(len(part), tuple(part[i] for i in rng.permutation(len(part))[:share].tolist()))
        for part, share in zip(parts, shares, strict=True)
    )


def allocation(sizes: Sequence[int], target: int) -> list[int]:
    """Return how many of each stratum are judged, `target` in all where there are as many."""
    shares = [0] * len(sizes)
    left = min(target, sum(sizes))
    while left:
        open_parts = [i for i, size in enumerate(sizes) if shares[i] < size]
        total = sum(WEIGHTS[i] for i in open_parts)
        before = left
        for i in open_parts:
            more = min(sizes[i] - shares[i], before * WEIGHTS[i] // total)
            shares[i] += more
            left -= more
        if before == left:
            shares[open_parts[-1]] += 1
            left -= 1
    return shares


def error_count(strata: Sequence[JudgedStratum]) -> ErrorCount | None:
    """Return how many labels are wrong; None while a stratum has no verdict.

    The count is the stratified estimate, sum of size * wrong / judged, which is unbiased. The
    interval is that of the posterior under Jeffreys' prior for the images that were not judged,
    but its lower end takes nothing from a stratum without a wrong label: that there is none is
    possible. Its coverage is measured in docs/measurements/label-errors.md.
    """
    if not strata or any(s.size and not s.judged for s in strata):
        return None
    rng = np.random.default_rng(0)
    lower = np.zeros(_DRAWS)
    upper = np.zeros(_DRAWS)
    for s in strata:
        rate = rng.beta(s.wrong + _PRIOR, s.judged - s.wrong + _PRIOR, _DRAWS)
        total = s.wrong + rng.binomial(s.size - s.judged, rate)
        upper += total
        lower += total if s.wrong else 0
    count = round(sum(s.size * s.wrong / s.judged for s in strata))
    low, high = int(np.quantile(lower, 0.05)), int(np.ceil(np.quantile(upper, 0.95)))
    return ErrorCount(count, min(low, count), max(high, count), sum(s.judged for s in strata))
