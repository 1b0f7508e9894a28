"""Align two small grey pictures: inverse-compositional Lucas-Kanade with gain and bias.

Coordinates are in units of half the picture's side, from -1 to 1, so that a map found on 16x16
serves on 64x64. A map is (a, b, tx, c, d, ty): x' = a x + b y + tx, y' = c x + d y + ty.
Source: Baker and Matthews, Lucas-Kanade 20 Years On (2004), with linear appearance variation.
"""

import numba
import numpy as np
from numpy.typing import NDArray

_UNKNOWNS = 8
# Blocks count nearly alike, whatever their contrast: one outline does not make two pictures one.
# The exponents were fitted on clothing (a black and a blue T-shirt apart) and photos' copies.
_EVENLY = 0.125
_SPREAD = 0.6
# Variance in grey levels that is taken for noise in a block of detail.
_NOISE = 0.1


@numba.njit(cache=True, nogil=True, fastmath=True)
def sample(picture: NDArray[np.float32], x: float, y: float) -> float:
    """Return the bilinear value at pixel coordinates that lie inside the picture."""
    side = picture.shape[0]
    left, top = min(int(x), side - 2), min(int(y), side - 2)
    fx, fy = x - left, y - top
    upper = picture[top, left] * (1 - fx) + picture[top, left + 1] * fx
    lower = picture[top + 1, left] * (1 - fx) + picture[top + 1, left + 1] * fx
    return upper * (1 - fy) + lower * fy


@numba.njit(cache=True, nogil=True, fastmath=True)
def improve(  # noqa: C901 - one numeric kernel
    template: NDArray[np.float32],
    picture: NDArray[np.float32],
    start: NDArray[np.float64],
    steps: int,
) -> NDArray[np.float64]:
    """Return the map from the template to the picture after `steps` Gauss-Newton steps."""
    side = template.shape[0]
    half = (side - 1) / 2.0
    p = start.copy()
    row = np.empty(_UNKNOWNS)
    for _ in range(steps):
        hessian = np.zeros((_UNKNOWNS, _UNKNOWNS))
        right = np.zeros(_UNKNOWNS)
        inside = 0
        for i in range(1, side - 1):
            y = (i - half) / half
            for j in range(1, side - 1):
                x = (j - half) / half
                u = (p[0] * x + p[1] * y + p[2]) * half + half
                v = (p[3] * x + p[4] * y + p[5]) * half + half
                if u < 0 or v < 0 or u > side - 1 or v > side - 1:
                    continue
                inside += 1
                gx = (template[i, j + 1] - template[i, j - 1]) * 0.5 * half
                gy = (template[i + 1, j] - template[i - 1, j]) * 0.5 * half
                row[0], row[1], row[2] = gx * x, gx * y, gx
                row[3], row[4], row[5] = gy * x, gy * y, gy
                row[6], row[7] = template[i, j], 1.0
                error = sample(picture, u, v) - template[i, j]
                for k in range(_UNKNOWNS):
                    right[k] += row[k] * error
                    for m in range(k, _UNKNOWNS):
                        hessian[k, m] += row[k] * row[m]
        if inside < 0.3 * side * side:
            return p
        for k in range(_UNKNOWNS):
            hessian[k, k] += 1e-3 * hessian[k, k] + 1e-6
            for m in range(k):
                hessian[k, m] = hessian[m, k]
        step = np.linalg.solve(hessian, right)
        p = _compose(p, step)
        if abs(p[2]) > 1 or abs(p[5]) > 1:
            return p
    return p


@numba.njit(cache=True, nogil=True)
def _compose(p: NDArray[np.float64], step: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compose a map with the inverse of a small step on the template."""
    area = (1 + step[0]) * (1 + step[4]) - step[1] * step[3]
    a, b = (1 + step[4]) / area, -step[1] / area
    c, d = -step[3] / area, (1 + step[0]) / area
    tx, ty = -(a * step[2] + b * step[5]), -(c * step[2] + d * step[5])
    q = np.empty(6)
    q[0] = p[0] * a + p[1] * c
    q[1] = p[0] * b + p[1] * d
    q[2] = p[0] * tx + p[1] * ty + p[2]
    q[3] = p[3] * a + p[4] * c
    q[4] = p[3] * b + p[4] * d
    q[5] = p[3] * tx + p[4] * ty + p[5]
    return q


@numba.njit(cache=True, nogil=True, fastmath=True)
def correlation(
    template: NDArray[np.float32],
    picture: NDArray[np.float32],
    p: NDArray[np.float64],
    regular: float,
) -> tuple[float, float]:
    """Return the normalised cross-correlation on the overlap, and the overlap's share.

    Args:
        template: (s, s, k) planes; their deviations are summed.
        picture: Of the same shape.
        p: The map from template to picture.
        regular: Added to both variances, so that noise on a flat plane does not correlate.
    """
    side, _, planes = template.shape
    half = (side - 1) / 2.0
    cross = one = two = 0.0
    count = 0
    for k in range(planes):
        sa = sb = saa = sbb = sab = 0.0
        count = 0
        for i in range(side):
            y = (i - half) / half
            for j in range(side):
                x = (j - half) / half
                u = (p[0] * x + p[1] * y + p[2]) * half + half
                v = (p[3] * x + p[4] * y + p[5]) * half + half
                if u < 0 or v < 0 or u > side - 1 or v > side - 1:
                    continue
                a = template[i, j, k]
                b = sample(picture[:, :, k], u, v)
                sa += a
                sb += b
                saa += a * a
                sbb += b * b
                sab += a * b
                count += 1
        if count == 0:
            return 0.0, 0.0
        cross += sab / count - sa / count * (sb / count)
        one += saa / count - (sa / count) ** 2 + regular
        two += sbb / count - (sb / count) ** 2 + regular
    return cross / np.sqrt(one * two), count / (side * side)


@numba.njit(cache=True, nogil=True, fastmath=True)
def robust_correlation(
    template: NDArray[np.float32],
    picture: NDArray[np.float32],
    p: NDArray[np.float64],
    rim: int,
    dropped: float,
) -> tuple[float, float]:
    """Return the correlation of detail on the overlap without its worst blocks, and its share.

    Text, a logo or a black corner covers some blocks of a copy; unlike pictures differ in all.

    Args:
        template: (s, s) detail: what is left without a local mean.
        picture: Of the same shape.
        p: The map from template to picture.
        rim: Pixels at the edges of both that are left out: their local mean is not theirs.
        dropped: Share of the blocks of 8x8 pixels to drop, those that differ most.
    """
    side = template.shape[0]
    half = (side - 1) / 2.0
    blocks = side // 8
    sums = np.zeros((blocks * blocks, 4))
    for i in range(rim, side - rim):
        y = (i - half) / half
        for j in range(rim, side - rim):
            x = (j - half) / half
            u = (p[0] * x + p[1] * y + p[2]) * half + half
            v = (p[3] * x + p[4] * y + p[5]) * half + half
            if u < rim or v < rim or u > side - 1 - rim or v > side - 1 - rim:
                continue
            a = template[i, j]
            b = sample(picture, u, v)
            block = (i // 8) * blocks + j // 8
            sums[block, 0] += a * a
            sums[block, 1] += b * b
            sums[block, 2] += a * b
            sums[block, 3] += 1
    total = sums[:, 3].sum()
    if total == 0:
        return 0.0, 0.0
    gain = np.sqrt((sums[:, 0].sum() + 1) / (sums[:, 1].sum() + 1))
    differ = sums[:, 0] + gain * gain * sums[:, 1] - 2 * gain * sums[:, 2]
    order = np.argsort(differ)
    filled = int((sums[:, 3] > 0).sum())
    empty = blocks * blocks - filled
    used = empty + int(np.ceil(filled * (1 - dropped)))
    weights = agreed = 0.0
    for block in order[:used]:
        energy = sums[block, 0] * sums[block, 1]
        if energy == 0:
            continue
        noise = _NOISE * sums[block, 3]
        noisy = (sums[block, 0] + noise) * (sums[block, 1] + noise)
        weight = energy**_EVENLY
        weights += weight
        agreed += weight * sums[block, 2] / np.sqrt(noisy)
    if weights == 0:
        return 0.0, 0.0
    return max(agreed / weights, 0.0) ** _SPREAD, total / ((side - 2 * rim) ** 2)
