"""Gallery lists: each facet count is the length of the list that its value opens."""

from dataclasses import replace

import pytest

from inspector.dataset.formats import Flag
from inspector.project.project import Project
from inspector.project.review.gallery_query import (
    ANY_NEIGHBOUR,
    OTHER_SPLIT,
    UNDECIDED,
    Facet,
    GroupBy,
    Query,
    neighbour_values,
)

IMAGES = frozenset({"image"})
QUERIES = (
    Query(),
    Query({Facet.FILE: IMAGES}),
    Query({Facet.FILE: IMAGES, Facet.SPLIT: frozenset({"validation"})}),
    Query(
        {
            Facet.NEAR_DUPLICATES: frozenset({OTHER_SPLIT}),
            Facet.SPLIT: frozenset({"training", "test"}),
        }
    ),
    Query({Facet.NEAR_DUPLICATES: frozenset({"bytes", "transformed"})}, text="A"),
    Query({Facet.DECISION: frozenset({UNDECIDED})}, group_by=GroupBy.CLUSTER),
)


def ids(project: Project, query: Query) -> list[int]:
    return project.gallery.listing(query).ids.tolist()


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
def test_each_count_is_the_length_of_its_list(project: Project, query: Query) -> None:
    found = project.gallery.listing(query)
    assert set(found.counts) == set(Facet)
    seen = 0
    for facet, counted in found.counts.items():
        for value, number in counted.items():
            narrowed = replace(query, chosen={**query.chosen, facet: frozenset({value})})
            assert len(ids(project, narrowed)) == number
            seen += 1
    assert seen > 5


def test_no_choice_lists_every_file(project: Project) -> None:
    assert sorted(ids(project, Query())) == [s.id for s in sorted(
        project.samples.everything(), key=lambda s: s.id
    )]  # fmt: skip


def test_several_values_of_a_facet_are_a_union(project: Project) -> None:
    one, two = (
        set(ids(project, Query({Facet.SPLIT: frozenset({split})})))
        for split in ("training", "validation")
    )
    both = ids(project, Query({Facet.SPLIT: frozenset({"training", "validation"})}))
    assert set(both) == one | two
    assert one
    assert two


def test_twins_are_told_as_the_pairs_are(project: Project) -> None:
    index = project.duplicates.index()
    told = neighbour_values(index)
    assert set(told) == {s for s in index.samples if index.neighbours(s)}
    for sample, values in told.items():
        splits = {index.samples[t].split for t in index.neighbours(sample)}
        assert values[0] == ANY_NEIGHBOUR
        assert (OTHER_SPLIT in values) == bool(splits - {index.samples[sample].split})
        assert ("in training" in values) == ("training" in splits)
    kinds: dict[int, set[str]] = {}
    for pair in project.duplicates.pairs():
        if pair.similarity >= index.threshold:
            for end in (pair.a.id, pair.b.id):
                kinds.setdefault(end, set()).add(pair.kind)
    every = {kind for values in kinds.values() for kind in values}
    assert every >= {"bytes", "pixels", "near", "transformed"}
    assert {s: set(v) & every for s, v in told.items()} == kinds


def test_flags_can_be_chosen(project: Project) -> None:
    counts = project.gallery.listing(Query()).counts[Facet.FLAGS]
    assert counts
    name = next(iter(counts))
    found = project.samples.by_ids(ids(project, Query({Facet.FLAGS: frozenset({name})})))
    flag = Flag[name.replace(" ", "_").upper()]
    assert found
    assert all(s.flags & flag for s in found)


def test_only_some_samples(project: Project) -> None:
    some = frozenset(s.id for s in project.samples.everything()[3:9])
    assert set(ids(project, Query(ids=some))) == some
    assert sum(project.gallery.listing(Query(ids=some)).counts[Facet.FILE].values()) == 6
    assert ids(project, Query(ids=frozenset())) == []


def test_a_decision_moves_a_sample_between_values(project: Project) -> None:
    sample = ids(project, Query({Facet.FILE: IMAGES}))[0]
    project.decisions.drop([sample])
    dropped = Query({Facet.DECISION: frozenset({"excluded"})})
    assert ids(project, dropped) == [sample]
    project.decisions.undo()
    assert ids(project, dropped) == []
