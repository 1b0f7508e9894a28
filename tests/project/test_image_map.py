"""The map and similar images, through the project and in the terminal."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from inspector.cli.main import run
from inspector.errors import DatasetError, ExportError
from inspector.project.diagnosis.image_map import MapData
from inspector.project.project import Project
from inspector.work.jobs import Stop


def test_the_map_comes_in_steps_and_knows_todays_labels(project: Project) -> None:
    steps: list[MapData] = []
    assert project.image_map.last() is None
    data = project.image_map.lay_out(steps.append, tsne=False)
    assert data is not None
    assert [step.near is None for step in steps] == [True, False]
    assert data.method == "PCA"
    assert len(data.samples) == len(data.positions) == project.samples.counts().images
    assert set(data.split_names) == set(project.samples.counts().splits)
    first = data.samples[0]
    other = next(c for c in data.classes if c != first.label)
    project.decisions.relabel([first.id], other)
    again = project.image_map.last()
    assert again is not None
    assert again.classes[again.labels[0]] == other
    strange = again.outliers(other, 5)
    assert len(strange) == 5
    assert again.outliers("no class") == []
    assert all(s in again.samples for s in again.among_others())


def test_a_stop_lays_out_nothing(project: Project) -> None:
    stop = Stop()
    stop.set()
    assert project.image_map.lay_out(stop=stop) is None
    assert project.image_map.similar(project.groups.images()[0], stop=stop) is None


def test_a_copy_is_the_most_similar_image(project: Project) -> None:
    cluster = next(c for c in project.duplicates.clusters() if "bytes" in c.kinds)
    first, *rest = cluster.members
    similar = project.image_map.similar(first, 5)
    assert similar is not None
    assert len(similar) == 5
    assert similar[0].sample.id in {s.id for s in rest}
    assert similar[0].similarity == pytest.approx(1, abs=2e-3)
    values = [one.similarity for one in similar]
    assert values == sorted(values, reverse=True)


def test_what_is_no_image_has_no_similar_ones(project: Project) -> None:
    other = next(s for s in project.samples.everything() if s.status != "image")
    with pytest.raises(DatasetError, match="has no embedding"):
        project.image_map.similar(other)


def test_the_terminal_writes_the_map_and_lists_similar_images(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    images = project.samples.counts().images
    first = project.groups.images()[0]
    root, where = str(project.root), ["--project", str(project.file), "--quiet"]
    project.close()
    file = tmp_path / "map.csv"
    assert run(["map", root, *where, "-o", str(file), "--pca", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["images"], answer["method"]) == (images, "PCA")
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == images
    assert np.std([float(row["x"]) for row in rows]) == pytest.approx(1, abs=1e-3)
    assert {row["path"] for row in rows if row["among_class"]} == set(answer["among_others"])
    assert run(["map", root, *where, "-o", str(file)]) == 3
    assert run(["similar", root, first.path, *where, "-n", "3", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 3
    assert run(["similar", root, "nowhere.jpg", *where]) == 2
    assert run(["similar", root, first.path, *where, "-n", "0"]) == 2


def test_a_map_is_not_written_into_the_dataset(project: Project) -> None:
    with pytest.raises(ExportError, match="inside the dataset"):
        project.image_map.write(project.root / "map.csv")
