"""Count how often the intervals and verdicts of a comparison are right, on simulated policies.

    PYTHONPATH=src python bench/comparisons.py [--trials 4000] [--families 2000]

An image is named right where a normal variable is above 0: the group's difficulty, the image's own,
the policy's effect, its interaction with the group and with the seed, and noise of the one
judgement. So the true difference of two policies is known exactly. 60 groups of 5 images where
nothing else is said; the tables are in Markdown.
"""

import argparse
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from inspector.audit.comparisons import ComparisonOutcome, Futility, compare, difference, futile

Doubles = NDArray[np.float64]
LEVEL = 0.8
DIFFICULTY, OWN = 1.0, 0.5
SEEDS = 5
COUNTS = (3, 4, 5, 10)


@dataclass(frozen=True)
class World:
    """What policies are drawn from; deviations on the scale of the normal variable.

    A deviation of .12 over seeds is one of about .03 in accuracy.
    """

    name: str
    with_seed: float
    with_group: float
    noise: float = 0.5
    equal_groups: bool = True
    groups: int = 60
    size: int = 5
    level: float = LEVEL

    def truth(self, effect: float) -> float:
        """Return the true difference in accuracy."""
        parts = (DIFFICULTY, OWN, self.with_seed, self.with_group, self.noise)
        deviation = sum(p**2 for p in parts) ** 0.5
        cut = NormalDist().cdf
        return cut((self.level + effect) / deviation) - cut(self.level / deviation)

    def draw(
        self, rng: np.random.Generator, seeds: int, effects: list[float]
    ) -> tuple[list[Doubles], NDArray[np.int64]]:
        """Return (seeds, n) of right and wrong for each policy, and the groups."""
        sizes = np.full(self.groups, self.size)
        if not self.equal_groups:
            sizes = rng.geometric(1 / self.size, self.groups)
        group = np.repeat(np.arange(self.groups), sizes)
        base = rng.normal(0, DIFFICULTY, self.groups)[group] + rng.normal(0, OWN, len(group))
        found = []
        for effect in effects:
            own = self.level + effect + self.with_group * rng.normal(0, 1, self.groups)[group]
            shaken = self.with_seed * rng.normal(0, 1, (seeds, 1))
            noise = self.noise * rng.normal(0, 1, (seeds, len(group)))
            found.append((base + own + shaken + noise > 0).astype(np.float64))
        return found, group


WORLDS = (
    World("noise alone", 0.0, 0.0),
    World("with the group", 0.0, 0.4),
    World("with the seed, .03", 0.12, 0.0),
    World("with both", 0.12, 0.4),
    World("with the seed, .07", 0.3, 0.2),
    World("with both, unequal groups", 0.12, 0.4, equal_groups=False),
    World("with the seed, .05", 0.2, 0.2),
    World("with the seed, .07, unequal groups", 0.3, 0.2, equal_groups=False),
    World("with both, 20 groups", 0.12, 0.4, groups=20),
    World("with the seed, .07, 20 groups", 0.3, 0.2, groups=20),
    World("with both, 200 groups", 0.12, 0.4, groups=200),
    World("noise alone, 200 groups", 0.0, 0.0, groups=200),
    World("with both, groups of 20", 0.12, 0.4, size=20),
    World("with both, 300 single images", 0.12, 0.4, groups=300, size=1),
    World("with both, accuracy .93", 0.12, 0.4, level=1.9),
    World("noise alone, accuracy .99", 0.0, 0.0, level=3.0),
)


def coverage(world: World, seeds: int, trials: int) -> float:
    """Return how often the 95 % interval holds the truth."""
    rng = np.random.default_rng([seeds, len(world.name)])
    hits = 0
    for _ in range(trials):
        (one, two), group = world.draw(rng, seeds, [0.2, 0.0])
        interval, _ = difference(one, two, group)
        hits += interval.low <= world.truth(0.2) <= interval.high
    return hits / trials


def false_verdicts(world: World, policies: int, families: int) -> float:
    """Return how often any of some policies that are the baseline's equals gets a verdict."""
    rng = np.random.default_rng([policies, len(world.name), 1])
    wrong = 0
    for _ in range(families):
        (base, *others), group = world.draw(rng, SEEDS, [0.0] * (policies + 1))
        found = compare(base, {str(i): right for i, right in enumerate(others)}, group)
        wrong += any(
            f.decision in (ComparisonOutcome.BETTER, ComparisonOutcome.WORSE)
            for f in found.values()
        )
    return wrong / families


def stops(world: World, effect: float, trials: int) -> tuple[float, float]:
    """Return how often one of six policies of `effect` is stopped, and how often too harshly.

    Too harshly: the figure of "at least so much worse" is more than the truth.
    """
    rng = np.random.default_rng([7, len(world.name)])
    rule = Futility(looks=6 * (SEEDS - 3))
    stopped = harsh = 0
    for _ in range(trials):
        (one, two), _ = world.draw(rng, SEEDS, [effect, 0.0])
        for seeds in (3, 4):
            worse = futile(one[:seeds].mean(axis=1), two[:seeds].mean(axis=1), world.groups, rule)
            if worse is not None:
                stopped += 1
                harsh += worse > -world.truth(effect)
                break
    return stopped / trials, harsh / trials


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=4_000)
    parser.add_argument("--families", type=int, default=2_000)
    words = parser.parse_args()
    heads = " | ".join(f"{seeds} seeds" for seeds in COUNTS)
    print(f"| policies differ | {heads} | A = A, one | A = A, any of six |")
    print("|---|" + "---|" * (len(COUNTS) + 2))
    for world in WORLDS:
        cells = [f"{coverage(world, s, words.trials):.3f}" for s in COUNTS]
        cells += [f"{false_verdicts(world, k, words.families):.3f}" for k in (1, 6)]
        print(f"| {world.name} | {' | '.join(cells)} |", flush=True)
    print("\n| policies differ | true difference | stopped | stopped with too large a figure |")
    print("|---|---|---|---|")
    for world in (WORLDS[0], WORLDS[3]):
        for effect in (0.0, -0.2, -0.8, -1.6):
            stopped, harsh = stops(world, effect, words.trials)
            print(f"| {world.name} | {world.truth(effect):+.3f} | {stopped:.3f} | {harsh:.4f} |")


if __name__ == "__main__":
    main()
