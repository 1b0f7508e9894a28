"""Descriptors with a known truth: classes as directions, bursts as repeats with little noise."""

from dataclasses import replace

import numpy as np

from inspector.audit.diagnosis import Question

DIMS = 64


def question(
    *, training: int = 600, folder: int = 400, classes: int = 3, burst: int = 1, seed: int = 0,
    signal: float = 0.35,
) -> Question:  # fmt: skip
    """Return a question whose folder has training's distribution; bursts are known groups.

    The class means are the first directions; images of one burst differ little.
    """
    rng = np.random.default_rng(seed)
    bases = -(-training // burst) + -(-folder // burst)
    of_base = rng.integers(0, classes, bases)
    centres = rng.normal(0, signal, (classes, DIMS))
    base = centres[of_base] + rng.normal(0, 1, (bases, DIMS))
    source = np.repeat(np.arange(bases), burst)
    x = (base[source] + rng.normal(0, 0.15, (len(source), DIMS))).astype(np.float32)
    inside = source < -(-training // burst)
    group = source if burst > 1 else np.full(len(source), -1)
    return Question(
        descriptors=x, thumbs=x, labels=of_base[source], group=group,
        in_training=inside, in_folder=~inside, seed=seed,
    )  # fmt: skip


def hide(whole: Question, share: float) -> Question:
    """Forget the groups of a share of the bursts."""
    gone = np.random.default_rng(1).random(int(whole.group.max()) + 1) < share
    return replace(whole, group=np.where(gone[whole.group], -1, whole.group))


def shift(whole: Question, strength: float = 1.0) -> Question:
    """Move the folder's class signal to other directions, and the folder as a whole."""
    x = whole.descriptors.copy()
    moved = np.roll(x[whole.in_folder], 7, axis=1)
    x[whole.in_folder] = (1 - strength) * x[whole.in_folder] + strength * moved + 0.7
    return replace(whole, descriptors=x, thumbs=x)


def mislabel(whole: Question, share: float = 0.25) -> Question:
    """Give a share of the folder's images another class."""
    rng = np.random.default_rng(2)
    classes = int(whole.labels.max()) + 1
    wrong = whole.in_folder & (rng.random(len(whole.labels)) < share)
    return replace(whole, labels=np.where(wrong, (whole.labels + 1) % classes, whole.labels))
