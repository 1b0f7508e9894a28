"""Lint rules about light and normalisation, and the list of all rules.

Source of the numbers in brackets: measured with Keras 3.15.1 on 500 CIFAR-10 test images.
"""

from typing import Final

from inspector.augmentation import geometry_rules
from inspector.augmentation.lint_finding import (
    NAMES,
    NORMALISERS,
    LintContext,
    LintFinding,
    Rule,
    Severity,
)
from inspector.augmentation.policy_json import Fill, Policy

ZCA_MOST_VALUES: Final = 3072
"""Values of a 32x32 colour image; ZCA's matrix has the square of it, 38 MB in float32."""


def channel_shift_scale(policy: Policy, setting: LintContext) -> list[LintFinding]:
    """Rule 5: channel_shift_range is in the input's levels [0.1 of 255 changes 0.048]."""
    levels = policy.channel_shift_levels
    if levels and setting.input_max <= 1 and levels > 1:
        meant = round(levels / 255, 4)
        message = (
            f"channel_shift_range={levels:g} is in the input's own levels, and the input ends at "
            f"{setting.input_max:g}: every value ends at one of its ends. Set {meant:g}."
        )
    elif 0 < levels < 1 < setting.input_max:
        meant = round(levels * 255, 1)
        message = (
            f"channel_shift_range={levels:g} is grey levels of 0..255, one number for all "
            f"channels, so nothing is seen. A tenth of the range would be 25.5; {meant:g} was "
            "probably meant."
        )
    else:
        return []
    suggestion = {"channel_shift_range": meant}
    return [
        LintFinding("channel-shift-scale", "channel_shift_levels", "warning", message, suggestion)
    ]


def brightness_on_unit_input(policy: Policy, setting: LintContext) -> list[LintFinding]:
    """Rule 6: brightness goes through 8-bit values [mean 0.496 becomes 0.003]."""
    if policy.brightness.is_only(1) or setting.input_max > 1:
        return []
    message = (
        "brightness_range goes through whole grey levels, and an input of 0..1 has only 0 and 1 of "
        "these: images turn black. Feed 0..255 and rescale afterwards, with rescale=1/255."
    )
    return [LintFinding("brightness-on-unit-input", "brightness", "error", message)]


def brightness_factor(policy: Policy, _: LintContext) -> list[LintFinding]:
    """Rule 7: brightness is a factor, and 1 leaves an image unchanged."""
    ends = policy.brightness
    if ends.is_only(1):
        return []
    low, high = ends.low, ends.high
    if low <= 0:
        meant = [round(1 + low, 4), round(1 + high, 4)] if low < 0 and high < 1 else [0.5, 1.5]
        if meant[0] <= 0:
            meant = [0.5, 1.5]
        message = (
            f"brightness_range=[{low:g}, {high:g}] is a factor: 0 and below turn an image black. "
            f"{meant} was probably meant."
        )
        return [
            LintFinding(
                "brightness-black", "brightness", "error", message, {"brightness_range": meant}
            )
        ]
    if low <= 1 <= high:
        return []
    way, meant = ("darker", [low, round(2 - low, 4)])
    if low > 1:
        way, meant = "brighter", [round(max(2 - high, 1 / high), 4), high]
    message = (
        f"brightness_range=[{low:g}, {high:g}] is a factor and leaves out 1, so every training "
        f"image is {way} than those of validation. {meant} holds them in the middle."
    )
    return [
        LintFinding(
            "brightness-one-sided", "brightness", "warning", message, {"brightness_range": meant}
        )
    ]


def cancelled_by_normalisation(policy: Policy, _: LintContext) -> list[LintFinding]:
    """Rule 8: samplewise normalisation cancels light changes [correlation 0.99997]."""
    normalisation = policy.normalisation
    gone: list[tuple[str, str]] = []
    if normalisation.samplewise_std and not policy.brightness.is_only(1):
        gone.append(("brightness", "samplewise_std_normalization divides the factor out"))
    if normalisation.samplewise_center and policy.channel_shift_levels:
        gone.append(("channel_shift_levels", "samplewise_center subtracts the same number"))
    if (
        normalisation.samplewise_center
        and normalisation.samplewise_std
        and not policy.contrast.is_only(1)
    ):
        gone.append(("contrast", "samplewise normalisation sets every image's contrast to 1"))
    return [
        LintFinding(
            "cancelled-by-normalisation",
            field,
            "warning",
            f"{NAMES.get(field, field)} has almost no effect: {why} afterwards. Normalise all "
            "images alike instead, with rescale=1/255.",
            {
                "samplewise_center": False,
                "samplewise_std_normalization": False,
                "rescale": normalisation.rescale or 1 / 255,
            },
        )
        for field, why in gone
    ]


def needs_fit(policy: Policy, _: LintContext) -> list[LintFinding]:
    """Rule 12: without fit() there is only a warning and no effect."""
    normalisation = policy.normalisation
    field = "featurewise_std" if normalisation.featurewise_std else "featurewise_center"
    if normalisation.zca or not getattr(normalisation, field):
        return []
    name = NORMALISERS[field]
    message = (
        f"{name} needs the training set's own mean: without generator.fit(training_images) it "
        "warns and changes nothing, in training and validation alike."
    )
    return [LintFinding("needs-fit", field, "warning", message)]


def zca_size(policy: Policy, setting: LintContext) -> list[LintFinding]:
    """Rule 13: the matrix is the square of the number of values [224x224x3: 90 GB]."""
    if not policy.normalisation.zca:
        return []
    height, width = max(setting.sizes, key=lambda s: s[0] * s[1], default=(224, 224))
    values = height * width * 3
    message = (
        f"zca_whitening needs fit() and a matrix of {values:,} x {values:,} numbers for images "
        f"of {width}x{height}: {values**2 * 4 / 1e9:,.1f} GB. It is read, and never applied here."
    )
    severity: Severity = "error" if values > ZCA_MOST_VALUES else "warning"
    return [
        LintFinding(
            "zca-size",
            "zca",
            severity,
            message,
            {"zca_whitening": False, "featurewise_center": False},
        )
    ]


def odd_rescale(policy: Policy, setting: LintContext) -> list[LintFinding]:
    """Rules 20 and 29: rescaling the wrong way, or twice."""
    rescale = policy.normalisation.rescale
    if rescale is None:
        return []
    if abs(rescale) > 1:
        message = (
            f"rescale={rescale:g} is a factor, so values reach {rescale * setting.input_max:,.0f}. "
            "1/255 was probably meant."
        )
        return [LintFinding("rescale-factor", "rescale", "error", message, {"rescale": 1 / 255})]
    if setting.input_max <= 1 and abs(rescale) < 0.1:
        message = (
            f"rescale={rescale:.4g} makes an input that ends at {setting.input_max:g} almost "
            "black: it has been rescaled already. Leave rescale out."
        )
        return [LintFinding("rescale-twice", "rescale", "error", message, {"rescale": None})]
    return []


def idle_fill_level(policy: Policy, setting: LintContext) -> list[LintFinding]:
    """A cval that nothing uses, or that is a fraction."""
    if not policy.cval:
        return []
    if policy.fill is not Fill.CONSTANT and not policy.erasing_probability:
        message = (
            f"cval={policy.cval:g} is used with fill_mode='constant' only, and fill_mode is "
            f"'{policy.fill.value}'."
        )
        return [LintFinding("idle-cval", "cval", "hint", message, {"fill_mode": "constant"})]
    if policy.cval <= 1 < setting.input_max:
        meant = round(policy.cval * 255, 1)
        message = (
            f"cval={policy.cval:g} is a grey level of 0..255, so it is black. {meant:g} was "
            "probably meant."
        )
        return [LintFinding("small-cval", "cval", "hint", message, {"cval": meant})]
    return []


def half_an_erasing(policy: Policy, _: LintContext) -> list[LintFinding]:
    """Erasing needs a probability and an area."""
    odds, area = policy.erasing_probability, policy.erasing_area
    if bool(odds) == bool(area):
        return []
    field, other = (
        ("erasing_probability", "erasing_area")
        if odds
        else (
            "erasing_area",
            "erasing_probability",
        )
    )
    meant = {"erasing_area": 0.2, "erasing_probability": 0.25}[other]
    message = f"{field} has no effect, as {other} is 0. {meant:g} is usual."
    return [LintFinding("half-an-erasing", field, "hint", message, {other: meant})]


RULES: Final[tuple[Rule, ...]] = (
    geometry_rules.shift_in_pixels,
    geometry_rules.shift_of_one_step,
    geometry_rules.shift_without_rest,
    geometry_rules.small_shear,
    geometry_rules.small_rotation,
    channel_shift_scale,
    brightness_on_unit_input,
    brightness_factor,
    cancelled_by_normalisation,
    needs_fit,
    zca_size,
    geometry_rules.swapped_axes,
    geometry_rules.off_centre,
    geometry_rules.zoom_too_wide,
    geometry_rules.every_picture_flipped,
    odd_rescale,
    idle_fill_level,
    half_an_erasing,
)
"""In order of importance for one parameter and severity."""
