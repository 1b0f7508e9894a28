"""Export: shows the plan, copies with progress, then reports what was verified."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from inspector.app.export.details_tabs import DetailsTabs
from inspector.app.export.excluded_strip import ExcludedStrip
from inspector.app.export.format_card import FormatCard
from inspector.app.export.leak_banner import LeakBanner
from inspector.app.export.planned_export import PlannedExport, plan_export
from inspector.app.export.script_button import ScriptButton
from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.balance_bars import BalanceBars
from inspector.app.widgets.column_area import ColumnArea
from inspector.app.widgets.jobs import Job
from inspector.app.widgets.page import Page, PageAction, PageName, PageRequest
from inspector.errors import InspectorError
from inspector.project.changes import Changes
from inspector.project.export.exports import Exported
from inspector.project.project import Project
from inspector.project.splits.snippets import export_code
from inspector.reports.check_results import ReportForm
from inspector.work.export_plan import ExportMode, ExportPlan
from inspector.work.jobs import Progress, Stop

_WAIT_MS = 300
_REPORTS = "HTML (*.html);;SARIF for CI (*.sarif);;JUnit for CI (*.xml)"


class ExportPage(Page):
    """Plans an export, runs it, and reports the result."""

    name = PageName.EXPORT
    words = "copy clean dataset save report manifest folder write script fiftyone cleanlab mlflow"
    icon = "export"
    purpose = "Copy the cleaned dataset to a new folder; the original is never touched"

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self._plan: ExportPlan | None = None
        self._done_in: Path | None = None
        self._job: Job | None = None
        self._measuring: Job | None = None
        self._excluded_ids: tuple[int, ...] = ()
        self._asked_twice = False
        self._target = QLineEdit(str(project.exports.suggested_target()))
        self._target.setAccessibleName("Target folder")
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_WAIT_MS)
        self._soon.timeout.connect(self._ask_plan)
        self._target.textChanged.connect(self._on_typed)
        choose = QPushButton("Choose…")
        choose.clicked.connect(self._choose)
        self._start = QPushButton("Export")
        self._start.setProperty("role", "primary")
        self._start.clicked.connect(self._run)
        self._format = FormatCard()
        self._format.changed.connect(self._ask_plan)
        self._status, self._redraw, self._result = QLabel(), QLabel(), QLabel()
        self._leaks, self._images, self._size = QLabel("…"), QLabel("…"), QLabel("…")
        self._banner = LeakBanner()
        self.bars = BalanceBars()
        self._strip = ExcludedStrip()
        self._open = _hidden_button("Open the folder", self._open_folder)
        self._report = QPushButton("Write a report…")
        self._report.setToolTip("All findings on one page, to save, print or send")
        self._report.clicked.connect(self._write_report)
        self._script = ScriptButton(
            project, bridge, self.jobs, show_result=self._show_result,
            folder=lambda: Path(self._target.text()).expanduser().parent,
        )  # fmt: skip
        self._tabs = DetailsTabs()
        self._lay_out(choose)

    def _lay_out(self, choose: QPushButton) -> None:
        for label, name in (
            (self._status, "export-status"), (self._leaks, "export-leaks"),
            (self._redraw, "export-warning"), (self._images, "export-images"),
            (self._result, "export-result"),
        ):  # fmt: skip
            label.setObjectName(name)
        for label in (self._status, self._redraw, self._result):
            label.setProperty("role", "caption")
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._result.hide()
        self._strip.restored.connect(self._on_restored)
        self._strip.all_requested.connect(lambda: self.show_list("Excluded", self._excluded_ids))
        self._banner.review_requested.connect(
            lambda: self.requested.emit(PageRequest(PageName.DUPLICATES))
        )
        self._banner.exclude_requested.connect(
            lambda: self.requested.emit(PageRequest(PageName.OVERVIEW, PageAction.CLEAN_UP))
        )
        lower = QHBoxLayout()
        lower.setSpacing(12)
        lower.addLayout(self._lay_out_main(), 1)
        lower.addWidget(self._format, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(self._lay_out_promise(choose))
        column.addWidget(self._banner)
        column.addLayout(lower)
        column.addStretch()
        inner = QWidget()
        inner.setLayout(column)
        area = ColumnArea()
        area.setAccessibleName("Export")
        area.setWidget(inner)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    def _lay_out_promise(self, choose: QPushButton) -> QFrame:
        """Return the card with the figures of the plan, the target and the button."""
        card = QFrame()
        card.setObjectName("plain-card")
        row = QHBoxLayout()
        row.setSpacing(32)
        for name, figure in (
            ("Leaked images", self._leaks), ("Files", self._images), ("Size", self._size)
        ):  # fmt: skip
            row.addLayout(_figure(name, figure))
        where = QHBoxLayout()
        where.setSpacing(8)
        where.addWidget(self._target, 1)
        for button in (choose, self._start):
            where.addWidget(button)
        row.addLayout(where, 1)
        promise_row = QHBoxLayout()
        texts = QVBoxLayout()
        texts.addWidget(self._result)
        texts.addWidget(self._status)
        promise_row.addLayout(texts, 1)
        promise_row.addWidget(self._open)
        promise_row.addWidget(self._script)
        promise_row.addWidget(self._report)
        column = QVBoxLayout(card)
        column.setContentsMargins(20, 16, 20, 12)
        column.setSpacing(8)
        column.addLayout(row)
        column.addLayout(promise_row)
        column.addWidget(self._redraw)
        return card

    def _lay_out_main(self) -> QVBoxLayout:
        """Return images per class, excluded images and the details."""
        card, title = QFrame(), QLabel("Images per class")
        card.setObjectName("plain-card")
        title.setProperty("role", "heading")
        legend = QLabel("pale: before · full colour: after")
        legend.setProperty("role", "caption")
        head = QHBoxLayout()
        head.addWidget(title, 1)
        head.addWidget(legend)
        column = QVBoxLayout(card)
        column.setContentsMargins(16, 12, 16, 12)
        column.addLayout(head)
        column.addWidget(self.bars)
        main = QVBoxLayout()
        main.setSpacing(12)
        for widget in (card, self._strip, self._tabs):
            main.addWidget(widget)
        return main

    def plan(self) -> ExportPlan | None:
        """Return the shown plan, which the button runs."""
        return self._plan

    def refresh(self, changes: Changes) -> None:
        """Plan again after a decision or a scan."""
        if changes.decisions or changes.samples or changes.layout or changes.rule or changes.groups:
            self._forget_plan()
            self._ask_plan()

    def _on_typed(self) -> None:
        """Discard the plan of the previous target."""
        self._forget_plan()
        self._soon.start()

    def _forget_plan(self) -> None:
        """Discard a plan that was made before a change."""
        self._plan = None
        self._start.setEnabled(False)
        self._status.setText("Planning…")

    def _ask_plan(self, *_: object) -> None:
        project = self.project
        choice = self._format.choice(Path(self._target.text()).expanduser())
        progress, stop = Progress(), Stop()
        if self._measuring is not None:
            # The newer request may overtake it before it runs.
            self._measuring.stop.set()
            self.jobs.end(self._measuring)
        job = self._measuring = self.jobs.start(progress, stop) if choice.measured else None
        if choice.measured:
            self._forget_plan()
            self._format.show_borders("The borders are being measured…")
        self.bridge.call(
            lambda: plan_export(project, choice, stop=stop, progress=progress), self._show_plan,
            channel="plan", on_error=self._refuse, on_end=lambda: self.jobs.end(job),
        )  # fmt: skip

    def open(self, request: PageRequest) -> None:
        """Choose to re-encode, or to cut borders, if that is requested."""
        if request.action in (PageAction.REENCODE, PageAction.CROP_BORDERS):
            self._format.reencode(crop=request.action is PageAction.CROP_BORDERS)

    def _choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Where to create the new folder")
        if folder:
            self._target.setText(str(Path(folder) / f"{self.project.root.name}-clean"))

    def _refuse(self, error: InspectorError) -> None:
        self._plan = None
        self._start.setEnabled(False)
        exported = Path(self._target.text()).expanduser().absolute() == self._done_in
        self._status.setText(
            "Name another folder to export again." if exported
            else f"{error.message}. {error.advice}"
        )  # fmt: skip
        self._redraw.setText("")

    def _show_plan(self, planned: PlannedExport | None) -> None:
        if planned is None:
            self._format.show_borders("Stopped: the borders were not measured.")
            return
        plan = planned.plan
        if Path(plan.target) != Path(self._target.text()).expanduser().absolute():
            # A late plan of the previous target.
            return
        self._plan = plan
        self._format.show_borders(planned.borders)
        self._start.setEnabled(plan.files > 0)
        self._redraw.setText(planned.redraw)
        self._redraw.setVisible(bool(planned.redraw))
        self._asked_twice = False
        self._start.setText("Export")
        leaks = planned.leaks
        self._leaks.setText(_change(leaks.before, leaks.after))
        self._leaks.setProperty("role", "number-problem" if leaks.after else "number")
        self._leaks.style().polish(self._leaks)
        total = plan.files + len(plan.left_out)
        self._images.setText(_change(total, plan.files))
        about = "≈ " if plan.reencoding is not None else ""
        self._size.setText(f"{about}{plan.bytes / 1e6:,.1f} MB")
        self._banner.show_leaks(leaks)
        self._excluded_ids = planned.excluded_ids
        self._strip.show_images(planned.excluded, len(planned.excluded_ids))
        verb = "copied" if plan.mode is ExportMode.COPY else "linked"
        verb = plan.reencoding.text if plan.reencoding is not None else verb
        left = len(plan.left_out)
        self._status.setText(
            f"{plan.files:,} files would be {verb}; {left:,} {'is' if left == 1 else 'are'} left"
            f" out. {plan.free_bytes / 1e9:,.0f} GB are free there."
        )
        self.bars.show_balance(planned.balance)
        self._tabs.show_details(planned.details)

    def _run(self) -> None:
        plan = self._plan
        if plan is None:
            return
        if self._banner.isVisibleTo(self) and not self._asked_twice:
            # Ask once, with the number on the button itself.
            self._asked_twice = True
            self._start.setText(f"Export with {self._banner.count_text}?")
            return
        progress, stop = Progress(), Stop()
        self._result.hide()
        self._start.setEnabled(False)
        self._job = self.jobs.start(progress, stop)
        self.bridge.call(
            lambda: self.project.exports.run(plan, stop=stop, progress=progress),
            lambda exported: self._done(plan, exported),
            on_error=self._failed,
        )

    def _failed(self, error: InspectorError) -> None:
        self.jobs.end(self._job)
        self._refuse(error)

    def _done(self, plan: ExportPlan, exported: Exported) -> None:
        self.jobs.end(self._job)
        threshold = self.project.duplicates.threshold
        self._open.setVisible(True)
        manifest = Path(exported.manifest)
        self._done_in = manifest.parent
        self._tabs.show_code(export_code(plan, manifest))
        check = "hash" if plan.reencoding is None else "decoding them again"
        self._status.setText("")
        self._show_result(
            f"Done: {exported.files:,} files, {exported.bytes / 1e6:,.1f} MB;"
            f" {exported.verified:,} verified by {check}. {exported.leaks_after:,} known pairs"
            f" across splits at similarity {threshold:g} or more, {exported.groups_after:,} groups"
            f" on several splits. The manifest is {exported.manifest}."
        )

    def _show_result(self, text: str) -> None:
        """Show what was written; a later plan leaves it there."""
        self._result.setText(text)
        self._result.show()

    def _on_restored(self, sample: int) -> None:
        self.bridge.call(lambda: self.project.decisions.clear([sample]), writes=True)

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._done_in)))

    def _write_report(self) -> None:
        start = Path(self._target.text()).expanduser().parent / f"{self.project.name}-report.html"
        name, _ = QFileDialog.getSaveFileName(
            self, "Where to save the report", str(start), _REPORTS,
            options=QFileDialog.Option.DontConfirmOverwrite,
        )  # fmt: skip
        if name:
            file = Path(name)
            self.bridge.call(
                lambda: self.project.reports.write(file, ReportForm.of(file)), lambda _: _show(file)
            )


def _hidden_button(text: str, run: Callable[[], None]) -> QPushButton:
    button = QPushButton(text)
    button.clicked.connect(run)
    button.setVisible(False)
    return button


def _figure(name: str, figure: QLabel) -> QVBoxLayout:
    label = QLabel(name)
    label.setProperty("role", "caption")
    figure.setProperty("role", "number")
    figure.setAccessibleName(name)
    column = QVBoxLayout()
    column.setSpacing(0)
    column.addWidget(label)
    column.addWidget(figure)
    return column


def _change(before: int, after: int) -> str:
    return f"{before:,} → {after:,}" if before != after else f"{after:,}"


def _show(file: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(file)))
