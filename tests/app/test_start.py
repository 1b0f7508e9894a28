"""Start: the sample is created off the GUI thread; a project opens in one window at a time."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from inspector.app.main import MainWindow
from inspector.app.start.page import StartPage
from inspector.app.start.recent_row import RecentRow
from inspector.app.start.recent_thumbnails import FACES
from inspector.app.widgets.jobs_bar import JobBar
from inspector.app.window.main_window import ProjectWindow
from inspector.app.window.opening.single_instance import SingleInstance
from inspector.app.window.session import Session
from inspector.demo.dataset import truth_path
from inspector.desktop.paths import projects_folder, samples_folder
from inspector.errors import UnwritableError
from inspector.project.catalog import sample_dataset as sample_set
from inspector.project.catalog.sample_dataset import make_sample
from inspector.project.project import Project
from inspector.store.recent_thumbnails import thumbnails_of
from inspector.work.jobs import Progress, Stop
from tests.app.screen import button, by_id, complete_start, open_dataset

KILLED = """
import os, sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from inspector.app.window.opening.single_instance import SingleInstance
app = QCoreApplication([])
assert SingleInstance(Path(sys.argv[1]), app).take()
os._exit(1)
"""


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sample_set, "IMAGES", 80)
    return 80


def test_the_sample_is_made_once_and_whole(small: int) -> None:
    progress = Progress()
    folder = make_sample(progress, Stop())
    assert folder == samples_folder() / "sample"
    assert truth_path(folder).exists()
    assert progress.snapshot().done >= small
    stamp = folder.stat().st_mtime_ns
    assert make_sample(Progress(), Stop()) == folder
    assert folder.stat().st_mtime_ns == stamp
    assert sorted(p.name for p in samples_folder().iterdir()) == ["sample", "sample.truth.csv"]


def test_a_stopped_sample_leaves_nothing_to_be_taken_for_it(small: int) -> None:
    stop = Stop()
    stop.set()
    assert make_sample(Progress(), stop) is None
    assert list(samples_folder().iterdir()) == []
    (samples_folder() / "sample.unfinished" / "training").mkdir(parents=True)
    assert make_sample(Progress(), Stop()) is not None
    assert not (samples_folder() / "sample.unfinished").exists()


def test_the_window_lives_while_the_sample_is_made(qtbot: QtBot, small: int) -> None:
    window = MainWindow()
    qtbot.addWidget(window)
    window.show()
    start = complete_start(qtbot, window)
    longest = [0.0]
    last = [time.monotonic()]

    def beat() -> None:
        longest[0] = max(longest[0], time.monotonic() - last[0])
        last[0] = time.monotonic()

    timer = QTimer(window)
    timer.timeout.connect(beat)
    timer.start(10)
    began = time.monotonic()
    sample = button(start, "Try the sample")
    sample.click()
    asked = time.monotonic() - began
    assert start.findChild(JobBar).isVisible()
    assert not sample.isEnabled()
    qtbot.waitUntil((samples_folder() / "sample").exists, timeout=60_000)
    made = time.monotonic() - began
    assert asked < made / 3
    assert longest[0] < made / 2
    qtbot.waitUntil(lambda: isinstance(window.view, ProjectWindow), timeout=20_000)
    window.close()


def test_return_presses_what_has_the_keyboard(qtbot: QtBot, demo: Path, tmp_path: Path) -> None:
    session = Session()
    session.remember(str(tmp_path / "gone" / ("a folder of a long name" * 20) / "set"))
    session.remember(str(demo))
    window = MainWindow()
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
    start = complete_start(qtbot, window)
    rows = [b for b in start.findChildren(QPushButton) if b.property("dataset")]
    there, gone = rows[:2]
    assert not gone.isEnabled()
    assert gone.text().endswith("(folder not found)")
    there.setFocus()
    with qtbot.waitSignal(window.project_opened, timeout=20_000):
        qtbot.keyClick(there, Qt.Key.Key_Return)
    assert isinstance(window.view, ProjectWindow)
    window.close()


def test_a_second_window_only_reads_and_says_so_and_the_first_comes_up(
    qtbot: QtBot, demo: Path, tmp_path: Path
) -> None:
    first, second = MainWindow(), MainWindow()
    for window in (first, second):
        qtbot.addWidget(window)
        window.show()
    file = tmp_path / "p.inspector"
    kept = open_dataset(qtbot, first, demo, file)
    first.showMinimized()
    reading = open_dataset(qtbot, second, demo, file)
    assert "opened read-only" in by_id(reading, QLabel, "read-only").text()
    assert not by_id(kept, QLabel, "read-only").isVisibleTo(kept)
    assert not reading.busy()
    (row, *_) = reading.project.samples.everything()
    with pytest.raises(UnwritableError, match="opened read-only"):
        reading.project.decisions.drop([row.id])
    assert not reading.project.decisions.log()
    qtbot.waitUntil(lambda: not first.isMinimized(), timeout=10_000)
    first.open_path(str(demo), str(file))
    qtbot.waitUntil(lambda: not first.opening.is_busy(), timeout=20_000)
    assert first.view is kept
    first.close()
    writing = open_dataset(qtbot, second, demo, file)
    assert writing.project.why_read_only() == ""
    second.close()


def test_what_a_killed_window_held_is_free(qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "p.inspector"
    ended = subprocess.run([sys.executable, "-c", KILLED, str(file)], check=False)
    assert ended.returncode == 1
    assert (tmp_path / "p.inspector.window").exists()
    parent = QObject()
    mine, other = SingleInstance(file, parent), SingleInstance(file, parent)
    assert mine.take()
    assert not other.take()
    mine.release()
    assert not (tmp_path / "p.inspector.window").exists()


def test_a_folder_without_locks_still_opens(qtbot: QtBot, tmp_path: Path) -> None:
    parent = QObject()
    assert SingleInstance(tmp_path / "no such folder" / "p.inspector", parent).take()


def test_a_bug_on_another_thread_is_told(qtbot: QtBot) -> None:
    window = MainWindow()
    qtbot.addWidget(window)
    with qtbot.captureExceptions() as raised:
        window.bridge.call(lambda: 1 // 0)
        qtbot.waitUntil(lambda: bool(raised), timeout=5_000)
    assert raised[0][0] is ZeroDivisionError
    window.close()


def test_recent_datasets_show_some_of_their_pictures(
    qtbot: QtBot, demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Project(demo)
    project.scans.scan()
    project.close()
    new = tmp_path / "never scanned"
    new.mkdir()
    for dataset in (demo, new):
        Session().remember(str(dataset))
    before = sorted(file for file in projects_folder().iterdir())
    window = MainWindow()
    qtbot.addWidget(window)
    window.show()
    page = complete_start(qtbot, window)
    qtbot.waitUntil(lambda: thumbnails(page, demo) == FACES, timeout=10_000)
    assert thumbnails(page, new) == 0
    # Looking at a project leaves nothing behind, nor makes one.
    assert sorted(file for file in projects_folder().iterdir()) == before
    window.close()


def test_the_recent_ones_fit_the_smallest_window(qtbot: QtBot, tmp_path: Path) -> None:
    for number in range(8):
        (tmp_path / str(number)).mkdir()
        Session().remember(str(tmp_path / str(number)))
    window = MainWindow()
    qtbot.addWidget(window)
    window.resize(window.minimumSize())
    window.show()
    page = complete_start(qtbot, window)
    assert page.minimumSizeHint().height() <= window.height()
    recent = [b for b in page.findChildren(QPushButton) if b.property("dataset")]
    assert len(recent) > 3
    assert all(b.height() >= b.minimumHeight() > 0 for b in recent)
    window.close()


def thumbnails(page: StartPage, dataset: Path) -> int:
    (row,) = (r for r in page.findChildren(RecentRow) if r.dataset.path == str(dataset))
    return row.thumbnails


def test_faces_of_what_is_no_project_are_none(tmp_path: Path) -> None:
    broken = tmp_path / "p.inspector"
    broken.write_bytes(b"no database at all" * 100)
    assert thumbnails_of(broken, broken, tmp_path, 4) == []
    assert thumbnails_of(tmp_path / "missing", broken, tmp_path, 4) == []
