"""The first paint: what it does not need loads afterwards."""

import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QFrame
from pytestqt.qtbot import QtBot

from inspector.app.main import MainWindow
from inspector.app.start.page import StartPage
from inspector.app.start.recent import recent_dataset
from inspector.app.start.recent_row import RecentRow
from inspector.app.window.preferences_dialog import Preferences
from tests.app.screen import button, complete_start

# Prints what is there when the window is painted for the first time, and closes it.
WATCHED = """
import gc, sys
from PySide6 import QtCore
from inspector import __main__
from inspector.app import main
from inspector.app.window.session import Session
Session().remember(sys.argv[1])
class Watched(main.MainWindow):
    def paintEvent(self, event):
        names = [m for m in sys.modules if m.startswith("inspector.") or "." not in m]
        print("Qt" in vars(QtCore), gc.isenabled(), *names)
        super().paintEvent(event)
        QtCore.QTimer.singleShot(0, self.quit)
main.MainWindow = Watched
sys.exit(__main__.main([]))
"""


def test_what_takes_long_to_load_comes_after_the_first_paint(tmp_path: Path) -> None:
    place = tmp_path / ("a folder of a long name " * 9) / "set"
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, str(place)], capture_output=True, text=True, check=True
    )
    names_of_qt, collects, *modules = done.stdout.split("\n")[0].split()
    assert names_of_qt == "False"
    assert collects == "False"
    late = {"numpy", "cv2", "PIL", "socket", "sqlite3", "tomllib", "hashlib", "subprocess"}
    assert not late & set(modules)
    assert "inspector.app.start.page" in modules
    assert not {m for m in modules if m.startswith(("inspector.store", "inspector.work"))}
    assert "inspector.app.widgets.jobs_bar" not in modules
    late_parts = {"recent_row", "recent_list", "steps_card", "sample_card"}
    assert not {f"inspector.app.start.{name}" for name in late_parts} & set(modules)


def test_an_import_reads_no_source() -> None:
    """PySide6 reads the source of each module that is imported, unless it is kept from it."""
    code = """
import linecache, sys
import inspector.app.main
linecache.clearcache()
import wave
print("wave" in sys.modules, [file for file in linecache.cache if file.endswith("wave.py")])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[0] == "True []"


def test_nothing_moves_when_the_rest_of_the_page_comes(qtbot: QtBot) -> None:
    page = StartPage([])
    qtbot.addWidget(page)
    page.resize(1280, 800)
    page.show()
    page.grab()
    field = page.findChild(QFrame, "dropField")
    before = field.geometry()
    assert page.sample_card is None
    qtbot.waitUntil(lambda: page.sample_card is not None)
    page.grab()
    after = field.geometry()
    assert after.topLeft() == before.topLeft()
    assert after.width() == before.width()
    assert abs(after.height() - before.height()) <= 8


def test_the_keyboard_reaches_the_first_button_first(qtbot: QtBot) -> None:
    page = StartPage([])
    qtbot.addWidget(page)
    page.resize(1280, 800)
    page.show()
    complete_start(qtbot, page)
    reached, widget = [], page.nextInFocusChain()
    while widget is not page:
        if isinstance(widget, QAbstractButton) and widget.isVisible():
            reached.append(widget.text())
        widget = widget.nextInFocusChain()
    assert reached == [
        "Open folder…", "Open a file…", "Try the sample", "Documentation", "Keyboard shortcuts",
        "Settings",
    ]  # fmt: skip


def test_what_is_not_painted_is_there_after_it(qtbot: QtBot) -> None:
    window = MainWindow()
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
    assert window.start is not None
    start = window.start
    qtbot.waitUntil(lambda: not window.windowIcon().isNull())
    qtbot.waitUntil(lambda: button(start, "Open folder").shortcut().toString() == "Ctrl+O")
    qtbot.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.findChild(Preferences) is not None)
    window.findChild(Preferences).close()
    window.close()


def test_a_long_name_has_its_place(qtbot: QtBot) -> None:
    place = "/srv/" + "pictures of the year/" * 12 + "new"
    long = recent_dataset(f"{place}/a", "a" * 90, place, is_there=True, facts={})
    page = StartPage([long, recent_dataset("/srv/b", "b", "/srv", is_there=True, facts={})])
    qtbot.addWidget(page)
    page.resize(1280, 800)
    page.show()
    complete_start(qtbot, page)
    first, second = page.findChildren(RecentRow)
    assert first.width() == second.width() < page.width() / 2
    assert first.dataset.lines()[0] == place
    assert first.toolTip() == f"{place}/a"


def test_the_icon_comes_with_a_dataset_that_is_opened_at_once(qtbot: QtBot, demo: Path) -> None:
    window = MainWindow()
    qtbot.addWidget(window)
    window.open_path(str(demo))
    window.show()
    qtbot.waitUntil(lambda: not window.windowIcon().isNull())
    window.close()
