"""How a tile and a group header of the gallery look."""

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPainterPath, QPen, QPixmap

from inspector.app.gallery.tile import Tile
from inspector.app.widgets import theme

RADIUS = theme.tokens()["radius"]["image"]
BADGE_PX = theme.size("badge") + 2
WORDS_FROM_PX = 160
EXCLUDED_OPACITY = 0.34
OVERLAY, OVERLAY_INK = theme.overlay_colours()
SPLITS = tuple(theme.tokens()["split"])


def paint_header(painter: QPainter, rect: QRect, title: str, count: int) -> None:
    """Paint a group's header: its title and how many are in it."""
    painter.fillRect(rect, theme.colour("surface"))
    font = QFont(painter.font())
    font.setWeight(QFont.Weight.DemiBold)
    painter.save()
    painter.setFont(font)
    painter.setPen(theme.colour("text"))
    place = QRectF(rect.adjusted(10, 0, -8, 0))
    used = painter.boundingRect(place, Qt.AlignmentFlag.AlignVCenter, title)
    painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, title)
    font.setWeight(QFont.Weight.Normal)
    painter.setFont(font)
    painter.setPen(theme.colour("text-2"))
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
    """Paint one tile: image, split, near-duplicates, decision, name, selection."""
    side = rect.width()
    box = QRectF(rect.left(), rect.top(), side, side)
    path = QPainterPath()
    path.addRoundedRect(box, RADIUS, RADIUS)
    painter.fillPath(path, theme.colour("stage"))
    if pixmap is not None and not pixmap.isNull():
        painter.save()
        painter.setClipPath(path)
        if tile is not None and tile.mark == "drop":
            painter.setOpacity(EXCLUDED_OPACITY)
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
    if tile.split in SPLITS:
        word = theme.split_word(tile.split, short=box.width() < WORDS_FROM_PX)
        _badge(painter, box.topLeft() + QPointF(4, 4), word, tile.split, ink=f"on-{tile.split}")
    if tile.neighbours:
        count = f"{min(tile.neighbours, 99)}"
        _badge(painter, box.topRight() + QPointF(-4, 4), count, "overlay", from_right=True)
    bottom = box.bottomLeft() + QPointF(4, -BADGE_PX - 4)
    if tile.mark == "drop":
        pen = QPen(theme.colour("line-strong"), 1, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        _badge(painter, bottom, "Excluded", "surface", ink="text")
    elif tile.mark == "keep":
        _badge(painter, bottom, "✓", "overlay")
    if not has_picture and tile.status not in ("image", "pending"):
        painter.setPen(theme.colour("text-2"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, tile.status)


def _badge(
    painter: QPainter,
    corner: QPointF,
    text: str,
    fill: str,
    *,
    ink: str = "",
    from_right: bool = False,
) -> None:
    """Paint a badge from its upper corner: in a colour of the theme, or dark over the image."""
    painter.save()
    font = QFont(painter.font())
    font.setPixelSize(12)
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    width = max(BADGE_PX, painter.fontMetrics().horizontalAdvance(text) + 8)
    place = QRectF(corner.x() - width * from_right, corner.y(), width, BADGE_PX)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(OVERLAY if fill == "overlay" else theme.colour(fill))
    painter.drawRoundedRect(place, 3, 3)
    painter.setPen(theme.colour(ink) if ink else OVERLAY_INK)
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()


def _paint_name(painter: QPainter, rect: QRect, tile: "Tile") -> None:
    room = rect.height() - rect.width()
    if room < 12:
        return
    line = QRectF(rect.left(), rect.top() + rect.width(), rect.width(), room)
    name = f"{tile.new_label} ← {tile.name}" if tile.new_label else tile.name
    text = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, rect.width())
    painter.setPen(theme.colour("text-2"))
    painter.drawText(line, Qt.AlignmentFlag.AlignCenter, text)
