"""The question of a diagnosis and its answer, as values; the answer as JSON."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Verdict(StrEnum):
    """Outcome of a component's rule."""

    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot_tell"


class Bound(StrEnum):
    """Whether a figure is only a bound, because groups may have been missed."""

    NONE = "none"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


@dataclass(frozen=True, slots=True)
class Question:
    """Input of a diagnosis; every array has one row per image.

    Attributes:
        descriptors: (n, d) float32 of `descriptors.describe`.
        thumbs: (n, 256) float32 of `descriptors.thumbnails16`.
        labels: (n,) class numbers, 0..classes-1.
        group: (n,) known groups; -1 for none. Only from names, EXIF, bytes, pixels, verified near
            pairs, a manifest or a person; never from appearance.
        in_training: (n,) images of the training folder, before it is split.
        in_folder: (n,) images of the user's own validation or test folder; may be all False.
        your_split: (n,) the user's validation files under the Keras seed, or None.
        your_validation_fraction: The fraction of `your_split`, or None.
        claimed: Accuracies that the user stated, of the split and of the folder; 0..1.
        group_provenance: Number of groups by where they come from, for the answer ("names": 40).
        group_recall: Share of similar pairs that names, times, a manifest or a person keep
            together; None without enough pairs.
        by_similarity: (similarity, (n,) groups if images that similar are grouped), most similar
            first.
        properties: Simple properties of each image (see `properties.py`).
        classes: Names of the classes, or () if they are only numbers.
        seed: Random seed of everything.
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
    """One component of the gap, in accuracy 0..1, with its 95 % CI.

    `placebo` is the largest figure that groupings of the same sizes reach by chance; None for
    components without that control. Numbers are None where the component could not be estimated.
    """

    mean: float | None
    low: float | None
    high: float | None
    verdict: Verdict = Verdict.CANNOT_TELL
    bound: Bound = Bound.NONE
    placebo: float | None = None


@dataclass(frozen=True, slots=True)
class LeakageAtSimilarity:
    """Leakage if images from a similarity on count as one group.

    Attributes:
        similarity: 0..1.
        images: Training images that are in a group with others.
        leakage: Estimate without a verdict.
    """

    similarity: float
    images: int
    leakage: Component


@dataclass(frozen=True, slots=True)
class Condition:
    """An accuracy at the training folder's class balance; sd is over seeds, n counts images."""

    mean: float | None
    sd: float | None
    n: int


@dataclass(frozen=True, slots=True)
class DomainAuc:
    """How well the two folders can be told apart, and what chance gives.

    Attributes:
        value: AUC out of fold, 0..1.
        p: (1 + permutations at or above) / (1 + permutations), over pseudo-folders of whole groups.
        null_low: 2.5 % quantile of the permutations.
        null_high: Their maximum.
        null_unit: What was permuted as a whole: "group" or "image".
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
    """The same components and conditions as measured by another baseline model."""

    name: str
    terms: dict[str, Component]
    arms: dict[str, Condition]


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts of both folders over the same bins.

    Attributes:
        edges: (bins + 1,) in the property's unit; empty without a known value.
        training: (bins,) images of the training folder.
        folder: (bins,) images of the other folder.
    """

    edges: tuple[float, ...]
    training: tuple[int, ...]
    folder: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Property:
    """How well one simple property tells the folders apart.

    Attributes:
        name: As given.
        auc: Probability that a folder image has the higher value than a training image, 0..1; None
            if a folder has no known value.
        p: Two-sided, over pseudo-folders of whole groups with the same size and class balance.
        p_adjusted: Holm-corrected over all properties tested together.
        differs: True if `p_adjusted` is at most 0.05.
        unit: "value", or "share" for a property that an image has or has not.
        training: Median of the known values, or the share that has it; None without any.
        folder: The same for the other folder.
        histogram: For display.
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
    """Result of a diagnosis; `as_json` gives its published form.

    Attributes:
        same_images: Gain of images that have one of their group in the training part of a random
            fold, against the models of group folds on the same images.
        leakage_by_similarity: Leakage by what counts as one group, most similar first; () where
            lower levels add nothing.
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
    """Return the answer as printed by `diagnose --json`: plain values, None for unknown ones."""
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
