"""Input and output of a lint rule."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from inspector.augmentation.keras_versions import swaps_axes
from inspector.augmentation.policy_json import Policy

Severity = Literal["error", "warning", "hint"]

NAMES: Final = {
    "rotation_degrees": "rotation_range",
    "width_shift": "width_shift_range",
    "height_shift": "height_shift_range",
    "shear_degrees": "shear_range",
    "zoom": "zoom_range",
    "horizontal_flip": "horizontal_flip",
    "vertical_flip": "vertical_flip",
    "brightness": "brightness_range",
    "channel_shift_levels": "channel_shift_range",
    "fill": "fill_mode",
    "cval": "cval",
}
"""ImageDataGenerator's names of a policy's fields; other fields keep their name."""

NORMALISERS: Final = {
    "rescale": "rescale",
    "samplewise_center": "samplewise_center",
    "samplewise_std": "samplewise_std_normalization",
    "featurewise_center": "featurewise_center",
    "featurewise_std": "featurewise_std_normalization",
    "zca": "zca_whitening",
}
"""ImageDataGenerator's names of a normalisation's fields."""


@dataclass(frozen=True, slots=True)
class LintContext:
    """What else is known about where the policy runs.

    Attributes:
        keras_version: "3.15", or None if Keras does not run it.
        sizes: (height, width) of the images at training size, px; empty if unknown.
        input_max: Largest value before augmentation: 255 or 1.
    """

    keras_version: str | None = None
    sizes: tuple[tuple[int, int], ...] = ()
    input_max: float = 255.0

    @property
    def swapped(self) -> bool:
        """Tell whether Keras will swap the axes of the shifts."""
        return self.keras_version is not None and swaps_axes(self.keras_version)


@dataclass(frozen=True, slots=True)
class LintFinding:
    """One finding about one field.

    Attributes:
        rule: Name for the guide, such as "shift-in-pixels".
        field: A field of `Policy` or of `Normalisation`.
        severity: "error" if training can't do what was meant.
        message: One or two sentences, with the unit and the value probably meant.
        suggestion: Parameters, by ImageDataGenerator's or our names, and their new values.
    """

    rule: str
    field: str
    severity: Severity
    message: str
    suggestion: dict[str, Any] | None = None


Rule = Callable[[Policy, LintContext], list[LintFinding]]
