"""The augmentation of a program as policies, with those used in training first."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from inspector.augmentation.keras_layers import LAYERS, read_layers
from inspector.augmentation.keras_versions import swaps_axes
from inspector.augmentation.policy import Policy
from inspector.augmentation.policy_json import read_idg
from inspector.code_reading.call_arguments import unknown_expression
from inspector.code_reading.code_call import CodeCall
from inspector.code_reading.evaluation.evaluator import Followed
from inspector.code_reading.evaluation.names import IMAGE_LAYERS
from inspector.code_reading.evaluation.objects import (
    Action,
    DataSet,
    Generator,
    Layer,
    StackBox,
    Tensor,
)
from inspector.code_reading.evaluation.value_text import shown, text_of
from inspector.code_reading.evaluation.values import (
    DictBox,
    ListBox,
    Member,
    PartText,
    Ref,
    Unknown,
    is_scalar,
)
from inspector.code_reading.program import CodePlace
from inspector.code_reading.roles import DatasetRole
from inspector.code_reading.transforms import PLAIN, read_transforms
from inspector.errors import UsageError

# No effect on a policy, whatever their value; findings report a preprocessing_function.
_NOT_READ: Final = (
    "preprocessing_function", "input_shape", "batch_input_shape", "name", "seed", "dtype",
    "trainable", "validation_split", "data_format", "zca_epsilon",
)  # fmt: skip
# Layers of a model that are no augmentation.
_MODEL_LAYERS: Final = (
    "Conv", "Dense", "Flatten", "Dropout", "Pool", "BatchNorm", "LayerNorm", "Activation", "ReLU",
    "Input", "Reshape", "Add", "Concatenate", "Embedding", "LSTM", "GRU", "Attention", "Softmax",
    "ZeroPadding", "Permute", "TimeDistributed", "Bidirectional", "Wrapper", "UpSampling", "Layer",
)  # fmt: skip
_NEVER_IN_POLICY: Final = (
    "Resizing",
    "CenterCrop",
    "Normalization",
    "Identity",
    "Pipeline",
    "MaxNumBoundingBoxes",
)
_SAME_EACH_TIME: Final = (
    "Equalization", "AutoContrast", "ContrastLimitedAdaptiveHistogramEqualization",
)  # fmt: skip
"""Image layers without randomness."""

_NOT_FOUND = UsageError(
    "there is no ImageDataGenerator and no Random layer in this code",
    "Paste the call itself, such as ImageDataGenerator(rotation_range=20).",
)


class HiddenValueError(UsageError):
    """The code does not tell a value of an augmentation.

    Args:
        message: What is missing.
        advice: What to do.
        expression: Its source, if the user can enter the value; else "".
    """

    def __init__(self, message: str, advice: str, expression: str = "") -> None:
        super().__init__(message, advice)
        self.expression = expression

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        return type(self), (self.message, self.advice, self.expression)


@dataclass(frozen=True, slots=True)
class CodePolicy:
    """One augmentation in the code.

    Attributes:
        policy: None if it can't be read; `error` says why.
        layers: Its layers, in order; () for a generator.
        left_out: Names of operations beyond the policy.
        trained: True if a fitted model reads through it.
        connected: True if the layers are known to be applied in sequence.
    """

    role: DatasetRole
    place: CodePlace
    policy: Policy | None
    error: UsageError | None = None
    generator: Generator | None = None
    layers: tuple[Layer, ...] = ()
    left_out: tuple[str, ...] = ()
    trained: bool = False
    connected: bool = True


def flat_layers(value: object, depth: int = 0) -> Iterator[Layer]:
    """Yield the layers of a layer, stack, model or tensor in the order of application."""
    if depth > 20:
        return
    match value:
        case Layer():
            if value.name == "Pipeline" and isinstance(inner := value.names.get("layers"), ListBox):
                yield from flat_layers(inner, depth + 1)
            yield value
        case StackBox(data=items) | ListBox(data=items):
            yield from (m for item in _of_stack(items) for m in flat_layers(item, depth + 1))
        case Tensor(layers=items):
            yield from (m for item in items for m in flat_layers(item, depth + 1))
        case Unknown(options=items):
            yield from (m for item in items[:1] for m in flat_layers(item, depth + 1))


def _of_stack(items: Sequence[object]) -> list[object]:
    """Leave out what the code itself defines in a model: probably part of the network."""
    weights = ("Dense", "Conv", "Linear")
    learns = any(isinstance(v, Layer) and v.name.startswith(weights) for v in items)
    return [v for v in items if not (learns and isinstance(v, Layer) and v.family == "own")]


def code_policies(
    followed: Followed, calls: Sequence[CodeCall], *, keras_version: str = ""
) -> tuple[CodePolicy, ...]:
    """Return the augmentations of a program, those used in training first.

    Raises:
        UsageError: `keras_version` is no version.
    """
    swapped = bool(keras_version) and swaps_axes(keras_version)
    policies = [
        *_of_generators(followed, calls, swapped=swapped),
        *_of_layers(followed, calls),
    ]
    rank = {
        DatasetRole.TRAINING: 0,
        DatasetRole.OTHER: 1,
        DatasetRole.VALIDATION: 2,
        DatasetRole.TEST: 3,
    }
    return tuple(sorted(policies, key=lambda p: (not p.trained, rank[p.role])))


def _of_generators(
    followed: Followed, calls: Sequence[CodeCall], *, swapped: bool
) -> Iterator[CodePolicy]:
    seen: set[int] = set()
    for generator in followed.libraries.generators:
        mine = [c for c in calls if maker_of(c) is generator]
        if id(generator.node) in seen and not mine:
            continue
        seen.add(id(generator.node))
        roles = [c.role for c in mine]
        role = next((r for r in DatasetRole if r in roles), DatasetRole.OTHER)
        trained = any(c.trained for c in mine)
        try:
            policy, error = generator_policy(generator, swapped=swapped), None
        except UsageError as problem:
            policy, error = None, problem
        yield CodePolicy(role, generator.place, policy, error, generator, trained=trained)


def maker_of(call: CodeCall) -> Generator | None:
    """Return the generator that a call reads through."""
    return call.maker


def generator_policy(generator: Generator, *, swapped: bool = False) -> Policy:
    """Return the policy of one ImageDataGenerator.

    Args:
        generator: The generator in the code.
        swapped: True if its Keras swaps the axes of the shifts.

    Raises:
        UsageError: It has an argument that is not supported.
    """
    node = generator.node
    if len(node.args) > 23:
        raise UsageError("ImageDataGenerator has too many arguments", "Give them by name.")
    if generator.open:
        raise UsageError(
            f"ImageDataGenerator has arguments that are not in the code: {generator.open[:60]}",
            "Paste the line that makes them too.",
        )
    named = _plain(generator.arguments)
    if swapped:
        width, height = named.pop("width_shift_range", 0), named.pop("height_shift_range", 0)
        named |= {"width_shift_range": height, "height_shift_range": width}
    return read_idg(named)


def _of_layers(followed: Followed, calls: Sequence[CodeCall]) -> Iterator[CodePolicy]:
    """Yield the policies of layers: those that images pass, then the others."""
    used: set[int] = set()
    for role, trained, layers in _ways(followed, calls):
        if _augments(layers) and not (fresh := {id(layer.node) for layer in layers}) <= used:
            used |= fresh
            yield layers_policy(role, layers, trained=trained)
    stacks = [tuple(flat_layers(stack)) for stack in followed.libraries.stacks]
    chains = [tuple(flat_layers(t)) for t in _tensors(followed)]
    for layers in sorted((*stacks, *chains), key=len):
        unused = tuple(layer for layer in layers if id(layer.node) not in used)
        if _augments(unused):
            used |= {id(layer.node) for layer in unused}
            yield layers_policy(DatasetRole.OTHER, unused)
    loose = tuple(m for m in followed.libraries.layers if id(m.node) not in used)
    if loose and (_augments(loose) or any(m.name in LAYERS and m.family == "keras" for m in loose)):
        once = [
            layer
            for i, layer in enumerate(loose)
            if all(layer.node is not o.node for o in loose[:i])
        ]
        yield replace(layers_policy(DatasetRole.OTHER, tuple(once)), connected=False)


def _tensors(followed: Followed) -> Iterable[Tensor]:
    seen: list[Tensor] = []
    for value in followed.values:
        if isinstance(value, Tensor) and value.layers:
            seen.append(value)
    # The longest chain contains the shorter ones.
    longest = sorted(seen, key=lambda t: -len(t.layers))
    chosen: list[Tensor] = []
    for tensor in longest:
        if not any(c.layers[: len(tensor.layers)] == tensor.layers for c in chosen):
            chosen.append(tensor)
    return chosen


def _ways(
    followed: Followed, calls: Sequence[CodeCall]
) -> Iterator[tuple[DatasetRole, bool, tuple[Layer, ...]]]:
    """Yield what images pass before the weights: the maps of their dataset, then the model."""
    for call in calls:
        maps = tuple(mapped_layers(call))
        models = [
            tuple(flat_layers(e.model)) for e in followed.events
            if e.action is Action.FIT and call.role is DatasetRole.TRAINING and call.trained
        ]  # fmt: skip
        models = [m for m in models if _augments(m)] or [()]
        for model in models:
            if maps or model:
                yield call.role, call.trained, (*maps, *model)
    for event in followed.events:
        if event.action is Action.FIT:
            layers = tuple(flat_layers(event.model))
            if _augments(layers):
                yield DatasetRole.TRAINING, True, layers


def mapped_layers(call: CodeCall) -> Iterator[Layer]:
    """Yield the layers that the maps of a dataset apply; for ImageFolder, its transforms."""
    for step in call.data.steps:
        if step.name == "map":
            for value in step.values:
                yield from flat_layers(value)
    for data in containers(call.data):
        transform = data.source.arguments.get("transform")
        if transform is not None:
            yield from flat_layers(transform)
            return
        if data is not call.data:
            yield from (
                layer for s in data.steps if s.name == "map" for v in s.values
                for layer in flat_layers(v)
            )  # fmt: skip


def containers(data: DataSet) -> Iterator[DataSet]:
    """Yield a dataset, what its positions point into, and what it is split from."""
    for _ in range(6):
        yield data
        within = data.container or data.source.parent
        if within is None:
            return
        data = within


def is_random(layer: Layer) -> bool:
    """Tell whether a layer changes images at random."""
    if layer.family == "arithmetic" or layer.name in (
        *PLAIN,
        *_NEVER_IN_POLICY,
        "Rescaling",
        "Normalize",
    ):
        return False
    if layer.family == "keras":
        return layer.name in IMAGE_LAYERS and layer.name not in _SAME_EACH_TIME
    return layer.family != "own" and (layer.family != "tf.image" or "random" in layer.name)


def _augments(layers: Iterable[Layer]) -> bool:
    return any(is_random(layer) for layer in layers)


def layers_policy(
    role: DatasetRole, layers: Sequence[Layer], *, trained: bool = False
) -> CodePolicy:
    """Return the policy of layers applied in sequence."""
    place = next((layer.place for layer in layers if is_random(layer)), layers[0].place)
    family = next((layer.family for layer in layers if is_random(layer)), "keras")
    try:
        if family in ("torchvision", "albumentations"):
            mine = [layer for layer in layers if layer.family == family]
            policy, left = read_transforms([_call(layer) for layer in mine], family)
        else:
            policy, left = _keras_policy(layers)
        error = None
    except UsageError as problem:
        policy, left, error = None, (), problem
    return CodePolicy(role, place, policy, error, None, tuple(layers), left, trained)


def _keras_policy(layers: Sequence[Layer]) -> tuple[Policy, tuple[str, ...]]:
    read: list[tuple[str, list[Any], dict[str, Any]]] = []
    left: list[str] = []
    for layer in layers:
        if layer.name in LAYERS and layer.family in ("keras", "arithmetic"):
            # A policy can't express an offset; a finding reports it.
            if not moves_zero(layer):
                read.append(_call(layer))
        elif _is_left_out(layer):
            left.append(layer.name)
    once = [call for i, call in enumerate(read) if call not in read[:i]]
    if not once and left:
        known = ", ".join(sorted(LAYERS))
        raise UsageError(f"the layer {left[0][:60]} can't be read", f"Known are: {known}.")
    if not once:
        once = [_call(layer) for layer in layers if layer.name in LAYERS]
    if not once:
        raise _NOT_FOUND
    return read_layers(once), tuple(dict.fromkeys(left))


def _is_left_out(layer: Layer) -> bool:
    if layer.name in _NEVER_IN_POLICY or layer.family == "arithmetic":
        return False
    if layer.family == "keras":
        other = layer.name in ("Lambda", "GaussianNoise") or layer.name in IMAGE_LAYERS
        return other or not any(w in layer.name for w in _MODEL_LAYERS)
    return layer.family == "own" or is_random(layer)


def moves_zero(layer: Layer) -> bool:
    """Tell whether it is a Rescaling with an offset."""
    offset = layer.places[1] if len(layer.places) > 1 else layer.names.get("offset")
    return layer.name == "Rescaling" and bool(offset)


def _call(layer: Layer) -> tuple[str, list[Any], dict[str, Any]]:
    return layer.name, [_value(layer.name, v) for v in layer.places], _plain(layer.names)


def _plain(named: dict[str, object]) -> dict[str, Any]:
    return {name: _value(name, v) for name, v in named.items() if name not in _NOT_READ}


def _value(name: str, value: object) -> Any:
    """Return a value in its JSON form."""
    match value:
        case Member(value=inner):
            return _value(name, inner)
        case ListBox(data=items) if not value.open:
            return [_value(name, v) for v in items]
        case tuple():
            return [_value(name, v) for v in value]
        case DictBox(data=content) if not value.open:
            return {str(key): _value(name, v) for key, v in content.items()}
        case _ if is_scalar(value) and not isinstance(value, bytes | complex):
            return value
        case Unknown() | PartText():
            text = " ".join(value.text.split())
        case Ref(name=full):
            text = full
        case _:
            text = shown(value) if is_scalar(value) else "a function"
    raise HiddenValueError(
        f"{name[:40]} has no value in this code: {text if len(text) <= 60 else text[:57] + '...'}",
        "Code is read, never run. Write the number itself in its place.",
        unknown_expression(value),
    )


def training_policy(policies: Sequence[CodePolicy]) -> Policy:
    """Return the policy that training uses, or else the first that augments.

    Raises:
        UsageError: There is none, or it can't be read.
    """
    if not policies:
        raise _NOT_FOUND
    trained = [p for p in policies if p.role is DatasetRole.TRAINING]
    if not trained and len(policies) > 1 and all(p.layers for p in policies):
        together = layers_policy(DatasetRole.OTHER, [m for p in policies for m in p.layers])
        if together.policy is not None:
            return together.policy
    for group in (trained, policies):
        changing = next((p.policy for p in group if p.policy and p.policy.changes_pixels), None)
        if changing is not None:
            return changing
        problem = next((p.error for p in group if p.error), None)
        if problem is not None:
            raise problem
        plain = next((p.policy for p in group if p.policy is not None), None)
        if plain is not None and group is trained and len(trained) == len(policies):
            return plain
    plain = next((p.policy for p in policies if p.policy is not None), None)
    if plain is None:
        raise _NOT_FOUND
    return plain


def layer_text(layer: Layer) -> str:
    """Return the source of a layer, shortened."""
    return text_of(layer.node)[:60]
