"""Overview: the answer, the pairs behind it, then findings by importance."""

import time
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QImage, QResizeEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QLabel,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from inspector.app.overview.answer_card import AnswerCard
from inspector.app.overview.audit.audit_card import AuditCard
from inspector.app.overview.audit.audit_dialog import AuditDialog
from inspector.app.overview.borrowed_card import borrowed_card
from inspector.app.overview.checks_card import ChecksPanel
from inspector.app.overview.clean_up_dialog import CleanUpDialog
from inspector.app.overview.code_line import CodeLine, read_code_line
from inspector.app.overview.evidence.view import EvidenceView
from inspector.app.overview.finding_card import STRIP, CardAction, FindingCard
from inspector.app.overview.pairs_card import PairsCard
from inspector.app.overview.scan_card import ScanCard
from inspector.app.overview.shortcuts_card import shortcuts_card
from inspector.app.overview.verdict_panel import VerdictPanel
from inspector.app.threads.bridge import Bridge
from inspector.app.threads.images import from_jpeg
from inspector.app.widgets.column_area import ColumnArea
from inspector.app.widgets.page import Page, PageAction, PageName, PageRequest
from inspector.app.widgets.pairs.pair_dialog import PairDialog
from inspector.project.changes import Changes
from inspector.project.diagnosis.answers import Answer, AnswerKind
from inspector.project.diagnosis.findings import FindingView, Overview
from inspector.project.diagnosis.last_answer import StoredAnswer, StoredOverview
from inspector.project.project import Project
from inspector.project.review.copies import CopyPair
from inspector.reports.check_results import ReportForm

_PAGES = {
    FindingView.CLUSTERS: PageRequest(PageName.DUPLICATES),
    FindingView.LABELS: PageRequest(PageName.LABELS),
    FindingView.SPLITS: PageRequest(PageName.SPLITS),
    FindingView.LAYOUT: PageRequest(PageName.OVERVIEW, PageAction.CHANGE_LAYOUT),
    FindingView.KEEP_RULE: PageRequest(PageName.DUPLICATES, PageAction.KEEP_BY_RULE),
}  # fmt: skip
_REPORTS = "HTML (*.html);;SARIF for CI (*.sarif);;JUnit for CI (*.xml)"
_WIDE_PX, _SIDE_PX, _TEXT_PX = 1300, 464, 1400
_THREE_PX, _TWO_PX = 1000, 700
_SO_FAR_MS = 700
# Between looks at what it found, a scan runs undisturbed for so many times as long as one takes.
_PATIENCE = 2.0
_NEAREST = 12
# The answer shows these findings already, with their pairs.
_SAID = {"twins_across"}


@dataclass(frozen=True, slots=True)
class OverviewData:
    """The findings, and the images of each card's strip by finding code.

    Attributes:
        last: The last findings, shown in their place while a scan is not finished.
    """

    overview: Overview
    pictures: dict[str, list[tuple[str, QImage]]]
    last: StoredOverview | None = None


@dataclass(frozen=True, slots=True)
class _Answered:
    """The content of the first card.

    Attributes:
        answer: None before a scan has ended.
        pairs: The pairs of the answer, or what a running scan has found so far.
        last: The last answer, shown in its place while there is none.
        nearest: Without pairs: the most similar ones that are no near-duplicates.
    """

    answer: Answer | None
    pairs: tuple[CopyPair, ...]
    cleaned: str = ""
    images: int = 0
    pending: int = 0
    last: StoredAnswer | None = None
    nearest: tuple[CopyPair, ...] = ()


class OverviewPage(Page):
    """Shows the answer, the pairs and one card per finding."""

    name = PageName.OVERVIEW
    icon = "overview"
    words = "findings answer verdict diagnosis gap leakage leak accuracy clean up"
    purpose = "Findings in this dataset, the worst first"
    hint = (
        "Begin here: enter your two accuracies, or paste the code that loads your"
        " data. Every number opens its list."
    )

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self._cards: list[FindingCard] = []
        self._wide = False
        # Whether the answer and the findings for now were asked for: those of before are late.
        self._answered = self._found = False
        self.verdict = VerdictPanel(project, bridge, self.jobs)
        self.answer = AnswerCard(*self.verdict.accuracy_fields)
        self.code = CodeLine(bridge)
        self.scan = ScanCard()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SO_FAR_MS)
        self.pairs = PairsCard(project.samples.thumbnail)
        self.nearest = PairsCard(project.samples.thumbnail, "The most similar pairs across splits")
        self.checks = ChecksPanel()
        # Checks without a finding, if there is none at all; the answer of now may say so.
        self._without_finding = 0
        self._answer: Answer | None = None
        self.evidence = EvidenceView(project, bridge, self.verdict)
        self.shortcuts = shortcuts_card(project, bridge, self.jobs)
        self.borrowed = borrowed_card(project, bridge, self.jobs)
        self.audit = AuditCard()
        self._summary = QLabel("Reading the names…")
        self._as_of = QLabel()
        self._as_of.setObjectName("findings-as-of")
        self._as_of.hide()
        for label in (self._summary, self._as_of):
            label.setProperty("role", "caption")
            label.setWordWrap(True)
        self._findings = QGridLayout()
        self._findings.setSpacing(12)
        self._lay_out()
        self._connect()
        # Before anything is listed or computed: what was said when this was open last.
        self.bridge.call(self._read_last, self._show_last, channel="last answer")

    def _connect(self) -> None:
        self.verdict.code_requested.connect(
            lambda: self.requested.emit(PageRequest(PageName.SPLITS, PageAction.PASTE_CODE))
        )
        self.answer.clean_up_requested.connect(self.show_clean_up)
        self.answer.review_requested.connect(
            lambda: self.requested.emit(_PAGES[FindingView.CLUSTERS])
        )
        self.answer.why_requested.connect(self.show_evidence)
        self.code.paste_requested.connect(self.verdict.code_requested)
        self.code.details_requested.connect(
            lambda: self.requested.emit(PageRequest(PageName.SPLITS))
        )
        self.code.loaded.connect(self._on_code)
        self._timer.timeout.connect(self._ask_again)
        self.pairs.opened.connect(self._on_pair)
        self.nearest.opened.connect(self._on_pair)
        self.checks.requested.connect(self._on_action)
        self.evidence.list_requested.connect(self.show_list)
        self.evidence.back_requested.connect(self.show_answer)
        self.evidence.report_requested.connect(self._write_report)
        self.shortcuts.requested.connect(self.show_list)
        self.shortcuts.page_requested.connect(self.requested)
        self.borrowed.requested.connect(self.show_list)
        self.audit.requested.connect(self.show_audit)

    def refresh(self, changes: Changes) -> None:
        """Query the answer and the findings again; neither waits for the other."""
        if changes.dataset:
            project = self.project
            self.bridge.call(
                lambda: read_code_line(project), self.code.show_reading, channel="code line"
            )
            self.bridge.call(self._ask, self._show_answer, channel="answer")
            self.bridge.call(self._read, self._show, channel="findings")

    def open(self, request: PageRequest) -> None:
        """Show the clean-up, or the comparison with another dataset, if it is requested."""
        match request.action:
            case PageAction.CLEAN_UP:
                self.show_clean_up()
            case PageAction.COMPARE_DATASETS:
                self.show_audit()
            case _:
                pass

    def show_audit(self) -> AuditDialog:
        """Open the comparison with another dataset."""
        dialog = AuditDialog(self.project, self.bridge, self.jobs, self)
        dialog.list_requested.connect(self.show_list)
        dialog.open()
        return dialog

    def show_clean_up(self) -> None:
        dialog = CleanUpDialog(self.project, self.bridge, self.jobs, self)
        dialog.labels_requested.connect(lambda: self.requested.emit(PageRequest(PageName.LABELS)))
        dialog.open()

    def close(self) -> bool:
        """End the decode threads as well."""
        self.pairs.shut_down()
        self.nearest.shut_down()
        self.evidence.shut_down()
        return super().close()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _on_action(self, action: CardAction) -> None:
        finding = action.finding
        opens = finding.opens if action.action else finding.see
        if opens in _PAGES:
            self.requested.emit(_PAGES[opens])
        elif opens is FindingView.FILES:
            self.show_list(finding.title, finding.samples)
        else:
            self.bridge.call(lambda: self.project.findings.act(finding), writes=True)

    def _on_code(self, code: str) -> None:
        self.requested.emit(PageRequest(PageName.SPLITS, PageAction.PASTE_CODE, code=code))

    def _on_pair(self, pair: CopyPair) -> None:
        PairDialog(self.project, self.bridge, (pair.keeper, pair.excluded), self).open()

    def show_evidence(self) -> None:
        self._stack.setCurrentWidget(self.evidence)

    def show_answer(self) -> None:
        """Return from the evidence to the answer."""
        self._stack.setCurrentWidget(self._area)
        self._area.setFocus()

    def _write_report(self) -> None:
        start = str(Path.home() / f"{self.project.name}-report.html")
        name, _ = QFileDialog.getSaveFileName(self, "Where to save the report", start, _REPORTS)
        if name:
            file = Path(name)
            self.bridge.call(
                lambda: self.project.reports.write(file, ReportForm.of(file)),
                lambda _: _show_file(file),
            )

    def _read_last(self) -> tuple[_Answered, OverviewData | None]:
        answers = self.project.last_answers
        stored = answers.overview()
        data = None
        if stored is not None:
            data = OverviewData(stored.overview, self._strips(stored.overview), stored)
        last = answers.answer()
        return _Answered(None, (), self.project.fixes.last_text(), last=last), data

    def _show_last(self, shown: tuple[_Answered, OverviewData | None]) -> None:
        """Show what was kept, unless what holds now is there already."""
        answered, data = shown
        if answered.last is not None and not self._answered:
            self._show_stored(answered.last, answered.cleaned, "refreshing…")
        if data is not None and not self._found:
            self._show_findings(data)

    def _ask(self) -> _Answered:
        counts = self.project.samples.counts()
        answers, cleaned = self.project.last_answers, self.project.fixes.last_text()
        if not self.project.scans.is_complete():
            return _Answered(
                None, self.project.pairs_so_far.pairs(), cleaned, counts.images, counts.pending,
                answers.answer(),
            )  # fmt: skip
        answer = answers.refresh_answer()
        nearest = () if answer.pairs else self.project.answers.nearest(_NEAREST)
        return _Answered(answer, answer.pairs, cleaned, nearest=nearest)

    def _ask_again(self) -> None:
        asked_at = time.monotonic()

        def show(answered: _Answered) -> None:
            pause_ms = _PATIENCE * (time.monotonic() - asked_at) * 1_000
            self._timer.setInterval(max(_SO_FAR_MS, round(pause_ms)))
            self._show_answer(answered)

        self.bridge.call(self._ask, show, channel="answer")

    def _show_answer(self, answered: _Answered) -> None:
        self._answered = True
        running = self.project.scans.progress()
        last = answered.last
        self.scan.setVisible(answered.answer is None and running is not None)
        self.answer.setVisible(answered.answer is not None or running is None or last is not None)
        if answered.answer is not None:
            self.pairs.show_pairs(answered.pairs)
            below = f"below {self.project.duplicates.threshold:.2f}: not near-duplicates"
            self.nearest.show_apart(answered.nearest, below)
            self.answer.show_answer(answered.answer, answered.cleaned)
            self._answer = answered.answer
            self._show_without_finding()
            self._show_folded(answered.answer)
            return
        self._answer = None
        if running is not None:
            self.scan.show_progress(running, len(answered.pairs))
            self._timer.start()
        if last is not None:
            follows = "a new answer follows the scan" if running is not None else "F5 scans again"
            self._show_stored(last, answered.cleaned, follows)
            return
        self.pairs.show_pairs(answered.pairs, so_far=True)
        if running is None:
            total = answered.images + answered.pending
            self.answer.show_waiting(
                f"{answered.images:,} of {total:,} images are read.",
                "Near-duplicates appear once every image is read and compared. F5 resumes a"
                " stopped scan.",
            )

    def _show_stored(self, last: StoredAnswer, cleaned: str, follows: str) -> None:
        """Show an answer of before, with its date and what it was computed from."""
        self.pairs.show_pairs(last.answer.pairs, counts=last.between)
        self.answer.show_answer(
            last.answer, cleaned, copies=sum(last.between.values()), as_of=f"{last.text}; {follows}"
        )
        self._show_folded(last.answer)

    def _show_without_finding(self) -> None:
        """Say it once both the answer and the findings of now are there."""
        nothing = self._answer is not None and self._answer.kind is AnswerKind.NOTHING
        if nothing and self._without_finding:
            self.answer.show_no_problem(self._without_finding)

    def _show_folded(self, answer: Answer) -> None:
        folded = []
        if answer.inconclusive:
            folded.append(f"No effect could be shown: {', '.join(answer.inconclusive)}.")
        if answer.not_estimated:
            folded.append(f"Not estimated: {', '.join(answer.not_estimated)}.")
        self._folded.setText(" ".join(folded))
        self._folded.setVisible(bool(folded))

    def _show(self, shown: OverviewData) -> None:
        self._found = True
        self.verdict.refresh(complete=shown.overview.complete)
        if shown.overview.complete:
            self.shortcuts.refresh()
            self.borrowed.refresh()
            self.audit.show()
        self._show_findings(shown)

    def _show_findings(self, shown: OverviewData) -> None:
        overview, last = shown.overview, shown.last
        findings = overview.findings if last is None else last.overview.findings
        self._summary.setText(overview.summary)
        self._as_of.setText(f"{last.date.text}; the findings follow" if last is not None else "")
        self._as_of.setVisible(bool(last is not None and findings))
        for card in self._cards:
            self._findings.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._cards = []
        for finding in findings:
            if finding.code in _SAID and finding.see is FindingView.CLUSTERS:
                continue
            pictures = shown.pictures.get(finding.code, ())
            card = FindingCard(finding, pictures, stale=last is not None)
            card.requested.connect(self._on_action)
            self._cards.append(card)
        self.checks.show_overview(overview)
        of_now = last is None and not findings
        self._without_finding = len(overview.checks) if of_now else 0
        self._show_without_finding()
        self._arrange()

    def _read(self) -> OverviewData:
        overview = self.project.last_answers.refresh_overview()
        last = None if overview.complete else self.project.last_answers.overview()
        return OverviewData(overview, self._strips(last.overview if last else overview), last)

    def _strips(self, overview: Overview) -> dict[str, list[tuple[str, QImage]]]:
        """Return the first images of each finding, by its code."""
        pictures = {}
        for finding in overview.findings:
            # Skip files without an image, within a few times the length of a strip.
            ids = finding.samples[: 4 * STRIP]
            strip: list[tuple[str, QImage]] = []
            for sample in self.project.samples.by_ids(ids):
                image = from_jpeg(self.project.samples.thumbnail(sample.id))
                if not image.isNull() and len(strip) < STRIP:
                    strip.append((sample.path, image))
            pictures[finding.code] = strip
        return pictures

    def _lay_out(self) -> None:
        self._folded = QLabel()
        self._folded.setObjectName("answer-folded")
        self._folded.setProperty("role", "caption")
        self._folded.setWordWrap(True)
        self._main, self._side = QVBoxLayout(), QVBoxLayout()
        for column in (self._main, self._side):
            column.setSpacing(12)
        above: tuple[QWidget, ...] = (self.scan, self.answer, self.code, self.pairs)
        below: tuple[QWidget, ...] = (
            self.checks, self.nearest, self.shortcuts, self.borrowed, self.audit, self._folded,
            self._summary,
        )  # fmt: skip
        for widget in above:
            self._main.addWidget(widget)
        self._main.addLayout(self._findings)
        for widget in below:
            self._main.addWidget(widget)
        self._main.addStretch(1)
        self._side.addStretch(1)
        self._folded.setVisible(False)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(24, 20, 24, 20)
        self._grid.setHorizontalSpacing(16)
        self._grid.addLayout(self._main, 0, 0)
        self._grid.addLayout(self._side, 0, 1)
        self._grid.setColumnStretch(0, 1)
        inner = QWidget()
        inner.setLayout(self._grid)
        self._area = ColumnArea()
        self._area.setObjectName("page-area")
        self._area.setWidget(inner)
        self._area.setAccessibleName("Overview")
        self._area.setAccessibleDescription(self.purpose)
        # Keep the focus off the first field, so that keys such as Ctrl+Z reach the window.
        self._area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFocusProxy(self._area)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._area)
        self._stack.addWidget(self.evidence)
        outer.addWidget(self._stack)

    def _arrange(self) -> None:
        """Put the findings below the pairs, or beside them if they fit."""
        wide = self.width() >= _WIDE_PX
        if wide != self._wide:
            old, new = (self._main, self._side) if wide else (self._side, self._main)
            old.removeItem(self._findings)
            new.insertLayout(0 if wide else 4, self._findings)
            self._wide = wide
            self._grid.setColumnMinimumWidth(1, _SIDE_PX if wide else 0)
        columns = 1
        if not wide:
            columns = 3 if self.width() > _THREE_PX else 2 if self.width() > _TWO_PX else 1
        # A few cards share the room: none stands at a third of it beside nothing.
        columns = max(1, min(columns, len(self._cards)))
        self._findings.addWidget(self._as_of, 0, 0, 1, columns)
        for position, card in enumerate(self._cards):
            card.setMaximumWidth(_SIDE_PX if wide else 16_777_215)
            self._findings.addWidget(card, 1 + position // columns, position % columns)
        for column in range(3):
            self._findings.setColumnStretch(column, int(column < columns))


def _show_file(file: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(file.absolute())))
