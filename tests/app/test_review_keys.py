"""Keys in both reviews, through the real window: chains, classes, undo, progress."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from inspector.app.duplicates.page import DuplicatesPage
from inspector.app.widgets.controls.class_chooser import ClassChooser
from inspector.app.widgets.page import PageName
from inspector.app.window.main_window import ProjectWindow
from inspector.store.samples import Sample
from tests.app.screen import by_id, show


@pytest.fixture
def review(qtbot: QtBot, opened: ProjectWindow) -> DuplicatesPage:
    page = show(opened, PageName.DUPLICATES)
    qtbot.waitUntil(lambda: page.current() is not None, timeout=10_000)
    return page


def sample(page: DuplicatesPage, ident: int) -> Sample:
    return page.project.samples.by_ids([ident])[0]


def left(page: DuplicatesPage) -> str:
    """The path of the left image, as a screen reader reads it."""
    return page.compare.accessibleDescription().removeprefix("left: ").split(" · ")[0]


def chain(qtbot: QtBot, page: DuplicatesPage) -> list[int]:
    """Make a cluster of three a chain a - b - c, with a and c marked as not duplicates."""
    index = page.project.duplicates.index()
    cluster = next(
        c for c in page.model.items
        if len(c.members) == 3
        and len({index.canonical.get(m.id, m.id) for m in c.members}) == 3
        and all(len(index.neighbours(m.id)) == 2 for m in c.members)
    )  # fmt: skip
    keeper = cluster.suggested_keeper
    middle, end = (m.id for m in cluster.members if m.id != keeper)
    page.project.decisions.not_alike(keeper, end)

    def is_chain() -> bool:
        found = next((c for c in page.model.items if end in {m.id for m in c.members}), None)
        return found is not None and found.suggested_keeper in (keeper, middle, end)

    qtbot.waitUntil(is_chain, timeout=10_000)
    qtbot.wait(300)
    row = next(r for r, c in enumerate(page.model.items) if end in {m.id for m in c.members})
    page.list.setCurrentIndex(page.model.index(row))
    ids = [m.id for m in page.model.items[row].members]
    assert sorted(ids) == sorted([keeper, middle, end])
    # The image at one end of the chain is put on the left by its number.
    qtbot.keyClick(page.list, Qt.Key(Qt.Key.Key_1.value + ids.index(keeper)))
    qtbot.waitUntil(lambda: left(page) == sample(page, keeper).path, timeout=10_000)
    return [keeper, middle, end]


def test_k_in_a_chain_says_what_is_left_and_goes_on(qtbot: QtBot, review: DuplicatesPage) -> None:
    keeper, middle, end = chain(qtbot, review)
    qtbot.keyClick(review.list, Qt.Key.Key_K)
    qtbot.waitUntil(lambda: sample(review, middle).mark == "drop", timeout=10_000)
    assert sample(review, keeper).mark == "keep"
    assert sample(review, end).mark == ""
    note = by_id(review, QLabel, "review-note")
    qtbot.waitUntil(lambda: "not a near-duplicate" in note.text(), timeout=10_000)
    assert note.text().startswith("1 image of this cluster")
    # What is open stands on the left now, so that K goes on.
    qtbot.waitUntil(lambda: left(review) == sample(review, end).path, timeout=10_000)
    before = review.current()
    qtbot.keyClick(review.list, Qt.Key.Key_K)
    qtbot.waitUntil(lambda: sample(review, end).mark == "keep", timeout=10_000)
    assert before is not None
    qtbot.waitUntil(lambda: review.current().id != before.id, timeout=10_000)


def test_k_with_nothing_to_change_says_so(qtbot: QtBot, review: DuplicatesPage) -> None:
    keeper, _, end = chain(qtbot, review)
    qtbot.keyClick(review.list, Qt.Key.Key_K)
    qtbot.waitUntil(lambda: left(review) == sample(review, end).path, timeout=10_000)
    cluster = review.current()
    assert cluster is not None
    number = [m.id for m in cluster.members].index(keeper)
    qtbot.keyClick(review.list, Qt.Key(Qt.Key.Key_1.value + number))
    qtbot.waitUntil(lambda: left(review) == sample(review, keeper).path, timeout=10_000)
    note = by_id(review, QLabel, "review-note")
    assert "Nothing changed" not in note.text()
    qtbot.keyClick(review.list, Qt.Key.Key_K)
    qtbot.waitUntil(lambda: "Nothing changed" in note.text(), timeout=10_000)
    qtbot.wait(500)
    assert "Nothing changed" in note.text()
    assert review.current().id == cluster.id


@pytest.mark.parametrize("everywhere", [False, True])
def test_undo_returns_to_its_cluster(
    qtbot: QtBot, opened: ProjectWindow, review: DuplicatesPage, everywhere: bool
) -> None:
    first = review.current()
    assert first is not None
    qtbot.keyClick(review.list, Qt.Key.Key_G)
    qtbot.waitUntil(lambda: review.current().id != first.id, timeout=10_000)
    for _ in range(3):
        qtbot.keyClick(review.list, Qt.Key.Key_Down)
    assert review.current().id != first.id
    if everywhere:
        qtbot.keyClick(opened, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    else:
        qtbot.keyClick(review.list, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: review.current().id == first.id, timeout=10_000)
    qtbot.waitUntil(lambda: not review.current().reviewed, timeout=10_000)
    qtbot.wait(500)
    assert review.current().id == first.id


def test_l_and_return_alone_change_no_label(qtbot: QtBot, review: DuplicatesPage) -> None:
    qtbot.keyClick(review.list, Qt.Key.Key_L)
    (chooser,) = review.findChildren(ClassChooser)
    qtbot.waitUntil(lambda: chooser.list.count() > 1, timeout=10_000)
    cluster = review.current()
    assert cluster is not None
    keeper = next(m for m in cluster.members if m.id == cluster.suggested_keeper)
    assert chooser.list.currentItem().text() == f"{keeper.label}  (now)"
    qtbot.keyClick(chooser.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not review.findChildren(ClassChooser), timeout=10_000)
    qtbot.wait(300)
    assert not any(s.new_label for s in review.project.samples.everything())
    assert review.project.decisions.log() == []
