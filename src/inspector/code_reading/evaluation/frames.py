"""How a block of code ends, and the functions being followed."""

from dataclasses import dataclass, field

from inspector.code_reading.evaluation.values import ScopeBox


@dataclass(frozen=True, slots=True)
class Return:
    """The end of a block by return."""

    value: object


class Leave:
    """The end of a block by break, continue or raise."""

    def __init__(self, name: str) -> None:
        self.name = name


BREAK, CONTINUE, RAISE = Leave("break"), Leave("continue"), Leave("raise")

Flow = Return | Leave | None
"""How a block ends; None if the next statement follows."""


@dataclass(slots=True)
class FunctionCall:
    """One function being followed."""

    node_id: int
    scope: ScopeBox
    returns: list[object] = field(default_factory=list)
    yields: list[object] = field(default_factory=list)
    maybe_broken: bool = False
