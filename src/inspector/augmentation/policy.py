"""What an augmentation is: physical and exact, in degrees, factors, pixels and grey levels.

A policy describes ranges; `draws` takes numbers out of them and `apply` makes pixels of these.
Normalisation is a part of its own, as it is done to plain validation images as well.
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
"""Where we deliberately differ from the real ImageDataGenerator: code to sentence."""


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= 1e300 and math.isfinite(value)


class Fill(StrEnum):
    """What stands where the image does not reach, as scipy.ndimage names it."""

    CONSTANT = "constant"
    NEAREST = "nearest"
    REFLECT = "reflect"
    WRAP = "wrap"


class Distribution(StrEnum):
    """How a number is drawn from its range.

    TRUNCATED_NORMAL is centred on the range's middle, and its ends are two standard deviations off.
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
    """Say how far an image moves along one axis.

    Attributes:
        kind: FRACTION draws from -value..value of the side; PIXELS from -value..value px; STEPS
            one of the whole numbers -(value-1)..value-1 px; CHOICES one element with a random sign.
        value: 0 <= value < 1 for FRACTION, 1 and up for PIXELS, a whole number for STEPS, a tuple
            for CHOICES: fractions of the side if the greatest is under 1, else px.

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
        """Tell whether any draw moves the image: steps of 1 do not."""
        if isinstance(self.value, tuple):
            return any(v != 0 for v in self.value)
        return self.value > (1 if self.kind is ShiftKind.STEPS else 0)

    @property
    def in_pixels(self) -> bool:
        """Tell whether the numbers are px and not fractions of the side."""
        if isinstance(self.value, tuple):
            return max(self.value) >= 1
        return self.kind is not ShiftKind.FRACTION

    def reach_px(self, side_px: int) -> float:
        """Return the furthest that an image with this side, px, moves, px."""
        if isinstance(self.value, tuple):
            reach = max(abs(v) for v in self.value)
        elif self.kind is ShiftKind.STEPS:
            reach = max(float(self.value) - 1, 0.0)
        else:
            reach = float(self.value)
        return reach if self.in_pixels else reach * side_px


@dataclass(frozen=True, slots=True)
class Range:
    """Hold the ends of a range, the lower first; given the other way round, they are swapped."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if self.low > self.high:
            low, high = self.high, self.low
            object.__setattr__(self, "low", low)
            object.__setattr__(self, "high", high)

    def is_only(self, value: float) -> bool:
        """Tell whether nothing but `value` can be drawn."""
        return self.low == value == self.high


@dataclass(frozen=True, slots=True)
class Normalisation:
    """Say what is done to training and validation images alike, after augmentation, in this order.

    Attributes:
        rescale: Factor on every value, or None.
        samplewise_center: Subtract the mean over all pixels and channels of the image.
        samplewise_std: Divide by their standard deviation.
        featurewise_center: Subtract the training set's mean; needs a fit.
        featurewise_std: Divide by the training set's standard deviation; needs a fit.
        zca: Was asked for. It is warned of and never applied.
    """

    rescale: float | None = None
    samplewise_center: bool = False
    samplewise_std: bool = False
    featurewise_center: bool = False
    featurewise_std: bool = False
    zca: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """Tell what a field of a policy may be.

    Attributes:
        low: The least that is accepted, in `unit`; high is the greatest.
        unit: For a person: "degrees", "grey levels".
        usual: From where to where people move it, and so a slider; inside of low..high.
    """

    low: float
    high: float
    unit: str
    usual: tuple[float, float]


MAX_SHIFT_PX = 32_000
"""Beyond what cv2.warpAffine can address."""

LIMITS: Final[Mapping[str, Limit]] = MappingProxyType(
    {
        "rotation_degrees": Limit(0, 360, "degrees", (0, 180)),
        # A share of the side; `Shift` itself checks its four forms.
        "width_shift": Limit(0, 1, "share of the side", (0, 0.5)),
        "height_shift": Limit(0, 1, "share of the side", (0, 0.5)),
        "shear_degrees": Limit(0, 90, "degrees", (0, 45)),
        # Zoom 1.5 of ImageDataGenerator is -0.5..2.5; the lint says so, the reader does not refuse.
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
"""Of every number in a policy: what it may be, and its unit."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Hold the ranges of one augmentation; the defaults do nothing.

    Attributes:
        rotation_degrees: Turned by -this..this degrees about the middle.
        width_shift: Sideways.
        height_shift: Up or down.
        shear_degrees: Slanted by -this..this degrees, sideways.
        zoom: Factor; under 1 magnifies, over 1 shrinks the image, as ImageDataGenerator has it.
        zoom_independent: A factor for each axis, which changes the shape of things.
        horizontal_flip: Probability that left and right are exchanged; vertical_flip alike.
        brightness: Factor on every value.
        channel_shift_levels: -this..this grey levels of 0..255 are added to all channels alike, and
            the result is held inside the image's own range.
        fill: What stands where the image does not reach.
        cval: Grey level of Fill.CONSTANT and of erased boxes, 0..255.
        contrast: Factor on the distance of a value from its channel's mean.
        saturation: Factor on the distance of a colour from its grey.
        hue_degrees: Turned by -this..this degrees around the grey axis.
        blur_px: Greatest standard deviation of a Gaussian blur, px.
        noise_levels: Greatest standard deviation of added noise, grey levels of 0..255.
        jpeg_quality: 1..100; 100 means not compressed.
        erasing_probability: That a box is painted over with `cval`.
        erasing_area: Greatest share of the area that is painted over.
        crop_area: Least share of the area that is cut out and enlarged; 1 is never.
        distribution: How numbers are drawn from their ranges.
        normalisation: What follows, for training and validation alike.

    Raises:
        UsageError: A number is outside of its `LIMITS`.
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
        """Tell whether any draw needs the image to be sampled anew."""
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
        """Tell whether any draw can change an image."""
        still = Policy(
            fill=self.fill,
            cval=self.cval,
            zoom_independent=self.zoom_independent,
            distribution=self.distribution,
            normalisation=self.normalisation,
        )
        return any(getattr(self, f.name) != getattr(still, f.name) for f in fields(self))
