"""Gallery: chips filter by click and key, are cleared by one click, and match their counts."""

import threading

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage, QMouseEvent
from PySide6.QtWidgets import QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from inspector.app.gallery import hover_preview
from inspector.app.gallery.facet_chip import Chip, FacetList
from inspector.app.gallery.filter_bar import FilterBar
from inspector.app.gallery.hover_preview import LONGEST_PX, HoverPreview, enlarge
from inspector.app.gallery.page import GalleryPage
from inspector.app.gallery.value_chip import ChipState, ValueChip
from inspector.app.widgets.flow_layout import FlowLayout
from inspector.app.widgets.page import PageName
from inspector.app.window.main_window import ProjectWindow
from inspector.project.review.gallery_query import OTHER_SPLIT, Facet
from tests.app.screen import button, page, text_of

NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def gallery(qtbot: QtBot, opened: ProjectWindow) -> GalleryPage:
    opened.show_page(1)
    return page(opened, PageName.GALLERY)


def row_of(values: FacetList, value: str) -> int:
    return next(row for row in range(values.values.count()) if values.value(row) == value)


def chip_of(bar: FilterBar, facet: Facet, value: str) -> ValueChip:
    return next(chip for chip in bar.values[facet] if chip.value == value)


def count_on(chip: ValueChip) -> int:
    """The number that a chip shows."""
    words = chip.text().replace("✕", "").split()
    return int(words[-1].replace(",", ""))


def parts_of(chip: QWidget) -> tuple[QToolButton, QToolButton]:
    """The text of a chip, which opens its list, and its clear button."""
    text, cross = chip.findChildren(QToolButton)
    return text, cross


def click(qtbot: QtBot, chip: ValueChip, keys: Qt.KeyboardModifier = NONE) -> None:
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton, keys)


def listed(gallery: GalleryPage) -> int:
    return len(gallery.view.tiles.ids)


def test_a_chip_lists_as_many_as_it_says(qtbot: QtBot, gallery: GalleryPage) -> None:
    bar, everything = gallery.filters, listed(gallery)
    chip = chip_of(bar, Facet.SPLIT, "validation")
    number = count_on(chip)
    assert 0 < number < everything
    click(qtbot, chip)
    qtbot.waitUntil(lambda: listed(gallery) == number, timeout=5_000)
    assert chip.state is ChipState.CHOSEN
    # A click on another one takes its place; Ctrl adds; the same once more takes it back.
    other = chip_of(bar, Facet.SPLIT, "training")
    click(qtbot, other)
    qtbot.waitUntil(lambda: listed(gallery) == count_on(other), timeout=5_000)
    assert chip.state is ChipState.ANY
    click(qtbot, chip, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: listed(gallery) == number + count_on(other), timeout=5_000)
    click(qtbot, chip)
    click(qtbot, other)
    qtbot.waitUntil(lambda: listed(gallery) == everything, timeout=5_000)


def test_alt_and_a_click_leave_a_value_out(qtbot: QtBot, gallery: GalleryPage) -> None:
    bar, everything = gallery.filters, listed(gallery)
    chip = chip_of(bar, Facet.SPLIT, "validation")
    number = count_on(chip)
    click(qtbot, chip, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: listed(gallery) == everything - number, timeout=5_000)
    assert chip.state is ChipState.EXCLUDED
    headline = text_of(gallery, "gallery-headline")
    assert headline.endswith("not validation.")
    click(qtbot, chip)
    qtbot.waitUntil(lambda: listed(gallery) == everything, timeout=5_000)


def test_chips_work_by_keyboard(qtbot: QtBot, gallery: GalleryPage) -> None:
    chip = chip_of(gallery.filters, Facet.NEAR_DUPLICATES, OTHER_SPLIT)
    number = count_on(chip)
    chip.setFocus()
    qtbot.keyClick(chip, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: listed(gallery) == number, timeout=5_000)
    headline = text_of(gallery, "gallery-headline")
    assert headline.startswith(f"{number} of ")
    assert headline.endswith("have a near-duplicate in another split.")


def test_counts_follow_the_other_groups(qtbot: QtBot, gallery: GalleryPage) -> None:
    bar = gallery.filters
    label = bar.values[Facet.CLASS][0]
    before = count_on(label)
    click(qtbot, chip_of(bar, Facet.SPLIT, "validation"))
    qtbot.waitUntil(lambda: count_on(label) < before, timeout=5_000)
    within = count_on(label)
    click(qtbot, label)
    qtbot.waitUntil(lambda: listed(gallery) == within, timeout=5_000)
    assert before > within > 0


def test_a_list_of_another_facet_is_ticked_by_keys(qtbot: QtBot, gallery: GalleryPage) -> None:
    bar, everything = gallery.filters, listed(gallery)
    bar.open_list(Facet.NEAR_DUPLICATES)
    values = bar.lists[Facet.NEAR_DUPLICATES]
    assert values.isVisible()
    values.values.setCurrentRow(row_of(values, "near"))
    qtbot.keyClick(values.values, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: 0 < listed(gallery) < everything, timeout=5_000)
    qtbot.keyClick(values.values, Qt.Key.Key_Return)
    assert not values.isVisible()
    chip = bar.chips[Facet.NEAR_DUPLICATES]
    text, cross = parts_of(chip)
    assert chip.isVisible()
    assert text.text() == "Near-duplicates: near"
    qtbot.mouseClick(cross, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: listed(gallery) == everything, timeout=5_000)
    assert not chip.isVisible()


def test_a_click_beside_the_box_ticks_once(qtbot: QtBot, gallery: GalleryPage) -> None:
    bar = gallery.filters
    bar.open_list(Facet.CLASS)
    values = bar.lists[Facet.CLASS]
    rect = values.values.visualItemRect(values.values.item(1))
    for place in (rect.center(), QPoint(rect.left() + 12, rect.center().y())):
        qtbot.mouseClick(values.values.viewport(), Qt.MouseButton.LeftButton, pos=place)
        ticked = bar.query.chosen.get(Facet.CLASS, frozenset())
        wanted = {values.value(1)} if place == rect.center() else set()
        assert ticked == wanted
    values.hide()


def test_every_filter_is_cleared_at_once(qtbot: QtBot, gallery: GalleryPage) -> None:
    bar = gallery.filters
    everything = len(gallery.view.tiles.ids)
    bar.text.setText("b1")
    bar.lists[Facet.NEAR_DUPLICATES].ticked.emit(frozenset({"near"}))
    reset = button(bar, "Clear")
    qtbot.waitUntil(lambda: 0 < len(gallery.view.tiles.ids) < everything, timeout=5_000)
    assert reset.isVisible()
    qtbot.mouseClick(reset, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(gallery.view.tiles.ids) == everything, timeout=5_000)
    assert bar.text.text() == ""
    assert not reset.isVisible()


def test_the_list_of_problems_is_copied(qtbot: QtBot, opened: ProjectWindow) -> None:
    (found,) = (f for f in opened.project.findings.overview().findings if f.code == "unreadable")
    page(opened, PageName.OVERVIEW).show_list(found.title, found.samples)
    assert opened.page().name is PageName.GALLERY
    gallery = page(opened, PageName.GALLERY)
    qtbot.waitUntil(lambda: len(gallery.view.tiles.ids) == found.count, timeout=5_000)
    (chip,) = (c for c in gallery.findChildren(Chip) if parts_of(c)[0].text().startswith("List:"))
    assert parts_of(chip)[0].text() == f"List: {found.title}"
    QGuiApplication.clipboard().clear()
    qtbot.mouseClick(button(gallery, "Copy list"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(QGuiApplication.clipboard().text()), timeout=5_000)
    expected = opened.project.samples.as_text(found.samples)
    assert QGuiApplication.clipboard().text() == expected
    assert "unreadable" in expected
    qtbot.mouseClick(parts_of(chip)[1], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(gallery.view.tiles.ids) > found.count, timeout=5_000)


def test_resting_on_a_thumbnail_enlarges_it(qtbot: QtBot, gallery: GalleryPage) -> None:
    (preview,) = gallery.findChildren(HoverPreview)
    place = gallery.view.visualRect(gallery.view.tiles.index(0)).center()
    rest_at(gallery, place)
    qtbot.waitUntil(preview.isVisible, timeout=10_000)
    assert not preview.picture.pixmap().isNull()
    sample = int(gallery.view.tiles.ids[0])
    assert gallery.project.samples.by_ids([sample])[0].path in preview.text.text()
    rest_at(gallery, QPoint(1, 1))
    assert not preview.isVisible()


def test_a_late_picture_of_another_tile_is_not_shown(
    qtbot: QtBot, gallery: GalleryPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    (preview,) = gallery.findChildren(HoverPreview)
    first, second = (int(i) for i in gallery.view.tiles.ids[:2])
    asked, gate = threading.Event(), threading.Event()
    works = hover_preview.read_image

    def read(*words: object) -> object:
        asked.set()
        gate.wait(20)
        return works(*words)

    monkeypatch.setattr(hover_preview, "read_image", read)
    gallery.view.hovered.emit(first, QRect())
    qtbot.waitUntil(asked.is_set, timeout=10_000)
    gallery.view.hovered.emit(second, QRect())
    gate.set()
    qtbot.waitUntil(preview.isVisible, timeout=10_000)
    assert gallery.project.samples.by_ids([second])[0].path in preview.text.text()
    gallery.view.hovered.emit(0, QRect())
    assert not preview.isVisible()


def rest_at(gallery: GalleryPage, place: QPoint) -> None:
    none = Qt.MouseButton.NoButton
    there = QPointF(place)
    event = QMouseEvent(
        QMouseEvent.Type.MouseMove, there, gallery.view.viewport().mapToGlobal(there), none,
        none, Qt.KeyboardModifier.NoModifier,
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
    labels[0].setFixedSize(90, 30)
    assert flow.heightForWidth(516) == 30
