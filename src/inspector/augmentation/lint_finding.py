"""What a rule is told and what it says."""

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
"""A policy's fields that ImageDataGenerator has, and what it calls them; others keep their name."""

NORMALISERS: Final = {
    "rescale": "rescale",
    "samplewise_center": "samplewise_center",
    "samplewise_std": "samplewise_std_normalization",
    "featurewise_center": "featurewise_center",
    "featurewise_std": "featurewise_std_normalization",
    "zca": "zca_whitening",
}
"""A normalisation's fields and what ImageDataGenerator calls them."""


@dataclass(frozen=True, slots=True)
class LintContext:
    """Hold what else is known where the policy will run.

    Attributes:
        keras_version: "3.15", or None if it is not run by Keras.
        sizes: (height, width) of the images as training reads them, px; empty if unknown.
        input_max: Greatest value of the images before augmentation: 255 or 1.
    """

    keras_version: str | None = None
    sizes: tuple[tuple[int, int], ...] = ()
    input_max: float = 255.0

    @property
    def swapped(self) -> bool:
        """Tell whether Keras will exchange the axes of the shifts."""
        return self.keras_version is not None and swaps_axes(self.keras_version)


@dataclass(frozen=True, slots=True)
class LintFinding:
    """Say one thing about one field.

    Attributes:
        rule: "shift-in-pixels", for the guide.
        field: Of `Policy`, or "rescale" and the other fields of `Normalisation`.
        severity: "error" if training can't do what was meant.
        message: One or two sentences, with unit and probably meant value.
        suggestion: Parameters, in ImageDataGenerator's or our names, and what to set them to.
    """

    rule: str
    field: str
    severity: Severity
    message: str
    suggestion: dict[str, Any] | None = None


Rule = Callable[[Policy, LintContext], list[LintFinding]]
