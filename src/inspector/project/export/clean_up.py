"""Clean up: exclude copies across splits and unreadable files, planned first, then done as planned.

Folders, names and splits stay as the user has them. Moving images is a choice of its own.
"""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from inspector.dataset.listing import FAILED
from inspector.dataset.user_files import check_outside, user_file
from inspector.errors import ExportError
from inspector.project.diagnosis.reports import Reports
from inspector.project.export.exports import Exported, Exports
from inspector.project.review.copies import (
    CopyChoice,
    CopyPair,
    CopyPairs,
    KeptSplit,
    find_copies,
    leaked,
)
from inspector.project.review.decisions import Decisions
from inspector.project.review.duplicates import DuplicateIndex, PairKind
from inspector.project.review.gallery_query import split_place
from inspector.project.review.near_precision import NearJudgements, NearPrecision
from inspector.project.splits.snippets import snippet
from inspector.project.splits.source import SplitSource
from inspector.project.splits.split_rules import SPLIT_RULE, Membership, Rule, RuleKind, by_groups
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
from inspector.store.samples import Sample
from inspector.work.export_plan import ExportPlan
from inspector.work.jobs import Progress, Stop

Balance = dict[tuple[str, str], tuple[int, int]]
_SEEDED = (RuleKind.KERAS, RuleKind.CODE, RuleKind.REPLAY)
_TEST = ("test", "test folder")


@dataclass(frozen=True, slots=True)
class CleanUpChoice:
    """What a person chose of a clean-up.

    Attributes:
        resplit: Move images, so that near-duplicates and groups stay in one split.
        share: Of validation in a new split; None for today's.
        lock: Lock the split first; None to do so where a call draws it.
        unreadable: Exclude the files that can't be read.
    """

    copies: CopyChoice = field(default_factory=CopyChoice)
    resplit: bool = False
    share: float | None = None
    seed: int = 0
    lock: bool | None = None
    unreadable: bool = True


@dataclass(frozen=True, slots=True)
class CleanUpPlan:
    """What a clean-up would do, before anything is done.

    Attributes:
        target: Where an export goes afterwards; None for no export.
        copies: Every pair that can be ticked, the least similar first, and those kept by hand.
        unticked: Pairs that go by themselves and that the person unticked: no duplicates.
        split_rule: The rule of today.
        unreadable: Files that can't be read and go.
        balance: Images by (split, class) before and after.
        leaked: Evaluation images with a near-duplicate in training, before and after.
        both: Files that the split rule puts in training and in validation.
        resplit: The new split; None where the split stays.
        moves: What moves, as path, from and to.
        lock: Whether the split of today is locked first, and in `lock_file` where there is one.
        beside: The report and the code, beside the target.
        obstacles: What stands in the way, in words; nothing is done while there is one.
        notes: What else to know.
        precision: What is known of near pairs.
        basis: What the plan depends on: decisions, files, threshold, split rule and groups.
    """

    choice: CleanUpChoice
    target: Path | None
    copies: CopyPairs
    unticked: tuple[CopyPair, ...]
    split_rule: Rule
    unreadable: tuple[Sample, ...]
    balance: Balance
    leaked: tuple[int, int]
    both: int
    resplit: Membership | None
    moves: tuple[dict[str, str], ...]
    lock: bool
    lock_file: Path | None
    beside: tuple[Path, ...]
    obstacles: tuple[str, ...]
    notes: tuple[str, ...]
    precision: NearPrecision
    basis: tuple[object, ...]

    @property
    def excluded(self) -> tuple[CopyPair, ...]:
        """The pairs whose copy goes."""
        return self.copies.ticked

    @property
    def drops(self) -> tuple[tuple[str, str], ...]:
        """The copies that go, as (path, the path of what stays), in order of paths."""
        return tuple(sorted((p.excluded.path, p.keeper.path) for p in self.excluded))

    def images(self, split: str) -> tuple[int, int]:
        """Count the images of a split before and after."""
        rows = [counts for (name, _), counts in self.balance.items() if name == split]
        return sum(before for before, _ in rows), sum(after for _, after in rows)

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits of the balance, training first."""
        return tuple(dict.fromkeys(split for split, _ in self.balance))


@dataclass(frozen=True, slots=True)
class CleanUpResult:
    """What a clean-up left behind; `exported` is None where nothing was exported."""

    plan: CleanUpPlan
    exported: Exported | None = None
    lock: str = ""
    report: str = ""
    code: str = ""


class CleanUps:
    """Plan and do a clean-up."""

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
            ExportError: The target, or a file beside it, exists already.
        """
        choice = choice or CleanUpChoice()
        if choice.resplit:
            # What is in the test set stays there, so nothing may be a copy of it elsewhere.
            choice = replace(choice, copies=replace(choice.copies, keep=KeptSplit.EVALUATION))
        basis, current = self._basis(), self._splits.rule
        membership = self._splits.membership_or_none(current)
        lock_file: Path | None = None
        beside: tuple[Path, ...] = ()
        if target is not None:
            beside = (_beside(target, ".report.html"), _beside(target, ".load.py"))
            lock_file = _beside(target, ".lock.csv") if membership else None
            self._check_files((*beside, *((lock_file,) if lock_file else ())))
        index = self._source.duplicates.index()
        split_of, both = self._splits.split_of(current), _both(membership)
        certainty = self.near.certainty()
        copies = find_copies(index, split_of, choice.copies, certainty=certainty)
        if choice.resplit:
            copies = _of_test(copies)
        gone = {pair.excluded.id for pair in copies.ticked}
        failed = tuple(
            s for s in self._source.samples.everything()
            if s.status in FAILED and s.mark != "drop" and choice.unreadable
        )  # fmt: skip
        resplit = self._new_split(choice, gone) if choice.resplit else None
        after = split_of if resplit is None else self._splits.sides_by_id(resplit)
        balance = _balance(index, split_of, after, gone)
        lock = membership is not None and (lock_file is not None or _locks(choice, current))
        return CleanUpPlan(
            choice, target, copies, _unticked(copies), current, failed, balance,
            (len(leaked(index, split_of)), len(leaked(index, after, gone))), both, resplit,
            tuple(self._splits.moves(resplit)) if resplit else (), lock, lock_file, beside,
            (*_emptied(balance, copies), *_growth(balance, resplit)),
            _notes(copies, split_of, both, lock=lock, rule=current), self.near.measured(), basis,
        )  # fmt: skip

    def run(
        self, plan: CleanUpPlan, *, stop: Stop | None = None, progress: Progress | None = None
    ) -> CleanUpResult:
        """Do what the plan says and nothing else; the exclusions are one decision, undone by undo.

        Raises:
            ExportError: The project changed since it was planned, or something stands in the way,
                and nothing is done; or the export can't be made, and what was decided stays.
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
        """Return what the last clean-up did; None without one, or where it was undone."""
        record = self._context.store.records.get(CLEAN_UP)
        if record is None or not self._decisions.is_active(record.operation):
            return None
        return record

    def last_text(self) -> str:
        """Say what the last clean-up changed, each figure beside what it was; "" without one."""
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
    """Count the files that a rule puts in training and in validation."""
    return len({*membership.training} & {*membership.validation}) if membership is not None else 0


def _locks(choice: CleanUpChoice, rule: Rule) -> bool:
    return rule.kind in _SEEDED if choice.lock is None else choice.lock


def _of_test(copies: CopyPairs) -> CopyPairs:
    """Leave copies within training and validation alone: a split by group keeps them together."""
    return CopyPairs(tuple(p for p in copies.pairs if p.splits[0] in _TEST), copies.by_hand)


def _unticked(copies: CopyPairs) -> tuple[CopyPair, ...]:
    return tuple(pair for pair in copies.pairs if pair.certain and not pair.ticked)


def _balance(
    index: DuplicateIndex, before: Mapping[int, str], after: Mapping[int, str], gone: set[int]
) -> Balance:
    """Count the images by (split, class) before and after, training first."""
    standing = [s for s in index.samples.values() if s.mark != "drop"]
    one = Counter((before[s.id], s.new_label or s.label) for s in standing if s.id in before)
    two = Counter(
        (after[s.id], s.new_label or s.label)
        for s in standing
        if s.id in after and s.id not in gone
    )
    keys = sorted(one | two, key=lambda key: (split_place(key[0]), key))
    return {key: (one[key], two[key]) for key in keys}


def _emptied(balance: Balance, copies: CopyPairs) -> list[str]:
    """Say which split, and which class of a split, would hold no image any more."""
    facts: list[str] = []
    for split in dict.fromkeys(split for split, _ in balance):
        rows = {label: counts for (name, label), counts in balance.items() if name == split}
        emptied = [label for label, (before, after) in rows.items() if before and not after]
        if emptied and len(emptied) == sum(before > 0 for before, _ in rows.values()):
            total = sum(before for before, _ in rows.values())
            facts.append(f"no image would be left in {split}: {_why(copies, split, None, total)}")
            continue
        for label in emptied:
            why = _why(copies, split, label, rows[label][0])
            facts.append(f"no image of {label} would be left in {split}: {why}")
    return facts


def _why(copies: CopyPairs, split: str, label: str | None, count: int) -> str:
    going = [
        p for p in copies.ticked
        if p.splits[1] == split and label in (None, p.excluded.new_label or p.excluded.label)
    ]  # fmt: skip
    if not going:
        return "groups and near-duplicates tie its images to other splits"
    whose = " and ".join(sorted({p.splits[0] for p in going}))
    share = "all" if len(going) == count else f"{len(going):,} of"
    return f"{share} {count:,} are copies of {whose} images"


def _growth(balance: Balance, resplit: Membership | None) -> list[str]:
    """Say how a new split would change the test set, or leave a side without images."""
    if resplit is None:
        return []
    facts = []
    tested = [counts for (split, _), counts in balance.items() if split in _TEST]
    before, after = sum(b for b, _ in tested), sum(a for _, a in tested)
    if after > before:
        others = "1 image shares" if after - before == 1 else f"{after - before:,} images share"
        facts.append(
            f"the test set would grow from {before:,} to {after:,} images: {others} a group with a"
            " test image, or look like one and are not excluded"
        )
    for name, side in (("training", resplit.training), ("validation", resplit.validation)):
        if not side and not any(split == name and b for (split, _), (b, _) in balance.items()):
            facts.append(
                f"no split by group is possible: {name} would hold no image, as groups and"
                " near-duplicates tie all images of a class together"
            )
    return facts


def _notes(
    copies: CopyPairs, split_of: Mapping[int, str], both: int, *, lock: bool, rule: Rule
) -> tuple[str, ...]:
    notes = []
    if len({*split_of.values()}) < 2:
        notes.append(
            "This dataset has no splits, so nothing is a copy across splits. Say how your code"
            " splits, or make a new split by group."
        )
    if both:
        files = "1 file is" if both == 1 else f"{both:,} files are"
        notes.append(
            f"{files} in training and in validation by your code: only a change to the code can"
            " fix that."
        )
    left = [p for p in copies.pairs if not p.ticked]
    unsure = Counter(p.kind for p in left if not p.two_labels and not p.certain)
    if near := unsure[PairKind.NEAR]:
        stay = "near pair stays" if near == 1 else "near pairs stay"
        notes.append(f"{near:,} {stay}: not certain enough to be excluded without being asked for.")
    if turned := unsure[PairKind.TRANSFORMED]:
        stay = "flipped or rotated pair stays" if turned == 1 else "flipped or rotated pairs stay"
        notes.append(f"{turned:,} {stay}: they are excluded only where you ask for it.")
    if two := sum(p.two_labels for p in left):
        pairs = "1 pair has" if two == 1 else f"{two:,} pairs have"
        notes.append(f"{pairs} two labels and stay: only you can tell which label is right.")
    if copies.by_hand:
        notes.append(f"{len(copies.by_hand):,} copies stay because you decided to keep them.")
    if copies.ticked and not lock and rule.kind in _SEEDED:
        notes.append(
            "The split is not locked: without the copies the same seed selects other validation"
            " images."
        )
    return tuple(notes)


def _beside(target: Path, ending: str) -> Path:
    return target.absolute().with_name(target.name + ending)
