"""Follow images through code: what happens to them between the file and the model."""

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from inspector.code_reading.evaluation.class_names import CLASS_WORDS, ClassNames, listed_names
from inspector.code_reading.evaluation.host import Host
from inspector.code_reading.evaluation.images.image_arithmetic import (
    after_item,
    after_operator,
    after_put,
    after_reversed,
)
from inspector.code_reading.evaluation.images.image_functions import (
    ImageCall,
    made,
    numbers_of,
    preprocessed,
)
from inspector.code_reading.evaluation.images.image_layers import after_layer
from inspector.code_reading.evaluation.images.image_libraries import (
    CHANGES,
    DECODERS,
    STATISTICS,
    cast_to,
    other_step,
    pillow_convert,
    pillow_crop,
    pillow_resize,
)
from inspector.code_reading.evaluation.images.image_loaders import loaded_image
from inspector.code_reading.evaluation.images.image_values import Channels, ImageValue, OtherStep
from inspector.code_reading.evaluation.names import is_foreign
from inspector.code_reading.evaluation.objects import DataSet, Layer, StackBox, StreamValue
from inspector.code_reading.evaluation.value_text import text_of
from inspector.code_reading.evaluation.values import (
    MISSING,
    Arguments,
    DictBox,
    Function,
    ListBox,
    Method,
    PathText,
    Ref,
    Unknown,
)
from inspector.code_reading.program import CodePlace

_PREDICTS: Final = (
    "predict", "predict_on_batch", "predict_step", "predict_proba", "predict_classes", "__call__",
    "forward", "run", "set_tensor", "infer", "call",
)  # fmt: skip
_FITS: Final = ("fit", "fit_generator", "train_on_batch")
_SENDS: Final = ("json.dumps", "requests.post")
_MODEL: Final = re.compile(r"model|net\b|infer|predict|classif|sign|load|learn|session", re.I)
_SAME_IMAGE: Final = (
    "copy", "numpy", "reshape", "permute", "transpose", "unsqueeze", "squeeze", "to", "cuda", "cpu",
    "float", "contiguous", "detach", "tolist", "view", "load", "flatten", "repeat",
    "requires_grad_", "batch", "tobytes", "prefetch", "cache", "shuffle", "unbatch", "take", "skip",
    "with_options",
)  # fmt: skip
_SAME_FUNCTIONS: Final = (
    "img_to_array", "array_to_img", "asarray", "array", "asanyarray", "expand_dims", "squeeze",
    "reshape", "stack", "float32", "float64", "float16", "ascontiguousarray", "copy", "vstack",
    "concatenate", "transpose", "moveaxis", "rollaxis", "convert_to_tensor", "constant",
    "from_numpy",
    "tensor", "as_tensor", "Tensor", "FloatTensor", "ensure_shape", "identity", "fromarray",
    "pil_to_tensor", "to_pil_image", "newaxis", "dstack", "repeat", "set_shape", "swapaxes",
    "list", "tuple", "deepcopy",
)  # fmt: skip
_COMPUTES: Final[Mapping[str, type[ast.operator]]] = {
    "divide": ast.Div, "true_divide": ast.Div, "multiply": ast.Mult, "subtract": ast.Sub,
    "add": ast.Add, "div": ast.Div, "div_": ast.Div, "mul": ast.Mult, "mul_": ast.Mult,
    "sub": ast.Sub, "sub_": ast.Sub, "add_": ast.Add, "truediv": ast.Div,
}  # fmt: skip


class UseKind(StrEnum):
    """Use of an image."""

    FIT = "fit"
    VALIDATE = "validate"
    PREDICT = "predict"


@dataclass(frozen=True, slots=True)
class ImageUse:
    """Images passed to a model.

    Attributes:
        value: An `ImageValue`, a `DataSet`, or an unknown value.
    """

    kind: UseKind
    value: object
    place: CodePlace


class ImageFollower:
    """Follows images; the evaluator asks it first."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.uses: list[ImageUse] = []
        self.class_names: list[ClassNames] = []
        self._in_lists: dict[int, tuple[ListBox, object]] = {}

    def image_of(self, value: object) -> ImageValue | None:
        """Return the image that a value is or contains, or None."""
        match value:
            case ImageValue():
                return value
            case ListBox() if id(value) in self._in_lists:
                return self.image_of(self._in_lists[id(value)][1])
            case ListBox(data=[first, *_]) | (first, *_):
                return self.image_of(first)
            case StreamValue(item=item):
                return self.image_of(item)
            case Unknown(options=options) if options:
                images = [image for v in options if (image := self.image_of(v)) is not None]
                return self._one_of(images, value.text)
            case _:
                return None

    def item_of_list(self, value: object) -> object:
        """Return a typical item of a list that is filled in a loop, or MISSING."""
        known = self._in_lists.get(id(value))
        return MISSING if known is None else known[1]

    def _one_of(self, images: list[ImageValue], text: str) -> ImageValue | None:
        if len(images) < 2:
            return images[0] if images else None
        longest = max(images, key=lambda image: len(image.steps))
        return longest.after(self._host.place, OtherStep(text, unsure=True))

    def call(self, function: object, given: Arguments, node: ast.AST) -> object:
        """Call something with an image; MISSING where no image is involved."""
        match function:
            case Ref():
                return self._call_ref(function, given, node)
            case Method(owner=owner, name=name):
                return self._call_method(owner, name, given, node)
            case Layer() | StackBox():
                return self._apply(function, given, node)
            case Unknown(text=text):
                return self._call_unknown(text, given, node)
            case _:
                return MISSING

    def _call_unknown(self, text: str, given: Arguments, node: ast.AST) -> object:
        image = self._argument(given)
        if image is None:
            return MISSING
        if _MODEL.search(text):
            self._use(UseKind.PREDICT, image)
            return Unknown(text_of(node))
        return image.after(self._host.place, OtherStep(text_of(node)))

    def _argument(self, given: Arguments) -> ImageValue | None:
        for value in (*given.places, *given.names.values()):
            image = self.image_of(value)
            if image is None and isinstance(value, DictBox):
                image = next(
                    (i for v in value.data.values() if (i := self.image_of(v)) is not None), None
                )
            if image is not None:
                return image
        return None

    def _use(self, kind: UseKind, value: object) -> None:
        if len(self.uses) < 1_000:
            self.uses.append(ImageUse(kind, value, self._host.place))

    # Functions.

    def _call_ref(self, ref: Ref, given: Arguments, node: ast.AST) -> object:
        place = self._host.place
        decoder = _named(DECODERS, ref)
        if decoder is not None:
            return decoder(ImageCall(None, given, place, node))
        first = given.places[0] if given.places else next(iter(given.names.values()), None)
        image = self.image_of(first)
        change = _named(CHANGES, ref)
        if change is not None and (image is not None or _may_be_image(first)):
            return change(ImageCall(image, given, place, node))
        if ref.last in ("py_function", "numpy_function"):
            return self._wrapped(given, node)
        if ref.name in _SENDS and (sent := self._argument(given)) is not None:
            self._use(UseKind.PREDICT, sent)
            return Unknown(text_of(node))
        if ref.last in ("array", "asarray", "constant", "tensor", "float32") and numbers_of(first):
            return first
        return MISSING if image is None else self._on_image(ref, image, given, node)

    def _on_image(self, ref: Ref, image: ImageValue, given: Arguments, node: ast.AST) -> object:
        place = self._host.place
        if ref.last == "preprocess_input":
            return preprocessed(image, ref.name, given, place)
        if ref.last == "train_test_split":
            return tuple(v for value in given.places for v in (self.image_of(value) or value,) * 2)
        if ref.last in _SAME_FUNCTIONS:
            return image
        if ref.last in _COMPUTES and len(given.places) > 1:
            return self.binary(_COMPUTES[ref.last](), image, given.places[1], node)
        if ref.last in STATISTICS:
            return Unknown(text_of(node))
        if is_foreign(ref):
            return image.after(place, OtherStep(text_of(node)))
        return other_step(ImageCall(image, given, place, node), ref.name)

    def _wrapped(self, given: Arguments, node: ast.AST) -> object:
        """Call the function passed to tf.py_function or tf.numpy_function."""
        arguments = self._host.listed(given.get(1, "inp"))
        value = self._host.call(given.get(0, "func"), Arguments(tuple(arguments or ())), node)
        image = self.image_of(value)
        return MISSING if image is None else image

    # Methods.

    def _call_method(self, owner: object, name: str, given: Arguments, node: ast.AST) -> object:
        if isinstance(owner, ListBox):
            return self._listed(owner, name, given)
        if isinstance(owner, DataSet):
            return self._mapped(owner, name, given, node)
        image = self.image_of(owner)
        if name == "map" and given.places and (image is not None or isinstance(owner, Unknown)):
            after = self._after_map(given.places[0], image or PathText("{path}"), node)
            return MISSING if after is None else after
        if image is not None:
            return self._image_method(image, name, given, node)
        if (
            isinstance(owner, Unknown)
            and name == "read"
            and "VideoCapture" in owner.text + owner.why
        ):
            frame = made(self._host.place, "OpenCV's camera", Channels.BGR, upright=None)
            return (Unknown("there is a frame"), frame)
        made_by = self._of_unknown(owner, name, given, node)
        if made_by is not MISSING:
            return made_by
        self._hear_model(owner, name, given)
        if name in _PREDICTS and self._argument(given) is not None:
            return Unknown(text_of(node))
        return MISSING

    def _of_unknown(self, owner: object, name: str, given: Arguments, node: ast.AST) -> object:
        """Treat a value that is converted or resized as a Pillow image."""
        first = given.get(0, "mode" if name == "convert" else "size")
        is_mode = name == "convert" and first in ("RGB", "L")
        is_size = name == "resize" and isinstance(first, tuple) and len(first) == 2
        if not isinstance(owner, Unknown) or not (is_mode or is_size):
            return MISSING
        image = made(self._host.place, "Pillow", upright=None)
        return self._image_method(image, name, given, node)

    def _hear_model(self, owner: object, name: str, given: Arguments) -> None:
        if isinstance(owner, DictBox | str | PathText):
            return
        if name in _FITS:
            self._use(UseKind.FIT, given.get(0, "x", given.names.get("generator")))
            validation = given.names.get("validation_data", given.get(7, "validation_data"))
            if validation is not None:
                self._use(UseKind.VALIDATE, validation)
            return
        image = self._argument(given)
        if name in _PREDICTS and image is not None:
            self._use(UseKind.PREDICT, image)
        elif name in ("predict", "predict_on_batch"):
            self._use(UseKind.PREDICT, given.get(0, "x", given.names.get("generator")))

    def _listed(self, box: ListBox, name: str, given: Arguments) -> object:
        image = self.image_of(given.places[0]) if given.places else None
        if image is not None and name in ("append", "extend"):
            self._in_lists[id(box)] = (box, given.places[0])
        if name in ("reshape", "astype", "view") and numbers_of(box):
            return box
        return MISSING

    def _image_method(
        self, image: ImageValue, name: str, given: Arguments, node: ast.AST
    ) -> object:
        place = self._host.place
        call = ImageCall(image, given, place, node)
        match name:
            case "convert":
                return pillow_convert(call)
            case "resize":
                return pillow_resize(call)
            case "crop":
                return pillow_crop(call)
            case "astype" | "type":
                return cast_to(call, given.get(0, "dtype"))
            case _ if name in _COMPUTES and given.places:
                return self.binary(_COMPUTES[name](), image, given.places[0], node)
            case _ if name in _SAME_IMAGE:
                return image
            case _ if name in STATISTICS or name in ("close", "save", "show", "verify", "read"):
                return Unknown(text_of(node))
            case _:
                return image.after(place, OtherStep(text_of(node)))

    def changed_in_place(self, function: object, given: Arguments, node: ast.AST) -> object:
        """Return an image after a method that changes it; MISSING if it is none."""
        method = function.method if isinstance(function, Unknown) else function
        if not isinstance(method, Method) or method.name != "thumbnail":
            return MISSING
        image = self.image_of(method.owner)
        if image is None:
            return MISSING
        return image.after(self._host.place, OtherStep(text_of(node)))

    # Datasets.

    def _mapped(self, data: DataSet, name: str, given: Arguments, node: ast.AST) -> object:
        if name not in ("map", "apply") or not given.places:
            return MISSING
        start: object = self.image_in(data) or loaded_image(data)
        if start is None:
            start = PathText("{path}") if data.is_list else Unknown("image")
        image = self._after_map(given.places[0], start, node)
        if image is None:
            return MISSING
        return data.after("map", image, line=getattr(node, "lineno", 0))

    def _after_map(self, function: object, first: object, node: ast.AST) -> ImageValue | None:
        """Return the image that a function passed to `map` makes of its first argument."""
        asked = len(function.arguments.args) if isinstance(function, Function) else 1
        if isinstance(function, Function) and function.bound is not MISSING and function.bound:
            asked -= 1
        images = (first, Unknown("label"), Unknown("weight"))
        value = self._host.call(function, Arguments(images[: max(1, min(asked, 3))]), node)
        return self.image_of(value)

    def applied(self, function: object, image: ImageValue, node: ast.AST) -> ImageValue:
        """Return an image after a function of the code or of a library."""
        after = self.image_of(self._host.call(function, Arguments((image,)), node))
        return after or image.after(self._host.place, OtherStep("preprocessing_function"))

    def image_in(self, data: DataSet) -> ImageValue | None:
        """Return the image that the last map of a dataset returns; None if no map returned one."""
        for step in reversed(data.steps):
            if step.name == "map" and step.values and isinstance(step.values[0], ImageValue):
                return step.values[0]
        return None

    def _apply(self, layer: Layer | StackBox, given: Arguments, node: ast.AST) -> object:
        image = self._argument(given)
        if image is None:
            return MISSING
        after = after_layer(layer, image, self._host.place)
        if after is None:
            self._use(UseKind.PREDICT, image)
            return Unknown(text_of(node))
        return after

    # Values.

    def binary(self, sign: ast.operator, one: object, two: object, node: ast.AST) -> object:
        """Return the result of arithmetic with an image, or MISSING."""
        place = self._host.place
        image = self.image_of(one) if isinstance(one, ImageValue | Unknown) else None
        if image is not None:
            return after_operator(image, sign, two, place, node)
        if isinstance(two, ImageValue):
            return after_reversed(one, sign, two, place, node)
        return MISSING

    def item(self, owner: ImageValue, key: object, node: ast.AST) -> object:
        """Return an item of an image."""
        return after_item(owner, key, self._host.place, node)

    def put(self, image: ImageValue, key: object, sign: ast.operator | None, value: object,
            node: ast.AST) -> ImageValue:  # fmt: skip
        """Return an image after `image[key] = value`, or after `image[key] += value`."""
        return after_put(image, key, sign, value, self._host.place, node)

    def named(self, name: str, value: object) -> None:
        """Called when a name is assigned: it may be the list of classes."""
        names = listed_names(value)
        if len(names) > 1 and CLASS_WORDS.search(name):
            self.class_names.append(ClassNames(name, names, self._host.place))


def _named(
    table: Mapping[str, Callable[[ImageCall], ImageValue | None]], ref: Ref
) -> Callable[[ImageCall], ImageValue | None] | None:
    full = ref.name.replace("tensorflow.compat.v1.", "tensorflow.").replace(
        "tensorflow.compat.v2.", "tensorflow."
    )
    full = full.replace("torchvision.transforms.v2.", "torchvision.transforms.")
    known = table.get(full)
    if known is None and ref.root in ("tensorflow", "keras", "tf_keras", "keras_preprocessing"):
        known = table.get(ref.last)
    return known


def _is_camera(value: Unknown) -> bool:
    return "VideoCapture" in value.text or "VideoCapture" in value.why


def _may_be_image(value: object) -> bool:
    """Tell whether an unknown value can be an image from outside."""
    return isinstance(value, Unknown) and not value.options
