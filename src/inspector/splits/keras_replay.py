"""Files that a Keras call puts into training and into validation: exact, without Keras."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import itemgetter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inspector.errors import DatasetError, UsageError
from inspector.splits.keras_lists import (
    Listed,
    dialect_of,
    list_for_generator,
    list_inferred,
    list_whole,
)
from inspector.splits.python_shuffle import shuffled

SEEDS = 2**32
Positions = NDArray[np.int64]


class Loader(StrEnum):
    """The function that reads the folder."""

    DATASET = "image_dataset_from_directory"
    GENERATOR = "image_data_generator"
    SPLIT_DATASET = "split_dataset"


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a loader, with the arguments that affect the choice of files.

    Attributes:
        validation_split: Share of validation; 0 for none. For `split_dataset` its right_size.
        subset: "training", "validation", "both", or "" for all files.
        labels: "inferred", "none", "list" with `label_list`, or "unread": an unknown list.
        left_size: For `split_dataset`, if given instead.
        keras: Version of Keras, "" for the newest known.
    """

    loader: Loader = Loader.DATASET
    validation_split: float = 0.0
    seed: int | None = None
    shuffle: bool = True
    subset: str = ""
    class_names: tuple[str, ...] | None = None
    labels: str = "inferred"
    label_list: tuple[int, ...] = ()
    follow_links: bool = False
    left_size: float | None = None
    keras: str = ""


@dataclass(frozen=True, slots=True)
class SplitPaths:
    """Both parts of a split, as paths in Keras's order (before a later reshuffle)."""

    training: tuple[str, ...]
    validation: tuple[str, ...]


def list_call(folder: Path, call: Call) -> Listed:
    """List the files of a call in order, before its shuffle.

    Raises:
        DatasetError: Keras would raise: the folder, class_names, or the number of labels.
    """
    dialect = dialect_of(call.keras)
    top = str(folder)
    if call.loader is Loader.GENERATOR:
        return list_for_generator(top, class_names=call.class_names, follow_links=call.follow_links)
    if call.labels == "inferred":
        return list_inferred(
            top, dialect, class_names=call.class_names, follow_links=call.follow_links
        )
    if call.class_names:
        raise DatasetError(
            "class_names can only be given with labels='inferred'", "Keras raises ValueError here."
        )
    by_list = call.labels in ("list", "unread")
    listed = list_whole(
        top,
        dialect,
        follow_links=call.follow_links,
        class_folders=by_list and not dialect.lists_from_root,
    )
    if call.labels != "list":
        return listed
    if len(call.label_list) != len(listed.paths):
        raise DatasetError(
            f"{len(call.label_list)} labels are given for {len(listed.paths)} files",
            "Keras raises ValueError here: give one label a file, in order of the paths.",
        )
    names = tuple(str(label) for label in sorted(set(call.label_list)))
    return Listed(listed.paths, np.array(call.label_list, np.int32), names, listed.starts)


def order(count: int, seed: int | None, *, shuffle: bool) -> Positions:
    """Return the positions 0..count-1 in Keras's order before it cuts.

    Source: RandomState's legacy stream is frozen (NEP 19), so an arange shuffles as a list does.
    """
    positions = np.arange(count)
    if shuffle:
        np.random.RandomState(seed).shuffle(positions)
    return positions


def check(call: Call) -> None:
    """Check the arguments as Keras does before it reads the disk.

    Raises:
        UsageError: The share, the seed or the subset is out of range.
    """
    share = call.validation_split
    if share and not 0 < share < 1:
        raise UsageError(
            f"validation_split is {share:g}, and must be between 0 and 1",
            "0.2 holds a fifth of the files back.",
        )
    if call.seed is not None and not 0 <= call.seed < SEEDS:
        raise UsageError(f"the seed {call.seed} is not in 0..{SEEDS - 1}", "Take a smaller one.")
    known = ("training", "validation", "both")[: 2 if call.loader is Loader.GENERATOR else 3]
    if call.subset and call.subset not in known:
        raise UsageError(
            f'subset is "{call.subset}", and must be one of {", ".join(known)}', "Keras stops here."
        )
    if call.loader is Loader.DATASET:
        if bool(share) != bool(call.subset):
            raise UsageError(
                "validation_split and subset must be given together", "Keras raises ValueError."
            )
        if share and call.shuffle and call.seed is None:
            raise UsageError(
                "a shuffled split needs a seed", "Without it, the two calls would overlap."
            )
        if call.subset == "both" and not dialect_of(call.keras).knows_both:
            raise UsageError('subset="both" exists since Keras 2.10', "Use two calls.")


def cut(listed: Listed, call: Call) -> tuple[Positions, Positions]:
    """Return the positions in `listed` of training and of validation, in order.

    Both are complete if `call` has no split. An empty part stays empty, as in `list[:-0]`.

    Raises:
        DatasetError: split_dataset would raise because a part is empty.
    """
    count = len(listed.paths)
    match call.loader:
        case Loader.GENERATOR:
            return _cut_classes(listed, call.validation_split)
        case Loader.SPLIT_DATASET:
            return _cut_dataset(count, call)
        case Loader.DATASET:
            stood = order(count, call.seed, shuffle=call.shuffle)
            held = int(call.validation_split * count)
            if not call.validation_split:
                return stood, stood
            return stood[:-held], stood[-held:]


def replay(folder: Path, call: Call) -> SplitPaths:
    """Replay a call with both of its subsets.

    Args:
        folder: Folder that the call reads.
        call: Its `subset` is ignored: both parts are returned.

    Raises:
        UsageError: Keras rejects the arguments.
        DatasetError: Keras raises on this folder.
    """
    check(call)
    listed = list_call(folder, call)
    training, validation = cut(listed, call)
    _refuse(folder, listed, call, (training, validation))
    return SplitPaths(_picked(listed.paths, training), _picked(listed.paths, validation))


def files_of(folder: Path, call: Call) -> tuple[str, ...]:
    """Return the files of the dataset that a call makes, in the order of its `file_paths`.

    Raises:
        UsageError: Keras rejects the arguments.
        DatasetError: Keras raises on this folder, or the part is empty.
    """
    check(call)
    listed = list_call(folder, call)
    training, validation = cut(listed, call)
    one = {"training": training, "validation": validation}.get(call.subset)
    if one is None:
        both = call.subset == "both" or call.loader is Loader.SPLIT_DATASET
        one = np.concatenate([training, validation]) if both else _all(listed, call)
    sides = (training, validation) if call.subset == "both" else (one,)
    _refuse(folder, listed, call, sides)
    return _picked(listed.paths, one)


def _picked(paths: Sequence[str], positions: Positions) -> tuple[str, ...]:
    if len(positions) < 2:  # itemgetter returns no tuple for fewer
        return tuple(paths[i] for i in positions)
    picked: tuple[str, ...] = itemgetter(*positions.tolist())(paths)
    return picked


def _all(listed: Listed, call: Call) -> Positions:
    if call.loader is Loader.GENERATOR:
        return np.arange(len(listed.paths))
    return order(len(listed.paths), call.seed, shuffle=call.shuffle)


def _refuse(folder: Path, listed: Listed, call: Call, sides: tuple[Positions, ...]) -> None:
    if call.loader is Loader.GENERATOR:
        return
    if any(not len(side) for side in sides):
        share = call.validation_split
        raise DatasetError(
            f"Keras finds no images for one side: {len(listed.paths)} files in {folder} "
            f"at validation_split={share:g}",
            "int(validation_split * files) must be at least 1, and there must be files.",
        )
    if all(map(str.isascii, listed.paths)):
        return
    for side in sides:
        for i in side.tolist():
            if not is_text(listed.paths[i]):
                raise DatasetError(
                    f"the name {shown_name(listed.paths[i])} is not UTF-8, and Keras stops at it",
                    "Rename the file.",
                )


def shown_name(path: str) -> str:
    """Return a file name for display, with bytes that are not UTF-8 escaped."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def is_text(path: str) -> bool:
    """Tell whether a name is UTF-8."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _cut_classes(listed: Listed, share: float) -> tuple[Positions, Positions]:
    """Cut each listed class by itself: the first int(share * n) files are validation."""
    positions = np.arange(len(listed.paths))
    if not share:
        return positions, positions
    training: list[Positions] = []
    validation: list[Positions] = []
    for run in np.split(positions, listed.starts[1:]):
        held = int(share * len(run))
        validation.append(run[:held])
        training.append(run[held:])
    return np.concatenate(training), np.concatenate(validation)


def _cut_dataset(count: int, call: Call) -> tuple[Positions, Positions]:
    right: int | None = round(call.validation_split * count) if call.validation_split else None
    left: int | None = round(call.left_size * count) if call.left_size is not None else None
    if left is None:
        left = count - (right or 0)
    if right is None:
        right = count - left
    if left <= 0 or right <= 0 or left + right > count:
        raise DatasetError(
            f"split_dataset can't cut {count} files into {left} and {right}",
            "Keras raises ValueError here: both sides need at least one file.",
        )
    positions = shuffled(count, call.seed) if call.shuffle else np.arange(count)
    return positions[:left], positions[-right:]
