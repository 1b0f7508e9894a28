"""Comparison of candidate pairs that 64x64 can't confirm, on the pixels of their files.

Stripes and prints as fine as a pixel of 64x64 alias there, and a crop, border or rotation aliases
them in another way: its copy differs by several times what is allowed. Here the second image is
laid over the first at up to 1,024 px, and both are shrunk afterwards, so that they alias alike.
Then they are judged as fingerprints are, at 128 px and at 64, and more strictly: a copy differs by
a tenth of what it did, another object by as much as before.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.similarity.align import (
    MIN_OVERLAP,
    UNKNOWNS,
    Bytes,
    Doubles,
    Singles,
    improve,
    slopes_of,
    warp,
)
from inspector.similarity.content import judge, without_frames
from inspector.similarity.filters import detail, halved, smoothed
from inspector.similarity.full_size.images import FullImage, squared
from inspector.similarity.levels import SURE
from inspector.similarity.measures import PairMeasure
from inspector.similarity.orientations import FAR, apply
from inspector.similarity.pairs import Candidates
from inspector.similarity.verification import frames, measured, similarity_from

_STEPS = 5
# Disagreeing content counts so many times here.
_STRICTER = 2.0
_RIM = 3
_SHIFTS = [2, 5]


def similarity_of(one: FullImage, two: FullImage, similarity: float, transform: int = 0) -> float:
    """Return the similarity of a candidate pair: higher if its files show that it is confirmed.

    Args:
        one: The first image.
        two: The second one.
        similarity: As verified.
        transform: Flip or rotation of the first image.
    """
    return max(similarity, _confirmed(one, two, transform))


def _confirmed(one: FullImage, two: FullImage, transform: int) -> float:
    """Return the similarity at full size, the lesser of two; 0 if below `SURE`."""
    records = np.stack([one.record, two.record])
    row = np.zeros(1, np.int32)
    pair = Candidates(row, row + 1, np.array([transform + FAR], np.uint8))
    measures, places = measured(records, pair)
    if measures[0, PairMeasure.STAGE] < 3:
        return 0.0
    a = _pyramid(apply(one.square, transform))
    places[0] = _refined(a, _pyramid(two.square), places[0])
    inside = _inside(records, transform, places[0])
    if inside.mean() < MIN_OVERLAP:
        return 0.0
    least = 1.0
    over = _pyramid(_overlaid(two.grey, places[0]))
    for first, second in zip(a[1:], over[1:], strict=True):
        times = len(first) // 64
        within = inside.repeat(times, 0).repeat(times, 1).ravel()
        judge(_detail(first), _detail(second), within, measures[0])
        measures[0, PairMeasure.DIFFERENT] *= _STRICTER
        # A pocket on a striped shirt is no text laid over it: nothing is left out here.
        measures[0, PairMeasure.DIFFERENT_APART] = np.inf
        least = min(least, float(similarity_from(records, pair, measures, places)[0]))
    return least if least >= SURE else 0.0


def _pyramid(square: NDArray[np.generic]) -> list[Singles]:
    """Return a square of `SQUARE_PX` at this size, at 128 px and at 64."""
    sizes = [square.astype(np.float32, order="C")]
    while len(sizes[-1]) > 64:
        half = len(sizes[-1]) // 2
        sizes.append(np.empty((half, half), np.float32))
        halved(sizes[-2], sizes[-1])
    return sizes


def _refined(a: list[Singles], b: list[Singles], place: Doubles) -> Doubles:
    """Return the map from the first to the second image, refined at 128 px, then at all."""
    factor, right = np.empty((UNKNOWNS, UNKNOWNS)), np.empty(UNKNOWNS)
    place = place.copy()
    for template, image in ((a[1], b[1]), (a[0], b[0])):
        side = len(template)
        pixels = side * side // 2
        slopes, light = np.zeros((UNKNOWNS, pixels), np.float32), np.empty(pixels, np.float32)
        values, inside = np.empty_like(light), np.empty_like(light)
        slopes_of(template, 2, slopes, light)
        place[_SHIFTS] *= _unit(64) / _unit(side)
        improve(slopes, light, image, place, _STEPS, 2, values, inside, factor, right)
        place[_SHIFTS] *= _unit(side) / _unit(64)
    return place


def _unit(side: int) -> float:
    """Return the unit of shifts, from the centre to that of the outermost pixel, in sides."""
    return (side - 1) / (2 * side)


def _detail(image: Singles) -> Singles:
    smooth, fine, room = (np.empty_like(image) for _ in range(3))
    smoothed(image, smooth)
    detail(smooth, fine, room)
    return fine


def _inside(records: NDArray[np.void], transform: int, place: Doubles) -> Singles:
    """Return 1 for pixels (64, 64) where both images have content, else 0."""
    values, inside = np.empty(64 * 64, np.float32), np.empty(64 * 64, np.float32)
    warp(np.zeros((64, 64), np.float32), place, 1, _RIM, values, inside)
    lines = frames(records, transform)
    if lines is not None:
        without_frames(*lines, place, inside)
    return inside.reshape(64, 64)


def _overlaid(grey: Bytes, place: Doubles) -> NDArray[np.uint8]:
    """Return the second image laid over the first, as large as it was read, then squashed."""
    height, width = grey.shape
    # From -1..1 over squares of 64x64 to pixels.
    scale = np.array([
        [width * _unit(64), 0, (width - 1) / 2], [0, height * _unit(64), (height - 1) / 2],
        [0, 0, 1],
    ])  # fmt: skip
    pixels = scale @ np.vstack([place.reshape(2, 3), [0.0, 0.0, 1.0]]) @ np.linalg.inv(scale)
    over = cv2.warpAffine(
        grey, pixels[:2], (width, height), flags=cv2.WARP_INVERSE_MAP | cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    return squared(over)
