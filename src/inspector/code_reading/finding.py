"""A finding about a piece of code."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from inspector.code_reading.program import CodePlace


class FindingSeverity(StrEnum):
    """How much a finding changes the meaning of the figures."""

    HIGH = "high"
    MIDDLE = "middle"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 for the worst; findings are sorted by it."""
        return list(FindingSeverity).index(self)

    @property
    def lint_level(self) -> str:
        """The severity as `policy lint` names it."""
        return {"high": "error", "middle": "warning", "low": "hint"}[self.value]


@dataclass(frozen=True, slots=True)
class CodeFinding:
    """One finding about a piece of code.

    Attributes:
        code: Its name, with "_".
        parameter: Argument or layer that it is about, for `policy lint`; "" for a split.
        suggestion: Parameters of a policy and their new values.
        about_split: True if it is about the split, not only about the augmentation.
    """

    code: str
    severity: FindingSeverity
    text: str
    place: CodePlace
    parameter: str = ""
    suggestion: dict[str, Any] | None = None
    about_split: bool = False

    @property
    def rule(self) -> str:
        """Its name as `policy lint` writes it."""
        return self.code.replace("_", "-")


HIGH, MIDDLE, LOW = FindingSeverity.HIGH, FindingSeverity.MIDDLE, FindingSeverity.LOW
