"""Runs in a project from somebody else: resuming one reads and writes nothing elsewhere."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from inspector.desktop.paths import own_runs_file
from inspector.errors import TrainingError
from inspector.project.project import Project
from inspector.project.splits.split_rules import Rule
from inspector.project.training.runs import RunConfig
from inspector.training_protocol.messages import Evaluated, RunDone

CONFIG = RunConfig(epochs=1, image_size_px=32)


@pytest.fixture
def name(project: Project) -> str:
    return project.runs.store(project.runs.plan(Rule(), CONFIG))


def change(project: Project, name: str, **fields: object) -> None:
    """Change the spec of a stored run, as its sender could."""
    file = project.runs.folder / name / "spec.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | fields))


def test_the_root_and_cache_of_a_sent_run_are_not_used(
    project: Project, name: str, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    change(project, name, root="/etc", cache=str(elsewhere))
    heard: list[object] = []
    project.runs.train([name], heard.append)
    assert isinstance(heard[-1], RunDone)
    assert not elsewhere.exists()
    assert isinstance(project.runs.evaluate(name), Evaluated)


def test_a_list_that_leads_out_of_the_dataset_is_refused(project: Project, name: str) -> None:
    spec = json.loads((project.runs.folder / name / "spec.json").read_text())
    spec["training"]["paths"][0] = "../../secret.jpg"
    change(project, name, training=spec["training"])
    with pytest.raises(TrainingError, match="not a path inside the dataset"):
        project.runs.train([name], print)
    with pytest.raises(TrainingError, match="not a path inside the dataset"):
        project.runs.start([name])


@pytest.mark.parametrize("field", ["weights", "model"])
def test_a_file_outside_is_read_only_where_its_run_was_stored_here(
    project: Project, tmp_path: Path, field: str
) -> None:
    file = tmp_path / "own.keras"
    file.write_bytes(b"not a model")
    plan = project.runs.plan(Rule(), CONFIG)
    config = {"model": str(file)} if field == "model" else {"model": "MobileNetV2"}
    if field == "weights":
        config["weights"] = str(file)
    name = project.runs.store(replace(plan, **config))  # type: ignore[arg-type]
    heard: list[object] = []
    # Stored here: the file is read, and does not serve.
    project.runs.train([name], heard.append)
    assert "was not stored" not in str(heard[-1])
    assert len(heard) > 0
    own_runs_file().unlink()
    with pytest.raises(TrainingError, match="names a file outside the project"):
        project.runs.train([name], print)


def link_folder(folder: Path, outside: Path) -> None:
    shutil.move(folder, outside)
    folder.symlink_to(outside)


def link_file(folder: Path, outside: Path) -> None:
    outside.write_text("mine")
    (folder / "state.json").symlink_to(outside)


@pytest.mark.parametrize("plant", [link_folder, link_file])
def test_a_link_in_the_runs_is_refused(
    project: Project, name: str, tmp_path: Path, plant: Callable[[Path, Path], None]
) -> None:
    outside = tmp_path / "outside"
    plant(project.runs.folder / name, outside)
    before = sorted(outside.rglob("*")) if outside.is_dir() else outside.read_text()
    with pytest.raises(TrainingError, match="is a link"):
        project.runs.train([name], print)
    assert before == (sorted(outside.rglob("*")) if outside.is_dir() else outside.read_text())
