"""Advice on pasted Keras code as a whole, and on two policies that are compared.

What a policy alone can't tell: who reads from which generator, in which order layers stand, and
whether normalisation differs between what is compared. Code is parsed, never run.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from inspector.augmentation.keras_calls import GENERATOR, KerasCall, keras_calls, parse_tree
from inspector.augmentation.keras_code import generator_policy, moves_zero, swaps_axes
from inspector.augmentation.lint import Advice
from inspector.augmentation.lint_finding import Severity
from inspector.augmentation.policy_json import Normalisation, Policy
from inspector.errors import UsageError

_FLOWS: Final = ("flow", "flow_from_directory", "flow_from_dataframe")
_FITS: Final = ("fit", "fit_generator", "evaluate", "predict")
_VALIDATION: Final = re.compile(r"(^|[^a-z])(val|valid|validation|test)([^a-z]|$)")


@dataclass(frozen=True, slots=True)
class _Flow:
    """One call that reads pictures through a generator.

    Attributes:
        kind: "flow_from_directory" and its like.
        given: Its arguments by name.
        policy: The generator's, or None where it is not in the code or can't be read.
        validates: Its subset, its folder or the name it gets say that it is for validation.
    """

    kind: str
    given: dict[str, ast.expr]
    policy: Policy | None
    validates: bool


def lint_code(text: str, keras_version: str | None = None) -> list[Advice]:
    """Return what there is to say of code beyond its policy; [] for a plain sensible piece.

    Args:
        text: Python code.
        keras_version: That it is read for, as by `parse_code`.

    Raises:
        UsageError: It is not Python, or `keras_version` is no version.
    """
    tree = parse_tree(text)
    nodes = list(ast.walk(tree))
    calls = keras_calls(tree)
    flows = _flows(nodes, {id(c.node): _policy(c) for c in calls if c.name == GENERATOR})
    return [
        *_augmented_validation(flows), *_other_normalisation(flows), *_nearest(flows),
        *_uint8_rescaled(nodes), *_seed_with_workers(nodes, flows), *_brightness_of_ones(nodes),
        *_exchanged_shifts(calls, keras_version), *_rescaled_twice(calls), *_left_out(calls),
    ]  # fmt: skip


def lint_beside(policy: Policy, other: Policy) -> list[Advice]:
    """Return what there is to say of a policy when it is compared with another."""
    one, two = policy.normalisation, other.normalisation
    if one == two:
        return []
    if one == Normalisation():
        suggestion = None if two.rescale is None else {"rescale": two.rescale}
        return [
            _said(
                "normalisation-missing", "rescale", "warning",
                "This policy does not normalise and the one beside it does: compared, they differ "
                "by that as well, and not by augmentation alone. Normalise both alike.",
                suggestion,
            )
        ]  # fmt: skip
    return [
        _said(
            "normalisation-differs", "rescale", "hint",
            "The two policies normalise differently, so a comparison is not of augmentation alone.",
        )
    ]  # fmt: skip


def _flows(nodes: list[ast.AST], policies: dict[int, Policy | None]) -> list[_Flow]:
    assigned: dict[str, ast.expr] = {}
    targets: dict[int, str] = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            assigned[node.targets[0].id] = node.value
            targets[id(node.value)] = node.targets[0].id
    found = []
    for node in nodes:
        if not (isinstance(node, ast.Call) and _name(node) in _FLOWS):
            continue
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        if isinstance(owner, ast.Name):
            owner = assigned.get(owner.id)
        given = {k.arg: k.value for k in node.keywords if k.arg}
        if node.args:
            given.setdefault("directory", node.args[0])
        validates = _validates(given, targets.get(id(node), ""))
        found.append(_Flow(_name(node), given, policies.get(id(owner)), validates))
    return found


def _policy(call: KerasCall) -> Policy | None:
    try:
        return generator_policy(call)
    except UsageError:
        return None


def _validates(given: dict[str, ast.expr], target: str) -> bool:
    subset = _constant(given.get("subset"))
    if isinstance(subset, str):
        return subset == "validation"
    where = given.get("directory")
    words = f"{target} {ast.unparse(where) if where is not None else ''}"
    return bool(_VALIDATION.search(words.lower().replace("_", " ")))


def _augmented_validation(flows: list[_Flow]) -> Iterator[Advice]:
    """Rule 10: validation pictures are augmented too [digits .719 to .646]."""
    if any(f.validates and f.policy and f.policy.changes_pixels for f in flows):
        yield _said(
            "validation-augmented", "validation", "error",
            "The validation images come from a generator that augments: they are turned and "
            "shifted as training's are, so the accuracy is of other images than yours. Make a "
            "second generator that only normalises, with the same validation_split.",
        )  # fmt: skip


def _other_normalisation(flows: list[_Flow]) -> Iterator[Advice]:
    """Rule 11: the model sees other values than it learnt from [.88 to .095]."""
    learnt = [f.policy.normalisation for f in flows if f.policy and not f.validates]
    judged = [f.policy.normalisation for f in flows if f.policy and f.validates]
    if learnt and any(one != learnt[0] for one in judged):
        yield _said(
            "validation-normalised-differently", "validation", "error",
            "Validation is not normalised as training is, so the model sees other values than it "
            "learnt from. Give both generators the same rescale, samplewise_ and featurewise_ "
            "parameters.",
        )  # fmt: skip


def _nearest(flows: list[_Flow]) -> Iterator[Advice]:
    """Rule 19: flow_from_directory takes the nearest pixel unless told otherwise."""
    if any(f.kind != "flow" and "interpolation" not in f.given for f in flows):
        yield _said(
            "nearest-interpolation", "interpolation", "hint",
            "flow_from_directory resizes by the nearest pixel unless it is told otherwise, which "
            "leaves jagged edges; image_dataset_from_directory is bilinear. Add "
            "interpolation='bilinear'.",
        )  # fmt: skip


def _uint8_rescaled(nodes: list[ast.AST]) -> Iterator[Advice]:
    """Rule 20: rescale works in place, which whole numbers can't."""
    for call in _calls(nodes, "ImageDataGenerator"):
        given = {k.arg: k.value for k in call.keywords if k.arg}
        scales = "rescale" in given and ast.unparse(given["rescale"]) != "None"
        if scales and "dtype" in given and "uint8" in ast.unparse(given["dtype"]):
            yield _said(
                "uint8-rescale", "rescale", "error",
                "dtype='uint8' and rescale don't go together: Keras multiplies in place, and that "
                "raises an error for whole numbers. Leave dtype out.",
            )  # fmt: skip


def _seed_with_workers(nodes: list[ast.AST], flows: list[_Flow]) -> Iterator[Advice]:
    """Rule 21: threads draw from one generator in any order."""
    seeded = any(_constant(f.given.get("seed")) is not None for f in flows)
    for name in _FITS:
        for call in _calls(nodes, name):
            workers = next((_constant(k.value) for k in call.keywords if k.arg == "workers"), None)
            if seeded and isinstance(workers, int) and workers > 1:
                yield _said(
                    "seed-with-workers", "workers", "warning",
                    f"seed makes nothing repeatable with workers={workers}: the threads draw from "
                    "one global generator, in whatever order they come. Use workers=1 where a run "
                    "has to be repeated.",
                )  # fmt: skip
                return


def _brightness_of_ones(nodes: list[ast.AST]) -> Iterator[Advice]:
    """Rule 22: RandomBrightness(0.2) adds up to 51 to what ends at 1 [values to 48.5]."""
    for node in nodes:
        if not isinstance(node, ast.List | ast.Tuple):
            continue
        layers = [e for e in node.elts if isinstance(e, ast.Call)]
        rescaled = False
        for layer in layers:
            given = {k.arg for k in layer.keywords}
            rescaled |= _name(layer) == "Rescaling"
            if rescaled and _name(layer) == "RandomBrightness" and "value_range" not in given:
                yield _said(
                    "brightness-after-rescaling", "RandomBrightness", "error",
                    "RandomBrightness stands after Rescaling and takes its input for 0..255: a "
                    "factor of 0.2 adds up to 51 to values that end at 1. Set value_range=(0, 1), "
                    "or put it before Rescaling.",
                )  # fmt: skip
                return


def _exchanged_shifts(calls: list[KerasCall], keras_version: str | None) -> Iterator[Advice]:
    """Rule 14, seen from the code: the shifts that are shown are not those that are written."""
    if keras_version is None or not swaps_axes(keras_version):
        return
    for call in calls:
        policy = _policy(call) if call.name == GENERATOR else None
        if policy is None or policy.width_shift == policy.height_shift:
            continue
        for name, way in (("width_shift_range", "up and down"), ("height_shift_range", "sideways")):
            if name in call.named:
                yield _said(
                    "swapped-axes", name, "warning",
                    f"{name} moves images {way} in Keras {keras_version} (keras#17398). What "
                    "is shown is what it does; if you meant the name, exchange the two shifts.",
                )  # fmt: skip
        return


def _rescaled_twice(calls: list[KerasCall]) -> Iterator[Advice]:
    """Rule 29: 1/255 by the generator and again in the model makes pictures nearly black."""
    layers = [c for c in calls if c.name == "Rescaling"]
    if layers and any(c.named.get("rescale") is not None for c in calls):
        yield _said(
            "rescaled-twice", "rescale", "error",
            "The generator rescales, and so does a Rescaling layer: what passes both is nearly "
            "black. Keep the layer, and leave rescale out of the generator.",
            {"rescale": None},
        )  # fmt: skip
    elif len(layers) > 1:
        yield _said(
            "rescaled-twice", "rescale", "hint",
            f"Rescaling stands {len(layers)} times in the code: what passes two of them is nearly "
            "black.",
        )  # fmt: skip


def _left_out(calls: list[KerasCall]) -> Iterator[Advice]:
    """Tell what of the code has no place in the policy that is shown."""
    generators = [c for c in calls if c.name == GENERATOR]
    layers = [c.name for c in calls if c.name.startswith("Random")]
    own = [c for c in generators if c.named.get("preprocessing_function") is not None]
    if own:
        yield _said(
            "preprocessing-left-out", "preprocessing_function", "hint",
            "preprocessing_function is code of its own and never run here: what it does is not in "
            "the policy that is shown.",
        )  # fmt: skip
    if generators and layers:
        yield _said(
            "layers-left-out", layers[0], "warning",
            f"The code augments by layers as well ({', '.join(dict.fromkeys(layers))}): shown is "
            "the generator's policy alone, and training would do both.",
        )  # fmt: skip
    offset = [c for c in calls if moves_zero(c)]
    if offset:
        yield _said(
            "offset-left-out", "rescale", "hint",
            f"{ast.unparse(offset[0].node)[:60]} moves the values below 0. A policy has no place "
            "for an offset, so its normalisation is left out here; no image that is shown "
            "changes by it.",
        )  # fmt: skip


def _calls(nodes: list[ast.AST], name: str) -> list[ast.Call]:
    return [n for n in nodes if isinstance(n, ast.Call) and _name(n) == name]


def _name(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def _constant(node: ast.expr | None) -> object:
    return node.value if isinstance(node, ast.Constant) else None


def _said(
    rule: str,
    parameter: str,
    severity: Severity,
    message: str,
    suggestion: dict[str, Any] | None = None,
) -> Advice:
    return Advice(rule, parameter, severity, message, {}, suggestion)
