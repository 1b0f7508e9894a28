"""Entry to the replays of other libraries' splits, by function name and keywords."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, assert_never

import msgspec

from inspector.errors import UsageError
from inspector.splits import (
    fastai_replay,
    huggingface_replay,
    keras_arrays,
    pandas_replay,
    sklearn_folds,
    sklearn_replay,
    split_folders_replay,
    tfds_slices,
    torch_replay,
    ultralytics_replay,
)
from inspector.splits.fastai_replay import FromFolderParams, GrandparentParams, RandomSplitterParams
from inspector.splits.generators import RandomSource
from inspector.splits.huggingface_replay import HuggingFaceParams
from inspector.splits.keras_arrays import ArraySplitParams
from inspector.splits.listings import Listing
from inspector.splits.pandas_replay import SampleParams
from inspector.splits.replayed import Items, ReplayedSplit
from inspector.splits.sklearn_folds import FoldParams, RepeatedFoldParams
from inspector.splits.sklearn_replay import ShuffleSplitParams, TrainTestParams
from inspector.splits.split_folders_replay import SplitFoldersParams
from inspector.splits.tfds_slices import SliceParams
from inspector.splits.torch_replay import IndexCutParams, RandomSplitParams
from inspector.splits.ultralytics_replay import ClassifySplitParams


class SplitFunction(StrEnum):
    """A splitting function, by the name that code reading gives it."""

    TRAIN_TEST_SPLIT = "train_test_split"
    SHUFFLE_SPLIT = "ShuffleSplit"
    STRATIFIED_SHUFFLE_SPLIT = "StratifiedShuffleSplit"
    GROUP_SHUFFLE_SPLIT = "GroupShuffleSplit"
    KFOLD = "KFold"
    STRATIFIED_KFOLD = "StratifiedKFold"
    GROUP_KFOLD = "GroupKFold"
    STRATIFIED_GROUP_KFOLD = "StratifiedGroupKFold"
    REPEATED_KFOLD = "RepeatedKFold"
    REPEATED_STRATIFIED_KFOLD = "RepeatedStratifiedKFold"
    RANDOM_SPLIT = "random_split"
    INDEX_CUT = "SubsetRandomSampler"
    HUGGING_FACE = "datasets.train_test_split"
    RANDOM_SPLITTER = "RandomSplitter"
    GRANDPARENT_SPLITTER = "GrandparentSplitter"
    FROM_FOLDER = "ImageDataLoaders.from_folder"
    SPLIT_FOLDERS = "splitfolders"
    SPLIT_CLASSIFY = "ultralytics"
    SLICES = "slices"
    PANDAS_SAMPLE = "pandas.sample"
    FIT = "fit_validation_split"
    FLOW = "flow"
    FLOW_FROM_DATAFRAME = "flow_from_dataframe"


Params = (
    TrainTestParams
    | ShuffleSplitParams
    | FoldParams
    | RepeatedFoldParams
    | RandomSplitParams
    | IndexCutParams
    | HuggingFaceParams
    | RandomSplitterParams
    | GrandparentParams
    | FromFolderParams
    | SplitFoldersParams
    | ClassifySplitParams
    | SliceParams
    | SampleParams
    | ArraySplitParams
)

PARAMS: Mapping[SplitFunction, type[Params]] = {
    SplitFunction.TRAIN_TEST_SPLIT: TrainTestParams,
    SplitFunction.SHUFFLE_SPLIT: ShuffleSplitParams,
    SplitFunction.STRATIFIED_SHUFFLE_SPLIT: ShuffleSplitParams,
    SplitFunction.GROUP_SHUFFLE_SPLIT: ShuffleSplitParams,
    SplitFunction.KFOLD: FoldParams,
    SplitFunction.STRATIFIED_KFOLD: FoldParams,
    SplitFunction.GROUP_KFOLD: FoldParams,
    SplitFunction.STRATIFIED_GROUP_KFOLD: FoldParams,
    SplitFunction.REPEATED_KFOLD: RepeatedFoldParams,
    SplitFunction.REPEATED_STRATIFIED_KFOLD: RepeatedFoldParams,
    SplitFunction.RANDOM_SPLIT: RandomSplitParams,
    SplitFunction.INDEX_CUT: IndexCutParams,
    SplitFunction.HUGGING_FACE: HuggingFaceParams,
    SplitFunction.RANDOM_SPLITTER: RandomSplitterParams,
    SplitFunction.GRANDPARENT_SPLITTER: GrandparentParams,
    SplitFunction.FROM_FOLDER: FromFolderParams,
    SplitFunction.SPLIT_FOLDERS: SplitFoldersParams,
    SplitFunction.SPLIT_CLASSIFY: ClassifySplitParams,
    SplitFunction.SLICES: SliceParams,
    SplitFunction.PANDAS_SAMPLE: SampleParams,
    SplitFunction.FIT: ArraySplitParams,
    SplitFunction.FLOW: ArraySplitParams,
    SplitFunction.FLOW_FROM_DATAFRAME: ArraySplitParams,
}

_REPLAYS: Mapping[SplitFunction, Any] = {
    SplitFunction.TRAIN_TEST_SPLIT: sklearn_replay.train_test_split,
    SplitFunction.SHUFFLE_SPLIT: sklearn_replay.shuffle_split,
    SplitFunction.STRATIFIED_SHUFFLE_SPLIT: sklearn_replay.stratified_shuffle_split,
    SplitFunction.GROUP_SHUFFLE_SPLIT: sklearn_replay.group_shuffle_split,
    SplitFunction.KFOLD: sklearn_folds.kfold,
    SplitFunction.STRATIFIED_KFOLD: sklearn_folds.stratified_kfold,
    SplitFunction.GROUP_KFOLD: sklearn_folds.group_kfold,
    SplitFunction.STRATIFIED_GROUP_KFOLD: sklearn_folds.stratified_group_kfold,
    SplitFunction.REPEATED_KFOLD: sklearn_folds.repeated_kfold,
    SplitFunction.REPEATED_STRATIFIED_KFOLD: sklearn_folds.repeated_stratified_kfold,
    SplitFunction.RANDOM_SPLIT: torch_replay.random_split,
    SplitFunction.INDEX_CUT: torch_replay.cut_indices,
    SplitFunction.HUGGING_FACE: huggingface_replay.train_test_split,
    SplitFunction.RANDOM_SPLITTER: fastai_replay.random_splitter,
    SplitFunction.GRANDPARENT_SPLITTER: fastai_replay.grandparent_splitter,
    SplitFunction.FROM_FOLDER: fastai_replay.from_folder,
    SplitFunction.SPLIT_FOLDERS: split_folders_replay.split_folders,
    SplitFunction.SPLIT_CLASSIFY: ultralytics_replay.split_classify_dataset,
    SplitFunction.SLICES: tfds_slices.slice_items,
    SplitFunction.PANDAS_SAMPLE: pandas_replay.sample,
    SplitFunction.FIT: keras_arrays.fit_validation_split,
    SplitFunction.FLOW: keras_arrays.flow,
    SplitFunction.FLOW_FROM_DATAFRAME: keras_arrays.flow_from_dataframe,
}

_SEED_NAMES = ("random_state", "seed")


@dataclass(frozen=True, slots=True)
class SplitCall:
    """A call of a splitting function.

    Attributes:
        function: The function.
        params: Of the type that `PARAMS` maps it to.
    """

    function: SplitFunction
    params: Params

    def __post_init__(self) -> None:
        """Check that the parameters belong to the function.

        Raises:
            UsageError: They have another type.
        """
        if not isinstance(self.params, PARAMS[self.function]):
            raise UsageError(
                f"{self.function} does not take {type(self.params).__name__}",
                f"It takes {PARAMS[self.function].__name__}.",
            )


def split_call(
    function: SplitFunction, keywords: Mapping[str, object], *, source: RandomSource | None = None
) -> SplitCall:
    """Return the call of a function with the keywords that affect its split.

    Args:
        function: The function.
        keywords: By the library's names (`test_size`, `random_state`, `lengths`, `seed` …).
            `stratify` is True or False; a label column goes to the items.
        source: Where the random numbers come from, if it is more than a seed among the keywords.

    Raises:
        UsageError: A keyword is unknown or has the wrong type.
    """
    kind = PARAMS[function]
    names = _names(kind)
    values: dict[str, object] = {}
    for name, value in keywords.items():
        if name in _SEED_NAMES and "source" in names:
            source = replace(source or RandomSource(), seed=_seed(value))
        elif name in names:
            values[name] = value
        else:
            raise UsageError(
                f"{name} of {function} is not known here", f"Known: {', '.join(sorted(names))}."
            )
    if source is not None and "source" in names:
        values["source"] = msgspec.to_builtins(source)
    try:
        params: Params = msgspec.convert(values, kind)
    except msgspec.ValidationError as error:
        raise UsageError(f"{function}: {error}", "Correct the value.") from error
    return SplitCall(function, params)


def replay(items: Items, call: SplitCall) -> ReplayedSplit:
    """Replay a call on listed items.

    Raises:
        UsageError: The library rejects the arguments.
        UnreplayableError: Something that decides the split is unknown.
    """
    split: ReplayedSplit = _REPLAYS[call.function](items, call.params)
    return split


def usual_listing(function: SplitFunction) -> Listing:
    """Return the usual listing for a function, where the script does not tell."""
    match function:
        case SplitFunction.RANDOM_SPLIT | SplitFunction.INDEX_CUT:
            return Listing.IMAGE_FOLDER
        case SplitFunction.HUGGING_FACE | SplitFunction.SLICES:
            return Listing.HUGGING_FACE
        case (
            SplitFunction.RANDOM_SPLITTER
            | SplitFunction.GRANDPARENT_SPLITTER
            | SplitFunction.FROM_FOLDER
        ):
            return Listing.FASTAI
        case SplitFunction.SPLIT_FOLDERS:
            return Listing.SPLIT_FOLDERS
        case SplitFunction.SPLIT_CLASSIFY:
            return Listing.ULTRALYTICS
        case (
            SplitFunction.TRAIN_TEST_SPLIT
            | SplitFunction.SHUFFLE_SPLIT
            | SplitFunction.STRATIFIED_SHUFFLE_SPLIT
            | SplitFunction.GROUP_SHUFFLE_SPLIT
            | SplitFunction.KFOLD
            | SplitFunction.STRATIFIED_KFOLD
            | SplitFunction.GROUP_KFOLD
            | SplitFunction.STRATIFIED_GROUP_KFOLD
            | SplitFunction.REPEATED_KFOLD
            | SplitFunction.REPEATED_STRATIFIED_KFOLD
            | SplitFunction.PANDAS_SAMPLE
            | SplitFunction.FIT
            | SplitFunction.FLOW
            | SplitFunction.FLOW_FROM_DATAFRAME
        ):
            return Listing.SORTED
    assert_never(function)


def _names(kind: type[Params]) -> frozenset[str]:
    return frozenset(kind.__dataclass_fields__)


def _seed(value: object) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise UsageError(f"the seed {value!r} is not a whole number", "Name the number itself.")
