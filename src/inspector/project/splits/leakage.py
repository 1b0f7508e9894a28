"""Leakage under a split rule: by file, by content and by group, each number with its list."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from inspector.audit.pitfalls import Pitfall
from inspector.project.review.duplicates import PairKind
from inspector.project.splits.split_rules import Membership
from inspector.store.samples import Sample

KINDS = (*(k.value for k in PairKind), "group")


@dataclass(frozen=True, slots=True)
class Leak:
    """A validation image, its connection with training, and the nearest training image."""

    image: Sample
    kind: str
    neighbour: Sample | None
    similarity: float


@dataclass(frozen=True, slots=True)
class Cell:
    """Images of `to` connected with an image of `source`: ids by kind, each image once."""

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
        """Median over the seeds."""
        return float(np.median(self.shares)) if self.shares else 0.0

    def at(self, percent: float) -> float:
        """Return a percentile over the seeds."""
        return float(np.percentile(self.shares, percent)) if self.shares else 0.0


@dataclass(frozen=True, slots=True)
class BeforeExclusion:
    """Leakage before anything was excluded: `leaked` of the validation images."""

    training_images: int
    validation_images: int
    leaked: int

    @property
    def share(self) -> float:
        """The leak rate."""
        return self.leaked / self.validation_images if self.validation_images else 0.0


@dataclass(frozen=True)
class Leakage:
    """The leakage of a split rule.

    Attributes:
        membership: The splits; `membership.neither` has the files in none.
        both: Files in training and in validation.
        leaks: Validation images connected with training, worst first.
        conflicting: Identical images with several labels, as sample ids.
        excluded: Excluded files in training or validation; they count nowhere else.
        before: Leakage before exclusions; None without any.
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

    @cached_property
    def training_images(self) -> int:
        """Files in training that are not excluded."""
        return sum(path not in self.excluded for path in self.membership.training)

    @cached_property
    def validation_images(self) -> int:
        """Files in validation that are not excluded, including those also in training."""
        return sum(path not in self.excluded for path in self.membership.validation)

    @property
    def text(self) -> str:
        """The leakage in two sentences: by file, which is proven, and by image."""
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
        """Count the validation images connected by one kind."""
        return sum(leak.kind == kind for leak in self.leaks)

    @property
    def share(self) -> float:
        """The leak rate, without groups."""
        neighbours = len(self.leaks) - self.count("group")
        return neighbours / self.validation_images if self.validation_images else 0.0

    @property
    def share_with_groups(self) -> float:
        """Share of validation with a near-duplicate or a group member in training."""
        return len(self.leaks) / self.validation_images if self.validation_images else 0.0
