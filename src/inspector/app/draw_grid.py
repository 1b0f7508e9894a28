"""The grid of draws: a row an image, the original first."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from inspector.app import theme

_GAP_PX = 6
_HEAD_PX = 20


class DrawGrid(QWidget):
    """Paint rows of pictures, each uint8 (side, side, 3)."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[list[QImage]] = []
        self.setAccessibleName("Originals in the first column, draws beside them")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 240)

    def show_rows(self, rows: Sequence[Sequence[NDArray[np.uint8]]]) -> None:
        """Show rows of pictures: the original, then its draws."""
        self._rows = [[_image(p) for p in row] for row in rows]
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if not self._rows:
            return
        columns = max(len(row) for row in self._rows)
        width = (self.width() - _GAP_PX * (columns - 1)) / columns
        height = (self.height() - _HEAD_PX - _GAP_PX * (len(self._rows) - 1)) / len(self._rows)
        side = max(16.0, min(width, height))
        painter.setPen(theme.colour("muted"))
        for text, x in (("original", 0.0), ("draws", side + _GAP_PX)):
            painter.drawText(QRectF(x, 0, 200, _HEAD_PX), Qt.AlignmentFlag.AlignVCenter, text)
        for i, row in enumerate(self._rows):
            for j, image in enumerate(row):
                place = QRectF(
                    j * (side + _GAP_PX), _HEAD_PX + i * (side + _GAP_PX), side, side
                )
                painter.drawImage(place, image)


def _image(pixels: NDArray[np.uint8]) -> QImage:
    height, width = pixels.shape[:2]
    data = np.ascontiguousarray(pixels)
    return QImage(data.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
