"""Runs in a project from somebody else: resuming one reads and writes nothing elsewhere."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from inspector.desktop.paths import own_runs_file
from inspector.errors import TrainingError
from inspector.project.project import Project
from inspector.project.splits.split_rules import Rule
from inspector.project.training.runs import RunConfig, RunState
from inspector.training.pictures import read_square
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


@pytest.mark.parametrize("file", ["spec.json", "state.json", "ended.json"])
@pytest.mark.parametrize("kind", ["fifo", "device"])
def test_a_file_of_a_run_that_never_ends_does_not_block(
    project: Project, name: str, file: str, kind: str
) -> None:
    """The list of runs is read when the page is opened, before one is started."""
    path = project.runs.folder / name / file
    path.unlink(missing_ok=True)
    os.mkfifo(path) if kind == "fifo" else path.symlink_to("/dev/zero")
    opened = Project(project.root, project.file, read_only=True, jobs=1)
    try:
        if file == "ended.json":
            assert opened.runs.run(name).state is RunState.INTERRUPTED
        else:
            with pytest.raises(TrainingError, match="not a regular file"):
                opened.runs.all()
    finally:
        opened.close()


@pytest.mark.parametrize(
    "text",
    [
        "[" * 50_000,
        '{"state": "exploded", "reason": "", "advice": ""}',
        '{"state": "failed"}',
        '{"state": "failed", "reason": {}, "advice": ""}',
    ],
)
def test_an_ending_of_another_shape_is_none(project: Project, name: str, text: str) -> None:
    (project.runs.folder / name / "ended.json").write_text(text)
    assert project.runs.run(name).state is RunState.INTERRUPTED


def test_an_image_that_became_a_fifo_does_not_block_a_training(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jpg")
    with pytest.raises(TrainingError, match="not a regular file"):
        read_square(tmp_path, "a.jpg", sha256="", side_px=32)
