"""Policies as JSON: ImageDataGenerator's parameter names, or our richer form.

The richer form has the key "policy" with its version, and one key per field of `Policy`.
"""

import difflib
import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final, TypeVar

from inspector.augmentation.policy import DEVIATIONS as DEVIATIONS
from inspector.augmentation.policy import LIMITS as LIMITS
from inspector.augmentation.policy import MAX_SHIFT_PX as MAX_SHIFT_PX
from inspector.augmentation.policy import Distribution as Distribution
from inspector.augmentation.policy import Fill as Fill
from inspector.augmentation.policy import Limit as Limit
from inspector.augmentation.policy import Normalisation as Normalisation
from inspector.augmentation.policy import Policy as Policy
from inspector.augmentation.policy import Range as Range
from inspector.augmentation.policy import Shift as Shift
from inspector.augmentation.policy import ShiftKind as ShiftKind
from inspector.errors import UsageError
from inspector.input_files import decode_json

VERSION = 1

_Option = TypeVar("_Option", Fill, Distribution, ShiftKind)

_FLIPS: Final = ("horizontal_flip", "vertical_flip")
_SHIFTS: Final = {"width_shift_range": "width_shift", "height_shift_range": "height_shift"}
_NUMBERS: Final = {
    "rotation_range": "rotation_degrees",
    "shear_range": "shear_degrees",
    "channel_shift_range": "channel_shift_levels",
    "cval": "cval",
}
_NORMALISERS: Final = {
    "samplewise_center": "samplewise_center",
    "samplewise_std_normalization": "samplewise_std",
    "featurewise_center": "featurewise_center",
    "featurewise_std_normalization": "featurewise_std",
    "zca_whitening": "zca",
}
# No part of an augmentation: validation_split is a split rule, the others are defaults.
_PASSED_OVER: Final = ("validation_split", "dtype", "zca_epsilon", "data_format")
_FIXED: Final = {"interpolation_order": 1, "preprocessing_function": None}

IDG_NAMES: Final = (
    *_NUMBERS,
    *_SHIFTS,
    *_FLIPS,
    *_NORMALISERS,
    "zoom_range",
    "brightness_range",
    "fill_mode",
    "rescale",
    *_PASSED_OVER,
    *_FIXED,
)
"""Every parameter of keras 3's ImageDataGenerator."""


def read_policy(source: str | Mapping[str, Any]) -> Policy:
    """Return the policy in JSON text, or in an object decoded from it.

    Raises:
        UsageError: It is no policy; the message names the first error.
    """
    document = _parse(source) if isinstance(source, str) else dict(source)
    return _read_rich(document) if "policy" in document else read_idg(document)


def write_policy(policy: Policy) -> dict[str, Any]:
    """Return the richer form, ready for JSON; `read_policy` restores an equal policy."""
    return {"policy": VERSION} | {f.name: _plain(getattr(policy, f.name)) for f in fields(policy)}


def read_idg(parameters: Mapping[str, Any]) -> Policy:
    """Return the policy of ImageDataGenerator with these keyword arguments.

    Raises:
        UsageError: A name is unknown, or ImageDataGenerator does not accept a value.
    """
    values: dict[str, Any] = {}
    flags: dict[str, bool] = {}
    for name, value in parameters.items():
        if name not in IDG_NAMES:
            raise _unknown(name, IDG_NAMES, "ImageDataGenerator's parameters")
        if name in _PASSED_OVER:
            continue
        if name in _NORMALISERS:
            flags[_NORMALISERS[name]] = _flag(name, value)
        elif name in _NUMBERS:
            values[_NUMBERS[name]] = _number(name, value)
        elif name in _SHIFTS:
            values[_SHIFTS[name]] = read_shift(name, value)
        elif name in _FLIPS:
            values[name] = 0.5 if _flag(name, value) else 0.0
        else:
            values |= _read_other(name, value)
    rescale = values.pop("rescale", None)
    return Policy(**values, normalisation=Normalisation(rescale=rescale, **_implied(flags)))


def _read_other(name: str, value: Any) -> dict[str, Any]:
    match name:
        case "zoom_range":
            return {"zoom": _zoom(value)}
        case "brightness_range":
            return {} if value is None else {"brightness": _pair(name, value)}
        case "fill_mode":
            return {"fill": _option(name, value, Fill)}
        case "rescale":
            # Keras tests `if self.rescale`, so 0 means none.
            return {"rescale": None if value is None else _number(name, value) or None}
        case _:
            if value != _FIXED[name]:
                raise UsageError(
                    f"{name} can't be a part of a policy",
                    f"Leave {name} out: a policy is numbers only, and images are sampled "
                    "between pixels.",
                )
            return {}


def _implied(flags: dict[str, bool]) -> dict[str, bool]:
    """Add what ImageDataGenerator switches on or off by itself, with a warning."""
    if flags.get("zca"):
        flags |= {"featurewise_center": True, "featurewise_std": False}
    if flags.get("featurewise_std"):
        flags["featurewise_center"] = True
    if flags.get("samplewise_std"):
        flags["samplewise_center"] = True
    return flags


def read_shift(name: str, value: Any) -> Shift:
    """Return the shift that ImageDataGenerator reads from `value`.

    Raises:
        UsageError: It is neither a non-negative number nor a list of numbers.
    """
    if isinstance(value, list | tuple):
        if not value:
            raise UsageError(f"{name} is an empty list", "Give the list of shifts to choose from.")
        choices = tuple(_number(name, v) for v in value)
        if max(choices) < 1 and min(choices) <= -1:
            raise UsageError(
                f"{name} has {min(choices):g} among fractions, which is more than the whole side",
                "The sign is random anyway: give positive numbers.",
            )
        return Shift(ShiftKind.CHOICES, choices)
    number = _number(name, value)
    if not 0 <= number <= MAX_SHIFT_PX:
        raise UsageError(
            f"{name} is {value!r}, but it must be 0 to {MAX_SHIFT_PX}",
            "Give a fraction of the side under 1, or pixels; both directions are drawn anyway.",
        )
    if isinstance(value, int):
        return Shift(ShiftKind.STEPS, value) if value else Shift()
    return Shift(ShiftKind.FRACTION if number < 1 else ShiftKind.PIXELS, number)


def _zoom(value: Any) -> Range:
    if isinstance(value, list | tuple):
        return _pair("zoom_range", value)
    half = _number("zoom_range", value)
    return Range(1 - half, 1 + half)


def _read_rich(document: dict[str, Any]) -> Policy:
    version = document.pop("policy")
    if version is True or version != VERSION:
        raise UsageError(
            f"this policy has version {version!r}, and this program reads version {VERSION}",
            "Open it with a newer Dataset Inspector, or write it again.",
        )
    defaults = Policy.none()
    names = [f.name for f in fields(Policy)]
    values: dict[str, Any] = {}
    for name, value in document.items():
        if name not in names:
            raise _unknown(name, names, "a policy's fields")
        values[name] = _field(name, value, getattr(defaults, name))
    return Policy(**values)


def _field(name: str, value: Any, default: object) -> object:
    match default:
        case bool():
            return _flag(name, value)
        case Shift():
            return _read_rich_shift(name, value)
        case Range():
            return _pair(name, value)
        case Fill():
            return _option(name, value, Fill)
        case Distribution():
            return _option(name, value, Distribution)
        case Normalisation():
            return _read_normalisation(value)
        case _:
            return _number(name, value)


def _read_rich_shift(name: str, value: Any) -> Shift:
    if not isinstance(value, Mapping) or set(value) != {"kind", "value"}:
        raise UsageError(
            f"{name} is {_short(value)}, but it must have a kind and a value",
            'Write {"kind": "fraction", "value": 0.1}.',
        )
    kind = _option(f"{name}'s kind", value["kind"], ShiftKind)
    amount = value["value"]
    if isinstance(amount, list | tuple):
        return Shift(kind, tuple(_number(name, v) for v in amount))
    number = _number(name, amount)
    return Shift(kind, amount if kind is ShiftKind.STEPS else number)


def _read_normalisation(value: Any) -> Normalisation:
    if not isinstance(value, Mapping):
        raise UsageError(
            f"normalisation is {_short(value)}, but it must be an object",
            'Write {"rescale": 0.00392156862745098}.',
        )
    names = [f.name for f in fields(Normalisation)]
    values: dict[str, Any] = {}
    for name, entry in value.items():
        if name not in names:
            raise _unknown(name, names, "normalisation's fields")
        if name != "rescale":
            values[name] = _flag(name, entry)
        elif entry is not None:
            values[name] = _number(name, entry)
    return Normalisation(**values)


def _plain(value: Any) -> Any:
    match value:
        case Shift(kind=kind, value=amount):
            plain = list(amount) if isinstance(amount, tuple) else amount
            return {"kind": kind.value, "value": plain}
        case Range(low=low, high=high):
            return [low, high]
        case Fill() | Distribution():
            return value.value
        case Normalisation():
            return {f.name: getattr(value, f.name) for f in fields(value)}
        case _:
            return value


def _parse(text: str) -> dict[str, Any]:
    document = decode_json(text, object, where="this", error_type=UsageError)
    if not isinstance(document, dict):
        raise UsageError(
            f"a policy is a JSON object, and this is {_short(document)}",
            'Write an object such as {"rotation_range": 20}.',
        )
    return document


def _unknown(name: object, known: "tuple[str, ...] | list[str]", where: str) -> UsageError:
    near = difflib.get_close_matches(str(name), known, n=1, cutoff=0.5)
    advice = f"Did you mean {near[0]}?" if near else f"Known are: {', '.join(sorted(known))}."
    return UsageError(f"{_short(name)} is none of {where}", advice)


def _number(name: str, value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if math.isfinite(number):
            return number
    raise UsageError(f"{name} is {_short(value)}, but it must be a number", "Give a plain number.")


def _flag(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise UsageError(
        f"{name} is {_short(value)}, but it must be true or false", "Give true or false."
    )


def _pair(name: str, value: Any) -> Range:
    if isinstance(value, list | tuple) and len(value) == 2:
        return Range(_number(name, value[0]), _number(name, value[1]))
    raise UsageError(
        f"{name} is {_short(value)}, but it must be two numbers", f"Give {name} as [low, high]."
    )


def _option(name: str, value: Any, options: type[_Option]) -> _Option:
    known = [str(o.value) for o in options]
    if value in known:
        return options(value)
    near = difflib.get_close_matches(str(value), known, n=1)
    advice = f"Did you mean {near[0]}?" if near else f"Give one of: {', '.join(known)}."
    raise UsageError(f"{name} is {_short(value)}, which is not known", advice)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
