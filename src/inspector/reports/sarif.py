"""SARIF 2.1.0, which GitHub, GitLab and Azure show beside the code."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

from inspector.code_reading.finding import HIGH, LOW, MIDDLE
from inspector.reports.check_results import CheckResult

# Source: GitHub rejects results with more; the properties contain the complete list.
MAX_LOCATIONS: Final = 1_000
_LEVELS = {HIGH: "error", MIDDLE: "warning", LOW: "note"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(results: Sequence[CheckResult], *, dataset: str, version: str) -> str:
    """Return a SARIF document.

    Args:
        results: The findings; each is one result.
        dataset: Path of the dataset in the repository, such as "data"; "" for its root.
        version: Version of this program.
    """
    rules = list({one.code: one for one in results}.values())
    driver = {
        "name": "Dataset Inspector",
        "semanticVersion": version,
        "rules": [
            {
                "id": one.code,
                "shortDescription": {"text": one.title},
                "defaultConfiguration": {"level": _LEVELS[one.severity]},
            }
            for one in rules
        ],
    }
    run = {"tool": {"driver": driver}, "results": [_result(one, dataset) for one in results]}
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _result(one: CheckResult, dataset: str) -> dict[str, Any]:
    paths = one.files[:MAX_LOCATIONS] or ("",)
    digest = hashlib.sha256("\0".join((one.code, *one.files)).encode()).hexdigest()
    return {
        "ruleId": one.code,
        "level": _LEVELS[one.severity],
        "message": {"text": f"{one.title}. {one.text}"},
        "locations": [_location(path, dataset) for path in paths],
        "partialFingerprints": {"files/v1": digest},
        "properties": {"files": list(one.files)},
    }


def _location(path: str, dataset: str) -> dict[str, Any]:
    whole = "/".join(part for part in (dataset, path) if part) or "."
    return {"physicalLocation": {"artifactLocation": {"uri": quote(whole)}}}
