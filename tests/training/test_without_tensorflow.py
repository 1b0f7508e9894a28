"""A wheel installed without the extra: training reports what is missing, and the command."""

import subprocess
import sys
from pathlib import Path

import pytest

from inspector.errors import TrainingError
from inspector.project.project import Project
from inspector.project.splits.split_rules import Rule
from inspector.project.training.run import RunConfig


@pytest.fixture
def without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide Keras from every child of this test."""
    stand_in = tmp_path / "path" / "keras.py"
    stand_in.parent.mkdir()
    stand_in.write_text("raise ModuleNotFoundError('No module named keras', name='keras')\n")
    monkeypatch.setenv("PYTHONPATH", str(stand_in.parent))


def test_a_run_says_how_to_install_it(without: None, project: Project) -> None:
    name = project.runs.store(project.runs.plan(Rule(), RunConfig(epochs=1, image_size_px=32)))
    with pytest.raises(TrainingError, match="TensorFlow is not installed") as error:
        project.runs.train([name], lambda _: None)
    assert sys.executable in error.value.advice
    assert " install " in error.value.advice
    assert "tensorflow" in error.value.advice


def test_everything_but_training_imports_without_it() -> None:
    script = (
        "import importlib, pkgutil, sys\n"
        "sys.modules.update(tensorflow=None, keras=None)\n"
        "import inspector\n"
        "for found in pkgutil.walk_packages(inspector.__path__, 'inspector.'):\n"
        "    if not found.name.startswith(('inspector.training.', 'inspector.__main__')):\n"
        "        importlib.import_module(found.name)\n"
    )
    program = [sys.executable, "-c", script]
    said = subprocess.run(program, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (0, "")
