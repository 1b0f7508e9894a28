"""Widgets in reference cycles are destroyed on the window's thread, whichever thread allocates."""

import gc
import threading
import weakref
from collections.abc import Iterator
from typing import ClassVar

import pytest
from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from inspector.app.threads import gc_scheduler
from inspector.app.threads.gc_scheduler import MANY, PATIENCE, GcScheduler


class InCycle(QObject):
    """A QObject that only the collector can free; it notes the thread it died on."""

    died_on: ClassVar[list[str]] = []

    def __init__(self) -> None:
        super().__init__()
        self.me = self

    def __del__(self) -> None:
        self.died_on.append(threading.current_thread().name)


@pytest.fixture
def garbage() -> Iterator[GcScheduler]:
    gc.enable()
    made = GcScheduler()
    yield made
    made.give_back()


def allocate() -> None:
    kept = [[] for _ in range(100_000)]
    assert kept


def test_a_working_thread_destroys_no_widget(qtbot: QtBot, garbage: GcScheduler) -> None:
    InCycle.died_on.clear()
    InCycle()
    worker = threading.Thread(target=allocate, name="worker")
    worker.start()
    worker.join()
    assert InCycle.died_on == []
    kept = [[] for _ in range(2_000)]
    garbage.look()
    assert InCycle.died_on == ["MainThread"]
    assert garbage.findChild(QTimer).isActive()
    assert kept


def test_many_new_objects_are_left_alone_for_a_while(garbage: GcScheduler) -> None:
    kept = [[] for _ in range(MANY + 10_000)]
    before = gc.get_stats()[0]["collections"]
    for _ in range(PATIENCE):
        garbage.look()
    assert gc.get_stats()[0]["collections"] == before
    assert gc.get_count()[0] > MANY
    garbage.look()
    assert gc.get_count()[0] < MANY
    assert kept


def test_python_gets_its_collector_back() -> None:
    made = GcScheduler()
    assert not gc.isenabled()
    made.give_back()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_what_is_settled_is_found_when_a_project_closes(garbage: GcScheduler) -> None:
    made = InCycle()
    alive = weakref.ref(made)
    garbage.settle()
    del made
    gc.collect()
    assert alive() is not None
    garbage.sweep()
    assert alive() is None


def test_after_a_slow_collection_new_objects_are_left_alone(
    garbage: GcScheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gc_scheduler, "SLOW_SECONDS", 0.0)
    before = gc.get_stats()[0]["collections"]
    for _ in range(PATIENCE + 1):
        kept = [[] for _ in range(2_000)]
        garbage.look()
        assert gc.get_count()[0] < len(kept)
    assert gc.get_stats()[0]["collections"] == before + 1
