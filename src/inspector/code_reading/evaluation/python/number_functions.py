"""Functions of numbers: int, float, abs, round, min, max, sum, floor, ceil."""

import ast
import math
from collections.abc import Callable
from typing import Final

from inspector.code_reading.evaluation.host import Host, KnownFunction
from inspector.code_reading.evaluation.sizes import Size
from inspector.code_reading.evaluation.value_text import text_of
from inspector.code_reading.evaluation.values import Arguments, Unknown, is_number


def _number(kind: type[int] | type[float]) -> KnownFunction:
    def convert(host: Host, given: Arguments, node: ast.AST) -> object:
        value = given.get(0, "x", 0)
        if isinstance(value, Size):
            return Size(value.share, ("int", value.rule)) if kind is int else value
        plain = isinstance(value, int | float) or (isinstance(value, str) and len(value) < 40)
        if plain and len(given.places) <= 1:
            try:
                return kind(value)  # type: ignore[arg-type,call-overload]
            except (ValueError, OverflowError):
                pass
        return value if isinstance(value, Unknown) else Unknown(text_of(node))

    return convert


def _extreme(pick: Callable[..., object]) -> KnownFunction:
    def choose(host: Host, given: Arguments, node: ast.AST) -> object:
        one = host.listed(given.places[0]) if len(given.places) == 1 else list(given.places)
        if not one or not all(is_number(v) for v in one) or given.names:
            return Unknown(text_of(node))
        return pick(one)

    return choose


def _abs(host: Host, given: Arguments, node: ast.AST) -> object:
    value = given.get(0, "x")
    return abs(value) if is_number(value) else Unknown(text_of(node))  # type: ignore[arg-type]


def _round(host: Host, given: Arguments, node: ast.AST) -> object:
    value, digits = given.get(0, "number"), given.get(1, "ndigits")
    if isinstance(value, Size):
        return Size(value.share, ("round", value.rule))
    if is_number(value) and (digits is None or isinstance(digits, int)):
        return round(value, digits)  # type: ignore[call-overload]
    return Unknown(text_of(node))


def _whole(name: str) -> KnownFunction:
    def to_whole(host: Host, given: Arguments, node: ast.AST) -> object:
        value = given.get(0, "x")
        if isinstance(value, Size):
            return Size(value.share, (name, value.rule))
        return getattr(math, name)(value) if is_number(value) else Unknown(text_of(node))

    return to_whole


NUMBER_FUNCTIONS: Final[dict[str, KnownFunction]] = {
    "builtins.int": _number(int),
    "builtins.float": _number(float),
    "builtins.min": _extreme(min),
    "builtins.max": _extreme(max),
    "builtins.sum": _extreme(sum),
    "builtins.abs": _abs,
    "builtins.round": _round,
    "numpy.round": _round,
    "math.floor": _whole("floor"),
    "math.ceil": _whole("ceil"),
    "numpy.floor": _whole("floor"),
    "numpy.ceil": _whole("ceil"),
}
