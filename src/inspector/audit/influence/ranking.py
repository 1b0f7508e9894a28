"""For each validation image the training groups without which its answer would be less sure."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inspector.audit.influence.head import Doubles, Floats, Head, Ints, with_offset

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
    head: Head, x: Floats, truth: Ints, rows: Ints, *,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[tuple[Influence, ...], ...]:  # fmt: skip
    """Rank the training groups by what the true class's margin loses without each of them.

    Args:
        head: Fitted on the training rows.
        x: (v, d) features of the validation images.
        truth: (v,) their classes.
        rows: (n,) numbers of the training rows, which are returned.
        progress: Called with images ranked, and their number.
    """
    order = np.argsort(head.group, kind="stable")
    starts = np.flatnonzero(np.diff(head.group[order], prepend=-1))
    pulls = head.pulls(head.group)[order]
    scaled = head.rows[order]
    step = max(1, _CELLS // len(order))
    answers: list[tuple[Influence, ...]] = []
    for start in range(0, len(x), step):
        part = slice(start, start + step)
        reach = with_offset(x[part]) @ head.inverse @ scaled.T
        drops, margins = _margins(head.scores(x[part]), truth[part], reach, pulls, starts)
        for row, (drop, margin) in enumerate(zip(drops, margins, strict=True)):
            own = reach[row] * pulls[:, truth[start + row]]
            answers.append(_best(drop, margin, own, rows[order], starts))
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


def _best(
    drop: NDArray[np.float64], margin: NDArray[np.float64], own: NDArray[np.float64],
    rows: Ints, starts: Ints,
) -> tuple[Influence, ...]:  # fmt: skip
    count = min(RANKED, len(drop))
    first = np.argpartition(-drop, count - 1)[:count]
    first = first[np.argsort(-drop[first], kind="stable")]
    ends = np.append(starts[1:], len(rows))
    influences = []
    for group in first[drop[first] > 0].tolist():
        members = np.arange(starts[group], ends[group])
        best = members[np.argsort(-own[members], kind="stable")][:MEMBERS]
        right = drop[group] + margin[group] > 0
        influences.append(
            Influence(
                tuple(rows[best].tolist()), len(members), float(drop[group]),
                bool(right and margin[group] <= 0),
            )
        )  # fmt: skip
    return tuple(influences)
