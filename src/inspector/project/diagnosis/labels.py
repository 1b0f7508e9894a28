"""Labels: images with two labels, and single ones that baseline models contradict."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inspector.audit.descriptors import describe
from inspector.project.changes import Changes
from inspector.project.context import ProjectContext
from inspector.project.review.decisions import Decided, Decisions
from inspector.project.review.duplicates import Duplicates
from inspector.project.review.groups import Groups
from inspector.store.records import LABEL_ERRORS, LabelErrorsRecord, SuspectRecord
from inspector.store.samples import Sample
from inspector.work.diagnosis_process import LabelErrorsRequest, suspect_in_child
from inspector.work.jobs import Progress, Stop

NEAREST = 6
# Of so many nearest images it is counted how many have which class.
COUNTED = 8
_CONFIDENCES = 3


@dataclass(frozen=True, slots=True)
class SuspectedLabel:
    """A suspected wrong label; `score` is the models' probability of the given one, 0..1.

    Attributes:
        confidence: The likeliest classes with their probability; () where they were not kept.
    """

    sample: Sample
    suggested: str
    score: float
    confidence: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class LabelEvidence:
    """What models that saw neither an image nor its group say of each.

    Attributes:
        probabilities: (rows, classes), or (0, classes) where they were not asked for.
        suspects: The most suspect first.
    """

    rows: tuple[Sample, ...]
    classes: tuple[str, ...]
    probabilities: NDArray[np.float32]
    suspects: tuple[SuspectedLabel, ...]


@dataclass(frozen=True, slots=True)
class LabelCase:
    """Something to decide about labels.

    Attributes:
        samples: One suspect, or the near-duplicates that carry several labels.
        suggested: The class that baseline models name, or that most of the near-duplicates carry.
        score: The models' probability of the given label, 0..1; None for near-duplicates.
        done: A person has decided.
        identical: Whether files or pixels with several labels are identical: a proven conflict.
        confidence: The likeliest classes with their probability by the models; () where unknown.
    """

    samples: tuple[Sample, ...]
    suggested: str
    score: float | None
    done: bool
    identical: bool = False
    confidence: tuple[tuple[str, float], ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels as on disk, the commonest first."""
        return tuple(label for label, _ in Counter(s.label for s in self.samples).most_common())


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """The images that are most like one, by what baseline models see.

    Attributes:
        images: Of each class that is in question, the nearest first.
        counts: How many of the `counted` nearest images have each class.
    """

    images: dict[str, tuple[Sample, ...]]
    counts: dict[str, int]
    counted: int


@dataclass(frozen=True, slots=True)
class _Space:
    """Where images lie by what a baseline model sees of them."""

    key: str
    rows: list[Sample]
    x: NDArray[np.float32]


class Labels:
    """Ask for doubtful labels; relabelling is a decision."""

    def __init__(
        self,
        context: ProjectContext,
        duplicates: Duplicates,
        decisions: Decisions,
        groups: Groups,
    ) -> None:
        self._context = context
        self._duplicates = duplicates
        self._decisions = decisions
        self._groups = groups
        self._space: _Space | None = None

    def suspects(
        self, *, stop: Stop | None = None, progress: Progress | None = None
    ) -> list[SuspectedLabel] | None:
        """Look for wrong labels in a child process, the most suspect first; None when stopped.

        Needs a finished scan.
        """
        evidence = self.evidence(stop=stop, progress=progress, probabilities=False)
        return None if evidence is None else list(evidence.suspects)

    def evidence(
        self,
        *,
        stop: Stop | None = None,
        progress: Progress | None = None,
        probabilities: bool = True,
    ) -> LabelEvidence | None:
        """Look for wrong labels and return what models say of every image; None when stopped.

        Needs a finished scan.
        """
        groups = self._groups
        rows = [s for s in groups.images() if s.mark != "drop"]
        classes = sorted({_label(s) for s in rows})
        if len(classes) < 2:
            return LabelEvidence((), (), np.zeros((0, 0), np.float32), ())
        place = {name: i for i, name in enumerate(classes)}
        labels = np.array([place[_label(s)] for s in rows], np.int64)
        numbers = groups.numbers(rows, with_duplicates=True)
        alone = np.bincount(numbers)[numbers] == 1
        group = np.where(alone, -1, numbers).astype(np.int64)
        suspected = suspect_in_child(
            LabelErrorsRequest(describe(groups.records(rows)), labels, group, probabilities),
            stop=stop or Stop(), progress=progress or Progress(),
            low_priority=self._context.low_priority,
        )  # fmt: skip
        if suspected is None:
            return None
        suspects = tuple(
            SuspectedLabel(rows[i], classes[k], round(float(score), 4))
            for i, k, score in zip(
                suspected.index.tolist(),
                suspected.suggested.tolist(),
                suspected.score.tolist(),
                strict=True,
            )
        )
        return LabelEvidence(tuple(rows), tuple(classes), suspected.probabilities, suspects)

    def find(self, *, stop: Stop | None = None, progress: Progress | None = None) -> int | None:
        """Look for suspects and keep them for the queue; return their number, None when stopped."""
        evidence = self.evidence(stop=stop, progress=progress)
        if evidence is None:
            return None
        suspects = tuple(
            SuspectRecord(s.sample.id, s.suggested, s.score, _likeliest(evidence, s.sample))
            for s in evidence.suspects
        )
        self._context.store.records.note(
            LABEL_ERRORS, LabelErrorsRecord(self.queue_key(), suspects)
        )
        self._context.emit(Changes(rule=True))
        return len(evidence.suspects)

    def queue(self) -> tuple[tuple[LabelCase, ...], bool]:
        """Return what to decide, and whether single labels were looked at yet.

        The same image with two labels comes first, then suspects, the most suspect first.
        """
        suggested = {s.sample.id: s.suggested for s in self._kept() or ()}
        conflicts = [
            self._conflict(c.members, suggested)
            for c in self._duplicates.clusters()
            if len(c.labels) > 1
        ]
        single, looked = self.single()
        return (*conflicts, *single), looked

    def single(self) -> tuple[tuple[LabelCase, ...], bool]:
        """Return the suspects of the queue alone, and whether single labels were looked at yet."""
        evidence = self._kept()
        clusters = self._duplicates.clusters()
        taken = {m.id for c in clusters if len(c.labels) > 1 for m in c.members}
        cases = tuple(_case_of(one) for one in evidence or () if one.sample.id not in taken)
        return cases, evidence is not None

    def suspected(self) -> dict[int, SuspectedLabel]:
        """Return the suspects of the last look that are not decided yet, by sample id."""
        if self._context.store.records.get(LABEL_ERRORS) is None:
            return {}
        return {s.sample.id: s for s in self._kept() or () if not _decided(s.sample)}

    def nearest(self, case: LabelCase) -> dict[str, tuple[Sample, ...]]:
        """Return the images nearest to a case's first, for each of its labels and the suggestion.

        By what baseline models see; the case's own images are left out.
        """
        order = list(self._nearest_first(case.samples))
        nearest = {}
        for label in dict.fromkeys((*case.labels, case.suggested)):
            same = (s for s in order if _label(s) == label)
            nearest[label] = tuple(s for _, s in zip(range(NEAREST), same, strict=False))
        return nearest

    def neighbourhood(self, case: LabelCase) -> Neighbourhood:
        """Return what is nearest to a case's first image, and of which classes that is."""
        order = list(self._nearest_first(case.samples))
        nearest = order[:COUNTED]
        return Neighbourhood(self.nearest(case), dict(Counter(map(_label, nearest))), len(nearest))

    def relabel(self, case: LabelCase, label: str = "") -> Decided:
        """Give every image of a case the suggested class, or another one."""
        ids = [s.id for s in case.samples]
        return self._decisions.relabel(ids, label or case.suggested)

    def keep(self, case: LabelCase) -> Decided:
        """Remember that the labels of a case are right as they are."""
        return self._decisions.review([s.id for s in case.samples])

    def _conflict(self, members: Sequence[Sample], suggested: dict[int, str]) -> LabelCase:
        """Suggest what most carry; of equally many what baseline models or the nearest say."""
        counts = Counter(m.label for m in members)
        index = self._duplicates.index()
        identical = any(
            len({index.samples[i].label for i in index.members(index.canonical[m.id])}) > 1
            for m in members
            if m.id in index.canonical
        )
        leading = sorted(label for label, n in counts.items() if n == max(counts.values()))
        votes = [suggested[m.id] for m in members if suggested.get(m.id) in leading]
        label = votes[0] if votes else leading[0]
        if not votes and len(leading) > 1:
            order = self._nearest_first(members)
            label = next((s.label for s in order if s.label in leading), label)
        standing = [m for m in members if m.mark != "drop"]
        done = len({_label(m) for m in standing}) < 2 or all(m.reviewed for m in standing)
        return LabelCase(tuple(members), label, None, done, identical)

    def _nearest_first(self, members: Sequence[Sample]) -> Iterator[Sample]:
        """Return the other images, the most like the first member first."""
        space = self._seen()
        place = {s.id: i for i, s in enumerate(space.rows)}
        distance = ((space.x - space.x[place[members[0].id]]) ** 2).sum(axis=1)
        distance[[place[m.id] for m in members]] = np.inf
        order = np.argsort(distance, kind="stable")
        return (space.rows[i] for i in order[np.isfinite(distance[order])].tolist())

    def _kept(self) -> list[SuspectedLabel] | None:
        """Return the suspects of the last look, as they are decided now; None without one."""
        record = self._context.store.records.get(LABEL_ERRORS)
        if record is None or record.digest != self.queue_key():
            return None
        by_id = {s.id: s for s in self._groups.images()}
        return [
            SuspectedLabel(by_id[one.sample], one.suggested, one.score, one.confidence)
            for one in record.suspects
            if one.sample in by_id
        ]

    def _seen(self) -> _Space:
        key = self.queue_key()
        if self._space is None or self._space.key != key:
            rows = self._groups.images()
            self._space = _Space(key, rows, describe(self._groups.records(rows)))
        return self._space

    def queue_key(self) -> str:
        """Digest the files and their labels on disk; decisions leave the queue as it is."""
        digest = hashlib.sha256()
        for s in self._groups.images():
            digest.update(f"{s.path}\0{s.label}\0".encode() + s.sha256)
        return digest.hexdigest()


def _case_of(one: SuspectedLabel) -> LabelCase:
    done = _decided(one.sample)
    return LabelCase((one.sample,), one.suggested, one.score, done, confidence=one.confidence)


def _likeliest(evidence: LabelEvidence, sample: Sample) -> tuple[tuple[str, float], ...]:
    row = next(i for i, one in enumerate(evidence.rows) if one.id == sample.id)
    values = evidence.probabilities[row]
    order = np.argsort(-values, kind="stable")[:_CONFIDENCES]
    return tuple((evidence.classes[k], round(float(values[k]), 4)) for k in order.tolist())


def _label(sample: Sample) -> str:
    return sample.new_label or sample.label


def _decided(sample: Sample) -> bool:
    return bool(sample.mark == "drop" or sample.new_label or sample.reviewed)
