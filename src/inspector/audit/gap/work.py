"""State of one diagnosis while its stages run."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inspector.audit import conditions, verdict_text
from inspector.audit import decision_rules as rules
from inspector.audit.conditions import Study
from inspector.audit.diagnosis import (
    NO_ARM,
    BaselineResult,
    Component,
    Condition,
    Diagnosis,
    DomainAuc,
    LeakageAtSimilarity,
    Property,
    Question,
)
from inspector.audit.hidden_groups import HiddenGroups
from inspector.audit.intervals import class_weighted

Doubles = NDArray[np.float64]


Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Trained:
    """Real trainings that take the place of baseline models.

    Attributes:
        learn: Trains on the given rows.
        upto: Number of seeds trained so far.
        quick: Diagnosis by baseline models. Its placebos and domain classifier stand in, since both
            would take hundreds of trainings.
    """

    learn: conditions.Learn
    upto: int
    quick: Diagnosis


@dataclass(slots=True)
class GapWork:
    """Intermediate results of a diagnosis; only the stages of `diagnose` write to it.

    Attributes:
        setting: The study that all models share.
        residual: Pairs that look alike though no known group explains them.
        clean: Rows of the folder whose group is not in training.
        same: Leakage measured on the same images, seen and unseen.
        curve: Leakage at falling similarity levels.
    """

    question: Question
    setting: Study
    residual: HiddenGroups
    limits: rules.Limits
    clean: Ints
    terms: dict[str, Component]
    arms: dict[str, Condition]
    notes: verdict_text.Notes
    domain: DomainAuc
    models: tuple[BaselineResult, ...] = ()
    properties: tuple[Property, ...] = ()
    trained: Trained | None = None
    same: Component | None = None
    curve: tuple[LeakageAtSimilarity, ...] = ()


def condition_of(values: Doubles, labels: Ints, weights: Doubles) -> Condition:
    """Return a condition from hit rates (models, images), with classes weighted."""
    if values.shape[1] == 0:
        return NO_ARM
    each = [class_weighted(row, labels, weights)[0] for row in values]
    spread = float(np.std(each, ddof=1)) if len(each) > 1 else None
    return Condition(float(np.mean(each)), spread, values.shape[1])


def shared_weights(work: GapWork) -> Doubles:
    """Return the training folder's class shares over the classes that the folder has too."""
    weights = work.setting.weights()
    there = np.bincount(work.setting.labels[work.clean], minlength=len(weights)) > 0
    weights = np.where(there, weights, 0.0)
    total = weights.sum()
    return np.asarray(weights / total if total > 0 else work.setting.weights())
