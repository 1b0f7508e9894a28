"""Paints the rows of the command palette: icon, matched letters, detail and key."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPixmap
from PySide6.QtWidgets import QListWidget, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from inspector.app.widgets import icons, theme
from inspector.app.window.palette.commands import PaletteCommand

COMMAND_ROLE = Qt.ItemDataRole.UserRole
TYPED_ROLE = Qt.ItemDataRole.UserRole + 1
HEAD_PX = 30
_MARGIN_PX = 8
_AnyIndex = QModelIndex | QPersistentModelIndex


class PaletteRows(QStyledItemDelegate):
    """Paints commands and section headings."""

    def __init__(self, parent: QListWidget) -> None:
        super().__init__(parent)
        self._pixmaps: dict[tuple[str, str], QPixmap] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: _AnyIndex) -> QSize:
        del option
        is_head = index.data(COMMAND_ROLE) is None
        return QSize(200, HEAD_PX if is_head else theme.size("palette_row"))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _AnyIndex) -> None:
        command = index.data(COMMAND_ROLE)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if isinstance(command, PaletteCommand):
            selected = bool(state & QStyle.StateFlag.State_Selected)
            self._paint_command(
                painter, rect, command, str(index.data(TYPED_ROLE) or ""), selected=selected
            )
        else:
            font = QFont(painter.font())
            font.setPixelSize(12)
            painter.setFont(font)
            painter.setPen(theme.colour("text-3"))
            line = rect.adjusted(2 * _MARGIN_PX, 6, 0, 0)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, str(index.data() or ""))
        painter.restore()

    def _paint_command(
        self,
        painter: QPainter,
        rect: QRect,
        command: PaletteCommand,
        typed: str,
        *,
        selected: bool,
    ) -> None:
        if selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent-soft"))
            painter.drawRoundedRect(rect.adjusted(_MARGIN_PX, 0, -_MARGIN_PX, 0), 4, 4)
        ink = "accent-text" if selected else "text"
        side = theme.size("icon")
        if command.icon:
            y = rect.center().y() - side // 2
            painter.drawPixmap(rect.left() + 17, y, side, side, self._pixmap(command.icon, ink))
        right = rect.right() - 17
        if command.keys:
            right = _paint_cap(painter, right, rect.center().y(), command.keys)
        line = QRect(rect.left() + 41, rect.top(), right - rect.left() - 49, rect.height())
        used = _paint_text(painter, line, command.text, typed, selected=selected)
        font = QFont(painter.font())
        font.setPixelSize(12)
        font.setWeight(QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(theme.colour("accent-text" if selected else "text-2"))
        rest = line.adjusted(used + 8, 0, 0, 0)
        detail = painter.fontMetrics().elidedText(
            command.detail, Qt.TextElideMode.ElideRight, max(0, rest.width())
        )
        painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, detail)

    def _pixmap(self, name: str, ink: str) -> QPixmap:
        key = name, theme.colour(ink).name()
        if key not in self._pixmaps:
            self._pixmaps[key] = icons.icon(name, ink).pixmap(60, 60)
        return self._pixmaps[key]


def _paint_text(painter: QPainter, line: QRect, text: str, typed: str, *, selected: bool) -> int:
    """Paint a text with the typed letters in the accent colour; return its width."""
    plain, strong = QFont(painter.font()), QFont(painter.font())
    plain.setPixelSize(13)
    strong.setPixelSize(13)
    strong.setWeight(QFont.Weight.DemiBold)
    plain.setWeight(QFont.Weight.DemiBold if selected else QFont.Weight.Normal)
    text = QFontMetrics(strong).elidedText(text, Qt.TextElideMode.ElideRight, line.width())
    x = line.left()
    for part, matched in _parts(text, typed):
        font = strong if matched else plain
        painter.setFont(font)
        painter.setPen(theme.colour("accent-text" if matched or selected else "text"))
        painter.drawText(
            QRect(x, line.top(), line.right() - x, line.height()), Qt.AlignmentFlag.AlignVCenter,
            part,
        )  # fmt: skip
        x += QFontMetrics(font).horizontalAdvance(part)
    return x - line.left()


def _parts(text: str, typed: str) -> list[tuple[str, bool]]:
    """Split a text at the first match of the typed letters."""
    words = typed.split()
    start = text.lower().find(words[0].lower()) if words else -1
    if start < 0:
        return [(text, False)]
    end = start + len(words[0])
    return [(text[:start], False), (text[start:end], True), (text[end:], False)]


def _paint_cap(painter: QPainter, right: int, middle: int, keys: str) -> int:
    """Paint a key cap that ends at `right`; return its left edge."""
    font = QFont(painter.font())
    font.setPixelSize(12)
    font.setWeight(QFont.Weight.Medium)
    painter.setFont(font)
    width = QFontMetrics(font).horizontalAdvance(keys) + 12
    rect = QRectF(right - width, middle - 10, width, 20)
    painter.setPen(theme.colour("line"))
    painter.setBrush(theme.colour("surface"))
    painter.drawRoundedRect(rect, 3, 3)
    painter.setPen(theme.colour("text-2"))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, keys)
    return int(rect.left()) - 8
