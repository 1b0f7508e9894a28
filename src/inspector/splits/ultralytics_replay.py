"""Ultralytics' `split_classify_dataset`, exact without it since the release that seeds it.

Source: ultralytics/data/split.py and ultralytics/data/utils.py of 8.4.190.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inspector.errors import DatasetError, UsageError
from inspector.splits.python_shuffle import shuffled
from inspector.splits.releases import release_of
from inspector.splits.replayed import (
    Assumption,
    Indices,
    Items,
    ReplayedSplit,
    ReplayGap,
    UnreplayableError,
    split_of,
)

FORMATS = frozenset(
    (
        "avif",
        "bmp",
        "dng",
        "heic",
        "heif",
        "jp2",
        "jpeg",
        "jpg",
        "mpo",
        "png",
        "tif",
        "tiff",
        "webp",
    )
)
# Measured: 8.4.150 still shuffles an unsorted listing without a seed, 8.4.170 does not.
SINCE_SEEDED = (8, 4, 170)
# Measured: 8.4.170 reads the top of a class folder only, 8.4.190 reads nested folders.
SINCE_NESTED = (8, 4, 190)
SEED = 0


@dataclass(frozen=True, slots=True)
class ClassifySplitParams:
    """Arguments of `split_classify_dataset`.

    Attributes:
        train_ratio: Share of training, 0..1.
        version: Release of Ultralytics such as "8.4.190"; "" for the newest known.
    """

    train_ratio: float = 0.8
    version: str = ""


def split_classify_dataset(items: Items, params: ClassifySplitParams) -> ReplayedSplit:
    """Replay `split_classify_dataset`: each class is sorted, shuffled with seed 0 and cut.

    Args:
        items: Files as listed by `list_class_images`; the first folder of a path is its class.
        params: Arguments of the script.

    Raises:
        UsageError: The share is out of range.
        UnreplayableError: The release shuffles without a seed.
    """
    release = release_of(params.version)
    if release < SINCE_SEEDED:
        raise UnreplayableError(
            ReplayGap.RELEASE,
            f"Ultralytics {params.version} shuffles an unsorted listing without a seed",
            "Open the folder ending in _split that it wrote: Duplicates compares its two sides.",
        )
    if not 0 <= params.train_ratio <= 1:
        raise UsageError(f"train_ratio is {params.train_ratio:g}", "0.8 is the default.")
    classes = _classes(items)
    if release < SINCE_NESTED and any("/" in items.paths[i].partition("/")[2] for i in range(
        len(items)
    )):  # fmt: skip
        raise UnreplayableError(
            ReplayGap.RELEASE,
            f"Ultralytics {params.version} may or may not read nested folders",
            "Name 8.4.190 or later, or open the folder that it wrote.",
        )
    training: list[Indices] = [np.zeros(0, np.int64)]
    validation: list[Indices] = [np.zeros(0, np.int64)]
    for indices in classes:
        order = indices[shuffled(len(indices), SEED)]
        cut = int(len(order) * params.train_ratio)
        training.append(order[:cut])
        validation.append(order[cut:])
    return split_of(
        items,
        np.concatenate(training),
        np.concatenate(validation),
        assumptions=(Assumption.EMPTY_TARGET,) if release < SINCE_NESTED else (),
    )


def list_class_images(folder: Path) -> Items:
    """List the images below each class folder, sorted by path.

    Raises:
        DatasetError: The folder can't be listed, or Ultralytics can't copy a file.
    """
    try:
        classes = sorted(entry for entry in folder.iterdir() if entry.is_dir())
    except OSError as error:
        raise DatasetError(
            f"the folder {folder} cannot be listed: {error.strerror}", "Check the path."
        ) from error
    files = [
        file
        for class_folder in classes
        for file in sorted(class_folder.rglob("*.*"))
        if file.suffix[1:].lower() in FORMATS
    ]
    for file in files:
        if not file.is_file():
            raise DatasetError(
                f"{file} is a folder, or a link that leads nowhere, and is named like an image",
                "Ultralytics stops at it. Remove or rename it.",
            )
    relative = [file.relative_to(folder) for file in files]
    labels = np.array([path.parts[0] for path in relative], np.str_)
    return Items(tuple(path.as_posix() for path in relative), labels, root=str(folder))


def _classes(items: Items) -> list[Indices]:
    """Return the positions of each class's images, sorted part by part of the path."""
    classes: dict[str, list[int]] = {}
    for position in sorted(range(len(items)), key=lambda i: items.paths[i].split("/")):
        path = items.paths[position]
        if "/" in path and Path(path).suffix[1:].lower() in FORMATS:
            classes.setdefault(path.split("/")[0], []).append(position)
    return [np.array(indices, np.int64) for indices in classes.values()]
