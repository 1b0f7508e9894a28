"""Read keras.layers as parts of a policy.

Source: measured with Keras 3.15.1. Where a layer uses another formula (saturation, hue, shear), the
closest of ours is used, and `to_code` notes that on the way back.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from inspector.augmentation.policy_json import (
    Fill,
    Normalisation,
    Policy,
    Range,
    Shift,
    ShiftKind,
)
from inspector.errors import UsageError

# Positional arguments; others are ignored, since they change no range.
LAYERS: Final[dict[str, tuple[str, ...]]] = {
    "RandomRotation": ("factor", "fill_mode", "interpolation", "seed", "fill_value"),
    "RandomTranslation": ("height_factor", "width_factor", "fill_mode"),
    "RandomZoom": ("height_factor", "width_factor", "fill_mode"),
    "RandomFlip": ("mode", "seed"),
    "RandomBrightness": ("factor", "value_range"),
    "RandomContrast": ("factor", "value_range"),
    "RandomSaturation": ("factor", "value_range"),
    "RandomHue": ("factor", "value_range"),
    "RandomShear": ("x_factor", "y_factor"),
    "RandomGaussianBlur": ("factor", "kernel_size", "sigma"),
    "RandomErasing": ("factor", "scale", "fill_value"),
    "Rescaling": ("scale", "offset"),
    "Identity": (),
}
"""Every layer that is read, with its argument names in order."""

_PASSED_OVER: Final = ("seed", "name", "interpolation", "data_format", "dtype", "value_range")

Call = tuple[str, list[Any], dict[str, Any]]


def read_layers(calls: Sequence[Call]) -> Policy:
    """Return the policy of a stack of layers.

    Args:
        calls: Per layer: name, positional and keyword arguments.

    Raises:
        UsageError: A layer occurs twice, has an invalid value, or has one that a policy can't
            express.
    """
    policy = Policy.none()
    seen: set[str] = set()
    for name, unnamed, named in calls:
        if name in seen:
            raise UsageError(f"{name} comes twice", "A policy has one range for each effect.")
        seen.add(name)
        arguments = _arguments(name, unnamed, named)
        fill = _fill(name, arguments)
        if fill is not None:
            policy = replace(policy, **fill)
        policy = _READERS[name](policy, arguments)
    return policy


def _arguments(name: str, unnamed: list[Any], named: dict[str, Any]) -> dict[str, Any]:
    if len(unnamed) > len(LAYERS[name]):
        raise UsageError(f"{name} has too many arguments", "Give them by name.")
    arguments = dict(zip(LAYERS[name], unnamed, strict=False))
    known = {*LAYERS[name], *_PASSED_OVER, "fill_mode", "fill_value"}
    for key, value in named.items():
        if key not in known:
            raise UsageError(
                f"{name} has no argument {key[:40]}", f"Known are: {', '.join(LAYERS[name])}."
            )
        if key in arguments:
            raise UsageError(f"{key} of {name} is given twice", "Keep one of the two.")
        arguments[key] = value
    return arguments


def _fill(name: str, arguments: dict[str, Any]) -> dict[str, Any] | None:
    if name not in ("RandomRotation", "RandomTranslation", "RandomZoom", "RandomShear"):
        return None
    mode = arguments.get("fill_mode", "reflect")
    if mode not in [f.value for f in Fill]:
        raise UsageError(f"{name} has an unknown fill_mode", "Give nearest, reflect or constant.")
    value = arguments.get("fill_value", 0.0)
    return {"fill": Fill(mode), "cval": _number(name, value)}


def _rotation(policy: Policy, arguments: dict[str, Any]) -> Policy:
    return replace(policy, rotation_degrees=360 * _half("RandomRotation", arguments.get("factor")))


def _translation(policy: Policy, arguments: dict[str, Any]) -> Policy:
    halves = [
        _half("RandomTranslation", arguments.get(k)) for k in ("width_factor", "height_factor")
    ]
    if max(halves) >= 1:
        raise UsageError(
            "RandomTranslation moves by the whole side or more", "Give a factor under 1."
        )
    width, height = (Shift(ShiftKind.FRACTION, h) for h in halves)
    return replace(policy, width_shift=width, height_shift=height)


def _zoom(policy: Policy, arguments: dict[str, Any]) -> Policy:
    low, high = _ends("RandomZoom", arguments.get("height_factor"))
    width = arguments.get("width_factor")
    if width is not None and _ends("RandomZoom", width) != (low, high):
        raise UsageError(
            "RandomZoom has another range for the width than for the height",
            "A policy has one range for both axes.",
        )
    zoom = Range(1 + low, 1 + high)
    return replace(policy, zoom=zoom, zoom_independent=width is not None)


def _flip(policy: Policy, arguments: dict[str, Any]) -> Policy:
    mode = arguments.get("mode", "horizontal_and_vertical")
    if mode not in ("horizontal", "vertical", "horizontal_and_vertical"):
        raise UsageError("RandomFlip has an unknown mode", "Give horizontal or vertical.")
    if "horizontal" in mode:
        policy = replace(policy, horizontal_flip=0.5)
    return replace(policy, vertical_flip=0.5) if "vertical" in mode else policy


def _brightness(policy: Policy, arguments: dict[str, Any]) -> Policy:
    half = _half("RandomBrightness", arguments.get("factor"))
    return replace(policy, channel_shift_levels=255 * half)


def _contrast(policy: Policy, arguments: dict[str, Any]) -> Policy:
    factor = arguments.get("factor")
    if isinstance(factor, list):
        # Keras sorts the two, whatever their order was meant to say.
        below, above = _ends("RandomContrast", factor)
    else:
        below = above = _number("RandomContrast", factor)
    return replace(policy, contrast=Range(1 - below, 1 + above))


def _saturation(policy: Policy, arguments: dict[str, Any]) -> Policy:
    factor = arguments.get("factor")
    if not isinstance(factor, list):
        # Keras samples from 0 to a single factor: only towards grey if it is below 0.5.
        factor = [0.0, factor]
    low, high = (_number("RandomSaturation", f) for f in _two("RandomSaturation", factor))
    if not (0 <= low <= high <= 10 / 11):
        raise UsageError(
            "RandomSaturation's factor is too near to 1, which means without end",
            "Give one such as (0.4, 0.6), where 0.5 changes nothing.",
        )
    return replace(policy, saturation=Range(low / (1 - low), high / (1 - high)))


def _hue(policy: Policy, arguments: dict[str, Any]) -> Policy:
    factor = arguments.get("factor")
    ends = _two("RandomHue", factor) if isinstance(factor, list) else [0, factor]
    return replace(policy, hue_degrees=180 * max(_number("RandomHue", e) for e in ends))


def _shear(policy: Policy, arguments: dict[str, Any]) -> Policy:
    if any(_ends("RandomShear", arguments.get("y_factor", 0.0))):
        raise UsageError("RandomShear slants up and down", "A policy slants sideways only.")
    factor = max(abs(e) for e in _ends("RandomShear", arguments.get("x_factor", 0.0)))
    if factor > 1:
        raise UsageError("RandomShear's factor is over 1", "Give a factor of 0 to 1.")
    return replace(policy, shear_degrees=math.degrees(math.asin(factor)))


def _blur(policy: Policy, arguments: dict[str, Any]) -> Policy:
    sigma = arguments.get("sigma", 1.0)
    ends = _two("RandomGaussianBlur", sigma) if isinstance(sigma, list) else [sigma]
    return replace(policy, blur_px=max(_number("RandomGaussianBlur", e) for e in ends))


def _erasing(policy: Policy, arguments: dict[str, Any]) -> Policy:
    factor, scale = arguments.get("factor", 1.0), arguments.get("scale", [0.02, 0.33])
    # Keras samples the probability too, from 0 to a single factor.
    odds = _two("RandomErasing", factor) if isinstance(factor, list) else [0.0, factor]
    factor = sum(_number("RandomErasing", f) for f in odds) / 2
    ends = _two("RandomErasing", scale) if isinstance(scale, list) else [scale]
    return replace(
        policy,
        erasing_probability=factor,
        erasing_area=max(_number("RandomErasing", e) for e in ends),
    )


def _rescaling(policy: Policy, arguments: dict[str, Any]) -> Policy:
    if arguments.get("offset", 0) != 0:
        raise UsageError(
            "Rescaling has an offset, for which a policy has no place",
            "Keep that layer in the model, and leave it out here.",
        )
    scale = _number("Rescaling", arguments.get("scale"))
    return replace(policy, normalisation=Normalisation(rescale=scale))


def _ends(name: str, value: Any) -> tuple[float, float]:
    """Return the ends of a factor; a number reaches as far below 0 as above."""
    if isinstance(value, list):
        low, high = sorted(_number(name, v) for v in _two(name, value))
        return low, high
    half = abs(_number(name, value))
    return -half, half


def _half(name: str, value: Any) -> float:
    low, high = _ends(name, value)
    if low != -high:
        raise UsageError(
            f"{name} has a range that is not as far below 0 as above",
            "A policy draws both directions alike: give one number.",
        )
    return high


def _two(name: str, value: list[Any]) -> list[Any]:
    if len(value) != 2:
        raise UsageError(f"{name} has a list that is not of two numbers", "Give (low, high).")
    return value


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UsageError(f"{name} has no number where one is needed", f"Give {name}(0.1), say.")
    return float(value)


_READERS: Final[dict[str, Callable[[Policy, dict[str, Any]], Policy]]] = {
    "RandomRotation": _rotation,
    "RandomTranslation": _translation,
    "RandomZoom": _zoom,
    "RandomFlip": _flip,
    "RandomBrightness": _brightness,
    "RandomContrast": _contrast,
    "RandomSaturation": _saturation,
    "RandomHue": _hue,
    "RandomShear": _shear,
    "RandomGaussianBlur": _blur,
    "RandomErasing": _erasing,
    "Rescaling": _rescaling,
    "Identity": lambda policy, _: policy,
}
