"""Leaks under a rule: by file, by content, by group, each number with its list."""

from dataclasses import dataclass

import numpy as np

from inspector.audit.pitfalls import Pitfall
from inspector.project.review.duplicates import PairKind
from inspector.project.splits.split_rules import Membership
from inspector.store.samples import Sample

KINDS = (*(k.value for k in PairKind), "group")


@dataclass(frozen=True, slots=True)
class Leak:
    """A validation image, how it is tied to training, and the nearest image there."""

    image: Sample
    kind: str
    neighbour: Sample | None
    similarity: float


@dataclass(frozen=True, slots=True)
class Cell:
    """Images of `to` tied to an image of `source`: ids by kind, each image once."""

    source: str
    to: str
    images: int
    by_kind: dict[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class SeedLeakRates:
    """Leak rates of validation over seeds, 0..1; `this_seed` is None for a rule without a seed."""

    shares: tuple[float, ...]
    this_seed: float | None

    @property
    def median(self) -> float:
        """The middle of the seeds."""
        return float(np.median(self.shares)) if self.shares else 0.0

    def at(self, percent: float) -> float:
        """Return a percentile of the seeds."""
        return float(np.percentile(self.shares, percent)) if self.shares else 0.0


@dataclass(frozen=True, slots=True)
class BeforeExclusion:
    """Leakage as it was before anything was excluded: `leaked` of the validation images."""

    training_images: int
    validation_images: int
    leaked: int

    @property
    def share(self) -> float:
        """Share of validation with a near-duplicate in training."""
        return self.leaked / self.validation_images if self.validation_images else 0.0


@dataclass(frozen=True, slots=True)
class Leakage:
    """Everything that a rule puts on both sides.

    Attributes:
        both: Files on both sides; `membership.neither` has those on none.
        leaks: Validation images tied to training, the worst first.
        conflicting: One image with several labels, as sample ids.
        excluded: Files in training or validation that are excluded, and count in nothing else.
        before: What held before anything was excluded; None where nothing is.
    """

    membership: Membership
    threshold: float
    both: tuple[str, ...]
    leaks: tuple[Leak, ...]
    matrix: tuple[Cell, ...]
    conflicting: tuple[tuple[int, ...], ...]
    seed_rates: SeedLeakRates
    findings: tuple[Pitfall, ...]
    excluded: frozenset[str] = frozenset()
    before: BeforeExclusion | None = None

    @property
    def training_images(self) -> int:
        """Files in training that are not excluded."""
        return sum(path not in self.excluded for path in self.membership.training)

    @property
    def validation_images(self) -> int:
        """Files in validation that are not excluded, those on both sides included."""
        return sum(path not in self.excluded for path in self.membership.validation)

    @property
    def text(self) -> str:
        """Who stands where, in two sentences: by file, which is proved, and by image."""
        membership = self.membership
        whose = membership.rule.text
        n, neighbours = self.validation_images, len(self.leaks) - self.count("group")
        files = (
            f"{len(self.both):,} files are in both, {len(membership.neither):,} in neither."
            if self.both or membership.neither
            else "No file is in both."
        )
        was = ""
        if self.before is not None:
            was = (
                f" Before exclusions: {self.before.leaked:,} of {self.before.validation_images:,}"
                f" ({self.before.share:.1%})."
            )
        return (
            f"By {whose}: {self.training_images:,} training, {n:,} validation. {files}"
            f" {neighbours:,} of the validation images ({self.share:.1%}) have a near-duplicate in"
            f" training at similarity {self.threshold:g} or more; {self.count('group'):,} more"
            f" share only a group with training.{was}"
        )

    def count(self, kind: str) -> int:
        """Count the validation images tied by one kind."""
        return sum(leak.kind == kind for leak in self.leaks)

    @property
    def share(self) -> float:
        """Share of validation with the same image in training; groups are left out."""
        neighbours = len(self.leaks) - self.count("group")
        return neighbours / self.validation_images if self.validation_images else 0.0

    @property
    def share_with_groups(self) -> float:
        """Share of validation with the same image or the same event in training."""
        return len(self.leaks) / self.validation_images if self.validation_images else 0.0
