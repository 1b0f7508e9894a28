"""Transforms of torchvision and Albumentations as parts of a policy, where they match."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from inspector.augmentation.policy import Fill, Normalisation, Policy, Range, Shift, ShiftKind
from inspector.errors import UsageError

Call = tuple[str, list[Any], dict[str, Any]]
_Reader = Callable[[Policy, dict[str, Any]], Policy]

# No random change, or part of normalisation.
PLAIN: Final = (
    "ToTensor", "PILToTensor", "ToImage", "ToDtype", "ToPILImage", "ConvertImageDtype", "Resize",
    "CenterCrop", "Lambda", "Grayscale", "ToTensorV2", "LongestMaxSize", "SmallestMaxSize",
    "PadIfNeeded", "ToFloat", "Identity",
)  # fmt: skip


def read_transforms(calls: Sequence[Call], family: str) -> tuple[Policy, tuple[str, ...]]:
    """Return the policy of a Compose, and the names of transforms that it can't express.

    Raises:
        UsageError: A value is out of range.
    """
    policy = Policy.none()
    left: list[str] = []
    table = _TORCH if family == "torchvision" else _ALBUMENTATIONS
    for name, unnamed, named in calls:
        if name in table:
            names, reader = table[name]
            policy = reader(policy, {**dict(zip(names, unnamed, strict=False)), **named})
            if family == "albumentations" and "Flip" not in name and named.get("p") not in (1, 1.0):
                left.append(f"the probability of {name}")
        elif name not in PLAIN:
            left.append(name)
    return policy, tuple(left)


def _number(value: Any, name: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise UsageError(f"{name} has no number where one is needed", "Write the number itself.")


def _around(value: Any, name: str) -> Range:
    """Return a factor range: for a number v, 1-v to 1+v."""
    if isinstance(value, list):
        low, high = (_number(v, name) for v in value)
        return Range(low, high)
    half = _number(value, name)
    return Range(max(0.0, 1 - half), 1 + half)


def _most(value: Any, name: str) -> float:
    """Return how far a range extends to either side."""
    values = value if isinstance(value, list) else [value]
    return max(abs(_number(v, name)) for v in values)


def _torch_rotation(policy: Policy, given: dict[str, Any]) -> Policy:
    degrees = _most(given.get("degrees"), "RandomRotation")
    return replace(policy, rotation_degrees=degrees, fill=Fill.CONSTANT)


def _torch_affine(policy: Policy, given: dict[str, Any]) -> Policy:
    policy = replace(
        policy, rotation_degrees=_most(given.get("degrees", 0), "RandomAffine"), fill=Fill.CONSTANT
    )
    translate = given.get("translate")
    if isinstance(translate, list) and len(translate) == 2:
        across, along = (_number(v, "translate") for v in translate)
        policy = replace(
            policy,
            width_shift=Shift(ShiftKind.FRACTION, across),
            height_shift=Shift(ShiftKind.FRACTION, along),
        )
    scale = given.get("scale")
    if isinstance(scale, list) and len(scale) == 2:
        low, high = (_number(v, "scale") for v in scale)
        if low > 0:
            # A policy's zoom is the inverse: above 1 it shows more of the image.
            policy = replace(policy, zoom=Range(1 / high, 1 / low), zoom_independent=False)
    if given.get("shear") is not None:
        policy = replace(policy, shear_degrees=_most(given["shear"], "shear"))
    return policy


def _torch_jitter(policy: Policy, given: dict[str, Any]) -> Policy:
    if given.get("brightness"):
        policy = replace(policy, brightness=_around(given["brightness"], "brightness"))
    if given.get("contrast"):
        policy = replace(policy, contrast=_around(given["contrast"], "contrast"))
    if given.get("saturation"):
        policy = replace(policy, saturation=_around(given["saturation"], "saturation"))
    if given.get("hue"):
        policy = replace(policy, hue_degrees=360 * _most(given["hue"], "hue"))
    return policy


def _torch_erasing(policy: Policy, given: dict[str, Any]) -> Policy:
    return replace(
        policy,
        erasing_probability=_number(given.get("p", 0.5), "RandomErasing"),
        erasing_area=_most(given.get("scale", [0.02, 0.33]), "RandomErasing"),
    )


def _crop(policy: Policy, given: dict[str, Any]) -> Policy:
    scale = given.get("scale", [0.08, 1.0])
    low = min(_number(v, "scale") for v in scale) if isinstance(scale, list) else 0.08
    return replace(policy, crop_area=low)


def _blur(policy: Policy, given: dict[str, Any]) -> Policy:
    return replace(policy, blur_px=_most(given.get("sigma", [0.1, 2.0]), "GaussianBlur"))


def _horizontal(policy: Policy, given: dict[str, Any]) -> Policy:
    return replace(policy, horizontal_flip=_number(given.get("p", 0.5), "p"))


def _vertical(policy: Policy, given: dict[str, Any]) -> Policy:
    return replace(policy, vertical_flip=_number(given.get("p", 0.5), "p"))


def _limit(name: str, default: float) -> _Reader:
    def read(policy: Policy, given: dict[str, Any]) -> Policy:
        return replace(policy, rotation_degrees=_most(given.get("limit", default), name))

    return read


def _light(policy: Policy, given: dict[str, Any]) -> Policy:
    return replace(
        policy,
        channel_shift_levels=255 * _most(given.get("brightness_limit", 0.2), "brightness_limit"),
        contrast=_around(_most(given.get("contrast_limit", 0.2), "contrast_limit"), "contrast"),
    )


def _move(policy: Policy, given: dict[str, Any]) -> Policy:
    shift = Shift(ShiftKind.FRACTION, _most(given.get("shift_limit", 0.0625), "shift_limit"))
    half = _most(given.get("scale_limit", 0.1), "scale_limit")
    return replace(
        policy,
        width_shift=shift,
        height_shift=shift,
        zoom=Range(1 / (1 + half), 1 / (1 - half)) if half < 1 else policy.zoom,
        zoom_independent=False,
        rotation_degrees=_most(given.get("rotate_limit", 45), "rotate_limit"),
    )


def _to_unit(policy: Policy, given: dict[str, Any]) -> Policy:
    return replace(policy, normalisation=Normalisation(rescale=1 / 255))


_TORCH: Final[dict[str, tuple[tuple[str, ...], _Reader]]] = {
    "RandomHorizontalFlip": (("p",), _horizontal),
    "RandomVerticalFlip": (("p",), _vertical),
    "RandomRotation": (("degrees",), _torch_rotation),
    "RandomAffine": (("degrees", "translate", "scale", "shear"), _torch_affine),
    "ColorJitter": (("brightness", "contrast", "saturation", "hue"), _torch_jitter),
    "RandomErasing": (("p", "scale", "ratio", "value"), _torch_erasing),
    "RandomResizedCrop": (("size", "scale", "ratio"), _crop),
    "GaussianBlur": (("kernel_size", "sigma"), _blur),
    "ToTensor": ((), _to_unit),
}
_ALBUMENTATIONS: Final[dict[str, tuple[tuple[str, ...], _Reader]]] = {
    "HorizontalFlip": (("p",), _horizontal),
    "VerticalFlip": (("p",), _vertical),
    "Rotate": (("limit",), _limit("Rotate", 90)),
    "SafeRotate": (("limit",), _limit("SafeRotate", 90)),
    "RandomBrightnessContrast": (("brightness_limit", "contrast_limit"), _light),
    "ShiftScaleRotate": (("shift_limit", "scale_limit", "rotate_limit"), _move),
    "RandomResizedCrop": (("size", "scale", "ratio"), _crop),
}
