"""Pasted Keras code to a policy: parsed, never evaluated.

Understood are ImageDataGenerator(...), the Random* layers and Rescaling of keras.layers, wherever
they stand in a script; all else is passed over. Their arguments are literals, tuples, lists, dicts,
+ - * / of numeric constants, and names of such that the script assigns once.
"""

import ast
import math
import operator
from collections import Counter
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any, Final

from inspector.augmentation.keras_calls import GENERATOR, keras_calls
from inspector.augmentation.keras_layers import LAYERS, read_layers
from inspector.augmentation.policies import Policy, read_idg
from inspector.dataset.pasted import bare
from inspector.errors import UsageError

MAX_CHARACTERS: Final = 100_000

_OPERATORS: Final[dict[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_LONGEST_CONSTANT: Final = 20
# Of no effect on a policy, whatever they hold; of a preprocessing_function lint_code tells.
_NOT_READ: Final = (
    "preprocessing_function", "input_shape", "batch_input_shape", "name", "seed", "dtype",
    "trainable", "validation_split",
)  # fmt: skip
_LITERAL: Final = (
    ast.Constant, ast.Tuple, ast.List, ast.UnaryOp, ast.BinOp, ast.operator, ast.unaryop,
    ast.expr_context,
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
        UsageError: The code holds anything that is not understood, or no augmentation.
    """
    calls = keras_calls(parse_tree(text))
    try:
        generators = [_generator(call) for name, call in calls if name == GENERATOR]
        if not generators:
            return read_layers(_layers([call for call in calls if call[0] != GENERATOR]))
    except RecursionError:
        raise UsageError("this code is nested too deeply", "Paste the call alone.") from None
    swapped = keras_version is not None and swaps_axes(keras_version)
    policies = [_read_generator(named, swapped=swapped) for named in generators]
    # Beside the training generator there is often one for validation, which only rescales.
    return next((p for p in policies if p.changes_pixels), policies[0])


def parse_tree(text: str) -> ast.Module:
    """Return the tree of a piece of code, with constants in place of the names that hold them.

    Raises:
        UsageError: It is too long, or not Python.
    """
    if len(text) > MAX_CHARACTERS:
        raise UsageError("this code is too long to be an augmentation", "Paste the call alone.")
    try:
        tree = ast.parse(bare(text).strip())
        filled: ast.Module = _Fill(_constants(tree)).visit(tree)
        return filled
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


class _Fill(ast.NodeTransformer):
    """Put constants in place of the names that hold them."""

    def __init__(self, constants: Mapping[str, ast.expr]) -> None:
        self._constants = constants

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if isinstance(node.ctx, ast.Load):
            return self._constants.get(node.id, node)
        return node


def _constants(tree: ast.Module) -> dict[str, ast.expr]:
    """Return what stands for each name that is assigned just once, and to a short literal."""
    stored = Counter(
        n.id if isinstance(n, ast.Name) else n.arg
        for n in ast.walk(tree)
        if isinstance(n, ast.arg) or (isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
    )
    found = {}
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if stored[name] == 1:
                parts = list(islice(ast.walk(value), _LONGEST_CONSTANT + 1))
                if len(parts) <= _LONGEST_CONSTANT and all(isinstance(p, _LITERAL) for p in parts):
                    found[name] = value
    return found


def _generator(call: ast.Call) -> dict[str, Any]:
    if len(call.args) > len(_POSITIONS):
        raise _refuse(call, "so many arguments without names are not")
    named = {name: _value(arg) for name, arg in zip(_POSITIONS, call.args, strict=False)}
    return named | _keywords(call, taken=set(named))


def _layers(calls: list[tuple[str, ast.Call]]) -> list[tuple[str, list[Any], dict[str, Any]]]:
    if not calls:
        raise UsageError(
            "there is no ImageDataGenerator and no Random layer in this code",
            "Paste the call itself, such as ImageDataGenerator(rotation_range=20).",
        )
    # A script that makes two models often writes the same layers twice.
    once = {ast.dump(call): (name, call) for name, call in reversed(calls)}
    layers = [_layer(name, call) for name, call in reversed(once.values())]
    # A policy has no place for an offset; lint_code tells of it.
    return [one for one in layers if not moves_zero(one)] or layers


def moves_zero(layer: tuple[str, list[Any], dict[str, Any]]) -> bool:
    """Tell whether it is a Rescaling with an offset."""
    name, places, named = layer
    return name == "Rescaling" and bool(places[1] if len(places) > 1 else named.get("offset"))


def _layer(name: str, call: ast.Call) -> tuple[str, list[Any], dict[str, Any]]:
    if name not in LAYERS:
        known = ", ".join(sorted(LAYERS))
        raise UsageError(f"the layer {name[:60]} can't be read", f"Known are: {known}.")
    return name, [_value(a) for a in call.args], _keywords(call, taken=set())


def _keywords(call: ast.Call, *, taken: set[str]) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for keyword in call.keywords:
        if keyword.arg is None:
            raise _refuse(call, "** is not")
        if keyword.arg in named or keyword.arg in taken:
            raise UsageError(f"{keyword.arg} is given twice", "Keep one of the two.")
        if keyword.arg in _NOT_READ:
            continue
        named[keyword.arg] = _value(keyword.value)
    return named


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
