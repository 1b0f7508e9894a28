"""Differences to the baseline as dots with intervals."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QResizeEvent

from inspector.app.widgets import theme
from inspector.app.widgets.charts.figures import LateChart
from inspector.audit.comparisons import ComparisonOutcome
from inspector.project.experiments.comparison_results import Comparison, ComparisonRow

if TYPE_CHECKING:
    from inspector.app.widgets.charts.plots import Plot
    from inspector.app.widgets.charts.plots import Row as TableRow

_ROW_PX = 74
_AXIS_PX = 22


class ComparisonPlot(LateChart):
    """One row per policy: name, difference in validation accuracy, and outcome."""

    def __init__(self) -> None:
        super().__init__("Differences to the baseline with 95 % intervals")
        self._comparison: Comparison | None = None

    def show_comparison(self, comparison: Comparison) -> None:
        """Show the results of a comparison so far."""
        self._comparison = comparison
        self.setAccessibleDescription(
            "; ".join(f"{r.policy}: {row_text(r)}" for r in comparison.rows)
        )
        self.setFixedHeight(_AXIS_PX + _ROW_PX * len(comparison.rows))
        self.redraw()

    def sizeHint(self) -> QSize:
        return QSize(320, self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Elide the texts to the new width."""
        super().resizeEvent(event)
        if self.plot() is not None and event.size().width() != event.oldSize().width():
            self.redraw()

    def rows(self) -> "Sequence[TableRow]":
        rows = self._comparison.rows if self._comparison is not None else ()
        return [
            ("policy", "difference", "low", "high", "decision"),
            *((r.policy, *(_text(v) for v in (r.mean, r.low, r.high)), r.decision.value)
              for r in rows),
        ]  # fmt: skip

    def paint(self, plot: "Plot") -> None:
        comparison = self._comparison
        if comparison is None or not comparison.rows:
            return
        ends = [abs(v) for r in comparison.rows for v in (r.low, r.high, r.mean) if v is not None]
        reach = max([comparison.margin * 2, *ends]) * 1.08
        count = len(comparison.rows)
        band = theme.colour("line")
        band.setAlphaF(0.6)
        places = [count - 0.5 - number for number in range(count)]
        plot.lying_bars([-comparison.margin] * count, [2 * comparison.margin] * count, places, band)
        for row, y in zip(comparison.rows, places, strict=True):
            plot.line([0, 0], [y - 0.14, y + 0.14], theme.colour("text-2"), 1)
            self._paint_row(plot, row, y, reach)
        plot.ticks("left", (), 0)
        plot.ticks("bottom", (), 0)
        plot.ticks("top", (
            (-reach * 0.9, f"{-reach:+.3f}"), (0, comparison.baseline),
            (reach * 0.9, f"{reach:+.3f}"),
        ), _AXIS_PX)  # fmt: skip
        plot.show_range((-reach, reach), (0, count))
        plot.on_hover(self._text_at)

    def _paint_row(self, plot: "Plot", row: ComparisonRow, y: float, reach: float) -> None:
        metrics, width = self.fontMetrics(), self.width() - 8
        colour = _colour(row.decision)
        if row.low is not None and row.high is not None:
            plot.line([row.low, row.high], [y, y], colour, 3)
        if row.mean is not None:
            plot.dot(row.mean, y, colour)
        name = metrics.elidedText(row.policy, Qt.TextElideMode.ElideMiddle, width)
        plot.text(-reach, y + 0.36, name, theme.colour("text"))
        text = metrics.elidedText(row_text(row), Qt.TextElideMode.ElideRight, width)
        plot.text(-reach, y - 0.32, text, theme.colour("text-2"))

    def _text_at(self, _: float, y: float) -> str:
        rows = self._comparison.rows if self._comparison is not None else ()
        number = int(len(rows) - y)
        return f"{rows[number].policy}: {row_text(rows[number])}" if 0 <= number < len(rows) else ""


def _text(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


def row_text(row: ComparisonRow) -> str:
    """Return a difference as "no significant difference, -0.004 [-0.016, +0.008]"."""
    decision = row.decision.value
    if row.mean is None:
        return decision
    if row.low is None or row.high is None:
        return f"{decision}, {row.mean:+.3f}"
    return f"{decision}, {row.mean:+.3f} [{row.low:+.3f}, {row.high:+.3f}]"


def _colour(decision: ComparisonOutcome) -> QColor:
    match decision:
        case ComparisonOutcome.BETTER:
            return theme.colour("test")
        case ComparisonOutcome.WORSE | ComparisonOutcome.STOPPED:
            return theme.colour("problem-fill")
        case ComparisonOutcome.NOT_DETECTED | ComparisonOutcome.TOO_FEW_SEEDS:
            return theme.colour("text-2")
