"""The crossing: nothing comes through once it is closed."""

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from inspector.app.bridge import Bridge
from inspector.project.changes import Changes


def test_a_change_arrives(qtbot: QtBot) -> None:
    bridge = Bridge()
    with qtbot.waitSignal(bridge.changed) as said:
        bridge.tell(Changes(samples=True))
    assert said.args == [Changes(samples=True)]
    bridge.close()


def test_a_change_on_its_way_is_dropped_at_the_end(qtbot: QtBot) -> None:
    """The project is closed by then, and a page that asks it would fail."""
    bridge = Bridge()
    heard: list[object] = []
    bridge.changed.connect(heard.append)
    bridge.tell(Changes(samples=True))
    bridge.close()
    for _ in range(3):
        QApplication.processEvents()
    assert heard == []
