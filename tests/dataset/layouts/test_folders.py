"""How the folders of a dataset are read, as described in CLI.md."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from inspector.dataset.layouts import (
    SPLIT_NAMES,
    Choice,
    Kind,
    Layout,
    Location,
    Role,
    recognise,
    split_of,
)
from inspector.errors import DatasetError


def make(root: Path, paths: Iterable[str]) -> Path:
    """Create empty files: names alone decide."""
    root.mkdir(exist_ok=True)
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if not path.endswith("/"):
            file.write_bytes(b"")
        else:
            file.mkdir(exist_ok=True)
    return root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "pets"


def refused(root: Path) -> str:
    with pytest.raises(DatasetError) as caught:
        recognise(root)
    assert caught.value.advice.endswith((".", ")."))
    return caught.value.message


SPELT = [spell(n) for n in SPLIT_NAMES for spell in (str.lower, str.upper, str.capitalize)]


def test_every_split_name_of_the_manual_is_known() -> None:
    assert set(SPLIT_NAMES) >= {
        "training", "train", "trn", "tr", "validation", "valid", "val", "dev", "eval", "evaluation",
        "vld", "testing", "test", "tst", "te", "holdout",
    }  # fmt: skip


@pytest.mark.parametrize(
    "names",
    [
        ("entrenamiento", "validación", "prueba"),
        ("Entraînement", "Validation", "Test"),
        ("apprentissage", "validation", "test"),
        ("Trainingsdaten", "Validierung", "Testdaten"),
        ("Training", "Validierungsdaten", "Prüfdaten"),
        ("conjunto_de_treino", "validação", "teste"),
        ("treinamento", "validac\u0327a\u0303o", "testes"),
        ("addestramento", "validazione", "test"),
        ("trening", "walidacja", "test"),
        ("eğitim", "doğrulama", "test"),
        ("обучение", "валидация", "тест"),
        ("训练集", "验证集", "测试集"),
        ("驗證集", "測試集"),
        ("学習用", "検証用", "テスト用"),
        ("학습데이터", "검증", "테스트"),
    ],
)
def test_split_words_of_other_languages(root: Path, names: tuple[str, ...]) -> None:
    layout = recognise(make(root, [f"{n}/{c}/1.jpg" for n in names for c in ("a", "b")]))
    assert layout.sure
    order = ("training", "validation", "test")[-len(names) :]
    assert dict(layout.splits) == dict(zip(names, order, strict=True))


@pytest.mark.parametrize("name", ["latest", "contest", "protesta", "aprender", "测量", "学校"])
def test_words_that_only_hold_a_split_word_are_no_split(name: str) -> None:
    assert split_of(name) == ""


@pytest.mark.parametrize("name", SPELT)
def test_one_split_name_in_any_case_makes_split_folders(root: Path, name: str) -> None:
    layout = recognise(make(root, [f"{name}/cats/a.jpg", f"{name}/dogs/b.png"]))
    split = SPLIT_NAMES[name.lower()]
    assert layout == Layout(Role.SPLITS, {name: split})
    assert layout.sure
    assert layout.place(f"{name}/cats/a.jpg") == Location(split, "cats", "")
    assert layout.place(f"{name}/dogs/deep/er/b.png") == Location(split, "dogs", "")


def test_three_splits(root: Path) -> None:
    layout = recognise(make(root, ["Train/a/1.jpg", "VAL/a/2.jpg", "testing/b/3.gif"]))
    assert dict(layout.splits) == {"Train": "training", "VAL": "validation", "testing": "test"}


@pytest.mark.parametrize(
    ("one", "two", "split"),
    [("train", "training", "training"), ("train", "Train", "training"),
     ("dev", "val", "validation"), ("valid", "validation", "validation"),
     ("TEST", "testing", "test"), ("trn", "TRAIN", "training")],
)  # fmt: skip
def test_two_names_for_one_split_are_refused(root: Path, one: str, two: str, split: str) -> None:
    said = refused(make(root, [f"{one}/a/1.jpg", f"{two}/a/2.jpg"]))
    assert said == f"two folders are both the {split} split: {' and '.join(sorted((one, two)))}"


def test_other_top_folders_are_ignored_and_named(root: Path) -> None:
    paths = ["train/a/1.jpg", "old stuff/a/2.jpg", "extra/3.jpg", "docs/readme.txt", ".git/HEAD"]
    layout = recognise(make(root, paths))
    assert layout.role is Role.SPLITS
    assert layout.ignored == ("docs", "extra", "old stuff")
    for path in paths[1:]:
        place = layout.place(path)
        assert (place.split, place.label) == ("", "")
        assert place.reason == "outside every class folder"


@pytest.mark.parametrize("path", ["train/loose.jpg", "loose.jpg", ".hidden.jpg", "train/.h.jpg"])
def test_files_above_the_class_folders_are_outside(root: Path, path: str) -> None:
    layout = recognise(make(root, ["train/a/1.jpg", path]))
    assert layout.place(path).label == ""
    assert layout.place(path).reason == "outside every class folder"


def test_class_folders_alone(root: Path) -> None:
    layout = recognise(make(root, ["cats/1.jpg", "dogs/2.JPEG", "notes/x.txt", "loose.jpg"]))
    assert layout == Layout(Role.CLASSES)
    assert layout.place("cats/1.jpg") == Location("", "cats", "")
    assert layout.place("cats/more/1.jpg") == Location("", "cats", "")
    assert layout.place("loose.jpg").reason == "outside every class folder"


def test_a_split_name_without_class_folders_is_a_class(root: Path) -> None:
    """If test/ contains images itself, it may be a class; only class folders below make a split."""
    layout = recognise(make(root, ["test/1.jpg", "toast/2.jpg"]))
    assert layout.role is Role.CLASSES
    assert layout.place("test/1.jpg") == Location("", "test", "")


def test_an_empty_split_folder_is_no_split(root: Path) -> None:
    layout = recognise(make(root, ["train/a/1.jpg", "training/", "val/a/"]))
    assert dict(layout.splits) == {"train": "training"}
    assert layout.ignored == ("training", "val")


def test_folders_that_share_their_classes_may_be_sources_and_a_person_is_asked(root: Path) -> None:
    paths = ["site_A/cats/1.jpg", "site_A/dogs/2.jpg", "site_B/cats/3.jpg"]
    layout = recognise(make(root, paths))
    assert layout == Layout(Role.SOURCES, sure=False)
    assert layout.place("site_A/cats/1.jpg") == Location("", "cats", "site_A")
    assert layout.place("site_B/cats/x/y.jpg") == Location("", "cats", "site_B")
    assert layout.place("site_B/loose.jpg").reason == "outside every class folder"


def test_of_nested_classes_the_finer_are_taken_and_a_person_is_asked(root: Path) -> None:
    made = make(root, ["cats/tabby/1.jpg", "dogs/pug/2.jpg"])
    layout = recognise(made)
    assert (layout.kind, layout.sure) == (Kind.NESTED, False)
    assert layout.place("dogs/pug/2.jpg") == Location("", "pug", "")
    assert "--layout class-folders" in [a.option for a in layout.alternatives]
    coarse = recognise(made, Choice(Kind.CLASS_FOLDERS))
    assert coarse.place("dogs/pug/2.jpg") == Location("", "dogs", "")


def test_nested_class_folders_below_a_split(root: Path) -> None:
    layout = recognise(make(root, ["train/cats/2020/1.jpg", "val/cats/2021/2.jpg"]))
    assert layout.role is Role.SPLITS
    assert layout.place("train/cats/2020/1.jpg") == Location("training", "cats", "")


def test_class_folders_that_hold_images_three_levels_down(root: Path) -> None:
    layout = recognise(make(root, ["train/cats/2020/05/1.jpg", "val/cats/2021/06/2.jpg"]))
    assert layout.role is Role.SPLITS


def test_a_hidden_top_folder_is_no_split_and_no_source(root: Path) -> None:
    paths = [".cache/cats/1.jpg", ".trash/cats/2.jpg", "cats/3.jpg"]
    # One class is asked about.
    assert recognise(make(root, paths)) == Layout(Role.CLASSES, sure=False)


@pytest.mark.parametrize("path", [".thumbs/1.jpg", "train/.ipynb_checkpoints/1.jpg"])
def test_a_hidden_folder_is_no_class(root: Path, path: str) -> None:
    splits = ["train/cats/2.jpg"] if path.startswith("train") else ["cats/2.jpg"]
    assert recognise(make(root, [path, *splits])).place(path).reason


@pytest.mark.parametrize("role", [Role.CLASSES, Role.SOURCES])
def test_what_the_person_said_wins_over_the_guess(root: Path, role: Role) -> None:
    layout = recognise(make(root, ["train/a/1.jpg", "val/a/2.jpg"]), Choice(role=role))
    assert layout == Layout(role)


def test_folders_of_any_name_are_splits_if_the_person_said_so(root: Path) -> None:
    paths = ["north/a/1.jpg", "south/a/2.jpg", "docs/x.txt"]
    layout = recognise(make(root, paths), Choice(role=Role.SPLITS))
    assert layout.sure
    assert dict(layout.splits) == {"north": "north", "south": "south"}
    assert layout.place("south/a/2.jpg") == Location("south", "a", "")


def test_what_fits_nothing_is_said_in_a_sentence(root: Path) -> None:
    assert refused(make(root, ["a.jpg", "b.PNG", "c.txt"])) == (
        "2 images lie in pets itself and there are no class folders"
    )


def test_folders_without_images_are_counted(root: Path) -> None:
    said = refused(make(root, ["one/x.txt", "two/", "three/deep/y.csv"]))
    assert said == "pets has 3 folders, but no images in them"


def test_an_empty_folder_has_no_images(root: Path) -> None:
    assert refused(make(root, [])) == "there are no images in pets"


def test_no_folder(root: Path) -> None:
    assert refused(root) == f"there is no folder {root}"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"")
    assert refused(tmp_path / "x.zip") == f"{tmp_path / 'x.zip'} is not a folder"


@pytest.mark.parametrize(
    ("name", "split"),
    [("training_set", "training"), ("trainingData", "training"), ("trainset", "training"),
     ("Train-Images", "training"), ("1_train", "training"), ("train2017", "training"),
     ("animals_test", "test"), ("TestImages", "test"), ("testdata", "test"), ("holdout", "test"),
     ("VAL", "validation"), ("dev set", "validation"), ("eval", "validation"),
     ("latest", ""), ("contest", ""), ("trainer", ""), ("train_test", ""), ("devices", ""),
     ("Treasure", ""), ("testament", ""), ("retrain", ""), ("values", "")],
)  # fmt: skip
def test_a_split_is_a_whole_word_of_a_name(name: str, split: str) -> None:
    assert split_of(name) == split
