"""Splits: the membership under a rule, and its leakage."""

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from inspector.app.splits.rule_form import RuleBar
from inspector.app.splits.seed_panel import SeedVariabilityPanel
from inspector.app.threads.bridge import Bridge
from inspector.app.widgets import theme
from inspector.app.widgets.charts.figures import Bars
from inspector.app.widgets.page import Page, PageAction, PageName, PageRequest
from inspector.app.widgets.pair_dialog import PairDialog
from inspector.app.widgets.pair_grid import PairGrid, PairTile
from inspector.app.widgets.pair_kinds import KIND_NAMES
from inspector.app.widgets.tables import set_rows, table
from inspector.code_reading.reading import CodeReading, read_for_form
from inspector.errors import InspectorError
from inspector.project.changes import Changes
from inspector.project.project import Project
from inspector.project.review.duplicates import PairKind
from inspector.project.splits.leakage import Leak, Leakage, LeakageAnalysis
from inspector.project.splits.seed_variability import SeedVariability
from inspector.project.splits.split_rules import Rule, RuleKind
from inspector.project.splits.splits import Frozen
from inspector.similarity.levels import POSSIBLE

_PAIR_PX = 330
AT_REST_MS = 500
_HEADS = ("from", "to", "bytes", "pixels", "flipped", "near", "group")


@dataclass(frozen=True, slots=True)
class SplitsData:
    """What the page shows of one rule; `computing` while other seeds are still to come."""

    found: Leakage
    balance: tuple[tuple[str, dict[str, int]], ...]
    moved: int
    lock: str
    search: LeakageAnalysis
    drawn: SeedVariability | None
    computing: bool = False


class SplitsPage(Page):
    """Choose a rule, see both sides, lock it."""

    name = PageName.SPLITS
    words = "leakage leak rate split rule seed validation training test lock paste code keras"
    icon = "splits"
    purpose = "Which split each file is in, and what leaks between them"
    hint = (
        "Choose what makes your split, or paste your code: the matrix shows what"
        " training and evaluation then share."
    )

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self._shown: SplitsData | None = None
        self._bar = RuleBar()
        self._bar.changed.connect(self._on_rule)
        self._summary, self._note = QLabel(), QLabel()
        self._summary.setObjectName("splits-summary")
        self._note.setObjectName("splits-note")
        self._summary.setProperty("role", "title")
        self._note.setProperty("role", "muted")
        for label in (self._summary, self._note):
            label.setWordWrap(True)
        counts = range(2, len(_HEADS))
        self._matrix = table(
            _HEADS, name="Near-duplicates between splits", wide=counts, numbers=counts
        )
        self._matrix.cellClicked.connect(self._on_cell)
        self._matrix.cellActivated.connect(self._on_cell)
        self._pairs = PairGrid(project.samples.thumbnail, self)
        self._pairs.setAccessibleName("The worst pairs")
        self._pairs.opened.connect(self._on_pair)
        self._findings = table(("", "finding", "files"), name="Findings of this rule", wide=(1,))
        self._findings.cellActivated.connect(self._on_finding)
        self.seed_panel = SeedVariabilityPanel(project, bridge, self.jobs)
        self._bars = Bars("Class balance")
        self._threshold = QSlider(Qt.Orientation.Horizontal)
        self._threshold_text = QLabel()
        self._keep = QPushButton("Use this rule")
        self._lock = QPushButton("Lock this split…")
        # While the threshold moves only this page follows; at rest the project keeps it.
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(AT_REST_MS)
        self._timer.timeout.connect(self._keep_threshold)
        self._set_up()
        self._lay_out()
        self._kept = project.splits.rule
        self._bar.show_rule(self._kept)

    def refresh(self, changes: Changes) -> None:
        """Look again after a change."""
        if not changes.dataset:
            return
        self.bridge.call(self.project.splits.folds, self._bar.offer_folds, channel="folds")
        kept = self.project.splits.rule
        if kept != self._kept:
            # A rule that is only looked at stays while others of its facts change.
            self._kept = kept
            self._bar.show_rule(kept)
        if self.project.scans.is_complete():
            self._look(self._bar.rule())
        else:
            self._summary.setText("The scan is not finished: counts come when it is.")

    def open(self, request: PageRequest) -> None:
        """Wait for pasted code."""
        if request.action is PageAction.PASTE_CODE:
            self._bar.ask_for_code()

    def shown_text(self) -> str:
        """Return the sentence that counts the leaked images."""
        if self._shown is None:
            return ""
        found = self._shown.found
        name = found.made.evaluation
        return f"{len(found.leaks):,} of {found.validation_images:,} {name} images"

    def _look(self, rule: Rule) -> None:
        if lacks := self._bar.lacks():
            self._show_none(lacks)
            return
        if self._shown is None:
            self._summary.setText("Counting who stands where…")
        if rule.kind is RuleKind.CODE:
            self._show_reading(rule)
        project = self.project
        self.bridge.call(
            lambda: _read(project, rule), self._show, channel="splits",
            on_error=self._refuse,
        )  # fmt: skip

    def _show_reading(self, rule: Rule) -> None:
        def done(answer: tuple[CodeReading, tuple[str, ...]]) -> None:
            if self._bar.rule().code == rule.code:
                self._bar.reading.show_reading(*answer)

        self.bridge.call(
            lambda: read_for_form(rule.code, rule.call.keras, rule.answers), done,
            channel="splits-reading", on_error=lambda error: self._bar.reading.clear(),
        )  # fmt: skip

    def _refuse(self, error: InspectorError) -> None:
        self._show_none(f"{error.message[:1].upper()}{error.message[1:]}.", error.advice)

    def _show_none(self, why: str, advice: str = "") -> None:
        self._shown = None
        self._summary.setText(why)
        self._note.setText(advice)
        self._pairs.show_tiles(())
        for shown in (self._matrix, self._findings):
            shown.setRowCount(0)
        self.moved.emit()
        self._keep.setEnabled(False)
        self._lock.setEnabled(False)
        self.seed_panel.show_none("")
        self._bars.show_rows(())

    def _show(self, shown: SplitsData) -> None:
        if self._bar.lacks():
            # An answer about the rule before.
            return
        self._shown = shown
        found = shown.found
        neighbours = sum(leak.kind != "group" for leak in found.leaks)
        made = found.made
        self._summary.setText(
            f"{100 * found.share:.1f} % of the {made.evaluation} images have a near-duplicate in"
            " training."
            if neighbours
            else f"No {made.evaluation} image has a near-duplicate in training."
        )
        before, was = found.before, ""
        if before is not None:
            was = (
                f" Before exclusions it was {before.leaked:,} of {before.validation_images:,}"
                f" ({before.share:.1%}), with {before.training_images:,} training images."
            )
        moved = f" {shown.moved:,} images would move against today's folders." * bool(shown.moved)
        self._note.setText(
            f"{found.training_images:,} training, {found.validation_images:,} {made.evaluation};"
            f" {len(found.both):,} files are in both, {len(made.neither):,} in neither."
            f" {neighbours:,} {made.evaluation} images leak at similarity {found.threshold:g} or"
            " more;"
            f" {found.count('group'):,} more share only a group with training.{was}{moved}"
            f" {shown.lock}"
        )
        self._keep.setEnabled(made.rule != self.project.splits.rule)
        self._lock.setEnabled(True)
        self._show_matrix(found)
        self._show_pairs(shown)
        self._show_findings(found)
        if shown.computing:
            self.seed_panel.show_none("Computing…")
        else:
            self.seed_panel.show_rates(made.rule, found.seed_rates, shown.drawn)
        self._bars.show_rows(shown.balance)
        if not self._threshold.isSliderDown() and not self._timer.isActive():
            self._threshold.blockSignals(True)
            self._threshold.setValue(round(found.threshold * 100))
            self._threshold.blockSignals(False)
            self._threshold_text.setText(f"confirmed from {found.threshold:.2f}")
        self.moved.emit()

    def _show_matrix(self, found: Leakage) -> None:
        cells = [c for c in found.matrix if c.source != c.to]
        self._matrix.setRowCount(len(cells))
        for row, cell in enumerate(cells):
            source, to = (
                found.made.evaluation if side == "validation" else side
                for side in (cell.source, cell.to)
            )
            for column, text in enumerate((source, f"{to} ({cell.images:,})")):
                self._matrix.setItem(row, column, QTableWidgetItem(text))
            for column, (kind, ids) in enumerate(cell.by_kind.items(), start=2):
                item = QTableWidgetItem(f"{len(ids):,}")
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                title = f"{to} images tied to {source}: {kind}"
                item.setData(Qt.ItemDataRole.UserRole, (title, ids))
                item.setToolTip(f"{len(ids):,} {title}. Click to see them.")
                item.setBackground(_heat(len(ids) / max(1, cell.images)))
                self._matrix.setItem(row, column, item)
        height = self._matrix.rowHeight(0) if cells else 30
        self._matrix.setFixedHeight(36 + height * min(6, max(1, len(cells))))

    def _show_pairs(self, shown: SplitsData) -> None:
        """Show the pairs; their thumbnails are decoded elsewhere, for what is in sight."""
        splits = shown.found.made.evaluation, "training"
        self._pairs.show_tiles(
            [
                PairTile(
                    leak.image.id, leak.image.id, leak.neighbour.id, splits,
                    f"{KIND_NAMES[PairKind(leak.kind)]}  {leak.similarity:.2f}",
                    _labels(leak), leak.image.label != leak.neighbour.label, None,
                    f"{leak.image.path} and {leak.neighbour.path}",
                )
                for leak in shown.found.leaks
                if leak.neighbour is not None
            ]
        )  # fmt: skip

    def _show_findings(self, found: Leakage) -> None:
        set_rows(self._findings, len(found.findings), "Nothing to say of this rule.")
        for row, finding in enumerate(found.findings):
            texts = (finding.severity, finding.text, f"{len(finding.files):,}")
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self._findings.setItem(row, column, item)
        self._findings.resizeRowsToContents()

    def _on_rule(self, rule: Rule) -> None:
        self._look(rule)

    def _on_cell(self, row: int, column: int) -> None:
        item = self._matrix.item(row, column)
        kept = item.data(Qt.ItemDataRole.UserRole) if item else None
        if kept and kept[1]:
            self.show_list(kept[0], kept[1])

    def _on_pair(self, key: int) -> None:
        leaks = self._shown.found.leaks if self._shown is not None else ()
        leak = next((one for one in leaks if one.image.id == key), None)
        if leak is not None and leak.neighbour is not None:
            PairDialog(self.project, self.bridge, (leak.image, leak.neighbour), self).open()

    def close(self) -> bool:
        """Let go of the decode threads, too."""
        self._pairs.shut()
        return super().close()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._pairs.set_columns(max(2, min(6, self._pairs.width() // _PAIR_PX)))

    def _on_finding(self, row: int, _: int) -> None:
        if self._shown is None:
            return
        finding = self._shown.found.findings[row]
        project, paths, text = self.project, finding.files, finding.code.replace("_", " ")
        self.bridge.call(
            lambda: tuple(s.id for s in project.samples.by_paths(paths)),
            lambda ids: self.show_list(text, ids) if ids else None,
        )

    def _on_threshold(self, value: int) -> None:
        self._threshold_text.setText(f"confirmed from {value / 100:.2f}")
        self._timer.start()
        shown = self._shown
        if shown is not None:
            self._show_computing()
            self.bridge.call(
                lambda: _moved(shown, value / 100), self._on_followed,
                channel="threshold look", on_error=self._refuse, late=True,
            )  # fmt: skip

    def _show_computing(self) -> None:
        """Show no figure of another threshold under the new one."""
        self._summary.setText("Computing…")
        self._note.setText("")
        for row in range(self._matrix.rowCount()):
            for column in range(2, self._matrix.columnCount()):
                if (item := self._matrix.item(row, column)) is not None:
                    item.setText("…")

    def _on_followed(self, shown: SplitsData) -> None:
        if self._shown is not None and self._shown.search is shown.search:
            self._show(shown)

    def _keep_threshold(self) -> None:
        if self._threshold.isSliderDown():
            self._timer.start()
            return
        value = self._threshold.value() / 100
        self.bridge.call(
            lambda: self.project.duplicates.set_threshold(value), channel="threshold",
            writes=True,
        )  # fmt: skip

    def _on_keep(self) -> None:
        rule = self._bar.rule()
        self.bridge.call(lambda: self.project.splits.set_rule(rule), writes=True)

    def _on_lock(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, "Lock this split in a manifest", f"{self.project.name}-split.csv", "CSV (*.csv)"
        )
        if name:
            rule = self._bar.rule()
            self.bridge.call(
                lambda: self.project.splits.freeze(rule, Path(name)), self._on_locked, writes=True
            )

    def _on_locked(self, frozen: Frozen) -> None:
        self._note.setText(f"{frozen.files:,} files are locked in {frozen.path}.")

    def _set_up(self) -> None:
        self._threshold.setRange(round(POSSIBLE * 100), 100)
        self._threshold.setFixedWidth(160)
        self._threshold.setAccessibleName("Similarity from which a pair is sure")
        self._threshold.valueChanged.connect(self._on_threshold)
        self._keep.setToolTip("Remember it: findings, the diagnosis and training go by it")
        self._keep.clicked.connect(self._on_keep)
        self._lock.setToolTip("Write every file with its side and SHA-256, before cleaning")
        self._lock.clicked.connect(self._on_lock)
        self._findings.setWordWrap(True)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self._threshold_text)
        buttons.addWidget(self._threshold)
        buttons.addStretch()
        buttons.addWidget(self._keep)
        buttons.addWidget(self._lock)
        tabs = QTabWidget()
        tabs.addTab(self._pairs, "Worst pairs")
        tabs.addTab(self._findings, "Findings of this rule")
        main = QVBoxLayout()
        main.setSpacing(8)
        for widget in (self._summary, self._note, self._matrix):
            main.addWidget(widget)
        main.addLayout(buttons)
        main.addWidget(tabs, 1)
        side = QVBoxLayout()
        side.setSpacing(8)
        parts: tuple[tuple[str, tuple[QWidget, ...]], ...] = (
            ("Seed variability", (self.seed_panel,)),
            ("Class balance: training / evaluation", (self._bars,)),
        )
        for title, figures in parts:
            head = QLabel(title)
            head.setProperty("role", "heading")
            head.setWordWrap(True)
            side.addWidget(head)
            for figure in figures:
                side.addWidget(figure)
        side.addStretch()
        panel = QWidget()
        panel.setLayout(side)
        panel.setFixedWidth(260)
        body = QHBoxLayout()
        body.setSpacing(16)
        body.addLayout(main, 1)
        body.addWidget(panel)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 12, 16, 12)
        outer.setSpacing(12)
        outer.addWidget(self._bar)
        outer.addLayout(body, 1)


def _read(project: Project, rule: Rule) -> SplitsData:
    search = project.splits.search(rule)
    found = search.at(project.duplicates.threshold)
    labels = {s.path: s.label for s in project.samples.everything()}
    counts = {
        side: Counter(labels.get(p, "") for p in paths)
        for side, paths in (
            ("training", found.made.training), (found.made.evaluation, found.made.validation),
        )
    }  # fmt: skip
    names = sorted({name for count in counts.values() for name in count} - {""})
    balance = tuple(
        (name, {side: counts[side][name] for side in counts}) for name in names
    )  # fmt: skip
    moved = len(project.splits.moves(found.made)) if rule.kind is RuleKind.GROUPS else 0
    return SplitsData(
        found, balance, moved, _lock_text(project), search, project.splits.drawn(rule)
    )  # fmt: skip


def _moved(shown: SplitsData, threshold: float) -> SplitsData:
    """Return what is shown at another threshold; other seeds take long, and come at rest."""
    return replace(shown, found=shown.search.at(threshold, with_seeds=False), computing=True)


def _labels(leak: Leak) -> str:
    if leak.neighbour is None or leak.image.label == leak.neighbour.label:
        return ""
    return f"{leak.image.label} | {leak.neighbour.label}"


def _lock_text(project: Project) -> str:
    lock = project.splits.locked()
    if lock is None:
        return "No split is locked yet."
    gone = len(lock.missing) + len(lock.changed)
    apart = f", {gone:,} changed or gone, {len(lock.new):,} new" if gone or lock.new else ""
    return f"Locked in {Path(lock.file).name}: {lock.same:,} files still as they were{apart}."


def _heat(share: float) -> QColor:
    colour = theme.colour("problem-fill")
    colour.setAlphaF(min(0.75, share * 1.5) if share else 0.0)
    return colour
