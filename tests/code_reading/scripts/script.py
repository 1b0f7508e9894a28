"""One script, and what a person who knows the libraries says that it does."""

from dataclasses import dataclass, field

Call = tuple[str, str | None, float | None, int | None]


@dataclass(frozen=True, slots=True)
class Script:
    """A script with its right reading.

    Attributes:
        calls: Role, folder as `inspector code` shows it, share held out, seed; in any order.
        high: Codes of all findings of high severity.
        codes: Codes that have to be among the findings.
        unread: Values that can't be known, as (line, what).
        cells: For a notebook; else `code`.
    """

    name: str
    code: str = ""
    calls: list[Call] = field(default_factory=list)
    high: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()
    unread: frozenset[tuple[int, str]] = frozenset()
    cells: tuple[str, ...] = ()


TR, VA, TE = "training", "validation", "test"
