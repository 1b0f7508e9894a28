"""What image functions share: sizes, numbers, interpolations, normalisation."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from inspector.code_reading.evaluation.images.image_values import (
    Affine,
    Channels,
    Decode,
    Fit,
    ImageValue,
    Interpolation,
    OtherStep,
    Resize,
    StepKind,
    SwapChannels,
)
from inspector.code_reading.evaluation.value_text import text_of
from inspector.code_reading.evaluation.values import Arguments, ListBox, Member, Ref, is_number
from inspector.code_reading.program import CodePlace

UNIT: Final = Affine((1 / 255,), (0.0,))
"""0..255 to 0..1."""

_CAFFE_OFFSETS: Final = (-103.939, -116.779, -123.68)
_IMAGENET_MEAN: Final = (0.485, 0.456, 0.406)
_IMAGENET_SD: Final = (0.229, 0.224, 0.225)

# Source: keras.applications 3.15, preprocess_input of each module.
_PREPROCESS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("vgg16", "vgg19", "resnet", "resnet50"), "caffe"),
    **dict.fromkeys(
        (
            "mobilenet", "mobilenet_v2", "inception_v3", "xception", "inception_resnet_v2",
            "resnet_v2", "nasnet",
        ),
        "tf",
    ),
    "densenet": "torch",
    **dict.fromkeys(
        (
            "efficientnet", "efficientnet_v2", "convnext", "mobilenet_v3", "resnet_rs", "regnet",
        ),
        "none",
    ),
}  # fmt: skip

CV2_METHODS: Final = (
    Interpolation.NEAREST, Interpolation.BILINEAR, Interpolation.BICUBIC, Interpolation.AREA,
    Interpolation.LANCZOS,
)  # fmt: skip
PILLOW_METHODS: Final = (
    Interpolation.NEAREST, Interpolation.LANCZOS, Interpolation.BILINEAR, Interpolation.BICUBIC,
    Interpolation.AREA,
)  # fmt: skip
_WORDS: Final[Mapping[str, Interpolation]] = {
    "nearest": Interpolation.NEAREST, "linear": Interpolation.BILINEAR,
    "bilinear": Interpolation.BILINEAR, "cubic": Interpolation.BICUBIC,
    "bicubic": Interpolation.BICUBIC, "area": Interpolation.AREA, "box": Interpolation.AREA,
    "lanczos": Interpolation.LANCZOS, "lanczos3": Interpolation.LANCZOS,
    "lanczos4": Interpolation.LANCZOS, "lanczos5": Interpolation.LANCZOS,
    "antialias": Interpolation.LANCZOS,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ImageCall:
    """A call with an image as its first argument.

    Attributes:
        image: The image; None if the function creates one.
    """

    image: ImageValue | None
    given: Arguments
    place: CodePlace
    node: ast.AST

    def after(self, *kinds: StepKind) -> ImageValue:
        """Return the image after more steps."""
        image = self.image or made(self.place, "", Channels.UNKNOWN, upright=None)
        return image.after(self.place, *kinds)


def made(
    place: CodePlace, library: str, channels: Channels = Channels.RGB, *,
    upright: bool | None = False,
) -> ImageValue:  # fmt: skip
    """Return an image that a library decodes."""
    return ImageValue(()).after(place, Decode(library, channels, upright))


def size_of(value: object) -> tuple[int | None, int | None]:
    """Return two lengths as given; one number counts for both."""
    items = value.data if isinstance(value, ListBox) else value
    if isinstance(items, int) and not isinstance(items, bool):
        return items, items
    if isinstance(items, tuple | list) and len(items) >= 2:
        return _whole(items[0]), _whole(items[1])
    return None, None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def numbers_of(value: object) -> tuple[float, ...] | None:
    """Return one number, or one per channel; None if it is neither."""
    if is_number(value):
        return (float(value),)  # type: ignore[arg-type]
    items = value.data if isinstance(value, ListBox) and not value.open else value
    while isinstance(items, list | tuple) and len(items) == 1:
        inner = items[0]
        items = inner.data if isinstance(inner, ListBox) else inner
    if isinstance(items, list | tuple) and len(items) == 3:
        flat = [numbers_of(v) for v in items]
        if all(v is not None and len(v) == 1 for v in flat):
            return tuple(v[0] for v in flat if v)
    return (float(items),) if is_number(items) else None  # type: ignore[arg-type]


def method_of(
    value: object, default: Interpolation, codes: tuple[Interpolation, ...]
) -> Interpolation | None:
    """Return an interpolation by name or number; None if unknown."""
    if value is None:
        return default
    if isinstance(value, int) and not isinstance(value, bool):
        return codes[value] if 0 <= value < len(codes) else None
    text = value.last if isinstance(value, Ref) else value.name if isinstance(value, Member) else ""
    text = value if isinstance(value, str) else text
    return _WORDS.get(text.lower().removeprefix("inter_"))


def resized(
    call: ImageCall, size: tuple[int | None, int | None], method: Interpolation | None, *,
    antialias: bool = False, fit: Fit = Fit.STRETCH, library: str = "",
) -> ImageValue:  # fmt: skip
    """Return the image after a resize to (height, width)."""
    if method is None:
        return call.after(OtherStep(text_of(call.node)))
    return call.after(Resize(size[0], size[1], method, antialias, fit, library))


def preprocessed(image: ImageValue, name: str, given: Arguments, place: CodePlace) -> ImageValue:
    """Return an image after keras.applications' preprocess_input."""
    mode: object = _PREPROCESS.get(name.split(".")[-2] if "." in name else "")
    if "imagenet_utils" in name:
        mode = given.get(2, "mode", "caffe")
    match mode:
        case "caffe":
            return image.after(place, SwapChannels(), Affine((1.0,), _CAFFE_OFFSETS))
        case "tf":
            return image.after(place, Affine((1 / 127.5,), (-1.0,)))
        case "torch":
            return image.after(place, UNIT, normalised(_IMAGENET_MEAN, _IMAGENET_SD))
        case "none":
            return image
        case _:
            return image.after(place, OtherStep("preprocess_input() of a model that is not named"))


def normalised(mean: tuple[float, ...], deviation: tuple[float, ...]) -> StepKind:
    """Return (x - mean) / deviation as a step."""
    if not all(deviation):
        return OtherStep("a division by 0")
    count = max(len(mean), len(deviation))
    means = mean * count if len(mean) == 1 else mean
    sds = deviation * count if len(deviation) == 1 else deviation
    return Affine(
        tuple(1 / s for s in sds), tuple(-m / s for m, s in zip(means, sds, strict=False))
    )


Handler = Callable[[ImageCall], ImageValue | None]
