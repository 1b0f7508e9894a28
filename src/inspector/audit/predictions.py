"""Accuracy of the user's own model with and without a near-duplicate in training."""

import math
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from inspector.audit.intervals import wilson
from inspector.dataset.csv_table import TableRow, read_rows
from inspector.dataset.names import (
    Label,
    RelativePath,
    parse_listed_label,
    parse_relative_path,
    shown,
)
from inspector.errors import DatasetError

_DRIVE = re.compile("^[A-Za-z]:")


@dataclass(frozen=True, slots=True)
class Prediction:
    """One row of the user's CSV."""

    path: RelativePath
    label: Label
    predicted: Label
    confidence: float


@dataclass(frozen=True, slots=True)
class Rate:
    """A hit rate among n images, with its 95 % CI."""

    name: str
    right: int
    n: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """The hit rate, 0..1."""
        return self.right / self.n if self.n else 0.0


def read_predictions(file: Path) -> list[Prediction]:
    """Read a CSV with the columns path, label, predicted and optionally confidence.

    Raises:
        DatasetError: It can't be read, or lacks a column.
    """
    advice = "Write a CSV in UTF-8 with the columns path, label, predicted and confidence."
    columns = ("path", "label", "predicted")
    rows = read_rows(file, columns, what="file of predictions", advice=advice)
    return [_prediction(row, advice) for row in rows]


def _prediction(row: TableRow, advice: str) -> Prediction:
    cells = row.cells
    if empty := next((c for c in ("path", "label", "predicted") if not cells[c]), ""):
        raise DatasetError(f"{row.where} has no {empty}", advice)
    text = cells.get("confidence", "").strip()
    try:
        confidence = float(text or 0)
    except ValueError:
        confidence = math.nan
    if not math.isfinite(confidence):
        raise DatasetError(f'{row.where}: "{shown(text)}" is not a number', advice)
    # Predictions from another machine may have absolute paths: only their end is matched.
    parts = _DRIVE.sub("", cells["path"].replace("\\", "/")).split("/")
    path = "/".join(part for part in parts if part not in ("", ".", ".."))
    return Prediction(
        parse_relative_path(path, where=row.where),
        parse_listed_label(cells["label"], where=row.where),
        parse_listed_label(cells["predicted"], where=row.where),
        confidence,
    )


def placed(predictions: list[Prediction], known: Collection[RelativePath]) -> list[Prediction]:
    """Return the predictions of known images, with the paths of the dataset.

    Unknown leading folders of a path are removed.
    """
    own: dict[str, RelativePath] = {path: path for path in known}
    predictions_placed = []
    for one in predictions:
        end: str = one.path
        while end not in own and "/" in end:
            end = end.partition("/")[2]
        if end in own:
            predictions_placed.append(replace(one, path=own[end]))
    return predictions_placed


def stated(shares: Sequence[float | None], images: Sequence[int | None]) -> str:
    """Return what the user measured as text: on the split, on the folder, and the gap, or "".

    Source: Newcombe 1998, method 10, for the interval of a difference.
    """
    places = ("on the split", "on the real folder")
    known = list(zip(shares, images, places, strict=True))
    statements = [
        f"{share:.3f}{_of(share, n)} {where}" for share, n, where in known if share is not None
    ]  # fmt: skip
    if not statements:
        return ""
    text = f"You measured {' and '.join(statements)}"
    one, two = shares
    if one is None or two is None:
        return f"{text}."
    gap = one - two
    n, m = images
    if n is None or m is None:
        return f"{text}: a gap of {gap:+.3f}. On how many images? Then it gets an interval."
    (low1, high1), (low2, high2) = wilson(one * n, n), wilson(two * m, m)
    low = gap - math.hypot(one - low1, high2 - two)
    high = gap + math.hypot(high1 - one, two - low2)
    chance = " Chance alone can make such a gap." if low <= 0 <= high else ""
    return f"{text}: a gap of {gap:+.3f} ({low:+.3f} to {high:+.3f}).{chance}"


def _of(share: float, n: int | None) -> str:
    if n is None:
        return ""
    low, high = wilson(share * n, n)
    return f" ({low:.3f} to {high:.3f}, {n:,} images)"


def rates(
    predictions: list[Prediction],
    tie: Mapping[str, str],
    place: Mapping[str, str],
    group: Mapping[str, int] | None = None,
) -> list[Rate]:
    """Return accuracies: overall, by split, with and without a near-duplicate, by class.

    Args:
        tie: Kind of connection with training by path; no entry means none.
        place: Split by path, such as "validation".
        group: Group by path; images of one group count as fewer than they are.
    """
    groups: dict[str, list[Prediction]] = {"all": predictions}
    # Training images say nothing about a class.
    judged = [p for p in predictions if place.get(p.path) != "training"] or predictions
    for p in predictions:
        where = place.get(p.path)
        if where:
            groups.setdefault(where, []).append(p)
        if where == "validation":
            kind = tie.get(p.path)
            name = (
                "the same event"
                if kind == "group"
                else "a near-duplicate"
                if kind
                else "no near-duplicate"
            )
            groups.setdefault(f"validation, {name} in training", []).append(p)
    for p in judged:
        groups.setdefault(f"class {p.label}", []).append(p)
    return [_rate(name, some, group or {}) for name, some in groups.items()]


def _rate(name: str, some: list[Prediction], group: Mapping[str, int]) -> Rate:
    """Return a hit rate with Wilson's interval at the effective number of images.

    Source: Kish 1965, (sum n_g)^2 / sum n_g^2 for groups of similar images.
    """
    n = len(some)
    right = sum(p.label == p.predicted for p in some)
    sizes = Counter(group.get(p.path, p.path) for p in some).values()
    effective = n * n / sum(size * size for size in sizes) if n else 0.0
    low, high = wilson(right * effective / n if n else 0.0, effective)
    return Rate(name, right, n, low, high)
