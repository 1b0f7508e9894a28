"""Training code beside inference code: where the model gets other inputs than it learnt from."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from inspector.code_reading.calls import code_calls
from inspector.code_reading.code_call import CodeCall
from inspector.code_reading.evaluation.class_names import ClassNames
from inspector.code_reading.evaluation.evaluator import Followed, follow
from inspector.code_reading.evaluation.image_follower import (
    ImageFollower,
    ImageUse,
    UseKind,
)
from inspector.code_reading.evaluation.image_loaders import generator_steps, loaded_image
from inspector.code_reading.evaluation.image_values import (
    Affine,
    Channels,
    Fit,
    ImageStep,
    ImageValue,
    Resize,
    Standardise,
    Truncate,
)
from inspector.code_reading.evaluation.objects import DataSet, LoaderName
from inspector.code_reading.evaluation.values import ListBox, Unknown
from inspector.code_reading.finding import HIGH, LOW, MIDDLE, FindingSeverity
from inspector.code_reading.model_input import ModelInput, distinct, model_input, step_text
from inspector.code_reading.program import CodePlace, Program, Unread
from inspector.code_reading.roles import DatasetRole

MAX_INPUTS: Final = 8
"""Ways in which inference code feeds a model that are compared."""

_BY_FOLDER: Final = (LoaderName.DATASET, LoaderName.GENERATOR, LoaderName.IMAGE_FOLDER)


class Aspect(StrEnum):
    """What two inputs differ in."""

    CHANNELS = "channel_order"
    EXIF = "exif_rotation"
    SIZE = "image_size"
    RESIZE = "resize_method"
    CROP = "crop"
    SCALE = "rescale"
    DTYPE = "dtype"
    CLASSES = "class_order"
    OTHER = "other_step"


@dataclass(frozen=True, slots=True)
class InputDifference:
    """One way in which inference is not training.

    Attributes:
        place: In the inference code; `training_place` in the training code.
        number: Of the serving input in `ServingReading.serving` that it is about.
        names: For the order of classes: those of training, then those of serving.
    """

    aspect: Aspect
    severity: FindingSeverity
    text: str
    place: CodePlace
    training_place: CodePlace
    number: int = 0
    names: tuple[tuple[str, ...], tuple[str, ...]] | None = None

    @property
    def code(self) -> str:
        """Its name in results."""
        return f"serving_{self.aspect.value}_differs"


@dataclass(frozen=True, slots=True)
class ServingReading:
    """Both programs, side by side.

    Attributes:
        training: What the model learns from; None if that is not known.
        serving: The ways in which the inference code feeds a model.
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
            "differences": [difference_document(d) for d in self.differences],
            "unread": [
                {"file": name, "line": u.place.line, "cell": u.place.cell, "what": u.what,
                 "why": u.why}
                for name, lacks in (("training", self.training_unread), ("serving", self.unread))
                for u in lacks
            ],
        }  # fmt: skip


def difference_document(difference: InputDifference) -> dict[str, object]:
    """Return one difference for `--json`."""
    return {
        "code": difference.code, "severity": difference.severity.value, "text": difference.text,
        "line": difference.place.line, "cell": difference.place.cell,
        "training_line": difference.training_place.line,
        "training_cell": difference.training_place.cell,
    }  # fmt: skip


def read_serving(
    training: Program, serving: Program, *, answers: Mapping[str, object] | None = None,
    class_names: Sequence[str] = (),
) -> ServingReading:  # fmt: skip
    """Compare what inference code gives a model with what training code gave it.

    Neither is run.

    Args:
        training: The training code.
        serving: The inference code.
        answers: Values for expressions of the training code that it does not tell.
        class_names: Of the dataset's class folders; () if there is no dataset.
    """
    trained = follow(training, answers, images=True)
    served = follow(serving, images=True)
    learnt, training_unread = _training_input(trained)
    inputs, unread = _serving_inputs(served)
    differences: list[InputDifference] = []
    if learnt is not None:
        for number, one in enumerate(inputs):
            differences += [replace(d, number=number) for d in _differences(learnt, one)]
    differences += _class_order(trained, served, class_names)
    once: dict[tuple[str, CodePlace], InputDifference] = {}
    for difference in differences:
        once.setdefault((difference.text, difference.place), difference)
    rank = {HIGH: 0, MIDDLE: 1, LOW: 2}
    return ServingReading(
        learnt, tuple(inputs), tuple(sorted(once.values(), key=lambda d: rank[d.severity])),
        tuple(unread), tuple(training_unread),
    )  # fmt: skip


# What the model learns from.


def _training_input(followed: Followed) -> tuple[ModelInput | None, list[Unread]]:
    images = followed.libraries.images
    assert images is not None
    inputs = [
        model_input(image, call.place) for call in _by_role(code_calls(followed))
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
    """Return the image that a dataset gives."""
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


# What inference gives it.


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


# What differs.


def _differences(learnt: ModelInput, served: ModelInput) -> Iterator[InputDifference]:
    yield from _channels(learnt, served)
    yield from _exif(learnt, served)
    yield from _sizes(learnt, served)
    yield from _crops(learnt, served)
    yield from _methods(learnt, served)
    yield from _scales(learnt, served)
    yield from _others(learnt, served)


def _channels(learnt: ModelInput, served: ModelInput) -> Iterator[InputDifference]:
    one, two = learnt.channels, served.channels
    if one is two or Channels.UNKNOWN in (one, two):
        return
    why = ""
    if two is Channels.BGR and "OpenCV" in served.library:
        why = " OpenCV reads BGR: add cv2.cvtColor(image, cv2.COLOR_BGR2RGB)."
    elif one is Channels.BGR and "OpenCV" in learnt.library:
        why = " OpenCV read BGR in training: leave the images as OpenCV gives them, or train anew."
    yield InputDifference(
        Aspect.CHANNELS, HIGH,
        f"The model learnt from {one.value} images and gets {two.value}.{why}",
        served.channels_place, learnt.channels_place,
    )  # fmt: skip


def _exif(learnt: ModelInput, served: ModelInput) -> Iterator[InputDifference]:
    one, two = learnt.upright, served.upright
    if one is None or two is None or one is two:
        return
    what = (
        f"Inference turns images upright by their EXIF orientation ({served.library} does), and "
        f"training did not ({learnt.library} does not)"
        if two
        else f"Training turned images upright by their EXIF orientation ({learnt.library} does), "
        f"and inference does not ({served.library} does not)"
    )
    yield InputDifference(
        Aspect.EXIF, MIDDLE, f"{what}: photos of phones arrive turned by 90 or 180 degrees.",
        served.upright_place, learnt.upright_place,
    )  # fmt: skip


def _sizes(learnt: ModelInput, served: ModelInput) -> Iterator[InputDifference]:
    one, two = learnt.size, served.size
    if one is None or two is None or one == two:
        return
    turned = one == two[::-1]
    why = " Height and width are exchanged: cv2.resize and Pillow take (width, height)."
    yield InputDifference(
        Aspect.SIZE, MIDDLE,
        f"Training used {one[0]} x {one[1]} px, inference {two[0]} x {two[1]} px (height x width)."
        f"{why if turned else ' Objects have another scale than the model learnt.'}",
        _geometry_place(served), _geometry_place(learnt),
    )  # fmt: skip


def _geometry_place(one: ModelInput) -> CodePlace:
    return one.geometry[-1][1] if one.geometry else one.place


def crop_steps(one: ModelInput) -> list[object]:
    """Return what decides which part of an image the model sees, and in which aspect ratio."""
    steps: list[object] = []
    for step, _ in one.geometry:
        if not isinstance(step, Resize):
            steps.append(step)
        elif step.fit is not Fit.STRETCH:
            steps.append((step.fit, step.height if step.fit is Fit.SHORT_SIDE else None))
    return steps


def _crops(learnt: ModelInput, served: ModelInput) -> Iterator[InputDifference]:
    one, two = crop_steps(learnt), crop_steps(served)
    if one == two:
        return
    texts = [
        ", then ".join(step_text(g) for g, _ in item.geometry) or "no resize"
        for item in (learnt, served)
    ]
    yield InputDifference(
        Aspect.CROP, MIDDLE,
        f"The model sees another part or aspect ratio of an image: {texts[0]} in training,"
        f" {texts[1]} in inference.",
        _geometry_place(served), _geometry_place(learnt),
    )  # fmt: skip


def _methods(learnt: ModelInput, served: ModelInput) -> Iterator[InputDifference]:
    one, two = learnt.resize, served.resize
    if one is None or two is None:
        if (one is None) != (two is None) and not (learnt.others or served.others):
            where = "inference" if two is None else "training"
            yield InputDifference(
                Aspect.RESIZE, LOW, f"The code of {where} does not resize.",
                _geometry_place(served), _geometry_place(learnt),
            )  # fmt: skip
        return
    if (one.method, one.antialias) == (two.method, two.antialias):
        return
    names = [
        f"{r.method.value}{' with antialiasing' if r.antialias else ' without antialiasing'}"
        for r in (one, two)
    ]
    yield InputDifference(
        Aspect.RESIZE, LOW,
        f"Images are resized in another way: {names[0]} in training, {names[1]} in inference.",
        _geometry_place(served), _geometry_place(learnt),
    )  # fmt: skip


def _scales(learnt: ModelInput, served: ModelInput) -> Iterator[InputDifference]:
    one, two = learnt.scale, served.scale
    if one is not None and two is not None and _close(one, two):
        return
    if one is None and two is None and _kinds(learnt) == _kinds(served):
        return
    places = [item.values[-1][1] if item.values else item.place for item in (served, learnt)]
    truncates = [any(isinstance(v, Truncate) for v, _ in item.values) for item in (learnt, served)]
    if truncates[0] != truncates[1]:
        where = "inference" if truncates[1] else "training"
        yield InputDifference(
            Aspect.DTYPE, HIGH,
            f"The code of {where} makes whole numbers of values that are scaled already: nearly "
            "all of them become 0. Convert to whole numbers before scaling, or not at all.",
            places[0], places[1],
        )  # fmt: skip
        return
    twice = ""
    if one is not None and two is not None and _close(_squared(one), two):
        twice = " The images are rescaled twice."
    yield InputDifference(
        Aspect.SCALE, HIGH,
        f"The model learnt from values of {learnt.range_text} and gets {served.range_text}.{twice}",
        places[0], places[1],
    )  # fmt: skip


def _squared(scale: Affine) -> Affine:
    return Affine(
        tuple(f * f for f in scale.factor),
        tuple(o * f + o for f, o in zip(scale.factor, scale.offset, strict=True)),
    )


def _close(one: Affine, two: Affine) -> bool:
    """Tell whether black and white are nearly the same in all channels."""
    spread = max(abs(f) for f in one.factor) * 255 or 1.0
    ends = (
        (f * x + o, g * x + p)
        for f, o, g, p in zip(one.factor, one.offset, two.factor, two.offset, strict=True)
        for x in (0, 255)
    )
    # 255 against 256 levels is a difference of rounding.
    return all(abs(a - b) <= 0.01 * spread for a, b in ends)


def _kinds(one: ModelInput) -> list[object]:
    return [v for v, _ in one.values if isinstance(v, Standardise | Truncate)]


def _others(learnt: ModelInput, served: ModelInput) -> Iterator[InputDifference]:
    mine = {o.text for o, _ in served.others}
    theirs = {o.text for o, _ in learnt.others}
    for item, known, where, other in (
        (served, theirs, "Inference", "training"), (learnt, mine, "Training", "inference"),
    ):  # fmt: skip
        for step, place in item.others:
            if step.text in known or step.unsure:
                continue
            yield InputDifference(
                Aspect.OTHER, MIDDLE,
                f"{where} does {step.text[:80]}, which {other} does not. What it changes is not"
                " computed here.",
                place if item is served else served.place,
                place if item is learnt else learnt.place,
            )  # fmt: skip


# The order of the classes.


def _class_order(
    trained: Followed, served: Followed, class_names: Sequence[str]
) -> Iterator[InputDifference]:
    serving = _written(served)
    if serving is None:
        return
    names, place, certain = _trained_names(trained, class_names)
    if names is None and place is None:
        return
    mine = [_plain(n) for n in serving.names]
    where = place or CodePlace(1)
    if names is None:
        if mine != sorted(mine) and list(serving.names) != sorted(serving.names):
            yield InputDifference(
                Aspect.CLASSES, MIDDLE,
                f"{serving.variable} is not in the order of its characters, by which training"
                " numbers class folders: a right prediction gets a wrong name where these are the"
                f" names of the folders. Training's order would be {_listed(sorted(mine))}.",
                serving.place, where, names=(tuple(sorted(serving.names)), serving.names),
            )  # fmt: skip
        return
    theirs = [_plain(n) for n in names]
    if mine == theirs:
        return
    if sorted(mine) == sorted(theirs):
        wrong = sum(a != b for a, b in zip(mine, theirs, strict=True))
        yield InputDifference(
            Aspect.CLASSES, HIGH,
            f"{wrong} of {len(names)} classes get another class's name: training numbers"
            f" {_listed(names)}, {serving.variable} is {_listed(serving.names)}.",
            serving.place, where, names=(tuple(names), serving.names),
        )  # fmt: skip
    elif len(mine) != len(theirs) and certain:
        yield InputDifference(
            Aspect.CLASSES, HIGH,
            f"Training has {len(theirs)} classes, and {serving.variable} has {len(mine)} names.",
            serving.place, where,
        )  # fmt: skip


def _written(followed: Followed) -> ClassNames | None:
    """Return the one list of class names that code writes out; None if there are several."""
    images = followed.libraries.images
    assert images is not None
    lists = {c.names: c for c in reversed(images.class_names)}
    return next(iter(lists.values())) if len(lists) == 1 else None


def _trained_names(
    followed: Followed, class_names: Sequence[str]
) -> tuple[Sequence[str] | None, CodePlace | None, bool]:
    """Return the classes in the order of their numbers, where that is decided, and if surely.

    Names are None where only the rule is known: by the characters of the folders' names.
    """
    calls = [c for c in _by_role(code_calls(followed)) if c.loader in _BY_FOLDER]
    for call in reversed(calls):
        given = call.source.arguments.get("class_names", call.source.arguments.get("classes"))
        items = given.data if isinstance(given, ListBox) else given
        if isinstance(items, list | tuple) and all(isinstance(n, str) for n in items) and items:
            return [str(n) for n in items], call.place, True
    if calls:
        return sorted(class_names) or None, calls[0].place, bool(class_names)
    written = _written(followed)
    return (written.names, written.place, True) if written else (None, None, False)


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name).strip().casefold()


def _listed(names: Sequence[str]) -> str:
    more = ", ..." if len(names) > 5 else ""
    return ", ".join(f"{i} {name}" for i, name in enumerate(names[:5])) + more
