"""Suspected label errors: ranked by models that saw neither an image nor its group."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from inspector.audit.baseline_models import fit
from inspector.audit.conditions import FOLDS
from inspector.audit.folds import group_folds, own_groups

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

ROUNDS = 3
STEPS = 10
"""A few steps beat a converged fit, which memorises the wrong labels.

Source: docs/measurements/label-errors.md.
"""

LISTED_SHARE = 0.05
MIN_LISTED = 100
"""The list ends at this number of images or at `LISTED_SHARE` of them.

No model knows how many labels are wrong, and further down most are right; the limit says nothing
about their number.
"""


@dataclass(frozen=True, slots=True)
class LabelErrors:
    """Suspected label errors, most suspect first.

    Attributes:
        index: (m,) rows whose label is not the most probable class; at most `MIN_LISTED` or
            `LISTED_SHARE` of all.
        suggested: (m,) most probable class of each.
        score: (m,) self-confidence, the probability of the given label, 0..1; low is suspect.
        ranking: (n,) all rows, most suspect first; (0,) with too few images.
        probabilities: (n, classes) out of fold, of all rows; (0, 0) with too few images.
    """

    index: Ints
    suggested: Ints
    score: Floats
    ranking: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    probabilities: Floats = field(default_factory=lambda: np.zeros((0, 0), np.float32))


def wrong_labels(x: Floats, labels: Ints, group: Ints, *, seed: int = 0) -> LabelErrors:
    """Rank labels by self-confidence: their probability to out-of-fold models.

    Args:
        x: (n, d) features, as of `joined_features.joined`.
        labels: (n,) class numbers from 0.
        group: (n,) known groups, -1 for none: a burst with one wrong label must not confirm itself.
        seed: Random seed of the folds.

    Source: Northcutt, Jiang, Chuang 2021, "Confident learning"; self-confidence is its simplest
    ranking and the best of those tried on human label noise.
    """
    if len(x) < 2 * FOLDS:
        return LabelErrors(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32))
    probabilities = out_of_fold(x, labels, group, seed=seed)
    own = probabilities[np.arange(len(labels)), labels]
    best = probabilities.argmax(axis=1).astype(np.int64)
    ranking = np.argsort(own, kind="stable").astype(np.int64)
    listed = max(MIN_LISTED, int(LISTED_SHARE * len(x)))
    index = ranking[best[ranking] != labels[ranking]][:listed]
    return LabelErrors(index, best[index], own[index], ranking, probabilities)


def out_of_fold(x: Floats, labels: Ints, group: Ints, *, seed: int = 0) -> Floats:
    """Return class probabilities of models that saw no image of the same group, (n, classes).

    The mean over `ROUNDS` assignments of groups to folds, so that no single assignment decides.
    """
    classes = int(labels.max()) + 1
    known = own_groups(group)
    probabilities = np.zeros((len(x), classes), np.float32)
    for number in range(ROUNDS):
        folds = group_folds(labels, known, FOLDS, np.random.default_rng([seed, number]))
        for fold in range(FOLDS):
            held = folds == fold
            if held.any() and not held.all():
                model = fit(x[~held], labels[~held], classes, steps=STEPS)
                probabilities[held] += model.probabilities(x[held]) / ROUNDS
    return probabilities
