"""Diagnoses: the components of an accuracy gap by baseline models, beside the user's figures."""

import hashlib
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from inspector.audit.descriptors import describe, thumbnails16
from inspector.audit.diagnosis import Diagnosis, Question, as_json
from inspector.audit.predictions import Rate, placed, rates, read_predictions, stated
from inspector.dataset.layouts import Role
from inspector.errors import DatasetError, UsageError
from inspector.project.changes import Changes
from inspector.project.diagnosis.labels import Labels
from inspector.project.diagnosis.shift import ShiftReport, at_the_extremes, columns, from_json
from inspector.project.splits.dataset_checks import dataset_checks
from inspector.project.splits.keras_split import one_call
from inspector.project.splits.leakage import Leakage
from inspector.project.splits.membership import membership
from inspector.project.splits.source import SplitSource
from inspector.project.splits.split_rules import Rule, RuleKind
from inspector.project.splits.splits import Splits
from inspector.similarity.levels import POSSIBLE
from inspector.store.records import DIAGNOSIS, DiagnosisRecord, Record, RecordKey
from inspector.store.samples import Sample
from inspector.work.diagnosis_process import ask_child
from inspector.work.jobs import Progress, Stop

FILES = "the files"
EXCLUDED = "the excluded images"
LEVELS = (0.85, 0.8, 0.75, 0.7, POSSIBLE)
"""Similarities at which leakage is asked again, below the project's sure level."""


@dataclass(frozen=True, slots=True)
class UserMetrics:
    """What the user states of their own model: accuracies as shares of 1, and where they stand.

    Attributes:
        split: Accuracy on the held-back share of the training folder; None where not stated.
        folder: Accuracy on the real validation folder.
        predictions: A CSV of the model's predictions, or "".
        split_images: On how many images `split` was measured; None where not stated.
        folder_images: The same of `folder`.
    """

    split: float | None = None
    folder: float | None = None
    predictions: str = ""
    split_images: int | None = None
    folder_images: int | None = None

    @property
    def claimed(self) -> tuple[float, ...]:
        """Both accuracies, where both are stated."""
        return () if self.split is None or self.folder is None else (self.split, self.folder)

    @property
    def text(self) -> str:
        """What was measured, in a sentence, with intervals where the images are stated."""
        return stated((self.split, self.folder), (self.split_images, self.folder_images))


STATED_ACCURACY = Record(RecordKey.STATED_ACCURACY, UserMetrics, UserMetrics())


@dataclass(frozen=True, slots=True)
class StoredDiagnosis:
    """The diagnosis that is kept.

    Attributes:
        answer: As `diagnose --json` prints it.
        at: Seconds since the epoch; 0 where an older version kept none.
        changed: What it depends on that changed since, in words; () while it fits.
    """

    answer: dict[str, Any]
    at: float
    changed: tuple[str, ...]

    @property
    def same_files(self) -> bool:
        """Whether the files, their classes and splits are those of then."""
        return FILES not in self.changed

    @property
    def age_text(self) -> str:
        """Say when it was made, and before what."""
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(self.at)) if self.at else "earlier"
        if not self.changed:
            return f"Made {when}."
        return f"Made {when}, before {' and '.join(self.changed)} changed: make it again."


class Diagnoses:
    """State the numbers, ask for a diagnosis, and look at the last one."""

    def __init__(self, source: SplitSource, splits: Splits, labels: Labels) -> None:
        self._source = source
        self._context = source.context
        self._samples = source.samples
        self._groups = source.groups
        self._duplicates = source.duplicates
        self._splits = splits
        self._labels = labels

    @property
    def numbers(self) -> UserMetrics:
        """The user's own numbers."""
        return self._context.store.records.get(STATED_ACCURACY)

    def state(self, numbers: UserMetrics) -> None:
        """Keep the user's own numbers.

        Raises:
            UsageError: An accuracy is not between 0 and 1.
            DatasetError: The predictions can't be read.
        """
        for value in (numbers.split, numbers.folder):
            if value is not None and not 0 <= value <= 1:
                raise UsageError(
                    f"the accuracy {value:g} is not between 0 and 1", "Write 0.95 for 95 %."
                )
        if any(n is not None and n < 1 for n in (numbers.split_images, numbers.folder_images)):
            raise UsageError("a number of images is below 1", "Leave it out where it is not known.")
        if numbers.predictions:
            predictions = read_predictions(Path(numbers.predictions))
            known = {s.path for s in self._samples.everything()}
            if not placed(predictions, known):
                raise DatasetError(
                    "the predictions name no image of this dataset",
                    "Write each path as it stands below the dataset's folder.",
                )
        self._context.store.records.put(STATED_ACCURACY, numbers, urgent=True)
        self._context.emit(Changes(rule=True, text="your numbers were kept"))

    def rates(self, leakage: Leakage) -> list[Rate]:
        """Return accuracies of the user's own predictions by leakage; [] without predictions."""
        file = self.numbers.predictions
        if not file:
            return []
        tie: dict[str, str] = {leak.image.path: leak.kind for leak in leakage.leaks}
        place: dict[str, str] = dict.fromkeys(leakage.membership.training, "training")
        place |= dict.fromkeys(leakage.membership.validation, "validation")
        for name, paths in leakage.membership.elsewhere.items():
            place.update(dict.fromkeys(paths, name))
        rows = self._groups.images()
        numbers = self._groups.numbers(rows, with_duplicates=True).tolist()
        group: dict[str, int] = {s.path: n for s, n in zip(rows, numbers, strict=True)}
        read = read_predictions(Path(file))
        known = placed(read, {s.path for s in self._samples.everything()})
        measured = rates(known, tie, place, group)
        left = len(read) - len(known)
        return [*measured, Rate("not in this dataset", 0, left, 0.0, 1.0)] if left else measured

    def run(
        self,
        rule: Rule | None = None,
        *,
        seeds: int | None = None,
        stop: Stop | None = None,
        progress: Progress | None = None,
        first: Callable[[Diagnosis], None] | None = None,
    ) -> Diagnosis | None:
        """Diagnose in a child process and keep the answer; None when stopped.

        Raises:
            DatasetError: There is nothing to compare.
            UsageError: The rule's arguments are wrong.
        """
        rule = rule or self._splits.rule
        progress = progress or Progress()
        progress.start("diagnosis: gathering", 0)
        question = self.question(rule)
        answer = ask_child(
            question, seeds=seeds, stop=stop or Stop(), progress=progress,
            first=first, low_priority=self._context.low_priority,
        )  # fmt: skip
        if answer is not None:
            checks = dataset_checks(self._context, self._samples.everything())
            # Other class numbers or a wrong reading explain a gap that no component does.
            warnings = tuple(check.text for check in checks)
            answer = replace(answer, caveats=(*warnings, *answer.caveats))
            record = DiagnosisRecord(as_json(answer), time.time(), self._parts(rule))
            self._context.store.records.note(DIAGNOSIS, record)
            self._context.emit(Changes(rule=True, text="the diagnosis is done"))
        return answer

    def run_all(
        self, *, stop: Stop | None = None, progress: Progress | None = None
    ) -> Diagnosis | None:
        """Diagnose, then try 200 seeds where the rule draws, and look for doubtful labels.

        What is finished when a stop comes is kept; None when the diagnosis itself was stopped.

        Raises:
            DatasetError: There is nothing to compare.
            UsageError: The rule's arguments are wrong.
        """
        stop, progress = stop or Stop(), progress or Progress()
        answer = self.run(stop=stop, progress=progress)
        if not stop.is_set() and self._splits.drawn() is None:
            self._splits.score_seeds(stop=stop, progress=progress)
        # Last: images are embedded for it, which takes longer than the rest.
        if not stop.is_set():
            self._labels.find(stop=stop, progress=progress)
        return answer

    def last(self) -> StoredDiagnosis | None:
        """Return the answer that is kept, and whether it still fits; None without one."""
        record = self._context.store.records.get(DIAGNOSIS)
        if record is None:
            return None
        now = self._parts(self._splits.rule)
        names = dict.fromkeys((*now, *(name for name in record.parts if name == EXCLUDED)))
        changed = tuple(name for name in names if record.parts.get(name) != now.get(name))
        return StoredDiagnosis(record.answer, record.at, changed)

    def differences(self) -> ShiftReport | None:
        """Return in which simple properties the last diagnosis saw the folders differ.

        None without a diagnosis, or where nothing could be compared.
        """
        last = self.last()
        properties = from_json(last.answer) if last else ()
        if not properties:
            return None
        groups = self._groups
        rows = self.standing_images()
        training, folder, _ = self.sides(self._splits.rule, rows)
        values = columns(rows, groups.records(rows))
        extremes = tuple(
            at_the_extremes(one, values[one.name], rows, training, folder)
            for one in properties
            if one.differs and one.name in values
        )
        names = sorted({s.split for s, there in zip(rows, folder, strict=True) if there})
        return ShiftReport(names[0] if names else "the folder", len(properties), extremes)

    def question(self, rule: Rule) -> Question:
        """Gather what a diagnosis needs; the scan has to be complete.

        Raises:
            DatasetError: There is no training folder, or no image.
        """
        rows = self.standing_images()
        records = self._groups.records(rows)
        classes = sorted({s.label for s in rows})
        place = {name: i for i, name in enumerate(classes)}
        training, folder, yours = self.sides(rule, rows)
        if not training.any():
            raise DatasetError(
                "there is no image in the training folder", "Open the dataset's top folder."
            )

        def groups(similarity: float | None = None) -> Any:
            numbers = self._groups.numbers(rows, with_duplicates=True, similarity=similarity)
            alone = np.bincount(numbers)[numbers] == 1
            return np.where(alone, -1, numbers).astype(np.int64)

        sure = self._duplicates.threshold
        levels = sorted({sure, *(one for one in LEVELS if one < sure)}, reverse=True)
        single = one_call(self._source, rule) if yours is not None else None
        share = single.call.validation_split or 1 - (single.call.left_size or 0) if single else None
        return Question(
            describe(records), thumbnails16(records),
            np.array([place[s.label] for s in rows], np.int64),
            groups(), training, folder, yours, share,
            self.numbers.claimed, self._provenance(rows), self._groups.recall(rows),
            tuple((one, groups(one)) for one in levels),
            columns(rows, records),
            tuple(classes),
        )  # fmt: skip

    def standing_images(self) -> list[Sample]:
        """Return the images that are not excluded: no model learns from the others."""
        return [s for s in self._groups.images() if s.mark != "drop"]

    def sides(self, rule: Rule, rows: list[Sample]) -> tuple[Any, Any, Any]:
        """Return who is in training, in the evaluation folder, and in your validation, as masks.

        The last is None where the rule is no single call.
        """
        splits = np.array([s.split for s in rows])
        if self._context.layout.role is Role.CLASSES or not (splits == "training").any():
            training = np.ones(len(rows), np.bool_)
            folder = np.zeros(len(rows), np.bool_)
        else:
            training = splits == "training"
            folder = splits == "validation"
            if not folder.any():
                folder = splits == "test"
        if rule.kind is RuleKind.LIST:
            return *self._listed(rule, rows, folder), None
        if one_call(self._source, rule) is None:
            return training, folder, None
        split = membership(self._source, rule)
        held = set(split.validation)
        inside = held | set(split.training)
        training = np.array([s.path in inside for s in rows])
        yours = np.array([s.path in held for s in rows])
        return training, folder & ~training, yours

    def _listed(self, rule: Rule, rows: list[Sample], folder: Any) -> tuple[Any, Any]:
        """Return the images to split and the folder, where a list of files makes the split.

        A folder that the list does not name is what to judge on, else the list's validation.
        """
        split = membership(self._source, rule)
        inside = {*split.training, *split.validation}
        outside = folder & np.array([s.path not in inside for s in rows])
        learned = inside if outside.any() else {*split.training}
        held = {*split.validation} - learned
        training = np.array([s.path in learned for s in rows])
        return training, outside if outside.any() else np.array([s.path in held for s in rows])

    def _provenance(self, rows: list[Sample]) -> dict[str, int]:
        """Count the enabled groups by where they come from."""
        counts: Counter[str] = Counter()
        for proposal in self._groups.enabled():
            counts[proposal.provenance.value] += len(proposal.groups)
        bound = len({s.bound for s in rows if s.bound})
        if bound:
            counts["confirmed"] += bound
        clusters = len(self._duplicates.index().clusters)
        if clusters:
            counts["verified near-duplicates"] += clusters
        return dict(counts)

    def _parts(self, rule: Rule) -> dict[str, str]:
        """Digest each part that an answer depends on, by its name in words."""
        rows = self._groups.images()
        files = hashlib.sha256()
        for s in rows:
            files.update(f"{s.path}\0{s.label}\0{s.split}\0".encode() + s.sha256)
        groups = self._groups.numbers(rows, with_duplicates=True)
        parts = {
            FILES: files.digest(),
            "the split rule": repr(rule).encode(),
            "groups or near-duplicates by your decisions": groups.tobytes(),
            "your numbers": repr(self.numbers.claimed).encode(),
        }
        excluded = [str(s.id) for s in rows if s.mark == "drop"]
        if excluded:
            parts[EXCLUDED] = ",".join(excluded).encode()
        return {name: hashlib.sha256(part).hexdigest() for name, part in parts.items()}
