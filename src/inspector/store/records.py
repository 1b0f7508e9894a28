"""What a project remembers beside samples and decisions: one typed record per key.

A record is stored as JSON and validated when read, so that an edited or damaged project file is an
error that names the position, and never a wrong type deep inside the program.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeVar

import msgspec

from inspector.audit.shortcuts.search import FolderResult
from inspector.dataset.layouts import Choice, Role
from inspector.similarity.levels import SURE

T = TypeVar("T")


class RecordKey(Enum):
    """The name under which a record is stored; each names one `Record`."""

    DATASET = "dataset"
    LISTING = "listing"
    SCAN = "scan"
    SAMPLE_REVISION = "sample revision"
    SIMILARITY = "similarity"
    COMPARED_PAIRS = "compared pairs"
    GROUPING = "grouping"
    PAIR_JUDGEMENTS = "pair judgements"
    CLEAN_UP = "clean-up"
    SPLIT_RULE = "split rule"
    SPLIT_LOCK = "split lock"
    SEED_VARIABILITY = "seed variability"
    STATED_ACCURACY = "stated accuracy"
    DIAGNOSIS = "diagnosis"
    LAST_ANSWER = "last answer"
    LAST_OVERVIEW = "last overview"
    EXPERIMENT = "experiment"
    LABEL_ERRORS = "label errors"
    SHORTCUTS = "shortcuts"
    BORROWED = "borrowed accuracy"
    LABEL_REVIEW = "label review"
    POLICIES = "policies"
    EXPORT = "export"
    OPENED_TEST = "opened test"


@dataclass(frozen=True)
class Record(Generic[T]):
    """A key with the type of its value.

    Attributes:
        type: A frozen msgspec.Struct or dataclass.
        empty: Value where nothing is stored.
        rebuildable: True if the program can compute it again; a damaged one reads as `empty`.
    """

    key: RecordKey
    type: type[Any]
    empty: T
    rebuildable: bool = False


class DatasetRecord(msgspec.Struct, frozen=True):
    """The dataset of the project, and how it is read.

    Attributes:
        root: Real path of its folder; "" in a new project.
        role: Role of the top folders, as files before version 3 store it.
        manifest: CSV file that lists the images, or "".
        layout: How the user said the dataset is read.
    """

    root: str = ""
    role: Role | None = None
    manifest: str = ""
    layout: Choice | None = None


class ListingRecord(msgspec.Struct, frozen=True):
    """The last listing of the disk: its number, from 1, and some paths that were there."""

    number: int = 0
    names: tuple[str, ...] = ()


class ScanRecord(msgspec.Struct, frozen=True):
    """The last scan: its start in ns since the epoch, and whether it is complete.

    Attributes:
        cache: Generation of the cache that held all contents when it began; "" where none is sure.
    """

    began_ns: int = 0
    complete: bool = False
    cache: str = ""


class SampleRevision(msgspec.Struct, frozen=True):
    """Number of times that sample rows were written."""

    number: int = 0


class SimilarityRecord(msgspec.Struct, frozen=True):
    """The confirmed threshold that a person set, 0 to 1; None for the dataset's own."""

    confirmed: float | None = None


class ComparedPairsRecord(msgspec.Struct, frozen=True):
    """What the last search compared: pairs by similarity, in 40 bins from 0 to 1.

    Attributes:
        same: Pairs of one label.
        other: Pairs of two labels.
        level: The similarity from which pairs are confirmed in this dataset.
        embedded: Contents whose neighbours by the embedding were compared too.
        search: Revision of the search; 0 of one before there were revisions.
    """

    same: tuple[int, ...] = ()
    other: tuple[int, ...] = ()
    level: float = SURE
    embedded: int = 0
    search: int = 0


class Judgement(msgspec.Struct, frozen=True, array_like=True):
    """A user's verdict on a pair: `held` by the grouping rule, and in the `same` group."""

    held: bool
    same: bool


class GroupingRecord(msgspec.Struct, frozen=True):
    """The user's choices about groups.

    Attributes:
        enabled: Whether each grouping rule is enabled, by name.
        gap_seconds: Gap within which photos of one camera form a burst; None for the default.
        judgements: By rule, then by "id-id" of a pair.
        asks_first: True if no rule is enabled without being accepted; older versions enabled some.
        patterns: Path patterns that are proposed.
    """

    enabled: dict[str, bool] = {}
    gap_seconds: float | None = None
    judgements: dict[str, dict[str, Judgement]] = {}
    asks_first: bool = False
    patterns: tuple[str, ...] = ()


class PairJudgementsRecord(msgspec.Struct, frozen=True):
    """By "id-id" of a near pair, whether the user said it shows the same content."""

    same: dict[str, bool] = {}


class SplitChange(msgspec.Struct, frozen=True, array_like=True):
    """Number of images of a split before and after."""

    split: str
    before: int
    after: int


class CleanUpRecord(msgspec.Struct, frozen=True):
    """The last clean-up.

    Attributes:
        operation: Id in the log; 0 where it excluded nothing.
        at: Seconds since the epoch.
        excluded: Number of copies excluded, without the unreadable files.
        leaked_before: Evaluation images that had a near-duplicate in training.
        reviewed_before: Duplicate clusters that were reviewed before it.
    """

    operation: int = 0
    at: float = 0.0
    excluded: int = 0
    unreadable: int = 0
    leaked_before: int = 0
    leaked_after: int = 0
    reviewed_before: int = 0
    splits: tuple[SplitChange, ...] = ()


class SplitLockRecord(msgspec.Struct, frozen=True):
    """The locked split: its manifest, the text of its rule, and when, in s since the epoch."""

    file: str = ""
    rule: str = ""
    at: float = 0.0


class SeedVariabilityRecord(msgspec.Struct, frozen=True):
    """Baseline accuracy and class balance over seeds of one call.

    Attributes:
        digest: Digest of rule and images.
        own: The seed in use, which comes first in `seeds`.
        accuracy: (seeds,) 0..1; None where a split has no images in one part.
        class_deviation: (seeds,) likewise.
    """

    digest: str
    images: int
    seeds: tuple[int, ...]
    own: int | None
    accuracy: tuple[float | None, ...]
    class_deviation: tuple[float | None, ...]


class DiagnosisRecord(msgspec.Struct, frozen=True):
    """The last diagnosis.

    Attributes:
        answer: As printed by `diagnose --json`.
        at: Seconds since the epoch; 0 where an older version stored none.
        parts: Digests of its inputs, by name.
    """

    answer: dict[str, Any]
    at: float = 0.0
    parts: dict[str, str] = {}


class ExperimentRecord(msgspec.Struct, frozen=True):
    """The last experiment; `answer` is as printed by `diagnose --train --json`."""

    answer: dict[str, Any]


class SuspectRecord(msgspec.Struct, frozen=True, array_like=True):
    """A suspected label error: sample id, suggested class, score 0 to 1.

    Attributes:
        confidence: The likeliest classes with their probability, highest first; () where an older
            version stored none.
    """

    sample: int
    suggested: str
    score: float
    confidence: tuple[tuple[str, float], ...] = ()


class StratumRecord(msgspec.Struct, frozen=True, array_like=True):
    """A stratum of the ranking: its number of images, and the ids to sample for review."""

    size: int
    drawn: tuple[int, ...]


class LabelErrorsRecord(msgspec.Struct, frozen=True):
    """The last search for label errors; `digest` covers the files and labels it read.

    Attributes:
        learned: Images that each model learned from where these are a sample; 0 for all.
    """

    digest: str
    suspects: tuple[SuspectRecord, ...]
    strata: tuple[StratumRecord, ...] = ()
    learned: int = 0


class ProbeRecord(msgspec.Struct, frozen=True):
    """Result of one probe; values as in `audit.shortcuts.search.ProbeResult`."""

    probe: str
    accuracy: float
    low: float
    high: float
    chance: float
    folder: FolderResult | None
    p_corrected: float
    verdict: str
    examples: tuple[int, ...]


class ShortcutsRecord(msgspec.Struct, frozen=True):
    """The last search for shortcuts.

    Attributes:
        digest: Digest of the files, labels, groups and split that it read.
        folder: Name of the evaluation split; "" without one.
        images: Number of training images.
        groups: Number of groups they form.
    """

    digest: str
    folder: str
    images: int
    groups: int
    probes: tuple[ProbeRecord, ...]


class InfluenceRecord(msgspec.Struct, frozen=True, array_like=True):
    """A training group that carries an answer: ids of some of its images, values as in audit."""

    samples: tuple[int, ...]
    images: int
    drop: float
    changes: bool


class AnswerRecord(msgspec.Struct, frozen=True, array_like=True):
    """A validation image's id, whether it is right with its group and without, and by whom."""

    sample: int
    right: bool
    right_without: bool
    shares: bool
    influences: tuple[InfluenceRecord, ...]


class BorrowedRecord(msgspec.Struct, frozen=True):
    """A measurement of borrowed accuracy; `digest` is of what it read.

    Attributes:
        network: Kind of network that it was measured for.
        evaluation: Name of the split that is judged; it has so many images and groups.
        training: Images in training.
        accuracy, without, borrowed: Mean, low and high.
        sample: Which images were measured, as a sentence; "" for all.
    """

    digest: str
    network: str
    evaluation: str
    images: int
    groups: int
    training: int
    accuracy: tuple[float, float, float]
    without: tuple[float, float, float]
    borrowed: tuple[float, float, float]
    placebo: float
    verdict: str
    bound: str
    why: tuple[str, ...]
    embedded: bool
    answers: tuple[AnswerRecord, ...]
    sample: str = ""


class BorrowedRecords(msgspec.Struct, frozen=True):
    """The last measurement for each kind of network, the newest first."""

    measured: tuple[BorrowedRecord, ...] = ()


class LabelVerdict(msgspec.Struct, frozen=True, array_like=True):
    """A person's verdict whether this label of an image is wrong; `sample` is its id."""

    sample: int
    label: str
    wrong: bool


class LabelReviewRecord(msgspec.Struct, frozen=True):
    """Verdicts in the order given, one per image, and the number asked for."""

    verdicts: tuple[LabelVerdict, ...] = ()
    target: int = 0


class PoliciesRecord(msgspec.Struct, frozen=True):
    """Saved augmentation policies by name, as in a policy file.

    Content of a newer version is kept unchanged, so a policy is validated on use.
    """

    policies: dict[str, Any] = {}


class ExportRecord(msgspec.Struct, frozen=True):
    """Id of the newest operation that the last export contains."""

    operation: int = 0


DATASET = Record(RecordKey.DATASET, DatasetRecord, DatasetRecord())
LISTING = Record(RecordKey.LISTING, ListingRecord, ListingRecord())
SCAN = Record(RecordKey.SCAN, ScanRecord, ScanRecord(), rebuildable=True)
SAMPLE_REVISION = Record(RecordKey.SAMPLE_REVISION, SampleRevision, SampleRevision())
SIMILARITY = Record(RecordKey.SIMILARITY, SimilarityRecord, SimilarityRecord())
COMPARED_PAIRS = Record(
    RecordKey.COMPARED_PAIRS, ComparedPairsRecord, ComparedPairsRecord(), rebuildable=True
)
GROUPING = Record(RecordKey.GROUPING, GroupingRecord, GroupingRecord())
PAIR_JUDGEMENTS = Record(RecordKey.PAIR_JUDGEMENTS, PairJudgementsRecord, PairJudgementsRecord())
CLEAN_UP = Record[CleanUpRecord | None](RecordKey.CLEAN_UP, CleanUpRecord, None)
SPLIT_LOCK = Record(RecordKey.SPLIT_LOCK, SplitLockRecord, SplitLockRecord())
SEED_VARIABILITY = Record[SeedVariabilityRecord | None](
    RecordKey.SEED_VARIABILITY, SeedVariabilityRecord, None, rebuildable=True
)
DIAGNOSIS = Record[DiagnosisRecord | None](
    RecordKey.DIAGNOSIS, DiagnosisRecord, None, rebuildable=True
)
EXPERIMENT = Record[ExperimentRecord | None](
    RecordKey.EXPERIMENT, ExperimentRecord, None, rebuildable=True
)
LABEL_ERRORS = Record[LabelErrorsRecord | None](
    RecordKey.LABEL_ERRORS, LabelErrorsRecord, None, rebuildable=True
)
SHORTCUTS = Record[ShortcutsRecord | None](
    RecordKey.SHORTCUTS, ShortcutsRecord, None, rebuildable=True
)
BORROWED = Record(RecordKey.BORROWED, BorrowedRecords, BorrowedRecords(), rebuildable=True)
LABEL_REVIEW = Record(RecordKey.LABEL_REVIEW, LabelReviewRecord, LabelReviewRecord())
POLICIES = Record(RecordKey.POLICIES, PoliciesRecord, PoliciesRecord())
EXPORT = Record(RecordKey.EXPORT, ExportRecord, ExportRecord())
