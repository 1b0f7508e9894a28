"""A foreign project file: code is refused, damage is reported, backups help."""

import os
import random
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from inspector.errors import DamagedProjectError, ProjectError, UsageError
from inspector.store.backups import back_up_daily, backups_folder, list_backups, restore
from inspector.store.connections import connect
from inspector.store.opening import APPLICATION_ID, VERSION
from inspector.store.project_store import ProjectStore
from inspector.store.records import DATASET, DatasetRecord

NOW = datetime(2026, 5, 1, 12)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "p.inspector"
    store = ProjectStore(file)
    store.records.put(DATASET, DatasetRecord(root="/the/dataset"))
    store.close()
    return file


def _changed(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def _refused(file: Path) -> ProjectError:
    before = file.read_bytes()
    with pytest.raises(ProjectError) as caught:
        ProjectStore(file)
    assert file.read_bytes() == before
    assert "away" not in caught.value.advice
    return caught.value


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("CREATE TRIGGER evil AFTER INSERT ON decision BEGIN DELETE FROM sample; END", "trigger"),
        ("CREATE VIEW evil AS SELECT load_extension('/tmp/x')", "view"),
        ("CREATE VIRTUAL TABLE evil USING fts5(x)", "virtual table"),
        ("CREATE TABLE evil (x)", "unknown table"),
        ("CREATE INDEX evil ON sample (size)", "unknown index"),
        ("ALTER TABLE sample ADD COLUMN evil TEXT", "unknown column"),
        ("ALTER TABLE sample ADD COLUMN evil TEXT AS (abs(id)) VIRTUAL", "unknown column"),
    ],
)
def test_what_is_not_ours_is_refused_by_name(file: Path, statement: str, words: str) -> None:
    _changed(file, statement)
    message = _refused(file).message
    assert words in message
    assert "evil" in message


@pytest.mark.parametrize(
    "definition",
    [
        "(abs(size)) WHERE sha256 IS NOT NULL",
        "(sha256) WHERE sha256 IS NOT NULL AND abs(size) > 1",
        "(size) WHERE sha256 IS NOT NULL",
        "(sha256)",
    ],
)
def test_an_index_of_ours_with_another_definition_is_refused(file: Path, definition: str) -> None:
    """An index on an expression runs its functions at each write."""
    _changed(file, "DROP INDEX sample_sha256", f"CREATE INDEX sample_sha256 ON sample {definition}")
    assert "unknown index, 'sample_sha256'" in _refused(file).message


@pytest.mark.parametrize("read_only", [False, True])
def test_nothing_in_a_schema_is_trusted(file: Path, read_only: bool) -> None:
    with closing(connect(file, read_only=read_only)) as connection:
        assert connection.execute("PRAGMA trusted_schema").fetchone() == (0,)
        assert connection.execute("PRAGMA cell_size_check").fetchone() == (1,)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DROP TABLE decision", "the table decision is missing"),
        ("ALTER TABLE sample DROP COLUMN entropy", "the table sample has other columns"),
        ("PRAGMA user_version = 1", "brought up to date"),
    ],
)
def test_a_wrong_schema_under_our_mark_is_damage(file: Path, statement: str, words: str) -> None:
    _changed(file, statement)
    error = _refused(file)
    assert isinstance(error, DamagedProjectError)
    assert "is damaged" in error.message
    assert words in error.message


@pytest.mark.parametrize(
    "values", ["path = x'ff', size = 1", "size = 'big'", "brightness = 'light'", "sha256 = 'text'"]
)
def test_a_value_of_another_type_is_damage(file: Path, values: str) -> None:
    _changed(
        file,
        "INSERT INTO sample (path, size, mtime_ns, split, label, source, status)"
        " VALUES ('a.jpg', 1, 1, '', '', '', 'image')",
        f"UPDATE sample SET {values}",
    )
    assert "a value in the table sample" in _refused(file).message


def test_an_empty_file_is_damage_and_not_a_new_project(file: Path) -> None:
    file.write_bytes(b"")
    assert "is damaged: it is empty" in _refused(file).message


def test_a_database_without_tables_is_not_a_project(file: Path) -> None:
    file.unlink()
    _changed(file, f"PRAGMA application_id = {APPLICATION_ID}", f"PRAGMA user_version = {VERSION}")
    assert "is damaged" in _refused(file).message


def test_a_fifo_and_a_device_do_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.inspector")
    for path in (tmp_path / "fifo.inspector", Path("/dev/zero"), tmp_path):
        with pytest.raises(ProjectError, match="not a regular file"):
            ProjectStore(path)


@pytest.mark.parametrize("seed", range(40))
def test_flipped_bytes_are_opened_or_said_to_be_damage(file: Path, seed: int) -> None:
    """Never another exception; a flip in a text is not noticed, since SQLite has no checksums."""
    _changed(
        file,
        *(
            "INSERT INTO sample (path, size, mtime_ns, split, label, source, status)"
            f" VALUES ('cat/{n}.jpg', {n}, 1, '', 'cat', '', 'image')"
            for n in range(200)
        ),
    )
    data, draw = bytearray(file.read_bytes()), random.Random(seed)
    for _ in range(draw.choice((1, 8, 64))):
        data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
    file.write_bytes(data)
    try:
        store = ProjectStore(file)
    except ProjectError:
        return
    try:
        store.samples.everything()
        store.decisions.log()
    except DamagedProjectError:
        pass
    finally:
        store.close()


def test_damage_after_opening_is_said_too(file: Path) -> None:
    store = ProjectStore(file)
    store.close()
    data = bytearray(file.read_bytes())
    store = ProjectStore(file)
    try:
        data[4096:] = bytes(len(data) - 4096)
        file.write_bytes(data)
        with pytest.raises(DamagedProjectError, match="is damaged"):
            store.samples.everything()
    finally:
        store.close()


def test_one_backup_per_day_and_three_kept(file: Path) -> None:
    shutil.rmtree(backups_folder(file), ignore_errors=True)
    with closing(sqlite3.connect(file)) as connection:
        for day in range(6):
            for hour in (0, 3):
                now = NOW + timedelta(days=day, hours=hour)
                os.utime(file, (now.timestamp(), now.timestamp()))
                back_up_daily(connection, file, now)
    backups = list_backups(file)
    assert [b.number for b in backups] == [1, 2, 3]
    assert [b.created for b in backups] == [NOW + timedelta(days=day) for day in (5, 4, 3)]


def test_what_did_not_change_is_not_backed_up_again(file: Path) -> None:
    shutil.rmtree(backups_folder(file), ignore_errors=True)
    os.utime(file, (NOW.timestamp(), NOW.timestamp()))
    with closing(sqlite3.connect(file)) as connection:
        for day in range(1, 4):
            back_up_daily(connection, file, NOW + timedelta(days=day))
    assert len(list_backups(file)) == 1


def test_a_disk_that_takes_no_backup_does_not_stop_the_opening(file: Path) -> None:
    shutil.rmtree(backups_folder(file), ignore_errors=True)
    backups_folder(file).write_text("in the way")
    store = ProjectStore(file)
    assert store.records.get(DATASET).root == "/the/dataset"
    store.close()


def test_opening_makes_a_backup_and_a_damaged_file_offers_it(file: Path) -> None:
    ProjectStore(file).close()
    assert len(list_backups(file)) == 1
    file.write_bytes(file.read_bytes()[:5_000])
    damaged = file.read_bytes()
    assert f"inspector backups {file} --restore 1" in _refused(file).advice
    aside = restore(file, 1, NOW)
    assert aside is not None
    assert aside.read_bytes() == damaged
    store = ProjectStore(file)
    assert store.records.get(DATASET).root == "/the/dataset"
    store.close()


def test_a_damaged_file_does_not_push_good_backups_out(file: Path) -> None:
    ProjectStore(file).close()
    before = [b.path for b in list_backups(file)]
    file.write_bytes(file.read_bytes()[:5_000])
    for _ in range(4):
        _refused(file)
    assert [b.path for b in list_backups(file)] == before


def test_there_is_no_fourth_backup(file: Path) -> None:
    with pytest.raises(UsageError, match="no backup 4"):
        restore(file, 4, NOW)
