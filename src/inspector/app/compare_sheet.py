"""Compare policies: which, with how many seeds, and what that will take."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from inspector.app.bridge import Bridge
from inspector.augmentation.presets import PRESETS
from inspector.augmentation.terms import Policy
from inspector.errors import InspectorError
from inspector.project.candidates import NONE, Candidate, article
from inspector.project.comparison_records import Setup
from inspector.project.comparisons import Plan
from inspector.project.project import Project
from inspector.project.runs import Wanted
from inspector.run_specs import Budget

_WAIT_MS = 250
_BUDGETS = (("equal steps", Budget.STEPS), ("each until its plateau", Budget.PLATEAU))


class CompareSheet(QDialog):
    """Choose what is compared, read the plan, start.

    Attributes:
        start_asked: The `Plan` that was read.
    """

    start_asked = Signal(object)

    def __init__(
        self, project: Project, bridge: Bridge, wanted: Wanted, own: Mapping[str, Policy],
        parent: QWidget,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Compare policies")
        self._project, self._bridge, self._wanted = project, bridge, wanted
        self._plan: Plan | None = None
        self._policies = {**own, **{n: p for n, p in PRESETS.items() if p != Policy.none()}}
        self._list = QListWidget()
        self._list.setAccessibleName("Policies, compared with no augmentation")
        for name in self._policies:
            item = QListWidgetItem(name, self._list)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked)
        self._seeds, self._budget = QSpinBox(), QComboBox()
        self._text = QLabel()
        self._start = QPushButton("Start the comparison")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_WAIT_MS)
        self._timer.timeout.connect(self._ask)
        self._lay_out()
        self._list.itemChanged.connect(self._on_changed)
        self._seeds.valueChanged.connect(self._on_changed)
        self._budget.currentIndexChanged.connect(self._on_changed)
        self._ask()

    def choose(self, names: list[str]) -> None:
        """Tick policies, and no others."""
        for row in range(self._list.count()):
            item = self._list.item(row)
            on = item.text() in names
            item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)

    def _chosen(self) -> list[Candidate]:
        items = [self._list.item(row) for row in range(self._list.count())]
        names = [i.text() for i in items if i.checkState() is Qt.CheckState.Checked]
        return [Candidate(NONE), *(Candidate(name, self._policies[name]) for name in names)]

    def _on_changed(self, *_: object) -> None:
        self._start.setEnabled(False)
        self._timer.start()

    def _ask(self) -> None:
        chosen = self._chosen()
        self._start.setEnabled(False)
        if len(chosen) < 2:
            self._text.setText(
                "Tick one policy at least. Each is compared with no augmentation, on the same"
                " split, with the same seeds and the same order of images."
            )
            return
        setup = Setup(self._seeds.value(), budget=Budget(self._budget.currentData()))
        self._bridge.call(
            lambda: self._project.comparisons.plan(
                self._project.splits.rule, chosen, self._wanted, setup=setup
            ),
            self._show, channel="comparison plan", on_error=self._refuse,
        )  # fmt: skip

    def _show(self, plan: Plan) -> None:
        self._plan = plan
        seconds = plan.expected_seconds
        time = (
            f"about {max(1, round(seconds / 60))} min by earlier runs"
            if seconds is not None
            else "how long is told by the first runs, as none like them has been trained"
        )
        spec = plan.specs[0][1]
        self._text.setText(
            f"{len(plan.specs)} runs of {spec.model.replace('_', ' ')} at {spec.image_size_px} px:"
            f" {time}. Any time you stop, what is known so far counts.\n\n"
            + "\n".join(plan.notes)
        )
        self._start.setEnabled(True)

    def _refuse(self, error: InspectorError) -> None:
        self._text.setText(f"{error.message}. {error.advice}")

    def _on_start(self) -> None:
        if self._plan is not None:
            self.start_asked.emit(self._plan)
            self.accept()

    def _on_article(self) -> None:
        self.choose([one.name for one in article()])

    def _lay_out(self) -> None:
        self._seeds.setRange(1, 20)
        self._seeds.setValue(Setup().seeds)
        self._seeds.setAccessibleName("Seeds")
        self._budget.setAccessibleName("Budget")
        for text, budget in _BUDGETS:
            self._budget.addItem(text, budget.value)
        ready = QPushButton("The article's three examples")
        ready.clicked.connect(self._on_article)
        row = QHBoxLayout()
        for widget in (QLabel("Seeds"), self._seeds, QLabel("Budget"), self._budget):
            row.addWidget(widget)
        row.addStretch()
        row.addWidget(ready)
        self._text.setWordWrap(True)
        self._text.setMinimumSize(560, 150)
        self._text.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._start.setProperty("role", "primary")
        self._start.clicked.connect(self._on_start)
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        box.addButton(self._start, QDialogButtonBox.ButtonRole.ActionRole)
        box.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(self._list, 1)
        column.addLayout(row)
        column.addWidget(self._text)
        column.addWidget(box)
