"""Lint rules about geometry: one pure function per rule.

Source of the numbers in brackets: measured with Keras 3.15.1 on 500 CIFAR-10 test images, where two
different images differ by 72.5 grey levels on average.
"""

import math
from typing import Final

from inspector.augmentation.lint_finding import NAMES, LintContext, LintFinding
from inspector.augmentation.policy_json import Policy, Shift, ShiftKind

WIDE_RATIO: Final = 1.3 / 0.7
"""Zoom of 0.3: beyond it, independent axes visibly distort shapes."""


def _shifts(policy: Policy) -> list[tuple[str, Shift]]:
    return [("width_shift", policy.width_shift), ("height_shift", policy.height_shift)]


def shift_in_pixels(policy: Policy, _: LintContext) -> list[LintFinding]:
    """Rule 1: from 1.0 on, a float means pixels, not a fraction [7.8 against 47.3]."""
    findings = []
    for field, shift in _shifts(policy):
        if shift.kind is ShiftKind.PIXELS and isinstance(shift.value, float):
            meant = 0.1 if shift.value < 2 else min(shift.value / 100, 0.5)
            message = (
                f"{NAMES[field]}={shift.value:g} is pixels, as every number from 1.0 on: the "
                f"image moves by {shift.value:g} px at most. A fraction of the side is under 1; "
                f"{meant:g} was probably meant."
            )
            findings.append(
                LintFinding("shift-in-pixels", field, "warning", message, {NAMES[field]: meant})
            )
    return findings


def shift_of_one_step(policy: Policy, _: LintContext) -> list[LintFinding]:
    """Rule 2: the integer 1 samples from 0..0 px [identity]."""
    return [
        LintFinding(
            "shift-of-one-step",
            field,
            "error",
            f"{NAMES[field]}=1 as a whole number draws from the whole pixels below 1, so it never "
            "moves anything. A fraction of the side such as 0.1 was probably meant.",
            {NAMES[field]: 0.1},
        )
        for field, shift in _shifts(policy)
        if shift.kind is ShiftKind.STEPS and shift.value == 1
    ]


def shift_without_rest(policy: Policy, _: LintContext) -> list[LintFinding]:
    """Rule 18: a list without 0 shifts every image."""
    findings = []
    for field, shift in _shifts(policy):
        if isinstance(shift.value, tuple) and 0 not in shift.value:
            far = max(abs(v) for v in shift.value)
            unit = "px" if shift.in_pixels else "of the side"
            message = (
                f"{NAMES[field]} is a list, so each image moves by exactly one of its elements, "
                f"up to {far:g} {unit}, with a random sign: none stays in place. The number "
                f"{far:g} alone draws everything up to it."
            )
            findings.append(
                LintFinding(
                    "shift-without-rest", field, "warning", message, {NAMES[field]: float(far)}
                )
            )
    return findings


def small_shear(policy: Policy, _: LintContext) -> list[LintFinding]:
    """Rule 3: shear is in degrees [0.5 changes 0.45 grey levels; 28.6 changes 16.7]."""
    shear = policy.shear_degrees
    if not 0 < shear < 2:
        return []
    meant = round(math.degrees(shear), 1) if shear < 1 else 10.0
    message = (
        f"shear_range={shear:g} is degrees, and under 2 degrees it is hardly seen. If radians or a "
        f"fraction were meant, set {meant:g} degrees."
    )
    return [LintFinding("small-shear", "shear_degrees", "warning", message, {"shear_range": meant})]


def small_rotation(policy: Policy, _: LintContext) -> list[LintFinding]:
    """Rule 4: rotation is in degrees [0.5 changes 0.77 grey levels]."""
    degrees = policy.rotation_degrees
    if not 0 < degrees <= 1:
        return []
    meant = round(math.degrees(degrees), 1) if degrees >= 0.2 else round(360 * degrees, 1)
    message = (
        f"rotation_range={degrees:g} is degrees, so images are hardly turned. If radians or "
        f"a fraction of the full turn were meant, set {meant:g} degrees."
    )
    return [
        LintFinding(
            "small-rotation", "rotation_degrees", "warning", message, {"rotation_range": meant}
        )
    ]


def swapped_axes(policy: Policy, setting: LintContext) -> list[LintFinding]:
    """Rule 14: since 2.9, Keras swaps the two shifts (keras#17398)."""
    if not setting.swapped or policy.width_shift == policy.height_shift:
        return []
    exchanged = {
        NAMES["width_shift"]: written(policy.height_shift),
        NAMES["height_shift"]: written(policy.width_shift),
    }
    ways = {"width_shift": "up and down", "height_shift": "sideways"}
    return [
        LintFinding(
            "swapped-axes",
            field,
            "warning",
            f"{NAMES[field]} moves images {ways[field]} in Keras {setting.keras_version}: since "
            "2.9 the two shifts are exchanged. Write them the other way round for it.",
            exchanged,
        )
        for field, shift in _shifts(policy)
        if shift.moves
    ]


def off_centre(policy: Policy, setting: LintContext) -> list[LintFinding]:
    """Rule 15: since 2.9, the centre is computed with height and width swapped."""
    if not setting.swapped or all(h == w for h, w in setting.sizes):
        return []
    height, width = next((h, w) for h, w in setting.sizes if h != w)
    fields = []
    if policy.rotation_degrees:
        fields.append("rotation_degrees")
    if policy.shear_degrees:
        fields.append("shear_degrees")
    if not policy.zoom.is_only(1):
        fields.append("zoom")
    return [
        LintFinding(
            "off-centre",
            field,
            "warning",
            f"{NAMES[field]} works about a point off the middle in Keras {setting.keras_version}, "
            f"as images of {width}x{height} are not square. Train on a square target_size.",
        )
        for field in fields
    ]


def zoom_too_wide(policy: Policy, _: LintContext) -> list[LintFinding]:
    """Rule 16: zoom 1 reaches 0; independent axes distort shapes [3:1 at 0.5]."""
    low, high = policy.zoom.low, policy.zoom.high
    if low <= 0:
        message = (
            f"zoom_range reaches the factor {low:g}: at 0 one pixel fills the image, and below "
            "it the image is mirrored. It is a half-width around 1; 0.2 is usual."
        )
        return [LintFinding("zoom-reaches-zero", "zoom", "error", message, {"zoom_range": 0.2})]
    if policy.zoom_independent and high / low > WIDE_RATIO + 1e-9:
        message = (
            f"zoom_range draws a factor of {low:g} to {high:g} for each axis by itself, so shapes "
            f"are stretched by up to {high / low:.2g}:1. 0.2 is usual."
        )
        return [LintFinding("zoom-changes-shape", "zoom", "warning", message, {"zoom_range": 0.2})]
    return []


def every_picture_flipped(policy: Policy, _: LintContext) -> list[LintFinding]:
    """With a probability of 1, training never sees the original orientation."""
    return [
        LintFinding(
            "always-flipped",
            field,
            "warning",
            f"{field} has probability {getattr(policy, field):g}: training hardly ever sees a "
            "image as validation does. 0.5 is usual.",
            {field: 0.5},
        )
        for field in ("horizontal_flip", "vertical_flip")
        if getattr(policy, field) > 0.95
    ]


def written(shift: Shift) -> float | int | list[float]:
    """Return the shift as ImageDataGenerator takes it."""
    return list(shift.value) if isinstance(shift.value, tuple) else shift.value
