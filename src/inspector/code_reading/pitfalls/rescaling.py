"""Images that are scaled to 0..1 twice."""

from collections.abc import Iterator, Sequence
from typing import Final

from inspector.code_reading.code_call import CodeCall
from inspector.code_reading.dataset_uses import data_sets
from inspector.code_reading.evaluation.evaluator import Followed
from inspector.code_reading.evaluation.objects import (
    Action,
    Arrays,
    DataSet,
    Event,
    Generator,
    Layer,
)
from inspector.code_reading.evaluation.values import Ref, is_number
from inspector.code_reading.finding import HIGH, MIDDLE, CodeFinding
from inspector.code_reading.policies import CodePolicy, flat_layers, mapped_layers
from inspector.code_reading.program import CodePlace
from inspector.code_reading.roles import DatasetRole

# Source: keras.applications: these models contain a Rescaling or Normalization.
_RESCALING_MODELS: Final = ("EfficientNet", "MobileNetV3", "ConvNeXt", "RegNet", "ResNetRS")


def rescaling_findings(
    followed: Followed, calls: Sequence[CodeCall], policies: Sequence[CodePolicy]
) -> Iterator[CodeFinding]:
    """Yield the finding about images that are scaled to 0..1 twice."""
    for generator in followed.libraries.generators:
        given = generator.arguments
        function = given.get("preprocessing_function")
        known = isinstance(function, Ref) and function.last == "preprocess_input"
        if known and _rescales(generator):
            yield CodeFinding(
                "rescaled_twice", HIGH,
                "preprocess_input scales the images already, and rescale scales them once more: "
                "the model sees values that it was not trained on. Leave rescale out.",
                generator.place, "rescale", {"rescale": None},
            )  # fmt: skip
            return
    yield from _test_only(followed)
    for name, place, suggestion in _double(followed, calls, policies):
        yield CodeFinding(
            "rescaled_twice", HIGH,
            f"The images are rescaled twice, {name}: what passes both is nearly black. Keep one "
            "of the two.",
            place, "rescale", suggestion,
        )  # fmt: skip
        return


def _test_only(followed: Followed) -> Iterator[CodeFinding]:
    """Find a test set that is scaled twice, where training images are scaled once."""
    trained = [d for e in followed.events if e.action is Action.FIT for d in data_sets(e.data)]
    once = [d for d in trained if len(_scalings(d)) == 1]
    for event in followed.events:
        for data in data_sets(event.data) if event.action is Action.EVALUATE else ():
            steps = _scalings(data)
            if len(steps) > 1 and once:
                yield CodeFinding(
                    "rescaled_twice", MIDDLE,
                    "The test images are scaled to 0..1 twice, and the training images once: the"
                    " model sees them nearly black. Apply the same steps to both.",
                    event.place, "rescale",
                )  # fmt: skip
                return


def _scalings(data: DataSet) -> list[Layer]:
    return [
        v for s in data.steps if s.name == "map" for v in s.values
        if isinstance(v, Layer) and is_rescaling(v)
    ]  # fmt: skip


def _rescales(generator: Generator) -> bool:
    scale = generator.arguments.get("rescale")
    return scale is not None and (not is_number(scale) or 0 < abs(scale) < 0.1)  # type: ignore[arg-type]


def _double(
    followed: Followed, calls: Sequence[CodeCall], policies: Sequence[CodePolicy]
) -> Iterator[tuple[str, CodePlace, dict[str, None] | None]]:
    """Yield the paths that rescale twice: text, position, and what to change."""
    fits = [(i, e) for i, e in enumerate(followed.events) if e.action is Action.FIT]
    for number, event in fits:
        mine = [
            c for c in calls if c.role is DatasetRole.TRAINING and number in c.fit_numbers
        ]  # fmt: skip
        yield from _divided_before(event)
        model = list(flat_layers(event.model))
        inside = [m for m in model if is_rescaling(m)]
        own = next((m for m in model if _rescales_itself(m)), None)
        maps = [m for c in mine for m in mapped_layers(c) if is_rescaling(m)]
        makers = [c.maker for c in mine if c.maker is not None and _rescales(c.maker)]
        second = inside[0] if inside else own
        if makers and second is not None:
            yield (
                f"by the generator and by {second.name} in the model",
                second.place,
                {"rescale": None},
            )
        elif maps and second is not None:
            yield f"by map() and by {second.name} in the model", maps[0].place, None
        elif len(inside) > 1 or (inside and own is not None):
            last = own if own is not None and len(inside) < 2 else inside[1]
            yield f"by {inside[0].name} and by {last.name} in the model", last.place, None
        elif len(maps) > 1:
            yield "by two steps of map()", maps[1].place, None
    if not fits:
        layers = [m for m in followed.libraries.layers if m.name == "Rescaling" and _shrinks(m)]
        makers = [g for g in followed.libraries.generators if _rescales(g)]
        if layers and makers:
            yield "by the generator and by a Rescaling layer", layers[0].place, {"rescale": None}
        for policy in policies:
            twice = [m for m in policy.layers if is_rescaling(m)]
            if len(twice) > 1 and policy.connected:
                yield "by two layers of one stack", twice[1].place, None


def _rescales_itself(layer: Layer) -> bool:
    """Tell whether a model of keras.applications holds its own Rescaling or Normalization."""
    included = layer.names.get("include_preprocessing", True)
    return layer.name.startswith(_RESCALING_MODELS) and included is True and "**" not in layer.names


def is_rescaling(layer: Layer) -> bool:
    """Tell whether a layer scales images to about 0..1."""
    return layer.name == "Rescaling" and _shrinks(layer)


def _divided_before(event: Event) -> Iterator[tuple[str, CodePlace, dict[str, None] | None]]:
    """Yield arrays that the code divides, and a generator divides once more."""
    for data in data_sets(event.data):
        maker = data.source.maker
        if maker is not None and _rescales(maker):
            line = _line_of_division(data.source.arguments.get("x"))
            if line:
                yield f"in line {line} and by the generator", maker.place, {"rescale": None}


def _line_of_division(value: object) -> int:
    """Return the line that divides arrays of images by 255; 0 for none."""
    if isinstance(value, Arrays):
        return value.divided
    data = value if isinstance(value, DataSet) else None
    for _ in range(8):
        if data is None:
            break
        step = next((s for s in data.steps if s.name == "divided"), None)
        if step is not None:
            return step.line
        data = data.source.parent
    return 0


def _scale(layer: Layer) -> object:
    return layer.places[0] if layer.places else layer.names.get("scale")


def _shrinks(layer: Layer) -> bool:
    scale = _scale(layer)
    return not is_number(scale) or abs(scale) < 0.1  # type: ignore[arg-type]
