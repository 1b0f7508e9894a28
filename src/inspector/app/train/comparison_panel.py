"""The results of comparisons: plot, sentences, and training time per policy."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QPushButton,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from inspector.app.threads.bridge import Bridge
from inspector.app.train.compare_dialog import CompareDialog
from inspector.app.train.comparison_plot import ComparisonPlot
from inspector.app.widgets import theme
from inspector.app.widgets.column_area import ColumnArea
from inspector.app.widgets.tables import table
from inspector.augmentation.policy import Policy
from inspector.errors import InspectorError, TrainingError
from inspector.project.experiments.comparison_plans import ComparisonPlan
from inspector.project.experiments.comparison_records import StoredComparison
from inspector.project.experiments.comparison_results import Comparison, Figures
from inspector.project.project import Project
from inspector.project.training.run import RunConfig
from inspector.training_protocol.messages import Event
from inspector.work.jobs import Stop

_EMPTY = (
    "No comparison yet. Compare… trains policies on the same split with the same seeds, and shows"
    " which differences are more than chance."
)


class ComparisonPanel(QWidget):
    """Plans a comparison, trains it, and shows stored ones.

    Attributes:
        ended: No comparison is running any more.
        failed: An `InspectorError`.
        compared: The shown `Comparison`.
    """

    compared = Signal(object)
    ended = Signal()
    failed = Signal(object)

    def __init__(self, project: Project, bridge: Bridge) -> None:
        super().__init__()
        self._project, self._bridge = project, bridge
        self._stop: Stop | None = None
        self._names = QComboBox()
        self._names.setAccessibleName("Comparison")
        self._names.currentIndexChanged.connect(self._on_chosen)
        self._plot = ComparisonPlot()
        self._text = QLabel(_EMPTY)
        self._text.setWordWrap(True)
        self._text.setProperty("role", "muted")
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        heads = ("accuracy, sd", "s per epoch", "s to best")
        self._times = table(heads, name="Accuracy and time of each policy", wide=(0,))
        self._times.setObjectName("tight")
        self._go_on = QPushButton("Resume")
        self._go_on.setObjectName("comparison-go-on")
        self._go_on.clicked.connect(self._on_resume)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 8, 0)
        for widget in (self._plot, self._times, self._text):
            column.addWidget(widget)
        column.addStretch()
        area = ColumnArea()
        area.setWidget(inner)
        area.setAccessibleName("Result of the comparison")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 8, 0, 0)
        outer.addWidget(self._names)
        outer.addWidget(area, 1)
        outer.addWidget(self._go_on)
        self._show_parts(False)

    def ask(self, config: RunConfig, own: Mapping[str, Policy]) -> None:
        """Open the dialog; model, size and epochs are those of `config`."""
        sheet = CompareDialog(self._project, self._bridge, config, own, self)
        sheet.start_requested.connect(self._on_start)
        sheet.open()

    def refresh(self) -> None:
        """Read the stored comparisons."""
        self._bridge.call(self._project.comparisons.all, self._show_kept, channel="comparisons")

    def is_running(self) -> bool:
        """Return whether a comparison is being trained."""
        return self._stop is not None

    def stop(self) -> None:
        """Stop the running comparison; finished runs count."""
        if self._stop is not None:
            self._stop.set()

    def _on_start(self, plan: ComparisonPlan) -> None:
        self._bridge.call(
            lambda: self._project.comparisons.store(plan), self._train, on_error=self.failed.emit
        )

    def _on_resume(self) -> None:
        self._train(self._current())

    def _train(self, name: str) -> None:
        """Train the missing runs of a comparison."""
        if self._stop is not None:
            self.failed.emit(
                TrainingError(
                    "a comparison is already running", "Stop it first, or wait until it ends."
                )
            )
            return
        stop = self._stop = Stop()
        self._bridge.call(
            lambda: self._project.comparisons.train(name, _ignore, stop), self._on_trained,
            on_error=self._on_failed,
        )  # fmt: skip
        self.refresh()

    def _on_trained(self, _: object) -> None:
        self._stop = None
        self.refresh()
        self.ended.emit()

    def _on_failed(self, error: InspectorError) -> None:
        self._on_trained(None)
        self.failed.emit(error)

    def _read(self) -> None:
        name = self._current()
        if name:
            comparisons = self._project.comparisons
            self._bridge.call(
                lambda: comparisons.result(name), self._show_comparison, channel="comparison"
            )

    def _show_kept(self, comparisons: Sequence[StoredComparison]) -> None:
        names = [one.name for one in comparisons]
        if names == [self._names.itemData(i) for i in range(self._names.count())]:
            self._read()
            return
        self._names.blockSignals(True)
        self._names.clear()
        for one in comparisons:
            at = datetime.fromtimestamp(one.made_at).strftime("%d %b %H:%M")
            self._names.addItem(f"{at}: {len(one.candidates)} compared, {one.rule}", one.name)
        self._names.setCurrentIndex(0)
        self._names.blockSignals(False)
        self._read()

    def _current(self) -> str:
        return str(self._names.currentData() or "")

    def _show_comparison(self, comparison: Comparison) -> None:
        self._show_parts(True)
        self.compared.emit(comparison)
        self._plot.show_comparison(comparison)
        self._go_on.setVisible(comparison.partial and not self.is_running())
        figures = (comparison.reference, *(row.figures for row in comparison.rows))
        self._times.setRowCount(2 * len(figures))
        for row, one in enumerate(figures):
            self._fill(2 * row, one)
        self._times.resizeRowsToContents()
        head = self._times.horizontalHeader().height()
        rows = sum(self._times.rowHeight(i) for i in range(2 * len(figures)))
        self._times.setFixedHeight(head + rows + 4)
        marks = (
            f"So far: {comparison.done} of {comparison.total} runs. " if comparison.partial else ""
        )
        budget = "equal steps" if comparison.budget.value == "steps" else "each until its plateau"
        lines = [
            f"{marks}{comparison.images:,} validation images in {comparison.groups:,} groups;"
            f" {budget}. The band is the margin of {comparison.margin:g} within which two"
            " policies are practically equal.",
            *(f"{row.policy}: {row.text}.{_time(row.time_factor)}" for row in comparison.rows),
            *comparison.notes,
        ]
        self._text.setText("\n\n".join(lines))

    def _fill(self, row: int, one: Figures) -> None:
        sd = f" ± {one.sd:.3f}" if one.sd is not None else ""
        mean = f"{one.accuracy:.3f}{sd}" if one.accuracy is not None else "-"
        texts = (mean, _number(one.seconds_per_epoch), _number(one.seconds_to_best))
        name = QTableWidgetItem(one.policy)
        name.setToolTip(one.policy)
        self._times.setItem(row, 0, name)
        self._times.setSpan(row, 0, 1, len(texts))
        for column, text in enumerate(texts):
            item = QTableWidgetItem(text)
            item.setForeground(theme.colour("text-2"))
            self._times.setItem(row + 1, column, item)

    def _show_parts(self, there: bool) -> None:
        for widget in (self._names, self._plot, self._times):
            widget.setVisible(there)
        if not there:
            self._go_on.setVisible(False)

    def _on_chosen(self, _: int) -> None:
        self._read()


def _ignore(_: Event) -> None:
    """Ignore the answer: a `Changes` follows."""


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _time(factor: float | None) -> str:
    """Return what a policy costs in time, if it is worth mentioning."""
    if factor is None or 0.8 < factor < 1.25:
        return ""
    return f" It takes {factor:.1f} times the baseline's time to its best epoch."
