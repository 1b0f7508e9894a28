"""What comparisons came to: the plot, the sentences, the time that each policy takes."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QPushButton,
    QScrollArea,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from inspector.app.comparison_plot import ComparisonPlot
from inspector.app.tables import table
from inspector.project.comparison_records import Kept
from inspector.project.comparison_results import Comparison, Figures

_EMPTY = (
    "No comparison yet. Compare… trains policies on the same split with the same seeds, and says"
    " which differences can be told from chance."
)


class ComparisonPanel(QWidget):
    """Look at the comparisons that are kept.

    Attributes:
        chosen: The name of a comparison to read.
        go_on_asked: The name of one whose missing runs shall be trained.
    """

    chosen = Signal(str)
    go_on_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._names = QComboBox()
        self._names.setAccessibleName("Comparison")
        self._names.currentIndexChanged.connect(self._on_chosen)
        self._plot = ComparisonPlot()
        self._text = QLabel(_EMPTY)
        self._text.setWordWrap(True)
        self._text.setProperty("role", "muted")
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        heads = ("policy", "mean", "s/epoch", "s to best")
        self._times = table(heads, name="Accuracy and time of each policy", wide=(0,))
        self._times.setObjectName("tight")
        self._go_on = QPushButton("Go on")
        self._go_on.clicked.connect(self._on_go_on)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 8, 0)
        for widget in (self._plot, self._times, self._text):
            column.addWidget(widget)
        column.addStretch()
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 8, 0, 0)
        outer.addWidget(self._names)
        outer.addWidget(area, 1)
        outer.addWidget(self._go_on)
        self._show_parts(False)

    def show_kept(self, kept: Sequence[Kept]) -> None:
        """Offer comparisons, the newest first."""
        chosen = self.current()
        names = [one.name for one in kept]
        if names == [self._names.itemData(i) for i in range(self._names.count())]:
            if chosen:
                self.chosen.emit(chosen)
            return
        self._names.blockSignals(True)
        self._names.clear()
        for one in kept:
            at = datetime.fromtimestamp(one.made_at).strftime("%d %b %H:%M")
            self._names.addItem(f"{at}: {len(one.candidates)} compared, {one.rule}", one.name)
        self._names.setCurrentIndex(0)
        self._names.blockSignals(False)
        if names:
            self.chosen.emit(names[0])

    def current(self) -> str:
        """Return the name of the comparison that is looked at; "" without one."""
        return str(self._names.currentData() or "")

    def show_comparison(self, found: Comparison, *, going: bool) -> None:
        """Show what is known of the comparison; `going`: it is being trained."""
        self._show_parts(True)
        self._plot.show_comparison(found)
        self._go_on.setVisible(found.partial and not going)
        figures = (found.reference, *(row.figures for row in found.rows))
        self._times.setRowCount(len(figures))
        for row, one in enumerate(figures):
            self._fill(row, one)
        self._times.resizeRowsToContents()
        head = self._times.horizontalHeader().height()
        rows = sum(self._times.rowHeight(i) for i in range(len(figures)))
        self._times.setFixedHeight(head + rows + 4)
        marks = f"Known so far: {found.done} of {found.total} runs. " if found.partial else ""
        budget = "equal steps" if found.budget.value == "steps" else "each until its plateau"
        lines = [
            f"{marks}{found.images:,} validation images in {found.groups:,} groups; {budget}."
            f" The band is the margin of {found.margin:g} within which two are equal for practice.",
            *(f"{row.policy}: {row.text}.{_time(row.time_factor)}" for row in found.rows),
            *found.notes,
        ]
        self._text.setText("\n\n".join(lines))

    def _fill(self, row: int, one: Figures) -> None:
        sd = f" ± {one.sd:.3f}" if one.sd is not None else ""
        mean = f"{one.accuracy:.3f}{sd}" if one.accuracy is not None else "-"
        texts = (one.policy, mean, _number(one.seconds_per_epoch), _number(one.seconds_to_best))
        for column, text in enumerate(texts):
            item = QTableWidgetItem(text)
            item.setToolTip(text)
            self._times.setItem(row, column, item)

    def _show_parts(self, there: bool) -> None:
        for widget in (self._names, self._plot, self._times):
            widget.setVisible(there)
        if not there:
            self._go_on.setVisible(False)

    def _on_chosen(self, _: int) -> None:
        if self.current():
            self.chosen.emit(self.current())

    def _on_go_on(self) -> None:
        self.go_on_asked.emit(self.current())


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _time(factor: float | None) -> str:
    """Say what a policy costs, where it is worth a word."""
    if factor is None or 0.8 < factor < 1.25:
        return ""
    return f" It takes {factor:.1f} times the baseline's time to its best epoch."
