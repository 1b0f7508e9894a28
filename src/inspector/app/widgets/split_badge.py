"""Badges of splits and classes: a colour, always with letters or a word."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter

from inspector.app.widgets import theme

BADGE_PX, WORD_PX = 16, 20
MIN_WORD_PX = 160
"""Images of at least this side have room for the whole word."""
_RADIUS = 3
_PADDING_PX = 8


def badge_colours(split: str) -> tuple[str, str, str]:
    """Return the names of a split's colours: fill, text, and pale fill."""
    name = split.removesuffix(" folder")
    if theme.has_colour(f"on-{name}"):
        return name, f"on-{name}", f"{name}-soft"
    return "neutral-fill", "text", "sunken"


def paint_badge(
    painter: QPainter, x: float, y: float, split: str, *, is_word: bool = False
) -> QRectF:
    """Paint the badge of a split with its upper left corner at (x, y); return its rectangle.

    Args:
        painter: The painter of the image below.
        x: x of the corner.
        y: y of the corner.
        split: Name of the split.
        is_word: True for the whole word.
    """
    if is_word:
        return paint_split(painter, x, y, split)
    fill, text, _ = badge_colours(split)
    word = theme.split_word(split.removesuffix(" folder"), short=True)
    rect = QRectF(x, y, 20, BADGE_PX)
    if word:
        _paint(painter, rect, word, fill, text)
    return rect


def paint_split(painter: QPainter, x: float, y: float, split: str) -> QRectF:
    """Paint a split in full, as in headings and on large images; return its rectangle."""
    fill, ink, _ = badge_colours(split)
    return paint_word(painter, x, y, theme.split_word(split.removesuffix(" folder")), fill, ink)


def paint_word(painter: QPainter, x: float, y: float, text: str, fill: str, ink: str) -> QRectF:
    """Paint a word on a colour with its upper left corner at (x, y); return its rectangle."""
    width = word_width(painter, text) if text else 0
    rect = QRectF(x, y, width, WORD_PX)
    if text:
        _paint(painter, rect, text, fill, ink)
    return rect


def word_width(painter: QPainter, text: str) -> int:
    """Return the width of a text painted by `paint_word`."""
    return QFontMetrics(_font(painter)).horizontalAdvance(text) + 2 * _PADDING_PX


def _font(painter: QPainter) -> QFont:
    font = QFont(painter.font())
    font.setPixelSize(12)
    font.setWeight(QFont.Weight.DemiBold)
    return font


def _paint(painter: QPainter, rect: QRectF, text: str, fill: str, ink: str) -> None:
    painter.save()
    painter.setFont(_font(painter))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour(fill))
    painter.drawRoundedRect(rect, _RADIUS, _RADIUS)
    painter.setPen(theme.colour(ink))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()
