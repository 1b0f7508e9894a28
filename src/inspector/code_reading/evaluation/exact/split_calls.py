"""scikit-learn's splits of lists that are known."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from inspector.code_reading.evaluation.exact.arrays import ArrayBox
from inspector.code_reading.evaluation.exact.calls import ExactCall, Values, known_items
from inspector.code_reading.evaluation.exact.tables import count_of, taken
from inspector.code_reading.evaluation.values import MISSING, ListBox, is_scalar
from inspector.errors import UsageError
from inspector.splits.generators import RandomSource
from inspector.splits.other_replays import PARAMS, SplitFunction, replay, split_call
from inspector.splits.replayed import Items, Keys, labels_of
from inspector.splits.sklearn_replay import TrainTestParams
from inspector.splits.stratified import divide_first, split_sizes, stratified_draw

_FOLDS: Final = {
    f"sklearn.model_selection.{function.value}": function
    for function in (
        SplitFunction.KFOLD, SplitFunction.STRATIFIED_KFOLD, SplitFunction.GROUP_KFOLD,
        SplitFunction.STRATIFIED_GROUP_KFOLD, SplitFunction.SHUFFLE_SPLIT,
        SplitFunction.STRATIFIED_SHUFFLE_SPLIT, SplitFunction.GROUP_SHUFFLE_SPLIT,
        SplitFunction.REPEATED_KFOLD, SplitFunction.REPEATED_STRATIFIED_KFOLD,
    )
}  # fmt: skip
_ROUNDS: Final = {
    SplitFunction.SHUFFLE_SPLIT: 10, SplitFunction.STRATIFIED_SHUFFLE_SPLIT: 10,
    SplitFunction.GROUP_SHUFFLE_SPLIT: 5,
}  # fmt: skip
_PLACES: Final = ("n_splits", "shuffle", "random_state")
_MAX_FOLDS: Final = 60


@dataclass(frozen=True, slots=True)
class FoldSplitter:
    """A cross-validator with its arguments."""

    function: SplitFunction
    keywords: dict[str, object] = field(default_factory=dict)


def _keys(values: Values, value: object, count: int) -> Keys | None:
    """Return the classes or groups of items; None if they are not known."""
    items = known_items(values, value)
    if items is None or len(items) != count or not all(is_scalar(v) for v in items):
        return None
    if all(isinstance(v, int) for v in items):
        return np.array(items, np.int64)
    return np.array([str(v) for v in items], np.str_) if all(
        isinstance(v, str) for v in items
    ) else None  # fmt: skip


def _train_test_split(values: Values) -> object:
    count = _count(values)
    if count is None:
        return MISSING
    names = dict(values.given.names)
    stratify, seed = names.pop("stratify", None), names.pop("random_state", None)
    labels = None if stratify is None else _keys(values, stratify, count)
    if stratify is not None and labels is None:
        return values.lose("the classes that it is stratified by are not known")
    items = Items(_blank(count), labels)
    keywords = {**names, "stratify": stratify is not None}
    if names.get("shuffle") is not False and seed is None:
        parts = _parts_of_global(values, keywords, items)
    elif names.get("shuffle") is False or isinstance(seed, int):
        if isinstance(seed, int):
            keywords["random_state"] = seed
        parts = _parts(values, SplitFunction.TRAIN_TEST_SPLIT, keywords, items)
    else:
        return values.lose("random_state, the seed of the split, is not known")
    if parts is None:
        return MISSING
    sides: list[object] = []
    for value in values.given.places:
        sides += [taken(values, value, part) for part in parts]
    return tuple(sides)


def _count(values: Values) -> int | None:
    """Return the number of items of all arguments; None if it is not known."""
    counts = {count_of(values, v) for v in values.given.places}
    return counts.pop() if len(counts) == 1 else None


def _blank(count: int) -> tuple[str, ...]:
    return ("",) * count


def _parts_of_global(
    values: Values, keywords: dict[str, object], items: Items
) -> list[list[int]] | None:
    """Return both parts of train_test_split without a seed: numpy's global generator draws."""
    stream = values.run.numpy_stream(values)
    if stream is None or not all(is_scalar(v) for v in keywords.values()):
        return None
    try:
        call = split_call(SplitFunction.TRAIN_TEST_SPLIT, {**keywords, "random_state": 0})
        assert isinstance(call.params, TrainTestParams)
        params = call.params
        sizes = split_sizes(len(items), params.test_size, params.train_size, default=0.25)
        if params.stratify:
            parts = stratified_draw(labels_of(items), sizes, stream, expectation=divide_first)
            return [p.tolist() for p in parts]
    except UsageError as error:
        values.lose(error.message)
        return None
    train, test = sizes
    order = stream.permutation(len(items)).tolist()
    return [order[test : test + train], order[:test]]


def _parts(
    values: Values, function: SplitFunction, keywords: dict[str, object], items: Items
) -> list[list[int]] | None:
    if not all(is_scalar(v) for v in keywords.values()):
        return None
    try:
        split = replay(items, split_call(function, keywords, source=RandomSource()))
    except UsageError as error:
        values.lose(error.message)
        return None
    return [part.indices.tolist() for part in split.parts]


def _splitter(function: SplitFunction) -> ExactCall:
    def make(values: Values) -> object:
        keywords = {**dict(zip(_PLACES, values.given.places, strict=False)), **values.given.names}
        return FoldSplitter(function, keywords)

    return make


def folds(values: Values, splitter: FoldSplitter, name: str) -> object:
    """Call `split` or `get_n_splits` of a cross-validator."""
    keywords = {k: v for k, v in splitter.keywords.items() if v is not None}
    usual = _ROUNDS.get(splitter.function, 5)
    count = keywords.get("n_splits", usual)
    repeats = keywords.get("n_repeats", 10 if "Repeated" in splitter.function else 1)
    if name == "get_n_splits" and isinstance(count, int) and isinstance(repeats, int):
        return count * repeats
    rows = count_of(values, values.get(0, "X"))
    if name != "split" or rows is None or not isinstance(count, int):
        return MISSING
    if not isinstance(repeats, int) or count * repeats > _MAX_FOLDS:
        return MISSING
    draws = keywords.get("shuffle") is True or splitter.function in _ROUNDS
    draws |= "Repeated" in splitter.function
    if draws and not isinstance(keywords.get("random_state"), int):
        return values.lose("the split has no seed of its own that is known")
    items = _rows(values, splitter.function, rows)
    if items is None:
        return values.lose("the classes or groups that it splits by are not known")
    return _rounds(values, splitter.function, keywords, items, count * repeats)


def _rows(values: Values, function: SplitFunction, count: int) -> Items | None:
    labels = groups = None
    if "Stratified" in function:
        labels = _keys(values, values.get(1, "y"), count)
        if labels is None:
            return None
    if "Group" in function:
        groups = _keys(values, values.get(2, "groups"), count)
        if groups is None:
            return None
    return Items(_blank(count), labels, groups)


def _rounds(
    values: Values, function: SplitFunction, keywords: dict[str, object], items: Items, count: int
) -> object:
    which = "fold" if "fold" in PARAMS[function].__dataclass_fields__ else "iteration"
    rounds: list[object] = []
    for number in range(count):
        parts: Sequence[list[int]] | None = _parts(
            values, function, {**keywords, which: number}, items
        )
        if parts is None:
            return MISSING
        rounds.append((ArrayBox(list(parts[0])), ArrayBox(list(parts[1]))))
    return ListBox(rounds)


def _shuffle(values: Values) -> object:
    """Call sklearn.utils.shuffle: one order for all that it is given."""
    count = _count(values)
    seed = values.given.names.get("random_state")
    if count is None or "n_samples" in values.given.names:
        return MISSING
    if seed is not None and not isinstance(seed, int):
        return values.lose("the seed of the shuffle is not known")
    stream = values.run.numpy_stream(values) if seed is None else np.random.RandomState(seed)
    if stream is None:
        return MISSING
    order = np.arange(count)
    stream.shuffle(order)
    shuffled = [taken(values, value, order.tolist()) for value in values.given.places]
    return shuffled[0] if len(shuffled) == 1 else tuple(shuffled)


def _resample(values: Values) -> object:
    """Call sklearn.utils.resample, which takes items with replacement by default."""
    count, names = _count(values), dict(values.given.names)
    seed, replace = names.pop("random_state", None), names.pop("replace", True)
    size = names.pop("n_samples", count)
    if count is None or not isinstance(size, int) or names:
        return MISSING
    if not isinstance(seed, int):
        return values.lose("resample() has no seed of its own that is known")
    stream = np.random.RandomState(seed)
    if replace is True:
        order = stream.randint(0, count, size=(size,))
    else:
        order = np.arange(count)
        stream.shuffle(order)
        order = order[:size]
    drawn = [taken(values, value, order.tolist()) for value in values.given.places]
    return drawn[0] if len(drawn) == 1 else tuple(drawn)


SPLIT_CALLS: Final[dict[str, ExactCall]] = {
    "sklearn.model_selection.train_test_split": _train_test_split,
    "sklearn.utils.shuffle": _shuffle,
    "sklearn.utils.resample": _resample,
    **{name: _splitter(function) for name, function in _FOLDS.items()},
}
"""Splits that are followed exactly."""
