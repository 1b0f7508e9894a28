"""For each validation image the training groups without which its answer would be less sure."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from inspector.audit.influence.head import Doubles, Floats, Head, Ints
from inspector.audit.influence.kernel_head import KernelHead

RANKED = 8
MEMBERS = 8
_CELLS = 4_000_000


@dataclass(frozen=True, slots=True)
class Influence:
    """Hold what one training group does to the answer for one validation image.

    Attributes:
        rows: Training images of the group, the one that does most first, `MEMBERS` at most.
        images: How many training images the group has.
        drop: By how much the margin of the true class falls without the group; scores of the
            classes lie around 0 and 1.
        changes: Whether the answer is right with the group and wrong without it.
    """

    rows: tuple[int, ...]
    images: int
    drop: float
    changes: bool


def ranked(
    head: Head | KernelHead, x: Floats, truth: Ints, rows: Ints, *,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[tuple[Influence, ...], ...]:  # fmt: skip
    """Rank the training groups by what an answer loses without each of them, and by similarity.

    Where an answer hangs on many images a little, the one that happens to weigh most explains less
    than a near-duplicate that weighs nearly as much: what the true class's margin loses counts in
    proportion to the cosine of the features of the image and of the most similar of the group.

    Args:
        head: Fitted on the training rows.
        x: (v, d) features of the validation images, or their rows of the kernel.
        truth: (v,) their classes.
        rows: (n,) numbers of the training rows, which are returned.
        progress: Called with images ranked, and their number.
    """
    order = np.argsort(head.group, kind="stable")
    starts = np.flatnonzero(np.diff(head.group[order], prepend=-1))
    pulls = head.pulls(head.group)[order]
    effects_on = head.effects(order)
    step = max(1, _CELLS // len(order))
    answers: list[tuple[Influence, ...]] = []
    for start in range(0, len(x), step):
        part = slice(start, start + step)
        effects = effects_on(x[part])
        reach = effects.reach
        drops, margins = _margins(head.scores(x[part]), truth[part], reach, pulls, starts)
        ranks = drops * np.maximum.reduceat(effects.alike, starts, axis=1).clip(0)
        for row, (rank, drop, margin) in enumerate(zip(ranks, drops, margins, strict=True)):
            own = reach[row] * pulls[:, truth[start + row]]
            answers.append(_best(drop, margin, _Order(rank, own), rows[order], starts))
        progress(min(len(x), start + step), len(x))
    return tuple(answers)


def _margins(
    scores: Doubles, truth: Ints, reach: Doubles, pulls: Doubles, starts: Ints
) -> tuple[Doubles, Doubles]:
    """Return (b, groups): what the margin loses without each group, and what is left of it."""
    at = np.arange(len(truth))
    own = np.zeros((len(truth), len(starts)))
    rival = np.full((len(truth), len(starts)), -np.inf)
    whole = scores.copy()
    whole[at, truth] = -np.inf
    full = scores[at, truth] - whole.max(axis=1)
    for label in range(scores.shape[1]):
        left = scores[:, label, None] - np.add.reduceat(reach * pulls[:, label], starts, axis=1)
        mine = truth == label
        own[mine] = left[mine]
        rival[~mine] = np.maximum(rival[~mine], left[~mine])
    margins = own - rival
    return full[:, None] - margins, margins


@dataclass(frozen=True, slots=True)
class _Order:
    """By what groups are ranked, and by what the images of each."""

    groups: Doubles
    images: Doubles


def _best(
    drop: Doubles, margin: Doubles, order: _Order, rows: Ints, starts: Ints
) -> tuple[Influence, ...]:  # fmt: skip
    count = min(RANKED, len(drop))
    first = np.argpartition(-order.groups, count - 1)[:count]
    first = first[np.argsort(-order.groups[first], kind="stable")]
    ends = np.append(starts[1:], len(rows))
    influences = []
    for group in first[order.groups[first] > 0].tolist():
        members = np.arange(starts[group], ends[group])
        best = members[np.argsort(-order.images[members], kind="stable")][:MEMBERS]
        right = drop[group] + margin[group] > 0
        influences.append(
            Influence(
                tuple(rows[best].tolist()), len(members), float(drop[group]),
                bool(right and margin[group] <= 0),
            )
        )  # fmt: skip
    return tuple(influences)
