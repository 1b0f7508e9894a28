"""Clean up: exclude copies across splits and unreadable files, exactly as planned.

Folders, names and splits stay as they are; moving images is a separate choice.
"""

import time
from dataclasses import dataclass, replace
from pathlib import Path

from inspector.dataset.listing import FAILED
from inspector.dataset.user_files import check_outside, user_file
from inspector.errors import ExportError
from inspector.project.diagnosis.reports import Reports
from inspector.project.export.clean_up_plan import (
    CleanUpChoice,
    CleanUpPlan,
    count_balance,
    locks_first,
    notes_of,
    obstacles_of,
    of_test,
    unticked_pairs,
)
from inspector.project.export.exports import Exported, Exports
from inspector.project.review.copies import KeptSplit, find_copies, leaked
from inspector.project.review.decisions import Decisions
from inspector.project.review.near_precision import NearJudgements
from inspector.project.splits.grouped_split import by_groups
from inspector.project.splits.snippets import snippet
from inspector.project.splits.source import SplitSource
from inspector.project.splits.split_rules import SPLIT_RULE, Membership, Rule, RuleKind
from inspector.project.splits.splits import Splits
from inspector.store.records import (
    CLEAN_UP,
    GROUPING,
    PAIR_JUDGEMENTS,
    SAMPLE_REVISION,
    SIMILARITY,
    CleanUpRecord,
    SplitChange,
)
from inspector.work.export_plan import ExportPlan, check_place
from inspector.work.jobs import Progress, Stop


@dataclass(frozen=True, slots=True)
class CleanUpResult:
    """Result of a clean-up; `exported` is None where nothing was exported."""

    plan: CleanUpPlan
    exported: Exported | None = None
    lock: str = ""
    report: str = ""
    code: str = ""


class CleanUps:
    """Plans and performs clean-ups."""

    def __init__(
        self,
        source: SplitSource,
        decisions: Decisions,
        splits: Splits,
        reports: Reports,
        exports: Exports,
    ) -> None:
        self._context = source.context
        self._source = source
        self._decisions = decisions
        self._splits = splits
        self._reports = reports
        self._exports = exports
        self.near = NearJudgements(source.context, source.samples, source.duplicates)

    def plan(
        self, target: Path | None = None, *, choice: CleanUpChoice | None = None
    ) -> CleanUpPlan:
        """Plan a clean-up; nothing is changed.

        Raises:
            DatasetError: There is a target, and the images are not on this machine.
            ExportError: The target, or a file beside it, exists already.
        """
        choice = choice or CleanUpChoice()
        if choice.resplit:
            # Test images stay, so there must be no copy of them elsewhere.
            choice = replace(choice, copies=replace(choice.copies, keep=KeptSplit.EVALUATION))
        basis, current = self._basis(), self._splits.rule
        membership = self._splits.membership_or_none(current)
        lock_file: Path | None = None
        beside: tuple[Path, ...] = ()
        if target is not None:
            self._context.check_images_here()
            check_place(self._context.root, target.absolute())
            beside = (_beside(target, ".report.html"), _beside(target, ".load.py"))
            lock_file = _beside(target, ".lock.csv") if membership else None
            self._check_files((*beside, *((lock_file,) if lock_file else ())))
        index = self._source.duplicates.index()
        split_of, both = self._splits.split_of(current), _both(membership)
        certainty = self.near.certainty()
        copies = find_copies(index, split_of, choice.copies, certainty=certainty)
        if choice.resplit:
            copies = of_test(copies)
        gone = {pair.excluded.id for pair in copies.ticked}
        failed = tuple(
            s for s in self._source.samples.everything()
            if s.status in FAILED and s.mark != "drop" and choice.unreadable
        )  # fmt: skip
        resplit = self._new_split(choice, gone) if choice.resplit else None
        after = split_of if resplit is None else self._splits.sides_by_id(resplit)
        balance = count_balance(index, split_of, after, gone)
        lock = membership is not None and (lock_file is not None or locks_first(choice, current))
        return CleanUpPlan(
            choice, target, copies, unticked_pairs(copies), current, failed, balance,
            (len(leaked(index, split_of)), len(leaked(index, after, gone))), both, resplit,
            tuple(self._splits.moves(resplit)) if resplit else (), lock, lock_file, beside,
            obstacles_of(balance, copies, resplit),
            notes_of(copies, split_of, both, lock=lock, rule=current), self.near.measured(), basis,
        )  # fmt: skip

    def run(
        self, plan: CleanUpPlan, *, stop: Stop | None = None, progress: Progress | None = None
    ) -> CleanUpResult:
        """Do exactly what the plan says; the exclusions are one decision, which undo reverts.

        Raises:
            ExportError: The project changed since the plan or there is an obstacle, and nothing was
                done; or the export failed, and the decisions stay.
        """
        if plan.obstacles:
            raise ExportError(plan.obstacles[0], "Nothing was done. Change what is excluded.")
        if self._basis() != plan.basis:
            raise ExportError(
                "the project changed since the clean-up was planned", "Look at a new plan first."
            )
        if plan.target is not None:
            self._export_plan(plan, plan.target)
        if plan.lock_file is not None:
            self._splits.freeze(plan.split_rule, plan.lock_file)
        elif plan.lock:
            self._splits.lock(plan.split_rule)
        reviewed = sum(c.reviewed for c in self._source.duplicates.clusters())
        decided = self._decisions.clean_up(
            [(p.excluded, p.keeper) for p in plan.excluded],
            [(p.excluded, p.keeper) for p in plan.unticked],
            plan.unreadable,
        )
        self._remember(plan, decided.operation, reviewed)
        if plan.resplit is not None:
            self._splits.set_rule(plan.resplit.rule)
        if plan.target is None:
            return CleanUpResult(plan)
        exporting = self._export_plan(plan, plan.target)
        exported = self._exports.run(exporting, stop=stop, progress=progress)
        report, code = plan.beside
        self._reports.write(report)
        with user_file(code, self._context.root, what="code") as stream:
            stream.write(snippet(Path(exported.manifest), Path(exporting.target)))
        return CleanUpResult(plan, exported, str(plan.lock_file or ""), str(report), str(code))

    def last(self) -> CleanUpRecord | None:
        """Return the last clean-up; None without one, or if it was undone."""
        record = self._context.store.records.get(CLEAN_UP)
        if record is None or not self._decisions.is_active(record.operation):
            return None
        return record

    def last_text(self) -> str:
        """Return what the last clean-up changed, each figure before and after, or ""."""
        record = self.last()
        if record is None:
            return ""
        parts = [
            f"evaluation images with a near-duplicate in training {record.leaked_before:,} →"
            f" {record.leaked_after:,}"
        ]
        parts += [
            f"{one.split} {one.before:,} → {one.after:,} images"
            for one in record.splits
            if one.before != one.after
        ]
        images = "1 image was" if record.excluded == 1 else f"{record.excluded:,} images were"
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(record.at))
        return f"Clean-up of {when}: {images} excluded; {'; '.join(parts)}."

    def _remember(self, plan: CleanUpPlan, operation: int, reviewed: int) -> None:
        splits = tuple(SplitChange(name, *plan.images(name)) for name in plan.splits)
        record = CleanUpRecord(
            operation, time.time(), len(plan.excluded), len(plan.unreadable), *plan.leaked,
            reviewed, splits,
        )  # fmt: skip
        self._context.store.records.put(CLEAN_UP, record, urgent=True)

    def _basis(self) -> tuple[object, ...]:
        store = self._context.store
        return (
            store.decisions.newest(), store.records.get(SAMPLE_REVISION),
            store.records.get(SIMILARITY), store.records.get(SPLIT_RULE),
            store.records.get(GROUPING), store.records.get(PAIR_JUDGEMENTS),
        )  # fmt: skip

    def _check_files(self, files: tuple[Path, ...]) -> None:
        for file in files:
            check_outside(file, self._context.root, what="export")
            if file.exists():
                raise ExportError(f"{file} exists already", "Name another target.")

    def _new_split(self, choice: CleanUpChoice, gone: set[int]) -> Membership:
        folders = self._splits.rule.kind is RuleKind.FOLDERS
        share = choice.share or self._splits.rule.call.validation_split or None
        rule = Rule(RuleKind.GROUPS, share=share, seed=choice.seed, fewest_moves=folders)
        return by_groups(self._source, rule, without=gone)

    def _export_plan(self, plan: CleanUpPlan, target: Path) -> ExportPlan:
        if plan.resplit is not None:
            return self._exports.plan(target, sides=plan.resplit.sides())
        if plan.split_rule.kind is RuleKind.FOLDERS or not self._splits.can(plan.split_rule):
            return self._exports.plan(target)
        return self._exports.plan(target, listed=self._splits.membership(plan.split_rule).sides())


def _both(membership: Membership | None) -> int:
    """Count the files that a rule puts into training and into validation."""
    return len({*membership.training} & {*membership.validation}) if membership is not None else 0


def _beside(target: Path, ending: str) -> Path:
    return target.absolute().with_name(target.name + ending)
