"""Pasted Keras code to a policy: parsed, never evaluated.

Understood are ImageDataGenerator(...), the Random* layers and Rescaling of keras.layers, alone, in
a list or in Sequential([...]), with or without an assignment and imports around them; calls that
read from a generator or train are passed over; arguments are literals, tuples, lists, dicts, and
+ - * / of numeric constants.
"""

import ast
import math
import operator
from collections.abc import Callable
from typing import Any, Final

from inspector.augmentation.keras_layers import LAYERS, read_layers
from inspector.augmentation.policies import Policy, read_idg
from inspector.errors import UsageError

MAX_CHARACTERS: Final = 100_000

_OPERATORS: Final[dict[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
# What stands around a generator: who reads from it, and what trains on that.
_PASSED_BY: Final = (
    "flow",
    "flow_from_directory",
    "flow_from_dataframe",
    "fit",
    "fit_generator",
    "evaluate",
    "predict",
)
_PREFIXES: Final = ("keras", "layers", "preprocessing", "image", "tf", "models", "tensorflow")

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
        UsageError: The code holds anything that is not understood, or no augmentation.
    """
    tree = parse_tree(text)
    try:
        found = [policy for node in tree.body if (policy := _statement(node)) is not None]
    except RecursionError:
        raise UsageError("this code is nested too deeply", "Paste the call alone.") from None
    if not found:
        raise UsageError(
            "there is no ImageDataGenerator and no Random layer in this code",
            "Paste the call itself, such as ImageDataGenerator(rotation_range=20).",
        )
    generators = [named for named, from_generator in found if from_generator]
    if not generators:
        return read_layers([layer for named, _ in found for layer in named["layers"]])
    swapped = keras_version is not None and swaps_axes(keras_version)
    policies = [_read_generator(named, swapped=swapped) for named in generators]
    # Beside the training generator there is often one for validation, which only rescales.
    return next((p for p in policies if p.changes_pixels), policies[0])


def parse_tree(text: str) -> ast.Module:
    """Return the tree of a piece of code.

    Raises:
        UsageError: It is too long, or not Python.
    """
    if len(text) > MAX_CHARACTERS:
        raise UsageError("this code is too long to be an augmentation", "Paste the call alone.")
    try:
        return ast.parse(text.strip())
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise UsageError(
            f"this is not Python code: {str(error)[:80]}", "Paste the whole call, brackets closed."
        ) from None


def generator_policy(call: ast.Call) -> Policy:
    """Return the policy of one call of ImageDataGenerator, shifts along the axes of their names.

    Raises:
        UsageError: It holds anything that is not understood.
    """
    return _read_generator(_generator(call), swapped=False)


def _read_generator(named: dict[str, Any], *, swapped: bool) -> Policy:
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


def _statement(node: ast.stmt) -> tuple[dict[str, Any], bool] | None:
    """Return the arguments found and whether they are a generator's; None for an import."""
    match node:
        case ast.Import() | ast.ImportFrom():
            return None
        case ast.Assign(targets=[ast.Name()], value=ast.Constant() | ast.Tuple()):
            return None
        case ast.Assign(value=value) | ast.Expr(value=value) if _reads_or_trains(value):
            return None
        case ast.Assign(targets=[ast.Name()], value=value) | ast.Expr(value=value):
            pass
        case _:
            raise _refuse(node, "only imports and one call are")
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return None
    if isinstance(value, ast.List):
        return {"layers": [_layer(e) for e in value.elts]}, False
    name = _call_name(value)
    assert isinstance(value, ast.Call)
    if name == "ImageDataGenerator":
        return _generator(value), True
    if name == "Sequential":
        return {"layers": _sequential(value)}, False
    return {"layers": [_layer(value)]}, False


def _reads_or_trains(value: ast.expr) -> bool:
    """Tell whether this is `name.flow_from_directory(...)` and its like: no part of a policy."""
    match value:
        case ast.Call(func=ast.Attribute(value=ast.Name(), attr=name)):
            return name in _PASSED_BY
        case _:
            return False


def _generator(call: ast.Call) -> dict[str, Any]:
    if len(call.args) > len(_POSITIONS):
        raise _refuse(call, "so many arguments without names are not")
    named = {name: _value(arg) for name, arg in zip(_POSITIONS, call.args, strict=False)}
    return named | _keywords(call, taken=set(named))


def _sequential(call: ast.Call) -> list[tuple[str, list[Any], dict[str, Any]]]:
    for keyword in call.keywords:
        if keyword.arg not in ("name", "layers"):
            raise _refuse(call, f"Sequential's argument {keyword.arg} is not")
    stacks = [*call.args, *(k.value for k in call.keywords if k.arg == "layers")]
    if len(stacks) != 1 or not isinstance(stacks[0], ast.List | ast.Tuple):
        raise _refuse(call, "Sequential takes one list of layers here; anything else is not")
    return [_layer(e) for e in stacks[0].elts]


def _layer(node: ast.expr) -> tuple[str, list[Any], dict[str, Any]]:
    name = _call_name(node)
    assert isinstance(node, ast.Call)
    if name not in LAYERS:
        known = ", ".join(sorted(LAYERS))
        raise UsageError(f"the layer {name[:60]} can't be read", f"Known are: {known}.")
    return name, [_value(a) for a in node.args], _keywords(node, taken=set())


def _keywords(call: ast.Call, *, taken: set[str]) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for keyword in call.keywords:
        if keyword.arg is None:
            raise _refuse(call, "** is not")
        if keyword.arg in named or keyword.arg in taken:
            raise UsageError(f"{keyword.arg} is given twice", "Keep one of the two.")
        named[keyword.arg] = _value(keyword.value)
    return named


def _call_name(node: ast.expr) -> str:
    """Return the last part of the name that is called; parts before it must be known modules."""
    if not isinstance(node, ast.Call):
        raise _refuse(node, "a call of a known name is expected; this is not")
    function = node.func
    if isinstance(function, ast.Name):
        return function.id
    if isinstance(function, ast.Attribute):
        part: ast.expr = function.value
        while isinstance(part, ast.Attribute) and part.attr in _PREFIXES:
            part = part.value
        if isinstance(part, ast.Name) and part.id in _PREFIXES:
            return function.attr
    raise _refuse(node, "the name that is called is not")


def _value(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value=bool() | int() | float() | str() | None as value):
            return value
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            return [_value(e) for e in elements]
        case ast.Dict(keys=keys, values=values) if None not in keys:
            return {_key(k): _value(v) for k, v in zip(keys, values, strict=True)}
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
            number = _number(operand)
            return -number if isinstance(sign, ast.USub) else number
        case ast.BinOp():
            return _number(node)
        case _:
            raise _refuse(node, "only numbers, texts, lists and + - * / of numbers are")


def _key(node: ast.expr | None) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise UsageError("a dictionary's key is no text here", "Write the keys in quotes.")


def _number(node: ast.expr) -> int | float:
    """Return a number, or what + - * / make of numbers."""
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = _number(node.left), _number(node.right)
        try:
            result = _OPERATORS[type(node.op)](left, right)
        except (ZeroDivisionError, OverflowError):
            result = math.inf
        if abs(result) > 1e300:
            raise UsageError(
                f"{ast.unparse(node)[:60]} is not a number of use here", "Give a plain number."
            )
        return result  # type: ignore[no-any-return]
    if isinstance(node, ast.BinOp):
        raise _refuse(node, "of the operations, only + - * / are")
    value = _value(node)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _refuse(node, "arithmetic is understood of numbers only; this is not")
    return value


def _refuse(node: ast.AST, what: str) -> UsageError:
    try:
        code = ast.unparse(node)
    except RecursionError:
        code = "..."
    code = " ".join(code.split())
    return UsageError(
        f"this code can't be read: {code if len(code) <= 60 else code[:57] + '...'}",
        f"Code is read, never run: {what} understood. Replace names by their values.",
    )
