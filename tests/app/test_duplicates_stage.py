"""Duplicates: comparing a pair, the queue, and the choices for a label conflict."""

import html

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from inspector.app.duplicates.exact_copies_dialog import ExactCopiesDialog
from inspector.app.duplicates.link_label import LinkLabel
from inspector.app.duplicates.page import DuplicatesPage
from inspector.app.duplicates.pair_choice import PairChoice
from inspector.app.duplicates.queue import ClusterOrder, HashedPair, Scope, labels_of, queue_of
from inspector.app.widgets import theme
from inspector.app.widgets.controls.class_chooser import ClassChooser
from inspector.app.widgets.controls.combo import Combo
from inspector.app.widgets.page import PageName
from inspector.app.widgets.pairs.compare_view import CompareMode
from inspector.app.window.main_window import ProjectWindow
from inspector.project.project import Project
from inspector.project.review.duplicates import PairKind
from inspector.similarity.image_hashes import HashMethod
from tests.app.screen import by_id, named, show, text_of

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def review(qtbot: QtBot, view: ProjectWindow) -> DuplicatesPage:
    page = show(view, PageName.DUPLICATES)
    qtbot.waitUntil(lambda: page.current() is not None, timeout=20_000)
    qtbot.waitUntil(lambda: "left: " in page.compare.accessibleDescription(), timeout=10_000)
    return page


def wait_for_difference(qtbot: QtBot, page: DuplicatesPage) -> str:
    qtbot.waitUntil(lambda: bool(page.compare.difference_text), timeout=30_000)
    return page.compare.difference_text


def test_the_difference_is_aligned_and_says_by_how_much(
    qtbot: QtBot, review: DuplicatesPage
) -> None:
    near = next(r for r, c in enumerate(review.model.items) if c.kinds == (PairKind.NEAR,))
    review.list.setCurrentIndex(review.model.index(near))
    qtbot.keyClick(review.list, Qt.Key.Key_D)
    assert review.compare.mode is CompareMode.DIFFERENCE
    aligned = wait_for_difference(qtbot, review)
    assert aligned.startswith("Mean difference")
    qtbot.keyClick(review.list, Qt.Key.Key_D, SHIFT)
    qtbot.waitUntil(lambda: "Not aligned" in review.compare.difference_text, timeout=30_000)
    by_mouse = next(b for b in review.compare.findChildren(QPushButton) if b.text() == "Align")
    qtbot.mouseClick(by_mouse, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: review.compare.difference_text == aligned, timeout=30_000)
    # Another pair has its own difference; identical ones have none.
    same = next(r for r, c in enumerate(review.model.items) if PairKind.BYTES in c.kinds)
    review.list.setCurrentIndex(review.model.index(same))
    qtbot.waitUntil(lambda: review.compare.difference_text == "No pixel differs.", timeout=30_000)


def test_modes_by_mouse_and_key_and_the_other_image_while_space_is_held(
    qtbot: QtBot, review: DuplicatesPage
) -> None:
    for mode, key in zip(CompareMode, "SFDW", strict=True):
        button = named(review, QToolButton, f"Comparison: {mode.value}")
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert review.compare.mode is mode
        assert button.isChecked()
        review.compare.set_mode(CompareMode.SIDES)
        qtbot.keyClick(review.list, key.lower())
        assert review.compare.mode is mode
    qtbot.keyClick(review.list, "s")
    qtbot.wait(200)
    before = review.compare.grab().toImage()
    QTest.keyPress(review.list, Qt.Key.Key_Space)
    assert review.compare.grab().toImage() != before
    QTest.keyRelease(review.list, Qt.Key.Key_Space)
    assert review.compare.grab().toImage() == before


def test_the_right_image_walks_through_its_cluster(qtbot: QtBot, review: DuplicatesPage) -> None:
    row = next(r for r, c in enumerate(review.model.items) if len(c.members) > 2)
    review.list.setCurrentIndex(review.model.index(row))
    cluster = review.current()
    assert cluster is not None
    paths = {m.path for m in cluster.members}

    def sides() -> list[str]:
        text = review.compare.accessibleDescription()
        return [part.split(" · ")[0].split(": ")[1] for part in text.split("; ")]

    qtbot.waitUntil(lambda: set(sides()) <= paths, timeout=10_000)
    left, right = sides()
    seen = {right}
    for _ in range(len(paths) - 2):
        before = sides()[1]
        qtbot.keyClick(review.list, Qt.Key.Key_Right)
        qtbot.waitUntil(lambda b=before: sides()[1] != b, timeout=10_000)
        seen.add(sides()[1])
        assert sides()[0] == left
    assert seen == paths - {left}
    last = sides()[1]
    qtbot.keyClick(review.list, "t")
    qtbot.waitUntil(lambda: sides() == [last, left], timeout=10_000)


def test_chips_filter_the_queue_by_what_they_count(qtbot: QtBot, review: DuplicatesPage) -> None:
    across = len(review.model.items)
    assert all(len(c.splits) > 1 for c in review.model.items)
    chips = {b.text().rsplit("  ", 1)[0]: b for b in review.head.findChildren(QToolButton)}
    everything = int(chips["All"].text().rsplit("  ", 1)[1])
    assert everything > across
    qtbot.mouseClick(chips["All"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(review.model.items) == everything, timeout=10_000)
    assert text_of(review, "review-progress") == f"0 of {everything} decided"


def test_a_conflict_of_labels_is_asked_without_a_suggestion(
    qtbot: QtBot, review: DuplicatesPage
) -> None:
    cluster = review.current()
    assert cluster is not None
    label = next(c for c in review.project.samples.counts().classes if c not in cluster.labels)
    sample = cluster.members[0].id
    review.project.decisions.relabel([sample], label)
    heading = by_id(review, QLabel, "review-heading")
    qtbot.waitUntil(lambda: "two labels" in heading.text(), timeout=10_000)
    current = review.current()
    assert current is not None
    names = labels_of(current)

    def both() -> list[QPushButton]:
        ends = tuple(f" are {n}" for n in names)
        buttons = review.findChildren(QPushButton)
        return [b for b in buttons if b.isVisible() and b.text().endswith(ends)]

    qtbot.waitUntil(lambda: len(both()) == 2, timeout=10_000)
    assert {b.property("role") for b in both()} == {""}
    qtbot.keyClick(review.list, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: "two labels" not in heading.text(), timeout=10_000)
    rows = review.project.samples.by_ids([m.id for m in current.members])
    assert {s.new_label or s.label for s in rows} == {names[0]}


def test_l_offers_the_class_of_the_other_image_next(qtbot: QtBot, review: DuplicatesPage) -> None:
    cluster = review.current()
    assert cluster is not None
    left = cluster.suggested_keeper
    other = next(m for m in cluster.members if m.id != left)
    label = next(c for c in review.project.samples.counts().classes if c not in cluster.labels)
    review.project.decisions.relabel([other.id], label)
    qtbot.waitUntil(lambda: len(labels_of(review.current())) > 1, timeout=10_000)
    qtbot.keyClick(review.list, Qt.Key.Key_L)
    (chooser,) = review.findChildren(ClassChooser)
    qtbot.keyClick(chooser.field, Qt.Key.Key_Down)
    qtbot.keyClick(chooser.field, Qt.Key.Key_Return)
    qtbot.waitUntil(
        lambda: review.project.samples.by_ids([left])[0].new_label == label, timeout=10_000
    )


def test_another_method_makes_another_queue_with_the_same_decisions(
    qtbot: QtBot, review: DuplicatesPage
) -> None:
    method = named(review, Combo, "Method")
    verified = len(review.model.items)
    method.setCurrentIndex(method.findData(HashMethod.PHASH.value))
    method.activated.emit(method.currentIndex())
    compared = review.project.image_hashes.compare(HashMethod.PHASH)
    assert compared is not None
    pairs = len(compared.pairs)
    said = f"pHash, distance up to 8: {pairs:,} pairs, "
    qtbot.waitUntil(lambda: text_of(review, "hash-status").startswith(said), timeout=60_000)
    assert len(review.model.items) == pairs
    assert all(isinstance(item, HashedPair) for item in review.model.items)
    pair = review.current()
    assert pair is not None
    (copy,) = (m.id for m in pair.members if m.id != pair.suggested_keeper)
    qtbot.keyClick(review.list, Qt.Key.Key_K)
    qtbot.waitUntil(lambda: review.project.samples.by_ids([copy])[0].mark == "drop", timeout=10_000)
    assert review.project.samples.by_ids([copy])[0].reason_decided.startswith("phash at ")
    # A smaller distance has no more pairs, and the verified ones come back.
    qtbot.keyClick(review.list, "[")
    qtbot.waitUntil(lambda: "up to 7" in text_of(review, "hash-status"), timeout=60_000)
    assert len(review.model.items) <= pairs
    method.setCurrentIndex(0)
    method.activated.emit(0)
    qtbot.waitUntil(lambda: len(review.model.items) == verified, timeout=20_000)


def test_exact_copies_are_seen_before_they_go(qtbot: QtBot, review: DuplicatesPage) -> None:
    qtbot.keyClick(review.list, Qt.Key.Key_B)
    qtbot.waitUntil(lambda: bool(review.window().findChildren(ExactCopiesDialog)), timeout=10_000)
    (dialog,) = review.window().findChildren(ExactCopiesDialog)
    tiles = dialog.grid.pairs.tiles
    assert tiles
    left_out = tiles[0]
    dialog.grid.setCurrentIndex(dialog.grid.pairs.index(0))
    qtbot.keyClick(dialog.grid, Qt.Key.Key_K)
    assert dialog.grid.pairs.tiles[0].ticked is False
    qtbot.mouseClick(by_id(dialog, QPushButton, "exact-copies-apply"), Qt.MouseButton.LeftButton)
    stay = {tile.left for tile in tiles[1:]}

    def marks() -> dict[int, str]:
        return {s.id: s.mark for s in review.project.samples.everything() if s.mark}

    qtbot.waitUntil(lambda: stay <= marks().keys(), timeout=10_000)
    assert {marks()[i] for i in stay} == {"keep"}
    assert left_out.left not in marks()
    assert left_out.right not in marks()


def test_the_sentence_on_false_pairs_opens_the_least_similar_clusters(
    qtbot: QtBot, review: DuplicatesPage
) -> None:
    sentence = by_id(review, QLabel, "false-pairs")
    qtbot.waitUntil(lambda: sentence.text().startswith("Expected false among"), timeout=10_000)
    shown = html.unescape(sentence.text()).replace("\N{NO-BREAK SPACE}", " ")
    assert shown.startswith(review.project.false_pairs.text())
    sentence.linkActivated.emit("#")
    clusters = review.project.duplicates.clusters()
    least = min(c.similarity for c in clusters)
    qtbot.waitUntil(
        lambda: (
            review.head.chosen_order() is ClusterOrder.DOUBTFUL
            and review.review.total_count() == len(clusters)
            and review.model.items[0].similarity == least
        ),
        timeout=10_000,
    )
    assert review.head.scope() is Scope.ALL


def test_the_first_pair_of_a_cluster_across_splits_is_across_splits(project: Project) -> None:
    index = project.duplicates.index()
    larger = 0
    for cluster in project.duplicates.clusters():
        choice = PairChoice()
        choice.show(cluster)
        splits = {m.id: m.split for m in cluster.members}
        copies = index.neighbours(choice.left)
        assert choice.right in copies
        if any(splits[copy] != splits[choice.left] for copy in copies):
            assert splits[choice.right] != splits[choice.left]
            larger += len(copies) > 1
    assert larger > 3


def test_the_queue_of_clusters(project: Project) -> None:
    clusters = project.duplicates.clusters()
    queue = queue_of(clusters, None, ClusterOrder.SIMILARITY, frozenset())
    assert queue.scope is Scope.ACROSS
    assert queue.counts[Scope.ALL] == len(clusters)
    values = [c.similarity for c in queue.clusters]
    assert values == sorted(values, reverse=True)
    inside = next(c for c in clusters if len(c.splits) < 2)
    asked = frozenset({inside.members[0].id})
    # What must be shown is shown, whatever is filtered.
    assert inside in queue_of(clusters, Scope.ACROSS, ClusterOrder.NAME, asked).clusters
    sizes = [
        len(c.members) for c in queue_of(clusters, Scope.ALL, ClusterOrder.SIZE, asked).clusters
    ]
    assert sizes == sorted(sizes, reverse=True)


def test_what_the_embedding_would_find_is_offered(
    qtbot: QtBot, review: DuplicatesPage, project: Project
) -> None:
    offer = review.embedding_offer
    qtbot.waitUntil(offer.isVisible, timeout=10_000)
    assert "Compare them too</a> (about " in offer.text()
    offer.linkActivated.emit("#")
    assert review.jobs.running
    qtbot.waitUntil(lambda: not offer.isVisible(), timeout=120_000)
    assert project.scans.compares_embeddings()


def test_links_have_the_colour_of_the_theme(qtbot: QtBot, qapp: QApplication) -> None:
    def label() -> LinkLabel:
        link = LinkLabel()
        qtbot.addWidget(link)
        link.setText("not compared. <a href='#'>Compare them too</a>")
        link.resize(300, 30)
        return link

    theme.apply(qapp, "light")
    older = label()
    light = older.grab().toImage()
    theme.apply(qapp, "dark")
    try:
        dark = label().grab().toImage()
        assert older.grab().toImage() == dark != light
    finally:
        theme.apply(qapp, "light")
        qapp.setStyleSheet("")
