"""Pages by key and click, with a real project, offscreen."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QItemSelectionModel, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QImage
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QLabel, QToolButton
from pytestqt.qtbot import QtBot

from inspector.app.gallery.view import GalleryView
from inspector.app.main import MainWindow
from inspector.app.widgets import theme
from inspector.app.widgets.keys import KeysOverlay, resolve
from inspector.app.widgets.page import Key, PageName
from inspector.app.widgets.pairs.compare_view import CompareMode, CompareView, StageImage
from inspector.app.window.main_window import ProjectWindow
from inspector.errors import UsageError
from tests.app.screen import by_id, open_dataset, page


@pytest.fixture
def view(qtbot: QtBot, demo: Path, tmp_path: Path) -> Iterator[ProjectWindow]:
    window = MainWindow()
    qtbot.addWidget(window)
    window.show()
    opened = open_dataset(qtbot, window, demo, tmp_path / "p.inspector")
    qtbot.waitUntil(lambda: not opened.busy(), timeout=60_000)
    qtbot.waitUntil(lambda: len(page(opened, PageName.DUPLICATES).model.items) > 0, timeout=10_000)
    qtbot.waitUntil(lambda: len(page(opened, PageName.GALLERY).view.tiles.ids) > 0, timeout=10_000)
    yield opened
    window.close()


def _marks(view: ProjectWindow) -> dict[str, str]:
    return {s.path: s.mark for s in view.project.samples.everything() if s.mark}


def test_a_cluster_is_curated_by_keyboard_and_undone(qtbot: QtBot, view: ProjectWindow) -> None:
    qtbot.keyClick(view, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    review = page(view, PageName.DUPLICATES)
    qtbot.waitUntil(lambda: review.current() is not None, timeout=5_000)
    qtbot.keyClick(review.list, Qt.Key.Key_K)
    qtbot.waitUntil(lambda: bool(_marks(view)), timeout=5_000)
    marks = _marks(view)
    assert sorted(marks.values())[-1] == "keep"
    assert "drop" in marks.values()
    qtbot.keyClick(review.list, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: not _marks(view), timeout=5_000)
    qtbot.keyClick(view, Qt.Key.Key_Z, _ctrl_shift())
    qtbot.waitUntil(lambda: _marks(view) == marks, timeout=5_000)


def _ctrl_shift() -> Qt.KeyboardModifier:
    return Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def test_brackets_move_the_threshold(qtbot: QtBot, view: ProjectWindow) -> None:
    view.show_page(2)
    before = view.project.duplicates.threshold
    qtbot.keyClick(page(view, PageName.DUPLICATES).list, Qt.Key.Key_BracketRight)
    qtbot.waitUntil(lambda: view.project.duplicates.threshold > before, timeout=5_000)


def test_gallery_drops_what_is_selected(qtbot: QtBot, view: ProjectWindow) -> None:
    view.show_page(1)
    gallery = page(view, PageName.GALLERY)
    gallery.view.setCurrentIndex(gallery.view.tiles.index(0))
    qtbot.keyClick(gallery.view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert len(gallery.view.selected_ids()) == 2
    qtbot.keyClick(gallery.view, Qt.Key.Key_X)
    qtbot.waitUntil(lambda: len(_marks(view)) == 2, timeout=5_000)


def test_a_dropped_folder_opens(qtbot: QtBot, demo: Path) -> None:
    window = MainWindow()
    qtbot.addWidget(window)
    urls = QMimeData()
    urls.setUrls([QUrl.fromLocalFile(str(demo))])
    event = QDropEvent(
        QPointF(9, 9), Qt.DropAction.CopyAction, urls, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier, QEvent.Type.Drop,
    )  # fmt: skip
    with qtbot.waitSignal(window.project_opened, timeout=20_000):
        window.dropEvent(event)
    assert isinstance(window.view, ProjectWindow)
    window.close()


def test_a_folder_that_fits_nothing_gets_a_sentence(qtbot: QtBot, tmp_path: Path) -> None:
    window = MainWindow()
    qtbot.addWidget(window)
    window.open_path(str(tmp_path))
    assert window.start is not None
    note = by_id(window.start, QLabel, "start-error")
    qtbot.waitUntil(lambda: "Expected" in note.text())
    window.close()


@pytest.fixture
def grid(qtbot: QtBot) -> GalleryView:
    gallery = GalleryView()
    qtbot.addWidget(gallery)
    gallery.resize(700, 500)
    starts = np.array([0, 7, 12, 500_000], np.int32)
    gallery.tiles.set_listing(np.arange(1_000_000, dtype=np.int32), starts, ["a", "b", "c", "d"])
    gallery.show()
    return gallery


@pytest.mark.parametrize("row", [0, 6, 7, 11, 12, 499_999, 500_000, 999_999])
def test_a_place_and_its_row_agree(grid: GalleryView, row: int) -> None:
    index = grid.tiles.index(row)
    grid.scrollTo(index)
    rect = grid.visualRect(index)
    assert grid.viewport().rect().contains(rect)
    assert grid.indexAt(rect.center()).row() == row


def test_a_million_are_selected_as_one_range(grid: GalleryView) -> None:
    grid.selectAll()
    assert len(grid.selectionModel().selection().toList()) == 1
    assert len(grid.selected_ids()) == 1_000_000


def test_only_visible_tiles_are_asked_for(qtbot: QtBot, grid: GalleryView) -> None:
    asked: list[int] = []
    grid.tiles.tiles_needed.connect(asked.extend)
    grid.scrollTo(grid.tiles.index(900_000))
    grid.viewport().grab()
    QApplication.processEvents()
    assert asked
    assert len(set(asked)) < 100


def test_a_right_click_keeps_the_selection(qtbot: QtBot, grid: GalleryView) -> None:
    select = QItemSelectionModel.SelectionFlag.Select
    for row in (0, 1, 2):
        grid.selectionModel().select(grid.tiles.index(row), select)
    places: list[QPoint] = []
    grid.context_requested.connect(places.append)
    centre = grid.visualRect(grid.tiles.index(1)).center()
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.RightButton, pos=centre)
    assert grid.selected_ids() == [0, 1, 2]
    assert len(places) == 1


def test_the_model_is_a_proper_one(grid: GalleryView) -> None:
    QAbstractItemModelTester(grid.tiles)


def test_compare_modes(qtbot: QtBot) -> None:
    compare = CompareView()
    qtbot.addWidget(compare)
    images = [QImage(40, 30, QImage.Format.Format_RGB888) for _ in range(2)]
    images[0].fill(Qt.GlobalColor.black)
    images[1].fill(Qt.GlobalColor.gray)
    compare.set_pair(StageImage(images[0], "a"), StageImage(images[1], "b"))
    compare.resize(400, 300)
    seen = []
    for _ in CompareMode:
        seen.append(compare.grab().toImage())
        compare.cycle_mode()
    assert compare.mode is CompareMode.SIDES
    assert all(a != b for a, b in pairwise(seen))


def test_the_keys_of_every_page_fit_a_small_screen(qtbot: QtBot, view: ProjectWindow) -> None:
    for shown in view.pages:
        overlay = KeysOverlay(shown, view.general_keys(), view)
        qtbot.addWidget(overlay)
        said = [label.text() for label in overlay.findChildren(QLabel)]
        assert "Everywhere" in said
        assert overlay.sizeHint().width() < 1200
        assert overlay.sizeHint().height() < 720
        if shown.name is PageName.DUPLICATES:
            assert "1 .. 9" in said
            assert "image 1 .. 9 on the left, or class 1 .. 9 for both" in said


def test_conflicting_keys_are_refused() -> None:
    keys = [Key("keep", "P", "", _nothing), Key("drop", "X", "", _nothing)]
    assert resolve(keys, {"keep": "G"})[0].keys == "G"
    with pytest.raises(UsageError, match="is taken"):
        resolve(keys, {"keep": "X"})
    with pytest.raises(UsageError, match="no key"):
        resolve(keys, {"fly": "F"})


def test_the_sidebar_says_what_is_left_and_widens_with_the_window(opened: ProjectWindow) -> None:
    page = opened.page_named(PageName.DUPLICATES)
    page.work_left.emit(12)
    button = next(b for b in opened.findChildren(QToolButton) if b.accessibleName() == "Duplicates")
    assert button.accessibleDescription() == "12 left to do"
    assert [label.text() for label in button.findChildren(QLabel)] == ["12"]
    page.work_left.emit(0)
    assert button.accessibleDescription() == ""
    narrow = button.width()
    opened.window().resize(1920, 1080)
    assert button.width() > narrow
    opened.window().resize(1280, 800)
    assert button.width() == narrow


def _nothing() -> None:
    """Do nothing."""


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back"),
    [*((text, back) for text in ("text", "text-2") for back in ("bg", "surface", "inset", "rail")),
     ("text-3", "surface"), ("text-3", "bg"), ("on-accent", "accent"),
     ("accent-text", "accent-soft"),
     ("problem", "bg"), ("problem", "problem-soft"), ("ok", "surface"), ("ok", "ok-soft"),
     ("on-problem", "problem-fill"), ("text", "sunken")],
)  # fmt: skip
def test_contrast_is_aa(mode: str, front: str, back: str) -> None:
    table = theme.colours(mode)
    one, two = sorted((_luminance(table[front]), _luminance(table[back])), reverse=True)
    assert (one + 0.05) / (two + 0.05) >= 4.5


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
