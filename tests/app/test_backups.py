"""The Start page reports a damaged project; a backup is restored there or with Ctrl+K."""

import shutil
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialogButtonBox, QPushButton
from pytestqt.qtbot import QtBot

from inspector.app.main import MainWindow
from inspector.app.window.opening.backups_dialog import BackupsDialog
from inspector.desktop.paths import cache_folder
from inspector.project.project import Project
from inspector.store.backups import backups_folder, list_backups


@pytest.fixture
def file(demo: Path, scanned: tuple[Path, Path], tmp_path: Path) -> Path:
    """A project file with one backup, in which the first image is excluded."""
    source, caches = scanned
    shutil.copytree(caches, cache_folder(), dirs_exist_ok=True)
    file = Path(shutil.copy(source, tmp_path / "p.inspector"))
    project = Project(demo, file, jobs=1)
    project.decisions.drop([project.samples.everything()[0].id])
    project.close()
    shutil.rmtree(backups_folder(file))
    Project(demo, file, jobs=1).close()
    assert len(list_backups(file)) == 1
    return file


def _restore(dialog: BackupsDialog) -> QPushButton:
    (box,) = dialog.findChildren(QDialogButtonBox)
    return next(b for b in box.findChildren(QPushButton) if b.text() == "Restore")


def _dialog(window: MainWindow) -> BackupsDialog | None:
    return next((d for d in window.findChildren(BackupsDialog) if d.isVisible()), None)


def test_a_damaged_project_offers_its_backup(qtbot: QtBot, file: Path) -> None:
    file.write_bytes(file.read_bytes()[:5_000])
    window = MainWindow()
    qtbot.addWidget(window)
    window.show()
    window.open_path(str(file))
    qtbot.waitUntil(lambda: _dialog(window) is not None, timeout=20_000)
    dialog = _dialog(window)
    assert dialog is not None
    assert dialog.list.count() == 1
    with qtbot.waitSignal(window.project_opened, timeout=20_000):
        _restore(dialog).click()
    assert window.view is not None
    assert sum(s.mark == "drop" for s in window.view.project.samples.everything()) == 1
    assert len(list(file.parent.glob("p-replaced-*.inspector"))) == 1
    window.close()


def test_the_palette_puts_an_open_project_back(qtbot: QtBot, demo: Path, file: Path) -> None:
    window = MainWindow()
    qtbot.addWidget(window)
    window.show()
    with qtbot.waitSignal(window.project_opened, timeout=20_000):
        window.open_path(str(demo), str(file))
    assert window.view is not None
    project = window.view.project
    project.decisions.drop([s.id for s in project.samples.everything()[1:4]])
    (command,) = [c for c in window.view.commands() if "backup" in c.text]
    command.run()
    dialog = _dialog(window)
    assert dialog is not None
    with qtbot.waitSignal(window.project_opened, timeout=20_000):
        _restore(dialog).click()
    assert window.view is not None
    assert sum(s.mark == "drop" for s in window.view.project.samples.everything()) == 1
    window.close()


def test_without_a_backup_there_is_nothing_to_restore(qtbot: QtBot, file: Path) -> None:
    shutil.rmtree(backups_folder(file))
    window = MainWindow()
    qtbot.addWidget(window)
    window.show()
    window.show_backups(file)
    dialog = _dialog(window)
    assert dialog is not None
    assert not _restore(dialog).isEnabled()
    dialog.reject()
    window.close()
