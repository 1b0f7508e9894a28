"""Measure how two images agree where they have content: one compiled loop over candidate pairs.

The cheapest test comes first and each may end a pair: light on 16x16, fine light and colour on
32x32, detail on 64x64. What is measured is told by `Measure`; what it means, by `verify`.
"""

import math
from enum import IntEnum

import numba
import numpy as np
from numpy.typing import NDArray

from inspector.similarity.align import (
    MIN_OVERLAP,
    OPTIONS,
    Bytes,
    Doubles,
    Singles,
    correlation,
    improve,
    slopes_of,
    stretch,
    warp,
)
from inspector.similarity.orientations import STEPS


class Measure(IntEnum):
    """Columns of what `measure` fills.

    Content is the energy of detail: what a 5x5 mean leaves. A block is an eighth of a side. The
    overlay is a text or logo over one of the images: blocks that disagree and may be left out.
    """

    STAGE = 0
    """1 when light agrees, 2 when fine light and colour do, 3 when blocks were compared."""
    SCORE = 1
    """The fused score at 32x32."""
    DIFFERENT = 2
    """Share of the content that is not in the other image."""
    BLOCKS = 3
    """How many blocks hold the content: the inverse of the sum of squared shares."""
    EVEN = 4
    """Mean agreement of all blocks, nearly regardless of their content."""
    DIFFERENT_APART = 5
    """As DIFFERENT, without the overlay; likewise the next two."""
    BLOCKS_APART = 6
    EVEN_APART = 7
    OVERLAY_A = 8
    """What is stronger in this image in the blocks of the overlay, as a share of its content."""
    OVERLAY_B = 9
    CONTENT_A = 10
    """Share of an image's content in the overlap."""
    CONTENT_B = 11
    HUE = 12
    """Correlation of both colour planes."""
    COLOUR_A = 13
    """Variance of the colour planes."""
    COLOUR_B = 14
    COLOUR_APART = 15
    """Largest difference of a block's mean colour, in levels."""
    STRETCH = 16
    """Log of how much more the map enlarges the image one way than the other."""
    WORST = 17
    """The block that disagrees most, row * 8 + column in the first image."""


MEASURES = len(Measure)
# Members of an enum, for compiled code.
(
    _STAGE, _SCORE, _DIFFERENT, _BLOCKS, _EVEN, _DIFFERENT_APART, _BLOCKS_APART, _EVEN_APART,
    _OVERLAY_A, _OVERLAY_B, _CONTENT_A, _CONTENT_B, _HUE, _COLOUR_A, _COLOUR_B, _COLOUR_APART,
    _STRETCH, _WORST,
) = (int(m) for m in Measure)  # fmt: skip

_STEPS = np.array(STEPS, np.bool_)
_PLAIN = np.array([1.0, 0.0, 0.0, 0.0, 1.0, 0.0])
# Crops of up to a quarter of a side are within reach of four steps from one of these scales.
_SCALES = (1.0, 0.87, 1.15)
_FITS = 0.95
_MIN_LIGHT = 0.55
_MIN_FINE_BEFORE, _MIN_FINE_ON_THE_WAY, _MIN_FINE = 0.1, 0.3, 0.4
_MIN_SCORE = -9.0
_PLAIN_FITS = 0.03
# Pixels at an edge whose smoothing or mean is not only theirs.
_RIM = 3
# Variance in grey levels that is taken for noise in a pixel of detail: no more than this share of
# what an image has per pixel, for soft images have little.
_NOISE = 0.1
_NOISE_SHARE = 0.02
# Blocks count nearly alike in EVEN, whatever their contrast. Fitted on clothing.
_EVENLY = 0.125
_SPREAD = 0.6
# Of an overlay: a text over the middle covers about a fifth of the blocks.
_MAX_OVERLAY_BLOCKS = 0.25
_MAX_OVERLAY_CONTENT = 0.2
_OVERLAY_AGREES = 0.8
_MIN_PIXELS = 4.0
_GREY = 2.0
_ZERO = np.float32(0)


@numba.njit(**OPTIONS)
def measure(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 - one numeric kernel
    luma: Bytes,
    colour: Bytes,
    tiny: NDArray[np.bool_],
    a_rows: NDArray[np.int32],
    b_rows: NDArray[np.int32],
    transforms: NDArray[np.uint8],
    out: Doubles,
    places: Doubles,
) -> None:
    """Fill the measures of each pair, zeros from the stage on that ended it.

    Args:
        luma: (n, 64, 64) of all images.
        colour: (n, 32, 32, 3) YCrCb of all images.
        tiny: (n,) images whose detail at 64x64 is not theirs: their blocks are those of 32x32.
        a_rows: (k,) first images, flipped or turned by
        transforms: (k,), and
        b_rows: (k,) second images.
        out: (k, MEASURES), filled.
        places: (k, 6), filled with the map from the first to the second image.
    """
    light_a, light_b = np.empty((16, 16), np.float32), np.empty((16, 16), np.float32)
    slopes16, row16 = np.zeros((8, 256), np.float32), np.empty(256, np.float32)
    values16, inside16 = np.empty(256, np.float32), np.empty(256, np.float32)
    small_a, small_b = np.empty((32, 32), np.float32), np.empty((32, 32), np.float32)
    fine_a, fine_b = np.empty((32, 32), np.float32), np.empty((32, 32), np.float32)
    slopes32, row32 = np.zeros((8, 1024), np.float32), np.empty(1024, np.float32)
    values32, inside32 = np.empty(1024, np.float32), np.empty(1024, np.float32)
    large_a, large_b = np.empty((64, 64), np.float32), np.empty((64, 64), np.float32)
    slopes64, row64 = np.zeros((8, 2048), np.float32), np.empty(2048, np.float32)
    half64, half_inside = np.empty(2048, np.float32), np.empty(2048, np.float32)
    values64, inside64 = np.empty(4096, np.float32), np.empty(4096, np.float32)
    detail_a, detail_b = np.empty((64, 64), np.float32), np.empty((64, 64), np.float32)
    smooth, room = np.empty((64, 64), np.float32), np.empty((64, 64), np.float32)
    factor, right = np.empty((8, 8)), np.empty(8)
    place, best, trial_row = np.empty(6), np.empty(6), np.empty(MEASURES)
    for pair in range(len(a_rows)):
        a, b, transform = a_rows[pair], b_rows[pair], transforms[pair]
        row = out[pair]
        row[:] = 0
        # 16x16: is there a map under which the light agrees?
        _plane(colour[a], 0, transform, small_a)
        _plane(colour[b], 0, 0, small_b)
        _halved(small_a, light_a)
        _halved(small_b, light_b)
        slopes_of(light_a, 1, slopes16, row16)
        light = -2.0
        for scale in _SCALES:
            place[:] = _PLAIN
            place[0] = place[4] = scale
            improve(slopes16, row16, light_b, place, 4, 2, values16, inside16, factor, right)
            count = warp(light_b, place, 1, 0, values16, inside16)
            fit = correlation(row16, values16, inside16, 1.0)[0]
            if fit > light and count > MIN_OVERLAP * 256:
                light = fit
                best[:] = place
            if light > _FITS:
                break
        if light < _MIN_LIGHT:
            continue
        row[_STAGE] = 1
        # 32x32: fine light, then colour.
        _detail(small_a, fine_a, room)
        _detail(small_b, fine_b, room)
        flat_fine = fine_a.reshape(1024)
        warp(fine_b, best, 1, 0, values32, inside32)
        if correlation(flat_fine, values32, inside32, 4.0)[0] < _MIN_FINE_BEFORE:
            continue
        slopes_of(small_a, 1, slopes32, row32)
        improve(slopes32, row32, small_b, best, 2, 2, values32, inside32, factor, right)
        count = warp(fine_b, best, 1, 0, values32, inside32)
        fine = correlation(flat_fine, values32, inside32, 4.0)[0]
        if fine < _MIN_FINE_ON_THE_WAY or count < MIN_OVERLAP * 1024:
            continue
        improve(slopes32, row32, small_b, best, 3, 3, values32, inside32, factor, right)
        count = warp(small_b, best, 1, 0, values32, inside32)
        if count < MIN_OVERLAP * 1024:
            continue
        whole = correlation(row32, values32, inside32, 1.0)[0]
        warp(fine_b, best, 1, 0, values32, inside32)
        fine = correlation(flat_fine, values32, inside32, 4.0)[0]
        hue = _hue(colour[a], colour[b], transform, best, small_a, small_b, values32, inside32, row)
        if max(row[_COLOUR_A], row[_COLOUR_B]) < _GREY * _GREY:
            hue = 0.8 * whole
        row[_SCORE] = (
            3 * whole + 12 * fine + 4 * hue + _coarse(light_a, light_b) - 18 - _strain(best)
        )
        if row[_SCORE] < _MIN_SCORE or fine < _MIN_FINE:
            continue
        row[_STAGE] = 2
        if tiny[a] or tiny[b]:
            places[pair] = best
            warp(fine_b, best, 1, 2, values32, inside32)
            _judge(fine_a, values32.reshape(32, 32), inside32, row)
            row[_CONTENT_A] = row[_CONTENT_B] = 1
        else:
            # 64x64: what the one shows, is it in the other? Plain first: images that were only
            # saved again need no map, and lose nothing to it.
            _loaded(luma[a], transform, large_a)
            _loaded(luma[b], 0, large_b)
            _smoothed(large_a, smooth)
            _detail(smooth, detail_a, room)
            least = 9.0
            for trial in range(2):
                if trial == 0:
                    place[:] = _PLAIN
                else:
                    if least < _PLAIN_FITS:
                        break
                    place[:] = best
                    slopes_of(large_a, 2, slopes64, row64)
                    improve(
                        slopes64, row64, large_b, place, 3, 3, half64, half_inside, factor, right
                    )
                # Mapped first, smoothed after: a map blurs, and detail must be blurred alike.
                count = warp(large_b, place, 1, _RIM, values64, inside64)
                if count < MIN_OVERLAP * 4096:
                    continue
                _smoothed(values64.reshape(64, 64), smooth)
                _detail(smooth, detail_b, room)
                trial_row[:] = row
                _judge(detail_a, detail_b, inside64, trial_row)
                if trial_row[_DIFFERENT] < least:
                    least = trial_row[_DIFFERENT]
                    row[:] = trial_row
                    places[pair] = place
            if least > 2:
                continue
            _smoothed(large_b, smooth)
            _detail(smooth, detail_b, room)
            _overlap(detail_a, detail_b, places[pair], row)
        row[_STAGE] = 3
        _colours(
            colour[a], colour[b], transform, places[pair], small_a, small_b, values32, inside32, row
        )


@numba.njit(**OPTIONS)
def _plane(source: Bytes, plane: int, transform: int, out: Singles) -> None:
    """Fill `out` (s, s) with one plane of (s, s, 3), flipped or turned."""
    side = out.shape[0]
    transpose, rows, columns = _STEPS[transform]
    for i in range(side):
        y = side - 1 - i if rows else i
        for j in range(side):
            x = side - 1 - j if columns else j
            out[i, j] = source[x, y, plane] if transpose else source[y, x, plane]


@numba.njit(**OPTIONS)
def _loaded(source: Bytes, transform: int, out: Singles) -> None:
    """Fill `out` (s, s) with a grey image, flipped or turned."""
    side = out.shape[0]
    transpose, rows, columns = _STEPS[transform]
    for i in range(side):
        y = side - 1 - i if rows else i
        for j in range(side):
            x = side - 1 - j if columns else j
            out[i, j] = source[x, y] if transpose else source[y, x]


@numba.njit(**OPTIONS)
def _halved(image: Singles, out: Singles) -> None:
    for i in range(out.shape[0]):
        one, two = image[2 * i], image[2 * i + 1]
        for j in range(out.shape[0]):
            total = one[2 * j] + one[2 * j + 1] + two[2 * j] + two[2 * j + 1]
            out[i, j] = np.float32(0.25) * total


@numba.njit(**OPTIONS)
def _smoothed(image: Singles, out: Singles) -> None:
    """Fill `out` with the image under a 3x3 binomial, edges repeated."""
    side = image.shape[0]
    line = np.empty(side, np.float32)
    for i in range(side):
        above, middle, below = image[max(i - 1, 0)], image[i], image[min(i + 1, side - 1)]
        for j in range(side):
            line[j] = (above[j] + np.float32(2) * middle[j] + below[j]) * np.float32(1 / 16)
        for j in range(1, side - 1):
            out[i, j] = line[j - 1] + np.float32(2) * line[j] + line[j + 1]
        out[i, 0] = np.float32(3) * line[0] + line[1]
        out[i, side - 1] = np.float32(3) * line[side - 1] + line[side - 2]


@numba.njit(**OPTIONS)
def _detail(image: Singles, out: Singles, room: Singles) -> None:
    """Fill `out` with what a 5x5 mean leaves; the image is mirrored at its edges."""
    side = image.shape[0]
    last = side - 1
    for i in range(side):
        line, sums = image[i], room[i]
        for j in range(2, side - 2):
            sums[j] = line[j - 2] + line[j - 1] + line[j] + line[j + 1] + line[j + 2]
        sums[0] = line[0] + np.float32(2) * (line[1] + line[2])
        sums[1] = line[0] + np.float32(2) * line[1] + line[2] + line[3]
        sums[last] = line[last] + np.float32(2) * (line[last - 1] + line[last - 2])
        sums[last - 1] = line[last] + np.float32(2) * line[last - 1]
        sums[last - 1] += line[last - 2] + line[last - 3]
    for i in range(side):
        one, two = room[abs(i - 2)], room[abs(i - 1)]
        four, five = room[last - abs(last - i - 1)], room[last - abs(last - i - 2)]
        middle = room[i]
        for j in range(side):
            total = one[j] + two[j] + middle[j] + four[j] + five[j]
            out[i, j] = image[i, j] - total * np.float32(0.04)


@numba.njit(**OPTIONS)
def _hue(  # noqa: PLR0913, PLR0917 - arrays of the caller
    colour_a: Bytes, colour_b: Bytes, transform: int, place: Doubles, plane_a: Singles,
    plane_b: Singles, values: Singles, inside: Singles, row: Doubles,
) -> float:  # fmt: skip
    """Return the joint correlation of both colour planes; fill in it and their variances."""
    cross, one, two = 0.0, 8.0, 8.0
    for plane in range(1, 3):
        _plane(colour_a, plane, transform, plane_a)
        _plane(colour_b, plane, 0, plane_b)
        warp(plane_b, place, 1, 0, values, inside)
        fit, va, vb = correlation(plane_a.reshape(1024), values, inside, 4.0)
        cross += fit * math.sqrt((va + 4) * (vb + 4))
        one += va
        two += vb
    row[_HUE] = cross / math.sqrt(one * two)
    row[_COLOUR_A], row[_COLOUR_B] = one - 8, two - 8
    return row[_HUE]


@numba.njit(**OPTIONS)
def _coarse(light_a: Singles, light_b: Singles) -> float:
    """Return the correlation at 8x8 as the images stand."""
    a, b = np.empty((8, 8), np.float32), np.empty((8, 8), np.float32)
    _halved(light_a, a)
    _halved(light_b, b)
    return correlation(a.reshape(64), b.reshape(64), np.ones(64, np.float32), 1.0)[0]


@numba.njit(**OPTIONS)
def _strain(place: Doubles) -> float:
    """Return what the fused score loses for a map that is far from none."""
    area = abs(place[0] * place[4] - place[1] * place[3])
    scale = abs(0.5 * math.log(max(area, 1e-6)))
    shear = abs(place[0] - place[4]) + abs(place[1] + place[3])
    shift = 0.5 * math.sqrt(place[2] ** 2 + place[5] ** 2)
    return 10 * scale + 3 * shear + 9 * shift


@numba.njit(**OPTIONS)
def _judge(detail_a: Singles, detail_b: Singles, inside: Singles, row: Doubles) -> None:
    """Compare detail in 8x8 blocks, each counted by what it holds of either image's content.

    What only one image shows counts by its share there, so that a fork is no spoon for having the
    same handle.
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
    """Fill each block's sums of squares of both images, of products, and of pixels that count."""
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
    """Fill the agreement of each block, 2 of one that is not there; return how many are.

    Flat paper agrees with flat paper here, where overlays are looked for, but counts for nothing.
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
    """Fill in what of some blocks is stronger in either image, pixel by pixel.

    What both still show under a text must not hide that the text is on one of them.
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
def _overlap(detail_a: Singles, detail_b: Singles, place: Doubles, row: Doubles) -> None:
    """Fill in how much of each image's content lies in the overlap."""
    half = 31.5
    reach = half - _RIM
    area = place[0] * place[4] - place[1] * place[3]
    all_a = all_b = 1e-3
    in_a = in_b = 0.0
    # A quarter of the pixels, like the fields of one colour on every other row of a chess board.
    for i in range(_RIM, 64 - _RIM, 2):
        y = i - half
        for j in range(_RIM + (i & 1), 64 - _RIM, 2):
            x = j - half
            one, two = detail_a[i, j] ** 2, detail_b[i, j] ** 2
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
def _colours(  # noqa: PLR0913, PLR0917 - arrays of the caller
    colour_a: Bytes, colour_b: Bytes, transform: int, place: Doubles, plane_a: Singles,
    plane_b: Singles, values: Singles, inside: Singles, row: Doubles,
) -> None:  # fmt: skip
    """Fill in the largest difference of a block's mean colour; 0 where one image is grey."""
    counts, energy_a, energy_b = np.zeros(64), 0.0, 0.0
    squares, means = np.zeros(64), np.zeros((64, 2))
    for plane in range(1, 3):
        _plane(colour_a, plane, transform, plane_a)
        _plane(colour_b, plane, 0, plane_b)
        warp(plane_b, place, 1, 0, values, inside)
        counts[:] = 0
        means[:] = 0
        for i in range(32):
            for j in range(32):
                weight = inside[i * 32 + j]
                block = i // 4 * 8 + j // 4
                means[block, 0] += weight * (plane_a[i, j] - np.float32(128))
                means[block, 1] += weight * (values[i * 32 + j] - np.float32(128))
                counts[block] += weight
        for k in range(64):
            if counts[k] >= 8:
                one, two = means[k, 0] / counts[k], means[k, 1] / counts[k]
                energy_a += one * one
                energy_b += two * two
                squares[k] += (one - two) ** 2
    coloured = min(energy_a, energy_b) >= 64 * _GREY * _GREY
    row[_COLOUR_APART] = math.sqrt(squares.max()) if coloured else 0.0


@numba.njit(**OPTIONS)
def stretches(places: Doubles, aspects: Doubles, out: Doubles) -> None:
    """Fill how much each map stretches an image, in squares or in true pixels, the less of both.

    A copy that was cut, framed or turned by some degrees is stretched in neither.

    Args:
        places: (k, 6) maps.
        aspects: (k, 2) width over height of both images as the map sees them.
        out: (k,), filled.
    """
    for k in range(len(out)):
        a, b, c, d = places[k, 0], places[k, 1], places[k, 3], places[k, 4]
        one, two = aspects[k, 0], aspects[k, 1]
        # In units of each image's height.
        true = stretch(a * two / one, b * two, c / one, d)
        out[k] = min(stretch(a, b, c, d), true)
