"""Detailed comparison of documents: forms of one template differ in print that 64x64 can't show.

Two pages are laid over each other and compared in windows of about a character, first at 448 px,
which tells most apart at a fifth of the time, then at 1,024. Copies that were saved again, scaled,
blurred, cropped or rotated differ a little everywhere; one other digit stands out from what is
usual in the pair. What large strokes cover that one page alone has, a stamp or watermark, is left
out. Few photos and MRI slices look like documents, and a pair needs two.

Thresholds: of drawn pages, see docs/measurements/duplicates.md.
"""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.similarity.documents.alignment import Overlaid, Plane, map_between, overlay
from inspector.similarity.full_size.images import SIDES_PX, FullImage
from inspector.similarity.levels import MIN_PAGE_PX, POSSIBLE, SURE
from inspector.similarity.orientations import apply

# Where 7x7 px hold no more levels than this is paper, or the empty part of a window.
_EMPTY_PX, _EMPTY_LEVELS = 7, 6
_MIN_EMPTY = 0.25
# Share of the contrast within blocks that is finer than the mean of 11x11 px: print, and no shapes.
_MIN_FINE = 0.72
_MIN_CONTRAST = 9.0
_MIN_VARIANCE = 30.0
_FINE_PX = 11
_BLOCK_PX = 16
# A window holds about one character. With less print than this share of what full ones have, it
# says nothing.
_WINDOW_PX = 13
_MIN_PRINT = 0.2
# So much of each side may be cut off one page, or turned out of it.
_MARGIN = 0.05
# Print may be lighter in one page, as under a watermark.
_MIN_GAIN, _MAX_GAIN = 0.65, 1.5
# What copies may differ by in a window: this, and so often what four in five windows stay below.
_APART, _APART_TIMES, _MAX_APART = 0.03, 6.0, 0.35
_USUAL = 80
_ALL_APART = 0.3
# A stamp: strokes that stand out by this share of the contrast of print, larger than so many
# characters, with so many times the print of the other page; on so much of the page at most.
_STROKE_CONTRAST, _STROKE_CHARACTERS, _STAMPED = 0.08, 3.0, 1.3
_MAX_STAMPED = 0.3
_CHARACTER_CONTRAST, _MIN_CHARACTER_PX, _ANY_CHARACTER_PX = 0.35, 5, 8.0


def is_document(image: FullImage) -> bool:
    """Tell whether an image is mostly empty, and print is what there is."""
    if image.record["side_px"] < MIN_PAGE_PX:
        return False
    grey = image.small
    around = np.ones((_EMPTY_PX, _EMPTY_PX))
    levels = cv2.subtract(cv2.dilate(grey, around), cv2.erode(grey, around))
    if (levels <= _EMPTY_LEVELS).mean() < _MIN_EMPTY:
        return False
    light = grey.astype(np.float32)
    fine = light - cv2.blur(light, (_FINE_PX, _FINE_PX))
    whole, print_only = _variances(light), _variances(fine)
    filled = whole > _MIN_VARIANCE
    return bool(
        fine.std() >= _MIN_CONTRAST
        and print_only[filled].sum() >= _MIN_FINE * _MIN_FINE * whole[filled].sum()
    )


def _variances(x: NDArray[np.generic]) -> NDArray[np.float32]:
    """Return the variance of each whole block."""
    rows, columns = x.shape[0] // _BLOCK_PX, x.shape[1] // _BLOCK_PX
    blocks = x[: rows * _BLOCK_PX, : columns * _BLOCK_PX]
    parts = blocks.reshape(rows, _BLOCK_PX, columns, _BLOCK_PX)
    return np.asarray(parts.var(axis=(1, 3)), np.float32)


class PrintDifference(NamedTuple):
    """How much of the print of two pages differs, each 0..1.

    Attributes:
        worst: What differs in the window that differs most.
        limit: The most that copies as alike as these pages differ by in a window.
        share: Share of the windows with print that differ by more.
    """

    worst: float
    limit: float
    share: float

    def tells_apart(self) -> bool:
        """Return whether these are two pages, and not copies of one."""
        return self.worst > self.limit


def similarity_of(one: FullImage, two: FullImage, similarity: float, transform: int = 0) -> float:
    """Return the similarity of two pages: no longer confirmed if their print differs."""
    difference = print_difference(one, two, transform)
    if not difference.tells_apart():
        return similarity
    below = np.interp(difference.share, [0, _ALL_APART], [SURE - 0.01, POSSIBLE])
    return min(similarity, float(below))


def print_difference(one: FullImage, two: FullImage, transform: int = 0) -> PrintDifference:
    """Return how much of the print differs, at the first of `SIDES_PX` that tells.

    Args:
        one: The first page.
        two: The second one.
        transform: Flip or rotation of the first page.
    """
    grey = np.ascontiguousarray(apply(one.grey, transform)).astype(np.uint8, copy=False)
    places = map_between(grey, two.grey, np.stack([one.record, two.record]), transform)
    difference = _difference(overlay(grey, two.grey, places, SIDES_PX[0]))
    if not difference.tells_apart() and min(max(grey.shape), max(two.grey.shape)) > SIDES_PX[0]:
        difference = _difference(overlay(grey, two.grey, places, SIDES_PX[1]))
    return difference


def _difference(pages: Overlaid) -> PrintDifference:
    apart, has_print = _windows(pages)
    limit = _limit(apart[has_print])
    if has_print.any() and apart[has_print].max() > limit:
        stamped = _stamped(pages)
        if 0 < stamped.mean() <= _MAX_STAMPED:
            has_print &= ~stamped
            limit = _limit(apart[has_print])
    if not has_print.any():
        return PrintDifference(0.0, limit, 0.0)
    print_only = apart[has_print]
    return PrintDifference(float(print_only.max()), limit, float((print_only > limit).mean()))


def _limit(apart: Plane) -> float:
    """Return what copies differ by in a window at most, from what is usual in this pair."""
    usual = float(np.percentile(apart, _USUAL)) if apart.size else 0.0
    return min(_APART + _APART_TIMES * usual, _MAX_APART)


def _windows(pages: Overlaid) -> tuple[Plane, NDArray[np.bool_]]:
    """Return which share of the print around each pixel differs, and whether print is there."""
    aa, bb, ab = (
        cv2.blur(x, (_WINDOW_PX, _WINDOW_PX))
        for x in (pages.a * pages.a, pages.b * pages.b, pages.a * pages.b)
    )
    energy = aa + bb
    full = float(np.percentile(energy[::4, ::4], 95)) + 1e-6
    gain = ((ab + 0.01 * full) / (aa + 0.01 * full)).clip(_MIN_GAIN, _MAX_GAIN)
    lit = gain * gain * aa
    apart = (lit + bb - 2 * gain * ab) / (lit + bb + _MIN_PRINT * full)
    has_print = energy > _MIN_PRINT * full
    # A crop or rotation takes print from one page alone, but only here.
    inner = np.zeros(has_print.shape, np.bool_)
    rows, columns = (int(_MARGIN * n) for n in inner.shape)
    inner[rows : inner.shape[0] - rows, columns : inner.shape[1] - columns] = True
    has_print &= inner | (np.minimum(aa, bb) > _MIN_PRINT / 2 * full)
    return np.asarray(apart, np.float32), np.asarray(has_print, np.bool_)


def _stamped(pages: Overlaid) -> NDArray[np.bool_]:
    """Return the pixels that large strokes cover which one page alone has.

    Other entries are characters; those of a stamp or watermark are larger than the page's.
    """
    contrast = max(float(np.percentile(np.abs(x[::4, ::4]), 99)) for x in pages)
    strokes = (np.abs(pages.a - pages.b) > _STROKE_CONTRAST * contrast).astype(np.uint8)
    # Without the rules of a form, which join all that touches them.
    strokes = cv2.morphologyEx(strokes, cv2.MORPH_OPEN, np.ones((3, 3)))
    count, numbers, boxes, _ = cv2.connectedComponentsWithStats(strokes, connectivity=8)
    least = _STROKE_CHARACTERS * _character_px(pages.b)
    own_a, own_b = _beyond(pages.a, pages.b), _beyond(pages.b, pages.a)
    covered = np.zeros(strokes.shape, np.uint8)
    for number in range(1, count):
        left, top, width, height = boxes[number, :4].tolist()
        if min(width, height) < least:
            continue
        part = np.s_[top : top + height, left : left + width]
        stroke = numbers[part] == number
        less, more = sorted((float(own_a[part][stroke].sum()), float(own_b[part][stroke].sum())))
        if more >= _STAMPED * less:
            points = cv2.findNonZero(stroke.astype(np.uint8))
            cv2.fillConvexPoly(covered[part], cv2.convexHull(points), (1,))
    around = np.ones((2 * _WINDOW_PX + 1, 2 * _WINDOW_PX + 1))
    return np.asarray(cv2.dilate(covered, around) > 0, np.bool_)


def _character_px(x: Plane) -> float:
    """Return the height of most characters."""
    ink = np.abs(x) > _CHARACTER_CONTRAST * float(np.percentile(np.abs(x[::4, ::4]), 99))
    _, _, boxes, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    characters = boxes[1:][boxes[1:, cv2.CC_STAT_AREA] >= _MIN_CHARACTER_PX]
    return (
        float(np.median(characters[:, cv2.CC_STAT_HEIGHT]))
        if len(characters)
        else _ANY_CHARACTER_PX
    )


def _beyond(x: Plane, y: Plane) -> Plane:
    """Return by how much print of `x` exceeds that of `y` within a pixel."""
    more = np.abs(x) - cv2.dilate(np.abs(y), np.ones((3, 3)))
    return np.asarray(np.maximum(more, 0), np.float32)
