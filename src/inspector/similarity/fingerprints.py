"""A fingerprint: what is stored of an image to find and verify near-duplicates."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.similarity import kernels
from inspector.similarity.hashes import coefficients, hash_of

VERSION = 3
# Framings of the hashes: whole, centre 28/32 and 24/32, and without uniform borders.
FULL, CENTRE, SMALL, TRIMMED = range(4)
FINGERPRINT = np.dtype(
    [
        ("hash", "<u8", (4,)),
        ("side_px", "<i4"),
        ("aspect", "<f4"),
        ("flat", "?"),
        ("luma", "u1", (64, 64)),
        ("colour", "u1", (32, 32, 3)),
    ]
)
# What candidates are found by: by hashes, and by descriptors.
HASHES = np.dtype([("hash", "<u8", (4,)), ("flat", "?")])
SEARCHED = np.dtype([*HASHES.descr, ("side_px", "<i4")])
# An image whose 32x32 luma varies less than this (grey levels, sd) has no content to compare.
FLAT_SD = 3.0


def fingerprint(pixels: NDArray[np.uint8]) -> NDArray[np.void]:
    """Return one record of `FINGERPRINT`, shape (), for an upright RGB image (h, w, 3)."""
    record = np.zeros((), FINGERPRINT)
    grey, colour = _shrunk(pixels)
    half = np.empty((64, 64), np.uint8)
    hashes = np.empty(4, np.uint64)
    variance = kernels.describe(grey, half, hashes)
    hashes[TRIMMED] = _trimmed_hash(grey, hashes[FULL])
    record["hash"] = hashes
    record["side_px"] = min(pixels.shape[:2])
    record["aspect"] = pixels.shape[1] / pixels.shape[0]
    record["flat"] = variance < FLAT_SD**2
    record["luma"] = half
    record["colour"] = cv2.cvtColor(colour, cv2.COLOR_RGB2YCrCb)
    return record


def _shrunk(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the image in grey, (128, 128), and as RGB (32, 32, 3)."""
    height, width = pixels.shape[:2]
    colour = np.empty((32, 96), np.uint8)
    if 32 % height or 32 % width:
        square = cv2.resize(pixels, (128, 128), interpolation=cv2.INTER_AREA)
        grey = cv2.cvtColor(square, cv2.COLOR_RGB2GRAY)
        kernels.quarter(square.reshape(128, 384), colour)
    else:
        # Typical sides of sets of tiny images: no need to enlarge them in colour.
        grey = np.empty((128, 128), np.uint8)
        kernels.repeat(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), grey, 1)
        kernels.repeat(pixels.reshape(height, 3 * width), colour, 3)
    return grey, colour.reshape(32, 32, 3)


def _trimmed_hash(grey: NDArray[np.uint8], whole: np.uint64) -> np.uint64:
    """Hash the 128x128 image without uniform borders; four in five have none."""
    top, bottom, left, right = kernels.borders(grey)
    if not top + bottom + left + right:
        return whole
    inside = grey[top : 128 - bottom, left : 128 - right]
    return hash_of(coefficients(cv2.resize(inside, (32, 32), interpolation=cv2.INTER_AREA)))
