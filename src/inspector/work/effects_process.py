"""Effects of an augmentation policy, measured in a child process.

On a thread of the window, previews beside a measurement wait for the GIL at each call: 9 previews
of 4 ms took 700 ms. So images are sent to a child once, and it answers each question quickly.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inspector.augmentation.compared_policies import lint_beside
from inspector.augmentation.label_preservation import LabelChange, LabelPreservation
from inspector.augmentation.lint import Advice, lint
from inspector.augmentation.policy_effects import Effect, levels, measure
from inspector.augmentation.policy_json import Policy
from inspector.augmentation.suggestions import SuggestedRange, suggested_ranges
from inspector.subprocesses import Parent

NAME = "inspector.work.effects_process:run"
DRAWS = 3


@dataclass(frozen=True, slots=True)
class MeasuredImages:
    """The images to measure on from now on: RGB (h, w, 3), uint8, as training reads them."""

    pictures: Sequence[NDArray[np.uint8]]


@dataclass(frozen=True, slots=True)
class ReferenceSet:
    """Many small images of training and validation, to measure label preservation on.

    Attributes:
        pictures: Training images, RGB (side, side, 3), uint8.
        labels: Index into `names` per training image.
        groups: Group number per training image, near-duplicates joined.
        validation: Validation images of the same form; empty without a validation folder.
    """

    pictures: tuple[NDArray[np.uint8], ...]
    labels: tuple[int, ...]
    names: tuple[str, ...]
    groups: tuple[int, ...]
    validation: tuple[NDArray[np.uint8], ...]


@dataclass(frozen=True, slots=True)
class RangesRequest:
    """Ask for the ranges that the reference set suggests."""


@dataclass(frozen=True, slots=True)
class Ranges:
    """The suggested ranges, and whether label preservation can be measured on the set at all."""

    suggested: tuple[SuggestedRange, ...]
    tells: bool


@dataclass(frozen=True, slots=True)
class EffectsRequest:
    """Ask for the effects of a policy and of the one it is compared with."""

    policy: Policy
    beside: Policy | None


@dataclass(frozen=True, slots=True)
class Effects:
    """The effects, with levels (2, 3, bins) as of `policy_effects.levels`."""

    effect: Effect
    beside: Effect | None
    levels: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LintRequest:
    """Ask for the lint findings of a policy, alone and compared with another."""

    policy: Policy
    beside: Policy | None


@dataclass(frozen=True, slots=True)
class LabelChangeRequest:
    """Ask how one part of a policy, named as in `label_preservation.parts`, changes labels."""

    name: str
    part: Policy


Given = MeasuredImages | ReferenceSet
Question = RangesRequest | EffectsRequest | LintRequest | LabelChangeRequest
Answer = Ranges | Effects | tuple[Advice, ...] | LabelChange


def run(parent: Parent) -> None:
    """Run the child: take images and answer questions until the parent exits."""
    pictures = MeasuredImages(())
    reference_set = ReferenceSet((), (), (), (), ())
    safety = LabelPreservation((), ())
    while True:
        match parent.receive():
            case MeasuredImages() as pictures:
                pass
            case ReferenceSet() as reference_set:
                safety = LabelPreservation(
                    reference_set.pictures, reference_set.labels, reference_set.groups
                )
            case RangesRequest():
                ranges = suggested_ranges(
                    reference_set.pictures,
                    reference_set.labels,
                    validation=reference_set.validation,
                )
                parent.send(Ranges(tuple(ranges), safety.tells))
            case EffectsRequest(policy=policy, beside=beside):
                parent.send(_effects(policy, beside, pictures.pictures))
            case LintRequest(policy=policy, beside=beside):
                findings = [] if beside is None else lint_beside(policy, beside)
                parent.send((*findings, *lint(policy, pictures=pictures.pictures)))
            case LabelChangeRequest(name=name, part=part):
                parent.send(safety.damage(name, part, DRAWS, 0))
            case other:
                raise TypeError(f"a question of an unknown kind: {other!r}")


def _effects(
    policy: Policy, beside: Policy | None, pictures: Sequence[NDArray[np.uint8]]
) -> Effects:
    other = None if beside is None else measure(beside, pictures)
    return Effects(measure(policy, pictures), other, levels(policy, pictures))
