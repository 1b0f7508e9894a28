"""Suspected wrong labels: confident learning on predictions that are out of fold by group."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from inspector.audit.baseline_models import fit
from inspector.audit.conditions import FOLDS
from inspector.audit.folds import group_folds, own_groups

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

ROUNDS = 3

MARGIN = 0.6
"""How much more probable the other class has to be.

Source: bench/labels.py with 5 % of labels turned. Of the suspects 0.15, 0.25, 0.86 and 0.11 were
turned without it (demo, clothing, daynight, CIFAR-10), and 0.32, 0.52, 0.89 and 0.40 with it.
"""


@dataclass(frozen=True, slots=True)
class LabelErrors:
    """Hold suspected wrong labels, the most suspect first.

    Attributes:
        index: (m,) rows.
        suggested: (m,) the class that the models name instead.
        score: (m,) self-confidence, the probability of the given label, 0..1; low is suspect.
        probabilities: (n, classes) out of fold, of all rows; (0, 0) where there are too few.
    """

    index: Ints
    suggested: Ints
    score: Floats
    probabilities: Floats = field(default_factory=lambda: np.zeros((0, 0), np.float32))


def wrong_labels(x: Floats, labels: Ints, group: Ints, *, seed: int = 0) -> LabelErrors:
    """Find labels that models, which saw neither the image nor its group, contradict.

    Args:
        x: (n, d) reduced descriptors.
        labels: (n,) class numbers from 0.
        group: (n,) known groups, -1 alone: a burst with one wrong label must not vouch for itself.
        seed: Of the folds.

    Source: Northcutt, Jiang, Chuang 2021, "Confident learning": a class's threshold is the mean
    self-confidence of the images that carry its label; an image is suspect when another class is
    the most probable among those above their threshold, by `MARGIN` at least. A class with fewer
    than two images has none.
    """
    if len(x) < 2 * FOLDS:
        return LabelErrors(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32))
    probabilities = out_of_fold(x, labels, group, seed=seed)
    classes = probabilities.shape[1]
    own = probabilities[np.arange(len(labels)), labels]
    count = np.bincount(labels, minlength=classes)
    threshold = np.bincount(labels, own, classes) / np.maximum(count, 1)
    threshold[count < 2] = np.inf
    above = np.where(probabilities >= threshold, probabilities, -1)
    best = above.argmax(axis=1)
    surer = above.max(axis=1) - own >= MARGIN
    suspect = (above.max(axis=1) > 0) & (best != labels) & surer
    index = np.flatnonzero(suspect)
    index = index[np.argsort(own[index], kind="stable")]
    return LabelErrors(index, best[index].astype(np.int64), own[index], probabilities)


def out_of_fold(x: Floats, labels: Ints, group: Ints, *, seed: int = 0) -> Floats:
    """Return class probabilities of models that saw no image of the same group, (n, classes).

    The mean of `ROUNDS` assignments of groups to folds, so that one draw decides nothing.
    """
    classes = int(labels.max()) + 1
    known = own_groups(group)
    probabilities = np.zeros((len(x), classes), np.float32)
    for turn in range(ROUNDS):
        folds = group_folds(labels, known, FOLDS, np.random.default_rng([seed, turn]))
        for fold in range(FOLDS):
            held = folds == fold
            if held.any() and not held.all():
                model = fit(x[~held], labels[~held], classes)
                probabilities[held] += model.probabilities(x[held]) / ROUNDS
    return probabilities
