"""Arithmetic, concatenation and comparison of values."""

import ast
import operator
import re
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from inspector.code_reading.evaluation.objects import Arrays, DataSet, Layer, Tensor
from inspector.code_reading.evaluation.sizes import Size
from inspector.code_reading.evaluation.value_access import ValueAccess
from inspector.code_reading.evaluation.value_text import joined, joined_path, text_of
from inspector.code_reading.evaluation.values import (
    MAX_NUMBER,
    MAX_TEXT,
    MISSING,
    DictBox,
    ListBox,
    Member,
    Method,
    ObjectBox,
    PartText,
    PathText,
    Unknown,
    is_known,
    is_number,
    is_scalar,
    same,
)

_OPERATORS: Final[dict[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
    ast.BitXor: operator.xor,
}


_COMPARISONS: Final[dict[type[ast.cmpop], Callable[[Any, Any], Any]]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


WIDE_FORMAT: Final = re.compile(r"\d{4,}|\*")
_WIDE_PERCENT: Final = re.compile(r"%[-+ #0-9.]*(\*|\d{4,})")


class Operators(ValueAccess):
    """Evaluates operators."""

    def binary(self, sign: ast.operator, one: object, two: object, node: ast.AST) -> object:
        """Return the result of an operator."""
        value = self.image_arithmetic(sign, one, two, node)
        if value is MISSING and self.exact is not None:
            value = self.exact.binary(sign, one, two)
        if value is MISSING:
            value = self._of_texts(sign, one, two, node)
        if value is not MISSING:
            return value
        unknown = Unknown(text_of(node), origin=getattr(one, "origin", ""))
        if isinstance(one, Size) or isinstance(two, Size):
            return _sized(sign, one, two, unknown)
        if isinstance(one, DictBox) and isinstance(two, DictBox) and isinstance(sign, ast.BitOr):
            both = DictBox(one.data)
            both.open = one.open
            self.update(both, two)
            return both
        if isinstance(one, Tensor):
            return self.scaled(one, sign, two, node)
        if isinstance(one, DataSet | Arrays) and not isinstance(two, DataSet | Arrays):
            return _divided(one, self.place.line) if _shrinks(sign, two) else one
        if isinstance(one, ListBox | tuple):
            return self._of_lists(sign, one, two, unknown)
        return _of_numbers(sign, one, two, unknown)

    @abstractmethod
    def image_arithmetic(
        self, sign: ast.operator, one: object, two: object, node: ast.AST
    ) -> object:
        """Return the result of arithmetic with an image, or MISSING."""

    def _of_texts(self, sign: ast.operator, one: object, two: object, node: ast.AST) -> object:
        """Return the result for texts and paths, or MISSING."""
        texts = (str, PartText)
        if isinstance(sign, ast.Div) and (isinstance(one, PathText) or isinstance(two, PathText)):
            return PathText(joined_path([one, two]))
        if isinstance(sign, ast.Div) and isinstance(one, Unknown) and isinstance(two, texts):
            return PathText(joined_path([one, two]))
        if isinstance(sign, ast.Add) and (isinstance(one, texts) or isinstance(two, texts)):
            if isinstance(one, (*texts, Unknown)) and isinstance(two, (*texts, Unknown)):
                return joined("", [one, two])
            return Unknown(text_of(node))
        if isinstance(sign, ast.Mod) and isinstance(one, str):
            return self._percent(one, two)
        return MISSING

    def scaled(self, tensor: Tensor, sign: ast.operator, factor: object, node: ast.AST) -> Tensor:
        """Return a tensor after arithmetic: dividing by 255 is a Rescaling."""
        divides = isinstance(sign, ast.Div) and is_number(factor) and factor not in (0, 1)
        if not divides and not (isinstance(sign, ast.Mult) and is_number(factor)):
            return tensor
        scale = 1 / factor if divides else factor  # type: ignore[operator]
        layer = Layer("Rescaling", "arithmetic", self.place, node, (scale,), {})
        return Tensor((*tensor.layers, layer))

    def _of_lists(
        self, sign: ast.operator, one: ListBox | tuple[object, ...], two: object, unknown: Unknown
    ) -> object:
        if isinstance(sign, ast.Add):
            first, second = self.listed(one), self.listed(two)
            if first is None or second is None:
                return unknown
            self.spend((len(first) + len(second)) // 8)
            if isinstance(one, tuple):
                return (*first, *second) if len(first) + len(second) < self.max_items else unknown
            return self._list([*first, *second])
        data = one.data if isinstance(one, ListBox) else one
        if isinstance(sign, ast.Mult) and isinstance(two, int) and not isinstance(two, bool):
            if len(data) * max(two, 0) > 1_000 or (isinstance(one, ListBox) and one.open):
                return unknown
            return data * two if isinstance(data, tuple) else self._list(data * two)
        return unknown

    def _percent(self, text: str, value: object) -> object:
        values = value if isinstance(value, tuple) else (value,)
        if _WIDE_PERCENT.search(text) or isinstance(value, DictBox):
            return Unknown(f"{text!r} % ...")
        known = all(is_known(v) and (is_scalar(v) or isinstance(v, PathText)) for v in values)
        plain = tuple(v.text if isinstance(v, PathText) else v for v in values)
        try:
            if known:
                return (text % plain)[:MAX_TEXT]
            pieces = re.split(r"%[-+ #0-9.]*[a-zA-Z]", text)
            if len(pieces) == len(values) + 1 and "%%" not in text:
                mixed = [pieces[0]]
                for part, piece in zip(values, pieces[1:], strict=True):
                    mixed += [joined("", [part]), piece]
                return joined("", mixed)
        except (TypeError, ValueError, OverflowError):
            pass
        return Unknown(f"{text!r} % ...")

    def _compared(self, sign: ast.cmpop, one: object, two: object) -> bool | None:
        if isinstance(sign, ast.In | ast.NotIn):
            inside = self._contains(two, one)
            return inside if inside is None or isinstance(sign, ast.In) else not inside
        if isinstance(sign, ast.Is | ast.IsNot):
            alike = _is(one, two)
            return alike if alike is None or isinstance(sign, ast.Is) else not alike
        one, two = plain_value(one), plain_value(two)
        if isinstance(sign, ast.Eq | ast.NotEq) and type(one) is type(two) is Member:
            return same(one, two) == isinstance(sign, ast.Eq)
        if None in (one, two) and isinstance(sign, ast.Eq | ast.NotEq):
            alike = _is(one, two)
            return alike if alike is None or isinstance(sign, ast.Eq) else not alike
        if not (_is_comparable(one) and _is_comparable(two)):
            return None
        try:
            return bool(_COMPARISONS[type(sign)](one, two))
        except TypeError:
            return None

    def _contains(self, whole: object, part: object) -> bool | None:
        paths = isinstance(part, PathText)
        part, whole = plain_value(part), plain_value(whole)
        if not (is_scalar(part) or isinstance(part, tuple | Member)) or not is_known(part):
            return None
        match whole:
            case str():
                return part in whole if isinstance(part, str) else None
            case DictBox(data=data):
                return True if part in data else None if whole.open else False
            case ObjectBox(data=attributes):
                return True if part in attributes else None
        if self.exact is not None and isinstance(whole, ListBox) and not whole.open:
            self.spend(len(whole.data) // 8)
            if not paths and part in whole.data:
                return True
        items = self.listed(whole)
        if items is None or not all(is_known(v) for v in items):
            return None
        plain = [v if isinstance(v, PathText) and not paths else plain_value(v) for v in items]
        return any(v == part for v in plain if is_scalar(v) or isinstance(v, tuple | Member))


def _is_comparable(value: object) -> bool:
    plain = (is_scalar(value) and not isinstance(value, complex)) or isinstance(value, tuple)
    return plain and is_known(value)


def plain_value(value: object) -> object:
    """Return a path as its text, and a member of a StrEnum or IntEnum as its value."""
    match value:
        case PathText(text=str() as text):
            return text
        case Member(value=inner, mixed=True):
            return inner
        case _:
            return value


def _is(one: object, two: object) -> bool | None:
    if isinstance(one, Unknown | Method) or isinstance(two, Unknown | Method):
        return None
    if is_scalar(one) and is_scalar(two):
        return type(one) is type(two) and one == two
    return same(one, two) if is_scalar(one) == is_scalar(two) else False


def _sized(sign: ast.operator, one: object, two: object, unknown: Unknown) -> object:
    if any(isinstance(v, Size) and len(str(v.rule)) > 200 for v in (one, two)):
        return unknown
    match sign, one, two:
        case ast.Mult(), Size(share=share, rule=rule), float() | int():
            return Size(share * two, ("*", rule, two))
        case ast.Mult(), float() | int(), Size(share=share, rule=rule):
            return Size(share * one, ("*", one, rule))
        case ast.Div(), Size(share=share, rule=rule), int() | float() if two:
            return Size(share / two, ("/", rule, two))
        case ast.FloorDiv(), Size(share=share, rule=rule), int() | float() if two:
            return Size(share / two, ("//", rule, two))
        case ast.Sub(), Size(share=first, rule=rule), Size(share=second, rule=other):
            return Size(first - second, ("-", rule, other))
        case ast.Add(), Size(share=first, rule=rule), Size(share=second, rule=other):
            return Size(first + second, ("+", rule, other))
        case _:
            return unknown


def _of_numbers(sign: ast.operator, one: object, two: object, unknown: Unknown) -> object:
    if isinstance(sign, ast.Mult) and isinstance(one, str) and isinstance(two, int):
        return one * two if len(one) * max(two, 0) <= MAX_TEXT else unknown
    numbers = (int, float)
    if not (isinstance(one, numbers) and isinstance(two, numbers)):
        return unknown
    try:
        if isinstance(sign, ast.Pow):
            small = abs(one) < 2**16 and -64 <= two <= 64
            result = one**two if small else unknown
        elif isinstance(sign, ast.LShift | ast.RShift):
            small = isinstance(one, int) and isinstance(two, int) and 0 <= two <= 64
            result = (
                unknown if not small
                else one << two if isinstance(sign, ast.LShift) else one >> two  # type: ignore[operator]
            )  # fmt: skip
        elif type(sign) in _OPERATORS:
            result = _OPERATORS[type(sign)](one, two)
        else:
            return unknown
    except (ZeroDivisionError, TypeError, OverflowError, ValueError):
        return unknown
    if not isinstance(result, numbers):
        return unknown
    return result if -MAX_NUMBER < result < MAX_NUMBER else unknown


def _shrinks(sign: ast.operator, factor: object) -> bool:
    """Tell whether arithmetic scales 0..255 to about 0..1."""
    if not is_number(factor):
        return False
    size = abs(float(factor))  # type: ignore[arg-type]
    return (isinstance(sign, ast.Div) and size > 100) or (
        isinstance(sign, ast.Mult) and 0 < size < 0.01
    )


def _divided(data: DataSet | Arrays, line: int) -> DataSet | Arrays:
    if isinstance(data, Arrays):
        return replace(data, divided=line)
    return data.after("divided", line=line) if data.is_list else data
