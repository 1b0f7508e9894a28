"""The preview grid: one row per image, the original first; hold Space to see originals only."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from inspector.app.widgets import theme

_GAP_PX = 6
_HEAD_PX = 22
_PIN_PX = 8
_SQUARE_PX = 10


@dataclass(frozen=True, slots=True)
class GridRow:
    """One image with its augmented samples.

    Attributes:
        label: Class of the image.
        pinned: Whether the image stays when others are chosen.
        augmented: Samples of the policy.
        beside: Samples of the compared policy.
    """

    label: str
    pinned: bool
    original: QImage
    augmented: tuple[QImage, ...]
    beside: tuple[QImage, ...] = ()


class PreviewGrid(QWidget):
    """Paints rows of images.

    Attributes:
        pinned: Position of the row whose original was clicked.
        resized: Images of another size fit now.
    """

    pinned = Signal(int)
    resized = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._rows: Sequence[GridRow] = ()
        self._heads = ("", "")
        self._plain = False
        self.setAccessibleName("Originals in the first column, samples beside them")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 200)

    def show_rows(self, rows: Sequence[GridRow], heads: tuple[str, str] = ("Samples", "")) -> None:
        """Show rows; `heads` name the policy and the compared one."""
        self._rows, self._heads = rows, heads
        self.setAccessibleDescription(_in_words(rows, heads))
        self.update()

    def row_count(self) -> int:
        return len(self._rows)

    def show_plain(self, plain: bool) -> None:
        """Show the original in every cell, or the samples again."""
        if plain != self._plain:
            self._plain = plain
            self.update()

    def cell_px(self, rows: int, columns: int) -> float:
        """Return the side of a cell for a number of rows and samples, px."""
        width = (self.width() - _GAP_PX * columns) / (columns + 1)
        height = (self.height() - _HEAD_PX - _GAP_PX * (rows - 1)) / max(1, rows)
        return max(16.0, float(int(min(width, height))))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position())
        if row is not None and event.button() is Qt.MouseButton.LeftButton:
            self.pinned.emit(row)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position())
        if row is not None:
            text = "Click to unpin" if self._rows[row].pinned else "Click to pin"
            QToolTip.showText(
                event.globalPosition().toPoint(), f"{self._rows[row].label}. {text}", self
            )

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        if not self._rows:
            painter.setPen(theme.colour("text-2"))
            painter.drawText(
                self.rect(), Qt.AlignmentFlag.AlignCenter, "Images appear once they are read."
            )
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        side = self._side()
        self._paint_heads(painter, side)
        for i, row in enumerate(self._rows):
            top = _HEAD_PX + i * (side + _GAP_PX)
            for j, image in enumerate((row.original, *row.augmented, *row.beside)):
                rect = QRectF(j * (side + _GAP_PX), top, side, side)
                painter.drawImage(rect, row.original if self._plain else image)
            if row.pinned:
                pin = QRectF(4, top + 4, _PIN_PX, _PIN_PX)
                painter.setPen(theme.colour("on-accent"))
                painter.setBrush(theme.colour("accent"))
                painter.drawEllipse(pin)

    def _paint_heads(self, painter: QPainter, side: float) -> None:
        painter.setPen(theme.colour("text-2"))
        step = side + _GAP_PX
        row = self._rows[0]
        texts = [("Original", 0.0, side, "")]
        if self._plain:
            texts.append(("Originals", step, step * 2, ""))
        else:
            count = len(row.augmented)
            right = step * len(row.beside) - 10
            texts.append((self._heads[0], step, step * count - _GAP_PX, "policy_b"))
            texts.append((self._heads[1], step * (1 + count) + 4, right, "policy_c"))
        for text, left, width, colour in texts:
            if width > 0:
                if colour and text:
                    square = QRectF(left, (_HEAD_PX - _SQUARE_PX) / 2, _SQUARE_PX, _SQUARE_PX)
                    painter.fillRect(square, theme.colour(colour))
                indent = _SQUARE_PX + 6 if colour and text else 0
                rect = QRectF(left + indent, 0, width - indent, _HEAD_PX)
                shown = self.fontMetrics().elidedText(
                    text, Qt.TextElideMode.ElideRight, int(rect.width())
                )
                painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, shown)
        if row.beside and not self._plain:
            x = int(step * (1 + len(row.augmented)) - _GAP_PX / 2)
            painter.drawLine(x, 4, x, int(_HEAD_PX + step * len(self._rows)))

    def _side(self) -> float:
        columns = max(len(r.augmented) + len(r.beside) for r in self._rows)
        return self.cell_px(len(self._rows), columns)

    def _row_at(self, point: QPointF) -> int | None:
        if not self._rows:
            return None
        side = self._side()
        row = int((point.y() - _HEAD_PX) // (side + _GAP_PX))
        inside = point.y() >= _HEAD_PX and 0 <= row < len(self._rows) and point.x() <= side
        return row if inside else None


def _in_words(rows: Sequence[GridRow], heads: tuple[str, str]) -> str:
    """Return the grid as text for a screen reader."""
    if not rows:
        return ""
    first = rows[0]
    if first.beside:
        samples = f"{len(first.augmented)} of {heads[0]} and {len(first.beside)} of {heads[1]}"
    else:
        samples = str(len(first.augmented))
    pinned = ", ".join(str(position) for position, row in enumerate(rows, 1) if row.pinned)
    text = f"{len(rows)} images, samples of each: {samples}"
    return f"{text}; pinned: {pinned}" if pinned else text
