"""Shortcuts: how well one simple property alone predicts the class, without the content."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inspector.audit.intervals import wilson

FOLDS, BINS = 5, 16
MIN_IMAGES, MIN_GAIN = 60, 0.05
"""Fewer independent images, or a smaller gain over chance, are no finding."""
LEVEL = 0.99


@dataclass(frozen=True, slots=True)
class Shortcut:
    """What one property predicts.

    Attributes:
        name: Of the property.
        accuracy: Share of images whose class it predicts out of fold, 0 to 1.
        low: Of its 99 % CI (Wilson); `high` too.
        chance: Share of the most frequent class: what knowing nothing predicts.
        shown: Whether the whole interval lies clearly above chance.
    """

    name: str
    accuracy: float
    low: float
    high: float
    chance: float

    @property
    def shown(self) -> bool:
        """Whether the property predicts the class beyond chance."""
        return self.low > self.chance + MIN_GAIN


def shortcuts(
    properties: Mapping[str, NDArray[np.float64]],
    labels: NDArray[np.int64],
    groups: NDArray[np.int64],
    *,
    seed: int = 0,
) -> list[Shortcut]:
    """Predict the class from each property alone, the best predictor first.

    A property is cut into bins of equal counts; each bin predicts its most frequent class. One
    image stands for each group, so that near-duplicates count once.

    Args:
        properties: (n,) values of each property; NaN where not known.
        labels: (n,) classes, from 0.
        groups: (n,) equal numbers belong together.
        seed: Of the folds.
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(labels))
    _, first = np.unique(groups[order], return_index=True)
    chosen = order[first]
    if len(chosen) < MIN_IMAGES or len(np.unique(labels[chosen])) < 2:
        return []
    chosen_labels = labels[chosen]
    chance = float(np.bincount(chosen_labels).max() / len(chosen_labels))
    folds = rng.permutation(len(chosen)) % FOLDS
    results = []
    for name, values in properties.items():
        right = _right(values[chosen], chosen_labels, folds)
        accuracy = float(right.mean())
        low, high = wilson(float(right.sum()), len(right), level=LEVEL)
        results.append(Shortcut(name, accuracy, low, high, chance))
    return sorted(results, key=lambda one: -one.accuracy)


def _right(
    values: NDArray[np.float64], labels: NDArray[np.int64], folds: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return which images are predicted out of fold."""
    known = np.nan_to_num(values, nan=np.nanmin(values) - 1.0 if np.isfinite(values).any() else 0)
    right = np.zeros(len(labels), np.bool_)
    classes = int(labels.max()) + 1
    for fold in range(FOLDS):
        inside, held = folds != fold, folds == fold
        edges = np.unique(np.quantile(known[inside], np.linspace(0, 1, BINS + 1)[1:-1]))
        bins = np.searchsorted(edges, known, side="right")
        counts = np.zeros((len(edges) + 1, classes))
        np.add.at(counts, (bins[inside], labels[inside]), 1)
        # A bin that no image taught predicts the most frequent class.
        counts += 1e-3 * np.bincount(labels[inside], minlength=classes)
        right[held] = counts.argmax(axis=1)[bins[held]] == labels[held]
    return right
