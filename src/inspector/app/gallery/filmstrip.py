"""The images around the current one, in a row."""

from collections.abc import Callable

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QWheelEvent
from PySide6.QtWidgets import QFrame

from inspector.app.gallery.model import GalleryModel
from inspector.app.widgets import theme
from inspector.app.widgets.tile_painting import paint_tile

HEIGHT_PX = 80
_GAP_PX = 8


class Filmstrip(QFrame):
    """Shows the neighbours of a row of the list.

    Attributes:
        chosen: The row that was clicked.
        stepped: Number of rows to move, from the mouse wheel.
    """

    chosen = Signal(int)
    stepped = Signal(int)

    def __init__(self, model: GalleryModel, pixmap: Callable[[int], QPixmap | None]) -> None:
        super().__init__()
        self._model, self._pixmap = model, pixmap
        self._row = 0
        self._tile_px = int(theme.tokens()["size"]["filmstrip_tile"][0])
        self.setObjectName("filmstrip")
        self.setFixedHeight(HEIGHT_PX)
        self.setAccessibleName("Images around this one")

    def show_row(self, row: int) -> None:
        """Centre a row."""
        self._row = row
        self.update()

    def visible_rows(self) -> list[int]:
        """Return the visible rows, the nearest first."""
        count = len(self._model.ids)
        room = self.width() // (self._tile_px + _GAP_PX)
        first = max(0, min(self._row - room // 2, count - room))
        rows = list(range(first, min(count, first + room)))
        return sorted(rows, key=lambda row: abs(row - self._row))

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.stepped.emit(-1 if event.angleDelta().y() > 0 else 1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for row, box in self._places():
            if box.contains(event.position().toPoint()):
                self.chosen.emit(row)
                return

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for row, box in self._places():
            tile = self._model.tile(row)
            excluded = tile is not None and tile.mark == "drop"
            paint_tile(painter, box, self._pixmap(int(self._model.ids[row])), excluded=excluded)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            if row == self._row:
                painter.setPen(QPen(theme.colour("accent"), 2))
                painter.drawRoundedRect(box.adjusted(-3, -3, 2, 2), 5, 5)
        painter.end()

    def _places(self) -> list[tuple[int, QRect]]:
        rows = sorted(self.visible_rows())
        step = self._tile_px + _GAP_PX
        x = (self.width() - (len(rows) * step - _GAP_PX)) // 2
        y = (self.height() - self._tile_px) // 2
        return [
            (row, QRect(x + position * step, y, self._tile_px, self._tile_px))
            for position, row in enumerate(rows)
        ]
