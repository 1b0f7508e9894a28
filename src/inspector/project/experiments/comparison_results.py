"""Results of a comparison, from the stored predictions of its runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median, stdev

import numpy as np
from numpy.typing import NDArray

from inspector.audit.comparisons import ComparisonOutcome, Difference, compare, futile
from inspector.project.experiments.comparison_records import (
    ComparisonEnd,
    StoredComparison,
    read_ended,
)
from inspector.project.experiments.variants import ARTICLE_NOTES, article
from inspector.training_protocol.run_spec import Budget

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of one variant; accuracies are 0..1, None before its first run.

    Attributes:
        accuracy: Mean over seeds, at the epoch chosen by the selection holdout.
        sd: Over seeds; None below two.
        last_accuracy: The same mean at the last epoch.
        each: Accuracy per complete seed.
        seeds: Number of complete seeds.
        seconds_per_epoch: Median.
        seconds_to_best: Training time up to the chosen epoch, mean over seeds.
        epochs_to_best: The chosen epoch, mean over seeds.
    """

    policy: str
    accuracy: float | None
    sd: float | None
    last_accuracy: float | None
    each: tuple[float, ...]
    seeds: int
    seconds_per_epoch: float | None
    seconds_to_best: float | None
    epochs_to_best: float | None


@dataclass(frozen=True, slots=True)
class LastEpochFigures:
    """Difference at the last epochs, beside that at the chosen ones; 0..1."""

    mean: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """A variant against the baseline; 0..1, 95 % CIs, None where unknown.

    Attributes:
        p_adjusted: Holm-adjusted over all variants; None where not tested.
        smallest_detectable: Difference that would be detected with a power of 0.8.
        practically_equal: True if the interval lies within the margin.
        time_factor: Seconds to the best epoch relative to the baseline's.
        text: The decision as a sentence.
    """

    policy: str
    mean: float | None
    low: float | None
    high: float | None
    p_adjusted: float | None
    smallest_detectable: float | None
    seeds: int
    decision: ComparisonOutcome
    practically_equal: bool
    figures: Figures
    last: LastEpochFigures
    time_factor: float | None
    text: str

    @property
    def seconds_per_epoch(self) -> float | None:
        """Median over its epochs."""
        return self.figures.seconds_per_epoch


@dataclass(frozen=True, slots=True)
class Comparison:
    """Current results of a comparison.

    Attributes:
        baseline: Its name; `reference` holds its figures.
        rows: The other variants, in plan order.
        partial: True while runs are missing.
        done: Complete runs of `total`; runs that a stopped policy did not need are not counted.
        images: Number of evaluated images, in `groups` groups.
        notes: What was known before the start, and what came out since.
    """

    name: str
    made_at: float
    rule: str
    baseline: str
    reference: Figures
    rows: tuple[ComparisonRow, ...]
    partial: bool
    done: int
    total: int
    images: int
    groups: int
    budget: Budget
    margin: float
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoppedVariant:
    """Where the futility rule stopped a variant: after `seeds` seeds, at the last one's epoch."""

    at_least_worse: float
    seeds: int
    epoch: int


def stopped_at(record: StoredComparison, folder: Path, candidate: str) -> StoppedVariant | None:
    """Apply the futility rule to the complete runs; None where it does not stop the variant.

    Args:
        record: The comparison.
        folder: Folder of all runs.
        candidate: A variant other than the baseline.
    """
    if not record.setup.stop_early:
        return None
    own, base, epochs = [], [], []
    pairs = zip(record.runs_of(candidate), record.runs_of(record.baseline), strict=True)
    for one, two in pairs:
        best = [_selected(folder / turn.run, record) for turn in (one, two)]
        if best[0] is None or best[1] is None:
            return None
        own.append(best[0][0])
        base.append(best[1][0])
        epochs.append(best[0][1])
        # After the last seed there is nothing left to save.
        if len(own) == record.setup.seeds:
            return None
        worse = futile(np.array(own), np.array(base), record.selection_groups, record.futility)
        if worse is not None:
            return StoppedVariant(worse, len(own), epochs[-1])
    return None


def _selected(folder: Path, record: StoredComparison) -> tuple[float, int] | None:
    """Return the chosen epoch's accuracy on the selection holdout, and the number of epochs."""
    ended = read_ended(folder, len(record.groups))
    if ended is None or ended.chosen.sel_accuracy is None:
        return None
    return ended.chosen.sel_accuracy, len(ended.history)


def result(record: StoredComparison, folder: Path) -> Comparison:
    """Return the current results.

    Args:
        record: The comparison.
        folder: Folder of all runs.

    Raises:
        TrainingError: A file of a run is damaged.
    """
    images = len(record.groups)
    ended = {
        one.name: [read_ended(folder / turn.run, images) for turn in record.runs_of(one.name)]
        for one in record.candidates
    }
    others = [one.name for one in record.candidates if one.name != record.baseline]
    stops = {
        name: stop for name in others if (stop := stopped_at(record, folder, name)) is not None
    }
    group = np.array(record.groups, np.int64)
    best = {name: _stack([e.best if e else None for e in r], images) for name, r in ended.items()}
    last = {name: _stack([e.last if e else None for e in r], images) for name, r in ended.items()}
    worse = {name: stop.at_least_worse for name, stop in stops.items()}
    chosen = compare(
        best[record.baseline], {name: best[name] for name in others}, group,
        margin=record.setup.margin, stopped=worse,
    )  # fmt: skip
    ends = compare(last[record.baseline], {name: last[name] for name in others}, group)
    figures = {name: _figures(name, runs) for name, runs in ended.items()}
    reference = figures[record.baseline]
    rows = tuple(
        _row(figures[name], reference, chosen[name], ends[name], stops.get(name), record)
        for name in others
    )
    spared = sum(record.setup.seeds - stop.seeds for stop in stops.values())
    total, done = len(record.turns) - spared, sum(e is not None for r in ended.values() for e in r)
    return Comparison(
        record.name, record.made_at, record.rule, record.baseline, reference, rows, done < total,
        done, total, images, len(set(record.groups)), record.setup.budget, record.setup.margin,
        (*record.notes, *_found(record, ended), *_of_article(record)),
    )  # fmt: skip


def _stack(rows: Sequence[Doubles | None], images: int) -> Doubles:
    missing = np.full(images, np.nan)
    return np.array([missing if row is None else row for row in rows]).reshape(-1, images)


def _figures(name: str, runs: Sequence[ComparisonEnd | None]) -> Figures:
    complete = [run for run in runs if run is not None]
    if not complete:
        return Figures(name, None, None, None, (), 0, None, None, None)
    each = tuple(float(run.best.mean()) for run in complete)
    # The first epoch of a run includes tracing the graph.
    seconds = [e.seconds for run in complete for e in run.history[1:] or run.history]
    return Figures(
        name, fmean(each), stdev(each) if len(each) > 1 else None,
        fmean(float(run.last.mean()) for run in complete), each, len(each), median(seconds),
        fmean(run.seconds_to_best for run in complete),
        fmean(run.chosen.epoch for run in complete),
    )  # fmt: skip


def _row(
    own: Figures,
    base: Figures,
    chosen: Difference,
    ends: Difference,
    stopped: StoppedVariant | None,
    record: StoredComparison,
) -> ComparisonRow:
    interval, at_end = chosen.interval, ends.interval
    factor = None
    if own.seconds_to_best and base.seconds_to_best:
        factor = own.seconds_to_best / base.seconds_to_best
    return ComparisonRow(
        own.policy, known(interval.mean), known(interval.low), known(interval.high),
        known(chosen.p_adjusted), known(chosen.smallest_detectable), chosen.seeds,
        chosen.decision, chosen.practically_equal, own,
        LastEpochFigures(known(at_end.mean), known(at_end.low), known(at_end.high)), factor,
        _text(chosen, stopped, record),
    )  # fmt: skip


def known(value: float | None) -> float | None:
    """Return a figure, or None if it is not finite."""
    return value if value is not None and np.isfinite(value) else None


def _text(difference: Difference, stopped: StoppedVariant | None, record: StoredComparison) -> str:
    """Return the decision with what is needed to understand it."""
    if stopped is not None:
        return (
            f"stopped: at least {stopped.at_least_worse:.3f} worse at epoch {stopped.epoch}"
            f" (selection holdout, {stopped.seeds} seeds)"
        )
    if difference.seeds == 0:
        return "no seed is complete yet"
    if difference.decision is ComparisonOutcome.TOO_FEW_SEEDS:
        return f"too few seeds: {difference.seeds}"
    margin = (
        f"practically equal, within {record.setup.margin:g}" if difference.practically_equal else ""
    )
    if difference.decision is ComparisonOutcome.NOT_DETECTED:
        seen = known(difference.smallest_detectable)
        could = "" if seen is None else f"; {seen:.3f} could have been seen"
        return f"no significant difference{could}{'; ' if margin else ''}{margin}"
    return f"{difference.decision.value}{', yet ' if margin else ''}{margin}"


def _of_article(record: StoredComparison) -> tuple[str, ...]:
    """Return what to know about the article's examples, if one was compared."""
    examples = [one.policy for one in article() if one.policy is not None]
    return ARTICLE_NOTES if any(c.policy in examples for c in record.candidates) else ()


def _found(record: StoredComparison, ended: dict[str, list[ComparisonEnd | None]]) -> list[str]:
    """Return what to know about the results of the runs."""
    sentences = []
    cut = sum(
        len(run.history) >= record.epochs and len(run.history) - run.chosen.epoch
        < record.setup.patience
        for runs in ended.values() for run in runs if run is not None
    )  # fmt: skip
    if record.setup.budget is Budget.PLATEAU and cut:
        sentences.append(
            f"{cut} runs had not reached their plateau after {record.epochs} epochs: allow more."
        )
    return sentences
