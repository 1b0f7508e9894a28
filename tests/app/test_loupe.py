"""Gallery: groups fold, a bar reports the selection, and the loupe enlarges one image."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from inspector.app.gallery.grid_layout import GAP_PX, HEADER_PX, lay_out
from inspector.app.gallery.page import GalleryPage
from inspector.app.widgets.controls.class_chooser import ClassChooser
from inspector.app.widgets.page import PageName
from inspector.app.window.main_window import ProjectWindow
from inspector.store.sample_facts import natural_key
from tests.app.screen import by_id, page, show, text_of


@pytest.fixture
def gallery(qtbot: QtBot, view: ProjectWindow) -> GalleryPage:
    shown = show(view, PageName.GALLERY)
    qtbot.waitUntil(lambda: len(shown.view.tiles.ids) > 0, timeout=20_000)
    qtbot.waitUntil(lambda: shown.view.tiles.tile(0) is not None, timeout=10_000)
    return shown


def marks(gallery: GalleryPage, sample: int) -> str:
    return gallery.project.samples.by_ids([sample])[0].mark


def test_the_loupe_goes_on_decides_and_comes_back(qtbot: QtBot, gallery: GalleryPage) -> None:
    gallery.view.setCurrentIndex(gallery.view.tiles.index(2))
    qtbot.keyClick(gallery.view, Qt.Key.Key_Space)
    loupe = gallery.loupe
    assert loupe is not None
    assert loupe.isVisible()
    assert loupe.size() == gallery.window().size()
    count = len(gallery.view.tiles.ids)
    assert text_of(loupe, "loupe-position") == f"3 of {count:,}"
    # The zoom stays on the next image.
    qtbot.keyClick(loupe, Qt.Key.Key_Z)
    assert loupe.stage.zoom == 1.0
    qtbot.keyClick(loupe, Qt.Key.Key_Right)
    assert text_of(loupe, "loupe-position") == f"4 of {count:,}"
    assert loupe.stage.zoom == 1.0
    sample = loupe.sample_id()
    assert sample == int(gallery.view.tiles.ids[3])
    qtbot.keyClick(loupe, Qt.Key.Key_X)
    qtbot.waitUntil(lambda: marks(gallery, sample) == "drop", timeout=10_000)
    # X takes it back, once the tile says so.
    known = gallery.view.tiles.known
    qtbot.waitUntil(
        lambda: (tile := known(sample)) is not None and tile.mark == "drop", timeout=10_000
    )
    qtbot.keyClick(loupe, Qt.Key.Key_X)
    qtbot.waitUntil(lambda: marks(gallery, sample) == "", timeout=10_000)
    # A number gives a class.
    classes = list(gallery.project.samples.counts().classes)
    qtbot.keyClick(loupe, Qt.Key.Key_2)

    def label() -> str:
        row = gallery.project.samples.by_ids([sample])[0]
        return row.new_label or row.label

    qtbot.waitUntil(lambda: label() == classes[1], timeout=10_000)
    qtbot.keyClick(loupe, Qt.Key.Key_Escape)
    assert not loupe.isVisible()
    assert gallery.view.currentIndex().row() == 3


def test_a_double_click_opens_the_loupe_and_d_the_cluster(
    qtbot: QtBot, view: ProjectWindow, gallery: GalleryPage
) -> None:
    row = next(
        r for r in gallery.view.visible_rows()
        if (tile := gallery.view.tiles.tile(r)) is not None and tile.neighbours
    )  # fmt: skip
    place = gallery.view.visualRect(gallery.view.tiles.index(row)).center()
    qtbot.mouseDClick(gallery.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert gallery.loupe is not None
    assert gallery.loupe.isVisible()
    sample = gallery.loupe.sample_id()
    qtbot.keyClick(gallery.loupe, Qt.Key.Key_D)
    duplicates = page(view, PageName.DUPLICATES)
    assert view.page() is duplicates
    qtbot.waitUntil(
        lambda: (c := duplicates.current()) is not None and sample in {m.id for m in c.members},
        timeout=10_000,
    )


def test_groups_fold_and_are_selected_by_mouse_and_key(qtbot: QtBot, gallery: GalleryPage) -> None:
    view = gallery.view
    count = text_by_id(gallery, "selection-count")
    assert count().startswith("Nothing selected")
    first = int(view.tiles.starts[1])
    place = QPoint(view.viewport().width() - 40, HEADER_PX // 2)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert len(view.selected_ids()) == first
    assert count() == f"{first:,} selected"
    assert 0 in view.visible_rows()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(30, HEADER_PX // 2))
    assert 0 not in view.visible_rows()
    assert view.visible_rows()[0] == first
    view.setCurrentIndex(view.tiles.index(first))
    # What is folded is passed over.
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert view.currentIndex().row() == first
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(30, HEADER_PX // 2))
    assert 0 in view.visible_rows()
    qtbot.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    assert int(view.tiles.ids[first]) in view.selected_ids()
    assert int(view.tiles.ids[0]) not in view.selected_ids()


def test_what_is_selected_is_relabelled_and_the_details_follow_the_filter(
    qtbot: QtBot, gallery: GalleryPage
) -> None:
    view = gallery.view
    view.setCurrentIndex(view.tiles.index(0))
    view.select_through(view.tiles.index(2))
    ids = view.selected_ids()
    assert len(ids) == 3
    button = next(b for b in gallery.findChildren(QPushButton) if b.text() == "Change class…")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    (chooser,) = gallery.findChildren(ClassChooser)
    qtbot.waitUntil(lambda: chooser.list.count() > 1, timeout=10_000)
    other = chooser.list.item(1).text()
    qtbot.keyClicks(chooser.field, other)
    qtbot.keyClick(chooser.field, Qt.Key.Key_Return)
    samples = gallery.project.samples
    qtbot.waitUntil(lambda: {s.new_label for s in samples.by_ids(ids)} == {other}, timeout=10_000)
    # An image that the filter hides is not shown.
    nothing = next(
        label for label in gallery.details.findChildren(QLabel)
        if label.text().startswith("Select an image to see its details.")
    )  # fmt: skip
    gallery.filters.text.setText("no such file")
    qtbot.waitUntil(lambda: not len(view.tiles.ids), timeout=10_000)
    qtbot.waitUntil(nothing.isVisible, timeout=10_000)
    assert by_id(gallery, QLabel, "gallery-empty").isVisible()


def text_by_id(gallery: GalleryPage, name: str):
    return lambda: text_of(gallery, name)


def test_tiles_stand_where_they_are_found() -> None:
    starts = np.array([0, 7, 9], np.int32)
    grid = lay_out(starts, 30, [False, True, False], width_px=500, tile_px=100, headers=True)
    assert grid.columns == 4
    for row in (*range(7), *range(9, 30)):
        x, y = grid.place(row)
        assert grid.row_at(x + 3, y + 3) == row
        assert grid.row_at(x - 2, y + 3) != row
    assert grid.row_at(*grid.place(7)) == -1
    everything = grid.rows_between(0, grid.height)
    assert everything == [*range(7), *range(9, 30)]
    top = grid.place(9)[1]
    assert grid.rows_between(top, top + 1) == [9, 10, 11, 12]
    assert grid.place(1)[0] - grid.place(0)[0] == grid.cell_px
    assert grid.place(9)[1] - int(grid.tops[2]) == HEADER_PX
    assert grid.cell_px > GAP_PX


def test_names_sort_as_people_count() -> None:
    names = ["a/m10.jpg", "a/m2.jpg", "a/m1 (12).jpg", "a/m1 (3).jpg", "b/1.jpg"]
    assert sorted(names, key=natural_key) == [
        "a/m1 (3).jpg", "a/m1 (12).jpg", "a/m2.jpg", "a/m10.jpg", "b/1.jpg",
    ]  # fmt: skip
