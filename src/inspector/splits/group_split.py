"""A stratified split by group with a given validation share."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


def split_by_group(
    groups: NDArray[np.int32],
    labels: NDArray[np.int32],
    share: float,
    *,
    seed: int,
    today: Mask | None = None,
) -> Mask:
    """Choose whole groups for validation so that each class comes as close to `share` as possible.

    Larger groups are placed first, in random order within a size; a group goes to validation if
    that brings the classes closer to their targets.

    Args:
        groups: (n,) group of each sample.
        labels: (n,) class of each sample, from 0.
        share: Validation share per class, 0..1.
        today: (n,) current validation mask: if given, groups stay where most of them are if
            possible.

    Returns:
        (n,) True for validation. No group is in both splits.
    """
    classes = int(labels.max()) + 1 if len(labels) else 0
    target = share * np.bincount(labels, minlength=classes).astype(np.float64)
    _, compact = np.unique(groups, return_inverse=True)
    sizes = np.bincount(compact)
    # A table of all groups and classes takes 800 MB for 100,000 images of 1,000 classes.
    cells, counts = np.unique(compact.astype(np.int64) * classes + labels, return_counts=True)
    starts = np.searchsorted(cells, np.arange(len(sizes) + 1) * classes)
    stays = np.zeros(len(sizes))
    if today is not None:
        stays = np.bincount(compact, today.astype(float), minlength=len(sizes)) / sizes
    rng = np.random.default_rng(seed)
    order = np.lexsort((rng.random(len(sizes)), -sizes, -np.round(stays, 6)))
    if today is None:
        order = np.lexsort((rng.random(len(sizes)), -sizes))
    chosen = _choose(order, starts.tolist(), (cells % max(1, classes), counts), target)
    picked: Mask = chosen[compact]
    return picked


def _choose(
    order: NDArray[np.int64],
    starts: list[int],
    cells: tuple[NDArray[np.int64], NDArray[np.int64]],
    target: NDArray[np.float64],
) -> Mask:
    """Walk the groups; the distance to the target is the sum over classes of |held - target|.

    Args:
        order: The groups.
        starts: Where the cells of each group start; then their number.
        cells: Class and number of images of each cell of a group.
        target: (classes,) images.
    """
    held = np.zeros(len(target))
    chosen = np.zeros(len(order), np.bool_)
    for group in order.tolist():
        part = slice(starts[group], starts[group + 1])
        touched, added = cells[0][part], cells[1][part]
        now = held[touched] - target[touched]
        then = now + added
        if np.abs(then).sum() < np.abs(now).sum():
            chosen[group] = True
            held[touched] += added
    return chosen


def number(keys: Sequence[str]) -> NDArray[np.int32]:
    """Return a group number per key; each empty key is a group of its own."""
    known: dict[str, int] = {}
    numbers = []
    for position, key in enumerate(keys):
        numbers.append(known.setdefault(key or f"\0{position}", len(known)))
    return np.array(numbers, np.int32)
