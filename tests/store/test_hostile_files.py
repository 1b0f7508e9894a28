"""A foreign project file: code is refused, damage is reported, backups help."""

import contextlib
import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from inspector.errors import DamagedProjectError, ProjectError, UnwritableError, UsageError
from inspector.store.backups import back_up_daily, backups_folder, list_backups, restore
from inspector.store.connections import connect
from inspector.store.exclusive_lock import exclusive_lock
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
    "values",
    [
        "path = x'ff', size = 1", "size = 'big'", "brightness = 'light'", "sha256 = 'text'",
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_damage(file: Path, values: str) -> None:
    _changed(
        file,
        "INSERT INTO sample (path, size, mtime_ns, split, label, source, status)"
        " VALUES ('a.jpg', 1, 1, '', '', '', 'image')",
        f"UPDATE sample SET {values}",
    )
    assert "a value in the table sample" in _refused(file).message


def test_a_text_that_is_none_is_damage(file: Path) -> None:
    _changed(
        file,
        "INSERT INTO sample (path, size, mtime_ns, split, label, source, status)"
        " VALUES (CAST(x'ff' AS TEXT), 1, 1, '', '', '', 'image')",
    )
    error = _refused(file)
    assert isinstance(error, DamagedProjectError)
    assert "UTF-8" in error.message


def _fill(file: Path, rows: int) -> None:
    _changed(
        file,
        *(
            "INSERT INTO sample (path, size, mtime_ns, split, label, source, status)"
            f" VALUES ('cat/{n:05}.jpg', {n}, 1, '', 'cat', '', 'image')"
            for n in range(rows)
        ),
    )


def _break_last_page_of_samples(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'sample'"
        ).fetchone()
    data = bytearray(file.read_bytes())
    # The right-most child of a table's inner page. Source: SQLite file format, 1.6.
    last = int.from_bytes(data[(root - 1) * size + 8 : (root - 1) * size + 12], "big")
    data[(last - 1) * size : last * size] = bytes(size)
    file.write_bytes(data)


def test_a_damaged_page_is_said_at_opening(file: Path) -> None:
    """Not only when a query comes to it."""
    _fill(file, 200)
    _break_last_page_of_samples(file)
    with closing(connect(file, read_only=True)) as connection:
        connection.execute("SELECT path FROM sample").fetchone()
    assert "is damaged" in _refused(file).message


@pytest.mark.parametrize(
    "read",
    [
        lambda cursor: cursor.fetchall(),
        lambda cursor: [*iter(cursor.fetchone, None)],
        lambda cursor: [*cursor],
        lambda cursor: cursor.execute("SELECT count(brightness) FROM sample"),
        lambda cursor: cursor.executemany("UPDATE sample SET size = ?", [(1,)]),
    ],
)
def test_damage_behind_the_first_row_is_said(
    file: Path, read: Callable[[sqlite3.Cursor], object]
) -> None:
    _fill(file, 200)
    _break_last_page_of_samples(file)
    with closing(connect(file)) as connection:
        cursor = connection.execute("SELECT path FROM sample NOT INDEXED")
        with pytest.raises(DamagedProjectError, match="is damaged"):
            read(cursor)


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


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:5_000])


def _drop(file: Path) -> None:
    _changed(file, "DROP TABLE decision")


@pytest.mark.parametrize("damage", [_cut, _drop])
def test_a_damaged_file_does_not_push_good_backups_out(
    file: Path, damage: Callable[[Path], None]
) -> None:
    ProjectStore(file).close()
    (backup,) = list_backups(file)
    older = backup.path.with_name("2026-01-01T00-00-00.inspector")
    # Of another day: today's would be made.
    backup.path.rename(older)
    damage(file)
    for _ in range(4):
        _refused(file)
    assert [b.path for b in list_backups(file)] == [older]


def test_a_name_that_is_no_date_is_no_backup(file: Path) -> None:
    ProjectStore(file).close()
    (backup,) = list_backups(file)
    shutil.copy(backup.path, backup.path.with_name("9999-99-99T99-99-99.inspector"))
    assert [b.path for b in list_backups(file)] == [backup.path]


@pytest.mark.parametrize("name", ["checked", ""])
def test_a_link_beside_a_sent_project_is_not_written_through(
    file: Path, tmp_path: Path, name: str
) -> None:
    """It could lead to a file of the user, or into a dataset."""
    shutil.rmtree(backups_folder(file))
    victim = tmp_path / "victim"
    if name:
        victim.write_text("mine")
        backups_folder(file).mkdir()
        (backups_folder(file) / name).symlink_to(victim)
    else:
        victim.mkdir()
        backups_folder(file).symlink_to(victim, target_is_directory=True)
    ProjectStore(file).close()
    ProjectStore(file).close()
    assert victim.read_text() == "mine" if name else [*victim.iterdir()] == []


@pytest.mark.parametrize("suffix", ["-wal", "-shm", "-journal", ".lock"])
def test_a_link_of_sqlite_is_not_written_through(file: Path, tmp_path: Path, suffix: str) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    Path(f"{file}{suffix}").symlink_to(victim)
    with contextlib.suppress(ProjectError):
        store = ProjectStore(file)
        with contextlib.suppress(ProjectError):
            store.records.put(DATASET, DatasetRecord(root="/another"), urgent=True)
        store.close()
    if suffix == ".lock":
        with pytest.raises(UnwritableError):
            exclusive_lock(
                Path(f"{file}{suffix}"), waiting=lambda: None, stopped=lambda: False
            ).__enter__()
    assert victim.read_text() == "mine"


def test_a_note_that_never_ends_does_not_block(file: Path) -> None:
    ProjectStore(file).close()
    note = backups_folder(file) / "checked"
    note.unlink()
    os.mkfifo(note)
    ProjectStore(file).close()
    assert note.is_file()


def test_there_is_no_fourth_backup(file: Path) -> None:
    with pytest.raises(UsageError, match="no backup 4"):
        restore(file, 4, NOW)
