"""Training code compared with inference code: where the model gets different inputs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from inspector.code_reading.calls import code_calls
from inspector.code_reading.class_order import class_order
from inspector.code_reading.code_call import CodeCall
from inspector.code_reading.evaluation.evaluator import Followed, follow
from inspector.code_reading.evaluation.images.image_follower import (
    ImageFollower,
    ImageUse,
    UseKind,
)
from inspector.code_reading.evaluation.images.image_loaders import generator_steps, loaded_image
from inspector.code_reading.evaluation.images.image_values import (
    Channels,
    ImageStep,
    ImageValue,
)
from inspector.code_reading.evaluation.objects import DataSet
from inspector.code_reading.evaluation.values import Unknown
from inspector.code_reading.finding import HIGH, LOW, MIDDLE
from inspector.code_reading.input_differences import InputDifference, input_differences
from inspector.code_reading.model_input import ModelInput, distinct, model_input
from inspector.code_reading.program import CodePlace, Program, Unread
from inspector.code_reading.role_corrections import is_role, with_roles
from inspector.code_reading.roles import DatasetRole

MAX_INPUTS: Final = 8
"""Number of inference inputs that are compared."""


@dataclass(frozen=True, slots=True)
class ServingReading:
    """Both programs side by side.

    Attributes:
        training: Training input of the model; None if unknown.
        serving: Inputs that the inference code passes to a model.
        unread: In the inference code; `training_unread` in the training code.
    """

    training: ModelInput | None
    serving: tuple[ModelInput, ...]
    differences: tuple[InputDifference, ...]
    unread: tuple[Unread, ...] = ()
    training_unread: tuple[Unread, ...] = field(default_factory=tuple)

    def document(self) -> dict[str, object]:
        """Return it for `--json`, without measurements."""
        return {
            "training": None if self.training is None else self.training.document(),
            "inputs": [one.document() for one in self.serving],
            "differences": [d.document() for d in self.differences],
            "unread": [
                {"file": name, "line": u.place.line, "cell": u.place.cell, "what": u.what,
                 "why": u.why}
                for name, lacks in (("training", self.training_unread), ("serving", self.unread))
                for u in lacks
            ],
        }  # fmt: skip


def read_serving(
    training: Program, serving: Program, *, answers: Mapping[str, object] | None = None,
    class_names: Sequence[str] = (),
) -> ServingReading:  # fmt: skip
    """Compare the model inputs of inference code with those of training code.

    Neither is run.

    Args:
        training: Training code.
        serving: Inference code.
        answers: Values of expressions that the training code does not tell, and corrected roles of
            its datasets.
        class_names: Class folders of the dataset; () without a dataset.

    Raises:
        UsageError: A corrected role is of no dataset of the training code.
    """
    given = answers or {}
    values = {name: value for name, value in given.items() if not is_role(name)}
    roles = {name: str(value) for name, value in given.items() if is_role(name)}
    trained = follow(training, values, images=True)
    served = follow(serving, images=True)
    calls = _by_role(with_roles(code_calls(trained), roles))
    learnt, training_unread = _training_input(trained, calls)
    inputs, unread = _serving_inputs(served)
    differences: list[InputDifference] = []
    if learnt is not None:
        for number, one in enumerate(inputs):
            differences += [replace(d, number=number) for d in input_differences(learnt, one)]
    differences += class_order(trained, calls, served, class_names)
    once: dict[tuple[str, CodePlace], InputDifference] = {}
    for difference in differences:
        once.setdefault((difference.text, difference.place), difference)
    rank = {HIGH: 0, MIDDLE: 1, LOW: 2}
    return ServingReading(
        learnt, tuple(inputs), tuple(sorted(once.values(), key=lambda d: rank[d.severity])),
        tuple(unread), tuple(training_unread),
    )  # fmt: skip


# Training input.


def _training_input(
    followed: Followed, calls: Sequence[CodeCall]
) -> tuple[ModelInput | None, list[Unread]]:
    images = followed.libraries.images
    assert images is not None
    inputs = [
        model_input(image, call.place) for call in calls
        if (image := _given(images, call.data, call)) is not None
    ]  # fmt: skip
    uses = [u for u in images.uses if u.kind is not UseKind.PREDICT]
    for use in sorted(uses, key=lambda u: u.kind is UseKind.FIT):
        image = images.image_of(use.value)
        if image is not None:
            inputs.append(model_input(image, use.place))
    if inputs:
        return inputs[0], _lacks(inputs[:1])
    place = uses[0].place if uses else CodePlace(1)
    why = "the code does not tell how the images are read that the model is trained on"
    return None, [Unread(place, "what the model is trained on", why)]


def _by_role(calls: Sequence[CodeCall]) -> list[CodeCall]:
    """Return the calls that train or validate: validation, which is never augmented, first."""
    order = {DatasetRole.VALIDATION: 0, DatasetRole.TRAINING: 1, DatasetRole.OTHER: 2}
    return sorted((c for c in calls if c.role in order), key=lambda c: order[c.role])


def _given(images: ImageFollower, data: DataSet, call: CodeCall | None) -> ImageValue | None:
    """Return the image that a dataset yields."""
    image = images.image_in(data) or loaded_image(data)
    maker = data.source.maker if call is None else call.maker
    if image is None or maker is None:
        return image
    function = maker.arguments.get("preprocessing_function")
    if function is not None:
        before = len(image.steps)
        image = images.applied(function, image, maker.node)
        moved = (ImageStep(step.kind, maker.place) for step in image.steps[before:])
        image = ImageValue((*image.steps[:before], *moved))
    return image.after(maker.place, *generator_steps(maker))


# Inference inputs.


def _serving_inputs(followed: Followed) -> tuple[list[ModelInput], list[Unread]]:
    images = followed.libraries.images
    assert images is not None
    uses = [u for u in images.uses if u.kind is UseKind.PREDICT]
    inputs: list[ModelInput] = []
    unread: list[Unread] = []
    for use in uses:
        image = _used(images, use)
        if image is not None:
            inputs.append(model_input(image, use.place))
        else:
            why = "the code does not tell how the image is read and prepared"
            unread.append(Unread(use.place, "what the model is given", why))
    if not uses:
        unread.append(Unread(CodePlace(1), "the model", "no line gives an image to a model"))
    inputs = distinct(inputs)[:MAX_INPUTS]
    return inputs, [*dict.fromkeys([*unread, *_lacks(inputs)])]


def _used(images: ImageFollower, use: ImageUse) -> ImageValue | None:
    value = use.value
    if isinstance(value, Unknown) and len(value.options) == 1:
        value = value.options[0]
    if isinstance(value, DataSet):
        return _given(images, value, None)
    return images.image_of(value)


def _lacks(inputs: Sequence[ModelInput]) -> list[Unread]:
    unread = [
        Unread(place, other.text, "it depends on what is only known when the code runs")
        for one in inputs for other, place in one.others if other.unsure
    ]  # fmt: skip
    for one in inputs:
        if one.channels is Channels.UNKNOWN:
            why = "the code does not tell whether the image comes as RGB or BGR"
            unread.append(Unread(one.channels_place, "the order of the channels", why))
    return unread
