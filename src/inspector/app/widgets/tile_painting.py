"""How a thumbnail is painted as a square tile: its middle, pale and dashed where excluded."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap

from inspector.app.widgets import theme

EXCLUDED_OPACITY = 0.34


def square_of(pixmap: QPixmap) -> QRect:
    """Return the middle of an image that a square tile shows."""
    side = min(pixmap.width(), pixmap.height())
    return QRect((pixmap.width() - side) // 2, (pixmap.height() - side) // 2, side, side)


def paint_tile(
    painter: QPainter, box: QRect, pixmap: QPixmap | None, *, excluded: bool = False
) -> None:
    """Paint a tile; one whose thumbnail is still to come stays a grey square."""
    painter.fillRect(box, theme.colour("sunken"))
    if pixmap is not None and not pixmap.isNull():
        painter.setOpacity(EXCLUDED_OPACITY if excluded else 1.0)
        painter.drawPixmap(box, pixmap, square_of(pixmap))
        painter.setOpacity(1.0)
    if excluded:
        paint_excluded(painter, box)


def paint_excluded(painter: QPainter, box: QRect) -> None:
    """Paint the dashed border of an excluded image."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.colour("line-strong"), 1, Qt.PenStyle.DashLine))
    painter.drawRect(box.adjusted(0, 0, -1, -1))
