"""The runs of a comparison: one locked split, and one thing that differs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from inspector.audit.comparisons import Futility
from inspector.audit.decision_rules import GROUPS_AT_LEAST, SEEDS_AT_LEAST
from inspector.audit.folds import cut
from inspector.augmentation.policy_json import write_policy
from inspector.desktop.paths import cache_folder
from inspector.errors import DatasetError
from inspector.project.experiments.comparison_records import ComparisonSetup, StoredComparison
from inspector.project.experiments.variants import Variant, part_of_groups
from inspector.store.samples import Sample
from inspector.training_protocol.run_spec import Budget, RunSpec, SampleColumns, Scaling

BEFORE = "before, as many left out at random"
AFTER = "cleaned"


@dataclass(frozen=True, slots=True)
class ComparisonPlan:
    """What a comparison would train, before anything is stored.

    Attributes:
        specs: (variant, spec) in training order: seed by seed, the baseline first.
        expected_seconds: By the speed of earlier runs; None where unknown.
        notes: What to know before the start, one sentence each.
    """

    record: StoredComparison
    specs: tuple[tuple[str, RunSpec], ...]

    @property
    def expected_seconds(self) -> float | None:
        """Estimated run time, by the speed of earlier runs; None where unknown."""
        return self.record.expected_seconds

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know before the start."""
        return self.record.notes


def apart(spec: RunSpec, groups: Mapping[str, int]) -> tuple[RunSpec, int]:
    """Leave out validation images whose group is in training; return their number.

    Raises:
        DatasetError: Fewer than two groups are left to evaluate on.
    """
    learned = {groups[p] for p in (*spec.training.paths, *spec.selection.paths)}
    apart = [groups[p] not in learned for p in spec.validation.paths]
    judged = _rows(spec.validation, apart)
    if len({groups[p] for p in judged.paths}) < 2:
        raise DatasetError(
            "nearly every validation image has a near-duplicate or its group in training",
            "Compare on a split that keeps groups together: --by-group.",
        )
    return replace(spec, validation=judged), len(apart) - sum(apart)


def _rows(samples: SampleColumns, taken: Sequence[bool]) -> SampleColumns:
    """Return the selected rows of a list."""
    at = [row for row, is_taken in enumerate(taken) if is_taken]
    return SampleColumns(
        tuple(samples.paths[i] for i in at), tuple(samples.labels[i] for i in at),
        tuple(samples.sha256[i] for i in at),
    )  # fmt: skip


def spec_of(
    one: Variant, base: RunSpec, setup: ComparisonSetup, groups: Mapping[str, int]
) -> RunSpec:
    """Return the spec of a variant's run; its seed is set later."""
    training = base.training
    if one.share < 1:
        numbers = np.array([groups[p] for p in training.paths], np.int32)
        labels = np.array(training.labels, np.int32)
        training = _rows(training, part_of_groups(numbers, labels, one.share, seed=0).tolist())
    steps = 0
    if setup.budget is Budget.STEPS:
        steps = base.epochs * -(-len(base.training) // base.batch_size)
    own = setup.own_normalisation and one.policy is not None
    return replace(
        base, training=training, budget=setup.budget, steps=steps, patience=setup.patience,
        policy=write_policy(one.policy) if one.policy else None,
        policy_name=one.name if one.policy else "",
        normalisation=Scaling.POLICY if own else base.normalisation,
        cache=str(cache_folder() / "training"),
    )  # fmt: skip


def setup_notes(
    setup: ComparisonSetup, base: RunSpec, groups: Mapping[str, int]
) -> tuple[str, ...]:
    """Return what to know about the trainings before the start."""
    steps = -(-len(base.training) // base.batch_size)
    if setup.budget is Budget.PLATEAU:
        notes = [
            f"Each trains until its selection holdout has not improved for {setup.patience}"
            f" epochs, at"
            f" most {base.epochs}: equal patience, not equal time."
        ]
    else:
        notes = [
            f"Each takes {base.epochs * steps:,} steps, {base.epochs} epochs of all of training."
            " That favours what learns fast: strong augmentation may need a plateau."
        ]
    if not setup.own_normalisation:
        notes.append("All use the same normalisation, whatever their policy says.")
    independent = len({groups[p] for p in base.validation.paths})
    if independent < GROUPS_AT_LEAST:
        notes.append(
            f"Validation holds {independent} independent groups: no verdict below"
            f" {GROUPS_AT_LEAST}, figures only."
        )
    if setup.seeds < SEEDS_AT_LEAST:
        notes.append(
            f"{setup.seeds} seeds give figures only; a verdict needs {SEEDS_AT_LEAST} or more."
        )
    if setup.stop_early and setup.seeds > Futility().seeds:
        notes.append(Futility().text)
    return tuple(notes)


def dense(numbers: Sequence[int]) -> tuple[int, ...]:
    """Return numbers from 0 without gaps, equal where the given ones are."""
    return tuple(np.unique(np.array(numbers), return_inverse=True)[1].tolist())


def without(samples: SampleColumns, gone: Mapping[str, Sample]) -> SampleColumns:
    """Return a list without some of its paths."""
    return _rows(samples, [path not in gone for path in samples.paths])


def with_dropped(
    base: RunSpec, gone: Mapping[str, Sample], groups: Mapping[str, int]
) -> SampleColumns:
    """Return training plus the excluded images of its groups that have a known class."""
    place = {name: label for label, name in enumerate(base.class_names)}
    known = {*base.training.paths, *base.selection.paths, *base.validation.paths}
    learned = {groups[p] for p in base.training.paths}
    more = [
        s for s in gone.values()
        if s.path not in known and groups.get(s.path) in learned
        and (s.new_label or s.label) in place
    ]  # fmt: skip
    training = base.training
    return SampleColumns(
        (*training.paths, *(s.path for s in more)),
        (*training.labels, *(place[s.new_label or s.label] for s in more)),
        (*training.sha256, *(s.sha256.hex() for s in more)),
    )


def cut_to(pool: SampleColumns, like: SampleColumns, seed: int) -> SampleColumns:
    """Return random rows of a list, as many per class as another list has."""
    labels = np.array(pool.labels, np.int64)
    classes = int(labels.max(initial=0)) + 1
    quota = np.bincount(np.array(like.labels, np.int64), minlength=classes)
    rng = np.random.default_rng([seed, len(pool)])
    taken = np.zeros(len(pool), np.bool_)
    taken[cut(np.arange(len(pool)), labels, quota, rng)] = True
    return _rows(pool, taken.tolist())
