"""One thing to know about a piece of code."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from inspector.code_reading.program import CodePlace


class FindingSeverity(StrEnum):
    """How much a finding changes what the figures mean."""

    HIGH = "high"
    MIDDLE = "middle"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 for the worst; findings are sorted by it."""
        return list(FindingSeverity).index(self)

    @property
    def lint_level(self) -> str:
        """The same as `policy lint` says it."""
        return {"high": "error", "middle": "warning", "low": "hint"}[self.value]


@dataclass(frozen=True, slots=True)
class CodeFinding:
    """One thing to know about a piece of code.

    Attributes:
        code: Its name, with "_".
        parameter: The argument or layer that it is about, for `policy lint`; "" for a split.
        suggestion: Parameters of a policy and what to set them to.
        about_split: It is about the split, and not about the augmentation alone.
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
