"""A fingerprint: what is kept of a picture so that look-alikes can be found and verified."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.similarity.hashes import coefficients, hash_of

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


def fingerprint(pixels: NDArray[np.uint8]) -> NDArray[np.void]:
    """Return one record of `FINGERPRINT`, shape (), for an upright RGB picture (h, w, 3)."""
    record = np.zeros((), FINGERPRINT)
    square = cv2.resize(pixels, (128, 128), interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(square, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(square, (32, 32), interpolation=cv2.INTER_AREA)
    luma = cv2.resize(grey, (32, 32), interpolation=cv2.INTER_AREA)
    trimmed = _trim(grey)
    framings = (luma, _shrink(grey[8:120, 8:120]), _shrink(grey[16:112, 16:112]), _shrink(trimmed))
    record["hash"] = [hash_of(coefficients(f.astype(np.float32))) for f in framings]
    record["side_px"] = min(pixels.shape[:2])
    record["flat"] = float(luma.std()) < FLAT_SD
    record["luma"] = cv2.resize(grey, (64, 64), interpolation=cv2.INTER_AREA)
    record["colour"] = cv2.cvtColor(small, cv2.COLOR_RGB2YCrCb)
    return record


def _shrink(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    shrunk: NDArray[np.uint8] = cv2.resize(grey, (32, 32), interpolation=cv2.INTER_AREA)
    return shrunk


def _trim(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Cut uniform borders, up to 30 % of each side of the 128x128 picture."""
    top, bottom = _border(grey), _border(grey[::-1])
    left, right = _border(grey.T), _border(grey.T[::-1])
    height, width = grey.shape
    return grey[top : height - bottom, left : width - right]


def _border(grey: NDArray[np.uint8]) -> int:
    edge = int(np.median(grey[0]))
    near = np.abs(grey[:_TRIM_AT_MOST].astype(np.int16) - edge) <= _NEAR_EDGE
    uniform = near.mean(axis=1) >= 0.97
    return _TRIM_AT_MOST if uniform.all() else int(uniform.argmin())
