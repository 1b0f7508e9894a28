"""Sizes that depend on the length of a dataset."""

import math
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """A number of files that depends on the length of a dataset.

    Attributes:
        share: As a share of that length.
        rule: How it is computed: ("n", number of the dataset), (function, rule) or (operator, rule
            or number, ...).
    """

    share: float
    rule: tuple[object, ...] = ("n",)

    def of(self, count: int) -> float:
        """Return the number for a length, rounded as in the code."""
        return _computed(self.rule, count)

    @property
    def datasets(self) -> set[object]:
        """The numbers of the datasets whose lengths it is computed from."""
        return set(_leaves(self.rule))


def _leaves(rule: object) -> Iterator[object]:
    if isinstance(rule, tuple) and rule[0] == "n":
        yield from rule[1:]
    elif isinstance(rule, tuple):
        for part in rule[1:]:
            yield from _leaves(part)


def _computed(rule: object, count: int) -> float:
    if isinstance(rule, int | float):
        return rule
    assert isinstance(rule, tuple)
    name, *parts = rule
    numbers = [_computed(part, count) for part in parts]
    match name, numbers:
        case "n", _:
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
