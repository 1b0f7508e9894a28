"""What a policy does, measured in a child process: the window's threads are left to draw images.

A preview on a thread beside a measurement waits for the interpreter's lock at each call: 9 draws of
4 ms took 700 ms. So images go to a child once, and each question is answered in a moment.
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
    """Measure on these from now on: RGB (h, w, 3), uint8, as training reads them."""

    pictures: Sequence[NDArray[np.uint8]]


@dataclass(frozen=True, slots=True)
class ReferenceSet:
    """Many small images of training and validation, to measure labels on.

    Attributes:
        pictures: RGB (side, side, 3), uint8, of training.
        labels: Place in `names` of each one's class.
        groups: Number of each one's group, near-duplicates among them.
        validation: Of validation, likewise; empty where there is no such folder.
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
    """What the reference set suggests, and whether labels can be measured on it at all."""

    suggested: tuple[SuggestedRange, ...]
    tells: bool


@dataclass(frozen=True, slots=True)
class EffectsRequest:
    """Ask what a policy does to the images, and the one beside it."""

    policy: Policy
    beside: Policy | None


@dataclass(frozen=True, slots=True)
class Effects:
    """The answer, with levels (2, 3, bins) as `effects.levels` has them."""

    effect: Effect
    beside: Effect | None
    levels: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LintRequest:
    """Ask for the findings about a policy, alone and beside another."""

    policy: Policy
    beside: Policy | None


@dataclass(frozen=True, slots=True)
class LabelChangeRequest:
    """Ask what one part of a policy, as `label_safety.parts` names it, does to labels."""

    name: str
    part: Policy


Given = MeasuredImages | ReferenceSet
Question = RangesRequest | EffectsRequest | LintRequest | LabelChangeRequest
Answer = Ranges | Effects | tuple[Advice, ...] | LabelChange


def run(parent: Parent) -> None:
    """Be the child: take images and answer questions until the parent is gone."""
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
