"""Pasted Keras code to a policy: parsed, never evaluated.

Read are ImageDataGenerator(...), the Random* layers and Rescaling of keras.layers, wherever they
stand in a script; `dataset.code_walk` follows names to what their arguments are. All else is passed
over.
"""

from typing import Any, Final

from inspector.augmentation.keras_calls import GENERATOR, KerasCall, keras_calls, parse_tree
from inspector.augmentation.keras_layers import LAYERS, read_layers
from inspector.augmentation.policy_json import Policy, read_idg
from inspector.dataset.code_values import Unread
from inspector.errors import UsageError

# Of no effect on a policy, whatever they hold; of a preprocessing_function lint_code tells.
_NOT_READ: Final = (
    "preprocessing_function", "input_shape", "batch_input_shape", "name", "seed", "dtype",
    "trainable", "validation_split",
)  # fmt: skip

# In the order of ImageDataGenerator's own signature, for arguments without a name.
_POSITIONS: Final = (
    "featurewise_center",
    "samplewise_center",
    "featurewise_std_normalization",
    "samplewise_std_normalization",
    "zca_whitening",
    "zca_epsilon",
    "rotation_range",
    "width_shift_range",
    "height_shift_range",
    "brightness_range",
    "shear_range",
    "zoom_range",
    "channel_shift_range",
    "fill_mode",
    "cval",
    "horizontal_flip",
    "vertical_flip",
    "rescale",
)


def parse_code(text: str, *, keras_version: str | None = None) -> Policy:
    """Return the policy that a piece of Keras code means.

    Args:
        text: Python code. Of several generators the first that augments counts; stacks of layers
            are joined.
        keras_version: That the code was written for, "2.8" or "3"; decides which axis a shift of
            ImageDataGenerator moves along. None takes each shift along the axis of its name.

    Raises:
        UsageError: It is not Python, holds no augmentation, or hides a value of it.
    """
    calls = keras_calls(parse_tree(text))
    swapped = keras_version is not None and swaps_axes(keras_version)
    generators = [call for call in calls if call.name == GENERATOR]
    if not generators:
        return read_layers(_layers(calls))
    policies, refused = [], []
    for call in generators:
        try:
            policies.append(generator_policy(call, swapped=swapped))
        except UsageError as error:
            refused.append(error)
    # Beside the training generator there is often one for validation, which only rescales.
    augmenting = next((p for p in policies if p.changes_pixels), None)
    if augmenting is not None:
        return augmenting
    if refused:
        raise refused[0]
    return policies[0]


def generator_policy(call: KerasCall, *, swapped: bool = False) -> Policy:
    """Return the policy of one call of ImageDataGenerator.

    Args:
        call: Of it.
        swapped: Whether its Keras exchanges the axes of the shifts.

    Raises:
        UsageError: It holds anything that is not understood.
    """
    if len(call.places) > len(_POSITIONS):
        raise UsageError("ImageDataGenerator has too many arguments", "Give them by name.")
    places = dict(zip(_POSITIONS, call.places, strict=False))
    named = _plain({**places, **call.named})
    if swapped:
        width, height = named.pop("width_shift_range", 0), named.pop("height_shift_range", 0)
        named |= {"width_shift_range": height, "height_shift_range": width}
    return read_idg(named)


def swaps_axes(keras_version: str) -> bool:
    """Tell whether ImageDataGenerator of this Keras swaps the axes of its shifts: since 2.9.

    Raises:
        UsageError: It is no version number.
    """
    try:
        parts = [int(p) for p in keras_version.strip().split(".")[:2]]
    except ValueError:
        raise UsageError(
            f"{keras_version[:40]!r} is not a version of Keras", "Give one such as 2.8 or 3.15."
        ) from None
    return parts[0] > 2 or (parts[0] == 2 and (len(parts) == 1 or parts[1] >= 9))


def moves_zero(call: KerasCall) -> bool:
    """Tell whether it is a Rescaling with an offset."""
    offset = call.places[1] if len(call.places) > 1 else call.named.get("offset")
    return call.name == "Rescaling" and bool(offset)


def _layers(calls: list[KerasCall]) -> list[tuple[str, list[Any], dict[str, Any]]]:
    if not calls:
        raise UsageError(
            "there is no ImageDataGenerator and no Random layer in this code",
            "Paste the call itself, such as ImageDataGenerator(rotation_range=20).",
        )
    # A policy has no place for an offset; lint_code tells of it.
    layers = [_layer(call) for call in calls if not moves_zero(call)]
    # A script that makes two models often writes the same layers twice.
    once = [layer for i, layer in enumerate(layers) if layer not in layers[:i]]
    return once or [_layer(call) for call in calls]


def _layer(call: KerasCall) -> tuple[str, list[Any], dict[str, Any]]:
    if call.name not in LAYERS:
        known = ", ".join(sorted(LAYERS))
        raise UsageError(f"the layer {call.name[:60]} can't be read", f"Known are: {known}.")
    return call.name, [_value(call.name, v) for v in call.places], _plain(call.named)


def _plain(named: dict[str, object]) -> dict[str, Any]:
    return {name: _value(name, v) for name, v in named.items() if name not in _NOT_READ}


def _value(name: str, found: object) -> Any:
    """Return a value as JSON has it."""
    match found:
        case bool() | int() | float() | str() | None:
            return found
        case list() | tuple():
            return [_value(name, one) for one in found]
        case dict():
            return {str(key): _value(name, one) for key, one in found.items()}
    text = " ".join(found.text.split()) if isinstance(found, Unread) else "a function"
    raise UsageError(
        f"{name[:40]} has no value in this code: {text if len(text) <= 60 else text[:57] + '...'}",
        "Code is read, never run. Write the number itself in its place.",
    )
