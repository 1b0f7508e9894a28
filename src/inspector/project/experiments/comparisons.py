"""Comparisons: trainings that differ in one thing only, judged once on the same locked images."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from inspector.audit.comparisons import Futility
from inspector.errors import TrainingError, UsageError
from inspector.project.context import ProjectContext
from inspector.project.experiments import comparison_results
from inspector.project.experiments.comparison_plans import (
    AFTER,
    BEFORE,
    ComparisonPlan,
    apart,
    cut_to,
    dense,
    setup_notes,
    spec_of,
    with_dropped,
    without,
)
from inspector.project.experiments.comparison_records import (
    FILE,
    ComparisonRun,
    ComparisonSetup,
    StoredComparison,
    is_complete,
    read_kept,
    write_kept,
)
from inspector.project.experiments.comparison_results import Comparison, stopped_at
from inspector.project.experiments.variants import Variant, check_candidates
from inspector.project.review.decisions import Decisions
from inspector.project.review.groups import Groups
from inspector.project.splits.split_rules import Rule, RuleKind
from inspector.project.training.run import RunConfig
from inspector.project.training.runs import Runs
from inspector.project.training.time_estimate import estimate_seconds
from inspector.store.samples import Sample
from inspector.training_protocol.messages import Event, RunFailed
from inspector.training_protocol.run_spec import RunSpec, check_spec
from inspector.work.jobs import Stop

COPIES_RULE = "test>validation>training"


class Comparisons:
    """Plans, trains and resumes comparisons, and returns their results."""

    def __init__(
        self,
        context: ProjectContext,
        decisions: Decisions,
        groups: Groups,
        runs: Runs,
    ) -> None:
        self._context = context
        self._decisions = decisions
        self._groups = groups
        self._runs = runs

    def all(self) -> list[StoredComparison]:
        """Return the stored comparisons, newest first."""
        folder = self._runs.folder
        if not folder.is_dir():
            return []
        records = [read_kept(file.parent) for file in folder.glob(f"*/{FILE}")]
        return sorted(records, key=lambda record: record.made_at, reverse=True)

    def plan(
        self,
        rule: Rule,
        candidates: Sequence[Variant],
        config: RunConfig | None = None,
        *,
        setup: ComparisonSetup | None = None,
        baseline: str | None = None,
    ) -> ComparisonPlan:
        """Return the runs of a comparison; nothing is stored.

        Args:
            rule: The split; validation images whose group is in training are left out.
            candidates: The variants.
            config: Model, epochs and image size for all; its policy and seed are ignored.
            setup: What else is equal.
            baseline: Name of a variant; None for the first.

        Raises:
            DatasetError: The rule can't be applied, or leaves nothing to evaluate on.
            TrainingError: A run can't be trained.
            UsageError: The variants or the numbers can't be compared.
        """
        config, setup = config or RunConfig(), setup or ComparisonSetup()
        baseline = candidates[0].name if baseline is None and candidates else baseline or ""
        check_candidates(candidates, baseline)
        ordered = sorted(candidates, key=lambda one: one.name != baseline)
        groups = self._group_of()
        base, left_out = self._base(rule, config, groups)
        bases = {"": base}
        for name in {one.model for one in ordered} - {""}:
            bases[name] = self._base(rule, replace(config, model=name), groups)[0]
        specs = [spec_of(one, bases[one.model], setup, groups) for one in ordered]
        turns = [
            (one.name, replace(spec, seed=setup.first_seed + s))
            for s in range(setup.seeds)
            for one, spec in zip(ordered, specs, strict=True)
        ]
        return self._planned(ordered, turns, base, setup, groups, self._notes(rule, left_out))

    def plan_cleaning(
        self, rule: Rule, config: RunConfig | None = None, *, setup: ComparisonSetup | None = None
    ) -> ComparisonPlan:
        """Return runs before and after cleaning, at equal size and on the same images.

        Before: with the excluded images, and as many of each class left out at random, sampled per
        seed. After: without them. Undecided copies are taken from the rule that `fix` would apply.
        Selection and validation hold none of the excluded images.

        Raises:
            DatasetError: The rule can't be applied, or leaves nothing to evaluate on.
            UsageError: Nothing is excluded from training.
        """
        config, setup = config or RunConfig(), setup or ComparisonSetup()
        groups = self._group_of()
        base, left_out = self._base(rule, config, groups)
        gone = self._dropped()
        base = replace(
            base, selection=without(base.selection, gone), validation=without(base.validation, gone)
        )
        pool = with_dropped(base, gone, groups)
        after = replace(base, training=without(base.training, gone))
        if len(pool) == len(after.training):
            raise UsageError(
                "no training image is excluded", "Decide first, or compare something else."
            )
        ordered = [Variant(BEFORE), Variant(AFTER)]
        turns = []
        for seed in range(setup.first_seed, setup.first_seed + setup.seeds):
            control = replace(base, training=cut_to(pool, after.training, seed))
            for one, spec in zip(ordered, (control, after), strict=True):
                turns.append((one.name, replace(spec_of(one, spec, setup, groups), seed=seed)))
        notes = (
            f"{len(pool) - len(after.training):,} images of training are excluded; before has as"
            " many of each class left out at random, so that both learn from"
            f" {len(after.training):,}.",
            *self._notes(rule, left_out),
        )
        return self._planned(ordered, turns, after, setup, groups, notes)

    def store(self, plan: ComparisonPlan) -> str:
        """Store a comparison and all of its runs before the start; return its name.

        Raises:
            TrainingError: It can't be written.
        """
        runs = self._runs
        turns = tuple(
            ComparisonRun(candidate, spec.seed, runs.store(spec)) for candidate, spec in plan.specs
        )
        stamp = time.strftime("compare-%Y%m%d-%H%M%S")
        number = 1
        while (runs.folder / f"{stamp}-{number}").exists():
            number += 1
        name = f"{stamp}-{number}"
        record = replace(plan.record, name=name, made_at=time.time(), turns=turns)
        write_kept(runs.folder / name, record)
        return name

    def start(
        self, plan: ComparisonPlan, hear: Callable[[Event], None], stop: Stop | None = None
    ) -> str:
        """Store a comparison and train it; return its name.

        Raises:
            TrainingError: As `train`.
        """
        name = self.store(plan)
        self.train(name, hear, stop)
        return name

    def train(self, name: str, hear: Callable[[Event], None], stop: Stop | None = None) -> None:
        """Train the missing runs of a comparison in one child, seed by seed.

        Raises:
            TrainingError: TensorFlow is missing, the child died, or a run failed; complete runs
                stay, and those of other variants were trained all the same.
            UsageError: There is no such comparison.
        """
        record = self.kept(name)
        stop = stop or Stop()
        candidate_of = {turn.run: turn.candidate for turn in record.turns}
        failures: dict[str, RunFailed] = {}

        def listen(answer: Event) -> None:
            if isinstance(answer, RunFailed):
                failures.setdefault(candidate_of.get(answer.run, ""), answer)
            hear(answer)

        turns = self._turns(record, stop, failures)
        first = next(turns, None)
        if first is not None:
            self._runs.train(_chain(first, turns), listen, stop=stop)
        if failures:
            candidate, failed = next(iter(failures.items()))
            raise TrainingError(f"{candidate or 'a run'}: {failed.reason}", failed.advice)

    def kept(self, name: str) -> StoredComparison:
        """Return a stored comparison.

        Raises:
            UsageError: There is none of that name.
            TrainingError: It can't be read.
        """
        folder = self._runs.folder / name
        if not name or not (folder / FILE).exists():
            raise UsageError(f"there is no comparison {name}", "See those that are kept.")
        return read_kept(folder)

    def result(self, name: str) -> Comparison:
        """Return the current results of a comparison, from the predictions of its runs.

        Raises:
            UsageError: There is none of that name.
            TrainingError: One of its files is damaged.
        """
        record = self.kept(name)
        return comparison_results.result(record, self._runs.folder)

    def _turns(
        self, record: StoredComparison, stop: Stop, failures: dict[str, RunFailed]
    ) -> Iterator[str]:
        """Yield the missing runs; checked each time, since a policy may be stopped on the way."""
        folder = self._runs.folder
        for turn in record.turns:
            if stop.is_set() or record.baseline in failures:
                return
            if turn.candidate in failures or is_complete(folder / turn.run):
                continue
            if turn.candidate != record.baseline and stopped_at(record, folder, turn.candidate):
                continue
            yield turn.run

    def _base(self, rule: Rule, config: RunConfig, groups: dict[str, int]) -> tuple[RunSpec, int]:
        """Return the run that all others derive from, and the number of images it leaves out."""
        return apart(self._runs.plan(rule, replace(config, policy=None)), groups)

    def _planned(
        self,
        ordered: Sequence[Variant],
        turns: Sequence[tuple[str, RunSpec]],
        base: RunSpec,
        setup: ComparisonSetup,
        groups: dict[str, int],
        notes: Sequence[str],
    ) -> ComparisonPlan:
        if setup.seeds < 1 or setup.margin < 0:
            raise UsageError(
                "the number of seeds must be 1 or more, and the margin 0 or more",
                "5 seeds give a verdict.",
            )
        for _, spec in turns[: len(ordered)]:
            check_spec(spec)
        looks = max(1, (len(ordered) - 1) * max(1, setup.seeds - Futility().seeds))
        record = StoredComparison(
            "", 0.0, base.split, ordered[0].name, tuple(ordered), setup, Futility(looks=looks), (),
            dense([groups[p] for p in base.validation.paths]),
            len({groups[p] for p in base.selection.paths}), base.epochs,
            estimate_seconds(self._runs.all(), [spec for _, spec in turns]),
            (*setup_notes(setup, base, groups), *notes),
        )  # fmt: skip
        return ComparisonPlan(record, tuple(turns))

    def _notes(self, rule: Rule, left_out: int) -> list[str]:
        """Return what to know about the split."""
        notes = []
        if left_out:
            notes.append(
                f"{left_out:,} validation images are left out, as their image or event is in"
                " training; a split by group leaves none out."
            )
        folders = self._context.layout.splits.values()
        if rule.kind is RuleKind.FOLDERS and "validation" not in folders:
            notes.append("This uses the test folder, so it is no longer an untouched test set.")
        return notes

    def _dropped(self) -> dict[str, Sample]:
        """Return the excluded images, else the copies that keeping one of each would exclude."""
        images = self._groups.images()
        rows = list(images.where(images.text("mark").equals("drop")))
        if not rows:
            planned = self._decisions.plan_rule(COPIES_RULE, everything=True, same_picture=True)
            rows = [s for s, _ in planned.drops]
        return {s.path: s for s in rows}

    def _group_of(self) -> dict[str, int]:
        """Return the enabled group of every image, near-duplicates joined."""
        rows = self._groups.images()
        numbers = self._groups.numbers(rows, with_duplicates=True).tolist()
        return dict(zip(rows.paths, numbers, strict=True))


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest
