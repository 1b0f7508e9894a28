"""Keras splits of arrays and tables: always a run of rows in the given order, never shuffled.

Source: keras/src/trainers/data_adapters/array_slicing.py (`train_validation_split`) and
keras/src/legacy/preprocessing/image.py (`DataFrameIterator`, `NumpyArrayIterator`) of 3.15.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inspector.errors import UsageError
from inspector.splits.keras_lists import GENERATOR_FORMATS
from inspector.splits.replayed import Indices, Items, ReplayedSplit, split_of


@dataclass(frozen=True, slots=True)
class ArraySplitParams:
    """`validation_split` of `fit` or of ImageDataGenerator, between 0 and 1 exclusive."""

    validation_split: float


def fit_validation_split(items: Items, params: ArraySplitParams) -> ReplayedSplit:
    """Replay `fit(validation_split=)`: the last rows are validation, before any shuffle.

    Raises:
        UsageError: Keras raises because a split is empty.
    """
    _check(params)
    count = len(items)
    cut = math.floor(count * (1.0 - params.validation_split))
    if cut in (0, count):
        raise UsageError(
            f"{count} rows are too few for validation_split={params.validation_split:g}",
            "Keras raises ValueError here: both sides need a row.",
        )
    return split_of(items, np.arange(cut), np.arange(cut, count))


def flow_from_dataframe(items: Items, params: ArraySplitParams) -> ReplayedSplit:
    """Replay the subsets of `flow_from_dataframe`: the first rows are validation.

    Args:
        items: Rows that count, as returned by `valid_rows`, in table order.
        params: `validation_split` of the ImageDataGenerator; both calls must have the same.

    Raises:
        UsageError: The share is out of range.
    """
    _check(params)
    cut = int(params.validation_split * len(items))
    return split_of(items, np.arange(cut, len(items)), np.arange(cut))


def flow(items: Items, params: ArraySplitParams) -> ReplayedSplit:
    """Replay the subsets of `ImageDataGenerator.flow`: the first rows are validation.

    Raises:
        UsageError: The share is out of range, or the splits have different classes.
    """
    split = flow_from_dataframe(items, params)
    if items.labels is not None:
        first, second = (np.unique(items.labels[part.indices]) for part in split.parts)
        if not np.array_equal(first, second):
            raise UsageError(
                "training and validation have different classes after the split",
                "Keras raises ValueError here. Shuffle the arrays first: sorted ones end so.",
            )
    return split


def valid_rows(
    folder: Path, names: Sequence[str], *, labels: Sequence[str] = (), classes: Sequence[str] = ()
) -> Indices:
    """Return the rows of a table that `flow_from_dataframe` keeps.

    Args:
        folder: `directory`.
        names: File column.
        labels: Class column; needed only with `classes`.
        classes: `classes`, if the call names them: rows of other classes are dropped.
    """
    return np.array(
        [
            row
            for row, name in enumerate(names)
            if name.lower().endswith(GENERATOR_FORMATS)
            and (folder / name).is_file()
            and (not classes or labels[row] in classes)
        ],
        np.int64,
    )


def _check(params: ArraySplitParams) -> None:
    if not 0 < params.validation_split < 1:
        raise UsageError(
            f"validation_split is {params.validation_split:g}, and must be between 0 and 1",
            "0.2 is a fifth.",
        )
