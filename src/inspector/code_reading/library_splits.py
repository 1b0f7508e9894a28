"""Splits by scikit-learn, PyTorch and others in code, ready to be replayed on listed files."""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Final

from inspector.code_reading.evaluation.keras_objects import TF_DATA
from inspector.code_reading.evaluation.objects import DataSet, DatasetStep, LoaderName, Source
from inspector.code_reading.evaluation.sizes import Size
from inspector.code_reading.evaluation.value_text import shown
from inspector.code_reading.evaluation.values import (
    ListBox,
    PartText,
    PathText,
    Unknown,
    is_known,
    is_scalar,
)
from inspector.errors import UsageError
from inspector.splits.generators import RandomSource
from inspector.splits.listings import Listing
from inspector.splits.other_replays import PARAMS, SplitCall, SplitFunction, split_call
from inspector.splits.replayed import ReplayGap, UnreplayableError

_FUNCTIONS: Final[Mapping[LoaderName, SplitFunction]] = {
    LoaderName.TRAIN_TEST_SPLIT: SplitFunction.TRAIN_TEST_SPLIT,
    LoaderName.SHUFFLE_SPLIT: SplitFunction.SHUFFLE_SPLIT,
    LoaderName.STRATIFIED_SHUFFLE_SPLIT: SplitFunction.STRATIFIED_SHUFFLE_SPLIT,
    LoaderName.GROUP_SHUFFLE_SPLIT: SplitFunction.GROUP_SHUFFLE_SPLIT,
    LoaderName.K_FOLD: SplitFunction.KFOLD,
    LoaderName.STRATIFIED_K_FOLD: SplitFunction.STRATIFIED_KFOLD,
    LoaderName.GROUP_K_FOLD: SplitFunction.GROUP_KFOLD,
    LoaderName.STRATIFIED_GROUP_K_FOLD: SplitFunction.STRATIFIED_GROUP_KFOLD,
    LoaderName.REPEATED_K_FOLD: SplitFunction.REPEATED_KFOLD,
    LoaderName.REPEATED_STRATIFIED_K_FOLD: SplitFunction.REPEATED_STRATIFIED_KFOLD,
    LoaderName.RANDOM_SPLIT: SplitFunction.RANDOM_SPLIT,
    LoaderName.SLICES: SplitFunction.INDEX_CUT,
    LoaderName.HF_SPLIT: SplitFunction.HUGGING_FACE,
    LoaderName.PANDAS_SAMPLE: SplitFunction.PANDAS_SAMPLE,
    LoaderName.FASTAI_RANDOM: SplitFunction.RANDOM_SPLITTER,
    LoaderName.FASTAI_FOLDERS: SplitFunction.GRANDPARENT_SPLITTER,
    LoaderName.FASTAI_FROM_FOLDER: SplitFunction.FROM_FOLDER,
    LoaderName.SPLIT_FOLDERS: SplitFunction.SPLIT_FOLDERS,
    LoaderName.ULTRALYTICS: SplitFunction.SPLIT_CLASSIFY,
    LoaderName.FIT_SPLIT: SplitFunction.FIT,
}
_LISTINGS: Final[Mapping[LoaderName, Listing]] = {
    LoaderName.IMAGE_FOLDER: Listing.IMAGE_FOLDER,
    LoaderName.HF_DATASET: Listing.HUGGING_FACE,
    LoaderName.FASTAI_RANDOM: Listing.FASTAI,
    LoaderName.FASTAI_FOLDERS: Listing.FASTAI,
    LoaderName.FASTAI_FROM_FOLDER: Listing.FASTAI,
    LoaderName.SPLIT_FOLDERS: Listing.SPLIT_FOLDERS,
    LoaderName.ULTRALYTICS: Listing.ULTRALYTICS,
}
_NOT_FOLLOWED: Final = (
    "take", "skip", "shard", "filter", "slice", "concatenate", "select", "query", "dropna",
    "sort_values", "merge", "drop",
)  # fmt: skip
_CHOOSES: Final = ("is_valid_file", "extensions", "allow_empty")
_STRATIFIES: Final = ("stratify", "stratify_by_column")


@dataclass(frozen=True, slots=True)
class ListedFiles:
    """What a split reads: a listing of a folder.

    Attributes:
        folder: As in the code.
        pattern: Of paths within the folder, such as "*/*.jpg"; "" for all.
        split: For Hugging Face, the name of the split.
        endings: Only paths with one of these suffixes, if not empty.
        any_case: True if suffixes match in any case.
        by_parts: True if sorted part by part, as pathlib paths are.
        hidden: True if wildcards match names with a leading dot.
    """

    folder: str
    listing: Listing
    pattern: str = ""
    split: str = "train"
    endings: tuple[str, ...] = ()
    any_case: bool = False
    by_parts: bool = False
    hidden: bool = False

    def takes(self, path: str) -> bool:
        """Tell whether a path of the folder matches the pattern, as in glob."""
        name = path.lower() if self.any_case else path
        if self.endings and not name.endswith(self.endings):
            return False
        if not self.pattern:
            return True
        parts, pattern = PurePosixPath(path).parts, PurePosixPath(self.pattern).parts
        return (self.hidden or not _skips_hidden(parts, pattern)) and _fits(parts, pattern)


def _fits(parts: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    if not pattern:
        return not parts
    if pattern[0] == "**":
        return any(_fits(parts[i:], pattern[1:]) for i in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _fits(parts[1:], pattern[1:])


def _skips_hidden(parts: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    """Tell whether glob skips a path because one of its names has a leading dot."""
    written = {name for name in pattern if name.startswith(".")}
    return any(p.startswith(".") and not any(fnmatchcase(p, w) for w in written) for p in parts)


def is_replayed(loader: LoaderName) -> bool:
    """Tell whether a split of this kind can be replayed."""
    return loader in _FUNCTIONS


def listed_files(data: DataSet, folder: str) -> ListedFiles:
    """Return the listing that a split reads.

    Args:
        data: What is split, or the split if it lists by itself.
        folder: Folder that it reads.

    Raises:
        UnreplayableError: The code takes the files in an order that only its disk tells.
        UsageError: The files come from a table.
    """
    loader = data.source.loader
    if loader in _FUNCTIONS and loader not in _LISTINGS:
        raise UsageError(
            f"{data.source.place.text}: what {loader.value} splits is not in the code",
            "Paste the lines that list the files too.",
        )
    if any(data.source.arguments.get(name) is not None for name in _CHOOSES):
        raise UnreplayableError(
            ReplayGap.UNSUPPORTED, "a function of the script chooses the files of ImageFolder"
        )
    pattern = shown(data.source.arguments.get("data_files", "**"))
    if loader is LoaderName.HF_DATASET and pattern.rpartition("/")[2] != "**":
        raise UnreplayableError(
            ReplayGap.UNSUPPORTED, "patterns of load_dataset choose the files of the folder"
        )
    if loader in _LISTINGS:
        part = data.part
        split = part.partition("[")[0] if isinstance(part, str) else "train"
        return ListedFiles(folder, _LISTINGS[loader], split=split)
    if loader is not LoaderName.FILES or "table" in data.source.arguments:
        raise UsageError(
            "the rows of a table are split, and the table is not in the code",
            "Save which file is in which split as a CSV with the columns path and split, and give"
            " it with --list.",
        )
    _check_order(data)
    return _globbed_files(data, folder)


def _check_order(data: DataSet) -> None:
    """Raise `UnreplayableError` if the order of the files is not in the code."""
    if data.source.arguments.get("built") is True:
        raise UnreplayableError(
            ReplayGap.UNSUPPORTED, "a loop fills the list of files, and its order is not followed"
        )
    order = [s.name for s in data.steps if s.name in ("sorted", "sorted_by", "unordered")]
    if order[-1:] == ["unordered"]:
        raise UnreplayableError(
            ReplayGap.UNSORTED_LISTING, "the files come from a set, which has no order"
        )
    if order[-1:] == ["sorted_by"]:
        raise UnreplayableError(
            ReplayGap.UNSUPPORTED, "the files are sorted by a rule of the script's own"
        )
    if not order:
        raise UnreplayableError(
            ReplayGap.UNSORTED_LISTING,
            "the files are split in the order in which the disk lists them, which differs from"
            " computer to computer",
        )


def _globbed_files(data: DataSet, folder: str) -> ListedFiles:
    """Return the sorted listing of a glob pattern."""
    pattern = data.source.arguments.get("pattern")
    text = shown(pattern) if isinstance(pattern, str | PathText | PartText) else ""
    head = shown(data.source.arguments.get("directory"))
    inner = text.removeprefix(head).strip("/") if text.startswith(head) else ""
    suffixes = [s for s in data.steps if s.name == "suffix"]
    if len(suffixes) > 1:
        raise UnreplayableError(ReplayGap.UNSUPPORTED, "the files are filtered more than once")
    given = data.source.arguments
    endings, any_case = suffixes[0].values if suffixes else ((), False)
    assert isinstance(endings, tuple)
    return ListedFiles(
        folder, Listing.SORTED, inner, endings=tuple(str(e) for e in endings),
        any_case=any_case is True, by_parts=given.get("by_parts") is True,
        hidden=given.get("hidden") is True,
    )  # fmt: skip


def refuse_steps(data: DataSet) -> None:
    """Check that no step changes the files of a list in a way that is not modelled.

    Raises:
        UnreplayableError: There is such a step.
    """
    step = next((s for s in data.steps if s.name in _NOT_FOLLOWED), None)
    if step is not None:
        where = f"line {step.line}: " if step.line else ""
        raise UnreplayableError(
            ReplayGap.UNSUPPORTED,
            f"{where}{step.name} changes which files are in the list, and is not followed",
        )


def library_call(source: Source, count: int) -> SplitCall:
    """Return the call that splits `count` items.

    Raises:
        UsageError: A deciding value is not in the code.
    """
    function = _FUNCTIONS[source.loader]
    if source.arguments.get("valid_col") is not None:
        raise UsageError(
            f"{source.place.text}: a column of a table says which images are for validation",
            "Save the lists as a CSV with the columns path and split, and give it with --list.",
        )
    if source.arguments.get("kind", "from_folder") not in ("from_folder", "ratio", "fixed"):
        function = SplitFunction.RANDOM_SPLITTER
    if function is SplitFunction.INDEX_CUT:
        return _index_cut(source, count)
    taken = frozenset(PARAMS[function].__dataclass_fields__)
    keywords: dict[str, object] = {}
    for name, value in source.arguments.items():
        if name == "lengths":
            keywords[name] = _lengths(source, count)
        elif name in _STRATIFIES:
            keywords["stratify"] = value is not None
        elif name in ("random_state", "seed") or name in taken:
            keywords[name] = _plain(source, name, value, count)
    shared = RandomSource(shared=True) if source.arguments.get("shared") is True else None
    keywords = {k: v for k, v in keywords.items() if v is not None}
    return split_call(function, keywords, source=shared)


def _plain(source: Source, name: str, value: object, count: int) -> object:
    if isinstance(value, Size):
        return int(value.of(count))
    if isinstance(value, ListBox) and is_known(value):
        return tuple(value.data)
    if is_scalar(value) or (isinstance(value, tuple) and is_known(value)):
        return value
    why = f"{name} is {shown(value)}, whose value is not in the code"
    raise UsageError(
        f"{source.place.text}: {why}", f"Write the value of {name} there, or paste its line."
    )


def _lengths(source: Source, count: int) -> tuple[object, ...]:
    lengths = source.arguments["lengths"]
    if not isinstance(lengths, tuple) or any(isinstance(v, Unknown) for v in lengths):
        raise UsageError(
            f"{source.place.text}: the lengths are not in the code", "Write them as shares."
        )
    return tuple(_plain(source, "lengths", v, count) for v in lengths)


def _index_cut(source: Source, count: int) -> SplitCall:
    parent = source.parent
    cuts: list[int] = []
    for name in ("at", "to"):
        if name not in source.arguments:
            continue
        cut = _plain(source, "the cut", source.arguments[name], count)
        if not isinstance(cut, int):
            raise UsageError(f"{source.place.text}: the cut is no whole number", "Write it as one.")
        cuts.append(min(count, cut if cut >= 0 else max(0, count + cut)))
    return _shuffled_cut(parent, tuple(cuts))


def order_call(data: DataSet) -> SplitCall | None:
    """Return the call that shuffles a list before it is split, or None.

    Raises:
        UnreplayableError: It is shuffled more than once.
    """
    return _shuffled_cut(data, ()) if data.has("shuffle") else None


def _shuffled_cut(parent: DataSet | None, cuts: tuple[int, ...]) -> SplitCall:
    steps: tuple[DatasetStep, ...] = parent.steps if parent is not None else ()
    shuffles = [s for s in steps if s.name == "shuffle"]
    if len(shuffles) > 1:
        raise UnreplayableError(
            ReplayGap.GENERATOR_USED, "the list is shuffled more than once before it is cut"
        )
    keywords: dict[str, object] = {"cuts": cuts}
    if not shuffles:
        return split_call(SplitFunction.INDEX_CUT, {**keywords, "shuffler": "none"})
    values = shuffles[0].values
    if TF_DATA in values:
        raise UnreplayableError(ReplayGap.UNSUPPORTED, "tf.data shuffles the list before the split")
    seed = values[0] if values else None
    shuffler = values[2] if len(values) > 2 else "numpy.random"
    shared = values[3] if len(values) > 3 else False
    if isinstance(seed, Unknown):
        drawn = "has drawn" in seed.why
        raise UnreplayableError(
            ReplayGap.GENERATOR_USED if drawn else ReplayGap.NO_SEED,
            "other calls drew from the generator that shuffles the list before" if drawn
            else f"the seed that shuffles the list is not in the code ({seed.text[:60]})",
        )  # fmt: skip
    if isinstance(seed, int):
        keywords["seed"] = seed
    return split_call(
        SplitFunction.INDEX_CUT, {**keywords, "shuffler": shuffler},
        source=RandomSource(shared=bool(shared)),
    )  # fmt: skip
