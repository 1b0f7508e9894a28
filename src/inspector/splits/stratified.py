"""Sizes and stratified sampling that scikit-learn and Hugging Face datasets share.

Source: scikit-learn's `_validate_shuffle_split` and `_approximate_mode`
(sklearn/model_selection/_split.py, sklearn/utils/extmath.py), and their copies in
datasets/arrow_dataset.py and datasets/utils/stratify.py, which multiply before they divide.
"""

import math
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from inspector.errors import UsageError
from inspector.splits.replayed import Indices, Keys

Size = int | float | None
Counts = NDArray[np.int64]
# (counts, sample size) -> expected number per class, as floats.
Expectation = Callable[[Counts, int], NDArray[np.float64]]


class Stream(Protocol):
    """What numpy's old and new generators have in common."""

    def permutation(self, x: int | Indices, /) -> Indices:
        """Return a permutation of 0..x-1, or of an array."""
        ...

    def choice(self, a: Indices, /, size: int, replace: bool) -> Indices:
        """Return some elements."""
        ...


def divide_first(counts: Counts, draws: int) -> NDArray[np.float64]:
    """Return the expected number per class as scikit-learn rounds it."""
    return np.asarray(counts / counts.sum() * draws)


def multiply_first(counts: Counts, draws: int) -> NDArray[np.float64]:
    """Return the expected number per class as Hugging Face datasets rounds it."""
    return np.asarray(draws * counts / counts.sum())


def split_sizes(
    count: int, test_size: Size, train_size: Size, *, default: float, unit: str = "items"
) -> tuple[int, int]:
    """Return the numbers of training and test items.

    Args:
        count: Number of items, or of groups.
        test_size: Share (float, rounded up) or number (int); None for the rest.
        train_size: Share (float, rounded down) or number (int); None for the rest.
        default: Share of test if neither is given.
        unit: What is counted, for the messages.

    Raises:
        UsageError: The library rejects the sizes.
    """
    if test_size is None and train_size is None:
        test_size = default
    for name, size in (("test_size", test_size), ("train_size", train_size)):
        _check_size(name, size, count, unit)
    shares = [size for size in (test_size, train_size) if isinstance(size, float)]
    if len(shares) == 2 and sum(shares) > 1:
        raise UsageError(
            f"test_size and train_size sum to {sum(shares):g}, more than 1", "Reduce one of them."
        )
    test = math.ceil(test_size * count) if isinstance(test_size, float) else test_size
    train = math.floor(train_size * count) if isinstance(train_size, float) else train_size
    if train is None:
        train = count - (test or 0)
    if test is None:
        test = count - train
    if train + test > count:
        raise UsageError(
            f"{train} for training and {test} for test are more than {count} {unit}",
            "Reduce test_size or train_size.",
        )
    if not train:
        raise UsageError(
            f"no training items are left of {count} {unit}", "Change test_size or train_size."
        )
    return train, test


def _check_size(name: str, size: Size, count: int, unit: str) -> None:
    if size is None:
        return
    highest = 1 if isinstance(size, float) else count
    if not 0 < size < highest:
        raise UsageError(
            f"{name}={size} is neither a share between 0 and 1 nor a number below {count} {unit}",
            "The library raises ValueError here. 0.2 is a fifth.",
        )


def stratified_draw(
    labels: Keys, sizes: tuple[int, int], stream: Stream, *, expectation: Expectation
) -> tuple[Indices, Indices]:
    """Sample training and test items with the class proportions of the whole.

    Args:
        labels: (n,) class of each item.
        sizes: Numbers of training and test items.
        stream: Random stream; advanced.
        expectation: Order in which the library multiplies and divides: it decides ties.

    Raises:
        UsageError: A class has one item, or a part has fewer items than there are classes.
    """
    names, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
    _check_classes(names, counts, sizes)
    of_training = _class_sizes(counts, sizes[0], stream, expectation)
    of_test = _class_sizes(counts - of_training, sizes[1], stream, expectation)
    members = np.split(np.argsort(codes, kind="stable"), np.cumsum(counts)[:-1])
    training: list[Indices] = []
    test: list[Indices] = []
    for indices, first, second in zip(members, of_training, of_test, strict=True):
        shuffled = indices[stream.permutation(len(indices))]
        training.append(shuffled[:first])
        test.append(shuffled[first : first + second])
    return stream.permutation(np.concatenate(training)), stream.permutation(np.concatenate(test))


def _check_classes(names: NDArray[Any], counts: Counts, sizes: tuple[int, int]) -> None:
    if not len(counts) or counts.min() < 2:
        single = ", ".join(str(name) for name in names[counts < 2][:5])
        raise UsageError(
            f"a stratified split needs two items per class, and these have one: {single}",
            "The library raises ValueError here. Remove the class or do not stratify.",
        )
    for name, size in zip(("training", "test"), sizes, strict=True):
        if size < len(counts):
            raise UsageError(
                f"{size} {name} items are fewer than the {len(counts)} classes",
                "The library raises ValueError here. Take a larger share.",
            )


def _class_sizes(counts: Counts, draws: int, stream: Stream, expectation: Expectation) -> Counts:
    """Return the number of items per class: floors, then the largest remainders.

    `choice` is called for every remainder, tied or not, and advances the stream each time.
    """
    expected = expectation(counts, draws)
    sizes = np.floor(expected)
    missing = int(draws - sizes.sum())
    remainders = expected - sizes
    for remainder in np.unique(remainders)[::-1]:
        if missing <= 0:
            break
        tied = np.flatnonzero(remainders == remainder)
        chosen = stream.choice(tied, size=min(len(tied), missing), replace=False)
        sizes[chosen] += 1
        missing -= len(chosen)
    return sizes.astype(np.int64)
