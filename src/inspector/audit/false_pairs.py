"""How many of the confirmed near-duplicates are false, by candidate pairs of different classes.

A candidate pair whose images carry different labels shows different things, so what the same
verification says of such pairs is what it says of false ones. How their similarities fall off below
the confirmed level is continued above it, and applied to the candidates of one label. Confirmed
pairs of two labels are not counted as false by themselves: an image that was labelled twice is one.

Source: target-decoy estimates of search engines for spectra (Elias and Gygi 2007), with a tail of
peaks over a threshold in place of a count; measured in docs/measurements/duplicates.md.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

STEP = 0.025
"""Width of a bin of similarity; there are 40."""

MAX_FALSE_SHARE = 0.02
"""Confirmed pairs may be false so often; where more are certain to be, the level is raised."""

_BINS = round(1 / STEP)
_SURE_BIN = 34
POSSIBLE_BIN = 26
"""The first bin of reported pairs; a test holds it to `similarity.levels`."""

_FIRST_BINS = range(12, 31)
# So many pairs of different classes give a tail; fewer are taken from further below.
_CONTROLS = 30
_LEAST_COMPARED = 100
# How steeply similarities may fall off: by half in .5, or in .0025.
_RATES = np.geomspace(1.4, 280, 160)
_LEVELS = tuple(round(0.86 + 0.01 * k, 2) for k in range(13))


class ScoreCounts(NamedTuple):
    """Compared pairs by similarity, in 40 bins from 0 to 1: of one label, and of two."""

    same: NDArray[np.int64]
    other: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ExpectedFalse:
    """How many confirmed near-duplicates are expected to be false.

    Attributes:
        threshold: The confirmed level.
        pairs: Confirmed near, flipped or rotated pairs.
        mean: Expected false ones among them, with the 95 % interval `low` to `high`.
        controls: Pairs of different classes whose similarities gave the figure.
        two_labels: Confirmed pairs of different classes: false, or one image labelled twice.
    """

    threshold: float
    pairs: int
    mean: float
    low: int
    high: int
    controls: int
    two_labels: int

    @property
    def share(self) -> tuple[float, float, float]:
        """The expected share of false pairs, and its interval."""
        pairs = max(1, self.pairs)
        return self.mean / pairs, self.low / pairs, self.high / pairs


def counted(similarity: NDArray[np.floating], two_labels: NDArray[np.bool_]) -> ScoreCounts:
    """Count pairs by similarity."""
    bins = np.minimum((similarity / STEP + 1e-6).astype(np.int64), _BINS - 1)
    one, two = (np.bincount(bins[rows], minlength=_BINS) for rows in (~two_labels, two_labels))
    return ScoreCounts(one.astype(np.int64), two.astype(np.int64))


def expected_false(
    counts: ScoreCounts, similarity: Doubles, two_labels: NDArray[np.bool_], threshold: float
) -> ExpectedFalse | None:
    """Estimate the false ones among the pairs at a threshold or above.

    Args:
        counts: Of every pair that was compared.
        similarity: (k,) of the reported pairs, identical images left out.
        two_labels: (k,) whether their labels differ.
        threshold: The confirmed level.

    Returns:
        None where too few pairs of different classes were compared to tell.
    """
    if counts.other.sum() < _LEAST_COMPARED:
        return None
    first = max(
        (b for b in _FIRST_BINS if counts.other[b:_SURE_BIN].sum() >= _CONTROLS),
        default=_FIRST_BINS[0],
    )
    controls, candidates = (c[first:_SURE_BIN] for c in (counts.other, counts.same))
    confirmed = similarity >= threshold
    doubtful = int((confirmed & two_labels).sum())
    weights = _weights(controls, first, int(counts.other[_SURE_BIN:].sum()))
    odds = _odds(first, max(threshold, _SURE_BIN * STEP))
    of_one = int(confirmed.sum()) - doubtful
    false = candidates.sum() * odds
    mean = float(weights @ np.minimum(false, of_one))
    mean += float(weights @ np.minimum(controls.sum() * odds, doubtful))
    low, high = _quantiles(weights, (candidates.sum() + bool(doubtful) * controls.sum()) * odds)
    pairs = of_one + doubtful
    return ExpectedFalse(
        threshold, pairs, mean, min(low, pairs), min(high, pairs), int(controls.sum()), doubtful
    )


def confirmed_level(
    counts: ScoreCounts, similarity: Doubles, two_labels: NDArray[np.bool_], default: float
) -> float:
    """Return the similarity from which pairs are confirmed in this dataset.

    It is the default unless more than `MAX_FALSE_SHARE` are certain to be false there; then it is
    the lowest one at which no more are expected, or the highest there is.
    """
    at = expected_false(counts, similarity, two_labels, default)
    if at is None or at.share[1] <= MAX_FALSE_SHARE:
        return default
    for level in _LEVELS:
        at = expected_false(counts, similarity, two_labels, level)
        if at is not None and at.share[0] <= MAX_FALSE_SHARE:
            return level
    return _LEVELS[-1]


def _weights(controls: NDArray[np.int64], first: int, confirmed: int) -> Doubles:
    """Return how likely each rate is, given the controls below the confirmed level.

    No more than the confirmed ones lie above it.
    """
    from scipy import special

    edges = np.exp(-np.outer(_RATES, STEP * np.arange(len(controls) + 1)))
    share = (edges[:, :-1] - edges[:, 1:]) / (1 - edges[:, -1:])
    likelihood = np.log(share) @ controls
    above = controls.sum() * _odds(first, _SURE_BIN * STEP)
    likelihood += np.log(np.maximum(special.pdtr(confirmed, above), 1e-300))
    weights = np.exp(likelihood - likelihood.max())
    return np.asarray(weights / weights.sum(), np.float64)


def _odds(first: int, threshold: float) -> Doubles:
    """Return for each rate how many pairs are above a threshold, per pair below the default."""
    start = first * STEP
    width = _SURE_BIN * STEP - start
    above = np.exp(-_RATES * (threshold - start)) - np.exp(-_RATES * (1 - start))
    return np.asarray(above / (1 - np.exp(-_RATES * width)), np.float64)


def _quantiles(weights: Doubles, means: Doubles) -> tuple[int, int]:
    """Return the 95 % interval of a mixture of Poisson variables."""
    from scipy import special

    ends = []
    for share in (0.025, 0.975):
        low, high = 0, int(means.max() * 2 + 50)
        while low < high:
            middle = (low + high) // 2
            if weights @ special.pdtr(middle, means) >= share:
                high = middle
            else:
                low = middle + 1
        ends.append(low)
    return ends[0], ends[1]
