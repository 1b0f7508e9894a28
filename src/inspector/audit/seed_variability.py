"""Seed variability: what other split seeds would have given."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inspector.audit.baseline_models import fit
from inspector.audit.conditions import StudyStopped

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

SEEDS = 200


@dataclass(frozen=True, slots=True)
class Images:
    """What all seeds share.

    Attributes:
        x: (n, d) reduced descriptors.
        labels: (n,) class numbers from 0.
        neighbours: (m, 2) pairs of rows that are near-duplicates at the current threshold.
    """

    x: Floats
    labels: Ints
    neighbours: Ints


@dataclass(frozen=True, slots=True)
class SeedScores:
    """One row per seed; 0..1, NaN for a split without validation or training.

    Attributes:
        seeds: (s,) the seeds.
        leak_rate: Share of validation images with a near-duplicate in training.
        class_deviation: Largest difference between a class's share of validation and of all images.
        accuracy: Accuracy of a baseline model trained on the rest.
    """

    seeds: Ints
    leak_rate: Doubles
    class_deviation: Doubles
    accuracy: Doubles

    def percentile(self, measure: str, seed: int) -> float | None:
        """Return the share of other seeds below this one, ties counted half; 0..1.

        Args:
            measure: "leak_rate", "class_deviation" or "accuracy".
            seed: One of `seeds`; any other, or a lone one, gives None.
        """
        values = {
            "leak_rate": self.leak_rate,
            "class_deviation": self.class_deviation,
            "accuracy": self.accuracy,
        }[measure]
        place = np.flatnonzero(self.seeds == seed)
        if len(place) == 0 or not np.isfinite(values[place[0]]):
            return None
        others = np.delete(values, place[0])
        others = others[np.isfinite(others)]
        if len(others) == 0:
            return None
        mine = values[place[0]]
        return float((others < mine).mean() + (others == mine).mean() / 2)


def score_seeds(
    images: Images,
    membership: Callable[[int], Mask],
    seeds: Sequence[int] = range(SEEDS),
    *,
    progress: Callable[[str, int, int], None] = lambda stage, done, total: None,
    stop: Callable[[], bool] = lambda: False,
) -> SeedScores:
    """Score the split under many seeds.

    Args:
        images: The training folder, in the row order of `membership`.
        membership: Returns the (n,) mask of validation files of a seed, e.g. by the Keras replay.
        seeds: Seeds to score, the user's own among them.
        progress: Called with a stage, seeds done and their number.
        stop: Checked between seeds.

    Raises:
        StudyStopped: `stop` returned True.
    """
    scores = np.full((3, len(seeds)), np.nan)
    classes = int(images.labels.max(initial=0)) + 1
    whole = np.bincount(images.labels, minlength=classes) / max(1, len(images.labels))
    for i, seed in enumerate(seeds):
        if stop():
            raise StudyStopped
        mask = membership(int(seed))
        if mask.any() and not mask.all():
            scores[0, i] = _twinned(images.neighbours, mask)
            share = np.bincount(images.labels[mask], minlength=classes) / mask.sum()
            scores[1, i] = np.abs(share - whole).max()
            model = fit(images.x[~mask], images.labels[~mask], classes)
            named = model.predict(images.x[mask])
            scores[2, i] = (named == images.labels[mask]).mean()
        progress("seed variability", i + 1, len(seeds))
    return SeedScores(np.array(seeds, np.int64), scores[0], scores[1], scores[2])


def _twinned(neighbours: Ints, mask: Mask) -> float:
    """Return the share of validation images with a near-duplicate in training."""
    across = mask[neighbours[:, 0]] != mask[neighbours[:, 1]]
    held = np.where(mask[neighbours[across, 0]], neighbours[across, 0], neighbours[across, 1])
    return float(len(np.unique(held)) / mask.sum())
