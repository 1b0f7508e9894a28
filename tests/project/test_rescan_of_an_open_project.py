"""Files that change in place while a project is open: every list shows what is there now."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from inspector.project.project import Project
from inspector.project.review.gallery_query import Query, Sort


@pytest.fixture
def opened(demo: Path, tmp_path: Path) -> Iterator[Project]:
    folder = tmp_path / "photos"
    shutil.copytree(demo, folder)
    project = Project(folder, tmp_path / "p.inspector", jobs=1)
    project.scans.scan()
    yield project
    project.close()


def known(project: Project) -> list[object]:
    """What lists are made of, by path: another project has other ids."""
    table = project.samples.everything()
    path_of = dict(zip(table.ids.tolist(), table.paths, strict=True))
    listings = [project.gallery.listing(Query(sort=sort)) for sort in Sort]
    return [
        *([path_of[i] for i in one.ids.tolist()] for one in listings),
        *(one.counts for one in listings),
        project.labels.queue_key(),
        sorted(tuple(m.path for m in c.members) for c in project.duplicates.clusters()),
        [(o.proposal.rule, len(o.proposal.groups)) for o in project.groups.offers()],
        [len(found.samples) for found in project.findings.overview().findings],
        project.groups.numbers(project.groups.images(), with_duplicates=True).tolist(),
    ]


def test_lists_follow_files_that_change_in_place(opened: Project, tmp_path: Path) -> None:
    before = known(opened)
    paths = opened.samples.everything().paths
    first, second, *_ = (opened.absolute(row.path) for row in opened.groups.images()[::20])
    Image.new("RGB", (90, 70), (250, 250, 250)).save(first)
    shutil.copy(opened.absolute(opened.groups.images()[1].path), second)
    os.utime(second, (1.6e9, 1.6e9))
    opened.scans.scan()
    now = known(opened)
    assert opened.samples.everything().paths is paths
    assert now != before
    fresh = Project(opened.context.root, tmp_path / "fresh.inspector", jobs=1)
    fresh.scans.scan()
    assert now == known(fresh)
    fresh.close()
