"""What layers and transforms do to an image outside training."""

from collections.abc import Callable, Mapping
from typing import Final

from inspector.code_reading.evaluation.images.image_functions import (
    UNIT,
    ImageCall,
    method_of,
    normalised,
    numbers_of,
    resized,
    size_of,
)
from inspector.code_reading.evaluation.images.image_libraries import torch_normalise, torch_resize
from inspector.code_reading.evaluation.images.image_values import (
    Affine,
    CentreCrop,
    Fit,
    ImageValue,
    Interpolation,
    OtherStep,
    ToGrey,
)
from inspector.code_reading.evaluation.objects import Layer, StackBox
from inspector.code_reading.evaluation.values import Arguments, ListBox
from inspector.code_reading.program import CodePlace

_WEIGHTS: Final = (
    "Dense", "Conv", "Linear", "Flatten", "GlobalAverage", "MaxPool", "MobileNet", "ResNet", "VGG",
    "EfficientNet", "Xception", "Inception", "DenseNet", "NASNet", "ConvNeXt", "BatchNorm",
)  # fmt: skip
_NOTHING: Final = (
    "Input", "InputLayer", "Identity", "Dropout", "ToTensorV2", "PILToTensor", "ToPILImage",
    "ToImage", "ColorJitter", "HorizontalFlip", "VerticalFlip", "Rotate", "ShiftScaleRotate",
    "ToDevice", "Lambda",
)  # fmt: skip

_Handler = Callable[[ImageCall], ImageValue]


def after_layer(
    layer: object, image: ImageValue, place: CodePlace, depth: int = 0
) -> ImageValue | None:
    """Return an image after a layer, a stack or a transform; None for a model with weights."""
    match layer:
        case StackBox(data=items) | ListBox(data=items) if depth < 20:
            if any(isinstance(v, Layer) and v.name.startswith(_WEIGHTS) for v in items):
                return None
            for item in items:
                after = after_layer(item, image, place, depth + 1)
                if after is None:
                    return None
                image = after
            return image
        case Layer():
            return _after_one(layer, image)
        case _:
            return image.after(place, OtherStep("a step that the code does not tell"))


def _after_one(layer: Layer, image: ImageValue) -> ImageValue | None:
    name = layer.name
    if name.startswith(_WEIGHTS):
        return None
    call = ImageCall(image, Arguments(layer.places, layer.names), layer.place, layer.node)
    handler = _LAYERS.get((layer.family, name)) or _LAYERS.get(("", name))
    if handler is not None:
        return handler(call)
    if name.startswith("Random") or name in _NOTHING or layer.family == "tf.image":
        return image
    return call.after(OtherStep(f"{name}()"))


def _rescaling(call: ImageCall) -> ImageValue:
    scale = numbers_of(call.given.get(0, "scale"))
    offset = numbers_of(call.given.get(1, "offset", 0.0))
    if scale is None or offset is None:
        return call.after(OtherStep("Rescaling() with numbers that the code does not tell"))
    return call.after(Affine(scale, offset))


def _resizing(call: ImageCall) -> ImageValue:
    given = call.given
    size = size_of((given.get(0, "height"), given.get(1, "width")))
    method = method_of(given.get(2, "interpolation"), Interpolation.BILINEAR, ())
    crops = given.get(3, "crop_to_aspect_ratio") is True
    pads = given.names.get("pad_to_aspect_ratio") is True
    fit = Fit.CROP if crops else Fit.PAD if pads else Fit.STRETCH
    return resized(call, size, method, fit=fit)


def _keras_crop(call: ImageCall) -> ImageValue:
    return call.after(
        CentreCrop(*size_of((call.given.get(0, "height"), call.given.get(1, "width"))))
    )


def _keras_normalisation(call: ImageCall) -> ImageValue:
    mean = numbers_of(call.given.names.get("mean"))
    variance = numbers_of(call.given.names.get("variance"))
    if mean is None or variance is None or min(variance) <= 0:
        return call.after(OtherStep("Normalization() with what adapt() learnt"))
    return call.after(normalised(mean, tuple(v**0.5 for v in variance)))


def _torch_resize(call: ImageCall) -> ImageValue:
    return torch_resize(call, call.given.get(0, "size"), call.given.get(1, "interpolation"))


def _torch_random_crop(call: ImageCall) -> ImageValue:
    """Treat RandomResizedCrop as a resize to its size."""
    return resized(
        call, size_of(call.given.get(0, "size")), Interpolation.BILINEAR, antialias=True
    )  # fmt: skip


def _torch_crop(call: ImageCall) -> ImageValue:
    return call.after(CentreCrop(*size_of(call.given.get(0, "size"))))


def _torch_normalise(call: ImageCall) -> ImageValue:
    return torch_normalise(call, call.given.get(0, "mean"), call.given.get(1, "std"))


def _torch_unit(call: ImageCall) -> ImageValue:
    return call.after(UNIT)


def _album_resize(call: ImageCall) -> ImageValue:
    size = size_of((call.given.get(0, "height"), call.given.get(1, "width")))
    return resized(call, size, Interpolation.BILINEAR, library="OpenCV")


def _album_normalise(call: ImageCall) -> ImageValue:
    mean = numbers_of(call.given.get(0, "mean", (0.485, 0.456, 0.406)))
    deviation = numbers_of(call.given.get(1, "std", (0.229, 0.224, 0.225)))
    largest = numbers_of(call.given.get(2, "max_pixel_value", 255.0))
    if mean is None or deviation is None or largest is None:
        return call.after(OtherStep("Normalize() with numbers that the code does not tell"))
    return call.after(Affine((1 / largest[0],), (0.0,)), normalised(mean, deviation))


_LAYERS: Final[Mapping[tuple[str, str], _Handler]] = {
    ("", "Rescaling"): _rescaling,
    ("", "Resizing"): _resizing,
    ("", "CenterCrop"): _torch_crop,
    ("keras", "CenterCrop"): _keras_crop,
    ("albumentations", "CenterCrop"): _keras_crop,
    ("keras", "Normalization"): _keras_normalisation,
    ("torchvision", "Resize"): _torch_resize,
    ("torchvision", "RandomResizedCrop"): _torch_random_crop,
    ("torchvision", "ToTensor"): _torch_unit,
    ("torchvision", "Normalize"): _torch_normalise,
    ("torchvision", "Grayscale"): lambda call: call.after(ToGrey()),
    ("albumentations", "Resize"): _album_resize,
    ("albumentations", "Normalize"): _album_normalise,
}
