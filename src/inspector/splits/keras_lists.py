"""Files that Keras lists in a folder, in its own order, for every dialect since 2.6.

Source: keras/src/utils/dataset_utils.py (index_directory) and
keras/src/legacy/preprocessing/image.py (DirectoryIterator) of the releases named in `DIALECTS`.
"""

import os
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inspector.errors import DatasetError, UsageError

FORMATS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
# Without the dot: "xjpg" counts, too.
GENERATOR_FORMATS = ("png", "jpg", "jpeg", "bmp", "ppm", "tif", "tiff")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a range of Keras releases lists a folder.

    Attributes:
        since: First release, (major, minor).
        enters_links: Linked folders below a class are entered even with follow_links=False.
        dot_classes: Folders whose name starts with "." are classes.
        chooses_classes: class_names may be a subset, and its order is the order of files.
        lists_from_root: A list of labels counts files from the root rather than from class folders.
        knows_both: subset="both" exists.
    """

    since: tuple[int, int]
    enters_links: bool
    dot_classes: bool
    chooses_classes: bool
    lists_from_root: bool
    knows_both: bool


DIALECTS = (
    Dialect((2, 6), False, True, False, False, False),
    Dialect((2, 9), True, True, False, False, False),
    Dialect((2, 10), True, True, False, False, True),
    Dialect((2, 12), True, True, False, True, True),
    Dialect((2, 14), True, False, False, True, True),
    Dialect((3, 0), True, False, True, True, True),
    Dialect((3, 12), False, False, True, True, True),
)


def dialect_of(version: str) -> Dialect:
    """Return the dialect of a Keras version such as "2.13" or "3.12.1"; "" is the newest.

    Raises:
        UsageError: It is no version, or older than 2.6.
    """
    if not version:
        return DIALECTS[-1]
    parts = version.split(".")
    if not all(p.isdigit() for p in parts[:2]) or len(parts) < 2:
        raise UsageError(f"{version} is not a Keras version", "Write it as 2.13 or 3.12.")
    number = int(parts[0]), int(parts[1])
    if number < DIALECTS[0].since:
        raise UsageError(
            f"Keras {version} is older than what can be replayed", "Known are 2.6 and later."
        )
    return [d for d in DIALECTS if d.since <= number][-1]


@dataclass(frozen=True, slots=True)
class Listed:
    """Files in Keras's order, before any shuffle.

    Attributes:
        paths: Relative to the folder, with "/"; files of a class named twice appear twice.
        labels: int32 index into `class_names` per path; -1 without a label.
        class_names: In label order.
        starts: Start of each walked folder in `paths`.
    """

    paths: tuple[str, ...]
    labels: NDArray[np.int32]
    class_names: tuple[str, ...]
    starts: tuple[int, ...] = ()


def list_inferred(
    folder: str, dialect: Dialect, *, class_names: tuple[str, ...] | None, follow_links: bool
) -> Listed:
    """List as with labels="inferred".

    Raises:
        DatasetError: The folder can't be listed, `class_names` does not fit, or links form a cycle.
    """
    folders = [
        n for n in _folders(folder) if dialect.dot_classes or not n.startswith(".")
    ]  # fmt: skip
    order, names = folders, folders
    if class_names is not None:
        fits = set(class_names) <= set(folders) if dialect.chooses_classes else (
            set(class_names) == set(folders)
        )  # fmt: skip
        if not fits:
            raise DatasetError(
                f"class_names {list(class_names)} do not match the folders {folders}",
                "Keras raises ValueError here: name the folders as they are.",
            )
        names = list(class_names)
        order = names if dialect.chooses_classes else folders
    index = {name: i for i, name in enumerate(names)}
    follow = follow_links or dialect.enters_links
    return _listed(folder, order, index, FORMATS, follow)


def list_whole(
    folder: str, dialect: Dialect, *, follow_links: bool, class_folders: bool = False
) -> Listed:
    """List as with labels=None, or with a list of labels if `class_folders` is its dialect's way.

    Raises:
        DatasetError: The folder can't be listed, or links form a cycle.
    """
    follow = follow_links or dialect.enters_links
    if class_folders:
        folders = _folders(folder)
        names = [n for n in folders if dialect.dot_classes or not n.startswith(".")]
        return _listed(folder, names, {n: i for i, n in enumerate(names)}, FORMATS, follow)
    _folders(folder)
    return _listed(folder, [""], {"": -1}, FORMATS, follow)


def list_for_generator(
    folder: str, *, class_names: tuple[str, ...] | None, follow_links: bool
) -> Listed:
    """List as ImageDataGenerator.flow_from_directory does.

    Raises:
        DatasetError: The folder can't be listed, or links form a cycle.
    """
    names = list(class_names) if class_names else _folders(folder)
    index = {name: i for i, name in enumerate(names)}
    return _listed(folder, names, index, GENERATOR_FORMATS, follow_links)


def _folders(folder: str) -> list[str]:
    try:
        return sorted(n for n in os.listdir(folder) if os.path.isdir(os.path.join(folder, n)))
    except OSError as error:
        raise DatasetError(
            f"the folder {folder} can't be listed: {error.strerror}", "Check the path."
        ) from error


def _listed(
    folder: str, names: list[str], index: dict[str, int], formats: tuple[str, ...], follow: bool
) -> Listed:
    paths: list[str] = []
    labels: list[int] = []
    starts: list[int] = []
    for name in names:
        files = _files(folder, name, formats, follow)
        starts.append(len(paths))
        paths += files
        labels += [index[name]] * len(files)
    known = tuple(index) if -1 not in index.values() else ()
    return Listed(tuple(paths), np.array(labels, np.int32), known, tuple(starts))


def _files(folder: str, name: str, formats: tuple[str, ...], follow: bool) -> list[str]:
    """Walk one class folder: folders in order of their full path, names sorted within."""
    top = os.path.join(folder, name)
    walked = []
    for where, below, files in os.walk(top, followlinks=follow):
        walked.append((where, files))
        if follow:
            refuse_circle(where, below)
    walked.sort(key=lambda step: step[0])
    start = len(os.path.join(folder, ""))
    paths = []
    for where, files in walked:
        head = where[start:].replace(os.sep, "/").strip("/")
        head = f"{head}/" if head else ""
        paths += [head + f for f in sorted(files) if f.lower().endswith(formats)]
    return paths


def refuse_circle(where: str, below: list[str], *, reader: str = "Keras") -> None:
    """Refuse a linked folder that leads back to a folder above it.

    Raises:
        DatasetError: It is one of the folders `below`.
    """
    here = os.path.realpath(where)
    for name in below:
        path = os.path.join(where, name)
        if os.path.islink(path) and (here + os.sep).startswith(os.path.realpath(path) + os.sep):
            raise DatasetError(
                f"the link {path} leads back to a folder above it: {reader} follows it in circles",
                "Remove the link, or use follow_links=False with Keras 3.12 or later."
                if reader == "Keras"
                else "Remove the link.",
            )
