"""Labels: images with two labels, and single labels that baseline models contradict."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import msgspec
import numpy as np
from numpy.typing import NDArray

from inspector.audit.label_errors import LabelErrors
from inspector.audit.stratified_review import stratify
from inspector.errors import DatasetError
from inspector.project.catalog.embeddings import MAX_COMPUTED, Embeddings
from inspector.project.changes import Changes
from inspector.project.context import ProjectContext
from inspector.project.diagnosis.similar_images import SimilarImages
from inspector.project.review.decisions import Decided, Decisions
from inspector.project.review.duplicates import Duplicates
from inspector.project.review.groups import Groups
from inspector.store.records import (
    LABEL_ERRORS,
    LABEL_REVIEW,
    LabelErrorsRecord,
    StratumRecord,
    SuspectRecord,
)
from inspector.store.sample_facts import SampleFacts
from inspector.store.sample_table import SamplesById
from inspector.store.samples import Sample
from inspector.work.diagnosis_process import LabelErrorsRequest, answer_in_child
from inspector.work.jobs import Progress, Stop

MAX_CLASSES = 10_000
"""A model of more takes minutes: each learns from ten images per class at least."""
NEAREST = 6
# Number of nearest images whose classes are counted.
COUNTED = 8
METHOD = "self confidence, embedding 160"
"""A list by another method is computed again."""


@dataclass(frozen=True, slots=True)
class SuspectedLabel:
    """A suspected label error; `score` is the models' probability of the given label, 0..1.

    Attributes:
        confidence: Likeliest classes with their probability; () where not stored.
    """

    sample: Sample
    suggested: str
    score: float
    confidence: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class LabelEvidence:
    """Predictions of models that saw neither an image nor its group.

    Attributes:
        probabilities: (rows, classes), or (0, classes) if not requested.
        suspects: Most suspect first.
        ranking: Positions in `rows` of all images, most suspect first.
        embedded: True if the models used the embedding, False for descriptors alone.
        learned: Images that each model learned from where these are a sample of the others, else 0.
    """

    rows: Sequence[Sample]
    classes: tuple[str, ...]
    probabilities: NDArray[np.float32]
    suspects: tuple[SuspectedLabel, ...]
    ranking: tuple[int, ...] = ()
    embedded: bool = True
    learned: int = 0


@dataclass(frozen=True, slots=True)
class LabelCase:
    """One case to decide in the review of labels.

    Attributes:
        samples: One suspect, or the near-duplicates with different labels.
        suggested: Class predicted by the baseline models, or the majority of the near-duplicates.
        score: The models' probability of the given label, 0..1; None for near-duplicates.
        done: True once a person has decided.
        identical: True if the files or pixels are identical: a proven conflict.
        confidence: Likeliest classes with their probability; () where unknown.
    """

    samples: tuple[Sample, ...]
    suggested: str
    score: float | None
    done: bool
    identical: bool = False
    confidence: tuple[tuple[str, float], ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels on disk, most frequent first."""
        return tuple(label for label, _ in Counter(s.label for s in self.samples).most_common())


@dataclass(frozen=True, slots=True)
class LabelNeighbourhood:
    """The images most similar to one, as baseline models see them.

    Attributes:
        images: Per class in question, nearest first.
        counts: Classes of the `counted` nearest images.
    """

    images: dict[str, tuple[Sample, ...]]
    counts: dict[str, int]
    counted: int


class Labels:
    """Suspected label errors; relabelling is a decision."""

    def __init__(
        self,
        context: ProjectContext,
        duplicates: Duplicates,
        decisions: Decisions,
        groups: Groups,
        embeddings: Embeddings,
    ) -> None:
        self._context = context
        self._embeddings = embeddings
        self._duplicates = duplicates
        self._decisions = decisions
        self._groups = groups
        self._keyed: tuple[SampleFacts, str] | None = None
        self._similar = SimilarImages(context, groups.fingerprints)

    def evidence(
        self,
        *,
        stop: Stop | None = None,
        progress: Progress | None = None,
        probabilities: bool = True,
    ) -> LabelEvidence | None:
        """Search for label errors and return the predictions for every image; None when stopped.

        Computes embeddings first, in workers; the models run in a child process. Needs a finished
        scan.

        Raises:
            DatasetError: There are more than `MAX_CLASSES` classes.
        """
        stop, progress = stop or Stop(), progress or Progress()
        groups = self._groups
        images = groups.images()
        rows = images.included()
        given = rows.labels().sorted()
        classes = given.values
        if len(classes) > MAX_CLASSES:
            raise DatasetError(
                f"labels of {len(classes):,} classes are not checked: that would take hours",
                f"Of at most {MAX_CLASSES:,} classes suspected errors are listed.",
            )
        if len(classes) < 2:
            return LabelEvidence((), (), np.zeros((0, 0), np.float32), ())
        labels = given.codes.astype(np.int64)
        numbers = groups.numbers(rows, with_duplicates=True)
        alone = np.bincount(numbers)[numbers] == 1
        group = np.where(alone, -1, numbers).astype(np.int64)
        fingerprints = groups.fingerprints
        measures = (fingerprints.components_of(rows),) if len(rows) > MAX_COMPUTED else ()
        with (
            self._embeddings.file_of(rows, stop=stop, progress=progress) as vectors,
            fingerprints.for_child(rows, *measures) as [described],
        ):
            errors = None if stop.is_set() else answer_in_child(
                LabelErrorsRequest(described, labels, group, vectors, probabilities),
                LabelErrors, stop=stop, progress=progress, low_priority=self._context.low_priority,
            )  # fmt: skip
        if errors is None:
            return None
        suspects = tuple(
            SuspectedLabel(
                rows[i], classes[k], round(float(score), 4),
                tuple((classes[c], round(p, 4)) for c, p in zip(*likeliest, strict=True)),
            )
            for i, k, score, *likeliest in zip(
                errors.index.tolist(), errors.suggested.tolist(), errors.score.tolist(),
                errors.likeliest.tolist(), errors.confidence.tolist(), strict=True,
            )
        )  # fmt: skip
        return LabelEvidence(
            rows, tuple(classes), errors.probabilities, suspects,
            tuple(errors.ranking.tolist()), bool(vectors), errors.learned,
        )  # fmt: skip

    def find(self, *, stop: Stop | None = None, progress: Progress | None = None) -> int | None:
        """Search for label errors and store them; return their number, None when stopped.

        Also samples the images of a stratified review.

        Raises:
            DatasetError: As of `evidence`.
        """
        evidence = self.evidence(stop=stop, progress=progress, probabilities=False)
        if evidence is None:
            return None
        suspects = tuple(
            SuspectRecord(s.sample.id, s.suggested, s.score, s.confidence)
            for s in evidence.suspects
        )
        key = self.queue_key()
        ids = [sample.id for sample in evidence.rows] if evidence.ranking else []
        strata = stratify([ids[i] for i in evidence.ranking], int(key[:8], 16))
        self._context.store.records.note(
            LABEL_ERRORS,
            LabelErrorsRecord(
                key,
                suspects,
                tuple(StratumRecord(s.size, s.drawn) for s in strata),
                evidence.learned,
            ),
        )
        self._forget_verdicts()
        self._context.emit(Changes(rule=True))
        return len(suspects)

    def _forget_verdicts(self) -> None:
        """Remove verdicts on labels that have changed since."""
        records = self._context.store.records
        review = records.get(LABEL_REVIEW)
        images = SamplesById(self._groups.images().included())
        verdicts = tuple(
            v for v in review.verdicts
            if v.sample in images and current_label(images[v.sample]) == v.label
        )  # fmt: skip
        if len(verdicts) < len(review.verdicts):
            records.note(LABEL_REVIEW, msgspec.structs.replace(review, verdicts=verdicts))

    def queue(self) -> tuple[tuple[LabelCase, ...], bool]:
        """Return the cases, and whether labels were searched yet.

        Images with two labels come first, then suspects, most suspect first.
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
        """Return only the suspects of the queue, and whether labels were searched yet."""
        evidence = self._kept()
        if evidence is None:
            return (), False
        clusters = self._duplicates.clusters()
        taken = {m.id for c in clusters if len(c.labels) > 1 for m in c.members}
        return tuple(_case_of(one) for one in evidence if one.sample.id not in taken), True

    def are_checked(self) -> bool:
        """Return whether there are few enough classes to search for label errors."""
        return len(self._groups.images().labels().counts()) <= MAX_CLASSES

    def sample_text(self) -> str:
        """Return what the models of the last search learned from; "" where that is all images."""
        record = self._context.store.records.get(LABEL_ERRORS)
        current = record is not None and record.digest == self.queue_key()
        return learned_text(record.learned) if record is not None and current else ""

    def suspected(self) -> dict[int, SuspectedLabel]:
        """Return the undecided suspects of the last search, by sample id."""
        if self._context.store.records.get(LABEL_ERRORS) is None:
            return {}
        return {s.sample.id: s for s in self._kept() or () if not _decided(s.sample)}

    def nearest(self, case: LabelCase) -> dict[str, tuple[Sample, ...]]:
        """Return the images nearest to a case's first image, per label and suggestion.

        By the features of baseline models; the case's own images are left out.
        """
        labels = self._groups.images().labels()
        return {
            label: tuple(islice(self._nearest_first(case.samples, labels.equals(label)), NEAREST))
            for label in dict.fromkeys((*case.labels, case.suggested))
        }

    def neighbourhood(self, case: LabelCase) -> LabelNeighbourhood:
        """Return the nearest neighbours of a case's first image, and their classes."""
        nearest = list(islice(self._nearest_first(case.samples), COUNTED))
        return LabelNeighbourhood(
            self.nearest(case), dict(Counter(map(current_label, nearest))), len(nearest)
        )

    def relabel(self, case: LabelCase, label: str = "") -> Decided:
        """Give every image of a case the suggested class, or another one."""
        ids = [s.id for s in case.samples]
        return self._decisions.relabel(ids, label or case.suggested)

    def keep(self, case: LabelCase) -> Decided:
        """Record that the labels of a case are correct."""
        return self._decisions.review([s.id for s in case.samples])

    def _conflict(self, members: Sequence[Sample], suggested: dict[int, str]) -> LabelCase:
        """Suggest the majority label; in a tie, that of the baseline models or neighbours."""
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
            among = self._groups.images().text("label").equals(*leading)
            label = next((s.label for s in self._nearest_first(members, among)), label)
        standing = [m for m in members if m.mark != "drop"]
        done = len({current_label(m) for m in standing}) < 2 or all(m.reviewed for m in standing)
        return LabelCase(tuple(members), label, None, done, identical)

    def _nearest_first(
        self, members: Sequence[Sample], among: NDArray[np.bool_] | None = None
    ) -> Iterator[Sample]:
        """Return other images, most similar to the first member first; see `SimilarImages`."""
        images = self._groups.images()
        return self._similar.nearest_first(images, members, among, key=self.queue_key())

    def _kept(self) -> list[SuspectedLabel] | None:
        """Return the stored suspects with their current decisions; None without a search."""
        record = self._context.store.records.get(LABEL_ERRORS)
        if record is None or record.digest != self.queue_key():
            return None
        by_id = SamplesById(self._groups.images())
        return [
            SuspectedLabel(by_id[one.sample], one.suggested, one.score, one.confidence)
            for one in record.suspects
            if one.sample in by_id
        ]

    def queue_key(self) -> str:
        """Return a digest of the files and their labels on disk; decisions don't change it."""
        images = self._groups.images()
        # Tables of the same files share their facts, whatever was decided.
        if self._keyed is not None and self._keyed[0] is images.facts:
            return self._keyed[1]
        digest = hashlib.sha256(METHOD.encode())
        labels, hashes = images.text("label"), images.hashes()
        for path, label, sha256 in zip(images.paths, labels, hashes, strict=True):
            digest.update(f"{path}\0{label}\0".encode() + sha256)
        self._keyed = images.facts, digest.hexdigest()
        return self._keyed[1]


def learned_text(learned: int) -> str:
    """Return how many images each model learned from; "" where that is all others."""
    return f"Each model learned from a sample of {learned:,} images." if learned else ""


def _case_of(one: SuspectedLabel) -> LabelCase:
    done = _decided(one.sample)
    return LabelCase((one.sample,), one.suggested, one.score, done, confidence=one.confidence)


def current_label(sample: Sample) -> str:
    """Return the current label of an image, from disk or from a decision."""
    return sample.new_label or sample.label


def _decided(sample: Sample) -> bool:
    return bool(sample.mark == "drop" or sample.new_label or sample.reviewed)
