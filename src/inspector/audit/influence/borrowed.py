"""Borrowed accuracy: what is left of validation when each image's own group is not trained on."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inspector.audit.decision_rules import (
    HIDDEN_ABOVE,
    LEAKAGE_ABOVE,
    PLACEBOS,
)
from inspector.audit.diagnosis import Bound, Verdict
from inspector.audit.folds import own_groups
from inspector.audit.influence.head import Floats, Head, Ints, fit_head, members_of
from inspector.audit.influence.intervals import (
    ShareInterval,
    accuracy_interval,
    net_interval,
    too_few,
)
from inspector.audit.influence.ranking import Influence, ranked

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class InfluenceQuestion:
    """Hold what is asked; every array has one row for each image.

    Attributes:
        labels: (n,) class numbers from 0.
        group: (n,) known groups joined with near-duplicates, -1 alone.
        training: (n,) images that the split trains on.
        validation: (n,) images that it judges on; one on both sides counts as training's copy too.
        hidden: Share of images that look like members of a group that is not known, 0..1.
        seed: Of the placebo groups.
    """

    labels: Ints
    group: Ints
    training: Mask
    validation: Mask
    hidden: float = 0.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class BorrowedAccuracy:
    """Hold how much of validation accuracy hangs on training images of the same group.

    Attributes:
        accuracy: Of the head on validation, all of training trained on.
        without: Of heads that did not see the training images of each image's own group.
        borrowed: The difference of both.
        placebo: The largest difference that groups of the same sizes and classes without meaning
            reached in `PLACEBOS` tries.
        bound: `at_least` where groups may be missing.
        why: Why there is no verdict, as sentences; empty where there is one.
        groups: Groups of the validation images.
        rows: (v,) rows of the validation images in the question.
        right, right_without: (v,) whether the head names the true class, with all of training and
            without the image's own group.
        shares: (v,) whether a training image is of the same group.
        influences: For each validation image the training groups that carry its answer most.
    """

    accuracy: ShareInterval
    without: ShareInterval
    borrowed: ShareInterval
    placebo: float
    verdict: Verdict
    bound: Bound
    why: tuple[str, ...]
    groups: int
    rows: Ints
    right: Mask
    right_without: Mask
    shares: Mask
    influences: tuple[tuple[Influence, ...], ...]


def borrowed_accuracy(
    x: Floats,
    question: InfluenceQuestion,
    *,
    placebos: int = PLACEBOS,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> BorrowedAccuracy:
    """Leave each validation image's own group out of training, in closed form.

    Args:
        x: (n, d) features, as of `joined_features.joined`.
        question: Who is in training and validation, and what belongs together.
        placebos: How many placebo groupings are tried; 1 or more.
        progress: Called with validation images ranked, and their number.
    """
    known = own_groups(question.group)
    learned, rows = np.flatnonzero(question.training), np.flatnonzero(question.validation)
    dense = own_groups(known[learned])
    classes = int(question.labels.max()) + 1
    head = fit_head(x[learned], question.labels[learned], classes, dense)
    truth = question.labels[rows]
    right = head.scores(x[rows]).argmax(axis=1) == truth
    number = np.full(int(known.max()) + 1, -1, np.int64)
    number[known[learned]] = dense
    own = number[known[rows]]
    sides = _Judged(x[rows], truth, own)
    right_without = sides.right_without(head, dense, right)
    draw = np.random.default_rng(question.seed)
    placebo = max(
        float(right.mean() - sides.right_without(head, one, right).mean())
        for one in (
            _placebo(dense, question.labels[learned], draw) for _ in range(placebos)
        )
    )  # fmt: skip
    borrowed = net_interval(right, right_without, known[rows])
    groups = len(np.unique(known[rows]))
    why = too_few(groups, len(rows))
    verdict = _verdict(borrowed, placebo, question.hidden, limited=bool(why))
    return BorrowedAccuracy(
        accuracy_interval(right, known[rows]), accuracy_interval(right_without, known[rows]),
        borrowed, placebo, verdict,
        Bound.AT_LEAST if question.hidden > HIDDEN_ABOVE else Bound.NONE, why, groups, rows,
        right, right_without, own >= 0,
        ranked(head, x[rows], truth, learned, progress=progress),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Judged:
    """Validation images: features, classes, and the group of each in training, -1 for none."""

    x: Floats
    truth: Ints
    own: Ints

    def right_without(self, head: Head, group: Ints, right: Mask) -> Mask:
        """Return whether each is named rightly by the head without `own` of these groups."""
        judged = right.copy()
        needed = np.zeros(int(group.max(initial=0)) + 1, np.bool_)
        needed[self.own[self.own >= 0]] = True
        order = np.argsort(self.own, kind="stable")
        numbers = np.flatnonzero(needed)
        starts = np.searchsorted(self.own[order], numbers)
        ends = np.searchsorted(self.own[order], numbers, side="right")
        scores = head.scores(self.x)
        for members, start, end in zip(members_of(group, needed), starts, ends, strict=True):
            at = order[start:end]
            reach = np.hstack([self.x[at], np.ones((len(at), 1))]) @ head.inverse
            lost = (reach @ head.rows[members].T) @ head.pull(members)
            judged[at] = (scores[at] - lost).argmax(axis=1) == self.truth[at]
        return judged


def _placebo(group: Ints, labels: Ints, draw: np.random.Generator) -> Ints:
    """Return groups of the same sizes and classes, of images drawn at random."""
    placebo = group.copy()
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        placebo[rows] = group[draw.permutation(rows)]
    return placebo


def _verdict(
    borrowed: ShareInterval, placebo: float, hidden: float, *, limited: bool
) -> Verdict:  # fmt: skip
    """Decide as for leakage (VERDICTS: low > 0, above the margin and above every placebo)."""
    if limited:
        return Verdict.CANNOT_TELL
    if borrowed.low > 0 and borrowed.mean > max(LEAKAGE_ABOVE, placebo):
        return Verdict.YES
    if borrowed.high < LEAKAGE_ABOVE and hidden <= HIDDEN_ABOVE:
        return Verdict.NO
    return Verdict.CANNOT_TELL
