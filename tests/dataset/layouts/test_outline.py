"""The outline of a layout: roles of folders, counts per class and split, doubts."""

from pathlib import Path

import pytest
from tests.dataset.layouts.cases import CASES
from tests.dataset.layouts.layout_case import LabelCase, build, expand
from tests.dataset.layouts.strangers import STRANGERS

from inspector.dataset.layouts import Choice, Role, read_tree, recognise
from inspector.dataset.layouts.tree import Tree
from inspector.dataset.layouts.views.outline import (
    Outline,
    outline,
)


def make(root: Path, *patterns: str) -> Path:
    for pattern in patterns:
        for path in expand(pattern):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).touch()
    return root


def read(root: Path, choice: Choice | None = None) -> Outline:
    return outline(root, read_tree(root), choice or Choice())


@pytest.mark.parametrize("case", [*CASES, *STRANGERS], ids=lambda case: case.name)
def test_what_comes_out_is_what_the_reading_places(case: LabelCase, tmp_path: Path) -> None:
    root = build(case, tmp_path / "set")
    plan = read(root)
    assert {c: sum(row.values()) for c, row in plan.counts.items()} == case.classes
    assert plan.images + plan.ignored == read_tree(root).total
    assert bool(plan.doubts) == (not case.sure)


@pytest.mark.parametrize("case", [*CASES, *STRANGERS], ids=lambda case: case.name)
def test_a_confirmed_reading_stays_and_is_sure(case: LabelCase, tmp_path: Path) -> None:
    root = build(case, tmp_path / "set")
    layout = recognise(root)
    again = recognise(root, layout.choice)
    assert again.sure
    assert again.choice == layout.choice
    images = list(read_tree(root).images())
    assert [again.place(p) for p in images] == [layout.place(p) for p in images]


def test_the_tree_has_roles_counts_and_examples_of_several_classes(tmp_path: Path) -> None:
    root = make(tmp_path, "wrap/{train,val}/{a,b,c,d,e}/{1..3}.jpg", "wrap/spare/{1..7}.jpg")
    plan = read(root)
    (wrap,) = plan.folders.folders
    by_name = {f.path: f for f in wrap.folders}
    assert plan.folders.images == 37
    assert by_name["wrap/train"].role == "training"
    assert by_name["wrap/spare"].role == "ignored"
    assert {f.role for f in by_name["wrap/val"].folders} == {"class"}
    assert [p.split("/")[2] for p in by_name["wrap/train"].examples] == ["a", "b", "c", "d"]
    assert plan.ignored == 7
    assert plan.splits == ("training", "validation")


def test_roles_change_what_comes_out(tmp_path: Path) -> None:
    root = make(tmp_path, "{train,winter}/{a,b}/{1..3}.jpg")
    plan = read(root, Choice(split_roles={"winter": "test"}))
    assert plan.counts == {"a": {"training": 3, "test": 3}, "b": {"training": 3, "test": 3}}
    assert plan.absent() == []


def test_a_choice_that_fits_nothing_is_said_and_the_folders_stay(tmp_path: Path) -> None:
    root = make(tmp_path, "{train,val}/{1..3}.jpg")
    plan = read(root)
    assert plan.layout is None
    assert "tells the class" in plan.problem
    assert [f.path for f in plan.folders.folders] == ["train", "val"]
    assert plan.ignored == 6
    assert [f.role for f in plan.folders.folders] == ["folder", "folder"]
    assert plan.alternatives[0].text == "class folders train, val"


def test_a_class_that_is_absent_from_a_split(tmp_path: Path) -> None:
    root = make(tmp_path, "train/{a,b}/1.jpg", "val/{b,c}/1.jpg")
    assert read(root).absent() == [("a", "validation"), ("c", "training")]


def test_the_columns_that_could_be_the_class(tmp_path: Path) -> None:
    root = make(tmp_path, "images/{0..5}.jpg")
    lines = [f"{n}.jpg,{'cat' if n < 3 else 'dog'},{'in' if n % 2 else 'out'}" for n in range(6)]
    (tmp_path / "t.csv").write_text("\n".join(["file,label,taken", *lines]))
    assert read(root).label_columns == ("label", "taken")
    assert read(root, Choice(label_column="taken")).label_columns[0] == "taken"


@pytest.mark.parametrize(
    ("patterns", "words"),
    [
        (("{train,cats,dogs}/{1..3}.jpg",), '"train", which is a name of a split'),
        (("{images,cats,dogs}/{1..3}.jpg",), '"images", which is a name of a part'),
        (("{oak/white,oak/red,elm/wych,elm/field}/{1..3}.jpg",), "both levels"),
        (("{north,south}/{healthy,sick}/{1..3}.jpg",), "same class folders"),
    ],
)
def test_a_doubt_says_what_is_doubtful(
    tmp_path: Path, patterns: tuple[str, ...], words: str
) -> None:
    assert words in " ".join(read(make(tmp_path, *patterns)).doubts)


def test_folders_that_are_said_to_be_sources(tmp_path: Path) -> None:
    root = make(tmp_path, "{north,south}/{a,b}/{1..3}.jpg")
    plan = read(root, Choice(role=Role.SOURCES))
    assert [f.role for f in plan.folders.folders] == ["source", "source"]
    assert plan.doubts == ()


def test_thousands_of_siblings_are_not_all_listed(tmp_path: Path) -> None:
    root = make(tmp_path, "{1..230}/x.jpg")
    tree: Tree = read_tree(root)
    top = outline(root, tree, Choice()).folders
    assert len(top.folders) + top.hidden == 230
