"""The similarity graph of images down to the candidate level, cut at any threshold."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inspector.audit.leakage import SimilarityEdges, tie
from inspector.project.review.duplicates import DuplicateIndex, Duplicates
from inspector.project.review.groups import Groups
from inspector.similarity.pairs import components
from inspector.store.sample_table import SampleTable

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ThresholdedGraph:
    """Connections among n images at one threshold; `clustered` marks members of clusters."""

    ties: SimilarityEdges
    cluster: NDArray[np.int32]
    clustered: Mask


@dataclass(frozen=True, slots=True)
class SimilarityGraph:
    """All similarities among n images down to the candidate level.

    Attributes:
        near: (similarity, other image) by image, most similar first.
        tied: (n,) images that have a near-duplicate at the candidate level.
    """

    content: NDArray[np.int32]
    picture: NDArray[np.int32]
    group: NDArray[np.int32]
    pairs: NDArray[np.int32]
    turned: Mask
    similarity: NDArray[np.float64]
    near: dict[int, list[tuple[float, int]]]
    tied: Mask

    def at(self, threshold: float) -> ThresholdedGraph:
        """Return the connections confirmed from a similarity on."""
        sure = self.similarity >= threshold
        pairs = self.pairs[sure]
        ties = tie(self.content, self.picture, self.group, pairs, self.turned[sure])
        count = int(self.picture.max(initial=-1)) + 1
        of_picture = components(count, pairs[:, 0], pairs[:, 1])
        cluster = of_picture[self.picture]
        clustered = np.bincount(cluster, minlength=count)[cluster] > 1
        return ThresholdedGraph(ties, cluster, clustered)


def link(duplicates: Duplicates, groups: Groups, rows: SampleTable) -> SimilarityGraph:
    """Build the similarity graph, from the candidate level on."""
    index = duplicates.index()
    standing = rows.ids.copy()
    members = np.fromiter(index.canonical, np.int64, len(index.canonical))
    places = rows.rows_of(members)
    canonical = np.fromiter(index.canonical.values(), np.int64, len(members))
    standing[places[places >= 0]] = canonical[places >= 0]
    known, numbers = np.unique(standing, return_inverse=True)
    picture = numbers.astype(np.int32)
    edges = _between(known, index)
    content = rows.contents()
    near: dict[int, list[tuple[float, int]]] = {}
    for a, b, _, similarity in edges:
        near.setdefault(a, []).append((similarity, b))
        near.setdefault(b, []).append((similarity, a))
    pairs = np.array([e[:2] for e in edges], np.int32).reshape(-1, 2)
    linked = np.bincount(picture, minlength=len(known)) > 1
    linked[pairs.reshape(-1)] = True
    tied = linked[picture] | (np.bincount(content) > 1)[content]
    return SimilarityGraph(
        content, picture, groups.numbers(rows, with_duplicates=False), pairs,
        np.array([bool(e[2]) for e in edges], np.bool_),
        np.array([e[3] for e in edges], np.float64), near, tied,
    )  # fmt: skip


def _between(known: NDArray[np.int64], index: DuplicateIndex) -> list[tuple[int, int, int, float]]:
    """Return the edges of which both ends are known, with their places in `known`."""
    if not len(known):
        return []
    places = np.minimum(np.searchsorted(known, index.ends), len(known) - 1)
    there = (known[places] == index.ends).all(axis=1)
    return [
        (a, b, edge[2], edge[3])
        for edge, (a, b), known_both in zip(
            index.edges, places.tolist(), there.tolist(), strict=True
        )
        if known_both
    ]
