"""Augmentation policies in physical units: degrees, factors, pixels and grey levels.

A policy holds ranges; `sampling` samples numbers from them and `apply` turns these into pixels.
Normalisation is a separate part, since it also applies to validation images.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from inspector.errors import UsageError

DEVIATIONS: Final = MappingProxyType(
    {
        "shift-axes": (
            "Keras since 2.9 moves sideways by height_shift_range and up or down by "
            "width_shift_range; here each moves along the axis of its name."
        ),
        "non-square-centre": (
            "Keras since 2.9 turns and zooms an image that is not square about a point off its "
            "middle; here it is always the middle."
        ),
        "unit-brightness": (
            "Keras turns floats of 0..1 to black under brightness_range, as it goes through 8-bit "
            "values; here images are 0..255 before anything is done to them."
        ),
        "eight-bit": (
            "Keras hands on fractions of a grey level and truncates them before brightness; here "
            "every image is of whole grey levels, rounded, so values differ by one at most."
        ),
        "constant-edge": (
            "With fill_mode constant, Keras switches to cval at the outermost pixel's middle; here "
            "the outermost half pixel blends into cval, which changes a line of one pixel."
        ),
        "wrap-period": (
            "With fill_mode wrap, Keras counts the first and the last column as one; here the "
            "image is repeated whole, so it is one pixel longer."
        ),
    }
)
"""Deliberate differences from ImageDataGenerator: code to sentence."""


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= 1e300 and math.isfinite(value)


class Fill(StrEnum):
    """What fills pixels outside the image, by scipy.ndimage's names."""

    CONSTANT = "constant"
    NEAREST = "nearest"
    REFLECT = "reflect"
    WRAP = "wrap"


class Distribution(StrEnum):
    """How a number is sampled from its range.

    TRUNCATED_NORMAL is centred in the range, with the ends at two standard deviations.
    """

    UNIFORM = "uniform"
    TRUNCATED_NORMAL = "truncated_normal"


class ShiftKind(StrEnum):
    """Which of ImageDataGenerator's four meanings a shift has."""

    FRACTION = "fraction"
    PIXELS = "pixels"
    STEPS = "steps"
    CHOICES = "choices"


@dataclass(frozen=True, slots=True)
class Shift:
    """How far an image moves along one axis.

    Attributes:
        kind: FRACTION samples -value..value of the side; PIXELS -value..value px; STEPS an integer
            -(value-1)..value-1 px; CHOICES one element with a random sign.
        value: 0 <= value < 1 for FRACTION, at least 1 for PIXELS, an integer for STEPS, a tuple for
            CHOICES: fractions of the side if the largest is below 1, else px.

    Raises:
        UsageError: `value` does not suit `kind`.
    """

    kind: ShiftKind = ShiftKind.FRACTION
    value: float | int | tuple[float, ...] = 0.0

    def __post_init__(self) -> None:
        if isinstance(self.value, tuple):
            good = self.kind is ShiftKind.CHOICES and len(self.value) > 0
            good = good and all(_is_number(v) and abs(v) <= MAX_SHIFT_PX for v in self.value)
        else:
            good = _is_number(self.value) and self._suits(float(self.value))
        if not good:
            raise UsageError(
                f"a shift of {self.value!r} is not a shift in {self.kind.value}",
                "Give a fraction under 1, pixels from 1, a whole number of steps, or a list.",
            )

    def _suits(self, value: float) -> bool:
        match self.kind:
            case ShiftKind.FRACTION:
                return 0 <= value < 1
            case ShiftKind.PIXELS:
                return 1 <= value <= MAX_SHIFT_PX
            case ShiftKind.STEPS:
                return isinstance(self.value, int) and 0 <= value <= MAX_SHIFT_PX
            case ShiftKind.CHOICES:
                return False

    @property
    def moves(self) -> bool:
        """Tell whether any sample moves the image: steps of 1 don't."""
        if isinstance(self.value, tuple):
            return any(v != 0 for v in self.value)
        return self.value > (1 if self.kind is ShiftKind.STEPS else 0)

    @property
    def in_pixels(self) -> bool:
        """Tell whether the numbers are px rather than fractions of the side."""
        if isinstance(self.value, tuple):
            return max(self.value) >= 1
        return self.kind is not ShiftKind.FRACTION

    def reach_px(self, side_px: int) -> float:
        """Return the largest shift in px for an image side in px."""
        if isinstance(self.value, tuple):
            reach = max(abs(v) for v in self.value)
        elif self.kind is ShiftKind.STEPS:
            reach = max(float(self.value) - 1, 0.0)
        else:
            reach = float(self.value)
        return reach if self.in_pixels else reach * side_px


@dataclass(frozen=True, slots=True)
class Range:
    """A range; ends given in the wrong order are swapped."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if self.low > self.high:
            low, high = self.high, self.low
            object.__setattr__(self, "low", low)
            object.__setattr__(self, "high", high)

    def is_only(self, value: float) -> bool:
        """Tell whether only `value` can be sampled."""
        return self.low == value == self.high


@dataclass(frozen=True, slots=True)
class Normalisation:
    """Steps after augmentation, for training and validation alike, in this order.

    Attributes:
        rescale: Factor on every value, or None.
        samplewise_center: Subtract the mean over all pixels and channels of the image.
        samplewise_std: Divide by their standard deviation.
        featurewise_center: Subtract the training set's mean; needs a fit.
        featurewise_std: Divide by the training set's standard deviation; needs a fit.
        zca: Requested; only warned about, never applied.
    """

    rescale: float | None = None
    samplewise_center: bool = False
    samplewise_std: bool = False
    featurewise_center: bool = False
    featurewise_std: bool = False
    zca: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """Accepted values of a policy's field.

    Attributes:
        low: Smallest accepted value in `unit`; `high` is the largest.
        unit: For display: "degrees", "grey levels".
        usual: Usual range, and so that of a slider; within low..high.
    """

    low: float
    high: float
    unit: str
    usual: tuple[float, float]


MAX_SHIFT_PX = 32_000
"""More than cv2.warpAffine can address."""

LIMITS: Final[Mapping[str, Limit]] = MappingProxyType(
    {
        "rotation_degrees": Limit(0, 360, "degrees", (0, 180)),
        # A share of the side; `Shift` validates its four forms itself.
        "width_shift": Limit(0, 1, "share of the side", (0, 0.5)),
        "height_shift": Limit(0, 1, "share of the side", (0, 0.5)),
        "shear_degrees": Limit(0, 90, "degrees", (0, 45)),
        # ImageDataGenerator accepts zoom 1.5, i.e. -0.5..2.5; the lint reports it, the reader
        # allows it.
        "zoom": Limit(-100, 100, "factor, over 1 zooms out", (0.1, 1.9)),
        "horizontal_flip": Limit(0, 1, "probability", (0, 1)),
        "vertical_flip": Limit(0, 1, "probability", (0, 1)),
        "brightness": Limit(-100, 100, "factor", (0.1, 1.9)),
        "channel_shift_levels": Limit(0, 255, "grey levels of 0..255", (0, 128)),
        "cval": Limit(0, 255, "grey levels of 0..255", (0, 255)),
        "contrast": Limit(0, 10, "factor", (0.1, 1.9)),
        "saturation": Limit(0, 10, "factor", (0.1, 1.9)),
        "hue_degrees": Limit(0, 180, "degrees", (0, 90)),
        "blur_px": Limit(0, 50, "px, standard deviation", (0, 6)),
        "noise_levels": Limit(0, 255, "grey levels of 0..255, standard deviation", (0, 64)),
        "jpeg_quality": Limit(1, 100, "JPEG quality", (5, 100)),
        "erasing_probability": Limit(0, 1, "probability", (0, 1)),
        "erasing_area": Limit(0, 1, "share of the image's area", (0, 0.5)),
        "crop_area": Limit(0.01, 1, "share of the image's area", (0.1, 1)),
    }
)
"""Accepted range and unit of every number in a policy."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The ranges of an augmentation; the defaults change nothing.

    Attributes:
        rotation_degrees: Rotate by -this..this degrees about the centre.
        width_shift: Horizontal shift.
        height_shift: Vertical shift.
        shear_degrees: Shear horizontally by -this..this degrees.
        zoom: Factor; below 1 magnifies, above 1 shrinks, as in ImageDataGenerator.
        zoom_independent: Use one factor per axis, which changes shapes.
        horizontal_flip: Probability of mirroring left and right; vertical_flip likewise.
        brightness: Factor on every value.
        channel_shift_levels: Add -this..this grey levels of 0..255 to all channels alike, clipped
            to the image's own range.
        fill: What fills pixels outside the image.
        cval: Grey level of Fill.CONSTANT and of erased boxes, 0..255.
        contrast: Factor on the distance of a value from its channel's mean.
        saturation: Factor on the distance of a colour from its grey.
        hue_degrees: Rotate hue by -this..this degrees about the grey axis.
        blur_px: Largest standard deviation of a Gaussian blur, px.
        noise_levels: Largest standard deviation of added noise, grey levels of 0..255.
        jpeg_quality: 1..100; 100 means no compression.
        erasing_probability: Probability of erasing a box with `cval`.
        erasing_area: Largest share of the area to erase.
        crop_area: Smallest share of the area to crop and enlarge; 1 for no crop.
        distribution: How numbers are sampled from their ranges.
        normalisation: Applied afterwards, to training and validation alike.

    Raises:
        UsageError: A number is outside its `LIMITS`.
    """

    rotation_degrees: float = 0.0
    width_shift: Shift = Shift()
    height_shift: Shift = Shift()
    shear_degrees: float = 0.0
    zoom: Range = Range(1.0, 1.0)
    zoom_independent: bool = True
    horizontal_flip: float = 0.0
    vertical_flip: float = 0.0
    brightness: Range = Range(1.0, 1.0)
    channel_shift_levels: float = 0.0
    fill: Fill = Fill.NEAREST
    cval: float = 0.0
    contrast: Range = Range(1.0, 1.0)
    saturation: Range = Range(1.0, 1.0)
    hue_degrees: float = 0.0
    blur_px: float = 0.0
    noise_levels: float = 0.0
    jpeg_quality: Range = Range(100.0, 100.0)
    erasing_probability: float = 0.0
    erasing_area: float = 0.0
    crop_area: float = 1.0
    distribution: Distribution = Distribution.UNIFORM
    normalisation: Normalisation = Normalisation()

    def __post_init__(self) -> None:
        for name, limit in LIMITS.items():
            value = getattr(self, name)
            if isinstance(value, Shift):
                continue
            ends = (value.low, value.high) if isinstance(value, Range) else (value,)
            for end in ends:
                if not (_is_number(end) and limit.low <= end <= limit.high):
                    raise UsageError(
                        f"{name} is {end!r}, but it must be "
                        f"{limit.low:g} to {limit.high:g} ({limit.unit})",
                        f"Give a number from {limit.low:g} to {limit.high:g}.",
                    )
        rescale = self.normalisation.rescale
        if rescale is not None and not (_is_number(rescale) and rescale != 0):
            raise UsageError(
                f"rescale is {rescale!r}, but it must be a number other than 0",
                "Give 1/255, or leave rescale out.",
            )

    @classmethod
    def none(cls) -> "Policy":
        """Return the policy that changes nothing."""
        return cls()

    @property
    def moves_pixels(self) -> bool:
        """Tell whether any sample requires resampling the image."""
        return (
            self.rotation_degrees != 0
            or self.width_shift.moves
            or self.height_shift.moves
            or self.shear_degrees != 0
            or not self.zoom.is_only(1)
            or self.crop_area != 1
        )

    @property
    def changes_pixels(self) -> bool:
        """Tell whether any sample can change an image."""
        still = Policy(
            fill=self.fill,
            cval=self.cval,
            zoom_independent=self.zoom_independent,
            distribution=self.distribution,
            normalisation=self.normalisation,
        )
        return any(getattr(self, f.name) != getattr(still, f.name) for f in fields(self))
