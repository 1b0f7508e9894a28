"""Calls, attributes and items of what is not written in the code: Python itself and libraries."""

import ast
from typing import Final

from inspector.code_reading import options
from inspector.code_reading.host import Host
from inspector.code_reading.keras_objects import (
    FLOWS,
    POSITIONS,
    as_layer,
    call_keras,
    flow,
    on_tensor,
    shuffle_step,
)
from inspector.code_reading.names import BARE_NAMES, IMAGE_LAYERS
from inspector.code_reading.objects import (
    Action,
    Arrays,
    DataSet,
    Event,
    Generator,
    HfParts,
    Layer,
    LoaderName,
    Source,
    Splitter,
    StackBox,
    Step,
    Stream,
    Tensor,
    TorchGenerator,
)
from inspector.code_reading.program import Unread
from inspector.code_reading.python_calls import call_builtin, call_python_method, files_of
from inspector.code_reading.split_objects import DataBlock, SplitCalls, Splits
from inspector.code_reading.values import (
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
    Size,
    Unknown,
    text_of,
)

_DATASET_STEPS: Final = (
    "cache", "prefetch", "batch", "unbatch", "repeat", "with_options", "apply", "padded_batch",
    "take", "skip", "shard", "enumerate", "interleave", "filter", "ignore_errors", "snapshot",
    "as_numpy_iterator", "select", "with_transform", "set_transform", "with_format", "rename_column",
    "cast_column", "reset_index", "copy", "dropna", "to_list", "tolist", "astype", "to_numpy",
    "reshape", "query", "sort_values", "assign", "merge", "set_index", "long", "numpy", "flatten",
)  # fmt: skip
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
_FITS: Final = ("fit", "fit_generator", "train_on", "fit_one_cycle")
_EVALUATIONS: Final = ("evaluate", "evaluate_generator", "score")
_PREDICTIONS: Final = ("predict", "predict_generator", "predict_proba")
_TRANSFORMERS: Final = (
    "Scaler",
    "Encoder",
    "PCA",
    "Binarizer",
    "Tokenizer",
    "Imputer",
    "Vectorizer",
    "Normalizer",
)
_LOADER_NAMES: Final = (
    "image_dataset_from_directory", "ImageDataGenerator", "split_dataset", "train_test_split",
    "random_split", "ImageFolder",
)  # fmt: skip
_IMAGE_CALLS: Final = ("imread", "open", "resize", "cvtColor", "load_img", "img_to_array", "astype")


class Libraries:
    """What the evaluator asks about everything that is not in the code."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.splits = SplitCalls(host)
        self.generators: list[Generator] = []
        self.layers: list[Layer] = []
        self.stacks: list[StackBox] = []
        self.losses: list[object] = []
        self._flags = options.Flags()
        self._told: set[str] = set()

    @property
    def parents(self) -> dict[Source, DataSet]:
        """What positions of a split point into, where the call of the split does not say."""
        return self.splits.parents

    def knows(self, name: str) -> bool:
        """Tell whether a name of a star import is one of a library's that matters."""
        last = name.rpartition(".")[2]
        if name.startswith("fastai"):
            return last in BARE_NAMES and BARE_NAMES[last].startswith(("fastai", "pathlib"))
        return (
            last in IMAGE_LAYERS or last in POSITIONS or f".{last}" in f".{BARE_NAMES.get(last, '')}"
            or last in ("Sequential", "Model", "Input", "Rescaling", "KFold")
        )  # fmt: skip

    def options_of(self, function: Function) -> dict[str, object]:
        """Return the parameters that a command line sets, with their defaults."""
        known = options.click_defaults(function)
        if known:
            self._host.note("command-line options are read at their defaults")
        return known

    def fill_dataclass(self, owner: ObjectBox, kind: ClassBox, given: Arguments) -> None:
        """Set the attributes of a new object of a dataclass."""
        options.fill_dataclass(self._host, owner, kind, given)

    def unpacked(self, value: object, count: int) -> list[object] | None:
        """Return the items of a library's object that is unpacked into `count` names."""
        if isinstance(value, Splits):
            return [DataSet(value.source).after("part", i) for i in range(count)]
        if isinstance(value, HfParts) and value.names:
            return [DataSet(value.source).after("part", n) for n in value.names]
        return None

    # Calls.

    def call(self, function: object, given: Arguments, node: ast.AST) -> object:
        """Call something of a library; MISSING if it is not known."""
        self._trainer(given)
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
        """Return the file that an image function reads, which stands for the image."""
        first = given.places[0] if given.places else None
        if ref.last in _IMAGE_CALLS and isinstance(first, PathText | PartText | str | DataSet):
            return PathText(first) if isinstance(first, PartText | str) else first
        return MISSING

    def _declared(self, ref: Ref, given: Arguments, node: ast.AST) -> object:
        """Call what declares options and defaults."""
        match ref.name:
            case "argparse.ArgumentParser":
                return options.ParserBox()
            case "click.option" | "click.argument":
                return options.click_option(given) or MISSING
            case "typer.Option" | "typer.Argument":
                return given.get(0, "default")
            case "dataclasses.field" | "attr.ib" | "attrs.field" | "pydantic.Field":
                return self._field(given, node)
            case "dataclasses.asdict":
                value = given.get(0, "obj")
                return DictBox(dict(value.data)) if isinstance(value, ObjectBox) else MISSING
            case "dataclasses.replace":
                value = given.get(0, "obj")
                if isinstance(value, ObjectBox):
                    return ObjectBox(value.kind, {**value.data, **given.names})
                return MISSING
        if ref.root == "absl" and ref.last.startswith("DEFINE_"):
            name = given.get(0, "name")
            self._flags.values[str(name)] = given.get(1, "default")
            return None
        return MISSING

    def _field(self, given: Arguments, node: ast.AST) -> object:
        if "default_factory" in given.names:
            return self._host.call(given.names["default_factory"], Arguments(), node)
        return given.get(0, "default", Unknown(text_of(node)))

    def _apply(self, layer: Layer | StackBox, given: Arguments) -> object:
        value = given.places[0] if given.places else next(iter(given.names.values()), None)
        tensor = value if isinstance(value, Tensor) else Tensor()
        return on_tensor(tensor, layer)

    def _call_method(self, method: Method, given: Arguments, node: ast.AST) -> object:
        host, owner, name = self._host, method.owner, method.name
        value = call_python_method(host, method, given, node)
        if value is not MISSING:
            return value
        match owner:
            case options.ParserBox():
                return options.parser_method(host, owner, name, given, node)
            case Splitter() if name == "split":
                return self.splits.split(owner, given, node)
            case DataBlock() if name == "dataloaders":
                return self.splits.data_block(owner, given, node)
            case TorchGenerator():
                return self._generator_method(owner, name, given, node)
            case DataSet():
                return self._dataset_method(owner, name, given, node)
            case HfParts():
                return self._parts_method(owner, name, given, node)
            case Tensor():
                return owner
        if name in FLOWS and (name != "flow" or isinstance(owner, Generator)):
            return flow(host, owner, name, given, node)
        return self._model_method(owner, name, given, node)

    def _generator_method(
        self, owner: TorchGenerator, name: str, given: Arguments, node: ast.AST
    ) -> object:
        if name == "manual_seed":
            return TorchGenerator(given.get(0, "seed"))
        if name == "permutation":
            data = files_of(self._host, given.get(0, "x"), node)
            source = Source(LoaderName.FILES, self._host.place, node)
            known = data if data is not None else DataSet(source, (Step("indices"),))
            return known.after("shuffle", owner.seed, False)
        return Unknown(text_of(node))

    def _parts_method(self, owner: HfParts, name: str, given: Arguments, node: ast.AST) -> object:
        if name in (
            "map",
            "with_transform",
            "cast_column",
            "rename_column",
            "shuffle",
            "set_format",
        ):
            return owner
        if name in ("items", "keys", "values"):
            return Stream(Unknown("the split"), name)
        return Unknown(text_of(node))

    def _dataset_method(self, data: DataSet, name: str, given: Arguments, node: ast.AST) -> object:
        line = getattr(node, "lineno", 0)
        if name in ("map", "apply") and given.places:
            return data.after("map", *self._mapped(given.places[0], node), line=line)
        if name == "with_transform" and given.places:
            return data.after("map", given.places[0], line=line)
        if name == "shuffle":
            if data.source.loader in (LoaderName.HF_DATASET, LoaderName.HF_SPLIT):
                return data.after("shuffle", given.names.get("seed"), False)
            step = shuffle_step(given, line)
            return DataSet(data.source, (*data.steps, step), data.derived)
        if name == "concatenate":
            return data
        if name == "train_test_split":
            return self.splits.hf_split(data, given, node)
        if name == "sample":
            return self.splits.sample(data, given, node)
        if name == "drop":
            other = given.get(0, "labels")
            if isinstance(other, DataSet) and other.source.loader is LoaderName.PANDAS_SAMPLE:
                return DataSet(other.source).after("part", 1)
            return data
        if name in ("cardinality", "__len__"):
            return Size(1.0, "files")
        if name in _DATASET_STEPS:
            values = given.places or tuple(given.names.values())
            return data.after(name, *values[:2], line=line)
        if name in _FITS + _EVALUATIONS + _PREDICTIONS:
            return self._model_method(data, name, given, node)
        return Unknown(text_of(node))

    def _mapped(self, function: object, node: ast.AST) -> list[object]:
        """Return the layers that a function of `map` applies to the image."""
        if isinstance(function, Layer | StackBox):
            return [function]
        asked = len(function.arguments.args) if isinstance(function, Function) else 2
        if isinstance(function, Function) and function.bound is not MISSING:
            asked -= 1
        images: tuple[object, ...] = (Tensor(), Unknown("label"), Unknown("weight"))
        value = self._host.call(function, Arguments(images[: max(1, min(asked, 3))]), node)
        tensors = (
            [value]
            if isinstance(value, Tensor)
            else list(value)
            if isinstance(value, tuple)
            else []
        )
        layers = [layer for t in tensors if isinstance(t, Tensor) for layer in t.layers]
        return layers or ([value] if isinstance(value, Unknown) else [])

    # Models.

    def _model_method(self, owner: object, name: str, given: Arguments, node: ast.AST) -> object:
        if isinstance(owner, StackBox) and name == "add":
            self._host.memory.touch(owner)
            owner.data.append(as_layer(self._host, given.get(0, "layer"), node))
            return None
        if name == "compile":
            loss = given.names.get("loss", given.get(1, "loss"))
            self.losses.append(loss)
            return None
        if name in _FITS:
            return self._fit(owner, given, node)
        if name in _EVALUATIONS or name in _PREDICTIONS:
            action = Action.EVALUATE if name in _EVALUATIONS else Action.PREDICT
            self._host.emit(Event(action, self._host.place, given.get(0, "x"), model=owner))
            return Unknown(text_of(node))
        if name == "train" and "data" in given.names and _says(owner, "YOLO"):
            source = Source(LoaderName.ULTRALYTICS, self._host.place, node, dict(given.names))
            for i in (0, 1):
                self._host.emit(Event(Action.MADE, source.place, DataSet(source).after("part", i)))
            return Unknown(text_of(node))
        if isinstance(owner, Layer | StackBox | Generator):
            return Unknown(text_of(node))
        return MISSING

    def _trainer(self, given: Arguments) -> None:
        """Hear of a trainer that is given its datasets by name."""
        names = given.names
        data = names.get("train_dataset", names.get("train_dataloader"))
        held = names.get("eval_dataset", names.get("val_dataloaders"))
        if isinstance(data, DataSet) or isinstance(held, DataSet):
            self._host.emit(Event(Action.FIT, self._host.place, data, held))

    def _fit(self, owner: object, given: Arguments, node: ast.AST) -> object:
        host = self._host
        if isinstance(owner, Generator):
            host.emit(Event(Action.ADAPT, host.place, owner))
            return None
        if any(_says(owner, w) for w in _TRANSFORMERS):
            return Unknown(text_of(node))
        data = given.get(0, "x", given.names.get("generator"))
        validation = given.names.get("validation_data", given.get(7, "validation_data"))
        second = given.get(1, "train_dataloaders", given.names.get("train_dataloader"))
        if (
            isinstance(second, DataSet)
            and not second.derived
            and not isinstance(data, DataSet | tuple)
        ):
            data, validation = second, given.get(2, "val_dataloaders")
        share = given.names.get("validation_split")
        arguments = dict(given.names)
        if share is not None:
            data, validation = self._fit_split(data, share, given, node)
        host.emit(Event(Action.FIT, host.place, data, validation, owner, options=arguments))
        return Unknown(text_of(node))

    def _fit_split(
        self, data: object, share: object, given: Arguments, node: ast.AST
    ) -> tuple[object, object]:
        """Return both sides of fit(validation_split=): the last rows are validation."""
        parent = files_of(self._host, data, node)
        if share in (0, 0.0):
            return data, None
        arguments = {"validation_split": share, "x": data}
        source = Source(
            LoaderName.FIT_SPLIT, self._host.place, node, arguments, given.sources, "", parent,
            choice=self._host.choice,
        )  # fmt: skip
        return DataSet(source).after("part", 0), DataSet(source).after("part", 1)

    # Attributes and items.

    def attribute(self, owner: object, name: str, node: ast.AST) -> object:
        """Return an attribute of a library's object; MISSING if it is a method or not known."""
        match owner:
            case DataSet():
                return self._dataset_attribute(owner, name, node)
            case options.ParserBox() | StackBox() | Generator() | Layer() | Splitter():
                return Method(owner, name)
            case HfParts():
                return Method(owner, name)
            case Stream(item=(first, second), text="dataloaders") if name in ("train", "valid"):
                return first if name == "train" else second
            case Tensor():
                return Method(owner, name)
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
            return Size(1.0, "files")
        if name in _SAME_DATA:
            return data
        return Method(data, name)

    def item(self, owner: object, key: object, node: ast.AST) -> object:
        """Return an item of a library's object; MISSING if it is not known."""
        match owner:
            case Ref(name="os.environ"):
                return Unknown(text_of(node), "it is set in the environment")
            case HfParts(source=source, names=names):
                known = isinstance(key, str) and (not names or key in names)
                return DataSet(source).after("part", key) if known else MISSING
            case Splits(source=source) if isinstance(key, int):
                return DataSet(source).after("part", key)
            case Stream(item=(first, second), text="dataloaders") if key in (0, 1):
                return (first, second)[int(str(key))]
            case DataSet():
                return self._dataset_item(owner, key, node)
            case Tensor():
                return owner
            case Arrays():
                return owner
            case _:
                return MISSING

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


def _says(owner: object, word: str) -> bool:
    """Tell whether a value comes from a call with this word in it."""
    return isinstance(owner, Unknown) and (word in owner.text or word in owner.why)
