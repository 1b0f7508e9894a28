"""Duplicates: the queue shows images, and the time left at the reviewer's speed."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy
from PySide6.QtWidgets import QLabel, QProgressBar
from pytestqt.qtbot import QtBot

from inspector.app.duplicates.cluster_list import STACKED, stacked
from inspector.app.widgets.member_strip import StripMember
from inspector.app.widgets.page import PageName
from inspector.app.widgets.review.review_speed import BREAK_SECONDS, ENOUGH, ReviewSpeed
from inspector.app.window.main_window import ProjectWindow
from tests.app.screen import by_id, named, show


def paced(seconds: list[float]) -> ReviewSpeed:
    pace = ReviewSpeed()
    now = 0.0
    pace.note(0, now)
    for done, passed in enumerate(seconds, start=1):
        now += passed
        pace.note(done, now)
    return pace


def test_the_rest_takes_as_long_as_the_median_says() -> None:
    assert paced([3, 3, 4, 3, 60]).left(400) == "about 20 min"
    assert paced([3, 3, 3]).left(10) == "less than a minute"
    assert paced([30, 30, 30]).left(600) == "about 5 h"


def test_nothing_is_said_before_there_is_a_pace() -> None:
    assert paced([3] * (ENOUGH - 1)).left(400) == ""
    assert paced([3] * ENOUGH).left(400)
    assert paced([3] * ENOUGH).left(0) == ""


def test_breaks_bulk_and_undo_are_no_pace() -> None:
    assert paced([BREAK_SECONDS + 1] * 9).left(400) == ""
    pace = paced([3, 3, 3])
    said = pace.left(400)
    pace.note(200, 9.1)
    pace.note(199, 9.2)
    assert pace.left(400) == said
    pace.note(200, 19.2)
    assert pace.left(400) == said


def test_a_count_told_twice_is_one_step() -> None:
    pace = ReviewSpeed()
    for done, now in ((0, 0.0), (0, 50.0), (1, 60.0), (1, 61.0), (2, 70.0), (3, 80.0)):
        pace.note(done, now)
    assert pace.left(60) == "about 10 min"


def test_the_queue_shows_stacked_pictures(qtbot: QtBot, opened: ProjectWindow) -> None:
    review = show(opened, PageName.DUPLICATES)
    QAbstractItemModelTester(review.model)
    seen = review.list.visible_samples()
    assert seen[:STACKED][0] == review.model.items[0].suggested_keeper
    assert len(stacked(review.model.items[0])) in (2, STACKED)
    known = review.thumbnails.pixmap
    qtbot.waitUntil(lambda: all(known(s) is not None for s in seen), timeout=10_000)
    qtbot.wait(100)
    image = review.list.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    # The first stack is a photo: it has far more colours than text on one tone.
    assert len(np.unique(rows[14:50, 3 * 12 : 3 * 44].reshape(-1, 3), axis=0)) > 100


def test_the_strip_gets_its_pictures(qtbot: QtBot, opened: ProjectWindow) -> None:
    strip = show(opened, PageName.DUPLICATES).strip
    qtbot.waitUntil(lambda: len(strip.findChildren(StripMember)) >= 2, timeout=10_000)
    members = strip.findChildren(StripMember)
    qtbot.waitUntil(lambda: all(m.has_thumbnail() for m in members), timeout=10_000)


def test_progress_counts_and_goes_back_with_undo(qtbot: QtBot, opened: ProjectWindow) -> None:
    review = show(opened, PageName.DUPLICATES)
    progress = by_id(review, QLabel, "review-progress")
    total = len(review.model.items)
    left = by_id(review, QLabel, "review-left")
    assert progress.text() == f"0 of {total} decided"
    assert left.text() == ""
    for done in range(1, 5):
        qtbot.keyClick(review.list, Qt.Key.Key_G)
        said = f"{done} of {total} decided"
        qtbot.waitUntil(lambda said=said: progress.text() == said, timeout=10_000)
    assert left.text() == "less than a minute left"
    assert named(review, QProgressBar, "Share of the queue that is reviewed").value() == 4
    qtbot.keyClick(review.list, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: progress.text().startswith("3 of"), timeout=10_000)


def test_a_decision_keeps_the_queue_and_the_strip(qtbot: QtBot, opened: ProjectWindow) -> None:
    page = show(opened, PageName.DUPLICATES)
    qtbot.waitUntil(lambda: len(page.strip.findChildren(StripMember)) >= 2, timeout=10_000)
    resets, first = QSignalSpy(page.model.modelReset), page.strip.findChildren(StripMember)[0]
    before, row = first.sample.id, page.list.currentIndex().row()
    qtbot.keyClick(page.list, Qt.Key.Key_K)
    qtbot.waitUntil(lambda: page.list.currentIndex().row() > row, timeout=10_000)
    qtbot.waitUntil(lambda: first.sample.id != before, timeout=10_000)
    assert page.model.items[row].reviewed
    assert page.model.done == 1
    assert resets.count() == 0
    assert first.sample == page.model.items[page.list.currentIndex().row()].members[0]
    assert first.sample.path in first.toolTip()


@pytest.mark.parametrize("key", [Qt.Key.Key_Down, Qt.Key.Key_End])
def test_scrolling_wishes_for_other_pictures(
    qtbot: QtBot, opened: ProjectWindow, key: Qt.Key
) -> None:
    review = show(opened, PageName.DUPLICATES)
    qtbot.keyClick(review.list, key)
    seen = review.list.visible_samples()
    qtbot.waitUntil(
        lambda: all(review.thumbnails.pixmap(s) is not None for s in seen), timeout=10_000
    )
