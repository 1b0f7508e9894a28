"""A button that shows its key as a key cap behind the text."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPaintEvent, QPixmap
from PySide6.QtWidgets import QPushButton, QStyle, QStyleOptionButton, QStylePainter

from inspector.app.widgets import icons, theme

_CAP_PX = 20
_GAP_PX = 8
_SIDE_PX = 12


class KeyButton(QPushButton):
    """A button with an icon at its left and its key at its right.

    Args:
        text: The visible text.
        key: The key that does the same; "" for none.
        icon: Name of an icon; "" for none.
        primary: True for the suggested action.
    """

    def __init__(self, text: str, key: str = "", *, icon: str = "", primary: bool = False) -> None:
        super().__init__(text)
        self._key, self._icon_name = key, icon
        self._plain = False
        self._pixmaps: dict[str, QPixmap] = {}
        self.set_primary(primary)
        if key:
            self.setToolTip(f"{text} ({key})")

    def set_primary(self, primary: bool) -> None:
        """Style it as the suggested action, or as a normal button."""
        if self.property("role") != ("primary" if primary else ""):
            self.setProperty("role", "primary" if primary else "")
            self.style().unpolish(self)
            self.style().polish(self)
        self.update()

    def show_verb(self, text: str, key: str | None = None) -> None:
        """Change the text, and the key."""
        self._key = self._key if key is None else key
        self.setText(text)
        self.setToolTip(f"{text} ({self._key})" if self._key else "")
        self.updateGeometry()
        self.update()

    def set_plain(self, *, on: bool) -> None:
        """Show the text alone, where there is no room for icon and key."""
        if on != self._plain:
            self._plain = on
            self.updateGeometry()
            self.update()

    @property
    def key(self) -> str:
        """The key that does the same, or ""."""
        return self._key

    def sizeHint(self) -> QSize:
        self.ensurePolished()
        return QSize(2 * _SIDE_PX + self._content_width(), theme.size("button"))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        primary = self.property("role") == "primary" and self.isEnabled()
        ink = "on-accent" if primary else "text" if self.isEnabled() else "text-3"
        x = max(_SIDE_PX, (self.width() - self._content_width()) // 2)
        if self._icon_name and not self._plain:
            side = theme.size("icon")
            painter.drawPixmap(x, (self.height() - side) // 2, side, side, self._pixmap(ink))
            x += side + _GAP_PX
        painter.setFont(self._text_font())
        painter.setPen(theme.colour(ink))
        width = self._text_width()
        painter.drawText(x, 0, width + 2, self.height(), Qt.AlignmentFlag.AlignVCenter, self.text())
        if self._key and not self._plain:
            self._paint_cap(painter, x + width + _GAP_PX + 2, primary=primary)
        painter.end()

    def _paint_cap(self, painter: QStylePainter, x: int, *, primary: bool) -> None:
        cap = QRectF(x, (self.height() - _CAP_PX) / 2, self._cap_width() - _GAP_PX - 2, _CAP_PX)
        ground = theme.colour("on-accent" if primary else "sunken")
        if primary:
            ground.setAlphaF(0.22)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(cap, 3, 3)
        painter.setFont(_cap_font(self))
        painter.setPen(theme.colour("on-accent" if primary else "text-2"))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, self._key)

    def _pixmap(self, ink: str) -> QPixmap:
        name = theme.colour(ink).name()
        if name not in self._pixmaps:
            self._pixmaps[name] = icons.icon(self._icon_name, ink).pixmap(60, 60)
        return self._pixmaps[name]

    def _text_font(self) -> QFont:
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold if self._is_bold() else QFont.Weight.Medium)
        return font

    def _is_bold(self) -> bool:
        return bool(self.property("role") == "primary")

    def _content_width(self) -> int:
        if self._plain:
            return self._text_width()
        icon = theme.size("icon") + (_GAP_PX if self.text() else 0) if self._icon_name else 0
        return icon + self._text_width() + self._cap_width()

    def _text_width(self) -> int:
        return QFontMetrics(self._text_font()).horizontalAdvance(self.text())

    def _cap_width(self) -> int:
        if not self._key:
            return 0
        measure = QFontMetrics(_cap_font(self))
        return max(_CAP_PX, measure.horizontalAdvance(self._key) + 12) + _GAP_PX + 2


def _cap_font(button: QPushButton) -> QFont:
    font = QFont(button.font())
    font.setPixelSize(12)
    font.setWeight(QFont.Weight.Medium)
    return font
