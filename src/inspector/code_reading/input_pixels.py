"""Compute an image as training code or inference code passes it to a model.

Images are resized as the libraries do: with antialiasing by Pillow, without by OpenCV, whose
bilinear kernel is TensorFlow's. Rounding differences between libraries are ignored.
"""

from dataclasses import replace
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inspector.code_reading.evaluation.images.image_values import (
    Affine,
    BoxCrop,
    CentreCrop,
    Channels,
    Fit,
    Interpolation,
    Resize,
    Standardise,
    Truncate,
)
from inspector.code_reading.input_differences import Aspect
from inspector.code_reading.model_input import Geometry, ModelInput, Values
from inspector.code_reading.program import CodePlace
from inspector.dataset import formats
from inspector.dataset.rasters import RefusedError, decode, turn_upright

Floats = NDArray[np.float32]

_LUMA: Final = (0.299, 0.587, 0.114)
_TURNED_BACK: Final = {6: 8, 8: 6}
"""EXIF orientations that are not their own inverse."""

_MAX_SIDE_PX: Final = 4_096
_FLAGS: Final = {
    Interpolation.NEAREST: cv2.INTER_NEAREST, Interpolation.BILINEAR: cv2.INTER_LINEAR,
    Interpolation.BICUBIC: cv2.INTER_CUBIC, Interpolation.AREA: cv2.INTER_AREA,
    Interpolation.LANCZOS: cv2.INTER_LANCZOS4,
}  # fmt: skip
_RESAMPLING: Final = {
    Interpolation.NEAREST: Image.Resampling.NEAREST,
    Interpolation.BILINEAR: Image.Resampling.BILINEAR,
    Interpolation.BICUBIC: Image.Resampling.BICUBIC,
    Interpolation.AREA: Image.Resampling.BOX,
    Interpolation.LANCZOS: Image.Resampling.LANCZOS,
}


def stored_pixels(data: bytes, name: str) -> tuple[NDArray[np.uint8], int]:
    """Return an image file's RGB pixels as stored, and its EXIF orientation, 1 for none.

    Raises:
        RefusedError: It is no image.
        Exception: Almost any, from a decoder.
    """
    head = data[: formats.HEAD_BYTES]
    kind = formats.guess(name, head)
    if not kind:
        raise RefusedError(formats.explain(name, head))
    raster = decode(data, kind, reduced=False)
    turned = raster.shot.orientation or 1
    return turn_upright(raster.pixels, _TURNED_BACK.get(turned, turned)), turned


def input_of(one: ModelInput, stored: NDArray[np.uint8], orientation: int) -> Floats:
    """Return an image as model input: (height, width, 3), with 3 equal channels for grey.

    Args:
        one: How it is prepared.
        stored: (h, w, 3) RGB as in the file.
        orientation: EXIF orientation.
    """
    pixels = turn_upright(stored, orientation) if one.upright and orientation > 1 else stored
    image = pixels.astype(np.float32)
    for step, _ in one.geometry:
        image = _shaped(image, step)
    if one.channels is Channels.GREY:
        image = np.repeat((image @ np.array(_LUMA, np.float32))[..., None], 3, axis=2)
    elif one.channels is Channels.BGR:
        image = image[..., ::-1]
    for value, _ in one.values:
        image = _computed(image, value)
    return np.ascontiguousarray(image, np.float32)


def _shaped(image: Floats, step: Geometry) -> Floats:
    match step:
        case Resize():
            return _resized(image, step)
        case CentreCrop():
            size = step.size_of(image.shape[:2])
            return image if size is None else _middle(image, size)
        case BoxCrop(top=top, bottom=bottom, left=left, right=right, text=text):
            part = image if text else image[top:bottom, left:right]
            return part if part.size else image


def _middle(image: Floats, size: tuple[int, int]) -> Floats:
    """Crop the centre; pixels outside the image are black."""
    high, wide = size
    down, across = max(0, high - image.shape[0]), max(0, wide - image.shape[1])
    if down or across:
        edges = ((down // 2, down - down // 2), (across // 2, across - across // 2), (0, 0))
        image = np.pad(image, edges)
    top, left = (image.shape[0] - high) // 2, (image.shape[1] - wide) // 2
    return image[top : top + high, left : left + wide]


def _resized(image: Floats, step: Resize) -> Floats:
    high, wide = image.shape[:2]
    height, width = step.height or high, step.width or wide
    match step.fit:
        case Fit.SHORT_SIDE:
            share = height / min(high, wide)
            return _to_size(image, round(high * share), round(wide * share), step)
        case Fit.CROP:
            share = min(high / height, wide / width)
            part = _middle(image, (max(1, int(height * share)), max(1, int(width * share))))
            return _to_size(part, height, width, step)
        case Fit.PAD:
            share = min(height / high, width / wide)
            size = max(1, int(high * share)), max(1, int(wide * share))
            return _middle(_to_size(image, *size, step), (height, width))
        case Fit.STRETCH:
            return _to_size(image, height, width, step)


def _to_size(image: Floats, height: int, width: int, step: Resize) -> Floats:
    height, width = min(height, _MAX_SIDE_PX), min(width, _MAX_SIDE_PX)
    pillow = step.antialias or (
        step.method is Interpolation.NEAREST and step.library != "OpenCV"
    )  # fmt: skip
    if not pillow:
        flag = _FLAGS[step.method]
        return np.asarray(cv2.resize(image, (width, height), interpolation=flag), np.float32)
    planes = [
        np.asarray(
            Image.fromarray(np.ascontiguousarray(image[..., i])).resize(
                (width, height), _RESAMPLING[step.method]
            )
        )
        for i in range(3)
    ]
    return np.stack(planes, axis=2).astype(np.float32)


def _computed(image: Floats, value: Values) -> Floats:
    match value:
        case Affine(factor=factor, offset=offset):
            return image * np.array(factor, np.float32) + np.array(offset, np.float32)
        case Truncate():
            return np.asarray(np.trunc(image), np.float32)
        case Standardise(how=how) if "minimum" in how:
            low, high = float(image.min()), float(image.max())
            return _scaled(image, low, max(high - low, 1e-6))
        case Standardise():
            least = 1 / image.size**0.5
            return _scaled(image, float(image.mean()), max(float(image.std()), least))


def _scaled(image: Floats, middle: float, spread: float) -> Floats:
    return np.asarray((image - middle) / spread, np.float32)


def with_aspect(learnt: ModelInput, served: ModelInput, aspect: Aspect) -> ModelInput | None:
    """Return training's preparation of an image, with one aspect as in inference.

    Returns:
        None for what can't be computed.
    """
    match aspect:
        case Aspect.CHANNELS:
            return replace(learnt, channels=served.channels)
        case Aspect.EXIF:
            return replace(learnt, upright=served.upright)
        case Aspect.SCALE | Aspect.DTYPE:
            return replace(learnt, values=served.values)
        case Aspect.SIZE:
            return replace(learnt, geometry=_with_size(learnt, served))
        case Aspect.RESIZE:
            return replace(learnt, geometry=_with_method(learnt, served))
        case Aspect.CROP:
            return replace(learnt, geometry=_with_crop(learnt, served))
        case _:
            return None


_Steps = tuple[tuple[Geometry, CodePlace], ...]


def _with_size(learnt: ModelInput, served: ModelInput) -> _Steps:
    height, width = served.size or (None, None)
    if height is None or width is None:
        return learnt.geometry
    end = Resize(height, width, Interpolation.BILINEAR)
    last = learnt.resize
    if last is None or learnt.geometry[-1][0] is not last or last.fit is Fit.SHORT_SIDE:
        return (*learnt.geometry, (end, learnt.place))
    changed = replace(last, height=height, width=width)
    return (*learnt.geometry[:-1], (changed, learnt.place))


def _with_method(learnt: ModelInput, served: ModelInput) -> _Steps:
    other = served.resize
    if other is None:
        return learnt.geometry
    return tuple(
        (
            replace(step, method=other.method, antialias=other.antialias, library=other.library)
            if isinstance(step, Resize)
            else step,
            place,
        )
        for step, place in learnt.geometry
    )


def _with_crop(learnt: ModelInput, served: ModelInput) -> _Steps:
    """Return inference's crops with training's interpolation and size."""
    mine = learnt.resize
    steps: list[tuple[Geometry, CodePlace]] = []
    for step, place in served.geometry:
        if mine is not None and isinstance(step, Resize):
            step = replace(  # noqa: PLW2901
                step, method=mine.method, antialias=mine.antialias, library=mine.library
            )
        steps.append((step, place))
    size = learnt.size
    if size is not None and served.size != size:
        method = mine.method if mine is not None else Interpolation.BILINEAR
        steps.append((Resize(size[0], size[1], method), served.place))
    return tuple(steps)


def same_shape(image: Floats, shape: tuple[Any, ...]) -> Floats:
    """Return an image resized to another one's shape, to compare values."""
    if image.shape[:2] == shape[:2]:
        return image
    flat = cv2.resize(image, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(flat, np.float32)


def to_levels(image: Floats, learnt: ModelInput) -> Floats | None:
    """Return the RGB levels, 0..255, that training would have turned into these values.

    Returns:
        None if training's values are not linear in the levels.
    """
    scale = learnt.scale
    if scale is None or not all(scale.factor):
        return None
    moved = image - np.array(scale.offset, np.float32)
    levels = np.asarray(moved / np.array(scale.factor, np.float32), np.float32)
    return levels[..., ::-1] if learnt.channels is Channels.BGR else levels
