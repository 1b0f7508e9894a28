"""Splits by torch and torchvision, exact without them.

Source: torch/utils/data/dataset.py (`random_split`), ATen's `randperm_cpu`,
torchvision/datasets/folder.py (`make_dataset`).
"""

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import numpy as np

from inspector.errors import DatasetError, UsageError
from inspector.splits.generators import RandomSource, numpy_stream, torch_stream
from inspector.splits.keras_lists import refuse_circle
from inspector.splits.python_shuffle import shuffled
from inspector.splits.replayed import (
    Indices,
    Items,
    ReplayedSplit,
    ReplayGap,
    UnreplayableError,
    split_of,
)

IMAGE_FOLDER_FORMATS = (
    ".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RandomSplitParams:
    """Arguments of `random_split`.

    Attributes:
        lengths: Numbers of items, or shares that sum to 1 (since torch 1.13).
        source: `generator=torch.Generator().manual_seed(s)`, or `torch.manual_seed(s)` with
            `shared`. Seeds that differ by 2**32 are equivalent.
    """

    lengths: tuple[int | float, ...]
    source: RandomSource = field(default_factory=RandomSource)


class Shuffler(StrEnum):
    """What shuffles a list of indices."""

    NONE = "none"
    NUMPY = "numpy.random"
    NUMPY_GENERATOR = "numpy.random.default_rng"
    PYTHON = "random"
    TORCH = "torch.randperm"


@dataclass(frozen=True, slots=True)
class IndexCutParams:
    """A shuffled list of indices that is cut for `Subset` or `SubsetRandomSampler`.

    Attributes:
        shuffler: `np.random.shuffle(indices)`, `random.shuffle(indices)`, `torch.randperm(n)`.
        cuts: Positions of the cuts, ascending.
        source: The seed; `shared` for the global generators.
    """

    shuffler: Shuffler = Shuffler.NUMPY
    cuts: tuple[int, ...] = ()
    source: RandomSource = field(default_factory=RandomSource)


def random_split(items: Items, params: RandomSplitParams) -> ReplayedSplit:
    """Replay `random_split`: one permutation, cut in the order of the lengths.

    Raises:
        UsageError: torch rejects the lengths or the seed.
        UnreplayableError: The random numbers are unknown.
    """
    lengths = split_lengths(len(items), params.lengths)
    order = torch_stream(params.source).randperm(len(items))
    parts = np.split(order, np.cumsum(lengths)[:-1])
    return split_of(items, *parts, assumptions=params.source.assumptions)


def split_lengths(count: int, lengths: Sequence[int | float]) -> list[int]:
    """Return the lengths in items: shares are rounded down, the rest goes out one by one.

    Raises:
        UsageError: torch rejects them.
    """
    total = sum(lengths)
    if lengths and math.isclose(total, 1) and total <= 1:
        if not all(0 <= share <= 1 for share in lengths):
            raise UsageError(
                f"the shares {_listed(lengths)} are not all between 0 and 1",
                "torch raises ValueError here.",
            )
        sizes = [math.floor(count * share) for share in lengths]
        for position in range(count - sum(sizes)):
            sizes[position % len(sizes)] += 1
        return sizes
    if total != count or not lengths:
        raise UsageError(
            f"the lengths {_listed(lengths)} sum to {total:g}, and there are {count} items",
            "torch raises ValueError here. Give numbers that sum to the items, or shares to 1.",
        )
    whole = [length for length in lengths if isinstance(length, int) and length >= 0]
    if len(whole) < len(lengths):
        raise UsageError(
            f"the lengths {_listed(lengths)} are not whole numbers", "torch raises an error here."
        )
    return whole


def cut_indices(items: Items, params: IndexCutParams) -> ReplayedSplit:
    """Replay a shuffled and cut list of indices. A SubsetRandomSampler only orders its part.

    Raises:
        UsageError: The seed is rejected.
        UnreplayableError: The random numbers are unknown.
    """
    cuts = params.cuts
    if list(cuts) != sorted(cuts) or any(not 0 <= cut <= len(items) for cut in cuts):
        raise UsageError(
            f"{_listed(cuts)} are not ascending positions in {len(items)} items", "Correct them."
        )
    parts = np.split(_shuffled_indices(len(items), params), cuts)
    shuffles = params.shuffler is not Shuffler.NONE
    return split_of(items, *parts, assumptions=params.source.assumptions if shuffles else ())


def _shuffled_indices(count: int, params: IndexCutParams) -> Indices:
    source = params.source
    match params.shuffler:
        case Shuffler.NONE:
            return np.arange(count)
        case Shuffler.NUMPY:
            return numpy_stream(source).permutation(count)
        case Shuffler.TORCH:
            return torch_stream(source).randperm(count)
        case Shuffler.NUMPY_GENERATOR:
            generator = np.random.default_rng(source.known_seed(seeds=range(2**128)))
            for earlier in source.earlier:
                generator.permutation(earlier)
            return generator.permutation(count)
        case Shuffler.PYTHON:
            if source.earlier:
                raise UnreplayableError(
                    ReplayGap.GENERATOR_USED, "random was used by another shuffle before"
                )
            return shuffled(count, source.known_seed(seeds=range(-(2**128), 2**128)))


def list_image_folder(folder: Path) -> Items:
    """List as torchvision's ImageFolder does: hidden files and broken links count.

    Raises:
        DatasetError: torchvision rejects the folder, or links form a cycle.
    """
    root = str(folder)
    try:
        with os.scandir(root) as entries:
            classes = sorted(entry.name for entry in entries if entry.is_dir())
    except OSError as error:
        raise DatasetError(
            f"the folder {root} cannot be listed: {error.strerror}", "Check the path."
        ) from error
    if not classes:
        raise DatasetError(f"{root} holds no class folders", "torchvision stops here.")
    paths: list[str] = []
    labels: list[int] = []
    for label, name in enumerate(classes):
        files = _image_files(root, name)
        if not files:
            raise DatasetError(
                f"the class folder {name} holds no image that torchvision reads",
                "torchvision raises FileNotFoundError here. Remove the folder.",
            )
        paths += files
        labels += [label] * len(files)
    return Items(tuple(paths), np.array(labels, np.int64), root=root)


def _image_files(root: str, name: str) -> list[str]:
    """Walk one class folder: folders sorted by full path, files by name."""
    steps: list[tuple[str, list[str]]] = []
    for folder, below, files in os.walk(Path(root, name), followlinks=True):
        refuse_circle(folder, below, reader="torchvision")
        steps.append((str(folder), files))
    paths: list[str] = []
    for folder, files in sorted(steps, key=lambda step: step[0]):
        head = Path(folder).relative_to(root).as_posix()
        paths += [
            f"{head}/{file}"
            for file in sorted(files)
            if file.lower().endswith(IMAGE_FOLDER_FORMATS)
        ]
    return paths


def _listed(numbers: Sequence[int | float]) -> str:
    return ", ".join(f"{number:g}" for number in numbers)
