"""Overview: what was found, the worst first; each number opens its list."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from inspector.app.overview.clean_up_dialog import CleanUpDialog
from inspector.app.overview.finding_card import STRIP, CardAction, FindingCard
from inspector.app.overview.shift_card import ShiftCard
from inspector.app.overview.verdict_panel import VerdictPanel
from inspector.app.threads.bridge import Bridge
from inspector.app.threads.images import from_jpeg
from inspector.app.widgets.page import Page, PageAction, PageName, PageRequest
from inspector.project.changes import Changes
from inspector.project.diagnosis.findings import Overview
from inspector.project.project import Project

_WAITING = (
    "Findings come once every image is read and compared: a figure never changes under your eyes."
    " Meanwhile, look around in the Gallery. F5 goes on with a scan that was stopped."
)


_PAGES = {
    "clusters": PageRequest(PageName.DUPLICATES), "labels": PageRequest(PageName.LABELS),
    "splits": PageRequest(PageName.SPLITS),
    "rule": PageRequest(PageName.DUPLICATES, PageAction.KEEP_BY_RULE),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class OverviewData:
    """The findings, and the pictures of each card's strip by its code."""

    overview: Overview
    pictures: dict[str, list[tuple[str, QImage]]]


class OverviewPage(Page):
    """Show the counts while the scan runs, then a card a finding."""

    name = PageName.OVERVIEW
    icon = "overview"
    words = "findings answer verdict diagnosis gap leakage leak accuracy clean up"
    purpose = "What was found in this dataset, the worst first"
    hint = (
        "Begin here: state your two accuracies, or paste the code that loads your"
        " data. Every number opens its list."
    )

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self._head = QLabel(project.name)
        self._head.setProperty("role", "title")
        self._summary = QLabel("Reading the names…")
        self._summary.setWordWrap(True)
        self.verdict = VerdictPanel(project, bridge, self.jobs)
        self.verdict.fix_asked.connect(self.show_clean_up)
        self.verdict.code_asked.connect(
            lambda: self.asked.emit(PageRequest(PageName.SPLITS, PageAction.PASTE_CODE))
        )
        self.differences = ShiftCard(project, bridge)
        self.differences.asked.connect(self.show_list)
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
        area.setAccessibleName("Overview")
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

    def show_clean_up(self) -> None:
        """Show what a clean-up would do."""
        dialog = CleanUpDialog(self.project, self.bridge, self.jobs, self)
        dialog.labels_asked.connect(lambda: self.asked.emit(PageRequest(PageName.LABELS)))
        dialog.open()

    def _on_wish(self, wish: CardAction) -> None:
        finding = wish.finding
        opens = finding.opens if wish.action else finding.see
        if opens in _PAGES:
            self.asked.emit(_PAGES[opens])
        elif opens:
            self.show_list(finding.title, finding.samples)
        else:
            self.bridge.call(lambda: self.project.findings.act(finding), writes=True)

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
            card.asked.connect(self._on_wish)
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
