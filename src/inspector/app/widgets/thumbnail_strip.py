"""A row of painted thumbnails: some images of a group, a class or a list."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QSize, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from inspector.app.threads.thumbnails import Thumbnails
from inspector.app.widgets.split_badge import paint_badge
from inspector.app.widgets.tile_painting import paint_tile

GAP_PX, GROUP_GAP_PX = 4, 12
_BADGE_INSET_PX = 4


class ThumbnailStrip(QWidget):
    """Paints as many square thumbnails as fit, with gaps between groups.

    Attributes:
        clicked: The id of the image that was clicked.

    Args:
        thumbnails: Thumbnails of the page, which requests what `samples` returns.
        tile_px: Side of a tile.
        name: For a screen reader.
    """

    clicked = Signal(int)

    def __init__(self, thumbnails: Thumbnails, *, tile_px: int, name: str) -> None:
        super().__init__()
        self._thumbnails = thumbnails
        self._tile = tile_px
        self._groups: tuple[tuple[int, ...], ...] = ()
        self._badges: dict[int, str] = {}
        self.setAccessibleName(name)
        self.setFixedHeight(tile_px)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        thumbnails.ready.connect(self.update)

    def show_groups(
        self, groups: Sequence[Sequence[int]], badges: dict[int, str] | None = None
    ) -> None:
        """Show images by id; `badges` maps ids to splits that are shown on them."""
        self._groups = tuple(tuple(group) for group in groups)
        self._badges = badges or {}
        self.setAccessibleDescription(f"{sum(map(len, self._groups))} images")
        self.update()

    def samples(self) -> list[int]:
        """Return the ids of all images that may be shown."""
        return [sample for group in self._groups for sample in group]

    def sizeHint(self) -> QSize:
        return QSize(4 * self._tile, self._tile)

    def minimumSizeHint(self) -> QSize:
        return QSize(2 * self._tile, self._tile)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for sample, box in self._boxes():
            if box.contains(event.position().toPoint()):
                self.clicked.emit(sample)
                return
        super().mousePressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for sample, box in self._boxes():
            outline = QPainterPath()
            outline.addRoundedRect(box, 4, 4)
            painter.setClipPath(outline)
            paint_tile(painter, box, self._thumbnails.pixmap(sample))
            painter.setClipping(False)
            if split := self._badges.get(sample):
                corner = QPointF(box.topLeft()) + QPointF(_BADGE_INSET_PX, _BADGE_INSET_PX)
                paint_badge(painter, corner.x(), corner.y(), split)

    def _boxes(self) -> list[tuple[int, QRect]]:
        boxes: list[tuple[int, QRect]] = []
        x = 0
        for group in self._groups:
            for sample in group:
                if x + self._tile > self.width():
                    return boxes
                boxes.append((sample, QRect(x, 0, self._tile, self._tile)))
                x += self._tile + GAP_PX
            x += GROUP_GAP_PX - GAP_PX
        return boxes
