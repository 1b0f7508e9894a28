"""Findings: what was found, the worst first; each number opens its list."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from inspector.app.overview.finding_card import STRIP, FindingCard
from inspector.app.overview.shift_card import ShiftCard
from inspector.app.overview.verdict_panel import VerdictPanel
from inspector.app.threads.bridge import Bridge
from inspector.app.threads.images import from_jpeg
from inspector.app.widgets.page import Page
from inspector.project.changes import Changes
from inspector.project.diagnosis.findings import Overview
from inspector.project.project import Project

_WAITING = (
    "Findings come once every picture is read and compared: a figure never changes under your eyes."
    " Meanwhile, look around in the Gallery. F5 goes on with a scan that was stopped."
)


@dataclass(frozen=True, slots=True)
class OverviewData:
    """The findings, and the pictures of each card's strip by its code."""

    overview: Overview
    pictures: dict[str, list[tuple[str, QImage]]]


class OverviewPage(Page):
    """Show the counts while the scan runs, then a card a finding.

    Attributes:
        asked: A `Wish`: See or the one action of a card.
        listed: A title and sample ids to list in the gallery.
    """

    title = "Findings"
    icon = "findings"
    purpose = "What was found in this dataset, the worst first"
    hint = (
        "Begin here: state your two accuracies, or paste the code that loads your"
        " data. Every number opens its list."
    )
    asked = Signal(object)
    listed = Signal(str, object)

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self._head = QLabel(project.name)
        self._head.setProperty("role", "title")
        self._summary = QLabel("Reading the names…")
        self._summary.setWordWrap(True)
        self.verdict = VerdictPanel(project, bridge)
        self.differences = ShiftCard(project, bridge)
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
        area.setAccessibleName("Findings")
        area.setAccessibleDescription(self.purpose)
        # Keys such as Ctrl+Z go to the window, not into the first field of the page.
        area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFocusProxy(area)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    def refresh(self, changes: Changes) -> None:
        """Ask for the counts and findings again."""
        if changes.dataset:
            self.bridge.call(self._read, self._show, channel="findings")

    def _show(self, shown: OverviewData) -> None:
        overview = shown.overview
        self._summary.setText(overview.summary)
        self.verdict.refresh(complete=overview.complete)
        if overview.complete:
            self.differences.refresh()
        for cards in (self._urgent, self._cards):
            _clear(cards)
        for finding in overview.findings:
            cards = self._urgent if finding.severity == "high" else self._cards
            card = FindingCard(finding, shown.pictures.get(finding.code, ()))
            card.asked.connect(self.asked)
            cards.addWidget(card)
        note = QLabel(overview.checked if overview.complete else _WAITING)
        note.setProperty("role", "muted")
        note.setWordWrap(True)
        self._cards.addWidget(note)

    def _read(self) -> OverviewData:
        overview = self.project.findings.overview()
        pictures = {}
        for finding in overview.findings:
            # Files without a picture are passed over, up to a few strips' length.
            ids = finding.samples[: 4 * STRIP]
            found: list[tuple[str, QImage]] = []
            for sample in self.project.samples.by_ids(ids):
                image = from_jpeg(self.project.samples.thumbnail(sample.id))
                if not image.isNull() and len(found) < STRIP:
                    found.append((sample.path, image))
            pictures[finding.code] = found
        return OverviewData(overview, pictures)


def _clear(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.deleteLater()
