"""The share of each class per split, as small bars."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from inspector.app.widgets import theme
from inspector.app.widgets.split_badge import badge_colours, paint_badge

_HEAD_PX, _ROW_PX, _BAR_PX, _FIGURE_PX = 26, 26, 8, 44
_NAME_SHARE, MAX_ROWS = 0.32, 12
MIN_DIFFERENCE = 0.1
"""A larger difference between two splits is reported."""

Balance = Sequence[tuple[str, Mapping[str, int]]]


class ClassBalance(QWidget):
    """Paints one row per class and one column per split."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: Balance = ()
        self._totals: dict[str, int] = {}
        self.setAccessibleName("Class balance")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_rows(self, rows: Balance) -> None:
        """Show rows of (class, images by split)."""
        self._rows = rows
        splits = list(rows[0][1]) if rows else []
        self._totals = {split: sum(counts[split] for _, counts in rows) for split in splits}
        texts = [
            f"{name}: " + ", ".join(f"{split} {self._share(n, split):.0%}"
                                    for split, n in counts.items())
            for name, counts in rows
        ]  # fmt: skip
        self.setAccessibleDescription("; ".join(texts))
        self.setFixedHeight(_HEAD_PX + _ROW_PX * min(MAX_ROWS, len(rows)))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, self.height())

    def text(self) -> str:
        """Return the largest difference as a sentence; "" if none is large."""
        worst: tuple[float, str] = (MIN_DIFFERENCE, "")
        for name, counts in self._rows:
            shares = {split: self._share(count, split) for split, count in counts.items()}
            low, high = min(shares, key=shares.__getitem__), max(shares, key=shares.__getitem__)
            apart = shares[high] - shares[low]
            if apart > worst[0]:
                pair = sorted((low, high), key=list(shares).index)
                text = ", ".join(f"{100 * shares[s]:.0f} % of {s}" for s in pair)
                worst = (apart, f"{name}: {text}.")
        more = len(self._rows) - MAX_ROWS
        rest = f" {more:,} more classes." if more > 0 else ""
        return f"{worst[1]}{rest}".strip()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(self.font())
        font.setPixelSize(12)
        painter.setFont(font)
        names = self.width() * _NAME_SHARE
        column = (self.width() - names) / max(1, len(self._totals))
        most = max(
            (self._share(n, split) for _, counts in self._rows for split, n in counts.items()),
            default=1.0,
        )
        for number, split in enumerate(self._totals):
            paint_badge(painter, names + number * column, 2, split)
        middle = Qt.AlignmentFlag.AlignVCenter
        for row, (name, counts) in enumerate(self._rows[:MAX_ROWS]):
            y = _HEAD_PX + row * _ROW_PX
            painter.setPen(theme.colour("text"))
            shown = painter.fontMetrics().elidedText(
                name, Qt.TextElideMode.ElideMiddle, int(names) - 8
            )
            painter.drawText(QRectF(0, y, names, _ROW_PX), middle, shown)
            for number, (split, count) in enumerate(counts.items()):
                share = self._share(count, split)
                x = names + number * column
                length = (column - _FIGURE_PX) * share / (most or 1)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.colour(badge_colours(split)[0]))
                top = y + (_ROW_PX - _BAR_PX) / 2
                painter.drawRoundedRect(QRectF(x, top, length, _BAR_PX), 2, 2)
                painter.setPen(theme.colour("text-2"))
                rect = QRectF(x + length + 6, y, _FIGURE_PX, _ROW_PX)
                painter.drawText(rect, middle, f"{100 * share:.0f} %")

    def _share(self, count: int, split: str) -> float:
        return count / max(1, self._totals.get(split, 0))
