"""Hostile names at every entry: refused with exit 3, and the dataset is unchanged."""

import contextlib
import hashlib
import json
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from inspector.audit.predictions import placed, read_predictions
from inspector.cli.main import run
from inspector.dataset.boxes import read_boxes
from inspector.dataset.layouts import recognise
from inspector.dataset.names import parse_relative_path
from inspector.desktop.paths import cache_folder
from inspector.errors import DatasetError, ExportError, InspectorError, ProjectError
from inspector.project.project import Project
from inspector.project.splits.split_rules import Rule, RuleKind
from inspector.splits.keras_replay import Call
from inspector.store.project_store import ProjectStore
from inspector.store.records import DATASET, DatasetRecord

HOSTILE_NAMES = ("../d/validation", "..", "/tmp/x", "a/b", "C:x", "..\\d", "a\nb", "x" * 300)


@pytest.fixture
def dataset(demo: Path, tmp_path: Path) -> Path:
    copied = tmp_path / "d"
    shutil.copytree(demo, copied, symlinks=True)
    return copied


@pytest.fixture
def scanned_project(dataset: Path, scanned: tuple[Path, Path], tmp_path: Path) -> Path:
    """The project file of a scanned copy of the demo."""
    file, caches = scanned
    shutil.copytree(caches, cache_folder(), dirs_exist_ok=True)
    shutil.copy(file, tmp_path / "p.inspector")
    opened = Project(dataset, tmp_path / "p.inspector", relocate=True, jobs=2)
    opened.scans.scan()
    opened.close()
    return tmp_path / "p.inspector"


@pytest.fixture(autouse=True)
def untouched(dataset: Path, tmp_path: Path) -> Iterator[None]:
    """Check that bytes, links and times of the dataset are the same after a test."""
    before = _facts(dataset)
    yield
    assert _facts(dataset) == before
    assert not (tmp_path / "out").exists()


def _facts(folder: Path) -> dict[str, tuple[int, int, str]]:
    facts = {}
    for file in sorted(folder.rglob("*")):
        info = file.lstat()
        data = file.read_bytes() if file.is_file() else b""
        facts[str(file)] = (info.st_nlink, info.st_mtime_ns, hashlib.sha256(data).hexdigest())
    return facts


def _refused(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    assert run([*map(str, words), "--quiet"]) == 3
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in lines] == ["error", "advice"]
    return lines[0]


def _image(dataset: Path) -> str:
    return next(f for f in sorted(dataset.glob("train*/*/*.jpg"))).relative_to(dataset).as_posix()


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


@pytest.mark.parametrize("mode", ["copy", "reflink", "hardlink", "symlink"])
@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_split_in_a_list(
    dataset: Path, scanned_project: Path, tmp_path: Path, name: str, mode: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    table = tmp_path / "s.csv"
    table.write_text(f"path,split\n{_image(dataset)},{_quoted(name)}\n")
    message = _refused(
        capsys, "export", dataset, "--project", scanned_project, "--to", tmp_path / "out",
        "--split", table, "--mode", mode,
    )  # fmt: skip
    assert "s.csv, line 2" in message or "\n" in name


@pytest.mark.parametrize("path", ["../d/x.jpg", "/etc/hostname", "..\\x.jpg"])
def test_a_path_in_a_list(
    dataset: Path, scanned_project: Path, tmp_path: Path, path: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    table = tmp_path / "s.csv"
    table.write_text(f"path,split\n{_image(dataset)},training\n{path},validation\n")
    where = ("--project", scanned_project)
    listed = ("export", dataset, *where, "--to", tmp_path / "out", "--split", table)
    assert "s.csv, line 3" in _refused(capsys, *listed)


def test_a_full_path_inside_the_dataset_is_taken(
    dataset: Path, scanned_project: Path, tmp_path: Path
) -> None:
    table = tmp_path / "s.csv"
    table.write_text(f"path,split\n{dataset / _image(dataset)},fold 1\n")
    opened = Project(dataset, scanned_project, jobs=1)
    try:
        sides = opened.exports.by_manifest(table)
        assert sides == {_image(dataset): "fold 1"}
        plan = opened.exports.plan(tmp_path / "out", sides=sides)
        assert [item.target.split("/")[0] for item in plan.items] == ["fold 1"]
    finally:
        opened.close()


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_label_in_a_file_of_decisions(
    dataset: Path, scanned_project: Path, tmp_path: Path, name: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    sha256 = hashlib.sha256((dataset / _image(dataset)).read_bytes()).hexdigest()
    file = tmp_path / "decisions.json"
    image = {"sha256": sha256, "path": _image(dataset), "label": name}
    file.write_text(json.dumps({"decisions": 1, "images": [image], "not_alike": []}))
    where = ("--project", scanned_project)
    message = _refused(capsys, "decisions", dataset, *where, "--import", file)
    assert "decisions.json, images[0].label" in message


@pytest.mark.parametrize("column", ["label", "split", "group", "path"])
@pytest.mark.parametrize("name", [*HOSTILE_NAMES[:3], "a\0b"])
def test_a_name_in_a_manifest(
    dataset: Path, tmp_path: Path, column: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    cells = {"path": _image(dataset), "label": "cat", "split": "", "group": ""} | {column: name}
    manifest = tmp_path / "m.csv"
    manifest.write_text(f"{','.join(cells)}\n{','.join(map(_quoted, cells.values()))}\n")
    message = _refused(
        capsys, "export", dataset, "--project", tmp_path / "new.inspector", "--manifest", manifest,
        "--to", tmp_path / "out", "--split", "by-group",
    )  # fmt: skip
    assert "m.csv, line 2" in message


ROWS = [
    "UPDATE sample SET label = '../../d/validation/x' WHERE status = 'image'",
    "UPDATE sample SET split = '/tmp/out' WHERE status = 'image'",
    "UPDATE sample SET path = '../d/' || path WHERE status = 'image'",
    "UPDATE sample SET path = '/etc/passwd' WHERE id = (SELECT min(id) FROM sample"
    " WHERE status = 'image')",
    "INSERT OR REPLACE INTO decision (sample, label) SELECT id, '../../d/x' FROM sample",
    "INSERT OR REPLACE INTO decision (sample, label) SELECT id, '/tmp/x' FROM sample",
]


# These are in no export, but are joined to the dataset's folder, too.
OTHER_ROWS = [
    "INSERT INTO lock (path, side, sha256) VALUES ('../d/x.jpg', 'training', x'00')",
    "UPDATE sample SET source = '../../d/x' WHERE status = 'image'",
]


def _change(file: Path, change: str) -> None:
    connection = sqlite3.connect(file)
    connection.execute(change)
    connection.commit()
    connection.close()


@pytest.mark.parametrize("change", [*ROWS, *OTHER_ROWS])
def test_a_project_file_whose_names_lead_out_is_refused(
    dataset: Path, scanned_project: Path, change: str
) -> None:
    _change(scanned_project, change)
    with pytest.raises(ProjectError, match="leads out of the dataset"):
        Project(dataset, scanned_project, jobs=1)
    with pytest.raises(ProjectError, match="leads out of the dataset"):
        Project(dataset, scanned_project, jobs=1, read_only=True)


@pytest.mark.parametrize("change", ROWS)
def test_a_row_of_a_project_file(
    dataset: Path, scanned_project: Path, tmp_path: Path, change: str
) -> None:
    """Changed under an open project: the export plan checks again, without a scan."""
    opened = Project(dataset, scanned_project, jobs=1)
    _change(scanned_project, change)
    try:
        for sides in (None, {s.path: "training" for s in opened.samples.everything()}):
            with pytest.raises(ExportError):
                opened.exports.plan(tmp_path / "out", sides=sides)
    finally:
        opened.close()


@pytest.mark.parametrize("folder", ["..", "../../etc", "/", "data/.."])
def test_a_folder_of_pasted_code_stays_in_the_dataset(
    dataset: Path, scanned_project: Path, folder: str
) -> None:
    code = (
        f"image_dataset_from_directory({folder!r}, validation_split=0.5, subset='training', seed=1)"
        f"\nimage_dataset_from_directory({folder!r}, validation_split=0.5, subset='validation',"
        " seed=1)"
    )
    project = Project(dataset, scanned_project, jobs=1)
    try:
        rule = Rule(RuleKind.CODE, code=code)
        with contextlib.suppress(InspectorError):
            made = project.splits.membership(rule)
            known = {s.path for s in project.samples.everything()}
            assert {*made.training, *made.validation} <= known
    finally:
        project.close()


@pytest.mark.parametrize("column", ["label", "predicted"])
def test_a_class_of_predictions_that_leads_out(tmp_path: Path, column: str) -> None:
    cells = {"path": "a.jpg", "label": "cat", "predicted": "cat"} | {column: "../../x"}
    file = tmp_path / "p.csv"
    file.write_text(f"{','.join(cells)}\n{','.join(cells.values())}\n")
    with pytest.raises(DatasetError, match=r"p\.csv, line 2"):
        read_predictions(file)


@pytest.mark.skipif(sys.platform == "win32", reason="this is no name there")
def test_a_dataset_with_a_name_that_leads_up_elsewhere_keeps_its_project(tmp_path: Path) -> None:
    """A foreign project file is checked for such names; the user's own must not contain any."""
    root = tmp_path / "names"
    for name in ("cat/..\\evil.jpg", "cat/1.jpg", "dog/2.jpg", "dog/.. /3.jpg"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (9, 9)).save(root / name)
    opened = Project(root, tmp_path / "p.inspector", jobs=1)
    opened.scans.scan()
    opened.close()
    copy = shutil.copy(tmp_path / "p.inspector", tmp_path / "sent.inspector")
    again = Project(root, Path(copy), jobs=1)
    paths = {s.path for s in again.samples.everything()}
    again.close()
    assert paths == {"cat/..%5Cevil.jpg", "cat/1.jpg", "dog/2.jpg", "dog/..%20/3.jpg"}


@pytest.mark.skipif(sys.platform == "win32", reason="this is no name there")
def test_a_split_names_files_as_the_catalogue_names_them(tmp_path: Path) -> None:
    root = tmp_path / "names"
    for name in ("cat/..\\evil.jpg", "cat/1.jpg", "cat/3.jpg", "dog/2.jpg", "dog/4.jpg"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (9, 9)).save(root / name)
    project = Project(root, tmp_path / "p.inspector", jobs=1)
    try:
        project.scans.scan()
        made = project.splits.membership(Rule(RuleKind.KERAS, Call(validation_split=0.5, seed=1)))
        assert {*made.training, *made.validation} == {s.path for s in project.samples.everything()}
    finally:
        project.close()


@pytest.mark.parametrize("folder", ["../other", "train/../../other", "..\\other"])
def test_a_folder_of_a_stored_rule_stays_in_the_dataset(
    dataset: Path, scanned_project: Path, folder: str
) -> None:
    """The rule stands in the project file, which somebody may have sent."""
    shutil.copytree(dataset, dataset.parent / "other")
    project = Project(dataset, scanned_project, jobs=1)
    try:
        rule = Rule(RuleKind.KERAS, Call(validation_split=0.5, seed=1), folder=folder)
        with pytest.raises(DatasetError, match="not a path inside the dataset"):
            project.splits.membership(rule)
        with pytest.raises(DatasetError, match="not a path inside the dataset"):
            project.splits.call_sides(rule)
    finally:
        project.close()


@pytest.mark.parametrize(
    "path", ["../../d/cat/1.jpg", "/data/d/cat/1.jpg", "C:\\d\\cat\\1.jpg", "./cat/1.jpg"]
)
def test_predictions_name_images_by_the_end_of_their_path(tmp_path: Path, path: str) -> None:
    file = tmp_path / "p.csv"
    file.write_text(f"path,label,predicted\n{path},cat,cat\n")
    known = parse_relative_path("cat/1.jpg", where="the test")
    assert [p.path for p in placed(read_predictions(file), {known})] == [known]


@pytest.mark.parametrize("form", ["coco", "yolo", "voc"])
def test_a_class_of_a_box_is_parsed(tmp_path: Path, form: str) -> None:
    """It becomes a name in the files of an export."""
    root = tmp_path / "boxes"
    root.mkdir()
    Image.new("RGB", (9, 9)).save(root / "a.jpg")
    Image.new("RGB", (9, 9)).save(root / "b.jpg")
    ids = {"a.jpg": 1, "b.jpg": 2}
    match form:
        case "coco":
            document = {
                "images": [{"id": n, "file_name": f} for f, n in ids.items()],
                "annotations": [{"image_id": n, "category_id": n, "bbox": [0, 0, 4, 4]}
                                for n in ids.values()],
                "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "../../x"}],
            }  # fmt: skip
            (root / "annotations.json").write_text(json.dumps(document))
        case "yolo":
            (root / "data.yaml").write_text('names: [cat, "../../x"]\n')
            for file, number in ids.items():
                (root / file).with_suffix(".txt").write_text(f"{number - 1} .5 .5 .5 .5\n")
        case _:
            for file, label in (("a.jpg", "cat"), ("b.jpg", "../../x")):
                corners = "".join(f"<{c}>{(c[1:] == 'max' and 4) or 0}</{c}>"
                                  for c in ("xmin", "ymin", "xmax", "ymax"))  # fmt: skip
                (root / file).with_suffix(".xml").write_text(
                    f"<annotation><object><name>{label}</name><bndbox>{corners}</bndbox>"
                    "</object></annotation>"
                )
    layout = recognise(root)
    place = layout.place("b.jpg")
    assert (place.label, layout.place("a.jpg").label) == ("", "cat")
    assert "a name can't be used" in place.reason
    with pytest.raises(DatasetError, match=r'"\.\./\.\./x" is not a class name'):
        read_boxes(root, layout, {"a.jpg": (9, 9), "b.jpg": (9, 9)})


def test_a_label_table_of_hostile_names_opens_and_says_why_they_count_for_nothing(
    tmp_path: Path,
) -> None:
    root = tmp_path / "table"
    root.mkdir()
    labels = ("../../x", "a\x1b[31m", "cat", "dog")
    rows = {f"{n}.png": labels[n % 4] for n in range(16)}
    for name in rows:
        Image.new("RGB", (9, 9)).save(root / name)
    lines = [f"{name},{_quoted(label)}" for name, label in rows.items()]
    (root / "labels.csv").write_text("\n".join(("file,label", *lines)) + "\n")
    layout = recognise(root)
    assert layout.label_file == "labels.csv"
    for name, label in rows.items():
        place = layout.place(name)
        assert place.label == (label if label in ("cat", "dog") else "")
        assert ("a name can't be used" in place.reason) is (place.label == "")


def test_a_path_that_no_system_looks_up_is_an_error(dataset: Path, tmp_path: Path) -> None:
    """Also from the window, which passes on what was typed or dropped."""
    long = tmp_path / f"{'x' * 300}.inspector"
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for root, file in ((long, None), (tmp_path / "loop", None), (dataset, long)):
        with pytest.raises(DatasetError, match="can't be used"):
            Project(root, file, jobs=1)


@pytest.mark.parametrize("root", ["/" + "x" * 300, "a\0b", "\ud800"])
def test_a_root_in_a_project_file_that_no_system_looks_up(tmp_path: Path, root: str) -> None:
    file = tmp_path / "sent.inspector"
    store = ProjectStore(file)
    store.records.put(DATASET, DatasetRecord(root=root))
    store.close()
    with pytest.raises(DatasetError, match="can't be used"):
        Project(None, file, jobs=1)
