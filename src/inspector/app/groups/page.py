"""Groups: which images must stay together? A card per proposal, with its price and its evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from inspector.app.groups.accepted_card import AcceptedCard
from inspector.app.groups.closed_row import ClosedRow
from inspector.app.groups.effect_panel import EffectPanel
from inspector.app.groups.judge_panel import JudgedPair, JudgePanel
from inspector.app.groups.near_card import NearDuplicatesCard
from inspector.app.groups.proposal_card import (
    ProposalCard,
    ShownProposal,
    is_sure,
    shown_proposal,
)
from inspector.app.groups.tab_notes import TAB_NAMES, EmptyNote, GroupsTab, TabInput, tab_of
from inspector.app.threads.bridge import Bridge
from inspector.app.threads.thumbnails import Thumbnails
from inspector.app.widgets.controls.segmented import SegmentedControl
from inspector.app.widgets.keys import bind
from inspector.app.widgets.notice_bar import Notice
from inspector.app.widgets.page import Key, Page, PageName, PageRequest
from inspector.dataset.groups import Provenance
from inspector.errors import InspectorError
from inspector.project.catalog.samples import Counts
from inspector.project.changes import Changes
from inspector.project.project import Project
from inspector.project.review.grouping_proposals import (
    GroupEvidence,
    GroupingProposal,
    ProposalState,
)
from inspector.project.review.groups import Group, JudgedGroups
from inspector.project.splits.group_effects import GroupEffect
from inspector.store.samples import Sample

SIDE_PX, SIDE_WIDE_PX, WIDE_PX = 384, 464, 1300


@dataclass(frozen=True, slots=True)
class GroupsData:
    """What the page shows."""

    proposals: tuple[ShownProposal, ...] = ()
    groups: tuple[Group, ...] = ()
    off: tuple[GroupingProposal, ...] = ()
    gap_seconds: float = 0.0


class GroupsPage(Page):
    """Look at proposals, judge them, accept them."""

    name = PageName.GROUPS
    words = "patient burst video session event together proposals pattern"
    icon = "groups"
    purpose = "What belongs together: the same person, burst, video, patient or day"

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self._data = GroupsData()
        self._tab = GroupsTab.NAMES
        self._cards: list[ProposalCard] = []
        self._chosen: ProposalCard | None = None
        self._splits: dict[int, str] = {}
        self.notice = self._off = Notice("Look at them")
        self._off.taken.connect(self._on_notice)
        self._thumbnails = Thumbnails(project.samples.thumbnail, self)
        self._tabs = SegmentedControl(TAB_NAMES, name="Where groups come from")
        self._tabs.chosen.connect(lambda tab: self._show_tab(GroupsTab(tab)))
        self._input, self._empty = TabInput(), EmptyNote()
        self._input.pattern_typed.connect(self._on_pattern)
        self._input.gap_typed.connect(self._on_gap)
        self._near = NearDuplicatesCard(self._thumbnails)
        self._near.opened.connect(self._on_group)
        self._near.keep_asked.connect(self._on_keep)
        self._accepted = AcceptedCard(self._thumbnails)
        self._accepted.list_asked.connect(self.show_list)
        self._effect, self._judge = EffectPanel(), JudgePanel(self._thumbnails)
        self._effect.list_asked.connect(self.show_list)
        self._judge.judged.connect(self._on_judged)
        self._judge.changed.connect(self._request)
        self._keys = [
            Key("same", "Y", "the pair belongs to one group", self._judge.yes),
            Key("other", "N", "the pair does not", self._judge.no),
            Key("skip", "S", "skip this pair", self._judge.skip),
            Key("together", "A", "keep the selected groups together", self._near.keep),
        ]
        self._shortcuts = bind(self, self._keys)
        self._lay_out()
        self._empty.show_text(
            "Looking for groups…", "Names, dates and near-duplicates are compared."
        )

    def key_table(self) -> Sequence[Key]:
        """Return the keys of this page."""
        return self._keys

    def refresh(self, changes: Changes) -> None:
        """Ask for the proposals again, once the scan is done."""
        if not (changes.groups or changes.duplicates or changes.decisions or changes.dataset):
            return
        if self.project.scans.is_complete():
            project = self.project
            self.bridge.call(lambda: _read(project), self._show, channel="groups")
        else:
            samples = self.project.samples
            self.bridge.call(samples.counts, self._show_scanning, channel="groups")

    def shown_text(self) -> str:
        """Say how many groups are listed."""
        count = len(self._data.groups)
        return f"{count:,} group{'s' * (count != 1)}"

    def close(self) -> bool:
        """Let go of the decode threads, too."""
        self._thumbnails.shut()
        return super().close()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._side.setFixedWidth(SIDE_WIDE_PX if self.width() >= WIDE_PX else SIDE_PX)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._request()

    def _show_scanning(self, counts: Counts) -> None:
        done = 100 * counts.images // max(1, counts.images + counts.pending)
        self._empty.show_text(
            f"Images are read: {done} %", "Groups are proposed once every image is read."
        )

    def _show(self, data: GroupsData) -> None:
        same = data.proposals == self._data.proposals
        self._data = data
        if data.off:
            rules = ", ".join(f"“{o.proposal.rule}”" for o in data.off)
            self._off.offer(
                "An earlier version may have grouped images without asking. Off until you accept"
                f" them: {rules}."
            )
        for tab in GroupsTab:
            if tab is GroupsTab.DUPLICATES:
                count = sum(g.provenance is Provenance.LOOKS for g in data.groups)
            else:
                count = len(self._proposals(tab))
            if tab is not GroupsTab.PATTERN or count:
                self._tabs.show_count(tab, count)
        self._input.show_gap(data.gap_seconds)
        opened = [p for p in data.proposals if p.proposal.state is ProposalState.OPEN]
        self.work_left.emit(sum(not p.proposal.enabled for p in opened))
        self._accepted.show_groups([g for g in data.groups if g.confirmed])
        if not same or not self._cards:
            self._show_tab(self._tab)
        else:
            self._ask_effects()
        self.moved.emit()

    def _proposals(self, tab: GroupsTab) -> list[ShownProposal]:
        return [
            p for p in self._data.proposals if tab_of(p.proposal.proposal.provenance) is tab
        ]  # fmt: skip

    def _show_tab(self, tab: GroupsTab) -> None:
        """Build the cards of a tab anew; the one that was chosen stays chosen."""
        before = self._chosen.shown.title if self._chosen else ""
        had_focus = self._chosen is not None and self._chosen.hasFocus()
        self._tab = tab
        self._tabs.mark(tab)
        self._input.show_tab(tab)
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._cards, self._chosen = [], None
        shown = self._proposals(tab)
        for one in shown:
            if one.proposal.state is ProposalState.OPEN and not one.proposal.enabled:
                self._cards.append(self._card(one))
                self._column.addWidget(self._cards[-1])
        for one in shown:
            if one.proposal.state is not ProposalState.OPEN or one.proposal.enabled:
                self._column.addWidget(self._row(one))
        is_list = tab is GroupsTab.DUPLICATES
        groups = [g for g in self._data.groups if g.provenance is Provenance.LOOKS]
        self._near.show_groups(groups)
        self._near.setVisible(is_list and bool(groups))
        self._empty.setVisible(not groups if is_list else not shown)
        if not shown:
            self._empty.show_tab(tab)
        again = next((c for c in self._cards if c.shown.title == before), None)
        self._choose(again)
        if had_focus and again is not None:
            again.setFocus()
        self._ask_effects()

    def _card(self, shown: ShownProposal) -> ProposalCard:
        card = ProposalCard(shown, self._thumbnails)
        card.chosen.connect(self._choose)
        card.accept_asked.connect(self._on_accept)
        card.dismiss_asked.connect(lambda one: self._use(one.shown, on=False))
        card.list_asked.connect(self._on_list)
        card.step_asked.connect(self._on_step)
        return card

    def _row(self, shown: ShownProposal) -> ClosedRow:
        row = ClosedRow(shown)
        row.undo_asked.connect(lambda one: self._use(one.shown, on=None))
        row.list_asked.connect(self._on_list)
        return row

    def _choose(self, card: ProposalCard | None) -> None:
        """Let the right column be about a card; the first one where none was chosen."""
        card = card or next(iter(self._cards), None)
        if card is self._chosen and card is not None:
            return
        self._chosen = card
        for one in self._cards:
            one.show_chosen(one is card)
        if card is None:
            self._effect.show_none()
            self._judge.show_none()
            self._request()
            return
        self._show_effect(card)
        offer, groups, splits = card.shown.proposal, self.project.groups, self.project.splits
        self.bridge.call(
            lambda: (groups.to_judge(offer), groups.judged(offer), splits.split_of()),
            self._take_pairs, channel="judge",
        )  # fmt: skip

    def _show_effect(self, card: ProposalCard) -> None:
        if card.has_answer:
            self._effect.show_effect(card.shown.title, card.effect)
        else:
            self._effect.show_computing(card.shown.title)

    def _ask_effects(self) -> None:
        """Compute what each open card would do, the chosen one first, one after the other."""
        cards = sorted(self._cards, key=lambda card: card is not self._chosen)
        for card in cards:
            card.show_computing()
        if self._chosen is not None:
            self._effect.show_computing(self._chosen.shown.title)
        self._ask_effect(cards)

    def _ask_effect(self, cards: list[ProposalCard]) -> None:
        if not cards:
            return
        card, rest = cards[0], cards[1:]
        splits, proposal = self.project.splits, card.shown.proposal.proposal

        def done(effect: GroupEffect | None) -> None:
            if card in self._cards:
                card.show_effect(effect)
                if card is self._chosen:
                    self._show_effect(card)
                self._ask_effect(rest)

        self.bridge.call(
            lambda: splits.effect_of(proposal), done, channel="group effects",
            on_error=lambda _: done(None),
        )  # fmt: skip

    def _take_pairs(self, answer: tuple[list[JudgedPair], JudgedGroups, Mapping[int, str]]) -> None:
        pairs, so_far, splits = answer
        if self._chosen is not None:
            self._judge.show_pairs(pairs, so_far, splits)

    def _request(self) -> None:
        """Ask for the thumbnails of all cards; the pair to judge comes first."""
        if not self.isVisible():
            return
        if self._near.isVisible():
            self._near.request()
            return
        ids = self._judge.samples()
        for card in self._cards:
            ids += card.strip.samples()
        self._thumbnails.request([*ids, *self._accepted.strip.samples()])

    def _on_judged(self, pair: tuple[Sample, Sample, bool], same: bool) -> None:
        if self._chosen is not None:
            offer, groups = self._chosen.shown.proposal, self.project.groups
            self.bridge.call(
                lambda: groups.judge(offer, pair, same=same), self._judge.show_judged,
                writes=True,
            )  # fmt: skip

    def _on_accept(self, card: ProposalCard) -> None:
        if card.shown.proposal.evidence is not GroupEvidence.LOOKS_RIGHT and not is_sure(
            card, self
        ):
            return
        self._use(card.shown, on=True)

    def _use(self, shown: ShownProposal, *, on: bool | None) -> None:
        groups, proposal = self.project.groups, shown.proposal.proposal
        # The card goes: the keyboard stays on the page.
        self._area.setFocus()
        self.bridge.call(lambda: groups.use(proposal, on=on), writes=True)

    def _on_list(self, one: ProposalCard | ClosedRow) -> None:
        self.show_list(f"Images grouped by “{one.shown.title}”", one.shown.covered)

    def _on_step(self, step: int) -> None:
        if self._chosen in self._cards:
            position = self._cards.index(self._chosen) + step
            if 0 <= position < len(self._cards):
                self._cards[position].setFocus()
                self._area.ensureWidgetVisible(self._cards[position])

    def _on_notice(self) -> None:
        self.bridge.call(self.project.groups.acknowledge, writes=True)
        self.asked.emit(PageRequest(PageName.GROUPS))

    def _on_pattern(self, text: str) -> None:
        self.bridge.call(
            lambda: self.project.groups.propose_pattern(text), on_error=self._refuse, writes=True
        )

    def _refuse(self, error: InspectorError) -> None:
        self._input.refuse(f"{error.message[:1].upper()}{error.message[1:]}. {error.advice}")

    def _on_gap(self, seconds: float) -> None:
        self.bridge.call(lambda: self.project.groups.set_gap(seconds), channel="gap", writes=True)

    def _on_group(self, group: Group) -> None:
        title = f"{len(group.members)} images that may belong together"
        self.show_list(title, tuple(m.id for m in group.members))

    def _on_keep(self, ids: list[str]) -> None:
        self.bridge.call(lambda: self.project.groups.confirm(ids), writes=True)

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(12)
        self._column = QVBoxLayout()
        self._column.setSpacing(12)
        left.addWidget(self._input)
        left.addWidget(self._empty)
        left.addLayout(self._column)
        left.addWidget(self._near)
        left.addWidget(self._accepted)
        left.addStretch()
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(12)
        right.addWidget(self._effect)
        right.addWidget(self._judge)
        right.addStretch()
        self._side = QWidget()
        self._side.setLayout(right)
        body = QHBoxLayout()
        body.setSpacing(12)
        body.addLayout(left, 1)
        body.addWidget(self._side)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addLayout(self._head())
        column.addLayout(body, 1)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(inner)
        self._area.setAccessibleName("Groups")
        self._area.setAccessibleDescription(self.purpose)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._area)

    def _head(self) -> QHBoxLayout:
        title = QLabel("Which images must stay together?")
        title.setProperty("role", "title")
        note = QLabel(
            "Images of one patient, video or burst belong in one split. Nothing is grouped until"
            " you accept it."
        )
        note.setProperty("role", "muted")
        note.setWordWrap(True)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(title)
        words.addWidget(note)
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addLayout(words, 1)
        head.addWidget(self._tabs, 0, Qt.AlignmentFlag.AlignBottom)
        return head


def _read(project: Project) -> GroupsData:
    groups = project.groups
    images = groups.images()
    return GroupsData(
        tuple(shown_proposal(offer, images) for offer in groups.offers()),
        tuple(groups.groups()), tuple(groups.switched_off()), groups.gap_seconds(),
    )  # fmt: skip
