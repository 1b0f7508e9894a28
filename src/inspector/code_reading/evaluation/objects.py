"""Values of the libraries' loaders, generators, layers and models, and events."""

import ast
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from inspector.code_reading.evaluation.sizes import Size
from inspector.code_reading.evaluation.values import MISSING, DictBox, ListBox, ValueBox
from inspector.code_reading.program import CodePlace


class LoaderName(StrEnum):
    """What makes a dataset or a split in the code."""

    DATASET = "image_dataset_from_directory"
    GENERATOR = "image_data_generator"
    DATAFRAME = "flow_from_dataframe"
    ARRAYS = "flow"
    SPLIT_DATASET = "split_dataset"
    FIT_SPLIT = "fit_validation_split"
    TFDS = "tfds.load"
    TRAIN_TEST_SPLIT = "train_test_split"
    SHUFFLE_SPLIT = "ShuffleSplit"
    STRATIFIED_SHUFFLE_SPLIT = "StratifiedShuffleSplit"
    GROUP_SHUFFLE_SPLIT = "GroupShuffleSplit"
    K_FOLD = "KFold"
    STRATIFIED_K_FOLD = "StratifiedKFold"
    GROUP_K_FOLD = "GroupKFold"
    STRATIFIED_GROUP_K_FOLD = "StratifiedGroupKFold"
    REPEATED_K_FOLD = "RepeatedKFold"
    REPEATED_STRATIFIED_K_FOLD = "RepeatedStratifiedKFold"
    IMAGE_FOLDER = "ImageFolder"
    TORCHVISION = "torchvision.datasets"
    """A built-in torchvision dataset, such as CIFAR10."""
    RANDOM_SPLIT = "random_split"
    SLICES = "slices"
    PANDAS_SAMPLE = "pandas.sample"
    HF_DATASET = "load_dataset"
    HF_SPLIT = "datasets.train_test_split"
    FASTAI_RANDOM = "RandomSplitter"
    FASTAI_FOLDERS = "GrandparentSplitter"
    FASTAI_FROM_FOLDER = "ImageDataLoaders.from_folder"
    SPLIT_FOLDERS = "splitfolders"
    ULTRALYTICS = "ultralytics"
    FILES = "files"
    """A list of files; no dataset by itself."""


FOLDER_LOADERS: Final = (LoaderName.DATASET, LoaderName.GENERATOR, LoaderName.DATAFRAME)
"""Keras's loaders that read a folder."""

FLOW_LOADERS: Final = (LoaderName.GENERATOR, LoaderName.DATAFRAME, LoaderName.ARRAYS)
"""Methods through which an ImageDataGenerator reads."""

SPLIT_LOADERS: Final = tuple(
    name for name in LoaderName
    if name not in (
        *FOLDER_LOADERS, LoaderName.ARRAYS, LoaderName.FILES, LoaderName.IMAGE_FOLDER,
        LoaderName.HF_DATASET, LoaderName.TFDS, LoaderName.TORCHVISION,
    )
)  # fmt: skip
"""Functions that split something that was listed before."""


@dataclass(frozen=True, slots=True, eq=False)
class Generator:
    """An ImageDataGenerator."""

    place: CodePlace
    node: ast.Call
    arguments: dict[str, object]
    open: str = ""

    def __post_init__(self) -> None:
        """Copy lists and dicts: the code may change them after the call."""
        _keep_as_they_are(self.arguments)


def _keep_as_they_are(arguments: dict[str, object]) -> None:
    for name, value in arguments.items():
        if isinstance(value, ListBox):
            arguments[name] = ListBox(value.data, is_set=value.is_set)
        elif isinstance(value, DictBox):
            arguments[name] = DictBox(value.data)
        else:
            continue
        arguments[name].open = value.open  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A call that makes a dataset, or splits one.

    Attributes:
        arguments: By name, without defaults.
        sources: Expressions of the arguments.
        open: Text of unpacked arguments that are unknown.
        parent: What is split or read.
        maker: The generator that reads.
        choice: Above 0 if the code may make one of several calls there.
    """

    loader: LoaderName
    place: CodePlace
    node: ast.AST
    arguments: dict[str, object] = field(default_factory=dict)
    sources: dict[str, ast.expr] = field(default_factory=dict)
    open: str = ""
    parent: "DataSet | None" = None
    maker: Generator | None = None
    choice: int = 0

    def __post_init__(self) -> None:
        """Copy lists and dicts: the code may change them after the call."""
        _keep_as_they_are(self.arguments)


@dataclass(frozen=True, slots=True)
class DatasetStep:
    """An operation on a dataset.

    Attributes:
        name: Name of the method, or "part" for a part of a split.
        values: For a part its number; for take and skip the count; for map the layers it applies;
            for "of" the dataset that the positions point into.
    """

    name: str
    values: tuple[object, ...] = ()
    line: int = 0


MEMBERSHIP: Final = ("part", "take", "skip", "shard", "filter", "slice", "concatenate")
"""Steps that decide which files a dataset contains."""


def _unordered(steps: tuple[DatasetStep, ...]) -> tuple[DatasetStep, ...]:
    """Leave out what ordered a list since its files were chosen last."""
    last = max((i for i, s in enumerate(steps) if s.name in MEMBERSHIP), default=-1)
    after = (s for s in steps[last + 1 :] if s.name not in ("shuffle", "sorted", "sorted_by"))
    return (*steps[: last + 1], *after)


@dataclass(frozen=True, slots=True)
class DataSet:
    """A dataset, a list of files or positions in it, with the steps since it was made.

    Attributes:
        derived: True if made from the items, such as labels, rather than the files themselves.
    """

    source: Source
    steps: tuple[DatasetStep, ...] = ()
    derived: bool = False

    def after(self, name: str, *values: object, line: int = 0) -> "DataSet":
        """Return the dataset after one more step."""
        if len(self.steps) > 60:
            return self
        if name == "sorted" and self.is_list:
            return DataSet(self.source, (*_unordered(self.steps), DatasetStep(name, values, line)),
                           self.derived)  # fmt: skip
        return DataSet(self.source, (*self.steps, DatasetStep(name, values, line)), self.derived)

    def has(self, *names: str) -> bool:
        """Tell whether one of these steps was taken."""
        return any(step.name in names for step in self.steps)

    @property
    def part(self) -> object:
        """The number or name of the part of a split; MISSING if it is none."""
        parts = (s.values[0] for s in self.steps if s.name == "part" and s.values)
        return next(parts, MISSING)

    @property
    def container(self) -> "DataSet | None":
        """The dataset that it holds positions of; None if it holds files itself."""
        of = next((s.values[0] for s in reversed(self.steps) if s.name == "of"), None)
        return of if isinstance(of, DataSet) else None

    @property
    def membership(self) -> tuple[DatasetStep, ...]:
        """The steps that decide which files it contains."""
        return tuple(s for s in self.steps if s.name in MEMBERSHIP)

    @property
    def number(self) -> int:
        """A number that stands for what `len` counts of it: its items, or its batches."""
        batched = sum(s.name == "batch" for s in self.steps)
        return hash((id(self.source), self.part, batched))

    @property
    def length(self) -> Size | None:
        """Its length, by that of what it is cut from; None where a cut has another count."""
        size = Size(1.0, ("n", self.number))
        for step in self.steps:
            if step.name not in ("take", "skip"):
                continue
            count = step.values[0] if step.values else None
            if not isinstance(count, Size):
                return None
            rest = Size(size.share - count.share, ("-", size.rule, count.rule))
            size = count if step.name == "take" else rest
        return size

    @property
    def is_list(self) -> bool:
        """Whether it is a Python list or an array rather than a dataset."""
        return self.source.loader in (
            LoaderName.FILES, LoaderName.TRAIN_TEST_SPLIT, LoaderName.SLICES,
            LoaderName.PANDAS_SAMPLE,
        ) or "Fold" in self.source.loader or "Shuffle" in self.source.loader  # fmt: skip


@dataclass(frozen=True, slots=True)
class Arrays:
    """Arrays of a built-in Keras dataset, such as mnist.

    Attributes:
        divided: The line that scales them to 0..1; 0 for none.
    """

    name: str
    part: str
    divided: int = 0


@dataclass(frozen=True, slots=True)
class ImageCopy:
    """An image that was flipped, rotated or the like after it was read.

    Attributes:
        of: The path of the image.
    """

    of: object


@dataclass(frozen=True, slots=True)
class StreamValue:
    """An iterable of unknown length.

    Attributes:
        item: A typical item.
        data: The dataset that the items come from, if any.
    """

    item: object
    text: str = ""
    data: "DataSet | None" = None


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A layer or transform.

    Attributes:
        family: "keras", "torchvision", "albumentations", "keras_cv", or "own".
    """

    name: str
    family: str
    place: CodePlace
    node: ast.AST
    places: tuple[object, ...]
    names: dict[str, object]


@dataclass(frozen=True, slots=True)
class Tensor:
    """The layers that were applied to a tensor, in order."""

    layers: tuple[object, ...] = ()


class StackBox(ValueBox):
    """Layers in sequence: a Sequential, a Compose, or a model.

    Attributes:
        loss: As passed to compile.
    """

    __slots__ = ("family", "loss", "place")
    data: list[object]

    def __init__(self, layers: list[object], family: str, place: CodePlace) -> None:
        self.data, self.open, self.family, self.place = list(layers), False, family, place
        self.loss: object = None


@dataclass(frozen=True, slots=True, eq=False)
class Splitter:
    """An object that splits: KFold and similar, or fastai's splitters."""

    loader: LoaderName
    place: CodePlace
    node: ast.AST
    arguments: dict[str, object]
    open: str = ""


class SeededGenerator(ValueBox):
    """A random generator with its state.

    Attributes:
        kind: Its library.
    """

    __slots__ = ("kind",)
    data: dict[str, object]

    def __init__(self, seed: object = None, kind: str = "torch") -> None:
        self.data, self.open, self.kind = {"seed": seed}, False, kind

    @property
    def seed(self) -> object:
        """The seed; None without one, unknown once numbers were taken."""
        return self.data["seed"]


@dataclass(frozen=True, slots=True)
class Positions:
    """A run of positions in a dataset: `range(n)` or `range(n, len(ds))`.

    Attributes:
        start: None for the start.
        stop: None for the end.
    """

    start: object = None
    stop: object = None


@dataclass(frozen=True, slots=True)
class HfParts:
    """A DatasetDict: datasets by split name.

    Attributes:
        assigned: Parts that the code has put there.
    """

    source: Source
    names: tuple[str, ...]
    assigned: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class SplitSides:
    """The sides of a split whose number is not known."""

    source: Source


class Action(StrEnum):
    """Kind of an event."""

    FIT = "fit"
    EVALUATE = "evaluate"
    PREDICT = "predict"
    NAME = "name"
    ITERATE = "iterate"
    COMPARE = "compare"
    MADE = "made"
    ADAPT = "adapt"
    SET = "set"
    TAKE = "take"
    SAVE = "save"
    LOAD = "load"
    """A model is loaded from a file."""
    STORE = "store"
    """A model is written to a file."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that the code does.

    Attributes:
        data: The dataset concerned; for fit the training data.
        validation: For fit.
        model: The model, for fit, evaluate and predict.
        name: The variable for a name; the attribute for a comparison or an assignment; the folder
            where an image is saved; the file of a model.
        options: Other arguments.
    """

    action: Action
    place: CodePlace
    data: object = None
    validation: object = None
    model: object = None
    name: str = ""
    options: dict[str, object] = field(default_factory=dict)
