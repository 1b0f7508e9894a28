"""Hostile label files neither block, crash nor exhaust memory."""

import os
import tracemalloc
from pathlib import Path

import pytest

from inspector.dataset.layouts import recognise

NAMES = (
    "metadata.csv", "metadata.jsonl", "metadata.parquet", "_classes.csv", "labels.csv",
    "labels.json", "data.yaml", "annotations/instances.json", "meta/train.txt", "classes.txt",
)  # fmt: skip
BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{b}: &{b} [{','.join([f'*{a}'] * 10)}]\n" for a, b in zip("abcdef", "bcdefg", strict=True)
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for label in ("cat", "dog"):
        (tmp_path / "d" / label).mkdir(parents=True)
        (tmp_path / "d" / label / "a.jpg").write_bytes(b"x")
    return tmp_path / "d"


@pytest.mark.parametrize("kind", ["fifo", "device", "noise", "deep", "utf-16"])
@pytest.mark.parametrize("name", NAMES)
def test_the_class_folders_are_read_all_the_same(root: Path, name: str, kind: str) -> None:
    file = root / name
    file.parent.mkdir(exist_ok=True)
    match kind:
        case "fifo":
            os.mkfifo(file)
        case "device":
            file.symlink_to("/dev/zero")
        case "noise":
            file.write_bytes(bytes(range(256)) * 20)
        case "deep":
            file.write_text('{"images":' * 50_000 + "1" + "}" * 50_000)
        case _:
            file.write_text("file,label\na.jpg,cat\n", "utf-16")
    layout = recognise(root)
    assert layout.place("cat/a.jpg").label == "cat"


def test_aliases_of_a_yaml_file_are_not_written_out(root: Path) -> None:
    (root / "images").mkdir()
    (root / "labels").mkdir()
    (root / "images/a.jpg").write_bytes(b"x")
    (root / "labels/a.txt").write_text("0 .5 .5 .1 .1")
    (root / "data.yaml").write_text(f"{BOMB}names: {{0: *g, 1: cat, ²: dog}}\npath: *g\n")
    tracemalloc.start()
    try:
        recognise(root)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 20_000_000
