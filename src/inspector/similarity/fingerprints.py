"""A fingerprint: what is kept of a picture so that look-alikes can be found and verified."""

import cv2
import numba
import numpy as np
from numpy.typing import NDArray

from inspector.similarity.hashes import coefficients, hash_of
from inspector.similarity.shrinking import centre, quarter

VERSION = 2
# Framings of the hashes: the whole, its centre 28/32 and 24/32, and without uniform borders.
FULL, CENTRE, SMALL, TRIMMED = range(4)
FINGERPRINT = np.dtype(
    [
        ("hash", "<u8", (4,)),
        ("side_px", "<i4"),
        ("flat", "?"),
        ("luma", "u1", (64, 64)),
        ("colour", "u1", (32, 32, 3)),
    ]
)
# A picture whose 32x32 luma varies less than this (grey levels, sd) has nothing to compare.
FLAT_SD = 3.0
_TRIM_AT_MOST = 38
_NEAR_EDGE = 12
_NEARLY_ALL = 0.97


def fingerprint(pixels: NDArray[np.uint8]) -> NDArray[np.void]:
    """Return one record of `FINGERPRINT`, shape (), for an upright RGB picture (h, w, 3)."""
    record = np.zeros((), FINGERPRINT)
    square = cv2.resize(pixels, (128, 128), interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(square, cv2.COLOR_RGB2GRAY)
    luma = cv2.resize(grey, (32, 32), interpolation=cv2.INTER_AREA)
    trimmed = _trim(grey)
    whole = hash_of(coefficients(luma))
    record["hash"] = (
        whole,
        hash_of(coefficients(centre(grey))),
        hash_of(coefficients(_shrink(grey[16:112, 16:112]))),
        # Four pictures of five have no border.
        whole if trimmed.shape == grey.shape else hash_of(coefficients(_shrink(trimmed))),
    )
    record["side_px"] = min(pixels.shape[:2])
    record["flat"] = float(cv2.meanStdDev(luma)[1][0, 0]) < FLAT_SD
    record["luma"] = cv2.resize(grey, (64, 64), interpolation=cv2.INTER_AREA)
    record["colour"] = cv2.cvtColor(quarter(square), cv2.COLOR_RGB2YCrCb)
    return record


def _shrink(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    shrunk: NDArray[np.uint8] = cv2.resize(grey, (32, 32), interpolation=cv2.INTER_AREA)
    return shrunk


def _trim(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Cut uniform borders, up to 30 % of each side of the 128x128 picture."""
    top, bottom, left, right = _borders(grey)
    height, width = grey.shape
    return grey[top : height - bottom, left : width - right]


@numba.njit(cache=True, nogil=True)
def _borders(grey: NDArray[np.uint8]) -> tuple[int, int, int, int]:
    """Return how many lines are uniform at the top, the bottom, the left and the right."""
    return (
        _border(grey, False, False), _border(grey, False, True),
        _border(grey, True, False), _border(grey, True, True),
    )  # fmt: skip


@numba.njit(cache=True, nogil=True)
def _border(grey: NDArray[np.uint8], upright: bool, backwards: bool) -> int:
    """Count lines from one edge on that are near the median of the outermost."""
    side = grey.shape[0]
    edge = 0
    for depth in range(_TRIM_AT_MOST):
        line = side - 1 - depth if backwards else depth
        values = grey[:, line] if upright else grey[line]
        if depth == 0:
            edge = int(np.median(values))
        near = 0
        for value in values:
            if abs(int(value) - edge) <= _NEAR_EDGE:
                near += 1
        if near < _NEARLY_ALL * side:
            return depth
    return _TRIM_AT_MOST
