"""Compares two images: side by side, flipping, difference, or slider; with linked zoom."""

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from inspector.app.widgets import theme
from inspector.app.widgets.split_badge import paint_split, paint_word
from inspector.similarity.difference import AMPLIFY

CAPTION_PX = 32
GAP_PX = 10
MAX_ZOOM = 16.0
_MARGIN_PX = 12
_LINK_PX = 96
_WAITING = "•  •  •"


class CompareMode(StrEnum):
    """How the two images are compared."""

    SIDES = "Side by side"
    FLIP = "Flip"
    DIFFERENCE = "Difference"
    SLIDER = "Slider"


@dataclass(frozen=True, slots=True, eq=False)
class StageImage:
    """An image with its captions.

    Attributes:
        image: None if the file can't be decoded.
        facts: Image size, file size and decision.
        conflict: Whether its class differs from that of the other image.
    """

    image: QImage | None
    path: str
    facts: str = ""
    split: str = ""
    label: str = ""
    conflict: bool = False


class CompareView(QWidget):
    """Shows two images in one of four modes; wheel zooms, dragging moves, double click fits.

    Attributes:
        difference_wanted: The difference is needed but not computed; True to align first.
        mode_changed: A `CompareMode`.
        zoomed: Size of the left image on screen in per cent of its own size.
    """

    difference_wanted = Signal(bool)
    mode_changed = Signal(object)
    zoomed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sides: list[StageImage | None] = [None, None]
        self._mode = CompareMode.SIDES
        self._second = self._peeks = False
        self._zoom = 1.0
        self._pan = QPointF()
        self._dragged: QPointF | None = None
        self._wipe = 0.5
        self._aligns = True
        self._difference: QImage | None = None
        self._sentence = ""
        self._link = QPushButton("Don't align", self)
        self._link.setProperty("role", "quiet")
        self._link.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._link.setToolTip("Show the difference with and without alignment (Shift+D)")
        self._link.clicked.connect(self.toggle_align)
        self._link.hide()
        self.setMinimumSize(QSize(320, 200))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setAccessibleName("Comparison of two images")

    @property
    def mode(self) -> CompareMode:
        """The current mode."""
        return self._mode

    @property
    def is_whole(self) -> bool:
        """Whether both images are fully visible."""
        return self._zoom == 1.0

    @property
    def difference_text(self) -> str:
        """The text below the difference."""
        return self._sentence

    def set_pair(self, left: StageImage | None, right: StageImage | None) -> None:
        """Show two images; None leaves a side empty. Zoom and position stay."""
        self._sides = [left, right]
        self._second = False
        self._forget_difference()
        left_text, right_text = (_spoken(side) for side in self._sides)
        self.setAccessibleDescription(f"left: {left_text}; right: {right_text}")
        self._emit_zoom()

    def set_mode(self, mode: CompareMode) -> None:
        if mode is CompareMode.FLIP is self._mode:
            self._second = not self._second
        self._mode = mode
        self._link.setVisible(mode is CompareMode.DIFFERENCE)
        self._want_difference()
        self.mode_changed.emit(mode)
        self._emit_zoom()

    def cycle_mode(self) -> None:
        """Switch to the next mode."""
        modes = list(CompareMode)
        self.set_mode(modes[(modes.index(self._mode) + 1) % len(modes)])

    def flip(self) -> None:
        """Show the other image in the same place."""
        self.set_mode(CompareMode.FLIP)

    def peek(self, *, on: bool) -> None:
        """Show the other image while a key is held."""
        self._peeks = on
        self.update()

    def toggle_align(self) -> None:
        """Switch the alignment of the difference on or off."""
        if self._mode is not CompareMode.DIFFERENCE:
            self.set_mode(CompareMode.DIFFERENCE)
        self._aligns = not self._aligns
        self._link.setText("Don't align" if self._aligns else "Align")
        self._forget_difference()

    def show_difference(self, difference: QImage | None, sentence: str) -> None:
        """Show the requested difference, or why there is none."""
        self._difference, self._sentence = difference, sentence
        self.update()

    def fit(self) -> None:
        """Show both images whole."""
        self._zoom, self._pan = 1.0, QPointF()
        self._emit_zoom()

    def toggle_zoom(self) -> None:
        """Switch between whole images and full resolution."""
        if self._zoom != 1.0:
            self.fit()
            return
        base = self._percent()
        self._zoom = min(MAX_ZOOM, max(1.0, 100 / base)) if base else 1.0
        if self._zoom == 1.0:
            self._zoom = 2.0
        self._emit_zoom()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._peeks:
            self._paint_one(painter, self._stage(), 1)
        else:
            self._paint_mode(painter)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        y = self.height() - CAPTION_PX
        self._link.setGeometry(self.width() - _LINK_PX, y, _LINK_PX - _MARGIN_PX, CAPTION_PX)
        self._emit_zoom()

    def wheelEvent(self, event: QWheelEvent) -> None:
        step = 1.25 if event.angleDelta().y() > 0 else 0.8
        self._zoom = min(MAX_ZOOM, max(1.0, self._zoom * step))
        if self._zoom == 1.0:
            self._pan = QPointF()
        self._emit_zoom()

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
        self.fit()

    def _stage(self) -> QRectF:
        """Return the area of the images, without the line of captions."""
        return QRectF(0, 0, self.width(), self.height() - CAPTION_PX)

    def _halves(self) -> tuple[QRectF, QRectF]:
        stage = self._stage()
        half = (stage.width() - GAP_PX) / 2
        return (
            QRectF(0, 0, half, stage.height()),
            QRectF(half + GAP_PX, 0, half, stage.height()),
        )

    def _paint_mode(self, painter: QPainter) -> None:
        left, right = self._halves()
        match self._mode:
            case CompareMode.SIDES:
                self._paint_one(painter, left, 0)
                self._paint_one(painter, right, 1)
            case CompareMode.FLIP:
                self._paint_one(painter, self._stage(), int(self._second))
            case CompareMode.DIFFERENCE:
                self._paint_one(painter, left, 0)
                self._paint_difference(painter, right)
            case CompareMode.SLIDER:
                self._paint_slider(painter)

    def _paint_one(self, painter: QPainter, box: QRectF, side: int) -> None:
        painter.fillRect(box, theme.colour("stage"))
        shown = self._sides[side]
        if shown is None:
            return
        painter.save()
        painter.setClipRect(box)
        if shown.image is not None:
            painter.drawImage(self._place(shown.image, box), shown.image)
        else:
            painter.setPen(theme.colour("text-2"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "This file can't be shown.")
        self._paint_badges(painter, box, shown)
        painter.restore()
        self._paint_caption(painter, box, shown.path, shown.facts)

    def _paint_badges(self, painter: QPainter, box: QRectF, shown: StageImage) -> None:
        x, y = box.left() + _MARGIN_PX, box.top() + _MARGIN_PX
        if shown.split:
            x = paint_split(painter, x, y, shown.split).right() + 8
        if shown.label:
            colours = ("problem-fill", "on-problem") if shown.conflict else ("neutral-fill", "text")
            paint_word(painter, x, y, shown.label, *colours)

    def _paint_caption(self, painter: QPainter, box: QRectF, path: str, facts: str) -> None:
        line = QRectF(box.left(), self._stage().bottom(), box.width(), CAPTION_PX)
        line = line.adjusted(_MARGIN_PX, 0, -_MARGIN_PX, 0)
        font = painter.font()
        font.setPixelSize(12)
        painter.setFont(font)
        used = painter.fontMetrics().horizontalAdvance(facts)
        align = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(theme.colour("text-2"))
        painter.drawText(line, align | Qt.AlignmentFlag.AlignRight, facts)
        painter.save()
        painter.setFont(theme.mono_font())
        painter.setPen(theme.colour("text"))
        room = int(line.width()) - used - _MARGIN_PX
        text = painter.fontMetrics().elidedText(path, Qt.TextElideMode.ElideMiddle, max(0, room))
        painter.drawText(line, align, text)
        painter.restore()

    def _paint_difference(self, painter: QPainter, box: QRectF) -> None:
        painter.fillRect(box, theme.colour("stage"))
        painter.save()
        painter.setClipRect(box)
        if self._difference is not None:
            painter.drawImage(self._place(self._difference, box), self._difference)
            x, y = box.left() + _MARGIN_PX, box.top() + _MARGIN_PX
            paint_word(painter, x, y, f"Difference × {AMPLIFY}", "neutral-fill", "text")
        elif not self._sentence and self._sides[1] is not None:
            painter.setPen(theme.colour("text-2"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, _WAITING)
        painter.restore()
        line = QRectF(box.left(), self._stage().bottom(), box.width(), CAPTION_PX)
        line = line.adjusted(_MARGIN_PX, 0, -_LINK_PX - 4, 0)
        painter.setPen(theme.colour("text-2"))
        text = self._sentence or ("Computing the difference" if self._sides[1] else "")
        text = painter.fontMetrics().elidedText(
            text, Qt.TextElideMode.ElideRight, int(line.width())
        )
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_slider(self, painter: QPainter) -> None:
        stage = self._stage()
        self._paint_one(painter, stage, 0)
        left, right = self._sides
        if left is None or right is None or right.image is None:
            return
        x = stage.width() * self._wipe
        painter.save()
        painter.setClipRect(QRectF(x, stage.top(), stage.width() - x, stage.height()))
        painter.fillRect(stage, theme.colour("stage"))
        rect = self._place(left.image if left.image is not None else right.image, stage)
        painter.drawImage(rect, right.image)
        half = QRectF(max(x, stage.width() / 2), stage.top(), stage.width(), stage.height())
        self._paint_badges(painter, half, right)
        painter.restore()
        painter.setPen(QPen(theme.colour("accent"), 2))
        painter.drawLine(QPointF(x, stage.top()), QPointF(x, stage.bottom()))

    def _place(self, image: QImage, box: QRectF) -> QRectF:
        """Return the rectangle of an image: fitted, then zoomed and moved like the other one."""
        scale = min(box.width() / image.width(), box.height() / image.height()) * self._zoom
        width, height = image.width() * scale, image.height() * scale
        centre = box.center() + self._pan
        return QRectF(centre.x() - width / 2, centre.y() - height / 2, width, height)

    def _forget_difference(self) -> None:
        self._difference, self._sentence = None, ""
        self._want_difference()
        self.update()

    def _want_difference(self) -> None:
        both = all(side is not None and side.image is not None for side in self._sides)
        if self._mode is CompareMode.DIFFERENCE and both and self._difference is None:
            self.difference_wanted.emit(self._aligns)

    def _percent(self) -> float:
        left = self._sides[0]
        if left is None or left.image is None:
            return 0.0
        sides = self._mode in (CompareMode.SIDES, CompareMode.DIFFERENCE)
        box = self._halves()[0] if sides else self._stage()
        return 100 * self._place(left.image, box).width() / left.image.width()

    def _emit_zoom(self) -> None:
        self.update()
        self.zoomed.emit(round(self._percent()))


def _spoken(side: StageImage | None) -> str:
    return f"{side.path} · {side.facts}" if side is not None else ""
