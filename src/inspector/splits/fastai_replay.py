"""fastai's splitters, exact without fastai; its listing is in disk order, unsorted.

Source: fastai/data/transforms.py and fastai/vision/data.py of 2.8.
"""

import mimetypes
import os
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import numpy as np

from inspector.errors import DatasetError, UsageError
from inspector.splits.generators import RandomSource, torch_stream
from inspector.splits.keras_lists import refuse_circle
from inspector.splits.replayed import Assumption, Indices, Items, ReplayedSplit, split_of


@dataclass(frozen=True, slots=True)
class RandomSplitterParams:
    """Arguments of `RandomSplitter`.

    Attributes:
        valid_pct: Share of validation, 0..1.
        source: `seed`; `shared` where it is None and `set_seed` or `torch.manual_seed` was called.
    """

    valid_pct: float = 0.2
    source: RandomSource = field(default_factory=RandomSource)


@dataclass(frozen=True, slots=True)
class GrandparentParams:
    """Arguments of `GrandparentSplitter`: names of the folders above the class folders."""

    train_name: tuple[str, ...] = ("train",)
    valid_name: tuple[str, ...] = ("valid",)


@dataclass(frozen=True, slots=True)
class FromFolderParams:
    """Arguments of `ImageDataLoaders.from_folder` that affect the split.

    Attributes:
        valid_pct: Share of validation; None to read the folders `train` and `valid`.
        source: `seed`.
    """

    train: str = "train"
    valid: str = "valid"
    valid_pct: float | None = None
    source: RandomSource = field(default_factory=RandomSource)


def random_splitter(items: Items, params: RandomSplitterParams) -> ReplayedSplit:
    """Replay `RandomSplitter`: validation is the head of one permutation.

    Raises:
        UsageError: The share or the seed is out of range.
        UnreplayableError: The random numbers are unknown.
    """
    if not 0 <= params.valid_pct <= 1:
        raise UsageError(f"valid_pct is {params.valid_pct:g}", "0.2 holds a fifth back.")
    order = torch_stream(params.source).randperm(len(items))
    cut = int(params.valid_pct * len(items))
    return split_of(items, order[cut:], order[:cut], assumptions=params.source.assumptions)


def grandparent_splitter(items: Items, params: GrandparentParams) -> ReplayedSplit:
    """Replay `GrandparentSplitter`: the folder two levels above a file decides.

    Membership does not depend on the order of the items, so a listing from another disk will do.
    """
    names = [(PurePosixPath(items.root) / path).parent.parent.name for path in items.paths]
    split = split_of(items, _named(names, params.train_name), _named(names, params.valid_name))
    return ReplayedSplit(
        split.parts, tuple(a for a in split.assumptions if a is not Assumption.DISK_ORDER)
    )


def from_folder(items: Items, params: FromFolderParams) -> ReplayedSplit:
    """Replay the split of `ImageDataLoaders.from_folder` on the files that `list_files` returns.

    Raises:
        UsageError: The share or the seed is out of range.
        UnreplayableError: The random numbers are unknown.
    """
    if params.valid_pct is not None:
        return random_splitter(items, RandomSplitterParams(params.valid_pct, params.source))
    return grandparent_splitter(items, GrandparentParams((params.train,), (params.valid,)))


def list_files(folder: Path, *, folders: tuple[str, ...] = ()) -> Items:
    """List as `get_image_files` does: in directory order, on this disk.

    Args:
        folder: Folder that the script reads.
        folders: Top-level folders to read; empty for all.

    Raises:
        DatasetError: The folder is missing, or links form a cycle.
    """
    if not folder.is_dir():
        raise DatasetError(f"there is no folder {folder}", "Check the path.")
    formats = {end for end, kind in mimetypes.types_map.items() if kind.startswith("image/")}
    paths: list[str] = []
    for where, below, files in os.walk(folder, followlinks=True):
        refuse_circle(str(where), below, reader="fastai")
        top = Path(where) == folder
        below[:] = [
            name
            for name in below
            if (name in folders if top and folders else not name.startswith("."))
        ]
        if top and folders and "." not in folders:
            continue
        paths += [
            (Path(where) / file).relative_to(folder).as_posix()
            for file in files
            if not file.startswith(".") and f".{file.split('.')[-1].lower()}" in formats
        ]
    labels = np.array([PurePosixPath(f"{folder}/{path}").parent.name for path in paths], np.str_)
    return Items(tuple(paths), labels, root=str(folder), assumptions=(Assumption.DISK_ORDER,))


def _named(names: list[str], folder_names: tuple[str, ...]) -> Indices:
    return np.array(
        [i for want in folder_names for i, name in enumerate(names) if name == want], np.int64
    )
