"""Class probabilities of an image, one bar per class."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from inspector.app.widgets import theme

_ROW_PX = 24
_NAME_SHARE = 0.3
_VALUE_PX = 44
_BAR_PX = 8


class ConfidenceBars(QWidget):
    """Shows probabilities; the first class is the prediction.

    Args:
        accent: True to highlight the first class as a suggestion.
    """

    def __init__(self, *, accent: bool) -> None:
        super().__init__()
        self._accent = accent
        self._rows: Sequence[tuple[str, float]] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_confidence(self, rows: Sequence[tuple[str, float]]) -> None:
        """Show classes with their probabilities, 0..1, the largest first."""
        self._rows = rows
        spoken = ", ".join(f"{name} {value:.2f}" for name, value in rows)
        self.setAccessibleName(f"Model confidence: {spoken}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, _ROW_PX * len(self._rows))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, _ROW_PX * len(self._rows))

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(self.font())
        font.setPixelSize(12)
        name_px = self.width() * _NAME_SHARE
        for position, (name, value) in enumerate(self._rows):
            line = QRectF(0, position * _ROW_PX, self.width(), _ROW_PX)
            font.setWeight(QFont.Weight.DemiBold if position == 0 else QFont.Weight.Normal)
            painter.setFont(font)
            painter.setPen(theme.colour("text" if position == 0 else "text-2"))
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(line, right, f"{value:.2f}")
            font.setWeight(QFont.Weight.Normal)
            painter.setFont(font)
            painter.setPen(theme.colour("text-2"))
            text = painter.fontMetrics().elidedText(
                name, Qt.TextElideMode.ElideRight, int(name_px) - 8
            )
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, text)
            fill = "accent" if self._accent and position == 0 else "text-3"
            bar = QRectF(name_px, line.center().y() - _BAR_PX / 2, 0, _BAR_PX)
            bar.setRight(self.width() - _VALUE_PX)
            paint_bar(painter, bar, value, fill)
        painter.end()


def paint_bar(painter: QPainter, bar: QRectF, share: float, fill: str) -> None:
    """Paint a track, filled to a share."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("sunken"))
    painter.drawRoundedRect(bar, 2, 2)
    filled = QRectF(bar)
    filled.setWidth(max(2.0, bar.width() * min(1.0, max(0.0, share))))
    painter.setBrush(theme.colour(fill))
    painter.drawRoundedRect(filled, 2, 2)
