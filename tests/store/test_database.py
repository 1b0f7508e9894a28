"""The project file survives a kill during a write, and explains what it can't open."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from inspector.errors import ProjectError
from inspector.store import decisions, record_repository
from inspector.store.database import Database
from inspector.store.opening import APPLICATION_ID, VERSION
from inspector.store.records import DATASET, EXPORT, DatasetRecord, ExportRecord
from tests.store.kill_writer import SAMPLES


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "p.inspector"


def killed_while_writing(file: Path, acknowledged: int) -> int:
    """Run the writing child, kill -9 it at some moment, return the last number it reported."""
    root = Path(__file__).resolve().parents[2]
    paths = f"{root}{os.pathsep}{root / 'src'}"
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.store.kill_writer", str(file)],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": paths},
    )  # fmt: skip
    assert child.stdout is not None
    with child, child.stdout as said:
        for line in said:
            if int(line) >= acknowledged:
                break
        time.sleep(random.Random(acknowledged).uniform(0, 0.02))
        child.send_signal(signal.SIGKILL)
        rest = said.read().split("\n")
        child.wait()
    assert child.returncode == -signal.SIGKILL
    # A line that lacks its end was not said in full.
    return max([acknowledged, *(int(number) for number in rest[:-1])])


@pytest.mark.parametrize("acknowledged", [1, 3, 8, 20, 37, 60])
def test_a_kill_leaves_whole_operations_and_all_that_were_acknowledged(
    file: Path, acknowledged: int
) -> None:
    last = killed_while_writing(file, acknowledged)
    database = Database(file)
    try:
        reader = database.read()
        assert reader.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        log = decisions.log(reader)
        newest = len(log)
        # One more may have been committed and not been said yet.
        assert newest in (last, last + 1)
        assert [o.text for o in log] == [f"number {n}" for n in range(1, newest + 1)]
        reasons = reader.execute("SELECT sample, reason FROM decision").fetchall()
        assert reasons == [(s, f"r{newest}") for s in range(1, SAMPLES + 1)]
        changes = reader.execute("SELECT operation, count(*) FROM change GROUP BY 1").fetchall()
        assert changes == [(n, SAMPLES + 1) for n in range(1, newest + 1)]
        assert decisions.not_alike(reader) == [(n, n + 1) for n in range(1, newest + 1)]
    finally:
        database.close()


def test_a_project_goes_on_after_a_kill(file: Path) -> None:
    last = killed_while_writing(file, 5)
    database = Database(file)
    try:
        before = decisions.to_undo(database.read())
        assert before is not None
        assert before.id >= last
        undone = database.write(lambda c: decisions.undo(c, before, 1.0), urgent=True)
        assert undone == SAMPLES + 1
        reasons = database.read().execute("SELECT DISTINCT reason FROM decision").fetchall()
        assert reasons == [(f"r{before.id - 1}",)]
    finally:
        database.close()


def test_a_failed_write_leaves_nothing_behind(file: Path) -> None:
    def half(connection: sqlite3.Connection) -> None:
        record_repository.write(connection, EXPORT, ExportRecord(1))
        raise ValueError("no further")

    database = Database(file)
    try:
        with pytest.raises(ValueError, match="no further"):
            database.write(half)
        assert record_repository.read(database.read(), EXPORT) == ExportRecord()
        database.write(lambda c: record_repository.write(c, EXPORT, ExportRecord(2)))
        assert record_repository.read(database.read(), EXPORT) == ExportRecord(2)
    finally:
        database.close()


def test_decisions_overtake_the_scan(file: Path) -> None:
    database = Database(file)
    order: list[str] = []
    held, begun = threading.Event(), threading.Event()

    def wait(_: sqlite3.Connection) -> None:
        begun.set()
        held.wait(10)

    def note(word: str) -> Callable[[sqlite3.Connection], None]:
        return lambda _: order.append(word)

    writers = [threading.Thread(target=database.write, args=(wait,))]
    writers[0].start()
    assert begun.wait(10)
    for k, (word, urgent) in enumerate((("scan", False), ("decision", True)), 1):
        writers.append(
            threading.Thread(target=database.write, args=(note(word),), kwargs={"urgent": urgent})
        )
        writers[-1].start()
        until = time.monotonic() + 10
        while database._queue.qsize() < k and time.monotonic() < until:
            time.sleep(0.001)
    held.set()
    for writer in writers:
        writer.join()
    database.close()
    assert order == ["decision", "scan"]


def test_readers_can_not_write(file: Path) -> None:
    database = Database(file)
    try:
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            record_repository.write(database.read(), EXPORT, ExportRecord(1))
    finally:
        database.close()


def test_closing_twice_is_fine(file: Path) -> None:
    database = Database(file)
    database.close()
    database.close()


def test_a_new_file_bears_our_mark(file: Path) -> None:
    Database(file).close()
    connection = sqlite3.connect(file)
    assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
    connection.close()


def refused(file: Path) -> ProjectError:
    """Open a file that must be refused and left unchanged."""
    before = file.read_bytes()
    with pytest.raises(ProjectError) as caught:
        Database(file)
    assert file.read_bytes() == before
    return caught.value


def junk(kind: str) -> bytes:
    return {
        "text": b"path,label\na.jpg,cat\n" * 400,
        "noise": random.Random(1).randbytes(20_000),
        "a JPEG's head": b"\xff\xd8\xff\xe0" + bytes(5_000),
        "SQLite's head and noise": b"SQLite format 3\0" + random.Random(2).randbytes(20_000),
    }[kind]


@pytest.mark.parametrize("kind", ["text", "noise", "a JPEG's head", "SQLite's head and noise"])
def test_junk_is_not_a_project(file: Path, kind: str) -> None:
    file.write_bytes(junk(kind))
    error = refused(file)
    start = "is damaged" if kind.startswith("SQLite") else "is not a project file, or is damaged"
    assert f"{file} {start}" in error.message
    assert error.advice


def test_a_project_cut_in_half_is_not_opened_as_an_empty_one(file: Path) -> None:
    database = Database(file)
    database.write(lambda c: record_repository.write(c, DATASET, DatasetRecord("x" * 20_000)))
    database.close()
    whole = file.read_bytes()
    file.write_bytes(whole[:700])
    assert "is damaged" in refused(file).message


def test_another_programs_database_is_refused(file: Path) -> None:
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE song (title TEXT)")
    connection.commit()
    connection.close()
    assert "another program's database" in refused(file).message


def test_a_newer_version_is_refused_in_a_sentence(file: Path) -> None:
    Database(file).close()
    connection = sqlite3.connect(file)
    connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.commit()
    connection.close()
    error = refused(file)
    assert "newer version of Dataset Inspector" in error.message
    assert error.advice == "Update the program."


def test_a_folder_is_not_a_project(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="not a regular file"):
        Database(tmp_path)


def test_a_place_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ProjectError, match="can't be opened"):
        Database(tmp_path / "file" / "p.inspector")
