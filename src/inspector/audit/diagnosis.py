"""The question of a diagnosis and its answer, as values; the answer's JSON."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Verdict(StrEnum):
    """Say what a term's rule came to."""

    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot_tell"


class Bound(StrEnum):
    """Say whether a figure is a bound only, because groups may have been missed."""

    NONE = "none"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


@dataclass(frozen=True, slots=True)
class Question:
    """Hold what a diagnosis is made from; every array has one row for each image.

    Attributes:
        descriptors: (n, d) float32 of `descriptors.describe`.
        thumbs: (n, 256) float32 of `descriptors.thumbnails16`.
        labels: (n,) class numbers, 0..classes-1.
        group: (n,) known provenance groups; -1 stands alone. Only what names, EXIF, bytes,
            pixels, verified near pairs, a manifest or a person says; never appearance.
        in_training: (n,) images of the training folder, before it is split.
        in_folder: (n,) images of the user's own validation or test folder; may be all False.
        your_split: (n,) the user's validation files under the Keras seed, or None.
        your_validation_fraction: The share that `your_split` was drawn with, or None.
        claimed: Accuracies that the user states: of the split, of the folder; shares of 1.
        group_provenance: How many groups stem from where, for the answer ("names": 40).
        group_recall: Share of the pairs that look alike which names, times, a manifest or a person
            hold together; None where there is nothing to judge by.
        by_similarity: A similarity and (n,) what `group` is where images as alike as that are of
            one event; from the most alike down.
        properties: Simple properties of each image (see `properties.py`).
        classes: The names of the classes, or () when they are only numbers.
        seed: Of everything that is drawn.
    """

    descriptors: Floats
    thumbs: Floats
    labels: Ints
    group: Ints
    in_training: Mask
    in_folder: Mask
    your_split: Mask | None = None
    your_validation_fraction: float | None = None
    claimed: tuple[float, ...] = ()
    group_provenance: dict[str, int] = field(default_factory=dict)
    group_recall: float | None = None
    by_similarity: tuple[tuple[float, Ints], ...] = ()
    properties: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Component:
    """Hold one share of the gap, accuracy as shares of 1, with its 95 % interval.

    `placebo` is the largest figure that groupings of the same sizes reach by chance; None where
    the term has no such control. A term that could not be estimated has None for its numbers.
    """

    mean: float | None
    low: float | None
    high: float | None
    verdict: Verdict = Verdict.CANNOT_TELL
    bound: Bound = Bound.NONE
    placebo: float | None = None


@dataclass(frozen=True, slots=True)
class LeakageAtSimilarity:
    """Hold the leakage where images from a similarity on are taken for one event.

    Attributes:
        similarity: 0..1.
        images: Images of the training folder that are in a group with others.
        leakage: A figure without a verdict.
    """

    similarity: float
    images: int
    leakage: Component


@dataclass(frozen=True, slots=True)
class Condition:
    """Hold an accuracy at the training folder's class mix; sd is over seeds, n counts images."""

    mean: float | None
    sd: float | None
    n: int


@dataclass(frozen=True, slots=True)
class DomainAuc:
    """Hold how well the two folders can be told apart, and what chance gives.

    Attributes:
        value: Area under the curve out of fold, 0..1.
        p: (1 + draws at or above) / (1 + draws), over pseudo-folders of whole groups.
        null_low: 2.5 % quantile of the draws.
        null_high: Their largest.
        null_unit: What was drawn as a whole: "group" or "image".
        n_groups: Independent groups in the folder.
    """

    value: float | None = None
    p: float | None = None
    null_low: float | None = None
    null_high: float | None = None
    null_unit: str = "group"
    n_groups: int = 0


@dataclass(frozen=True, slots=True)
class BaselineResult:
    """Hold the same terms and arms as seen by another baseline model."""

    name: str
    terms: dict[str, Component]
    arms: dict[str, Condition]


@dataclass(frozen=True, slots=True)
class Histogram:
    """Hold the counts of both folders over the same bins.

    Attributes:
        edges: (bins + 1,) in the property's unit; empty when it has no known value.
        training: (bins,) images of the training folder.
        folder: (bins,) images of the other folder.
    """

    edges: tuple[float, ...]
    training: tuple[int, ...]
    folder: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Property:
    """Hold how well one simple property tells the folders apart.

    Attributes:
        name: As given.
        auc: Chance that a folder image has the higher value than a training image, 0..1; None
            when a side has no known value.
        p: Two-sided, over pseudo-folders of whole groups of the same size and class mix.
        p_adjusted: Holm-corrected over all properties that were tested together.
        differs: p_adjusted at most .05.
        unit: "value", or "share" for a property that an image has or has not.
        training: The median of the known values, or the share that has it; None without any.
        folder: The same of the other folder.
        histogram: For the screen.
    """

    name: str
    auc: float | None
    p: float | None
    p_adjusted: float | None
    differs: bool
    unit: str
    training: float | None
    folder: float | None
    histogram: Histogram


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Hold what can be said about a gap; `as_json` gives its published shape.

    Attributes:
        same_images: What images gain that have one of their group in the training of a random
            fold: the same images, judged by those models and by those of group folds.
        leakage_by_similarity: The leakage against what counts as one event, most alike first; ()
            where nothing less alike would count.
    """

    question: dict[str, Any]
    n_groups: int
    group_provenance: dict[str, int]
    terms: dict[str, Component]
    residual: float
    arms: dict[str, Condition]
    domain_auc: DomainAuc
    quick_models: tuple[BaselineResult, ...]
    verdict: str
    evidence: tuple[str, ...]
    caveats: tuple[str, ...]
    properties: tuple[Property, ...] = ()
    same_images: Component | None = None
    leakage_by_similarity: tuple[LeakageAtSimilarity, ...] = ()


UNKNOWN = Component(None, None, None)
NO_ARM = Condition(None, None, 0)
TERMS = ("luck", "leakage", "shift", "composition", "size")
ARMS = ("random", "group", "folder", "folder_own", "joint")


def as_json(diagnosis: Diagnosis) -> dict[str, Any]:
    """Return the answer as `diagnose --json` prints it: plain values, None for the unknown."""
    plain = _plain(asdict(diagnosis))
    assert isinstance(plain, dict)
    return plain


def _plain(value: object) -> object:
    match value:
        case dict():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case StrEnum():
            return value.value
        case float() | np.floating():
            return round(float(value), 6) if np.isfinite(value) else None
        case np.integer():
            return int(value)
        case np.bool_():
            return bool(value)
        case _:
            return value
