"""Paints a recent dataset; imported with the first paint."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QImage, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionButton, QStylePainter, QWidget

from inspector.app.start.recent import ROW_PX, THUMBNAIL_PX, THUMBNAILS, RecentDataset
from inspector.app.widgets import theme

_MARGIN_PX = 12
_GAP_PX = 2


def paint_row(
    row: QWidget, option: QStyleOptionButton, dataset: RecentDataset, images: Sequence[QImage]
) -> None:
    """Paint a row with the thumbnails that are loaded."""
    option.text = ""
    painter = QStylePainter(row)
    painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    x = _MARGIN_PX
    for position in range(THUMBNAILS):
        box = QRect(x, (ROW_PX - THUMBNAIL_PX) // 2, THUMBNAIL_PX, THUMBNAIL_PX)
        painter.fillRect(box, theme.colour("sunken"))
        if position < len(images):
            painter.drawImage(box, images[position])
        x += THUMBNAIL_PX + _GAP_PX
    right = _paint_state(row, painter, dataset)
    _paint_lines(row, painter, dataset, QRect(x + _MARGIN_PX, 13, right - x - 2 * _MARGIN_PX, 18))
    painter.end()


def _paint_lines(row: QWidget, painter: QPainter, dataset: RecentDataset, line: QRect) -> None:
    font = QFont(row.font())
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    painter.setPen(theme.colour("text" if row.isEnabled() else "text-3"))
    align, elide = Qt.AlignmentFlag.AlignVCenter, Qt.TextElideMode.ElideRight
    text = QFontMetrics(font).elidedText(dataset.name, elide, line.width())
    painter.drawText(line, align, text)
    font.setPixelSize(12)
    font.setWeight(QFont.Weight.Normal)
    painter.setFont(font)
    for text, ink in zip(dataset.lines(), ("text-2", "text-3"), strict=True):
        line = line.translated(0, 17)
        painter.setPen(theme.colour(ink))
        mode = Qt.TextElideMode.ElideMiddle if "/" in text else elide
        painter.drawText(line, align, QFontMetrics(font).elidedText(text, mode, line.width()))


def _paint_state(row: QWidget, painter: QPainter, dataset: RecentDataset) -> int:
    """Paint the chip at the right; return its left edge."""
    text, kind = dataset.state()
    if not text:
        return row.width() - _MARGIN_PX
    fill, ink = {
        "problem": ("problem-soft", "problem"), "ok": ("ok-soft", "ok"),
    }.get(kind, ("sunken", "text-2"))  # fmt: skip
    font = QFont(row.font())
    font.setPixelSize(12)
    font.setWeight(QFont.Weight.DemiBold if kind else QFont.Weight.Normal)
    width = QFontMetrics(font).horizontalAdvance(text) + 16
    rect = QRectF(row.width() - 16 - width, (ROW_PX - 24) / 2, width, 24)
    painter.setFont(font)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour(fill))
    painter.drawRoundedRect(rect, 6, 6)
    painter.setPen(theme.colour(ink))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
    return int(rect.left())
