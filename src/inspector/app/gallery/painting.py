"""Paints the tiles and group headers of the gallery."""

from itertools import pairwise

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPainterPath, QPen, QPixmap

from inspector.app.gallery.tile import Tile
from inspector.app.widgets import theme
from inspector.app.widgets.split_badge import paint_badge, paint_split
from inspector.app.widgets.tile_painting import EXCLUDED_OPACITY, square_of

RADIUS = theme.tokens()["radius"]["image"]
BADGE_PX = theme.size("badge") + 2
WORDS_FROM_PX = 160
OVERLAY, OVERLAY_INK = theme.overlay_colours()
SPLITS = tuple(theme.tokens()["split"])
_SELECT_ALL = "Select all"
_LEFT_PX = 16
_LINK_PX = 80
_CHEVRON_PX = 16


def in_select_all(rect: QRect, point: QPoint) -> bool:
    """Return whether a point of a header is on its "Select all"."""
    return point.x() > rect.right() - _LEFT_PX - _LINK_PX


def paint_header(
    painter: QPainter, rect: QRect, title: str, count: int, *, folded: bool = False
) -> None:
    """Paint a group header: split, class, number of images, and what a click does."""
    painter.fillRect(rect, theme.colour("surface"))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    middle = rect.center().y()
    _paint_chevron(painter, rect.left() + _LEFT_PX, middle, folded=folded)
    x = float(rect.left() + _LEFT_PX + _CHEVRON_PX + 8)
    split, _, rest = title.partition(" / ")
    if split in SPLITS:
        x = paint_split(painter, x, middle - 9, split).right() + 8
        title = rest
    align = Qt.AlignmentFlag.AlignVCenter
    font = QFont(painter.font())
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    painter.setPen(theme.colour("text"))
    line = QRectF(x, rect.top(), rect.right() - x - _LINK_PX, rect.height())
    name = QFontMetrics(font).elidedText(title, Qt.TextElideMode.ElideMiddle, int(line.width()))
    painter.drawText(line, align, name)
    used = QFontMetrics(font).horizontalAdvance(name)
    font.setWeight(QFont.Weight.Normal)
    painter.setFont(font)
    painter.setPen(theme.colour("text-3"))
    painter.drawText(line.adjusted(used + 8 if name else 0, 0, 0, 0), align, f"{count:,}")
    font.setPixelSize(12)
    painter.setFont(font)
    painter.setPen(theme.colour("accent-text"))
    link = QRectF(rect).adjusted(0, 0, -_LEFT_PX, 0)
    painter.drawText(link, align | Qt.AlignmentFlag.AlignRight, _SELECT_ALL)
    painter.restore()


def _paint_chevron(painter: QPainter, x: int, y: int, *, folded: bool) -> None:
    painter.setPen(QPen(theme.colour("text-2"), 1.5))
    points = ((5, -4), (9, 0), (5, 4)) if folded else ((3, -2), (7, 2), (11, -2))
    for (ax, ay), (bx, by) in pairwise(points):
        painter.drawLine(QPointF(x + ax, y + ay), QPointF(x + bx, y + by))


def paint_tile(
    painter: QPainter,
    rect: QRect,
    tile: Tile | None,
    pixmap: QPixmap | None,
    *,
    chosen: bool,
    current: bool,
) -> None:
    """Paint one tile: the image cropped to a square, its badges, and the selection."""
    box = QRectF(rect)
    path = QPainterPath()
    path.addRoundedRect(box, RADIUS, RADIUS)
    has_image = pixmap is not None and not pixmap.isNull()
    excluded = tile is not None and tile.mark == "drop"
    painter.fillPath(path, theme.colour("surface" if excluded else "sunken"))
    if pixmap is not None and has_image:
        painter.save()
        painter.setClipPath(path)
        painter.setOpacity(EXCLUDED_OPACITY if excluded else 1.0)
        painter.drawPixmap(box, pixmap, QRectF(square_of(pixmap)))
        painter.restore()
    if tile is not None:
        _paint_marks(painter, box, tile, has_image=has_image)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if chosen:
        painter.setPen(QPen(theme.colour("surface"), 2))
        painter.drawRoundedRect(box.adjusted(0, 0, 0, 0), RADIUS, RADIUS)
        painter.setPen(QPen(theme.colour("accent"), 2))
        painter.drawRoundedRect(box.adjusted(-2, -2, 2, 2), RADIUS + 2, RADIUS + 2)
        _paint_tick(painter, box)
    elif current:
        painter.setPen(QPen(theme.colour("accent"), 1))
        painter.drawRoundedRect(box.adjusted(-1, -1, 1, 1), RADIUS, RADIUS)


def _paint_tick(painter: QPainter, box: QRectF) -> None:
    rect = QRectF(box.right() - 20, box.bottom() - 20, 16, 16)
    painter.setPen(QPen(theme.colour("on-accent"), 1))
    painter.setBrush(theme.colour("accent"))
    painter.drawRoundedRect(rect, 3, 3)
    painter.setPen(QPen(theme.colour("on-accent"), 2))
    x, y = rect.left(), rect.top()
    painter.drawLine(QPointF(x + 4, y + 8), QPointF(x + 7, y + 11))
    painter.drawLine(QPointF(x + 7, y + 11), QPointF(x + 12, y + 5))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_marks(painter: QPainter, box: QRectF, tile: Tile, *, has_image: bool) -> None:
    if tile.split in SPLITS:
        if box.width() >= WORDS_FROM_PX:
            paint_split(painter, box.left() + 4, box.top() + 4, tile.split)
        else:
            paint_badge(painter, box.left() + 4, box.top() + 4, tile.split)
    if tile.neighbours:
        _paint_count(painter, box, min(tile.neighbours, 99))
    if tile.mark == "drop":
        painter.setPen(QPen(theme.colour("line-strong"), 1, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        _word(painter, QPointF(box.center().x(), box.bottom() - 28), "Excluded", centred=True)
    elif tile.new_label:
        _word(painter, box.bottomLeft() + QPointF(4, -24), f"→ {tile.new_label}")
    elif tile.suspected:
        _word(painter, box.bottomLeft() + QPointF(4, -24), "label?")
    elif tile.mark == "keep":
        _word(painter, box.bottomLeft() + QPointF(4, -24), "kept")
    if not has_image and tile.status not in ("image", "pending"):
        painter.setPen(theme.colour("text-2"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, tile.status)


def _bold(painter: QPainter) -> QFont:
    font = QFont(painter.font())
    font.setPixelSize(12)
    font.setWeight(QFont.Weight.DemiBold)
    return font


def _paint_count(painter: QPainter, box: QRectF, count: int) -> None:
    """Paint the number of near-duplicates with the icon of copies."""
    painter.save()
    font = _bold(painter)
    painter.setFont(font)
    width = QFontMetrics(font).horizontalAdvance(f"{count}") + 22
    rect = QRectF(box.right() - 4 - width, box.top() + 4, width, BADGE_PX)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(OVERLAY)
    painter.drawRoundedRect(rect, 3, 3)
    painter.setPen(QPen(OVERLAY_INK, 1.2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    x, y = rect.left() + 4, rect.center().y()
    painter.drawRoundedRect(QRectF(x + 2.5, y - 2, 6, 6), 1, 1)
    painter.drawPolyline([QPointF(x, y + 2), QPointF(x, y - 4.5), QPointF(x + 6.5, y - 4.5)])
    painter.drawText(
        rect.adjusted(0, 0, -5, 0),
        Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
        f"{count}",
    )
    painter.restore()


def _word(painter: QPainter, corner: QPointF, text: str, *, centred: bool = False) -> None:
    """Paint a word over the image on the surface colour."""
    painter.save()
    font = _bold(painter)
    painter.setFont(font)
    width = QFontMetrics(font).horizontalAdvance(text) + 12
    rect = QRectF(corner.x() - (width / 2 if centred else 0), corner.y(), width, 20)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("surface"))
    painter.drawRoundedRect(rect, 3, 3)
    painter.setPen(theme.colour("text"))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()
