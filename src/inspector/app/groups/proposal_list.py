"""The proposals of one tab: a card for each undecided one, a row for each decided one."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from inspector.app.groups.closed_row import ClosedRow
from inspector.app.groups.groups_data import is_undecided
from inspector.app.groups.proposal_card import ProposalCard, ShownProposal, is_sure
from inspector.app.threads.thumbnails import Thumbnails
from inspector.project.review.grouping_proposals import GroupEvidence


class ProposalList(QWidget):
    """Show proposals; one card is the chosen one.

    Attributes:
        chosen_changed: Another card, or none, is chosen.
        decided: A `ShownProposal`, and True to accept it, False to dismiss it, None to undo that.
        list_requested: The `ShownProposal` whose images the user wants to see.
        focus_moved: The card that got the keyboard focus by an arrow key.
        cards: The undecided proposals, in order.
        chosen: The card that the rest of the page is about.
    """

    chosen_changed = Signal()
    decided = Signal(object, object)
    list_requested = Signal(object)
    focus_moved = Signal(object)

    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._thumbnails = thumbnails
        self.cards: list[ProposalCard] = []
        self.chosen: ProposalCard | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(12)
        self.hide()

    def show_proposals(self, proposals: Sequence[ShownProposal]) -> None:
        """Build the cards of some proposals; the chosen one stays chosen, and keeps the focus."""
        title = self.chosen.shown.title if self.chosen else ""
        had_focus = self.chosen is not None and self.chosen.hasFocus()
        self._clear()
        for shown in filter(is_undecided, proposals):
            self.cards.append(self._card(shown))
            self._column.addWidget(self.cards[-1])
        for shown in proposals:
            if not is_undecided(shown):
                self._column.addWidget(self._row(shown))
        self.setVisible(bool(proposals))
        again = next((card for card in self.cards if card.shown.title == title), None)
        self.choose(again)
        if had_focus and again is not None:
            again.setFocus()

    def choose(self, card: ProposalCard | None) -> None:
        """Choose a card; None for the first one."""
        card = card or next(iter(self.cards), None)
        if card is self.chosen and card is not None:
            return
        self.chosen = card
        for one in self.cards:
            one.show_chosen(one is card)
        self.chosen_changed.emit()

    def _clear(self) -> None:
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.cards, self.chosen = [], None

    def _card(self, shown: ShownProposal) -> ProposalCard:
        card = ProposalCard(shown, self._thumbnails)
        card.chosen.connect(self.choose)
        card.accept_requested.connect(self._on_accept)
        card.dismiss_requested.connect(lambda one: self.decided.emit(one.shown, False))
        card.list_requested.connect(lambda one: self.list_requested.emit(one.shown))
        card.step_requested.connect(self._on_step)
        return card

    def _row(self, shown: ShownProposal) -> ClosedRow:
        row = ClosedRow(shown)
        row.undo_requested.connect(lambda one: self.decided.emit(one.shown, None))
        row.list_requested.connect(lambda one: self.list_requested.emit(one.shown))
        return row

    def _on_accept(self, card: ProposalCard) -> None:
        looks_right = card.shown.proposal.evidence is GroupEvidence.LOOKS_RIGHT
        if looks_right or is_sure(card, self):
            self.decided.emit(card.shown, True)

    def _on_step(self, step: int) -> None:
        if self.chosen in self.cards:
            position = self.cards.index(self.chosen) + step
            if 0 <= position < len(self.cards):
                self.cards[position].setFocus()
                self.focus_moved.emit(self.cards[position])
