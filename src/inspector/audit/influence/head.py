"""A ridge head on frozen features, and in closed form what it would be without a group.

With A = X'X + D the head is W = A^-1 X'Y. Without the rows of a group G it is
W - A^-1 X_G' (I - H_GG)^-1 (Y_G - X_G W), H = X A^-1 X': the same as training again without them.

Source: the block form of the leave-one-out residual (Allen 1974), by the Woodbury identity.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inspector.audit.intervals import class_weighted, group_spread

Doubles = NDArray[np.float64]
Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

PENALTIES = tuple(10.0**power for power in (-3, -2.5, -2, -1.5, -1, -0.5, 0, 0.5, 1))
"""Of a feature, as a share of the number of rows."""
_OFFSET = 1e-6


@dataclass(frozen=True, slots=True)
class RowEffects:
    """Hold what training rows do to the scores of images.

    Attributes:
        reach: (b, m) what a unit of residual of each training row adds to a score.
        alike: (b, m) how similar they are: a cosine, up to a factor of each image.
    """

    reach: Doubles
    alike: Doubles


@dataclass(frozen=True, slots=True)
class Head:
    """Hold a fitted head with what its closed forms need.

    Attributes:
        rows: (n, d) training rows with a last column of ones, scaled by the root of their weight.
        targets: (n, classes) one-hot, scaled alike.
        group: (n,) groups of the training rows, numbers from 0 without gaps.
        inverse: (d, d) of X'X + D.
        weights: (d, classes).
        penalty: The strength chosen, one of `PENALTIES`.
    """

    rows: Doubles
    targets: Doubles
    group: Ints
    inverse: Doubles
    weights: Doubles
    penalty: float

    def scores(self, x: Floats) -> Doubles:
        """Return a score per class, (n, classes)."""
        scores: Doubles = with_offset(x) @ self.weights
        return scores

    def effects(self, members: Ints) -> Callable[[Floats], RowEffects]:
        """Return what tells the effects of some training rows on images by their features."""
        part = self.rows[members]
        units = _unit(part[:, :-1])
        return lambda x: RowEffects(
            with_offset(x) @ self.inverse @ part.T, _unit(x.astype(np.float64)) @ units.T
        )

    def without(self, members: Ints) -> Doubles:
        """Return the weights of the head that never saw some training rows, (d, classes)."""
        part = self.rows[members]
        weights: Doubles = self.weights - self.inverse @ (part.T @ self.pull(members))
        return weights

    def pull(self, members: Ints) -> Doubles:
        """Return the residuals of some rows under the head that never saw them, (m, classes)."""
        part, targets = self.rows[members], self.targets[members]
        if len(part) > part.shape[1]:
            # The same by the smaller of both systems.
            square = np.linalg.inv(self.inverse) - part.T @ part
            side = np.linalg.solve(square, self.rows.T @ self.targets - part.T @ targets)
            pull: Doubles = targets - part @ side
            return pull
        own = np.eye(len(part)) - part @ self.inverse @ part.T
        return np.asarray(np.linalg.solve(own, targets - part @ self.weights), np.float64)

    def pulls(self, group: Ints) -> Doubles:
        """Return `pull` of each row with its group, (n, classes).

        Args:
            group: (n,) groups of the training rows: the head's own, or placebo groups.
        """
        pulls = self.targets - self.rows @ self.weights
        leverage = np.einsum("ij,ij->i", self.rows @ self.inverse, self.rows)
        size = np.bincount(group)
        single = size[group] == 1
        pulls[single] /= (1 - leverage[single])[:, None]
        for members in members_of(group, size > 1):
            pulls[members] = self.pull(members)
        return pulls


def members_of(group: Ints, chosen: NDArray[np.bool_]) -> list[Ints]:
    """Return the rows of each group that is chosen, in order of the groups' numbers."""
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(len(chosen) + 1))
    return [order[starts[g] : starts[g + 1]] for g in np.flatnonzero(chosen).tolist()]


def _unit(rows: Doubles) -> Doubles:
    """Return the rows with length 1."""
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Doubles = rows / np.maximum(length, 1e-12)
    return unit


def with_offset(x: Floats) -> Doubles:
    """Return the features with a last column of ones, float64."""
    return np.hstack([x.astype(np.float64), np.ones((len(x), 1))])


def fit_head(
    x: Floats, labels: Ints, classes: int, group: Ints, *, penalty: float | None = None
) -> Head:
    """Fit a head in which every class weighs the same.

    Args:
        x: (n, d) features, as of `joined_features.joined`.
        labels: (n,) class numbers from 0.
        classes: Their number.
        group: (n,) groups from 0 without gaps, as of `folds.own_groups`.
        penalty: One of `PENALTIES`; None to choose by the error on groups that a head did not see.
    """
    count = np.bincount(labels, minlength=classes)
    weight = np.sqrt(len(x) / (max(1, int((count > 0).sum())) * np.maximum(count, 1)))[labels]
    rows = with_offset(x) * weight[:, None]
    targets = np.zeros((len(x), classes))
    targets[np.arange(len(x)), labels] = weight
    square, right = rows.T @ rows, rows.T @ targets

    def head(strength: float) -> Head:
        scale = np.full(len(square), strength * len(x))
        scale[-1] = _OFFSET * len(x)
        inverse = np.asarray(np.linalg.inv(square + np.diag(scale)), np.float64)
        return Head(rows, targets, group, inverse, inverse @ right, strength)

    if penalty is not None:
        return head(penalty)
    return _strongest(list(map(head, PENALTIES)), labels, group)


def _strongest(heads: list[Head], labels: Ints, group: Ints) -> Head:
    """Return the strongest penalty whose error is within one standard error of the best.

    The error is on images whose group the head did not see, every class weighing the same; around
    its least it is flat, and a stronger penalty looks at what images have in common.

    Source: the one-standard-error rule (Breiman, Friedman, Olshen and Stone 1984).
    """
    classes = np.ones(heads[0].targets.shape[1])
    errors, spreads = [], []
    for head in heads:
        unseen = head.targets - head.pulls(group)
        wrong = (unseen.argmax(axis=1) != labels).astype(np.float64)
        error, deviations = class_weighted(wrong, labels, classes)
        errors.append(error)
        spreads.append(group_spread(deviations, group).variance)
    best = int(np.argmin(errors))
    limit = errors[best] + float(np.sqrt(spreads[best]))
    return max(
        (head for head, error in zip(heads, errors, strict=True) if error <= limit),
        key=lambda head: head.penalty,
    )
