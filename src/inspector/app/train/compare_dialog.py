"""Compare policies: which ones, with how many seeds, and how long it will take."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from inspector.app.threads.bridge import Bridge
from inspector.app.widgets.dialog_text import DialogText
from inspector.app.widgets.focus import StableFocus
from inspector.augmentation.policy import Policy
from inspector.augmentation.presets import PRESETS
from inspector.errors import InspectorError, UsageError
from inspector.project.experiments.comparison_plans import ComparisonPlan
from inspector.project.experiments.comparison_records import ComparisonSetup
from inspector.project.experiments.variants import NONE, Variant, article, models, shares, strengths
from inspector.project.project import Project
from inspector.project.training.run import RunConfig
from inspector.training_protocol.run_spec import IMAGENET, MODELS, Budget

_WAIT_MS = 250
_POLICIES, _STRENGTHS, _SHARES, _MODELS = "policies", "strengths", "shares", "models"
_AXES = (
    ("policies, against no augmentation", _POLICIES),
    ("one parameter at several strengths", _STRENGTHS),
    ("shares of training's groups", _SHARES),
    ("models", _MODELS),
)
_EXAMPLES = {_STRENGTHS: "rotation_range=0,10,20,40", _SHARES: "0.1, 0.25, 0.5, 1"}
_HELP = {
    _POLICIES: "Tick at least one policy.",
    _STRENGTHS: "Enter a parameter of ImageDataGenerator and its values.",
    _SHARES: "Write shares above 0, at most 1; each is trained without the policy chosen on the"
    " page, and with it if there is one.",
    _MODELS: "Tick at least two models; the first is the baseline.",
}
_BUDGETS = (("equal steps", Budget.STEPS), ("each until its plateau", Budget.PLATEAU))


class CompareDialog(StableFocus, QDialog):
    """Chooses what is compared, shows the plan, starts it.

    Attributes:
        start_requested: The shown `ComparisonPlan`.
    """

    start_requested = Signal(object)

    def __init__(
        self, project: Project, bridge: Bridge, config: RunConfig, own: Mapping[str, Policy],
        parent: QWidget,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Compare")
        self._project, self._bridge, self._config = project, bridge, config
        self._plan: ComparisonPlan | None = None
        self._axis, self._values = QComboBox(), QLineEdit()
        self._policies = {**own, **{n: p for n, p in PRESETS.items() if p != Policy.none()}}
        self._list = QListWidget()
        self._list.setAccessibleName("What to compare")
        self._list.setMinimumHeight(130)
        self._seeds, self._budget = QSpinBox(), QComboBox()
        self._text = DialogText("What will run", 560, 150)
        self._start = QPushButton("Start the comparison")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_WAIT_MS)
        self._timer.timeout.connect(self._ask)
        self._lay_out()
        self._fill_list(self._policies)
        self._axis.currentIndexChanged.connect(self._on_axis)
        self._values.textChanged.connect(self._on_changed)
        self._list.itemChanged.connect(self._on_changed)
        self._seeds.valueChanged.connect(self._on_changed)
        self._budget.currentIndexChanged.connect(self._on_changed)
        self._ask()

    def choose(self, names: list[str]) -> None:
        """Tick these policies and no others."""
        for row in range(self._list.count()):
            item = self._list.item(row)
            on = item.text() in names
            item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)

    def _fill_list(self, names: Iterable[str]) -> None:
        self._list.clear()
        for name in names:
            item = QListWidgetItem(name, self._list)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked)

    def _on_axis(self, _: int) -> None:
        axis = str(self._axis.currentData())
        written = axis in _EXAMPLES
        self._list.setVisible(not written)
        self._values.setVisible(written)
        self._values.setText(_EXAMPLES.get(axis, ""))
        self._ready.setVisible(axis == _POLICIES)
        if not written:
            names = MODELS if axis == _MODELS else self._policies
            self._fill_list(names)
        self._on_changed()

    def _ticked(self) -> list[str]:
        items = [self._list.item(row) for row in range(self._list.count())]
        return [i.text() for i in items if i.checkState() is Qt.CheckState.Checked]

    def _chosen(self) -> list[Variant]:
        """Return what is compared.

        Raises:
            UsageError: A field can't be parsed.
        """
        text = self._values.text()
        match self._axis.currentData():
            case "strengths":
                parameter, _, values = text.partition("=")
                return strengths(parameter.strip(), _numbers(values))
            case "shares":
                return shares(_numbers(text), self._config.policy)
            case "models":
                return models(self._ticked(), self._config.policy)
            case _:
                ticked = self._ticked()
                return [Variant(NONE), *(Variant(n, self._policies[n]) for n in ticked)]

    def _on_changed(self, *_: object) -> None:
        self._start.setEnabled(False)
        self._timer.start()

    def _ask(self) -> None:
        self._start.setEnabled(False)
        try:
            chosen = self._chosen()
        except InspectorError as error:
            self._refuse(error)
            return
        if len(chosen) < 2:
            self._text.setText(
                f"{_HELP[str(self._axis.currentData())]} All else is equal: the split, the seeds,"
                " the order of images, the normalisation, and the number of steps."
            )
            return
        setup = ComparisonSetup(self._seeds.value(), budget=Budget(self._budget.currentData()))
        config = self._config
        if self._axis.currentData() == _MODELS and config.weights is None:
            config = replace(config, weights=IMAGENET)
        self._bridge.call(
            lambda: self._project.comparisons.plan(
                self._project.splits.rule, chosen, config, setup=setup
            ),
            self._show, channel="comparison plan", on_error=self._refuse,
        )  # fmt: skip

    def _show(self, plan: ComparisonPlan) -> None:
        self._plan = plan
        seconds = plan.expected_seconds
        time = (
            f"about {max(1, round(seconds / 60))} min by earlier runs"
            if seconds is not None
            else "no similar run has been trained: the first runs will show how long it takes"
        )
        spec = plan.specs[0][1]
        self._text.setText(
            f"{len(plan.specs)} runs of {spec.model.replace('_', ' ')} at {spec.image_size_px} px:"
            f" {time}. You can stop at any time: results so far count.\n\n" + "\n".join(plan.notes)
        )
        self._start.setEnabled(True)

    def _refuse(self, error: InspectorError) -> None:
        self._text.setText(f"{error.message}. {error.advice}")

    def _on_start(self) -> None:
        if self._plan is not None:
            self.start_requested.emit(self._plan)
            self.accept()

    def _on_article(self) -> None:
        self.choose([one.name for one in article()])

    def _lay_out(self) -> None:
        self._seeds.setRange(1, 20)
        self._seeds.setValue(ComparisonSetup().seeds)
        self._seeds.setAccessibleName("Seeds")
        self._budget.setAccessibleName("Budget")
        self._axis.setAccessibleName("What is compared")
        self._values.setAccessibleName("Values")
        self._values.hide()
        for text, axis in _AXES:
            self._axis.addItem(text, axis)
        for text, budget in _BUDGETS:
            self._budget.addItem(text, budget.value)
        self._ready = QPushButton("The article's three examples")
        self._ready.clicked.connect(self._on_article)
        row = QHBoxLayout()
        for widget in (QLabel("Seeds"), self._seeds, QLabel("Budget"), self._budget):
            row.addWidget(widget)
        row.addStretch()
        row.addWidget(self._ready)
        self._start.setProperty("role", "primary")
        self._start.clicked.connect(self._on_start)
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        box.addButton(self._start, QDialogButtonBox.ButtonRole.ActionRole)
        box.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(self._axis)
        column.addWidget(self._values)
        column.addWidget(self._list, 1)
        column.addLayout(row)
        column.addWidget(self._text)
        column.addWidget(box)


def _numbers(text: str) -> list[float]:
    """Parse comma-separated numbers.

    Raises:
        UsageError: A part is not a number.
    """
    try:
        return [float(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise UsageError(f"{text.strip()} is not a list of numbers", "Write 0, 10, 20.") from None
