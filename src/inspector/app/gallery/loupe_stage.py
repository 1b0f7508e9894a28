"""One image as large as the window, with zoom and background."""

from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from inspector.app.widgets import theme
from inspector.app.widgets.tile_painting import EXCLUDED_OPACITY

MARGIN_PX = 72
_MAX_ZOOM, _MIN_ZOOM = 16.0, 0.05
_CHECK_PX = 12
_MAX_FIT = 8.0


class Backing(StrEnum):
    """The background behind an image."""

    STAGE = "stage"
    BLACK = "black"
    WHITE = "white"
    CHECKERBOARD = "checkerboard"


class LoupeStage(QWidget):
    """Shows an image; the wheel zooms, dragging moves, a double click closes.

    Attributes:
        zoomed: Size on screen in per cent of the image's own size.
        double_clicked: The user closes the loupe.
    """

    zoomed = Signal(int)
    double_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._image: QImage | None = None
        self._full = QSize()
        self._excluded = False
        self._problem = ""
        self._zoom: float | None = None
        self._centre = QPointF(0.5, 0.5)
        self._dragged: QPointF | None = None
        self.backing = Backing.STAGE
        self.setMinimumSize(240, 160)
        self.setAccessibleName("Image")

    @property
    def zoom(self) -> float | None:
        """The chosen zoom; None to fit the window."""
        return self._zoom

    def show_image(
        self, image: QImage | None, full: QSize, *, excluded: bool, problem: str = ""
    ) -> None:
        """Show an image; zoom and position stay.

        Args:
            image: Any size; a thumbnail is scaled to the size of the image.
            full: Size of the image in the file.
            excluded: True to mark it as excluded.
            problem: Why there is no image.
        """
        self._image, self._full = image, full
        self._excluded, self._problem = excluded, problem
        self._changed()

    def set_zoom(self, zoom: float | None) -> None:
        """Show one pixel of the image as `zoom` pixels of the screen; None fits the window."""
        self._zoom = zoom
        if zoom is None:
            self._centre = QPointF(0.5, 0.5)
        self._changed()

    def next_backing(self) -> None:
        """Show the next background."""
        kinds = list(Backing)
        self.backing = kinds[(kinds.index(self.backing) + 1) % len(kinds)]
        self.update()

    def scale(self) -> float:
        """Return screen pixels per image pixel."""
        return self._zoom if self._zoom is not None else self._fitting()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._changed()

    def wheelEvent(self, event: QWheelEvent) -> None:
        step = 1.25 if event.angleDelta().y() > 0 else 0.8
        self._zoom = min(_MAX_ZOOM, max(_MIN_ZOOM, self.scale() * step))
        self._changed()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._dragged = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged is None or self._full.isEmpty():
            return
        moved = event.position() - self._dragged
        self._dragged = event.position()
        scale = self.scale()
        x = self._centre.x() - moved.x() / (scale * self._full.width())
        y = self._centre.y() - moved.y() / (scale * self._full.height())
        self._centre = QPointF(min(1.0, max(0.0, x)), min(1.0, max(0.0, y)))
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        del event
        self._dragged = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        del event
        self.double_clicked.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # From 200 % on, smoothing is off, to show the pixels that the network sees.
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.scale() < 2)
        self._paint_backing(painter)
        if self._image is not None and not self._image.isNull():
            painter.setOpacity(EXCLUDED_OPACITY if self._excluded else 1.0)
            painter.drawImage(self._place(), self._image)
            painter.setOpacity(1.0)
        elif self._problem:
            painter.setPen(theme.colour("text-2"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._problem)
        painter.end()

    def _paint_backing(self, painter: QPainter) -> None:
        match self.backing:
            case Backing.STAGE:
                painter.fillRect(self.rect(), theme.colour("stage"))
            case Backing.BLACK:
                painter.fillRect(self.rect(), Qt.GlobalColor.black)
            case Backing.WHITE:
                painter.fillRect(self.rect(), Qt.GlobalColor.white)
            case Backing.CHECKERBOARD:
                painter.fillRect(self.rect(), theme.colour("surface"))
                for y in range(0, self.height(), _CHECK_PX):
                    start = (y // _CHECK_PX % 2) * _CHECK_PX
                    for x in range(start, self.width(), 2 * _CHECK_PX):
                        painter.fillRect(x, y, _CHECK_PX, _CHECK_PX, theme.colour("sunken"))

    def _place(self) -> QRectF:
        scale = self.scale()
        width, height = self._full.width() * scale, self._full.height() * scale
        middle = QPointF(self.width() / 2, self.height() / 2)
        x = middle.x() - self._centre.x() * width
        y = middle.y() - self._centre.y() * height
        return QRectF(x, y, width, height)

    def _fitting(self) -> float:
        if self._full.isEmpty():
            return 1.0
        across = (self.width() - 2 * MARGIN_PX) / self._full.width()
        down = (self.height() - MARGIN_PX) / self._full.height()
        return min(_MAX_FIT, max(0.01, min(across, down)))

    def _changed(self) -> None:
        self.update()
        self.zoomed.emit(round(100 * self.scale()))
