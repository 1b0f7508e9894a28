"""The bridge delivers everything in order on the window's thread, until it is closed."""

import threading
import time

from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from inspector.app.threads.bridge import Bridge
from inspector.app.threads.main_thread_queue import MainThreadQueue
from inspector.project.changes import Changes


def test_things_come_in_their_order_on_the_windows_thread(qtbot: QtBot) -> None:
    heard: list[tuple[str, int]] = []
    crossing = MainThreadQueue[int](lambda n: heard.append((threading.current_thread().name, n)))
    threads = [
        threading.Thread(target=lambda k=k: [crossing.send(n) for n in range(k, k + 200)])
        for k in (0, 1_000)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == []
    qtbot.waitUntil(lambda: len(heard) == 400)
    assert {name for name, _ in heard} == {"MainThread"}
    for k in (0, 1_000):
        assert [n for _, n in heard if k <= n < k + 200] == list(range(k, k + 200))


def test_one_that_fails_to_be_delivered_holds_up_no_other(qtbot: QtBot) -> None:
    heard: list[float] = []
    crossing = MainThreadQueue[int](lambda n: heard.append(1 / n))
    with qtbot.captureExceptions() as errors:
        crossing.send(0)
        crossing.send(2)
        qtbot.waitUntil(lambda: heard == [0.5])
    assert [type(e[1]) for e in errors] == [ZeroDivisionError]


def test_a_change_arrives(qtbot: QtBot) -> None:
    bridge = Bridge()
    with qtbot.waitSignal(bridge.changed) as said:
        bridge.publish(Changes(samples=True))
    assert said.args == [Changes(samples=True)]
    bridge.close()


class Sheet(QWidget):
    heard = 0

    def hear(self, _: object) -> None:
        self.heard += 1
        self.setWindowTitle("heard")


def test_an_answer_to_what_is_closed_is_dropped(qtbot: QtBot) -> None:
    bridge = Bridge()
    gone, stays = Sheet(), Sheet()
    qtbot.addWidget(stays)
    with qtbot.captureExceptions() as errors:
        for sheet in (gone, stays):
            bridge.call(lambda: time.sleep(0.2), sheet.hear)
        delete(gone)
        qtbot.waitUntil(lambda: stays.heard == 1)
    bridge.close()
    assert gone.heard == 0
    assert errors == []


def test_a_change_on_its_way_is_dropped_at_the_end(qtbot: QtBot) -> None:
    """The project is closed by then, and a page that queried it would fail."""
    bridge = Bridge()
    heard: list[object] = []
    bridge.changed.connect(heard.append)
    bridge.publish(Changes(samples=True))
    bridge.close()
    for _ in range(3):
        QApplication.processEvents()
    assert heard == []


def test_what_is_kept_is_run_though_every_thread_was_busy_at_the_end() -> None:
    """Of the calls that wait for a thread, writes run on close; others don't."""
    bridge = Bridge()
    hold, ran = threading.Event(), []
    for _ in range(12):
        bridge.call(lambda: hold.wait(10))
    bridge.call(lambda: ran.append("read"))
    bridge.call(lambda: ran.append("write"), writes=True)
    closing = threading.Thread(target=bridge.close)
    closing.start()
    while not bridge.is_closed():
        time.sleep(0.01)
    hold.set()
    closing.join(20)
    assert ran == ["write"]
