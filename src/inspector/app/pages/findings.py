"""Findings: what was found, the worst first; each number opens its list."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from inspector.app.bridge import Bridge
from inspector.app.differences_card import DifferencesCard
from inspector.app.pages.page import Page
from inspector.app.verdict_panel import VerdictPanel
from inspector.project.changes import Changes
from inspector.project.findings import Finding, Overview
from inspector.project.project import Project


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asked for on a card: where to look, or which action to take."""

    finding: Finding
    action: bool


class FindingsPage(Page):
    """Show the counts while the scan runs, then a card a finding.

    Attributes:
        asked: A `Wish`: See or the one action of a card.
        listed: A title and sample ids to list in the gallery.
    """

    title = "Findings"
    icon = "findings"
    purpose = "What was found in this dataset, the worst first"
    asked = Signal(object)
    listed = Signal(str, object)

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self._head = QLabel(project.name)
        self._head.setProperty("role", "title")
        self._summary = QLabel("Reading the names…")
        self._summary.setWordWrap(True)
        self.verdict = VerdictPanel(project, bridge)
        self.differences = DifferencesCard(project, bridge)
        self.differences.asked.connect(self.listed)
        self._urgent, self._cards = QVBoxLayout(), QVBoxLayout()
        for cards in (self._urgent, self._cards):
            cards.setSpacing(8)
        column = QVBoxLayout()
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(self._head)
        column.addWidget(self._summary)
        column.addWidget(self.verdict)
        column.addLayout(self._urgent)
        column.addWidget(self.differences)
        column.addLayout(self._cards)
        column.addStretch()
        inner = QWidget()
        inner.setLayout(column)
        inner.setMaximumWidth(980)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(inner)
        # Keys such as Ctrl+Z go to the window, not into the first field of the page.
        area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFocusProxy(area)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    def refresh(self, changes: Changes) -> None:
        """Ask for the counts and findings again."""
        del changes
        self.bridge.call(self.project.findings.overview, self._show, channel="findings")

    def _show(self, overview: Overview) -> None:
        self._summary.setText(overview.summary)
        self.verdict.refresh(complete=overview.complete)
        if overview.complete:
            self.differences.refresh()
        for cards in (self._urgent, self._cards):
            _clear(cards)
        for finding in overview.findings:
            cards = self._urgent if finding.severity == "high" else self._cards
            cards.addWidget(self._card(finding))
        if overview.checked:
            note = QLabel(overview.checked)
            note.setProperty("role", "muted")
            note.setWordWrap(True)
            self._cards.addWidget(note)

    def _card(self, finding: Finding) -> QWidget:
        card = QFrame()
        card.setObjectName("card")
        card.setProperty("severity", finding.severity)
        count = QLabel(f"{finding.count:,}")
        count.setProperty("role", "number")
        count.setMinimumWidth(72)
        count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        title = QLabel(finding.title)
        title.setProperty("role", "heading")
        title.setWordWrap(True)
        text = QLabel(finding.text)
        text.setWordWrap(True)
        text.setProperty("role", "muted")
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(title)
        words.addWidget(text)
        row = QHBoxLayout(card)
        row.setContentsMargins(16, 12, 16, 12)
        row.setSpacing(16)
        row.addWidget(count)
        row.addLayout(words, 1)
        for label, action in _buttons(finding):
            button = QPushButton(label)
            button.setAccessibleDescription(finding.title)
            button.setProperty("wish", Wish(finding, action))
            button.clicked.connect(self._on_asked)
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        return card

    def _on_asked(self) -> None:
        self.asked.emit(self.sender().property("wish"))


def _buttons(finding: Finding) -> Sequence[tuple[str, bool]]:
    see = [("See", False)] if finding.see else []
    return [*see, *([(finding.action, True)] if finding.action else [])]


def _clear(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.deleteLater()
