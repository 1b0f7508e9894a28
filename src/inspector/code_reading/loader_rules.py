"""Per loader: the arguments that decide its split, and their defaults."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from inspector.code_reading.call_arguments import (
    CallArguments,
    side_share,
    sliced_share,
    taken_share,
)
from inspector.code_reading.evaluation.objects import DataSet, LoaderName
from inspector.code_reading.evaluation.sizes import Size
from inspector.code_reading.evaluation.split_objects import share_of
from inspector.code_reading.evaluation.values import Unknown
from inspector.code_reading.roles import DatasetRole

_Share = Callable[[CallArguments, DataSet, DatasetRole], float | None]
_Given = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class LoaderRule:
    """What decides the split of one loader.

    Attributes:
        share: Reads the held-out share.
        seed: The seed argument; "" without one.
        seed_decides: Tells from the arguments whether the seed decides the files.
        seed_needed: True if each run makes another split without a seed.
        seed_default: Default seed.
        shuffle: Default of `shuffle`, or its fixed value; None without one.
        shuffle_decides: Tells whether the argument `shuffle` decides; None without one.
        names: Other arguments that decide which files are listed.
    """

    share: _Share
    seed: str = ""
    seed_decides: Callable[[_Given], bool] = lambda given: True
    seed_needed: bool = False
    seed_default: int | None = None
    shuffle: bool | None = None
    shuffle_decides: Callable[[_Given], bool] | None = None
    names: tuple[str, ...] = ()


def _validation_split(values: CallArguments, data: DataSet, role: DatasetRole) -> float | None:
    return values.share("validation_split")


def _maker(values: CallArguments, data: DataSet, role: DatasetRole) -> float | None:
    return values.maker_share()


def _left_right(values: CallArguments, data: DataSet, role: DatasetRole) -> float | None:
    return values.left_right()


def _none(values: CallArguments, data: DataSet, role: DatasetRole) -> float | None:
    return None


def _test_size(default: float) -> _Share:
    return lambda values, data, role: values.test_size(default)


def _folds(values: CallArguments, data: DataSet, role: DatasetRole) -> float | None:
    folds = values.whole("n_splits", 5)
    return 1 / folds if folds else None


def _lengths(values: CallArguments, data: DataSet, role: DatasetRole) -> float | None:
    lengths = data.source.arguments["lengths"]
    part = data.part
    if isinstance(lengths, tuple) and isinstance(part, int) and part < len(lengths):
        share = share_of(lengths[part], lengths)
        if share is None and len(lengths) == 2:
            other = share_of(lengths[1 - part], lengths)
            share = None if other is None else 1 - other
        if share is not None:
            return 1 - share if role is DatasetRole.TRAINING else share
    values.lacks("validation_split", "the lengths are numbers that only the files tell")
    return None


def _slices(values: CallArguments, data: DataSet, role: DatasetRole) -> float | None:
    at, to = data.source.arguments["at"], data.source.arguments.get("to")
    hidden = next((v for v in (at, to) if isinstance(v, Unknown)), None)
    if hidden is not None:
        values.lacks("validation_split", "where the list is cut is not in the code", hidden)
    elif not isinstance(at, Size):
        values.lacks("validation_split", "a number of files is cut, and only they tell the share")
    if to is not None:
        return to.share - at.share if isinstance(at, Size) and isinstance(to, Size) else None
    return side_share(Size(1 - at.share) if isinstance(at, Size) else None, role, data)


def _named_slices(values: CallArguments, data: DataSet, role: DatasetRole) -> float | None:
    return sliced_share(data, role)


def _sample(values: CallArguments, data: DataSet, role: DatasetRole) -> float | None:
    drawn = values.share("frac")
    if drawn is None:
        return None
    mine = drawn if data.part == 0 else 1 - drawn
    return 1 - mine if role is DatasetRole.TRAINING else mine


def _valid_pct(values: CallArguments, data: DataSet, role: DatasetRole) -> float | None:
    given = data.source.arguments
    if given.get("valid_col") is not None:
        return None
    return values.share("valid_pct", 0.2 if _draws(given) else None)


def _ratio(values: CallArguments, data: DataSet, role: DatasetRole) -> float | None:
    return values.ratio(data)


def _train_ratio(values: CallArguments, data: DataSet, role: DatasetRole) -> float | None:
    default = 0.8 if "source_dir" in data.source.arguments else None
    training = values.share("train_ratio", default)
    return None if training is None else 1 - training


def _splits(given: _Given) -> bool:
    return given.get("validation_split") is not None


def _shuffled_split(given: _Given) -> bool:
    return _splits(given) and given.get("shuffle") is not False


def _draws(given: _Given) -> bool:
    """Tell whether fastai splits at random: from_folder uses folders unless a share is given."""
    if given.get("valid_col") is not None:
        return False
    return given.get("kind") != "from_folder" or given.get("valid_pct") is not None


def _flow(loader_names: tuple[str, ...] = ()) -> LoaderRule:
    return LoaderRule(
        _maker, "seed", lambda given: False, shuffle=True, shuffle_decides=lambda given: False,
        names=loader_names,
    )  # fmt: skip


def _sklearn(default: float, *, shuffle: bool | None = None) -> LoaderRule:
    return LoaderRule(
        _test_size(default), "random_state", lambda given: given.get("shuffle") is not False, True,
        shuffle=shuffle, shuffle_decides=(lambda given: True) if shuffle is not None else None,
    )  # fmt: skip


def _k_fold(*, shuffle: bool | None = False) -> LoaderRule:
    drawn = shuffle is None
    return LoaderRule(
        _folds, "random_state", lambda given: drawn or given.get("shuffle") is True, True,
        shuffle=shuffle, shuffle_decides=None if drawn else lambda given: True,
    )  # fmt: skip


_FASTAI: Final = LoaderRule(_valid_pct, "seed", _draws, True)

LOADER_RULES: Final[Mapping[LoaderName, LoaderRule]] = {
    LoaderName.DATASET: LoaderRule(
        _validation_split, "seed", _shuffled_split, shuffle=True, shuffle_decides=_splits,
        names=("class_names", "follow_links"),
    ),
    LoaderName.GENERATOR: _flow(("classes", "follow_links")),
    LoaderName.DATAFRAME: _flow(),
    LoaderName.ARRAYS: _flow(),
    LoaderName.SPLIT_DATASET: LoaderRule(
        _left_right, "seed", lambda given: given.get("shuffle") not in (None, False),
        shuffle=False, shuffle_decides=lambda given: True,
    ),
    LoaderName.FIT_SPLIT: LoaderRule(_validation_split, shuffle=False),
    LoaderName.TFDS: LoaderRule(_named_slices),
    LoaderName.HF_DATASET: LoaderRule(_named_slices),
    LoaderName.IMAGE_FOLDER: LoaderRule(_none),
    LoaderName.TORCHVISION: LoaderRule(_none),
    LoaderName.FILES: LoaderRule(_none),
    LoaderName.TRAIN_TEST_SPLIT: _sklearn(0.25, shuffle=True),
    LoaderName.SHUFFLE_SPLIT: _sklearn(0.1),
    LoaderName.STRATIFIED_SHUFFLE_SPLIT: _sklearn(0.1),
    LoaderName.GROUP_SHUFFLE_SPLIT: _sklearn(0.2),
    LoaderName.K_FOLD: _k_fold(),
    LoaderName.STRATIFIED_K_FOLD: _k_fold(),
    LoaderName.GROUP_K_FOLD: _k_fold(),
    LoaderName.STRATIFIED_GROUP_K_FOLD: _k_fold(),
    LoaderName.REPEATED_K_FOLD: _k_fold(shuffle=None),
    LoaderName.REPEATED_STRATIFIED_K_FOLD: _k_fold(shuffle=None),
    LoaderName.RANDOM_SPLIT: LoaderRule(_lengths, "seed", seed_needed=True, shuffle=True),
    LoaderName.SLICES: LoaderRule(_slices),
    LoaderName.PANDAS_SAMPLE: LoaderRule(_sample, "random_state", seed_needed=True, shuffle=True),
    LoaderName.HF_SPLIT: LoaderRule(
        _test_size(0.25), "seed", lambda given: given.get("shuffle") is not False, True,
        shuffle=True, shuffle_decides=lambda given: True,
    ),
    LoaderName.FASTAI_RANDOM: _FASTAI,
    LoaderName.FASTAI_FROM_FOLDER: _FASTAI,
    LoaderName.FASTAI_FOLDERS: LoaderRule(_none),
    LoaderName.SPLIT_FOLDERS: LoaderRule(_ratio, "seed", seed_default=1337, shuffle=True),
    LoaderName.ULTRALYTICS: LoaderRule(_train_ratio),
}  # fmt: skip
"""The rule of every loader."""


def share_held_out(values: CallArguments, data: DataSet, role: DatasetRole) -> float | None:
    """Return the share that a split holds out for this role; None if unknown."""
    share = LOADER_RULES[data.source.loader].share(values, data, role)
    cut = taken_share(data, role)
    if share is None:
        share = cut
    elif role is not DatasetRole.TRAINING and data.has("take", "skip"):
        share = None if cut is None else share * cut
    if share is None:
        counts = [v for s in data.membership if s.name in ("take", "skip") for v in s.values]
        hidden = next((v for v in counts if isinstance(v, Unknown)), None)
        if hidden is not None:
            why = "how many take() and skip() count is not known"
            values.lacks("validation_split", why, hidden)
        elif any(isinstance(v, int) for v in counts) and share is None:
            values.lacks(
                "validation_split", "take() and skip() count, and only the files tell the share"
            )
    return None if share is None else round(float(share), 10)
