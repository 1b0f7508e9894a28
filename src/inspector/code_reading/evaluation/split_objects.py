"""Models of splitting functions of scikit-learn, PyTorch, Hugging Face and others."""

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from inspector.code_reading.evaluation.file_values import files_in, files_of, folder_of
from inspector.code_reading.evaluation.host import Host
from inspector.code_reading.evaluation.objects import (
    Action,
    DataSet,
    Event,
    HfParts,
    LoaderName,
    Source,
    SplitSides,
    Splitter,
    StreamValue,
)
from inspector.code_reading.evaluation.random_draws import by_name
from inspector.code_reading.evaluation.sizes import Size
from inspector.code_reading.evaluation.torch.torch_calls import TorchCalls
from inspector.code_reading.evaluation.value_text import joined_path, shown, text_of
from inspector.code_reading.evaluation.values import (
    MISSING,
    Arguments,
    DictBox,
    ObjectBox,
    PartText,
    PathText,
    Ref,
    Unknown,
)

SPLITTERS: Final = {
    "KFold": LoaderName.K_FOLD,
    "StratifiedKFold": LoaderName.STRATIFIED_K_FOLD,
    "GroupKFold": LoaderName.GROUP_K_FOLD,
    "StratifiedGroupKFold": LoaderName.STRATIFIED_GROUP_K_FOLD,
    "ShuffleSplit": LoaderName.SHUFFLE_SPLIT,
    "StratifiedShuffleSplit": LoaderName.STRATIFIED_SHUFFLE_SPLIT,
    "GroupShuffleSplit": LoaderName.GROUP_SHUFFLE_SPLIT,
    "RepeatedKFold": LoaderName.REPEATED_K_FOLD,
    "RepeatedStratifiedKFold": LoaderName.REPEATED_STRATIFIED_K_FOLD,
}
_PLACES: Final = {
    LoaderName.K_FOLD: ("n_splits",),
    LoaderName.STRATIFIED_K_FOLD: ("n_splits",),
    LoaderName.GROUP_K_FOLD: ("n_splits",),
    LoaderName.STRATIFIED_GROUP_K_FOLD: ("n_splits", "shuffle", "random_state"),
    LoaderName.SHUFFLE_SPLIT: ("n_splits",),
    LoaderName.STRATIFIED_SHUFFLE_SPLIT: ("n_splits",),
    LoaderName.GROUP_SHUFFLE_SPLIT: ("n_splits",),
    LoaderName.FASTAI_RANDOM: ("valid_pct", "seed"),
    LoaderName.FASTAI_FOLDERS: ("train_name", "valid_name"),
}
_FASTAI_PLACES: Final = {
    "from_folder": ("path", "train", "valid", "valid_pct", "seed"),
    "from_name_func": ("path", "fnames", "label_func", "valid_pct", "seed"),
    "from_name_re": ("path", "fnames", "pat", "valid_pct", "seed"),
    "from_path_func": ("path", "fnames", "label_func", "valid_pct", "seed"),
    "from_path_re": ("path", "fnames", "pat", "valid_pct", "seed"),
    "from_df": ("df", "path", "valid_pct", "seed"),
    "from_csv": ("path", "csv_fname", "header", "delimiter", "valid_pct", "seed"),
}
_SPLIT_FOLDERS: Final = {
    "ratio": ("input", "output", "seed", "ratio", "group_prefix", "move"),
    "fixed": ("input", "output", "seed", "fixed", "oversample", "group_prefix", "move"),
}


_TABLE_FORMATS: Final = ("csv", "json", "parquet", "pandas", "arrow", "text", "webdataset")
_LEARNERS: Final = ("vision_learner", "cnn_learner", "Learner", "unet_learner")


def _is_loaders(value: object) -> bool:
    return isinstance(value, StreamValue) and value.text == "dataloaders"


@dataclass(frozen=True, slots=True, eq=False)
class DataBlock:
    """fastai's DataBlock with its splitter."""

    splitter: object


class SplitCalls(TorchCalls):
    """Calls of splitting libraries, with the state of their global generators."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._reseeded = 0
        self._roots: dict[str, Callable[[Ref, Arguments, ast.AST], object]] = {
            "sklearn": self._sklearn,
            "torch": self._torch,
            "datasets": self._hugging_face,
            "fastai": self._fastai,
            "splitfolders": self._split_folders,
            "split_folders": self._split_folders,
            "ultralytics": self._ultralytics,
            "tensorflow_datasets": self._tfds,
            "pandas": self._pandas,
            "random": self._random,
            "time": self._clock,
            "numpy": self._random,
            **dict.fromkeys(("torchvision", "albumentations", "keras_cv", "imgaug"), self._vision),
        }

    def call(self, ref: Ref, given: Arguments, node: ast.AST) -> object:
        """Call a function of one of these libraries; MISSING if it is not modelled."""
        known = self._roots.get(ref.root)
        return MISSING if known is None else known(ref, given, node)

    def _clock(self, ref: Ref, given: Arguments, node: ast.AST) -> object:
        if ref.last not in ("time", "time_ns"):
            return MISSING
        self._numbers += 1
        return Unknown(text_of(node), "it is the time of the run", draw=-self._numbers)

    def _split_folders(self, ref: Ref, given: Arguments, node: ast.AST) -> object:
        if ref.last not in _SPLIT_FOLDERS:
            return MISSING
        arguments = by_name(_SPLIT_FOLDERS[ref.last], given)
        arguments["kind"] = ref.last
        shares = arguments.get(ref.last, (0.8, 0.1, 0.1) if ref.last == "ratio" else (100, 100))
        source = self._source(LoaderName.SPLIT_FOLDERS, arguments, given, node)
        given_sides = len(self._host.listed(shares) or ())
        rest = ref.last == "fixed" and given_sides < 3  # What is left goes to training.
        self._emit_sides(source, max(2, given_sides + rest))
        return None

    def _ultralytics(self, ref: Ref, given: Arguments, node: ast.AST) -> object:
        if ref.last not in ("split_classify_dataset", "autosplit"):
            return MISSING
        arguments = by_name(("source_dir", "train_ratio"), given)
        self._emit_both(self._source(LoaderName.ULTRALYTICS, arguments, given, node))
        folder = arguments.get("source_dir")
        known = shown(folder) if ref.last == "split_classify_dataset" else None
        return PathText(f"{known}_split") if isinstance(known, str) else Unknown(text_of(node))

    def _emit_both(self, source: Source) -> tuple[DataSet, DataSet]:
        """Emit both parts, for a call that splits without returning anything."""
        one, two = self._emit_sides(source, 2)
        return one, two

    def _emit_sides(self, source: Source, count: int) -> list[DataSet]:
        sides = [DataSet(source).after("part", i) for i in range(count)]
        for data in sides:
            self._host.emit(Event(Action.MADE, source.place, data))
        return sides

    # scikit-learn

    def _sklearn(self, ref: Ref, given: Arguments, node: ast.AST) -> object:
        if ref.last == "train_test_split":
            return self.train_test_split(given, node)
        if ref.last in SPLITTERS:
            loader = SPLITTERS[ref.last]
            arguments = by_name(_PLACES.get(loader, ()), given)
            return Splitter(loader, self._host.place, node, arguments, given.open)
        if ref.name == "sklearn.utils.shuffle" and given.places:
            seed = given.names.get("random_state")
            shared = seed is None and "numpy" in self._seeds
            seed = self._draw("numpy") if shared else seed
            shuffled = [self._shuffled(v, seed, node, shared=shared) for v in given.places]
            return shuffled[0] if len(shuffled) == 1 else tuple(shuffled)
        if ref.name == "sklearn.utils.resample" and given.places:
            copied = given.get(9, "replace", True) is not False
            drawn = [self._resampled(v, node, copied=copied) for v in given.places]
            return drawn[0] if len(drawn) == 1 else tuple(drawn)
        if ref.last == "load_files":
            return files_in(self._host, given.get(0, "container_path"), node)
        return MISSING

    def _shuffled(
        self, value: object, seed: object, node: ast.AST, *, shared: bool = False
    ) -> object:
        data = files_of(self._host, value, node)
        if data is None:
            return value
        return data.after("shuffle", seed, False, "numpy.random", shared)

    def _resampled(self, value: object, node: ast.AST, *, copied: bool) -> object:
        """Return what resample() draws of a list: with replacement, one item several times."""
        data = files_of(self._host, value, node)
        if data is None:
            return value
        return data.after("copies" if copied else "filter", text_of(node))

    def train_test_split(self, given: Arguments, node: ast.AST) -> object:
        """Call scikit-learn's train_test_split."""
        arguments = dict(given.names)
        if arguments.get("random_state") is None and "random_state" not in arguments:
            arguments |= {"random_state": None}
        if arguments["random_state"] is None and "numpy" in self._seeds:
            arguments |= {"random_state": self._draw("numpy"), "shared": True}
        parents = [files_of(self._host, v, node) for v in given.places]
        parent = next((p for p in parents if p is not None), None)
        source = self._source(LoaderName.TRAIN_TEST_SPLIT, arguments, given, node, parent)
        parts: list[object] = []
        for i in range(len(given.places)):
            data = DataSet(source, derived=i > 0)
            parts += [data.after("part", 0), data.after("part", 1)]
        return tuple(parts) if parts else SplitSides(source)

    def split(self, splitter: Splitter, given: Arguments, node: ast.AST) -> object:
        """Call `split` of a cross-validator."""
        parent = files_of(self._host, given.get(0, "X"), node)
        source = Source(
            splitter.loader, splitter.place, node, splitter.arguments, {}, splitter.open, parent,
            choice=self._host.choice,
        )  # fmt: skip
        sides = (DataSet(source).after("part", 0), DataSet(source).after("part", 1))
        return StreamValue(sides, text_of(node))

    # Hugging Face, fastai, tensorflow_datasets, pandas

    def _hugging_face(self, ref: Ref, given: Arguments, node: ast.AST) -> object:
        if ref.last == "DatasetDict":
            return self._named_splits(given)
        if ref.last in ("concatenate_datasets", "interleave_datasets"):
            parts = self._host.listed(given.get(0, "dsets")) or ()
            first = next(iter(parts), None)
            if not isinstance(first, DataSet):
                return MISSING
            whole = self.joined(first, parts)
            return whole if whole is not first else first.after("concatenate", text_of(node))
        if ref.last != "load_dataset":
            return MISSING
        arguments = by_name(("path", "name", "data_dir"), given)
        if arguments.get("path") in _TABLE_FORMATS:
            arguments["table"] = arguments.pop("path")
        if arguments.get("path") == "imagefolder":
            arguments.pop("path")
            files = arguments.get("data_files")
            if isinstance(files, DictBox) and not files.open and "data_dir" not in arguments:
                return self._of_patterns(arguments, files, given, node)
            if isinstance(files, str | PartText | PathText):
                arguments.setdefault("data_dir", folder_of(files))
        source = self._source(LoaderName.HF_DATASET, arguments, given, node)
        split = arguments.get("split")
        if split is None:
            return HfParts(source, ())
        return self._sliced(source, split)

    def _of_patterns(
        self, arguments: dict[str, object], files: DictBox, given: Arguments, node: ast.AST
    ) -> object:
        """Call load_dataset with one pattern of files for each split."""
        parts: dict[str, object] = {}
        for name, pattern in files.data.items():
            own = {**arguments, "data_files": pattern, "data_dir": folder_of(pattern)}
            source = self._source(LoaderName.HF_DATASET, own, given, node)
            source.arguments.pop("split", None)
            parts[str(name)] = DataSet(source).after("part", "train")
        split = arguments.get("split")
        if isinstance(split, str) and split in parts:
            return parts[split]
        source = self._source(LoaderName.HF_DATASET, arguments, given, node)
        return HfParts(source, tuple(parts), tuple(parts.items()))

    def _named_splits(self, given: Arguments) -> object:
        """Call DatasetDict: its keys are the names of the splits."""
        first = given.get(0, "splits")
        splits: dict[object, object] = dict(first.data) if isinstance(first, DictBox) else {}
        splits.update(given.names)
        for name, data in splits.items():
            if isinstance(data, DataSet):
                self._host.emit(Event(Action.NAME, self._host.place, data, name=str(name)))
        return DictBox(splits)

    def hf_split(self, data: DataSet, given: Arguments, node: ast.AST) -> object:
        """Call Dataset.train_test_split of Hugging Face."""
        arguments = by_name(("test_size", "train_size", "shuffle"), given)
        if arguments.get("seed") is None and "numpy" in self._seeds:
            arguments["seed"] = self._draw("numpy")
        source = self._source(LoaderName.HF_SPLIT, arguments, given, node, data)
        for name in ("train", "test"):
            self._host.emit(Event(Action.MADE, source.place, DataSet(source).after("part", name)))
        return HfParts(source, ("train", "test"))

    def _sliced(self, source: Source, split: object) -> object:
        items = self._host.listed(split) if not isinstance(split, str) else [split]
        if items is None:
            return SplitSides(source)
        parts = tuple(
            DataSet(source).after("part", v if isinstance(v, str) else "?") for v in items
        )
        return parts[0] if isinstance(split, str) else parts

    def _tfds(self, ref: Ref, given: Arguments, node: ast.AST) -> object:
        if ref.last == "as_numpy":
            return given.get(0, "dataset")
        if ref.last != "load":
            return MISSING
        arguments = by_name(("name",), given)
        source = self._source(LoaderName.TFDS, arguments, given, node)
        split = arguments.get("split")
        data = HfParts(source, ()) if split is None else self._sliced(source, split)
        return (data, Unknown("info")) if arguments.get("with_info") is True else data

    def _fastai(self, ref: Ref, given: Arguments, node: ast.AST) -> object:
        if ref.last == "set_seed":
            self._reseeded += 1
            return None
        if ref.last in ("RandomSplitter", "GrandparentSplitter"):
            loader = LoaderName(ref.last)
            arguments = by_name(_PLACES[loader], given)
            return Splitter(loader, self._host.place, node, arguments, given.open)
        if ref.last == "DataBlock":
            return DataBlock(given.names.get("splitter"))
        if ref.last in _FASTAI_PLACES and "ImageDataLoaders" in ref.name:
            arguments = by_name(_FASTAI_PLACES[ref.last], given)
            arguments |= {"kind": ref.last, "reseeded": self._reseeded}
            if "folder" in given.names:
                arguments["path"] = joined_path([arguments.get("path"), given.names["folder"]])
            return self._loaders(
                self._source(LoaderName.FASTAI_FROM_FOLDER, arguments, given, node)
            )
        if ref.last in _LEARNERS and _is_loaders(given.get(0, "dls")):
            return ObjectBox(None, {"dls": given.get(0, "dls")})
        if ref.last == "RandomSubsetSplitter":
            return Unknown(text_of(node))
        return MISSING

    def _loaders(self, source: Source) -> object:
        return StreamValue(self._emit_both(source), "dataloaders")

    def data_block(self, block: DataBlock, given: Arguments, node: ast.AST) -> object:
        """Call DataBlock.dataloaders."""
        arguments: dict[str, object] = {}
        if not isinstance(block.splitter, Splitter):
            loader = LoaderName.FASTAI_RANDOM
            if block.splitter is not None:
                arguments = {"valid_col": block.splitter}
        else:
            loader, arguments = block.splitter.loader, block.splitter.arguments
        arguments = {
            **arguments, "path": given.get(0, "source"), "reseeded": self._reseeded,
        }  # fmt: skip
        return self._loaders(self._source(loader, arguments, given, node))

    def _pandas(self, ref: Ref, given: Arguments, node: ast.AST) -> object:
        if ref.last.startswith("read_"):
            table = given.get(0, "filepath_or_buffer")
            source = self._source(LoaderName.FILES, {"table": table}, given, node)
            return DataSet(source)
        if ref.last in ("DataFrame", "Series", "concat"):
            return self._table(ref, given, node)
        return MISSING

    def _table(self, ref: Ref, given: Arguments, node: ast.AST) -> object:
        """Call DataFrame, Series or concat."""
        value = given.get(0, "data", given.names.get("objs"))
        data = files_of(self._host, value, node)
        if data is None:
            return DataSet(self._source(LoaderName.FILES, {"table": None}, given, node))
        parts = self._host.listed(value) or () if ref.last == "concat" else ()
        if any(isinstance(p, DataSet) and p.has("copies") for p in parts):
            data = data.after("copies")
        elif ref.last == "concat" and len(parts) > 1:
            data = data.after("concatenate", text_of(node), line=getattr(node, "lineno", 0))
        return data.after("frame")

    def sample(self, data: DataSet, given: Arguments, node: ast.AST) -> object:
        """Call DataFrame.sample."""
        arguments = by_name(("n", "frac", "replace", "weights", "random_state"), given)
        if arguments.get("random_state") is None and "numpy" in self._seeds:
            self._draw("numpy")
        if arguments.get("frac") in (1, 1.0):
            return data.after("shuffle", arguments.get("random_state"), False)
        source = self._source(LoaderName.PANDAS_SAMPLE, arguments, given, node, data)
        return DataSet(source).after("part", 0)


_SLICE: Final = re.compile(r"^\s*([\w-]+)\s*(?:\[(-?\d*)%?\s*:\s*(-?\d*)(%?)\s*\])?\s*$")


def slice_share(text: str) -> tuple[str, float | None]:
    """Return the split name of "train[:80%]" and its share; None if unknown."""
    match = _SLICE.match(text)
    if match is None:
        return text.partition("[")[0], None
    name, low, high, percent = match.groups()
    if low is None and high is None:
        return name, 1.0
    if not percent and "%" not in text:
        return name, None
    first, last = float(low or 0), float(high or 100)
    first, last = first + 100 * (first < 0), last + 100 * (last < 0)
    return name, round((last - first) / 100, 10)


def folder_text(value: object) -> object:
    """Return a path as text."""
    return value.text if isinstance(value, PathText) else value


def share_of(value: object, lengths: tuple[object, ...]) -> float | None:
    """Return a length as a share of the sum of all; None if unknown."""
    if isinstance(value, Size):
        return value.share
    numbers = [v for v in lengths if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(numbers) != len(lengths) or not isinstance(value, int | float) or sum(numbers) <= 0:
        return None
    return value / sum(numbers)
