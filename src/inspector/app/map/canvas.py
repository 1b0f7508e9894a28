"""The map as a widget: points, lasso, zoom, class names, and thumbnails when zoomed in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from inspector.app.map.points import Camera, draw, fitted, inside_polygon, nearest
from inspector.app.widgets import theme

NEAR_POINTS = 80
THUMBNAIL_PX = 56
HOVER_PX = 160
_REACH_PX = 8.0
_LASSO_STEP_PX = 3.0
_ZOOM = 1.0015
MANY, VERY_MANY = 5_000, 50_000


@dataclass(frozen=True, slots=True)
class PointLayer:
    """Points of one shape that are drawn together.

    Attributes:
        rows: (m,) indices of the points, in drawing order.
        colours: (m,) 0xFFRRGGBB.
        shape: One of `points.SHAPES`.
    """

    rows: NDArray[np.int64]
    colours: NDArray[np.uint32]
    shape: str = "circle"


@dataclass(frozen=True, slots=True)
class PlaceName:
    """The name of a class at the median of its points."""

    text: str
    x: float
    y: float


class MapCanvas(QWidget):
    """Shows points and selects them.

    Attributes:
        lassoed: (rows, add, remove): the points in a lasso, and how it changes the selection.
        pointed: The row under the pointer, -1 for none.
        chosen: A row that was clicked.
        viewed: Few enough points are visible to show the thumbnails of these rows.
    """

    lassoed = Signal(object, bool, bool)
    pointed = Signal(int)
    chosen = Signal(int)
    viewed = Signal(object)
    cleared = Signal()

    def __init__(self, pixmap: Callable[[int], QPixmap | None]) -> None:
        super().__init__()
        self._pixmap = pixmap
        self._positions = np.zeros((0, 2), np.float32)
        self._layers: Sequence[PointLayer] = ()
        self._names: Sequence[PlaceName] = ()
        self._selected = np.zeros(0, np.bool_)
        self._camera = Camera()
        self._fits = True
        self._screen = np.zeros((0, 2), np.float32)
        self._visible: NDArray[np.int64] | None = None
        # The image is a view of the pixels.
        self._pixels = np.zeros((0, 0), np.uint32)
        self._image: QImage | None = None
        self._lasso: list[tuple[float, float]] = []
        self._pan: QPointF | None = None
        self._space = False
        self._under = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 200)
        self.setAccessibleName("Map of all images")

    def sizeHint(self) -> QSize:
        return QSize(800, 560)

    def show_points(self, positions: NDArray[np.float32], *, keeps_view: bool = False) -> None:
        """Show other points; the view is fitted to them unless it is kept."""
        self._positions = positions
        self._selected = np.zeros(len(positions), np.bool_)
        self._layers, self._names, self._under = (), (), -1
        if not keeps_view:
            self.fit()
        self._look_again()

    def show_layers(self, layers: Sequence[PointLayer], names: Sequence[PlaceName]) -> None:
        """Show points in colours and shapes, later layers on top, and names over them."""
        self._layers, self._names = layers, names
        self._look_again()

    def select(self, selected: NDArray[np.bool_]) -> None:
        """Mark the selected points; the others are dimmed."""
        self._selected = selected
        self._look_again()

    def fit(self) -> None:
        self._fits = True
        self._camera = fitted(self._positions, self.width(), self.height())
        self._look_again()
        self._emit_viewed()

    def zoom(self, factor: float) -> None:
        """Zoom about the centre."""
        self._set_camera(
            self._camera.zoomed(
                factor, (self.width() / 2, self.height() / 2), (self.width(), self.height())
            )
        )

    def visible_rows(self) -> NDArray[np.int64]:
        """Return the visible points."""
        if self._visible is None:
            x, y = self._at().T
            self._visible = np.flatnonzero(
                (x >= 0) & (x < self.width()) & (y >= 0) & (y < self.height())
            )
        return self._visible

    def position_of(self, row: int) -> QPointF:
        """Return the position of a point in the widget."""
        x, y = self._at()[row].tolist()
        return QPointF(x, y)

    def refresh_thumbnails(self) -> None:
        """Paint newly loaded thumbnails."""
        self.update()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._image is None:
            self._image = self._rendered()
        painter.drawImage(0, 0, self._image)
        near = self.visible_rows()
        if len(near) <= NEAR_POINTS:
            self._paint_thumbnails(painter, near)
        self._paint_names(painter)
        if len(self._lasso) > 1:
            self._paint_lasso(painter)
        if self._under >= 0 and not self._lasso:
            self._paint_hover(painter)

    def _rendered(self) -> QImage:
        # Points are drawn in widget pixels and scaled once on high-density screens.
        width, height = max(1, self.width()), max(1, self.height())
        if self._pixels.shape != (height, width):
            self._pixels = np.empty((height, width), np.uint32)
        canvas = self._pixels
        canvas.fill(theme.colour("inset").rgb())
        screen = self._at()
        count = len(self._positions)
        radius = 3.0 if count <= MANY else 2.0 if count <= VERY_MANY else 1.5
        dims = bool(self._selected.any())
        ground = theme.colour("inset")
        for layer in self._layers:
            colours = layer.colours
            if dims:
                faint = _blended(colours, ground)
                colours = np.where(self._selected[layer.rows], colours, faint).astype(np.uint32)
            draw(canvas, screen[layer.rows], colours, layer.shape, radius)
        return QImage(canvas.data, width, height, width * 4, QImage.Format.Format_RGB32)

    def _paint_thumbnails(self, painter: QPainter, rows: NDArray[np.int64]) -> None:
        half = THUMBNAIL_PX / 2
        for row in rows.tolist():
            pixmap = self._pixmap(row)
            if pixmap is None or pixmap.isNull():
                continue
            at = self.position_of(row)
            painter.drawPixmap(_inside(pixmap, at, half), pixmap, QRectF(pixmap.rect()))

    def _paint_names(self, painter: QPainter) -> None:
        """Paint class names, shifted where they would overlap."""
        font = painter.font()
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        ground = QColor(theme.colour("surface"))
        ground.setAlpha(220)
        taken: list[QRectF] = []
        for name in self._names:
            x, y = self._camera.to_screen(
                np.array([[name.x, name.y]], np.float32), self.width(), self.height()
            )[0].tolist()
            wide = painter.fontMetrics().horizontalAdvance(name.text) + 12
            for step in (0, 1, -1, 2, -2, 3, -3):
                rect = QRectF(x - wide / 2, y - 11 + 24 * step, wide, 22)
                if not any(rect.intersects(other) for other in taken):
                    break
            taken.append(rect)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(rect, 4, 4)
            painter.setPen(theme.colour("text"))
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, name.text)

    def _paint_lasso(self, painter: QPainter) -> None:
        fill = QColor(theme.colour("accent"))
        fill.setAlpha(36)
        painter.setBrush(fill)
        painter.setPen(QPen(theme.colour("accent"), 2, Qt.PenStyle.DashLine))
        painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in self._lasso]))

    def _paint_hover(self, painter: QPainter) -> None:
        at = self.position_of(self._under)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.colour("text"), 2))
        painter.drawEllipse(at, 6, 6)
        pixmap = self._pixmap(self._under)
        if pixmap is None or pixmap.isNull():
            return
        size = pixmap.size().scaled(HOVER_PX, HOVER_PX, Qt.AspectRatioMode.KeepAspectRatio)
        x = at.x() + 14 if at.x() + 14 + size.width() < self.width() else at.x() - 14 - size.width()
        y = min(max(4.0, at.y() - size.height() / 2), max(4.0, self.height() - size.height() - 4))
        rect = QRectF(x, y, size.width(), size.height())
        painter.setPen(QPen(theme.colour("surface"), 6))
        painter.drawRoundedRect(rect, 3, 3)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(rect, pixmap, QRectF(pixmap.rect()))

    # Input

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus()
        pans = event.button() is Qt.MouseButton.MiddleButton or self._space
        if pans:
            self._pan = event.position()
        elif event.button() is Qt.MouseButton.LeftButton:
            self._lasso = [(event.position().x(), event.position().y())]

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._pan is not None:
            moved = at - self._pan
            self._pan = at
            self._set_camera(self._camera.panned(moved.x(), moved.y()))
        elif self._lasso:
            x, y = self._lasso[-1]
            if abs(at.x() - x) + abs(at.y() - y) >= _LASSO_STEP_PX:
                self._lasso.append((at.x(), at.y()))
                self.update()
        else:
            self._point_at(nearest(self._at(), at.x(), at.y(), _REACH_PX))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pan is not None:
            self._pan = None
            return
        lasso, self._lasso = self._lasso, []
        if len(lasso) > 2:
            rows = np.flatnonzero(inside_polygon(self._at(), np.array(lasso, np.float32)))
            keys = event.modifiers()
            self.lassoed.emit(
                rows, bool(keys & Qt.KeyboardModifier.ShiftModifier),
                bool(keys & Qt.KeyboardModifier.AltModifier),
            )  # fmt: skip
        elif lasso and self._under >= 0:
            self.chosen.emit(self._under)
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        at = event.position()
        factor = _ZOOM ** event.angleDelta().y()
        self._set_camera(
            self._camera.zoomed(factor, (at.x(), at.y()), (self.width(), self.height()))
        )
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Space:
                self._space = True
            case Qt.Key.Key_Escape:
                self._lasso = []
                self.cleared.emit()
                self.update()
            case _:
                super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self._space = False
        super().keyReleaseEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(-1)
        super().leaveEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fits:
            self._camera = fitted(self._positions, self.width(), self.height())
        self._look_again()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._look_again()

    def _point_at(self, row: int) -> None:
        if row != self._under:
            self._under = row
            self.pointed.emit(row)
            self.update()

    def _set_camera(self, camera: Camera) -> None:
        self._camera, self._fits = camera, False
        self._look_again()
        self._emit_viewed()

    def _emit_viewed(self) -> None:
        near = self.visible_rows()
        if len(near) <= NEAR_POINTS:
            self.viewed.emit(near)

    def _look_again(self) -> None:
        self._screen = np.zeros((0, 2), np.float32)
        self._visible = None
        self._image = None
        self.update()

    def _at(self) -> NDArray[np.float32]:
        if len(self._screen) != len(self._positions):
            self._screen = self._camera.to_screen(self._positions, self.width(), self.height())
        return self._screen


def _blended(colours: NDArray[np.uint32], ground: QColor) -> NDArray[np.uint32]:
    """Return colours mixed with three quarters of the background."""
    parts = [
        (((colours >> np.uint32(shift)) & np.uint32(255)) + np.uint32(3 * channel)) >> np.uint32(2)
        for shift, channel in ((16, ground.red()), (8, ground.green()), (0, ground.blue()))
    ]
    faint: NDArray[np.uint32] = (
        np.uint32(0xFF000000)
        | (parts[0] << np.uint32(16)) | (parts[1] << np.uint32(8)) | parts[2]
    )  # fmt: skip
    return faint


def _inside(pixmap: QPixmap, at: QPointF, half: float) -> QRectF:
    size = pixmap.size().scaled(int(2 * half), int(2 * half), Qt.AspectRatioMode.KeepAspectRatio)
    return QRectF(
        at.x() - size.width() / 2, at.y() - size.height() / 2, size.width(), size.height()
    )
