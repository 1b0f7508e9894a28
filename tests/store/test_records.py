"""Records are typed, validated when read, and migrated from older project files."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.dataset.layouts import Role
from inspector.dataset.listing import Entry, Status
from inspector.dataset.names import NO_GROUP, NO_SPLIT, parse_label, parse_listed_path
from inspector.errors import ProjectError
from inspector.project.diagnosis.diagnoses import STATED_ACCURACY, UserMetrics
from inspector.project.diagnosis.last_answer import LAST_ANSWER, LAST_OVERVIEW
from inspector.project.splits.split_rules import SPLIT_RULE, Rule, RuleKind
from inspector.project.training.runs import OPENED_TEST, OpenedTest
from inspector.splits.keras_replay import Call, Loader
from inspector.store import record_repository
from inspector.store.backups import list_backups
from inspector.store.opening import VERSION
from inspector.store.project_store import ProjectStore
from inspector.store.records import (
    BORROWED,
    CLEAN_UP,
    COMPARED_PAIRS,
    DATASET,
    DIAGNOSIS,
    EXPERIMENT,
    EXPORT,
    GROUPING,
    LABEL_ERRORS,
    LABEL_REVIEW,
    LISTING,
    PAIR_JUDGEMENTS,
    POLICIES,
    SAMPLE_REVISION,
    SCAN,
    SEED_VARIABILITY,
    SHORTCUTS,
    SIMILARITY,
    SPLIT_LOCK,
    DatasetRecord,
    ExportRecord,
    GroupingRecord,
    Judgement,
    LabelErrorsRecord,
    ListingRecord,
    Record,
    RecordKey,
    ScanRecord,
    SplitLockRecord,
    SuspectRecord,
)

RECORDS: tuple[Record[object], ...] = (
    DATASET, LISTING, SCAN, SAMPLE_REVISION, SIMILARITY, COMPARED_PAIRS, GROUPING,
    PAIR_JUDGEMENTS, CLEAN_UP, SPLIT_RULE, SPLIT_LOCK,
    SEED_VARIABILITY, STATED_ACCURACY, DIAGNOSIS, LAST_ANSWER, LAST_OVERVIEW, EXPERIMENT,
    LABEL_ERRORS, SHORTCUTS, BORROWED, LABEL_REVIEW, POLICIES, EXPORT, OPENED_TEST,
)  # fmt: skip
OLD = Path(__file__).parent / "version_1.sql"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "p.inspector"


@pytest.fixture
def store(file: Path) -> Iterator[ProjectStore]:
    opened = ProjectStore(file)
    yield opened
    opened.close()


def an_old_file(file: Path, changes: str = "") -> None:
    connection = sqlite3.connect(file)
    connection.executescript(OLD.read_text("utf-8") + changes)
    connection.close()


def test_each_key_names_one_record() -> None:
    assert [record.key for record in RECORDS] == list(RecordKey)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.key.value)
def test_nothing_stored_reads_as_empty(store: ProjectStore, record: Record[object]) -> None:
    assert store.records.get(record) == record.empty


def test_a_file_of_version_1_keeps_all_that_it_held(file: Path) -> None:
    an_old_file(file)
    store = ProjectStore(file)
    get = store.records.get
    try:
        assert get(DATASET) == DatasetRecord("/data/shapes", Role.SPLITS, "/data/list.csv")
        names = tuple(f"training/bird/IMG_{n}.jpg" for n in ("0004", "0014", "0020"))
        assert get(LISTING) == ListingRecord(1, names)
        assert get(SCAN) == ScanRecord(1795921455735384072, complete=True)
        assert get(SAMPLE_REVISION).number == 4
        assert get(SIMILARITY).confirmed == 0.83
        rule = "names|name without its last number"
        judged = {"8-9": Judgement(True, True), "8-12": Judgement(False, False)}
        assert get(GROUPING) == GroupingRecord({rule: True}, 7.0, {rule: judged})
        call = Call(Loader.DATASET, 0.2, 42)
        assert get(SPLIT_RULE) == Rule(RuleKind.KERAS, call)
        assert get(EXPORT) == ExportRecord(3)
        assert [s.path for s in store.samples.everything()] == [
            "training/bird/IMG_0004.jpg", "training/bird/IMG_0014.jpg",
            "training/bird/IMG_0020.jpg", "training/bird/IMG_0023.jpg",
        ]  # fmt: skip
        assert [o.verb for o in store.decisions.log()] == ["drop", "relabel", "undo"]
    finally:
        store.close()
    connection = sqlite3.connect(file)
    assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    (old,) = connection.execute("SELECT count(*) FROM meta_version_1").fetchone()
    assert old == 24
    connection.close()


def test_a_file_of_version_1_is_backed_up_before_it_changes(file: Path) -> None:
    an_old_file(file)
    ProjectStore(file).close()
    backup = list_backups(file)[-1]
    assert backup.reason == f"before version {VERSION}"
    with closing(sqlite3.connect(backup.path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM operation").fetchone() == (3,)


def test_a_file_of_version_1_keeps_what_was_computed(file: Path) -> None:
    an_old_file(file)
    store = ProjectStore(file)
    get = store.records.get
    try:
        lock = SplitLockRecord("/data/lock.csv", get(SPLIT_RULE).text, 1795921457.0)
        assert store.split_lock.record() == lock
        assert [f.split for f in store.split_lock.files()] == ["training", "training"]
        seeds = get(SEED_VARIABILITY)
        assert seeds is not None
        assert (seeds.images, seeds.seeds, seeds.own) == (41, (42, 0, 1, 2), 42)
        assert seeds.accuracy[1] is None
        assert seeds.digest.startswith("cd5607c8")
        assert get(STATED_ACCURACY) == UserMetrics(0.95, 0.75, "", 100, None)
        diagnosis, experiment = get(DIAGNOSIS), get(EXPERIMENT)
        assert diagnosis is not None
        assert experiment is not None
        assert diagnosis.answer["verdict"]
        assert len(diagnosis.parts) == 4
        assert diagnosis.at > 1.7e9
        assert experiment.answer == {"question": "q", "verdict": "v", "partial": False}
        suspects = (SuspectRecord(38, "fish", 0.0281), SuspectRecord(31, "fish", 0.0795))
        digest = "af4fe82014933128739aed338ced1f37662382d4739bc94d38c658d9a12228a7"
        assert get(LABEL_ERRORS) == LabelErrorsRecord(digest, suspects)
        assert sorted(get(POLICIES).policies) == ["later", "mild"]
        assert get(OPENED_TEST) == OpenedTest("2026-11-29 03:00", "r1", 0.8, 10, 0.49, 0.94)
    finally:
        store.close()


def test_a_file_of_version_1_without_any_value_opens_as_a_new_one(file: Path) -> None:
    an_old_file(file, "DELETE FROM meta;")
    store = ProjectStore(file)
    try:
        assert store.records.get(DATASET) == DatasetRecord()
        assert store.records.get(SPLIT_RULE) == Rule()
        assert store.samples.begin_listing() == 1
    finally:
        store.close()


def test_an_old_value_that_makes_no_sense_is_left_where_it_was(file: Path) -> None:
    an_old_file(file, "UPDATE meta SET value = '{' WHERE name IN ('rule', 'group_rules');")
    store = ProjectStore(file)
    try:
        assert store.records.get(SPLIT_RULE) == Rule()
        assert store.records.get(GROUPING) == GroupingRecord()
        assert store.records.get(SIMILARITY).confirmed == 0.83
        old = store.database.read().execute("SELECT value FROM meta_version_1 WHERE name = 'rule'")
        assert old.fetchone() == ("{",)
    finally:
        store.close()


def test_a_file_of_version_2_keeps_its_samples_and_loses_what_a_scan_makes_anew(file: Path) -> None:
    store = ProjectStore(file)
    entry = Entry(
        parse_listed_path("a/1.png"), 1, 1, NO_SPLIT, parse_label("a", where="here"), NO_GROUP,
        Status.PENDING, "",
    )  # fmt: skip
    listing = store.samples.begin_listing()
    store.samples.add_entries([entry], listing=listing, version=1, racy_ns=None)
    store.close()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("ALTER TABLE sample DROP COLUMN changed")
        connection.execute("INSERT INTO record VALUES ('last answer', '{}')")
        connection.execute("PRAGMA user_version = 2")
        connection.commit()
    store = ProjectStore(file)
    try:
        assert [s.path for s in store.samples.everything()] == ["a/1.png"]
        keys = store.database.read().execute("SELECT key FROM record")
        assert {key for (key,) in keys} == {"listing", "sample revision"}
        store.samples.add_entries([entry._replace(size=2)], listing=2, version=1, racy_ns=None)
        assert store.samples.everything()[0].size == 2
    finally:
        store.close()


def test_a_migration_that_fails_leaves_the_old_file(file: Path) -> None:
    an_old_file(file, "CREATE TABLE meta_version_1 (x);")
    with pytest.raises(ProjectError, match="can't be brought up to date"):
        ProjectStore(file)
    connection = sqlite3.connect(file)
    assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    assert connection.execute("SELECT count(*) FROM meta").fetchone() == (24,)
    tables = connection.execute("SELECT name FROM sqlite_master WHERE name = 'record'")
    assert tables.fetchall() == []
    connection.close()


def test_two_programs_migrate_one_file_once(file: Path) -> None:
    an_old_file(file)
    opened: list[ProjectStore] = []
    starts = threading.Barrier(2)

    def start() -> None:
        starts.wait()
        opened.append(ProjectStore(file))

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [store.records.get(SIMILARITY).confirmed for store in opened] == [0.83, 0.83]
    for store in opened:
        store.close()


def damage(store: ProjectStore, record: Record[object], text: str) -> None:
    store.database.write(
        lambda c: c.execute("INSERT OR REPLACE INTO record VALUES (?, ?)", (record.key.value, text))
    )


def test_a_damaged_record_is_an_error_that_says_where(store: ProjectStore) -> None:
    damage(store, GROUPING, '{"enabled": {"names|x": "yes"}}')
    with pytest.raises(ProjectError, match=r"grouping.*\$\.enabled\[") as raised:
        store.records.get(GROUPING)
    assert raised.value.advice
    damage(store, SPLIT_RULE, '{"kind": "by magic"}')
    with pytest.raises(ProjectError, match=r"split rule.*by magic.*\$\.kind"):
        store.records.get(SPLIT_RULE)
    damage(store, EXPORT, "[" * 100_000)
    with pytest.raises(ProjectError, match="export"):
        store.records.get(EXPORT)


def test_a_damaged_record_that_can_be_computed_again_is_as_none(store: ProjectStore) -> None:
    damage(store, SEED_VARIABILITY, '{"digest": 3}')
    assert store.records.get(SEED_VARIABILITY) is None


def test_a_change_that_raises_stores_nothing(store: ProjectStore) -> None:
    store.records.put(EXPORT, ExportRecord(5))

    def fail(record: ExportRecord) -> ExportRecord:
        raise ValueError(record.operation)

    with pytest.raises(ValueError, match="5"):
        store.records.update(EXPORT, fail)
    assert store.records.get(EXPORT) == ExportRecord(5)


def test_changes_of_several_threads_are_all_stored(store: ProjectStore) -> None:
    def add() -> None:
        for _ in range(20):
            store.records.update(EXPORT, lambda record: ExportRecord(record.operation + 1))

    threads = [threading.Thread(target=add) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.records.get(EXPORT) == ExportRecord(60)


def test_a_name_that_is_no_utf8_comes_back(store: ProjectStore) -> None:
    rule = Rule(RuleKind.LIST, file="/data/\udcff.csv")
    store.records.put(SPLIT_RULE, rule)
    assert store.records.get(SPLIT_RULE) == rule


@settings(max_examples=50, deadline=None)
@given(
    st.builds(
        Rule, st.sampled_from(RuleKind),
        st.builds(
            Call, st.sampled_from(Loader), st.floats(0, 1), st.none() | st.integers(0, 2**31),
            st.booleans(), class_names=st.none() | st.lists(st.text(max_size=3)).map(tuple),
            label_list=st.lists(st.integers(0, 9), max_size=4).map(tuple),
        ),
        st.none() | st.just(Call()), st.none() | st.text(max_size=5), st.text(max_size=5),
    )
)  # fmt: skip
def test_any_rule_comes_back(rule: Rule) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE record (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
    record_repository.write(connection, SPLIT_RULE, rule)
    assert record_repository.read(connection, SPLIT_RULE) == rule
    (text,) = connection.execute("SELECT value FROM record").fetchone()
    assert json.loads(text)["kind"] == rule.kind.value
    connection.close()
