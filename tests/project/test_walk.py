"""A whole session on one `Project`: scan, duplicates, decisions, undo across restarts, export."""

import csv
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.dataset.listing import Entry
from inspector.errors import CacheError, DatasetError, ExportError, ProjectError, UsageError
from inspector.project.catalog import scans
from inspector.project.project import Project
from inspector.project.review.duplicates import Level, PairKind
from inspector.project.review.gallery_query import Facet, GroupBy, Query, Sort
from inspector.project.review.keep_rules import RULES
from inspector.similarity import fingerprints
from inspector.store import samples
from inspector.store.exclusive_lock import exclusive_lock
from inspector.store.refusals import lock_of
from inspector.work import tasks
from inspector.work.jobs import Progress, Stop


@pytest.fixture
def copy(demo: Path, tmp_path: Path) -> Path:
    """A copy of the demo that a test may change, as a user changes a folder."""
    return Path(shutil.copytree(demo, tmp_path / "data"))


@pytest.fixture
def opened(copy: Path, tmp_path: Path) -> Iterator[Project]:
    project = Project(copy, tmp_path / "p.inspector", jobs=2)
    project.scans.scan()
    yield project
    project.close()


def _truth(folder: Path) -> list[dict[str, str]]:
    with folder.with_name(f"{folder.name}.truth.csv").open() as stream:
        return list(csv.DictReader(stream))


def test_feature_versions_agree() -> None:
    assert tasks.FEATURES == fingerprints.VERSION


class Phases(Progress):
    """Records each phase with its total."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, int]] = []

    def start(self, phase: str, total: int) -> None:
        self.seen.append((phase, total))
        super().start(phase, total)

    def rename(self, phase: str, total: int) -> None:
        self.seen.append((phase, total))
        super().rename(phase, total)


def test_two_programs_that_scan_one_project_share_the_work(copy: Path, tmp_path: Path) -> None:
    for file in copy.rglob("*.*"):
        # What changed just now is read again for good measure.
        os.utime(file, (1_700_000_000, 1_700_000_000))
    both = [Project(copy, tmp_path / "p.inspector", jobs=1) for _ in range(2)]
    phases = [Phases(), Phases()]
    with ThreadPoolExecutor() as threads:
        done = list(threads.map(lambda p, w: p.scans.scan(progress=w), both, phases))
    counts = both[0].samples.counts()
    for project in both:
        project.close()
    assert [one.complete for one in done] == [True, True]
    none, every = sorted(dict(one.seen)["images"] for one in phases)
    assert none == 0
    assert every >= counts.images + counts.unreadable
    assert sum(one.seen[0][0].endswith("waiting") for one in phases) == 1


def test_who_waits_for_another_scan_may_give_up(copy: Path, tmp_path: Path) -> None:
    project = Project(copy, tmp_path / "p.inspector", jobs=1)
    stop, phases = Stop(), Phases()
    with (
        exclusive_lock(lock_of(project.file), waiting=lambda: None, stopped=lambda: False),
        ThreadPoolExecutor() as threads,
    ):
        answer = threads.submit(project.scans.scan, stop=stop, progress=phases)
        while not phases.seen:
            time.sleep(0.01)
        stop.set()
        done = answer.result(30)
    assert not done.complete
    assert not project.samples.everything(), "who gave up waiting lists nothing beside the other"
    assert project.scans.scan().complete
    project.close()


def test_pictures_are_read_while_names_still_come(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Project(copy, tmp_path / "p.inspector", jobs=1)
    phases = Phases()
    entries = [e for chunk in scans.list_files(project.root, project.layout) for e in chunk]
    read = []

    def two_chunks(*_: object) -> Iterator[list[Entry]]:
        yield entries[:100]
        end = time.monotonic() + 60
        while not phases.snapshot().done and time.monotonic() < end:
            time.sleep(0.01)
        read.append(phases.snapshot().done)
        yield entries[100:]

    monkeypatch.setattr(scans, "list_files", two_chunks)
    done = project.scans.scan(progress=phases)
    assert 0 < read[0] <= 100
    assert done.complete
    assert done.new == len(entries)
    assert project.samples.counts().pending == 0
    assert [phase for phase, _ in phases.seen[:2]] == ["names", "images"]
    project.close()


def test_a_scan_that_is_stopped_while_names_come_has_them_all(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Project(copy, tmp_path / "p.inspector", jobs=1)
    stop = Stop()
    entries = [e for chunk in scans.list_files(project.root, project.layout) for e in chunk]

    def stopped(*_: object) -> Iterator[list[Entry]]:
        for start in range(0, len(entries), 50):
            stop.set()
            yield entries[start : start + 50]

    with monkeypatch.context() as patch:
        patch.setattr(scans, "list_files", stopped)
        assert not project.scans.scan(stop=stop).complete
    counts = project.samples.counts()
    assert counts.pending
    assert not project.scans.is_complete()
    assert len(project.samples.everything()) == len(entries)
    again = project.scans.scan()
    assert (again.complete, again.new, again.missing) == (True, 0, 0)
    project.close()


def test_an_error_while_names_come_is_heard_at_once_and_leaves_no_thread(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Project(copy, tmp_path / "p.inspector", jobs=1)
    entries = [e for chunk in scans.list_files(project.root, project.layout) for e in chunk]
    yielded, told = [], []

    def endless(*_: object) -> Iterator[list[Entry]]:
        while True:
            yielded.append(1)
            yield entries
            time.sleep(0.01)

    class Interrupted(Progress):
        def advance(self, pieces: int = 1) -> None:
            raise KeyboardInterrupt

    project.subscribe(told.append)
    with monkeypatch.context() as patch:
        patch.setattr(scans, "list_files", endless)
        with pytest.raises(KeyboardInterrupt):
            project.scans.scan(progress=Interrupted())
    count = len(yielded)
    time.sleep(0.2)
    assert len(yielded) == count
    assert told[-1].duplicates
    assert project.scans.scan().complete
    project.close()


def test_scans_leave_no_connection_behind(opened: Project) -> None:
    for _ in range(3):
        opened.scans.scan()
    database, cache = opened.context.store.database, opened.context.cache
    readers, pictures = len(database._readers), len(cache._all)
    for _ in range(3):
        opened.scans.scan()
    assert (len(database._readers), len(cache._all)) == (readers, pictures)


def test_no_decision_waits_for_a_cache_that_another_program_holds(
    copy: Path, tmp_path: Path
) -> None:
    project = Project(copy, tmp_path / "p.inspector", jobs=1)
    project.scans.index()
    ids = [s.id for s in project.samples.everything()][:3]
    with (
        closing(sqlite3.connect(project.context.cache.path, isolation_level=None)) as other,
        ThreadPoolExecutor() as threads,
    ):
        other.execute("BEGIN IMMEDIATE")
        progress = Progress()
        scan = threads.submit(project.scans.scan, progress=progress)
        while not progress.snapshot().done:
            time.sleep(0.01)
        time.sleep(0.5)
        threads.submit(project.decisions.drop, ids).result(20)
        assert not scan.done()
        other.execute("ROLLBACK")
        assert scan.result(60).complete
    project.close()


def test_fingerprints_that_do_not_fit_are_said_and_the_scan_goes_on_later(
    copy: Path, tmp_path: Path
) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    project = Project(copy, tmp_path / "p.inspector", jobs=1)
    place, project.context.cache.records = project.context.cache.records, tmp_path / "full"
    project.context.cache.records.symlink_to(full)
    with pytest.raises(CacheError, match="No space left on device"):
        project.scans.scan()
    project.context.cache.records = place
    assert project.scans.scan().complete
    assert project.samples.counts().pending == 0
    project.close()


def test_counts_reconcile_with_the_disk(demo: Path, project: Project) -> None:
    counts = project.samples.counts()
    seen = counts.images + counts.unreadable + counts.ignored + counts.other + counts.pending
    assert seen == sum(f.is_file() for f in demo.rglob("*"))
    assert counts.unreadable == 1
    assert counts.ignored >= 1
    assert sum(counts.classes.values()) == counts.images
    assert sum(counts.splits.values()) == counts.images
    reasons = {p.status for p in project.samples.problems()}
    assert {"unreadable", "ignored"} <= reasons


def test_top_folders_beside_splits_are_a_finding(copy: Path, tmp_path: Path) -> None:
    (copy / "raw" / "deep").mkdir(parents=True)
    picture = next(copy.rglob("*.jpg"))
    shutil.copy(picture, copy / "raw" / "deep" / "a.jpg")
    (copy / "raw" / "note.txt").write_text("x")
    (copy / "empty").mkdir()
    project = Project(copy, tmp_path / "left.inspector", jobs=2)
    project.scans.scan()
    found = {f.code: f for f in project.findings.overview().findings}["ignored_folders"]
    assert found.severity == "middle"
    assert found.count == 2
    assert "empty, raw" in found.title
    assert "2 files in them (1 named like images)" in found.text
    paths = [s.path for s in project.samples.by_ids(found.samples)]
    assert paths == ["raw/deep/a.jpg", "raw/note.txt"]
    project.close()


def test_splits_alone_leave_no_folder_out(project: Project) -> None:
    codes = {f.code for f in project.findings.overview().findings}
    assert "ignored_folders" not in codes
    assert "unreadable" in codes


def test_a_list_is_told_as_text(project: Project) -> None:
    (found,) = (f for f in project.findings.overview().findings if f.code == "unreadable")
    (sample,) = project.samples.by_ids(found.samples)
    text = project.samples.as_text(found.samples)
    assert text == f"{sample.path}\tunreadable\t{sample.reason}\n"
    assert sample.reason


def test_planted_copies_are_found_under_their_kind(demo: Path, project: Project) -> None:
    found = {
        frozenset((p.a.path, p.b.path)): p
        for p in project.duplicates.pairs()
        if p.level is Level.SURE
    }
    planted = [r for r in _truth(demo) if r["copy_of"] and r["kind"] in set(PairKind)]
    assert len(planted) >= 8
    hits = [r for r in planted if frozenset((r["path"], r["copy_of"])) in found]
    right = [r for r in hits if found[frozenset((r["path"], r["copy_of"]))].kind.value == r["kind"]]
    assert len(hits) >= 0.9 * len(planted)
    assert len(right) >= 0.9 * len(hits)


def test_a_second_scan_reads_nothing_and_a_changed_file_alone(opened: Project, copy: Path) -> None:
    opened.scans.scan()
    again = opened.scans.scan()
    assert (again.new, again.moved, again.missing) == (0, 0, 0)
    files = sorted((copy / "training").rglob("*.jpg"))
    before = {s.path: s.sha256 for s in opened.samples.everything()}
    files[0].write_bytes(files[-1].read_bytes())
    opened.scans.scan()
    after = {s.path: s.sha256 for s in opened.samples.everything()}
    changed = {p for p in after if after[p] != before[p]}
    assert changed == {files[0].relative_to(copy).as_posix()}


def test_decisions_follow_a_moved_file_and_leave_a_changed_one(opened: Project, copy: Path) -> None:
    one, two = (s for s in opened.samples.everything() if s.path.endswith("1.jpg")).__iter__(), None
    first = next(one)
    two = next(one)
    opened.decisions.drop([first.id, two.id])
    (copy / first.path).rename((copy / first.path).with_name("moved.jpg"))
    other = next(s for s in opened.samples.everything() if s.sha256 != two.sha256 and s.width)
    (copy / two.path).write_bytes((copy / other.path).read_bytes())
    opened.scans.scan()
    marks = {s.path: s.mark for s in opened.samples.everything()}
    assert marks[f"{first.path.rsplit('/', 1)[0]}/moved.jpg"] == "drop"
    assert marks[two.path] == ""


def test_the_list_in_memory_is_what_the_project_file_holds(opened: Project, copy: Path) -> None:
    """Also if another program decides, or scans."""
    other = Project(copy, opened.file, jobs=1)

    def agree() -> None:
        held = samples.select(opened.context.store.database.read(), "1", ())
        assert list(opened.samples.everything()) == held
        assert list(other.samples.everything()) == held

    agree()
    before = opened.samples.everything()
    ids = [s.id for s in before if s.status == "image"]
    opened.decisions.drop(ids[:3])
    agree()
    assert not any(s.mark for s in before), "a list that was handed out stays as it is"
    other.decisions.relabel(ids[2:5], "bird")
    agree()
    opened.decisions.bind(ids[6:8])
    opened.decisions.review(ids[6:9])
    agree()
    for _ in range(3):
        opened.decisions.undo()
        agree()
    other.decisions.undo()
    agree()
    assert list(opened.samples.everything()) == list(before)
    opened.decisions.drop(ids[:2])
    first, second = opened.samples.by_ids(ids[:2])
    (copy / first.path).rename((copy / first.path).with_name("moved.jpg"))
    (copy / second.path).unlink()
    other.scans.scan()
    agree()
    (copy / second.path).write_bytes((copy / opened.samples.by_ids(ids[5:6])[0].path).read_bytes())
    opened.scans.scan()
    agree()
    other.close()


@pytest.mark.parametrize("rule", [r for r in RULES if "GLOB" not in r] + ["path:training/*"])
def test_a_rule_keeps_one_and_leaves_no_sure_pair(project: Project, rule: str) -> None:
    index = project.duplicates.index()
    plan = project.decisions.plan_rule(rule, everything=True)
    dropped = {s.id for s, _ in plan.drops}
    assert dropped
    for members in index.clusters.values():
        kept = [m for m in members if m not in dropped]
        assert kept
        assert not any(set(index.neighbours(m)) & set(kept) for m in kept)
    for sample, keeper in plan.drops:
        assert keeper.id in index.neighbours(sample.id)
        assert keeper.id not in dropped


def test_undo_and_redo_reach_back_across_restarts(
    demo: Path, project: Project, tmp_path: Path
) -> None:
    ids = [s.id for s in project.samples.everything() if s.status == "image"]
    project.decisions.drop(ids[:3])
    project.decisions.relabel(ids[3:4], "other")
    project.close()
    again = Project(demo, tmp_path / "p.inspector", jobs=1)
    assert again.decisions.undo().changed == 1
    assert again.decisions.undo().changed == 3
    assert not any(s.mark or s.new_label for s in again.samples.everything())
    assert again.decisions.undo().operation == 0
    again.decisions.redo()
    assert sum(s.mark == "drop" for s in again.samples.everything()) == 3
    again.decisions.keep(ids[5:6])
    assert again.decisions.redo().operation == 0
    assert [o.verb for o in again.decisions.log()] == [
        "drop", "relabel", "undo", "undo", "redo", "keep",
    ]  # fmt: skip
    again.close()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(["drop", "keep", "clear", "undo", "redo", "bind"]), max_size=12))
def test_undoing_everything_gives_the_beginning(verbs: list[str]) -> None:
    import tempfile

    from inspector.store import decisions
    from inspector.store.database import Database
    from inspector.store.decisions import DecisionField

    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "p")
        for number, verb in enumerate(verbs):
            if verb in ("undo", "redo"):
                find = decisions.to_undo if verb == "undo" else decisions.to_redo
                operation = find(database.read())
                move = decisions.undo if verb == "undo" else decisions.redo
                if operation:
                    database.write(lambda c, o=operation, m=move: m(c, o, 0.0))
                continue
            field, new = {
                "bind": (DecisionField.BOUND, "1"), "clear": (DecisionField.MARK, "")
            }.get(verb, (DecisionField.MARK, verb))  # fmt: skip
            changes = [decisions.Change(number % 3 + 1, field, new)]
            database.write(lambda c, v=verb, x=changes: decisions.apply(c, v, v, x, 0.0))
        while operation := decisions.to_undo(database.read()):
            database.write(lambda c, o=operation: decisions.undo(c, o, 0.0))
        rows = database.read().execute("SELECT mark, label, bound, reviewed FROM decision")
        assert set(rows) <= {("", "", 0, 0)}
        database.close()


def test_not_alike_is_remembered_and_a_moved_threshold_leaves_decisions(project: Project) -> None:
    pair = next(p for p in project.duplicates.pairs() if p.kind is PairKind.NEAR)
    project.decisions.not_alike(pair.a.id, pair.b.id)
    assert pair.b.id not in project.duplicates.index().neighbours(pair.a.id)
    project.decisions.drop([pair.a.id])
    project.duplicates.set_threshold(0.95)
    assert project.samples.by_ids([pair.a.id])[0].mark == "drop"
    assert all(p.similarity >= 0.95 for p in project.duplicates.pairs() if p.level is Level.SURE)
    with pytest.raises(UsageError):
        project.duplicates.set_threshold(0.2)


def test_decisions_travel_by_content(project: Project, copy: Path, tmp_path: Path) -> None:
    images = [s for s in project.samples.everything() if s.status == "image"]
    project.decisions.drop([images[0].id], reason="blurred")
    project.decisions.bind([images[1].id, images[2].id])
    project.decisions.export_to(tmp_path / "decisions.json")
    other = Project(copy, tmp_path / "other.inspector", jobs=2)
    other.scans.scan()
    other.decisions.import_from(tmp_path / "decisions.json")
    rows = {s.path: s for s in other.samples.everything()}
    assert rows[images[0].path].reason_decided == "blurred"
    assert rows[images[1].path].bound == rows[images[2].path].bound != 0
    other.close()


def test_an_export_after_a_rule_has_no_known_pair_across(project: Project, tmp_path: Path) -> None:
    project.decisions.apply_rule("test>validation>training", everything=True)
    chosen = next(s for s in project.samples.everything() if s.status == "image" and not s.mark)
    project.decisions.relabel([chosen.id], "other")
    done = project.exports.run(project.exports.plan(tmp_path / "out"))
    assert done.leaks_after == 0
    assert done.verified == done.files
    moved = list((tmp_path / "out").rglob("other/*"))
    assert [f.read_bytes() for f in moved] == [project.absolute(chosen.path).read_bytes()]
    with Path(done.manifest).open() as stream:
        rows = list(csv.DictReader(stream))
    assert {r["source"] for r in rows} == {s.path for s in project.samples.everything()}
    assert any(r["reason"] == f"relabelled from {chosen.label}" for r in rows)
    assert project.exports.decisions_since() == 0


@pytest.mark.parametrize("by", list(GroupBy))
@pytest.mark.parametrize("sort", list(Sort))
def test_listings_hold_every_image_once(project: Project, by: GroupBy, sort: Sort) -> None:
    chosen = {Facet.FILE: frozenset({"image"})}
    found = project.gallery.listing(Query(chosen, group_by=by, sort=sort))
    images = {s.id for s in project.samples.everything() if s.status == "image"}
    ids = found.ids.tolist()
    assert len(ids) == len(set(ids))
    assert set(ids) == images or by is GroupBy.CLUSTER
    assert len(found.titles) == len(found.starts)


def test_the_cache_may_go_at_any_time(project: Project) -> None:
    sample = next(s for s in project.samples.everything() if s.status == "image")
    with project.context.cache._connection() as connection:
        connection.execute("DELETE FROM picture")
    assert project.samples.thumbnail(sample.id) is None
    project.scans.scan()
    assert project.samples.thumbnail(sample.id)


def test_another_dataset_with_the_project_is_refused(
    project: Project, copy: Path, tmp_path: Path
) -> None:
    with pytest.raises(ProjectError, match="of the dataset"):
        Project(copy, tmp_path / "p.inspector")
    moved = Project(copy, tmp_path / "p.inspector", relocate=True)
    assert moved.root == copy
    moved.close()


def test_a_project_inside_the_dataset_is_refused(copy: Path) -> None:
    with pytest.raises(ExportError, match="inside the dataset"):
        Project(copy, copy / "p.inspector")


def test_an_empty_folder_says_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(DatasetError) as caught:
        Project(tmp_path)
    assert "Expected" in caught.value.advice
