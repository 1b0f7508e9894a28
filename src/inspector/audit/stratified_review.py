"""How many labels are wrong: a person judges a random sample of each part of the ranking.

No model's own count is calibrated, but a random sample from strata of known size is: the top of the
ranking, where most errors are, is sampled densely, and the rest is not ignored.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

CUTS = (100, 500, 2_000)
"""Where each stratum of the ranking ends; the last one is the rest."""

TARGET = 80
MORE = 200
"""Further verdicts for a narrower interval."""

WEIGHTS = (1, 1, 2, 4)
"""How verdicts are allocated: the rest is where a small rate adds most to the variance.

Source: docs/measurements/label-errors.md; equal shares give a standard error a third larger.
"""

_DRAWS = 20_000
_PRIOR = 0.5


@dataclass(frozen=True, slots=True)
class Stratum:
    """A part of the ranking.

    Attributes:
        size: Number of images.
        drawn: Random sample of them, as many as may ever be judged.
    """

    size: int
    drawn: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class JudgedStratum:
    """Verdicts in a stratum: number of images, of judged ones, and of wrong ones among these."""

    size: int
    judged: int
    wrong: int


@dataclass(frozen=True, slots=True)
class ErrorCount:
    """Estimated number of wrong labels with a 90 % interval, and the number of verdicts."""

    count: int
    low: int
    high: int
    judged: int


def stratify(ranking: Sequence[int], seed: int) -> tuple[Stratum, ...]:
    """Cut a ranking into strata and sample from each without replacement.

    Args:
        ranking: Ids of all images, most suspect label first.
        seed: Random seed.
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
    """Return the number of verdicts per stratum, `target` in total if there are as many images."""
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
    """Return the estimated number of wrong labels; None while a stratum has no verdict.

    The count is the stratified estimate, sum of size * wrong / judged, which is unbiased. The
    interval is that of the posterior under Jeffreys' prior for the images that were not judged, but
    its lower end adds nothing for a stratum without a wrong label, which may contain none. Its
    coverage is measured in docs/measurements/label-errors.md.
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
