"""Badges of splits: a colour and always letters or a word as well."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QPainter

from inspector.app.widgets import theme

BADGE_PX = 16
_RADIUS = 3


def badge_colours(split: str) -> tuple[str, str, str]:
    """Return the names of the tokens of a split: fill, text on it, and the soft fill."""
    name = split.removesuffix(" folder")
    if theme.has_colour(f"on-{name}"):
        return name, f"on-{name}", f"{name}-soft"
    return "neutral-fill", "text", "sunken"


def paint_badge(painter: QPainter, x: float, y: float, split: str) -> QRectF:
    """Paint the short badge of a split with its upper left corner at (x, y); return its place."""
    fill, text, _ = badge_colours(split)
    font = QFont(painter.font())
    font.setPixelSize(12)
    font.setWeight(QFont.Weight.DemiBold)
    word = theme.split_word(split.removesuffix(" folder"), short=True)
    place = QRectF(x, y, 20, BADGE_PX)
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
