"""Findings as SARIF and JUnit report them."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from inspector.code_reading.finding import FindingSeverity


class ReportForm(StrEnum):
    """The format of a report."""

    HTML = "html"
    SARIF = "sarif"
    JUNIT = "junit"

    @classmethod
    def of(cls, file: Path) -> "ReportForm":
        """Return the format for a file's suffix."""
        return {".sarif": cls.SARIF, ".xml": cls.JUNIT}.get(file.suffix.lower(), cls.HTML)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One finding.

    Attributes:
        code: Stable, such as "twins_across".
        title: One line.
        files: Relative to the dataset, with "/".
    """

    code: str
    severity: FindingSeverity
    title: str
    text: str
    files: tuple[str, ...]
