"""Clean up: lock, exclude copies, re-split by group if needed, export, report, code."""

from dataclasses import dataclass
from pathlib import Path

from inspector.dataset.user_files import check_outside, user_file
from inspector.errors import ExportError
from inspector.project.diagnosis.reports import Reports
from inspector.project.export.exports import Exported, Exports
from inspector.project.review.decisions import Decisions, RulePlan
from inspector.project.splits.snippets import snippet
from inspector.project.splits.source import SplitSource
from inspector.project.splits.split_rules import SPLIT_RULE, Membership, Rule, RuleKind
from inspector.project.splits.splits import Splits
from inspector.store.records import GROUPING, SAMPLE_REVISION, SIMILARITY
from inspector.work.export_plan import ExportPlan
from inspector.work.jobs import Progress, Stop

RULE = "test>validation>training"
LITTLE = 0.5
"""A new split that leaves less than this share of training deserves a warning."""


@dataclass(frozen=True, slots=True)
class CleanUpPlan:
    """What a fix would do, before anything is done.

    Attributes:
        rule: Which copies go, and what stays of each.
        split_rule: The rule of today.
        resplit: The proposed split; None where no group is in two splits.
        moves: What moves against today's folders.
        locks: Where the split of today is locked first; None where there is none to lock.
        beside: The other files that are written, beside the target.
        basis: What the plan depends on: decisions, files, threshold, split rule and groups.
        warning: Where the new split leaves little to train on, why; else "".
    """

    target: Path
    rule: RulePlan
    split_rule: Rule
    unreadable: int
    resplit: Membership | None
    moves: int
    locks: Path | None
    beside: tuple[Path, ...]
    basis: tuple[object, ...]
    warning: str = ""

    @property
    def drops(self) -> tuple[tuple[str, str], ...]:
        """The copies that go, as (path, the path of what stays)."""
        return tuple((sample.path, keeper.path) for sample, keeper in self.rule.drops)


@dataclass(frozen=True, slots=True)
class CleanUpResult:
    """What a fix left behind."""

    plan: CleanUpPlan
    exported: Exported
    lock: str
    report: str
    code: str


class CleanUps:
    """Plan and do a fix."""

    def __init__(
        self,
        source: SplitSource,
        decisions: Decisions,
        splits: Splits,
        reports: Reports,
        exports: Exports,
    ) -> None:
        self._context = source.context
        self._samples = source.samples
        self._groups = source.groups
        self._decisions = decisions
        self._splits = splits
        self._reports = reports
        self._exports = exports

    def plan(self, target: Path) -> CleanUpPlan:
        """Plan a fix; nothing is changed.

        Raises:
            ExportError: The target, or a file beside it, exists already.
        """
        basis = self._basis()
        rule = self._decisions.plan_rule(RULE, everything=True, same_picture=True)
        current = self._splits.rule
        lockable = self._splits.can(current)
        beside = (_beside(target, ".report.html"), _beside(target, ".load.py"))
        lock = _beside(target, ".lock.csv") if lockable else None
        for file in (*beside, *((lock,) if lock else ())):
            check_outside(file, self._context.root, what="export")
            if file.exists():
                raise ExportError(f"{file} exists already", "Name another target.")
        resplit = self._resplit(current, lockable, {s.id for s, _ in rule.drops})
        moves = len(self._splits.moves(resplit)) if resplit else 0
        unreadable = self._samples.counts().unreadable
        warning = ""
        if resplit is not None and lockable:
            warning = _warning(self._splits.membership(current), resplit)
        return CleanUpPlan(
            target, rule, current, unreadable, resplit, moves, lock, beside, basis, warning
        )  # fmt: skip

    def run(
        self, plan: CleanUpPlan, *, stop: Stop | None = None, progress: Progress | None = None
    ) -> CleanUpResult:
        """Do what the plan says and nothing else; the drops are one decision that can be undone.

        Raises:
            ExportError: The project changed since it was planned, and nothing is done; or the
                export can't be made, and what was decided stays.
        """
        if self._basis() != plan.basis:
            raise ExportError(
                "the project changed since the clean-up was planned", "Look at a new plan first."
            )
        self._export_plan(plan)
        if plan.locks is not None:
            self._splits.freeze(plan.split_rule, plan.locks)
        self._decisions.apply_plan(plan.rule)
        exporting = self._export_plan(plan)
        exported = self._exports.run(exporting, stop=stop, progress=progress)
        report, code = plan.beside
        self._reports.write(report)
        manifest = Path(exported.manifest)
        with user_file(code, self._context.root, what="code") as stream:
            stream.write(snippet(manifest, Path(exporting.target)))
        return CleanUpResult(plan, exported, str(plan.locks or ""), str(report), str(code))

    def _basis(self) -> tuple[object, ...]:
        store = self._context.store
        return (
            store.decisions.newest(), store.records.get(SAMPLE_REVISION),
            store.records.get(SIMILARITY), store.records.get(SPLIT_RULE),
            store.records.get(GROUPING),
        )  # fmt: skip

    def _export_plan(self, plan: CleanUpPlan) -> ExportPlan:
        sides = plan.resplit.sides() if plan.resplit else None
        return self._exports.plan(plan.target, sides=sides)

    def _resplit(self, current: Rule, lockable: bool, dropped: set[int]) -> Membership | None:
        """Propose a split where, without the excluded copies, a group is in two splits."""
        if lockable and current.kind is RuleKind.FOLDERS:
            rows = [s for s in self._groups.images() if s.mark != "drop" and s.id not in dropped]
            numbers = self._groups.numbers(rows, with_duplicates=True).tolist()
            sides: dict[int, set[str]] = {}
            for sample, number in zip(rows, numbers, strict=True):
                sides.setdefault(number, set()).add(sample.split)
            if all(len(splits) < 2 for splits in sides.values()):
                return None
        share = current.call.validation_split or None
        return self._splits.membership(
            Rule(RuleKind.GROUPS, share=share, fewest_moves=current.kind is RuleKind.FOLDERS)
        )


def _warning(today: Membership, then: Membership) -> str:
    before, after = len({*today.training}), len(then.training)
    if after >= LITTLE * before:
        return ""
    return (
        f"Only {after:,} of {before:,} training images would be left to train on: the others share"
        " a group with images of another split. Look at Groups first: a chain of near-duplicates"
        " may join what are several groups."
    )


def _beside(target: Path, ending: str) -> Path:
    return target.absolute().with_name(target.name + ending)
