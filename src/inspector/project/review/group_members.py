"""Groups of samples: listed with their provenance, and as numbers per sample."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from inspector.dataset.groups import Proposal, Provenance
from inspector.project.review.duplicates import DuplicateIndex
from inspector.similarity.clusters import components
from inspector.store.sample_table import SamplesById, SampleTable
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
    rows: Sequence[Sample], proposals: Iterable[Proposal], index: DuplicateIndex
) -> list[Group]:
    """Return the groups of `rows`, confirmed ones first, then by size.

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
    by_id: Mapping[int, Sample] = (
        SamplesById(rows) if isinstance(rows, SampleTable) else {s.id: s for s in rows}
    )
    for cluster, ids in index.clusters.items():
        members = tuple(sorted((by_id[i] for i in ids if i in by_id), key=lambda s: s.path))
        if tuple(m.id for m in members) not in taken:
            groups.append(Group(f"looks:{cluster}", members, Provenance.LOOKS, False))
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
    ids = rows.ids.tolist() if isinstance(rows, SampleTable) else [s.id for s in rows]
    place = {sample: i for i, sample in enumerate(ids)}
    links = _chain(members)
    links += _chain([place[s.id] for s in bound] for bound in _bound(rows).values())
    if index is not None:
        level = index.threshold if similarity is None else similarity
        links += _chain([place[i] for i in same if i in place] for same in index.sets.values())
        links += [
            (place[a], place[b])
            for a, b, _, alike in index.edges
            if alike >= level and a in place and b in place
        ]
    ends = np.array(links, np.int32).reshape(-1, 2)
    joined: NDArray[np.int32] = components(len(rows), ends[:, 0], ends[:, 1]).astype(np.int32)
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


def _chain(groups: Iterable[Sequence[int]]) -> list[tuple[int, int]]:
    """Link each member to the next, which suffices for a component."""
    return [link for members in groups for link in pairwise(members)]
