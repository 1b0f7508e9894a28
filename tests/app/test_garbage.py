"""Widgets in cycles are destroyed on the window's thread, whoever allocates."""

import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from inspector.app.garbage import Garbage


class InCycle(QObject):
    """A QObject that only the collector can free; it notes the thread it died on."""

    died_on: list[str] = []

    def __init__(self) -> None:
        super().__init__()
        self.me = self

    def __del__(self) -> None:
        self.died_on.append(threading.current_thread().name)


@pytest.fixture
def garbage() -> Iterator[Garbage]:
    gc.enable()
    made = Garbage()
    yield made
    made.give_back()


def allocate() -> None:
    kept = [[] for _ in range(100_000)]
    assert kept


def test_a_working_thread_destroys_no_widget(qtbot: QtBot, garbage: Garbage) -> None:
    InCycle.died_on.clear()
    InCycle()
    worker = threading.Thread(target=allocate, name="worker")
    worker.start()
    worker.join()
    assert InCycle.died_on == []
    allocate_now = [[] for _ in range(2_000)]
    assert gc.get_count()[0] > gc.get_threshold()[0]
    qtbot.waitUntil(lambda: InCycle.died_on == ["MainThread"], timeout=5_000)
    assert allocate_now


def test_python_gets_its_collector_back() -> None:
    made = Garbage()
    assert not gc.isenabled()
    made.give_back()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
