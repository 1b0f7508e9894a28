"""A folder that stands in for a dataset elsewhere: its facts are here, its images are not."""

import contextlib
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from inspector.desktop.paths import cache_folder, origin_file, pictures_file, stand_in_folder
from inspector.errors import DatasetError
from inspector.project.project import Project
from inspector.project.splits.split_rules import Rule
from inspector.project.training.runs import RunConfig
from inspector.similarity.image_hashes import HashMethod

URL = "s3://bucket/flowers"


@pytest.fixture
def project(demo: Path, scanned: tuple[Path, Path], tmp_path: Path) -> Iterator[Project]:
    """A scanned dataset whose images were then emptied, as those of a stand-in are."""
    folder = stand_in_folder(URL)
    shutil.copytree(demo, folder)
    origin_file(folder).write_text(URL, "utf-8")
    for image in folder.rglob("*.jpg"):
        facts = image.stat()
        image.write_bytes(bytes(facts.st_size))
        os.utime(image, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    file, caches = scanned
    shutil.copy(file, tmp_path / "p.inspector")
    shutil.copytree(caches, cache_folder(), dirs_exist_ok=True)
    _keep_copies(demo)
    opened = Project(folder, tmp_path / "p.inspector", relocate=True, jobs=1)
    yield opened
    opened.close()


def _keep_copies(dataset: Path) -> None:
    """Store small files as a cluster's scan does: nothing else has them later."""
    with contextlib.closing(sqlite3.connect(pictures_file())) as cache, cache:
        for image in dataset.rglob("*.jpg"):
            data = image.read_bytes()
            cache.execute(
                "UPDATE picture SET thumbnail = ? WHERE sha256 = ? AND thumbnail = x''",
                (data, hashlib.sha256(data).digest()),
            )


USES: dict[str, Callable[[Project, Path], object]] = {
    "loupe": lambda p, _: p.samples.pixels(p.samples.everything()[0].id),
    "embedding": lambda p, _: p.embeddings.complete(),
    "training": lambda p, _: p.runs.plan(Rule(), RunConfig(epochs=1, image_size_px=32)),
    "export": lambda p, target: p.exports.plan(target),
    "clean up": lambda p, target: p.fixes.plan(target),
    "augmentation": lambda p, _: p.previews.choose(count=4),
    "image hashes": lambda p, _: p.image_hashes.compare(HashMethod.PHASH),
}


@pytest.mark.parametrize("use", USES)
def test_what_needs_the_images_says_where_they_are(
    project: Project, tmp_path: Path, use: str
) -> None:
    with pytest.raises(DatasetError) as refused:
        USES[use](project, tmp_path / "target")
    assert refused.value.message == f"the images are in {URL}, not on this machine"
    assert "Copy the dataset here" in refused.value.advice
    assert not (tmp_path / "target").exists()


def test_what_needs_facts_alone_works(project: Project) -> None:
    images = [s for s in project.samples.everything() if s.status == "image"]
    assert project.samples.thumbnail(images[0].id)
    assert project.duplicates.clusters()
    project.decisions.drop([images[0].id])
    assert project.fixes.plan().copies is not None
