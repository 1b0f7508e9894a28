"""Shortcuts of a dataset: what predicts the class without the object, and what to do."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, assert_never

import numpy as np
from numpy.typing import NDArray

from inspector.audit.shortcuts.features import surroundings_of
from inspector.audit.shortcuts.probes import (
    ImageFacts,
    Measured,
    around_centre,
    describe_around,
    probes_of,
)
from inspector.audit.shortcuts.search import (
    MIN_GROUPS,
    FolderResult,
    ProbeName,
    ProbeResult,
    ShortcutQuestion,
    ShortcutVerdict,
    at_most,
)
from inspector.errors import DatasetError
from inspector.project.changes import Changes
from inspector.project.diagnosis.diagnoses import Diagnoses
from inspector.project.splits.source import SplitSource
from inspector.project.splits.split_rules import Rule
from inspector.project.splits.splits import Splits
from inspector.store.records import SHORTCUTS, ProbeRecord, ShortcutsRecord
from inspector.store.sample_table import SamplesById, SampleTable
from inspector.store.samples import Sample
from inspector.work.diagnosis_process import ShortcutsRequest, answer_in_child
from inspector.work.jobs import Progress, Stop
from inspector.work.pool import TaskDone
from inspector.work.tasks import MeasureSurroundings, Surroundings

_BATCH = 64
_ADVICE = {
    ProbeName.FORMAT: "Save all images again in one format and quality before training.",
    ProbeName.FILE_SIZE: "Save all images again in one format, size and quality before training.",
    ProbeName.SIZE: "Crop or resize all images alike, and look whether classes come from different"
    " collections.",
    ProbeName.BORDER: "Crop the borders of all images alike.",
    ProbeName.BACKGROUND: "Balance the backgrounds of the classes, or crop to the object.",
    ProbeName.COLOUR: "Where light and colour do not make the class, balance them.",
    ProbeName.DETAIL: "Bring all images to one size and quality, or balance where they come from.",
    ProbeName.CAMERA: "Balance cameras and dates over the classes.",
    ProbeName.OVERLAY: "Crop or cover texts and watermarks, in all images alike.",
    ProbeName.MARKS: "Crop or cover logos, stamps and watermarks, in all images alike.",
    ProbeName.NAMES: "A network reads no names, but they tell sources apart: look whether classes"
    " come from different collections.",
    ProbeName.CENTRE_MASKED: "Look what surrounds the object: where it makes the class there is no"
    " fault, else crop to the object.",
}


class Remedy(StrEnum):
    """What an export can do to all images alike, by its option."""

    REENCODE = "--reencode"
    CROP_BORDERS = "--crop-borders"


_REMEDIES = {
    ProbeName.FORMAT: Remedy.REENCODE,
    ProbeName.FILE_SIZE: Remedy.REENCODE,
    ProbeName.BORDER: Remedy.CROP_BORDERS,
}
_SINGULAR = {ProbeName.FILE_SIZE, ProbeName.BACKGROUND, ProbeName.CENTRE_MASKED}


@dataclass(frozen=True, slots=True)
class ShortcutFinding:
    """Result of one probe in this dataset.

    Attributes:
        result: Its figures.
        examples: Images that the probe classifies most confidently, some per class.
        text: The finding in one sentence.
        advice: What to do about it.
    """

    result: ProbeResult
    examples: tuple[Sample, ...]
    text: str
    advice: str

    @property
    def remedy(self) -> Remedy | None:
        """The export option that removes it; None where there is none."""
        return _REMEDIES.get(self.result.probe)


@dataclass(frozen=True, slots=True)
class ShortcutReport:
    """Results of all probes, clearest first.

    Attributes:
        folder: Name of the evaluation split; "" without one.
        images: Number of training images.
        groups: Number of groups they form.
    """

    folder: str
    images: int
    groups: int
    findings: tuple[ShortcutFinding, ...]

    @property
    def shortcuts(self) -> tuple[ShortcutFinding, ...]:
        """The probes that predict the class."""
        return tuple(f for f in self.findings if f.result.verdict is ShortcutVerdict.YES)

    @property
    def remedies(self) -> tuple[Remedy, ...]:
        """The export options that remove some of the shortcuts."""
        there = {finding.remedy for finding in self.shortcuts}
        return tuple(remedy for remedy in Remedy if remedy in there)


class Shortcuts:
    """Searches for shortcuts, and stores the last search."""

    def __init__(self, source: SplitSource, splits: Splits, diagnoses: Diagnoses) -> None:
        self._context = source.context
        self._samples = source.samples
        self._groups = source.groups
        self._splits = splits
        self._diagnoses = diagnoses

    def find(
        self,
        rule: Rule | None = None,
        *,
        stop: Stop | None = None,
        progress: Progress | None = None,
    ) -> ShortcutReport | None:
        """Search for shortcuts in worker processes and store the result; None when stopped.

        Raises:
            DatasetError: There are too few classes or groups.
        """
        rule = rule or self._splits.rule
        stop, progress = stop or Stop(), progress or Progress()
        rows = self._diagnoses.standing_images()
        training, folder, _ = self._diagnoses.sides(rule, rows)
        group = self._groups.numbers(rows, with_duplicates=True).astype(np.int64)
        groups = len(np.unique(group[training]))
        if len(rows.text("label").taken(np.flatnonzero(training)).counts()) < 2:
            raise DatasetError(
                "shortcuts need two classes in the training folder", "Open the folder above."
            )
        if groups < MIN_GROUPS:
            raise DatasetError(
                f"shortcuts need {MIN_GROUPS} independent groups of images, there are {groups}",
                "Add images, or check the groups.",
            )
        names = sorted(rows.text("split").taken(np.flatnonzero(folder)).counts())
        images = int(training.sum())
        chosen = _judged(training, folder, group)
        judged = rows.of_rows(chosen)
        group, training, folder = group[chosen], training[chosen], folder[chosen]
        measured = self._measured(judged, stop, progress)
        if measured is None:
            return None
        question = ShortcutQuestion(
            probes_of(_facts(judged), measured, group=group, reference=np.flatnonzero(training)),
            judged.text("label").sorted().codes.astype(np.int64), group, training, folder,
        )  # fmt: skip
        results = answer_in_child(
            ShortcutsRequest(question), tuple, stop=stop, progress=progress,
            low_priority=self._context.low_priority,
        )  # fmt: skip
        if results is None:
            return None
        record = ShortcutsRecord(
            self._digest(rule), names[0] if names else "", images, groups,
            tuple(_probe_record(result, judged.ids) for result in results),
        )  # fmt: skip
        self._context.store.records.note(SHORTCUTS, record)
        self._context.emit(Changes(rule=True, text="the search for shortcuts is done"))
        return self._report(record)

    def last(self) -> ShortcutReport | None:
        """Return the last search; None without one, or if files, groups or split changed."""
        record = self._context.store.records.get(SHORTCUTS)
        if record is None or record.digest != self._digest(self._splits.rule):
            return None
        return self._report(record)

    def _report(self, record: ShortcutsRecord) -> ShortcutReport:
        by_id = SamplesById(self._samples.everything())
        findings = []
        for one in record.probes:
            result = ProbeResult(
                ProbeName(one.probe), one.accuracy, one.low, one.high, one.chance,
                one.folder, one.p_corrected, ShortcutVerdict(one.verdict),
                one.examples,
            )  # fmt: skip
            examples = tuple(by_id[i] for i in one.examples if i in by_id)
            text = _text(result, record.folder)
            findings.append(ShortcutFinding(result, examples, text, _ADVICE[result.probe]))
        return ShortcutReport(record.folder, record.images, record.groups, tuple(findings))

    def _measured(self, rows: SampleTable, stop: Stop, progress: Progress) -> Measured | None:
        """Return the measured values of each image; None when stopped."""
        contents = {s.sha256: s for s in rows}
        progress.start("shortcuts: surroundings", len(contents))
        results: dict[bytes, Surroundings] = {}
        for answer in self._context.pool().map(self._tasks(list(contents.values())), stop=stop):
            if isinstance(answer, TaskDone):
                progress.advance(len(answer.items))
                for result in answer.result:
                    assert isinstance(result, Surroundings)
                    results[result.sha256] = result
        if stop.is_set():
            return None
        unknown = Surroundings(b"", *surroundings_of(b""), np.full(2, np.nan, np.float32))
        each = [results.get(s.sha256, unknown) for s in rows]
        return Measured(
            np.stack([one.values for one in each]), np.stack([one.marks for one in each]),
            np.stack([one.compression for one in each]),
            around_centre(*self._groups.fingerprints.measured(rows, describe_around)),
        )  # fmt: skip

    def _tasks(self, rows: list[Sample]) -> Iterator[list[MeasureSurroundings]]:
        for start in range(0, len(rows), _BATCH):
            yield [
                MeasureSurroundings(
                    s.sha256, str(self._context.absolute(s.path)),
                    self._context.thumbnail(s.path, s.sha256) or b"",
                )
                for s in rows[start : start + _BATCH]
            ]  # fmt: skip

    def _digest(self, rule: Rule) -> str:
        rows = self._diagnoses.standing_images()
        digest = hashlib.sha256(repr(rule).encode())
        for s in rows:
            digest.update(f"{s.path}\0{s.label}\0{s.split}\0".encode() + s.sha256)
        digest.update(self._groups.numbers(rows, with_duplicates=True).tobytes())
        return digest.hexdigest()


def _judged(
    training: NDArray[np.bool_], folder: NDArray[np.bool_], group: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the rows to search: whole groups of training, and of what it does not know."""
    rng = np.random.default_rng(0)
    fresh = folder & ~training & ~np.isin(group, group[training])
    sides = (at_most(np.flatnonzero(side), group, rng) for side in (training, fresh))
    return np.sort(np.concatenate(list(sides)))


def as_json(report: ShortcutReport) -> list[dict[str, Any]]:
    """Return the report as printed by `shortcuts --json`."""
    return [
        {
            "probe": f.result.probe.value,
            "accuracy": round(f.result.accuracy, 4),
            "low": round(f.result.low, 4),
            "high": round(f.result.high, 4),
            "chance": round(f.result.chance, 4),
            **_folder_json(f.result.folder),
            "p_corrected": round(f.result.p_corrected, 4),
            "verdict": f.result.verdict.value,
            "text": f.text,
            "advice": f.advice,
            "export_option": f.remedy,
            "files": [s.path for s in f.examples],
        }
        for f in report.findings
    ]


def _folder_json(folder: FolderResult | None) -> dict[str, Any]:
    return {
        "folder_accuracy": folder and round(folder.accuracy, 4),
        "folder_low": folder and round(folder.low, 4),
        "folder_high": folder and round(folder.high, 4),
        "folder_chance": folder and round(folder.chance, 4),
        "folder_verdict": folder and folder.verdict.value,
    }


def _facts(rows: Iterable[Sample]) -> list[ImageFacts]:
    return [
        ImageFacts(
            s.path, s.label, s.size, s.width, s.height, s.format, s.mode, s.camera, s.captured,
            s.sharpness,
        )
        for s in rows
    ]  # fmt: skip


def _probe_record(result: ProbeResult, ids: NDArray[np.int64]) -> ProbeRecord:
    return ProbeRecord(
        result.probe.value, result.accuracy, result.low, result.high, result.chance,
        result.folder, result.p_corrected, result.verdict.value,
        tuple(ids[list(result.examples)].tolist()),
    )  # fmt: skip


def _text(result: ProbeResult, folder: str) -> str:
    """Return the result of a probe as one sentence."""
    name = f"{result.probe.value[:1].upper()}{result.probe.value[1:]}"
    share = f"{result.accuracy:.0%} of held-out images (chance {result.chance:.0%})"
    there = _folder_text(result, folder) if folder else ""
    one = result.probe in _SINGULAR
    match result.verdict:
        case ShortcutVerdict.YES:
            return f"{name} alone predict{'s' * one} the class: {share}{there}."
        case ShortcutVerdict.NO:
            return f"{name} alone do{'es' * one} not predict the class: {share}{there}."
        case ShortcutVerdict.CANNOT_TELL:
            return f"{name}: inconclusive, {share}{there}."
        case _:
            assert_never(result.verdict)


def _folder_text(result: ProbeResult, folder: str) -> str:
    """Return the end of the sentence: what the probe is worth in the evaluation folder."""
    there = result.folder
    if there is None:
        return ""
    share = f"{there.accuracy:.0%}, chance {there.chance:.0%}"
    if result.verdict is not ShortcutVerdict.YES:
        return f", {there.accuracy:.0%} in your {folder} folder (chance {there.chance:.0%})"
    match there.verdict:
        case ShortcutVerdict.YES:
            return f", and in your {folder} folder ({share}), whose accuracy rewards it"
        case ShortcutVerdict.NO if there.reversed:
            return f", but it points to other classes in your {folder} folder ({share})"
        case ShortcutVerdict.NO:
            return f", but not in your {folder} folder ({share})"
        case ShortcutVerdict.CANNOT_TELL:
            return f"; inconclusive in your {folder} folder ({share})"
        case _:
            assert_never(there.verdict)
