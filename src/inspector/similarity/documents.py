"""Detailed comparison of documents: forms of one template differ in print that 64x64 can't show.

Thresholds: drawn forms, letters and windows with other entries differ in .14 of the print or more,
copies that were saved again, scaled, blurred, cropped or rotated by some degrees in .03 or less.
One other word is little of a page, but much of its place: there two pages differ in .06 or more,
such copies in .05 or less; in .1 if rotated, since they can't be laid over each other as well. A
stamp or watermark is left out: one connected part of the page, where one page has more print, and
the other one lost .2 or more of what it had there; of drawn forms with a few other entries beside
each other it is .15 or less. Few photos and MRI slices look like documents, and a pair needs two.
See docs/measurements/duplicates.md.
"""

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.similarity.levels import MIN_PAGE_PX, POSSIBLE, SURE

Page = NDArray[np.uint8]
_Plane = NDArray[np.float32]
_Blocks = NDArray[np.float32]

SIDE_PX = 448
# Where 7x7 px hold no more levels than this is paper, or the empty part of a window.
_EMPTY_PX, _EMPTY_LEVELS = 7, 6
_MIN_EMPTY = 0.25
# Share of the contrast within blocks that is finer than the mean of 11x11 px: print, and no shapes.
_MIN_FINE = 0.72
_MIN_CONTRAST = 9.0
_MIN_VARIANCE = 30.0
_FINE_PX = 11
_BLOCK_PX = 16
# A block differs if each image has this share of its print to itself.
_APART = 0.04
_FAINT = 0.15
MAX_APART = 0.04
_ALL_APART = 0.3
# The print that differs at one place, a word of three blocks, in upright pages and in rotated ones.
MAX_WORD_APART, _MAX_WORD_APART_ROTATED = 0.055, 0.11
_WORD_BLOCKS = 3
_ROTATED = 0.005
# Blocks with less than this share of the strongest one's energy say nothing of the contrast.
_BUSY = 0.05
# A stamp: print of one page alone, as a multiple of what the other has alone, and of the noise; its
# share of the page; what it covers, as a share of the other page's print there.
_STAMPED, _STAMPED_WHOLE, _VISIBLE = 1.5, 1.3, 0.5
_MAX_STAMP = 0.2
_MIN_COVERED = 0.2
_STEPS = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 30, 1e-3)
_MAX_SIGMA = 3.0


def page(pixels: NDArray[np.uint8]) -> Page | None:
    """Return RGB pixels (h, w, 3) as a grey page of at most `SIDE_PX`; None if no document."""
    height, width = pixels.shape[:2]
    if min(height, width) < MIN_PAGE_PX:
        return None
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    scale = min(1.0, SIDE_PX / max(height, width))
    grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    around = np.ones((_EMPTY_PX, _EMPTY_PX))
    levels = cv2.subtract(cv2.dilate(grey, around), cv2.erode(grey, around))
    if (levels <= _EMPTY_LEVELS).mean() < _MIN_EMPTY:
        return None
    light = grey.astype(np.float32)
    fine = light - cv2.blur(light, (_FINE_PX, _FINE_PX))
    whole, print_only = _variances(light), _variances(fine)
    filled = whole > _MIN_VARIANCE
    is_print = (
        fine.std() >= _MIN_CONTRAST
        and print_only[filled].sum() >= _MIN_FINE * _MIN_FINE * whole[filled].sum()
    )
    return np.asarray(grey, np.uint8) if is_print else None


def _variances(x: NDArray[np.generic]) -> NDArray[np.float32]:
    """Return the variance of each whole block."""
    rows, columns = x.shape[0] // _BLOCK_PX, x.shape[1] // _BLOCK_PX
    blocks = x[: rows * _BLOCK_PX, : columns * _BLOCK_PX]
    parts = blocks.reshape(rows, _BLOCK_PX, columns, _BLOCK_PX)
    return np.asarray(parts.var(axis=(1, 3)), np.float32)


class PrintDifference(NamedTuple):
    """How much of the print of two pages differs, each 0..1.

    Attributes:
        whole: Share of all print.
        word: Share at the place of a word where most of it differs.
        max_word: The most that copies differ by at one place, aligned as these pages are.
    """

    whole: float
    word: float
    max_word: float

    def tells_apart(self) -> bool:
        """Return whether these are two pages, and not copies of one."""
        return self.whole > MAX_APART or self.word > self.max_word


def similarity_of(one: Page, two: Page, similarity: float) -> float:
    """Return the similarity of two pages: no longer confirmed if their print differs."""
    difference = print_difference(one, two)
    if difference is None or not difference.tells_apart():
        return similarity
    below = np.interp(difference.whole, [MAX_APART, _ALL_APART], [SURE - 0.01, POSSIBLE])
    return min(similarity, float(below))


def print_difference(one: Page, two: Page) -> PrintDifference | None:
    """Return how much of the print differs; None if the pages can't be aligned.

    A block differs if each page has print there that the other lacks within a pixel: something laid
    over one page, or cut off it, is in one of them only. A stamp is left out.
    """
    aligned = _aligned(one.astype(np.float32), two.astype(np.float32))
    if aligned is None:
        return None
    a, b, inside, rotation = aligned
    a, b = _equally_sharp(a, b)
    contrast = _contrast(a, b, inside)
    if contrast is None:
        return None
    b *= contrast
    most = max(4.0, float(np.percentile(np.abs(b[inside > 0]), 95)) / 2)
    floor = 0.1 * most
    ink_a, ink_b = (_per_block(np.abs(x) * inside, most) for x in (a, b))
    own_a, own_b = (_per_block(_beyond(x, y) * inside, most) for x, y in ((a, b), (b, a)))
    differs = np.minimum(own_a / (ink_a + floor), own_b / (ink_b + floor)) > _APART
    weight = np.minimum(ink_a, ink_b)
    faint = _FAINT * float(np.percentile(np.maximum(ink_a, ink_b), 90))
    weight[weight < faint] = 0
    stamps = [*_stamps(own_a, own_b, ink_b, floor), *_stamps(own_b, own_a, ink_a, floor)]
    rests = [weight >= 0, *(~stamp for stamp in stamps)]
    return PrintDifference(
        min(float((weight * differs)[r].sum() / max(weight[r].sum(), 1e-6)) for r in rests),
        min(_word_apart((ink_a, own_a), (ink_b, own_b), r, floor, faint) for r in rests),
        _MAX_WORD_APART_ROTATED if abs(rotation) > _ROTATED else MAX_WORD_APART,
    )


def _word_apart(
    a: tuple[_Blocks, _Blocks], b: tuple[_Blocks, _Blocks], rest: NDArray[np.bool_],
    floor: float, faint: float,
) -> float:  # fmt: skip
    """Return the largest share of print that differs over blocks beside each other.

    Args:
        a: All print of a page, and what it has alone; `b` likewise.
        rest: The blocks that count.
        floor: What counts as noise.
        faint: The least print that counts.
    """
    # A stamp's rim is no word.
    rest = cv2.erode(rest.astype(np.uint8), np.ones((3, 3)), borderValue=1) > 0
    ink_a, own_a, ink_b, own_b = (
        cv2.boxFilter(x * rest, -1, (_WORD_BLOCKS, 1), borderType=cv2.BORDER_CONSTANT)
        for x in (*a, *b)
    )
    apart = np.minimum(own_a / (ink_a + floor), own_b / (ink_b + floor))
    return float((apart * (np.minimum(ink_a, ink_b) > faint)).max())


def _contrast(a: _Plane, b: _Plane, inside: _Plane) -> float | None:
    """Return the contrast of one page over the other's; None if one is empty.

    It is that of most blocks: a stamp must not make all print of its page look faint.
    """
    power_a, power_b = (_per_block(x * x * inside, np.inf) for x in (a, b))
    less = np.minimum(power_a, power_b)
    busy = less > _BUSY * less.max()
    return float(np.sqrt(np.median(power_a[busy] / power_b[busy]))) if busy.any() else None


def _stamps(
    added: NDArray[np.float32], lost: NDArray[np.float32], ink: NDArray[np.float32], floor: float
) -> Iterator[NDArray[np.bool_]]:
    """Yield the blocks of each stamp or watermark on one page.

    Other entries in a form leave its labels and boxes; a stamp covers whatever is under it.

    Args:
        added: Print of this page alone.
        lost: Print of the other page alone.
        ink: All print of the other page.
        floor: What counts as noise.
    """
    strong = ((added > _STAMPED * lost) & (added > _VISIBLE * floor)).astype(np.uint8)
    around = np.ones((3, 3))
    # The rim is padded: closing takes what is outside for filled.
    joined = cv2.morphologyEx(np.pad(strong, 2), cv2.MORPH_CLOSE, around)[2:-2, 2:-2]
    count, regions = cv2.connectedComponents(np.ascontiguousarray(joined), connectivity=8)
    for number in range(1, count):
        stamp = cv2.dilate((regions == number).astype(np.uint8), around) > 0
        if (
            stamp.mean() <= _MAX_STAMP
            and added[stamp].sum() >= _STAMPED_WHOLE * lost[stamp].sum()
            and lost[stamp].sum() >= _MIN_COVERED * ink[stamp].sum()
        ):
            yield stamp


def _aligned(one: _Plane, two: _Plane) -> tuple[_Plane, _Plane, _Plane, float] | None:
    """Return the first page laid over the second, the second, where both are, and the rotation.

    The rotation is in radians.
    """
    height, width = min(one.shape, two.shape)
    size = (width, height)
    a, b = (cv2.resize(x, size, interpolation=cv2.INTER_AREA) for x in (one, two))
    places = np.eye(2, 3, dtype=np.float32)
    for factor in (4, 2):
        small = (max(16, width // factor), max(16, height // factor))
        tiny_a, tiny_b = (cv2.resize(x, small, interpolation=cv2.INTER_AREA) for x in (a, b))
        places[:, 2] /= factor
        try:
            _, better = cv2.findTransformECC(
                tiny_b, tiny_a, places, cv2.MOTION_AFFINE, _STEPS, None, 3
            )
        except cv2.error:
            return None
        places = np.array(better, np.float32)
        places[:, 2] *= factor
    if _fit(_warped(a, places, size), b) < _fit(a, b):
        # A stamp led it astray.
        places = np.eye(2, 3, dtype=np.float32)
    flags = cv2.WARP_INVERSE_MAP
    inside = cv2.warpAffine(np.ones_like(a), places, size, flags=flags | cv2.INTER_NEAREST)
    inside = cv2.erode(inside, np.ones((9, 9)))
    planes = _warped(a, places, size), np.asarray(b, np.float32), np.asarray(inside, np.float32)
    return *planes, float(places[1, 0] - places[0, 1]) / 2


def _warped(x: NDArray[np.generic], places: _Plane, size: tuple[int, int]) -> _Plane:
    flags = cv2.WARP_INVERSE_MAP | cv2.INTER_LINEAR
    warped = cv2.warpAffine(x, places, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, np.float32)


def _fit(x: NDArray[np.generic], y: NDArray[np.generic]) -> float:
    """Return the correlation of the fine parts of two pages."""
    one, two = (z - cv2.blur(z, (_FINE_PX, _FINE_PX)) for z in (x, y))
    return float((one * two).sum() / np.sqrt(float((one**2).sum() * (two**2).sum()) + 1e-6))


def _equally_sharp(a: _Plane, b: _Plane) -> tuple[_Plane, _Plane]:
    """Return the fine parts of two pages, the sharper one blurred to match."""
    pages, sigmas = [a, b], [0.7, 0.7]
    while max(sigmas) < _MAX_SIGMA:
        sharp = [_sharpness(_blurred(x, s)) for x, s in zip(pages, sigmas, strict=True)]
        sharper = int(sharp[1] > sharp[0])
        if sharp[sharper] <= 1.05 * sharp[1 - sharper]:
            break
        sigmas[sharper] += 0.2
    smooth = [_blurred(x, s) for x, s in zip(pages, sigmas, strict=True)]
    one, two = (np.asarray(x - cv2.blur(x, (_FINE_PX, _FINE_PX)), np.float32) for x in smooth)
    return one, two


def _blurred(x: _Plane, sigma: float) -> _Plane:
    return np.asarray(cv2.GaussianBlur(x, (0, 0), sigma), np.float32)


def _sharpness(x: _Plane) -> float:
    return float(np.abs(cv2.Laplacian(x, cv2.CV_32F)).mean() / (x.std() + 1e-3))


def _beyond(x: _Plane, y: _Plane) -> _Plane:
    """Return by how much `x` exceeds the range of `y` within a pixel."""
    around = np.ones((3, 3))
    above, below = x - cv2.dilate(y, around), cv2.erode(y, around) - x
    return np.asarray(np.maximum(np.maximum(above, below), 0), np.float32)


def _per_block(x: _Plane, most: float) -> NDArray[np.float32]:
    blocks = (max(1, x.shape[1] // _BLOCK_PX), max(1, x.shape[0] // _BLOCK_PX))
    clipped = np.minimum(x, np.float32(most))
    return np.asarray(cv2.resize(clipped, blocks, interpolation=cv2.INTER_AREA), np.float32)
