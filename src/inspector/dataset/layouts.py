"""What the folders of a dataset mean: splits, classes or sources."""

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from inspector.errors import DatasetError

SPLIT_NAMES = {
    "training": "training",
    "train": "training",
    "trn": "training",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "testing": "test",
    "test": "test",
}
IMAGE_ENDINGS = (
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".bmp", ".dib", ".webp", ".tif", ".tiff",
    ".ppm", ".pgm", ".pbm", ".pnm", ".avif", ".jp2", ".ico", ".tga",
)  # fmt: skip
_LOOK_AT_MOST = 2_000
# Source: Keras since 2.14 passes folders whose name starts with a dot over.
HIDDEN = "in a hidden folder, which is no class"


class Role(StrEnum):
    """What the folders at the top of a dataset stand for."""

    SPLITS = "splits"
    CLASSES = "classes"
    SOURCES = "sources"
    MANIFEST = "manifest"


@dataclass(frozen=True, slots=True)
class Location:
    """Where a file stands: its split, class and source; an empty label is outside every class."""

    split: str
    label: str
    source: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """The meaning of the top folders, as guessed or as the person said.

    Attributes:
        role: What the top folders are.
        splits: Top folder to split, for `Role.SPLITS` only.
        sure: False where a person should be asked once.
        ignored: Top folders that are left out because others are splits.
        listed: Path to place, for `Role.MANIFEST` only.
    """

    role: Role
    splits: Mapping[str, str] = field(default_factory=dict)
    sure: bool = True
    ignored: tuple[str, ...] = ()
    listed: Mapping[str, Location] = field(default_factory=dict)

    def place(self, path: str) -> Location:
        """Tell the split, class and source of a file by its relative path with "/"."""
        parts = path.split("/")
        match self.role:
            case Role.MANIFEST:
                return self.listed.get(path, Location("", "", "", "not in the manifest"))
            case Role.CLASSES:
                label = parts[0] if len(parts) > 1 else ""
                if label.startswith("."):
                    return Location("", "", "", HIDDEN)
                return Location("", label, "", "" if label else "outside every class folder")
            case Role.SPLITS:
                split = self.splits.get(parts[0], "")
                if not split or len(parts) < 3:
                    return Location(split, "", "", "outside every class folder")
                if parts[1].startswith("."):
                    return Location(split, "", "", HIDDEN)
                return Location(split, parts[1], "")
            case Role.SOURCES:
                if len(parts) < 3:
                    return Location("", "", parts[0], "outside every class folder")
                return Location("", parts[1], parts[0])


def guess_layout(root: Path, *, role: Role | None = None) -> Layout:
    """Guess what the top folders of a dataset are, or take the role that a person chose.

    Args:
        root: The dataset's folder.
        role: What the person said the top folders are; None to guess.

    Raises:
        DatasetError: The folder is missing, fits nothing, or has two names for one split.
    """
    tops = top_folders(root)
    found = {name: _classes_below(root / name) for name in tops}
    named = {n: SPLIT_NAMES[n.lower()] for n in tops if n.lower() in SPLIT_NAMES and found[n]}
    match role:
        case Role.CLASSES | Role.SOURCES:
            return Layout(role)
        case Role.SPLITS if not named:
            return Layout(Role.SPLITS, {n: n for n in tops if found[n]})
        case _:
            pass
    if named:
        twice = [s for s, count in Counter(named.values()).items() if count > 1]
        if twice:
            names = " and ".join(sorted(n for n, s in named.items() if s == twice[0]))
            raise DatasetError(
                f"two folders are both the {twice[0]} split: {names}",
                "Rename one of them, or name the files and splits with --manifest FILE.",
            )
        return Layout(Role.SPLITS, named, ignored=tuple(n for n in tops if n not in named))
    direct = [n for n in tops if _has_image(root / n)]
    if direct:
        return Layout(Role.CLASSES)
    shared = Counter(label for labels in found.values() for label in labels)
    if any(count > 1 for count in shared.values()):
        return Layout(Role.SOURCES, sure=False)
    if any(found.values()):
        return Layout(Role.CLASSES, sure=False)
    raise _fits_nothing(root, tops)


def _fits_nothing(root: Path, tops: list[str]) -> DatasetError:
    loose = sum(e.name.lower().endswith(IMAGE_ENDINGS) for e in os.scandir(root))
    if loose:
        found = f"{loose} images lie in {root.name or root} itself and there are no class folders"
    elif tops:
        found = f"{root.name or root} has {len(tops)} folders, but no images in them"
    else:
        found = f"there are no images in {root.name or root}"
    return DatasetError(
        found,
        "Expected: a folder for each class (cats, dogs), or training and validation folders with "
        "class folders in them. Any other layout opens with --manifest FILE (path, label).",
    )


def top_folders(root: Path) -> list[str]:
    """List the names of the folders at the top, without hidden ones.

    Raises:
        DatasetError: It is no folder, or can't be listed.
    """
    if not root.exists():
        raise DatasetError(f"there is no folder {root}", "Check the path, or open another folder.")
    if not root.is_dir():
        raise DatasetError(f"{root} is not a folder", "Open the folder that holds the classes.")
    try:
        with os.scandir(root) as entries:
            names = [e.name for e in entries if e.is_dir() and not e.name.startswith(".")]
            return sorted(names)
    except OSError as error:
        raise DatasetError(
            f"the folder {root} can't be listed: {error.strerror}", "Check its permissions."
        ) from error


def _has_image(folder: Path) -> bool:
    try:
        with os.scandir(folder) as entries:
            for _, entry in zip(range(_LOOK_AT_MOST), entries, strict=False):
                if entry.name.lower().endswith(IMAGE_ENDINGS) and not entry.is_dir():
                    return True
    except OSError:
        return False
    return False


def _classes_below(folder: Path, depth: int = 3) -> list[str]:
    """List the folders right below that hold an image at most `depth` levels down."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(e.name for e in entries if e.is_dir() and not e.name.startswith("."))
    except OSError:
        return []
    return [
        n for n in names
        if _has_image(folder / n) or (depth and _classes_below(folder / n, depth - 1))
    ]  # fmt: skip
