"""The user's choice of layout wins; if nothing fits, the error names the nearest ones."""

from pathlib import Path

import pytest
from tests.dataset.layouts.layout_case import expand

from inspector.dataset.layouts import Choice, Kind, Role, recognise, roles
from inspector.errors import DatasetError


def make(root: Path, *patterns: str) -> Path:
    for pattern in patterns:
        for path in expand(pattern):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).touch()
    return root


@pytest.mark.parametrize("name", ["images", "data", "labels", "train", "masks"])
def test_a_class_that_may_be_a_part_is_asked_about(tmp_path: Path, name: str) -> None:
    layout = recognise(make(tmp_path, f"{name}/{{1..4}}.jpg", "cats/{1..4}.jpg", "dogs/{1..4}.jpg"))
    assert layout.kind is Kind.CLASS_FOLDERS
    assert not layout.sure


@pytest.mark.parametrize("names", ["train,val", "images,masks", "data,labels", "test,training"])
def test_folders_that_are_no_classes_fit_nothing(tmp_path: Path, names: str) -> None:
    with pytest.raises(DatasetError) as caught:
        recognise(make(tmp_path, f"{{{names}}}/{{1..4}}.jpg"))
    assert "8 images" in caught.value.message
    assert all(name in caught.value.message for name in names.split(","))
    assert "--layout class-folders" in caught.value.advice


def test_the_nearest_reading_of_what_fits_nothing_can_be_taken(tmp_path: Path) -> None:
    root = make(tmp_path, "{train,val}/{1..4}.jpg")
    layout = recognise(root, Choice(Kind.CLASS_FOLDERS))
    assert layout.place("train/1.jpg").label == "train"


def test_two_folders_of_one_split_are_told_apart_by_a_role(tmp_path: Path) -> None:
    root = make(tmp_path, "{train,train_old,val}/{a,b}/{1..2}.jpg")
    with pytest.raises(DatasetError, match="both the training split") as caught:
        recognise(root)
    assert "--split-role" in caught.value.advice
    layout = recognise(root, Choice(split_roles={"train_old": "ignore"}))
    assert dict(layout.splits) == {"train": "training", "val": "validation"}
    assert layout.place("train_old/a/1.jpg").reason == "in train_old, which you left out"


def test_a_folder_of_any_name_is_a_split_where_a_person_says_so(tmp_path: Path) -> None:
    root = make(tmp_path, "{train,winter}/{a,b}/{1..2}.jpg")
    layout = recognise(root, Choice(split_roles={"winter": "test"}))
    assert dict(layout.splits) == {"train": "training", "winter": "test"}


def test_a_folder_that_is_no_split_though_its_name_says_so(tmp_path: Path) -> None:
    root = make(tmp_path, "{train,val,dev_boards}/{a,b}/{1..2}.jpg")
    layout = recognise(root, Choice(split_roles={"dev_boards": "class"}))
    assert dict(layout.splits) == {"train": "training", "val": "validation"}


def test_the_dataset_is_a_folder_inside(tmp_path: Path) -> None:
    root = make(tmp_path, "{color,grey}/{sick,well}/{1..4}.jpg")
    assert recognise(root).role is Role.SOURCES
    layout = recognise(root, Choice(root="color"))
    assert layout.place("color/sick/1.jpg").label == "sick"
    assert (
        layout.place("grey/sick/1.jpg").reason == "outside the folder color, which is the dataset"
    )


@pytest.mark.parametrize("choice", [Choice(root="gone"), Choice(split_roles={"gone": "test"})])
def test_a_folder_that_is_not_there(tmp_path: Path, choice: Choice) -> None:
    with pytest.raises(DatasetError, match="there is no folder gone"):
        recognise(make(tmp_path, "{a,b}/1.jpg"), choice)


def test_another_label_column(tmp_path: Path) -> None:
    root = make(tmp_path, "images/{0..5}.jpg")
    lines = [f"{n}.jpg,{'cat' if n < 3 else 'dog'},{'in' if n % 2 else 'out'}" for n in range(6)]
    (tmp_path / "t.csv").write_text("\n".join(["file,label,taken", *lines]))
    assert recognise(root).place("images/0.jpg").label == "cat"
    offered = {a.option for a in recognise(root).alternatives}
    assert "--layout label-table --label-column 'taken'" in offered
    layout = recognise(root, Choice(label_column="taken"))
    assert layout.place("images/0.jpg").label == "out"
    with pytest.raises(DatasetError):
        recognise(root, Choice(label_column="none"))


def test_the_roles_of_folders(tmp_path: Path) -> None:
    root = make(tmp_path, "training_set/{a,b}/1.jpg", "test_set/{a,b}/1.jpg", "docs/x.txt")
    assert roles(root, recognise(root)) == {
        "docs": "ignored", "test_set": "test", "test_set/a": "class", "test_set/b": "class",
        "training_set": "training", "training_set/a": "class", "training_set/b": "class",
    }  # fmt: skip


def test_video_files_are_named_with_what_to_do(tmp_path: Path) -> None:
    layout = recognise(make(tmp_path, "{a,b}/{1..2}.jpg", "clips/{1..3}.mp4"))
    (note,) = layout.notes
    assert "3 video files" in note
    assert "group" in note
