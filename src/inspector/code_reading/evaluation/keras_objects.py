"""Models of Keras's loaders, layers and models."""

import ast
import re
from collections.abc import Callable, Mapping
from typing import Final

from inspector.code_reading.evaluation.file_values import files_in, files_of
from inspector.code_reading.evaluation.host import Host
from inspector.code_reading.evaluation.names import IMAGE_LAYERS, is_keras
from inspector.code_reading.evaluation.objects import (
    Arrays,
    DataSet,
    DatasetStep,
    Generator,
    Layer,
    LoaderName,
    Source,
    StackBox,
    Tensor,
)
from inspector.code_reading.evaluation.value_text import text_of
from inspector.code_reading.evaluation.values import (
    MISSING,
    Arguments,
    ListBox,
    ObjectBox,
    Ref,
    Unknown,
)

POSITIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "image_dataset_from_directory": (
        "directory", "labels", "label_mode", "class_names", "color_mode", "batch_size",
        "image_size", "shuffle", "seed", "validation_split", "subset", "interpolation",
        "follow_links",
    ),
    "flow_from_directory": (
        "directory", "target_size", "color_mode", "classes", "class_mode", "batch_size",
        "shuffle", "seed", "save_to_dir", "save_prefix", "save_format", "follow_links", "subset",
        "interpolation",
    ),
    "flow_from_dataframe": (
        "dataframe", "directory", "x_col", "y_col", "weight_col", "target_size", "color_mode",
        "classes", "class_mode", "batch_size", "shuffle", "seed", "save_to_dir", "save_prefix",
        "save_format", "subset", "interpolation",
    ),
    "flow": (
        "x", "y", "batch_size", "shuffle", "sample_weight", "seed", "save_to_dir", "save_prefix",
        "save_format", "ignore_class_split", "subset",
    ),
    "split_dataset": ("dataset", "left_size", "right_size", "shuffle", "seed"),
    "ImageDataGenerator": (
        "featurewise_center", "samplewise_center", "featurewise_std_normalization",
        "samplewise_std_normalization", "zca_whitening", "zca_epsilon", "rotation_range",
        "width_shift_range", "height_shift_range", "brightness_range", "shear_range",
        "zoom_range", "channel_shift_range", "fill_mode", "cval", "horizontal_flip",
        "vertical_flip", "rescale", "preprocessing_function", "data_format", "validation_split",
        "interpolation_order", "dtype",
    ),
}  # fmt: skip
"""Argument names by position, as in Keras 3."""

TF_DATA: Final = "tf.data"
"""What shuffles a tf.data dataset."""

BUILT_IN_SIDES: Final = {"mnist": 28, "fashion_mnist": 28, "cifar10": 32, "cifar100": 32}
"""Keras's built-in datasets, and the side of their images, px."""

_PASS_ON: Final = ("load_img", "img_to_array", "array_to_img", "read_file", "imread", "open")
FLOWS: Final = {
    "flow_from_directory": LoaderName.GENERATOR,
    "flow_from_dataframe": LoaderName.DATAFRAME,
    "flow": LoaderName.ARRAYS,
}


def named(name: str, given: Arguments) -> dict[str, object]:
    """Return the arguments of a call by name."""
    return {**dict(zip(POSITIONS[name], given.places, strict=False)), **given.names}


def sources_of(name: str, given: Arguments) -> dict[str, ast.expr]:
    """Return the expressions of arguments by name."""
    places = {
        n: given.sources[f"#{i}"] for i, n in enumerate(POSITIONS[name]) if f"#{i}" in given.sources
    }
    return {**places, **{k: v for k, v in given.sources.items() if not k.startswith("#")}}


def call_keras(host: Host, ref: Ref, given: Arguments, node: ast.AST) -> object:
    """Call a function or class of Keras or TensorFlow; MISSING if it is not modelled."""
    if not is_keras(ref):
        return MISSING
    known = _CALLS.get(ref.last)
    value = MISSING if known is None else known(host, ref, given, node)
    if value is not MISSING:
        return value
    is_layer = ref.last in IMAGE_LAYERS or ".layers." in f".{ref.name}."
    if is_layer or ("applications" in ref.name and ref.last[:1].isupper()):
        return _layer(host, ref.last, given, node)
    return _on_tensor(host, ref, given, node)


def _generator(host: Host, ref: Ref, given: Arguments, node: ast.AST) -> object:
    if not isinstance(node, ast.Call):
        return MISSING
    return Generator(host.place, node, named("ImageDataGenerator", given), given.open)


def _sequential(host: Host, ref: Ref, given: Arguments, node: ast.AST) -> object:
    items = host.listed(given.get(0, "layers", ListBox()))
    stack = StackBox([as_layer(host, v, node) for v in items or ()], "keras", host.place)
    stack.open = items is None
    return stack


def _model(host: Host, ref: Ref, given: Arguments, node: ast.AST) -> object:
    outputs = given.get(1, "outputs")
    if outputs is None:
        return MISSING
    layers = outputs.layers if isinstance(outputs, Tensor) else ()
    return StackBox(list(layers), "keras", host.place)


def _from_files(host: Host, ref: Ref, given: Arguments, node: ast.AST) -> object:
    """Call Dataset.from_tensor_slices or Dataset.zip."""
    if ".data." not in f".{ref.name}.":
        return MISSING
    data = files_of(host, next(iter((*given.places, *given.names.values())), None), node)
    return data if data is not None else Unknown(text_of(node))


def _layer(host: Host, name: str, given: Arguments, node: ast.AST) -> object:
    if not name[:1].isupper():
        return MISSING
    places, names = given.places, given.names
    if given.open:
        names = {**names, "**": Unknown(given.open)}
    return Layer(name, "keras", host.place, node, places, names)


def _on_tensor(host: Host, ref: Ref, given: Arguments, node: ast.AST) -> object:
    first = given.places[0] if given.places else next(iter(given.names.values()), None)
    if ref.last in _PASS_ON and first is not None:
        return first
    if not isinstance(first, Tensor):
        return MISSING
    name = ref.last
    changes = ".image." in ref.name and (
        "random" in name or name.startswith(("adjust", "flip", "rot"))
    )
    if changes or name in ("preprocess_input", "per_image_standardization"):
        return on_tensor(
            first, Layer(name, "tf.image", host.place, node, given.places[1:], given.names)
        )
    return first


_OWN: Final = re.compile(r"^([A-Z]\w*|[a-z_.]+\.[A-Z]\w*)\(")


def as_layer(host: Host, value: object, node: ast.AST) -> object:
    """Return an item of a stack as a layer, named after what creates it."""
    if isinstance(value, ObjectBox) and value.kind is not None:
        return Layer(value.kind.name, "own", host.place, node, (), {})
    match = _OWN.match(value.text) if isinstance(value, Unknown) else None
    if match:
        return Layer(match.group(1).rpartition(".")[2], "own", host.place, node, (), {})
    return value


def on_tensor(tensor: Tensor, layer: object) -> Tensor:
    """Return the tensor after a layer."""
    return Tensor((*tensor.layers, layer)) if len(tensor.layers) < 400 else tensor


def _dataset(host: Host, ref: Ref, given: Arguments, node: ast.AST) -> object:
    name = "image_dataset_from_directory"
    source = Source(
        LoaderName.DATASET, host.place, node, named(name, given), sources_of(name, given),
        given.open, choice=host.choice,
    )  # fmt: skip
    data = DataSet(source)
    if source.arguments.get("subset") == "both":
        return (data.after("part", 0), data.after("part", 1))
    return data


def flow(host: Host, owner: object, name: str, given: Arguments, node: ast.AST) -> object:
    """Call a flow method of a generator."""
    arguments = named(name, given)
    parent: DataSet | None = None
    if name == "flow_from_dataframe":
        parent = files_of(host, arguments.get("dataframe"), node)
    elif name == "flow":
        parent = files_of(host, arguments.get("x"), node)
    maker = owner if isinstance(owner, Generator) else None
    source = Source(
        FLOWS[name], host.place, node, arguments, sources_of(name, given), given.open,
        parent, maker, host.choice,
    )  # fmt: skip
    return DataSet(source)


def _split_dataset(host: Host, ref: Ref, given: Arguments, node: ast.AST) -> object:
    """Call keras.utils.split_dataset."""
    name = "split_dataset"
    arguments = named(name, given)
    source = Source(
        LoaderName.SPLIT_DATASET, host.place, node, arguments, sources_of(name, given),
        given.open, files_of(host, arguments.get("dataset"), node), choice=host.choice,
    )  # fmt: skip
    data = DataSet(source)
    return (data.after("part", 0), data.after("part", 1))


def _list_files(host: Host, ref: Ref, given: Arguments, node: ast.AST) -> object:
    data = files_in(host, given.get(0, "file_pattern"), node)
    shuffle = given.get(1, "shuffle")
    if shuffle is False:
        return data.after("sorted")
    return data.after("shuffle", given.get(2, "seed"), True, TF_DATA)


def _built_in(host: Host, ref: Ref, given: Arguments, node: ast.AST) -> object:
    """Call load_data of a built-in Keras dataset."""
    name = ref.name.rpartition(".")[0].rpartition(".")[2]
    if name not in BUILT_IN_SIDES:
        return MISSING
    training, test = (
        (Arrays(name, f"{side} images"), Arrays(name, f"{side} labels"))
        for side in ("training", "test")
    )
    return training, test


def shuffle_step(given: Arguments, line: int) -> DatasetStep:
    """Return the step of Dataset.shuffle: the seed, and whether it reshuffles each iteration."""
    reshuffles = given.get(2, "reshuffle_each_iteration")
    return DatasetStep("shuffle", (given.get(1, "seed"), reshuffles is not False, TF_DATA), line)


_CALLS: Final[Mapping[str, Callable[[Host, Ref, Arguments, ast.AST], object]]] = {
    "image_dataset_from_directory": _dataset,
    "ImageDataGenerator": _generator,
    "split_dataset": _split_dataset,
    "Sequential": _sequential,
    "Model": _model,
    "Input": lambda host, ref, given, node: Tensor(),
    "InputLayer": lambda host, ref, given, node: Tensor(),
    "load_data": _built_in,
    "list_files": _list_files,
    "cardinality": lambda host, ref, given, node: (
        data.length or Unknown(text_of(node))
        if isinstance(data := given.get(0, "dataset"), DataSet)
        else MISSING
    ),
    "from_tensor_slices": _from_files,
    "from_tensors": _from_files,
    "zip": _from_files,
}
