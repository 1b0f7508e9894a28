"""A card per grouping proposal: images, evidence, effect, and buttons to decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import escape
from pathlib import PurePosixPath

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from inspector.app.threads.thumbnails import Thumbnails
from inspector.app.widgets import theme
from inspector.app.widgets.elided_label import ElidedLabel
from inspector.app.widgets.icons import icon
from inspector.app.widgets.share_bar import ShareBar
from inspector.app.widgets.thumbnail_strip import ThumbnailStrip
from inspector.project.review.grouping_proposals import GroupEvidence, GroupingProposal
from inspector.project.splits.group_effects import GroupEffect
from inspector.store.samples import Sample

TILE_PX, BAR_PX = 72, 160
SHOWN_GROUPS, SHOWN_IMAGES, MAX_OF_A_GROUP = 6, 24, 4
_CHIPS = {
    GroupEvidence.LOOKS_RIGHT: "ok",
    GroupEvidence.NOT_SURE: "plain",
    GroupEvidence.CHANCE: "problem",
}
_BARS = {
    GroupEvidence.LOOKS_RIGHT: "ok", GroupEvidence.NOT_SURE: "line-strong",
    GroupEvidence.CHANCE: "problem-fill",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShownProposal:
    """A proposal with some of its images.

    Attributes:
        groups: Member ids of a few groups.
        covered: Ids of all grouped images.
        sample: One member, whose name shows what the rule reads; None without groups.
        key: The group of that member.
    """

    proposal: GroupingProposal
    groups: tuple[tuple[int, ...], ...]
    covered: tuple[int, ...]
    sample: Sample | None
    key: str

    @property
    def title(self) -> str:
        """The rule as a heading."""
        rule = self.proposal.proposal.rule
        return f"{rule[:1].upper()}{rule[1:]}"


def shown_proposal(proposal: GroupingProposal, images: Sequence[Sample]) -> ShownProposal:
    """Choose the images of a card: a few each of large groups, but not of the very largest."""
    groups = sorted(proposal.proposal.groups.items(), key=lambda item: -len(item[1]))
    middle = groups[len(groups) // 8 :] or groups
    few = tuple(
        tuple(images[i].id for i in members[:MAX_OF_A_GROUP])
        for _, members in middle[:SHOWN_GROUPS]
    )
    covered = tuple(images[i].id for _, members in groups for i in members)
    key, positions = middle[0] if middle else ("", [])
    return ShownProposal(proposal, few, covered, images[positions[0]] if positions else None, key)


def marked_name(path: str, key: str) -> str:
    """Return a file name as rich text, with the part that matches the group's key in bold."""
    name, tail = PurePosixPath(path).name, key.rpartition("/")[2]
    match = SequenceMatcher(None, name, tail, autojunk=False).find_longest_match()
    if match.size < 2:
        return escape(name)
    before, part, after = (
        escape(text) for text in
        (name[: match.a], name[match.a : match.a + match.size], name[match.a + match.size :])
    )  # fmt: skip
    colour = theme.colour("accent-text").name()
    return f"{before}<b style='color:{colour}'>{part}</b>{after}"


def effect_text(effect: GroupEffect) -> tuple[str, str]:
    """Return the effect on the split, and its harmful part; "" for nothing harmful."""
    if not effect.moved:
        return "Moves no image", ""
    count = len(effect.moved)
    names = dict.fromkeys(name for name, _ in effect.balance)
    changes = [
        (name, *effect.sizes(name)) for name in names if name != "training"
    ]  # fmt: skip
    plain: list[str] = []
    hurting: list[str] = []
    for name, before, after in changes:
        line = f"{name} {before:,} → {after:,}" if before != after else f"{name} stays {after:,}"
        (hurting if effect.split_hurts(name) else plain).append(line)
    head = f"Moves {count:,} image{'s' * (count != 1)}"
    return "; ".join([head, *plain]), "; ".join(hurting)


class ProposalCard(QFrame):
    """Shows one undecided proposal.

    Attributes:
        chosen: The user selected the card.
        accept_requested: The user accepts the proposal.
        dismiss_requested: The user dismisses the proposal.
        list_requested: The user wants to see all of its images.
        step_requested: Select the next card (1) or the previous one (-1).
        has_answer: Whether the effect is known.
    """

    chosen = Signal(object)
    step_requested = Signal(int)
    accept_requested = Signal(object)
    dismiss_requested = Signal(object)
    list_requested = Signal(object)

    def __init__(self, shown: ShownProposal, thumbnails: Thumbnails) -> None:
        super().__init__()
        self.shown = shown
        self.effect: GroupEffect | None = None
        self.has_answer = False
        proposal = shown.proposal
        self.setObjectName("group-card")
        self.setAccessibleName(shown.title)
        self.setAccessibleDescription(f"{proposal.evidence.value}. {proposal.text}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.strip = ThumbnailStrip(thumbnails, tile_px=TILE_PX, name=f"Images of {shown.title}")
        self.strip.show_groups(shown.groups)
        self.strip.clicked.connect(lambda _: self.chosen.emit(self))
        self._price, self._hurt = QLabel(), ElidedLabel(least_px=0)
        self._price.setObjectName("group-price")
        self._hurt.setProperty("role", "price-problem")
        self._bar = QLabel()
        self._bar.setProperty("role", "bar")
        self._bar.setFixedSize(200, 12)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(10)
        column.addLayout(self._head())
        column.addLayout(self._images())
        column.addLayout(self._evidence())
        line = QFrame()
        line.setObjectName("line")
        line.setFixedHeight(1)
        column.addWidget(line)
        column.addLayout(self._actions())
        self.show_computing()

    def show_chosen(self, on: bool) -> None:
        """Mark the card as the selected one."""
        self.setProperty("chosen", on)
        self.style().unpolish(self)
        self.style().polish(self)

    def show_computing(self) -> None:
        """Show that the effect is being computed."""
        self.effect, self.has_answer = None, False
        self._price.clear()
        self._hurt.show_text("")
        self._bar.setVisible(True)

    def show_effect(self, effect: GroupEffect | None) -> None:
        """Show the effect of accepting it; None if there is no split yet."""
        self.effect, self.has_answer = effect, True
        self._bar.setVisible(False)
        if effect is None:
            self._price.setText("No split yet: it takes effect once you split by group.")
            return
        plain, hurting = effect_text(effect)
        self._price.setText(f"{plain};" if hurting else plain)
        self._hurt.show_text(hurting)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus()
        super().mousePressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.chosen.emit(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.accept_requested.emit(self)
            case Qt.Key.Key_Delete:
                self.dismiss_requested.emit(self)
            case Qt.Key.Key_Down | Qt.Key.Key_Up:
                self.step_requested.emit(1 if event.key() == Qt.Key.Key_Down else -1)
            case Qt.Key.Key_Space:
                self.list_requested.emit(self)
            case _:
                super().keyPressEvent(event)

    def _head(self) -> QHBoxLayout:
        title = ElidedLabel(self.shown.title)
        title.setProperty("role", "title-2")
        evidence = self.shown.proposal.evidence
        chip = QLabel(f"{evidence.value[:1].upper()}{evidence.value[1:]}")
        chip.setProperty("chip", _CHIPS[evidence])
        chip.setToolTip(self.shown.proposal.text)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(title)
        if self.shown.sample is not None:
            example = QLabel(marked_name(self.shown.sample.path, self.shown.key))
            example.setTextFormat(Qt.TextFormat.RichText)
            example.setProperty("role", "mono")
            example.setToolTip(self.shown.sample.path)
            row.addWidget(example)
        row.addStretch()
        row.addWidget(chip)
        return row

    def _images(self) -> QHBoxLayout:
        everything = QPushButton(f"All {len(self.shown.covered):,}")
        everything.setProperty("role", "link")
        everything.setToolTip("Show every image that this rule groups (Space)")
        everything.clicked.connect(lambda: self.list_requested.emit(self))
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.strip, 1)
        row.addWidget(everything)
        return row

    def _evidence(self) -> QHBoxLayout:
        proposal = self.shown.proposal
        bar = ShareBar("Pairs that look alike", width_px=BAR_PX)
        bar.show_share(
            proposal.agreement.share, _BARS[proposal.evidence], tick=proposal.agreement.by_chance
        )
        low, high = proposal.interval
        colour = {"ok": "ok", "problem": "problem"}.get(_CHIPS[proposal.evidence], "text")
        figure = f"{100 * proposal.agreement.share:.0f} %"
        share = QLabel(
            f"<b style='color:{theme.colour(colour).name()}'>{figure}</b>"
            f" of its pairs look alike, {100 * proposal.agreement.by_chance:.0f} % by chance"
        )
        share.setTextFormat(Qt.TextFormat.RichText)
        share.setToolTip(
            f"95 % CI {100 * low:.0f} to {100 * high:.0f} %, from"
            f" {proposal.agreement.pairs:,} pairs. {proposal.text}"
        )
        sizes = ElidedLabel(f"{proposal.count:,} groups · largest {proposal.largest:,}", least_px=0)
        sizes.setProperty("role", "muted")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(bar)
        row.addWidget(share)
        row.addStretch()
        row.addWidget(sizes)
        return row

    def _actions(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._bar)
        row.addWidget(self._price)
        row.addWidget(self._hurt, 1)
        right = self.shown.proposal.evidence is GroupEvidence.LOOKS_RIGHT
        accept = QPushButton("Accept" if right else "Accept anyway…")
        accept.setToolTip("Its images must stay in one split (Enter)")
        if right:
            accept.setProperty("role", "primary")
            accept.setIcon(icon("check", "on-accent"))
        dismiss = QPushButton("Not a group")
        dismiss.setToolTip("Do not propose it again (Delete); it can be undone")
        accept.clicked.connect(lambda: self.accept_requested.emit(self))
        dismiss.clicked.connect(lambda: self.dismiss_requested.emit(self))
        for button in (dismiss, accept) if right else (accept, dismiss):
            button.setProperty("small", True)
            button.setAccessibleDescription(self.shown.title)
            row.addWidget(button)
        return row


def is_sure(card: ProposalCard, parent: QWidget) -> bool:
    """Ask whether to accept a proposal against its evidence, and show the effect."""
    box = QMessageBox(parent)
    box.setText(f"Accept “{card.shown.title}”?")
    effect = "It takes effect once you split by group."
    if card.effect is not None:
        effect = "; ".join(part for part in effect_text(card.effect) if part) + "."
    box.setInformativeText(f"{card.shown.proposal.text} {effect}")
    yes = box.addButton("Accept anyway", QMessageBox.ButtonRole.AcceptRole)
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
    box.exec()
    return box.clickedButton() is yes
