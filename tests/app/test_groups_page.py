"""Groups: cards are off until accepted; their cost and evidence, by mouse and by key."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from inspector.app.groups.closed_row import ClosedRow
from inspector.app.groups.group_list import GroupList
from inspector.app.groups.groups_data import GroupsData
from inspector.app.groups.page import GroupsPage
from inspector.app.groups.proposal_card import ProposalCard, marked_name
from inspector.app.groups.tab_notes import GroupsTab
from inspector.app.widgets.controls.segmented import SegmentedControl
from inspector.app.widgets.page import PageName
from inspector.app.window.main_window import ProjectWindow
from inspector.dataset.groups import Provenance
from inspector.project.review.group_members import Group
from inspector.project.review.grouping_proposals import GroupEvidence
from tests.app.screen import button, named, show, text_of, texts


@pytest.fixture
def groups(qtbot: QtBot, view: ProjectWindow) -> GroupsPage:
    page = show(view, PageName.GROUPS)
    assert isinstance(page, GroupsPage)
    qtbot.waitUntil(lambda: _cards(page) != [], timeout=20_000)
    qtbot.waitUntil(lambda: all(c.has_answer for c in _cards(page)), timeout=20_000)
    return page


def _cards(page: QWidget) -> list[ProposalCard]:
    return [c for c in page.findChildren(ProposalCard) if c.isVisible()]


def _rows(page: QWidget) -> list[ClosedRow]:
    return [r for r in page.findChildren(ClosedRow) if r.isVisible()]


def test_a_card_tells_price_and_evidence_and_is_off_until_accepted(
    qtbot: QtBot, view: ProjectWindow, groups: GroupsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def accept(box: QMessageBox) -> None:
        button(box, "Accept anyway").click()

    monkeypatch.setattr(QMessageBox, "exec", accept)
    card = _cards(groups)[0]
    offer = card.shown.proposal
    assert view.project.groups.enabled() == []
    shown = texts(card)
    assert f"{100 * offer.agreement.share:.0f} %" in shown
    assert f"{offer.count:,} groups · largest {offer.largest:,}" in shown
    effect = view.project.splits.effect_of(offer.proposal)
    assert card.effect == effect
    assert f"Moves {len(effect.moved):,} image" in text_of(card, "group-price")
    assert text_of(groups, "group-leak-rate") == f"{100 * effect.leak_rates[1]:.1f} %"
    button(card, "Accept").click()
    qtbot.waitUntil(lambda: len(view.project.groups.enabled()) == 1, timeout=10_000)
    qtbot.waitUntil(lambda: len(_rows(groups)) == 1, timeout=10_000)
    assert "Accepted" in texts(_rows(groups)[0])
    button(_rows(groups)[0], "Undo").click()
    qtbot.waitUntil(lambda: view.project.groups.enabled() == [], timeout=10_000)
    qtbot.waitUntil(lambda: not _rows(groups), timeout=10_000)


def test_only_what_looks_right_is_accepted_at_once(
    qtbot: QtBot, view: ProjectWindow, groups: GroupsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda box: asked.append(box.informativeText()))
    choice = named(groups, SegmentedControl, "Where groups come from")
    button(choice, "Pattern").click()
    pattern = named(groups, QLineEdit, "Pattern for the path")
    pattern.setText(r"([0-9])\.")
    qtbot.keyClick(pattern, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(_cards(groups)), timeout=10_000)
    card = _cards(groups)[0]
    qtbot.waitUntil(lambda: card.has_answer, timeout=10_000)
    assert card.shown.proposal.evidence is not GroupEvidence.LOOKS_RIGHT
    button(card, "Accept anyway…").click()
    assert asked
    assert "look alike" in asked[0]
    qtbot.wait(100)
    assert view.project.groups.enabled() == []


def test_cards_are_walked_and_decided_by_keyboard(
    qtbot: QtBot, view: ProjectWindow, groups: GroupsPage
) -> None:
    heard: list[object] = []
    groups.requested.connect(heard.append)
    card = _cards(groups)[0]
    card.setFocus()
    qtbot.keyClick(card, Qt.Key.Key_Space)
    assert heard
    assert len(card.shown.covered) == card.shown.proposal.covered
    assert heard[0].samples == card.shown.covered
    view.show_page(view.pages.index(groups))
    card.setFocus()
    qtbot.keyClick(card, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: len(_rows(groups)) == 1, timeout=10_000)
    assert "not a group" in texts(_rows(groups)[0])
    # The keyboard stays on the page, and no button got it.
    assert groups.isAncestorOf(view.window().focusWidget())


def test_a_judged_pair_is_counted_with_its_interval(
    qtbot: QtBot, view: ProjectWindow, groups: GroupsPage
) -> None:
    groups.setFocus()
    pairs = view.project.groups.to_judge(_cards(groups)[0].shown.proposal)
    first = f"0 of {len(pairs)} judged"
    qtbot.waitUntil(lambda: first in text_of(groups, "judge-count"), timeout=10_000)
    first_held = next(i for i, pair in enumerate(pairs) if pair[2])
    for _ in range(first_held + 1):
        qtbot.keyClick(groups, Qt.Key.Key_Y)
    count = first_held + 1
    qtbot.waitUntil(
        lambda: text_of(groups, "judge-count") == f"{count} of {len(pairs)} judged, {count} yes",
        timeout=10_000,
    )
    assert "95 % CI" in text_of(groups, "groups-precision")
    left = view.project.groups.to_judge(_cards(groups)[0].shown.proposal)
    assert left == pairs[count:]


def test_tabs_without_proposals_say_what_to_try(qtbot: QtBot, groups: GroupsPage) -> None:
    choice = named(groups, SegmentedControl, "Where groups come from")
    button(choice, "Pattern").click()
    assert text_of(groups, "groups-empty") == "No pattern yet."
    assert not _cards(groups)
    pattern = named(groups, QLineEdit, "Pattern for the path")
    pattern.setText("(")
    button(groups, "Propose").click()
    label = groups.findChild(QLabel, "groups-error")
    qtbot.waitUntil(label.isVisible, timeout=10_000)
    assert "regular expression" in label.text()


def test_near_duplicates_are_listed_and_kept_by_hand(
    qtbot: QtBot, view: ProjectWindow, groups: GroupsPage
) -> None:
    button(named(groups, SegmentedControl, "Where groups come from"), "Near-duplicates").click()
    shown = named(groups, GroupList, "Groups")
    qtbot.waitUntil(lambda: shown.isVisible() and shown.shown.rowCount() > 0, timeout=10_000)
    first = shown.shown.groups[0]
    shown.setCurrentIndex(shown.shown.index(0))
    qtbot.keyClick(shown, Qt.Key.Key_A)

    def bound() -> int:
        return sum(bool(s.bound) for s in view.project.samples.everything())

    qtbot.waitUntil(lambda: bound() == len(first.members), timeout=10_000)
    qtbot.waitUntil(lambda: "1 group by hand" in text_of(groups, "groups-by-hand"), timeout=10_000)


def test_the_page_opens_on_the_first_tab_with_entries() -> None:
    alike = Group("a", (), Provenance.LOOKS, confirmed=False)
    assert GroupsData(groups=(alike,)).first_tab() is GroupsTab.DUPLICATES
    assert GroupsData().first_tab() is GroupsTab.NAMES


@pytest.mark.parametrize(
    ("path", "key", "marked"),
    [
        ("a/aug_Y12_0_5697.jpg", "tumor/aug_Y12", "aug_Y12"),
        ("a/x<1>.png", "", ""),
    ],
)
def test_the_part_of_a_name_that_groups_is_marked(path: str, key: str, marked: str) -> None:
    text = marked_name(path, key)
    assert (f">{marked}</b>" in text) if marked else ("<b" not in text and "&lt;1&gt;" in text)


def test_widgets_do_not_grow_with_groups(view: ProjectWindow, groups: GroupsPage) -> None:
    many: Callable[[], int] = lambda: len(groups.findChildren(QWidget))  # noqa: E731
    count = len(view.project.groups.groups())
    assert count > 30
    # A card per proposal, and no widget per group: accepting one costs the same at any size.
    assert many() < 60 + 40 * len(view.project.groups.offers())
