"""Class tables that differ between splits, and their effect in Keras."""

from pathlib import Path

import pytest
from PIL import Image

from inspector.dataset.layouts import (
    DifferenceKind,
    differences,
    folder_tables,
    label_tables,
    numbering,
    own_differences,
    read_tree,
    recognise,
)
from inspector.dataset.layouts.views.class_tables import ClassTable

NFC, NFD = "\u00e9t\u00e9", "e\u0301te\u0301"
CASES = [
    ({"train": ("ant", "bee", "cat"), "val": ("bee", "cat")}, DifferenceKind.MISSING, "ant"),
    ({"train": ("bee", "cat"), "val": ("ant", "bee", "cat")}, DifferenceKind.EXTRA, "ant"),
    ({"train": ("Bee", "cat"), "val": ("bee", "cat")}, DifferenceKind.CASE, "Bee"),
    ({"train": ("bee ", "cat"), "val": ("bee", "cat")}, DifferenceKind.BLANK, "bee "),
    ({"train": (NFC, "cat"), "val": (NFD, "cat")}, DifferenceKind.UNICODE, NFC),
]


def make(root: Path, folders: dict[str, tuple[str, ...]]) -> Path:
    for split, names in folders.items():
        for name in names:
            (root / split / name).mkdir(parents=True)
            for number in range(2):
                Image.new("RGB", (8, 8)).save(root / split / name / f"{number}.png")
    return root


def tables_of(root: Path) -> list[ClassTable]:
    return folder_tables(root, read_tree(root).images(), recognise(root))


@pytest.mark.parametrize(("folders", "kind", "name"), CASES, ids=[c[1].value for c in CASES])
def test_each_kind_of_difference_is_named(
    tmp_path: Path, folders: dict[str, tuple[str, ...]], kind: DifferenceKind, name: str
) -> None:
    one, two = tables_of(make(tmp_path, folders))
    (difference,) = differences(one, two)
    assert (difference.kind, difference.name) == (kind, name)
    assert own_differences(one) == own_differences(two) == []


@pytest.mark.parametrize("empty", ["aaa", "zzz"])
def test_the_numbers_are_those_of_keras_itself(tmp_path: Path, empty: str) -> None:
    import keras

    root = make(tmp_path, {"train": ("bee", "cat", "dog"), "val": ("bee", "dog")})
    (root / "train" / empty).mkdir()
    (root / "train" / ".hidden").mkdir()
    for table in tables_of(root):
        loaded = keras.utils.image_dataset_from_directory(
            root / table.name, image_size=(8, 8), shuffle=False, verbose=False
        )
        assert tuple(loaded.class_names) == table.classes


def test_an_empty_class_folder_shifts_all_numbers(tmp_path: Path) -> None:
    root = make(tmp_path, {"train": ("bee", "cat"), "val": ("bee", "cat")})
    (root / "train" / "aaa").mkdir()
    one, two = tables_of(root)
    (difference,) = own_differences(one)
    assert difference.kind is DifferenceKind.EMPTY
    assert difference.advice == "Delete the empty folder train/aaa, or put its images there."
    assert differences(one, two) == []
    assert numbering(one, two) == (
        "Keras numbers the class folders of each call by itself: train 0 aaa, 1 bee, 2 cat;"
        " val 0 bee, 1 cat. So a label means another class: bee is 1 in train and 0 in val, cat is"
        " 2 in train and 1 in val."
    )


def test_a_split_inside_of_another(tmp_path: Path) -> None:
    root = make(tmp_path, {"train": ("bee", "cat"), "train/val": ("bee", "cat")})
    layout = recognise(root)
    assert dict(layout.splits) == {"train/val": "validation", "train": "training"}
    assert layout.place("train/val/bee/0.png").split == "validation"
    inner, outer = tables_of(root)
    (difference,) = own_differences(outer)
    assert difference.kind is DifferenceKind.SPLIT_INSIDE
    assert '"val" lies inside of train' in difference.text
    assert differences(outer, inner) == own_differences(inner) == []
    assert not layout.sure


def test_one_folder_with_two_spellings(tmp_path: Path) -> None:
    (table,) = tables_of(make(tmp_path, {".": ("Bee", "bee", "cat")}))
    (difference,) = own_differences(table)
    assert (difference.kind, difference.other) == (DifferenceKind.TWICE, "bee")


def test_equal_tables_say_nothing(tmp_path: Path) -> None:
    one, two, three = tables_of(
        make(tmp_path, dict.fromkeys(("train", "val", "test"), ("bee", "cat")))
    )
    assert differences(one, two) == differences(one, three) == own_differences(two) == []


def test_classes_of_a_label_file_are_compared_without_the_numbers_of_keras() -> None:
    one, two = label_tables({"training": ["ant", "bee"], "test": ["bee", "Cat"], "": ["x"]})
    texts = [d.text for d in differences(one, two)]
    assert texts == [
        '"ant" has images in training and none in test',
        '"Cat" has images in test and none in training',
    ]


def test_long_tables_are_shown_around_the_first_difference() -> None:
    names = tuple(f"c{n:03}" for n in range(300))
    text = numbering(ClassTable("train", names), ClassTable("val", names[:150] + names[151:]))
    assert len(text) < 600
    assert "150 c150" in text
    assert "and 146 more" in text
