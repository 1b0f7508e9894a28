"""A scan on a Dask cluster finds what a scan on one machine finds, and loses nothing on the way."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from inspector.cli.main import run
from inspector.cluster.dask_tasks import ClusterTask, DaskTasks, TlsFiles
from inspector.cluster.requests import ClusterRequest, FitProjection
from inspector.cluster.shards import ShardStore
from inspector.errors import DatasetError
from inspector.project.catalog import cluster_scans
from inspector.project.project import Project
from inspector.similarity.levels import SURE
from inspector.work.jobs import Stop
from tests.cluster.conftest import PATIENCE_SECONDS, Cluster, Home, wait_until
from tests.cluster.snapshots import snapshot, use

NOWHERE = ("--engine", "dask", "--scheduler", "tcp://127.0.0.1:1")
Scan = tuple[Home, Path, dict[str, object]]


def shards_of(file: Path) -> Path:
    return file.with_suffix(".inspector.shards")


def file_shards(file: Path) -> dict[str, int]:
    """Return the time of change of each shard of files."""
    return {f.name: f.stat().st_mtime_ns for f in shards_of(file).glob("files-*.parquet")}


def test_both_engines_leave_the_same_bytes(
    local: Scan, distributed: Scan, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = snapshot(*local[:2], monkeypatch)
    two = snapshot(*distributed[:2], monkeypatch)
    assert one.facts == two.facts
    assert one.fingerprints == two.fingerprints
    assert one.thumbnails == two.thumbnails
    assert one.pairs == two.pairs
    assert one.sets == two.sets
    assert one.clusters == two.clusters
    assert len(one.pairs) > 500
    printed, same = dict(local[2]), dict(distributed[2])
    del printed["seconds"], same["seconds"]
    assert printed == same


def test_both_engines_read_candidates_again(
    local: Scan, distributed: Scan, monkeypatch: pytest.MonkeyPatch
) -> None:
    for own, file, _ in (local, distributed):
        use(own, monkeypatch)
        project = Project(None, file, read_only=True)
        try:
            shirts = {s.id for s in project.samples.everything() if "shirt" in s.path}
            pairs = project.context.store.duplicates.pairs()
            (similarity,) = (p.similarity for p in pairs if {p.a, p.b} == shirts)
        finally:
            project.close()
        assert similarity >= SURE


def test_the_results_open_as_a_project_in_which_one_file_crashed(
    copied: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(copied, monkeypatch)
    project = Project(None, copied.folder / "p.inspector", jobs=1)
    try:
        again = project.scans.scan()
        assert (again.new, again.complete) == (0, True)
        assert project.samples.counts().images == 122
        problems = {p.path.rpartition("/")[2]: p for p in project.samples.problems()}
        assert problems["kills.bmp"].status == "crashed"
        assert "SIGKILL" in problems["kills.bmp"].reason
        assert [p.status for p in problems.values()].count("crashed") == 1
        cluster = project.duplicates.clusters()[0]
        dropped = cluster.members[-1]
        project.decisions.drop([dropped.id])
        assert project.samples.by_ids([dropped.id])[0].mark == "drop"
        assert project.context.cache.thumbnail(dropped.sha256)
    finally:
        project.close()


def test_a_killed_worker_and_a_killed_scan_lose_nothing(
    home: Home, planted: Path, local: Scan, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = home.folder / "p.inspector"
    words = ("scan", planted, "--project", file, "--quiet", *home.dask())
    with home.start(*words) as scan:
        wait_until(lambda: file_shards(file) or scan.poll() is not None, "the first shard")
        workers = home.cluster.worker_processes()
        assert len(workers) == 2
        os.kill(workers[0], signal.SIGKILL)
        assert scan.poll() is None
        searched = shards_of(file)
        wait_until(
            lambda: list(searched.glob("search-*/records-*")) or scan.poll() is not None, "a search"
        )
        assert scan.poll() is None
        scan.kill()
    read = file_shards(file)
    assert len(read) == 2
    assert workers[0] not in home.cluster.worker_processes()
    # Another project, the same shards: no file is read again.
    other = Home(home.folder.parent / "other", home.cluster)
    second = other.folder / "q.inspector"
    other.scan(planted, "--project", second, "--shards", shards_of(file), *other.dask())
    assert file_shards(file) == read
    assert not list(shards_of(file).rglob(".*"))
    assert snapshot(other, second, monkeypatch) == snapshot(*local[:2], monkeypatch)


def test_a_bucket_is_scanned_and_opens_as_a_project(
    home: Home, bucket: str, local: Scan, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = home.folder / "p.inspector"
    printed = home.scan(bucket, "--project", file, "--shards", "s3://images/shards", *home.dask())
    stand_in = Path(str(printed["dataset"]))
    assert stand_in.is_relative_to(home.folder)
    images = [f for f in stand_in.rglob("*") if f.is_file() and f.stat().st_size > 8_192]
    assert sum(f.stat().st_blocks for f in images) == 0
    assert snapshot(home, file, monkeypatch) == snapshot(*local[:2], monkeypatch)
    use(home, monkeypatch)
    project = Project(None, file, jobs=1)
    try:
        # Nothing is read here: these files are empty.
        assert project.scans.scan().complete
        assert project.samples.counts().images == 122
    finally:
        project.close()


def tls_of(cluster: Cluster) -> TlsFiles:
    ca, cert, key = (Path(cluster.tls[at]) for at in (1, 3, 5))
    return TlsFiles(ca, cert, key)


def interrupted(scan: "subprocess.Popen[bytes]") -> bytes:
    """Interrupt a scan, as by Ctrl+C, and return its errors; one that does not end is killed."""
    scan.send_signal(signal.SIGINT)
    try:
        return scan.communicate(timeout=PATIENCE_SECONDS)[1]
    finally:
        scan.kill()


def test_a_stopped_scan_of_a_bucket_is_not_finished_here(
    home: Home, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = home.folder / "p.inspector"
    words = ("scan", bucket, "--project", file, "--shards", home.folder / "shards", "--quiet")
    # One worker stands still, so that what it was given is never read.
    still = home.cluster.worker_processes()[0]
    with home.cluster.frozen(still), home.start(*words, *home.dask()) as scan:
        shards = home.folder / "shards"
        wait_until(
            lambda: list(shards.glob("files-*")) or scan.poll() is not None, "the first shard"
        )
        errors_of_stop = interrupted(scan)
    assert scan.returncode == 130, errors_of_stop.decode()
    use(home, monkeypatch)
    project = Project(None, file, jobs=1)
    try:
        with pytest.raises(DatasetError, match=f"in {bucket}, and were not all read") as told:
            project.scans.scan()
    finally:
        project.close()
    assert "--engine dask" in told.value.advice


def test_a_scan_ends_although_neither_scheduler_nor_worker_answers(
    home: Home, planted: Path
) -> None:
    file, cluster = home.folder / "p.inspector", home.cluster
    with ExitStack() as stack:
        stack.enter_context(cluster.frozen(cluster.worker_processes()[0]))
        words = ("scan", planted, "--project", file, "--quiet", *home.dask())
        scan = stack.enter_context(home.start(*words))
        wait_until(lambda: file_shards(file) or scan.poll() is not None, "the first shard")
        stack.enter_context(cluster.frozen(cluster.scheduler.pid))
        errors = interrupted(scan)
    assert scan.returncode == 130, errors.decode()
    assert b"Traceback" not in errors


@pytest.mark.parametrize("frozen", ["workers", "scheduler", "both"])
def test_tasks_that_nobody_answers_end_when_stopped(
    cluster: Cluster, tmp_path: Path, frozen: str
) -> None:
    dask = DaskTasks(cluster.url, ShardStore(str(tmp_path)), tls_of(cluster))
    lost = ClusterRequest(release="", shards=str(tmp_path), name="", part=FitProjection())
    asked, ended, stop = threading.Event(), threading.Event(), Stop()

    def jobs() -> Iterator[ClusterTask]:
        for number in range(4):
            yield ClusterTask(f"{tmp_path.name}-{number}", lost)
        asked.set()

    def run() -> None:
        for _ in dask.run(jobs(), stop):
            pass
        dask.close()
        ended.set()

    workers = cluster.worker_processes() if frozen != "scheduler" else []
    schedulers = [cluster.scheduler.pid] if frozen != "workers" else []
    with ExitStack() as stack:
        stack.enter_context(cluster.frozen(*workers))
        assert dask.threads() == 2
        stack.enter_context(cluster.frozen(*schedulers))
        # Where it does not end the test fails, and this thread does not keep Python from ending.
        threading.Thread(target=run, daemon=True).start()
        wait_until(asked.is_set, "requests")
        assert not ended.is_set()
        stop.set()
        assert ended.wait(PATIENCE_SECONDS)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("d", "--engine", "dask"), "needs --scheduler"),
        (("d", "--scheduler", "tcp://127.0.0.1:1"), "need --engine dask"),
        (("s3://images/shapes",), "need --engine dask"),
        (("d", *NOWHERE, "--tls-ca", "ca.pem"), "go together"),
    ],
)
def test_words_that_need_each_other(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], part: str
) -> None:
    assert run(["scan", *words]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert part in printed.err


def test_a_scan_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_scans, "find_spec", lambda name: None)
    assert run(["scan", "s3://images/shapes", *NOWHERE]) == 3
    printed = capsys.readouterr().err
    assert "error: a scan on a cluster needs the packages distributed and fsspec" in printed
    assert "pip install" in printed


def test_a_scheduler_that_does_not_answer(home: Home, planted: Path) -> None:
    home.environment["DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT"] = "1s"
    status, _, errors = home.run("scan", planted, *NOWHERE, "--quiet")
    assert status == 3
    assert "error: no Dask scheduler answers at tcp://127.0.0.1:1" in errors
    assert "Traceback" not in errors


def test_a_worker_decodes_in_a_child_of_its_own(cluster: Cluster, distributed: Scan) -> None:
    for worker in cluster.worker_processes():
        children = psutil.Process(worker).children()
        assert all("--child" in child.cmdline() for child in children)


def test_what_is_still_asked_for_at_the_end_raises_nothing(
    cluster: Cluster, tmp_path: Path
) -> None:
    """Ctrl+C while an answer is stored closes the connection first, and the rest afterwards."""
    dask = DaskTasks(cluster.url, ShardStore(str(tmp_path)), tls_of(cluster))
    lost = ClusterRequest(release="", shards=str(tmp_path), name="", part=FitProjection())
    jobs = iter([ClusterTask("asked", lost), ClusterTask("known", None)])
    answers = dask.run(jobs, Stop())
    assert next(answers).name == "known"
    dask.close()
    answers.close()
