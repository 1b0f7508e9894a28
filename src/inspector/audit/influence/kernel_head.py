"""Kernel regression, and in closed form what it would answer without a group.

With M = (K + D)^-1 the answer is k(x)'A, A = MY. Without a group G of its rows it is
k(x)'(A - M_:G (M_GG)^-1 A_G): the same as solving again without them.

Source: the block form of the leave-one-out residual (Allen 1974), in the dual.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inspector.audit.influence.head import Doubles, Floats, Ints, RowEffects, members_of

STRENGTH = 1.0
"""Of the ridge, as a share of the kernel's diagonal.

Chosen among seven on brain_aug and one demo, judged on others (docs/measurements/influence.md).
"""


@dataclass(frozen=True, slots=True)
class KernelHead:
    """Hold a solved regression with what its closed forms need; `x` are rows of the kernel.

    Attributes:
        group: (n,) groups of the training rows, numbers from 0 without gaps.
        scale: (n,) the root of each training image's entry on the kernel's diagonal.
        inverse: (n, n) of K + D.
        weights: (n, classes).
    """

    group: Ints
    scale: Doubles
    inverse: Doubles
    weights: Doubles

    def scores(self, x: Floats) -> Doubles:
        """Return a score per class, (b, classes), for rows (b, n) of the kernel."""
        scores: Doubles = x.astype(np.float64) @ self.weights
        return scores

    def effects(self, members: Ints) -> Callable[[Floats], RowEffects]:
        """Return what tells the effects of some training rows on images by rows of the kernel."""
        inverse, scale = self.inverse[:, members], self.scale[members]
        return lambda x: RowEffects(x.astype(np.float64) @ inverse, x[:, members] / scale)

    def pull(self, members: Ints) -> Doubles:
        """Return the residuals of some rows under the regression that never saw them."""
        own = self.inverse[np.ix_(members, members)]
        return np.asarray(np.linalg.solve(own, self.weights[members]), np.float64)

    def pulls(self, group: Ints) -> Doubles:
        """Return `pull` of each row with its group, (n, classes)."""
        pulls: Doubles = self.weights / np.diagonal(self.inverse)[:, None]
        for members in members_of(group, np.bincount(group) > 1):
            pulls[members] = self.pull(members)
        return pulls


def fit_kernel_head(
    kernel: NDArray[np.floating], labels: Ints, classes: int, group: Ints, *,
    strength: float = STRENGTH,
) -> KernelHead:  # fmt: skip
    """Solve a regression in which every class weighs the same.

    Args:
        kernel: (n, n) of the training rows.
        labels: (n,) class numbers from 0.
        classes: Their number.
        group: (n,) groups from 0 without gaps, as of `folds.own_groups`.
        strength: Of the ridge, as a share of the kernel's mean diagonal.
    """
    count = np.bincount(labels, minlength=classes)
    weight = len(labels) / (max(1, int((count > 0).sum())) * np.maximum(count, 1))[labels]
    diagonal = np.diagonal(kernel).astype(np.float64)
    system = kernel.astype(np.float64)
    system[np.diag_indices(len(system))] += strength * diagonal.mean() / weight
    inverse = np.asarray(np.linalg.inv(system), np.float64)
    targets = np.eye(classes)[labels] - 1 / classes
    return KernelHead(group, np.sqrt(diagonal), inverse, inverse @ targets)
