"""Groups: what belongs together, by which rule, and how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidgetItem,
    QVBoxLayout,
)

from inspector.app.threads.bridge import Bridge
from inspector.app.threads.images import from_jpeg
from inspector.app.widgets.keys import bind
from inspector.app.widgets.notice_bar import Notice
from inspector.app.widgets.page import Key, Page, PageName, PageRequest
from inspector.app.widgets.tables import table
from inspector.project.changes import Changes
from inspector.project.project import Project
from inspector.project.review.grouping_proposals import GroupingProposal
from inspector.project.review.groups import GAP_SECONDS, Group, JudgedGroups
from inspector.store.samples import Sample

PICTURE_PX = 168
_Pair = tuple[Sample, Sample, bool]
_OFFER_HEADS = ("enabled", "from", "rule", "groups", "images", "largest", "several classes",
                "evidence")  # fmt: skip
_GROUP_HEADS = ("group", "from", "images", "splits", "classes")


@dataclass(frozen=True, slots=True)
class GroupsData:
    """What the page shows."""

    offers: tuple[GroupingProposal, ...]
    groups: tuple[Group, ...]
    off: tuple[GroupingProposal, ...]


class GroupsPage(Page):
    """Look at proposals, judge them, enable them."""

    name = PageName.GROUPS
    words = "patient burst video session event together proposals pattern"
    icon = "groups"
    purpose = "What belongs together: the same person, burst, video, patient or day"

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self._shown = GroupsData((), (), ())
        self.notice = self._off = Notice("Look at them")
        self._off.taken.connect(self._on_notice)
        self._pairs: list[_Pair] = []
        self._offers = table(_OFFER_HEADS, name="Proposals", wide=(2,))
        self._groups = table(_GROUP_HEADS, name="Groups", wide=(0,))
        # Where a path is too long, its end is what tells it apart: the file's name.
        self._groups.setTextElideMode(Qt.TextElideMode.ElideLeft)
        self._offers.itemChanged.connect(self._on_checked)
        self._offers.currentCellChanged.connect(self._on_offer)
        self._groups.cellActivated.connect(self._on_group)
        self._pattern = QLineEdit()
        self._pattern.setPlaceholderText(r"a pattern on the path, such as (patient_\d+)")
        self._pattern.returnPressed.connect(self._on_pattern)
        self._pattern.setAccessibleName("Pattern on the path")
        self._gap = QDoubleSpinBox()
        self._gap.setRange(0.1, 86_400)
        self._gap.setValue(GAP_SECONDS)
        self._gap.setSuffix(" s")
        self._gap.setAccessibleName("Gap between two bursts, in seconds of EXIF time")
        self._gap.editingFinished.connect(self._on_gap)
        self._question, self._score = QLabel(), QLabel()
        self._score.setObjectName("groups-precision")
        self._question.setProperty("role", "heading")
        self._score.setProperty("role", "muted")
        self._one, self._two = _picture(), _picture()
        self._yes, self._no = QPushButton("Same group  [Y]"), QPushButton("Not the same  [N]")
        self._skip = QPushButton("Skip  [S]")
        self._confirm = QPushButton("Keep together  [A]")
        self._keys = [
            Key("same", "Y", "the pair belongs to one group", self._on_yes),
            Key("other", "N", "the pair does not", self._on_no),
            Key("skip", "S", "skip this pair", self._on_skip),
            Key("together", "A", "keep the selected groups together", self._on_confirm),
        ]
        self._shortcuts = bind(self, self._keys)
        self._lay_out()

    def key_table(self) -> Sequence[Key]:
        """Return the keys of this page."""
        return self._keys

    def refresh(self, changes: Changes) -> None:
        """Ask for the proposals again, once the scan is done."""
        wanted = changes.groups or changes.duplicates or changes.decisions or changes.layout
        if wanted and self.project.scans.is_complete():
            groups = self.project.groups
            self.bridge.call(
                lambda: GroupsData(
                    tuple(groups.offers()), tuple(groups.groups()), tuple(groups.switched_off())
                ),
                self._show, channel="groups",
            )  # fmt: skip

    def shown_text(self) -> str:
        """Say how many groups are listed."""
        count = len(self._shown.groups)
        return f"{count:,} group{'s' * (count != 1)}"

    def _show(self, shown: GroupsData) -> None:
        self._shown = shown
        if shown.off:
            rules = ", ".join(f"“{o.proposal.rule}”" for o in shown.off)
            self._off.offer(
                "An earlier version may have grouped images without asking. Off until you accept"
                f" them: {rules}."
            )
        self._offers.blockSignals(True)
        row_before = max(0, self._offers.currentRow())
        self._offers.setRowCount(len(shown.offers))
        for row, offer in enumerate(shown.offers):
            self._show_offer(row, offer)
        self._offers.blockSignals(False)
        self._offers.setFixedHeight(40 + 31 * max(1, min(5, len(shown.offers))))
        self._groups.setRowCount(len(shown.groups))
        for row, group in enumerate(shown.groups):
            texts = (
                group.members[0].path, group.provenance.value, f"{len(group.members):,}",
                ", ".join(s for s in group.splits if s), ", ".join(group.labels),
            )  # fmt: skip
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self._groups.setItem(row, column, item)
        if shown.offers:
            self._offers.setCurrentCell(min(row_before, len(shown.offers) - 1), 2)
            self._on_offer()
        else:
            self._question.setText("Neither names nor EXIF times suggest groups.")
            self._score.setText(
                "Give a pattern on the path, or keep near-duplicates together on their page."
            )
        for widget in (self._one, self._two, self._yes, self._no, self._skip):
            widget.setVisible(bool(shown.offers))

    def _show_offer(self, row: int, offer: GroupingProposal) -> None:
        check = QTableWidgetItem()
        check.setFlags(Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsEnabled)
        check.setCheckState(Qt.CheckState.Checked if offer.enabled else Qt.CheckState.Unchecked)
        self._offers.setItem(row, 0, check)
        proposal = offer.proposal
        giant = " (giant)" if offer.largest > 0.2 * max(1, len(proposal.keys)) else ""
        texts = (
            proposal.provenance.value, proposal.rule, f"{offer.count:,}", f"{offer.covered:,}",
            f"{offer.largest:,}{giant}", f"{offer.spanning:,}", offer.evidence.value,
        )  # fmt: skip
        for column, text in enumerate(texts, start=1):
            item = QTableWidgetItem(text)
            item.setToolTip(offer.text if column == 7 else text)
            self._offers.setItem(row, column, item)

    def _offer(self) -> GroupingProposal | None:
        row = self._offers.currentRow()
        return self._shown.offers[row] if 0 <= row < len(self._shown.offers) else None

    def _on_offer(self, *_: object) -> None:
        offer = self._offer()
        if offer is None:
            return
        groups = self.project.groups
        self.bridge.call(
            lambda: (groups.to_judge(offer), groups.judged(offer)), self._take_pairs,
            channel="judge",
        )  # fmt: skip

    def _take_pairs(self, answer: tuple[list[_Pair], JudgedGroups]) -> None:
        self._pairs, judged = answer
        self._show_judged(judged)
        self._show_pair()

    def _show_pair(self) -> None:
        for button in (self._yes, self._no, self._skip):
            button.setEnabled(bool(self._pairs))
        if not self._pairs:
            self._question.setText("No pair is left to judge.")
            self._one.clear()
            self._two.clear()
            return
        one, two, held = self._pairs[0]
        side = "held together" if held else "held apart"
        self._question.setText(
            f"Do these two images belong to the same group? This rule has them {side}."
        )
        for label, sample in ((self._one, one), (self._two, two)):
            pixmap = QPixmap.fromImage(from_jpeg(self.project.samples.thumbnail(sample.id)))
            label.setPixmap(pixmap.scaled(
                PICTURE_PX, PICTURE_PX, Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            ))  # fmt: skip
            label.setToolTip(sample.path)
            label.setAccessibleName(sample.path)

    def _show_judged(self, judged: JudgedGroups) -> None:
        parts = []
        if judged.precision is not None:
            parts.append(
                f"{judged.precision:.0%} of {judged.held} pairs held together are one group"
                f" (95 %: {judged.low:.0%} to {judged.high:.0%})"
            )
        if judged.missed is not None:
            parts.append(f"{judged.missed:.0%} of {judged.across} pairs held apart are one too")
        offer = self._offer()
        evidence = f"{offer.evidence.value.capitalize()}. {offer.text} " if offer else ""
        judged_text = "; ".join(parts) or "Judge some pairs to see how right the rule is."
        self._score.setText(f"{evidence}{judged_text}")

    def _judge(self, same: bool) -> None:
        offer = self._offer()
        if offer is None or not self._pairs:
            return
        pair = self._pairs.pop(0)
        self.bridge.call(
            lambda: self.project.groups.judge(offer, pair, same=same),
            self._show_judged,
            writes=True,
        )
        self._show_pair()

    def _on_yes(self) -> None:
        self._judge(True)

    def _on_no(self) -> None:
        self._judge(False)

    def _on_skip(self) -> None:
        if self._pairs:
            self._pairs.append(self._pairs.pop(0))
            self._show_pair()

    def _on_checked(self, item: QTableWidgetItem) -> None:
        if item.column() == 0:
            offer = self._shown.offers[item.row()]
            on = item.checkState() is Qt.CheckState.Checked
            self.bridge.call(lambda: self.project.groups.use(offer.proposal, on=on))

    def _on_notice(self) -> None:
        self.bridge.call(self.project.groups.acknowledge, writes=True)
        self.asked.emit(PageRequest(PageName.GROUPS))

    def _on_pattern(self) -> None:
        text = self._pattern.text().strip()
        if text:
            self.bridge.call(lambda: self.project.groups.add_pattern(text))

    def _on_gap(self) -> None:
        seconds = self._gap.value()
        self.bridge.call(lambda: self.project.groups.set_gap(seconds), channel="gap", writes=True)

    def _on_group(self, row: int, _: int) -> None:
        group = self._shown.groups[row]
        title = f"{len(group.members)} images that may belong together"
        self.show_list(title, tuple(m.id for m in group.members))

    def _on_confirm(self) -> None:
        rows = {index.row() for index in self._groups.selectedIndexes()}
        ids = [self._shown.groups[row].id for row in sorted(rows)]
        if ids:
            self.bridge.call(lambda: self.project.groups.confirm(ids), writes=True)

    def _lay_out(self) -> None:
        self._groups.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        for button, slot in (
            (self._yes, self._on_yes), (self._no, self._on_no), (self._skip, self._on_skip),
            (self._confirm, self._on_confirm),
        ):  # fmt: skip
            button.clicked.connect(slot)
        rules = QHBoxLayout()
        rules.addWidget(self._pattern, 1)
        rules.addWidget(QLabel("EXIF gap"))
        rules.addWidget(self._gap)
        buttons = QHBoxLayout()
        for button in (self._yes, self._no, self._skip):
            buttons.addWidget(button)
        pictures = QHBoxLayout()
        pictures.addWidget(self._one)
        pictures.addWidget(self._two)
        judge = QFrame()
        judge.setObjectName("card")
        column = QVBoxLayout(judge)
        column.setContentsMargins(16, 12, 16, 12)
        self._question.setWordWrap(True)
        self._score.setWordWrap(True)
        column.addWidget(self._question)
        column.addLayout(pictures)
        column.addLayout(buttons)
        column.addWidget(self._score)
        column.addStretch()
        judge.setFixedWidth(400)
        note = QLabel(
            "Near-duplicates are kept together. Other groups count once you tick them: a group in"
            " training and in validation is leakage, and a split by group never divides one."
        )
        note.setProperty("role", "muted")
        note.setWordWrap(True)
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addWidget(note)
        left.addLayout(rules)
        left.addWidget(self._offers)
        left.addWidget(self._groups, 1)
        left.addWidget(self._confirm, 0, Qt.AlignmentFlag.AlignLeft)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(16, 12, 16, 12)
        outer.setSpacing(16)
        outer.addLayout(left, 1)
        outer.addWidget(judge)


def _picture() -> QLabel:
    label = QLabel()
    label.setFixedSize(PICTURE_PX, PICTURE_PX)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return label
