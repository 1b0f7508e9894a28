"""Groups: which images must stay in one split? One card per proposal, with effect and evidence."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from inspector.app.groups.accepted_card import AcceptedCard
from inspector.app.groups.effect_panel import EffectPanel
from inspector.app.groups.effect_requests import EffectRequests
from inspector.app.groups.groups_data import GroupsData, read_groups
from inspector.app.groups.judge_panel import JudgedPair, JudgePanel
from inspector.app.groups.near_card import NearDuplicatesCard
from inspector.app.groups.proposal_card import ProposalCard, ShownProposal
from inspector.app.groups.proposal_list import ProposalList
from inspector.app.groups.tab_notes import TAB_NAMES, EmptyNote, GroupsTab, TabInput
from inspector.app.threads.bridge import Bridge
from inspector.app.threads.thumbnails import Thumbnails
from inspector.app.widgets.column_area import ColumnArea
from inspector.app.widgets.controls.segmented import SegmentedControl
from inspector.app.widgets.keys import bind
from inspector.app.widgets.notice_bar import Notice
from inspector.app.widgets.page import Key, Page, PageName, PageRequest
from inspector.errors import InspectorError
from inspector.project.catalog.samples import Counts
from inspector.project.changes import Changes
from inspector.project.project import Project
from inspector.project.review.group_members import Group
from inspector.project.review.groups import JudgedGroups
from inspector.store.samples import Sample

SIDE_NARROW_PX, SIDE_PX, SIDE_WIDE_PX, NARROW_PX, WIDE_PX = 320, 384, 464, 1000, 1300
_SIDE_SPACE_PX = 36


class GroupsPage(Page):
    """Lists proposals, judges pairs of them, accepts or dismisses them."""

    name = PageName.GROUPS
    words = "patient burst video session event together proposals pattern"
    icon = "groups"
    purpose = "Images that belong together: the same person, burst, video, patient or day"

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self._data = GroupsData()
        self._tab: GroupsTab | None = None
        self.notice = self._off = Notice("Review them")
        self._off.taken.connect(self._on_notice)
        self._thumbnails = Thumbnails(project.samples.thumbnail, self)
        self._tabs = SegmentedControl(TAB_NAMES, name="Where groups come from")
        self._tabs.chosen.connect(self._on_tab)
        self._input, self._empty = TabInput(), EmptyNote()
        self._input.pattern_typed.connect(self._on_pattern)
        self._input.gap_typed.connect(self._on_gap)
        self._proposals = ProposalList(self._thumbnails)
        self._proposals.chosen_changed.connect(self._on_chosen)
        self._proposals.decided.connect(self._on_decided)
        self._proposals.list_requested.connect(self._on_list)
        self._effects = EffectRequests(project, bridge, self)
        self._effects.answered.connect(self._on_effect)
        self._near = NearDuplicatesCard(self._thumbnails)
        self._near.opened.connect(self._on_group)
        self._near.keep_requested.connect(self._on_keep)
        self._accepted = AcceptedCard(self._thumbnails)
        self._accepted.list_requested.connect(self.show_list)
        self._effect, self._judge = EffectPanel(), JudgePanel(self._thumbnails)
        self._effect.list_requested.connect(self.show_list)
        self._judge.judged.connect(self._on_judged)
        self._judge.changed.connect(self._request)
        self._keys = [
            Key("same", "Y", "the two images belong to one group", self._judge.yes),
            Key("other", "N", "they do not belong to one group", self._judge.no),
            Key("skip", "S", "skip this pair", self._judge.skip),
            Key("together", "A", "keep the selected groups together", self._near.keep),
        ]
        self._shortcuts = bind(self, self._keys)
        self._lay_out()
        self._empty.show_text(
            "Looking for groups…", "Names, dates and near-duplicates are compared."
        )

    def key_table(self) -> Sequence[Key]:
        return self._keys

    def refresh(self, changes: Changes) -> None:
        """Query the proposals again, once the scan has ended."""
        if not (changes.groups or changes.duplicates or changes.decisions or changes.dataset):
            return
        if self.project.scans.is_complete():
            project = self.project
            self.bridge.call(lambda: read_groups(project), self._show, channel="groups")
        else:
            samples = self.project.samples
            self.bridge.call(samples.counts, self._show_scanning, channel="groups")

    def shown_text(self) -> str:
        count = len(self._data.groups)
        return f"{count:,} group{'s' * (count != 1)}"

    def close(self) -> bool:
        """End the decode threads as well."""
        self._thumbnails.shut_down()
        return super().close()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow, wide = self.width() < NARROW_PX, self.width() >= WIDE_PX
        self._side.setFixedWidth(SIDE_NARROW_PX if narrow else SIDE_WIDE_PX if wide else SIDE_PX)
        self._fit_side()

    def _fit_side(self) -> None:
        """Leave room for the pair to judge below what accepting would do."""
        spare = self._side.height() - self._judge.sizeHint().height() - _SIDE_SPACE_PX
        self._effect.fit(spare)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit_side()
        self._request()

    def _show_scanning(self, counts: Counts) -> None:
        done = 100 * counts.images // max(1, counts.images + counts.pending)
        self._empty.show_text(
            f"Reading images: {done} %", "Groups are proposed once every image is read."
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
            count = data.count_of(tab)
            if tab is not GroupsTab.PATTERN or count:
                self._tabs.show_count(tab, count)
        self._input.show_gap(data.gap_seconds)
        self.work_left.emit(data.undecided_count)
        self._accepted.show_groups(data.confirmed)
        if not same or not self._proposals.cards:
            self._show_tab(data.first_tab() if self._tab is None else self._tab)
        else:
            self._ask_effects()
        self.moved.emit()

    def _on_tab(self, tab: int) -> None:
        self._tab = GroupsTab(tab)
        self._show_tab(self._tab)

    def _show_tab(self, tab: GroupsTab) -> None:
        self._tabs.mark(tab)
        self._input.show_tab(tab)
        proposals = self._data.proposals_of(tab)
        self._proposals.show_proposals(proposals)
        is_list, groups = tab is GroupsTab.DUPLICATES, self._data.near_duplicates
        self._near.show_groups(groups)
        self._near.setVisible(is_list and bool(groups))
        self._empty.setVisible(not groups if is_list else not proposals)
        if not proposals:
            counts = {other: self._data.count_of(other) for other in GroupsTab if other is not tab}
            self._empty.show_tab(tab, counts)
        self._ask_effects()

    def _on_chosen(self) -> None:
        """Show the effect and the pairs of the chosen card at the right."""
        card = self._proposals.chosen
        if card is None:
            self._effect.show_none()
            self._judge.show_none()
            self._request()
            return
        self._show_effect(card)
        proposal, groups, splits = card.shown.proposal, self.project.groups, self.project.splits
        self.bridge.call(
            lambda: (groups.to_judge(proposal), groups.judged(proposal), splits.split_of()),
            self._take_pairs, channel="judge",
        )  # fmt: skip

    def _show_effect(self, card: ProposalCard) -> None:
        if card.has_answer:
            self._effect.show_effect(card.shown.title, card.effect)
        else:
            self._effect.show_computing(card.shown.title)

    def _on_effect(self, card: ProposalCard) -> None:
        if card is self._proposals.chosen:
            self._show_effect(card)

    def _ask_effects(self) -> None:
        """Compute what each card would do to the split, the chosen one first."""
        chosen = self._proposals.chosen
        self._effects.start(sorted(self._proposals.cards, key=lambda card: card is not chosen))
        if chosen is not None:
            self._effect.show_computing(chosen.shown.title)

    def _take_pairs(self, answer: tuple[list[JudgedPair], JudgedGroups, Mapping[int, str]]) -> None:
        pairs, so_far, splits = answer
        if self._proposals.chosen is not None:
            self._judge.show_pairs(pairs, so_far, splits)

    def _request(self) -> None:
        """Request the thumbnails of all cards; the pair to judge comes first."""
        if not self.isVisible():
            return
        if self._near.isVisible():
            self._near.request()
            return
        ids = self._judge.samples()
        for card in self._proposals.cards:
            ids += card.strip.samples()
        self._thumbnails.request([*ids, *self._accepted.strip.samples()])

    def _on_judged(self, pair: tuple[Sample, Sample, bool], same: bool) -> None:
        if (card := self._proposals.chosen) is not None:
            proposal, groups = card.shown.proposal, self.project.groups
            self.bridge.call(
                lambda: groups.judge(proposal, pair, same=same), self._judge.show_judged,
                writes=True,
            )  # fmt: skip

    def _on_decided(self, shown: ShownProposal, on: bool | None) -> None:
        groups, proposal = self.project.groups, shown.proposal.proposal
        # The card goes away: the page keeps the keyboard focus.
        self._area.setFocus()
        self.bridge.call(lambda: groups.use(proposal, on=on), writes=True)

    def _on_list(self, shown: ShownProposal) -> None:
        self.show_list(f"Images grouped by “{shown.title}”", shown.covered)

    def _on_focus_moved(self, card: ProposalCard) -> None:
        self._area.ensureWidgetVisible(card)

    def _on_notice(self) -> None:
        self.bridge.call(self.project.groups.acknowledge, writes=True)
        self.requested.emit(PageRequest(PageName.GROUPS))

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
        left.addWidget(self._input)
        left.addWidget(self._empty)
        left.addWidget(self._proposals)
        left.addWidget(self._near)
        left.addWidget(self._accepted)
        left.addStretch()
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 20)
        right.setSpacing(12)
        right.addWidget(self._effect)
        right.addWidget(self._judge)
        right.addStretch()
        column = QWidget()
        column.setLayout(right)
        # Beside the proposals, not below them: what is chosen is judged without scrolling.
        self._side = ColumnArea(column)
        self._side.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        cards = QWidget()
        left.setContentsMargins(24, 0, 0, 20)
        cards.setLayout(left)
        self._area = ColumnArea(cards)
        self._area.setObjectName("page-area")
        self._area.setAccessibleName("Groups")
        self._proposals.focus_moved.connect(self._on_focus_moved)
        self._area.setAccessibleDescription(self.purpose)
        body = QHBoxLayout()
        body.setContentsMargins(0, 0, 24, 0)
        body.setSpacing(12)
        body.addWidget(self._area, 1)
        body.addWidget(self._side)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 20, 0, 0)
        outer.setSpacing(12)
        outer.addLayout(self._head())
        outer.addLayout(body, 1)

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
        head.setContentsMargins(24, 0, 24, 0)
        head.setSpacing(16)
        head.addLayout(words, 1)
        head.addWidget(self._tabs, 0, Qt.AlignmentFlag.AlignBottom)
        return head
