"""Models of image functions of OpenCV, Pillow, Keras, TensorFlow, scikit-image and torchvision."""

import re
from collections.abc import Mapping
from typing import Final

from inspector.code_reading.evaluation.images.image_functions import (
    CV2_METHODS,
    PILLOW_METHODS,
    UNIT,
    Handler,
    ImageCall,
    made,
    method_of,
    normalised,
    numbers_of,
    resized,
    size_of,
)
from inspector.code_reading.evaluation.images.image_values import (
    Affine,
    BoxCrop,
    CentreCrop,
    Channels,
    Fit,
    ImageValue,
    Interpolation,
    NameChannels,
    OtherStep,
    Resize,
    Standardise,
    SwapChannels,
    ToGrey,
    Truncate,
    Upright,
)
from inspector.code_reading.evaluation.value_text import text_of
from inspector.code_reading.evaluation.values import ListBox, Ref, Unknown, is_number

# OpenCV.


_IMREAD_FLAGS: Final = {
    "IMREAD_UNCHANGED": -1, "IMREAD_GRAYSCALE": 0, "IMREAD_COLOR": 1, "IMREAD_ANYDEPTH": 2,
    "IMREAD_ANYCOLOR": 4, "IMREAD_IGNORE_ORIENTATION": 128, "IMREAD_COLOR_RGB": 256,
    "IMREAD_COLOR_BGR": 1,
}  # fmt: skip


def _imread_flags(value: object) -> int | None:
    """Return the flags of cv2.imread as a number; None if unknown."""
    if isinstance(value, int):
        return value
    text = value.last if isinstance(value, Ref) else getattr(value, "text", "")
    names = re.findall(r"IMREAD_\w+", text)
    if not names or any(name not in _IMREAD_FLAGS for name in names):
        return None
    return -1 if "IMREAD_UNCHANGED" in names else sum({_IMREAD_FLAGS[name] for name in names})


def _cv2_imread(call: ImageCall) -> ImageValue:
    flags = _imread_flags(call.given.get(1, "flags", 1))
    if flags is None:
        return made(call.place, "OpenCV", Channels.UNKNOWN, upright=None)
    if flags == -1:
        return made(call.place, "OpenCV", Channels.BGR, upright=False)
    # Without a colour flag the image is grey.
    grey = not flags & (1 | 4 | 256)
    channels = Channels.GREY if grey else Channels.RGB if flags & 256 else Channels.BGR
    return made(call.place, "OpenCV", channels, upright=not flags & 128)


def _cv2_convert(call: ImageCall) -> ImageValue:
    code = call.given.get(1, "code")
    name = code.last if isinstance(code, Ref) else "COLOR_BGR2RGB" if code == 4 else ""
    source, _, target = str(name).removeprefix("COLOR_").partition("2")
    source, target = source.removesuffix("A"), target.removesuffix("A")
    image = call.image or made(call.place, "", Channels.UNKNOWN, upright=None)
    if target == "GRAY":
        return image.after(call.place, ToGrey())
    if source == "GRAY" and target in ("RGB", "BGR"):
        return image
    if {source, target} == {"RGB", "BGR"}:
        if image.channels is Channels.UNKNOWN:
            return image.after(call.place, NameChannels(Channels(target)))
        return image.after(call.place, SwapChannels())
    if source == target and source:
        return image
    return image.after(call.place, OtherStep(text_of(call.node)))


def _cv2_resize(call: ImageCall) -> ImageValue:
    width, height = size_of(call.given.get(1, "dsize"))
    method = method_of(
        call.given.get(5, "interpolation"), Interpolation.BILINEAR, CV2_METHODS
    )  # fmt: skip
    return resized(call, (height, width), method, library="OpenCV")


def _cv2_blob(call: ImageCall) -> ImageValue:
    """Read cv2.dnn.blobFromImage(image, scalefactor, size, mean, swapRB, crop)."""
    given = call.given
    scale = numbers_of(given.get(1, "scalefactor", 1.0))
    mean = numbers_of(given.get(3, "mean", 0.0))
    size = given.get(2, "size")
    width, height = size_of(size)
    image = call.image or made(call.place, "", Channels.UNKNOWN, upright=None)
    if size is not None:
        fit = Fit.CROP if given.get(5, "crop") is True else Fit.STRETCH
        resize = Resize(height, width, Interpolation.BILINEAR, False, fit, "OpenCV")
        image = image.after(call.place, resize)
    if given.get(4, "swapRB") is True:
        image = image.after(call.place, SwapChannels())
    if scale is None or mean is None:
        return image.after(call.place, OtherStep(text_of(call.node)))
    if (scale, mean) == ((1.0,), (0.0,)):
        return image
    return image.after(call.place, Affine(scale, tuple(-m * scale[0] for m in mean)))


# Pillow.


def pillow_resize(call: ImageCall) -> ImageValue:
    """Read Image.resize((width, height), resample)."""
    width, height = size_of(call.given.get(0, "size"))
    method = method_of(call.given.get(1, "resample"), Interpolation.BICUBIC, PILLOW_METHODS)
    return resized(call, (height, width), method, antialias=method is not Interpolation.NEAREST)


def pillow_convert(call: ImageCall) -> ImageValue:
    """Read Image.convert(mode)."""
    image = call.image or made(call.place, "Pillow", upright=None)
    mode = call.given.get(0, "mode")
    if mode in ("RGB", "RGBA") or (mode in ("L", "1") and image.channels is Channels.GREY):
        return image
    known = mode in ("L", "1")
    return image.after(call.place, ToGrey() if known else OtherStep(text_of(call.node)))


def pillow_crop(call: ImageCall) -> ImageValue:
    """Read Image.crop((left, top, right, bottom))."""
    box = call.given.get(0, "box")
    if isinstance(box, tuple) and len(box) == 4 and all(isinstance(v, int) for v in box):
        left, top, right, bottom = box
        return call.after(BoxCrop(top, bottom, left, right))
    return call.after(BoxCrop(text=text_of(call.node)))


def _ops_fit(fit: Fit) -> "Handler":
    def read(call: ImageCall) -> ImageValue:
        width, height = size_of(call.given.get(1, "size"))
        method = method_of(call.given.get(2, "method"), Interpolation.BICUBIC, PILLOW_METHODS)
        smooth = method is not Interpolation.NEAREST
        return resized(call, (height, width), method, antialias=smooth, fit=fit)

    return read


# Keras and TensorFlow.


def _load_img(call: ImageCall) -> ImageValue:
    """Read keras.utils.load_img(path, color_mode, target_size, interpolation)."""
    given = call.given
    grey = given.get(1, "color_mode") == "grayscale" or given.names.get("grayscale") is True
    image = made(call.place, "Pillow", Channels.GREY if grey else Channels.RGB)
    size = given.get(2, "target_size")
    if size is None:
        return image
    method = method_of(given.get(3, "interpolation"), Interpolation.NEAREST, PILLOW_METHODS)
    keeps = given.names.get("keep_aspect_ratio") is True
    inner = ImageCall(image, given, call.place, call.node)
    return resized(
        inner, size_of(size), method, antialias=method is not Interpolation.NEAREST,
        fit=Fit.CROP if keeps else Fit.STRETCH,
    )  # fmt: skip


def _tf_resize(fit: Fit, method_place: int) -> "Handler":
    def read(call: ImageCall) -> ImageValue:
        given = call.given
        size = given.get(1, "size")
        pair = size_of(size)
        if size is None or "target_height" in given.names:
            height, width = given.get(1, "target_height"), given.get(2, "target_width")
            pair = size_of((height, width))
        elif fit is not Fit.STRETCH and isinstance(size, int):
            pair = size_of((size, given.get(2, "target_width")))
        method = method_of(
            given.get(method_place, "method", given.names.get("interpolation")),
            Interpolation.BILINEAR, (),
        )  # fmt: skip
        keeps = given.names.get("preserve_aspect_ratio") is True
        smooth = given.names.get("antialias") is True
        how = Fit.SHORT_SIDE if keeps else fit
        return resized(call, pair, method, antialias=smooth, fit=how)

    return read


def _tf_crop_or_pad(call: ImageCall) -> ImageValue:
    height, width = size_of((call.given.get(1, "target_height"), call.given.get(2, "target_width")))
    return call.after(CentreCrop(height, width))


def _central_crop(call: ImageCall) -> ImageValue:
    share = call.given.get(1, "central_fraction")
    if is_number(share):
        return call.after(CentreCrop(float(share), float(share)))  # type: ignore[arg-type]
    return call.after(BoxCrop(text=text_of(call.node)))


def _bounding_box(call: ImageCall) -> ImageValue:
    top, left = size_of((call.given.get(1, "offset_height"), call.given.get(2, "offset_width")))
    high, wide = size_of((call.given.get(3, "target_height"), call.given.get(4, "target_width")))
    if None in (top, left, high, wide):
        return call.after(BoxCrop(text=text_of(call.node)))
    assert top is not None
    assert left is not None
    assert high is not None
    assert wide is not None
    return call.after(BoxCrop(top, top + high, left, left + wide))


def _convert_dtype(call: ImageCall) -> ImageValue:
    """Read tf.image.convert_image_dtype and skimage's img_as_float: to 0..1."""
    image = call.image or made(call.place, "", Channels.UNKNOWN, upright=None)
    return image if image.is_unit else image.after(call.place, UNIT)


def _tf_decode(call: ImageCall) -> ImageValue:
    grey = call.given.get(1, "channels") == 1
    return made(call.place, "TensorFlow", Channels.GREY if grey else Channels.RGB)


def _cast(call: ImageCall) -> ImageValue | None:
    return cast_to(call, call.given.get(1, "dtype"))


def cast_to(call: ImageCall, kind: object) -> ImageValue | None:
    """Return the image as another type of number."""
    name = kind.last if isinstance(kind, Ref) else kind
    image = call.image
    if image is None or not isinstance(name, str):
        return image
    whole = name.startswith(("int", "uint", "u1"))
    return image.after(call.place, Truncate()) if whole and image.is_unit else image


# scikit-image.


def _skimage_resize(call: ImageCall) -> ImageValue:
    """Read skimage.transform.resize(image, (height, width)), which also maps 0..255 to 0..1."""
    order = call.given.get(2, "order", 1)
    orders = {0: Interpolation.NEAREST, 1: Interpolation.BILINEAR, 3: Interpolation.BICUBIC}
    method = orders.get(order) if isinstance(order, int) else None
    image = resized(call, size_of(call.given.get(1, "output_shape")), method,
                    antialias=call.given.names.get("anti_aliasing") is not False)  # fmt: skip
    keeps = call.given.names.get("preserve_range") is True
    return image if keeps or image.is_unit else image.after(call.place, UNIT)


# torchvision's functions.


def _torch_resize(call: ImageCall) -> ImageValue:
    return torch_resize(call, call.given.get(1, "size"), call.given.get(2, "interpolation"))


def torch_resize(call: ImageCall, size: object, interpolation: object) -> ImageValue:
    """Return the image after torchvision's Resize: a single number is the short side."""
    items = size.data if isinstance(size, ListBox) else size
    one = isinstance(items, int) or (isinstance(items, tuple | list) and len(items) == 1)
    first = items[0] if isinstance(items, tuple | list) and len(items) == 1 else items
    method = method_of(interpolation, Interpolation.BILINEAR, PILLOW_METHODS)
    fit = Fit.SHORT_SIDE if one else Fit.STRETCH
    smooth = method is not Interpolation.NEAREST
    return resized(call, size_of(first), method, antialias=smooth, fit=fit)


def _torch_normalise(call: ImageCall) -> ImageValue:
    return torch_normalise(call, call.given.get(1, "mean"), call.given.get(2, "std"))


def torch_normalise(call: ImageCall, mean: object, deviation: object) -> ImageValue:
    """Return the image after (x - mean) / deviation."""
    means, sds = numbers_of(mean), numbers_of(deviation)
    if means is None or sds is None:
        return call.after(OtherStep(text_of(call.node)))
    return call.after(normalised(means, sds))


def _torch_crop(call: ImageCall) -> ImageValue:
    return call.after(CentreCrop(*size_of(call.given.get(1, "output_size"))))


def _to_unit(call: ImageCall) -> ImageValue:
    return call.after(UNIT)


def _same(call: ImageCall) -> ImageValue | None:
    return call.image


DECODERS: Final[Mapping[str, Handler]] = {
    "cv2.imread": _cv2_imread,
    "cv2.imdecode": _cv2_imread,
    "PIL.Image.open": lambda call: made(call.place, "Pillow"),
    "load_img": _load_img,
    "decode_jpeg": _tf_decode,
    "decode_png": _tf_decode,
    "decode_image": _tf_decode,
    "decode_and_crop_jpeg": _tf_decode,
    "skimage.io.imread": lambda call: made(call.place, "scikit-image", upright=None),
    "imageio.imread": lambda call: made(call.place, "imageio", upright=None),
    "imageio.v2.imread": lambda call: made(call.place, "imageio", upright=None),
    "imageio.v3.imread": lambda call: made(call.place, "imageio", upright=None),
    "matplotlib.pyplot.imread": lambda call: made(call.place, "Matplotlib"),
    "matplotlib.image.imread": lambda call: made(call.place, "Matplotlib"),
    "torchvision.io.read_image": lambda call: made(call.place, "torchvision"),
    "torchvision.io.decode_image": lambda call: made(call.place, "torchvision"),
}
"""Functions that create an image, by full or last name."""

CHANGES: Final[Mapping[str, Handler]] = {
    "cv2.cvtColor": _cv2_convert,
    "cv2.resize": _cv2_resize,
    "cv2.dnn.blobFromImage": _cv2_blob,
    "cv2.normalize": lambda call: call.after(Standardise("its own minimum and maximum")),
    "PIL.ImageOps.exif_transpose": lambda call: call.after(Upright()),
    "PIL.ImageOps.fit": _ops_fit(Fit.CROP),
    "PIL.ImageOps.pad": _ops_fit(Fit.PAD),
    "PIL.ImageOps.grayscale": lambda call: call.after(ToGrey()),
    "smart_resize": _tf_resize(Fit.CROP, 2),
    "tensorflow.image.resize": _tf_resize(Fit.STRETCH, 2),
    "tensorflow.image.resize_images": _tf_resize(Fit.STRETCH, 2),
    "tensorflow.image.resize_with_pad": _tf_resize(Fit.PAD, 3),
    "tensorflow.image.resize_with_crop_or_pad": _tf_crop_or_pad,
    "tensorflow.image.central_crop": _central_crop,
    "tensorflow.image.crop_to_bounding_box": _bounding_box,
    "tensorflow.image.convert_image_dtype": _convert_dtype,
    "tensorflow.image.rgb_to_grayscale": lambda call: call.after(ToGrey()),
    "tensorflow.image.grayscale_to_rgb": _same,
    "tensorflow.image.per_image_standardization": lambda call: call.after(
        Standardise("its own mean and deviation")
    ),
    "tensorflow.cast": _cast,
    "skimage.transform.resize": _skimage_resize,
    "skimage.color.rgb2gray": lambda call: call.after(ToGrey(), UNIT),
    "skimage.util.img_as_float": _convert_dtype,
    "skimage.img_as_float": _convert_dtype,
    "torchvision.transforms.functional.resize": _torch_resize,
    "torchvision.transforms.functional.center_crop": _torch_crop,
    "torchvision.transforms.functional.normalize": _torch_normalise,
    "torchvision.transforms.functional.to_tensor": _to_unit,
    "numpy.uint8": lambda call: cast_to(call, "uint8"),
}
"""Functions that change an image, by full or last name."""

STATISTICS: Final = ("mean", "std", "max", "min", "amax", "amin", "sum", "var", "median")
_MAKES_IMAGES: Final = ("cv2", "skimage", "PIL", "imutils", "scipy", "imageio")


def other_step(call: ImageCall, name: str) -> object:
    """Return the result of an unknown image function."""
    root = name.partition(".")[0]
    if root in _MAKES_IMAGES or ".image." in name or ".transforms." in name:
        return call.after(OtherStep(text_of(call.node)))
    return Unknown(text_of(call.node))
