"""Export: the plan first, then the copy with progress, then what holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.charts.figures import BarDelegate
from inspector.app.widgets.jobs import Job
from inspector.app.widgets.page import Page, PageName
from inspector.app.widgets.tables import FittedTable
from inspector.errors import InspectorError
from inspector.project.changes import Changes
from inspector.project.export.exports import Exported, balance
from inspector.project.project import Project
from inspector.project.splits.snippets import export_code
from inspector.reports.check_results import ReportForm
from inspector.work.export_forms.catalogue import TITLES
from inspector.work.export_forms.form import Form
from inspector.work.export_plan import ExportMode, ExportPlan
from inspector.work.jobs import Progress, Stop

_MODES = (
    ("Copies", ExportMode.COPY, "each file has its own bytes"),
    ("Hard links", ExportMode.HARDLINK, "no space; a change to one file changes both"),
    ("Symbolic links", ExportMode.SYMLINK, "no space; they break when the dataset moves"),
    ("Reflinks", ExportMode.REFLINK, "no space and their own bytes, where the disk can do it"),
)
_BAR = 5
_WAIT_MS = 300
_SIDES = ("The folders as they are", "By the split rule", "5 folds by group")
_FOLDS = 5
_REPORTS = "HTML (*.html);;SARIF for CI (*.sarif);;JUnit for CI (*.xml)"
_FORMS = [(title, form, what) for form, (title, what) in TITLES.items()]


@dataclass(frozen=True, slots=True)
class PlannedExport:
    """A plan, and how the rule in force would draw anew from what is left; "" where not."""

    plan: ExportPlan
    redraw: str
    leaks: str


class ExportPage(Page):
    """Plan an export, make it, and say what holds."""

    name = PageName.EXPORT
    words = "copy clean dataset save report manifest folder write"
    icon = "export"
    purpose = "Copy the cleaned dataset to a new folder; the original is never touched"

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self._plan: ExportPlan | None = None
        self._done_in = ""
        self._job: Job | None = None
        self._target = QLineEdit(str(project.root.parent / f"{project.root.name}-clean"))
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
        self._sides = _choice("Split folders", [(text, "", text) for text in _SIDES])
        self._mode = _choice("How files get there", _MODES)
        self._form = _choice("Form", _FORMS)
        for box in (self._sides, self._form, self._mode):
            box.currentIndexChanged.connect(self._ask_plan)
        fields = (self._target, choose, self._sides, self._form, self._mode, self._start)
        self._said, self._redraw, self._leaks = QLabel(), QLabel(), QLabel()
        self._said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._open = QPushButton("Open the folder")
        self._open.clicked.connect(self._open_folder)
        self._open.setVisible(False)
        self._report = QPushButton("Write a report…")
        self._report.setToolTip("All that was found, as one page to keep, print or send")
        self._report.clicked.connect(self._write_report)
        self._code = QPlainTextEdit()
        self._code.setReadOnly(True)
        self._code.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._code.setAccessibleName("Code that loads the export")
        columns = ("Split", "Class", "Before", "After", "Change", "")
        self._balance = _table("Before and after", columns)
        self._balance.setItemDelegateForColumn(_BAR, BarDelegate(self._balance))
        self._left = _table("Left out and relabelled", ("File", "Why it is left out or moved"))
        self._tabs = QTabWidget()
        self._lay_out(fields)

    def _lay_out(self, fields: Sequence[QWidget]) -> None:
        row = QHBoxLayout()
        row.addWidget(QLabel("To"))
        for field in fields:
            row.addWidget(field, int(field is self._target))
        self._said.setObjectName("export-status")
        self._leaks.setObjectName("export-leaks")
        self._leaks.setWordWrap(True)
        self._redraw.setObjectName("export-warning")
        head = QLabel("Export")
        head.setProperty("role", "title")
        purpose = QLabel(
            "Everything that is not dropped goes to a new folder, verified by hash. The dataset"
            " itself is never touched."
        )
        for label in (purpose, self._redraw):
            label.setProperty("role", "muted")
        for label in (purpose, self._said, self._redraw):
            label.setWordWrap(True)
        copy = QPushButton("Copy")
        copy.setAccessibleDescription("Copy the code")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._code.toPlainText()))
        code = QWidget()
        lines = QVBoxLayout(code)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.addWidget(self._code, 1)
        lines.addWidget(copy, 0, Qt.AlignmentFlag.AlignRight)
        self._tabs.addTab(self._balance, "Before and after")
        self._tabs.addTab(self._left, "Left out and relabelled")
        self._tabs.addTab(code, "Code that loads it")
        self._tabs.setTabVisible(2, False)
        said = QHBoxLayout()
        said.addWidget(self._said, 1)
        said.addWidget(self._open)
        said.addWidget(self._report)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        for widget in (head, purpose):
            column.addWidget(widget)
        column.addLayout(row)
        column.addWidget(self._leaks)
        column.addLayout(said)
        column.addWidget(self._redraw)
        column.addWidget(self._tabs, 1)

    def plan(self) -> ExportPlan | None:
        """Return the plan that is shown, and that the button carries out."""
        return self._plan

    def refresh(self, changes: Changes) -> None:
        """Plan again after a decision or a scan."""
        if changes.decisions or changes.samples or changes.layout or changes.rule or changes.groups:
            self._ask_plan()

    def _on_typed(self) -> None:
        """Let nothing be exported to the target of before."""
        self._plan = None
        self._start.setEnabled(False)
        self._said.setText("Planning…")
        self._soon.start()

    def _ask_plan(self, *_: object) -> None:
        target = Path(self._target.text()).expanduser()
        mode, form = ExportMode(self._mode.currentData()), Form(self._form.currentData())
        project, choice = self.project, self._sides.currentIndex()

        def work() -> PlannedExport:
            sides: Mapping[str, str] | None = None
            if choice == 1:
                sides = project.splits.membership().sides()
            elif choice == 2:
                sides = project.exports.folds(_FOLDS)
            plan = project.exports.plan(target, mode=mode, sides=sides, form=form)
            redraw = "" if choice else project.splits.redraw()
            return PlannedExport(plan, redraw, leaks_text(project))

        self.bridge.call(
            work,
            self._show_plan,
            channel="plan",
            on_error=self._refuse,
        )

    def _choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Where the new folder is made")
        if folder:
            self._target.setText(str(Path(folder) / f"{self.project.root.name}-clean"))

    def _refuse(self, error: InspectorError) -> None:
        self._plan = None
        self._start.setEnabled(False)
        self._said.setText(f"{error.message}. {error.advice}")
        self._redraw.setText("")

    def _show_plan(self, planned: PlannedExport) -> None:
        plan = planned.plan
        if Path(plan.target) != Path(self._target.text()).expanduser().absolute():
            # The plan of before, on its way while another target is typed.
            return
        self._plan = plan
        self._start.setEnabled(plan.files > 0)
        self._redraw.setText(planned.redraw)
        self._redraw.setVisible(bool(planned.redraw))
        self._leaks.setText(planned.leaks)
        verb = "copied" if plan.mode is ExportMode.COPY else "linked"
        self._said.setText(
            f"{plan.files:,} files, {plan.bytes / 1e6:,.1f} MB, would be {verb};"
            f" {len(plan.left_out):,} are left out. {plan.free_bytes / 1e9:,.0f} GB are free there."
        )
        counts = balance(plan)
        rows = []
        for (split, label), (before, after) in counts.items():
            change = f"{after - before:+,}" if after != before else ""
            rows.append((split or "-", label, f"{before:,}", f"{after:,}", change, ""))
        _fill(self._balance, rows)
        most = max((n for pair in counts.values() for n in pair), default=1) or 1
        for row, ((split, _), pair) in enumerate(list(counts.items())[: len(rows)]):
            if (item := self._balance.item(row, _BAR)) is not None:
                item.setData(Qt.ItemDataRole.UserRole, (split, pair[0] / most, pair[1] / most))
        moved = [(i.source, f"{i.reason} to {i.label}") for i in plan.items if i.reason]
        _fill(self._left, [*moved, *((x.source, x.reason) for x in plan.left_out)])

    def _run(self) -> None:
        plan = self._plan
        if plan is None:
            return
        progress, stop = Progress(), Stop()
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
        self._done_in = str(manifest.parent)
        self._code.setPlainText(export_code(plan, manifest))
        self._tabs.setTabVisible(2, True)
        self._said.setText(
            f"Done: {exported.files:,} files, {exported.bytes / 1e6:,.1f} MB;"
            f" {exported.verified:,} verified by hash. {exported.leaks_after:,} known pairs across"
            f" splits at similarity {threshold:g} or more, {exported.groups_after:,} groups on"
            f" several sides. The list is {exported.manifest}."
        )

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(self._done_in))

    def _write_report(self) -> None:
        start = Path(self._target.text()).expanduser().parent / f"{self.project.name}-report.html"
        name, _ = QFileDialog.getSaveFileName(
            self, "Where the report is written", str(start), _REPORTS,
            options=QFileDialog.Option.DontConfirmOverwrite,
        )  # fmt: skip
        if name:
            file = Path(name)
            self.bridge.call(
                lambda: self.project.reports.write(file, ReportForm.of(file)), lambda _: _show(file)
            )


def leaks_text(project: Project) -> str:
    """Say what would leak in an export, beside what leaks without exclusions; before it is made."""
    try:
        found = project.splits.leaks(luck=False)
    except InspectorError:
        return ""
    now = sum(leak.kind != "group" for leak in found.leaks)
    was = found.before.leaked if found.before is not None else now
    change = f"{was:,} → {now:,}" if was != now else f"{now:,}"
    return f"Leaked validation images: {change}, at similarity {found.threshold:g} or more."


def _choice(name: str, items: Sequence[tuple[str, str, str]]) -> QComboBox:
    """Return a choice of (text, what it means in code, what it does)."""
    box = QComboBox()
    box.setAccessibleName(name)
    box.setToolTip(name)
    for place, (text, value, what) in enumerate(items):
        box.addItem(text, value)
        box.setItemData(place, what, Qt.ItemDataRole.ToolTipRole)
    return box


def _show(file: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(file)))


def _table(name: str, heads: tuple[str, ...]) -> FittedTable:
    return FittedTable(heads, name=name, stretch_last=True)


def _fill(table: QTableWidget, rows: Sequence[Sequence[str]]) -> None:
    shown = rows[:2_000]
    table.setRowCount(len(shown))
    for i, row in enumerate(shown):
        for j, text in enumerate(row):
            table.setItem(i, j, QTableWidgetItem(text))
