"""How many of the confirmed near-duplicates are false, by candidate pairs of different classes.

A candidate pair whose images carry different labels shows different things, so how many of such
pairs pass the same verification tells how many false ones of one label do: for each pair between
the two levels, so many are above the confirmed one. Few such pairs say little; then what was
measured on other datasets counts, as 25 pairs more. False pairs thin out with similarity, so each
confirmed pair weighs by its own.

Confirmed pairs of two labels are false, or one image that was labelled twice. False ones do not
stand alone: at least four times as many are below. What exceeds that is taken for label errors.

Source: target-decoy estimates (Elias and Gygi 2007); measured in docs/measurements/duplicates.md.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

STEP = 0.025
"""Width of a bin of similarity; there are 40."""

POSSIBLE_BIN = 26
"""The first bin of reported pairs; a test holds it to `similarity.levels`."""

MAX_FALSE_SHARE = 0.02
"""Confirmed pairs may be false so often; where more are certain to be, the level is raised."""

_BINS = round(1 / STEP)
_AT_ONCE = 1 << 20
_SURE_BIN = 34
SURE_LEVEL = _SURE_BIN * STEP
_LEAST_COMPARED = 50
# Of clothing, MRI slices, shelves and trash: 1 in 100 above the confirmed level, and a tenth of
# those is left .1 further up.
_KNOWN_FALSE, _KNOWN_PAIRS = 0.25, 25.0
_DECAY = 23.0
_ALONE = 0.25
_LEVELS = tuple(round(0.86 + 0.01 * k, 2) for k in range(14))
_EDGES = np.array((SURE_LEVEL, *_LEVELS, 1.0))
_DRAWS = 200


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
        controls: Candidates of different classes below the confirmed level.
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
    counts = np.zeros((2, _BINS), np.int64)
    # In parts, as a million images have fifteen million pairs.
    for start in range(0, len(similarity), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        bins = np.minimum((similarity[part] / STEP + 1e-6).astype(np.int64), _BINS - 1)
        bins += _BINS * two_labels[part]
        counts += np.bincount(bins, minlength=2 * _BINS).reshape(2, _BINS)
    return ScoreCounts(*counts)


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
        None where too few pairs of different classes were compared to tell, or below the level
        that was measured.
    """
    if counts.other.sum() < _LEAST_COMPARED or threshold < SURE_LEVEL - 1e-6:
        return None
    controls, candidates = (
        int(c[POSSIBLE_BIN:_SURE_BIN].sum()) for c in (counts.other, counts.same)
    )
    same, other = (_by_level(similarity[rows]) for rows in (~two_labels, two_labels))
    believed = other * min(1.0, _ALONE * controls / max(1.0, other.sum()))
    profile = _KNOWN_FALSE * _falling() + believed
    profile /= profile.sum()
    above = _EDGES[:-1] >= threshold - 1e-6
    false = candidates * np.outer(_odds(controls, believed.sum()), profile)
    false = np.minimum(false, same)[:, above].sum(axis=1) + believed[above].sum()
    pairs = int(same[above].sum() + other[above].sum())
    low, high = _interval(false)
    return ExpectedFalse(
        threshold, pairs, float(false.mean()), min(low, pairs), min(high, pairs), controls,
        int(other[above].sum()),
    )  # fmt: skip


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


def _by_level(similarity: Doubles) -> Doubles:
    """Count the confirmed pairs between each two levels."""
    edges = _EDGES - 1e-6
    edges[-1] = 2
    return np.histogram(similarity, edges)[0].astype(np.float64)


def _falling() -> Doubles:
    """Return the shares of false pairs between each two levels, as measured."""
    left = np.exp(-_DECAY * (_EDGES - SURE_LEVEL))
    left[-1] = 0
    return np.asarray(left[:-1] - left[1:], np.float64)


def _odds(controls: int, false: float) -> Doubles:
    """Return how many false pairs are above the confirmed level per pair below, likely values."""
    from scipy import special

    shares = (np.arange(_DRAWS) + 0.5) / _DRAWS
    gamma = special.gammaincinv(_KNOWN_FALSE + false, shares)
    return np.asarray(gamma / (_KNOWN_PAIRS + controls), np.float64)


def _interval(means: Doubles) -> tuple[int, int]:
    """Return the 95 % interval of a number of which each mean is equally likely."""
    from scipy import special

    counts = np.arange(int(means.max() + 8 * np.sqrt(means.max()) + 20))
    reached = special.pdtr(counts[:, None], means).mean(axis=1)
    return int(np.searchsorted(reached, 0.025)), int(np.searchsorted(reached, 0.975))
