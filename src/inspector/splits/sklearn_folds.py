"""scikit-learn's folds, exact without scikit-learn.

Source: sklearn/model_selection/_split.py of the releases named in docs/measurements/replays.md.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from inspector.errors import UsageError
from inspector.splits.generators import RandomSource, numpy_stream
from inspector.splits.releases import release_of
from inspector.splits.replayed import (
    Assumption,
    Indices,
    Items,
    Keys,
    ReplayedSplit,
    groups_of,
    labels_of,
    split_of,
)

# Before, groups of equal size kept the order of numpy's default sort.
SINCE_STABLE_GROUPS = (1, 9)
SINCE_SHUFFLED_GROUPS = (1, 6)
# Before, the shuffle moved the class table but not the groups of its rows.
SINCE_SHUFFLED_STRATIFIED_GROUPS = (1, 8)
# Before, more folds than groups left folds empty.
SINCE_COUNTED_STRATIFIED_GROUPS = (1, 9)


@dataclass(frozen=True, slots=True)
class FoldParams:
    """Arguments of `KFold` and its stratified and grouped variants.

    Attributes:
        n_splits: Number of folds.
        source: `random_state`; only with `shuffle`.
        fold: Validation fold, from 0: that of `next(cv.split(...))`.
        version: Release of scikit-learn such as "1.7.2"; "" for the newest known.
    """

    n_splits: int = 5
    shuffle: bool = False
    source: RandomSource = field(default_factory=RandomSource)
    fold: int = 0
    version: str = ""


@dataclass(frozen=True, slots=True)
class RepeatedFoldParams:
    """Arguments of `RepeatedKFold` and `RepeatedStratifiedKFold`, which always shuffle.

    Attributes:
        fold: Validation fold, from 0, counted through all repeats.
    """

    n_splits: int = 5
    n_repeats: int = 10
    source: RandomSource = field(default_factory=RandomSource)
    fold: int = 0


def kfold(items: Items, params: FoldParams) -> ReplayedSplit:
    """Replay one fold of `KFold`.

    Raises:
        UsageError: scikit-learn rejects the arguments.
        UnreplayableError: The random numbers are unknown.
    """
    _check(len(items), params)
    stream = numpy_stream(params.source) if params.shuffle else None
    return _fold_of(items, _plain_folds(len(items), params.n_splits, stream), params)


def _plain_folds(count: int, n_splits: int, stream: np.random.RandomState | None) -> Indices:
    order = np.arange(count)
    if stream is not None:
        stream.shuffle(order)
    folds = np.empty(count, np.int64)
    for fold, part in enumerate(np.array_split(order, n_splits)):
        folds[part] = fold
    return folds


def stratified_kfold(items: Items, params: FoldParams) -> ReplayedSplit:
    """Replay one fold of `StratifiedKFold`.

    Classes are numbered by first appearance; each fold gets as many of a class as if the sorted
    items were dealt out in turn.

    Raises:
        UsageError: scikit-learn rejects the arguments.
        UnreplayableError: The random numbers are unknown.
    """
    _check(len(items), params)
    labels = labels_of(items)
    _check_counts(np.unique(labels, return_counts=True)[1], params)
    stream = numpy_stream(params.source) if params.shuffle else None
    return _fold_of(items, _stratified_folds(labels, params.n_splits, stream), params)


def _stratified_folds(labels: Keys, n_splits: int, stream: np.random.RandomState | None) -> Indices:
    _, first, codes, counts = np.unique(
        labels, return_index=True, return_inverse=True, return_counts=True
    )
    folds = np.empty(len(labels), np.int64)
    start = 0
    for code in np.argsort(first).tolist():
        dealt = np.arange(start, start + counts[code]) % n_splits
        blocks = np.repeat(np.arange(n_splits), np.bincount(dealt, minlength=n_splits))
        if stream is not None:
            stream.shuffle(blocks)
        folds[codes == code] = blocks
        start += counts[code]
    return folds


def repeated_kfold(items: Items, params: RepeatedFoldParams) -> ReplayedSplit:
    """Replay one fold of `RepeatedKFold`: one stream runs through all repeats.

    Raises:
        UsageError: scikit-learn rejects the arguments.
        UnreplayableError: The random numbers are unknown.
    """
    single = _single(len(items), params)
    stream = numpy_stream(params.source)
    for _ in range(params.fold // params.n_splits):
        _plain_folds(len(items), params.n_splits, stream)
    return _fold_of(items, _plain_folds(len(items), params.n_splits, stream), single)


def repeated_stratified_kfold(items: Items, params: RepeatedFoldParams) -> ReplayedSplit:
    """Replay one fold of `RepeatedStratifiedKFold`.

    Raises:
        UsageError: scikit-learn rejects the arguments.
        UnreplayableError: The random numbers are unknown.
    """
    single = _single(len(items), params)
    labels = labels_of(items)
    _check_counts(np.unique(labels, return_counts=True)[1], single)
    stream = numpy_stream(params.source)
    for _ in range(params.fold // params.n_splits):
        _stratified_folds(labels, params.n_splits, stream)
    return _fold_of(items, _stratified_folds(labels, params.n_splits, stream), single)


def _single(count: int, params: RepeatedFoldParams) -> FoldParams:
    """Return the fold within its repeat."""
    if params.n_repeats < 1 or params.fold >= params.n_splits * params.n_repeats:
        raise UsageError(
            f"fold {params.fold} is not one of {params.n_repeats} repeats of {params.n_splits}",
            "Count from 0, through all repeats.",
        )
    fold = params.fold % params.n_splits if params.fold >= 0 and params.n_splits else params.fold
    single = FoldParams(params.n_splits, True, params.source, fold)
    _check(count, single)
    return single


def group_kfold(items: Items, params: FoldParams) -> ReplayedSplit:
    """Replay one fold of `GroupKFold`: large groups first, each to the lightest fold.

    Raises:
        UsageError: scikit-learn rejects the arguments.
        UnreplayableError: The random numbers are unknown.
    """
    _check(len(items), params)
    names, codes = np.unique(groups_of(items), return_inverse=True)
    _check_groups(len(names), params)
    if params.shuffle:
        if release_of(params.version) < SINCE_SHUFFLED_GROUPS:
            raise UsageError(
                "GroupKFold takes shuffle since scikit-learn 1.6", "Name a later release."
            )
        order = numpy_stream(params.source).permutation(len(names))
        homes = np.empty(len(names), np.int64)
        for fold, part in enumerate(np.array_split(order, params.n_splits)):
            homes[part] = fold
        return _fold_of(items, homes[codes], params)
    sizes = np.bincount(codes)
    stable = release_of(params.version) >= SINCE_STABLE_GROUPS
    order = np.argsort(sizes, kind="stable" if stable else None)[::-1]
    loads = np.zeros(params.n_splits, np.int64)
    homes = np.empty(len(names), np.int64)
    for group in order.tolist():
        homes[group] = loads.argmin()
        loads[homes[group]] += sizes[group]
    ties = not stable and len(np.unique(sizes)) < len(sizes)
    return _fold_of(
        items, homes[codes], params, assumptions=(Assumption.SAME_NUMPY,) if ties else ()
    )


def stratified_group_kfold(items: Items, params: FoldParams) -> ReplayedSplit:
    """Replay one fold of `StratifiedGroupKFold`.

    Groups with the most uneven classes come first; each goes to the fold where class proportions
    then vary least over the folds.

    Raises:
        UsageError: scikit-learn rejects the arguments.
        UnreplayableError: The random numbers are unknown.
    """
    _check(len(items), params)
    _, labels, counts = np.unique(labels_of(items), return_inverse=True, return_counts=True)
    _check_counts(counts, params)
    names, groups = np.unique(groups_of(items), return_inverse=True)
    if release_of(params.version) >= SINCE_COUNTED_STRATIFIED_GROUPS:
        _check_groups(len(names), params)
    table = np.zeros((len(names), len(counts)))
    np.add.at(table, (groups, labels), 1)
    rows = np.arange(len(names))
    if params.shuffle:
        numpy_stream(params.source).shuffle(rows)
        table = table[rows]
    if release_of(params.version) < SINCE_SHUFFLED_STRATIFIED_GROUPS:
        rows = np.arange(len(names))
    homes = np.empty(len(names), np.int64)
    homes[rows] = _balanced_homes(table, counts, params.n_splits)
    return _fold_of(items, homes[groups], params)


def _balanced_homes(table: NDArray[np.float64], totals: NDArray[np.int64], folds: int) -> Indices:
    """Return the fold of each row of a (groups, classes) table of counts."""
    held = np.zeros((folds, len(totals)))
    homes = np.empty(len(table), np.int64)
    for row in np.argsort(-np.std(table, axis=1), kind="stable").tolist():
        best, lowest, fewest = 0, np.inf, np.inf
        for fold in range(folds):
            held[fold] += table[row]
            # Not reduced over all folds at once: the rounding of the sums decides ties.
            spread = float(np.mean(np.std(held / totals.reshape(1, -1), axis=0)))
            held[fold] -= table[row]
            load = float(held[fold].sum())
            if spread < lowest or (np.isclose(spread, lowest) and load < fewest):
                best, lowest, fewest = fold, spread, load
        held[best] += table[row]
        homes[row] = best
    return homes


def _fold_of(
    items: Items,
    folds: Indices,
    params: FoldParams,
    *,
    assumptions: tuple[Assumption, ...] = (),
) -> ReplayedSplit:
    held_out = folds == params.fold
    shared = params.source.assumptions if params.shuffle else ()
    return split_of(
        items,
        np.flatnonzero(~held_out),
        np.flatnonzero(held_out),
        assumptions=(*assumptions, *shared),
    )


def _check(count: int, params: FoldParams) -> None:
    release_of(params.version)
    if params.n_splits < 2:
        raise UsageError(f"n_splits is {params.n_splits}", "scikit-learn needs 2 or more folds.")
    if not 0 <= params.fold < params.n_splits:
        raise UsageError(
            f"fold {params.fold} is not one of the {params.n_splits} folds", "Count from 0."
        )
    if not params.shuffle and params.source.seed is not None and not params.source.shared:
        raise UsageError(
            "random_state has no effect without shuffle=True",
            "scikit-learn raises ValueError here. Add shuffle=True or leave random_state out.",
        )
    if params.n_splits > count:
        raise UsageError(
            f"n_splits={params.n_splits} is more than the {count} items", "Take fewer folds."
        )


def _check_counts(counts: NDArray[np.int64], params: FoldParams) -> None:
    if np.all(params.n_splits > counts):
        raise UsageError(
            f"n_splits={params.n_splits} is more than any class has items", "Take fewer folds."
        )


def _check_groups(count: int, params: FoldParams) -> None:
    if params.n_splits > count:
        raise UsageError(
            f"n_splits={params.n_splits} is more than the {count} groups", "Take fewer folds."
        )
