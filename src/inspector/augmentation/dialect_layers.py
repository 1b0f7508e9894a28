"""A policy as keras.layers, written for Keras 3.15.

Source: measured with Keras 3.15.1. The layers apply in the order of our matrix, but each samples
and fills by itself, so images are similar, not equal.
"""

import math
from textwrap import dedent

from inspector.augmentation.policy_json import (
    Distribution,
    Fill,
    Normalisation,
    Policy,
    Range,
    Shift,
    ShiftKind,
)
from inspector.augmentation.sampling import ERASING_LEAST_AREA

_BRIGHTNESS_CLASS = dedent(
    '''
    @keras.saving.register_keras_serializable()
    class RandomFactor(keras.layers.Layer):
        """Multiply each image by one factor, as brightness_range; RandomBrightness adds."""

        def __init__(self, low, high, **kwargs):
            super().__init__(**kwargs)
            self.low, self.high = low, high
            self.seeds = keras.random.SeedGenerator()

        def call(self, x, training=False):
            if not training:
                return x
            shape = (keras.ops.shape(x)[0], 1, 1, 1)
            factor = keras.random.uniform(shape, self.low, self.high, seed=self.seeds)
            return keras.ops.clip(x * factor, 0.0, 255.0)

        def get_config(self):
            return {**super().get_config(), "low": self.low, "high": self.high}
    '''
)

_SAMPLEWISE_CLASS = dedent(
    '''
    @keras.saving.register_keras_serializable()
    class Samplewise(keras.layers.Layer):
        """Subtract each image's mean and divide by its standard deviation, if wanted."""

        def __init__(self, center, std, **kwargs):
            super().__init__(**kwargs)
            self.center, self.std = center, std

        def call(self, x):
            axes = (1, 2, 3)
            if self.center:
                x = x - keras.ops.mean(x, axis=axes, keepdims=True)
            if self.std:
                x = x / (keras.ops.std(x, axis=axes, keepdims=True) + 1e-6)
            return x

        def get_config(self):
            return {**super().get_config(), "center": self.center, "std": self.std}
    '''
)


class _Writer:
    """Collects the lines of the layers and the notes about them."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        fill = f'fill_mode="{policy.fill.value}"'
        if policy.fill is Fill.CONSTANT:
            fill += f", fill_value={policy.cval!r}"
        self.fill = fill
        self.layers: list[str] = []
        self.notes: list[str] = []

    def add(self, layer: str, note: str = "") -> None:
        """Add one layer, and a note on how it differs."""
        self.layers.append(layer)
        if note:
            self.notes.append(note)


def to_layers(policy: Policy) -> str:
    """Return Python code with one Sequential for augmentation and one for normalisation."""
    writer = _Writer(policy)
    if policy.distribution is not Distribution.UNIFORM:
        writer.notes.append("keras.layers draw uniformly; the policy is truncated normal.")
    _write_geometry(writer)
    _write_flips(writer)
    _write_light(writer)
    _write_colour(writer)
    _write_rest(writer)
    normalising = _normalisation(writer, policy.normalisation)
    lines = ["import keras"]
    if any(layer.startswith("RandomFactor") for layer in writer.layers):
        lines += ["", *_BRIGHTNESS_CLASS.splitlines(), ""]
    if any(layer.startswith("Samplewise") for layer in normalising):
        lines += ["", *_SAMPLEWISE_CLASS.splitlines(), ""]
    lines += ["", "# Images of 0..255 go in.", *(f"# {note}" for note in writer.notes)]
    lines += _stack("augmentation", writer.layers or ["Identity()"])
    if normalising:
        lines += ["# For training and validation alike.", *_stack("normalisation", normalising)]
    return "\n".join(lines) + "\n"


def _stack(name: str, layers: list[str]) -> list[str]:
    # These classes are defined above; all others are keras' own.
    own = ("RandomFactor", "Samplewise")
    full = [x if x.startswith(own) else f"keras.layers.{x}" for x in layers]
    return [f"{name} = keras.Sequential([", *(f"    {layer}," for layer in full), "])"]


def _write_geometry(writer: _Writer) -> None:
    policy = writer.policy
    if policy.rotation_degrees:
        writer.add(f"RandomRotation({policy.rotation_degrees / 360!r}, {writer.fill})")
    _write_shift(writer)
    if policy.shear_degrees:
        writer.add(
            f"RandomShear(x_factor=(0.0, {math.sin(math.radians(policy.shear_degrees))!r}), "
            f"{writer.fill})",
            "RandomShear slants by another matrix: this is near, not equal.",
        )
    zoom = policy.zoom
    if not zoom.is_only(1):
        if zoom.low <= 0 or zoom.high > 2:
            writer.notes.append(
                f"Not in keras.layers: a zoom factor of {zoom.low:g} to {zoom.high:g}."
            )
        else:
            pair = f"({round(zoom.low - 1, 12)!r}, {round(zoom.high - 1, 12)!r})"
            both = f"{pair}, {pair}" if policy.zoom_independent else pair
            writer.add(f"RandomZoom({both}, {writer.fill})")
    if policy.crop_area < 1:
        writer.notes.append(
            f"Not in keras.layers: cutting out {policy.crop_area:g} or more of the area."
        )


def _write_shift(writer: _Writer) -> None:
    shares: list[float] = []
    for name in ("height_shift", "width_shift"):
        shift: Shift = getattr(writer.policy, name)
        share = 0.0
        if shift.kind is ShiftKind.FRACTION and not isinstance(shift.value, tuple):
            share = float(shift.value)
        elif shift.moves:
            writer.notes.append(f"Not in keras.layers: {name} in {shift.kind.value}.")
        shares.append(share)
    if any(shares):
        writer.add(f"RandomTranslation({shares[0]!r}, {shares[1]!r}, {writer.fill})")


def _write_flips(writer: _Writer) -> None:
    flips = {
        "horizontal": writer.policy.horizontal_flip,
        "vertical": writer.policy.vertical_flip,
    }
    for mode, probability in flips.items():
        if probability:
            note = ""
            if probability != 0.5:
                note = f"The {mode} flip has probability 0.5; the policy has {probability:g}."
            writer.add(f'RandomFlip("{mode}")', note)


def _write_light(writer: _Writer) -> None:
    policy = writer.policy
    if policy.channel_shift_levels:
        writer.add(
            f"RandomBrightness({policy.channel_shift_levels / 255!r})",
            "RandomBrightness clips to 0..255 and not to the image's own range.",
        )
    if not policy.brightness.is_only(1):
        writer.add(f"RandomFactor({policy.brightness.low!r}, {policy.brightness.high!r})")
    if not policy.contrast.is_only(1):
        _write_contrast(writer, policy.contrast)


def _write_contrast(writer: _Writer, contrast: Range) -> None:
    below, above = round(1 - contrast.low, 12), round(contrast.high - 1, 12)
    # RandomContrast sorts its two numbers, so the first must not exceed the second.
    if -1 <= below <= above <= 1:
        writer.add(f"RandomContrast(({below!r}, {above!r}))")
    else:
        writer.notes.append(
            f"Not in keras.layers: a contrast factor of {contrast.low:g} to {contrast.high:g}."
        )


def _write_colour(writer: _Writer) -> None:
    policy = writer.policy
    if not policy.saturation.is_only(1):
        low, high = policy.saturation.low, policy.saturation.high
        writer.add(
            f"RandomSaturation(({low / (1 + low)!r}, {high / (1 + high)!r}))",
            "RandomSaturation works on HSV, and its factors are not uniform: near, not equal.",
        )
    if policy.hue_degrees:
        writer.add(
            f"RandomHue((0.0, {policy.hue_degrees / 180!r}))",
            "RandomHue turns the hue of HSV and changes the brightness: near, not equal.",
        )


def _write_rest(writer: _Writer) -> None:
    policy = writer.policy
    if policy.blur_px:
        kernel = 2 * math.ceil(3 * policy.blur_px) + 1
        writer.add(
            f"RandomGaussianBlur(factor=(1.0, 1.0), kernel_size={kernel}, "
            f"sigma=(0.0, {policy.blur_px!r}))",
            "RandomGaussianBlur draws one strength a batch for each axis, and darkens the edges.",
        )
    if policy.noise_levels:
        writer.notes.append(
            f"Not in keras.layers: noise of 0 to {policy.noise_levels:g} grey levels, drawn for "
            "each image."
        )
    if not policy.jpeg_quality.is_only(100):
        ends = policy.jpeg_quality
        writer.notes.append(f"Not in keras.layers: JPEG quality {ends.low:g} to {ends.high:g}.")
    if policy.erasing_probability and policy.erasing_area:
        odds = policy.erasing_probability
        least = min(ERASING_LEAST_AREA, policy.erasing_area)
        writer.add(
            f"RandomErasing(factor=({odds!r}, {odds!r}), "
            f"scale=({least!r}, {policy.erasing_area!r}), fill_value={policy.cval!r})",
            "RandomErasing draws the box's sides by another rule.",
        )


def _normalisation(writer: _Writer, normalisation: Normalisation) -> list[str]:
    layers = []
    if normalisation.rescale is not None:
        layers.append(f"Rescaling({normalisation.rescale!r})")
    if normalisation.samplewise_center or normalisation.samplewise_std:
        layers.append(
            f"Samplewise({normalisation.samplewise_center}, {normalisation.samplewise_std})"
        )
    if normalisation.featurewise_center or normalisation.featurewise_std:
        writer.notes.append(
            "Featurewise: add keras.layers.Normalization() and call its adapt(training_images)."
        )
    if normalisation.zca:
        writer.notes.append("Not in keras.layers: ZCA whitening.")
    return layers
