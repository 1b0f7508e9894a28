"""Find the affine map between two small grey images: Lucas-Kanade, compiled.

Inverse-compositional Gauss-Newton steps with gain and bias. Coordinates run from -1 to 1 over an
image, so that a map found at 16x16 also applies at 64x64. A map is (a, b, tx, c, d, ty): x' = a x +
b y + tx, y' = c x + d y + ty.

All functions write into arrays of the caller, so that a batch of pairs allocates once.

Source: Baker and Matthews, Lucas-Kanade 20 Years On (2004), with linear appearance variation.
"""

import math

import numba
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Singles = NDArray[np.float32]
Doubles = NDArray[np.float64]

UNKNOWNS = 8
MIN_OVERLAP = 0.3
"""Share of pixels that both images must cover for a map to count."""

OPTIONS = {"cache": True, "nogil": True, "fastmath": True, "error_model": "numpy"}
# Squared step length below which a further step changes no measure.
_SETTLED = 1e-6
_ONE = np.float32(1)
_ZERO = np.float32(0)


@numba.njit(**OPTIONS)
def slopes_of(template: Singles, stride: int, slopes: Singles, light: Singles) -> None:
    """Fill the derivatives of each pixel by each unknown, for the template of `improve`.

    Args:
        template: (s, s).
        stride: 1 for every row, 2 for every other row.
        slopes: (8, s // stride * s), filled; 0 for border pixels.
        light: (s // stride * s), filled with the template's pixels.
    """
    side = template.shape[0]
    half = np.float32((side - 1) / 2)
    scale = np.float32(0.5) * half
    for row in range(side // stride):
        i = row * stride + stride // 2
        y = (np.float32(i) - half) / half
        line = template[i]
        above, below = template[max(i - 1, 0)], template[min(i + 1, side - 1)]
        weight = _ZERO if i in (0, side - 1) else _ONE
        start = row * side
        for j in range(1, side - 1):
            x = (np.float32(j) - half) / half
            across = (line[j + 1] - line[j - 1]) * scale * weight
            down = (below[j] - above[j]) * scale * weight
            at = start + j
            slopes[0, at] = across * x
            slopes[1, at] = across * y
            slopes[2, at] = across
            slopes[3, at] = down * x
            slopes[4, at] = down * y
            slopes[5, at] = down
            slopes[6, at] = line[j] * weight
            slopes[7, at] = weight
        for k in range(UNKNOWNS):
            slopes[k, start] = 0
            slopes[k, start + side - 1] = 0
        for j in range(side):
            light[start + j] = line[j]


@numba.njit(**OPTIONS)
def warp(
    image: Singles, place: Doubles, stride: int, rim: int, values: Singles, inside: Singles
) -> int:
    """Fill `values` with the image seen through a map; borders are repeated outside.

    Args:
        image: (s, s).
        place: The map.
        stride: Row stride, as in `slopes_of`.
        rim: Border pixels of both images that do not count.
        values: (s // stride * s), filled.
        inside: The same shape, filled with 1 where both images have a pixel that counts, else 0.

    Returns:
        Number of pixels that count.
    """
    side = image.shape[0]
    flat = image.reshape(side * side)
    half, top = np.float32((side - 1) / 2), np.float32(side - 1)
    low, high = np.float32(rim), np.float32(side - 1 - rim)
    a, b, tx = np.float32(place[0]), np.float32(place[1]), np.float32(place[2])
    c, d, ty = np.float32(place[3]), np.float32(place[4]), np.float32(place[5])
    corner = np.empty(side, np.int32)
    right, down = np.empty(side, np.float32), np.empty(side, np.float32)
    below, across = np.uint64(side), np.uint64(side + 1)
    count = _ZERO
    for row in range(side // stride):
        i = row * stride + stride // 2
        y = np.float32(i) - half
        u0 = b * y + tx * half + half
        v0 = d * y + ty * half + half
        reach = half - low if rim <= i < side - rim else -_ONE
        line, line_inside = (
            values[row * side : row * side + side], inside[row * side : row * side + side],
        )  # fmt: skip
        # Apart from the reads that follow, and in one type, a compiler does many pixels at once.
        for j in range(side):
            x = np.float32(np.int32(j)) - half
            u, v = a * x + u0, c * x + v0
            both = (abs(x) <= reach) & (low <= u) & (u <= high) & (low <= v) & (v <= high)
            weight = _ONE if both else _ZERO
            line_inside[j] = weight
            count += weight
            u, v = min(max(u, _ZERO), top), min(max(v, _ZERO), top)
            left, upper = min(np.floor(u), top - _ONE), min(np.floor(v), top - _ONE)
            right[j], down[j] = u - left, v - upper
            corner[j] = np.int32(upper * (top + _ONE) + left)
        for j in range(side):
            # Unsigned: a negative number would count from the end, which costs a test.
            at = np.uint64(corner[j])
            one = flat[at] + (flat[at + np.uint64(1)] - flat[at]) * right[j]
            two = flat[at + below] + (flat[at + across] - flat[at + below]) * right[j]
            line[j] = one + (two - one) * down[j]
    return int(count)


@numba.njit(**OPTIONS)
def improve(  # noqa: PLR0913, PLR0917 - arrays of the caller
    slopes: Singles,
    light: Singles,
    image: Singles,
    place: Doubles,
    steps: int,
    refresh: int,
    values: Singles,
    inside: Singles,
    factor: Doubles,
    right: Doubles,
) -> None:
    """Take up to `steps` Gauss-Newton steps on a map, in place.

    Args:
        slopes: Derivatives of the template, from `slopes_of`; the length implies the stride.
        light: Likewise.
        image: (s, s), mapped to.
        place: The map, updated.
        steps: Maximum number of steps.
        refresh: Steps between updates of the normal matrix; overlap changes it slowly.
        values: Buffer for `warp`.
        inside: Likewise.
        factor: (8, 8) buffer.
        right: (8,) buffer.
    """
    pixels = len(light)
    stride = image.shape[0] * image.shape[0] // pixels
    for step in range(steps):
        if warp(image, place, stride, 0, values, inside) < MIN_OVERLAP * pixels:
            return
        if step % refresh == 0:
            _factorise(slopes, inside, factor)
        for at in range(pixels):
            values[at] = (values[at] - light[at]) * inside[at]
        for k in range(UNKNOWNS):
            total = _ZERO
            for at in range(pixels):
                total += slopes[k, at] * values[at]
            right[k] = total
        _solve(factor, right)
        _compose(place, right)
        if abs(place[2]) > 1 or abs(place[5]) > 1:
            return
        length = 0.0
        for k in range(6):
            length += right[k] * right[k]
        if length < _SETTLED:
            return


@numba.njit(**OPTIONS)
def _factorise(slopes: Singles, inside: Singles, factor: Doubles) -> None:
    """Fill the lower Cholesky factor of the normal matrix over the pixels that count."""
    pixels = slopes.shape[1]
    for k in range(UNKNOWNS):
        for m in range(k + 1):
            total = _ZERO
            for at in range(pixels):
                total += slopes[k, at] * slopes[m, at] * inside[at]
            factor[k, m] = total
        factor[k, k] += 1e-3 * factor[k, k] + 1e-6
    for k in range(UNKNOWNS):
        for m in range(k):
            factor[k, k] -= factor[k, m] * factor[k, m]
        factor[k, k] = math.sqrt(max(factor[k, k], 1e-9))
        for i in range(k + 1, UNKNOWNS):
            for m in range(k):
                factor[i, k] -= factor[i, m] * factor[k, m]
            factor[i, k] /= factor[k, k]


@numba.njit(**OPTIONS)
def _solve(factor: Doubles, right: Doubles) -> None:
    """Solve for `right` in place, by forward and back substitution."""
    for k in range(UNKNOWNS):
        for m in range(k):
            right[k] -= factor[k, m] * right[m]
        right[k] /= factor[k, k]
    for k in range(UNKNOWNS - 1, -1, -1):
        for m in range(k + 1, UNKNOWNS):
            right[k] -= factor[m, k] * right[m]
        right[k] /= factor[k, k]


@numba.njit(**OPTIONS)
def turn(angle: float, aspect_a: float, aspect_b: float, place: Doubles) -> None:
    """Fill a map with a rotation around the centre, of images that were squashed to squares.

    Args:
        angle: In radians.
        aspect_a: Width over height of the first image; both are as large as each other.
        aspect_b: Of the second one.
        place: (6,), filled.
    """
    across, down = math.sqrt(aspect_a), math.sqrt(1 / aspect_a)
    wide, high = math.sqrt(aspect_b), math.sqrt(1 / aspect_b)
    place[0] = math.cos(angle) * across / wide
    place[1] = -math.sin(angle) * down / wide
    place[3] = math.sin(angle) * across / high
    place[4] = math.cos(angle) * down / high
    place[2] = place[5] = 0


@numba.njit(**OPTIONS)
def frame(lines: tuple[int, int, int, int], side: int, place: Doubles) -> None:
    """Fill the map from an image without its borders to the whole image.

    Args:
        lines: Lines to leave out of (side, side): top, bottom, left, right.
        side: Side of the image.
        place: (6,), filled.
    """
    place[:] = 0
    for axis in range(2):
        first, last = lines[2 - 2 * axis], lines[3 - 2 * axis]
        place[4 * axis] = (side - first - last) / side
        place[3 * axis + 2] = (first - last) / (side - 1)


@numba.njit(**OPTIONS)
def unframe(place: Doubles, frame_a: Doubles, frame_b: Doubles) -> None:
    """Turn a map between images without borders into one between the whole images, in place."""
    for row in range(2):
        across = place[3 * row] / frame_a[0]
        down = place[3 * row + 1] / frame_a[4]
        shift = place[3 * row + 2] - across * frame_a[2] - down * frame_a[5]
        scale = frame_b[4 * row]
        place[3 * row], place[3 * row + 1] = scale * across, scale * down
        place[3 * row + 2] = scale * shift + frame_b[3 * row + 2]


@numba.njit(**OPTIONS)
def _compose(p: Doubles, step: Doubles) -> None:
    """Compose a map with the inverse of a small step on the template, in place."""
    area = (1 + step[0]) * (1 + step[4]) - step[1] * step[3]
    a, b = (1 + step[4]) / area, -step[1] / area
    c, d = -step[3] / area, (1 + step[0]) / area
    tx, ty = -(a * step[2] + b * step[5]), -(c * step[2] + d * step[5])
    for row in range(2):
        x, y = p[3 * row], p[3 * row + 1]
        p[3 * row] = x * a + y * c
        p[3 * row + 1] = x * b + y * d
        p[3 * row + 2] += x * tx + y * ty


@numba.njit(**OPTIONS)
def correlation(
    template: Singles, values: Singles, inside: Singles, regular: float
) -> tuple[float, float, float]:
    """Return the normalised cross-correlation where both count, and both variances.

    Args:
        template: (k,) pixels.
        values: (k,) pixels of the other image, from `warp`.
        inside: (k,) from `warp`.
        regular: Added to both variances, so that noise on a flat area does not correlate.
    """
    sa = sb = saa = sbb = sab = count = _ZERO
    for at in range(len(template)):
        weight = inside[at]
        one, two = template[at] * weight, values[at] * weight
        sa += one
        sb += two
        saa += one * one
        sbb += two * two
        sab += one * two
        count += weight
    if count < 1:
        return 0.0, 0.0, 0.0
    va = max(float(saa / count - (sa / count) ** 2), 0.0)
    vb = max(float(sbb / count - (sb / count) ** 2), 0.0)
    cross = float(sab / count - sa / count * (sb / count))
    return cross / math.sqrt((va + regular) * (vb + regular)), va, vb


@numba.njit(**OPTIONS)
def stretch(a: float, b: float, c: float, d: float) -> float:
    """Return the log ratio of a map's scales along and across its main axis."""
    area = abs(a * d - b * c)
    squares = (a * a + b * b + c * c + d * d) / 2
    spread = math.sqrt(max(squares * squares - area * area, 0.0))
    return 0.5 * math.log((squares + spread + 1e-9) / max(squares - spread, 1e-9))
