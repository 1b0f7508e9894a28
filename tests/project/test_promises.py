"""Promises: the dataset is unchanged, broken files are set aside, the report is complete."""

import html
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspector.dataset.listing import FAILED
from inspector.project.project import Project
from inspector.project.splits.split_rules import Rule
from inspector.project.training.runs import RunConfig, RunState

PATIENCE_SECONDS = 150
_Facts = tuple[int, int, int, int]


def facts(folder: Path) -> dict[str, _Facts]:
    """Mode, size, inode and change time of the folder and its content; reading changes none."""
    found = {}
    for path in (folder, *folder.rglob("*")):
        stat = path.lstat()
        found[str(path)] = (stat.st_mode, stat.st_size, stat.st_ino, stat.st_mtime_ns)
    return found


@pytest.fixture
def dataset(demo: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of the demo that nobody may write to, with a broken file."""
    folder = tmp_path / "shapes"
    shutil.copytree(demo, folder)
    broken = next((folder / "training").rglob("*.jpg")).with_name("broken.jpg")
    broken.write_bytes(b"no image")
    everything = sorted(folder.rglob("*"), reverse=True)
    for path in (*everything, folder):
        path.chmod(path.stat().st_mode & ~0o222)
    yield folder
    for path in (folder, *sorted(folder.rglob("*"))):
        path.chmod(path.stat().st_mode | 0o200)


@pytest.fixture
def opened(dataset: Path, tmp_path: Path) -> Iterator[Project]:
    project = Project(dataset, tmp_path / "p.inspector", jobs=2)
    project.scans.scan()
    yield project
    project.close()


def wait_for(project: Project, name: str) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while project.runs.run(name).state is not RunState.DONE:
        assert time.monotonic() < end, project.runs.run(name)
        time.sleep(0.1)


def test_a_whole_walk_leaves_a_read_only_dataset_as_it_was(dataset: Path, tmp_path: Path) -> None:
    before = facts(dataset)
    project = Project(dataset, tmp_path / "p.inspector", jobs=2)
    project.scans.scan()
    assert project.scans.is_complete()
    project.decisions.quarantine()
    project.decisions.apply_rule("test>validation>training", everything=True)
    project.decisions.undo()
    run = project.runs.store(project.runs.plan(Rule(), RunConfig(epochs=1, image_size_px=32)))
    project.runs.start([run])
    wait_for(project, run)
    project.reports.write(tmp_path / "report.html")
    cleaned = project.fixes.run(project.fixes.plan(tmp_path / "fixed"))
    assert cleaned.exported.files > 0
    assert cleaned.exported.verified == cleaned.exported.files
    project.close()
    assert facts(dataset) == before
    # The copies can be worked with, whatever the originals allow.
    copied = [p for p in (tmp_path / "fixed").rglob("*") if p.is_file()]
    assert all(os.access(p, os.R_OK) for p in copied)


def test_quarantine_drops_what_cannot_be_read_with_its_reason(
    opened: Project, tmp_path: Path
) -> None:
    unreadable = [s for s in opened.samples.everything() if s.status in FAILED]
    assert any(s.path.endswith("broken.jpg") for s in unreadable)
    decided = opened.decisions.quarantine()
    assert decided.changed == len(unreadable)
    marked = [s for s in opened.samples.everything() if s.mark == "drop"]
    assert {s.id for s in marked} == {s.id for s in unreadable}
    assert all(s.reason_decided.startswith("unreadable: ") for s in marked)
    assert opened.decisions.quarantine().operation == 0
    exported = opened.exports.run(opened.exports.plan(tmp_path / "out"))
    assert not list((tmp_path / "out").rglob("broken.jpg"))
    assert exported.files == opened.samples.counts().images
    undone = opened.decisions.undo()
    assert set(undone.samples) == {s.id for s in unreadable}
    assert not any(s.mark for s in opened.samples.everything())


def test_a_report_tells_what_the_project_knows(opened: Project, tmp_path: Path) -> None:
    count = opened.reports.write(tmp_path / "report.html")
    text = html.unescape((tmp_path / "report.html").read_text("utf-8"))
    overview = opened.findings.overview()
    assert count == len(overview.findings) > 2
    for finding in overview.findings:
        assert finding.title in text
    counts = opened.samples.counts()
    assert f"{counts.images:,}" in text
    leakage = opened.splits.leaks()
    assert leakage.leaks
    worst = next(leak for leak in leakage.leaks if leak.neighbour is not None)
    assert worst.image.path in text
    assert worst.neighbour is not None
    assert worst.neighbour.path in text
    # One file that needs nothing else, and reads as a page.
    assert text.lower().startswith("<!doctype html>")
    assert "data:image/jpeg;base64," in text
    assert "<script" not in text
    assert "http://" not in text.replace("http://www.w3.org", "")
