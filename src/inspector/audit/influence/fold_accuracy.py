"""Accuracy over folds that keep groups together, beside the accuracy of one split."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from inspector.audit.decision_rules import (
    HIDDEN_ABOVE,
    LEAKAGE_ABOVE,
)  # fmt: skip
from inspector.audit.diagnosis import Bound, Verdict
from inspector.audit.folds import group_folds, own_groups
from inspector.audit.influence.borrowed import InfluenceQuestion
from inspector.audit.influence.head import Doubles, Floats, Ints, fit_head
from inspector.audit.influence.intervals import ShareInterval, accuracy_interval, too_few
from inspector.audit.intervals import crossed

REPEATS = 3


@dataclass(frozen=True, slots=True)
class FoldAccuracy:
    """Hold the accuracy of a head over group folds, and under the split.

    Attributes:
        folds: How many.
        images: In all folds.
        groups: They form so many groups.
        accuracy: Over the folds; the mean of `REPEATS` assignments of groups to folds.
        each: Accuracy of each fold of the first assignment.
        split: Accuracy of the head under the split.
        same_images: Accuracy over the folds on the validation images of the split.
        difference: `split` - `same_images`, paired.
        verdict: Whether the split is too favourable.
        bound: `at_least` for the difference where groups may be missing.
        why: Why there is no verdict, as sentences.
    """

    folds: int
    images: int
    groups: int
    accuracy: ShareInterval
    each: tuple[float, ...]
    split: ShareInterval
    same_images: float
    difference: ShareInterval
    verdict: Verdict
    bound: Bound
    why: tuple[str, ...]


def fold_accuracy(
    x: Floats,
    question: InfluenceQuestion,
    folds: int,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> FoldAccuracy:
    """Judge every image of training and validation by heads that saw no image of its group.

    The strength of the heads is chosen once, on groups that a head did not see.

    Args:
        x: (n, d) features, as of `joined_features.joined`.
        question: Who is in training and validation, and what belongs together.
        folds: How many, 2 or more, and not more than there are groups.
        progress: Called with fits that are done, and their number.
    """
    inside = np.flatnonzero(question.training | question.validation)
    labels, features = question.labels[inside], x[inside]
    group = own_groups(own_groups(question.group)[inside])
    classes = int(question.labels.max()) + 1
    learned, judged = question.training[inside], question.validation[inside]
    head = fit_head(features[learned], labels[learned], classes, own_groups(group[learned]))
    split = head.scores(features[judged]).argmax(axis=1) == labels[judged]
    right = np.zeros((REPEATS, len(inside)))
    assigned = np.zeros(len(inside), np.int64)
    for repeat in range(REPEATS):
        draw = np.random.default_rng([question.seed, repeat])
        fold_of = group_folds(labels, group, folds, draw)
        right[repeat] = _out_of_fold(features, labels, group, fold_of, head.penalty)
        if repeat == 0:
            assigned = fold_of
        progress(repeat + 1, REPEATS)
    difference = _crossed(split[None, :] - right[:, judged], group[judged])
    groups = len(np.unique(group))
    why = too_few(len(np.unique(group[judged])), int(judged.sum()))
    return FoldAccuracy(
        folds, len(inside), groups, _crossed(right, group),
        tuple(float(right[0, assigned == fold].mean()) for fold in np.unique(assigned)),
        accuracy_interval(split, group[judged]), float(right[:, judged].mean()), difference,
        too_favourable(difference, question.hidden, limited=bool(why)),
        Bound.AT_LEAST if question.hidden > HIDDEN_ABOVE else Bound.NONE, why,
    )  # fmt: skip


def _out_of_fold(
    x: Floats, labels: Ints, group: Ints, fold_of: Ints, penalty: float
) -> Doubles:  # fmt: skip
    """Return 1 for each image that heads name rightly which saw nothing of its fold, else 0."""
    classes = int(labels.max()) + 1
    right = np.zeros(len(x))
    for fold in np.unique(fold_of):
        held = fold_of == fold
        head = fit_head(
            x[~held], labels[~held], classes, own_groups(group[~held]), penalty=penalty
        )  # fmt: skip
        right[held] = head.scores(x[held]).argmax(axis=1) == labels[held]
    return right


def _crossed(values: Doubles, group: Ints) -> ShareInterval:
    """Return the interval of a mean over images in groups, crossed with assignments to folds."""
    interval = crossed(values, np.zeros(len(group), np.int64), group, np.ones(1))
    return ShareInterval(interval.mean, interval.low, interval.high)


def too_favourable(difference: ShareInterval, hidden: float, *, limited: bool) -> Verdict:
    """Return whether a split is too favourable, by its accuracy minus that over folds.

    Args:
        difference: Of the same images.
        hidden: Share of images that look like members of a group that is not known, 0..1.
        limited: Whether there are too few images or groups for a verdict.
    """
    if limited:
        return Verdict.CANNOT_TELL
    if difference.low > 0 and difference.mean > LEAKAGE_ABOVE:
        return Verdict.YES
    if difference.high < LEAKAGE_ABOVE and hidden <= HIDDEN_ABOVE:
        return Verdict.NO
    return Verdict.CANNOT_TELL
