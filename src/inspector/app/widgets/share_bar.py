"""A share as a bar, with a tick at a reference value."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from inspector.app.widgets import theme

_TICK_PX = 2


class ShareBar(QWidget):
    """Paints one share.

    Args:
        name: For a screen reader.
        width_px: Width of the bar; 0 to fill the available width.
    """

    def __init__(self, name: str, *, width_px: int = 0) -> None:
        super().__init__()
        self._share, self._tick, self._colour = 0.0, -1.0, "text-2"
        self._bar = theme.size("bar")
        self.setAccessibleName(name)
        self.setFixedHeight(self._bar + 8)
        across = QSizePolicy.Policy.Fixed if width_px else QSizePolicy.Policy.Expanding
        self.setSizePolicy(across, QSizePolicy.Policy.Fixed)
        if width_px:
            self.setFixedWidth(width_px)

    def show_share(self, share: float, colour: str, *, tick: float = -1.0) -> None:
        """Show a share, 0 to 1, in a named colour; a `tick` below 0 is not drawn."""
        self._share, self._colour, self._tick = share, colour, tick
        beside = f", compared with {tick:.0%}" if tick >= 0 else ""
        self.setAccessibleDescription(f"{share:.0%}{beside}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(80, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        top = (self.height() - self._bar) / 2
        painter.setBrush(theme.colour("sunken"))
        painter.drawRoundedRect(QRectF(0, top, self.width(), self._bar), 2, 2)
        painter.setBrush(theme.colour(self._colour))
        painter.drawRoundedRect(QRectF(0, top, self.width() * self._share, self._bar), 2, 2)
        if self._tick >= 0:
            x = min(self.width() - _TICK_PX, self.width() * self._tick)
            painter.fillRect(QRectF(x, 0, _TICK_PX, self.height()), theme.colour("text"))
