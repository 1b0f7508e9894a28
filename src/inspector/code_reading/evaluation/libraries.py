"""Calls, attributes and items of what is not in the code: Python itself and libraries."""

import ast
from typing import Final

from inspector.code_reading.evaluation import options
from inspector.code_reading.evaluation.dataset_methods import DATASET_METHODS, DatasetMethods
from inspector.code_reading.evaluation.file_values import lines_of, saved
from inspector.code_reading.evaluation.host import Host
from inspector.code_reading.evaluation.images.image_follower import ImageFollower
from inspector.code_reading.evaluation.images.image_values import ImageValue
from inspector.code_reading.evaluation.keras_objects import (
    FLOWS,
    POSITIONS,
    call_keras,
    flow,
    on_tensor,
)
from inspector.code_reading.evaluation.model_calls import ModelCalls
from inspector.code_reading.evaluation.names import BARE_NAMES, COPIES, IMAGE_LAYERS
from inspector.code_reading.evaluation.objects import (
    Action,
    Arrays,
    DataSet,
    Event,
    Generator,
    HfParts,
    ImageCopy,
    Layer,
    LoaderName,
    SeededGenerator,
    Source,
    SplitSides,
    Splitter,
    StackBox,
    StreamValue,
    Tensor,
)
from inspector.code_reading.evaluation.python.functions import call_builtin
from inspector.code_reading.evaluation.python.methods import call_python_method
from inspector.code_reading.evaluation.python.usual_branches import DEFAULTS_NOTE
from inspector.code_reading.evaluation.sizes import Size
from inspector.code_reading.evaluation.split_objects import DataBlock, SplitCalls
from inspector.code_reading.evaluation.value_text import text_of
from inspector.code_reading.evaluation.values import (
    MISSING,
    Arguments,
    ClassBox,
    DictBox,
    Function,
    ListBox,
    Method,
    ObjectBox,
    PartText,
    PathText,
    Ref,
    Unknown,
)
from inspector.code_reading.program import Unread

_SAME_DATA: Final = (
    "iloc",
    "loc",
    "values",
    "index",
    "T",
    "imgs",
    "samples_list",
    "dataset",
    "array",
)
_ORDERED: Final = ("classes", "labels", "filenames", "filepaths", "file_paths", "targets")
_SIZES: Final = ("samples", "n", "num_rows")
_MEASURES: Final = ("shape", "size", "mode", "width", "height", "ndim", "dtype", "format")
_LOADER_NAMES: Final = (
    "image_dataset_from_directory", "ImageDataGenerator", "split_dataset", "train_test_split",
    "random_split", "ImageFolder",
)  # fmt: skip
_NOT_FOLLOWED: Final = (
    "timm.data.create_dataset", "webdataset.WebDataset", "tensorflow.data.TFRecordDataset",
    "deeplake.load", "ffcv.loader.Loader", "torchdata.datapipes.iter.FileLister",
)  # fmt: skip
"""Loaders of other libraries whose files are not known here."""

_SETTINGS: Final = ("get", "getint", "getfloat", "getboolean")
_WRITES: Final = ("imwrite", "imsave", "save_img")
_COPIES_FILES: Final = ("copy", "copy2", "copyfile")
_IMAGE_CALLS: Final = (
    "imread", "open", "resize", "cvtColor", "load_img", "img_to_array", "astype", "GaussianBlur",
    "blur", "medianBlur", "addWeighted", "convertScaleAbs",
)  # fmt: skip


_SAME_LEARNER: Final = (
    "to_fp16", "to_native_fp16", "to_fp32", "load", "add_cb", "add_cbs", "remove_cb",
)  # fmt: skip

_TABLE_METHODS: Final = (
    *DATASET_METHODS, "head", "tail", "info", "describe", "groupby", "value_counts", "iterrows",
    "itertuples", "items", "keys", "values", "columns", "shape", "dtypes", "plot", "hist", "isin",
    "isna", "isnull", "notna", "notnull", "fillna", "unique", "nunique", "to_csv", "to_dict",
    "to_json", "to_pickle", "to_parquet", "rename", "replace", "pop", "pivot", "melt", "explode",
    "join", "append", "insert", "sum", "mean", "std", "min", "max", "count", "nlargest", "where",
    "applymap", "pipe", "agg", "aggregate", "transform", "corr", "sort_index", "drop_duplicates",
    "duplicated", "str", "dt", "cat", "iat", "at", "empty", "size", "ndim", "index", "filter",
    "squeeze", "pivot_table", "eq", "ne", "split", "select_dtypes", "between", "clip", "round",
    "first", "last", "idxmax", "idxmin", "rank", "cumcount", "cumsum", "ngroup", "style",
)  # fmt: skip
"""What is no column of a table."""


class Libraries:
    """Models of everything that is not in the code, queried by the evaluator.

    Attributes:
        images: Follows operations on images; None where not requested.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self.images: ImageFollower | None = None
        self.splits = SplitCalls(host)
        self._datasets = DatasetMethods(host, self.splits)
        self._models = ModelCalls(host)
        self.generators: list[Generator] = []
        self.layers: list[Layer] = []
        self.stacks: list[StackBox] = []
        self._flags = options.Flags()
        self._told: set[str] = set()

    def mark(self) -> tuple[int, int, int]:
        """Return a mark for `forget_since`."""
        return len(self.generators), len(self.layers), len(self.stacks)

    def forget_since(self, mark: tuple[int, int, int]) -> None:
        """Discard what was created since a mark, before the code is followed again."""
        del self.generators[mark[0] :], self.layers[mark[1] :], self.stacks[mark[2] :]

    @property
    def parents(self) -> dict[Source, DataSet]:
        """What positions of a split point into, if the split call does not say."""
        return self.splits.parents

    def knows(self, name: str) -> bool:
        """Tell whether a name of a star import is a modelled library name."""
        last = name.rpartition(".")[2]
        if name.startswith("fastai"):
            return last in BARE_NAMES and BARE_NAMES[last].startswith(("fastai", "pathlib"))
        return (
            last in IMAGE_LAYERS
            or last in POSITIONS
            or last in ("Sequential", "Model", "Input")
            or BARE_NAMES.get(last, "").endswith(f".{last}")
        )

    def options_of(self, function: Function) -> dict[str, object]:
        """Return the parameters set by a command line, with their defaults."""
        known = options.click_defaults(function)
        if known:
            self._host.note(DEFAULTS_NOTE)
        return known

    def fill_dataclass(self, owner: ObjectBox, kind: ClassBox, given: Arguments) -> None:
        """Set the attributes of a new object of a dataclass."""
        options.fill_dataclass(self._host, owner, kind, given)

    def unpacked(self, value: object, count: int) -> list[object] | None:
        """Return the items of a library object that is unpacked into `count` names."""
        if isinstance(value, SplitSides):
            return [DataSet(value.source).after("part", i) for i in range(count)]
        if isinstance(value, HfParts) and value.names:
            return [DataSet(value.source).after("part", n) for n in value.names]
        return None

    # Calls.

    def call(self, function: object, given: Arguments, node: ast.AST) -> object:
        """Call something of a library; MISSING if it is not modelled."""
        if self.images is not None:
            value = self.images.call(function, given, node)
            if value is not MISSING:
                return value
        exact = self._host.exact
        if exact is not None:
            value = exact.call(self._host, function, given, node)
            if value is not MISSING:
                return value
            given = exact.with_datasets(function, given)
        self._models.hear(given)
        value = self._called(function, given, node)
        for data in value if isinstance(value, tuple) else (value,):
            if isinstance(data, DataSet) and data.source.node is node and not data.derived:
                self._host.emit(Event(Action.MADE, self._host.place, data))
        return value

    def _called(self, function: object, given: Arguments, node: ast.AST) -> object:
        match function:
            case Ref():
                return self._call_ref(function, given, node)
            case Method():
                return self._call_method(function, given, node)
            case Layer() | StackBox():
                return self._apply(function, given)
            case _:
                return MISSING

    def _call_ref(self, ref: Ref, given: Arguments, node: ast.AST) -> object:
        host = self._host
        value: object = MISSING
        self._models.use_file(ref, given)
        if ref.name == "builtins.range" and any(isinstance(v, Size) for v in given.places):
            value = self.splits.positions(given)
        if value is MISSING:
            value = call_builtin(host, ref.name, given, node)
        if value is MISSING:
            value = call_keras(host, ref, given, node)
        if value is MISSING:
            value = self.splits.call(ref, given, node)
        if value is MISSING:
            value = self._declared(ref, given, node)
        match value:
            case Generator():
                self.generators.append(value)
            case Layer():
                self.layers.append(value)
            case StackBox():
                self.stacks.append(value)
        if value is MISSING:
            self._foreign(ref, node)
            value = self._passed_on(ref, given)
        return value

    def _foreign(self, ref: Ref, node: ast.AST) -> None:
        other = next((n for n in _NOT_FOLLOWED if ref.name.endswith(n)), "")
        if other and ref.imported:
            why = "what it reads is not followed: save the lists, and give them with --list"
            self._host.unread.append(Unread(self._host.place, f"{ref.last}(...)", why))
        if ref.name in ("builtins.exec", "builtins.eval", "builtins.compile"):
            why = "it runs a text as code, which is not followed"
            self._host.unread.append(Unread(self._host.place, f"{ref.last}(...)", why))
            if self._host.exact is not None:
                self._host.exact.broken = True
        if ref.last in _LOADER_NAMES and ref.imported and ref.name not in self._told:
            self._told.add(ref.name)
            module = ref.name.rpartition(".")[0] or "another file"
            self._host.unread.append(
                Unread(
                    self._host.place, f"{ref.last}(...)",
                    f"it is imported from {module}, so it is not the library's function",
                )
            )  # fmt: skip

    def _passed_on(self, ref: Ref, given: Arguments) -> object:
        """Return the file that an image function reads, which represents the image."""
        first = given.places[0] if given.places else None
        if ref.last in _WRITES and len(given.places) > 1:
            saved(self._host, *given.places[:2])
        if ref.root == "shutil" and ref.last in _COPIES_FILES and len(given.places) > 1:
            saved(self._host, given.places[1], first)
        unread = isinstance(first, Unknown) and self._host.loops.files() is not None
        if ref.last in COPIES and (unread or isinstance(first, PathText | ImageCopy)):
            return first if isinstance(first, ImageCopy) else ImageCopy(first)
        passed = PathText | PartText | str | DataSet | ImageCopy
        if ref.last in _IMAGE_CALLS and isinstance(first, passed):
            return PathText(first) if isinstance(first, PartText | str) else first
        return MISSING

    def _declared(self, ref: Ref, given: Arguments, node: ast.AST) -> object:
        """Call a function that reads lines, or declares options and defaults."""
        known = lines_of(self._host, ref, given, node) or options.record_call(ref, given)
        if known is not None:
            return known
        match ref.name:
            case "argparse.ArgumentParser":
                return options.ParserBox()
            case "click.option" | "click.argument":
                return options.click_option(given) or MISSING
            case "typer.Option" | "typer.Argument":
                return given.get(0, "default")
            case "dataclasses.field" | "attr.ib" | "attrs.field" | "pydantic.Field":
                return options.field_default(given, node)
            case "dataclasses.asdict" | "dataclasses.replace":
                return _copied(ref.last, given)
        if ref.root == "absl" and ref.last.startswith("DEFINE_"):
            self._flags.values[str(given.get(0, "name"))] = given.get(1, "default")
            return None
        return MISSING

    def _apply(self, layer: Layer | StackBox, given: Arguments) -> object:
        value = given.places[0] if given.places else next(iter(given.names.values()), None)
        tensor = value if isinstance(value, Tensor) else Tensor()
        return on_tensor(tensor, layer)

    def _call_method(self, method: Method, given: Arguments, node: ast.AST) -> object:
        host, owner, name = self._host, method.owner, method.name
        value = call_python_method(host, method, given, node)
        if value is not MISSING:
            return value
        value = self._object_method(owner, name, given, node)
        if value is not MISSING:
            return value
        if name in FLOWS and (name != "flow" or isinstance(owner, Generator)):
            return flow(host, owner, name, given, node)
        if name in _SETTINGS and "fallback" in given.names:
            self._host.note("a settings file is read at its fallbacks")
            return given.names["fallback"]
        value = self._models.call(owner, name, given, node)
        if value is MISSING and isinstance(owner, DataSet):
            return Unknown(text_of(node))
        return value

    def _object_method(self, owner: object, name: str, given: Arguments, node: ast.AST) -> object:
        match owner:
            case options.RecordParser():
                return self._parsed_records(owner, name, node)
            case options.ParserBox():
                return options.parser_method(self._host, owner, name, given, node)
            case Splitter() if name == "split":
                return self.splits.split(owner, given, node)
            case DataBlock() if name == "dataloaders":
                return self.splits.data_block(owner, given, node)
            case Tensor() | ImageCopy():
                if name == "save":
                    saved(self._host, given.get(0, "fp"), owner)
                return owner
            case ObjectBox():
                return _record_method(owner, name, given)
            case _:
                return self._data_method(owner, name, given, node)

    def _parsed_records(self, parser: options.RecordParser, name: str, node: ast.AST) -> object:
        """Call HfArgumentParser.parse_args_into_dataclasses, of a plain run."""
        if name != "parse_args_into_dataclasses":
            return Unknown(text_of(node))
        self._host.note(DEFAULTS_NOTE)
        return tuple(self._host.call(kind, Arguments(), node) for kind in parser.kinds)

    def _data_method(self, owner: object, name: str, given: Arguments, node: ast.AST) -> object:
        match owner:
            case SeededGenerator():
                return self._datasets.call_generator(owner, name, given, node)
            case DataSet():
                return self._datasets.call(owner, name, given, node)
            case HfParts():
                return self._datasets.call_parts(owner, name, node)
            case Size() if name in ("numpy", "item"):
                return owner
            case Arrays() if name in ("astype", "reshape", "copy"):
                return owner
            case _:
                return MISSING

    # Attributes and items.

    def attribute(self, owner: object, name: str, node: ast.AST) -> object:
        """Return an attribute of a library object; MISSING if it is a method or unknown."""
        match owner:
            case DataSet():
                return self._dataset_attribute(owner, name, node)
            case (
                options.ParserBox()
                | options.RecordParser()
                | StackBox()
                | Generator()
                | Layer()
                | Splitter()
            ):
                return Method(owner, name)
            case HfParts() | ImageCopy() | SeededGenerator():
                return Method(owner, name)
            case StreamValue(item=(first, second), text="dataloaders") if name in (
                "train",
                "valid",
            ):
                return first if name == "train" else second
            case Tensor():
                return Method(owner, name)
            case ImageValue():
                return Unknown(text_of(node)) if name in _MEASURES else Method(owner, name)
            case Arrays():
                return owner if name in ("T",) else Method(owner, name)
            case _:
                return MISSING

    def _dataset_attribute(self, data: DataSet, name: str, node: ast.AST) -> object:
        if name in _ORDERED:
            self._host.emit(Event(Action.COMPARE, self._host.place, data, name=name))
            return (
                DataSet(data.source, data.steps, derived=True)
                if data.is_list
                else Unknown(text_of(node))
            )
        if name in _SIZES and data.source.loader is not LoaderName.FILES:
            return data.length or Unknown(text_of(node))
        if name in _SAME_DATA:
            return data
        if (
            (_is_table(data) or data.has("frame"))
            and "lines" not in data.source.arguments
            and name not in _TABLE_METHODS
            and not name.startswith("_")
        ):
            return DataSet(data.source, data.steps, derived=True)
        return Method(data, name)

    def item(self, owner: object, key: object, node: ast.AST) -> object:
        """Return an item of a library object; MISSING if unknown."""
        match owner:
            case Ref():
                return self._ref_item(owner, key, node)
            case HfParts():
                return self._part(owner, key)
            case SplitSides(source=source) if isinstance(key, int):
                return DataSet(source).after("part", key)
            case StreamValue(item=(first, second), text="dataloaders") if key in (0, 1):
                return (first, second)[int(str(key))]
            case DataSet():
                return self._dataset_item(owner, key, node)
            case ImageValue() if self.images is not None:
                return self.images.item(owner, key, node)
            case Tensor() | Arrays():
                return owner
            case _:
                return MISSING

    def _ref_item(self, ref: Ref, key: object, node: ast.AST) -> object:
        if ref.name == "os.environ":
            return Unknown(text_of(node), "it is set in the environment")
        if ref.name == "sys.argv" and isinstance(key, slice) and isinstance(key.start, int):
            self._host.note(DEFAULTS_NOTE)
            return ListBox()
        return MISSING

    def _part(self, owner: HfParts, key: object) -> object:
        if isinstance(key, str) and key in dict(owner.assigned):
            return dict(owner.assigned)[key]
        if not isinstance(key, str) or (owner.names and key not in owner.names):
            return MISSING
        data = DataSet(owner.source).after("part", key)
        self._host.emit(Event(Action.TAKE, self._host.place, data))
        return data

    def _dataset_item(self, data: DataSet, key: object, node: ast.AST) -> object:
        if isinstance(key, DataSet):
            return self.splits.picked(data, key, node)
        if isinstance(key, slice):
            return self.splits.sliced(data, key)
        if isinstance(key, str | ListBox):
            return DataSet(data.source, data.steps, derived=True)
        if isinstance(key, tuple) and key and isinstance(key[0], slice | DataSet):
            return self._dataset_item(data, key[0], node)
        if isinstance(key, int):
            return Unknown(text_of(node))
        return data.after("filter", text_of(node))

    def declared_flag(self, name: str) -> object:
        """Return the default of an absl flag; MISSING if there is none."""
        return self._flags.values.get(name, MISSING)


def _is_table(data: DataSet) -> bool:
    """Tell whether it is a table of pandas, or a side of one."""
    for _ in range(6):
        source = data.source
        if source.loader is LoaderName.FILES:
            return "table" in source.arguments and not data.derived
        if source.parent is None or data.derived:
            return False
        data = source.parent
    return False


def _record_method(owner: ObjectBox, name: str, given: Arguments) -> object:
    """Call a method of a NamedTuple, or one that gives back fastai's learner."""
    if name in _SAME_LEARNER and "dls" in owner.data:
        return owner
    if name == "_replace":
        return ObjectBox(owner.kind, {**owner.data, **given.names})
    return DictBox(dict(owner.data.items())) if name == "_asdict" else MISSING


def _copied(name: str, given: Arguments) -> object:
    """Call dataclasses.asdict or dataclasses.replace."""
    value = given.get(0, "obj")
    if not isinstance(value, ObjectBox):
        return MISSING
    if name == "asdict":
        return DictBox(dict(value.data.items()))
    return ObjectBox(value.kind, {**value.data, **given.names})
