"""Full and read-only disks: what does not need them works, all else is one sentence."""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from inspector.errors import CacheError, UnwritableError
from inspector.project.project import Project
from inspector.store.cache import ImageCache
from inspector.store.database import Database
from inspector.store.exclusive_lock import exclusive_lock, holder
from inspector.store.refusals import lock_of
from inspector.work.tasks import FEATURES, RECORD_BYTES
from tests.faults.disks import fill, inspector, remount_read_only, told

MakeDisk = Callable[[str, int], Path]


@pytest.fixture
def old(demo: Path) -> Path:
    """The demo, with files that are not recently changed."""
    for file in demo.rglob("*"):
        os.utime(file, (1.7e9, 1.7e9), follow_symlinks=False)
    return demo


@pytest.fixture
def images(old: Path) -> list[str]:
    return sorted(f.relative_to(old).as_posix() for f in old.rglob("*.jpg"))[:4]


def decisions(dataset: Path, file: Path) -> list[str]:
    done = inspector("decisions", dataset, "--project", file, "--json")
    assert done.returncode == 0, done.stderr
    return [row["verb"] for row in json.loads(done.stdout)]


def works_without_cache(dataset: Path, file: Path, image: str, env: dict[str, str]) -> None:
    """Decide, query and undo; what needs the cache is refused in one sentence."""
    for words in (
        ("decide", dataset, "--drop", image),
        ("duplicates", dataset),
        ("problems", dataset),
        ("leaks", dataset),
        ("decisions", dataset),
        ("undo", dataset),
        ("redo", dataset),
    ):
        done = inspector(*words, "--project", file, "--json", env=env)
        assert done.returncode == 0, (words, done.stderr)
        assert "Traceback" not in done.stderr
        json.loads(done.stdout)


def test_a_full_cache_keeps_nobody_from_deciding(
    old: Path, images: list[str], small_disk: MakeDisk, tmp_path: Path
) -> None:
    disk, file = small_disk("cache", 8), tmp_path / "p.inspector"
    env = {"XDG_CACHE_HOME": str(disk)}
    fill(disk)
    # Never scanned: names are enough to decide.
    done = inspector("decide", old, "--project", file, "--drop", images[0], env=env)
    assert done.returncode == 0, done.stderr
    assert decisions(old, file) == ["drop"]
    assert "cache" in told(inspector("scan", old, "--project", file, "--quiet", env=env))
    (disk / "ballast").unlink()
    assert inspector("scan", old, "--project", file, "--quiet", env=env).returncode == 0
    fill(disk)
    works_without_cache(old, file, images[1], env)
    (disk / "ballast").unlink()
    again = inspector("scan", old, "--project", file, "--json", "--quiet", env=env)
    assert json.loads(again.stdout)["new"] == 0


def test_a_read_only_cache_keeps_nobody_from_deciding(
    old: Path, images: list[str], small_disk: MakeDisk, tmp_path: Path
) -> None:
    disk, file = small_disk("cache", 16), tmp_path / "p.inspector"
    env = {"XDG_CACHE_HOME": str(disk)}
    assert inspector("scan", old, "--project", file, "--quiet", env=env).returncode == 0
    remount_read_only(disk)
    works_without_cache(old, file, images[0], env)


def test_what_a_read_only_cache_holds_is_read(
    old: Path, small_disk: MakeDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, file = small_disk("cache", 16), tmp_path / "p.inspector"
    monkeypatch.setenv("XDG_CACHE_HOME", str(disk))
    assert inspector("scan", old, "--project", file, "--quiet").returncode == 0
    remount_read_only(disk)
    project = Project(old, file, jobs=1)
    try:
        assert project.context.cache.refusal is not None
        rows = [s for s in project.samples.everything() if s.status == "image"]
        assert all(project.samples.thumbnail(s.id) for s in rows)
        assert all(project.context.cache.fingerprints([s.sha256 for s in rows]))
        assert project.scans.scan().complete
    finally:
        project.close()


def test_pairs_by_image_hash_need_no_cache(old: Path, small_disk: MakeDisk, tmp_path: Path) -> None:
    disk, file = small_disk("cache", 16), tmp_path / "p.inspector"
    words = ("duplicates", old, "--project", file, "--method", "phash", "--json")
    whole = json.loads(inspector(*words).stdout)
    assert whole["pairs"]
    # The images are there, and no hash of them.
    env = {"XDG_CACHE_HOME": str(disk)}
    assert inspector("scan", old, "--project", file, "--quiet", env=env).returncode == 0
    remount_read_only(disk)
    done = inspector(*words, env=env)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == whole


def test_a_full_disk_costs_no_cache(small_disk: MakeDisk) -> None:
    """What can't be written now must not be mistaken for broken, and recreated."""
    disk = small_disk("cache", 8)
    path = disk / "pictures.sqlite"
    cache = ImageCache(path, version=FEATURES, record_bytes=RECORD_BYTES)
    cache.put([(b"1" * 32, b"thumbnail", -1, 0)])
    cache.close()
    fill(disk)
    cache = ImageCache(path, version=FEATURES, record_bytes=RECORD_BYTES)
    assert cache.refusal is not None
    assert cache.thumbnail(b"1" * 32) == b"thumbnail"
    cache.close()
    (disk / "ballast").unlink()
    cache = ImageCache(path, version=FEATURES, record_bytes=RECORD_BYTES)
    assert cache.refusal is None
    assert cache.contents() == {b"1" * 32}
    cache.close()


def test_a_cache_whose_disk_fills_up_while_it_is_open(small_disk: MakeDisk) -> None:
    """What only saves time is left out; what a scan needs is said."""
    disk = small_disk("cache", 8)
    cache = ImageCache(disk / "pictures.sqlite", version=FEATURES, record_bytes=RECORD_BYTES)
    try:
        cache.put_image_hashes([(b"1" * 32, "phash", b"hash")])
        fill(disk)
        many = [(n.to_bytes(32, "big"), "phash", bytes(5_000)) for n in range(100)]
        cache.put_image_hashes(many)
        cache.put_pixel_digests([(sha256, value) for sha256, _, value in many])
        with pytest.raises(CacheError):
            cache.put([(sha256, value, -1, 0) for sha256, _, value in many])
        with pytest.raises(CacheError):
            cache.put_embeddings("model", [(sha256, value) for sha256, _, value in many])
        assert cache.image_hashes("phash", [b"1" * 32]) == {b"1" * 32: b"hash"}
    finally:
        cache.close()


@pytest.mark.parametrize("home", ["missing", "read-only"])
def test_a_home_that_can_not_be_used_keeps_nobody_from_deciding(
    old: Path, images: list[str], small_disk: MakeDisk, tmp_path: Path, home: str
) -> None:
    place = tmp_path / "nowhere"
    if home == "read-only":
        place = small_disk("home", 4)
        remount_read_only(place)
    else:
        (tmp_path / "file").write_text("x")
        place = tmp_path / "file" / "home"
    names = ("XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME")
    env = {"HOME": str(place)} | {name: str(place / name) for name in names}
    file = tmp_path / "p.inspector"
    done = inspector("decide", old, "--project", file, "--keep", images[0], env=env)
    assert done.returncode == 0, done.stderr
    assert decisions(old, file) == ["keep"]
    line = told(inspector("decide", old, "--keep", images[0], env=env))
    assert "the project file" in line
    assert "can't be opened" in line
    assert inspector("caches", "--json", env=env).returncode == 0
    assert inspector("projects", "--json", env=env).returncode == 0
    assert inspector("doctor", "--json", env=env).returncode == 0


def test_a_full_folder_for_temporary_files_keeps_nobody_from_deciding(
    old: Path, images: list[str], small_disk: MakeDisk, tmp_path: Path
) -> None:
    disk, file = small_disk("tmp", 1), tmp_path / "p.inspector"
    fill(disk)
    env = {name: str(disk) for name in ("TMPDIR", "TEMP", "TMP")}
    done = inspector("decide", old, "--project", file, "--keep", images[0], env=env)
    assert done.returncode == 0, done.stderr
    assert decisions(old, file) == ["keep"]


def test_on_a_full_project_disk_reading_works_and_deciding_says_why_not(
    old: Path, images: list[str], small_disk: MakeDisk
) -> None:
    disk = small_disk("disk", 8)
    file = disk / "p.inspector"
    assert inspector("scan", old, "--project", file, "--quiet").returncode == 0
    decide = ("decide", old, "--project", file, "--drop")
    assert inspector(*decide, images[0], "--quiet").returncode == 0
    ballast = fill(disk)
    for verb in ("duplicates", "problems", "quality", "leaks", "decisions", "runs", "labels"):
        done = inspector(verb, old, "--project", file, "--json")
        assert done.returncode == 0, (verb, done.stderr)
        assert "Traceback" not in done.stderr
        json.loads(done.stdout)
    for words in ((*decide, images[1]), ("undo", old, "--project", file)):
        line = told(inspector(*words))
        assert "can't be written: there is no room on its disk" in line
        assert "not a project" not in line
    ballast.unlink()
    assert decisions(old, file) == ["drop"]
    assert inspector(*decide, images[1], "--quiet").returncode == 0
    assert decisions(old, file) == ["drop", "drop"]


def test_on_a_read_only_project_disk_reading_works_and_deciding_says_why_not(
    old: Path, images: list[str], small_disk: MakeDisk
) -> None:
    disk = small_disk("disk", 8)
    file = disk / "p.inspector"
    decide = ("decide", old, "--project", file, "--drop")
    assert inspector(*decide, images[0]).returncode == 0
    remount_read_only(disk)
    for verb in ("duplicates", "problems", "quality", "leaks", "decisions", "runs"):
        done = inspector(verb, old, "--project", file, "--json")
        assert done.returncode == 0, (verb, done.stderr)
        json.loads(done.stdout)
    assert "can't be written: it is read-only" in told(inspector(*decide, images[1]))
    assert "can't be written: it is read-only" in told(inspector("undo", old, "--project", file))
    assert decisions(old, file) == ["drop"]


def test_a_project_that_can_not_be_created_is_one_sentence(old: Path, small_disk: MakeDisk) -> None:
    disk = small_disk("disk", 1)
    fill(disk)
    line = told(inspector("decisions", old, "--project", disk / "p.inspector"))
    assert "no room" in line


@contextlib.contextmanager
def held_by_another_program(file: Path) -> Iterator[int]:
    """Let another process hold the write lock of a project file."""
    code = (
        "import sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('BEGIN IMMEDIATE')\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(file)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as other:  # fmt: skip
        assert other.stdout is not None
        assert other.stdin is not None
        other.stdout.readline()
        yield other.pid
        other.stdin.close()


def test_a_locked_project_answers_reads_and_says_who_holds_it(
    old: Path, images: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "p.inspector"
    decide = ("decide", old, "--project", file, "--drop", images[0])
    assert inspector(*decide).returncode == 0
    with held_by_another_program(file) as process:
        for verb in ("duplicates", "decisions"):
            # Who waits for the lock gives up after more than this.
            done = inspector(verb, old, "--project", file, "--json", seconds=25)
            assert done.returncode == 0, done.stderr
            json.loads(done.stdout)
        if sys.platform == "linux":
            database = Database(file)
            with pytest.raises(UnwritableError, match=f"process {process} "):
                database.check_writable(0.1)
            database.close()


def test_who_waits_for_a_lock_is_told_who_has_it(tmp_path: Path) -> None:
    lock = lock_of(tmp_path / "p.inspector")
    with exclusive_lock(lock, waiting=lambda: None, stopped=lambda: False) as mine:
        assert mine
        assert f"process {os.getpid()} on " in holder(lock)
        heard: list[str] = []
        with exclusive_lock(
            lock, waiting=lambda: heard.append(holder(lock)), stopped=lambda: bool(heard)
        ) as second:
            assert not second
        assert heard == [holder(lock)]
    with exclusive_lock(lock, waiting=lambda: None, stopped=lambda: False) as mine:
        assert mine


def test_what_was_decided_while_opened_read_only_is_refused(project: Project) -> None:
    project.close()
    reader = Project(project.root, project.file, read_only=True, jobs=1)
    try:
        rows = reader.samples.everything()
        with pytest.raises(UnwritableError, match="opened read-only"):
            reader.decisions.drop([rows[0].id])
        with pytest.raises(UnwritableError, match="opened read-only"):
            reader.scans.scan()
        assert reader.samples.everything() == rows
        # What can be computed again is not stored, and nobody hears of it.
        reader.context.store.database.note(lambda _: None)
    finally:
        reader.close()


def test_a_database_that_is_closed_answers_at_once(tmp_path: Path) -> None:
    database = Database(tmp_path / "p.inspector")
    cancelled = database.submit(lambda _: time.sleep(0.3))
    behind = database.submit(lambda _: None)
    behind.cancel()
    assert cancelled.result(10) is None
    assert database.submit(lambda c: c.execute("SELECT 7").fetchone()).result(10) == (7,)
    database.close()
    with pytest.raises(RuntimeError, match="closed"):
        database.write(lambda _: None)
    assert sqlite3.connect(tmp_path / "p.inspector").close() is None
