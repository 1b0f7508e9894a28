"""Sizes that depend on the length of a dataset."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """A number of files that depends on the length of a dataset.

    Attributes:
        share: As a share of that length.
        rule: How it is computed: ("n",), (function, rule) or (operator, rule or number, ...).
    """

    share: float
    rule: tuple[object, ...] = ("n",)

    def of(self, count: int) -> float:
        """Return the number for a length, rounded as the code rounds."""
        return _computed(self.rule, count)


def _computed(rule: object, count: int) -> float:
    if isinstance(rule, int | float):
        return rule
    assert isinstance(rule, tuple)
    name, *parts = rule
    numbers = [_computed(part, count) for part in parts]
    match name, numbers:
        case "n", []:
            return count
        case "floor" | "ceil" | "int" | "round" | "trunc", [value]:
            return _rounded(str(name), value)
        case "*", [one, two]:
            return one * two
        case "/", [one, two]:
            return one / two
        case "//", [one, two]:
            return one // two
        case "-", [one, two]:
            return one - two
        case "+", [one, two]:
            return one + two
    raise AssertionError(name)


def _rounded(how: str, value: float) -> int:
    match how:
        case "floor":
            return math.floor(value)
        case "ceil":
            return math.ceil(value)
        case "round":
            return round(value)
        case _:
            return int(value)
