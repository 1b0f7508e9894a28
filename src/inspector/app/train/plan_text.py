"""What Start would do, and what the runs show so far, as text."""

from collections.abc import Sequence
from typing import NamedTuple

from inspector.app.train.run_list import RunGroup
from inspector.audit.comparisons import ComparisonOutcome
from inspector.project.experiments.comparison_results import Comparison, ComparisonRow
from inspector.project.project import Project
from inspector.project.training.run import RunConfig
from inspector.project.training.time_estimate import estimate_seconds
from inspector.training_protocol.run_spec import RunSpec

MIN_SEEDS = 3
"""With fewer seeds there is no band and no interval."""


def plan_text(spec: RunSpec, seeds: int, seconds: float) -> str:
    """Return what runs on what data, what judges it, and how long it takes."""
    runs = f"{seeds} runs" if seeds > 1 else "1 run"
    test = f" {len(spec.test):,} test images stay locked." if spec.test else ""
    count = len(spec.validation)
    judges = f"accuracy is measured on {count:,} {spec.evaluation} image{'s' * (count != 1)}"
    if spec.evaluation == "test":
        judges += ", as there is no validation split"
    return (
        f"{runs} of {spec.epochs} epochs on {len(spec.training):,} images;"
        f" {len(spec.selection):,} more, of other groups, choose the epoch; {judges}."
        f"{test} Split: {spec.split}. {time_text(seconds)}"
    )


class TrainingPlan(NamedTuple):
    """What Start would do, as text, and the number of training images."""

    text: str
    images: int


def plan_training(project: Project, config: RunConfig, seeds: int) -> TrainingPlan:
    """Return what would be trained with the current split rule.

    Raises:
        DatasetError: The rule can't be applied.
        TrainingError: The run can't be trained with these settings.
    """
    spec = project.runs.plan(project.splits.rule, config)
    seconds = estimate_seconds(project.runs.all(), [spec] * seeds) or 0.0
    return TrainingPlan(plan_text(spec, seeds, seconds), len(spec.training))


def time_text(seconds: float) -> str:
    """Return a time as text; 0 if no similar run has been trained."""
    if not seconds:
        return "The first epoch will show how long it takes: no similar run has been trained."
    if seconds < 90:
        return f"About {max(1, round(seconds))} s, by earlier runs."
    return f"About {round(seconds / 60)} min, by earlier runs."


def headline(comparison: Comparison | None, groups: Sequence[RunGroup]) -> tuple[str, str]:
    """Return the significant differences of the runs, with intervals."""
    if comparison is not None and any(row.mean is not None for row in comparison.rows):
        return _compared(comparison)
    done = [run for group in groups for run in group.runs if run.best is not None]
    if not done:
        return "No run yet.", "Start a run to see its learning curve."
    best = max(done, key=lambda run: run.best.val_accuracy if run.best else 0.0)
    assert best.best is not None
    count, kinds = len(done), len(groups)
    head = f"{count} run{'s' * (count != 1)}, best {best.best.val_accuracy:.3f}."
    judged = f"{best.policy}, seed {best.spec.seed}, {len(best.spec.validation):,}"
    note = f"{judged} {best.spec.evaluation} images."
    if min(len(group.runs) for group in groups) < MIN_SEEDS:
        note += f" With few seeds, an effect can't be told from chance: use {MIN_SEEDS} or more."
    elif kinds > 1:
        note += " Compare… shows which differences are more than chance."
    return head, note


def _compared(comparison: Comparison) -> tuple[str, str]:
    sentences = [text for row in comparison.rows if (text := _effect(row))]
    neutral = [row for row in comparison.rows if not _effect(row)]
    count = len(comparison.rows) + 1
    if not sentences:
        head = f"No significant difference between {count} policies."
    elif len(neutral) == 1 and len(sentences) < 3:
        head = f"{' '.join(sentences)} “{neutral[0].policy}” makes no significant difference."
    else:
        head = " ".join(sentences[:2])
    figures = "; ".join(
        f"{row.policy} {_signed(row.mean)}" + (
            f" (95 % CI {_signed(row.low)} to {_signed(row.high)})"
            if row.low is not None and row.high is not None else ""
        )
        for row in comparison.rows if row.mean is not None
    )  # fmt: skip
    so_far = f" So far: {comparison.done} of {comparison.total} runs." * comparison.partial
    return head, (
        f"Against {comparison.baseline}: {figures}. {comparison.reference.seeds} seeds,"
        f" {comparison.images:,} images.{so_far}"
    )


def _effect(row: ComparisonRow) -> str:
    """Return whether a policy is better or worse; "" without a significant difference."""
    match row.decision:
        case ComparisonOutcome.BETTER if row.mean is not None:
            return f"{row.policy} gains {abs(row.mean):.3f} accuracy."
        case ComparisonOutcome.WORSE if row.mean is not None:
            return f"{row.policy} costs {abs(row.mean):.3f} accuracy."
        case ComparisonOutcome.STOPPED:
            return f"{row.policy} was stopped as worse."
        case _:
            return ""


def _signed(value: float | None) -> str:
    return "" if value is None else f"{value:+.3f}".replace("-", "−")
