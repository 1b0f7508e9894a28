"""Undo and redo work across restarts, and the log holds everything that was done."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inspector.store import decisions
from inspector.store.database import Database
from inspector.store.decisions import Change
from inspector.store.decisions import DecisionField as Field

State = tuple[list[tuple[object, ...]], list[tuple[int, int]]]


class Store:
    """A database that can be closed and reopened between two steps."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.database = Database(file)

    def reopen(self) -> None:
        self.database.close()
        self.database = Database(self.file)

    def apply(self, *changes: Change, verb: str = "drop") -> tuple[int, int]:
        return self.database.write(lambda c: decisions.apply(c, verb, verb, changes, 1.0))

    def undo(self) -> int:
        operation = decisions.to_undo(self.database.read())
        assert operation is not None
        return self.database.write(lambda c: decisions.undo(c, operation, 2.0))

    def redo(self) -> int:
        operation = decisions.to_redo(self.database.read())
        assert operation is not None
        return self.database.write(lambda c: decisions.redo(c, operation, 3.0))

    def state(self) -> State:
        """The current decisions; a row without any decision counts as none."""
        rows = self.database.read().execute(
            "SELECT sample, mark, label, reason, bound, reviewed FROM decision"
            " WHERE mark || label || reason <> '' OR bound OR reviewed ORDER BY 1"
        )
        return rows.fetchall(), sorted(decisions.not_alike(self.database.read()))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "p.inspector")
    yield made
    made.database.close()


def test_undo_and_redo_reach_back_across_restarts(store: Store) -> None:
    states = [store.state()]
    steps = [
        (
            Change(1, Field.MARK, "drop"),
            Change(1, Field.REASON, "like 2"),
            Change(2, Field.MARK, "keep"),
        ),
        (Change(1, Field.MARK, "keep"),),
        (
            Change(3, Field.LABEL, "cat"),
            Change(3, Field.BOUND, "7"),
            Change(3, Field.REVIEWED, "1"),
        ),
        (Change(4, Field.NOT_ALIKE, "1", b=9),),
    ]
    for changes in steps:
        operation, changed = store.apply(*changes)
        assert operation > 0
        assert changed == len(changes)
        states.append(store.state())
    assert len({str(s) for s in states}) == len(states)
    for expected in states[-2::-1]:
        store.reopen()
        store.undo()
        assert store.state() == expected
    assert decisions.to_undo(store.database.read()) is None
    for expected in states[1:]:
        store.reopen()
        store.redo()
        assert store.state() == expected
    assert decisions.to_redo(store.database.read()) is None


def test_a_new_decision_ends_the_row_of_redos(store: Store) -> None:
    store.apply(Change(1, Field.MARK, "drop"))
    store.apply(Change(2, Field.MARK, "drop"))
    store.undo()
    assert decisions.to_redo(store.database.read()) is not None
    store.apply(Change(3, Field.MARK, "keep"))
    store.reopen()
    assert decisions.to_redo(store.database.read()) is None
    store.undo()
    store.undo()
    assert store.state() == ([], [])


def test_what_changes_nothing_is_not_logged(store: Store) -> None:
    store.apply(Change(1, Field.MARK, "drop"))
    assert store.apply(Change(1, Field.MARK, "drop"), Change(2, Field.MARK, "")) == (0, 0)
    assert len(decisions.log(store.database.read())) == 1


def test_the_log_is_only_appended_to(store: Store) -> None:
    store.apply(Change(1, Field.MARK, "drop"), verb="drop")
    store.undo()
    store.redo()
    log = decisions.log(store.database.read())
    assert [(o.verb, o.undoes) for o in log] == [("drop", None), ("undo", 1), ("redo", 1)]
    assert [o.at for o in log] == [1.0, 2.0, 3.0]


def test_the_samples_of_an_operation_name_both_ends(store: Store) -> None:
    operation, _ = store.apply(Change(4, Field.NOT_ALIKE, "1", b=9), Change(5, Field.MARK, "keep"))
    assert sorted(decisions.samples_of(store.database.read(), operation)) == [4, 5, 9]


def test_what_came_since_the_export_is_counted(store: Store) -> None:
    store.apply(Change(1, Field.MARK, "drop"))
    exported = decisions.newest(store.database.read())
    assert decisions.since_export(store.database.read(), exported) == 0
    store.apply(Change(2, Field.MARK, "drop"))
    assert decisions.since_export(store.database.read(), exported) == 1


CHANGES = st.one_of(
    st.builds(
        Change, st.integers(1, 3), st.sampled_from([Field.MARK, Field.REASON, Field.LABEL]),
        st.sampled_from(["", "drop", "keep"]),
    ),
    st.builds(
        Change, st.integers(1, 3), st.sampled_from([Field.BOUND, Field.REVIEWED]),
        st.sampled_from(["", "1", "2"]),
    ),
    st.builds(
        Change, st.integers(1, 2), st.just(Field.NOT_ALIKE), st.sampled_from(["", "1"]),
        st.integers(3, 4),
    ),
)  # fmt: skip
STEPS = st.lists(
    st.one_of(st.lists(CHANGES, min_size=1, max_size=4), st.sampled_from(["undo", "redo"])),
    max_size=12,
)


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_any_row_of_steps_is_a_walk_through_known_states(
    tmp_path_factory: pytest.TempPathFactory, steps: list[list[Change] | str]
) -> None:
    store = Store(tmp_path_factory.mktemp("walk") / "p.inspector")
    past, future = [store.state()], []
    for step in steps:
        reader = store.database.read()
        if step == "undo":
            assert (decisions.to_undo(reader) is not None) == (len(past) > 1)
            if len(past) > 1:
                store.undo()
                future.append(past.pop())
        elif step == "redo":
            assert (decisions.to_redo(reader) is not None) == bool(future)
            if future:
                store.redo()
                past.append(future.pop())
        elif store.apply(*step)[0]:
            past.append(store.state())
            future = []
        assert store.state() == past[-1]
    store.database.close()
