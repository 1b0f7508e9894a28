"""Differences to the baseline as dots with their intervals."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from inspector.app.widgets import theme
from inspector.audit.comparisons import ComparisonOutcome
from inspector.project.experiments.comparison_results import Comparison, ComparisonRow

_ROW_PX = 74
_LINE_PX = 18
_AXIS_PX = 22
_SIDE_PX = 10


class ComparisonPlot(QWidget):
    """A row a policy: its name, its difference in validation accuracy, and what it came to."""

    def __init__(self) -> None:
        super().__init__()
        self._found: Comparison | None = None
        self.setAccessibleName("Differences to the baseline with 95 % intervals")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_comparison(self, found: Comparison) -> None:
        """Show what is known of a comparison."""
        self._found = found
        self.setAccessibleDescription("; ".join(f"{r.policy}: {row_text(r)}" for r in found.rows))
        self.setFixedHeight(_AXIS_PX + _ROW_PX * len(found.rows))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, self.minimumHeight())

    def paintEvent(self, _: QPaintEvent) -> None:
        found = self._found
        if found is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ends = [abs(v) for r in found.rows for v in (r.low, r.high, r.mean) if v is not None]
        reach = max([found.margin * 2, *ends]) * 1.08
        self._paint_scale(painter, found, reach)
        for number, row in enumerate(found.rows):
            self._paint_row(painter, row, number, reach)

    def _x(self, value: float, reach: float) -> float:
        half = self.width() / 2
        return half + value / reach * (half - _SIDE_PX)

    def _paint_scale(self, painter: QPainter, found: Comparison, reach: float) -> None:
        left, right = self._x(-found.margin, reach), self._x(found.margin, reach)
        band = theme.colour("border")
        band.setAlphaF(0.6)
        zero = self._x(0, reach)
        painter.setPen(QPen(theme.colour("muted"), 1))
        for number in range(len(found.rows)):
            middle = _middle(number)
            painter.fillRect(QRectF(left, middle - 9, right - left, 18), band)
            painter.drawLine(QPointF(zero, middle - 9), QPointF(zero, middle + 9))
        top = QRectF(0, 0, self.width(), _AXIS_PX)
        painter.drawText(top, Qt.AlignmentFlag.AlignLeft, f"{-reach:+.3f}")
        painter.drawText(top, Qt.AlignmentFlag.AlignRight, f"{reach:+.3f}")
        painter.drawText(top, Qt.AlignmentFlag.AlignHCenter, found.baseline)

    def _paint_row(self, painter: QPainter, row: ComparisonRow, number: int, reach: float) -> None:
        width, middle = self.width(), _middle(number)
        top = middle - _LINE_PX * 1.6 - 4
        metrics = self.fontMetrics()
        elide = Qt.TextElideMode.ElideMiddle
        painter.setPen(theme.colour("text"))
        name = metrics.elidedText(row.policy, elide, width)
        painter.drawText(QRectF(0, top + 4, width, _LINE_PX), Qt.AlignmentFlag.AlignLeft, name)
        colour = _colour(row.decision)
        if row.low is not None and row.high is not None:
            painter.setPen(QPen(colour, 3))
            ends = [QPointF(self._x(v, reach), middle) for v in (row.low, row.high)]
            painter.drawLine(*ends)
        if row.mean is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawEllipse(QPointF(self._x(row.mean, reach), middle), 5, 5)
        painter.setPen(theme.colour("muted"))
        place = QRectF(0, middle + 8, width, _LINE_PX)
        text = metrics.elidedText(row_text(row), Qt.TextElideMode.ElideRight, width)
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft, text)


def _middle(number: int) -> float:
    """Return where the line of a row's interval lies."""
    return _AXIS_PX + number * _ROW_PX + 4 + _LINE_PX * 1.6


def row_text(row: ComparisonRow) -> str:
    """Return a difference as "no difference detected, -0.004 [-0.016, +0.008]"."""
    said = row.decision.value
    if row.mean is None:
        return said
    if row.low is None or row.high is None:
        return f"{said}, {row.mean:+.3f}"
    return f"{said}, {row.mean:+.3f} [{row.low:+.3f}, {row.high:+.3f}]"


def _colour(decision: ComparisonOutcome) -> QColor:
    match decision:
        case ComparisonOutcome.BETTER:
            return theme.colour("test")
        case ComparisonOutcome.WORSE | ComparisonOutcome.STOPPED:
            return theme.colour("drop")
        case ComparisonOutcome.NOT_DETECTED | ComparisonOutcome.TOO_FEW_SEEDS:
            return theme.colour("muted")
