"""Cross-validation by group, beside the one split: what accuracy the split promises too much."""

from dataclasses import dataclass
from typing import Any, assert_never

import numpy as np

from inspector.audit.diagnosis import Bound, Verdict
from inspector.audit.folds import own_groups
from inspector.audit.influence.fold_accuracy import FoldAccuracy
from inspector.errors import UsageError
from inspector.project.catalog.embeddings import Embeddings
from inspector.project.diagnosis.diagnoses import Diagnoses
from inspector.project.diagnosis.influences import influence_question, interval_as_json
from inspector.project.splits.source import SplitSource
from inspector.project.splits.split_rules import Rule
from inspector.project.splits.splits import Splits
from inspector.work.diagnosis_process import FoldsRequest, answer_in_child
from inspector.work.jobs import Progress, Stop

FOLDS = 5


@dataclass(frozen=True, slots=True)
class FoldReport:
    """Accuracy over group folds beside that of the split.

    Attributes:
        evaluation: Name of the split's validation.
        stated: The accuracy that the user states of their own model; None without one.
        embedded: Whether the heads knew the embedding, or descriptors alone.
        sample: Which images were measured, as a sentence; "" for all.
    """

    result: FoldAccuracy
    evaluation: str
    stated: float | None
    embedded: bool
    sample: str = ""

    @property
    def text(self) -> str:
        """Both figures in a sentence, what follows, and of which sample where it is of one."""
        return f"{self._verdict} {self.sample}".rstrip()

    @property
    def _verdict(self) -> str:
        r = self.result
        half = (r.accuracy.high - r.accuracy.low) / 2
        both = (
            f"A head on frozen features reaches {r.split.mean:.2f} on your {self.evaluation}"
            f" and {r.accuracy.mean:.2f} ± {half:.2f} over {r.folds} group folds."
        )
        shift = f"on the same images {r.split.mean:.2f} and {r.same_images:.2f}"
        match r.verdict:
            case Verdict.YES:
                bound = "at least " if r.bound is Bound.AT_LEAST else ""
                return f"{both} The split is too favourable by {bound}{r.difference.mean:.2f}:" \
                    f" {shift}."  # fmt: skip
            case Verdict.NO:
                return f"{both} The split is not too favourable: {shift}."
            case Verdict.CANNOT_TELL:
                why = f" ({'; '.join(r.why)})" if r.why else ""
                return f"{both} Whether the split is too favourable is inconclusive{why}: {shift}."
            case _:
                assert_never(r.verdict)


class GroupFolds:
    """Cross-validate by group."""

    def __init__(
        self, source: SplitSource, splits: Splits, diagnoses: Diagnoses, embeddings: Embeddings
    ) -> None:
        self._context = source.context
        self._groups = source.groups
        self._splits = splits
        self._diagnoses = diagnoses
        self._embeddings = embeddings

    def run(
        self,
        rule: Rule | None = None,
        *,
        folds: int = FOLDS,
        stop: Stop | None = None,
        progress: Progress | None = None,
    ) -> FoldReport | None:
        """Judge training and validation images by heads that saw no image of their group.

        None when stopped. Images on neither side of the split stay outside.

        Raises:
            DatasetError: The split has no training or validation images, or one class.
            UsageError: There are not as many groups as folds, or the rule's arguments are wrong.
        """
        rule = rule or self._splits.rule
        stop, progress = stop or Stop(), progress or Progress()
        sample, question, evaluation = influence_question(self._diagnoses, self._splits, rule)
        rows = sample.rows
        inside = question.training | question.validation
        groups = len(np.unique(own_groups(question.group)[inside]))
        if not 2 <= folds <= groups:
            raise UsageError(
                f"{folds} folds can't be made of {groups} groups of images",
                f"Choose 2 to {groups}." if groups > 1 else "Add images, or check the groups.",
            )
        with (
            self._embeddings.file_of(rows, stop=stop, progress=progress) as vectors,
            self._groups.fingerprints.for_child(rows) as [described],
        ):
            result = None if stop.is_set() else answer_in_child(
                FoldsRequest(question, folds, described, vectors),
                FoldAccuracy, stop=stop, progress=progress, low_priority=self._context.low_priority,
            )  # fmt: skip
        if result is None:
            return None
        stated = self._diagnoses.numbers.split
        return FoldReport(result, evaluation, stated, bool(vectors), sample.text)


def as_json(report: FoldReport) -> dict[str, Any]:
    """Return the report as `crossvalidate --json` prints it."""
    r = report.result
    return {
        "folds": r.folds,
        "images": r.images,
        "n_groups": r.groups,
        "accuracy": interval_as_json(r.accuracy),
        "each": [round(one, 4) for one in r.each],
        "split": interval_as_json(r.split),
        "evaluation": report.evaluation,
        "same_images": round(r.same_images, 4),
        "difference": interval_as_json(r.difference),
        "stated": report.stated,
        "verdict": r.verdict.value,
        "bound": r.bound.value,
        "why": list(r.why),
        "text": report.text,
        "embedded": report.embedded,
    }
