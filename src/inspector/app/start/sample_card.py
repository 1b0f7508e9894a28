"""What the sample looks like; shown while there are no recent datasets."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QVBoxLayout

from inspector.app.start.illustrations import LatePicture

if TYPE_CHECKING:
    from PySide6.QtGui import QImage, QResizeEvent

TILES, TILE_PX = 12, 196
"""How many images, and their largest side."""
_ACROSS, _GAP_PX = 4, 4


class SampleCard(QFrame):
    """Describes the sample, with some of its images once they are painted."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        title = QLabel("New here? Try the sample")
        title.setProperty("role", "card-title")
        text = QLabel(
            "600 generated images with known leaks, created here in a few seconds."
            " Nothing is downloaded."
        )
        text.setProperty("role", "muted")
        text.setWordWrap(True)
        self.tiles = _Tiles()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 16)
        for widget in (title, text, self.tiles):
            column.addWidget(widget)


class _Tiles(LatePicture):
    """Paints square images, whose space is reserved before they come."""

    def __init__(self) -> None:
        super().__init__()
        self._images: Sequence[QImage] = ()
        self.setAccessibleName("Images of the sample")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def resizeEvent(self, event: "QResizeEvent") -> None:
        super().resizeEvent(event)
        rows = TILES // _ACROSS
        self.setFixedHeight(rows * (self._side() + _GAP_PX) - _GAP_PX)

    def show_images(self, images: "Sequence[QImage]") -> None:
        """Show square images."""
        self._images = images
        self.setAccessibleDescription(f"{len(images)} images")
        self.update()

    def paint(self) -> None:
        from PySide6.QtGui import QPainter

        from inspector.app.widgets import theme

        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        side = self._side()
        for place in range(TILES):
            row, column = divmod(place, _ACROSS)
            step = side + _GAP_PX
            box = QRect(column * step, row * step, side, side)
            painter.fillRect(box, theme.colour("sunken"))
            if place < len(self._images):
                painter.drawImage(box, self._images[place])

    def _side(self) -> int:
        """Return the side of a tile, so that a row fills the width."""
        return max(1, min(TILE_PX, (self.width() + _GAP_PX) // _ACROSS - _GAP_PX))
