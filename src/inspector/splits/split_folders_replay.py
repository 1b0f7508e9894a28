"""split-folders' `ratio` and `fixed`, exact without it.

Source: splitfolders/split.py and grouping.py of 0.6.1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inspector.errors import DatasetError, UsageError
from inspector.splits.python_shuffle import shuffled
from inspector.splits.replayed import (
    Assumption,
    Indices,
    Items,
    ReplayedSplit,
    ReplayGap,
    UnreplayableError,
    split_of,
)

DEFAULT_SEED = 1337


@dataclass(frozen=True, slots=True)
class SplitFoldersParams:
    """Arguments of `splitfolders.ratio` and `splitfolders.fixed`.

    Attributes:
        ratio: Shares of training, validation and optionally test, with the sum 1.
        fixed: Instead of `ratio`: numbers of validation and optionally test files per class, or of
            all three.
        seed: Set again for each class.
        formats: Suffixes with their dot, such as ".jpg", case-sensitive; empty for all files.
        group: "stem" keeps files of one stem together; "" for none.
    """

    ratio: tuple[float, ...] = (0.8, 0.1, 0.1)
    fixed: tuple[int, ...] = ()
    seed: int | None = DEFAULT_SEED
    shuffle: bool = True
    formats: tuple[str, ...] = ()
    group: str = ""


def split_folders(items: Items, params: SplitFoldersParams) -> ReplayedSplit:
    """Replay `ratio` or `fixed` on files with one class folder each, or with none.

    Args:
        items: Files as listed by `list_class_files`.
        params: Arguments of the script.

    Raises:
        UsageError: split-folders rejects the arguments, or a class has too few files.
        UnreplayableError: The seed is None, or the grouping is unknown.
    """
    _check(params)
    parts: list[list[Indices]] = [[], [], []]
    for name, indices in _classes(items, params.formats):
        units = _units(items, indices, params.group)
        order = _order(len(units), params)
        first, second, last = _cuts(name, len(units), params)
        for part, run in zip(
            parts, (order[:first], order[first:second], order[second:last]), strict=True
        ):
            part += [units[unit] for unit in run.tolist()]
    used = 3 if _has_test(params) else 2
    return split_of(
        items,
        *(np.concatenate([np.zeros(0, np.int64), *part]) for part in parts[:used]),
        assumptions=(Assumption.EMPTY_TARGET,),
    )


def list_class_files(folder: Path) -> Items:
    """List the files directly in a class folder, or in the folder itself if it has none.

    Raises:
        DatasetError: The folder can't be listed.
    """
    try:
        classes = sorted(entry for entry in folder.iterdir() if entry.is_dir())
        files = [
            file
            for class_folder in classes or [folder]
            for file in sorted(class_folder.iterdir())
            if file.is_file() and not file.name.startswith(".")
        ]
    except OSError as error:
        raise DatasetError(
            f"the folder {folder} cannot be listed: {error.strerror}", "Check the path."
        ) from error
    labels = np.array([file.parent.name if classes else "" for file in files], np.str_)
    paths = tuple(file.relative_to(folder).as_posix() for file in files)
    names = tuple(entry.name for entry in classes) or ("",)
    return Items(paths, labels, root=str(folder), class_folders=names)


def _check(params: SplitFoldersParams) -> None:
    if params.shuffle and params.seed is None:
        raise UnreplayableError(
            ReplayGap.NO_SEED, "the split has no seed, so each run makes another one"
        )
    if params.group not in ("", "stem"):
        raise UnreplayableError(
            ReplayGap.UNSUPPORTED, f'group="{params.group}" of split-folders is not replayed'
        )
    for ending in params.formats:
        if not ending.startswith("."):
            raise UsageError(f'the format "{ending}" has no dot', f'Write ".{ending}".')
    if params.fixed:
        if len(params.fixed) > 3:
            raise UsageError("fixed has more than 3 numbers", "Give 1, 2 or 3.")
    elif len(params.ratio) not in (2, 3) or round(sum(params.ratio), 5) != 1:
        raise UsageError(
            f"the ratio {params.ratio} is not 2 or 3 shares with the sum 1",
            "split-folders raises ValueError here.",
        )


def _classes(items: Items, formats: Sequence[str]) -> list[tuple[str, list[int]]]:
    """Return each class with the positions of its files, sorted by name."""
    classes: dict[str, list[int]] = {name: [] for name in items.class_folders}
    for position in sorted(range(len(items)), key=lambda i: items.paths[i].split("/")):
        folder, _, name = items.paths[position].rpartition("/")
        if "/" in folder or name.startswith("."):
            continue
        files = classes.setdefault(folder, [])
        if not formats or Path(name).suffix in formats:
            files.append(position)
    if "" in classes and len(classes) > 1:
        del classes[""]
    return list(classes.items())


def _units(items: Items, indices: list[int], group: str) -> list[Indices]:
    """Return the units of the shuffle: single files, or all files of one stem, by first file."""
    if not group:
        return [np.array([i], np.int64) for i in indices]
    stems: dict[str, list[int]] = {}
    for i in indices:
        stems.setdefault(Path(items.paths[i]).stem, []).append(i)
    if len({len(files) for files in stems.values()}) != 1:
        raise UsageError(
            "not every stem has the same number of files", "split-folders raises ValueError here."
        )
    return [np.array(files, np.int64) for files in stems.values()]


def _order(count: int, params: SplitFoldersParams) -> Indices:
    return shuffled(count, params.seed) if params.shuffle else np.arange(count)


def _has_test(params: SplitFoldersParams) -> bool:
    return len(params.fixed) > 1 if params.fixed else len(params.ratio) == 3


def _cuts(name: str, count: int, params: SplitFoldersParams) -> tuple[int, int, int]:
    """Return where training, validation and test end."""
    if not params.fixed:
        first = int(params.ratio[0] * count)
        second = first + int(params.ratio[1] * count)
        return (first, second, count) if len(params.ratio) == 3 else (first, count, count)
    total = sum(params.fixed)
    if count < total:
        raise UsageError(
            f'the class "{name}" has {count} files, and fixed asks for {total}',
            "split-folders raises ValueError here. Use ratio.",
        )
    if len(params.fixed) == 3:
        first, second = params.fixed[0], params.fixed[0] + params.fixed[1]
        return first, second, total
    first = count - total
    return (first, first + params.fixed[0], count) if len(params.fixed) == 2 else (
        first, count, count
    )  # fmt: skip
