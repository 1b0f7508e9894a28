"""A policy as code: for ImageDataGenerator, for keras.layers, as a function, as JSON.

What the target can't do is noted in a comment, not imitated.
"""

import json
from typing import Literal, assert_never

from inspector.augmentation.dialect_function import to_function
from inspector.augmentation.dialect_layers import to_layers
from inspector.augmentation.keras_versions import swaps_axes
from inspector.augmentation.policy_json import (
    Distribution,
    Fill,
    Policy,
    Range,
    Shift,
    ShiftKind,
    write_policy,
)

Target = Literal["idg", "layers", "function", "json"]


def to_code(policy: Policy, target: Target, keras_version: str = "3") -> str:
    """Return code for a policy, ending in a line feed.

    Args:
        policy: The policy.
        target: "idg" for ImageDataGenerator, "layers" for keras.layers, "function" for a numpy and
            cv2 function with exactly the pixels of `augment`, "json" for the richer form.
        keras_version: Version that will run the code: since 2.9 ImageDataGenerator swaps the axes
            of its shifts, so they are written swapped.

    Raises:
        UsageError: `keras_version` is no version.
    """
    swapped = swaps_axes(keras_version)
    match target:
        case "idg":
            return _to_generator(policy, keras_version, swapped=swapped)
        case "layers":
            return to_layers(policy)
        case "function":
            return to_function(policy)
        case "json":
            return json.dumps(write_policy(policy), indent=2) + "\n"
        case _:
            assert_never(target)


def _to_generator(policy: Policy, keras_version: str, *, swapped: bool) -> str:
    notes = [*_axis_notes(policy, keras_version, swapped=swapped), *_generator_notes(policy)]
    arguments = _geometry(policy, swapped=swapped) | _light(policy) | _normalisation(policy)
    lines = [
        "from tensorflow.keras.preprocessing.image import ImageDataGenerator",
        "",
        *(f"# {note}" for note in notes),
        "generator = ImageDataGenerator(",
        *(f"    {name}={value!r}," for name, value in arguments.items()),
        ")",
    ]
    return "\n".join(lines) + "\n"


def _geometry(policy: Policy, *, swapped: bool) -> dict[str, object]:
    arguments: dict[str, object] = {}
    if policy.rotation_degrees:
        arguments["rotation_range"] = policy.rotation_degrees
    across, along = policy.width_shift, policy.height_shift
    if swapped:
        across, along = along, across
    arguments |= {"width_shift_range": _amount(across)} if across != Shift() else {}
    arguments |= {"height_shift_range": _amount(along)} if along != Shift() else {}
    if policy.shear_degrees:
        arguments["shear_range"] = policy.shear_degrees
    if not policy.zoom.is_only(1):
        arguments["zoom_range"] = _zoom(policy.zoom)
    for name, probability in _flips(policy).items():
        if probability:
            arguments[name] = True
    if policy.fill is not Fill.NEAREST:
        arguments["fill_mode"] = policy.fill.value
    if policy.cval:
        arguments["cval"] = policy.cval
    return arguments


def _light(policy: Policy) -> dict[str, object]:
    arguments: dict[str, object] = {}
    if policy.channel_shift_levels:
        arguments["channel_shift_range"] = policy.channel_shift_levels
    if not policy.brightness.is_only(1):
        arguments["brightness_range"] = [policy.brightness.low, policy.brightness.high]
    return arguments


def _normalisation(policy: Policy) -> dict[str, object]:
    normalisation = policy.normalisation
    flags = {
        "samplewise_center": normalisation.samplewise_center,
        "samplewise_std_normalization": normalisation.samplewise_std,
        "featurewise_center": normalisation.featurewise_center,
        "featurewise_std_normalization": normalisation.featurewise_std,
        "zca_whitening": normalisation.zca,
    }
    arguments: dict[str, object] = {name: True for name, flag in flags.items() if flag}
    return (
        arguments
        if normalisation.rescale is None
        else {"rescale": normalisation.rescale, **arguments}
    )


def _zoom(zoom: Range) -> float | list[float]:
    half = round(zoom.high - 1, 12)
    return half if Range(1 - half, 1 + half) == zoom else [zoom.low, zoom.high]


def _amount(shift: Shift) -> object:
    return list(shift.value) if isinstance(shift.value, tuple) else shift.value


def _flips(policy: Policy) -> dict[str, float]:
    return {"horizontal_flip": policy.horizontal_flip, "vertical_flip": policy.vertical_flip}


def _axis_notes(policy: Policy, keras_version: str, *, swapped: bool) -> list[str]:
    if not swapped or policy.width_shift == policy.height_shift:
        return []
    notes = [
        f"Keras {keras_version} moves sideways by height_shift_range and up or down by",
        "width_shift_range (keras#17398), so the two are exchanged here on purpose.",
    ]
    if any(
        s.kind is ShiftKind.FRACTION and s.value for s in (policy.width_shift, policy.height_shift)
    ):
        notes.append("Its fractions are then of the other side: exact on square images only.")
    return notes


def _generator_notes(policy: Policy) -> list[str]:
    notes = []
    if policy.distribution is not Distribution.UNIFORM:
        notes.append("ImageDataGenerator draws uniformly; the policy is truncated normal.")
    if not policy.zoom_independent and not policy.zoom.is_only(1):
        notes.append("ImageDataGenerator zooms each axis by itself; the policy keeps shapes.")
    for name, probability in _flips(policy).items():
        if probability not in (0, 0.5):
            notes.append(f"{name} has probability 0.5 here; the policy has {probability:g}.")
    normalisation = policy.normalisation
    if normalisation.featurewise_center or normalisation.featurewise_std or normalisation.zca:
        notes.append("Call generator.fit(training_images) first, or nothing is normalised.")
    if normalisation.samplewise_std and not normalisation.samplewise_center:
        notes.append("ImageDataGenerator switches samplewise_center on as well.")
    if normalisation.featurewise_std and not normalisation.featurewise_center:
        notes.append("ImageDataGenerator switches featurewise_center on as well.")
    return [*notes, *(f"Not in ImageDataGenerator: {what}." for what in _beyond(policy))]


def _beyond(policy: Policy) -> list[str]:
    """Return, as text, what only our own function can do."""
    notes = []
    for name in ("contrast", "saturation"):
        ends: Range = getattr(policy, name)
        if not ends.is_only(1):
            notes.append(f"{name} factor {ends.low:g} to {ends.high:g}")
    if policy.hue_degrees:
        notes.append(f"hue of {policy.hue_degrees:g} degrees")
    if policy.blur_px:
        notes.append(f"blur of up to {policy.blur_px:g} px")
    if policy.noise_levels:
        notes.append(f"noise of up to {policy.noise_levels:g} grey levels")
    if not policy.jpeg_quality.is_only(100):
        ends = policy.jpeg_quality
        notes.append(f"JPEG quality {ends.low:g} to {ends.high:g}")
    if policy.erasing_probability and policy.erasing_area:
        notes.append(f"erasing of up to {policy.erasing_area:g} of the area")
    if policy.crop_area < 1:
        notes.append(f"cutting out {policy.crop_area:g} or more of the area")
    return notes
