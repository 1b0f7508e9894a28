"""The table of samples says the same as the database, row by row and column by column."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.dataset.decoding import Flag
from inspector.dataset.file_facts import FileFacts, failed
from inspector.dataset.listing import Entry, Status
from inspector.dataset.names import NO_GROUP, NO_SPLIT, parse_label, parse_listed_path, parse_split
from inspector.store import record_repository
from inspector.store.decisions import Change, DecisionField
from inspector.store.project_store import ProjectStore
from inspector.store.records import SAMPLE_REVISION, SampleRevision
from inspector.store.sample_cache import SampleCache
from inspector.store.sample_facts import read_facts
from inspector.store.sample_table import SamplesById, SampleTable, undecided
from inspector.store.samples import FileContent

NAMES = ("cat/img10.jpg", "cat/img2.jpg", "cat/ÄRGER.jpg", "dog/img1.jpg", "dog/note.txt")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ProjectStore]:
    opened = ProjectStore(tmp_path / "p.inspector")
    entries = [
        Entry(
            parse_listed_path(f"train/{name}"), 100 + i, 5, parse_split("training", where="here"),
            parse_label(name.partition("/")[0], where="here"), NO_GROUP,
            Status.IGNORED if name.endswith("txt") else Status.PENDING, "",
        )
        for i, name in enumerate(NAMES)
    ]  # fmt: skip
    listing = opened.samples.begin_listing()
    opened.samples.add_entries(entries, listing=listing, version=1, racy_ns=None)
    rows = [
        failed(s.id, "image", "", 1)._replace(
            sha256=bytes([s.id]) * 32, width=32 + s.id, height=32, flags=int(Flag.FLAT),
            brightness=s.id / 7, format="JPEG",
        )
        for s in opened.samples.everything() if s.status == "pending" and "img1.jpg" not in s.path
    ]  # fmt: skip
    opened.samples.fill(rows, {}).result()
    yield opened
    opened.close()


def agrees(store: ProjectStore) -> SampleTable:
    table = store.samples.everything()
    rows = store.samples.by_ids(table.ids.tolist())
    assert list(table) == table[:] == [table[i] for i in range(len(table))] == rows
    assert table[-1] == rows[-1]
    assert [table.text("label")[i] for i in range(len(rows))] == [s.label for s in rows]
    assert table.number("size").tolist() == [s.size for s in rows]
    assert table.measure("brightness").tolist() == [s.brightness for s in rows]
    assert list(table.hashes()) == table.hashes()[:] == [s.sha256 for s in rows]
    by_id = SamplesById(table)
    assert dict(by_id.items()) == {s.id: s for s in rows} == {i: by_id[i] for i in by_id}
    assert list(table.images()) == [s for s in rows if s.status == "image"]
    assert table.rows_of([rows[2].id, 10_000, -3]).tolist() == [2, -1, -1]
    assert 10_000 not in by_id
    return table


def test_a_table_says_what_the_database_says(store: ProjectStore) -> None:
    table = agrees(store)
    assert len(table) == len(NAMES)
    assert len(table.images()) == 3


def test_a_decision_makes_another_table_that_shares_the_facts(store: ProjectStore) -> None:
    before = store.samples.everything()
    assert store.samples.everything() is before
    some = before[1].id
    changes = [
        Change(some, DecisionField.MARK, "drop"),
        Change(some, DecisionField.LABEL, "dog"),
        Change(before[3].id, DecisionField.BOUND, "7"),
    ]
    store.decisions.apply("drop", "some", changes, 1.0)
    after = agrees(store)
    assert (after[1].mark, after[1].new_label, after[3].bound) == ("drop", "dog", 7)
    assert (before[1].mark, before[3].bound) == ("", 0)
    assert after.paths is before.paths
    operation = store.decisions.to_undo()
    assert operation is not None
    store.decisions.undo(operation, 2.0)
    assert list(agrees(store)) == list(before)


def test_numbers_in_names_sort_as_numbers(store: ProjectStore) -> None:
    table = store.samples.everything()
    names = [table.paths[row] for row in table.natural_order()]
    assert names == [f"train/{name}" for name in
                     ("cat/img2.jpg", "cat/img10.jpg", "cat/ÄRGER.jpg", *NAMES[3:])]  # fmt: skip


@pytest.mark.parametrize("text", ["img1", "ärger", "CAT/", "train/dog", "no such", ""])
def test_paths_are_searched_in_any_case(store: ProjectStore, text: str) -> None:
    table = store.samples.everything()
    hits = table.containing(text)
    assert hits.tolist() == [text.lower() in path.lower() for path in table.paths]


def test_some_rows_make_a_table_of_their_own(store: ProjectStore) -> None:
    table = store.samples.everything()
    part = table.where(np.array([False, True, False, True, False]))
    assert list(part) == [table[1], table[3]]
    assert part.rows_of(table.ids).tolist() == [-1, 0, -1, 1, -1]


def test_a_listing_that_changes_nothing_keeps_the_table(store: ProjectStore) -> None:
    before = store.samples.everything()
    listed = [
        Entry(
            parse_listed_path(s.path), s.size, s.mtime_ns, s.split, s.label, NO_GROUP,
            Status.IGNORED if s.status == "ignored" else Status.PENDING, "",
        )
        for s in before
    ]  # fmt: skip

    def list_again(entries: list[Entry]) -> SampleTable:
        listing = store.samples.begin_listing()
        store.samples.add_entries(entries, listing=listing, version=1, racy_ns=None)
        store.samples.end_listing(listing, [])
        return store.samples.everything()

    assert list_again(listed) is before
    grown = list_again([listed[0]._replace(size=listed[0].size + 1), *listed[1:]])
    assert grown is not before
    assert grown[0].status == "pending"
    assert list(grown)[1:] == list(before)[1:]
    assert len(list_again(listed[1:])) == len(before) - 1
    assert list(list_again(listed[1:])) == list(before)[1:]


def test_another_failure_replaces_the_first(store: ProjectStore) -> None:
    (sample, *_) = (s.id for s in store.samples.everything())
    for status, reason in (("crashed", "first"), ("timeout", "second")):
        store.samples.fill([failed(sample, status, reason, 1)], {}).result()
        (row,) = store.samples.by_ids([sample])
        assert (row.status, row.reason) == (status, reason)


def entry(path: str, content: int) -> Entry:
    return Entry(
        parse_listed_path(path), content, content, NO_SPLIT, parse_label(path[0], where="here"),
        NO_GROUP, Status.PENDING, "",
    )  # fmt: skip


def read(row: FileContent) -> FileFacts:
    return failed(row.id, "image" if row.size % 5 else "corrupt", "", 1)._replace(
        sha256=bytes([row.size]) * 32, width=row.size % 2, camera=f"camera {row.size % 3}",
        brightness=row.size / 7,
    )  # fmt: skip


def scanned(store: ProjectStore, files: dict[str, int]) -> None:
    """List and read files as a scan does; the number of each is its content."""
    entries = [entry(*one) for one in files.items()]
    listing = store.samples.begin_listing()
    _, unread = store.samples.add_entries(entries, listing=listing, version=1, racy_ns=10**18)
    store.samples.end_listing(listing, [])
    store.samples.fill(
        [read(row) for row in unread], {row.id: row.sha256 for row in unread if row.sha256}
    ).result()
    store.samples.follow_moves()


def columns(table: SampleTable) -> list[object]:
    facts = table.facts
    return [
        list(facts.paths.names),
        *((name, column.tolist()) for name, column in sorted(facts.numbers.items())),
        *((n, c.codes.tolist(), list(c.values)) for n, c in sorted(facts.texts.items())),
        list(facts.sha256),
    ]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.dictionaries(st.sampled_from("abcdefghijklmnopqrst"), st.integers(1, 30), max_size=20),
        min_size=2, max_size=5,
    )
)  # fmt: skip
def test_a_patched_table_is_what_a_new_one_reads(states: list[dict[str, int]]) -> None:
    with TemporaryDirectory() as folder:
        store = ProjectStore(Path(folder) / "p.inspector")
        # So that few rows differ from one state to the next, and a patch pays off.
        others = {f"{letter}/{n}": 40 + n % 200 for letter in "am" for n in range(200)}
        for state in states:
            scanned(store, others | {f"{name}/0.jpg": n for name, n in state.items()})
            table = agrees_with_database(store)
            assert columns(table) == columns(undecided(read_facts(store.database.read())))
        store.close()


def agrees_with_database(store: ProjectStore) -> SampleTable:
    table = store.samples.everything()
    assert list(table) == store.samples.by_ids(table.ids.tolist())
    assert table.rows_of(table.ids).tolist() == list(range(len(table)))
    return table


def test_a_changed_file_leaves_what_is_the_same_where_it_was(store: ProjectStore) -> None:
    others = {f"a/{n:02}": n + 1 for n in range(40)}
    scanned(store, others)
    before = store.samples.everything()
    scanned(store, others | {"a/07": 68})
    after = agrees_with_database(store)
    assert after is not before
    assert after.paths is before.paths
    assert after.text("label") is before.text("label")
    assert after.text("camera").codes is before.text("camera").codes
    assert (before[7].sha256[0], after[7].sha256[0]) == (8, 68)
    scanned(
        store,
        {("b/new" if path == "a/07" else path): n for path, n in others.items()} | {"b/new": 68},
    )
    moved = agrees_with_database(store)
    assert moved[-1].path == "b/new"
    assert moved[-1].id == after[7].id


def test_a_row_that_a_move_deleted_is_not_kept(tmp_path: Path) -> None:
    file = tmp_path / "moved.inspector"
    with closing(ProjectStore(file)) as store, closing(ProjectStore(file)) as other:
        files = {f"a/{n:03}": 100 + n for n in range(100)}
        scanned(store, files | {"a/old": 7})
        listing = store.samples.begin_listing()
        moved = entry("a/new", 7)
        entries = [*(entry(*one) for one in files.items()), moved]
        _, unread = store.samples.add_entries(entries, listing=listing, version=1, racy_ns=10**18)
        store.samples.end_listing(listing, [])
        store.samples.fill([read(row) for row in unread], {}).result()
        # The window looks between the reading and the move, and next after another scan.
        assert store.samples.everything().paths[-1] == "a/new"
        assert other.samples.follow_moves() == 1
        scanned(other, files)
        assert list(store.samples.everything().paths) == sorted(files)


def test_rows_of_a_program_that_marks_none_are_read(store: ProjectStore) -> None:
    before = store.samples.everything()

    def change(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE sample SET size = 77 WHERE id = ?", (before[0].id,))
        number = store.samples.revision() + 1
        record_repository.write(connection, SAMPLE_REVISION, SampleRevision(number))

    store.database.write(change)
    assert store.samples.everything()[0].size == 77


def test_an_error_of_the_disk_is_not_masked(store: ProjectStore) -> None:
    connection = store.database.read()

    class Failing:
        in_transaction = False

        def execute(self, query: str, *values: object) -> sqlite3.Cursor:
            if "FROM sample" in query:
                # SQLite ends the transaction itself then.
                connection.execute("ROLLBACK")
                raise sqlite3.OperationalError("disk I/O error")
            return connection.execute(query, *values)

    with pytest.raises(sqlite3.OperationalError, match="disk"):
        SampleCache().table(Failing())  # type: ignore[arg-type]


def test_the_greatest_revision_leaves_a_scan(store: ProjectStore) -> None:
    greatest = SampleRevision(2**63 - 1)
    store.database.write(lambda c: record_repository.write(c, SAMPLE_REVISION, greatest))
    scanned(store, {"a/1": 3})
    assert list(store.samples.everything().paths) == ["a/1"]
