"""Marks that many images share at one place: logos, stamps and watermarks.

A mark is looked for without knowing it: fine detail at nine places of an image is compared with
the same place of other images. What a photographer, a shop or a device has printed there is alike
in all of its images, and natural detail is not.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Marks = NDArray[np.int8]
Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

PLACES = 9
HEIGHT, WIDTH = 12, 48
# Of a place, in thumbnail pixels (at most 192 per side): a line of text, or a small logo.
_PLACE_HEIGHT, _PLACE_WIDTH = 24, 96
_SMOOTH_PX = 9
_MOST = 60
# Detail weaker than this, per pixel, is noise: its direction says nothing.
_WEAK = 2.5
_OTHERS = 5
_BLOCK = 512


def measure_marks(pixels: Bytes) -> Marks:
    """Return fine detail at nine places, (PLACES, HEIGHT, WIDTH), of an RGB image (h, w, 3).

    The places are corners, middles of edges, and the centre. Detail is what a median filter
    removes; places keep the scale of the thumbnail, so that a mark has one size in all images.
    """
    grey = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY)
    fine = grey.astype(np.float32) - cv2.medianBlur(grey, _SMOOTH_PX).astype(np.float32)
    fine = np.clip(fine, -_MOST, _MOST)
    height, width = fine.shape
    tall, wide = min(_PLACE_HEIGHT, height), min(_PLACE_WIDTH, width)
    marks = np.empty((PLACES, HEIGHT, WIDTH), np.int8)
    for number in range(PLACES):
        down, across = divmod(number, 3)
        top, left = down * (height - tall) // 2, across * (width - wide) // 2
        place = np.zeros((_PLACE_HEIGHT, _PLACE_WIDTH), np.float32)
        # A small image fills the part of a place that lies towards its own edge.
        y, x = down * (_PLACE_HEIGHT - tall) // 2, across * (_PLACE_WIDTH - wide) // 2
        place[y : y + tall, x : x + wide] = fine[top : top + tall, left : left + wide]
        small = cv2.resize(place, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
        marks[number] = np.rint(small)
    return marks


def repetition(marks: Marks, group: Ints, reference: Ints) -> Floats:
    """Return how alike each place is to the same place of the most similar images, (n, PLACES).

    Args:
        marks: (n, PLACES, HEIGHT, WIDTH).
        group: (n,) groups; images of the same group are not compared.
        reference: Rows that are compared with.

    Returns:
        Mean correlation with the five most similar reference images; weak detail counts less.
    """
    repeated = np.zeros((len(marks), PLACES), np.float32)
    others = min(_OTHERS, len(reference))
    if not others:
        return repeated
    for number in range(PLACES):
        unit = _unit(marks[:, number])
        against = unit[reference].T
        for start in range(0, len(marks), _BLOCK):
            part = slice(start, start + _BLOCK)
            alike = unit[part] @ against
            alike[group[part, None] == group[reference]] = 0
            repeated[part, number] = np.partition(alike, -others, axis=1)[:, -others:].mean(axis=1)
    return repeated


def _unit(place: Marks) -> Floats:
    """Return rows of length 1, shorter where there is little detail."""
    flat = place.reshape(len(place), -1).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    unit: Floats = flat / np.maximum(length, np.float32(_WEAK * np.sqrt(flat.shape[1])))
    return unit
