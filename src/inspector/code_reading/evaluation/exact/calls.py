"""The arguments of a call that is followed exactly."""

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from inspector.code_reading.evaluation.exact.arrays import ArrayBox
from inspector.code_reading.evaluation.exact.disk import Disk
from inspector.code_reading.evaluation.host import Host
from inspector.code_reading.evaluation.values import (
    MISSING,
    Arguments,
    ListBox,
    PathText,
    is_known,
)

MAX_RANGE: Final = 400_000
"""The longest range that is followed."""


class ExactState(Protocol):
    """What exact calls read and change."""

    disk: Disk
    assumed: list[str]

    def numpy_stream(self, values: "Values") -> np.random.RandomState | None:
        """Return numpy's global generator, which draws now; None if it is not known."""
        ...

    def lose(self, line: int, why: str) -> None:
        """Record why something is not known."""
        ...


@dataclass(frozen=True, slots=True)
class Values:
    """A call, with its arguments."""

    run: ExactState
    host: Host
    given: Arguments
    node: ast.AST

    @property
    def disk(self) -> Disk:
        """The files."""
        return self.run.disk

    def get(self, place: int, name: str, default: object = None) -> object:
        """Return an argument by position or name."""
        return self.given.get(place, name, default)

    def path(self, place: int, name: str, default: object = None) -> str | None:
        """Return an argument as the text of a path; None if it is not known."""
        return path_text(self.get(place, name, default))

    def items(self, value: object) -> list[object] | None:
        """Return the items of a list or set in the order of iteration; None if not known."""
        items = self.host.listed(value)
        if items is not None:
            self.host.spend(len(items) // 8)
        return items

    def apply(self, function: object, value: object) -> object:
        """Call a function of the code with one argument."""
        return self.host.call(function, Arguments((value,)), self.node)

    def lose(self, why: str) -> object:
        """Record why the result is not known; return MISSING."""
        self.run.lose(getattr(self.node, "lineno", self.host.place.line), why)
        return MISSING


ExactCall = Callable[[Values], object]


def path_text(value: object) -> str | None:
    """Return a path as text; None if it is not known."""
    if isinstance(value, PathText):
        value = value.text
    return value if isinstance(value, str) else None


def like(owner: object, items: Sequence[object]) -> ListBox:
    """Return items as an array if the owner is one, else as a list."""
    return ArrayBox(items) if isinstance(owner, ArrayBox) else ListBox(items)


def known_items(values: Values, value: object) -> list[object] | None:
    """Return the items of a list if all of them are known, else None."""
    items = values.items(value)
    return items if items is not None and all(is_known(v) for v in items) else None


def known_range(values: Values) -> list[object] | None:
    """Return the numbers of a range with the arguments of a call; None if they are not known."""
    ends = values.given.places
    if not ends or not all(isinstance(v, int) and abs(v) < 2**40 for v in ends):
        return None
    try:
        steps = range(*ends)  # type: ignore[call-overload]
    except (TypeError, ValueError):
        return None
    return list(steps) if len(steps) <= MAX_RANGE else None
