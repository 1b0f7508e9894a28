"""Paints the pictures of the Start page; imported with the first paint."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QWidget

from inspector.app.widgets import theme
from inspector.app.widgets.split_badge import paint_badge
from inspector.app.widgets.tile_painting import EXCLUDED_OPACITY

SIDE_PX = 88
GAP_PX = 2
BAR_PX = 28
# Accuracies in the picture: test, unexplained, leakage.
_PARTS = (0.36, 0.31, 0.33)


def paint_pair(widget: QWidget, *, excluded: bool) -> None:
    """Paint the same image in two splits, optionally with the copy as an excluded one."""
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for position, split in enumerate(("validation", "training")):
        box = QRectF(position * (SIDE_PX + GAP_PX), 0, SIDE_PX, SIDE_PX)
        gone = excluded and position == 1
        painter.setOpacity(EXCLUDED_OPACITY if gone else 1.0)
        _paint_scene(painter, box, shift=3.0 * position)
        painter.setOpacity(1.0)
        if gone:
            painter.setPen(QPen(theme.colour("line-strong"), 1, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
            _paint_word(painter, QPointF(box.center().x(), box.bottom() - 27))
        paint_badge(painter, box.left() + 4, box.top() + 4, split)
    painter.end()


def paint_gap(widget: QWidget) -> None:
    """Paint the gap between two accuracies, with the part that is leakage."""
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    font = QFont(widget.font())
    font.setPixelSize(12)
    painter.setFont(font)
    painter.setPen(theme.colour("text-2"))
    line = QRectF(0, 0, widget.width(), 16)
    painter.drawText(line, Qt.AlignmentFlag.AlignLeft, "Test 0.75")
    painter.drawText(line, Qt.AlignmentFlag.AlignRight, "Validation 0.95")
    box = QRectF(0, 20, 0, BAR_PX)
    painter.setPen(Qt.PenStyle.NoPen)
    for share, fill in zip(_PARTS, ("sunken", "neutral-fill", "problem-fill"), strict=True):
        box = QRectF(box.right(), 20, share * widget.width(), BAR_PX)
        painter.setBrush(theme.colour(fill))
        painter.drawRect(box)
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    painter.setPen(theme.colour("on-problem"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "Leakage")
    painter.end()


def paint_drop_arrow(widget: QWidget) -> None:
    """Paint an arrow into a tray."""
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.colour("accent"), 2))
    x, y = widget.width() / 2, widget.height() / 2
    arrow = ((x, y - 15), (x, y + 4)), ((x - 7, y - 3), (x, y + 4)), ((x + 7, y - 3), (x, y + 4))
    tray = ((x - 15, y + 5), (x - 15, y + 14)), ((x - 15, y + 14), (x + 15, y + 14)), (
        (x + 15, y + 14), (x + 15, y + 5)
    )  # fmt: skip
    for (ax, ay), (bx, by) in (*arrow, *tray):
        painter.drawLine(QPointF(ax, ay), QPointF(bx, by))
    painter.end()


def _paint_scene(painter: QPainter, box: QRectF, *, shift: float) -> None:
    """Paint a sun over hills, shifted a little."""
    painter.save()
    painter.setClipRect(box)
    painter.fillRect(box, theme.colour("training-soft"))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("validation"))
    painter.drawEllipse(QPointF(box.left() + 62 - shift, box.top() + 30), 11, 11)
    for fill, height, middle in (("test-soft", 46.0, 26.0), ("test", 58.0, 66.0)):
        hill = QPainterPath(QPointF(box.left() - 30, box.bottom()))
        top = QPointF(box.left() + middle - shift, box.top() + height - 40)
        hill.quadTo(top, QPointF(box.right() + 40, box.bottom() + 4))
        painter.setBrush(theme.colour(fill))
        painter.drawPath(hill)
    painter.restore()


def _paint_word(painter: QPainter, middle: QPointF) -> None:
    painter.save()
    font = QFont(painter.font())
    font.setPixelSize(12)
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    width = painter.fontMetrics().horizontalAdvance("Excluded") + 12
    rect = QRectF(middle.x() - width / 2, middle.y(), width, 20)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("surface"))
    painter.drawRoundedRect(rect, 3, 3)
    painter.setPen(theme.colour("text"))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, "Excluded")
    painter.restore()
