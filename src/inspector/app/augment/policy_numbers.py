"""The numbers of a policy as sliders: limits, units and positions.

The limits come from `LIMITS`, where they are stated once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from inspector.augmentation.policy import LIMITS, Policy, Range, Shift, ShiftKind

STEPS = 1000
FACTOR: Final = "± factor"


@dataclass(frozen=True, slots=True)
class Control:
    """One number of a policy with its slider.

    Attributes:
        field: Name of the field of `Policy`.
        keras: ImageDataGenerator's name of the parameter; lint findings refer to it.
        decimals: Decimals of the field beside the slider.
    """

    field: str
    keras: str
    label: str
    unit: str
    decimals: int

    @property
    def low(self) -> float:
        """Return the low end of the slider; a policy may lie beyond it."""
        usual = LIMITS[self.field].usual
        return 0.0 if self.unit == FACTOR else usual[0]

    @property
    def high(self) -> float:
        """Return the high end of the slider; a policy may lie beyond it."""
        usual = LIMITS[self.field].usual
        return usual[1] - 1 if self.unit == FACTOR else usual[1]

    @property
    def farthest(self) -> float:
        """Return the end of the slider with the strongest effect."""
        return self.low if self.field in {"crop_area", "jpeg_quality"} else self.high

    def read(self, policy: Policy) -> float:
        """Return the slider position of a policy."""
        match getattr(policy, self.field):
            case Shift() as shift:
                return 0.0 if shift.in_pixels else shift.reach_px(1)
            case Range(low, high) if self.unit == FACTOR:
                return max(abs(1 - low), abs(high - 1))
            case Range(low, _):
                return low
            case number:
                return float(number)

    def write(self, policy: Policy, number: float) -> Policy:
        """Return the policy with the slider at a number."""
        value: object = number
        match getattr(policy, self.field):
            case Shift():
                value = Shift(ShiftKind.FRACTION, number)
            case Range() if self.unit == FACTOR:
                value = Range(1 - number, 1 + number)
            case Range():
                value = Range(float(round(number)), LIMITS[self.field].high)
        return replace(policy, **{self.field: value})  # type: ignore[arg-type]

    def moved(self, policy: Policy) -> bool:
        """Return whether the number has any effect."""
        return bool(getattr(policy, self.field) != getattr(Policy.none(), self.field))

    def reset(self, policy: Policy) -> Policy:
        """Return the policy without this number."""
        return replace(policy, **{self.field: getattr(Policy.none(), self.field)})

    def unit_of(self, policy: Policy) -> str:
        """Return the unit; for a number that can't be read alone, the whole text."""
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


GROUPS: Sequence[tuple[str, Sequence[Control]]] = (
    ("Geometry", (
        Control("rotation_degrees", "rotation_range", "Rotation", "± °", 1),
        Control("width_shift", "width_shift_range", "Shift sideways", "of side", 2),
        Control("height_shift", "height_shift_range", "Shift up, down", "of side", 2),
        Control("shear_degrees", "shear_range", "Shear", "± °", 1),
        Control("zoom", "zoom_range", "Zoom", FACTOR, 2),
        Control("horizontal_flip", "horizontal_flip", "Mirror left, right", "probability", 2),
        Control("vertical_flip", "vertical_flip", "Mirror up, down", "probability", 2),
        Control("crop_area", "crop_area", "Crop, least area", "share", 2),
    )),
    ("Light and colour", (
        Control("brightness", "brightness_range", "Brightness", FACTOR, 2),
        Control("channel_shift_levels", "channel_shift_range", "Channel shift", "± levels", 1),
        Control("contrast", "contrast", "Contrast", FACTOR, 2),
        Control("saturation", "saturation", "Saturation", FACTOR, 2),
        Control("hue_degrees", "hue_degrees", "Hue", "± °", 0),
    )),
    ("Damage", (
        Control("blur_px", "blur_px", "Blur", "px", 1),
        Control("noise_levels", "noise_levels", "Noise", "levels", 0),
        Control("jpeg_quality", "jpeg_quality", "JPEG quality", "of 100", 0),
        Control("erasing_probability", "erasing_probability", "Erase", "probability", 2),
        Control("erasing_area", "erasing_area", "Erased area", "share", 2),
    )),
)  # fmt: skip

LABELS: Final = {
    name: control.label
    for _, controls in GROUPS
    for control in controls
    for name in (control.field, control.keras)
}
"""What the page calls a parameter, by the policy's name and by ImageDataGenerator's."""
