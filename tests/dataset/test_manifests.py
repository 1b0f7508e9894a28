"""A CSV lists files, labels, splits and groups; the error names what is missing."""

from pathlib import Path

import pytest

from inspector.dataset.layouts import Location, Role
from inspector.dataset.manifests import read_manifest
from inspector.errors import DatasetError


def written(folder: Path, text: str | bytes) -> Path:
    file = folder / "list.csv"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def refused(file: Path) -> str:
    with pytest.raises(DatasetError) as caught:
        read_manifest(file)
    assert "columns path, label" in caught.value.advice
    return caught.value.message


def test_path_and_label_are_enough(tmp_path: Path) -> None:
    layout = read_manifest(written(tmp_path, "path,label\na.jpg,cat\nx/b.jpg,dog\n"))
    assert layout.role is Role.MANIFEST
    assert layout.sure
    assert dict(layout.listed) == {
        "a.jpg": Location("", "cat", ""),
        "x/b.jpg": Location("", "dog", ""),
    }


def test_split_and_group_are_taken_in_any_order_of_columns(tmp_path: Path) -> None:
    rows = ("p1,cat,x,Train,a.jpg", "p2,dog,,VAL,b.jpg", ",cat,,fold 3,c.jpg")
    text = "\n".join(("group,label,note,split,path", *rows))
    listed = read_manifest(written(tmp_path, text)).listed
    assert dict(listed) == {
        "a.jpg": Location("training", "cat", "p1"),
        "b.jpg": Location("validation", "dog", "p2"),
        "c.jpg": Location("fold 3", "cat", ""),
    }


def test_a_file_that_is_not_listed_is_outside(tmp_path: Path) -> None:
    layout = read_manifest(written(tmp_path, "path,label\na.jpg,cat\n"))
    assert layout.place("a.jpg") == Location("", "cat", "")
    assert layout.place("b.jpg") == Location("", "", "", "not in the manifest")


@pytest.mark.parametrize(
    "path", ["x/a b.jpg", "./x/a b.jpg", "x\\a b.jpg", ".\\x\\a b.jpg", '"x/a b.jpg"']
)
def test_paths_are_spelt_in_several_ways(tmp_path: Path, path: str) -> None:
    layout = read_manifest(written(tmp_path, f"path,label\n{path},cat\n"))
    assert layout.place("x/a b.jpg").label == "cat"


def test_what_spreadsheets_write(tmp_path: Path) -> None:
    """A byte order mark, Windows line ends, quotes, commas and line breaks in a cell."""
    text = '﻿path,label,note\r\n"a,b.jpg","big,cat","a\nb"\r\né.jpg,"say ""x""",\r\n\r\n'
    layout = read_manifest(written(tmp_path, text))
    assert layout.place("a,b.jpg").label == "big,cat"
    assert layout.place("é.jpg").label == 'say "x"'


@pytest.mark.parametrize(
    "text", ["", "\n", "path\na.jpg\n", "label,split\ncat,train\n", "file,class\na.jpg,cat\n",
             "path;label\na.jpg;cat\n"],
)  # fmt: skip
def test_missing_columns_are_said(tmp_path: Path, text: str) -> None:
    assert refused(written(tmp_path, text)) == "list.csv has no columns path and label"


@pytest.mark.parametrize("rows", ["", "\n\n", ",cat\n"])
def test_a_manifest_that_names_no_file_is_refused(tmp_path: Path, rows: str) -> None:
    assert "names no file" in refused(written(tmp_path, f"path,label\n{rows}"))


def test_no_file(tmp_path: Path) -> None:
    assert "can't be read" in refused(tmp_path / "none.csv")


def test_a_folder(tmp_path: Path) -> None:
    assert "can't be read" in refused(tmp_path)


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_another_encoding(tmp_path: Path, encoding: str) -> None:
    file = written(tmp_path, "path,label\ncafé.jpg,cat\n".encode(encoding))
    assert "can't be read" in refused(file)


def test_an_endless_cell(tmp_path: Path) -> None:
    assert "can't be read" in refused(written(tmp_path, "path,label\n" + "x" * 200_000 + ",cat\n"))


@pytest.mark.parametrize("row", ["a.jpg,", "a.jpg"])
def test_a_row_without_a_label_is_outside_every_class(tmp_path: Path, row: str) -> None:
    layout = read_manifest(written(tmp_path, f"path,label\n{row}\n"))
    assert layout.place("a.jpg").reason


def test_one_file_with_two_labels_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, "path,label\na.jpg,cat\nb.jpg,cat\n./a.jpg,dog\n")
    with pytest.raises(DatasetError, match=r"a\.jpg"):
        read_manifest(file)
