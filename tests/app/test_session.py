"""Session: preferences, where the user left off, and notifications about long jobs."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QProcess, QSettings
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QSlider, QSpinBox
from pytestqt.qtbot import QtBot

from inspector.app.duplicates.cluster_list import ClusterList
from inspector.app.gallery.page import GalleryPage
from inspector.app.main import MainWindow
from inspector.app.widgets.jobs import Jobs
from inspector.app.widgets.jobs_bar import JobBar
from inspector.app.widgets.page import PageName
from inspector.app.window import notifications as notify
from inspector.app.window.main_window import ProjectWindow
from inspector.app.window.preferences_dialog import Preferences
from inspector.app.window.session import Session
from inspector.desktop.settings import NOTIFY, SETTINGS, read_settings, settings_file, write_setting
from inspector.project.project import Project
from inspector.project.review.gallery_query import Facet, Sort
from inspector.work.jobs import Progress, Stop
from tests.app.screen import by_id, open_dataset


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    made = MainWindow()
    qtbot.addWidget(made)
    yield made
    made.close()


def _open(qtbot: QtBot, window: MainWindow, project: Project) -> tuple[ProjectWindow, GalleryPage]:
    view = open_dataset(qtbot, window, project.root, project.file)
    qtbot.waitUntil(lambda: not view.busy(), timeout=60_000)
    (gallery,) = (p for p in view.pages if isinstance(p, GalleryPage))
    qtbot.waitUntil(lambda: len(gallery.view.tiles.ids) > 0, timeout=20_000)
    return view, gallery


def _box(page: GalleryPage, name: str) -> QComboBox:
    (box,) = (b for b in page.findChildren(QComboBox) if b.accessibleName() == name)
    return box


def test_a_project_opens_where_it_was_left(
    qtbot: QtBot, window: MainWindow, project: Project
) -> None:
    window.resize(1000, 640)
    window.show()
    view, gallery = _open(qtbot, window, project)
    view.show_page(view.pages.index(gallery))
    _box(gallery, "Sort").setCurrentIndex(1)
    (size,) = gallery.findChildren(QSlider)[:1]
    size.setValue(200)
    gallery.filters.lists[Facet.SPLIT].ticked.emit(frozenset({"training"}))
    chosen = gallery.filters.query.chosen
    assert chosen[Facet.SPLIT] == {"training"}
    bar = gallery.view.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 100)
    bar.setValue(100)
    picked = [int(gallery.view.tiles.ids[row]) for row in (1, 2, 5)]
    gallery.view.select_values({"selected": [str(i) for i in picked]})
    assert set(gallery.view.selected_ids()) == set(picked)
    (queue,) = view.findChildren(ClusterList)
    qtbot.waitUntil(lambda: queue.model().rowCount() > 5, timeout=20_000)
    queue.setCurrentIndex(queue.model().index(4, 0))
    before = gallery.filters.query
    window.show_start()

    view, gallery = _open(qtbot, window, project)
    assert view.page() is gallery
    assert _box(gallery, "Sort").currentIndex() == 1
    assert gallery.findChildren(QSlider)[0].value() == 200
    assert gallery.filters.query.chosen == chosen
    assert gallery.filters.query.sort is before.sort
    qtbot.waitUntil(lambda: gallery.view.verticalScrollBar().value() == 100)
    assert set(gallery.view.selected_ids()) == set(picked)
    (queue,) = view.findChildren(ClusterList)
    qtbot.waitUntil(lambda: queue.currentIndex().row() == 4, timeout=20_000)


def test_a_session_of_the_first_form_is_read_once(
    qtbot: QtBot, window: MainWindow, project: Project
) -> None:
    """It was keyed by titles and accessible names, which have changed since."""
    settings = QSettings("dataset-inspector", "window")
    first = {
        "page": "Look-alikes",
        "pages": {
            "Gallery": {
                "Filters": {"split": ["training"]}, "Sort": Sort.BRIGHTNESS.value,
                "Part of a name": "b", "Size of the thumbnails": 190, "scroll": 0,
            },
            "A page that is gone": {"x": 1},
        },
    }  # fmt: skip
    settings.setValue("views", json.dumps({str(project.file): first}))
    settings.setValue("dismissed", ["Findings"])
    window.show()
    view, gallery = _open(qtbot, window, project)
    assert view.page().name is PageName.DUPLICATES
    assert gallery.filters.query.chosen[Facet.SPLIT] == {"training"}
    assert gallery.filters.query.text == "b"
    assert gallery.filters.query.sort is Sort.BRIGHTNESS
    assert gallery.findChildren(QSlider)[0].value() == 190
    assert "page-overview" in Session().dismissed()
    window.show_start()
    kept = json.loads(QSettings("dataset-inspector", "window").value("views"))[str(project.file)]
    assert kept["page"] == "page-duplicates"
    assert set(kept["pages"]) == {"page-gallery", "page-duplicates", "page-labels"}
    assert kept["pages"]["page-gallery"]["gallery-name-part"] == "b"


def test_a_dataset_that_is_new_opens_on_its_first_page(
    qtbot: QtBot, window: MainWindow, project: Project
) -> None:
    view, _ = _open(qtbot, window, project)
    assert view.page() is view.pages[0]


def test_the_last_dataset_is_opened_only_where_it_is_wished(
    qtbot: QtBot, window: MainWindow, demo: Path
) -> None:
    Session().remember(str(demo))
    window.reopen()
    assert not window.opening.is_busy()
    assert window.view is None
    settings_file().parent.mkdir(parents=True)
    settings_file().write_text("[preferences]\nreopen = true\n")
    window.show()
    with qtbot.waitSignal(window.project_opened, timeout=60_000):
        window.reopen()
    assert window.view is not None
    assert window.view.project.root == demo


def test_preferences_have_a_field_for_each_setting(qtbot: QtBot, window: MainWindow) -> None:
    dialog = Preferences(window)
    assert set(dialog.fields) == {s.name for s in SETTINGS}
    assert all(f.accessibleName() for f in dialog.fields.values())
    theme, workers = dialog.fields["theme"], dialog.fields["workers"]
    reopen = dialog.fields["reopen"]
    assert isinstance(theme, QComboBox)
    assert isinstance(workers, QSpinBox)
    assert isinstance(reopen, QCheckBox)
    with qtbot.waitSignal(dialog.changed) as said:
        theme.setCurrentText("dark")
    assert said.args == ["theme"]
    workers.setValue(2)
    reopen.setChecked(True)
    assert read_settings() == {"theme": "dark", "reopen": True, "notify": True, "workers": 2}
    again = Preferences(window)
    shown = again.fields["theme"]
    assert isinstance(shown, QComboBox)
    assert shown.currentText() == "dark"


def test_a_broken_settings_file_is_said_and_kept(qtbot: QtBot, window: MainWindow) -> None:
    settings_file().parent.mkdir(parents=True)
    settings_file().write_text("broken [")
    dialog = Preferences(window)
    dialog.show()
    note = by_id(dialog, QLabel, "preferences-error")
    assert "can't be read" in note.text()
    assert note.isVisible()
    box = dialog.fields["reopen"]
    assert isinstance(box, QCheckBox)
    box.setChecked(True)
    assert settings_file().read_text() == "broken ["


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The notifications that the desktop would show."""
    words: list[list[str]] = []
    monkeypatch.setattr(notify.shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(
        QProcess, "startDetached", lambda program, rest: words.append([program, *rest])
    )
    return words


def test_the_end_of_a_long_job_is_told(
    qtbot: QtBot, window: MainWindow, told: list[list[str]]
) -> None:
    assert not notify.notify_when_away(window, "shapes", "pictures", 3)
    assert notify.notify_when_away(window, "shapes", "pictures", 120)
    assert [t[-2:] for t in told] == [["shapes", "Ended after 2 min: pictures"]]
    write_setting(NOTIFY, False)
    assert not notify.notify_when_away(window, "shapes", "pictures", 120)
    assert len(told) == 1


def test_a_stopped_job_is_not_told(qtbot: QtBot) -> None:
    bar, jobs = JobBar(), Jobs()
    bar.watch(jobs)
    qtbot.addWidget(bar)
    ended: list[tuple[str, float]] = []
    bar.ended.connect(lambda *words: ended.append(words))
    progress, stop = Progress(), Stop()
    job = jobs.start(progress, stop)
    progress.start("pictures", 3)
    jobs.end(job)
    jobs.end(job)
    assert [phase for phase, _ in ended] == ["pictures"]
    job = jobs.start(progress, stop)
    stop.set()
    jobs.end(job)
    assert len(ended) == 1
