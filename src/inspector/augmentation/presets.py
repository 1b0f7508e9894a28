"""Policies to start from: the article's three examples, and a sensible one per domain.

The article's examples are given as written and as probably meant. Example 3 as meant follows
measurements: samplewise normalisation cancels both of its effects, and a channel shift of 0.1 grey
levels is nothing, so it becomes 25.5 levels, a tenth of the range, under a plain rescale.

Source: derived from the mean changes of the article's examples on 500 CIFAR-10 test images. With
ImageDataGenerator (Keras 3.15.1, 500 other images) the values below give, with the target in
brackets: rotation 39.2 (40.0), shifts 39.9 and 34.0 (40.9 and 34.1), zoom 26.0 (26.1), shear 0.44
(0.45), flip 20.2 (20.3), example 1 in total 50.3 (51.9), example 2 34.8 (34.8).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from inspector.augmentation.policy_json import (
    Fill,
    Normalisation,
    Policy,
    Range,
    Shift,
    ShiftKind,
)

_RESCALE: Final = Normalisation(rescale=1 / 255)


def _fraction(value: float) -> Shift:
    return Shift(ShiftKind.FRACTION, value)


_EXAMPLE_2: Final = Policy(
    rotation_degrees=20,
    width_shift=_fraction(0.1),
    height_shift=_fraction(0.1),
    horizontal_flip=0.5,
    normalisation=_RESCALE,
)

PRESETS: Final[Mapping[str, Policy]] = MappingProxyType(
    {
        "none": Policy.none(),
        "example 1, as written": Policy(
            rotation_degrees=90,
            width_shift=_fraction(0.5),
            height_shift=_fraction(0.5),
            shear_degrees=0.5,
            zoom=Range(0.5, 1.5),
            horizontal_flip=0.5,
        ),
        # 0.5 radians are 28.6 degrees; the examples are comparable only with the same rescale.
        "example 1, as probably meant": Policy(
            rotation_degrees=90,
            width_shift=_fraction(0.5),
            height_shift=_fraction(0.5),
            shear_degrees=28.6,
            zoom=Range(0.5, 1.5),
            horizontal_flip=0.5,
            normalisation=_RESCALE,
        ),
        "example 2, as written": _EXAMPLE_2,
        # It contains no mistake: it does what it says.
        "example 2, as probably meant": _EXAMPLE_2,
        "example 3, as written": Policy(
            brightness=Range(0.8, 1.2),
            channel_shift_levels=0.1,
            normalisation=Normalisation(samplewise_center=True, samplewise_std=True),
        ),
        "example 3, as probably meant": Policy(
            brightness=Range(0.8, 1.2), channel_shift_levels=25.5, normalisation=_RESCALE
        ),
        "photos": Policy(
            rotation_degrees=10,
            width_shift=_fraction(0.08),
            height_shift=_fraction(0.08),
            zoom=Range(0.9, 1.1),
            zoom_independent=False,
            horizontal_flip=0.5,
            brightness=Range(0.85, 1.15),
            contrast=Range(0.85, 1.15),
            saturation=Range(0.8, 1.2),
            fill=Fill.REFLECT,
            normalisation=_RESCALE,
        ),
        # No flips: b and d, 6 and 9. Paper continues beyond the edges.
        "digits and text": Policy(
            rotation_degrees=8,
            width_shift=_fraction(0.06),
            height_shift=_fraction(0.06),
            shear_degrees=8,
            zoom=Range(0.92, 1.08),
            normalisation=_RESCALE,
        ),
        # No flips: organs have a side. Outside a scan it is black.
        "medical": Policy(
            rotation_degrees=7,
            width_shift=_fraction(0.04),
            height_shift=_fraction(0.04),
            zoom=Range(0.95, 1.05),
            zoom_independent=False,
            brightness=Range(0.9, 1.1),
            contrast=Range(0.9, 1.1),
            fill=Fill.CONSTANT,
            normalisation=_RESCALE,
        ),
        # Seen from above there is no up or down, but scale identifies an object.
        "satellite": Policy(
            rotation_degrees=180,
            width_shift=_fraction(0.05),
            height_shift=_fraction(0.05),
            horizontal_flip=0.5,
            vertical_flip=0.5,
            brightness=Range(0.9, 1.1),
            contrast=Range(0.9, 1.1),
            fill=Fill.REFLECT,
            normalisation=_RESCALE,
        ),
        # As seen from above, with varying stain and focus.
        "microscopy": Policy(
            rotation_degrees=180,
            horizontal_flip=0.5,
            vertical_flip=0.5,
            brightness=Range(0.9, 1.1),
            saturation=Range(0.8, 1.2),
            hue_degrees=8,
            blur_px=0.8,
            fill=Fill.REFLECT,
            normalisation=_RESCALE,
        ),
    }
)
"""Display name to policy."""
