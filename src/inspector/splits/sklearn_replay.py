"""scikit-learn's shuffled splits, exact without scikit-learn.

Source: sklearn/model_selection/_split.py of the releases named in docs/measurements/replays.md.
"""

from dataclasses import dataclass, field

import numpy as np

from inspector.errors import UsageError
from inspector.splits.generators import RandomSource, numpy_stream
from inspector.splits.replayed import Indices, Items, ReplayedSplit, groups_of, labels_of, split_of
from inspector.splits.stratified import Size, divide_first, split_sizes, stratified_draw


@dataclass(frozen=True, slots=True)
class TrainTestParams:
    """Arguments of `train_test_split`.

    Attributes:
        test_size: Share (float) or number (int).
        train_size: Share (float) or number (int).
        source: `random_state`; `shared` where it is None and `np.random.seed` was called.
        stratify: By the items' labels.
    """

    test_size: Size = None
    train_size: Size = None
    source: RandomSource = field(default_factory=RandomSource)
    shuffle: bool = True
    stratify: bool = False


@dataclass(frozen=True, slots=True)
class ShuffleSplitParams:
    """Arguments of `ShuffleSplit` and its stratified and grouped variants.

    Attributes:
        test_size: Share (float) or number (int); of the groups for `GroupShuffleSplit`.
        train_size: Share (float) or number (int); of the groups for `GroupShuffleSplit`.
        source: `random_state`.
        iteration: Which of the splits is taken, from 0: that of `next(cv.split(...))`.
        n_splits: Number of splits; None for the default of the class.
    """

    test_size: Size = None
    train_size: Size = None
    source: RandomSource = field(default_factory=RandomSource)
    iteration: int = 0
    n_splits: int | None = None


def train_test_split(items: Items, params: TrainTestParams) -> ReplayedSplit:
    """Replay `train_test_split`: training and test, the second named "validation".

    Raises:
        UsageError: scikit-learn rejects the arguments.
        UnreplayableError: The random numbers are unknown.
    """
    sizes = split_sizes(len(items), params.test_size, params.train_size, default=0.25)
    train, test = sizes
    if not params.shuffle:
        if params.stratify:
            raise UsageError(
                "train_test_split cannot stratify with shuffle=False",
                "scikit-learn raises ValueError here. Leave out one of them.",
            )
        return split_of(items, np.arange(train), np.arange(train, train + test))
    stream = numpy_stream(params.source)
    if params.stratify:
        parts = stratified_draw(labels_of(items), sizes, stream, expectation=divide_first)
    else:
        parts = _shuffled_parts(len(items), sizes, stream)
    return split_of(items, *parts, assumptions=params.source.assumptions)


def shuffle_split(items: Items, params: ShuffleSplitParams) -> ReplayedSplit:
    """Replay one split of `ShuffleSplit`.

    Raises:
        UsageError: scikit-learn rejects the arguments.
        UnreplayableError: The random numbers are unknown.
    """
    _check_iteration(params, default=10)
    sizes = split_sizes(len(items), params.test_size, params.train_size, default=0.1)
    stream = numpy_stream(params.source)
    for _ in range(params.iteration):
        stream.permutation(len(items))
    parts = _shuffled_parts(len(items), sizes, stream)
    return split_of(items, *parts, assumptions=params.source.assumptions)


def stratified_shuffle_split(items: Items, params: ShuffleSplitParams) -> ReplayedSplit:
    """Replay one split of `StratifiedShuffleSplit`.

    Raises:
        UsageError: scikit-learn rejects the arguments.
        UnreplayableError: The random numbers are unknown.
    """
    _check_iteration(params, default=10)
    labels = labels_of(items)
    sizes = split_sizes(len(items), params.test_size, params.train_size, default=0.1)
    stream = numpy_stream(params.source)
    for _ in range(params.iteration):
        stratified_draw(labels, sizes, stream, expectation=divide_first)
    parts = stratified_draw(labels, sizes, stream, expectation=divide_first)
    return split_of(items, *parts, assumptions=params.source.assumptions)


def group_shuffle_split(items: Items, params: ShuffleSplitParams) -> ReplayedSplit:
    """Replay one split of `GroupShuffleSplit`: the groups are shuffled, items keep their order.

    Raises:
        UsageError: scikit-learn rejects the arguments.
        UnreplayableError: The random numbers are unknown.
    """
    _check_iteration(params, default=5)
    names, groups = np.unique(groups_of(items), return_inverse=True)
    sizes = split_sizes(len(names), params.test_size, params.train_size, default=0.2, unit="groups")
    stream = numpy_stream(params.source)
    for _ in range(params.iteration):
        stream.permutation(len(names))
    parts = _shuffled_parts(len(names), sizes, stream)
    return split_of(
        items,
        *(np.flatnonzero(np.isin(groups, part)) for part in parts),
        assumptions=params.source.assumptions,
    )


def _shuffled_parts(
    count: int, sizes: tuple[int, int], stream: np.random.RandomState
) -> tuple[Indices, Indices]:
    """Cut one permutation: the test items come first, training follows."""
    train, test = sizes
    order = stream.permutation(count)
    return order[test : test + train], order[:test]


def _check_iteration(params: ShuffleSplitParams, *, default: int) -> None:
    count = default if params.n_splits is None else params.n_splits
    if count < 1:
        raise UsageError(f"n_splits is {count}", "Take 1 or more.")
    if not 0 <= params.iteration < count:
        raise UsageError(
            f"split {params.iteration} is not one of the {count} splits", "Count from 0."
        )
