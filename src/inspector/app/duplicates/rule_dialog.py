"""Keep by rule: shows the effect per split and class before it is applied."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPushButton,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.focus import StableFocus
from inspector.app.widgets.tables import table
from inspector.errors import InspectorError
from inspector.project.project import Project
from inspector.project.review.keep_rules import RULES, RulePlan

SCOPES = (("all clusters", True), ("reviewed clusters only", False))


class RuleDialog(StableFocus, QDialog):
    """Chooses a rule and a scope, shows the effect, applies it."""

    def __init__(self, project: Project, bridge: Bridge, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keep by a rule")
        self._project = project
        self._bridge = bridge
        self._rule = QComboBox()
        self._rule.addItems([r for r in RULES if r != "path:GLOB"])
        self._rule.setEditable(True)
        self._rule.setAccessibleName("Rule")
        self._rule.currentTextChanged.connect(self._plan)
        self._scope = QComboBox()
        self._scope.addItems([name for name, _ in SCOPES])
        self._scope.setAccessibleName("Scope")
        self._scope.currentIndexChanged.connect(self._plan)
        self._effect = QLabel()
        self._effect.setWordWrap(True)
        heads = ("split", "class", "excluded")
        self._places = table(heads, name="Excluded, by split and class", wide=(0, 1), numbers=(2,))
        self._places.setMinimumSize(420, 200)
        self._redraw = QLabel()
        self._redraw.setObjectName("rule-warning")
        self._redraw.setWordWrap(True)
        self._redraw.setVisible(False)
        self._apply = QPushButton("Exclude them")
        self._apply.setProperty("role", "primary")
        self._apply.clicked.connect(self._run)
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        box.addButton(self._apply, QDialogButtonBox.ButtonRole.AcceptRole)
        box.rejected.connect(self.reject)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        note = QLabel(
            "In each cluster, the first image in this order is kept and its near-duplicates are"
            " excluded. No file is deleted: exports leave excluded images out. path:GLOB prefers"
            " files that match a pattern."
        )
        note.setWordWrap(True)
        note.setProperty("role", "muted")
        choices, labels = (self._rule, self._scope), (self._effect, self._places, self._redraw)
        for widget in (note, *choices, *labels, box):
            column.addWidget(widget)
        self._plan()
        bridge.call(project.splits.redraw, self._warn, channel="redraw")

    def _warn(self, text: str) -> None:
        self._redraw.setText(text)
        self._redraw.setVisible(bool(text))
        if text:
            # The dialog grows with the warning, so that nothing overlaps.
            self._column.activate()
            least = self._column.totalHeightForWidth(self.width())
            self.resize(self.width(), max(self.height(), least))

    def _choice(self) -> tuple[str, bool]:
        return self._rule.currentText(), SCOPES[self._scope.currentIndex()][1]

    def _plan(self, *_: object) -> None:
        rule, everything = self._choice()
        self._bridge.call(
            lambda: self._project.decisions.plan_rule(rule, everything=everything),
            self._show,
            channel="rule",
            on_error=self._refuse,
        )

    def _refuse(self, error: InspectorError) -> None:
        self._effect.setText(f"{error.message}. {error.advice}")
        self._places.setRowCount(0)
        self._apply.setEnabled(False)

    def _show(self, plan: RulePlan) -> None:
        clusters = f"{plan.clusters:,} cluster{'s' * (plan.clusters != 1)}"
        drops = f"{len(plan.drops):,} image{'s' * (len(plan.drops) != 1)}"
        effect = f"{drops} of {clusters} would be excluded."
        if plan.left:
            effect += f" {plan.left} pairs stay: both were kept by hand or kept together."
        self._effect.setText(effect)
        self._places.setRowCount(len(plan.per_place))
        for row, ((split, label), count) in enumerate(plan.per_place.items()):
            for column, text in enumerate((split or "no split", label, f"{count:,}")):
                item = QTableWidgetItem(text)
                if column == 2:
                    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                    item.setTextAlignment(right)
                self._places.setItem(row, column, item)
        self._apply.setEnabled(bool(plan.drops))

    def _run(self) -> None:
        rule, everything = self._choice()
        self._bridge.call(
            lambda: self._project.decisions.apply_rule(rule, everything=everything), writes=True
        )
        self.accept()
