"""Predictions of the user's own model: what it gets right with and without a twin in training."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from inspector.audit.intervals import wilson
from inspector.errors import DatasetError


@dataclass(frozen=True, slots=True)
class Prediction:
    """One row of the user's CSV."""

    path: str
    label: str
    predicted: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of right predictions among n images, with its 95 % interval (Wilson)."""

    name: str
    right: int
    n: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """Right ones, as a share of 1."""
        return self.right / self.n if self.n else 0.0


def read_predictions(file: Path) -> list[Prediction]:
    """Read a CSV with the columns path, label, predicted and maybe confidence.

    Raises:
        DatasetError: It can't be read, or lacks a column.
    """
    advice = "Write a CSV in UTF-8 with the columns path, label, predicted and confidence."
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = {"path", "label", "predicted"} - set(reader.fieldnames or ())
            if missing:
                raise DatasetError(f"{file.name} has no column {sorted(missing)[0]}", advice)
            return [
                Prediction(
                    row["path"].replace("\\", "/").removeprefix("./"), row["label"],
                    row["predicted"], float(row.get("confidence") or 0),
                )
                for row in reader
            ]  # fmt: skip
    except (OSError, UnicodeDecodeError, csv.Error, ValueError) as error:
        raise DatasetError(f"the predictions {file} can't be read: {error}", advice) from error


def rates(
    predictions: list[Prediction], tie: Mapping[str, str], place: Mapping[str, str]
) -> list[Rate]:
    """Return accuracies: in all, by place, with and without a twin, by class.

    Args:
        tie: Path of a validation image to its kind of tie to training; absent without one.
        place: Path to the side it stands on, such as "validation".
    """
    groups: dict[str, list[Prediction]] = {"all": predictions}
    for p in predictions:
        where = place.get(p.path)
        if where:
            groups.setdefault(where, []).append(p)
        if where == "validation":
            kind = tie.get(p.path)
            name = "the same event" if kind == "group" else "a twin" if kind else "no twin"
            groups.setdefault(f"validation, {name} in training", []).append(p)
    for p in predictions:
        groups.setdefault(f"class {p.label}", []).append(p)
    return [_rate(name, some) for name, some in groups.items()]


def _rate(name: str, some: list[Prediction]) -> Rate:
    right = sum(p.label == p.predicted for p in some)
    low, high = wilson(right, len(some))
    return Rate(name, right, len(some), low, high)
