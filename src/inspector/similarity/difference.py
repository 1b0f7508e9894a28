"""Overlay one image on another and show where they differ."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.similarity.orientations import NAMES, STEPS

AMPLIFY = 3
_REFINED_PX = 256
_STEPS = 60
_ENOUGH = 1e-5
_BLUR = 5
# Smaller changes are not worth mentioning.
_TURN_DEGREES, _MOVE_SHARE, _SCALE_SHARE = 0.5, 0.01, 0.01
_FLIPPED = {"mirror": "mirrored", "flip": "flipped upside down"}
Pixels = NDArray[np.uint8]
Affine = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ImageDifference:
    """Where two images differ, the second one overlaid on the first.

    Attributes:
        pixels: (h, w, 3) of the first image: the difference times `AMPLIFY`; black where only one
            of them has content.
        mean: Mean difference in grey levels, 0..255, where both have content.
        steps: How the second image was aligned with the first, as text; () for not at all.
    """

    pixels: Pixels
    mean: float
    steps: tuple[str, ...]


def difference(first: Pixels, second: Pixels) -> ImageDifference:
    """Return the difference of two images, the second stretched to the first one's size."""
    return _warped(first, second, _stretch(first, second), ())


def aligned_difference(
    first: Pixels, second: Pixels, transform: int, place: NDArray[np.floating] | None
) -> ImageDifference:
    """Return the difference of two images, the second one aligned with the first.

    Args:
        first: RGB (h, w, 3), uint8.
        second: The same.
        transform: Transform from the first to the second, as in `orientations`.
        place: (6,) map from the transformed first image to the second, in coordinates from -1 to 1,
            as measured by `verification`; None if unknown.
    """
    around = _turned(transform) if place is None else _composed(transform, place)
    coarse = _in_pixels(around, first, second)
    best = _warped(first, second, coarse, _words(coarse, transform, first, second))
    fine = _refined(first, second, coarse)
    if fine is not None:
        other = _warped(first, second, fine, _words(fine, transform, first, second))
        best = min(best, other, key=lambda d: d.mean)
    return best


def _turned(transform: int) -> Affine:
    """Return the map (3, 3) of one of the eight orientations, in coordinates from -1 to 1."""
    transpose, rows, columns = STEPS[transform]
    matrix = np.eye(3)
    if transpose:
        matrix = matrix[[1, 0, 2]]
    matrix[0] *= -1 if columns else 1
    matrix[1] *= -1 if rows else 1
    return matrix


def _composed(transform: int, place: NDArray[np.floating]) -> Affine:
    matrix: Affine = np.vstack([np.asarray(place, np.float64).reshape(2, 3), [0.0, 0.0, 1.0]])
    return matrix @ _turned(transform)


def _in_pixels(around: Affine, first: Pixels, second: Pixels) -> Affine:
    """Convert a map from -1..1 to one (3, 3) from pixels of the first image to the second's."""
    return _scale_of(second) @ around @ np.linalg.inv(_scale_of(first))


def _scale_of(image: Pixels) -> Affine:
    across, down = (image.shape[1] - 1) / 2, (image.shape[0] - 1) / 2
    return np.array([[max(across, 0.5), 0, across], [0, max(down, 0.5), down], [0, 0, 1]])


def _stretch(first: Pixels, second: Pixels) -> Affine:
    return _in_pixels(np.eye(3), first, second)


def _refined(first: Pixels, second: Pixels, coarse: Affine) -> Affine | None:
    """Refine a map on small versions of both images; None where that fails."""
    one, shrink_one = _small(first)
    two, shrink_two = _small(second)
    start = np.asarray((shrink_two @ coarse @ np.linalg.inv(shrink_one))[:2], np.float32)
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, _STEPS, _ENOUGH)
    mask = np.full(two.shape, 255, np.uint8)
    try:
        _, warp = cv2.findTransformECC(one, two, start, cv2.MOTION_AFFINE, criteria, mask, _BLUR)
    except cv2.error:
        # It does not converge where the images have too little in common.
        return None
    matrix: Affine = np.vstack([np.asarray(warp, np.float64), [0.0, 0.0, 1.0]])
    if abs(np.linalg.det(matrix)) < 1e-3 or not np.isfinite(matrix).all():
        return None
    return np.linalg.inv(shrink_two) @ matrix @ shrink_one


def _small(image: Pixels) -> tuple[Pixels, Affine]:
    """Return a grey version of at most `_REFINED_PX` per side, and the map to it."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    factor = min(1.0, _REFINED_PX / max(grey.shape))
    size = (max(8, round(grey.shape[1] * factor)), max(8, round(grey.shape[0] * factor)))
    small = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
    return small, np.diag([size[0] / grey.shape[1], size[1] / grey.shape[0], 1.0])


def _warped(
    first: Pixels, second: Pixels, matrix: Affine, steps: tuple[str, ...]
) -> ImageDifference:
    size = (first.shape[1], first.shape[0])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    onto = cv2.warpAffine(second, matrix[:2], size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    whole = np.full(second.shape[:2], 255, np.uint8)
    both = cv2.warpAffine(whole, matrix[:2], size, flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)
    apart = cv2.absdiff(first, np.asarray(onto, np.uint8))
    inside = both > 0
    mean = float(apart[inside].mean()) if inside.any() else 255.0
    shown = np.asarray(cv2.convertScaleAbs(apart, alpha=AMPLIFY), np.uint8)
    shown[~inside] = 0
    return ImageDifference(shown, mean, steps)


def _words(matrix: Affine, transform: int, first: Pixels, second: Pixels) -> tuple[str, ...]:
    """Return how the second image was aligned with the first: flipped, rotated, scaled, moved."""
    steps = []
    # Plain stretching to another size is no change of the image.
    linear = (np.linalg.inv(_stretch(first, second)) @ matrix)[:2, :2]
    if np.linalg.det(linear) < 0:
        name = NAMES[transform]
        steps.append(_FLIPPED.get(name, "mirrored"))
        linear = linear @ np.diag([1.0, -1.0] if name == "flip" else [-1.0, 1.0])
    turn = math.degrees(math.atan2(linear[1, 0] - linear[0, 1], linear[0, 0] + linear[1, 1]))
    if abs(turn) >= _TURN_DEGREES:
        steps.append(f"turned {max(1, round(abs(turn)))}°")
    scale = math.sqrt(abs(float(np.linalg.det(linear))))
    if abs(scale - 1) >= _SCALE_SHARE:
        steps.append(f"scaled {100 / scale:.0f} %")
    middle = np.array([(first.shape[1] - 1) / 2, (first.shape[0] - 1) / 2, 1.0])
    there = np.linalg.inv(_stretch(first, second)) @ matrix @ middle
    moved = np.abs(there - middle)[:2] / np.array([first.shape[1], first.shape[0]])
    if float(moved.max()) >= _MOVE_SHARE:
        steps.append(f"moved {100 * float(moved.max()):.0f} %")
    return tuple(steps)
