"""Findings for a CI service: what SARIF and JUnit files are made of."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from inspector.code_reading.finding import FindingSeverity


class ReportForm(StrEnum):
    """What a report is written as."""

    HTML = "html"
    SARIF = "sarif"
    JUNIT = "junit"

    @classmethod
    def of(cls, file: Path) -> "ReportForm":
        """Return the form that a file's ending says."""
        return {".sarif": cls.SARIF, ".xml": cls.JUNIT}.get(file.suffix.lower(), cls.HTML)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One finding.

    Attributes:
        code: Stable, such as "twins_across".
        title: In one line.
        files: Relative to the dataset, with "/".
    """

    code: str
    severity: FindingSeverity
    title: str
    text: str
    files: tuple[str, ...]
