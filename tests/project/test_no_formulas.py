"""Each table that the program writes: no cell is a formula, and each text reads back as it was."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inspector.cli.main import run
from inspector.dataset.csv_table import read_rows, write_rows
from inspector.dataset.layouts import recognise
from inspector.errors import InspectorError
from inspector.project.project import Project
from inspector.project.splits.split_rules import Rule, RuleKind
from inspector.training.records import write_predictions
from inspector.training_protocol.run_spec import SampleColumns
from inspector.work.export_forms.form import Form

FORMULA = ("=", "+", "-", "@", "\t", "\r")
CLASSES = ("=cmd()", "@SUM(A1)", "+1", "-2")
SRC = Path(__file__).resolve().parents[2] / "src" / "inspector"
# The samples that the program makes itself have names of its own.
WRITERS = {"dataset/csv_table.py", "demo/dataset.py"}


@pytest.fixture
def formulas(tmp_path: Path) -> Iterator[Project]:
    """A dataset whose classes, files and paths look like formulas."""
    root = tmp_path / "=formulas"
    for number in range(24):
        file = root / CLASSES[number % 4] / f"-{number}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(number).integers(0, 255, (40, 40, 3), np.uint8)
        Image.fromarray(pixels).save(file)
    opened = Project(root, tmp_path / "p.inspector", jobs=1)
    opened.scans.scan()
    yield opened
    opened.close()


def _export(form: Form) -> Callable[[Project, Path], None]:
    def write(project: Project, folder: Path) -> None:
        sides = project.splits.membership(Rule(RuleKind.GROUPS, seed=1)).sides()
        try:
            project.exports.run(project.exports.plan(folder / "out", form=form, sides=sides))
        except InspectorError as error:
            assert "boxes" in error.message  # noqa: PT017 - there are none here
            (folder / "none.csv").write_text("no,boxes\n")

    return write


def _freeze(project: Project, folder: Path) -> None:
    project.splits.freeze(Rule(RuleKind.GROUPS, seed=1), folder / "split.csv")


def _map(project: Project, folder: Path) -> None:
    assert project.image_map.write(folder / "map.csv") is not None


def _list(project: Project, folder: Path) -> None:
    text = project.samples.as_text([s.id for s in project.samples.everything()])
    (folder / "problems.tsv").write_text(text, "utf-8")


def _predictions(project: Project, folder: Path) -> None:
    rows = project.samples.everything()
    samples = SampleColumns(
        tuple(s.path for s in rows), tuple(CLASSES.index(s.label) for s in rows), ("",) * len(rows)
    )
    shares = np.full((len(rows), len(CLASSES)), 0.25, np.float32)
    write_predictions(folder / "predictions.csv", samples, CLASSES, shares)


def _decisions(project: Project, folder: Path) -> None:
    project.decisions.drop([project.samples.everything()[0].id])
    project.exports.run(project.exports.plan(folder / "out"))


TABLES: dict[str, Callable[[Project, Path], None]] = {
    **{f"export {form.value}": _export(form) for form in Form},
    "locked split": _freeze, "map": _map, "list to paste": _list, "predictions": _predictions,
    "what an export left out": _decisions,
}  # fmt: skip


def _cells(file: Path) -> list[str]:
    delimiter = "\t" if file.suffix == ".tsv" else ","
    with file.open(encoding="utf-8", newline="") as stream:
        return [cell for row in csv.reader(stream, delimiter=delimiter) for cell in row]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return cell not in CLASSES


@pytest.mark.parametrize("writer", TABLES)
def test_no_cell_is_a_formula(formulas: Project, tmp_path: Path, writer: str) -> None:
    TABLES[writer](formulas, tmp_path)
    tables = [f for f in tmp_path.rglob("*") if f.suffix in (".csv", ".tsv")]
    cells = [cell for file in tables for cell in _cells(file)]
    assert cells
    assert [c for c in cells if c.startswith(FORMULA) and not _is_number(c)] == []
    if "none.csv" not in {file.name for file in tables}:
        assert any(cell.startswith("'=cmd()") for cell in cells)


def test_a_manifest_reads_back(formulas: Project, tmp_path: Path) -> None:
    _freeze(formulas, tmp_path)
    rows = list(read_rows(tmp_path / "split.csv", ("path", "label"), what="list", advice=""))
    assert {r.cells["path"] for r in rows} == {s.path for s in formulas.samples.everything()}
    assert {r.cells["label"] for r in rows} == set(CLASSES)


def test_a_label_table_that_was_written_here_opens_with_its_classes(tmp_path: Path) -> None:
    root = tmp_path / "table"
    root.mkdir()
    rows = [(f"-{n}.png", CLASSES[n % 4]) for n in range(12)]
    for name, _ in rows:
        Image.new("RGB", (9, 9)).save(root / name)
    with (root / "labels.csv").open("w", encoding="utf-8", newline="") as stream:
        write_rows(stream, [("file", "label"), *rows])
    layout = recognise(root)
    assert {name: layout.place(name).label for name, _ in rows} == dict(rows)


def test_tables_are_written_in_one_place() -> None:
    """A writer of its own would have to escape by itself."""
    sources = {f.relative_to(SRC).as_posix(): f.read_text("utf-8") for f in SRC.rglob("*.py")}
    own = ("csv.writer(", "csv.DictWriter(", "to_csv(", "writerow")
    assert {name for name, text in sources.items() if any(o in text for o in own)} == WRITERS


def test_what_a_verb_prints_as_an_error_moves_no_cursor(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["scan", str(tmp_path / "\x1b[2Jgone"), "--quiet"]) == 3
    assert "\x1b" not in capsys.readouterr().err
