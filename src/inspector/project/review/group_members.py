"""Groups of samples: listed with their provenance, and as numbers per sample."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from inspector.dataset.groups import Proposal, Provenance
from inspector.project.review.duplicates import Cluster, DuplicateIndex
from inspector.similarity.pairs import components
from inspector.store.sample_table import SampleTable, rows_by_id
from inspector.store.samples import Sample


@dataclass(frozen=True, slots=True)
class Group:
    """Samples that belong together; `id` is stable while its members are."""

    id: str
    members: tuple[Sample, ...]
    provenance: Provenance
    confirmed: bool

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes of its members."""
        return tuple(sorted({m.label for m in self.members}))

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits on disk of its members."""
        return tuple(sorted({m.split for m in self.members}))


def list_groups(
    rows: Sequence[Sample], proposals: Iterable[Proposal], clusters: Iterable[Cluster]
) -> list[Group]:
    """Return the groups of all images, confirmed ones first, then by size.

    Groups with the same members are listed once: as confirmed by hand, else as proposed, else as
    duplicates.
    """
    groups = [
        Group(f"bound-{key}", tuple(members), Provenance.CONFIRMED, True)
        for key, members in _bound(rows).items()
        if len(members) > 1
    ]
    taken = {tuple(m.id for m in g.members) for g in groups}
    for proposal in proposals:
        kind = proposal.provenance
        for key, positions in proposal.groups.items():
            members = tuple(rows[i] for i in positions)
            if tuple(m.id for m in members) not in taken:
                groups.append(Group(f"{kind.name.lower()}:{key}", members, kind, False))
                taken.add(tuple(m.id for m in members))
    for cluster in clusters:
        if tuple(m.id for m in cluster.members) not in taken:
            groups.append(Group(f"looks:{cluster.id}", cluster.members, Provenance.LOOKS, False))
    groups.sort(key=lambda g: (not g.confirmed, -len(g.members), g.members[0].path))
    return groups


def number_groups(
    rows: Sequence[Sample],
    members: Iterable[Sequence[int]],
    index: DuplicateIndex | None,
    *,
    similarity: float | None = None,
) -> NDArray[np.int32]:
    """Return a group number per sample; samples with equal numbers belong together.

    Args:
        rows: The samples, (n,).
        members: Positions in `rows` that belong together.
        index: Near-duplicates to join as well; None for none.
        similarity: Level from which they are joined; None for the index's own threshold.
    """
    by_id = rows_by_id(rows)
    bound = [[s.id for s in samples] for samples in _bound(rows).values()]
    links = [_ends(_chain(members)), by_id.of(_ends(_chain(bound)).ravel()).reshape(-1, 2)]
    if index is not None:
        level = index.threshold if similarity is None else similarity
        same = by_id.of([i for ids in index.sets.values() for i in ids])
        sizes = [len(ids) for ids in index.sets.values()]
        links.append(_chained(same, np.repeat(np.arange(len(sizes)), sizes)))
        near = [(a, b) for a, b, _, alike in index.edges if alike >= level]
        pairs = by_id.of(_ends(near).ravel()).reshape(-1, 2)
        links.append(pairs[(pairs >= 0).all(axis=1)])
    one, two = np.concatenate(links).T
    joined: NDArray[np.int32] = components(len(rows), one, two).astype(np.int32)
    return joined


def _bound(rows: Iterable[Sample]) -> dict[int, list[Sample]]:
    """Return the samples that a person keeps together, by group."""
    bound: dict[int, list[Sample]] = defaultdict(list)
    if isinstance(rows, SampleTable):
        rows = [rows[row] for row in np.flatnonzero(rows.number("bound")).tolist()]
    for sample in rows:
        if sample.bound:
            bound[sample.bound].append(sample)
    return bound


def _chained(rows: NDArray[np.int64], group: NDArray[np.int64]) -> NDArray[np.int64]:
    """Link each present member of a group to the next: (m, 2) rows.

    Args:
        rows: (n,) members, those of a group together, -1 for absent ones.
        group: (n,) group of each.
    """
    there = rows >= 0
    rows, group = rows[there], group[there]
    links = np.stack([rows[:-1], rows[1:]], axis=1)
    same: NDArray[np.int64] = links[group[:-1] == group[1:]]
    return same


def _ends(links: Sequence[tuple[int, int]]) -> NDArray[np.int64]:
    return np.array(links, np.int64).reshape(-1, 2)


def _chain(groups: Iterable[Sequence[int]]) -> list[tuple[int, int]]:
    """Link each member to the next, which suffices for a component."""
    return [link for members in groups for link in pairwise(members)]
