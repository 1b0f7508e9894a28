"""Folds: random ones, and ones that keep groups together, with the class balance of the whole."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def random_folds(labels: Ints, k: int, rng: np.random.Generator) -> Ints:
    """Return a fold 0..k-1 per row; each class is spread evenly, within one row per fold."""
    folds = np.empty(len(labels), np.int64)
    offset = 0
    for label in np.unique(labels):
        rows = rng.permutation(np.flatnonzero(labels == label))
        folds[rows] = (np.arange(len(rows)) + offset) % k
        offset += len(rows)
    return folds


def own_groups(group: Ints) -> Ints:
    """Return dense group numbers from 0; each -1 ("none") becomes a group of its own."""
    alone = group < 0
    filled = np.where(alone, np.arange(len(group)) + (group.max(initial=0) + 1), group)
    return np.asarray(np.unique(filled, return_inverse=True)[1], np.int64).reshape(-1)


def group_folds(labels: Ints, group: Ints, k: int, rng: np.random.Generator) -> Ints:
    """Return a fold per row so that no group is split, balancing classes greedily.

    Groups come in random order, large ones first; single images fill the gaps.

    Args:
        labels: (n,) class numbers from 0.
        group: (n,) group numbers from 0, as of `own_groups`.
        k: Number of folds.
        rng: Random generator.
    """
    classes = int(labels.max(initial=0)) + 1
    size = np.bincount(group, minlength=int(group.max(initial=-1)) + 1)
    fold_of_group = np.full(len(size), -1, np.int64)
    counts = np.zeros((k, classes))
    large = np.flatnonzero(size > 1)
    large = large[np.lexsort((rng.random(len(large)), -size[large]))]
    _place_large(labels, group, large, counts, fold_of_group)
    single = np.flatnonzero(size[group] == 1)
    folds = fold_of_group[group]
    folds[single] = _fill(labels[single], labels, counts, rng)
    return folds


def _place_large(
    labels: Ints, group: Ints, large: Ints, counts: NDArray[np.float64], fold_of_group: Ints
) -> None:
    """Put each large group where its classes are rarest; writes into the last two arguments."""
    classes = counts.shape[1]
    weight = 1 / np.maximum(1, np.bincount(labels, minlength=classes))
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(len(fold_of_group) + 1))
    by_class = counts.T.tolist()
    totals = counts.sum(axis=1).tolist()
    for g in large.tolist():
        members = labels[order[starts[g] : starts[g + 1]]]
        first = int(members[0])
        if bool((members == first).all()):
            held = by_class[first]
            best = min(range(len(totals)), key=lambda f, held=held: (held[f], totals[f]))  # type: ignore[misc]
        else:
            present, number = np.unique(members, return_counts=True)
            cost = [
                sum(by_class[c][f] * m * weight[c] for c, m in zip(present, number, strict=True))
                for f in range(len(totals))
            ]
            best = min(range(len(totals)), key=lambda f, cost=cost: (cost[f], totals[f]))  # type: ignore[misc]
        for label in members.tolist():
            by_class[label][best] += 1
        totals[best] += len(members)
        fold_of_group[g] = best
    counts[:] = np.array(by_class).reshape(classes, -1).T


def _fill(
    single: Ints, labels: Ints, counts: NDArray[np.float64], rng: np.random.Generator
) -> Ints:
    """Spread single images so that each class comes as close to even folds as possible."""
    k = len(counts)
    folds = np.empty(len(single), np.int64)
    turn = 0
    for label in np.unique(single):
        rows = rng.permutation(np.flatnonzero(single == label))
        held = counts[:, label]
        level = _water_level(held, len(rows))
        quota = np.floor(np.maximum(0, level - held) + 1e-9).astype(np.int64)
        missing = len(rows) - int(quota.sum())
        open_folds = np.argsort(held - level, kind="stable")
        quota[np.roll(open_folds, turn)[: max(0, missing)]] += 1
        folds[rows] = np.repeat(np.arange(k), quota)[: len(rows)]
        turn += missing
    return folds


def _water_level(held: NDArray[np.float64], n: int) -> float:
    """Return the level to which n items fill folds that already hold `held`."""
    low = np.sort(held)
    for number in range(len(low), 0, -1):
        level = (n + low[:number].sum()) / number
        if level >= low[number - 1]:
            return float(level)
    return float(low[0])


def cut(rows: Ints, labels: Ints, per_class: Ints, rng: np.random.Generator) -> Ints:
    """Return at most `per_class[c]` random rows of each class, sorted.

    Args:
        rows: Row numbers to choose from.
        labels: (n,) classes of all rows.
        per_class: (classes,) maximum per class.
        rng: Random generator.
    """
    drawn = rng.permutation(rows)
    own = labels[drawn]
    order = np.argsort(own, kind="stable")
    sorted_labels = own[order]
    starts = np.searchsorted(sorted_labels, np.arange(len(per_class)))
    rank = np.arange(len(order)) - starts[sorted_labels]
    return np.sort(drawn[order[rank < per_class[sorted_labels]]])


def smallest_mix(labels: Ints, folds: list[Ints], k: int, classes: int) -> Ints:
    """Return per class the smallest training set that any fold of any assignment leaves."""
    whole = np.bincount(labels, minlength=classes)
    least = whole.copy()
    for one in folds:
        held = np.bincount(one * classes + labels, minlength=k * classes).reshape(k, classes)
        least = np.minimum(least, (whole - held).min(axis=0))
    return least
