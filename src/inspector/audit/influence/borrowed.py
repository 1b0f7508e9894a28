"""Borrowed accuracy: what is left of validation when each image's own group is not trained on."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inspector.audit.decision_rules import HIDDEN_ABOVE, LEAKAGE_ABOVE
from inspector.audit.diagnosis import Bound, Verdict
from inspector.audit.folds import own_groups
from inspector.audit.influence.head import Floats, Head, Ints, fit_head, members_of
from inspector.audit.influence.intervals import (
    ShareInterval,
    accuracy_interval,
    net_interval,
    too_few,
)
from inspector.audit.influence.kernel_head import KernelHead, fit_kernel_head
from inspector.audit.influence.network_kernel import draws_for, network_kernel
from inspector.audit.influence.ranking import Influence, ranked

Mask = NDArray[np.bool_]

MOST = 3_000
"""Training images of one kernel, about: its time grows with their cube."""

PLACEBOS = 50
"""Own groups exceed all of them by chance in 2 % of cases."""


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
    classes = int(question.labels.max()) + 1
    head = fit_head(x[learned], question.labels[learned], classes, own_groups(known[learned]))
    part = _part(head, x[rows], _Sides(learned, rows, known), question, placebos, progress)
    return _together(question, known, [part])


def borrowed_from_scratch(
    colour: NDArray[np.uint8],
    question: InfluenceQuestion,
    *,
    placebos: int = PLACEBOS,
    most: int = MOST,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> BorrowedAccuracy:
    """Do as `borrowed_accuracy` does, for a small network that is trained from scratch.

    Args:
        colour: (n, 32, 32, 3) YCrCb, as fingerprints hold it.
        question: As of `borrowed_accuracy`.
        placebos: As of `borrowed_accuracy`.
        most: With more images of a side than these, whole groups are dealt into parts of about so
            many, each with a network of its own.
        progress: Called with images that went through a network, and how many will.
    """
    known = own_groups(question.group)
    classes = int(question.labels.max()) + 1
    dealt, parts, done = _dealt(question, known, most), [], 0
    total = sum(sides.passes for sides in dealt)
    for sides in dealt:
        learned, rows = sides.learned, sides.rows
        both = np.concatenate([learned, rows])
        kernel = network_kernel(colour[both], progress=_after(progress, done, total))
        count = len(learned)
        head = fit_kernel_head(
            kernel[:count, :count], question.labels[learned], classes, own_groups(known[learned])
        )
        parts.append(_part(head, kernel[count:, :count], sides, question, placebos))
        done += sides.passes
    return _together(question, known, parts)


def _after(
    progress: Callable[[int, int], None], done: int, total: int
) -> Callable[[int], None]:  # fmt: skip
    """Return what reports progress beyond what is done."""
    return lambda passed: progress(done + passed, total)


def _dealt(question: InfluenceQuestion, known: Ints, most: int) -> list["_Sides"]:
    """Deal whole groups at random into parts of about `most` images of either side.

    Every part has training images; of a large group some are drawn.
    """
    training = np.unique(known[question.training])
    sides = max(int(question.training.sum()), int(question.validation.sum()))
    parts = min(-(-sides // most), len(training))
    draw = np.random.default_rng(question.seed)
    part_of = draw.integers(0, parts, int(known.max()) + 1)
    part_of[training] = draw.permutation(len(training)) % parts
    dealt = []
    for part in range(parts):
        inside = part_of[known] == part
        learned = draw.permutation(np.flatnonzero(question.training & inside))[: 2 * most]
        rows = np.flatnonzero(question.validation & inside)
        dealt.append(_Sides(np.sort(learned), rows, known))
    return [one for one in dealt if len(one.rows)]


@dataclass(frozen=True, slots=True)
class _Sides:
    """Rows that are trained on and judged, and the groups of all rows, numbers from 0."""

    learned: Ints
    rows: Ints
    known: Ints

    @property
    def passes(self) -> int:
        """How often an image goes through a network for the kernel of all."""
        images = len(self.learned) + len(self.rows)
        return images * draws_for(images)

    @property
    def own(self) -> Ints:
        """The group of each judged image as the head numbers it; -1 where training has none."""
        number = np.full(int(self.known.max()) + 1, -1, np.int64)
        number[self.known[self.learned]] = own_groups(self.known[self.learned])
        return number[self.known[self.rows]]


@dataclass(frozen=True, slots=True)
class _Part:
    """What one head says; arrays as of `BorrowedAccuracy`, and images lost by each placebo."""

    rows: Ints
    right: Mask
    right_without: Mask
    shares: Mask
    placebo: Ints
    influences: tuple[tuple[Influence, ...], ...]


def _part(
    head: Head | KernelHead, x: Floats, sides: _Sides, question: InfluenceQuestion, placebos: int,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> _Part:  # fmt: skip
    truth, own = question.labels[sides.rows], sides.own
    right = head.scores(x).argmax(axis=1) == truth
    judged = _Judged(x, truth, own)
    right_without = judged.right_without(head, head.group, right)
    draw = np.random.default_rng(question.seed)
    labels = question.labels[sides.learned]
    lost = [
        right.sum() - judged.right_without(head, _placebo(head.group, labels, draw), right).sum()
        for _ in range(placebos)
    ]
    influences = ranked(head, x, truth, sides.learned, progress=progress)
    return _Part(sides.rows, right, right_without, own >= 0, np.array(lost), influences)


def _together(question: InfluenceQuestion, known: Ints, parts: list[_Part]) -> BorrowedAccuracy:
    """Return the answer of one head or several, in order of the images."""
    rows = np.concatenate([part.rows for part in parts])
    order = np.argsort(rows)
    rows = rows[order]
    right, right_without, shares = (
        np.concatenate([getattr(part, name) for part in parts])[order]
        for name in ("right", "right_without", "shares")
    )
    influences = [answer for part in parts for answer in part.influences]
    placebo = float(np.sum([part.placebo for part in parts], axis=0).max() / len(rows))
    group = known[rows]
    borrowed = net_interval(right, right_without, group)
    groups = len(np.unique(group))
    why = too_few(groups, len(rows))
    return BorrowedAccuracy(
        accuracy_interval(right, group), accuracy_interval(right_without, group), borrowed, placebo,
        _verdict(borrowed, placebo, question.hidden, limited=bool(why)),
        Bound.AT_LEAST if question.hidden > HIDDEN_ABOVE else Bound.NONE, why, groups, rows,
        right, right_without, shares, tuple(influences[i] for i in order.tolist()),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Judged:
    """Validation images: features, classes, and the group of each in training, -1 for none."""

    x: Floats
    truth: Ints
    own: Ints

    def right_without(self, head: Head | KernelHead, group: Ints, right: Mask) -> Mask:
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
            lost = head.effects(members)(self.x[at]).reach @ head.pull(members)
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
