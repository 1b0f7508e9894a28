"""Differences between the model inputs of inference code and of training code."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from inspector.code_reading.evaluation.images.image_values import (
    Affine,
    Channels,
    Fit,
    Resize,
    Standardise,
    Truncate,
)
from inspector.code_reading.finding import HIGH, LOW, MIDDLE, FindingSeverity
from inspector.code_reading.model_input import ModelInput, step_text
from inspector.code_reading.program import CodePlace


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
    """One difference between inference and training.

    Attributes:
        place: In the inference code; `training_place` in the training code.
        number: Index in `ServingReading.serving` of the input that it is about.
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

    def document(self) -> dict[str, object]:
        """Return it for `--json`."""
        return {
            "code": self.code, "severity": self.severity.value, "text": self.text,
            "line": self.place.line, "cell": self.place.cell,
            "training_line": self.training_place.line, "training_cell": self.training_place.cell,
        }  # fmt: skip


def input_differences(learnt: ModelInput, served: ModelInput) -> Iterator[InputDifference]:
    """Yield the differences between an input of inference and that of training."""
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
    """Return what decides which part of an image the model sees, and its aspect ratio."""
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
    # 255 against 256 levels is a rounding difference.
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
