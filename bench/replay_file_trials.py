"""Random folders on disk, listed and split by the real libraries and by our replays."""

import contextlib
import importlib.metadata
import io
import logging
import random
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from inspector.errors import InspectorError
from inspector.splits import huggingface_replay
from inspector.splits.fastai_replay import FromFolderParams
from inspector.splits.listings import Listing, list_items
from inspector.splits.other_replays import Params, SplitCall, SplitFunction, replay
from inspector.splits.replayed import Items
from inspector.splits.split_folders_replay import SplitFoldersParams
from inspector.splits.ultralytics_replay import ClassifySplitParams

NAMES = ("a", "b-1", "b", "Dog", "dog", "zebra", "Ärger", "空", "x y", "x.y", ".hidden", "_", "__m")
SPLIT_NAMES = ("train", "valid", "val", "test", "dev-set", "my_test", "train_1", "latest")
FILES = (
    "1.jpg", "10.jpg", "2.JPG", "a.jpeg", "ä.png", "._x.png", "b.gif", "c.BMP", "n.txt", "w.webp",
    "t.tiff", "xjpg", "p.ppm", ".jpg", "z.PNG", "q.tif", "m.jpg.txt", "r.avif", "v.pgm", "no",
    "train_3.jpg", "e.jpg.", "s.heic",
)  # fmt: skip

Answer = list[list[str]] | None


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table."""

    library: str
    function: str
    calls: int
    refused: int
    mismatches: int


def grow(root: Path, rng: random.Random, *, splits: bool) -> None:
    """Make a random tree: nesting, Unicode, case, linked and broken files, empty folders."""
    names = (*NAMES, *SPLIT_NAMES) if splits else NAMES
    for name in rng.sample(names, rng.randint(1, 5)):
        folders = [root / name]
        folders[0].mkdir()
        for _ in range(rng.choice((0, 0, 1, 3))):
            nested = rng.choice(folders) / rng.choice(names)
            nested.mkdir(exist_ok=True)
            folders.append(nested)
        for folder in folders:
            for file in rng.sample(FILES, rng.randint(0, 9)):
                if not (folder / file).exists():
                    (folder / file).touch()
    if rng.random() < 0.3:
        (root / "loose.jpg").touch()
    files = [file for file in root.rglob("*") if file.is_file()]
    if files and rng.random() < 0.4:
        (files[0].parent / "linked.png").symlink_to(rng.choice(files))
    if files and rng.random() < 0.3:
        (files[0].parent / "broken.jpg").symlink_to(root / "nowhere.jpg")


# --------------------------------------------------------------------------- one trial per library


def image_folder(root: Path, rng: random.Random) -> tuple[Answer, Answer]:
    """`torchvision.datasets.ImageFolder`."""
    _import_torchvision()
    from torchvision.datasets import ImageFolder

    def real() -> list[list[str]]:
        dataset = ImageFolder(str(root))
        return [[f"{_below(root, path)} {label}" for path, label in dataset.samples]]

    def ours() -> list[list[str]]:
        return [_described(list_items(root, Listing.IMAGE_FOLDER))]

    return _real(real), _answer(ours)


def hugging_face_files(root: Path, rng: random.Random) -> tuple[Answer, Answer]:
    """`load_dataset("imagefolder")`: files and labels of each split."""
    import datasets

    datasets.disable_progress_bars()

    def real() -> list[list[str]]:
        cache = str(root.parent / "cache")
        loaded = datasets.load_dataset("imagefolder", data_dir=str(root), cache_dir=cache)
        answer = []
        for split in sorted(loaded):
            part = loaded[split].cast_column("image", datasets.Image(decode=False))
            names = part.features["label"].names if "label" in part.features else None
            answer.append([split, *_labelled(root, part, names)])
        return answer

    def ours() -> list[list[str]]:
        listed = huggingface_replay.list_image_folder(root)
        return [[split, *_described(listed[split])] for split in sorted(listed)]

    return _real(real), _answer(ours)


def _described(items: Items) -> list[str]:
    if items.labels is None:
        return list(items.paths)
    return [f"{p} {label}" for p, label in zip(items.paths, items.labels.tolist(), strict=True)]


def _labelled(root: Path, part: Iterable[dict[str, object]], names: list[str] | None) -> list[str]:
    paths = [(_below(root, row["image"]["path"]), row.get("label")) for row in part]
    return [path if names is None else f"{path} {names[label]}" for path, label in paths]


def fastai_from_folder(root: Path, rng: random.Random) -> tuple[Answer, Answer]:
    """`get_image_files` and the splitter of `ImageDataLoaders.from_folder`."""
    _import_torchvision()
    from fastai.data.transforms import RandomSplitter, get_image_files

    seed, share = rng.randrange(2**32), rng.choice((0.1, 0.2, 0.25, 0.3))

    def real() -> list[list[str]]:
        files = get_image_files(root)
        return [
            [_below(root, files[int(i)]) for i in part]
            for part in RandomSplitter(share, seed)(files)
        ]

    from inspector.splits.generators import RandomSource

    params = FromFolderParams(valid_pct=share, source=RandomSource(seed))
    return _real(real), _ours(root, Listing.FASTAI, SplitFunction.FROM_FOLDER, params)


def split_folders(root: Path, rng: random.Random) -> tuple[Answer, Answer]:
    """`splitfolders.ratio` and `splitfolders.fixed`: which files were copied where."""
    import splitfolders

    formats = rng.choice(((), (), (".jpg", ".png")))
    common = {
        "seed": rng.choice((1337, 0, 42, rng.randrange(2**40))),
        "shuffle": rng.random() < 0.85,
        "group": rng.choice(("", "", "", "stem")),
    }
    by_ratio = rng.random() < 0.6
    ratio = rng.choice(((0.8, 0.1, 0.1), (0.8, 0.2), (0.7, 0.15, 0.15), (0.5, 0.2, 0.2)))
    fixed = rng.choice(((1,), (1, 1), (2, 1), (1, 1, 1), (3,)))
    params = SplitFoldersParams(
        ratio=ratio, fixed=() if by_ratio else fixed, formats=formats, **common
    )

    def real() -> list[list[str]]:
        with tempfile.TemporaryDirectory() as target:
            given = {**common, "group": common["group"] or None, "formats": list(formats) or None}
            if by_ratio:
                splitfolders.ratio(str(root), target, ratio=ratio, **given)
            else:
                splitfolders.fixed(str(root), target, fixed=list(fixed), **given)
            return _copied(Path(target), ("train", "val", "test"))

    ours = _ours(root, Listing.SPLIT_FOLDERS, SplitFunction.SPLIT_FOLDERS, params)
    return _real(real), _as_sets(ours)


def ultralytics_classify(root: Path, rng: random.Random) -> tuple[Answer, Answer]:
    """`split_classify_dataset`: which files were copied where."""
    from ultralytics.data.split import split_classify_dataset

    ratio = rng.choice((0.5, 0.7, 0.8, 0.9))

    def real() -> list[list[str]]:
        return _copied(split_classify_dataset(root, ratio), ("train", "val"))

    params = ClassifySplitParams(ratio)
    ours = _ours(root, Listing.ULTRALYTICS, SplitFunction.SPLIT_CLASSIFY, params)
    return _real(real), _as_sets(ours)


# --------------------------------------------------------------------------- helpers


def _ours(root: Path, listing: Listing, function: SplitFunction, params: Params) -> Answer:
    def run() -> list[list[str]]:
        items = list_items(root, listing)
        split = replay(items, SplitCall(function, params))
        return [[items.paths[i] for i in part.indices.tolist()] for part in split.parts]

    return _answer(run)


def _real(run: Callable[[], list[list[str]]]) -> Answer:
    """Return the real library's parts; None where it fails, in whatever way."""
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            return run()
    except Exception:  # Each library has its own.
        return None


def _answer(run: Callable[[], list[list[str]]]) -> Answer:
    """Return our parts; None where they are refused."""
    try:
        return run()
    except InspectorError:
        return None


def _as_sets(answer: Answer) -> Answer:
    """Sort each part: copies on disk have no order. A third part that is empty is none."""
    if answer is None:
        return None
    return [sorted(part) for part in (*answer, *[[]] * (3 - len(answer)))]


def _copied(target: Path, parts: tuple[str, ...]) -> list[list[str]]:
    return [
        sorted(
            file.relative_to(target / part).as_posix()
            for file in (target / part).rglob("*")
            if not file.is_dir()
        )
        for part in (*parts, "none")[:3]
    ]


def _below(root: Path, path: object) -> str:
    return Path(str(path)).relative_to(root).as_posix()


def _import_torchvision() -> None:
    """Import torchvision without its compiled operators, which may not fit this build of torch."""
    import torch

    try:
        import torchvision
    except RuntimeError:
        register = torch.library.register_fake
        torch.library.register_fake = lambda *_, **__: lambda function: function
        try:
            import torchvision  # noqa: F401
        finally:
            torch.library.register_fake = register


TRIALS = (
    ("torchvision", "ImageFolder", image_folder, False, 1),
    ("datasets", "load_dataset imagefolder", hugging_face_files, True, 4),
    ("fastai", "get_image_files + RandomSplitter", fastai_from_folder, False, 1),
    ("split-folders", "ratio, fixed", split_folders, False, 2),
    ("ultralytics", "split_classify_dataset", ultralytics_classify, False, 2),
)


def file_rows(calls: int) -> Iterator[Row]:
    """Yield a line per library; each call has a folder of its own."""
    logging.disable(logging.CRITICAL)
    for library, function, trial, splits, divisor in TRIALS:
        rng = random.Random(calls)
        refused = mismatches = 0
        number = max(1, calls // divisor)
        for _ in range(number):
            with tempfile.TemporaryDirectory() as temporary:
                root = Path(temporary).resolve() / "data"
                root.mkdir()
                grow(root, rng, splits=splits)
                real, ours = trial(root, rng)
            refused += real is None and ours is None
            if real != ours:
                mismatches += 1
                if mismatches < 4:
                    print(library, "\n real", real, "\n ours", ours)
        version = importlib.metadata.version(library)
        yield Row(f"{library} {version}", function, number, refused, mismatches)
