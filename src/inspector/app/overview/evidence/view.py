"""The evidence as a page: sections, with a table of contents at the left."""

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from inspector.app.overview.evidence import sections
from inspector.app.overview.shift_card import ShiftCard
from inspector.app.overview.verdict_panel import VerdictPanel
from inspector.app.threads.bridge import Bridge
from inspector.app.threads.thumbnails import Thumbnails
from inspector.app.widgets.column_area import ColumnArea
from inspector.app.widgets.icons import icon
from inspector.app.widgets.thumbnail_strip import ThumbnailStrip
from inspector.project.diagnosis.evidence import Evidence
from inspector.project.project import Project

SECTIONS = ("Components", "Controls", "Classes", "Shortcuts", "Properties", "Not measured")
_CONTENTS_PX, _TWO_COLUMNS_PX = 136, 1000


class EvidenceView(QWidget):
    """Shows the evidence.

    Attributes:
        back_requested: The user returns to Overview.
        list_requested: A title and sample ids to list in the gallery.
        report_requested: The user wants to write the report.

    Args:
        project: The open project, after its scan.
        bridge: Reads the evidence off the GUI thread.
        panel: The user's accuracies and the Measure button; its widgets are placed on this page.
    """

    back_requested = Signal()
    list_requested = Signal(str, object)
    report_requested = Signal()

    def __init__(self, project: Project, bridge: Bridge, panel: VerdictPanel) -> None:
        super().__init__()
        self._project, self._bridge, self._panel = project, bridge, panel
        self._evidence: Evidence | None = None
        self._shown: list[tuple[int, QWidget]] = []
        self._two = True
        self._thumbnails = Thumbnails(project.samples.thumbnail, self)
        self._headline, self._detail = QLabel("Reading the evidence…"), QLabel()
        self._headline.setObjectName("evidence-headline")
        self._headline.setProperty("role", "title")
        self._detail.setProperty("role", "muted")
        self._differences = ShiftCard(project, bridge)
        self._differences.requested.connect(self.list_requested)
        self._buttons = QButtonGroup(self)
        self._area = ColumnArea()
        self._lay_out()
        panel.updated.connect(self.refresh)

    def refresh(self) -> None:
        """Read the evidence again if the page is visible."""
        if self.isVisible():
            self._bridge.call(self._project.evidence.read, self._show, channel="evidence")

    def shut_down(self) -> None:
        """End the decode threads."""
        self._thumbnails.shut_down()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()
        self._area.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        two = self.width() >= _TWO_COLUMNS_PX
        if two != self._two:
            self._two = two
            self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text() in tuple("123456"):
            self.go_to(int(event.text()) - 1)
        elif event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Backspace):
            self.back_requested.emit()
        else:
            super().keyPressEvent(event)

    def go_to(self, section: int) -> None:
        """Scroll to a section."""
        widget = next((w for number, w in self._shown if number == section), None)
        if widget is not None:
            self._area.verticalScrollBar().setValue(
                widget.mapTo(self._inner, widget.rect().topLeft()).y()
            )
            self._buttons.button(section).setChecked(True)

    def _show(self, evidence: Evidence) -> None:
        if evidence == self._evidence:
            return
        self._evidence = evidence
        headline, detail = sections.headline(evidence)
        self._headline.setText(headline)
        self._detail.setText(detail)
        scroll_px = self._area.verticalScrollBar().value()
        self._build(evidence)
        self._area.verticalScrollBar().setValue(scroll_px)
        ids = [
            i for _, w in self._shown for s in w.findChildren(ThumbnailStrip) for i in s.samples()
        ]
        self._thumbnails.request(ids)

    def _build(self, evidence: Evidence) -> None:
        keep = (self._differences, self._panel)
        for _, widget in self._shown:
            self._grid.removeWidget(widget)
            if widget not in keep:
                widget.hide()
                widget.deleteLater()
        strips = self._thumbnails
        self._differences.refresh()
        candidates: list[tuple[int, QWidget | None]] = [
            (0, sections.components(evidence)),
            (1, sections.controls(evidence)),
            (2, sections.classes(evidence, strips, self.list_requested.emit)),
            (3, sections.shortcut(evidence)),
            (3, sections.shortcut_examples(evidence, strips)),
            (4, sections.no_shift(evidence) or self._differences),
            (5, sections.not_measured(evidence)),
            (5, self._panel),
            (5, sections.details(evidence)),
        ]
        self._shown = [(number, one) for number, one in candidates if one is not None]
        self._arrange()

    def _arrange(self) -> None:
        """Let wide sections span both columns, and put the others side by side if they fit."""
        row, column = 0, 0
        halves = [n for n, (number, _) in enumerate(self._shown) if number in (1, 2, 3)]
        for position, (_, widget) in enumerate(self._shown):
            half = self._two and position in halves
            alone = half and column == 0 and position + 1 not in halves
            if not half or alone:
                row += column
                column = 0
                self._grid.addWidget(widget, row, 0, 1, 2)
                row += 1
            else:
                self._grid.addWidget(widget, row, column)
                row, column = (row + 1, 0) if column else (row, 1)
            widget.setVisible(True)
        if self._evidence is not None and self._evidence.differences is None:
            self._differences.setVisible(False)

    def _on_scrolled(self, value: int) -> None:
        passed = [
            number for number, widget in self._shown
            if self._top(widget) <= value + 40
        ]  # fmt: skip
        if passed and (button := self._buttons.button(max(passed))) is not None:
            button.setChecked(True)

    def _top(self, widget: QWidget) -> int:
        return widget.mapTo(self._inner, QPoint(0, 0)).y()

    def _lay_out(self) -> None:
        report = QPushButton("Write report…")
        report.setIcon(icon("export"))
        report.clicked.connect(self.report_requested)
        words = QVBoxLayout()
        words.setSpacing(4)
        for label in (self._headline, self._detail, self._panel.verdict_label):
            label.setWordWrap(True)
            words.addWidget(label)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addLayout(words, 1)
        for button in (self._panel.run_button, report):
            head.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self._inner = QWidget()
        self._grid = QGridLayout(self._inner)
        self._grid.setContentsMargins(0, 0, 0, 20)
        self._grid.setSpacing(12)
        for side in (0, 1):
            self._grid.setColumnStretch(side, 1)
        self._area.setWidget(self._inner)
        self._area.setAccessibleName("Evidence")
        self._area.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        body = QHBoxLayout()
        body.setSpacing(12)
        body.addWidget(self._contents())
        body.addWidget(self._area, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 0)
        column.setSpacing(12)
        column.addLayout(head)
        column.addLayout(body, 1)

    def _contents(self) -> QWidget:
        contents = QWidget()
        contents.setObjectName("contents")
        contents.setFixedWidth(_CONTENTS_PX)
        column = QVBoxLayout(contents)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        back = QPushButton("Overview")
        back.setIcon(icon("left", "accent-text"))
        back.setToolTip("Back to Overview (Esc)")
        back.clicked.connect(self.back_requested)
        column.addWidget(back)
        for number, name in enumerate(SECTIONS):
            button = QPushButton(name)
            button.setCheckable(True)
            button.setChecked(number == 0)
            button.setToolTip(f"Key {number + 1}")
            button.clicked.connect(lambda _=False, n=number: self.go_to(n))
            self._buttons.addButton(button, number)
            column.addWidget(button)
        column.addStretch()
        return contents
