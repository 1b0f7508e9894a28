"""Paints a thumbnail as a square tile, pale and dashed if it is excluded."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap

from inspector.app.widgets import theme

EXCLUDED_OPACITY = 0.34


def square_of(pixmap: QPixmap) -> QRect:
    """Return the central square of an image."""
    side = min(pixmap.width(), pixmap.height())
    return QRect((pixmap.width() - side) // 2, (pixmap.height() - side) // 2, side, side)


def paint_tile(
    painter: QPainter, box: QRect, pixmap: QPixmap | None, *, excluded: bool = False
) -> None:
    """Paint a tile; a grey square while its thumbnail is missing."""
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
