"""Advice on a policy: likely mistakes, and how much each changes the images.

If several rules concern one parameter, the most severe is reported.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.augmentation.apply import augment, normalise
from inspector.augmentation.lint_finding import (
    NAMES,
    NORMALISERS,
    LintContext,
    LintFinding,
    Severity,
)
from inspector.augmentation.policy_effects import (
    Effect,
    active,
    alone,
    chosen,
    mean_difference,
    measure,
)
from inspector.augmentation.policy_json import Policy, read_idg, read_policy, write_policy
from inspector.augmentation.value_rules import RULES

# Source: for example 2 of the article (sensible) and example 1 (too strong: validation accuracy of
# digits falls from 0.893 to 0.219), the mean change is 0.48 and 0.72 of that between two images.
MAX_DIFFERENCE_FRACTION = 0.7
MAX_PADDED = 0.25
MAX_CLIPPED = 0.2
NOTHING_BELOW = 0.5
"""Mean change in grey levels below which an effect is negligible."""

FLAT_BELOW = 8.0
"""Mean standard deviation of images in grey levels below which a small effect is no finding."""

_GRAVITY: Final[dict[Severity, int]] = {"error": 0, "warning": 1, "hint": 2}
_SMALL_PX = 16


@dataclass(frozen=True, slots=True)
class Advice:
    """One finding about one parameter.

    Attributes:
        rule: Name of the rule, as in the guide.
        parameter: ImageDataGenerator's name if it has one, else our field.
        severity: "error", "warning" or "hint".
        message: Parameter, unit, effect and the value probably meant.
        measured: Measured on the given images with this parameter alone: the fields of `Effect`,
            and more for some rules; {} without images.
        suggestion: Parameters and their new values, for `follow`; None without a value.
    """

    rule: str
    parameter: str
    severity: Severity
    message: str
    measured: dict[str, float]
    suggestion: dict[str, Any] | None


def lint(
    policy: Policy,
    *,
    keras_version: str | None = None,
    pictures: Sequence[NDArray[np.uint8]] = (),
    input_max: float = 255.0,
    sizes: Sequence[tuple[int, int]] = (),
) -> list[Advice]:
    """Return the findings, at most one per parameter, most severe first.

    Args:
        policy: The policy.
        keras_version: Version that will run it, such as "3.15"; None for our own function.
        pictures: RGB (h, w, 3), uint8, at training size; a few suffice.
        input_max: Largest value before augmentation: 255, or 1 if rescaled before.
        sizes: (height, width) at training size, where there are no images.

    Raises:
        UsageError: `keras_version` is no version.
    """
    seen = tuple(sorted({(p.shape[0], p.shape[1]) for p in pictures})) or tuple(sizes)
    setting = LintContext(keras_version=keras_version, sizes=seen, input_max=input_max)
    points = [point for rule in RULES for point in rule(policy, setting)]
    acting = active(policy) if pictures else []
    effects = {name: measure(alone(policy, name), pictures) for name in acting}
    points += _by_measure(policy, pictures, effects)
    gravest: dict[str, LintFinding] = {}
    for point in points:
        known = gravest.get(point.field)
        if known is None or _GRAVITY[point.severity] < _GRAVITY[known.severity]:
            gravest[point.field] = point
    told = sorted(gravest.values(), key=lambda p: _GRAVITY[p.severity])
    return [_advise(policy, point, effects, pictures) for point in told]


def follow(policy: Policy, suggestion: Mapping[str, Any]) -> Policy:
    """Return the policy with the parameters of a suggestion set.

    Raises:
        UsageError: A parameter or its value is invalid.
    """
    fields = {name: field for field, name in NAMES.items()}
    flags = {name: field for field, name in NORMALISERS.items()}
    for name, value in suggestion.items():
        if name in flags:
            normalisation = replace(policy.normalisation, **{flags[name]: value})
            policy = replace(policy, normalisation=normalisation)
        elif name in fields and not hasattr(policy, name):
            field = fields[name]
            policy = replace(policy, **{field: getattr(read_idg({name: value}), field)})
        else:
            policy = read_policy({**write_policy(policy), name: value})
    return policy


def _advise(
    policy: Policy,
    point: LintFinding,
    effects: Mapping[str, Effect],
    pictures: Sequence[NDArray[np.uint8]],
) -> Advice:
    measured: dict[str, float] = {}
    message = point.message
    effect = effects.get(point.field)
    if effect is not None:
        measured = asdict(effect)
        message += _in_words(effect)
    if effect is not None and point.rule == "cancelled-by-normalisation":
        measured["correlation"] = _correlation(policy, point.field, pictures)
        message += f" Once normalised, they correlate with the plain ones by {_last(measured):.5f}."
    name = NAMES.get(point.field, NORMALISERS.get(point.field, point.field))
    return Advice(point.rule, name, point.severity, message, measured, point.suggestion)


def _last(measured: Mapping[str, float]) -> float:
    return list(measured.values())[-1]


def _in_words(effect: Effect) -> str:
    digits = 0 if effect.mean_change >= 10 else 1
    levels = f"{effect.mean_change:.{digits}f}"
    if effect.mean_change < 0.1:
        levels = "less than 0.1"
    words = f" On your images it changes {levels} grey levels on average"
    if effect.padded_share >= 0.005:
        words += f", {effect.padded_share:.0%} of the pixels are padded"
    if effect.still_share >= 0.005:
        words += f", {effect.still_share:.0%} of the draws change next to nothing"
    return words + "."


def _by_measure(
    policy: Policy, pictures: Sequence[NDArray[np.uint8]], effects: Mapping[str, Effect]
) -> list[LintFinding]:
    if not effects:
        return []
    points = [p for name, effect in effects.items() for p in _too_much(name, effect)]
    if np.mean([picture.std() for picture in chosen(pictures)]) >= FLAT_BELOW:
        points += [p for name, effect in effects.items() for p in _too_little(name, effect)]
    return points + _unlike_itself(policy, pictures, effects)


def _too_little(field: str, effect: Effect) -> list[LintFinding]:
    # Flipping a symmetric image is no mistake.
    if effect.mean_change >= NOTHING_BELOW or field.endswith("_flip"):
        return []
    message = f"{NAMES.get(field, field)} is too little to be seen."
    return [LintFinding("too-little", field, "hint", message)]


def _too_much(field: str, effect: Effect) -> list[LintFinding]:
    name = NAMES.get(field, field)
    if effect.padded_share > MAX_PADDED:
        message = (
            f"{name} takes so much out of the image that fill_mode invents a good part of what "
            "training sees."
        )
        return [LintFinding("too-much-invented", field, "warning", message)]
    if effect.clipped_share > MAX_CLIPPED:
        message = f"{name} drives {effect.clipped_share:.0%} of the values to black or white."
        return [LintFinding("too-much-clipped", field, "warning", message)]
    return []


def _unlike_itself(
    policy: Policy, pictures: Sequence[NDArray[np.uint8]], effects: Mapping[str, Effect]
) -> list[LintFinding]:
    """Compare the change with the difference between two images, at full size and at 16x16 px."""
    few = [p for p in chosen(pictures) if p.shape == pictures[0].shape]
    if len(few) < 4:
        return []
    shares = []
    for side in (None, _SMALL_PX):
        plain = [_reduce(p, side) for p in few]
        between = np.mean([mean_difference(a, plain[i - 1]) for i, a in enumerate(plain)])
        if between == 0:
            return []
        within = [
            mean_difference(_reduce(_once(p, policy, i, epoch), side), plain[i])
            for i, p in enumerate(few)
            for epoch in range(4)
        ]
        shares.append(float(np.mean(within) / between))
    if min(shares) < MAX_DIFFERENCE_FRACTION:
        return []
    field = max(effects, key=lambda name: effects[name].mean_change)
    message = (
        f"All in all images change by {min(shares):.0%} of what two different images differ "
        f"by, which is more than a label usually survives; {NAMES.get(field, field)} changes most."
    )
    return [LintFinding("too-much-change", field, "hint", message)]


def _once(picture: NDArray[np.uint8], policy: Policy, index: int, epoch: int) -> NDArray[np.uint8]:
    return augment(picture, policy, seed=0, epoch=epoch, image_id=str(index))


def _reduce(picture: NDArray[np.uint8], side: int | None) -> NDArray[np.uint8]:
    if side is None:
        return picture
    small = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def _correlation(policy: Policy, field: str, pictures: Sequence[NDArray[np.uint8]]) -> float:
    """Return the mean correlation of normalised images with and without an effect, -1..1."""
    normalisation = replace(policy.normalisation, featurewise_center=False, featurewise_std=False)
    only = alone(policy, field)
    correlations = []
    for index, picture in enumerate(chosen(pictures)):
        pair = np.stack([picture, _once(picture, only, index, 0)]).astype(np.float32)
        plain, changed = normalise(pair, normalisation).reshape(2, -1).astype(np.float64)
        if plain.std() and changed.std():
            correlations.append(float(np.corrcoef(plain, changed)[0, 1]))
    return float(np.mean(correlations)) if correlations else 1.0
