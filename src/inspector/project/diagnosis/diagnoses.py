"""Diagnoses: the components of an accuracy gap by baseline models, beside the user's figures."""

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inspector.audit.descriptors import describe, thumbnails16
from inspector.audit.diagnosis import Diagnosis, Question, as_json
from inspector.audit.predictions import Rate, placed, rates, read_predictions, stated
from inspector.dataset.layouts import Role
from inspector.errors import DatasetError, UsageError
from inspector.project.changes import Changes
from inspector.project.diagnosis.labels import Labels
from inspector.project.diagnosis.shift import (
    COLOURS,
    ShiftReport,
    at_the_extremes,
    columns,
    from_json,
    mean_colours,
)
from inspector.project.splits.dataset_checks import dataset_checks
from inspector.project.splits.keras_split import one_call
from inspector.project.splits.leakage import Leakage
from inspector.project.splits.membership import membership
from inspector.project.splits.source import SplitSource
from inspector.project.splits.split_rules import Rule, RuleKind
from inspector.project.splits.splits import Splits
from inspector.project.splits.study_sample import StudySample, study_sample
from inspector.similarity.levels import POSSIBLE
from inspector.store.records import DIAGNOSIS, DiagnosisRecord, Record, RecordKey
from inspector.store.sample_table import SampleTable, among
from inspector.work.diagnosis_process import DiagnosisRequest, Features, ask_child
from inspector.work.jobs import Progress, Stop

FILES = "the files"
EXCLUDED = "the excluded images"
LEVELS = (0.85, 0.8, 0.75, 0.7, POSSIBLE)
"""Similarities at which leakage is measured again, below the confirmed threshold."""


@dataclass(frozen=True, slots=True)
class UserMetrics:
    """Metrics of the user's own model, 0..1, and the split each is of.

    Attributes:
        split: Accuracy on the held-back share of the training folder; None if not stated.
        folder: Accuracy on the real validation folder.
        predictions: CSV file of the model's predictions, or "".
        split_images: Number of images that `split` was measured on; None if not stated.
        folder_images: The same for `folder`.
    """

    split: float | None = None
    folder: float | None = None
    predictions: str = ""
    split_images: int | None = None
    folder_images: int | None = None

    @property
    def claimed(self) -> tuple[float, ...]:
        """Both accuracies, if both are stated."""
        return () if self.split is None or self.folder is None else (self.split, self.folder)

    @property
    def text(self) -> str:
        """The metrics as a sentence, with intervals if the numbers of images are stated."""
        return stated((self.split, self.folder), (self.split_images, self.folder_images))


STATED_ACCURACY = Record(RecordKey.STATED_ACCURACY, UserMetrics, UserMetrics())


@dataclass(frozen=True, slots=True)
class StoredDiagnosis:
    """The stored diagnosis.

    Attributes:
        answer: As printed by `diagnose --json`.
        at: Seconds since the epoch; 0 where an older version stored none.
        changed: Inputs that have changed since, as text; () while it is up to date.
    """

    answer: dict[str, Any]
    at: float
    changed: tuple[str, ...]

    @property
    def same_files(self) -> bool:
        """Whether files, classes and splits are unchanged."""
        return FILES not in self.changed

    @property
    def age_text(self) -> str:
        """Return when it was made, and what changed afterwards."""
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(self.at)) if self.at else "earlier"
        if not self.changed:
            return f"Made {when}."
        return f"Made {when}, before {' and '.join(self.changed)} changed: make it again."


def _loaded(features: Features) -> NDArray[np.float64]:
    return np.asarray(np.load(features) if isinstance(features, str) else features, np.float64)


class Diagnoses:
    """The user's metrics, and diagnoses."""

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
        """The user's metrics."""
        return self._context.store.records.get(STATED_ACCURACY)

    def state(self, numbers: UserMetrics) -> None:
        """Store the user's metrics.

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
            known = set(self._samples.everything().paths)
            if not placed(predictions, known):
                raise DatasetError(
                    "the predictions name no image of this dataset",
                    "Write each path as it stands below the dataset's folder.",
                )
        self._context.store.records.put(STATED_ACCURACY, numbers, urgent=True)
        self._context.emit(Changes(rule=True, text="your numbers were kept"))

    def rates(self, leakage: Leakage) -> list[Rate]:
        """Return accuracies of the user's predictions by leakage; [] without predictions."""
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
        group: dict[str, int] = dict(zip(rows.paths, numbers, strict=True))
        read = read_predictions(Path(file))
        known = placed(read, set(self._samples.everything().paths))
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
        """Diagnose in a child process and store the answer; None when stopped.

        Raises:
            DatasetError: There is nothing to compare.
            UsageError: The rule's arguments are wrong.
        """
        rule = rule or self._splits.rule
        progress = progress or Progress()
        progress.start("diagnosis: gathering", 0)
        rows, sample = self.studied()
        features = self._groups.fingerprints.for_child(rows, describe, thumbnails16, mean_colours)
        with features as (descriptors, thumbs, colours):
            none = np.zeros((0, 0), np.float32)
            question = self._asked(rule, rows, [none, none, _loaded(colours)])
            answer = ask_child(
                DiagnosisRequest(question, seeds, descriptors, thumbs),
                stop=stop or Stop(), progress=progress,
                first=first, low_priority=self._context.low_priority,
            )  # fmt: skip
        if answer is not None:
            checks = dataset_checks(self._context, self._samples.everything())
            # Different class numbers or a wrong layout explain a gap that no component does.
            notes = (*((sample,) if sample else ()), *(check.text for check in checks))
            answer = replace(
                answer, question=answer.question | {"sample": sample},
                caveats=(*notes, *answer.caveats),
            )  # fmt: skip
            record = DiagnosisRecord(as_json(answer), time.time(), self._parts(rule))
            self._context.store.records.note(DIAGNOSIS, record)
            self._context.emit(Changes(rule=True, text="the diagnosis is done"))
        return answer

    def run_all(
        self, *, stop: Stop | None = None, progress: Progress | None = None
    ) -> Diagnosis | None:
        """Diagnose, score 200 seeds if the rule has one, and search for label errors.

        Finished parts are kept when stopped; None if the diagnosis itself was stopped.

        Raises:
            DatasetError: There is nothing to compare.
            UsageError: The rule's arguments are wrong.
        """
        stop, progress = stop or Stop(), progress or Progress()
        answer = self.run(stop=stop, progress=progress)
        if not stop.is_set() and self._splits.drawn() is None:
            self._splits.score_seeds(stop=stop, progress=progress)
        # Last, because it embeds images, which takes longer than the rest.
        if not stop.is_set() and self._labels.are_checked():
            self._labels.find(stop=stop, progress=progress)
        return answer

    def last(self) -> StoredDiagnosis | None:
        """Return the stored diagnosis and whether it is up to date; None without one."""
        record = self._context.store.records.get(DIAGNOSIS)
        if record is None:
            return None
        now = self._parts(self._splits.rule)
        names = dict.fromkeys((*now, *(name for name in record.parts if name == EXCLUDED)))
        changed = tuple(name for name in names if record.parts.get(name) != now.get(name))
        return StoredDiagnosis(record.answer, record.at, changed)

    def differences(self) -> ShiftReport | None:
        """Return the simple properties in which the last diagnosis found the folders to differ.

        None without a diagnosis, or where nothing could be compared.
        """
        last = self.last()
        properties = from_json(last.answer) if last else ()
        if not properties:
            return None
        groups = self._groups
        rows = self.studied().rows
        training, folder, _ = self.sides(self._splits.rule, rows)
        coloured = any(one.differs and one.name in COLOURS for one in properties)
        colours = groups.fingerprints.measured(rows, mean_colours) if coloured else (None,)
        values = columns(rows, *colours)
        extremes = tuple(
            at_the_extremes(one, values[one.name], rows, training, folder)
            for one in properties
            if one.differs and one.name in values
        )
        names = sorted(rows.text("split").taken(np.flatnonzero(folder)).counts())
        return ShiftReport(names[0] if names else "the folder", len(properties), extremes)

    def question(self, rule: Rule) -> Question:
        """Gather the input of a diagnosis; needs a complete scan.

        Raises:
            DatasetError: There is no training folder, or no image.
        """
        rows = self.standing_images()
        measures = (describe, thumbnails16, mean_colours)
        return self._asked(rule, rows, self._groups.fingerprints.measured(rows, *measures))

    def _asked(
        self,
        rule: Rule,
        rows: SampleTable,
        features: Sequence[NDArray[Any]],
    ) -> Question:
        """Gather a question.

        Args:
            rule: How the split comes about.
            rows: Images that are not excluded.
            features: Descriptors and thumbnails, maybe of no image, and mean colours.
        """
        described, thumbs, colours = features
        labels = rows.text("label").sorted()
        training, folder, yours = self.sides(rule, rows)
        if not training.any():
            raise DatasetError(
                "there is no image in the training folder", "Open the dataset's top folder."
            )

        sure = self._duplicates.threshold
        levels = sorted({sure, *(one for one in LEVELS if one < sure)}, reverse=True)
        single = one_call(self._source, rule) if yours is not None else None
        share = single.call.validation_split or 1 - (single.call.left_size or 0) if single else None
        return Question(
            described, thumbs,
            labels.codes.astype(np.int64),
            self.known_groups(rows), training, folder, yours, share,
            self.numbers.claimed, self._provenance(rows), self._groups.recall(rows),
            tuple((one, self.known_groups(rows, one)) for one in levels),
            columns(rows, colours),
            tuple(labels.values),
        )  # fmt: skip

    def standing_images(self) -> SampleTable:
        """Return the images that are not excluded; models learn from these only."""
        return self._groups.images().included()

    def studied(self) -> StudySample:
        """Return the images that baseline models learn from: of many a sample."""
        return study_sample(self.standing_images(), self.known_groups)

    def known_groups(self, rows: SampleTable, similarity: float | None = None) -> NDArray[np.int64]:
        """Return the group of each image, joined with near-duplicates; -1 where it is alone.

        Args:
            similarity: From which images are near-duplicates; None for the confirmed level.
        """
        numbers = self._groups.numbers(rows, with_duplicates=True, similarity=similarity)
        alone = np.bincount(numbers)[numbers] == 1
        return np.where(alone, -1, numbers).astype(np.int64)

    def sides(self, rule: Rule, rows: SampleTable) -> tuple[Any, Any, Any]:
        """Return masks of training, the evaluation folder, and the user's validation.

        The last is None if the rule is no single call.
        """
        splits = rows.text("split")
        training = splits.equals("training")
        if self._context.layout.role is Role.CLASSES or not training.any():
            training = np.ones(len(rows), np.bool_)
            folder = np.zeros(len(rows), np.bool_)
        else:
            folder = splits.equals("validation")
            if not folder.any():
                folder = splits.equals("test")
        if rule.kind is RuleKind.LIST:
            return *self._listed(rule, rows, folder), None
        if one_call(self._source, rule) is None:
            return training, folder, None
        split = membership(self._source, rule)
        held = set(split.validation)
        inside = held | set(split.training)
        training = among(rows.paths, inside)
        yours = among(rows.paths, held)
        return training, folder & ~training, yours

    def _listed(self, rule: Rule, rows: SampleTable, folder: Any) -> tuple[Any, Any]:
        """Return the masks of images to split and of the folder, for a rule by list.

        A folder that the list does not name is the evaluation folder, else the list's validation
        is.
        """
        split = membership(self._source, rule)
        inside = {*split.training, *split.validation}
        outside = folder & ~among(rows.paths, inside)
        learned = inside if outside.any() else {*split.training}
        held = {*split.validation} - learned
        return among(rows.paths, learned), outside if outside.any() else among(rows.paths, held)

    def _provenance(self, rows: SampleTable) -> dict[str, int]:
        """Count the enabled groups by provenance."""
        counts: Counter[str] = Counter()
        for proposal in self._groups.enabled():
            counts[proposal.provenance.value] += len(proposal.groups)
        bound = np.unique(rows.number("bound"))
        if bound.any():
            counts["confirmed"] += int((bound != 0).sum())
        clusters = len(self._duplicates.index().clusters)
        if clusters:
            counts["verified near-duplicates"] += clusters
        return dict(counts)

    def _parts(self, rule: Rule) -> dict[str, str]:
        """Return a digest of each input of an answer, by display name."""
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
