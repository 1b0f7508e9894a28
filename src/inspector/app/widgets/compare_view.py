"""Two images compared: side by side with locked zoom, flip, difference, slider."""

from enum import StrEnum

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from inspector.app.threads.images import from_pixels, pixels_of
from inspector.app.widgets import theme

CAPTION_PX = 22
GAP_PX = 8
AMPLIFY = 3
ZOOM_MOST = 16.0


class CompareMode(StrEnum):
    """How the two are shown."""

    SIDES = "side by side"
    FLIP = "flip (Space)"
    DIFFERENCE = "difference, three times amplified"
    SLIDER = "slider: move the pointer"


class CompareView(QWidget):
    """Show two images in one of four modes; wheel zooms, dragging moves, double click fits."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._images: list[QImage | None] = [None, None]
        self._captions = ["", ""]
        self._mode = CompareMode.SIDES
        self._second = False
        self._zoom = 1.0
        self._pan = QPointF()
        self._dragged: QPointF | None = None
        self._wipe = 0.5
        self._difference: QImage | None = None
        self.setMinimumSize(QSize(320, 200))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setAccessibleName("Comparison of two images")

    @property
    def mode(self) -> CompareMode:
        """How the two are shown now."""
        return self._mode

    def set_pair(
        self, left: QImage | None, right: QImage | None, left_caption: str, right_caption: str
    ) -> None:
        """Show two images; None leaves a side empty."""
        self._images = [left, right]
        self._captions = [left_caption, right_caption]
        self._difference = None
        self._second = False
        self._fit()
        self.setAccessibleDescription(f"left: {left_caption}; right: {right_caption}")

    def cycle_mode(self) -> None:
        """Go on to the next mode."""
        modes = list(CompareMode)
        self._mode = modes[(modes.index(self._mode) + 1) % len(modes)]
        self.update()

    def flip(self) -> None:
        """Show the other image in the same place."""
        if self._mode is not CompareMode.FLIP:
            self._mode = CompareMode.FLIP
        else:
            self._second = not self._second
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        match self._mode:
            case CompareMode.SIDES:
                half = (self.width() - GAP_PX) / 2
                for side, x in enumerate((0.0, half + GAP_PX)):
                    self._paint_one(painter, QRectF(x, 0, half, self.height()), side)
            case CompareMode.FLIP:
                self._paint_one(painter, QRectF(self.rect()), int(self._second))
            case CompareMode.DIFFERENCE:
                self._paint_difference(painter)
            case CompareMode.SLIDER:
                self._paint_slider(painter)
        painter.setPen(theme.colour("text-2"))
        corner = QRectF(0, 0, self.width() - 8, CAPTION_PX)
        painter.drawText(corner, Qt.AlignmentFlag.AlignRight, f"{self._mode.value} [C]")
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        step = 1.25 if event.angleDelta().y() > 0 else 0.8
        self._zoom = min(ZOOM_MOST, max(1.0, self._zoom * step))
        if self._zoom == 1.0:
            self._pan = QPointF()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._dragged = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self._pan += event.position() - self._dragged
            self._dragged = event.position()
        self._wipe = min(1.0, max(0.0, event.position().x() / max(1, self.width())))
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        del event
        self._dragged = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        del event
        self._fit()

    def _fit(self) -> None:
        self._zoom, self._pan = 1.0, QPointF()
        self.update()

    def _paint_one(self, painter: QPainter, box: QRectF, side: int) -> None:
        inner = box.adjusted(0, CAPTION_PX, 0, -CAPTION_PX)
        painter.fillRect(inner, theme.colour("stage"))
        image = self._images[side]
        painter.save()
        painter.setClipRect(inner)
        if image is not None:
            painter.drawImage(self._place(image, inner), image)
        elif self._captions[side]:
            painter.setPen(theme.colour("text-2"))
            painter.drawText(inner, Qt.AlignmentFlag.AlignCenter, "this file can't be shown")
        painter.restore()
        self._paint_caption(painter, box, side)

    def _paint_caption(self, painter: QPainter, box: QRectF, side: int) -> None:
        painter.setPen(theme.colour("text"))
        line = QRectF(box.left(), box.bottom() - CAPTION_PX, box.width(), CAPTION_PX)
        text = self.fontMetrics().elidedText(
            self._captions[side], Qt.TextElideMode.ElideMiddle, int(line.width())
        )
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_difference(self, painter: QPainter) -> None:
        left, right = self._images
        if left is None or right is None:
            return
        if self._difference is None:
            self._difference = _difference(left, right)
        box = QRectF(self.rect()).adjusted(0, CAPTION_PX, 0, -CAPTION_PX)
        painter.setClipRect(box)
        painter.drawImage(self._place(self._difference, box), self._difference)

    def _paint_slider(self, painter: QPainter) -> None:
        whole = QRectF(self.rect())
        self._paint_one(painter, whole, 0)
        image = self._images[1]
        if image is None:
            return
        box = whole.adjusted(0, CAPTION_PX, 0, -CAPTION_PX)
        x = box.width() * self._wipe
        painter.save()
        painter.setClipRect(QRectF(x, box.top(), box.width() - x, box.height()))
        painter.fillRect(box, theme.colour("stage"))
        first = self._images[0]
        painter.drawImage(self._place(first if first is not None else image, box), image)
        painter.restore()
        painter.setPen(QPen(theme.colour("surface"), 2))
        painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))

    def _place(self, image: QImage, box: QRectF) -> QRectF:
        """Return where an image stands: fitted, then zoomed and moved like the other."""
        scale = min(box.width() / image.width(), box.height() / image.height()) * self._zoom
        width, height = image.width() * scale, image.height() * scale
        centre = box.center() + self._pan
        return QRectF(centre.x() - width / 2, centre.y() - height / 2, width, height)


def _difference(left: QImage, right: QImage) -> QImage:
    """Return the absolute difference, the right image stretched onto the left one."""
    same = right.scaled(
        left.size(),
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    one, two = pixels_of(left).astype(np.int16), pixels_of(same).astype(np.int16)
    pixels = np.clip(np.abs(one - two) * AMPLIFY, 0, 255).astype(np.uint8)
    return from_pixels(pixels)
