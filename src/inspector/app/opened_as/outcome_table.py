"""The images per class and split of a layout, as figures with bars."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from inspector.app.opened_as.role_words import title_of
from inspector.app.widgets import theme
from inspector.dataset.layouts import Outline

_ROW_PX = 22
_NAME_PX = 112
_BAR_PX = 52
_BAR_HEIGHT_PX = 6
_HEAD_PX = 28
# Nobody reads more classes than these; the totals include all.
MAX_ROWS = 500
MAX_SPLITS = 6


class OutcomeTable(QWidget):
    """Shows counts of images; marks classes without an image in a split."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("outcome-table")
        self.setAccessibleName("What comes out")
        self._rows: list[tuple[str, list[int]]] = []
        self._splits: tuple[str, ...] = ()
        self._computing = False

    def show_outcome(self, plan: Outline) -> None:
        self._computing = False
        self._splits = plan.splits[:MAX_SPLITS]
        self._rows = [
            (label, [row.get(s, 0) for s in self._splits]) for label, row in plan.counts.items()
        ]
        self.setAccessibleDescription(self.text())
        self.setMinimumHeight(_HEAD_PX + _ROW_PX * (min(len(self._rows), MAX_ROWS) + 1) + 8)
        self.updateGeometry()
        self.update()

    def show_computing(self) -> None:
        """Hide the outdated figures."""
        self._computing = True
        self.update()

    def text(self) -> str:
        """Return the counts as text for a screen reader."""
        lines = []
        for label, counts in self._rows[:MAX_ROWS]:
            cells = [
                f"{title_of(s)} {n:,}".strip() for s, n in zip(self._splits, counts, strict=True)
            ]
            lines.append(f"{label}: {', '.join(cells)}")
        return "; ".join(lines)

    def sizeHint(self) -> QSize:
        return QSize(_NAME_PX + 104 * max(1, len(self._splits)), 200)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        columns = len(self._splits) or 1
        name_px = min(220, max(_NAME_PX, self.width() - 120 * columns))
        step = max(64, (self.width() - name_px) // columns)
        self._paint_head(painter, name_px, step)
        if self._computing:
            painter.setPen(theme.colour("text-3"))
            painter.drawText(QRect(0, _HEAD_PX, self.width(), _ROW_PX), 0, "Counting…")
            return
        largest = max((n for _, counts in self._rows for n in counts), default=1) or 1
        for number, (label, counts) in enumerate(self._rows[:MAX_ROWS]):
            line = QRect(0, _HEAD_PX + number * _ROW_PX, name_px - 8, _ROW_PX)
            if not line.intersects(event.rect().adjusted(0, -_ROW_PX, self.width(), _ROW_PX)):
                continue
            painter.setPen(theme.colour("text"))
            shown = painter.fontMetrics().elidedText(
                label, Qt.TextElideMode.ElideMiddle, line.width()
            )
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, shown)
            for position, count in enumerate(counts):
                left = name_px + position * step
                self._paint_cell(
                    painter,
                    QRect(left, line.top(), step, _ROW_PX),
                    position,
                    count / largest,
                    count,
                )
        self._paint_totals(painter, name_px, step)

    def _paint_head(self, painter: QPainter, name_px: int, step: int) -> None:
        painter.setPen(theme.colour("text-3"))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRect(0, 0, name_px, _HEAD_PX - 4), middle, "Class")
        for position, split in enumerate(self._splits):
            cell = QRect(name_px + position * step, 0, step - 8, _HEAD_PX - 4)
            painter.setPen(theme.colour("text"))
            if split in ("training", "validation", "test"):
                dot = QRect(cell.left(), cell.center().y() - 4, 8, 8)
                painter.fillRect(dot, theme.colour(split))
                cell.setLeft(cell.left() + 13)
            painter.drawText(cell, middle, title_of(split) if split else "Images")

    def _paint_cell(
        self, painter: QPainter, cell: QRect, position: int, share: float, count: int
    ) -> None:
        bar_px = min(_BAR_PX, cell.width() - 48)
        width = max(2, round(bar_px * share)) if count else 0
        split = self._splits[position]
        named = split in ("training", "validation", "test")
        colour = theme.colour(split if named else "accent" if not split else "text-3")
        bar = QRect(cell.left(), cell.center().y() - _BAR_HEIGHT_PX // 2, width, _BAR_HEIGHT_PX)
        painter.fillRect(bar, colour)
        painter.setPen(theme.colour("problem" if not count else "text"))
        figure = f"{count:,}" if count else "0, missing"
        painter.drawText(
            cell.adjusted(width + (6 if width else 0), 0, 0, 0),
            Qt.AlignmentFlag.AlignVCenter,
            figure,
        )

    def _paint_totals(self, painter: QPainter, name_px: int, step: int) -> None:
        top = _HEAD_PX + min(len(self._rows), MAX_ROWS) * _ROW_PX
        font = painter.font()
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(theme.colour("text"))
        more = len(self._rows) - MAX_ROWS
        name = f"and {more:,} more" if more > 0 else "All"
        painter.drawText(QRect(0, top, name_px, _ROW_PX), Qt.AlignmentFlag.AlignVCenter, name)
        for position in range(len(self._splits)):
            total = sum(counts[position] for _, counts in self._rows)
            cell = QRect(name_px + position * step, top, step, _ROW_PX)
            painter.drawText(cell, Qt.AlignmentFlag.AlignVCenter, f"{total:,}")
