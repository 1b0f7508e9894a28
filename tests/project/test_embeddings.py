"""Embeddings through the project: by workers, cached by content; failures are reported."""

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from inspector.dataset.decoding import read_picture
from inspector.errors import CacheError
from inspector.project.catalog.embeddings import Embeddings
from inspector.project.project import Project
from inspector.similarity.embedding import DIMENSIONS, embed
from inspector.work.jobs import Progress, Stop


@pytest.fixture
def small(demo: Path, tmp_path: Path) -> Path:
    """Some images of the demo, one of them twice."""
    folder = tmp_path / "small"
    files = sorted((demo / "training").rglob("IMG_*.jpg"))[:40]
    for file in files:
        target = folder / file.relative_to(demo / "training")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    first = sorted(folder.rglob("*.jpg"))[0]
    shutil.copy(first, first.with_name("zz-again.jpg"))
    return folder


@pytest.fixture
def project(small: Path, tmp_path: Path) -> Iterator[Project]:
    opened = Project(small, tmp_path / "p.inspector", jobs=1)
    opened.scans.scan()
    yield opened
    opened.close()


def vectors(embeddings: Embeddings) -> tuple[np.ndarray, np.ndarray]:
    parts = list(embeddings.of(embeddings.images()))
    return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])


def test_each_content_is_embedded_once_and_kept(project: Project, tmp_path: Path) -> None:
    embeddings = project.embeddings
    assert embeddings.missing() == 40
    assert embeddings.estimated_seconds() > 0
    progress = Progress()
    assert embeddings.complete(progress=progress)
    assert (progress.snapshot().phase, progress.snapshot().done) == ("embedding images", 40)
    rows, found = vectors(embeddings)
    images = embeddings.images()
    assert rows.tolist() == list(range(len(images))) == list(range(41))
    assert found.shape == (41, DIMENSIONS)
    for place in (0, 17, 40):
        picture = read_picture(str(project.absolute(images[place].path)))
        assert picture.pixels is not None
        assert np.array_equal(embed([picture.pixels])[0], found[place])
    again = Project(project.root, tmp_path / "other.inspector", jobs=1)
    again.scans.scan()
    assert again.embeddings.missing() == 0
    again.close()


def test_a_child_process_gets_a_file(project: Project, tmp_path: Path) -> None:
    project.embeddings.complete()
    images = project.embeddings.images()[::-1]
    there = project.embeddings.write(images, tmp_path / "vectors.npy")
    assert there.all()
    table = np.load(tmp_path / "vectors.npy")
    assert np.array_equal(table, vectors(project.embeddings)[1][::-1])


def test_a_stop_keeps_what_is_finished(project: Project) -> None:
    stop = Stop()
    stop.set()
    assert not project.embeddings.complete(stop=stop)
    assert project.embeddings.missing() == 40
    assert project.embeddings.complete()


def test_a_file_that_changed_has_no_vector_and_a_reason(project: Project, demo: Path) -> None:
    first = project.embeddings.images()[0]
    other = sorted((demo / "training").rglob("IMG_*.jpg"))[60]
    shutil.copy(other, project.absolute(first.path))
    gone = project.embeddings.images()[5]
    os.unlink(project.absolute(gone.path))
    assert project.embeddings.complete()
    reasons = project.embeddings.failures()
    assert "changed" in reasons.get(first.sha256, "changed")
    assert "gone" in reasons[gone.sha256]
    assert project.embeddings.missing() == 0
    rows, _ = vectors(project.embeddings)
    assert 5 not in rows.tolist()


def test_two_that_ask_at_once_share_the_work(project: Project) -> None:
    results: list[bool] = []
    threads = [
        threading.Thread(target=lambda: results.append(project.embeddings.complete()))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True, True]
    assert project.embeddings.missing() == 0


def test_a_cache_that_takes_nothing_is_said(project: Project) -> None:
    project.context.cache.refusal = CacheError("the disk is full", "Make room.")
    with pytest.raises(CacheError, match="full"):
        project.embeddings.complete()
