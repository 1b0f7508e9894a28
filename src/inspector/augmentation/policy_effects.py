"""What a policy does to given images, in numbers.

Measured on images at training size, sampled as in training, so that the same policy and images
always give the same numbers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.augmentation.apply import apply_params, padded_share
from inspector.augmentation.policy_json import Policy, Range, Shift
from inspector.augmentation.sampling import AugmentationParams, sample_params

MAX_IMAGES = 16
"""At most this many images are measured, evenly spaced among those given."""

LEVEL_BINS = 64
"""Bins of a histogram of levels 0..255."""

STILL_BELOW = 1.0
"""A sample that changes fewer grey levels than this on average counts as unchanged."""

EFFECTS: Final = (
    "rotation_degrees",
    "width_shift",
    "height_shift",
    "shear_degrees",
    "zoom",
    "horizontal_flip",
    "vertical_flip",
    "brightness",
    "channel_shift_levels",
    "contrast",
    "saturation",
    "hue_degrees",
    "blur_px",
    "noise_levels",
    "jpeg_quality",
    "erasing_probability",
    "crop_area",
)
"""Fields of a policy that change images by themselves, in the order they are applied."""

_STILL: Final = Policy.none()


@dataclass(frozen=True, slots=True)
class Effect:
    """Effects of a policy, as means over all images and samples.

    Attributes:
        mean_change: Mean absolute change, grey levels of 0..255.
        padded_share: Share 0..1 of pixels from outside the image.
        still_share: Share 0..1 of samples that change less than `STILL_BELOW` on average.
        clipped_share: Share 0..1 of values that became 0 or 255 and were not before.
    """

    mean_change: float
    padded_share: float
    still_share: float
    clipped_share: float


def measure(
    policy: Policy, pictures: Sequence[NDArray[np.uint8]], *, draws: int = 4, seed: int = 0
) -> Effect:
    """Measure the policy on at most `MAX_IMAGES` of the images.

    Args:
        policy: The policy.
        pictures: RGB (h, w, 3), uint8, at training size; at least one.
        draws: Samples per image.
        seed: Random seed.
    """
    changes: list[float] = []
    padded: list[float] = []
    clipped: list[float] = []
    for picture, params, out in _drawn(policy, pictures, draws=draws, seed=seed):
        height, width = picture.shape[:2]
        changes.append(mean_difference(out, picture))
        padded.append(padded_share(params, height=height, width=width))
        clipped.append(max(0.0, _at_the_ends(out) - _at_the_ends(picture)))
    return Effect(
        mean_change=float(np.mean(changes)),
        padded_share=float(np.mean(padded)),
        still_share=float(np.mean(np.array(changes) < STILL_BELOW)),
        clipped_share=float(np.mean(clipped)),
    )


def levels(
    policy: Policy, pictures: Sequence[NDArray[np.uint8]], *, draws: int = 2, seed: int = 0
) -> NDArray[np.float64]:
    """Return the distribution of levels before and after: pixel shares, (2, 3, `LEVEL_BINS`).

    Args:
        policy: The policy.
        pictures: As for `measure`.
        draws: Samples per image.
        seed: Random seed.

    Returns:
        Plain and augmented; red, green and blue; dark to light. Each row sums to 1.
    """
    counts = np.zeros((2, 3, LEVEL_BINS))
    for picture, _, out in _drawn(policy, pictures, draws=draws, seed=seed):
        for row, pixels in enumerate((picture, out)):
            for channel in range(3):
                shown = cv2.calcHist([pixels], [channel], None, [LEVEL_BINS], [0, 256])
                counts[row, channel] += shown.ravel()
    return np.asarray(counts / counts.sum(axis=2, keepdims=True))


def _drawn(
    policy: Policy, pictures: Sequence[NDArray[np.uint8]], *, draws: int, seed: int
) -> Iterator[tuple[NDArray[np.uint8], AugmentationParams, NDArray[np.uint8]]]:
    for index, picture in enumerate(chosen(pictures)):
        height, width = picture.shape[:2]
        for epoch in range(draws):
            params = sample_params(
                policy, seed=seed, epoch=epoch, image_id=str(index), height=height, width=width
            )
            yield picture, params, apply_params(picture, policy, params)


def chosen(pictures: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.uint8]]:
    """Return at most `MAX_IMAGES` images, evenly spaced."""
    if len(pictures) <= MAX_IMAGES:
        return list(pictures)
    places = np.linspace(0, len(pictures) - 1, MAX_IMAGES).round().astype(int)
    return [pictures[i] for i in places]


def alone(policy: Policy, *effects: str) -> Policy:
    """Return the policy with only these of `EFFECTS`, and the same filling and distribution."""
    off = {name: getattr(_STILL, name) for name in EFFECTS if name not in effects}
    return replace(policy, **off)


def active(policy: Policy) -> list[str]:
    """Return those of `EFFECTS` that change images."""
    return [name for name in EFFECTS if _acts(policy, name)]


def mean_difference(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Return the mean absolute difference of two images of one shape, grey levels."""
    return float(np.abs(one.astype(np.int16) - other).mean())


def _acts(policy: Policy, name: str) -> bool:
    value = getattr(policy, name)
    match value:
        case Shift():
            return value.moves
        case Range():
            return not value.is_only(100 if name == "jpeg_quality" else 1)
        case _ if name == "erasing_probability":
            return policy.erasing_probability > 0 and policy.erasing_area > 0
        case _:
            return bool(value != getattr(_STILL, name))


def _at_the_ends(picture: NDArray[np.uint8]) -> float:
    return float(((picture == 0) | (picture == 255)).mean())
