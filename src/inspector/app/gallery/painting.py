"""How a tile and a group header of the gallery look."""

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen, QPixmap

from inspector.app.gallery.tile import Tile
from inspector.app.widgets import theme

RADIUS = 6
BADGE_PX = 18
DIM = 0.35
LETTERS = {"training": "T", "validation": "V", "test": "E"}


def paint_header(painter: QPainter, rect: QRect, title: str, count: int) -> None:
    """Paint a group's header: its title and how many are in it."""
    painter.fillRect(rect, theme.colour("surface"))
    font = QFont(painter.font())
    font.setBold(True)
    painter.save()
    painter.setFont(font)
    painter.setPen(theme.colour("text"))
    place = QRectF(rect.adjusted(10, 0, -8, 0))
    used = painter.boundingRect(place, Qt.AlignmentFlag.AlignVCenter, title)
    painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, title)
    font.setBold(False)
    painter.setFont(font)
    painter.setPen(theme.colour("muted"))
    after = place.adjusted(used.width() + 10, 0, 0, 0)
    painter.drawText(after, Qt.AlignmentFlag.AlignVCenter, f"{count:,}")
    painter.restore()


def paint_tile(
    painter: QPainter,
    rect: QRect,
    tile: Tile | None,
    pixmap: QPixmap | None,
    *,
    chosen: bool,
    current: bool,
) -> None:
    """Paint one tile: picture, split corner, twins, decision, name, selection."""
    side = rect.width()
    box = QRectF(rect.left(), rect.top(), side, side)
    path = QPainterPath()
    path.addRoundedRect(box, RADIUS, RADIUS)
    painter.fillPath(path, theme.colour("rail"))
    if pixmap is not None and not pixmap.isNull():
        painter.save()
        painter.setClipPath(path)
        if tile is not None and tile.mark == "drop":
            painter.setOpacity(DIM)
        painter.drawPixmap(_fitted(pixmap, box), pixmap, QRectF(pixmap.rect()))
        painter.restore()
    if tile is not None:
        _paint_marks(painter, box, tile, has_picture=pixmap is not None and not pixmap.isNull())
        _paint_name(painter, rect, tile)
    if chosen or current:
        painter.setPen(QPen(theme.colour("accent"), 3 if chosen else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), RADIUS, RADIUS)


def _fitted(pixmap: QPixmap, box: QRectF) -> QRectF:
    scale = min(box.width() / pixmap.width(), box.height() / pixmap.height())
    width, height = pixmap.width() * scale, pixmap.height() * scale
    return QRectF(box.center().x() - width / 2, box.center().y() - height / 2, width, height)


def _paint_marks(painter: QPainter, box: QRectF, tile: "Tile", *, has_picture: bool) -> None:
    if tile.split in LETTERS:
        place = QRectF(box.left() + 4, box.top() + 4, BADGE_PX, BADGE_PX)
        _badge(painter, place, LETTERS[tile.split], theme.colour(tile.split))
    if tile.neighbours:
        place = QRectF(box.right() - BADGE_PX - 8, box.top() + 4, BADGE_PX + 4, BADGE_PX)
        _badge(painter, place, f"{min(tile.neighbours, 99)}", QColor(30, 34, 40, 210))
    bottom = QRectF(box.left() + 4, box.bottom() - BADGE_PX - 4, BADGE_PX, BADGE_PX)
    if tile.mark == "drop":
        painter.setPen(QPen(theme.colour("drop"), 3))
        painter.drawLine(box.topRight() + QPointF(-8, 8), box.bottomLeft() + QPointF(8, -8))
        _badge(painter, bottom, "✗", theme.colour("drop"))
    elif tile.mark == "keep":
        _badge(painter, bottom, "✓", theme.colour("test"))
    if not has_picture and tile.status not in ("image", "pending"):
        painter.setPen(theme.colour("muted"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, tile.status)


def _badge(painter: QPainter, place: QRectF, text: str, colour: QColor) -> None:
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(place, 4, 4)
    font = QFont(painter.font())
    font.setPixelSize(12)
    font.setBold(True)
    painter.setFont(font)
    dark = colour.lightnessF() > 0.45
    painter.setPen(QColor("#101418") if dark else QColor("#FFFFFF"))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()


def _paint_name(painter: QPainter, rect: QRect, tile: "Tile") -> None:
    room = rect.height() - rect.width()
    if room < 12:
        return
    line = QRectF(rect.left(), rect.top() + rect.width(), rect.width(), room)
    name = f"{tile.new_label} ← {tile.name}" if tile.new_label else tile.name
    text = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, rect.width())
    painter.setPen(theme.colour("muted"))
    painter.drawText(line, Qt.AlignmentFlag.AlignCenter, text)
