"""Gallery: chips filter by click and key, are cleared by one click, and agree with their counts."""

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage, QMouseEvent
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from inspector.app.gallery.filter_bar import FilterBar
from inspector.app.gallery.hover_preview import LONGEST_PX, HoverPreview, enlarge
from inspector.app.gallery.page import GalleryPage
from inspector.app.widgets.flow_layout import FlowLayout
from inspector.app.window.main_window import ProjectWindow
from inspector.project.review.gallery_query import Facet


@pytest.fixture
def gallery(qtbot: QtBot, opened: ProjectWindow) -> GalleryPage:
    opened.show_page(1)
    return opened._gallery


def count_of(bar: FilterBar, facet: Facet, value: str) -> int:
    return bar._counts[facet][value]


def test_a_ticked_value_lists_as_many_as_it_says(qtbot: QtBot, gallery: GalleryPage) -> None:
    bar = gallery.filters
    number = count_of(bar, Facet.SPLIT, "validation")
    everything = len(gallery.view.tiles.ids)
    assert 0 < number < everything
    qtbot.mouseClick(bar.chips[Facet.SPLIT]._text, Qt.MouseButton.LeftButton)
    values = bar.lists[Facet.SPLIT]
    assert values.isVisible()
    row = next(r for r in range(values.values.count()) if values._value(r) == "validation")
    values.values.setCurrentRow(row)
    qtbot.keyClick(values.values, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: len(gallery.view.tiles.ids) == number, timeout=5_000)
    qtbot.keyClick(values.values, Qt.Key.Key_Return)
    assert not values.isVisible()
    assert bar.chips[Facet.SPLIT]._text.text() == "Split: validation"
    qtbot.mouseClick(bar.chips[Facet.SPLIT]._cross, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(gallery.view.tiles.ids) == everything, timeout=5_000)
    assert not bar.chips[Facet.SPLIT]._cross.isVisible()


def test_a_click_beside_the_box_ticks_once(qtbot: QtBot, gallery: GalleryPage) -> None:
    bar = gallery.filters
    bar.open_list(Facet.CLASS)
    values = bar.lists[Facet.CLASS]
    rect = values.values.visualItemRect(values.values.item(1))
    for place in (rect.center(), QPoint(rect.left() + 12, rect.center().y())):
        qtbot.mouseClick(values.values.viewport(), Qt.MouseButton.LeftButton, pos=place)
        ticked = bar.query.chosen.get(Facet.CLASS, frozenset())
        wanted = {values._value(1)} if place == rect.center() else set()
        assert ticked == wanted
    values.hide()


def test_every_filter_is_cleared_at_once(qtbot: QtBot, gallery: GalleryPage) -> None:
    bar = gallery.filters
    everything = len(gallery.view.tiles.ids)
    bar.text.setText("b1")
    bar._choose(Facet.TWINS, frozenset({"near"}))
    qtbot.waitUntil(lambda: 0 < len(gallery.view.tiles.ids) < everything, timeout=5_000)
    assert bar._reset.isVisible()
    qtbot.mouseClick(bar._reset, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(gallery.view.tiles.ids) == everything, timeout=5_000)
    assert bar.text.text() == ""
    assert not bar._reset.isVisible()


def test_the_list_of_problems_is_copied(qtbot: QtBot, opened: ProjectWindow) -> None:
    (found,) = (f for f in opened.project.findings.overview().findings if f.code == "unreadable")
    opened._on_list(found.title, found.samples)
    gallery = opened._gallery
    qtbot.waitUntil(lambda: len(gallery.view.tiles.ids) == found.count, timeout=5_000)
    assert gallery.filters._only._text.text() == f"List: {found.title}"
    QGuiApplication.clipboard().clear()
    qtbot.mouseClick(gallery._copy, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(QGuiApplication.clipboard().text()), timeout=5_000)
    expected = opened.project.samples.as_text(found.samples)
    assert QGuiApplication.clipboard().text() == expected
    assert "unreadable" in expected
    qtbot.mouseClick(gallery.filters._only._cross, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(gallery.view.tiles.ids) > found.count, timeout=5_000)


def test_resting_on_a_thumbnail_enlarges_it(qtbot: QtBot, gallery: GalleryPage) -> None:
    preview = gallery._preview
    place = gallery.view.visualRect(gallery.view.tiles.index(0)).center()
    rest_at(gallery, place)
    qtbot.waitUntil(preview.isVisible, timeout=10_000)
    assert not preview.picture.pixmap().isNull()
    sample = int(gallery.view.tiles.ids[0])
    assert gallery.project.samples.by_ids([sample])[0].path in preview.text.text()
    rest_at(gallery, QPoint(1, 1))
    assert not preview.isVisible()


def test_a_late_picture_of_another_tile_is_not_shown(gallery: GalleryPage) -> None:
    preview: HoverPreview = gallery._preview
    first, second = (int(i) for i in gallery.view.tiles.ids[:2])
    preview._on_hovered(second, QRect())
    preview._show((first, QImage(9, 9, QImage.Format.Format_RGB888), "late"))
    assert not preview.isVisible()
    preview._on_hovered(0, QRect())


def rest_at(gallery: GalleryPage, place: QPoint) -> None:
    button = Qt.MouseButton.NoButton
    there = QPointF(place)
    event = QMouseEvent(
        QMouseEvent.Type.MouseMove, there, gallery.view.viewport().mapToGlobal(there), button,
        button, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    gallery.view.mouseMoveEvent(event)


@pytest.mark.parametrize(
    ("before", "after"),
    [((32, 32), (384, 384)), ((1000, 500), (400, 200)), ((300, 200), (300, 200)),
     ((160, 120), (320, 240))],
)  # fmt: skip
def test_pictures_are_enlarged_by_whole_steps(
    before: tuple[int, int], after: tuple[int, int]
) -> None:
    image = QImage(*before, QImage.Format.Format_RGB888)
    image.fill(0)
    assert enlarge(image).size() == QSize(*after)
    assert max(after) <= LONGEST_PX


def test_chips_go_on_in_the_next_line(qtbot: QtBot) -> None:
    whole = QWidget()
    qtbot.addWidget(whole)
    flow = FlowLayout(whole, gap_px=4)
    labels = [QLabel("x") for _ in range(5)]
    for label in labels:
        label.setFixedSize(100, 20)
        flow.addWidget(label)
    assert flow.heightForWidth(512) == 44
    assert flow.heightForWidth(516) == 20
    flow.setGeometry(QRect(0, 0, 310, 200))
    assert [(w.x(), w.y()) for w in labels[2:]] == [(208, 0), (0, 24), (104, 24)]
