"""List a folder as the script does before it splits: the order matters as much as the seed."""

import os
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import partial
from pathlib import Path

import numpy as np

from inspector.dataset.layouts import IMAGE_ENDINGS
from inspector.errors import DatasetError, UsageError
from inspector.splits import (
    fastai_replay,
    huggingface_replay,
    split_folders_replay,
    torch_replay,
    ultralytics_replay,
)
from inspector.splits.keras_replay import Call, Loader, list_call
from inspector.splits.replayed import Assumption, Items


class Listing(StrEnum):
    """What lists the files, and in which order."""

    IMAGE_FOLDER = "torchvision ImageFolder"
    KERAS = "image_dataset_from_directory"
    KERAS_GENERATOR = "flow_from_directory"
    HUGGING_FACE = "load_dataset imagefolder"
    FASTAI = "get_image_files"
    SPLIT_FOLDERS = "split-folders"
    ULTRALYTICS = "ultralytics"
    SORTED = "sorted paths"
    DISK = "os.walk"


def list_items(folder: Path, listing: Listing, *, split: str = "train") -> Items:
    """List the items of a folder.

    Args:
        folder: Folder that the script reads.
        listing: What lists it.
        split: For Hugging Face: split of the folder.

    Raises:
        DatasetError: The library rejects the folder.
        UsageError: There is no such split.
    """
    if listing is Listing.HUGGING_FACE:
        splits = huggingface_replay.list_image_folder(folder)
        if split not in splits:
            raise UsageError(
                f'imagefolder finds no split "{split}" here, only {", ".join(splits)}',
                "Folder and file names decide the splits.",
            )
        return splits[split]
    return _LISTERS[listing](folder)


def _keras(folder: Path, loader: Loader) -> Items:
    listed = list_call(folder, Call(loader))
    return Items(listed.paths, listed.labels.astype(np.int64), root=str(folder))


def _images(folder: Path, *, sort: bool) -> Items:
    """List every image below a folder, sorted by path or in this disk's order."""
    if not folder.is_dir():
        raise DatasetError(f"there is no folder {folder}", "Check the path.")
    files = [
        Path(where, name)
        for where, _, names in os.walk(folder)
        for name in names
        if name.lower().endswith(IMAGE_ENDINGS)
    ]
    paths = [file.relative_to(folder).as_posix() for file in files]
    if sort:
        paths.sort()
    labels = np.array([Path(folder, path).parent.name for path in paths], np.str_)
    assumption = Assumption.SORTED_LISTING if sort else Assumption.DISK_ORDER
    return Items(tuple(paths), labels, root=str(folder), assumptions=(assumption,))


_LISTERS: Mapping[Listing, Callable[[Path], Items]] = {
    Listing.IMAGE_FOLDER: torch_replay.list_image_folder,
    Listing.KERAS: partial(_keras, loader=Loader.DATASET),
    Listing.KERAS_GENERATOR: partial(_keras, loader=Loader.GENERATOR),
    Listing.FASTAI: fastai_replay.list_files,
    Listing.SPLIT_FOLDERS: split_folders_replay.list_class_files,
    Listing.ULTRALYTICS: ultralytics_replay.list_class_images,
    Listing.SORTED: partial(_images, sort=True),
    Listing.DISK: partial(_images, sort=False),
}
