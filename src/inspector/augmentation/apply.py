"""Augment one image: the function behind both preview and training.

A typical policy costs one `cv2.warpAffine` and one lookup table of 256 entries; all else runs only
where it is set. Nothing depends on order, threads, processes or the clock.
"""

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.augmentation.policy_json import Fill, Normalisation, Policy
from inspector.augmentation.sampling import AugmentationParams, sample_params
from inspector.errors import UsageError

cv2.setNumThreads(1)

_BORDERS = {
    Fill.CONSTANT: cv2.BORDER_CONSTANT,
    Fill.NEAREST: cv2.BORDER_REPLICATE,
    Fill.REFLECT: cv2.BORDER_REFLECT,
    Fill.WRAP: cv2.BORDER_WRAP,
}

_LEVELS = np.arange(256, dtype=np.float32)

# ITU-R 601, as in Pillow's "L" and torchvision.
_LUMA = np.array([0.299, 0.587, 0.114])

STD_FLOOR = 1e-6
"""Added to a standard deviation before dividing by it. Source: keras' ImageDataGenerator."""


def augment(
    picture: NDArray[np.uint8], policy: Policy, *, seed: int, epoch: int, image_id: str
) -> NDArray[np.uint8]:
    """Return RGB `picture` (h, w, 3), uint8, as training sees it in an epoch.

    Args:
        picture: Image at training size; not modified.
        policy: The augmentation policy.
        seed: Random seed of the run.
        epoch: From 0.
        image_id: SHA-256 of the file, in hex.
    """
    height, width = picture.shape[:2]
    params = sample_params(
        policy, seed=seed, epoch=epoch, image_id=image_id, height=height, width=width
    )
    return apply_params(picture, policy, params)


def apply_params(
    picture: NDArray[np.uint8], policy: Policy, params: AugmentationParams
) -> NDArray[np.uint8]:
    """Apply sampled parameters to RGB `picture` (h, w, 3), uint8; return a new array."""
    out = _tone(_move(picture, policy, params), params)
    if params.contrast is not None:
        out = _stretch(out, params.contrast)
    if params.saturation != 1 or params.hue_degrees:
        turn = colour_matrix(params.saturation, params.hue_degrees)
        out = np.asarray(cv2.transform(out, turn), np.uint8)
    if params.blur_px:
        out = np.asarray(
            cv2.GaussianBlur(out, (0, 0), params.blur_px, borderType=cv2.BORDER_REFLECT), np.uint8
        )
    if params.noise_levels:
        out = _add_noise(out, params)
    if params.jpeg_quality < 100:
        out = _compress(out, params.jpeg_quality)
    if params.erased is not None:
        box = params.erased
        level = round(policy.cval)
        out[box.top : box.top + box.height, box.left : box.left + box.width] = level
    return out


def geometry(params: AugmentationParams, *, height: int, width: int) -> NDArray[np.float64] | None:
    """Return the matrix (2, 3) from a position (x, y) in the result to one in the image, in px.

    None for the identity; flips are not included.

    Source: keras 3's `apply_affine_transform` (rotation * shift * shear * zoom about the centre),
    preceded by the crop and followed by the flips.
    """
    if not _moves(params):
        return None
    theta, shear = math.radians(params.theta), math.radians(params.shear)
    c, s = math.cos(theta), math.sin(theta)
    k, m = math.sin(shear), math.cos(shear)
    side = params.crop_side
    across = side * params.zx * (-1 if params.flip_horizontal else 1)
    down = side * params.zy * (-1 if params.flip_vertical else 1)
    a, b = c * across, (-c * k - s * m) * down
    d, e = s * across, (c * m - s * k) * down
    x0, y0 = width / 2 - 0.5, height / 2 - 0.5
    dx = side * (c * params.tx - s * params.ty) + params.crop_x
    dy = side * (s * params.tx + c * params.ty) + params.crop_y
    return np.array([[a, b, x0 + dx - a * x0 - b * y0], [d, e, y0 + dy - d * x0 - e * y0]])


def padded_share(params: AugmentationParams, *, height: int, width: int) -> float:
    """Return the share 0..1 of result pixels that come from outside the image.

    Estimated on a grid of at most 48 x 48 positions.
    """
    places = geometry(params, height=height, width=width)
    if places is None:
        return 0.0
    x = np.linspace(0, width - 1, min(width, 48))[np.newaxis, :]
    y = np.linspace(0, height - 1, min(height, 48))[:, np.newaxis]
    from_x = places[0, 0] * x + places[0, 1] * y + places[0, 2]
    from_y = places[1, 0] * x + places[1, 1] * y + places[1, 2]
    inside_x = (from_x >= -0.5) & (from_x <= width - 0.5)
    inside = inside_x & (from_y >= -0.5) & (from_y <= height - 0.5)
    return 1.0 - float(inside.mean())


def colour_matrix(saturation: float, hue_degrees: float) -> NDArray[np.float64]:
    """Return the RGB matrix (3, 3) of a saturation factor and a hue rotation.

    Grey and luma are preserved. Source: the CSS filters saturate and hue-rotate with ITU-R 601
    luma, as a rotation in the plane of the two colour differences.
    """
    grey = np.tile(_LUMA, (3, 1))
    colour = np.eye(3) - grey
    # Cross product with the grey axis, restricted to the plane of equal luma.
    axis = np.array([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]]) / math.sqrt(3)
    hue = math.radians(hue_degrees)
    turned = math.cos(hue) * colour + math.sin(hue) * (colour @ axis)
    return np.asarray(grey + saturation * turned, np.float64)


def normalise(
    pictures: NDArray[np.float32],
    normalisation: Normalisation,
    *,
    mean: NDArray[np.float32] | None = None,
    std: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Return a normalised copy of `pictures` (n, h, w, 3), float32 of 0..255.

    Args:
        pictures: Augmented or plain images.
        normalisation: ZCA is not applied.
        mean: Per channel (3,), of the rescaled training set, for featurewise_center.
        std: Per channel (3,), of the rescaled training set, for featurewise_std.

    Raises:
        UsageError: A featurewise step is on and its statistic was not given.
    """
    out = np.array(pictures, np.float32)
    if normalisation.rescale is not None:
        out *= np.float32(normalisation.rescale)
    if normalisation.samplewise_center:
        out -= out.mean(axis=(1, 2, 3), keepdims=True)
    if normalisation.samplewise_std:
        out /= out.std(axis=(1, 2, 3), keepdims=True) + np.float32(STD_FLOOR)
    if normalisation.featurewise_center:
        out -= _fitted(mean, "mean")
    if normalisation.featurewise_std:
        out /= _fitted(std, "standard deviation") + np.float32(STD_FLOOR)
    return out


def _fitted(value: NDArray[np.float32] | None, name: str) -> NDArray[np.float32]:
    if value is None:
        raise UsageError(
            f"featurewise normalisation needs the training set's {name}",
            "Measure the training images first, or switch featurewise normalisation off.",
        )
    return value


def _moves(params: AugmentationParams) -> bool:
    numbers = (params.theta, params.tx, params.ty, params.shear, params.crop_x, params.crop_y)
    return any(numbers) or not params.zx == params.zy == params.crop_side == 1


def _move(
    picture: NDArray[np.uint8], policy: Policy, params: AugmentationParams
) -> NDArray[np.uint8]:
    """Resample the image once; always returns a new array."""
    height, width = picture.shape[:2]
    places = geometry(params, height=height, width=width)
    if places is None:
        across = slice(None, None, -1 if params.flip_horizontal else 1)
        down = slice(None, None, -1 if params.flip_vertical else 1)
        return np.array(picture[down, across], order="C")
    moved = cv2.warpAffine(
        picture,
        places,
        (width, height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=_BORDERS[policy.fill],
        borderValue=(policy.cval,) * 3,
    )
    return np.asarray(moved, np.uint8)


def _tone(picture: NDArray[np.uint8], params: AugmentationParams) -> NDArray[np.uint8]:
    """Add the channel shift and multiply by the brightness, in one lookup table."""
    if not params.channel_shift_intensity and params.brightness is None:
        return picture
    levels: NDArray[Any] = _LEVELS
    if params.channel_shift_intensity:
        # Keras clips the result to the image's own range.
        low, high = int(picture.min()), int(picture.max())
        levels = np.clip(levels.astype(np.float64) + params.channel_shift_intensity, low, high)
    if params.brightness is None:
        table = np.rint(levels)
    else:
        # Pillow multiplies integer levels in float32 and truncates.
        levels = levels if levels is _LEVELS else np.floor(levels).astype(np.float32)
        table = np.maximum(np.minimum(levels * np.float32(params.brightness), 255), 0)
    return np.asarray(cv2.LUT(picture, table.astype(np.uint8)), np.uint8)


def _stretch(picture: NDArray[np.uint8], factor: float) -> NDArray[np.uint8]:
    """Scale each channel's distance from its mean, as in keras' RandomContrast."""
    means = np.array(cv2.mean(picture)[:3])
    levels = np.arange(256, dtype=np.float64)[:, np.newaxis, np.newaxis]
    table = np.clip(np.rint(means + (levels - means) * factor), 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(picture, table), np.uint8)


def _add_noise(picture: NDArray[np.uint8], params: AugmentationParams) -> NDArray[np.uint8]:
    generator = np.random.Generator(np.random.Philox(key=params.noise_key))
    noise = generator.standard_normal(picture.shape, np.float32) * np.float32(params.noise_levels)
    return np.clip(np.rint(picture + noise), 0, 255).astype(np.uint8)


def _compress(picture: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    """Encode as JPEG and decode again."""
    bgr = np.ascontiguousarray(picture[..., ::-1])
    _, stored = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    read = cv2.imdecode(stored, cv2.IMREAD_COLOR)
    assert read is not None
    return np.array(read[..., ::-1], np.uint8, order="C")
