"""Badges of splits: a colour and always letters or a word as well."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter

from inspector.app.widgets import theme

BADGE_PX, WORD_PX = 16, 20
MIN_WORD_PX = 160
"""Side of an image from which on its badge has room for the whole word."""
_RADIUS = 3


def badge_colours(split: str) -> tuple[str, str, str]:
    """Return the names of the tokens of a split: fill, text on it, and the soft fill."""
    name = split.removesuffix(" folder")
    if theme.has_colour(f"on-{name}"):
        return name, f"on-{name}", f"{name}-soft"
    return "neutral-fill", "text", "sunken"


def paint_badge(
    painter: QPainter, x: float, y: float, split: str, *, is_word: bool = False
) -> QRectF:
    """Paint the badge of a split with its upper left corner at (x, y); return where it is.

    Args:
        painter: Of the image below.
        x: Of the corner; `y` too.
        split: Its name.
        is_word: True for the whole word, where there is room for it.
    """
    fill, text, _ = badge_colours(split)
    font = QFont(painter.font())
    font.setPixelSize(12)
    font.setWeight(QFont.Weight.DemiBold)
    word = theme.split_word(split.removesuffix(" folder"), short=not is_word)
    width, height = 20, BADGE_PX
    if is_word:
        width, height = QFontMetrics(font).horizontalAdvance(word) + 14, WORD_PX
    place = QRectF(x, y, width, height)
    if not word:
        return place
    painter.save()
    painter.setFont(font)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour(fill))
    painter.drawRoundedRect(place, _RADIUS, _RADIUS)
    painter.setPen(theme.colour(text))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, word)
    painter.restore()
    return place
