"""Hugging Face `Dataset.train_test_split` and the order of `imagefolder`, exact without it.

Source: datasets/arrow_dataset.py, datasets/data_files.py and packaged_modules/folder_based_builder
of 5.2.0.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from inspector.errors import DatasetError, UsageError
from inspector.splits.generators import NUMPY_SEEDS, RandomSource
from inspector.splits.replayed import Indices, Items, ReplayedSplit, labels_of, split_of
from inspector.splits.stratified import Size, multiply_first, split_sizes, stratified_draw

FORMATS = frozenset(
    ("blp", "bmp", "dib", "bufr", "cur", "pcx", "dcx", "dds", "ps", "eps", "fit", "fits", "fli",
     "flc", "ftc", "ftu", "gbr", "gif", "grib", "png", "apng", "jp2", "j2k", "jpc", "jpf",
     "jpx", "j2c", "icns", "ico", "im", "iim", "tif", "tiff", "jfif", "jpe", "jpg", "jpeg",
     "mpg", "mpeg", "msp", "pcd", "pxr", "pbm", "pgm", "ppm", "pnm", "psd", "bw", "rgb", "rgba",
     "sgi", "ras", "tga", "icb", "vda", "vst", "webp", "wmf", "emf", "xbm", "xpm")
)  # fmt: skip
IGNORED = frozenset(
    ("README.md", "config.json", "dataset_info.json", "dataset_infos.json", "dummy_data.zip",
     "dataset_dict.json")
)  # fmt: skip
METADATA = frozenset(("metadata.csv", "metadata.jsonl", "metadata.parquet"))
KEYWORDS = {
    "train": ("train", "training"),
    "validation": ("validation", "valid", "dev", "val"),
    "test": ("test", "testing", "eval", "evaluation"),
}
_SEPARATOR = "[-._ 0-9]"
_FOLDER_PATTERNS = ("{0}", "{0}{1}.*", ".*{1}{0}", ".*{1}{0}{1}.*")
_FILE_PATTERNS = ("{0}{1}.*", ".*{1}{0}{1}.*")


@dataclass(frozen=True, slots=True)
class HuggingFaceParams:
    """Arguments of `Dataset.train_test_split`.

    Attributes:
        test_size: Share (float) or number (int).
        train_size: Share (float) or number (int).
        source: `seed`. With `shared`, the seed is None and `np.random.seed` was called: each
            earlier split advances that stream by one number.
        stratify: True if `stratify_by_column` names the labels.
    """

    test_size: Size = None
    train_size: Size = None
    source: RandomSource = field(default_factory=RandomSource)
    shuffle: bool = True
    stratify: bool = False


def train_test_split(items: Items, params: HuggingFaceParams) -> ReplayedSplit:
    """Replay `Dataset.train_test_split`: training and test, the second named "validation".

    Raises:
        UsageError: The library rejects the arguments.
        UnreplayableError: The random numbers are unknown.
    """
    sizes = split_sizes(len(items), params.test_size, params.train_size, default=0.25)
    train, test = sizes
    if not params.shuffle:
        if params.stratify:
            raise UsageError(
                "train_test_split cannot stratify with shuffle=False",
                "datasets raises ValueError here. Leave out one of them.",
            )
        return split_of(items, np.arange(train), np.arange(train, train + test))
    stream = _stream(params.source)
    if params.stratify:
        parts = stratified_draw(labels_of(items), sizes, stream, expectation=multiply_first)
    else:
        order = stream.permutation(len(items))
        parts = order[test : test + train], order[:test]
    return split_of(items, *parts, assumptions=params.source.assumptions)


def _stream(source: RandomSource) -> np.random.Generator:
    if not source.shared:
        generator = np.random.default_rng(source.known_seed(seeds=range(2**128)))
        for count in source.earlier:
            generator.permutation(count)
        return generator
    # The current word of numpy's global state is the seed; then one number is taken.
    numpy_global = np.random.RandomState(source.known_seed(seeds=range(NUMPY_SEEDS)))
    for _ in source.earlier:
        numpy_global.random_sample()
    state = numpy_global.get_state(legacy=False)["state"]
    key, position = state["key"], state["pos"]
    return np.random.default_rng(int(key[position if position < len(key) else 0]))


def list_image_folder(folder: Path) -> dict[str, Items]:
    """List the splits of `load_dataset("imagefolder", data_dir=folder)` without metadata files.

    Names decide: a folder, or else a file, whose name is or contains a split's word. Other files
    are dropped, and a file that matches two patterns of its split is listed twice, as in the
    library.

    Returns:
        The items of each split, labelled with the parent folder's name if all are equally deep.

    Raises:
        DatasetError: There is no image, the library rejects the folders, or there is a metadata
            file, which is not replayed.
    """
    base = folder.expanduser().resolve()
    files = _walk(base)
    metadata = [file for file in files if file.name in METADATA]
    if metadata:
        raise DatasetError(
            f"{metadata[0].relative_to(base)} labels the images, and its order is not replayed",
            "Save the paths of each split to a CSV in the script, and open that list here.",
        )
    splits = {
        split: [path for path in paths if _is_image(path)]
        for split, paths in _splits(base, files).items()
    }
    for split, images in splits.items():
        if not images:
            raise DatasetError(
                f'imagefolder finds no image for the split "{split}" in {folder}',
                "Check the path. Folder and file names decide the splits.",
            )
    labelled = _with_labels(list(splits.values()))
    return {
        split: Items(
            tuple(path.relative_to(base).as_posix() for path in images),
            np.array([path.parent.name for path in images], np.str_) if labelled else None,
            root=str(base),
        )
        for split, images in splits.items()
    }


def _with_labels(splits: list[list[Path]]) -> bool:
    """Tell whether there is a label column: several parent folders, all at one depth.

    The library decides per split, from the files so far.
    """
    folders: set[str] = set()
    depths: set[int] = set()
    decisions: list[bool] = []
    for images in splits:
        plain = [path for path in images if path.suffix[1:].lower() in FORMATS]
        folders |= {path.parent.name for path in plain}
        depths |= {len(path.parts) for path in plain}
        decisions.append(len(folders) > 1 and len(depths) == 1)
    if decisions[-1] and not all(decisions):
        raise DatasetError(
            "imagefolder labels the last split and not the first, and stops",
            "Put class folders below each split folder, at the same depth.",
        )
    return decisions[-1]


def _walk(base: Path) -> list[Path]:
    """Return the files that count, sorted by the whole path; linked folders are not entered."""
    files: list[str] = []
    for where, below, names in os.walk(base):
        below[:] = [name for name in below if not name.startswith((".", "__"))]
        files += [
            str(Path(where, name))
            for name in names
            if not name.startswith(".") and name not in IGNORED and Path(where, name).is_file()
        ]
    return [Path(file) for file in sorted(files)]


def _splits(base: Path, files: list[Path]) -> dict[str, list[Path]]:
    folders = {file: file.relative_to(base).parts[:-1] for file in files}
    return (
        _matched(files, _FOLDER_PATTERNS, lambda file: folders[file])
        or _matched(files, _FILE_PATTERNS, lambda file: (file.name,))
        or {"train": files}
    )


def _matched(
    files: list[Path],
    patterns: tuple[str, ...],
    names_of: Callable[[Path], tuple[str, ...]],
) -> dict[str, list[Path]]:
    splits: dict[str, list[Path]] = {}
    for split, words in KEYWORDS.items():
        for word in words:
            for pattern in patterns:
                name_matches = re.compile(pattern.format(word, _SEPARATOR), re.DOTALL).fullmatch
                splits.setdefault(split, []).extend(
                    file for file in files if any(map(name_matches, names_of(file)))
                )
    return {split: matched for split, matched in splits.items() if matched}


def _is_image(file: Path) -> bool:
    """Tell whether the last suffix, or the one before it, is a format of Pillow's."""
    return any(end.lower() in FORMATS for end in file.name.split(".")[1:][-2:])


def order_of_shuffle(count: int, source: RandomSource) -> Indices:
    """Return the order of `Dataset.shuffle(seed)`.

    Raises:
        UnreplayableError: The random numbers are unknown.
    """
    return _stream(source).permutation(count)
