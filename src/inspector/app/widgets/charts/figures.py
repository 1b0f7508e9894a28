"""Small charts: a histogram with a mark, two side by side, stacked bars.

pyqtgraph draws them; it is imported off the GUI thread once there is something to show.
"""

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from inspector.app.threads.late_import import late_import
from inspector.app.widgets import theme
from inspector.audit.diagnosis import Property
from inspector.audit.properties import bars

if TYPE_CHECKING:
    from inspector.app.widgets.charts.plots import Plot, Row

BINS = 24
_PLOTS = "inspector.app.widgets.charts.plots"
_ROW_PX = 22
_BAR_PX = 10
_AXIS_PX = 18
_NAME_SHARE = 0.5
_COUNTS_PX = 72
_COUNT_AXIS_PX, _CAPTION_PX = 32, 18
Splits = tuple[str, str]


class LateChart(QWidget):
    """A chart that is empty until its library is imported; subclasses draw the content.

    Args:
        name: For a screen reader.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self._plot: Plot | None = None
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    def plot(self) -> "Plot | None":
        """Return the plot; None before the library is imported."""
        return self._plot

    def rows(self) -> "Sequence[Row]":
        """Return the content as a table, headers first."""
        raise NotImplementedError

    def paint(self, plot: "Plot") -> None:
        """Draw the content on an empty chart."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Draw again, now or as soon as the library is imported."""
        if self._plot is None:
            late_import(_PLOTS, self._on_loaded)
        else:
            self._plot.begin()
            self.paint(self._plot)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        # Qt also calls this before the chart exists.
        if event.type() is QEvent.Type.PaletteChange and self.__dict__.get("_plot") is not None:
            assert self._plot is not None
            self._plot.restyle()
            self.redraw()

    def _on_loaded(self, module: ModuleType) -> None:
        if self._plot is None:
            self._plot = module.as_plot(module, self.accessibleName(), self.rows)
            self._column.addWidget(self._plot)
            self.redraw()


class HistogramPlot(LateChart):
    """The distribution of values, with one of them marked; values are shares of 1.

    Args:
        name: For a screen reader.
        colour: Name of the bars' colour.
        axis: Title of the value axis; "" for none.
        unit: Title of the count axis; "" for no counts.
    """

    def __init__(
        self, name: str, *, colour: str = "training", axis: str = "", unit: str = ""
    ) -> None:
        super().__init__(name)
        self._values: Sequence[float] = ()
        self._mark: float | None = None
        self._mark_text = ""
        self._colour, self._axis, self._unit = colour, axis, unit
        self.setMinimumSize(180, 120)

    def show_axis(self, axis: str) -> None:
        """Set the title of the value axis; it appears with the next values."""
        self._axis = axis

    def show_values(self, values: Sequence[float], mark: float | None, mark_text: str) -> None:
        """Show values; `mark` is a value of the same kind."""
        self._values, self._mark, self._mark_text = values, mark, mark_text
        if values:
            text = f"{len(values)} values, median {np.median(values):.1%}"
            self.setAccessibleDescription(
                f"{text}, {mark_text} {mark:.1%}" if mark is not None else text
            )
        self.redraw()

    def sizeHint(self) -> QSize:
        return QSize(240, 130)

    def rows(self) -> "Sequence[Row]":
        return [("value",), *((value,) for value in self._values)]

    def paint(self, plot: "Plot") -> None:
        if len(self._values) < 2:
            return
        ends = [*self._values, *([self._mark] if self._mark is not None else [])]
        low, high = min(ends), max(ends)
        span = (high - low) or 1.0
        counts, edges = np.histogram(self._values, bins=BINS, range=(low, low + span))
        most = max(1, int(counts.max()))
        left = edges[:-1].tolist()
        plot.bars(left, counts.tolist(), span / BINS * 0.88, theme.colour(self._colour))
        plot.ticks("left", self._counts(most), _COUNT_AXIS_PX)
        plot.ticks("bottom", _share_ticks(low, low + span), _AXIS_PX)
        if self._unit:
            plot.text(low, most * 1.34, self._unit, theme.colour("text-3"), (1.4, 0.5))
        if self._axis:
            plot.caption(self._axis, _AXIS_PX + _CAPTION_PX)
        if self._mark is not None:
            plot.line([self._mark] * 2, [0, most * 1.22], theme.colour("text"), 2)
            is_right = self._mark > low + span / 2
            text = f"{self._mark_text}: {100 * self._mark:.1f} %"
            plot.text(self._mark, most * 1.34, text, theme.colour("text"), (float(is_right), 0.5))
        plot.show_range((low, low + span), (0, most * 1.45))
        plot.on_hover(lambda x, _: _bin_text(x, edges.tolist(), counts.tolist()))

    def _counts(self, most: int) -> list[tuple[float, str]]:
        if not self._unit:
            return []
        step = next(s for s in (1, 2, 5, 10, 20, 25, 50, 100, 200, most) if most / s <= 3)
        return [(float(n), f"{n:,}") for n in range(0, most + 1, step)]


class PairedHistogram(LateChart):
    """One property in two folders, each as shares of its own images.

    Args:
        name: For a screen reader.
        sides: Names of the splits, which define the colours.
    """

    def __init__(self, name: str, sides: Splits) -> None:
        super().__init__(name)
        self._sides = sides
        self._shares: tuple[Sequence[float], Sequence[float]] = ((), ())
        self._ends = ("", "")
        self.setMinimumSize(160, 72)

    def show_counts(self, one: Property) -> None:
        """Show the counts of a property; a yes-no property gets two bins."""
        training, folder, self._ends = bars(one)
        self._shares = (training, folder)
        self.redraw()

    def sizeHint(self) -> QSize:
        return QSize(240, 76)

    def rows(self) -> "Sequence[Row]":
        numbered = enumerate(self._pairs(), 1)
        return [("bin", *self._sides), *((i, one, two) for i, (one, two) in numbered)]

    def _pairs(self) -> list[tuple[float, float]]:
        return list(zip(*self._shares, strict=True))

    def paint(self, plot: "Plot") -> None:
        bins = len(self._shares[0])
        if not bins:
            return
        highest = max(*self._shares[0], *self._shares[1]) or 1.0
        for position, (name, shares) in enumerate(zip(self._sides, self._shares, strict=True)):
            plot.bars(
                [i + 0.05 + 0.45 * position for i in range(bins)], shares, 0.45, _colour(name)
            )
        plot.ticks("left", (), 0)
        no, yes = self._ends
        ends = ((0.5, no), (1.5, yes)) if bins == 2 else _ends(0, bins, self._ends)
        plot.ticks("bottom", ends, _AXIS_PX)
        plot.show_range((0, bins), (0, highest * 1.02))
        plot.on_hover(self._text_at)

    def _text_at(self, x: float, _: float) -> str:
        pairs = self._pairs()
        if not 0 <= x < len(pairs):
            return ""
        named = zip(self._sides, pairs[int(x)], strict=True)
        return ", ".join(f"{name} {share:.1%}" for name, share in named)


class Bars(LateChart):
    """One bar per row, made of coloured parts, on a common scale."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._bars: Sequence[tuple[str, Mapping[str, int]]] = ()

    def show_rows(self, rows: Sequence[tuple[str, Mapping[str, int]]]) -> None:
        """Show rows of (name, part to count); parts are named like the colours of splits."""
        self._bars = rows
        summary = "; ".join(
            f"{name}: {', '.join(f'{n} {part}' for part, n in parts.items())}"
            for name, parts in rows
        )
        self.setAccessibleDescription(summary)
        self.setFixedHeight(max(1, len(rows)) * _ROW_PX)
        self.redraw()

    def rows(self) -> "Sequence[Row]":
        parts = list(self._bars[0][1]) if self._bars else []
        table: list[Row] = [("name", *parts)]
        table += [(name, *counts.values()) for name, counts in self._bars]
        return table

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Elide the names to the new width."""
        super().resizeEvent(event)
        if self._plot is not None and event.size().width() != event.oldSize().width():
            self.redraw()

    def paint(self, plot: "Plot") -> None:
        if not self._bars:
            return
        longest = max(sum(parts.values()) for _, parts in self._bars) or 1
        widest = max(self.fontMetrics().horizontalAdvance(name) for name, _ in self._bars)
        left = int(min(self.width() * _NAME_SHARE, widest + 12))
        count = len(self._bars)
        ends = [0.0] * count
        y = [count - 0.5 - row for row in range(count)]
        for part in self._bars[0][1]:
            lengths = [float(parts.get(part, 0)) for _, parts in self._bars]
            plot.lying_bars(ends, lengths, y, _colour(part))
            ends = [a + b for a, b in zip(ends, lengths, strict=True)]
        names = [
            self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, left - 8)
            for name, _ in self._bars
        ]
        plot.ticks("left", list(zip(y, names, strict=True)), left)
        plot.ticks("bottom", (), 0)
        for (_, parts), end, at in zip(self._bars, ends, y, strict=True):
            text = " / ".join(f"{n:,}" for n in parts.values())
            plot.text(end, at, text, theme.colour("text-2"))
        room = max(1, self.width() - left)
        reach = longest * room / max(1, room - _COUNTS_PX)
        plot.show_range((0, reach), (0, count))
        plot.on_hover(self._text_at)

    def _text_at(self, _: float, y: float) -> str:
        row = int(len(self._bars) - y)
        if not 0 <= row < len(self._bars):
            return ""
        name, parts = self._bars[row]
        return f"{name}: " + ", ".join(f"{part} {n:,}" for part, n in parts.items())


class BarDelegate(QStyledItemDelegate):
    """Paints a cell of (split, before, after), shares of 1: after in front of before."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:  # fmt: skip
        super().paint(painter, option, index)
        values = index.data(Qt.ItemDataRole.UserRole)
        if values is None:
            return
        split, before, after = values
        area = QRectF(option.rect).adjusted(8, 0, -8, 0)
        top = area.center().y() - _BAR_PX / 2
        for share, colour in ((before, theme.colour("line")), (after, _colour(split))):
            painter.fillRect(QRectF(area.left(), top, area.width() * share, _BAR_PX), colour)


def _share_ticks(low: float, high: float) -> list[tuple[float, str]]:
    """Return four to six round ticks of an axis of shares."""
    span = high - low
    steps = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5)
    step = next((one for one in steps if span / one <= 5), 0.5)
    first = int(np.ceil(low / step - 1e-9))
    ticks = [number * step for number in range(first, int(high / step + 1e-9) + 1)]
    digits = 1 if step < 0.01 else 0
    return [(tick, f"{100 * tick:.{digits}f} %") for tick in ticks]


def _ends(low: float, span: float, texts: tuple[str, str]) -> list[tuple[float, str]]:
    """Return ticks for both ends of an axis, moved inside so that no text is cut off."""
    return [(low + 0.1 * span, texts[0]), (low + 0.9 * span, texts[1])]


def _bin_text(x: float, edges: Sequence[float], counts: Sequence[int]) -> str:
    for low, high, count in zip(edges, edges[1:], counts, strict=False):
        if low <= x < high:
            return f"{low:.1%} to {high:.1%}: {count}"
    return ""


def _colour(part: str) -> QColor:
    return theme.colour(part if theme.has_colour(part) else "text-2")
