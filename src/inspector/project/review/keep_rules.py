"""Rules that choose which image of a duplicate cluster to keep."""

import fnmatch
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from inspector.errors import UsageError
from inspector.project.review.duplicates import DuplicateIndex
from inspector.store.samples import Sample

RULES = ("test>validation>training", "largest", "sharpest", "oldest", "path:GLOB")


@dataclass(frozen=True, slots=True)
class RulePlan:
    """What a keep rule would exclude.

    Attributes:
        drops: (excluded sample, the kept near-duplicate).
        per_place: Number of excluded samples by (split, class).
        clusters: Number of clusters that the rule looked at.
        left: Confirmed pairs that stay because a person kept or bound both images.
    """

    rule: str
    drops: tuple[tuple[Sample, Sample], ...]
    per_place: dict[tuple[str, str], int]
    clusters: int
    left: int


def plan_keep_rule(
    index: DuplicateIndex, rule: str, *, everything: bool, same_picture: bool
) -> RulePlan:
    """Plan what a rule would exclude; see `Decisions.plan_rule`.

    Raises:
        UsageError: There is no such rule.
    """
    order = _order(rule)
    alike = _copies(index) if same_picture else index.neighbour_heads
    drops: list[tuple[Sample, Sample]] = []
    left = clusters = 0
    for members in index.clusters.values():
        rows = [index.samples[m] for m in members]
        if not everything and not all(s.mark or s.reviewed or s.bound for s in rows):
            continue
        clusters += 1
        planned_drops, stay = _walk(rows, order, index.canonical, alike)
        drops += planned_drops
        left += stay
    places = Counter((s.split, s.label) for s, _ in drops)
    return RulePlan(rule, tuple(drops), dict(sorted(places.items())), clusters, left)


def _order(rule: str) -> Callable[[Sample], tuple[object, ...]]:
    """Return the sort key of a rule: the most preferred sample first."""
    if rule.startswith("path:") and len(rule) > 5:
        glob = rule.removeprefix("path:")
        return lambda s: (not fnmatch.fnmatchcase(s.path, glob), *_best(s))
    names = rule.split(">")
    if len(names) == len(set(names)) and set(names) <= {"test", "validation", "training"}:
        return lambda s: (names.index(s.split) if s.split in names else len(names), *_best(s))
    match rule:
        case "largest":
            return _best
        case "sharpest":
            return lambda s: (-s.sharpness, s.path)
        case "oldest":
            return lambda s: (s.captured or "9999", s.mtime_ns, s.path)
        case _:
            raise UsageError(f"there is no rule {rule}", f"Rules: {', '.join(RULES)}.")


def _best(sample: Sample) -> tuple[object, ...]:
    return -sample.width * sample.height, -sample.size, -sample.sharpness, sample.path


def _copies(index: DuplicateIndex) -> dict[int, set[int]]:
    """Return the near-duplicates of each image that are exact, flipped or rotated copies."""
    copies: dict[int, set[int]] = {}
    for a, b, transform, similarity in index.edges:
        if transform and similarity >= index.threshold:
            copies.setdefault(a, set()).add(b)
            copies.setdefault(b, set()).add(a)
    return copies


def _walk(
    rows: Sequence[Sample],
    order: Callable[[Sample], tuple[object, ...]],
    canonical: Mapping[int, int],
    alike: Mapping[int, set[int]],
) -> tuple[list[tuple[Sample, Sample]], int]:
    """Walk a cluster in order of preference.

    Returns:
        (excluded, its kept near-duplicate) and the number of pairs that a person decided to keep.
    """
    standing = [s for s in rows if s.mark != "drop"]
    by_hand = {s.id for s in standing if s.mark == "keep" or s.bound}
    standing.sort(key=lambda s: (s.id not in by_hand, *order(s)))
    keepers: dict[int, Sample] = {}
    drops: list[tuple[Sample, Sample]] = []
    left = 0
    for sample in standing:
        head = canonical.get(sample.id, sample.id)
        near = [head, *alike.get(head, ())]
        neighbour = next((keepers[n] for n in near if n in keepers), None)
        if neighbour is not None and sample.id not in by_hand:
            drops.append((sample, neighbour))
            continue
        left += neighbour is not None
        keepers.setdefault(head, sample)
    return drops, left
