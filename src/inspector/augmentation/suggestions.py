"""Suggested ranges from the data: how much images of one class differ anyway.

Variation within a class preserves the label, so a range of that size is safe and useful. Where the
validation folder differs from training, the range extends to it.
(LOW_PERCENT, HIGH_PERCENT)| Images of a class between these percentiles count as usual.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

LOW_PERCENT, HIGH_PERCENT = 10, 90
"""Of the images of a class, those between these percentiles count as usual."""

WIDEST_FACTOR: Final = (0.5, 1.5)
WIDEST_SHIFT = 0.2
WIDEST_ZOOM = 0.3
LEAST_DIFFERENCE = 0.05
"""Smaller ranges are not suggested, and smaller differences not mentioned."""

_SIDE_PX = 64


@dataclass(frozen=True, slots=True)
class SuggestedRange:
    """A suggested range.

    Attributes:
        parameter: As `lint.follow` takes it.
        value: Fraction, half-width or [low, high], as the parameter has it.
        message: What was measured.
        measured: "low" and "high": usual range within a class, with 1 or 0 as its centre;
            "validation": difference of the validation images' median, as a factor or a fraction, if
            there are any.
    """

    parameter: str
    value: float | list[float]
    message: str
    measured: dict[str, float]


def suggested_ranges(
    pictures: Sequence[NDArray[np.uint8]],
    labels: Sequence[int] | NDArray[np.int64],
    *,
    validation: Sequence[NDArray[np.uint8]] = (),
) -> list[SuggestedRange]:
    """Suggest ranges of brightness, contrast, shifts and zoom; [] with too few images.

    Args:
        pictures: RGB (h, w, 3), uint8, of the training folder; some hundred.
        labels: Class of each.
        validation: Images of the validation folder in any order.
    """
    if len(pictures) < 8:
        return []
    looks = np.array([_look(p) for p in pictures])
    others = np.array([_look(p) for p in validation]).reshape(-1, looks.shape[1])
    classes = np.asarray(labels)
    ranges = []
    for column, parameter in ((0, "brightness_range"), (1, "contrast")):
        ranges.append(_factor(parameter, looks[:, column], classes, others[:, column]))
    for column, parameter in ((2, "width_shift_range"), (3, "height_shift_range")):
        ranges.append(_shift(parameter, looks[:, column], classes, others[:, column]))
    ranges.append(_zoom(looks[:, 4], classes, others[:, 4]))
    return [s for s in ranges if s is not None]


def _look(picture: NDArray[np.uint8]) -> tuple[float, float, float, float, float]:
    """Return brightness and contrast in grey levels, and the subject's x, y and size, 0..1.

    The subject is what differs from the image's border: an estimate, no segmentation.
    """
    luma = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    mean, deviation = cv2.meanStdDev(luma)
    small = cv2.resize(luma, (_SIDE_PX, _SIDE_PX), interpolation=cv2.INTER_AREA).astype(np.float64)
    rim = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    weight = np.abs(small - np.median(rim))
    weight = np.maximum(weight - weight.mean(), 0) + 1e-9
    weight /= weight.sum()
    place = (np.arange(_SIDE_PX) + 0.5) / _SIDE_PX
    across, down = weight.sum(axis=0), weight.sum(axis=1)
    x, y = float(across @ place), float(down @ place)
    spread = float(across @ (place - x) ** 2 + down @ (place - y) ** 2)
    return float(mean[0, 0]), float(deviation[0, 0]), x, y, float(np.sqrt(spread))


def _usual(values: NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.percentile(values, [LOW_PERCENT, HIGH_PERCENT])
    return float(low), float(high)


def _within(
    values: NDArray[np.float64], classes: NDArray[np.int64], *, as_factor: bool
) -> NDArray[np.float64]:
    """Return each value relative to the median of its class, as a factor or a difference."""
    out = np.empty_like(values)
    for name in np.unique(classes):
        mine = classes == name
        middle = np.median(values[mine])
        out[mine] = values[mine] / max(middle, 1e-6) if as_factor else values[mine] - middle
    return out


def _factor(
    parameter: str,
    values: NDArray[np.float64],
    classes: NDArray[np.int64],
    validation: NDArray[np.float64],
) -> SuggestedRange | None:
    low, high = _usual(_within(values, classes, as_factor=True))
    measured = {"low": low, "high": high}
    message = (
        f"Inside a class {_words(parameter)} usually varies by a factor {low:.2f} to {high:.2f}."
    )
    if len(validation):
        off = float(np.median(validation) / max(float(np.median(values)), 1e-6))
        measured["validation"] = off
        if abs(off - 1) >= LEAST_DIFFERENCE:
            low, high = min(low, off), max(high, off)
            message += f" Validation has {off:.2f} of it; the range reaches there."
    low = round(min(max(low, WIDEST_FACTOR[0]), 1.0), 2)
    high = round(max(min(high, WIDEST_FACTOR[1]), 1.0), 2)
    if high - low < LEAST_DIFFERENCE:
        return None
    return SuggestedRange(parameter, [low, high], message, measured)


def _shift(
    parameter: str,
    values: NDArray[np.float64],
    classes: NDArray[np.int64],
    validation: NDArray[np.float64],
) -> SuggestedRange | None:
    low, high = _usual(_within(values, classes, as_factor=False))
    measured = {"low": low, "high": high}
    message = (
        f"Inside a class the subject usually lies within {low:+.2f} to {high:+.2f} of the side."
    )
    reach = (high - low) / 2
    if len(validation):
        off = float(np.median(validation) - np.median(values))
        measured["validation"] = off
        if abs(off) >= LEAST_DIFFERENCE:
            reach = max(reach, abs(off))
            message += f" In validation it lies {off:+.2f} further; the range reaches there."
    reach = round(min(reach, WIDEST_SHIFT), 2)
    return (
        SuggestedRange(parameter, reach, message, measured) if reach >= LEAST_DIFFERENCE else None
    )


def _zoom(
    values: NDArray[np.float64], classes: NDArray[np.int64], validation: NDArray[np.float64]
) -> SuggestedRange | None:
    low, high = _usual(_within(values, classes, as_factor=True))
    measured = {"low": low, "high": high}
    message = f"Inside a class the subject's size usually varies by {low:.2f} to {high:.2f}."
    half = (high - low) / 2
    if len(validation):
        off = float(np.median(validation) / max(float(np.median(values)), 1e-6))
        measured["validation"] = off
        if abs(off - 1) >= LEAST_DIFFERENCE:
            half = max(half, abs(off - 1))
            message += f" In validation it is {off:.2f} as large; the range reaches there."
    half = round(min(half, WIDEST_ZOOM), 2)
    return (
        SuggestedRange("zoom_range", half, message, measured) if half >= LEAST_DIFFERENCE else None
    )


def _words(parameter: str) -> str:
    return "brightness" if parameter == "brightness_range" else parameter
