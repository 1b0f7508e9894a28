import csv
import errno
import hashlib
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from inspector.errors import ExportError
from inspector.work import export_writer as publishing
from inspector.work import staging
from inspector.work.export_items import ItemTable
from inspector.work.export_plan import ExportMode, ExportPlan, Item, LeftOut, make_plan
from inspector.work.export_writer import publish
from inspector.work.jobs import Progress, Stop
from inspector.work.staging import StagingFolder


@pytest.fixture
def source(tmp_path: Path) -> Path:
    root = tmp_path / "source"
    for i in range(40):
        file = root / f"class{i % 2}" / f"{i}.bin"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(bytes([i]) * 50_000)
    return root


def _items(root: Path) -> list[Item]:
    return [
        Item(
            path, path, file.stat().st_size, hashlib.sha256(file.read_bytes()).digest(),
            "training", file.parent.name, "",
        )
        for file in sorted(root.rglob("*.bin"))
        for path in [file.relative_to(root).as_posix()]
    ]  # fmt: skip


def _plan(root: Path, mode: ExportMode = ExportMode.COPY, name: str = "out") -> ExportPlan:
    left = [LeftOut("class0/x.bin", 1, "training", "class0", "excluded: by hand")]
    return make_plan(str(root), str(root.parent / name), _items(root), left, mode=mode)


def _publish(plan: ExportPlan, *, resume: bool = False) -> publishing.Published:
    return publish(plan, stop=Stop(), progress=Progress(), resume=resume)


def _tree(folder: Path) -> dict[str, bytes]:
    return {
        f.relative_to(folder).as_posix(): f.read_bytes()
        for f in sorted(folder.rglob("*"))
        if f.is_file()
    }


def test_copies_verify_and_the_manifest_reconciles(source: Path) -> None:
    before = _tree(source)
    done = _publish(_plan(source))
    out = source.parent / "out"
    assert (done.files, done.verified) == (40, 40)
    with Path(done.manifest).open() as stream:
        rows = list(csv.DictReader(stream))
    stands = {r["path"]: r["sha256"] for r in rows if r["path"]}
    found = {p: hashlib.sha256(b).hexdigest() for p, b in _tree(out).items() if p != "manifest.csv"}
    assert stands == found
    assert [r["reason"] for r in rows if not r["path"]] == ["excluded: by hand"]
    assert _tree(source) == before
    assert not list(source.parent.glob(".*partial"))


def test_a_target_in_the_way_is_refused(source: Path) -> None:
    (source.parent / "out").mkdir()
    with pytest.raises(ExportError, match="exists already"):
        _plan(source)


@pytest.mark.parametrize("target", ["source/inside", "."])
def test_overlap_with_the_dataset_is_refused(source: Path, target: str) -> None:
    with pytest.raises(ExportError):
        make_plan(
            str(source), str(source.parent / target), _items(source), [], mode=ExportMode.COPY
        )


def test_overlap_through_a_link_is_refused(source: Path) -> None:
    (source.parent / "link").symlink_to(source)
    with pytest.raises(ExportError, match="inside the dataset"):
        make_plan(str(source), str(source.parent / "link" / "x"), [], [], mode=ExportMode.COPY)


@pytest.mark.parametrize("names", [("A.bin", "a.bin"), ("e\u0301.bin", "\u00e9.bin")])
def test_names_that_collide_elsewhere_are_refused(source: Path, names: tuple[str, str]) -> None:
    items = [Item(n, n, 1, b"", "", "", "") for n in names]
    with pytest.raises(ExportError, match="one name"):
        make_plan(str(source), str(source.parent / "o"), items, [], mode=ExportMode.COPY)


def test_a_changed_source_publishes_nothing(source: Path) -> None:
    plan = _plan(source)
    (source / "class1" / "9.bin").write_bytes(b"other")
    with pytest.raises(ExportError, match="changed since the scan"):
        _publish(plan)
    assert not (source.parent / "out").exists()


def test_a_full_disk_is_told_and_resumed(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = publishing._copy_bytes, []

    def full(one: Path, part: int, *, later: bool) -> bytes:
        calls.append(one)
        if len(calls) == 11:
            os.close(part)
            raise OSError(errno.ENOSPC, "no space")
        return real(one, part, later=later)

    monkeypatch.setattr(publishing, "_copy_bytes", full)
    plan = _plan(source)
    with pytest.raises(ExportError, match="disk is full"):
        _publish(plan)
    assert not (source.parent / "out").exists()
    assert _publish(plan, resume=True).verified == 40
    assert len(calls) == 41


@pytest.mark.parametrize(("known", "at_once"), [(True, True), (True, False), (False, True)])
def test_all_is_on_the_disk_before_the_folder_appears(
    source: Path, monkeypatch: pytest.MonkeyPatch, known: bool, at_once: bool
) -> None:
    synced: list[int] = []
    staged: list[set[str]] = []
    fsync, sync_all, plan = os.fsync, StagingFolder.sync_all, _plan(source)
    if not known:
        # Nobody could tell a damaged file from a whole one: each is synced before it counts.
        plan = replace(plan, items=ItemTable(item._replace(sha256=b"") for item in plan.items))

    def each(descriptor: int) -> None:
        synced.append(descriptor)
        fsync(descriptor)

    def everything(folder: StagingFolder) -> None:
        assert not (source.parent / "out").exists()
        staged.append({f.name for f in folder.path.rglob("*.bin")})
        sync_all(folder)

    monkeypatch.setattr(os, "fsync", each)
    monkeypatch.setattr(StagingFolder, "sync_all", everything)
    monkeypatch.setattr(StagingFolder, "syncs_at_once", lambda _: True)
    monkeypatch.setattr(publishing, "MANY_FILES", 39 if at_once else 40)
    _publish(plan)
    assert staged == ([{f"{i}.bin" for i in range(40)}] if at_once else [])
    assert (len(synced) > 40) != (known and at_once)


@pytest.mark.parametrize(("release", "device"), [("4.18.0-553", 0), ("6.1.0", 2**40 - 1), ("?", 0)])
def test_where_a_lost_write_might_go_unnoticed_each_file_is_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, release: str, device: int
) -> None:
    staging._tells_what_is_lost.cache_clear()
    monkeypatch.setattr(staging.platform, "release", lambda: release)
    assert not staging._tells_what_is_lost(device or tmp_path.stat().st_dev)
    staging._tells_what_is_lost.cache_clear()


def test_a_disk_that_can_not_keep_what_was_written_publishes_nothing(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(folder: StagingFolder) -> None:
        raise OSError(errno.EIO, "input/output error", str(folder.path))

    plan = _plan(source)
    with monkeypatch.context() as failing:
        failing.setattr(StagingFolder, "sync_all", broken)
        failing.setattr(StagingFolder, "syncs_at_once", lambda _: True)
        failing.setattr(publishing, "MANY_FILES", 1)
        with pytest.raises(ExportError, match="the export failed"):
            _publish(plan)
    assert not (source.parent / "out").exists()
    assert _publish(plan, resume=True).verified == 40


def test_a_staged_export_needs_resume(source: Path) -> None:
    stop = Stop()
    stop.set()
    plan = _plan(source)
    with pytest.raises(ExportError, match="stopped"):
        publish(plan, stop=stop, progress=Progress())
    with pytest.raises(ExportError, match="unfinished export"):
        _publish(plan)
    assert _publish(plan, resume=True).files == 40


def test_hard_links_share_bytes_and_symlinks_lead_back(source: Path) -> None:
    _publish(_plan(source, ExportMode.HARDLINK, "hard"))
    _publish(_plan(source, ExportMode.SYMLINK, "soft"))
    original = source / "class0" / "0.bin"
    assert (source.parent / "hard/class0/0.bin").stat().st_ino == original.stat().st_ino
    assert (source.parent / "soft/class0/0.bin").resolve() == original
    assert _publish(_plan(source, ExportMode.REFLINK, "ref")).verified == 40


SCRIPT = """
import os, signal, sys
from pathlib import Path
from inspector.work import export_writer as publishing
from inspector.work import staging
from tests.work.test_export import _plan, _publish
real, left = publishing._copy_bytes, [int(sys.argv[2])]
def dying(one, part, *, later):
    left[0] -= 1
    if left[0] < 0:
        os.write(part, b'half')
        os.kill(os.getpid(), signal.SIGKILL)
    return real(one, part, later=later)
publishing._copy_bytes = dying
_publish(_plan(Path(sys.argv[1])), resume=True)
"""


def test_kill_9_again_and_again_then_resume(source: Path, pytestconfig: pytest.Config) -> None:
    folders = (pytestconfig.rootpath, pytestconfig.rootpath / "src")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, folders))}
    for _ in range(3):
        ended = subprocess.run(
            [sys.executable, "-c", SCRIPT, str(source), "9"], env=environment, check=False
        )
        assert ended.returncode == -signal.SIGKILL
        assert not (source.parent / "out").exists()
    assert _publish(_plan(source), resume=True).verified == 40
    assert not list((source.parent / "out").rglob("*part"))
