"""A window on the demo, for tests of its pages."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from inspector.app.main import MainWindow
from inspector.app.window import ProjectView
from inspector.project.project import Project


@pytest.fixture(autouse=True)
def garbage_stays_on_this_thread() -> Iterator[None]:
    """Do as the program does: no worker thread destroys a widget (`inspector.app.garbage`)."""
    gc.disable()
    yield
    gc.collect()
    gc.enable()


@pytest.fixture
def opened(qtbot: QtBot, demo: Path, project: Project) -> Iterator[ProjectView]:
    """The window of a scanned project; what it shows has come."""
    file = project.file
    project.close()
    window = MainWindow()
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    window.open_path(str(demo), str(file))
    assert isinstance(window.view, ProjectView)
    view = window.view
    qtbot.waitUntil(lambda: not view.busy(), timeout=60_000)
    qtbot.waitUntil(lambda: len(view._lookalikes.model.clusters) > 0, timeout=10_000)
    qtbot.waitUntil(lambda: len(view._gallery.view.tiles.ids) > 0, timeout=10_000)
    yield view
    window.close()


@pytest.fixture
def view(qtbot: QtBot, project: Project) -> Iterator[ProjectView]:
    """The pages of a scanned project, without the diagnosis that starts by itself."""
    made = ProjectView(project)
    made._findings.verdict._tried = True
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show()
    qtbot.waitUntil(lambda: not made.busy(), timeout=30_000)
    yield made
    made.shut()
