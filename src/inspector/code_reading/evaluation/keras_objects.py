"""What Keras's loaders, layers and models stand for."""

import ast
import re
from collections.abc import Mapping
from typing import Final

from inspector.code_reading.host import Host
from inspector.code_reading.names import IMAGE_LAYERS, is_keras
from inspector.code_reading.objects import (
    Arrays,
    DataSet,
    Generator,
    Layer,
    LoaderName,
    Source,
    StackBox,
    Step,
    Tensor,
)
from inspector.code_reading.python_calls import files_in, files_of
from inspector.code_reading.values import (
    MISSING,
    Arguments,
    ListBox,
    ObjectBox,
    Ref,
    Unknown,
    text_of,
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
"""Names of arguments by place, as Keras 3 has them."""

_BUILT_IN: Final = ("mnist", "fashion_mnist", "cifar10", "cifar100")
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
    """Call a function or class of Keras or TensorFlow; MISSING if it is none that matters."""
    last = ref.last
    if not is_keras(ref):
        return MISSING
    match last:
        case "image_dataset_from_directory":
            return _dataset(host, given, node)
        case "ImageDataGenerator" if isinstance(node, ast.Call):
            return Generator(host.place, node, named(last, given), given.open)
        case "split_dataset":
            return split_dataset(host, given, node)
        case "Sequential":
            items = host.listed(given.get(0, "layers", ListBox()))
            stack = StackBox([as_layer(host, v, node) for v in items or ()], "keras", host.place)
            stack.open = items is None
            return stack
        case "Model" if given.get(1, "outputs") is not None:
            outputs = given.get(1, "outputs")
            layers = outputs.layers if isinstance(outputs, Tensor) else ()
            return StackBox(list(layers), "keras", host.place)
        case "Input" | "InputLayer":
            return Tensor()
        case "load_data" if ref.name.split(".")[-2:-1] and ref.name.split(".")[-2] in _BUILT_IN:
            return _built_in(ref.name.split(".")[-2])
        case "list_files":
            return _list_files(host, given, node)
        case "from_tensor_slices" | "from_tensors":
            data = files_of(host, given.get(0, "tensors"), node)
            return data if data is not None else Unknown(text_of(node))
        case "zip" if ".data." in ref.name:
            data = files_of(host, given.get(0, "datasets"), node)
            return data if data is not None else Unknown(text_of(node))
        case _ if last in IMAGE_LAYERS or ".layers." in f".{ref.name}.":
            return _layer(host, last, given, node)
        case _ if "applications" in ref.name and last[:1].isupper():
            return _layer(host, last, given, node)
        case _:
            return _on_tensor(host, ref, given, node)


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
    """Return an item of a stack as a layer: what the code or an unknown library makes has a name."""
    if isinstance(value, ObjectBox) and value.kind is not None:
        return Layer(value.kind.name, "own", host.place, node, (), {})
    match = _OWN.match(value.text) if isinstance(value, Unknown) else None
    if match:
        return Layer(match.group(1).rpartition(".")[2], "own", host.place, node, (), {})
    return value


def on_tensor(tensor: Tensor, layer: object) -> Tensor:
    """Return what a layer makes of a tensor."""
    return Tensor((*tensor.layers, layer)) if len(tensor.layers) < 400 else tensor


def _dataset(host: Host, given: Arguments, node: ast.AST) -> object:
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


def split_dataset(host: Host, given: Arguments, node: ast.AST) -> object:
    """Call keras.utils.split_dataset."""
    name = "split_dataset"
    arguments = named(name, given)
    source = Source(
        LoaderName.SPLIT_DATASET, host.place, node, arguments, sources_of(name, given),
        given.open, files_of(host, arguments.get("dataset"), node), choice=host.choice,
    )  # fmt: skip
    data = DataSet(source)
    return (data.after("part", 0), data.after("part", 1))


def _list_files(host: Host, given: Arguments, node: ast.AST) -> object:
    data = files_in(host, given.get(0, "file_pattern"), node)
    shuffle = given.get(1, "shuffle")
    if shuffle is False:
        return data.after("sorted")
    return data.after("shuffle", given.get(2, "seed"), True)


def _built_in(name: str) -> tuple[object, object]:
    sides = [
        (Arrays(name, f"{side} images"), Arrays(name, f"{side} labels"))
        for side in ("training", "test")
    ]
    return sides[0], sides[1]


def shuffle_step(given: Arguments, line: int) -> Step:
    """Return the step of Dataset.shuffle: the seed, and whether each pass has another order."""
    reshuffles = given.get(2, "reshuffle_each_iteration")
    return Step("shuffle", (given.get(1, "seed"), reshuffles is not False), line)
