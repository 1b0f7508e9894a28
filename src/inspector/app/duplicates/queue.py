"""Which clusters the queue shows, and in what order."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from inspector.project.review.duplicates import Cluster, PairKind


class Scope(Enum):
    """Which clusters the queue shows; the value is the text of the chip."""

    ACROSS = "Across splits"
    LABELS = "Two labels"
    BURSTS = "Bursts"
    ALL = "All"


class ClusterOrder(Enum):
    """Order of the queue."""

    LABELS = "Two labels first"
    SIMILARITY = "Most similar first"
    DOUBTFUL = "Least similar first"
    SIZE = "Largest first"
    NAME = "File name"


@dataclass(frozen=True, slots=True)
class Queue:
    """The content of the queue.

    Attributes:
        clusters: In order.
        counts: Number of clusters per scope.
        left: Number of undecided clusters in the first scope that has any.
    """

    scope: Scope
    clusters: tuple[Cluster, ...]
    counts: dict[Scope, int]
    left: int


def labels_of(cluster: Cluster) -> tuple[str, ...]:
    """Return the classes of a cluster as decided, without excluded images."""
    standing = [m for m in cluster.members if m.mark != "drop"]
    return tuple(dict.fromkeys(m.new_label or m.label for m in standing))


def is_burst(cluster: Cluster) -> bool:
    """Return whether a cluster looks like a burst: near pairs within one split."""
    return set(cluster.kinds) == {PairKind.NEAR} and len(cluster.splits) < 2


def queue_of(
    clusters: Sequence[Cluster], scope: Scope | None, order: ClusterOrder, show: frozenset[int]
) -> Queue:
    """Return the queue.

    Args:
        clusters: In the order of a review: across splits first.
        scope: None for clusters across splits, or all clusters if there are none.
        order: Ties keep the given order.
        show: Sample ids that must be in the queue; all clusters are shown if the scope hides them.
    """
    two_labels = {c.id for c in clusters if len(labels_of(c)) > 1}
    held = {
        Scope.ACROSS: [c for c in clusters if len(c.splits) > 1],
        Scope.LABELS: [c for c in clusters if c.id in two_labels],
        Scope.BURSTS: [c for c in clusters if is_burst(c)],
        Scope.ALL: list(clusters),
    }
    first = Scope.ACROSS if held[Scope.ACROSS] else Scope.ALL
    chosen = scope or first
    if show and not any(m.id in show for c in held[chosen] for m in c.members):
        hidden = any(m.id in show for c in clusters for m in c.members)
        chosen = Scope.ALL if hidden else chosen
    match order:
        case ClusterOrder.LABELS:
            held[chosen].sort(key=lambda c: c.id not in two_labels)
        case ClusterOrder.SIMILARITY:
            held[chosen].sort(key=lambda c: -c.similarity)
        case ClusterOrder.DOUBTFUL:
            held[chosen].sort(key=lambda c: c.similarity)
        case ClusterOrder.SIZE:
            held[chosen].sort(key=lambda c: -len(c.members))
        case ClusterOrder.NAME:
            held[chosen].sort(key=lambda c: c.members[0].path)
    return Queue(
        chosen,
        tuple(held[chosen]),
        {name: len(some) for name, some in held.items()},
        sum(not c.reviewed for c in held[first]),
    )


@dataclass(frozen=True, slots=True)
class HashedPair(Cluster):
    """Two images that a hash considers similar; the pair is not verified.

    Attributes:
        method: Name of the hash.
        distance: Bits between their hashes.
    """

    method: str = ""
    distance: int = 0


@dataclass(frozen=True, slots=True)
class QueueAnswer:
    """What the page reads from the project in one go.

    Attributes:
        nearest: The most similar pair below the threshold, if there is no cluster.
        false_pairs: How many confirmed pairs are expected to be false, in words.
    """

    queue: Queue
    threshold: float
    nearest: tuple[int, int, float] | None
    false_pairs: str = ""
