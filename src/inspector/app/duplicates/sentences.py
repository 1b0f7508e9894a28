"""The sentences of Duplicates: what a cluster is, and what to do with it."""

from collections.abc import Sequence
from dataclasses import dataclass

from inspector.app.duplicates.queue import is_burst, labels_of
from inspector.app.widgets import theme
from inspector.project.review.duplicates import Cluster, DuplicateIndex, PairKind
from inspector.store.samples import Sample

_NUMBERS = ("", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
_MAX_LABELS = 3


@dataclass(frozen=True, slots=True)
class ClusterFacts:
    """Facts of a cluster around its left image.

    Attributes:
        similarity: Similarity to the left image, by id, of its near-duplicates.
        pair_kind: Kind of the compared pair; "" if the two are not directly similar.
        copies: Images that K excludes.
        remark: What K leaves, or the size of the cluster.
    """

    similarity: dict[int, float]
    pair_kind: str
    pair_similarity: float | None
    copies: tuple[Sample, ...]
    remark: str


def headline(cluster: Cluster) -> str:
    """Return what a cluster is."""
    labels = labels_of(cluster)
    same = set(cluster.kinds) <= {PairKind.BYTES, PairKind.PIXELS}
    if len(labels) > 1:
        names = " or ".join(labels[:_MAX_LABELS])
        start = "One image, two labels" if same else "Similar images, two labels"
        return f"{start}: {names}?"
    count = len(cluster.members)
    number = _NUMBERS[count] if count < len(_NUMBERS) else f"{count:,}"
    what = "copies of one image" if same else "similar images"
    return f"{number} {what}{_where(cluster.splits)}."


def advice(cluster: Cluster, keeper: Sample, facts: ClusterFacts) -> str:
    """Return what to do with a cluster."""
    if cluster.reviewed:
        return "Decided. Another decision replaces this one; Ctrl+Z undoes it."
    identical = set(cluster.kinds) <= {PairKind.BYTES, PairKind.PIXELS}
    if len(labels_of(cluster)) > 1:
        look = "" if identical else "Look where they differ (D). "
        return f"{look}Decide the label first, then which copy stays."
    if is_burst(cluster):
        return "Photos in a row? Keep them together, so that no split separates them."
    splits = {s.split for s in facts.copies}
    if len(cluster.splits) > 1 and len(splits) == 1 and keeper.split not in splits:
        word = theme.split_word(keeper.split).lower()
        return f"Keep the {word} image; exclude its copies from {next(iter(splits))}."
    return "Keep the left image; exclude its copies."


def verb_text(facts: ClusterFacts) -> str:
    """Return the text of the button that K presses."""
    count = len(facts.copies)
    if not count:
        return "Keep this image"
    splits = {s.split for s in facts.copies}
    split = f"{next(iter(splits))} " if len(splits) == 1 and all(splits) else ""
    return f"Exclude {count} {split}copies" if count > 1 else f"Exclude {split}copy"


def facts_of(cluster: Cluster, index: DuplicateIndex, left: int, right: int) -> ClusterFacts:
    """Read the facts of a cluster; never on the GUI thread."""
    similarity = {}
    for member in cluster.members:
        pair = index.pair(left, member.id) if member.id != left else None
        if pair is not None:
            similarity[member.id] = pair.similarity
    pair = index.pair(left, right) if left and right else None
    alike = set(index.neighbours(left))
    copies = tuple(m for m in cluster.members if m.id in alike and not m.bound and m.mark != "drop")
    return ClusterFacts(
        similarity,
        "" if pair is None else pair.kind,
        None if pair is None else pair.similarity,
        copies,
        _remark(cluster.members, index, left),
    )


def _remark(members: Sequence[Sample], index: DuplicateIndex, left: int) -> str:
    alike = {left, *index.neighbours(left)}
    number = {m.id: position for position, m in enumerate(members, start=1)}
    apart = [m for m in members if m.id not in alike and m.mark != "drop"]
    if not apart:
        count = len(members)
        return f"The cluster has {count:,} images. K decides all of it."
    if len(apart) > 1:
        return (
            f"{len(apart):,} images are not near-duplicates of image {number[left]}:"
            " K leaves them unchanged."
        )
    (one,) = apart
    others = [i for i in index.neighbours(one.id) if i in number]
    if len(others) == 1:
        pair = index.pair(one.id, others[0])
        value = f" ({pair.similarity:.2f})" if pair is not None else ""
        return (
            f"Image {number[one.id]} is a near-duplicate of image {number[others[0]]}{value} only:"
            " K leaves it unchanged."
        )
    return (
        f"Image {number[one.id]} is not a near-duplicate of image {number[left]}:"
        " K leaves it unchanged."
    )


def _where(splits: Sequence[str]) -> str:
    names = [name for name in splits if name]
    if not names:
        return ""
    if len(names) == 3 and len(splits) == 3:
        return ", in all three splits"
    return f" in {' and '.join(names)}"
