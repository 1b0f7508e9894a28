"""Export: the plan first, then the copy with progress, then what holds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from inspector.app.export.excluded_strip import SHOWN, ExcludedImage, ExcludedStrip
from inspector.app.export.script_button import ScriptButton
from inspector.app.threads.bridge import Bridge
from inspector.app.threads.images import from_jpeg
from inspector.app.widgets.balance_bars import BalanceBars
from inspector.app.widgets.jobs import Job
from inspector.app.widgets.page import Page, PageAction, PageName, PageRequest
from inspector.app.widgets.tables import FittedTable
from inspector.errors import InspectorError
from inspector.project.changes import Changes
from inspector.project.export.exports import Exported, ExportLeaks, balance
from inspector.project.project import Project
from inspector.project.splits.snippets import export_code
from inspector.project.splits.split_rules import RuleKind
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
_CODE_TAB = 1
_WAIT_MS = 300
_SIDES = (
    ("Folders as they are", "The manifest lists the split, also where a call of code draws it"),
    ("New folders by the split rule", "One folder per split of the rule in use on Splits"),
    ("5 folds by group", "One folder per fold of a cross-validation; no group is cut"),
)
_BY_RULE, _BY_FOLD = 1, 2
_FOLDS = 5
_REPORTS = "HTML (*.html);;SARIF for CI (*.sarif);;JUnit for CI (*.xml)"
_FORMS = [(title, form, what) for form, (title, what) in TITLES.items()]


@dataclass(frozen=True, slots=True)
class PlannedExport:
    """A plan, and how the rule in use would draw anew from what is left; "" where not."""

    plan: ExportPlan
    redraw: str
    leaks: ExportLeaks
    excluded: tuple[ExcludedImage, ...]
    excluded_ids: tuple[int, ...]


class ExportPage(Page):
    """Plan an export, make it, and say what holds."""

    name = PageName.EXPORT
    words = "copy clean dataset save report manifest folder write script fiftyone cleanlab mlflow"
    icon = "export"
    purpose = "Copy the cleaned dataset to a new folder; the original is never touched"

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self._plan: ExportPlan | None = None
        self._done_in = ""
        self._job: Job | None = None
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
        self._sides = _choice("Split folders", [(text, "", what) for text, what in _SIDES])
        self._mode = _choice("How files get there", _MODES)
        self._form = _choice("Form", _FORMS)
        for box in (self._sides, self._form, self._mode):
            box.currentIndexChanged.connect(self._ask_plan)
        self._said, self._redraw = QLabel(), QLabel()
        self._leaks, self._images, self._size = QLabel("…"), QLabel("…"), QLabel("…")
        self._banner, self._banner_text = QFrame(), QLabel()
        self.bars = BalanceBars()
        self._strip = ExcludedStrip()
        self._said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._open = _hidden_button("Open the folder", self._open_folder)
        self._report = QPushButton("Write a report…")
        self._report.setToolTip("All that was found, as one page to keep, print or send")
        self._report.clicked.connect(self._write_report)
        self._script = ScriptButton(
            project, bridge, self.jobs, say=self._said.setText,
            folder=lambda: Path(self._target.text()).expanduser().parent,
        )  # fmt: skip
        self._code = QPlainTextEdit()
        self._code.setReadOnly(True)
        self._code.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._code.setAccessibleName("Code that loads the export")
        self._left = _table("Left out and relabelled", ("File", "Why it is left out or moved"))
        self._tabs = QTabWidget()
        self._lay_out(choose)

    def _lay_out(self, choose: QPushButton) -> None:
        for label, name in (
            (self._said, "export-status"), (self._leaks, "export-leaks"),
            (self._redraw, "export-warning"), (self._banner_text, "export-banner"),
            (self._images, "export-images"),
        ):  # fmt: skip
            label.setObjectName(name)
        for label in (self._said, self._redraw):
            label.setProperty("role", "caption")
        for label in (self._said, self._redraw, self._banner_text):
            label.setWordWrap(True)
        self._strip.restored.connect(self._on_restored)
        self._strip.all_asked.connect(lambda: self.show_list("Excluded", self._excluded_ids))
        lower = QHBoxLayout()
        lower.setSpacing(12)
        lower.addLayout(self._lay_out_main(), 1)
        lower.addWidget(self._lay_out_format(), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(self._lay_out_promise(choose))
        column.addWidget(self._lay_out_banner())
        column.addLayout(lower)
        column.addStretch()
        inner = QWidget()
        inner.setLayout(column)
        area = QScrollArea()
        area.setAccessibleName("Export")
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    def _lay_out_promise(self, choose: QPushButton) -> QFrame:
        """Lay out what the export would hold, where it goes, and the button."""
        card = QFrame()
        card.setObjectName("plain-card")
        row = QHBoxLayout()
        row.setSpacing(32)
        for name, figure in (
            ("Leaked images", self._leaks), ("Images", self._images), ("Size", self._size)
        ):  # fmt: skip
            row.addLayout(_figure(name, figure))
        where = QHBoxLayout()
        where.setSpacing(8)
        where.addWidget(self._target, 1)
        for button in (choose, self._start):
            where.addWidget(button)
        row.addLayout(where, 1)
        promise_row = QHBoxLayout()
        promise_row.addWidget(self._said, 1)
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

    def _lay_out_banner(self) -> QFrame:
        """Lay out the warning of what would leak, with its ways out."""
        self._banner.setObjectName("problem-banner")
        review, exclude = QPushButton("Review"), QPushButton("Exclude their copies…")
        review.clicked.connect(lambda: self.asked.emit(PageRequest(PageName.DUPLICATES)))
        exclude.clicked.connect(
            lambda: self.asked.emit(PageRequest(PageName.OVERVIEW, PageAction.CLEAN_UP))
        )
        row = QHBoxLayout(self._banner)
        row.setContentsMargins(16, 8, 8, 8)
        row.addWidget(self._banner_text, 1)
        for button in (review, exclude):
            row.addWidget(button)
        self._banner.hide()
        return self._banner

    def _lay_out_main(self) -> QVBoxLayout:
        """Lay out images per class, what is excluded, and the lists behind."""
        card, title = QFrame(), QLabel("Images per class")
        card.setObjectName("plain-card")
        title.setProperty("role", "heading")
        legend = QLabel("tint: before · full colour: after")
        legend.setProperty("role", "caption")
        head = QHBoxLayout()
        head.addWidget(title, 1)
        head.addWidget(legend)
        column = QVBoxLayout(card)
        column.setContentsMargins(16, 12, 16, 12)
        column.addLayout(head)
        column.addWidget(self.bars)
        copy = QPushButton("Copy")
        copy.setAccessibleDescription("Copy the code")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._code.toPlainText()))
        code = QWidget()
        lines = QVBoxLayout(code)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.addWidget(self._code, 1)
        lines.addWidget(copy, 0, Qt.AlignmentFlag.AlignRight)
        self._tabs.addTab(self._left, "Left out and relabelled")
        self._tabs.addTab(code, "Code that loads it")
        self._tabs.setTabVisible(_CODE_TAB, False)
        self._tabs.setMinimumHeight(200)
        main = QVBoxLayout()
        main.setSpacing(12)
        for widget in (card, self._strip, self._tabs):
            main.addWidget(widget)
        return main

    def _lay_out_format(self) -> QFrame:
        """Lay out how folders and files are made."""
        card, title = QFrame(), QLabel("Format")
        card.setObjectName("plain-card")
        card.setFixedWidth(320)
        title.setProperty("role", "heading")
        column = QVBoxLayout(card)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(8)
        column.addWidget(title)
        for text, box in (
            ("Splits", self._sides),
            ("Form", self._form),
            ("Files", self._mode),
        ):
            label = QLabel(text)
            label.setProperty("role", "caption")
            column.addWidget(label)
            column.addWidget(box)
        note = QLabel("Every copy is verified by hash. The dataset itself is never changed.")
        note.setProperty("role", "caption")
        note.setWordWrap(True)
        column.addWidget(note)
        return card

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
            return _planned(project, target, mode, form=form, choice=choice)

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
        self._asked_twice = False
        self._start.setText("Export")
        leaks = planned.leaks
        self._leaks.setText(_change(leaks.before, leaks.after))
        self._leaks.setProperty("role", "number-problem" if leaks.after else "number")
        self._leaks.style().polish(self._leaks)
        total = plan.files + len(plan.left_out)
        self._images.setText(_change(total, plan.files))
        self._size.setText(f"{plan.bytes / 1e6:,.1f} MB")
        where = " and ".join(f"{n:,} in {split}" for split, n in leaks.by_split.items())
        stay = "1 leaked image" if leaks.after == 1 else f"{leaks.after:,} leaked images"
        self._banner_text.setText(f"{stay} would stay in this export: {where}.")
        self._banner.setVisible(bool(leaks.after))
        self._excluded_ids = planned.excluded_ids
        self._strip.show_images(planned.excluded, len(planned.excluded_ids))
        verb = "copied" if plan.mode is ExportMode.COPY else "linked"
        left = len(plan.left_out)
        self._said.setText(
            f"{plan.files:,} files would be {verb}; {left:,} {'is' if left == 1 else 'are'} left"
            f" out. {plan.free_bytes / 1e9:,.0f} GB are free there."
        )
        self.bars.show_balance(balance(plan))
        moved = [(i.source, f"{i.reason} to {i.label}") for i in plan.items if i.reason]
        _fill(self._left, [*moved, *((x.source, x.reason) for x in plan.left_out)])

    def _run(self) -> None:
        plan = self._plan
        if plan is None:
            return
        if self._banner.isVisibleTo(self) and not self._asked_twice:
            # Once more, with the number on the button itself.
            self._asked_twice = True
            self._start.setText(f"Export with {self._banner_text.text().split(' would')[0]}?")
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
        self._tabs.setTabVisible(_CODE_TAB, True)
        self._said.setText(
            f"Done: {exported.files:,} files, {exported.bytes / 1e6:,.1f} MB;"
            f" {exported.verified:,} verified by hash. {exported.leaks_after:,} known pairs across"
            f" splits at similarity {threshold:g} or more, {exported.groups_after:,} groups on"
            f" several sides. The list is {exported.manifest}."
        )

    def _on_restored(self, sample: int) -> None:
        self.bridge.call(lambda: self.project.decisions.clear([sample]), writes=True)

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


def _planned(
    project: Project, target: Path, mode: ExportMode, *, form: Form, choice: int
) -> PlannedExport:
    """Plan an export, and look at what would be in it; `choice` is a place in `_SIDES`."""
    rule = project.splits.rule
    sides = listed = None
    if choice == _BY_FOLD:
        sides = project.exports.folds(_FOLDS)
    elif choice == _BY_RULE:
        sides = project.splits.membership().sides()
    elif rule.kind is not RuleKind.FOLDERS and project.splits.can(rule):
        listed = project.splits.membership(rule).sides()
    plan = project.exports.plan(target, mode=mode, sides=sides, listed=listed, form=form)
    redraw = "" if choice else project.splits.redraw()
    excluded = [s for s in project.samples.everything() if s.mark == "drop"]
    shown = tuple(
        ExcludedImage(s.id, s.path, s.reason_decided, from_jpeg(project.samples.thumbnail(s.id)))
        for s in excluded[:SHOWN]
    )
    return PlannedExport(
        plan, redraw, project.exports.leaks(plan), shown, tuple(s.id for s in excluded)
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
