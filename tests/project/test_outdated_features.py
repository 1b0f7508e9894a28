"""A project scanned by an older version opens, is read again, and keeps its decisions."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from inspector.desktop.paths import pictures_file
from inspector.project.catalog.scans import READING, READING_AGAIN
from inspector.project.project import Project
from inspector.work.jobs import Progress
from inspector.work.tasks import FEATURES


class Phases(Progress):
    """Records the name of each phase."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def rename(self, phase: str, total: int) -> None:
        self.names.append(phase)
        super().rename(phase, total)


def age(project: Path) -> None:
    """Make a project and the cache look as if scanned by the previous version."""
    with closing(sqlite3.connect(project)) as database, database:
        database.execute("UPDATE sample SET version = ?", (FEATURES - 1,))
    with closing(sqlite3.connect(pictures_file())) as cache, cache:
        cache.execute(f"PRAGMA user_version = {FEATURES - 1}")


def test_an_older_scan_is_done_again_and_says_so(demo: Path, tmp_path: Path) -> None:
    dataset, file = tmp_path / "data", tmp_path / "p.inspector"
    shutil.copytree(demo, dataset)
    for image in dataset.rglob("*.*"):
        # What changed just now is read again for good measure.
        os.utime(image, (1_700_000_000, 1_700_000_000))
    project = Project(dataset, file, jobs=1)
    first = Phases()
    project.scans.scan(progress=first)
    pairs = project.context.store.duplicates.pairs()
    dropped = pairs[0].a
    project.decisions.drop([dropped])
    project.close()
    assert first.names == [READING]

    age(file)
    project = Project(dataset, file, jobs=1)
    try:
        assert project.context.store.duplicates.pairs() == pairs
        again = Phases()
        project.scans.scan(progress=again)
        assert again.names == [READING_AGAIN]
        assert sorted(project.context.store.duplicates.pairs()) == sorted(pairs)
        marks = {s.id for s in project.samples.everything() if s.mark == "drop"}
        assert marks == {dropped}
        last = Phases()
        project.scans.scan(progress=last)
        assert last.names == [READING]
    finally:
        project.close()
