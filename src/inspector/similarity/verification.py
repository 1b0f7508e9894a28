"""Verify candidate pairs on small pictures: align, correlate, and give one similarity."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.similarity.align import correlation, improve, robust_correlation
from inspector.similarity.hash_join import Candidates
from inspector.similarity.levels import (
    POSSIBLE,
    POSSIBLE_SCORE,
    SMALL_PX,
    SURE,
    SURE_SCORE,
    TURNED_COSTS,
)
from inspector.similarity.orientations import apply

# A turned variant must beat the plain one by this to be named: symmetric things fit both ways.
CLEARLY = 0.03
_SCALES = (1.0, 0.87, 1.15)
_REJECT = 0.55
_OVERLAP = 0.3
_MIN_WORTH_SHOWING = -9.0
_RIM_PX = 3
# A text over the middle covers about a fifth of the blocks of a photo.
_DROPPED = 0.2
_Planes = NDArray[np.float32]
_Map = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Verified pairs, as columns; one row a pair, with its best transform."""

    a: NDArray[np.int32]
    b: NDArray[np.int32]
    transform: NDArray[np.uint8]
    similarity: NDArray[np.float32]


def verify(records: NDArray[np.void], candidates: Candidates) -> Pairs:
    """Return the candidates whose similarity is at least possible; see `levels` for the scale."""
    best: dict[tuple[int, int], tuple[int, float]] = {}
    rows = zip(
        candidates.a.tolist(), candidates.b.tolist(), candidates.transform.tolist(), strict=True
    )
    for a, b, transform in rows:
        similarity = compare(records[a], records[b], transform)
        if similarity < POSSIBLE:
            continue
        known = best.get((a, b))
        if known is None or _better((transform, similarity), known):
            best[a, b] = (transform, similarity)
    keys = list(best)
    return Pairs(
        np.array([k[0] for k in keys], np.int32),
        np.array([k[1] for k in keys], np.int32),
        np.array([best[k][0] for k in keys], np.uint8),
        np.array([best[k][1] for k in keys], np.float32),
    )


def compare(one: NDArray[np.void], two: NDArray[np.void], transform: int) -> float:
    """Return the similarity 0..1 of two fingerprints, the first one flipped or turned."""
    colour_a = np.ascontiguousarray(apply(one["colour"], transform)).astype(np.float32)
    colour_b = two["colour"].astype(np.float32)
    place = _align(colour_a[..., 0], colour_b[..., 0])
    if place is None:
        return 0.0
    score = _score(colour_a, colour_b, place)
    if score < _MIN_WORTH_SHOWING:
        return 0.0
    if min(int(one["side_px"]), int(two["side_px"])) >= SMALL_PX:
        luma_a = np.ascontiguousarray(apply(one["luma"], transform)).astype(np.float32)
        similarity = _fine(luma_a, two["luma"].astype(np.float32), place)
    else:
        similarity = on_scale(score)
    return max(0.0, similarity - (TURNED_COSTS if transform else 0.0))


def on_scale(score: float) -> float:
    """Map the score of small pictures on the scale of similarity."""
    slope = (SURE - POSSIBLE) / (SURE_SCORE - POSSIBLE_SCORE)
    if score <= SURE_SCORE:
        return max(0.0, SURE + (score - SURE_SCORE) * slope)
    return 1 - (1 - SURE) * math.exp(-(score - SURE_SCORE) * slope / (1 - SURE))


def _align(luma_a: _Planes, luma_b: _Planes) -> _Map | None:
    """Return the best affine map at 32x32 from three starts, None where nothing fits."""
    coarse_a = cv2.resize(luma_a, (16, 16), interpolation=cv2.INTER_AREA)
    coarse_b = cv2.resize(luma_b, (16, 16), interpolation=cv2.INTER_AREA)
    best, best_map = _REJECT, None
    for scale in _SCALES:
        start = np.array([scale, 0.0, 0.0, 0.0, scale, 0.0])
        place = improve(coarse_a, coarse_b, start, 4)
        fit, overlap = correlation(coarse_a[..., None], coarse_b[..., None], place, 1.0)
        if fit > best and overlap > _OVERLAP:
            best, best_map = fit, place
        if best > 0.97:
            break
    return None if best_map is None else improve(luma_a, luma_b, best_map, 5)


def _score(colour_a: _Planes, colour_b: _Planes, place: _Map) -> float:
    """Return the fused score of the aligned pair.

    Source: eight weights fitted on one half of annotated CIFAR-10 pairs and judged on the other.
    """
    whole, overlap = correlation(colour_a[..., :1], colour_b[..., :1], place, 1.0)
    if overlap < _OVERLAP:
        return -99.0
    fine, _ = correlation(_detail(colour_a[..., 0]), _detail(colour_b[..., 0]), place, 4.0)
    hue, _ = correlation(colour_a[..., 1:], colour_b[..., 1:], place, 4.0)
    if max(colour_a[..., 1:].std(), colour_b[..., 1:].std()) < 2.0:
        hue = 0.8 * whole
    coarse_a = cv2.resize(colour_a[..., 0], (8, 8), interpolation=cv2.INTER_AREA)
    coarse_b = cv2.resize(colour_b[..., 0], (8, 8), interpolation=cv2.INTER_AREA)
    plain, _ = correlation(coarse_a[..., None], coarse_b[..., None], _same_place(), 1.0)
    area = abs(place[0] * place[4] - place[1] * place[3])
    scale = abs(0.5 * math.log(max(area, 1e-6)))
    shear = abs(place[0] - place[4]) + abs(place[1] + place[3])
    shift = 0.5 * math.hypot(place[2], place[5])
    fused = 3 * whole + 12 * fine + 4 * hue + plain
    return float(fused - 10 * scale - 3 * shear - 9 * shift - 18)


def _fine(luma_a: _Planes, luma_b: _Planes, place: _Map) -> float:
    """Return the correlation of fine detail at 64x64, after one more alignment."""
    best = 0.0
    one, two = _detail(luma_a)[..., 0], _detail(luma_b)[..., 0]
    # As it stands first: pictures that were only saved again need no map, and lose none to it.
    for trial in (_same_place(), improve(luma_a, luma_b, place, 4)):
        fine, overlap = robust_correlation(one, two, trial, _RIM_PX, _DROPPED)
        best = max(best, float(fine) if overlap >= _OVERLAP else 0.0)
    return best


def _detail(luma: _Planes) -> _Planes:
    """Return what a 5x5 mean leaves, as planes (s, s, 1)."""
    detail: _Planes = (luma - cv2.blur(luma, (5, 5)))[..., None]
    return detail


def _same_place() -> _Map:
    return np.array([1.0, 0.0, 0.0, 0.0, 1.0, 0.0])


def _better(new: tuple[int, float], old: tuple[int, float]) -> bool:
    """Tell whether a transform names the pair better; the plain one wins unless clearly beaten."""
    handicap = (0.0 if new[0] == 0 else CLEARLY) - (0.0 if old[0] == 0 else CLEARLY)
    return new[1] > old[1] + handicap
