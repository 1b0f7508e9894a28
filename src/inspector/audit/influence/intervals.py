"""Intervals of shares of images that come in groups, for few events and for none."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inspector.audit.decision_rules import FOLDER_AT_LEAST, GROUPS_AT_LEAST
from inspector.audit.intervals import class_weighted, group_spread, wilson

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ShareInterval:
    """Hold a share of images, or a difference of two, with its 95 % interval."""

    mean: float
    low: float
    high: float


def accuracy_interval(right: Mask, group: Ints) -> ShareInterval:
    """Return the share of images that are right; groups are drawn as a whole.

    Args:
        right: (n,) whether each image is right.
        group: (n,) groups, numbers from 0, with or without gaps.
    """
    share = float(right.mean())
    n = effective(right.astype(np.float64), group)
    low, high = wilson(share * n, n)
    return ShareInterval(share, low, high)


def net_interval(one: Mask, two: Mask, group: Ints) -> ShareInterval:
    """Return the share right in `one` minus that in `two`, of the same images.

    Images that change count both ways: right in `one` only, and right in `two` only.

    Source: square-and-add of two Wilson intervals (Newcombe 1998), on the effective number of
    images of the difference; docs/measurements/influence.md has its coverage.
    """
    change = one.astype(np.float64) - two
    n = effective(change, group)
    lost, gained = float((change > 0).mean()), float((change < 0).mean())
    (lost_low, lost_high), (gained_low, gained_high) = wilson(lost * n, n), wilson(gained * n, n)
    mean = lost - gained
    low = mean - float(np.hypot(lost - lost_low, gained_high - gained))
    high = mean + float(np.hypot(lost_high - lost, gained - gained_low))
    return ShareInterval(mean, low, high)


def effective(values: NDArray[np.float64], group: Ints) -> float:
    """Return how many independent images say as much of a mean as these images in groups."""
    independent = float(values.var()) / len(values)
    if independent == 0:
        return float(len(np.unique(group)))
    labels = np.zeros(len(values), np.int64)
    spread = group_spread(class_weighted(values, labels, np.ones(1))[1], group)
    return len(values) / max(1.0, spread.variance / independent) if spread.df else 1.0


def too_few(groups: int, images: int, evaluation: str = "validation") -> tuple[str, ...]:
    """Return why so few groups and images of a split carry no verdict, as sentences."""
    why = []
    if groups < GROUPS_AT_LEAST:
        why.append(f"{groups} groups in {evaluation}: {GROUPS_AT_LEAST} are needed")
    if images < FOLDER_AT_LEAST:
        why.append(f"{images} {evaluation} images: {FOLDER_AT_LEAST} are needed")
    return tuple(why)
