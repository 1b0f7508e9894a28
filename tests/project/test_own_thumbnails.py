"""Small files are their own thumbnails: the cache holds no copy, and never shows another image."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inspector.desktop.paths import pictures_file
from inspector.project.catalog.recent_thumbnails import thumbnails_of
from inspector.project.project import Project
from inspector.similarity.records import CachedPicture

SMALL, LARGE = "a/small.jpg", "b/large.png"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    rng = np.random.default_rng(3)
    for path, side in ((SMALL, 48), ("a/twin.jpg", 48), (LARGE, 400)):
        file = tmp_path / "images" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        coarse = rng.integers(0, 255, (6, 6, 3), np.uint8)
        Image.fromarray(coarse).resize((side, side)).save(file)
    (tmp_path / "images/a/twin.jpg").write_bytes((tmp_path / "images" / SMALL).read_bytes())
    opened = Project(tmp_path / "images", jobs=1)
    opened.scans.scan()
    yield opened
    opened.close()


def id_of(project: Project, path: str) -> int:
    return next(s.id for s in project.samples.everything() if s.path == path)


def test_a_small_file_is_shown_and_not_copied(project: Project) -> None:
    sample = project.samples.by_paths([SMALL])[0]
    assert project.context.cache.thumbnail(sample.sha256) == b""
    assert project.samples.thumbnail(sample.id) == (project.root / SMALL).read_bytes()
    assert project.samples.thumbnail(id_of(project, LARGE))
    stored = pictures_file().read_bytes()
    assert (project.root / SMALL).read_bytes() not in stored


def test_a_file_that_is_gone_or_changed_has_no_thumbnail(project: Project) -> None:
    small, twin = id_of(project, SMALL), id_of(project, "a/twin.jpg")
    (project.root / SMALL).unlink()
    Image.new("RGB", (48, 48)).save(project.root / "a/twin.jpg")
    assert project.samples.thumbnail(small) is None
    assert project.samples.thumbnail(twin) is None
    project.scans.scan()
    twin = id_of(project, "a/twin.jpg")
    assert project.samples.thumbnail(twin) == (project.root / "a/twin.jpg").read_bytes()


def test_a_copy_of_an_older_cache_or_of_a_cluster_stays(project: Project) -> None:
    cache, sample = project.context.cache, project.samples.by_paths([SMALL])[0]
    cache.put([CachedPicture(sample.sha256, b"a copy", 0, 0)])
    cache.put([CachedPicture(sample.sha256, b"", 0, 0)])
    assert project.samples.thumbnail(sample.id) == b"a copy"


def test_the_start_page_reads_the_files(project: Project) -> None:
    root = project.root
    project.close()
    assert (root / SMALL).read_bytes() in thumbnails_of(root, 4)
    (root / SMALL).unlink()
    (root / "a/twin.jpg").unlink()
    assert len(thumbnails_of(root, 4)) == 1
