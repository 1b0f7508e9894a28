"""Decisions: keep, exclude, relabel, not duplicates, keep together; by hand and by rule; undo."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from inspector.dataset.listing import FAILED
from inspector.dataset.names import shown, why_no_name
from inspector.errors import UsageError
from inspector.project.catalog.samples import Samples
from inspector.project.changes import Changes
from inspector.project.context import ProjectContext
from inspector.project.review.decisions_file import (
    changes_of,
    document_of,
    read_decisions,
    write_decisions,
)
from inspector.project.review.duplicates import DuplicateIndex, Duplicates
from inspector.project.review.keep_rules import RulePlan, plan_keep_rule
from inspector.store.decisions import Change, DecisionField, Operation
from inspector.store.samples import Sample


@dataclass(frozen=True, slots=True)
class Decided:
    """Result of a decision.

    Attributes:
        operation: Its number; 0 where nothing changed.
        changed: Number of samples it concerns.
        samples: Their ids, after undo and redo.
    """

    operation: int
    changed: int
    text: str = ""
    samples: tuple[int, ...] = ()


class Decisions:
    """Makes and reverts decisions; each is on disk when the call returns."""

    def __init__(self, context: ProjectContext, samples: Samples, duplicates: Duplicates) -> None:
        self._context = context
        self._samples = samples
        self._duplicates = duplicates

    def keep(self, ids: Iterable[int]) -> Decided:
        """Mark samples as kept."""
        ids = list(ids)
        changes = [c for i in ids for c in _mark(i, "keep", "")]
        return self._apply("keep", f"keep {_images(len(ids))}", changes)

    def drop(self, ids: Iterable[int], *, reason: str = "by hand") -> Decided:
        """Exclude samples from exports."""
        ids = list(ids)
        changes = [c for i in ids for c in _mark(i, "drop", reason)]
        return self._apply("drop", f"exclude {_images(len(ids))}", changes)

    def clear(self, ids: Iterable[int]) -> Decided:
        """Clear the decisions on samples."""
        ids = list(ids)
        fields = [field for field in DecisionField if field is not DecisionField.NOT_ALIKE]
        changes = [Change(i, field, "") for i in ids for field in fields]
        return self._apply("clear", f"clear {_images(len(ids))}", changes)

    def relabel(self, ids: Iterable[int], label: str) -> Decided:
        """Give samples another class, which exports use; their own class clears it."""
        if why := why_no_name(label):
            raise UsageError(f'"{shown(label)}" is not a class name: {why}', "Use a folder name.")
        rows = self._samples.by_ids(ids)
        changes = [
            Change(s.id, DecisionField.LABEL, "" if s.label == label else label) for s in rows
        ]
        return self._apply("relabel", f"relabel {_images(len(rows))} as {label}", changes)

    def not_alike(self, a: int, b: int) -> Decided:
        """Mark two samples as not duplicates, whatever their similarity."""
        index = self._duplicates.index()
        one, two = (index.canonical.get(i, i) for i in (a, b))
        if one == two:
            raise UsageError(
                "these two files hold the same image", "Keep both, or keep them together."
            )
        change = Change(min(a, b), DecisionField.NOT_ALIKE, "1", max(a, b))
        return self._apply("not alike", "not alike", [change])

    def bind(self, ids: Sequence[int]) -> Decided:
        """Keep samples together: no split may separate them."""
        if len(ids) < 2:
            raise UsageError("keeping together needs two images or more", "Name at least two.")
        group = str(min(ids))
        changes = [Change(i, DecisionField.BOUND, group) for i in ids]
        return self._apply("keep together", f"keep {_images(len(ids))} together", changes)

    def bind_each(self, clusters: Sequence[Sequence[int]]) -> Decided:
        """Keep the members of each of several clusters together, as one operation."""
        changes = [Change(i, DecisionField.BOUND, str(min(ids))) for ids in clusters for i in ids]
        text = f"keep {_images(len(changes))} of {len(clusters):,} clusters together"
        return self._apply("keep together", text, changes)

    def review(self, ids: Iterable[int]) -> Decided:
        """Mark samples as reviewed, without a change."""
        ids = list(ids)
        changes = [Change(i, DecisionField.REVIEWED, "1") for i in ids]
        return self._apply("reviewed", f"reviewed {_images(len(ids))}", changes)

    def keep_best(self, keeper: int) -> Decided:
        """Keep one sample and exclude its near-duplicates; other members stay in the queue."""
        return self.keep_best_of([keeper])

    def keep_best_of(self, keepers: Sequence[int]) -> Decided:
        """Apply `keep_best` to several clusters, as one operation."""
        index = self._duplicates.index()
        changes: list[Change] = []
        dropped = 0
        for keeper in keepers:
            best = index.samples[keeper]
            changes += _mark(keeper, "keep", "")
            neighbours = [t for t in index.neighbours(keeper) if not index.samples[t].bound]
            for neighbour in neighbours:
                changes += _mark(neighbour, "drop", _why(index, index.samples[neighbour], best))
            dropped += len(neighbours)
        keepers_text = (
            index.samples[keepers[0]].path if len(keepers) == 1 else _images(len(keepers))
        )
        return self._apply("keep best", f"keep {keepers_text}, exclude {_images(dropped)}", changes)

    def keep_pair(self, keeper: int, copy: int, reason: str) -> Decided:
        """Keep one image and exclude another that no verified pair connects with it."""
        changes = [*_mark(keeper, "keep", ""), *_mark(copy, "drop", reason)]
        return self._apply("keep pair", f"exclude {self._samples.by_ids([copy])[0].path}", changes)

    def not_alike_pairs(self) -> frozenset[tuple[int, int]]:
        """Return the pairs marked as not duplicates, smaller id first."""
        return frozenset(self._context.store.decisions.not_alike())

    def drop_cluster(self, cluster: int) -> Decided:
        """Exclude every member of a cluster: the only operation that may leave none of it."""
        index = self._duplicates.index()
        members = index.clusters.get(cluster, [])
        changes = [c for m in members for c in _mark(m, "drop", "the whole cluster was excluded")]
        return self._apply("drop cluster", f"exclude a whole cluster of {len(members)}", changes)

    def quarantine(self) -> Decided:
        """Exclude every unreadable file, each with its reason."""
        rows = [s for s in self._samples.everything() if s.status in FAILED]
        changes = [c for s in rows for c in _mark(s.id, "drop", f"unreadable: {s.reason}")]
        return self._apply("quarantine", f"quarantine {len(rows)} unreadable files", changes)

    def plan_rule(
        self, rule: str, *, everything: bool = False, same_picture: bool = False
    ) -> RulePlan:
        """Return what a keep rule would do, on reviewed clusters or on all.

        Args:
            rule: One of `RULES`.
            everything: True for all clusters, False for reviewed ones.
            same_picture: True to ignore near pairs: only copies, flipped or rotated ones included.

        Raises:
            UsageError: There is no such rule.
        """
        return plan_keep_rule(
            self._duplicates.index(), rule, everything=everything, same_picture=same_picture
        )

    def apply_rule(
        self, rule: str, *, everything: bool = False, same_picture: bool = False
    ) -> Decided:
        """Apply the plan of `plan_rule`."""
        plan = self.plan_rule(rule, everything=everything, same_picture=same_picture)
        return self.apply_plan(plan)

    def apply_plan(self, plan: RulePlan) -> Decided:
        """Exclude what a plan of `plan_rule` lists, whatever changed since."""
        index = self._duplicates.index()
        changes: list[Change] = []
        for sample, keeper in plan.drops:
            changes += _mark(sample.id, "drop", _why(index, sample, keeper))
        text = f"exclude {len(plan.drops)} near-duplicates by the rule {plan.rule}"
        return self._apply("rule", text, changes)

    def clean_up(
        self,
        excluded: Sequence[tuple[Sample, Sample]],
        pairs: Sequence[tuple[Sample, Sample]],
        unreadable: Sequence[Sample] = (),
    ) -> Decided:
        """Exclude copies, keep both images of other pairs, exclude unreadable files: one operation.

        Args:
            excluded: (copy, the image that stays); the latter counts as reviewed.
            pairs: The same for pairs that are no duplicates. Identical images remain duplicates
                whatever a person says: there the copy is kept.
        """
        index = self._duplicates.index()
        changes: list[Change] = []
        for sample, keeper in excluded:
            changes += _mark(sample.id, "drop", _why(index, sample, keeper))
        changes += [
            Change(i, DecisionField.REVIEWED, "1") for i in {keeper.id for _, keeper in excluded}
        ]
        for one, two in pairs:
            a, b = min(one.id, two.id), max(one.id, two.id)
            if index.canonical.get(a, a) == index.canonical.get(b, b):
                changes += _mark(one.id, "keep", "")
            else:
                changes.append(Change(a, DecisionField.NOT_ALIKE, "1", b))
        for sample in unreadable:
            changes += _mark(sample.id, "drop", f"unreadable: {sample.reason}")
        text = f"clean up: exclude {_images(len(excluded))}"
        if unreadable:
            text += f" and {len(unreadable):,} unreadable file{'s' * (len(unreadable) != 1)}"
        return self._apply("clean up", text, changes)

    def is_active(self, operation: int) -> bool:
        """Tell whether an operation exists and is not undone."""
        return any(o.id == operation and not o.undone for o in self.log())

    def to_undo(self) -> Operation | None:
        """Return the operation that undo would revert."""
        return self._context.store.decisions.to_undo()

    def to_redo(self) -> Operation | None:
        """Return the operation that redo would restore."""
        return self._context.store.decisions.to_redo()

    def undo(self) -> Decided:
        """Undo the latest active decision, even of an earlier session."""
        operation = self.to_undo()
        if operation is None:
            return Decided(0, 0, "nothing to undo")
        self._context.store.decisions.undo(operation, time.time())
        return self._reverted(operation, "undid")

    def redo(self) -> Decided:
        """Restore the decision that was undone last."""
        operation = self.to_redo()
        if operation is None:
            return Decided(0, 0, "nothing to redo")
        self._context.store.decisions.redo(operation, time.time())
        return self._reverted(operation, "did again")

    def log(self) -> list[Operation]:
        """Return every operation, oldest first."""
        return self._context.store.decisions.log()

    def export_to(self, file: Path) -> int:
        """Write the active decisions by content hash; return the number of images they concern.

        Raises:
            ExportError: The file lies inside the dataset, or can't be written.
        """
        document = document_of(
            self._samples.everything(), self._context.store.decisions.not_alike()
        )
        write_decisions(document, file, self._context.root)
        return len(document.images)

    def import_from(self, file: Path) -> Decided:
        """Import the decisions of another project, by content hash.

        Of several files with one content, the file with the same path gets the decision, else all
        do.

        Raises:
            DatasetError: The file can't be read, or is no file of decisions.
        """
        document = read_decisions(file)
        changes = changes_of(document, self._samples.everything())
        return self._apply("import", f"import decisions from {file.name}", changes)

    def _apply(self, verb: str, text: str, changes: Sequence[Change]) -> Decided:
        rows = self._context.store.decisions
        operation, _ = rows.apply(verb, text, changes, time.time())
        touched = len(rows.samples_of(operation)) if operation else 0
        self._notify(text if operation else f"{text}: nothing changed")
        return Decided(operation, touched, text)

    def _reverted(self, operation: Operation, word: str) -> Decided:
        touched = tuple(self._context.store.decisions.samples_of(operation.id))
        self._notify(f"{word}: {operation.text}")
        return Decided(operation.id, len(touched), f"{word}: {operation.text}", touched)

    def _notify(self, text: str) -> None:
        self._duplicates.forget()
        self._context.emit(Changes(decisions=True, text=text))


def _mark(sample: int, mark: str, reason: str) -> list[Change]:
    return [Change(sample, DecisionField.MARK, mark), Change(sample, DecisionField.REASON, reason)]


def _images(count: int) -> str:
    return "1 image" if count == 1 else f"{count:,} images"


def _why(index: DuplicateIndex, sample: Sample, keeper: Sample) -> str:
    """Return why `sample` is excluded beside its near-duplicate `keeper`."""
    head = index.canonical.get(sample.id)
    if head is not None and head == index.canonical.get(keeper.id):
        same = sample.sha256 == keeper.sha256
        return f"same {'bytes' if same else 'pixels'} as {keeper.path}"
    return f"looks like {keeper.path}"
