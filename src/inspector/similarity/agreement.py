"""Measure how well two images agree where they have content: one compiled loop over candidates.

Tests run from the cheapest, and each may end a pair: light at 16x16, fine light and colour at
32x32, detail at 64x64. `PairMeasure` says what is measured, `verification` what it means.
"""

import math

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
    frame,
    improve,
    slopes_of,
    stretch,
    turn,
    unframe,
    warp,
)
from inspector.similarity.content import fill_overlap, judge, without_frames
from inspector.similarity.filters import detail, halved, loaded, plane, smoothed
from inspector.similarity.kernels import borders
from inspector.similarity.measures import MEASURES, PairMeasure
from inspector.similarity.orientations import STEPS

# Enum members for compiled code.
_STAGE = int(PairMeasure.STAGE)
_SCORE = int(PairMeasure.SCORE)
_DIFFERENT = int(PairMeasure.DIFFERENT)
_CONTENT_A = int(PairMeasure.CONTENT_A)
_CONTENT_B = int(PairMeasure.CONTENT_B)
_HUE = int(PairMeasure.HUE)
_COLOUR_A = int(PairMeasure.COLOUR_A)
_COLOUR_B = int(PairMeasure.COLOUR_B)
_COLOUR_APART = int(PairMeasure.COLOUR_APART)

_STEPS = np.array(STEPS, np.bool_)
_PLAIN = np.array([1.0, 0.0, 0.0, 0.0, 1.0, 0.0])
# Four steps from one of these scales reach crops of up to a quarter of a side; from one of these
# angles, rotations of up to 30 degrees.
_SCALES = (1.0, 0.87, 1.15)
_ANGLES = (-0.4, 0.4)
_TURNED = len(_SCALES)
_STARTS = _TURNED + len(_ANGLES)
_FITS = 0.95
_MIN_LIGHT = 0.55
_MIN_FINE_BEFORE, _MIN_FINE_ON_THE_WAY, _MIN_FINE = 0.1, 0.3, 0.4
_MIN_SCORE = -9.0
_PLAIN_FITS = 0.03
# Border pixels whose smoothing or mean includes others.
_RIM = 3
_GREY = 2.0
_NO_LINES = (0, 0, 0, 0)
# A frame differs by more than these levels from so much of the line beside it.
_FRAME_LEVELS, _FRAME_ENDS = 16, 0.8


@numba.njit(**OPTIONS)
def measure(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 - one numeric kernel
    luma: Bytes,
    colour: Bytes,
    tiny: NDArray[np.bool_],
    a_rows: NDArray[np.int32],
    b_rows: NDArray[np.int32],
    transforms: NDArray[np.uint8],
    far: NDArray[np.bool_],
    framed: NDArray[np.bool_],
    aspects: Doubles,
    out: Doubles,
    places: Doubles,
) -> None:
    """Fill the measures of each pair, with zeros from the stage that ended it.

    Args:
        luma: (n, 64, 64) of all images.
        colour: (n, 32, 32, 3) YCrCb of all images.
        tiny: (n,) images without detail of their own at 64x64: their blocks are those of 32x32.
        a_rows: (k,) first images.
        b_rows: (k,) second images.
        transforms: (k,) flip or rotation of the first image.
        far: (k,) pairs that may be rotated or cropped further than those with similar hashes.
        framed: (k,) pairs of which an image has uniform borders.
        aspects: (k, 2) width over height of both images, the first one flipped or rotated.
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
    frame_a, frame_b = np.empty(6), np.empty(6)
    for pair in range(len(a_rows)):
        a, b, transform = a_rows[pair], b_rows[pair], transforms[pair]
        row = out[pair]
        row[:] = 0
        # 16x16: is there a map under which the light agrees?
        plane(colour[a], 0, transform, small_a)
        plane(colour[b], 0, 0, small_b)
        halved(small_a, light_a)
        halved(small_b, light_b)
        slopes_of(light_a, 1, slopes16, row16)
        light = -2.0
        for start in range(_STARTS if far[pair] else _TURNED):
            if start < _TURNED:
                place[:] = _PLAIN
                place[0] = place[4] = _SCALES[start]
            else:
                turn(_ANGLES[start - _TURNED], aspects[pair, 0], aspects[pair, 1], place)
            improve(slopes16, row16, light_b, place, 4, 2, values16, inside16, factor, right)
            count = warp(light_b, place, 1, 0, values16, inside16)
            fit = correlation(row16, values16, inside16, 1.0)[0]
            if fit > light and count > MIN_OVERLAP * 256:
                light = fit
                best[:] = place
            if light > _FITS:
                break
        lines_a = lines_b = _NO_LINES
        if framed[pair]:
            lines_a, lines_b = frame_lines(luma[a], transform), frame_lines(luma[b], 0)
        frame(lines_a, 64, frame_a)
        frame(lines_b, 64, frame_b)
        if lines_a != _NO_LINES or lines_b != _NO_LINES:
            # Again without frames: they are no content, and hide what little a plain image has.
            warp(small_a, frame_a, 1, 0, row32, inside32)
            warp(small_b, frame_b, 1, 0, values32, inside32)
            halved(row32.reshape(32, 32), light_a)
            halved(values32.reshape(32, 32), light_b)
            slopes_of(light_a, 1, slopes16, row16)
            if _NO_LINES not in (lines_a, lines_b):
                light = -2.0
            within = -2.0
            for scale in _SCALES:
                place[:] = _PLAIN
                place[0] = place[4] = scale
                improve(slopes16, row16, light_b, place, 4, 2, values16, inside16, factor, right)
                count = warp(light_b, place, 1, 0, values16, inside16)
                fit = correlation(row16, values16, inside16, 1.0)[0]
                if fit > max(light, within) and count > MIN_OVERLAP * 256:
                    within = fit
                    best[:] = place
                if within > _FITS:
                    break
            if within > light:
                light = within
                small_a[:] = row32.reshape(32, 32)
                small_b[:] = values32.reshape(32, 32)
            else:
                lines_a = lines_b = _NO_LINES
                frame(_NO_LINES, 64, frame_a)
                frame(_NO_LINES, 64, frame_b)
        if light < _MIN_LIGHT:
            continue
        row[_STAGE] = 1
        # 32x32: fine light, then colour.
        detail(small_a, fine_a, room)
        detail(small_b, fine_b, room)
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
        hue = _hue(
            colour[a], colour[b], transform, best, frame_a, frame_b, small_a, small_b, values32,
            inside32, row,
        )  # fmt: skip
        if max(row[_COLOUR_A], row[_COLOUR_B]) < _GREY * _GREY:
            hue = 0.8 * whole
        row[_SCORE] = (
            3 * whole + 12 * fine + 4 * hue + _coarse(light_a, light_b) - 18 - _strain(best)
        )
        unframe(best, frame_a, frame_b)
        if row[_SCORE] < _MIN_SCORE or fine < _MIN_FINE:
            continue
        row[_STAGE] = 2
        if tiny[a] or tiny[b]:
            places[pair] = best
            warp(fine_b, best, 1, 2, values32, inside32)
            judge(fine_a, values32.reshape(32, 32), inside32, row)
            row[_CONTENT_A] = row[_CONTENT_B] = 1
        else:
            # 64x64: is the content of each image in the other? Identity map first: images that were
            # only saved again need no map, and lose nothing to it.
            loaded(luma[a], transform, large_a)
            loaded(luma[b], 0, large_b)
            smoothed(large_a, smooth)
            detail(smooth, detail_a, room)
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
                # Map first, then smooth: mapping blurs, and both details must be blurred alike.
                count = warp(large_b, place, 1, _RIM, values64, inside64)
                if lines_a != _NO_LINES or lines_b != _NO_LINES:
                    count = without_frames(lines_a, lines_b, place, inside64)
                if count < MIN_OVERLAP * 4096:
                    continue
                smoothed(values64.reshape(64, 64), smooth)
                detail(smooth, detail_b, room)
                trial_row[:] = row
                judge(detail_a, detail_b, inside64, trial_row)
                if trial_row[_DIFFERENT] < least:
                    least = trial_row[_DIFFERENT]
                    row[:] = trial_row
                    places[pair] = place
            if least > 2:
                continue
            smoothed(large_b, smooth)
            detail(smooth, detail_b, room)
            fill_overlap(detail_a, detail_b, lines_a, lines_b, places[pair], row)
        row[_STAGE] = 3
        _colours(
            colour[a], colour[b], transform, places[pair], small_a, small_b, values32, inside32, row
        )


@numba.njit(**OPTIONS)
def frame_lines(grey: Bytes, transform: int) -> tuple[int, int, int, int]:
    """Return the frame of a flipped or rotated image in lines: top, bottom, left, right.

    A frame ends in one line, the margin around an object does not. The line beside it is one of
    its lines: scaling mixed both.
    """
    top, bottom, left, right = borders(grey)
    side = grey.shape[0]
    top = top + 1 if top > 0 and _ends(grey[0], grey[top + 1]) else 0
    bottom = bottom + 1 if bottom > 0 and _ends(grey[side - 1], grey[side - 2 - bottom]) else 0
    left = left + 1 if left > 0 and _ends(grey[:, 0], grey[:, left + 1]) else 0
    right = right + 1 if right > 0 and _ends(grey[:, side - 1], grey[:, side - 2 - right]) else 0
    transpose, rows, columns = _STEPS[transform]
    if transpose:
        top, bottom, left, right = left, right, top, bottom
    if rows:
        top, bottom = bottom, top
    if columns:
        left, right = right, left
    return top, bottom, left, right


@numba.njit(**OPTIONS)
def _ends(edge: Bytes, line: Bytes) -> bool:
    """Tell whether nearly all pixels of a line differ from the same ones of the edge."""
    other = 0
    for i in range(len(edge)):
        if abs(int(edge[i]) - int(line[i])) > _FRAME_LEVELS:
            other += 1
    return other >= _FRAME_ENDS * len(edge)


@numba.njit(**OPTIONS)
def _hue(  # noqa: PLR0913, PLR0917 - arrays of the caller
    colour_a: Bytes, colour_b: Bytes, transform: int, place: Doubles, frame_a: Doubles,
    frame_b: Doubles, plane_a: Singles, plane_b: Singles, values: Singles, inside: Singles,
    row: Doubles,
) -> float:  # fmt: skip
    """Return the joint correlation of both colour planes; fill in it and their variances."""
    cross, one, two = 0.0, 8.0, 8.0
    template = np.empty(1024, np.float32)
    for channel in range(1, 3):
        plane(colour_a, channel, transform, plane_a)
        plane(colour_b, channel, 0, plane_b)
        warp(plane_a, frame_a, 1, 0, template, inside)
        warp(plane_b, frame_b, 1, 0, values, inside)
        plane_b[:] = values.reshape(32, 32)
        warp(plane_b, place, 1, 0, values, inside)
        fit, va, vb = correlation(template, values, inside, 4.0)
        cross += fit * math.sqrt((va + 4) * (vb + 4))
        one += va
        two += vb
    row[_HUE] = cross / math.sqrt(one * two)
    row[_COLOUR_A], row[_COLOUR_B] = one - 8, two - 8
    return row[_HUE]


@numba.njit(**OPTIONS)
def _coarse(light_a: Singles, light_b: Singles) -> float:
    """Return the correlation at 8x8 of the unmapped images."""
    a, b = np.empty((8, 8), np.float32), np.empty((8, 8), np.float32)
    halved(light_a, a)
    halved(light_b, b)
    return correlation(a.reshape(64), b.reshape(64), np.ones(64, np.float32), 1.0)[0]


@numba.njit(**OPTIONS)
def _strain(place: Doubles) -> float:
    """Return the penalty on the fused score for a map far from the identity."""
    area = abs(place[0] * place[4] - place[1] * place[3])
    scale = abs(0.5 * math.log(max(area, 1e-6)))
    shear = abs(place[0] - place[4]) + abs(place[1] + place[3])
    shift = 0.5 * math.sqrt(place[2] ** 2 + place[5] ** 2)
    return 10 * scale + 3 * shear + 9 * shift


@numba.njit(**OPTIONS)
def _colours(  # noqa: PLR0913, PLR0917 - arrays of the caller
    colour_a: Bytes, colour_b: Bytes, transform: int, place: Doubles, plane_a: Singles,
    plane_b: Singles, values: Singles, inside: Singles, row: Doubles,
) -> None:  # fmt: skip
    """Fill in the largest difference of a block's mean colour; 0 if one image is grey."""
    counts, energy_a, energy_b = np.zeros(64), 0.0, 0.0
    squares, means = np.zeros(64), np.zeros((64, 2))
    for channel in range(1, 3):
        plane(colour_a, channel, transform, plane_a)
        plane(colour_b, channel, 0, plane_b)
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
    """Fill how much each map stretches an image, in squares or in true pixels, whichever is less.

    A copy that was cropped, framed or rotated by some degrees is stretched in neither.

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
