"""Verify candidate pairs on small images: align, compare where there is content, judge."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inspector.similarity import agreement
from inspector.similarity.fingerprints import FULL, TRIMMED
from inspector.similarity.levels import (
    ALLOWED_OF_FEW,
    ALLOWED_OF_MANY,
    FEW_BLOCKS,
    MANY_BLOCKS,
    POSSIBLE,
    POSSIBLE_SCORE,
    POSSIBLE_TIMES,
    SMALL_ALLOWANCE,
    SMALL_PX,
    SURE,
    SURE_SCORE,
    TURNED_COSTS,
)
from inspector.similarity.measures import MEASURES, PairMeasure
from inspector.similarity.orientations import FAR, STEPS
from inspector.similarity.pairs import Candidates

# A rotated variant is named only if it beats the plain one by this: symmetric objects fit both.
CLEARLY = 0.03
_TRANSPOSED = np.array([transpose for transpose, _, _ in STEPS])
# Other evidence against a pair, as a share of disagreeing content. Source: see `levels`.
_GREY = 4.0
# Less colour than this is mostly a JPEG artefact.
_COLOURED = 30.0
_HUE, _HUE_COSTS = 0.7, 0.1
_ONE_GREY_COSTS = 0.018
_LEVELS, _MOST_LEVELS, _LEVEL_COSTS = 30.0, 60.0, 0.0015
_STRETCH, _STRETCH_COSTS = 0.05, 0.25
_MOST_INSIDE, _LEAST_INSIDE = 0.5, 0.1
# Something was laid over one image: an object that moved takes as much from both.
_ONE_SIDED = 1.6
_OVERLAY_COSTS = 0.05
_Values = NDArray[np.float64]
Frame = tuple[int, int, int, int]
"""Border lines of 64x64 that are no content: top, bottom, left, right."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Verified pairs as columns, one row per pair with its best transform."""

    a: NDArray[np.int32]
    b: NDArray[np.int32]
    transform: NDArray[np.uint8]
    similarity: NDArray[np.float32]


def verify(records: NDArray[np.void], candidates: Candidates, *, least: float = POSSIBLE) -> Pairs:
    """Return the candidates whose similarity is at least possible; see `levels` for the scale.

    Args:
        records: (n,) of `FINGERPRINT`.
        candidates: Those of one pair stand together.
        least: Similarity from which pairs are returned.
    """
    similarity = similarities(records, candidates)
    rows = np.flatnonzero(similarity >= least)
    a, b, transform = candidates.a[rows], candidates.b[rows], candidates.transform[rows] % FAR
    similarity = similarity[rows]
    # The best variant of a pair comes first; the plain one wins unless clearly beaten.
    handicap = np.where(transform > 0, similarity - CLEARLY, similarity)
    order = np.lexsort((-handicap, b, a))
    a, b = a[order], b[order]
    first = np.ones(len(order), np.bool_)
    first[1:] = (a[1:] != a[:-1]) | (b[1:] != b[:-1])
    order = order[first]
    return Pairs(
        a[first].astype(np.int32), b[first].astype(np.int32),
        transform[order].astype(np.uint8), similarity[order].astype(np.float32),
    )  # fmt: skip


def compare(one: NDArray[np.void], two: NDArray[np.void], transform: int) -> float:
    """Return the similarity 0..1 of two fingerprints, the first one flipped or rotated."""
    both = np.stack([one, two])
    zero = np.zeros(1, np.int32)
    pair = Candidates(zero, zero + 1, np.array([transform], np.uint8))
    return float(similarities(both, pair)[0])


def similarities(records: NDArray[np.void], candidates: Candidates) -> _Values:
    """Return the similarity 0..1 of each candidate pair."""
    return similarity_from(records, candidates, *measured(records, candidates))


def similarity_from(
    records: NDArray[np.void], candidates: Candidates, measures: _Values, places: _Values
) -> _Values:
    """Return the similarity 0..1 that follows from what `measured` returns."""
    turned = candidates.transform % FAR > 0
    small = records["side_px"] < SMALL_PX
    stretched = np.zeros(len(places))
    agreement.stretches(places, _aspects(records, candidates), stretched)
    apart = _disagreement(measures, stretched)
    either = small[candidates.a] | small[candidates.b]
    similarity = np.where(
        either,
        np.minimum(on_scale(measures[:, PairMeasure.SCORE]), apart + SMALL_ALLOWANCE),
        apart,
    )
    similarity -= np.where(turned, TURNED_COSTS, 0.0)
    return np.where(measures[:, PairMeasure.STAGE] >= 3, similarity.clip(0, 1), 0.0)


def measured(records: NDArray[np.void], candidates: Candidates) -> tuple[_Values, _Values]:
    """Return the measures (k, MEASURES) of candidate pairs, and their maps (k, 6)."""
    measures = np.zeros((len(candidates.a), MEASURES))
    places = np.zeros((len(candidates.a), 6))
    places[:, [0, 4]] = 1
    bordered = _bordered(records)
    agreement.measure(
        records["luma"], records["colour"], records["side_px"] < SMALL_PX,
        candidates.a, candidates.b, candidates.transform % FAR, candidates.transform >= FAR,
        bordered[candidates.a] | bordered[candidates.b], _aspects(records, candidates),
        measures, places,
    )  # fmt: skip
    return measures, places


def frames(records: NDArray[np.void], transform: int) -> tuple[Frame, Frame] | None:
    """Return the frames of two images, the first one flipped or rotated; None without any.

    Args:
        records: (2,) of `FINGERPRINT`.
        transform: Of the first image.
    """
    if not _bordered(records).any():
        return None
    one, two = records["luma"]
    return agreement.frame_lines(one, transform), agreement.frame_lines(two, 0)


def _bordered(records: NDArray[np.void]) -> NDArray[np.bool_]:
    """Tell which images have uniform borders; at 32x32 a frame is hard to tell from sky."""
    framed: NDArray[np.bool_] = records["hash"][:, FULL] != records["hash"][:, TRIMMED]
    return framed & (records["side_px"] >= SMALL_PX)


def on_scale(score: _Values | float) -> _Values:
    """Map the score of small images to the scale of similarity."""
    slope = (SURE - POSSIBLE) / (SURE_SCORE - POSSIBLE_SCORE)
    above = (np.asarray(score, np.float64) - SURE_SCORE) * slope
    linear = np.maximum(0.0, SURE + above)
    return np.where(above <= 0, linear, 1 - (1 - SURE) * np.exp(-above / (1 - SURE)))


def _aspects(records: NDArray[np.void], candidates: Candidates) -> _Values:
    """Return width over height (k, 2) of both images, the first one flipped or rotated."""
    aspects = np.where(records["aspect"] > 0, records["aspect"], 1.0)
    one = aspects[candidates.a]
    one = np.where(_TRANSPOSED[candidates.transform % FAR], 1 / one, one)
    return np.stack([one, aspects[candidates.b]], axis=1).astype(np.float64)


def _disagreement(measures: _Values, stretched: _Values) -> _Values:
    """Return the similarity that follows from the disagreeing content, 0..1."""
    columns = {m: measures[:, m] for m in PairMeasure}
    over_a, over_b = columns[PairMeasure.OVERLAY_A], columns[PairMeasure.OVERLAY_B]
    less, more = np.minimum(over_a, over_b), np.maximum(over_a, over_b)
    covered = columns[PairMeasure.DIFFERENT_APART] + _OVERLAY_COSTS * less
    overlay = (more >= _ONE_SIDED * less) & (covered < columns[PairMeasure.DIFFERENT])
    different = np.where(overlay, covered, columns[PairMeasure.DIFFERENT])
    blocks = np.where(overlay, columns[PairMeasure.BLOCKS_APART], columns[PairMeasure.BLOCKS])
    even = np.where(overlay, columns[PairMeasure.EVEN_APART], columns[PairMeasure.EVEN])
    different = different + _against(columns) + _STRETCH_COSTS * (stretched - _STRETCH).clip(0, 1)
    allowed = np.interp(blocks, [FEW_BLOCKS, MANY_BLOCKS], [ALLOWED_OF_FEW, ALLOWED_OF_MANY])
    scale = [0, 1, POSSIBLE_TIMES, 4 * POSSIBLE_TIMES]
    similarity = np.interp(different / allowed, scale, [1, SURE, POSSIBLE, 0])
    return np.minimum(similarity, even)


def _against(columns: dict[PairMeasure, _Values]) -> _Values:
    """Return the evidence against a pair from colours and content outside the overlap."""
    colour_a, colour_b = columns[PairMeasure.COLOUR_A], columns[PairMeasure.COLOUR_B]
    less, more = np.minimum(colour_a, colour_b), np.maximum(colour_a, colour_b)
    both = less > _GREY
    certain = ((less - _GREY) / (_COLOURED - _GREY)).clip(0, 1)
    hue = _HUE_COSTS * certain * (_HUE - columns[PairMeasure.HUE]).clip(0, 1)
    levels = _LEVEL_COSTS * (columns[PairMeasure.COLOUR_APART] - _LEVELS).clip(0, _MOST_LEVELS)
    against = np.where(both, hue + levels, 0.0)
    against += np.where(~both & (less < _GREY) & (more > _COLOURED), _ONE_GREY_COSTS, 0.0)
    inside_a, inside_b = columns[PairMeasure.CONTENT_A], columns[PairMeasure.CONTENT_B]
    against += (_MOST_INSIDE - np.maximum(inside_a, inside_b)).clip(0, 1)
    against += (_LEAST_INSIDE - np.minimum(inside_a, inside_b)).clip(0, 1)
    return against
