"""The data of Splits for one rule, and its sentences."""

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from inspector.app.splits.split_graph import SplitEdge, edges_of
from inspector.dataset.names import TRAINING
from inspector.project.project import Project
from inspector.project.splits.leakage import Leak, Leakage
from inspector.project.splits.leakage_analysis import LeakageAnalysis
from inspector.project.splits.seed_variability import SeedVariability
from inspector.project.splits.split_rules import Rule, RuleKind

GROUP = "group"


@dataclass(frozen=True, slots=True)
class SplitsData:
    """The content of the page for one rule.

    Attributes:
        leakage: Leakage of the rule at a threshold.
        nodes: Images by split, without excluded ones; training first.
        balance: Images per split, by class.
        moved: Images that would move compared with the current folders.
        lock: A sentence on the locked split; "" without one.
        search: Answers for another threshold.
        computing: Whether other seeds are still being computed.
    """

    leakage: Leakage
    nodes: dict[str, int]
    balance: tuple[tuple[str, dict[str, int]], ...]
    moved: int
    lock: str
    search: LeakageAnalysis
    drawn: SeedVariability | None
    computing: bool = False

    @property
    def edges(self) -> list[SplitEdge]:
        """Return how many images of each split have a near-duplicate in each earlier one."""
        evaluation = self.leakage.membership.evaluation
        counts = {
            (_shown(cell.source, evaluation), _shown(cell.to, evaluation)): sum(
                len(ids) for kind, ids in cell.by_kind.items() if kind != GROUP
            )
            for cell in self.leakage.matrix
        }
        return edges_of(counts, list(self.nodes))

    def between(self, edge: SplitEdge) -> tuple[Leak, ...]:
        """Return the pairs of an edge, the worst first."""
        evaluation = self.leakage.membership.evaluation
        if (edge.source, edge.to) == ("training", evaluation):
            return self.leakage.leaks
        inner: dict[str, str] = {evaluation: "validation"}
        source, to = (inner.get(name, name) for name in (edge.source, edge.to))
        return self.search.between(source, to, self.leakage.threshold)

    def headline(self, edge: SplitEdge) -> str:
        """Return a sentence on what two splits share."""
        images = self.nodes[edge.to]
        if not edge.count:
            return f"No {edge.to} image has a near-duplicate in {edge.source}."
        share = 100 * edge.count / max(1, images)
        return (
            f"{edge.count:,} of {images:,} {edge.to} images ({share:.1f} %) have a near-duplicate"
            f" in {edge.source}."
        )

    @property
    def note(self) -> str:
        """Return what to do, and what else to know about the rule."""
        leakage, membership = self.leakage, self.leakage.membership
        neighbours, groups = len(leakage.leaks) - leakage.count(GROUP), leakage.count(GROUP)
        parts = []
        if neighbours:
            parts.append("Group near-duplicates before you split, or exclude the copies.")
        if groups:
            parts.append(f"{groups:,} more share only a group with training.")
        if leakage.both:
            parts.append(f"{len(leakage.both):,} files are in both splits.")
        if membership.neither:
            parts.append(f"{len(membership.neither):,} files are in neither.")
        if leakage.before is not None:
            parts.append(
                f"Before exclusions it was {leakage.before.leaked:,} of"
                f" {leakage.before.validation_images:,} ({100 * leakage.before.share:.1f} %)."
            )
        if self.moved:
            parts.append(f"{self.moved:,} images would move compared with the current folders.")
        if self.lock:
            parts.append(self.lock)
        if not parts:
            parts.append(f"At similarity {leakage.threshold:.2f} or more.")
        return " ".join(parts)


def _nodes(leakage: Leakage) -> dict[str, int]:
    """Return the images by split, without excluded ones; training first."""
    membership = leakage.membership
    others: dict[str, int] = {
        name: sum(path not in leakage.excluded for path in paths)
        for name, paths in membership.elsewhere.items()
        if paths
    }
    two = {"training": leakage.training_images, membership.evaluation: leakage.validation_images}
    return {**two, **others}


def read_splits(project: Project, rule: Rule) -> SplitsData:
    """Read the data of a rule.

    Raises:
        DatasetError: The rule can't be applied.
        UsageError: The arguments of the rule are wrong.
    """
    search = project.splits.search(rule)
    leakage = search.at(project.duplicates.threshold)
    membership = leakage.membership
    samples = project.samples.everything()
    labels: dict[str, str] = dict(zip(samples.paths, samples.text("label"), strict=True))
    sides = {
        TRAINING: membership.training,
        membership.evaluation: membership.validation,
        **membership.elsewhere,
    }
    counts: dict[str, Counter[str]] = {
        side: Counter(labels.get(p, "") for p in paths) for side, paths in sides.items() if paths
    }
    names = sorted({name for count in counts.values() for name in count} - {""})
    balance = tuple((name, {side: counts[side][name] for side in counts}) for name in names)
    moved = len(project.splits.moves(membership)) if rule.kind is RuleKind.GROUPS else 0
    return SplitsData(
        leakage, _nodes(leakage), balance, moved, lock_text(project), search,
        project.splits.drawn(rule),
    )  # fmt: skip


def at_threshold(shown: SplitsData, threshold: float) -> SplitsData:
    """Return the data at another threshold, without other seeds, which take long."""
    return replace(shown, leakage=shown.search.at(threshold, with_seeds=False), computing=True)


def lock_text(project: Project) -> str:
    """Return what has changed since the split was locked; "" without a lock."""
    lock = project.splits.locked()
    if lock is None:
        return ""
    gone = len(lock.missing) + len(lock.changed)
    apart = f", {gone:,} changed or gone, {len(lock.new):,} new" if gone or lock.new else ""
    where = f" in {Path(lock.file).name}" if lock.file else ""
    return f"Locked{where}: {lock.same:,} files unchanged{apart}."


def _shown(name: str, evaluation: str) -> str:
    return evaluation if name == "validation" else name
