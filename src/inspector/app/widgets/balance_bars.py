"""Images per split and class before and after, as two thin bars and two figures."""

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from inspector.app.widgets import theme
from inspector.app.widgets.split_badge import badge_colours

_HEAD_PX, _ROW_PX, _BAR_PX, _LABEL_PX, _FIGURE_PX = 36, 22, 6, 84, 88
_GAP_PX = 12

Balance = Mapping[tuple[str, str], tuple[int, int]]


class BalanceBars(QWidget):
    """Paints the classes of a split: pale before, full colour after, with both figures."""

    def __init__(self) -> None:
        super().__init__()
        self._balance: dict[tuple[str, str], tuple[int, int]] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Images per split and class, before and after")

    def show_balance(self, balance: Balance) -> None:
        """Show figures; a screen reader gets them as text."""
        self._balance = dict(balance)
        lines = [
            f"{split or 'no split'} {label}: {before:,} to {after:,}"
            for (split, label), (before, after) in self._balance.items()
        ]
        self.setAccessibleDescription("; ".join(lines))
        self.setFixedHeight(self.sizeHint().height())
        self.update()

    def sizeHint(self) -> QSize:
        splits = len({split for split, _ in self._balance})
        return QSize(220, splits * (_HEAD_PX + _GAP_PX) + len(self._balance) * _ROW_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        shown = event.rect()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        most = max((n for pair in self._balance.values() for n in pair), default=1) or 1
        y = 0.0
        for split in dict.fromkeys(split for split, _ in self._balance):
            rows = {k[1]: v for k, v in self._balance.items() if k[0] == split}
            self._paint_head(painter, y, split, rows)
            y += _HEAD_PX
            for label, counts in rows.items():
                if shown.top() - _ROW_PX < y <= shown.bottom():
                    self._paint_row(painter, y, (split, label), counts, most)
                y += _ROW_PX
            y += _GAP_PX
        painter.end()

    def _paint_head(
        self, painter: QPainter, y: float, split: str, rows: Mapping[str, tuple[int, int]]
    ) -> None:
        fill, text, _ = badge_colours(split)
        font = QFont(self.font())
        font.setPixelSize(12)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        word = split.title() or "No split"
        width = painter.fontMetrics().horizontalAdvance(word) + 14
        badge = QRectF(0, y + 6, width, 20)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(fill))
        painter.drawRoundedRect(badge, 3, 3)
        painter.setPen(theme.colour(text))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, word)
        before, after = (sum(v[i] for v in rows.values()) for i in (0, 1))
        self._paint_change(painter, QRectF(width + 10, y + 6, self.width() - width - 10, 20),
                           before, after, Qt.AlignmentFlag.AlignLeft)  # fmt: skip

    def _paint_row(
        self, painter: QPainter, y: float, key: tuple[str, str], counts: tuple[int, int], most: int
    ) -> None:
        font = QFont(self.font())
        font.setPixelSize(12)
        painter.setFont(font)
        label = painter.fontMetrics().elidedText(
            key[1] or "no class", Qt.TextElideMode.ElideMiddle, _LABEL_PX - 8
        )
        painter.setPen(theme.colour("text"))
        painter.drawText(QRectF(0, y, _LABEL_PX, _ROW_PX), Qt.AlignmentFlag.AlignVCenter, label)
        room = max(1.0, self.width() - _LABEL_PX - _FIGURE_PX)
        fill, _, soft = badge_colours(key[0])
        painter.setPen(Qt.PenStyle.NoPen)
        for position, (count, colour) in enumerate(zip(counts, (soft, fill), strict=True)):
            bar = QRectF(_LABEL_PX, y + 4 + position * (_BAR_PX + 2), room * count / most, _BAR_PX)
            painter.setBrush(theme.colour(colour))
            painter.drawRoundedRect(bar, 2, 2)
        place_of_figure = QRectF(self.width() - _FIGURE_PX, y, _FIGURE_PX, _ROW_PX)
        self._paint_change(painter, place_of_figure, *counts, Qt.AlignmentFlag.AlignRight)

    def _paint_change(
        self, painter: QPainter, rect: QRectF, before: int, after: int, side: Qt.AlignmentFlag
    ) -> None:
        """Paint the old figure in grey, an arrow and the new one in bold; one figure if equal."""
        font = QFont(painter.font())
        old = f"{before:,} → " if before != after else ""
        new = f"{after:,}"
        font.setWeight(QFont.Weight.Normal)
        painter.setFont(font)
        old_width = painter.fontMetrics().horizontalAdvance(old)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        new_width = painter.fontMetrics().horizontalAdvance(new)
        x = rect.left()
        if side is Qt.AlignmentFlag.AlignRight:
            x = rect.right() - old_width - new_width
        gone = after == 0 < before
        painter.setPen(theme.colour("problem" if gone else "text"))
        line = QRectF(x + old_width, rect.top(), new_width + 2, rect.height())
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, new)
        font.setWeight(QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(theme.colour("text-3"))
        line = QRectF(x, rect.top(), old_width + 2, rect.height())
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, old)
