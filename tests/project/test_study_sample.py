"""Baseline models learn from a sample of large datasets: whole groups, and the sentence says so."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from inspector.dataset.file_facts import failed
from inspector.dataset.listing import Entry, Status
from inspector.dataset.names import NO_GROUP, parse_label, parse_listed_path, parse_split
from inspector.project.project import Project
from inspector.project.splits import study_sample as module
from inspector.project.splits.study_sample import study_sample
from inspector.store.project_store import ProjectStore
from inspector.store.sample_table import SampleTable

CLASSES, EACH = 30, 40


@pytest.fixture
def images(tmp_path: Path) -> Iterator[SampleTable]:
    store = ProjectStore(tmp_path / "p.inspector")
    entries = [
        Entry(
            parse_listed_path(f"{split}/{label:02}/{n:03}.png"), 10, 5,
            parse_split(split, where="here"), parse_label(f"{label:02}", where="here"), NO_GROUP,
            Status.PENDING, "",
        )
        for label in range(CLASSES)
        for n in range(EACH)
        for split in ("training" if n % 10 else "validation",)
    ]  # fmt: skip
    listing = store.samples.begin_listing()
    store.samples.add_entries(entries, listing=listing, version=1, racy_ns=None)
    rows = [failed(s.id, "image", "", 1) for s in store.samples.everything()]
    store.samples.fill(rows, {}).result()
    yield store.samples.everything().images()
    store.close()


@pytest.fixture(autouse=True)
def limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_IMAGES", 600)
    monkeypatch.setattr(module, "MAX_VALUES", 4_000)
    monkeypatch.setattr(module, "MIN_CLASSES", 10)


def alone(images: SampleTable) -> np.ndarray:
    return np.full(len(images), -1)


def in_pairs(images: SampleTable) -> np.ndarray:
    """Groups of two images of a class each."""
    return np.arange(len(images)) // 2


def test_few_images_are_all_studied(images: SampleTable) -> None:
    few = images.of_rows(np.arange(100))
    assert study_sample(few, alone) == (few, "")


def test_a_sample_is_of_whole_groups_of_some_classes(images: SampleTable) -> None:
    group = in_pairs(images)
    rows, text = study_sample(images, lambda _: group)
    assert 350 <= len(rows) <= 400
    labels = set(rows.text("label"))
    assert len(labels) == 10
    assert f"{len(rows)} of 1,200 images in 10 of 30 classes" in text
    taken = group[images.rows_of(rows.ids)]
    assert set(np.bincount(taken)[np.unique(taken)]) == {2}
    again, _ = study_sample(images, lambda _: group)
    assert again.ids.tolist() == rows.ids.tolist()


def test_a_quarter_is_of_what_is_evaluated_on(
    images: SampleTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_VALUES", 1_000)
    first = np.array([path.endswith("000.png") for path in images.paths])
    some = images.where(~images.text("split").equals("validation") | first)
    rows, _ = study_sample(some, alone)
    kept, of_all = (table.text("split").counts()["validation"] for table in (rows, some))
    share = kept / len(rows)
    assert share > 2 * of_all / len(some)


def test_a_group_of_most_images_gives_a_share(images: SampleTable) -> None:
    group = np.where(np.arange(len(images)) % 3 > 0, 0, -1)
    rows, _ = study_sample(images, lambda _: group)
    inside = group[images.rows_of(rows.ids)] == 0
    assert 300 <= len(rows) <= 450
    assert 0.5 < inside.mean() < 0.8


def test_a_diagnosis_says_of_which_sample_it_is(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_IMAGES", 100)
    sample = project.diagnoses.studied()
    answer = project.diagnoses.run(seeds=1)
    assert answer is not None
    assert sample.text.startswith("Measured on a sample: ")
    assert answer.caveats[0] == sample.text
    asked = answer.question
    assert asked["sample"] == sample.text
    assert asked["images_in_training"] + asked["images_in_folder"] <= len(sample.rows)
