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

_LIKELIEST = 3
MAX_PROBABILITIES = 20_000_000
"""Of more images times classes, each model learns from a sample, once and not in `ROUNDS`."""
MAX_LEARNED = 50_000_000
"""Images times classes of that sample: 20 s per model. Source: docs/measurements/scale.md."""
_EACH_CLASS = 10
"""Images per class that are learned from at least: of one or less, right labels look wrong."""
_MAX_AT_ONCE = 5_000_000

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
        likeliest: (m, k) most probable classes of each, at most three.
        confidence: (m, k) their probabilities.
        probabilities: (n, classes) out of fold, of all rows; (0, 0) with too few images, or too
            many probabilities.
        learned: Number of images that each model learned from where it is a sample; 0 for all.
    """

    index: Ints
    suggested: Ints
    score: Floats
    ranking: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    likeliest: Ints = field(default_factory=lambda: np.zeros((0, 0), np.int64))
    confidence: Floats = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    probabilities: Floats = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    learned: int = 0


def wrong_labels(x: Floats, labels: Ints, group: Ints, *, seed: int = 0) -> LabelErrors:
    """Rank labels by self-confidence: their probability to out-of-fold models.

    Args:
        x: (n, d) features, as of `joined_features.joined`, float32 or float16.
        labels: (n,) class numbers from 0.
        group: (n,) known groups, -1 for none: a burst with one wrong label must not confirm itself.
        seed: Random seed of the folds.

    Source: Northcutt, Jiang, Chuang 2021, "Confident learning"; self-confidence is its simplest
    ranking and the best of those tried on human label noise.
    """
    if len(x) < 2 * FOLDS:
        return LabelErrors(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32))
    classes = int(labels.max()) + 1
    if len(x) * classes > MAX_PROBABILITIES:
        judged, learned = _by_samples(x, labels, group, classes, seed)
        probabilities = np.zeros((0, 0), np.float32)
    else:
        probabilities, learned = out_of_fold(x, labels, group, seed=seed), 0
        judged = _judged(probabilities, labels)
    own, likeliest, confidence = judged
    best = likeliest[:, 0]
    ranking = np.argsort(own, kind="stable").astype(np.int64)
    listed = max(MIN_LISTED, int(LISTED_SHARE * len(x)))
    index = ranking[best[ranking] != labels[ranking]][:listed]
    return LabelErrors(
        index, best[index], own[index], ranking, likeliest[index], confidence[index],
        probabilities, learned,
    )  # fmt: skip


def _judged(probabilities: Floats, labels: Ints) -> tuple[Floats, Ints, Floats]:
    """Return each row's probability of its label, its most probable classes and theirs."""
    rows = np.arange(len(labels))[:, None]
    left, columns = probabilities.copy(), []
    for _ in range(min(_LIKELIEST, probabilities.shape[1])):
        # Of equally probable classes the first comes first.
        columns.append(left.argmax(axis=1))
        left[rows[:, 0], columns[-1]] = -1
    likeliest = np.stack(columns, axis=1).astype(np.int64)
    return probabilities[rows[:, 0], labels], likeliest, probabilities[rows, likeliest]


def _by_samples(
    x: Floats, labels: Ints, group: Ints, classes: int, seed: int
) -> tuple[tuple[Floats, Ints, Floats], int]:
    """Do what `_judged` does where the probabilities of all rows would take gigabytes.

    Returns:
        That, and the number of images that each model learned from, 0 where these were all others.
    """
    rng = np.random.default_rng([seed, 0])
    folds = group_folds(labels, own_groups(group), FOLDS, rng)
    most = max(MAX_LEARNED // classes, _EACH_CLASS * classes)
    at_once, sampled = max(1, _MAX_AT_ONCE // classes), False
    parts, order = [], []
    for fold in range(FOLDS):
        others = np.flatnonzero(folds != fold)
        if len(others) > most:
            others, sampled = np.sort(rng.choice(others, most, replace=False)), True
        model = fit(x[others].astype(np.float32), labels[others], classes, steps=STEPS)
        held = np.flatnonzero(folds == fold)
        for start in range(0, len(held), at_once):
            rows = held[start : start + at_once]
            order.append(rows)
            parts.append(_judged(model.probabilities(x[rows].astype(np.float32)), labels[rows]))
    place = np.argsort(np.concatenate(order))
    own, likeliest, confidence = (
        np.concatenate(column)[place] for column in zip(*parts, strict=True)
    )
    return (own, likeliest, confidence), most if sampled else 0


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
