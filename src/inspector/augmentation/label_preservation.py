"""Label preservation: does an augmented image still look like its class? Needs no training.

Each augmented image is compared with all plain images but its own. Where the nearest one has
another class more often than before, the augmentation crosses class borders. Classes that look the
same mirrored lose nothing under a flip; digits lose much.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.augmentation.apply import apply_params
from inspector.augmentation.lint_finding import NAMES
from inspector.augmentation.policy_effects import active, alone
from inspector.augmentation.policy_json import Normalisation, Policy
from inspector.augmentation.sampling import AugmentationParams, sample_params
from inspector.augmentation.suggestions import SuggestedRange as SuggestedRange
from inspector.augmentation.suggestions import suggested_ranges as suggested_ranges

MAX_MOVED = 300
MAX_COMPARED = 2000
WORST = 9
_MOST_ANSWERS = 512
ALL = "all together"
"""Name of the whole policy among its parameters."""

HARMFUL_LOSS = 0.1
"""Share of images that change class from which we call it harmful, if beyond chance."""

LEAST_TOLD = 0.6
"""Share of plain images that must be closest to their own class, or nothing can be measured.

Source: 40 % of clothing photos are, and a mild policy costs 12 points; of digits 90 % are.
"""

FLIPS: Final = {"horizontal_flip": "left and right", "vertical_flip": "up and down"}
"""The flips, and what the classes depend on under each."""

# Source: chosen on CIFAR-10 and on rendered digits. Structure decides; colour has half its weight,
# so that a hue that separates classes counts as well.
_SIDE = 16
_COLOUR_SIDE = 4
_COLOUR_WEIGHT = 0.5 * 16 / (4 * 3**0.5) / 64
_LEAST_DEVIATION = 8.0
"""Standard deviation of luma in grey levels.

Below it an image is close to every other one and is left out.
"""


@dataclass(frozen=True, slots=True)
class Worst:
    """A sampled augmentation that ended closer to another class than to its own.

    Attributes:
        index: Index of the image.
        params: Sampled parameters; `apply_params` with the policy shows the result.
        nearest: Index of the image of another class that it now resembles.
    """

    index: int
    params: AugmentationParams
    nearest: int


@dataclass(frozen=True, slots=True)
class LabelChange:
    """Effect of one parameter on labels. Distances are those of `describe`, without a unit.

    Attributes:
        parameter: ImageDataGenerator's name if it has one, else our field; or `ALL`.
        plain_share: Share 0..1 of images whose nearest other image has their class.
        kept_share: The same for augmented images.
        error: Standard error of the difference of the two.
        moved: Median distance that an image moves.
        within: Median distance of an image to the nearest of its class.
        between: Median distance of an image to the nearest of another class.
        worst: Samples furthest into another class, worst first.
        told: True if enough plain images are closest to their class (`LEAST_TOLD`).
        harmful: True if `told` and the loss is beyond chance and at least `HARMFUL_LOSS`.
        message: One or two sentences.
    """

    parameter: str
    plain_share: float
    kept_share: float
    error: float
    moved: float
    within: float
    between: float
    worst: tuple[Worst, ...]
    told: bool
    harmful: bool
    message: str


@dataclass(frozen=True, slots=True)
class _Ground:
    """The plain images as they are compared."""

    points: NDArray[np.float32]
    squares: NDArray[np.float32]
    labels: NDArray[np.int64]
    groups: NDArray[np.int64]


def describe(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the descriptor of RGB `picture` (h, w, 3), uint8: float32 (304,).

    16x16 luma with mean 0 and standard deviation 1, so that brightness does not count, and 4x4
    colours at half its weight.
    """
    luma = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(luma, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    small -= small.mean()
    small /= max(float(small.std()), _LEAST_DEVIATION)
    size = (_COLOUR_SIDE, _COLOUR_SIDE)
    colour = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    colour -= colour.mean(axis=2, keepdims=True)
    return np.concatenate([small.ravel(), colour.ravel() * np.float32(_COLOUR_WEIGHT)])


def label_damage(
    policy: Policy,
    pictures: Sequence[NDArray[np.uint8]],
    labels: Sequence[int] | NDArray[np.int64],
    *,
    draws: int = 3,
    seed: int = 0,
) -> list[LabelChange]:
    """Measure each parameter by itself, then all together; most harmful first.

    Args:
        policy: The policy.
        pictures: As in `LabelPreservation`.
        labels: Class of each image, from 0.
        draws: Samples per image.
        seed: Random seed.

    Returns:
        [] where nothing can be measured: with one class, or one image per class.
    """
    safety = LabelPreservation(pictures, labels)
    if not safety.tells:
        return []
    changes = [safety.damage(name, part, draws, seed) for name, part in parts(policy)]
    return sorted(changes, key=lambda d: (not d.harmful, d.kept_share))


def parts(policy: Policy) -> list[tuple[str, Policy]]:
    """Return each active parameter with the policy of it alone, then `ALL` if there are several."""
    acting = active(policy)
    # Normalisation moves no image; dropping it lets more results be reused.
    plain = replace(policy, normalisation=Normalisation())
    policies = [(NAMES.get(name, name), _always(alone(plain, name))) for name in acting]
    return [*policies, (ALL, plain)] if len(acting) > 1 else policies


class LabelPreservation:
    """Measures how parameters change the labels of one set of images; caches results.

    Args:
        pictures: RGB (h, w, 3), uint8, at training size; about 25 per class or more, since in a
            sparse set the smallest move finds another neighbour. Above `MAX_COMPARED`, an even
            subset is used.
        labels: Class of each image, from 0.
        groups: Group number of each image. Images of one group, such as a burst, are never
            compared: a copy would confirm the class however far the image moves. None for no
            groups.

    Attributes:
        tells: True if there are two classes, one of them with two images.
    """

    def __init__(
        self,
        pictures: Sequence[NDArray[np.uint8]],
        labels: Sequence[int] | NDArray[np.int64],
        groups: Sequence[int] | NDArray[np.int32] | None = None,
    ) -> None:
        if groups is None:
            groups = range(len(pictures))
        seen = [i for i, p in enumerate(pictures) if float(p.std()) >= _LEAST_DEVIATION]
        places = np.unique(np.linspace(0, len(seen) - 1, min(len(seen), MAX_COMPARED)).round())
        originals = [seen[int(i)] for i in places]
        _, counts = np.unique([labels[i] for i in originals], return_counts=True)
        self.tells = len(counts) >= 2 and int(counts.max()) >= 2
        if self.tells:
            moved = originals[:: max(1, -(-len(originals) // MAX_MOVED))]
            self._trial = _Trial(
                pictures, originals, moved, _lay(pictures, labels, groups, originals)
            )
        self.damage = lru_cache(_MOST_ANSWERS)(self._damage)

    def _damage(self, name: str, part: Policy, draws: int = 3, seed: int = 0) -> LabelChange:
        return _damage(name, part, self._trial, draws=draws, seed=seed)


@dataclass(frozen=True, slots=True)
class _Trial:
    """The images, and which of them are compared and which are augmented."""

    pictures: Sequence[NDArray[np.uint8]]
    compared: list[int]
    moved: list[int]
    ground: _Ground


def _lay(
    pictures: Sequence[NDArray[np.uint8]],
    labels: Sequence[int] | NDArray[np.int64],
    groups: Sequence[int] | NDArray[np.int32],
    rows_kept: list[int],
) -> _Ground:
    points = np.array([describe(pictures[i]) for i in rows_kept], np.float32)
    squares = np.einsum("ij,ij->i", points, points)
    return _Ground(
        points, squares,
        np.array([labels[i] for i in rows_kept], np.int64),
        np.array([groups[i] for i in rows_kept], np.int64),
    )  # fmt: skip


def _always(policy: Policy) -> Policy:
    """Return the policy with flips and erasing certain: half of the samples would be plain."""
    return replace(
        policy,
        horizontal_flip=float(policy.horizontal_flip > 0),
        vertical_flip=float(policy.vertical_flip > 0),
        erasing_probability=float(policy.erasing_probability > 0),
    )


def _damage(name: str, policy: Policy, trial: _Trial, *, draws: int, seed: int) -> LabelChange:
    ground = trial.ground
    own = np.searchsorted(trial.compared, trial.moved)
    plain_own, plain_other, _ = _nearest(ground.points[own], ground, own)
    params = [
        _draw_all(policy, trial, seed=seed, epoch=epoch) for epoch in range(_times(name, draws))
    ]
    kept_by_draw, moves, worst = [], [], []
    for numbers in params:
        points = np.array(
            [
                describe(apply_params(trial.pictures[i], policy, d))
                for i, d in zip(trial.moved, numbers, strict=True)
            ],
            np.float32,
        )
        to_own, to_other, others = _nearest(points, ground, own)
        kept_by_draw.append(to_own < to_other)
        moves.append(np.sqrt(((points - ground.points[own]) ** 2).sum(axis=1)))
        for k in np.flatnonzero((to_own > to_other) & (plain_own < plain_other)):
            gap = float(to_own[k] - to_other[k])
            worst.append((gap, Worst(trial.moved[k], numbers[k], trial.compared[others[k]])))
    worst.sort(key=lambda w: -w[0])
    plain = plain_own < plain_other
    preserved = np.mean(kept_by_draw, axis=0)
    error = float((plain - preserved).std() / np.sqrt(len(preserved)))
    loss = float(plain.mean() - preserved.mean())
    told = float(plain.mean()) >= LEAST_TOLD
    harmful = told and loss >= HARMFUL_LOSS and loss > 3 * error
    return LabelChange(
        parameter=name,
        plain_share=float(plain.mean()),
        kept_share=float(preserved.mean()),
        error=error,
        moved=float(np.median(moves)),
        within=float(np.median(plain_own)),
        between=float(np.median(plain_other)),
        worst=tuple(w for _, w in worst[:WORST]),
        told=told,
        harmful=harmful,
        message=_say(
            name, float(plain.mean()), float(preserved.mean()), told=told, harmful=harmful
        ),
    )


def _times(name: str, draws: int) -> int:
    """Return how many samples differ: a certain flip is always the same."""
    return 1 if name.endswith("_flip") else draws


def _draw_all(policy: Policy, trial: _Trial, *, seed: int, epoch: int) -> list[AugmentationParams]:
    sampled = []
    for index in trial.moved:
        height, width = trial.pictures[index].shape[:2]
        sampled.append(
            sample_params(
                policy, seed=seed, epoch=epoch, image_id=str(index), height=height, width=width
            )
        )
    return sampled


def _nearest(
    points: NDArray[np.float32], ground: _Ground, own: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64]]:
    """Return the distances to the nearest image of the own and of another class, and the latter.

    The plain images at `own`, and others of their groups, are left out.
    """
    cross = points @ ground.points.T
    squared = (points**2).sum(axis=1)[:, np.newaxis] + ground.squares - 2 * cross
    distance = np.sqrt(np.maximum(squared, 0))
    distance[ground.groups[own][:, np.newaxis] == ground.groups] = np.inf
    same = ground.labels[own][:, np.newaxis] == ground.labels
    to_own = np.where(same, distance, np.inf).min(axis=1)
    to_others = np.where(same, np.inf, distance)
    return to_own, to_others.min(axis=1), to_others.argmin(axis=1)


def _say(name: str, plain: float, preserved: float, *, told: bool, harmful: bool) -> str:
    who = "the whole policy" if name == ALL else name
    if not told:
        return (
            "Label preservation can't be measured on this dataset: even without augmentation, only "
            f"{plain:.0%} of images are closest to their own class ({preserved:.0%} with {who})."
        )
    who = who.replace("the whole", "The whole")
    facts = f"{plain:.0%} of the images are most like one of their own class, and {preserved:.0%} "
    if not harmful:
        return f"{who} keeps labels: {facts}under it."
    if name in FLIPS:
        side = FLIPS[name]
        return (
            f"{name} changes what is seen: {facts}once flipped. These classes depend on {side}, as "
            "digits and text do: leave it out."
        )
    return f"{who} takes images over to other classes: {facts}under it. Use less of it."
