"""Replays equal the recorded results of the real libraries, and keep general invariants."""

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.errors import InspectorError, UsageError
from inspector.splits.generators import RandomSource, torch_stream
from inspector.splits.other_replays import (
    PARAMS,
    SplitCall,
    SplitFunction,
    replay,
    split_call,
    usual_listing,
)
from inspector.splits.replayed import (
    Assumption,
    Items,
    ReplayedSplit,
    ReplayGap,
    UnreplayableError,
)
from inspector.splits.sklearn_folds import FoldParams
from inspector.splits.torch_replay import split_lengths

# Written by bench/replays.py --record, from the real libraries: see docs/measurements/replays.md.
RECORDED = [
    call
    for file in sorted(Path(__file__).parent.glob("replays*.json"))
    for call in json.loads(file.read_text("utf-8"))
]
IN_MEMORY = sorted({call["function"] for call in RECORDED})


def keys(values: list[int] | list[str] | None) -> np.ndarray | None:
    return None if values is None else np.array(values)


def items_of(call: dict) -> Items:
    labels, groups = keys(call["labels"]), keys(call["groups"])
    return Items(tuple(call["paths"]), labels, groups, root=call["root"])


def numbered(count: int, *, classes: int = 1, groups: int = 1) -> Items:
    order = np.arange(count)
    return Items(tuple(f"{i}.jpg" for i in order), order % classes, order % groups)


def parts(split: ReplayedSplit) -> list[list[int]]:
    return [part.indices.tolist() for part in split.parts]


@pytest.mark.parametrize("name", IN_MEMORY)
def test_a_replay_returns_what_the_library_returned(name: str) -> None:
    function = SplitFunction(name)
    calls = [call for call in RECORDED if call["function"] == name]
    assert any(call["parts"] for call in calls)
    for call in calls:
        params = msgspec.convert(call["params"], PARAMS[function])
        if call["parts"] is None:
            with pytest.raises(UsageError):
                replay(items_of(call), SplitCall(function, params))
            continue
        split = replay(items_of(call), SplitCall(function, params))
        if Assumption.SAME_NUMPY not in split.assumptions:
            assert parts(split) == call["parts"], call["params"]


def test_every_function_is_recorded_or_reads_folders() -> None:
    folders = {
        SplitFunction.FROM_FOLDER,
        SplitFunction.SPLIT_FOLDERS,
        SplitFunction.SPLIT_CLASSIFY,
    }
    assert set(IN_MEMORY) | folders == set(SplitFunction)


SEEDED: dict[SplitFunction, Callable[[int], dict[str, object]]] = {
    SplitFunction.TRAIN_TEST_SPLIT: lambda seed: {"test_size": 0.3, "random_state": seed},
    SplitFunction.SHUFFLE_SPLIT: lambda seed: {"test_size": 0.3, "random_state": seed},
    SplitFunction.STRATIFIED_SHUFFLE_SPLIT: lambda seed: {"test_size": 0.3, "random_state": seed},
    SplitFunction.GROUP_SHUFFLE_SPLIT: lambda seed: {"random_state": seed},
    SplitFunction.KFOLD: lambda seed: {"shuffle": True, "random_state": seed},
    SplitFunction.STRATIFIED_KFOLD: lambda seed: {"shuffle": True, "random_state": seed},
    SplitFunction.GROUP_KFOLD: lambda seed: {"shuffle": True, "random_state": seed},
    SplitFunction.STRATIFIED_GROUP_KFOLD: lambda seed: {"shuffle": True, "random_state": seed},
    SplitFunction.REPEATED_KFOLD: lambda seed: {"random_state": seed, "fold": 12},
    SplitFunction.REPEATED_STRATIFIED_KFOLD: lambda seed: {"random_state": seed, "fold": 12},
    SplitFunction.PANDAS_SAMPLE: lambda seed: {"frac": 0.8, "random_state": seed},
    SplitFunction.RANDOM_SPLIT: lambda seed: {"lengths": [0.8, 0.2], "seed": seed},
    SplitFunction.INDEX_CUT: lambda seed: {"cuts": [5], "seed": seed},
    SplitFunction.HUGGING_FACE: lambda seed: {"test_size": 0.3, "seed": seed},
    SplitFunction.RANDOM_SPLITTER: lambda seed: {"seed": seed},
    SplitFunction.FROM_FOLDER: lambda seed: {"valid_pct": 0.2, "seed": seed},
}


@pytest.mark.parametrize("function", SEEDED)
@settings(max_examples=25, deadline=None)
@given(count=st.integers(20, 200), seed=st.integers(0, 2**32 - 1))
def test_a_seeded_split_is_a_partition_that_comes_again(
    function: SplitFunction, count: int, seed: int
) -> None:
    items = numbered(count, classes=2, groups=10)
    call = split_call(function, SEEDED[function](seed))
    split = replay(items, call)
    assert sorted(np.concatenate([part.indices for part in split.parts])) == list(range(count))
    assert [part.name for part in split.parts] == ["training", "validation"]
    assert all(len(part.indices) for part in split.parts)
    assert not split.assumptions
    assert parts(replay(items, call)) == parts(split)


@pytest.mark.parametrize(
    "function",
    [
        SplitFunction.GROUP_KFOLD,
        SplitFunction.STRATIFIED_GROUP_KFOLD,
        SplitFunction.GROUP_SHUFFLE_SPLIT,
    ],
)
@settings(deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_no_group_is_in_both_parts(function: SplitFunction, seed: int) -> None:
    items = numbered(60, classes=3, groups=11)
    assert items.groups is not None
    split = replay(items, split_call(function, SEEDED[function](seed)))
    training, validation = (set(items.groups[part.indices].tolist()) for part in split.parts)
    assert not training & validation


@settings(deadline=None)
@given(st.integers(2, 8), st.integers(10, 60), st.integers(0, 2**32 - 1))
def test_each_item_is_in_one_fold(folds: int, count: int, seed: int) -> None:
    validation = []
    for fold in range(folds):
        params = FoldParams(folds, True, RandomSource(seed), fold)
        split = replay(numbered(count), SplitCall(SplitFunction.KFOLD, params))
        validation += split.part("validation").tolist()
    assert sorted(validation) == list(range(count))


@settings(deadline=None)
@given(st.integers(4, 300), st.integers(0, 2**32 - 1))
def test_a_stratified_split_keeps_the_proportions(half: int, seed: int) -> None:
    items = numbered(2 * half, classes=2)
    for function in (SplitFunction.TRAIN_TEST_SPLIT, SplitFunction.HUGGING_FACE):
        name = "random_state" if function is SplitFunction.TRAIN_TEST_SPLIT else "seed"
        keywords = {"test_size": 0.5, "stratify": True, name: seed}
        split = replay(items, split_call(function, keywords))
        assert items.labels is not None
        for part in split.parts:
            counts = np.bincount(items.labels[part.indices], minlength=2)
            assert abs(int(counts[0]) - int(counts[1])) <= 1


@settings(deadline=None)
@given(st.integers(0, 500), st.lists(st.integers(1, 9), min_size=1, max_size=5))
def test_shares_of_torch_use_every_item(count: int, weights: list[int]) -> None:
    shares = [weight / sum(weights) for weight in weights]
    if sum(shares) > 1:
        with pytest.raises(UsageError):
            split_lengths(count + 2, shares)
    else:
        assert sum(split_lengths(count, shares)) == count


@settings(deadline=None)
@given(st.integers(-(2**63), 2**64 - 1), st.lists(st.integers(0, 50), max_size=3))
def test_torch_takes_the_lower_half_of_a_seed(seed: int, earlier: list[int]) -> None:
    one = torch_stream(RandomSource(seed, earlier=tuple(earlier))).randperm(40)
    two = torch_stream(RandomSource(seed % 2**32, earlier=tuple(earlier))).randperm(40)
    assert one.tolist() == two.tolist()
    assert sorted(one.tolist()) == list(range(40))


def test_the_same_share_holds_back_other_numbers_of_items() -> None:
    """Measured: 7 % of 100 are 8 in scikit-learn and 7 in torch and fastai."""
    items = numbered(100)
    held = {
        function: len(replay(items, split_call(function, keywords)).part("validation"))
        for function, keywords in {
            SplitFunction.TRAIN_TEST_SPLIT: {"test_size": 0.07, "random_state": 0},
            SplitFunction.HUGGING_FACE: {"test_size": 0.07, "seed": 0},
            SplitFunction.RANDOM_SPLIT: {"lengths": [0.93, 0.07], "seed": 0},
            SplitFunction.RANDOM_SPLITTER: {"valid_pct": 0.07, "seed": 0},
            SplitFunction.FIT: {"validation_split": 0.07},
        }.items()
    }
    assert list(held.values()) == [8, 8, 7, 7, 7]


def test_the_shuffled_class_table_of_older_releases_moves_the_folds() -> None:
    items = numbered(60, classes=4, groups=13)
    splits = {
        version: parts(
            replay(
                items,
                SplitCall(
                    SplitFunction.STRATIFIED_GROUP_KFOLD,
                    FoldParams(3, True, RandomSource(7), version=version),
                ),
            )
        )
        for version in ("1.2.2", "1.7.2", "1.8.0", "1.9.1", "")
    }
    assert splits["1.2.2"] == splits["1.7.2"] != splits["1.8.0"]
    assert splits["1.8.0"] == splits["1.9.1"] == splits[""]


def test_equal_group_sizes_of_older_releases_are_said() -> None:
    items = numbered(60, groups=20)
    for version, assumptions in (("1.8.0", (Assumption.SAME_NUMPY,)), ("1.9.0", ())):
        params = FoldParams(3, version=version)
        assert replay(items, SplitCall(SplitFunction.GROUP_KFOLD, params)).assumptions == (
            assumptions
        )


def test_a_second_split_reads_the_first_ones_part() -> None:
    items = numbered(50)
    first = replay(items, split_call(SplitFunction.TRAIN_TEST_SPLIT, {"random_state": 1}))
    rest = items.take(first.part("validation"))
    second = replay(rest, split_call(SplitFunction.TRAIN_TEST_SPLIT, {"random_state": 1}))
    chosen = {rest.paths[i] for i in second.part("validation").tolist()}
    assert chosen < {items.paths[i] for i in first.part("validation").tolist()}
    assert len(chosen) == 4


# ------------------------------------------------------------------- what cannot be replayed


@pytest.mark.parametrize("function", SEEDED)
def test_a_split_without_a_seed_is_not_replayed(function: SplitFunction) -> None:
    keywords = {
        name: value
        for name, value in SEEDED[function](0).items()
        if name not in ("seed", "random_state")
    }
    with pytest.raises(UnreplayableError) as error:
        replay(numbered(40, groups=9), split_call(function, keywords))
    assert error.value.reason is ReplayGap.NO_SEED
    assert "CSV" in error.value.advice


@pytest.mark.parametrize("function", SEEDED)
def test_a_used_generator_is_not_replayed(function: SplitFunction) -> None:
    call = split_call(function, SEEDED[function](0), source=RandomSource(shared=True, used=True))
    with pytest.raises(UnreplayableError) as error:
        replay(numbered(40, groups=9), call)
    assert error.value.reason is ReplayGap.GENERATOR_USED


@pytest.mark.parametrize("function", SEEDED)
def test_a_shared_generator_is_an_assumption(function: SplitFunction) -> None:
    call = split_call(function, SEEDED[function](3), source=RandomSource(shared=True))
    split = replay(numbered(40, groups=9), call)
    assert split.assumptions == (Assumption.FRESH_GENERATOR,)


def test_older_ultralytics_is_not_replayed() -> None:
    items = Items(("a/1.jpg", "a/2.jpg"))
    call = split_call(SplitFunction.SPLIT_CLASSIFY, {"version": "8.4.150"})
    with pytest.raises(UnreplayableError) as error:
        replay(items, call)
    assert error.value.reason is ReplayGap.RELEASE
    nested = split_call(SplitFunction.SPLIT_CLASSIFY, {"version": "8.4.170"})
    with pytest.raises(UnreplayableError):
        replay(Items(("a/b/1.jpg", "a/2.jpg")), nested)


def test_tfds_slices_are_of_the_prepared_order() -> None:
    call = split_call(SplitFunction.SLICES, {"specs": ["train[:80%]", "train[80%:]"]})
    split = replay(numbered(11), call)
    assert parts(split) == [list(range(9)), [9, 10]]
    assert split.assumptions == (Assumption.PREPARED_ORDER,)


@pytest.mark.parametrize(
    ("function", "keywords"),
    [
        (SplitFunction.TRAIN_TEST_SPLIT, {"random_state": 2**32}),
        (SplitFunction.TRAIN_TEST_SPLIT, {"random_state": -1}),
        (SplitFunction.TRAIN_TEST_SPLIT, {"random_state": "42"}),
        (SplitFunction.TRAIN_TEST_SPLIT, {"random_state": 0, "test_size": 1.0}),
        (SplitFunction.TRAIN_TEST_SPLIT, {"random_state": 0, "test_size": 40}),
        (SplitFunction.TRAIN_TEST_SPLIT, {"shuffle": False, "stratify": True}),
        (SplitFunction.TRAIN_TEST_SPLIT, {"random_state": 0, "test_size": "0.2"}),
        (SplitFunction.TRAIN_TEST_SPLIT, {"random_state": 0, "split": 0.2}),
        (SplitFunction.HUGGING_FACE, {"seed": -1}),
        (SplitFunction.SHUFFLE_SPLIT, {"random_state": 0, "iteration": 10}),
        (SplitFunction.SHUFFLE_SPLIT, {"random_state": 0, "n_splits": 0}),
        (SplitFunction.KFOLD, {"n_splits": 1}),
        (SplitFunction.KFOLD, {"n_splits": 41}),
        (SplitFunction.KFOLD, {"fold": 5}),
        (SplitFunction.KFOLD, {"random_state": 1}),
        (SplitFunction.STRATIFIED_KFOLD, {"n_splits": 21}),
        (SplitFunction.GROUP_KFOLD, {"n_splits": 10}),
        (SplitFunction.GROUP_KFOLD, {"shuffle": True, "random_state": 1, "version": "1.5.2"}),
        (SplitFunction.KFOLD, {"version": "new"}),
        (SplitFunction.REPEATED_KFOLD, {"random_state": 0, "fold": 50}),
        (SplitFunction.REPEATED_STRATIFIED_KFOLD, {"random_state": 0, "n_repeats": 0}),
        (SplitFunction.PANDAS_SAMPLE, {"random_state": 0, "frac": 0.5, "n": 5}),
        (SplitFunction.PANDAS_SAMPLE, {"random_state": 0, "frac": 1.5}),
        (SplitFunction.PANDAS_SAMPLE, {"random_state": 0, "n": -1}),
        (SplitFunction.RANDOM_SPLIT, {"lengths": [30, 9], "seed": 0}),
        (SplitFunction.RANDOM_SPLIT, {"lengths": [50, -10], "seed": 0}),
        (SplitFunction.RANDOM_SPLIT, {"lengths": [30.0, 10.0], "seed": 0}),
        (SplitFunction.RANDOM_SPLIT, {"lengths": [1.5, -0.5], "seed": 0}),
        (SplitFunction.RANDOM_SPLIT, {"lengths": [], "seed": 0}),
        (SplitFunction.RANDOM_SPLIT, {"lengths": [40], "seed": 2**64}),
        (SplitFunction.INDEX_CUT, {"cuts": [41], "seed": 0}),
        (SplitFunction.RANDOM_SPLITTER, {"valid_pct": 1.2, "seed": 0}),
        (SplitFunction.SPLIT_FOLDERS, {"ratio": [0.8, 0.1]}),
        (SplitFunction.SPLIT_FOLDERS, {"fixed": [1, 1, 1, 1]}),
        (SplitFunction.SPLIT_FOLDERS, {"formats": ["jpg"]}),
        (SplitFunction.SPLIT_FOLDERS, {"group": "sibling"}),
        (SplitFunction.SPLIT_CLASSIFY, {"train_ratio": 1.2}),
        (SplitFunction.SLICES, {"specs": ["train[:80]"]}),
        (SplitFunction.SLICES, {"specs": ["train[:1shard]"]}),
        (SplitFunction.SLICES, {"specs": ["test[:1]"]}),
        (SplitFunction.SLICES, {"specs": ["train[1_._:]"]}),
        (SplitFunction.SLICES, {"specs": ["train[:]"]}),
        (SplitFunction.SLICES, {"specs": ["train[:101%]"]}),
        (SplitFunction.SLICES, {"specs": ["train[:5%]"], "rounding": "pct1_dropremainder"}),
        (SplitFunction.FIT, {"validation_split": 0.0}),
        (SplitFunction.FIT, {"validation_split": 0.999}),
        (SplitFunction.FIT, {}),
    ],
)  # fmt: skip
def test_what_the_library_refuses_is_refused(
    function: SplitFunction, keywords: dict[str, object]
) -> None:
    with pytest.raises(UsageError) as error:
        replay(numbered(40, classes=2, groups=9), split_call(function, keywords))
    assert error.value.message
    assert not error.value.message.endswith(".")
    assert error.value.advice.endswith(".")


def test_labels_and_groups_are_asked_for() -> None:
    bare = Items(tuple("abcdefgh"))
    for function, keywords in (
        (SplitFunction.STRATIFIED_KFOLD, {"n_splits": 2}),
        (SplitFunction.GROUP_KFOLD, {"n_splits": 2}),
        (SplitFunction.HUGGING_FACE, {"seed": 0, "stratify": True}),
    ):
        with pytest.raises(UsageError, match="of each item"):
            replay(bare, split_call(function, keywords))
    with pytest.raises(UsageError, match="7 labels are given for 8 items"):
        Items(tuple("abcdefgh"), np.zeros(7, np.int64))
    with pytest.raises(UsageError, match="does not take"):
        SplitCall(SplitFunction.FIT, FoldParams())


def test_an_unreplayable_split_survives_a_process() -> None:
    error = UnreplayableError(ReplayGap.NO_SEED, "the split has no seed")
    kind, arguments = error.__reduce__()
    again = kind(*arguments)
    assert isinstance(again, InspectorError)
    assert (again.message, again.advice, again.reason) == (
        error.message,
        error.advice,
        error.reason,
    )


@pytest.mark.parametrize("function", SplitFunction)
def test_every_function_has_parameters_and_a_usual_listing(function: SplitFunction) -> None:
    assert PARAMS[function]
    assert usual_listing(function)
