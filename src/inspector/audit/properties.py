"""Simple properties that tell two folders apart: light, size, compression, colour, format."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inspector.audit.diagnosis import Histogram, Property
from inspector.audit.domain_classifier import draw_groups, group_table
from inspector.audit.folds import own_groups
from inspector.audit.intervals import holm
from inspector.audit.ranks import average_ranks

Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

DRAWS = 999
BINS = 24
# With fewer groups in a folder, a permutation test has no power.
GROUPS_AT_LEAST = 20
SIGNIFICANT = 0.05
# Shares of the commonest value that differ by less would not show a difference either.
CLEAR_SHARE = 0.05
AT = "at "


@dataclass(frozen=True, slots=True)
class PropertyGroups:
    """Labels, groups and folders; every array has one row per image."""

    labels: Ints
    group: Ints
    in_training: Mask
    in_folder: Mask


def compare_properties(
    properties: dict[str, Doubles], sides: PropertyGroups, *, seed: int = 0, draws: int = DRAWS
) -> tuple[Property, ...]:
    """Return every property with its AUC, p-value and histogram, clearest difference first.

    Args:
        properties: (n,) each, NaN where unknown. Brightness, contrast, sharpness, width, bytes per
            pixel and so on; `one_hot` turns formats and cameras into such columns.
        sides: Labels, groups (-1 for none) and folders.
        seed: Random seed of the permutations.
        draws: Pseudo-folders. A corrected p of 0.05 needs at least 20 times the number of
            properties.
    """
    rows = np.flatnonzero(sides.in_training | sides.in_folder)
    chosen = _labellings(sides, rows, draws, np.random.default_rng([seed, 11]))
    tested = {name: _test(values[rows], chosen) for name, values in properties.items()}
    names = [name for name, (_, p) in tested.items() if p is not None]
    raw = np.array([tested[name][1] for name in names], np.float64)
    adjusted = dict(zip(names, holm(raw).tolist(), strict=True))
    inside = sides.in_folder[rows]
    compared = [
        Property(
            name, auc, p, adjusted.get(name), adjusted.get(name, 1.0) <= SIGNIFICANT,
            *_typical(properties[name][rows], inside),
            histogram(properties[name][rows], inside),
        )
        for name, (auc, p) in tested.items()
    ]  # fmt: skip
    return tuple(sorted(compared, key=lambda one: (not one.differs, -_distance(one.auc))))


def one_hot(
    name: str, values: Sequence[str], codes: NDArray[np.int32], *, unknown: str | None = None,
    most: int = 8,
) -> dict[str, Doubles]:  # fmt: skip
    """Return a 0/1 column per common value, NaN where unknown.

    Of two values only the commoner one gets a column: the other would say the same.

    Args:
        name: Property, such as "format" or "camera".
        values: Distinct values.
        codes: (n,) position in `values` of the value of each image.
        unknown: The value of images of which it is not known.
        most: Maximum number of columns.
    """
    counted = np.bincount(codes, minlength=len(values)).tolist()
    known = [i for i, value in enumerate(values) if counted[i] and value != unknown]
    common = sorted(known, key=lambda i: (-counted[i], values[i]))[:most]
    if len(common) < 2:
        return {}
    if len(known) == 2:
        common = common[:1]
    absent = np.array([value == unknown for value in values], np.bool_)[codes]
    return {
        f"{name} {values[kind]}": np.where(absent, np.nan, (codes == kind).astype(np.float64))
        for kind in common
    }


def _typical(values: Doubles, in_folder: Mask) -> tuple[str, float | None, float | None]:
    """Return the unit, and the typical values of training and of the folder."""
    known = np.isfinite(values)
    share = bool(np.isin(values[known], (0.0, 1.0)).all())
    sides = [values[known & side] for side in (~in_folder, in_folder)]
    middle = [
        None if len(side) == 0 else float(side.mean() if share else np.median(side))
        for side in sides
    ]
    if share or None in middle or _shown(middle[0] or 0.0) != _shown(middle[1] or 0.0):
        return "share" if share else "value", middle[0], middle[1]
    return _beside_the_middle(sides[0], sides[1])


def _beside_the_middle(training: Doubles, folder: Doubles) -> tuple[str, float, float]:
    """Return figures that show a difference where both medians are displayed as equal.

    They are the share of the commonest value, or the quartile that differs most.
    """
    values, counts = np.unique(np.concatenate([training, folder]), return_counts=True)
    common = values[counts.argmax()]
    shares = float((training == common).mean()), float((folder == common).mean())
    if abs(shares[0] - shares[1]) >= CLEAR_SHARE:
        return f"{AT}{_shown(float(common))}", *shares
    quartiles = [
        (name, float(np.quantile(training, q)), float(np.quantile(folder, q)))
        for name, q in (("lower quartile", 0.25), ("upper quartile", 0.75))
    ]
    return max(quartiles, key=lambda quartile: abs(quartile[1] - quartile[2]))


def histogram(values: Doubles, in_folder: Mask, bins: int = BINS) -> Histogram:
    """Return both folders' counts over bins from the 1 % to the 99 % quantile.

    Values outside are counted in the first and the last bin.
    """
    known = np.isfinite(values)
    if not known.any():
        return Histogram((), (), ())
    low, high = np.quantile(values[known], [0.01, 0.99])
    if high <= low:
        low, high = low - 0.5, low + 0.5
    edges = np.linspace(low, high, bins + 1)
    inside = np.clip(values, low, high)
    counts = [
        np.histogram(inside[known & side], edges)[0].tolist() for side in (~in_folder, in_folder)
    ]
    return Histogram(tuple(edges.tolist()), tuple(counts[0]), tuple(counts[1]))


def typical(one: Property, value: float | None) -> str:
    """Return a median, a quartile or a share of images as displayed."""
    if value is None:
        return "unknown"
    if one.unit.startswith(AT):
        return f"{value:.0%} {one.unit}"
    if one.unit == "share":
        return f"{value:.0%}"
    return _shown(value) if one.unit == "value" else f"{one.unit} {_shown(value)}"


def _shown(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1_000 else f"{value:,.0f}"


def bars(one: Property) -> tuple[tuple[float, ...], tuple[float, ...], tuple[str, str]]:
    """Return the bars of a property: shares of training, of the folder, and the end labels.

    A property that an image has or has not gets two bars.
    """
    shape = one.histogram
    sides = [np.array(counts, np.float64) for counts in (shape.training, shape.folder)]
    ends = (_shown(shape.edges[0]), _shown(shape.edges[-1])) if shape.edges else ("", "")
    if one.unit == "share":
        half = BINS // 2
        sides = [np.array([side[:half].sum(), side[half:].sum()]) for side in sides]
        ends = ("no", "yes")
    training, folder = (tuple((side / max(1.0, side.sum())).tolist()) for side in sides)
    return training, folder, ends


def _labellings(sides: PropertyGroups, rows: Ints, draws: int, rng: np.random.Generator) -> Mask:
    """Return (n, 1 + draws), the real folder first, and alone if there are too few groups."""
    labels, inside = sides.labels[rows], sides.in_folder[rows]
    known = own_groups(sides.group[rows])
    numbers = [len(np.unique(known[inside])), len(np.unique(known[~inside]))]
    if min(numbers) < GROUPS_AT_LEAST:
        return inside[:, None]
    table = group_table(known, labels)
    quota = np.bincount(labels[inside], minlength=table.classes)
    drawn = [inside, *(draw_groups(table, quota, rng)[known] for _ in range(draws))]
    return np.stack(drawn, axis=1)


def _test(values: Doubles, chosen: Mask) -> tuple[float | None, float | None]:
    # It takes longer to import than most verbs to run.

    known = np.isfinite(values)
    side = chosen[known]
    ranks = average_ranks(values[known])
    ones = side.sum(axis=0).astype(np.float64)
    pairs = ones * (len(ranks) - ones)
    if len(ranks) == 0 or pairs[0] == 0:
        return None, None
    auc = (ranks @ side - ones * (ones + 1) / 2) / np.maximum(pairs, 1)
    if side.shape[1] == 1:
        return float(auc[0]), None
    null = auc[1:]
    # Permutations that leave a folder without known values count against a finding.
    reached = (np.abs(null - 0.5) >= abs(auc[0] - 0.5) - 1e-12) | (pairs[1:] == 0)
    return float(auc[0]), float((1 + reached.sum()) / len(auc))


def _distance(auc: float | None) -> float:
    return 0.0 if auc is None else abs(auc - 0.5)
