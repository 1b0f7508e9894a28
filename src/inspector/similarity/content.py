"""Compare two aligned images block by block where they have content."""

import math

import numba
import numpy as np
from numpy.typing import NDArray

from inspector.similarity.align import OPTIONS, Doubles, Singles
from inspector.similarity.measures import PairMeasure

# Enum members for compiled code.
_DIFFERENT = int(PairMeasure.DIFFERENT)
_BLOCKS = int(PairMeasure.BLOCKS)
_EVEN = int(PairMeasure.EVEN)
_DIFFERENT_APART = int(PairMeasure.DIFFERENT_APART)
_BLOCKS_APART = int(PairMeasure.BLOCKS_APART)
_EVEN_APART = int(PairMeasure.EVEN_APART)
_OVERLAY_A = int(PairMeasure.OVERLAY_A)
_OVERLAY_B = int(PairMeasure.OVERLAY_B)
_CONTENT_A = int(PairMeasure.CONTENT_A)
_CONTENT_B = int(PairMeasure.CONTENT_B)
_WORST = int(PairMeasure.WORST)
# Border pixels whose smoothing or mean includes others.
_RIM = 3
# Variance in grey levels that counts as noise in a pixel of detail; at most this share of an
# image's variance per pixel, since soft images have little.
_NOISE = 0.1
_NOISE_SHARE = 0.02
# In EVEN, blocks count almost equally, whatever their contrast. Fitted on clothing.
_EVENLY = 0.125
_SPREAD = 0.6
# Of an overlay: a text across the middle covers about a fifth of the blocks.
_MAX_OVERLAY_BLOCKS = 0.25
_MAX_OVERLAY_CONTENT = 0.2
_OVERLAY_AGREES = 0.8
_MIN_PIXELS = 4.0
_ZERO = np.float32(0)


@numba.njit(**OPTIONS)
def judge(detail_a: Singles, detail_b: Singles, inside: Singles, row: Doubles) -> None:
    """Compare detail in 8x8 blocks, each weighted by its share of either image's content.

    What only one image shows is weighted by its share there, so that a fork is no spoon because it
    has the same handle.
    """
    sums = np.zeros((64, 4))
    _blocks(detail_a, detail_b, inside, sums)
    all_a, all_b = sums[:, 0].sum() + 1e-3, sums[:, 1].sum() + 1e-3
    counted = sums[:, 3].sum() + 1e-3
    noise = min(_NOISE, _NOISE_SHARE * min(all_a, all_b) / counted)
    agree = np.empty(64)
    filled = _agreements(sums, noise, agree, row)
    order = np.argsort(agree)
    row[_DIFFERENT], row[_BLOCKS], row[_EVEN] = _residual(
        sums, agree, order, 0, all_a, all_b, noise
    )
    over_a = over_b = 0.0
    skipped = 0
    while skipped < _MAX_OVERLAY_BLOCKS * filled:
        k = order[skipped]
        share_a, share_b = over_a + sums[k, 0] / all_a, over_b + sums[k, 1] / all_b
        if agree[k] > _OVERLAY_AGREES or min(share_a, share_b) > _MAX_OVERLAY_CONTENT:
            break
        over_a, over_b = share_a, share_b
        skipped += 1
    rest_a, rest_b = all_a * (1 - over_a) + 1e-3, all_b * (1 - over_b) + 1e-3
    row[_DIFFERENT_APART], row[_BLOCKS_APART], row[_EVEN_APART] = _residual(
        sums, agree, order, skipped, rest_a, rest_b, noise
    )
    _overlay(detail_a, detail_b, inside, order[:skipped], rest_a / rest_b, row)
    row[_OVERLAY_A] /= all_a
    row[_OVERLAY_B] /= all_a


@numba.njit(**OPTIONS)
def _blocks(detail_a: Singles, detail_b: Singles, inside: Singles, sums: Doubles) -> None:
    """Fill each block's sums of squares of both images, of products, and of counted pixels."""
    side = detail_a.shape[0]
    size = side // 8
    for i in range(side):
        for column in range(8):
            aa = bb = ab = count = _ZERO
            for j in range(column * size, column * size + size):
                weight = inside[i * side + j]
                one, two = detail_a[i, j] * weight, detail_b[i, j] * weight
                aa += one * one
                bb += two * two
                ab += one * two
                count += weight
            block = sums[i // size * 8 + column]
            block[0] += aa
            block[1] += bb
            block[2] += ab
            block[3] += count


@numba.njit(**OPTIONS)
def _agreements(sums: Doubles, noise: float, agree: Doubles, row: Doubles) -> int:
    """Fill the agreement of each block, 2 for an absent one; return the number of blocks.

    Flat areas agree here, where overlays are searched, but count for nothing.
    """
    all_a, all_b = sums[:, 0].sum() + 1e-3, sums[:, 1].sum() + 1e-3
    worst, filled = -1.0, 0
    for k in range(64):
        if sums[k, 3] < _MIN_PIXELS:
            agree[k] = 2.0
            continue
        filled += 1
        flat = noise * sums[k, 3]
        agree[k] = (sums[k, 2] + flat) / math.sqrt((sums[k, 0] + flat) * (sums[k, 1] + flat))
        apart = (sums[k, 0] / all_a + sums[k, 1] / all_b) * (1 - agree[k])
        if apart > worst:
            worst = apart
            row[_WORST] = k
    return filled


@numba.njit(**OPTIONS)
def _overlay(
    detail_a: Singles, detail_b: Singles, inside: Singles, blocks: NDArray[np.int64], gain: float,
    row: Doubles,
) -> None:  # fmt: skip
    """Fill in what is stronger in either image in some blocks, pixel by pixel.

    What both still show under a text must not hide that only one has the text.
    """
    side = detail_a.shape[0]
    size = side // 8
    for k in blocks:
        for i in range(k // 8 * size, k // 8 * size + size):
            for j in range(k % 8 * size, k % 8 * size + size):
                weight = inside[i * side + j]
                more = weight * (detail_a[i, j] ** 2 - gain * detail_b[i, j] ** 2)
                row[_OVERLAY_A] += max(more, 0.0)
                row[_OVERLAY_B] += max(-more, 0.0)


@numba.njit(**OPTIONS)
def _residual(  # noqa: PLR0913, PLR0917 - arrays of the caller
    sums: Doubles,
    agree: Doubles,
    order: NDArray[np.int64],
    first: int,
    all_a: float,
    all_b: float,
    noise: float,
) -> tuple[float, float, float]:
    """Return DIFFERENT, BLOCKS and EVEN of the blocks from `first` on in the order."""
    different = squares = weights = even = 0.0
    for k in order[first:]:
        if agree[k] > 1.5:
            continue
        flat = noise * sums[k, 3]
        fit = sums[k, 2] / math.sqrt((sums[k, 0] + flat) * (sums[k, 1] + flat))
        share = 0.5 * (sums[k, 0] / all_a + sums[k, 1] / all_b)
        different += share * (1 - fit)
        squares += share * share
        energy = sums[k, 0] * sums[k, 1]
        if energy > 0:
            weight = energy**_EVENLY
            weights += weight
            even += weight * fit
    evenly = max(even / weights, 0.0) ** _SPREAD if weights > 0 else 0.0
    return different, 1 / (squares + 1e-6), evenly


@numba.njit(**OPTIONS)
def fill_overlap(
    detail_a: Singles,
    detail_b: Singles,
    lines_a: tuple[int, int, int, int],
    lines_b: tuple[int, int, int, int],
    place: Doubles,
    row: Doubles,
) -> None:
    """Fill in how much of each image's content lies in the overlap.

    Args:
        lines_a: Border lines of the first image that are no content: top, bottom, left, right.
        lines_b: Of the second one.
    """
    half = 31.5
    reach = half - _RIM
    area = place[0] * place[4] - place[1] * place[3]
    all_a = all_b = 1e-3
    in_a = in_b = 0.0
    # A quarter of the pixels, like one colour's fields on every other row of a chessboard.
    for i in range(_RIM, 64 - _RIM, 2):
        y = i - half
        for j in range(_RIM + (i & 1), 64 - _RIM, 2):
            x = j - half
            one = float(detail_a[i, j] ** 2) if _is_within(i, j, lines_a) else 0.0
            two = float(detail_b[i, j] ** 2) if _is_within(i, j, lines_b) else 0.0
            all_a += one
            all_b += two
            u = place[0] * x + place[1] * y + place[2] * half
            v = place[3] * x + place[4] * y + place[5] * half
            if abs(u) <= reach and abs(v) <= reach:
                in_a += one
            right, down = x - place[2] * half, y - place[5] * half
            u = (place[4] * right - place[1] * down) / area
            v = (place[0] * down - place[3] * right) / area
            if abs(u) <= reach and abs(v) <= reach:
                in_b += two
    row[_CONTENT_A], row[_CONTENT_B] = in_a / all_a, in_b / all_b


@numba.njit(**OPTIONS)
def _is_within(i: int, j: int, lines: tuple[int, int, int, int]) -> bool:
    """Tell whether the detail of a pixel of (64, 64) has nothing of a border in it."""
    top, bottom, left, right = lines
    return (
        (top == 0 or i >= top + _RIM) and (bottom == 0 or i < 64 - bottom - _RIM)
        and (left == 0 or j >= left + _RIM) and (right == 0 or j < 64 - right - _RIM)
    )  # fmt: skip


@numba.njit(**OPTIONS)
def without_frames(
    lines_a: tuple[int, int, int, int], lines_b: tuple[int, int, int, int], place: Doubles,
    inside: Singles,
) -> int:  # fmt: skip
    """Set what is not within both frames to 0 in `inside` (4096); return what is left.

    Args:
        lines_a: Lines of the first frame: top, bottom, left, right.
        lines_b: Of the second one.
        place: The map.
        inside: As `warp` fills it, updated.
    """
    half = 31.5
    count = 0
    for i in range(64):
        for j in range(64):
            if inside[i * 64 + j] == 0:
                continue
            x, y = j - half, i - half
            u = int(place[0] * x + place[1] * y + (place[2] + 1) * half + 0.5)
            v = int(place[3] * x + place[4] * y + (place[5] + 1) * half + 0.5)
            if _is_within(i, j, lines_a) and _is_within(v, u, lines_b):
                count += 1
            else:
                inside[i * 64 + j] = 0
    return count
