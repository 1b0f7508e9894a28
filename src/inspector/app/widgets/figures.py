"""Small painted figures: a histogram with a mark, two side by side, bars of several parts."""

from collections.abc import Mapping, Sequence

import numpy as np
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from inspector.app.widgets import theme
from inspector.audit.diagnosis import Property
from inspector.audit.properties import bars

BINS = 24
_ROW_PX = 22
_BAR_PX = 10
_NAME_SHARE = 0.5
Splits = tuple[str, str]


class HistogramPlot(QWidget):
    """Show how values lie, with one of them marked; values are shares of 1."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._values: Sequence[float] = ()
        self._mark: float | None = None
        self._mark_text = ""
        self.setAccessibleName(name)
        self.setMinimumSize(180, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_values(self, values: Sequence[float], mark: float | None, mark_text: str) -> None:
        """Show values; `mark` is one of their kind."""
        self._values, self._mark, self._mark_text = values, mark, mark_text
        if values:
            told = f"median {np.median(values):.1%}"
            self.setAccessibleDescription(
                f"{told}, {mark_text} {mark:.1%}" if mark is not None else told
            )
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, 130)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if len(self._values) < 2:
            return
        area = QRectF(4, 18, self.width() - 8, self.height() - 38)
        low = min(*self._values, self._mark if self._mark is not None else 1.0)
        high = max(*self._values, self._mark if self._mark is not None else 0.0)
        span = (high - low) or 1.0
        counts, _ = np.histogram(self._values, bins=BINS, range=(low, low + span))
        width = area.width() / BINS
        for i, count in enumerate(counts.tolist()):
            height = area.height() * count / max(1, int(counts.max()))
            bar = QRectF(area.left() + i * width, area.bottom() - height, width - 1, height)
            painter.fillRect(bar, theme.colour("training"))
        painter.setPen(theme.colour("muted"))
        bottom = QRectF(area.left(), area.bottom() + 2, area.width(), 16)
        painter.drawText(bottom, Qt.AlignmentFlag.AlignLeft, f"{low:.1%}")
        painter.drawText(bottom, Qt.AlignmentFlag.AlignRight, f"{high:.1%}")
        if self._mark is None:
            return
        x = area.left() + (self._mark - low) / span * area.width()
        painter.setPen(QPen(theme.colour("drop"), 2))
        painter.drawLine(int(x), int(area.top()) - 2, int(x), int(area.bottom()))
        painter.setPen(theme.colour("text"))
        text = f"{self._mark_text} {self._mark:.1%}"
        left = x > self.width() / 2
        side = Qt.AlignmentFlag.AlignRight if left else Qt.AlignmentFlag.AlignLeft
        place = QRectF(0, 0, x - 4, 16) if left else QRectF(x + 4, 0, self.width() - x, 16)
        painter.drawText(place, side | Qt.AlignmentFlag.AlignVCenter, text)


class PairedHistogram(QWidget):
    """Show one property in two folders, each as shares of its own images.

    Args:
        name: For a screen reader.
        sides: Names of the splits, which give the colours.
    """

    def __init__(self, name: str, sides: Splits) -> None:
        super().__init__()
        self._sides = sides
        self._shares: tuple[Sequence[float], Sequence[float]] = ((), ())
        self._ends = ("", "")
        self.setAccessibleName(name)
        self.setMinimumSize(160, 72)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_counts(self, one: Property) -> None:
        """Show the counts of a property; one that an image has or has not gets two bins."""
        training, folder, self._ends = bars(one)
        self._shares = (training, folder)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, 72)

    def paintEvent(self, _: QPaintEvent) -> None:
        bins = len(self._shares[0])
        if not bins:
            return
        painter = QPainter(self)
        area = QRectF(0, 2, self.width(), self.height() - 20)
        highest = max(*self._shares[0], *self._shares[1]) or 1.0
        width = area.width() / bins
        bar = min((width - 1) / 2, 28.0)
        for place, (name, shares) in enumerate(zip(self._sides, self._shares, strict=True)):
            for i, share in enumerate(shares):
                height = area.height() * share / highest
                left = area.left() + i * width + place * bar
                painter.fillRect(QRectF(left, area.bottom() - height, bar, height), _colour(name))
        painter.setPen(theme.colour("muted"))
        line = QRectF(area.left(), area.bottom() + 2, area.width(), 16)
        if bins == 2:
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft, self._ends[0])
            line.setLeft(area.left() + width)
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft, self._ends[1])
            return
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft, self._ends[0])
        painter.drawText(line, Qt.AlignmentFlag.AlignRight, self._ends[1])


class Bars(QWidget):
    """Show one bar a row, made of coloured parts, each row on the scale of the longest."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._rows: Sequence[tuple[str, Mapping[str, int]]] = ()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_rows(self, rows: Sequence[tuple[str, Mapping[str, int]]]) -> None:
        """Show rows of (name, part to count); parts are named as the colours of splits are."""
        self._rows = rows
        said = "; ".join(
            f"{name}: {', '.join(f'{n} {part}' for part, n in parts.items())}"
            for name, parts in rows
        )
        self.setAccessibleDescription(said)
        self.setFixedHeight(max(1, len(rows)) * _ROW_PX)
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        longest = max((sum(parts.values()) for _, parts in self._rows), default=1) or 1
        widest = max((self.fontMetrics().horizontalAdvance(n) for n, _ in self._rows), default=0)
        left = min(self.width() * _NAME_SHARE, widest + 12)
        for row, (name, parts) in enumerate(self._rows):
            top = row * _ROW_PX
            painter.setPen(theme.colour("text"))
            shown = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, int(left) - 8)
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, top, left - 8, _ROW_PX), middle, shown)
            x = left
            space = self.width() - left - 72
            for part, count in parts.items():
                width = space * count / longest
                bar = QRectF(x, top + (_ROW_PX - _BAR_PX) / 2, width, _BAR_PX)
                painter.fillRect(bar, _colour(part))
                x += width
            painter.setPen(theme.colour("muted"))
            text = " / ".join(f"{n:,}" for n in parts.values())
            painter.drawText(QRectF(x + 4, top, self.width() - x, _ROW_PX), middle, text)


class BarDelegate(QStyledItemDelegate):
    """Paint a cell of (split, before, after), shares of 1: what stays in front of what was."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:  # fmt: skip
        super().paint(painter, option, index)
        found = index.data(Qt.ItemDataRole.UserRole)
        if found is None:
            return
        split, before, after = found
        area = QRectF(option.rect).adjusted(8, 0, -8, 0)
        top = area.center().y() - _BAR_PX / 2
        for share, colour in ((before, theme.colour("border")), (after, _colour(split))):
            painter.fillRect(QRectF(area.left(), top, area.width() * share, _BAR_PX), colour)


def _colour(part: str) -> QColor:
    known = theme.tokens()
    return theme.colour(part if part in known else "muted")
