"""Splits: the current rule, its leakage, and the split lock."""

import hashlib
import os
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from inspector.audit.pitfalls import Pitfall
from inspector.dataset.csv_table import write_rows
from inspector.dataset.groups import Proposal
from inspector.dataset.layouts import Role
from inspector.dataset.names import TRAINING, VALIDATION, RelativePath, Split
from inspector.dataset.user_files import check_outside, user_file
from inspector.errors import DatasetError, ExportError, UsageError
from inspector.input_files import open_regular
from inspector.project.catalog.scans import Scans
from inspector.project.changes import Changes
from inspector.project.review.group_names import group_names
from inspector.project.splits import seed_variability
from inspector.project.splits.code_consequences import code_pitfalls
from inspector.project.splits.code_split import reading_of
from inspector.project.splits.folder_split import folds_among
from inspector.project.splits.group_effects import GroupEffect, group_effect
from inspector.project.splits.keras_split import call_sides
from inspector.project.splits.leakage import Leakage
from inspector.project.splits.leakage_analysis import LeakageAnalysis
from inspector.project.splits.membership import membership
from inspector.project.splits.source import SplitSource
from inspector.project.splits.split_rules import SPLIT_RULE, Membership, Rule, RuleKind, moves
from inspector.splits.keras_replay import Loader
from inspector.splits.other_replays import SplitFunction
from inspector.store.records import SplitLockRecord
from inspector.store.split_lock import LockedFile
from inspector.work.jobs import Progress, Stop

MANIFEST_FIELDS = ("path", "sha256", "split", "label", "group")
_PIECE = 1 << 20
_UNREAD = "Check the file, or exclude it first."


@dataclass(frozen=True, slots=True)
class Lock:
    """What still holds of the locked split.

    Attributes:
        same: Locked files with the same path and content.
        moved: Files whose content is now under another path.
        changed: Paths whose content has changed.
        missing: Files whose content is gone.
        new: Images that the lock does not know, in the folders that it covers.
    """

    file: str
    rule: str
    at: float
    same: int
    moved: tuple[str, ...]
    changed: tuple[str, ...]
    missing: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Frozen:
    """A written manifest."""

    path: Path
    files: int
    sides: dict[str, int]


class Splits:
    """Queries memberships, sets the rule, and locks the split."""

    def __init__(self, source: SplitSource, scans: Scans) -> None:
        self._source = source
        self._context = source.context
        self._samples = source.samples
        self._groups = source.groups
        self._duplicates = source.duplicates
        self._scans = scans
        self._search: tuple[Rule, LeakageAnalysis] | None = None
        self._changes_seen = 0
        source.context.subscribe(self._on_changed)

    @property
    def rule(self) -> Rule:
        """The current rule; the folders if none was chosen."""
        return self._context.store.records.get(SPLIT_RULE)

    def folds(self) -> list[str]:
        """Return the cross-validation folds that folders or a label file name."""
        return folds_among(self._source.samples.counts().splits)

    def set_rule(self, rule: Rule) -> None:
        """Set the rule after checking it.

        Raises:
            DatasetError: It can't be applied to this dataset.
            UsageError: Its arguments are wrong.
        """
        self.membership(rule)
        self._context.store.records.put(SPLIT_RULE, rule, urgent=True)
        self._context.emit(Changes(rule=True, text=f"split: {rule.text}"))

    def call_sides(self, rule: Rule) -> Membership:
        """Replay the Keras call of a rule on the current files.

        Raises:
            DatasetError: Keras would raise on this folder.
            UsageError: Keras rejects the arguments.
        """
        return call_sides(self._source, rule)

    def can(self, rule: Rule) -> bool:
        """Tell whether a rule can be applied to this dataset."""
        try:
            self.membership(rule)
        except (DatasetError, UsageError):
            return False
        return True

    def membership(self, rule: Rule | None = None) -> Membership:
        """Return the membership under a rule, the current one by default.

        Raises:
            DatasetError: Keras would raise here, or the folders are no splits.
            UsageError: The arguments are wrong.
        """
        return membership(self._source, rule or self.rule)

    def code_pitfalls(self, rule: Rule) -> list[Pitfall]:
        """Return the pitfalls of pasted code with numbers, even if it can't be replayed.

        Raises:
            UsageError: The code can't be read.
        """
        return code_pitfalls(self._source, reading_of(rule.code, rule.call.keras, rule.answers))

    def split_of(self, rule: Rule | None = None) -> dict[int, Split]:
        """Return the split by image id under a rule; that of the folders where it can't apply."""
        rule = rule or self.rule
        membership = None if rule.kind is RuleKind.FOLDERS else self.membership_or_none(rule)
        if membership is None:
            images = self._groups.images()
            splits = images.text("split")
            return {
                sample: splits.values[code]
                for sample, code in zip(images.ids.tolist(), splits.codes.tolist(), strict=True)
                if splits.values[code]
            }
        return self.sides_by_id(membership)

    def membership_or_none(self, rule: Rule) -> Membership | None:
        """Return the membership under a rule, cached; None where it can't apply."""
        search = self._search
        if search is not None and search[0] == rule:
            return search[1].membership
        try:
            return self.membership(rule)
        except (DatasetError, UsageError):
            return None

    def sides_by_id(self, membership: Membership) -> dict[int, Split]:
        """Return the split by image id of a membership."""
        sides = membership.sides()
        images = self._groups.images()
        return {
            sample: sides[path]
            for sample, path in zip(images.ids.tolist(), images.paths, strict=True)
            if path in sides
        }

    def leaks(self, rule: Rule | None = None, *, with_seeds: bool = True) -> Leakage:
        """Return the leakage of a rule; needs a finished scan.

        Args:
            rule: The current one by default.
            with_seeds: True to score other seeds of the same call too, which takes most of the
                time.

        Raises:
            DatasetError: Keras would raise here, or the folders are no splits.
            UsageError: The arguments are wrong.
        """
        return self.search(rule or self.rule).at(self._duplicates.threshold, with_seeds=with_seeds)

    def search(self, rule: Rule) -> LeakageAnalysis:
        """Return the leakage analysis of a rule, cached until data change.

        Raises:
            DatasetError: Keras would raise here, or the folders are no splits.
            UsageError: The arguments are wrong.
        """
        known, changes = self._search, self._changes_seen
        if known is None or known[0] != rule:
            known = (rule, LeakageAnalysis(self._source, rule))
            # Data that changed meanwhile, on another thread, are not in it: don't cache it.
            if changes == self._changes_seen:
                self._search = known
        return known[1]

    def effect_of(self, proposal: Proposal) -> GroupEffect:
        """Return the effect of accepting a grouping proposal on the current split.

        Raises:
            DatasetError: Keras would raise here, or the folders are no splits.
            UsageError: The arguments are wrong.
        """
        leakage = self.search(self.rule).at(self._duplicates.threshold, with_seeds=False)
        return group_effect(self._source, leakage, self.sides_by_id(leakage.membership), proposal)

    def score_seeds(
        self, rule: Rule | None = None, *, stop: Stop | None = None,
        progress: Progress | None = None,
    ) -> seed_variability.SeedVariability | None:  # fmt: skip
        """Score 200 seeds of the rule's call with baseline models, and store the result.

        None if the rule has no seed, or when stopped.

        Raises:
            DatasetError: Keras would raise here.
            UsageError: The arguments are wrong.
        """
        return seed_variability.score_seeds_of(
            self._source, rule or self.rule, stop=stop, progress=progress
        )

    def drawn(self, rule: Rule | None = None) -> seed_variability.SeedVariability | None:
        """Return the stored result of `score_seeds` for this rule and these images."""
        return seed_variability.known(self._source, rule or self.rule)

    def redraw(self) -> str:
        """Return how cleaning would change the current split; "" if it stays or is locked."""
        rule = self.rule
        if self._context.store.split_lock.record().rule == rule.text:
            return ""
        try:
            membership = self.membership(rule)
        except (DatasetError, UsageError):
            return ""
        return next((f.text for f in membership.findings if f.code == "cleaning_redraws"), "")

    def moves(self, membership: Membership) -> list[dict[str, str]]:
        """Return what a proposed split moves relative to the current folders."""
        return moves(self._samples.everything(), membership)

    def lock(self, rule: Rule) -> int:
        """Lock a split with content hashes; return its number of files.

        Lists and hashes the current files; nothing is decoded.

        Raises:
            DatasetError: The rule can't be applied, or a file can't be read.
        """
        rows = self._hashed(rule)
        self._remember_lock(rule, "", rows)
        return len(rows)

    def freeze(self, rule: Rule, file: Path) -> Frozen:
        """Write a split as a manifest with content hashes, and lock it.

        Lists and hashes the current files; nothing is decoded.

        Raises:
            ExportError: The file exists already, or can't be written there.
            DatasetError: The rule can't be applied, or a file can't be read.
        """
        check_outside(file, self._context.root, what="manifest")
        if file.exists():
            raise ExportError(f"{file} exists already", "Name a file that does not exist yet.")
        hashed = self._hashed(rule)
        samples = self._samples.everything()
        labels: dict[str, str] = dict(zip(samples.paths, samples.text("label"), strict=True))
        groups = self._group_names(rule)
        rows = [
            (one.path, one.sha256, one.split, labels.get(one.path, ""), groups.get(one.path, ""))
            for one in hashed
        ]
        with user_file(file, self._context.root, what="manifest") as stream:
            write_rows(stream, [MANIFEST_FIELDS])
            write_rows(stream, ((p, sha.hex(), s, label, g) for p, sha, s, label, g in rows))
        self._remember_lock(rule, str(file.absolute()), hashed)
        return Frozen(file, len(rows), dict(Counter(one.split for one in hashed)))

    def _hashed(self, rule: Rule) -> list[LockedFile]:
        root = self._context.root
        return [LockedFile(path, _hash(root / path), side) for path, side in self._sides(rule)]

    def _remember_lock(self, rule: Rule, file: str, rows: list[LockedFile]) -> None:
        # A file in both splits is stored once: its first split counts.
        files = {one.path: one for one in reversed(rows)}.values()
        record = SplitLockRecord(file, rule.text, round(time.time()))
        self._context.store.split_lock.replace(record, files)
        where = f" in {Path(file).name}" if file else ""
        self._context.emit(Changes(rule=True, text=f"locked the split{where}"))

    def locked(self) -> Lock | None:
        """Return what still holds of the locked split, by the last scan; None without a lock."""
        files = self._context.store.split_lock.files()
        if not files:
            return None
        record = self._context.store.split_lock.record()
        rows = [s for s in self._samples.everything() if s.sha256]
        now: dict[str, bytes] = {s.path: s.sha256 for s in rows}
        contents = {s.sha256 for s in rows}
        known = {sha for _, sha, _ in files}
        paths = {path for path, _, _ in files}
        layout = self._context.layout
        splits = layout.role is Role.SPLITS
        covered = {layout.split_folder(path) for path in paths} if splits else set()
        fresh = tuple(
            s.path for s in rows
            if s.path not in paths and s.sha256 not in known
            and (not splits or layout.split_folder(s.path) in covered)
        )  # fmt: skip
        apart = [(path, sha) for path, sha, _ in files if now.get(path) != sha]
        return Lock(
            record.file, record.rule, record.at, len(files) - len(apart),
            tuple(p for p, sha in apart if sha in contents and p not in now),
            tuple(p for p, sha in apart if p in now),
            tuple(p for p, sha in apart if sha not in contents and p not in now),
            fresh,
        )  # fmt: skip

    def _on_changed(self, changes: Changes) -> None:
        # A new threshold leaves it unchanged.
        if changes.samples or changes.decisions or changes.groups or changes.layout:
            self._changes_seen += 1
            self._search = None

    def _sides(self, rule: Rule) -> list[tuple[RelativePath, Split]]:
        """Return (path, split), training first, in the rule's order."""
        one_call = rule.kind is RuleKind.KERAS and rule.second is None
        membership = self.call_sides(rule) if one_call else self.membership(rule)
        return [
            *((p, TRAINING) for p in membership.training),
            *((p, VALIDATION) for p in membership.validation),
            *((p, name) for name, paths in membership.elsewhere.items() for p in paths),
        ]

    def _group_names(self, rule: Rule) -> dict[str, str]:
        """Return the group name by image, the first path in it, once the scan is done."""
        if not self._scans.is_complete() and rule.kind is not RuleKind.GROUPS:
            return {}
        return group_names(self._groups, self._groups.images())


def keras_rule(
    loader: str,
    *,
    share: float,
    seed: int | None,
    shuffle: bool = True,
    folder: str | None = None,
    keras: str = "",
) -> Rule:
    """Return the rule of one Keras call.

    Raises:
        UsageError: There is no such loader.
    """
    from inspector.splits.keras_replay import Call

    try:
        kind = Loader(loader)
    except ValueError:
        raise UsageError(
            f"there is no loader {loader}", f"Loaders: {', '.join((*Loader, *SplitFunction))}."
        ) from None
    call = Call(kind, share, seed, shuffle, keras=keras)
    return Rule(RuleKind.KERAS, call, folder=folder)


def _hash(file: Path) -> bytes:
    digest = hashlib.sha256()
    try:
        with os.fdopen(open_regular(file, what="file", advice=_UNREAD), "rb") as stream:
            while piece := stream.read(_PIECE):
                digest.update(piece)
    except OSError as error:
        raise DatasetError(f"{file} can't be read: {error.strerror}", _UNREAD) from error
    return digest.digest()
