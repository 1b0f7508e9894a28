"""Shortcuts through the project and the verb: planted, found, stored, forgotten."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inspector.audit.shortcuts.search import ProbeName
from inspector.cli.main import run
from inspector.errors import DatasetError
from inspector.project.project import Project
from inspector.work.jobs import Stop

IMAGES, VALIDATION = 70, 24


def plant(folder: Path, *, validation: tuple[int, int]) -> Path:
    """Write two classes of the same noise: JPEG of quality 92 and 75, of others in validation."""
    draw = np.random.default_rng(1)
    for number in range(IMAGES):
        held = number >= IMAGES - VALIDATION
        label = ("one", "two")[number % 2]
        target = folder / ("validation" if held else "training") / label / f"{number:04}.jpg"
        target.parent.mkdir(parents=True, exist_ok=True)
        blocks = draw.integers(0, 256, (14, 14, 3), np.uint8)
        image = Image.fromarray(blocks).resize((112, 112), Image.Resampling.BICUBIC)
        image.save(target, quality=(validation if held else (92, 75))[number % 2])
    return folder


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plant(tmp_path_factory.mktemp("planted") / "set", validation=(92, 75))


@pytest.fixture
def opened(planted: Path, tmp_path: Path) -> Iterator[Project]:
    project = Project(planted, tmp_path / "p.inspector", jobs=1)
    project.scans.scan()
    yield project
    project.close()


def test_a_planted_quality_is_found_and_remembered(opened: Project) -> None:
    assert opened.shortcuts.last() is None
    report = opened.shortcuts.find()
    assert report is not None
    assert report.folder == "validation"
    best = next(f for f in report.shortcuts if f.result.probe is ProbeName.FORMAT)
    assert best.result.accuracy > 0.9
    assert best.result.folder is not None
    assert best.result.folder.accuracy > 0.9
    assert "File format and compression alone predict the class" in best.text
    assert "and in your validation folder (100%, chance 50%), whose accuracy" in best.text
    assert {s.label for s in best.examples} == {"one", "two"}
    assert opened.shortcuts.last() == report
    # Another split, class or group is another question.
    opened.decisions.drop([best.examples[0].id])
    assert opened.shortcuts.last() is None


@pytest.mark.parametrize(
    ("qualities", "ending"),
    [
        ((75, 92), "but it points to other classes in your validation folder (0%, chance 50%)."),
        ((92, 92), "but not in your validation folder (50%, chance 50%)."),
    ],
)
def test_a_folder_that_does_not_share_the_marker_is_named(
    tmp_path: Path, qualities: tuple[int, int], ending: str
) -> None:
    dataset = plant(tmp_path / "set", validation=qualities)
    project = Project(dataset, tmp_path / "p.inspector", jobs=1)
    project.scans.scan()
    report = project.shortcuts.find()
    assert report is not None
    best = next(f for f in report.shortcuts if f.result.probe is ProbeName.FORMAT)
    assert best.text.endswith(ending)
    # Under 20 images on their own are too few for a verdict.
    held = [s.id for s in project.samples.everything() if s.split == "validation"]
    project.decisions.drop(held[: VALIDATION // 2])
    report = project.shortcuts.find()
    project.close()
    assert report is not None
    best = next(f for f in report.shortcuts if f.result.probe is ProbeName.FORMAT)
    assert "; inconclusive in your validation folder (" in best.text


def test_a_stop_keeps_nothing(opened: Project) -> None:
    stop = Stop()
    stop.set()
    assert opened.shortcuts.find(stop=stop) is None
    assert opened.shortcuts.last() is None


def test_too_few_groups_are_an_error(opened: Project) -> None:
    rows = [s for s in opened.samples.everything() if s.split == "training"]
    opened.decisions.drop([s.id for s in rows[10:-5]])
    with pytest.raises(DatasetError, match="independent groups"):
        opened.shortcuts.find()


def test_the_verb_prints_a_table_and_json(
    planted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["shortcuts", str(planted), "--project", str(tmp_path / "q.inspector"), "--quiet"]
    assert run(words) == 0
    assert "File format and compression alone predict the class" in capsys.readouterr().out
    assert run([*words, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["probe"] for row in rows} == {probe.value for probe in ProbeName}
    assert {row["verdict"] for row in rows} <= {"yes", "no", "cannot_tell"}
