"""Scripts for other programs run unchanged, here against stand-ins that record the calls.

For results with the real programs, see docs/measurements/exports.md.
"""

import json
import subprocess
import sys
from functools import partial
from pathlib import Path

import msgspec
import pytest

from inspector.cli.main import run
from inspector.errors import ExportError, TrainingError
from inspector.project.experiments.run_scripts import RunTool
from inspector.project.export.image_scripts import ImageTool
from inspector.project.project import Project
from inspector.project.splits.split_rules import Rule
from inspector.project.training.run import RunConfig
from inspector.training_protocol.messages import EpochDone
from inspector.training_protocol.run_folder import STATE

STAND_INS = {
    "fiftyone.py": (
        "class Classification:\n"
        "    def __init__(self, **values): self.values = values\n"
        "class Sample(dict):\n"
        "    def __init__(self, filepath): self.filepath, self.tags = filepath, []\n"
        "class Dataset:\n"
        "    def __init__(self, name): self.name, self.samples = name, []\n"
        "    def add_samples(self, samples): self.samples += samples\n"
    ),
    "mlflow.py": (
        "import contextlib, json\n"
        "def set_experiment(name): print(json.dumps(['experiment', name]))\n"
        "@contextlib.contextmanager\n"
        "def start_run(run_name): yield\n"
        "def log_params(values): print(json.dumps(['params', values]))\n"
        "def set_tag(name, value): print(json.dumps([name, value]))\n"
        "def log_metrics(values, step): print(json.dumps([step, values]))\n"
    ),
    "tensorboard/__init__.py": "",
    "tensorboard/summary.py": (
        "import json\n"
        "class Writer:\n"
        "    def __init__(self, folder): self.folder = folder\n"
        "    def add_scalar(self, name, value, step): print(json.dumps([name, value, step]))\n"
        "    def close(self): pass\n"
    ),
}


@pytest.fixture
def stand_ins(tmp_path: Path) -> Path:
    folder = tmp_path / "stand-ins"
    for name, text in STAND_INS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def _lines(script: Path, stand_ins: Path, code: str = "") -> list[object]:
    words = [sys.executable, "-c", code] if code else [sys.executable, str(script), "logs"]
    said = subprocess.run(
        words, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": f"{stand_ins}:{script.parent}"},
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    return [json.loads(line) for line in said.stdout.splitlines()]


def test_fiftyone_gets_decisions_labels_and_clusters(
    project: Project, tmp_path: Path, stand_ins: Path
) -> None:
    images = project.groups.images()
    project.decisions.drop([images[0].id])
    other = next(s.label for s in images if s.label != images[1].label)
    project.decisions.relabel([images[1].id], other)
    project.groups.accept("exif time")
    script, _ = project.image_scripts.write(ImageTool.FIFTY_ONE, tmp_path / "load_it.py")
    code = (
        "import json, load_it\n"
        "for s in load_it.load().samples:\n"
        "    print(json.dumps([s.filepath, s.tags, s['ground_truth'].values['label'],\n"
        "        s['label_on_disk'].values['label'] if 'label_on_disk' in s else '',\n"
        "        'suspected_label' in s, s['duplicate_cluster'], s['group_name']]))\n"
    )
    rows = _lines(script, stand_ins, code)
    assert len(rows) == len(images)
    by_path = {row[0]: row for row in rows if isinstance(row, list)}
    first, second = (by_path[str(project.absolute(s.path))] for s in images[:2])
    assert first[1] == [images[0].split, "drop"]
    assert (second[2], second[3]) == (other, images[1].label)
    clusters = {m.path for c in project.duplicates.clusters() for m in c.members}
    assert {row[0] for row in by_path.values() if row[5]} == {
        str(project.absolute(path)) for path in clusters
    }
    evidence = project.labels.evidence(probabilities=False)
    assert evidence is not None
    assert sum(row[4] for row in by_path.values()) == len(evidence.suspects)
    assert any(row[6] for row in by_path.values())


@pytest.mark.parametrize("tool", [*ImageTool, *RunTool])
def test_a_script_of_the_name_of_its_package_is_refused(
    project: Project, tmp_path: Path, tool: ImageTool | RunTool
) -> None:
    file = tmp_path / f"{tool.value}.py"
    write = (
        partial(project.run_scripts.write, tool)
        if isinstance(tool, RunTool)
        else partial(project.image_scripts.write, tool)
    )
    with pytest.raises(ExportError, match=f"hide the package {tool.value}") as caught:
        write(file)
    assert f"load_{tool.value}.py" in caught.value.advice
    assert not file.exists()


def test_cleanlab_gets_probabilities_out_of_fold(project: Project, tmp_path: Path) -> None:
    dropped = project.groups.images()[0]
    project.decisions.drop([dropped.id])
    script, data = project.image_scripts.write(ImageTool.CLEANLAB, tmp_path / "clean.py")
    compile(script.read_text("utf-8"), str(script), "exec")
    document = json.loads(data.read_text("utf-8"))
    images = {row["path"]: row for row in document["images"]}
    assert images[dropped.path]["probabilities"] == []
    rest = [row for row in images.values() if row["path"] != dropped.path]
    assert all(len(row["probabilities"]) == len(document["classes"]) for row in rest)
    assert all(abs(sum(row["probabilities"]) - 1) < 1e-3 for row in rest)
    best = [document["classes"][max(enumerate(r["probabilities"]), key=lambda p: p[1])[0]]
            for r in rest]  # fmt: skip
    right = sum(b == r["label"] for b, r in zip(best, rest, strict=True))
    assert right > 2 * len(rest) / len(document["classes"])


@pytest.fixture
def with_run(project: Project) -> Project:
    """A project with a run of two epochs, as written by a training child."""
    name = project.runs.store(project.runs.plan(Rule(), RunConfig(epochs=2, image_size_px=32)))
    history = [EpochDone(name, n, 1.0 / n, 0.5, 2.0, 0.25 * n, None, None, 3.0, 1) for n in (1, 2)]
    state = msgspec.json.encode({"history": history})
    (project.runs.folder / name / STATE).write_bytes(state)
    return project


def test_tensorboard_gets_every_figure_of_every_epoch(
    with_run: Project, tmp_path: Path, stand_ins: Path
) -> None:
    script, _ = with_run.run_scripts.write(RunTool.TENSOR_BOARD, tmp_path / "board.py")
    rows = _lines(script, stand_ins)
    assert ["val_accuracy", 0.5, 2] in rows
    assert ["loss", 1.0, 1] in rows
    assert len(rows) == 2 * 5


def test_mlflow_gets_settings_and_figures(
    with_run: Project, tmp_path: Path, stand_ins: Path
) -> None:
    script, _ = with_run.run_scripts.write(RunTool.MLFLOW, tmp_path / "ml.py")
    rows = _lines(script, stand_ins)
    assert rows[0] == ["experiment", "shapes"]
    (params,) = (row[1] for row in rows if isinstance(row, list) and row[0] == "params")
    assert (params["image_size_px"], params["epochs"], params["split"]) == (32, 2, "the folders")
    assert [row[0] for row in rows if isinstance(row, list)][-2:] == [1, 2]


def test_a_script_needs_a_free_place_and_something_to_tell(
    project: Project, tmp_path: Path, demo: Path
) -> None:
    with pytest.raises(TrainingError, match="no run has completed"):
        project.run_scripts.write(RunTool.MLFLOW, tmp_path / "ml.py")
    (tmp_path / "x.json").write_text("{}")
    with pytest.raises(ExportError, match=r"x.json exists already"):
        project.image_scripts.write(ImageTool.FIFTY_ONE, tmp_path / "x.py")
    with pytest.raises(ExportError, match="inside the dataset"):
        project.image_scripts.write(ImageTool.FIFTY_ONE, demo / "x.py")
    with pytest.raises(ExportError, match="no Python file"):
        project.image_scripts.write(ImageTool.FIFTY_ONE, tmp_path / "x.txt")
    assert (tmp_path / "x.json").read_text() == "{}"


def test_the_terminal_writes_a_script(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["script", str(demo), "fiftyone", "--project", str(tmp_path / "p.inspector")]
    assert run([*words, "-o", str(tmp_path / "f.py"), "--json", "--quiet"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document == {"path": str(tmp_path / "f.py"), "data": str(tmp_path / "f.json")}
