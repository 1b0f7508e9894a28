"""Splits: what training and evaluation share under a rule, the pairs, other seeds, the lock."""

from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from inspector.app.splits.class_balance import ClassBalance
from inspector.app.splits.findings_card import FindingsCard
from inspector.app.splits.pairs_card import LeakPairs
from inspector.app.splits.rule_form import RuleBar, RuleState
from inspector.app.splits.seed_panel import SeedVariabilityPanel
from inspector.app.splits.split_graph import SplitEdge, SplitGraph
from inspector.app.splits.splits_data import SplitsData, at_threshold, read_splits
from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.code_reading_panel import choose_code_file
from inspector.app.widgets.column_area import ColumnArea
from inspector.app.widgets.icons import icon
from inspector.app.widgets.page import Page, PageAction, PageName, PageRequest
from inspector.app.widgets.pairs.pair_dialog import PairDialog
from inspector.audit.pitfalls import Pitfall
from inspector.code_reading.program import load_code
from inspector.code_reading.reading import CodeReading, read_for_form
from inspector.errors import InspectorError
from inspector.project.changes import Changes
from inspector.project.project import Project
from inspector.project.splits.leakage import Leak
from inspector.project.splits.split_rules import Rule, RuleKind
from inspector.project.splits.splits import Frozen
from inspector.project.training.serving_checks import ServingCheck
from inspector.similarity.levels import POSSIBLE

AT_REST_MS = 500
_SIDE_PX, _SIDE_WIDE_PX, _NARROW_PX, _WIDE_PX = 370, 440, 1000, 1300


class SplitsPage(Page):
    """Chooses a rule, shows what the splits share, locks it."""

    name = PageName.SPLITS
    words = "leakage leak rate split rule seed validation training test lock paste code keras"
    icon = "splits"
    purpose = "Which split each file is in, and what leaks between them"
    hint = (
        "Choose what makes your split, or paste your code: the graph shows what training and"
        " evaluation then share."
    )

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self._shown: SplitsData | None = None
        self._bar = RuleBar()
        self._bar.changed.connect(self._look)
        self._bar.serving.changed.connect(self._compare)
        self._bar.serving.judge.connect(lambda: self._compare(judge=True))
        self._bar.keep_requested.connect(self._on_keep)
        self._bar.file_requested.connect(self._on_file)
        self._summary, self._note = QLabel(), QLabel()
        self._summary.setObjectName("splits-summary")
        self._note.setObjectName("splits-note")
        self._summary.setProperty("role", "title")
        self._note.setProperty("role", "muted")
        self._graph = SplitGraph()
        self._graph.chosen.connect(self._on_edge)
        self._graph.opened.connect(self._on_edge_opened)
        self._pairs = LeakPairs(project.samples.thumbnail)
        self._pairs.opened.connect(self._on_pair)
        self._pairs.list_requested.connect(self.show_list)
        self._findings = FindingsCard()
        self._findings.requested.connect(self._on_finding)
        self.seed_panel = SeedVariabilityPanel(project, bridge, self.jobs)
        self._balance, self._balance_text = ClassBalance(), QLabel()
        self._threshold = QSlider(Qt.Orientation.Horizontal)
        self._threshold_text = QLabel()
        self._lock, self._by_group = QPushButton("Lock this split…"), QPushButton("Split by group…")
        # While the threshold is dragged only this page follows; at rest the project stores it.
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(AT_REST_MS)
        self._timer.timeout.connect(self._keep_threshold)
        self._set_up()
        self._lay_out()
        # The last one that was seen in use, and the last one that was put into use here.
        self._rule = self._own = project.splits.rule
        self._bar.show_rule(self._rule)

    def refresh(self, changes: Changes) -> None:
        """Query again after a change."""
        if not changes.dataset:
            return
        self.bridge.call(self.project.splits.folds, self._bar.offer_folds, channel="folds")
        rule = self.project.splits.rule
        if rule != self._rule:
            # Keep a rule that is only being explored when other facts change.
            self._rule = rule
            if rule != self._own:
                self._bar.show_rule(rule)
        if self.project.scans.is_complete():
            self._look(self._bar.rule())
        else:
            self._summary.setText("Counts appear when the scan is finished.")

    def open(self, request: PageRequest) -> None:
        """Show the field for pasted code, or read the code of a file."""
        if request.action is PageAction.PASTE_CODE:
            self._bar.ask_for_code(request.code)

    def shown_text(self) -> str:
        """Return how many images leak."""
        if self._shown is None:
            return ""
        leakage = self._shown.leakage
        name = leakage.membership.evaluation
        return f"{len(leakage.leaks):,} of {leakage.validation_images:,} {name} images"

    def _look(self, rule: Rule) -> None:
        if lacks := self._bar.lacks():
            self._show_none(lacks)
            return
        if self._shown is None:
            self._summary.setText("Counting what the splits share…")
        self._bar.show_state(RuleState.COMPUTING)
        if rule.kind is RuleKind.CODE:
            self._show_reading(rule)
            self._compare()
        project = self.project
        self.bridge.call(
            lambda: read_splits(project, rule), self._show, channel="splits",
            on_error=self._refuse,
        )  # fmt: skip

    def _show_reading(self, rule: Rule) -> None:
        def done(answer: tuple[CodeReading, tuple[str, ...]]) -> None:
            if self._bar.rule().code == rule.code:
                self._bar.show_reading(*answer)

        self.bridge.call(
            lambda: read_for_form(rule.code, rule.call.keras, rule.answers), done,
            channel="splits-reading", on_error=lambda error: self._bar.reading.clear(),
        )  # fmt: skip

    def _compare(self, *, judge: bool = False) -> None:
        """Compare the inference code with the pasted code, and measure the effect on images."""
        rule, panel = self._bar.rule(), self._bar.serving
        if rule.kind is not RuleKind.CODE or not rule.serving.strip() or not rule.code.strip():
            return

        def done(check: ServingCheck) -> None:
            if self._bar.rule().serving == rule.serving:
                panel.show_check(check)

        self.bridge.call(
            lambda: self.project.serving.check(
                rule.code, rule.serving, rule.answers, judge=judge
            ),
            done, channel="splits-serving",
            on_error=lambda error: panel.show_problem(f"{error.message}. {error.advice}"),
        )  # fmt: skip

    def _refuse(self, error: InspectorError) -> None:
        self._show_none(f"{error.message[:1].upper()}{error.message[1:]}.", error.advice)

    def _show_none(self, why: str, advice: str = "") -> None:
        self._shown = None
        self._summary.setText(why)
        self._note.setText(advice)
        self._bar.show_state(RuleState.LACKING)
        self._graph.show_splits({}, ())
        self._pairs.show_note("The pairs that two splits share are shown here.")
        self._findings.show_findings(())
        self.moved.emit()
        for widget in (self._graph_card, self._balance_card):
            widget.setVisible(False)
        self._lock.setEnabled(False)
        self.seed_panel.show_none("There is no split to compare with other seeds.")

    def _show(self, shown: SplitsData) -> None:
        if self._bar.lacks():
            # A late answer about the previous rule.
            return
        self._shown = shown
        leakage = shown.leakage
        for widget in (self._graph_card, self._balance_card):
            widget.setVisible(True)
        self._graph.show_splits(shown.nodes, shown.edges)
        self._show_edge()
        self._note.setText(shown.note)
        in_use = leakage.membership.rule == self.project.splits.rule
        if leakage.membership.rule.kind is RuleKind.CODE and not in_use:
            # Code is in use as soon as it is read.
            self._on_keep(leakage.membership.rule)
        self._bar.show_state(RuleState.IN_USE if in_use else RuleState.READ)
        self._lock.setEnabled(True)
        self._by_group.setEnabled(leakage.membership.rule.kind is not RuleKind.GROUPS)
        self._findings.show_findings(leakage.findings)
        if shown.computing:
            self.seed_panel.show_none("Computing…")
        else:
            self.seed_panel.show_rates(leakage.membership.rule, leakage.seed_rates, shown.drawn)
        self._balance.show_rows(shown.balance)
        text = self._balance.text()
        self._balance_text.setText(text)
        self._balance_text.setVisible(bool(text))
        if not self._threshold.isSliderDown() and not self._timer.isActive():
            self._threshold.blockSignals(True)
            self._threshold.setValue(round(leakage.threshold * 100))
            self._threshold.blockSignals(False)
            self._threshold_text.setText(f"{leakage.threshold:.2f}")
        self.moved.emit()

    def _show_edge(self) -> None:
        """Show the sentence and the pairs of the chosen edge."""
        shown, edge = self._shown, self._graph.current()
        if shown is None or edge is None:
            return
        self._summary.setText(shown.headline(edge))
        self.bridge.call(
            lambda: (edge, shown.between(edge)), self._show_pairs, channel="splits pairs"
        )

    def _show_pairs(self, answer: tuple[SplitEdge, tuple[Leak, ...]]) -> None:
        if self._shown is not None:
            self._pairs.show_leaks(*answer)

    def _on_edge(self, _: SplitEdge) -> None:
        if not self._graph.is_computing():
            self._show_edge()

    def _on_edge_opened(self, edge: SplitEdge) -> None:
        shown = self._shown
        if shown is not None and edge.count:
            title = f"{edge.to} images with a near-duplicate in {edge.source}"
            self.bridge.call(
                lambda: tuple(leak.image.id for leak in shown.between(edge) if leak.neighbour),
                lambda ids: self.show_list(title, ids),
            )

    def _on_pair(self, leak: Leak) -> None:
        if leak.neighbour is not None:
            PairDialog(self.project, self.bridge, (leak.image, leak.neighbour), self).open()

    def close(self) -> bool:
        """End the decode threads as well."""
        self._pairs.shut_down()
        return super().close()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow, wide = self.width() < _NARROW_PX, self.width() >= _WIDE_PX
        self._side.setFixedWidth(300 if narrow else _SIDE_WIDE_PX if wide else _SIDE_PX)

    def _on_finding(self, finding: Pitfall) -> None:
        project, paths, text = self.project, finding.files, finding.code.replace("_", " ")
        self.bridge.call(
            lambda: tuple(s.id for s in project.samples.by_paths(paths)),
            lambda ids: self.show_list(text, ids) if ids else None,
        )

    def _on_threshold(self, value: int) -> None:
        self._threshold_text.setText(f"{value / 100:.2f}")
        self._timer.start()
        shown = self._shown
        if shown is not None:
            # Hide the figures of the previous threshold.
            self._summary.setText("Computing…")
            self._note.setText("")
            self._graph.show_computing()
            self._pairs.show_computing()
            self.bridge.call(
                lambda: at_threshold(shown, value / 100), self._on_followed,
                channel="threshold look", on_error=self._refuse, late=True,
            )  # fmt: skip

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

    def _on_keep(self, rule: Rule | None = None) -> None:
        # What is typed meanwhile stays: the form shows this rule already.
        self._own = rule = rule or self._bar.rule()
        self.bridge.call(lambda: self.project.splits.set_rule(rule), writes=True)

    def _on_file(self) -> None:
        file = choose_code_file(self)
        if file is not None:
            self.bridge.call(lambda: load_code(file), self._bar.ask_for_code, on_error=self._refuse)

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
        for label in (self._summary, self._note, self._balance_text):
            label.setWordWrap(True)
        self._balance_text.setProperty("role", "caption")
        self._threshold.setRange(round(POSSIBLE * 100), 100)
        self._threshold.setAccessibleName("Similarity from which a pair is confirmed")
        self._threshold.setToolTip("Pairs from this similarity on are confirmed")
        self._threshold.valueChanged.connect(self._on_threshold)
        self._threshold_text.setProperty("role", "card-title")
        self._threshold_text.setMinimumWidth(32)
        self._lock.setIcon(icon("lock"))
        self._lock.setToolTip("Write every file with its split and SHA-256, before cleaning")
        self._lock.clicked.connect(self._on_lock)
        self._by_group.setProperty("role", "primary")
        self._by_group.setIcon(icon("groups", "on-accent"))
        self._by_group.setToolTip("Show a split that keeps near-duplicates and groups together")
        self._by_group.clicked.connect(lambda: self._bar.choose(RuleKind.GROUPS))

    def _lay_out(self) -> None:
        self._side = self._side_column()
        right = QVBoxLayout()
        right.setSpacing(12)
        right.addWidget(self._bar)
        right.addWidget(self._findings)
        right.addWidget(self._pairs, 1)
        body = QHBoxLayout()
        body.setSpacing(12)
        body.addWidget(self._side)
        body.addLayout(right, 1)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addLayout(self._head())
        column.addLayout(body, 1)
        area = ColumnArea()
        area.setWidget(inner)
        area.setAccessibleName("Splits")
        area.setAccessibleDescription(self.purpose)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(8)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self._summary)
        words.addWidget(self._note)
        head.addLayout(words, 1)
        for button in (self._lock, self._by_group):
            head.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)
        return head

    def _side_column(self) -> QWidget:
        similarity = QHBoxLayout()
        similarity.setSpacing(8)
        similarity.addWidget(QLabel("Similarity from"))
        similarity.addWidget(self._threshold, 1)
        similarity.addWidget(self._threshold_text)
        self._graph_card = _card("Images with a near-duplicate", self._graph)
        _column_of(self._graph_card).addLayout(similarity)
        self._balance_card = _card("Class balance", self._balance, self._balance_text)
        seeds = _card("", self.seed_panel)
        left = QVBoxLayout()
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(12)
        for card in (self._graph_card, seeds, self._balance_card):
            left.addWidget(card)
        left.addStretch()
        side = QWidget()
        side.setLayout(left)
        return side


def _card(title: str, *widgets: QWidget) -> QFrame:
    card = QFrame()
    card.setObjectName("plain-card")
    column = QVBoxLayout(card)
    column.setContentsMargins(16, 14, 16, 14)
    column.setSpacing(10)
    if title:
        head = QLabel(title)
        head.setProperty("role", "title-2")
        column.addWidget(head)
    for widget in widgets:
        column.addWidget(widget)
    return card


def _column_of(card: QFrame) -> QVBoxLayout:
    column = card.layout()
    assert isinstance(column, QVBoxLayout)
    return column
