"""A thin animated line: something is running, without known progress."""

from PySide6.QtCore import QRectF, QSize, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from inspector.app.widgets import theme

_TICK_MS = 40
_TURN_TICKS = 40
_SHARE = 0.3


class BusyLine(QWidget):
    """Moves while it is visible; the first paint shows it even before it moves."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tick = 0
        self.setAccessibleName("Busy")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._on_tick)

    def sizeHint(self) -> QSize:
        return QSize(120, theme.size("progress"))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        from PySide6.QtCore import Qt  # importing `Qt` takes 15 ms, too long before the first paint

        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("sunken"))
        painter.drawRoundedRect(QRectF(self.rect()), 2, 2)
        width = self.width() * _SHARE
        x = (self.width() + width) * self._tick / _TURN_TICKS - width * 0.5
        painter.setBrush(theme.colour("accent"))
        painter.setClipRect(self.rect())
        painter.drawRoundedRect(QRectF(x, 0, width, self.height()), 2, 2)
        painter.end()

    def _on_tick(self) -> None:
        self._tick = (self._tick + 1) % _TURN_TICKS
        self.update()
