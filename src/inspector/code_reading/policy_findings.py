"""Pitfalls of the augmentation in code: which data uses which generator, and in what order."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from inspector.augmentation.keras_versions import swaps_axes
from inspector.code_reading.code_call import CodeCall
from inspector.code_reading.evaluation.evaluator import Followed
from inspector.code_reading.evaluation.images.image_functions import numbers_of
from inspector.code_reading.evaluation.objects import (
    FOLDER_LOADERS,
    Action,
    Arrays,
    DataSet,
    Generator,
    Layer,
    LoaderName,
)
from inspector.code_reading.evaluation.values import Ref, Unknown, is_number
from inspector.code_reading.finding import HIGH, LOW, MIDDLE, CodeFinding
from inspector.code_reading.pitfalls.rescaling import is_rescaling, rescaling_findings
from inspector.code_reading.policies import (
    CodePolicy,
    containers,
    generator_policy,
    is_random,
    layer_text,
    mapped_layers,
    moves_zero,
)
from inspector.code_reading.roles import DatasetRole
from inspector.code_reading.split_findings import pairs
from inspector.errors import UsageError

_CHANGES: Final = (
    "rotation_range", "width_shift_range", "height_shift_range", "brightness_range",
    "shear_range", "zoom_range", "channel_shift_range", "horizontal_flip", "vertical_flip",
)  # fmt: skip
_NORMALISES: Final = (
    "rescale", "samplewise_center", "samplewise_std_normalization", "featurewise_center",
    "featurewise_std_normalization", "zca_whitening", "preprocessing_function",
)  # fmt: skip
_TURN: Final = 0.2
_WITH_SIDES: Final = re.compile(
    r"digit|mnist|svhn|letter|ocr|captcha|alphabet|numeral|handwritten|licen[cs]e.?plate", re.I
)


def policy_findings(
    followed: Followed,
    calls: Sequence[CodeCall],
    policies: Sequence[CodePolicy],
    keras_version: str,
) -> Iterator[CodeFinding]:
    """Yield the findings about the augmentation beyond single parameters."""
    yield from _validation(followed, calls)
    yield from _nearest(calls)
    yield from _whole_numbers(followed)
    yield from _seed_with_workers(followed, calls)
    yield from _brightness_of_ones(policies)
    yield from _exchanged_shifts(followed, keras_version)
    yield from rescaling_findings(followed, calls, policies)
    yield from _turns(followed)
    yield from _left_out(followed, policies)
    yield from _sides(followed, calls, policies)


def augments(call: CodeCall) -> bool:
    """Tell whether a dataset changes its images at random."""
    if call.maker is not None and generator_changes(call.maker):
        return True
    return any(is_random(layer) for layer in mapped_layers(call))


def generator_changes(generator: Generator) -> bool:
    """Tell whether a generator changes images at random; unreadable values count as yes."""
    return any(
        value not in (None, False, 0, 0.0) for name, value in generator.arguments.items()
        if name in _CHANGES
    )  # fmt: skip


def _validation(followed: Followed, calls: Sequence[CodeCall]) -> Iterator[CodeFinding]:
    yield from _augmented(followed, calls)
    told: set[str] = set()
    for one, two in pairs(calls):
        name = two.role.value
        if one.maker is None and two.maker is None and name not in told:
            steps = normalising_steps(one), normalising_steps(two)
            if None not in steps and steps[0] != steps[1]:
                told.add(name)
                words = [
                    " and ".join(step for step, _ in part or ()) or "nothing" for part in steps
                ]
                yield CodeFinding(
                    "validation_normalised_differently", HIGH,
                    f"The {name} images are not normalised as training images are "
                    f"({words[0]} for training, {words[1]} for {name}): the "
                    "model sees other values than it learned from. Apply the same steps to both.",
                    two.place, "validation",
                )  # fmt: skip
        if one.maker is not None and two.maker is not None and name not in told:
            first, second = _normalised(one.maker), _normalised(two.maker)
            if first != second:
                told.add(name)
                yield CodeFinding(
                    "validation_normalised_differently", HIGH,
                    f"The {name} images are not normalised as training images are "
                    f"({_words(first)} for training, {_words(second)} for {name}): the model sees "
                    "other values than it learned from. Give both generators the same rescale, "
                    "preprocessing_function, samplewise_ and featurewise_ parameters.",
                    two.place, "validation",
                )  # fmt: skip


_NORMALISING: Final = (
    "Rescaling", "Normalization", "Normalize", "preprocess_input", "per_image_standardization",
    "ToTensor",
)  # fmt: skip


def normalising_steps(call: CodeCall) -> list[tuple[str, object]] | None:
    """Return the steps of a dataset's maps that scale values; None if a map is unknown."""
    steps: list[tuple[str, object]] = []
    maps = [s for data in containers(call.data) for s in data.steps if s.name == "map"]
    if any(isinstance(v, Unknown) for s in maps for v in s.values):
        return None
    opens_images = call.loader in (
        LoaderName.IMAGE_FOLDER,
        LoaderName.TORCHVISION,
    ) or call.data.has("of")
    if not (maps or opens_images or call.read_by_model or call.loader in FOLDER_LOADERS):
        return None  # A list of files: what is done with its images stands elsewhere.
    for layer in mapped_layers(call):
        if layer.name in _NORMALISING:
            numbers = [numbers_of(v) for v in (*layer.places, *layer.names.values())]
            rounded = [tuple(round(n, 6) for n in v) for v in numbers if v is not None]
            steps.append((layer.name, rounded))
    return steps


def _augmented(followed: Followed, calls: Sequence[CodeCall]) -> Iterator[CodeFinding]:
    told: set[DatasetRole] = set()
    # A transform that one side sets on the dataset of both is told apart.
    reset = [
        e.data.source for e in followed.events
        if e.action is Action.SET and e.name == "dataset.transform" and isinstance(e.data, DataSet)
    ]  # fmt: skip
    for call in calls:
        if call.role in told or call.source in reset or not augments(call):
            continue
        told.add(call.role)
        line = (call.maker.place if call.maker is not None else call.place).line
        if call.role is DatasetRole.VALIDATION:
            yield CodeFinding(
                "validation_augmented", MIDDLE,
                f"The validation images are augmented (line {line}): they are turned and shifted "
                "like training images, so the accuracy is measured on other images than yours. "
                "Use a second generator that only normalises, with the same validation_split.",
                call.place, "validation",
            )  # fmt: skip
        elif call.role is DatasetRole.TEST:
            yield CodeFinding(
                "test_augmented", LOW,
                f"The test images are augmented (line {line}). That is right only for test-time "
                "augmentation, where several passes are averaged.",
                call.place, "test",
            )  # fmt: skip


def _normalised(generator: Generator) -> dict[str, str]:
    given = generator.arguments
    return {
        name: _text(given[name]) for name in _NORMALISES
        if given.get(name) not in (None, False, 0, 0.0)
    }  # fmt: skip


def _text(value: object) -> str:
    if is_number(value):
        return f"{value:.6g}"
    return value.last if isinstance(value, Ref) else str(getattr(value, "name", "")) or str(value)


def _words(names: Mapping[str, object]) -> str:
    return " and ".join(names) or "nothing"


def _nearest(calls: Sequence[CodeCall]) -> Iterator[CodeFinding]:
    for call in calls:
        flows = call.maker is not None and call.loader is not LoaderName.ARRAYS
        own = call.loader in (LoaderName.GENERATOR, LoaderName.DATAFRAME)
        if flows and own and "interpolation" not in call.source.arguments and not call.source.open:
            yield CodeFinding(
                "nearest_interpolation", LOW,
                "flow_from_directory resizes by the nearest pixel unless it is told otherwise, "
                "which leaves jagged edges; image_dataset_from_directory is bilinear. Add "
                'interpolation="bilinear".',
                call.place, "interpolation",
            )  # fmt: skip
            return


def _whole_numbers(followed: Followed) -> Iterator[CodeFinding]:
    for generator in followed.libraries.generators:
        given = generator.arguments
        kind = given.get("dtype")
        whole = kind == "uint8" or (isinstance(kind, Ref) and kind.last == "uint8")
        if whole and given.get("rescale") is not None:
            yield CodeFinding(
                "uint8_rescale", HIGH,
                'dtype="uint8" and rescale don\'t go together: Keras multiplies in place, and '
                "that raises an error for whole numbers. Leave dtype out.",
                generator.place, "rescale",
            )  # fmt: skip


def _seed_with_workers(followed: Followed, calls: Sequence[CodeCall]) -> Iterator[CodeFinding]:
    if not any(c.seed is not None for c in calls if c.maker is not None):
        return
    for event in followed.events:
        workers = event.options.get("workers")
        if isinstance(workers, int) and workers > 1:
            yield CodeFinding(
                "seed_with_workers", MIDDLE,
                f"With workers={workers} the seed makes nothing repeatable: the threads draw from "
                "one global generator, in whatever order they come. Use workers=1 where a run has "
                "to be repeated.",
                event.place, "workers",
            )  # fmt: skip
            return


def _brightness_of_ones(policies: Sequence[CodePolicy]) -> Iterator[CodeFinding]:
    for policy in policies:
        rescaled = False
        for layer in policy.layers:
            rescaled |= is_rescaling(layer)
            light = layer.name == "RandomBrightness" and layer.family == "keras"
            if rescaled and light and "value_range" not in layer.names and len(layer.places) < 2:
                yield CodeFinding(
                    "brightness_after_rescaling", HIGH,
                    "RandomBrightness comes after Rescaling and takes its input as 0..255: a "
                    "factor of 0.2 adds up to 51 to values that end at 1. Set value_range=(0, 1), "
                    "or put it before Rescaling.",
                    layer.place, "RandomBrightness",
                )  # fmt: skip
                return


def _exchanged_shifts(followed: Followed, keras_version: str) -> Iterator[CodeFinding]:
    if not keras_version or not swaps_axes(keras_version):
        return
    for generator in followed.libraries.generators:
        try:
            policy = generator_policy(generator)
        except UsageError:
            continue
        if policy.width_shift == policy.height_shift:
            continue
        for name, way in (("width_shift_range", "up and down"), ("height_shift_range", "sideways")):
            if name in generator.arguments:
                yield CodeFinding(
                    "swapped_axes", MIDDLE,
                    f"{name} moves images {way} in Keras {keras_version} (keras#17398). What is "
                    "shown is what it does; if you meant the name, exchange the two shifts.",
                    generator.place, name,
                )  # fmt: skip
        return


def _turns(followed: Followed) -> Iterator[CodeFinding]:
    """Find RandomRotation factors that were meant as degrees, or that rotate far."""
    told: set[int] = set()
    for layer in followed.libraries.layers:
        factor = layer.places[0] if layer.places else layer.names.get("factor")
        known = (
            layer.name == "RandomRotation"
            and layer.family == "keras"
            and id(layer.node) not in told
        )
        if not known or not is_number(factor):
            continue
        told.add(id(layer.node))
        turn = abs(float(factor))  # type: ignore[arg-type]
        if turn >= 1:
            yield CodeFinding(
                "rotation_is_a_turn", HIGH,
                f"RandomRotation takes a share of a full turn, and {turn:g} is {turn:g} turns: "
                f"{turn:g} degrees is {turn / 360:.3g}. Keras 3 stops with an error.",
                layer.place, "RandomRotation", {"rotation_range": turn} if turn <= 360 else None,
            )  # fmt: skip
        elif turn >= _TURN:
            yield CodeFinding(
                "rotation_is_a_turn", LOW,
                f"RandomRotation({turn:g}) turns by up to ±{360 * turn:.0f} degrees: the factor is "
                f"a share of a full turn. ±20 degrees is 0.056.",
                layer.place, "RandomRotation",
            )  # fmt: skip


def _left_out(followed: Followed, policies: Sequence[CodePolicy]) -> Iterator[CodeFinding]:
    """Report what the displayed policy can't express."""
    generators = followed.libraries.generators
    layers = [
        m for m in followed.libraries.layers if m.name.startswith("Random") and m.family == "keras"
    ]
    own = [g for g in generators if g.arguments.get("preprocessing_function") is not None]
    if own:
        yield CodeFinding(
            "preprocessing_left_out", LOW,
            "preprocessing_function is code of its own and never run here: what it does is not in "
            "the policy that is shown.",
            own[0].place, "preprocessing_function",
        )  # fmt: skip
    if generators and layers:
        names = ", ".join(dict.fromkeys(m.name for m in layers))
        yield CodeFinding(
            "layers_left_out", MIDDLE,
            f"The code augments by layers as well ({names}): the policy shown is the generator's "
            "alone, and training would do both.",
            layers[0].place, layers[0].name,
        )  # fmt: skip
    for policy in policies:
        left = [n for n in policy.left_out if n != "Normalize"]
        if left:
            yield CodeFinding(
                "layers_left_out", LOW,
                f"{', '.join(left)} can't be shown as part of a policy: the policy "
                "holds the rest.",
                policy.place, left[0],
            )  # fmt: skip
    offset = [m for m in followed.libraries.layers if moves_zero(m)]
    if offset:
        yield CodeFinding(
            "offset_left_out", LOW,
            f"{layer_text(offset[0])} moves the values below 0. A policy has no place for an "
            "offset, so its normalisation is left out here; no image that is shown changes by it.",
            offset[0].place, "rescale",
        )  # fmt: skip
    yield from _weak_noise(policies)


def _weak_noise(policies: Sequence[CodePolicy]) -> Iterator[CodeFinding]:
    for policy in policies:
        before: list[Layer] = []
        for layer in policy.layers:
            level = layer.places[0] if layer.places else layer.names.get("stddev")
            noise = layer.name == "GaussianNoise" and is_number(level)
            weak = noise and float(level) < 2 and any(is_random(m) for m in before)  # type: ignore[arg-type]
            if weak and not any(is_rescaling(m) for m in before):
                yield CodeFinding(
                    "noise_too_small", MIDDLE,
                    f"GaussianNoise({level:g}) is in the units of its input: on 0..255 it changes "
                    "nothing that can be seen. Put it after Rescaling, or give grey levels.",
                    layer.place, "GaussianNoise",
                )  # fmt: skip
                return
            before.append(layer)


def _sides(
    followed: Followed, calls: Sequence[CodeCall], policies: Sequence[CodePolicy]
) -> Iterator[CodeFinding]:
    """Find flips of images whose classes have a left and a right: digits, letters, text."""
    where = [c.folder for c in calls if c.folder and _WITH_SIDES.search(c.folder)]
    arrays = [
        v.name for c in calls for v in (c.source.arguments.get("x"), *c.source.arguments.values())
        if isinstance(v, Arrays) and v.name == "mnist"
    ]  # fmt: skip
    arrays += [
        "mnist" for e in followed.events if isinstance(e.data, Arrays) and e.data.name == "mnist"
    ]
    if not where and not arrays:
        return
    name = (where or arrays)[0]
    for policy in policies:
        augmentation = policy.policy
        if augmentation is None or policy.role in (DatasetRole.VALIDATION, DatasetRole.TEST):
            continue
        flips = [n for n in ("horizontal_flip", "vertical_flip") if getattr(augmentation, n)]
        if flips:
            yield CodeFinding(
                "flips_change_labels", MIDDLE,
                f"{' and '.join(flips)} turn digits and letters into other ones or into none "
                f"({name}): 6 and 9, 2 and 5, b and d. Leave flips out.",
                policy.place, flips[0], dict.fromkeys(flips, False),
            )  # fmt: skip
            return
