"""Clusters are a partition: joined by pairs, and by nothing else."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.similarity.pairs import components


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, list[tuple[int, int]]]:
    n = draw(st.integers(1, 40))
    node = st.integers(0, n - 1)
    return n, draw(st.lists(st.tuples(node, node), max_size=50))


def reached(start: int, edges: list[tuple[int, int]]) -> set[int]:
    seen, todo = {start}, [start]
    while todo:
        here = todo.pop()
        for a, b in edges:
            for one, two in ((a, b), (b, a)):
                if one == here and two not in seen:
                    seen.add(two)
                    todo.append(two)
    return seen


@settings(deadline=None)
@given(graphs())
def test_two_are_together_if_a_path_joins_them(graph: tuple[int, list[tuple[int, int]]]) -> None:
    n, edges = graph
    ends = np.array(edges, np.int32).reshape(-1, 2)
    labels = components(n, ends[:, 0], ends[:, 1])
    assert len(labels) == n
    assert set(labels.tolist()) == set(range(len(set(labels.tolist()))))
    for node in range(n):
        together = set(np.flatnonzero(labels == labels[node]).tolist())
        assert together == reached(node, edges)


def test_no_pairs_no_clusters() -> None:
    none = np.zeros(0, np.int32)
    assert components(3, none, none).tolist() == [0, 1, 2]
    assert len(components(0, none, none)) == 0
