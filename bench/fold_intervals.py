"""How often intervals over group folds hold the true accuracy, on data with a known truth.

    PYTHONPATH=src python bench/fold_intervals.py [--draws 400] [--seed 1]

Each draw has groups of images in 12 features: a mean per class, an effect per group, and noise. A
ridge head is trained per fold. "Noisy" heads see a random 70 % of the features, as networks differ
from one training to the next. The truth is the mean accuracy of 300 trainings, on other data, of
as many groups as K - 1 folds have, judged on 6,000 new groups; that of the split is the same for
random splits of 1 / K, so that groups lie on both sides.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from inspector.audit.folds import group_folds, own_groups, random_folds
from inspector.audit.influence.fold_intervals import (
    difference_interval,
    fold_interval,
    fold_means,
    training_noise,
)
from inspector.audit.influence.head import Doubles, Ints
from inspector.audit.influence.intervals import accuracy_interval

CLASSES, FEATURES = 3, 12
JUDGED_GROUPS, TRAININGS = 6000, 300


@dataclass(frozen=True, slots=True)
class World:
    """What draws have in common: the truth does not depend on a draw."""

    groups: int
    folds: int
    effect: float
    apart: float
    largest: int
    noisy: bool


def main() -> None:
    """Print the coverage of each interval per world."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--draws", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print("groups folds effect apart noisy   truth |      t     N&B  groups    ours | difference")
    for groups in (30, 60, 150, 300):
        for folds in (3, 5, 10):
            for effect, apart, largest, noisy in (
                (0.5, 0.6, 6, False), (1.0, 0.6, 6, True), (1.0, 1.5, 12, False),
                (1.5, 1.0, 6, True),
            ):  # fmt: skip
                world = World(groups, folds, effect, apart, largest, noisy)
                _report(world, arguments.draws, np.random.default_rng([arguments.seed, groups]))


def _report(world: World, draws: int, rng: np.random.Generator) -> None:
    truth, favour = _truth(world, rng)
    held = np.zeros((draws, 5))
    for draw in range(draws):
        held[draw] = _draw(world, truth, favour, rng)
    cover = held.mean(axis=0)
    print(
        f"{world.groups:6} {world.folds:5} {world.effect:6} {world.apart:5} {world.noisy!s:5}"
        f"   {truth:.3f} | " + "  ".join(f"{one:6.3f}" for one in cover[:4])
        + f" | {cover[4]:6.3f} of {favour:+.3f}",
        flush=True,
    )  # fmt: skip


def _draw(world: World, truth: float, favour: float, rng: np.random.Generator) -> list[bool]:
    """Return which intervals hold the truth: t, N&B, groups alone, ours; and ours of the split."""
    x, labels, group = _images(world, world.groups, rng)
    fold = group_folds(labels, own_groups(group), world.folds, rng)
    right = np.zeros(len(labels), np.bool_)
    for one in range(world.folds):
        out = fold == one
        right[out] = _head(world, x[~out], labels[~out], rng)(x[out]) == labels[out]
    means, k = fold_means(right.astype(np.float64), fold), world.folds
    middle, t = right.mean(), float(stdtrit(k - 1, 0.975))
    plain = accuracy_interval(right, group)
    ours = fold_interval(right, group, fold)
    judged = random_folds(labels, k, rng) == 0
    split = _head(world, x[~judged], labels[~judged], rng)(x[judged]) == labels[judged]
    difference = difference_interval(
        split, right[judged], group[judged], fold[judged], training_noise(right, group, fold)
    )
    return [
        bool(abs(middle - truth) <= t * means.std(ddof=1) * np.sqrt(1 / k)),
        bool(abs(middle - truth) <= t * means.std(ddof=1) * np.sqrt(1 / k + 1 / (k - 1))),
        plain.low <= truth <= plain.high,
        ours.low <= truth <= ours.high,
        difference.low <= favour <= difference.high,
    ]


def _truth(world: World, rng: np.random.Generator) -> tuple[float, float]:
    """Return the accuracy on new groups, and how much better a random split looks."""
    x, labels, _ = _images(world, JUDGED_GROUPS, np.random.default_rng(99))
    new, split = [], []
    for _ in range(TRAININGS):
        kept = round(world.groups * (world.folds - 1) / world.folds)
        own_x, own_labels, _ = _images(world, kept, rng)
        new.append((_head(world, own_x, own_labels, rng)(x) == labels).mean())
        own_x, own_labels, _ = _images(world, world.groups, rng)
        out = random_folds(own_labels, world.folds, rng) == 0
        name = _head(world, own_x[~out], own_labels[~out], rng)
        split.append((name(own_x[out]) == own_labels[out]).mean())
    return float(np.mean(new)), float(np.mean(split) - np.mean(new))


def _images(world: World, groups: int, rng: np.random.Generator) -> tuple[Doubles, Ints, Ints]:
    group = np.repeat(np.arange(groups), rng.integers(1, world.largest + 1, groups))
    labels = rng.integers(0, CLASSES, groups)[group]
    mean = 2 * world.apart * np.eye(CLASSES, FEATURES)
    effect = rng.normal(0, world.effect, (groups, FEATURES))
    return mean[labels] + effect[group] + rng.normal(0, 1, (len(group), FEATURES)), labels, group


def _head(
    world: World, x: Doubles, labels: Ints, rng: np.random.Generator
) -> Callable[[Doubles], Ints]:
    seen = rng.random(FEATURES) < (0.7 if world.noisy else 1.0)
    seen[int(rng.integers(FEATURES))] = True

    def design(rows: Doubles) -> Doubles:
        return np.c_[rows[:, seen], np.ones(len(rows))]

    learned = design(x)
    weights = np.linalg.solve(
        learned.T @ learned + np.eye(learned.shape[1]), learned.T @ np.eye(CLASSES)[labels]
    )
    return lambda rows: np.asarray((design(rows) @ weights).argmax(axis=1))


if __name__ == "__main__":
    main()
