"""Photographic quality of an image: light, contrast, sharpness and information.

All measures are taken on the luma (ITU-R 601, 0..255) of the upright image, reduced so that its
shorter side is at most `SIDE_PX` (smaller images unchanged), so that the same scene scores alike at
1 and at 12 megapixels.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.dataset.formats import Flag

cv2.setNumThreads(1)

SIDE_PX = 256

# Thresholds. Source: inspected on 1,733 clothing photos (2 blurry), 400 webcam images of day and
# night (20 dark, 1 blurry), 253 scans (none) and 10,000 CIFAR images (15 low contrast, 1 bright).
DARK_BELOW = 15.0
BRIGHT_ABOVE = 240.0
LOW_CONTRAST_BELOW = 14.0
BLURRY_BELOW = 30.0
FLAT_BELOW = 3.0
TINY_BELOW_PX = 16
ODD_RATIO_ABOVE = 3.0


@dataclass(frozen=True, slots=True)
class Quality:
    """The measures of one image.

    Attributes:
        brightness: Mean luma, 0..255.
        contrast: Standard deviation of luma, 0..127.5.
        sharpness: Variance of the 3x3 Laplacian of luma, in squared luma levels, from 0.
        entropy: Entropy of the luma histogram, bits, 0..8.
        spread: Largest standard deviation among luma, red, green and blue: a blue shirt on a red
            cloth may have no contrast in luma.
    """

    brightness: float
    contrast: float
    sharpness: float
    entropy: float
    spread: float


def measure(pixels: NDArray[np.uint8]) -> Quality:
    """Measure RGB `pixels` (h, w, 3), uint8."""
    # Imports numba, which the window does without though it reads pixels.
    from inspector.dataset.luma import light

    luma = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    height, width = luma.shape
    shorter = min(height, width)
    if shorter > SIDE_PX:
        scale = SIDE_PX / shorter
        size = (round(width * scale), round(height * scale))
        luma = cv2.resize(luma, size, interpolation=cv2.INTER_AREA)
    mean, contrast, sharpness, entropy = light(luma)
    spread = contrast
    # Only where it can change a verdict, since it costs as much as the rest.
    if contrast < LOW_CONTRAST_BELOW:
        spread = max(contrast, float(cv2.meanStdDev(pixels)[1].max()))
    return Quality(mean, contrast, sharpness, entropy, spread)


def judge(quality: Quality, *, width: int, height: int) -> int:
    """Return the bits of `Flag` that these measures and the full size in px imply.

    A flat image is only flat: dark, blurry and so on would repeat that.
    """
    bits = 0
    if min(width, height) < TINY_BELOW_PX:
        bits |= _TINY
    if max(width, height) > ODD_RATIO_ABOVE * min(width, height):
        bits |= _ODD_RATIO
    if quality.spread < FLAT_BELOW:
        return bits | _FLAT
    if quality.brightness < DARK_BELOW:
        bits |= _DARK
    if quality.brightness > BRIGHT_ABOVE:
        bits |= _BRIGHT
    if quality.spread < LOW_CONTRAST_BELOW:
        bits |= _LOW_CONTRAST
    # Without luma contrast, edges say nothing about focus.
    if quality.sharpness < BLURRY_BELOW and quality.contrast >= LOW_CONTRAST_BELOW:
        bits |= _BLURRY
    return bits


# Plain integers: an IntFlag operation takes 1 µs, and there are several per image.
_TINY = int(Flag.TINY)
_ODD_RATIO = int(Flag.ODD_RATIO)
_FLAT = int(Flag.FLAT)
_DARK = int(Flag.DARK)
_BRIGHT = int(Flag.BRIGHT)
_LOW_CONTRAST = int(Flag.LOW_CONTRAST)
_BLURRY = int(Flag.BLURRY)
