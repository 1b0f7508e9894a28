"""The gap between two accuracies as one bar: leakage, and the unexplained rest."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from inspector.app.widgets import theme
from inspector.project.diagnosis.answers import GapParts

_WHISKERS_PX, _BAR_PX, _AXIS_PX = 22, 32, 22
_WIDE_GAP = 0.3
_LABEL_MIN_PX = 90
_TICK_PX = 40


class GapBar(QWidget):
    """Paints an axis that ends at 1, with segments and 95 % CIs.

    Attributes:
        clicked: The user wants to see the evidence; Return does the same.
    """

    clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._gap: GapParts | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(self.sizeHint().height())

    def show_gap(self, gap: GapParts | None) -> None:
        """Show a gap; None hides the bar."""
        self._gap = gap if gap is not None and gap.validation > gap.test else None
        self.setVisible(self._gap is not None)
        if self._gap is not None:
            self.setAccessibleName("Accuracy gap")
            self.setAccessibleDescription(self._text(self._gap))
            self.setToolTip(self._text(self._gap))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, _WHISKERS_PX + _BAR_PX + _AXIS_PX)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.clicked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        gap = self._gap
        if gap is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(self.font())
        font.setPixelSize(12)
        painter.setFont(font)
        edge = gap.validation - min(gap.leakage or 0.0, gap.validation - gap.test)
        self._segment(painter, (self._lowest(gap), gap.test), "sunken", "text-3",
                      f"Test {gap.test:.2f}")  # fmt: skip
        self._segment(painter, (gap.test, edge), "neutral-fill", "text",
                      f"Not explained {gap.unexplained:.2f}", bold=True)  # fmt: skip
        if gap.leakage is not None:
            bound = "≥ " if gap.at_least else ""
            self._segment(painter, (edge, gap.validation), "problem-fill", "on-problem",
                          f"Leakage {bound}{gap.leakage:.2f}", bold=True)  # fmt: skip
        self._segment(painter, (gap.validation, 1.0), "inset", "text-2",
                      f"Validation {gap.validation:.2f}")  # fmt: skip
        self._whisker(painter, gap.test, gap.test_ci)
        self._whisker(painter, gap.validation, gap.validation_ci)
        if gap.leakage_ci is not None:
            low, high = gap.leakage_ci
            self._whisker(painter, edge, (gap.validation - high, gap.validation - low))
        self._axis(painter, gap)
        painter.end()

    def _lowest(self, gap: GapParts) -> float:
        """Return the tick below everything that is shown."""
        ends = [gap.test, *(gap.test_ci or ())]
        step = self._step(gap)
        return max(0.0, (int(min(ends) / step - 1e-9)) * step)

    def _step(self, gap: GapParts) -> float:
        return 0.1 if gap.validation - gap.test > _WIDE_GAP else 0.05

    def _x(self, value: float) -> float:
        gap = self._gap
        low = self._lowest(gap) if gap is not None else 0.0
        return 8 + (self.width() - 24) * (value - low) / max(1e-6, 1 - low)

    def _segment(
        self, painter: QPainter, ends: tuple[float, float], fill: str, ink: str, text: str,
        *, bold: bool = False,
    ) -> None:  # fmt: skip
        left, right = self._x(ends[0]), self._x(ends[1])
        if right <= left:
            return
        rect = QRectF(left, _WHISKERS_PX, right - left, _BAR_PX)
        painter.fillRect(rect, theme.colour(fill))
        font = QFont(painter.font())
        font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
        painter.setFont(font)
        if rect.width() < min(_LABEL_MIN_PX, painter.fontMetrics().horizontalAdvance(text) + 8):
            return
        painter.setPen(theme.colour(ink))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)

    def _whisker(
        self, painter: QPainter, value: float, interval: tuple[float, float] | None
    ) -> None:
        y = _WHISKERS_PX / 2
        painter.setPen(QPen(theme.colour("text"), 2))
        if interval is not None:
            left, right = self._x(max(interval[0], 0.0)), self._x(min(interval[1], 1.0))
            painter.drawLine(QPointF(left, y), QPointF(right, y))
            for x in (left, right):
                painter.drawLine(QPointF(x, y - 4), QPointF(x, y + 4))
        painter.setBrush(theme.colour("text"))
        painter.drawEllipse(QPointF(self._x(value), y), 3, 3)

    def _axis(self, painter: QPainter, gap: GapParts) -> None:
        step, low = self._step(gap), self._lowest(gap)
        top = _WHISKERS_PX + _BAR_PX
        painter.setPen(theme.colour("text-3"))
        for number in range(round((1 - low) / step) + 1):
            value = low + number * step
            x = self._x(value)
            painter.drawLine(QPointF(x, top), QPointF(x, top + 3))
            left = min(max(0.0, x - _TICK_PX / 2), self.width() - _TICK_PX)
            rect = QRectF(left, top + 4, _TICK_PX, _AXIS_PX - 4)
            side = Qt.AlignmentFlag.AlignHCenter
            if left == 0:
                side = Qt.AlignmentFlag.AlignLeft
            painter.drawText(rect, side | Qt.AlignmentFlag.AlignVCenter, f"{value:.2f}")

    def _text(self, gap: GapParts) -> str:
        parts = [f"Test accuracy {gap.test:.3f}, validation accuracy {gap.validation:.3f}."]
        if gap.leakage is not None and gap.leakage_ci is not None:
            bound = "at least " if gap.at_least else ""
            low, high = gap.leakage_ci
            parts.append(
                f"Leakage accounts for {bound}{gap.leakage:.3f} of the gap (95 % CI {low:.3f} to"
                f" {high:.3f}), measured with baseline models on your images."
            )
        parts.append(f"{gap.unexplained:.3f} is not explained.")
        return " ".join(parts)
