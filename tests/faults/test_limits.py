"""Limits of memory, tables and time per file; a busy machine changes no result."""

import os
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inspector.dataset.decoding import Outcome, read_picture
from inspector.dataset.rasters import MAX_PIECES
from inspector.dataset.tiff_tables import TiffTables, read_tables
from inspector.project.project import Project
from inspector.work.jobs import Stop
from inspector.work.pool import Pool, TaskDone, TaskFailed

HERE = "tests.faults.test_limits"
Field = tuple[int, int, int, int]


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config) -> None:
    path = os.pathsep.join([str(pytestconfig.rootpath), os.environ.get("PYTHONPATH", "")])
    monkeypatch.setenv("PYTHONPATH", path)


def tiff(fields: list[Field], rest: bytes = b"", *, big: bool = False) -> bytes:
    """Return a little-endian TIFF of one directory, followed by `rest`."""
    if big:
        head = struct.pack("<2sHHHQQ", b"II", 43, 8, 0, 16, len(fields))
        rows = b"".join(struct.pack("<HHQQ", *field) for field in fields)
        return head + rows + bytes(8) + rest
    head = struct.pack("<2sHIH", b"II", 42, 8, len(fields))
    rows = b"".join(struct.pack("<HHII", *field) for field in fields)
    return head + rows + bytes(4) + rest


def cut_into(pieces: int) -> bytes:
    """Return a grey TIFF of 65,520 x 16 px that claims this many tiles."""
    start = 8 + 2 + 12 * 10 + 4
    fields = [
        (256, 4, 1, 65_520), (257, 4, 1, 16), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1),
        (277, 3, 1, 1), (322, 4, 1, 16), (323, 4, 1, 16), (324, 4, pieces, start),
        (325, 4, pieces, start + 4 * pieces),
    ]  # fmt: skip
    return tiff(fields, struct.pack("<I", start) * pieces + struct.pack("<I", 256) * pieces)


def hungry() -> bytes:
    """Return a small TIFF whose 156 million numbers take 4 GB when reduced to 8 bits."""
    width, height = 13_000, 12_000
    packer = zlib.compressobj(1)
    zeros = bytes(4 * width * 100)
    strip = b"".join(packer.compress(zeros) for _ in range(height // 100)) + packer.flush()
    start = 8 + 2 + 12 * 10 + 4
    fields = [
        (256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 32), (259, 3, 1, 8), (262, 3, 1, 1),
        (273, 4, 1, start), (277, 3, 1, 1), (278, 4, 1, height), (279, 4, 1, len(strip)),
        (339, 3, 1, 3),
    ]  # fmt: skip
    return tiff(fields, strip)


def test_millions_of_tiles_are_refused_before_they_are_listed(tmp_path: Path) -> None:
    file = tmp_path / "tiles.tif"
    file.write_bytes(cut_into(4_000_000))
    began = time.process_time()
    picture = read_picture(str(file))
    assert picture.outcome is Outcome.UNREADABLE
    assert "4,000,000 pieces" in picture.reason
    # Hashing 32 MB takes a tenth of a second; listing the tiles took 48 s.
    assert time.process_time() - began < 10


@pytest.mark.parametrize("big", [False, True])
def test_the_first_directory_is_read(big: bool) -> None:
    fields = [(256, 3, 1, 640), (257, 4, 1, 480), (324, 4, 300, 8), (700, 1, 5_000, 8)]
    assert read_tables(tiff(fields, big=big)) == TiffTables(640, 480, 300, 5_000)
    assert read_tables(tiff(fields, big=big)[:40]) == TiffTables()
    assert read_tables(b"MM\0*") == TiffTables()
    # Millions of fields would take a minute.
    many = [(700, 1, 1, 8)] * 5_000
    assert read_tables(tiff([*many, (256, 3, 1, 640)], big=big)).width == 0
    # A directory that begins behind the largest number of this machine.
    assert read_tables(b"II+\0\x08\0\0\0" + b"\xf7" * 8 + bytes(20)) == TiffTables()


def test_sizes_are_refused_by_the_directory_alone(tmp_path: Path) -> None:
    file = tmp_path / "wide.tif"
    file.write_bytes(tiff([(256, 4, 1, 60_000), (257, 4, 1, 60_000)]))
    assert "3,600 megapixels" in read_picture(str(file)).reason


@pytest.mark.parametrize("compression", [None, "tiff_adobe_deflate", "jpeg"])
def test_plain_tiffs_are_read_as_before(tmp_path: Path, compression: str | None) -> None:
    file = tmp_path / "plain.tif"
    pixels = np.arange(300 * 200 * 3, dtype=np.uint8).reshape(200, 300, 3)
    Image.fromarray(pixels).save(file, compression=compression)
    picture = read_picture(str(file))
    assert (picture.outcome, picture.width, picture.height) == (Outcome.IMAGE, 300, 200)
    assert read_tables(file.read_bytes()).pieces <= MAX_PIECES


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_file_that_takes_more_memory_than_a_worker_may_use_is_a_problem(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "data" / "cat"
    folder.mkdir(parents=True)
    (folder / "hungry.tif").write_bytes(hungry())
    Image.new("RGB", (64, 64), (9, 90, 200)).save(folder / "fine.png")
    project = Project(tmp_path / "data", tmp_path / "p.inspector", jobs=1)
    try:
        project.scans.scan()
        problem = next(p for p in project.samples.problems() if p.path == "cat/hungry.tif")
        assert project.samples.counts().images == 1
    finally:
        project.close()
    assert problem.status == "unreadable"
    assert "more than 2 GiB of memory" in problem.reason


def compute(items: list[float]) -> list[float]:
    """Use so many seconds of processor time per item."""
    for item in items:
        end = time.process_time() + item
        while time.process_time() < end:
            pass
    return items


def stand_still(items: list[int]) -> list[int]:
    time.sleep(600)
    return items


@pytest.fixture
def busy() -> Iterator[list[int]]:
    """Run processes that leave a worker a tenth of its processor."""
    processes = [subprocess.Popen([sys.executable, "-c", "while 1: pass"]) for _ in range(9)]
    yield [process.pid for process in processes]
    for process in processes:
        process.kill()
        process.wait()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells processor time of others")
def test_a_busy_machine_changes_no_result(busy: list[int]) -> None:
    processors = os.sched_getaffinity(0)
    # All on one processor: what takes one second of it takes ten.
    for process in (0, *busy):
        os.sched_setaffinity(process, {min(processors)})
    pool = Pool(f"{HERE}:compute", workers=1, timeout_seconds=2)
    try:
        answers = list(pool.map([[1.2]], stop=Stop()))
        assert [type(answer) for answer in answers] == [TaskDone]
        (failed,) = pool.map([[60.0]], stop=Stop())
        assert isinstance(failed, TaskFailed)
        assert failed.status == "timeout"
    finally:
        pool.close()
        os.sched_setaffinity(0, processors)


def test_a_worker_that_stands_still_is_given_up() -> None:
    pool = Pool(f"{HERE}:stand_still", workers=1, timeout_seconds=1)
    guard = threading.Timer(120, pool.close)
    guard.start()
    try:
        (failed,) = pool.map([[1]], stop=Stop())
    finally:
        guard.cancel()
        pool.close()
    assert isinstance(failed, TaskFailed)
    assert failed.status == "timeout"
