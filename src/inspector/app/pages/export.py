"""Export: the plan first, then the copy with progress, then what holds."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
)

from inspector.app.bridge import Bridge
from inspector.app.pages.page import Page
from inspector.errors import InspectorError
from inspector.project.changes import Changes
from inspector.project.exports import Exported, balance
from inspector.project.project import Project
from inspector.work.export import Plan
from inspector.work.jobs import Progress, Stop


class ExportPage(Page):
    """Plan an export, make it, and say what holds.

    Attributes:
        job_started: A `Progress` and a `Stop` for the top bar.
        job_ended: The job is over.
    """

    title = "Export"
    icon = "export"
    purpose = "Copy the cleaned dataset to a new folder; the original is never touched"
    job_started = Signal(object, object)
    job_ended = Signal()

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self._plan: Plan | None = None
        head = QLabel("Export")
        head.setProperty("role", "title")
        purpose = QLabel(
            "Everything that is not dropped is copied to a new folder under the same names,"
            " verified by hash. The dataset itself is never touched."
        )
        purpose.setProperty("role", "muted")
        purpose.setWordWrap(True)
        self._target = QLineEdit(str(project.root.parent / f"{project.root.name}-clean"))
        self._target.setAccessibleName("Target folder")
        self._target.editingFinished.connect(self._ask_plan)
        choose = QPushButton("Choose…")
        choose.clicked.connect(self._choose)
        self._start = QPushButton("Export")
        self._start.setProperty("role", "primary")
        self._start.clicked.connect(self._run)
        row = QHBoxLayout()
        row.addWidget(QLabel("To"))
        row.addWidget(self._target, 1)
        row.addWidget(choose)
        row.addWidget(self._start)
        self._said = QLabel()
        self._said.setWordWrap(True)
        self._said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._open = QPushButton("Open the folder")
        self._open.clicked.connect(self._open_folder)
        self._open.setVisible(False)
        self._balance = _table(("Split", "Class", "Before", "After", "Change"))
        self._left = _table(("File", "Why it is left out or moved"))
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        for widget in (head, purpose):
            column.addWidget(widget)
        column.addLayout(row)
        self._lay_out_result(column)

    def _lay_out_result(self, column: QVBoxLayout) -> None:
        tabs = QTabWidget()
        tabs.addTab(self._balance, "Before and after")
        tabs.addTab(self._left, "Left out and relabelled")
        said = QHBoxLayout()
        said.addWidget(self._said, 1)
        said.addWidget(self._open)
        column.addLayout(said)
        column.addWidget(tabs, 1)

    def refresh(self, changes: Changes) -> None:
        """Plan again after a decision or a scan."""
        if changes.decisions or changes.samples or changes.layout:
            self._ask_plan()

    def _ask_plan(self) -> None:
        target = Path(self._target.text()).expanduser()
        self.bridge.call(
            lambda: self.project.exports.plan(target),
            self._show_plan,
            channel="plan",
            on_error=self._refuse,
        )

    def _choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Where the new folder is made")
        if folder:
            self._target.setText(str(Path(folder) / f"{self.project.root.name}-clean"))
            self._ask_plan()

    def _refuse(self, error: InspectorError) -> None:
        self._plan = None
        self._start.setEnabled(False)
        self._said.setText(f"{error.message}. {error.advice}")

    def _show_plan(self, plan: Plan) -> None:
        self._plan = plan
        self._start.setEnabled(plan.files > 0)
        self._said.setText(
            f"{plan.files:,} files, {plan.bytes / 1e6:,.1f} MB, would be copied;"
            f" {len(plan.left_out):,} are left out. {plan.free_bytes / 1e9:,.0f} GB are free there."
        )
        rows = []
        for (split, label), (before, after) in balance(plan).items():
            change = f"{after - before:+,}" if after != before else ""
            rows.append((split or "-", label, f"{before:,}", f"{after:,}", change))
        _fill(self._balance, rows)
        moved = [(i.source, f"{i.reason} to {i.label}") for i in plan.items if i.reason]
        _fill(self._left, [*moved, *((x.source, x.reason) for x in plan.left_out)])

    def _run(self) -> None:
        plan = self._plan
        if plan is None:
            return
        progress, stop = Progress(), Stop()
        self._start.setEnabled(False)
        self.job_started.emit(progress, stop)
        self.bridge.call(
            lambda: self.project.exports.run(plan, stop=stop, progress=progress),
            self._done,
            on_error=self._failed,
        )

    def _failed(self, error: InspectorError) -> None:
        self.job_ended.emit()
        self._refuse(error)

    def _done(self, exported: Exported) -> None:
        self.job_ended.emit()
        threshold = self.project.duplicates.threshold
        self._open.setVisible(True)
        self._said.setText(
            f"Done: {exported.files:,} files, {exported.bytes / 1e6:,.1f} MB;"
            f" {exported.verified:,} verified by hash. {exported.leaks_after:,} known pairs across"
            f" splits at similarity {threshold:g} or more. The list is {exported.manifest}."
        )

    def _open_folder(self) -> None:
        if self._plan is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(self._plan.target))


def _table(heads: tuple[str, ...]) -> QTableWidget:
    table = QTableWidget(0, len(heads))
    table.setHorizontalHeaderLabels(heads)
    table.verticalHeader().setVisible(False)
    table.setShowGrid(False)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    header = table.horizontalHeader()
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setStretchLastSection(True)
    return table


def _fill(table: QTableWidget, rows: Sequence[Sequence[str]]) -> None:
    shown = rows[:2_000]
    table.setRowCount(len(shown))
    for i, row in enumerate(shown):
        for j, text in enumerate(row):
            table.setItem(i, j, QTableWidgetItem(text))


