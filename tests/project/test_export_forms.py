"""Exports in the form of each framework, read back by that framework's own loader."""

import csv
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from inspector.cli.main import run
from inspector.dataset.csv_table import unescape_cell
from inspector.errors import DatasetError, ExportError, UsageError
from inspector.project.project import Project
from inspector.work.export_forms.form import Form

SHORT = {"training": "train", "validation": "val"}


def _export(
    project: Project, to: Path, form: Form, sides: Mapping[str, str] | None = None
) -> dict[str, dict[str, str]]:
    """Export and return the manifest's rows by path."""
    plan = project.exports.plan(to, form=form, sides=sides)
    done = project.exports.run(plan)
    with Path(done.manifest).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return {r["path"]: r for r in rows if r["path"]}


def _python(code: str, *arguments: str) -> list[str]:
    said = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *arguments],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    return said.stdout.splitlines()


def _dataset(root: Path, labels: Mapping[str, str]) -> Path:
    for number, name in enumerate(labels):
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.random.default_rng(number).integers(0, 255, (20, 30, 3), np.uint8)).save(
            file
        )
    return root


@pytest.fixture
def fashion(tmp_path: Path) -> Iterator[Project]:
    """Two classes from a table, one with a slash, with duplicate file names."""
    labels = {
        f"{folder}/{n}.png": label
        for folder, label in (("a", "T-shirt/top"), ("b", "=Coat"))
        for n in range(3)
    }
    root = _dataset(tmp_path / "fashion", labels)
    rows = [
        f"{path},{label},{'training' if n % 3 else 'test'}\n"
        for n, (path, label) in enumerate(labels.items())
    ]
    (root / "labels.csv").write_text("image,label,split\n" + "".join(rows))
    opened = Project(root, tmp_path / "p.inspector", jobs=1)
    opened.scans.scan()
    yield opened
    opened.close()


@pytest.mark.parametrize("form", [Form.CLASS_FOLDERS, Form.YOLO, Form.HUGGING_FACE])
def test_every_image_is_in_the_folder_of_its_split_and_class(
    project: Project, tmp_path: Path, form: Form
) -> None:
    rows = _export(project, tmp_path / "out", form)
    short = {Form.YOLO: SHORT, Form.HUGGING_FACE: {"training": "train"}}.get(form, {})
    assert {p: tuple(p.split("/")[:2]) for p in rows} == {
        p: (short.get(r["split"], r["split"]), r["label"]) for p, r in rows.items()
    }
    assert len(rows) == project.samples.counts().images
    assert all((tmp_path / "out" / path).is_file() for path in rows)


def test_class_folders_read_alike_by_keras_itself(project: Project, tmp_path: Path) -> None:
    rows = _export(project, tmp_path / "out", Form.CLASS_FOLDERS)
    code = (
        "import sys, pathlib, tensorflow as tf\n"
        "for split in ('training', 'validation'):\n"
        "    root = str(pathlib.Path(sys.argv[1]) / split)\n"
        "    data = tf.keras.utils.image_dataset_from_directory(\n"
        "        root, image_size=(8, 8), shuffle=False, verbose=False)\n"
        "    for path in data.file_paths: print(pathlib.Path(path).relative_to(sys.argv[1]))\n"
    )
    assert sorted(_python(code, str(tmp_path / "out"))) == sorted(rows)


def test_the_keras_code_loads_each_split(project: Project, tmp_path: Path) -> None:
    rows = _export(project, tmp_path / "out", Form.KERAS)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import load_keras as k\n"
        "for split, data in (('training', k.train_ds), ('validation', k.val_ds)):\n"
        "    for images, labels in data:\n"
        "        assert images.shape[1:] == (224, 224, 3), images.shape\n"
        "        for label in labels.numpy(): print(split, k.CLASS_NAMES[label])\n"
        "k.load('training', verify=True)\n"
    )
    loaded = Counter(tuple(line.split()) for line in _python(code, str(tmp_path / "out")))
    assert loaded == Counter((r["split"], r["label"]) for r in rows.values())


def test_keras_code_in_folds_judges_each_image_once(project: Project, tmp_path: Path) -> None:
    sides = project.exports.folds(3)
    rows = _export(project, tmp_path / "out", Form.KERAS, sides)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import load_keras as k\n"
        "for n in range(len(k.FOLDS)):\n"
        "    one, two = k.fold(n, image_size=(8, 8))\n"
        "    print(*(sum(len(labels) for _, labels in side) for side in (one, two)))\n"
    )
    pairs = [tuple(map(int, line.split())) for line in _python(code, str(tmp_path / "out"))]
    assert len(pairs) == 3
    assert {one + two for one, two in pairs} == {len(rows)}
    assert sum(two for _, two in pairs) == len(rows)


def test_folds_cut_no_group_and_balance_classes(project: Project) -> None:
    sides = project.exports.folds(4, seed=1)
    rows = [s for s in project.groups.images() if s.path in sides]
    numbers = project.groups.numbers(rows, with_duplicates=True).tolist()
    folds_of: dict[int, set[str]] = {}
    for sample, number in zip(rows, numbers, strict=True):
        folds_of.setdefault(number, set()).add(sides[sample.path])
    assert all(len(folds) == 1 for folds in folds_of.values())
    assert set(sides.values()) == {"fold1", "fold2", "fold3", "fold4"}
    assert max(Counter(sides.values()).values()) < 2 * min(Counter(sides.values()).values())
    assert project.exports.folds(4, seed=1) == sides
    for count in (1, 10_000):
        with pytest.raises(UsageError, match="folds"):
            project.exports.folds(count)


def test_test_images_stay_out_of_the_folds(fashion: Project) -> None:
    sides = fashion.exports.folds(2)
    assert {p for p, fold in sides.items() if fold == "test"} == {"a/0.png", "b/0.png"}


def test_lists_name_each_side_of_each_fold(project: Project, tmp_path: Path) -> None:
    rows = _export(project, tmp_path / "out", Form.LISTS, project.exports.folds(3))
    for fold in ("fold1", "fold2", "fold3"):
        folder = tmp_path / "out" / "lists" / fold
        training = (folder / "training.txt").read_text("utf-8").split("\n")[:-1]
        held = (folder / "validation.txt").read_text("utf-8").split("\n")[:-1]
        assert {rows[path]["split"] for path in held} == {fold}
        assert sorted((*training, *held)) == sorted(rows)
        assert all((tmp_path / "out" / path).is_file() for path in training)


def test_lists_of_a_split_open_again_as_they_were(project: Project, tmp_path: Path) -> None:
    rows = _export(project, tmp_path / "out", Form.LISTS)
    lists = tmp_path / "out" / "lists"
    for split in ("training", "validation"):
        names = (lists / f"{split}.txt").read_text("utf-8").split("\n")[:-1]
        assert names == [p for p, r in rows.items() if r["split"] == split]


def test_tables_hold_every_image(fashion: Project, tmp_path: Path) -> None:
    _export(fashion, tmp_path / "csv", Form.CSV)
    _export(fashion, tmp_path / "parquet", Form.PARQUET)
    with (tmp_path / "csv" / "images.csv").open(encoding="utf-8", newline="") as stream:
        text = list(csv.DictReader(stream))
    assert {row["label"] for row in text} == {"T-shirt/top", "'=Coat"}
    plain = [{name: unescape_cell(cell) for name, cell in row.items()} for row in text]
    table = pq.read_table(tmp_path / "parquet" / "images.parquet").to_pylist()
    assert [{name: str(value) for name, value in row.items()} for row in table] == plain
    assert (table[0]["width"], table[0]["height"]) == (30, 20)
    assert {row["label"] for row in table} == {"T-shirt/top", "=Coat"}


def test_hugging_face_metadata_fit_the_files(fashion: Project, tmp_path: Path) -> None:
    rows = _export(fashion, tmp_path / "out", Form.HUGGING_FACE)
    read = {}
    for file in (tmp_path / "out").glob("*/metadata.jsonl"):
        for line in file.read_text("utf-8").splitlines():
            row = json.loads(line)
            read[f"{file.parent.name}/{row['file_name']}"] = row["label"]
            assert (file.parent / row["file_name"]).is_file()
    assert read == {unescape_cell(p): unescape_cell(r["label"]) for p, r in rows.items()}
    again = Project(tmp_path / "out", tmp_path / "again.inspector", jobs=1)
    try:
        again.scans.scan()
        counts = again.samples.counts()
        assert set(counts.classes) == {"T-shirt_top", "=Coat"}
        assert set(counts.splits) == {"training", "test"}
    finally:
        again.close()


def test_a_slash_in_a_class_is_one_folder_and_names_stay_apart(
    fashion: Project, tmp_path: Path
) -> None:
    fashion.decisions.relabel([s.id for s in fashion.samples.by_paths(["b/1.png"])], "T-shirt_top")
    with pytest.raises(ExportError, match="would be one folder"):
        fashion.exports.plan(tmp_path / "out", form=Form.CLASS_FOLDERS)
    fashion.decisions.undo()
    plan = fashion.exports.plan(tmp_path / "out", form=Form.CLASS_FOLDERS)
    assert {i.target for i in plan.items if i.split == "test"} == {
        "test/T-shirt_top/0.png", "test/=Coat/0.png",
    }  # fmt: skip


def test_equal_names_in_one_class_get_numbers(tmp_path: Path) -> None:
    labels = {f"{patient}/1.png": "sick" for patient in ("p1", "p2", "p3")}
    root = _dataset(tmp_path / "d", labels)
    manifest = tmp_path / "m.csv"
    manifest.write_text("path,label\n" + "".join(f"{p},{c}\n" for p, c in labels.items()))
    opened = Project(root, tmp_path / "p.inspector", manifest=manifest, jobs=1)
    try:
        opened.scans.scan()
        plan = opened.exports.plan(tmp_path / "out", form=Form.CLASS_FOLDERS)
        targets = [i.target for i in plan.items]
        assert targets == ["sick/1.png", "sick/1-2.png", "sick/1-3.png"]
        with pytest.raises(ExportError, match="needs a split"):
            opened.exports.plan(tmp_path / "out", form=Form.YOLO)
    finally:
        opened.close()


def _coco(tmp_path: Path) -> Path:
    root = _dataset(tmp_path / "coco", {f"images/{n}.png": "" for n in range(4)})
    images = [{"id": n, "file_name": f"{n}.png", "width": 30, "height": 20} for n in range(4)]
    annotations = [
        {"id": n, "image_id": n % 4, "category_id": 7 if n < 3 else 9, "bbox": [n, 1, 5, 6],
         "area": 30, "iscrowd": 0, "segmentation": [[n, 1, n + 5, 1, n, 7]]}
        for n in range(5)
    ]  # fmt: skip
    categories = [{"id": 7, "name": "bear"}, {"id": 9, "name": "zebra"}]
    document = {"images": images, "annotations": annotations, "categories": categories}
    (root / "annotations.json").write_text(json.dumps(document))
    return root


def test_coco_boxes_go_along_with_a_new_split(tmp_path: Path) -> None:
    opened = Project(_coco(tmp_path), tmp_path / "p.inspector", jobs=1)
    try:
        opened.scans.scan()
        first = opened.samples.by_paths(["images/0.png"])
        opened.decisions.relabel([s.id for s in first], "zebra")
        paths = [f"images/{n}.png" for n in range(4)]
        sides = {p: "training" if n < 3 else "validation" for n, p in enumerate(paths)}
        _export(opened, tmp_path / "out", Form.COCO, sides)
    finally:
        opened.close()
    boxes = {}
    for split in ("train", "val"):
        document = json.loads((tmp_path / f"out/annotations/instances_{split}.json").read_text())
        names = {c["id"]: c["name"] for c in document["categories"]}
        assert set(names.values()) == {"bear", "zebra"}
        files = {i["id"]: i["file_name"] for i in document["images"]}
        assert all((tmp_path / "out" / name).is_file() for name in files.values())
        assert {(i["width"], i["height"]) for i in document["images"]} == {(30, 20)}
        for one in document["annotations"]:
            key = split, Path(files[one["image_id"]]).name, names[one["category_id"]]
            boxes.setdefault(key, []).append((one["bbox"][0], len(one["segmentation"])))
    assert boxes == {
        ("train", "0.png", "zebra"): [(0, 1), (4, 1)], ("train", "1.png", "bear"): [(1, 1)],
        ("train", "2.png", "bear"): [(2, 1)], ("val", "3.png", "zebra"): [(3, 1)],
    }  # fmt: skip


def test_yolo_boxes_become_coco_boxes_in_pixels(tmp_path: Path) -> None:
    root = _dataset(tmp_path / "y", {f"images/{s}/{n}.png": "" for s in ("train", "val")
                                     for n in range(2)})  # fmt: skip
    (root / "data.yaml").write_text("names: [bolt, nut]\ntrain: images/train\nval: images/val\n")
    for split in ("train", "val"):
        (root / "labels" / split).mkdir(parents=True)
        (root / "labels" / split / "0.txt").write_text("0 0.5 0.5 0.2 0.4\n")
        (root / "labels" / split / "1.txt").write_text("1 0.1 0.1 0.5 0.1 0.5 0.6 0.1 0.6\n")
    opened = Project(root, tmp_path / "p.inspector", jobs=1)
    try:
        opened.scans.scan()
        _export(opened, tmp_path / "out", Form.COCO)
    finally:
        opened.close()
    document = json.loads((tmp_path / "out/annotations/instances_train.json").read_text())
    assert [one["bbox"] for one in document["annotations"]] == [[12, 6, 6, 8], [3, 2, 12, 10]]


def test_coco_without_boxes_says_what_came_in(project: Project, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no boxes came in"):
        project.exports.plan(tmp_path / "out", form=Form.COCO)


def test_what_is_in_no_split_is_left_out_where_others_are_in_one(tmp_path: Path) -> None:
    labels = {f"{n}.png": "ab"[n % 2] for n in range(4)}
    root = _dataset(tmp_path / "d", labels)
    manifest = tmp_path / "m.csv"
    splits = ("training", "validation", "training", "")
    rows = [f"{p},{c},{s}\n" for (p, c), s in zip(labels.items(), splits, strict=True)]
    manifest.write_text("path,label,split\n" + "".join(rows))
    opened = Project(root, tmp_path / "p.inspector", manifest=manifest, jobs=1)
    try:
        opened.scans.scan()
        plan = opened.exports.plan(tmp_path / "out", form=Form.CLASS_FOLDERS)
        assert [(x.source, x.reason) for x in plan.left_out] == [("3.png", "in no split")]
        assert len(opened.exports.plan(tmp_path / "out").items) == 4
    finally:
        opened.close()


@pytest.mark.parametrize(
    ("form", "name"),
    [(Form.CSV, "images.csv"), (Form.KERAS, "load_keras.py"), (Form.LISTS, "lists")],
)
def test_an_image_in_the_way_of_a_forms_file_is_an_error(
    tmp_path: Path, form: Form, name: str
) -> None:
    root = _dataset(tmp_path / "d", {"cat/1.png": "", "dog/2.png": ""})
    place = root / name / "3.png" if form is Form.LISTS else root / name
    place.parent.mkdir(exist_ok=True)
    place.write_bytes((root / "cat/1.png").read_bytes())
    manifest = tmp_path / "m.csv"
    third = place.relative_to(root).as_posix()
    manifest.write_text(
        f"path,label,split\ncat/1.png,cat,training\ndog/2.png,dog,test\n{third},cat,training\n"
    )
    opened = Project(root, tmp_path / "p.inspector", manifest=manifest, jobs=1)
    try:
        opened.scans.scan()
        with pytest.raises(ExportError, match="name of a file that this form writes"):
            opened.exports.plan(tmp_path / "out", form=form)
    finally:
        opened.close()


def test_the_terminal_exports_in_a_form_and_in_folds(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["export", str(demo), "--project", str(tmp_path / "p.inspector"), "--quiet"]
    out = tmp_path / "out"
    assert run([*words, "--to", str(out), "--form", "scikit-learn", "--folds", "3", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["leaks_after"], document["groups_after"]) == (0, 0)
    code = (out / "load_scikit_learn.py").read_text("utf-8")
    compile(code, "load_scikit_learn.py", "exec")
    assert "FOLD_OF = {'fold1': 0, 'fold2': 1, 'fold3': 2}" in code
    assert run([*words, "--to", str(tmp_path / "o"), "--folds", "3", "--split", "by-group"]) == 2
