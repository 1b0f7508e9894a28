"""Computes what each proposal would do to the split, one card after the other."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from inspector.app.groups.proposal_card import ProposalCard
from inspector.app.threads.bridge import Bridge
from inspector.project.project import Project
from inspector.project.splits.group_effects import GroupEffect


class EffectRequests(QObject):
    """Computes the effects of cards; a newer request replaces the one before.

    Attributes:
        answered: A `ProposalCard` whose effect is now known.
    """

    answered = Signal(object)

    def __init__(self, project: Project, bridge: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self._project, self._bridge = project, bridge
        self._cards: Sequence[ProposalCard] = ()

    def start(self, cards: Sequence[ProposalCard]) -> None:
        """Compute the effects of cards in their order."""
        for card in cards:
            card.show_computing()
        self._cards = cards
        self._compute(cards)

    def _compute(self, cards: Sequence[ProposalCard]) -> None:
        if not cards:
            return
        card, *rest = cards
        splits, proposal = self._project.splits, card.shown.proposal.proposal

        def show(effect: GroupEffect | None) -> None:
            if card in self._cards:
                card.show_effect(effect)
                self.answered.emit(card)
                self._compute(rest)

        self._bridge.call(
            lambda: splits.effect_of(proposal), show, channel="group effects",
            on_error=lambda _: show(None),
        )  # fmt: skip
