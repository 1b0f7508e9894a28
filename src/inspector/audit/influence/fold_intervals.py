"""Intervals of an accuracy over folds whose trainings share most of their images.

The t interval over K folds takes the folds for independent trials, and is too narrow, since any two
trainings share (K - 2) / (K - 1) of their images. Nadeau and Bengio add the share of held-out to
learned images, 1 / (K - 1), to the 1 / K of that variance. Here the first part comes from the sums
of groups over all images, which know it better than K means do; the second is theirs.

Source: Nadeau and Bengio 2003, Inference for the Generalization Error; coverage by
`bench/fold_intervals.py`, in docs/measurements/influence.md.
"""

import numpy as np

from inspector.audit.influence.head import Doubles, Ints
from inspector.audit.influence.intervals import Mask, ShareInterval, accuracy_interval
from inspector.audit.intervals import Spread, class_weighted, cochran_interval, group_spread


def fold_interval(right: Mask, group: Ints, fold: Ints) -> ShareInterval:
    """Return the accuracy over folds with its 95 % interval, ends in 0..1.

    Args:
        right: (n,) whether a model that saw no image of its fold names the class of each image.
        group: (n,) groups that no fold splits, numbers from 0.
        fold: (n,) the fold that held each image out.
    """
    values = right.astype(np.float64)
    interval = cochran_interval(
        float(values.mean()), [_of_groups(values, group), _of_trainings(values, fold)]
    )
    # With all of them right no variance is seen, and Wilson's interval still says how few they are.
    plain = accuracy_interval(right, group)
    return ShareInterval(
        interval.mean, max(0.0, min(interval.low, plain.low)),
        min(1.0, max(interval.high, plain.high)),
    )  # fmt: skip


def difference_interval(
    split: Mask, folds: Mask, group: Ints, fold: Ints, noise: float
) -> ShareInterval:
    """Return the accuracy of one training minus that over folds, on the same images.

    Args:
        split: (n,) whether the split's model is right on each of its validation images.
        folds: (n,) whether the model is right that held the image out.
        group: (n,) groups, numbers from 0, with or without gaps.
        fold: (n,) the fold of each image.
        noise: Variance of one training's accuracy, as of `training_noise`.
    """
    values = split.astype(np.float64) - folds
    count = len(np.unique(fold))
    sources = [_of_groups(values, group), _of_trainings(values, fold), Spread(noise, count - 1.0)]
    interval = cochran_interval(float(values.mean()), sources)
    return ShareInterval(interval.mean, max(-1.0, interval.low), min(1.0, interval.high))


def training_noise(right: Mask, group: Ints, fold: Ints) -> float:
    """Return how much accuracy varies from one training to the next, beyond the images judged."""
    values = right.astype(np.float64)
    means = fold_means(values, fold)
    return max(0.0, float(means.var(ddof=1)) - len(means) * _of_groups(values, group).variance)


def fold_means(values: Doubles, fold: Ints) -> Doubles:
    """Return the mean of each fold that has images, (k,)."""
    count = np.bincount(fold)
    sums = np.bincount(fold, values)
    return np.asarray(sums[count > 0] / count[count > 0])


def _of_groups(values: Doubles, group: Ints) -> Spread:
    return group_spread(
        class_weighted(values, np.zeros(len(values), np.int64), np.ones(1))[1], group
    )


def _of_trainings(values: Doubles, fold: Ints) -> Spread:
    means = fold_means(values, fold)
    others = len(means) - 1
    return Spread(float(means.var(ddof=1)) / others, others) if others else Spread(0.0, 0.0)
