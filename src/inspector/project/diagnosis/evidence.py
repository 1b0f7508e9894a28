"""The evidence behind the figures of Overview: components, controls, classes, shortcuts."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from inspector.dataset.names import Label
from inspector.errors import DatasetError, UsageError
from inspector.project.diagnosis.diagnoses import Diagnoses, StoredDiagnosis, UserMetrics
from inspector.project.diagnosis.shift import ShiftReport
from inspector.project.diagnosis.shortcuts import ShortcutReport, Shortcuts
from inspector.project.splits.leakage import Leakage
from inspector.project.splits.source import SplitSource
from inspector.project.splits.splits import Splits
from inspector.store.sample_table import SampleTable, among


@dataclass(frozen=True, slots=True)
class ClassLeaks:
    """Evaluation images of one class, and those with a near-duplicate in training."""

    label: Label
    images: int
    leaked: tuple[int, ...]

    @property
    def share(self) -> float:
        """Share of the class's evaluation images."""
        return len(self.leaked) / self.images if self.images else 0.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that the page shows.

    Attributes:
        last: The stored diagnosis, or None.
        numbers: The user's metrics.
        splits: Number of images by split, in the order training, validation, test.
        classes: Classes of the evaluation split, most leaked first.
        evaluation: The evaluation split; "" without splits.
        shortcuts: The last search for shortcuts, or None.
        differences: Between training and the folder; None where nothing was compared.
        why_no_split: Why the images are in no split, or "".
    """

    last: StoredDiagnosis | None
    numbers: UserMetrics
    splits: dict[str, int]
    classes: tuple[ClassLeaks, ...]
    evaluation: str
    shortcuts: ShortcutReport | None
    differences: ShiftReport | None
    why_no_split: str = ""

    @property
    def terms(self) -> dict[str, Any]:
        """The components of the last diagnosis, by name."""
        terms: dict[str, Any] = self.last.answer.get("terms", {}) if self.last else {}
        return terms

    @property
    def gap(self) -> float | None:
        """The gap between the user's two accuracies."""
        if self.numbers.split is None or self.numbers.folder is None:
            return None
        return self.numbers.split - self.numbers.folder


class EvidenceReader:
    """Gathers the evidence; everything but leakage is known already."""

    def __init__(
        self, source: SplitSource, splits: Splits, diagnoses: Diagnoses, shortcuts: Shortcuts
    ) -> None:
        self._source, self._splits, self._diagnoses = source, splits, diagnoses
        self._shortcuts = shortcuts

    def read(self) -> Evidence:
        """Return the evidence for the current rule; needs a finished scan."""
        leakage, why = self._leakage()
        rows = self._source.groups.images().included()
        sizes: dict[str, int] = {}
        if leakage is not None:
            sizes = {
                "training": leakage.training_images,
                leakage.membership.evaluation: leakage.validation_images,
                **{name: len(paths) for name, paths in leakage.membership.elsewhere.items()},
            }
        return Evidence(
            self._diagnoses.last(), self._diagnoses.numbers, sizes,
            () if leakage is None else _classes(leakage, rows),
            "" if leakage is None else leakage.membership.evaluation,
            self._shortcuts.last(), self._diagnoses.differences(), why,
        )  # fmt: skip

    def _leakage(self) -> tuple[Leakage | None, str]:
        try:
            return self._splits.leaks(with_seeds=False), ""
        except (DatasetError, UsageError) as error:
            return None, f"{error.message[:1].upper()}{error.message[1:]}. {error.advice}"


def _classes(leakage: Leakage, rows: SampleTable) -> tuple[ClassLeaks, ...]:
    held = {*leakage.membership.validation} - leakage.excluded
    images = Counter(s.label for s in rows.taken(np.flatnonzero(among(rows.paths, held))))
    leaked: dict[str, list[int]] = {}
    for leak in leakage.leaks:
        if leak.kind != "group":
            leaked.setdefault(leak.image.label, []).append(leak.image.id)
    classes = (ClassLeaks(name, n, tuple(leaked.get(name, ()))) for name, n in images.items())
    return tuple(sorted(classes, key=lambda one: (-one.share, one.label)))
