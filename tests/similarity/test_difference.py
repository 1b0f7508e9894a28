"""Where two images differ: overlaid by the map of the verification, and refined."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from inspector.similarity.difference import AMPLIFY, aligned_difference, difference
from inspector.similarity.orientations import NAMES, apply

Pixels = NDArray[np.uint8]


def photo(height: int = 240, width: int = 320) -> Pixels:
    """Return an image with edges and soft parts at many scales."""
    noise = np.random.default_rng(4).normal(0, 1, (height, width, 3))
    image = sum(s * cv2.GaussianBlur(noise, (0, 0), s) for s in (3, 9, 27))
    image = 255 * (image - image.min()) / (image.max() - image.min())
    cv2.rectangle(image, (60, 50), (140, 110), (250, 40, 30), -1)
    cv2.circle(image, (220, 150), 40, (20, 60, 240), -1)
    return np.asarray(image.clip(0, 255), np.uint8)


def moved(image: Pixels, degrees: float = 0, scale: float = 1, right_px: float = 0) -> Pixels:
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, scale)
    matrix[0, 2] += right_px
    return np.asarray(cv2.warpAffine(image, matrix, (width, height)), np.uint8)


def test_identical_images_do_not_differ() -> None:
    image = photo()
    plain, aligned = difference(image, image), aligned_difference(image, image, 0, None)
    assert plain.mean == aligned.mean == 0
    assert not plain.pixels.any()
    assert aligned.steps == ()


@pytest.mark.parametrize(
    ("degrees", "scale", "right_px", "said"),
    [(4, 1.0, 0, "turned 4°"), (0, 1.08, 0, "scaled 93 %"), (0, 1.0, 16, "moved 5 %")],
)
def test_what_was_moved_is_laid_over(
    degrees: float, scale: float, right_px: float, said: str
) -> None:
    image = photo()
    other = moved(image, degrees, scale, right_px)
    raw, aligned = difference(image, other), aligned_difference(image, other, 0, None)
    assert aligned.mean < raw.mean / 3
    assert said in aligned.steps
    assert aligned.pixels.shape == image.shape


@pytest.mark.parametrize("transform", range(8))
def test_flipped_and_turned_images_are_laid_over(transform: int) -> None:
    image = photo()
    other = np.ascontiguousarray(apply(image, transform))
    aligned = aligned_difference(image, other, transform, None)
    assert aligned.mean < 2, NAMES[transform]
    words = " ".join(aligned.steps)
    assert ("mirrored" in words or "flipped" in words) == (transform in (1, 5, 6, 7))


def test_another_size_is_no_difference() -> None:
    image = photo()
    larger = np.asarray(cv2.resize(image, (640, 480), interpolation=cv2.INTER_CUBIC), np.uint8)
    aligned = aligned_difference(image, larger, 0, None)
    assert aligned.steps == ()
    assert aligned.mean < 2


def test_what_was_added_is_what_remains() -> None:
    image = photo()
    other = moved(image, 3)
    other[100:130, 20:50] = 255
    shown = aligned_difference(image, other, 0, None).pixels.max(axis=2).astype(int)
    bright = np.argwhere(shown[20:-20, 20:-20] > 60 * AMPLIFY) + 20
    assert len(bright) > 300
    assert abs(np.median(bright, axis=0) - [115, 35]).max() < 15


def test_unrelated_images_are_no_error() -> None:
    image = photo()
    other = np.zeros((20, 90, 3), np.uint8)
    found = aligned_difference(image, other, 0, np.array([1, 0, 0, 0, 1, 0.0]))
    assert found.mean > 50
