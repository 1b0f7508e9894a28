"""The evidence behind the figures of Overview: components, controls, classes, shortcuts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from inspector.audit.shortcuts.single_property import Shortcut, shortcuts
from inspector.errors import DatasetError, UsageError
from inspector.project.diagnosis.diagnoses import Diagnoses, StoredDiagnosis, UserMetrics
from inspector.project.diagnosis.shift import ShiftReport, columns
from inspector.project.splits.leakage import Leakage
from inspector.project.splits.source import SplitSource
from inspector.project.splits.splits import Splits
from inspector.store.samples import Sample

SHOWN_PER_CLASS = 6
# By what a shortcut is looked for; one number each of an image.
_PROPERTIES = {
    "Image size": ("width", "height"), "Brightness": ("brightness",), "Contrast": ("contrast",),
    "Sharpness": ("sharpness",), "Colour": ("redness", "blueness"),
    "Bytes per pixel": ("bytes per pixel",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClassLeaks:
    """Evaluation images of one class, and those with a near-duplicate in training."""

    label: str
    images: int
    leaked: tuple[int, ...]

    @property
    def share(self) -> float:
        """Share of the class's evaluation images."""
        return len(self.leaked) / self.images if self.images else 0.0


@dataclass(frozen=True, slots=True)
class ShortcutExample:
    """Images of one class, the most typical of a shortcut's property."""

    label: str
    samples: tuple[int, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that the page shows.

    Attributes:
        last: The diagnosis that is kept, None before any.
        numbers: What the user measured.
        splits: Images by split, in the order training, validation, test.
        classes: The classes of the evaluation split, the most leaked first.
        evaluation: The split that judges; "" without splits.
        shortcuts: By each property alone, the best predictor first.
        examples: Of the best shortcut that is shown: the two classes that lie furthest apart.
        differences: Between training and the folder; None where nothing was compared.
        why_no_split: Why the images are in no split; "" where they are.
    """

    last: StoredDiagnosis | None
    numbers: UserMetrics
    splits: dict[str, int]
    classes: tuple[ClassLeaks, ...]
    evaluation: str
    shortcuts: tuple[Shortcut, ...]
    examples: tuple[ShortcutExample, ...]
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
    """Gather the evidence; everything but shortcuts and leaks is known already."""

    def __init__(self, source: SplitSource, splits: Splits, diagnoses: Diagnoses) -> None:
        self._source, self._splits, self._diagnoses = source, splits, diagnoses

    def read(self) -> Evidence:
        """Return the evidence for the rule in use; needs a finished scan."""
        leakage, why = self._leakage()
        rows = [s for s in self._source.groups.images() if s.mark != "drop"]
        predictors, examples = self._shortcuts(rows)
        sizes: dict[str, int] = {}
        if leakage is not None:
            sizes = {
                "training": leakage.training_images,
                leakage.made.evaluation: leakage.validation_images,
                **{name: len(paths) for name, paths in leakage.made.elsewhere.items()},
            }
        return Evidence(
            self._diagnoses.last(), self._diagnoses.numbers, sizes,
            () if leakage is None else _classes(leakage, rows),
            "" if leakage is None else leakage.made.evaluation,
            predictors, examples, self._diagnoses.differences(), why,
        )  # fmt: skip

    def _leakage(self) -> tuple[Leakage | None, str]:
        try:
            return self._splits.leaks(with_seeds=False), ""
        except (DatasetError, UsageError) as error:
            return None, f"{error.message[:1].upper()}{error.message[1:]}. {error.advice}"

    def _shortcuts(
        self, rows: list[Sample]
    ) -> tuple[tuple[Shortcut, ...], tuple[ShortcutExample, ...]]:
        names = sorted({s.label for s in rows})
        if len(names) < 2:
            return (), ()
        position = {name: i for i, name in enumerate(names)}
        labels = np.array([position[s.label] for s in rows], np.int64)
        groups = self._source.groups.numbers(rows, with_duplicates=True).astype(np.int64)
        values = columns(rows, self._source.groups.records(rows))
        by_name = {
            name: _joined([values[part] for part in parts if part in values])
            for name, parts in _PROPERTIES.items()
            if any(part in values for part in parts)
        }
        predictors = tuple(shortcuts(by_name, labels, groups))
        if not predictors or not predictors[0].shown:
            return predictors, ()
        best = by_name[predictors[0].name]
        return predictors, _examples(predictors[0].name, best, rows, names)


def _joined(parts: list[np.ndarray[Any, np.dtype[np.float64]]]) -> Any:
    """Return one number for each pair of numbers, so that equal pairs stay together."""
    if len(parts) == 1:
        return parts[0]
    _, codes = np.unique(np.stack(parts, axis=1).round(3), axis=0, return_inverse=True)
    # Ordered by the first number: neighbouring codes are alike.
    return codes.reshape(-1).astype(np.float64)


def _classes(leakage: Leakage, rows: list[Sample]) -> tuple[ClassLeaks, ...]:
    held = {*leakage.made.validation} - leakage.excluded
    images = Counter(s.label for s in rows if s.path in held)
    leaked: dict[str, list[int]] = {}
    for leak in leakage.leaks:
        if leak.kind != "group":
            leaked.setdefault(leak.image.label, []).append(leak.image.id)
    classes = (ClassLeaks(name, n, tuple(leaked.get(name, ()))) for name, n in images.items())
    return tuple(sorted(classes, key=lambda one: (-one.share, one.label)))


def _examples(
    name: str, values: Any, rows: list[Sample], names: Sequence[str]
) -> tuple[ShortcutExample, ...]:
    """Return the two classes whose middle values lie furthest apart, with typical images."""
    of_class = {
        label: np.flatnonzero([s.label == label for s in rows]) for label in names
    }  # fmt: skip
    middles = {label: float(np.median(values[where])) for label, where in of_class.items()}
    ends = sorted(middles, key=middles.__getitem__)
    examples = []
    for label in (ends[0], ends[-1]):
        where = of_class[label]
        typical = where[np.argsort(np.abs(values[where] - middles[label]), kind="stable")]
        samples = [rows[i] for i in typical[:SHOWN_PER_CLASS].tolist()]
        sizes = Counter(f"{rows[i].width} × {rows[i].height}" for i in where.tolist())
        text = label
        if name == "Image size":
            text = f"{len(sizes):,} sizes, most often {sizes.most_common(1)[0][0]}"
        examples.append(ShortcutExample(label, tuple(s.id for s in samples), text))
    return tuple(examples)
