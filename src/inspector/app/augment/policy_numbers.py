"""The numbers of a policy as a person moves them: name, unit and the reach of the slider."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from inspector.augmentation.policy import Policy, Range, Shift, ShiftKind

FACTOR: Final = "± factor"


@dataclass(frozen=True, slots=True)
class Control:
    """One number of a policy as a person moves it.

    Attributes:
        field: Of the policy.
        keras: ImageDataGenerator's name for it, by which advice finds its place.
        high: The slider's end, as `low` is; a policy may lie beyond them.
    """

    field: str
    keras: str
    label: str
    unit: str
    low: float
    high: float
    decimals: int
    read: Callable[[Policy], float]
    write: Callable[[Policy, float], Policy]

    @property
    def farthest(self) -> float:
        """Return the end of the slider where it does most."""
        return self.low if self.field in {"crop_area", "jpeg_quality"} else self.high

    def moved(self, policy: Policy) -> bool:
        """Tell whether the number does anything."""
        return bool(getattr(policy, self.field) != getattr(Policy.none(), self.field))

    def reset(self, policy: Policy) -> Policy:
        """Return the policy without this number."""
        return _with(policy, self.field, getattr(Policy.none(), self.field))

    def unit_of(self, policy: Policy) -> str:
        """Return the unit; of what one number can't tell, all of it."""
        match getattr(policy, self.field):
            case Range(low, high) if self.unit == FACTOR and abs(low + high - 2) > 1e-6:
                return f"{low:.2f} to {high:.2f}"
            case Range(low, high) if self.unit != FACTOR and high < 100:
                return f"{low:.0f} to {high:.0f}"
            case Shift(value=tuple(values)):
                return "one of " + ", ".join(f"{v:g}" for v in values)
            case Shift() as shift if shift.in_pixels:
                return f"± {shift.reach_px(1):g} px"
            case _:
                return self.unit


def _with(policy: Policy, field: str, value: Any) -> Policy:
    return replace(policy, **{field: value})


def _plain(  # noqa: PLR0913, PLR0917 - a row of a table
    field: str, keras: str, label: str, unit: str, low: float, high: float, decimals: int
) -> Control:
    return Control(
        field, keras, label, unit, low, high, decimals,
        lambda p: float(getattr(p, field)), lambda p, v: _with(p, field, v),
    )  # fmt: skip


def _shift(field: str, keras: str, label: str) -> Control:
    def read(policy: Policy) -> float:
        shift: Shift = getattr(policy, field)
        return 0.0 if shift.in_pixels else shift.reach_px(1)

    def write(policy: Policy, value: float) -> Policy:
        return _with(policy, field, Shift(ShiftKind.FRACTION, value))

    return Control(field, keras, label, "of side", 0, 0.5, 2, read, write)


def _jpeg() -> Control:
    def write(policy: Policy, value: float) -> Policy:
        return _with(policy, "jpeg_quality", Range(float(round(value)), 100.0))

    return Control(
        "jpeg_quality", "jpeg_quality", "JPEG, least quality", "of 100", 5, 100, 0,
        lambda p: p.jpeg_quality.low, write,
    )  # fmt: skip


def _around(field: str, keras: str, label: str) -> Control:
    def read(policy: Policy) -> float:
        found: Range = getattr(policy, field)
        return max(abs(1 - found.low), abs(found.high - 1))

    def write(policy: Policy, value: float) -> Policy:
        return _with(policy, field, Range(1 - value, 1 + value))

    return Control(field, keras, label, FACTOR, 0, 0.9, 2, read, write)


GROUPS: Sequence[tuple[str, Sequence[Control]]] = (
    ("Geometry", (
        _plain("rotation_degrees", "rotation_range", "Rotation", "± °", 0, 180, 1),
        _shift("width_shift", "width_shift_range", "Shift sideways"),
        _shift("height_shift", "height_shift_range", "Shift up, down"),
        _plain("shear_degrees", "shear_range", "Shear", "± °", 0, 45, 1),
        _around("zoom", "zoom_range", "Zoom"),
        _plain("horizontal_flip", "horizontal_flip", "Mirror left, right", "probability", 0, 1, 2),
        _plain("vertical_flip", "vertical_flip", "Mirror up, down", "probability", 0, 1, 2),
        _plain("crop_area", "crop_area", "Crop, least area", "share", 0.1, 1, 2),
    )),
    ("Light and colour", (
        _around("brightness", "brightness_range", "Brightness"),
        _plain("channel_shift_levels", "channel_shift_range", "Channel shift", "± levels", 0, 128,
               1),
        _around("contrast", "contrast", "Contrast"),
        _around("saturation", "saturation", "Saturation"),
        _plain("hue_degrees", "hue_degrees", "Hue", "± °", 0, 90, 0),
    )),
    ("Damage", (
        _plain("blur_px", "blur_px", "Blur", "px", 0, 6, 1),
        _plain("noise_levels", "noise_levels", "Noise", "levels", 0, 64, 0),
        _jpeg(),
        _plain("erasing_probability", "erasing_probability", "Erase", "probability", 0, 1, 2),
        _plain("erasing_area", "erasing_area", "Erased area", "share", 0, 0.5, 2),
    )),
)  # fmt: skip

LABELS: Final = {
    name: control.label
    for _, controls in GROUPS
    for control in controls
    for name in (control.field, control.keras)
}
"""What the page calls a parameter, by the policy's name and by ImageDataGenerator's."""
