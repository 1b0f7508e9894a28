"""A packed file is offered for unpacking, and the new folder is opened."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PySide6.QtWidgets import (
    QComboBox,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPushButton,
)
from pytestqt.qtbot import QtBot

from inspector.app.main import MainWindow
from inspector.app.window.opening.unpack_dialog import UnpackDialog
from tests.app.screen import button, by_id, named


@pytest.fixture
def archive(demo: Path, tmp_path: Path) -> Path:
    file = tmp_path / "shapes.zip"
    with zipfile.ZipFile(file, "w") as writer:
        for image in sorted(demo.rglob("*.jpg"))[:40]:
            writer.write(image, image.relative_to(demo).as_posix())
    return file


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    made = MainWindow()
    qtbot.addWidget(made)
    made.show()
    yield made
    made.close()


def _dialog(qtbot: QtBot, window: MainWindow) -> UnpackDialog:
    def shown() -> list[UnpackDialog]:
        return [d for d in window.findChildren(UnpackDialog) if d.isVisible()]

    qtbot.waitUntil(lambda: len(shown()) == 1, timeout=20_000)
    return shown()[0]


def _button(dialog: UnpackDialog, text: str) -> QPushButton:
    (box,) = dialog.findChildren(QDialogButtonBox)
    return next(b for b in box.findChildren(QPushButton) if b.text().replace("&", "") == text)


def test_the_start_page_says_so_and_opens_a_file(
    qtbot: QtBot, window: MainWindow, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert window.start is not None
    said = " ".join(label.text() for label in window.start.findChildren(QLabel))
    assert all(ending in said for ending in (".zip", ".tar", ".parquet", ".npz", ".tfrecord"))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(archive), ""))
    button(window, "Open a file…").click()
    assert archive.name in _dialog(qtbot, window).findChildren(QLabel)[0].text()


def test_an_archive_is_unpacked_and_opened(
    qtbot: QtBot, window: MainWindow, archive: Path, tmp_path: Path
) -> None:
    window.open_path(str(archive))
    dialog = _dialog(qtbot, window)
    text = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "shapes.zip is a zip archive" in text
    assert named(dialog, QLineEdit, "New folder").text() == str(tmp_path / "shapes-images")
    named(dialog, QLineEdit, "New folder").setText(str(tmp_path / "new"))
    with qtbot.waitSignal(window.project_opened, timeout=30_000):
        _button(dialog, "Unpack").click()
    assert window.view is not None
    assert window.view.project.root == tmp_path / "new"
    assert len(list((tmp_path / "new").rglob("*.jpg"))) == 40


def test_a_damaged_archive_says_why_and_another_folder_can_be_tried(
    qtbot: QtBot, window: MainWindow, archive: Path, tmp_path: Path
) -> None:
    archive.write_bytes(archive.read_bytes()[:-300])
    window.open_path(str(archive))
    dialog = _dialog(qtbot, window)
    _button(dialog, "Unpack").click()
    status = by_id(dialog, QLabel, "unpack-status")
    qtbot.waitUntil(lambda: "cut off or damaged" in status.text(), timeout=20_000)
    assert _button(dialog, "Unpack").isEnabled()
    assert not (tmp_path / "shapes-images").exists()
    _button(dialog, "Cancel").click()
    assert not dialog.isVisible()
    assert window.view is None


def test_cancel_makes_nothing(
    qtbot: QtBot, window: MainWindow, archive: Path, tmp_path: Path
) -> None:
    window.open_path(str(archive))
    dialog = _dialog(qtbot, window)
    dialog.stop.set()
    _button(dialog, "Unpack").click()
    qtbot.waitUntil(lambda: not window.findChildren(UnpackDialog), timeout=20_000)
    assert not (tmp_path / "shapes-images").exists()
    assert window.start is not None


def test_a_table_asks_for_its_class_column(
    qtbot: QtBot, window: MainWindow, demo: Path, tmp_path: Path
) -> None:
    images = [f.read_bytes() for f in sorted(demo.rglob("*.jpg"))[:8]]
    columns = {"photo": images, "genus": ["a", "b"] * 4, "species": ["x", "y"] * 4}
    pq.write_table(pa.table(columns), tmp_path / "plants.parquet")
    window.open_path(str(tmp_path / "plants.parquet"))
    dialog = _dialog(qtbot, window)
    assert not named(dialog, QComboBox, "Class column").isVisible()
    _button(dialog, "Unpack").click()
    column = named(dialog, QComboBox, "Class column")
    qtbot.waitUntil(column.isVisible, timeout=20_000)
    assert "Choose the class column" in by_id(dialog, QLabel, "unpack-status").text()
    qtbot.waitUntil(_button(dialog, "Unpack").isEnabled, timeout=10_000)
    column.setCurrentText("genus")
    with qtbot.waitSignal(window.project_opened, timeout=30_000):
        _button(dialog, "Unpack").click()
    assert window.view is not None
    assert {p.name for p in window.view.project.root.iterdir()} == {"a", "b"}
