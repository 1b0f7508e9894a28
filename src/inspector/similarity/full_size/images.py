"""An image as it is read again to compare it in detail."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.similarity.fingerprints import fingerprint

SIDES_PX = (448, 1024)
"""Longer sides, at most, at which an image that was read again is compared."""
SQUARE_PX = 256


class FullImage(NamedTuple):
    """An image that was read again, of up to `MAX_PX`.

    Attributes:
        small: (h, w), at most as long as the first of `SIDES_PX`.
        grey: The same, at most as long as the last.
        square: The same, squashed to a square of `SQUARE_PX`.
        record: Its `FINGERPRINT`, from which its alignment starts.
    """

    small: NDArray[np.uint8]
    grey: NDArray[np.uint8]
    square: NDArray[np.uint8]
    record: NDArray[np.void]


def full_image(pixels: NDArray[np.uint8]) -> FullImage:
    """Return RGB pixels (h, w, 3) as an image to compare."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    small, large = (_shrunk(grey, side) for side in SIDES_PX)
    return FullImage(small, large, squared(large), fingerprint(pixels))


def squared(grey: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Return an image squashed to a square of `SQUARE_PX`."""
    square = cv2.resize(grey, (SQUARE_PX, SQUARE_PX), interpolation=cv2.INTER_AREA)
    return np.asarray(square, np.uint8)


def _shrunk(grey: NDArray[np.generic], side: int) -> NDArray[np.uint8]:
    """Return an image whose longer side has at most `side` pixels."""
    scale = side / max(grey.shape)
    if scale >= 1:
        return np.asarray(grey, np.uint8)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)
