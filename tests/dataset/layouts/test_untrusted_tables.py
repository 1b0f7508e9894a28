"""Label files are untrusted: errors name their position, and nothing harms."""

import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dataset.layouts.test_choices import make

from inspector.dataset.layouts import recognise
from inspector.errors import DatasetError

NAMES = ["labels.csv", "metadata.jsonl", "labels.json", "a.json", "data.yaml", "train.txt"]


@pytest.mark.parametrize(
    ("name", "data", "place"),
    [
        ("labels.csv", b"file,label\n0.jpg," + b"x" * 200_000, "line 2"),
        ("labels.csv", b"file,label\n0.jpg,cat\n\0", "position"),
        ("metadata.jsonl", b'{"file_name": "0.jpg", "label": "cat"}\n{"file_name"', "line 2"),
        ("a.json", b'{"images": [{"id": 1}], "annotations": [], "categories": []}', "images[0]"),
        ("a.json", b'{"images": [], "categories": [{"id": "x", "name": 3}]}', "categories[0]"),
        ("data.yaml", b"names: [a, b\ntrain: x\n", "line 2"),
        ("metadata.parquet", b"PAR1 broken", "metadata.parquet"),
        ("labels.json", b'{"labels": [1, 2]}', "$.labels"),
    ],
)
def test_a_broken_label_file_is_an_error_with_its_place(
    tmp_path: Path, name: str, data: bytes, place: str
) -> None:
    root = make(tmp_path, "images/{0..3}.jpg")
    (root / name).write_bytes(data)
    with pytest.raises(DatasetError) as caught:
        recognise(root)
    assert f"the label file {name} can't be used" in caught.value.message
    assert place in caught.value.message
    assert caught.value.advice.endswith(".")


def test_a_broken_label_file_beside_class_folders_is_a_note(tmp_path: Path) -> None:
    root = make(tmp_path, "{a,b}/{0..3}.jpg")
    (root / "labels.csv").write_bytes(b"file,label\n0.jpg,cat\n\0")
    layout = recognise(root)
    assert layout.place("a/0.jpg").label == "a"
    assert "labels.csv" in layout.notes[0]


def test_a_path_that_leads_out_is_no_image_of_the_dataset(tmp_path: Path) -> None:
    root = make(tmp_path / "set", "images/{0..5}.jpg")
    make(tmp_path, "outside/{6..7}.jpg")
    names = [f"{n}.jpg" for n in range(6)] + ["../outside/6.jpg", f"{tmp_path}/outside/7.jpg"]
    lines = [f"{name},{'cat' if n % 2 else 'dog'}" for n, name in enumerate(names)]
    (root / "labels.csv").write_text("\n".join(["file,label", *lines]))
    assert set(recognise(root).listed) == {f"images/{n}.jpg" for n in range(6)}


def test_links_that_go_in_circles_end(tmp_path: Path) -> None:
    root = make(tmp_path, "{a,b}/{0..3}.jpg")
    (root / "a" / "up").symlink_to("..", target_is_directory=True)
    (root / "self").symlink_to(".", target_is_directory=True)
    (root / "x").mkdir()
    (root / "y").mkdir()
    (root / "x" / "y").symlink_to(root / "y", target_is_directory=True)
    (root / "y" / "x").symlink_to(root / "x", target_is_directory=True)
    (root / "b" / "gone.jpg").symlink_to("nowhere.jpg")
    assert recognise(root).place("a/0.jpg").label == "a"


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=300), name=st.sampled_from(NAMES))
def test_any_bytes_in_a_label_file_are_an_error_or_a_reading(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str
) -> None:
    root = make(tmp_path_factory.mktemp("set"), "images/{0..3}.jpg")
    (root / name).write_bytes(data)
    with suppress(DatasetError):
        assert all(os.path.normpath(path) == path for path in recognise(root).listed)
