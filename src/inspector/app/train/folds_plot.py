"""Accuracy over group folds beside that of the split, as dots with intervals."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor

from inspector.app.widgets import theme
from inspector.app.widgets.charts.figures import LateChart
from inspector.audit.influence.intervals import ShareInterval

if TYPE_CHECKING:
    from inspector.app.widgets.charts.plots import Plot
    from inspector.app.widgets.charts.plots import Row as TableRow

_ROW_PX, _AXIS_PX = 46, 22
_SPREAD = 0.02
_INSET, _MAX_TICKS = 0.06, 5
_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)


@dataclass(frozen=True, slots=True)
class FoldFigures:
    """What the chart shows; accuracies are 0..1, and None ones are not known yet.

    Attributes:
        evaluation: Name of the split's validation.
        stated: The accuracy that the user states of their own model.
        each: Of every fold.
    """

    evaluation: str
    stated: float | None
    split: ShareInterval | None
    folds: ShareInterval | None
    each: tuple[float | None, ...]


class FoldsPlot(LateChart):
    """One row each for the stated accuracy, the split, all folds, and each fold."""

    def __init__(self) -> None:
        super().__init__("Accuracy over group folds with 95 % intervals")
        self._figures: FoldFigures | None = None

    def show_figures(self, figures: FoldFigures) -> None:
        """Show the accuracies."""
        self._figures = figures
        lines = [f"{title}: {value.mean:.3f}" for title, value, _ in self._lines()]
        self.setAccessibleDescription("; ".join([*lines, _each_text(figures)]))
        self.setFixedHeight(_AXIS_PX + _ROW_PX * (len(lines) + 1))
        self.redraw()

    def sizeHint(self) -> QSize:
        return QSize(320, self.minimumHeight())

    def rows(self) -> "Sequence[TableRow]":
        each = self._figures.each if self._figures else ()
        return [
            ("what", "accuracy", "low", "high"),
            *((title, _text(v.mean), _text(v.low), _text(v.high)) for title, v, _ in self._lines()),
            *((f"fold {n}", "" if one is None else _text(one), "", "")
              for n, one in enumerate(each, 1)),
        ]  # fmt: skip

    def paint(self, plot: "Plot") -> None:
        figures, lines = self._figures, self._lines()
        if figures is None:
            return
        known = [one for one in figures.each if one is not None]
        ends = [end for _, v, _ in lines for end in (v.mean, v.low, v.high)]
        low, high = min([*ends, *known, 1.0]), max([*ends, *known, 0.0])
        low, high = max(0.0, low - 0.04), min(1.0, high + 0.04)
        low, high = (low, high) if low < high else (0.0, 1.0)
        margin = _SPREAD * (high - low)
        count = len(lines) + 1
        for number, (title, value, colour) in enumerate(lines):
            y = count - 0.5 - number
            plot.line([low, high], [y - 0.16, y - 0.16], theme.colour("line"), 1)
            if value.low < value.high:
                plot.line([value.low, value.high], [y - 0.16, y - 0.16], QColor(colour), 3)
            plot.dot(value.mean, y - 0.16, QColor(colour))
            plot.text(low - margin, y + 0.24, title, theme.colour("text"))
            shown = f"{value.mean:.3f}"
            plot.text(high + margin, y + 0.24, shown, theme.colour("text"), (1, 0.5))
        plot.line([low, high], [0.34, 0.34], theme.colour("line"), 1)
        plot.text(low - margin, 0.74, "each fold", theme.colour("text-2"))
        for one in known:
            plot.dot(one, 0.34, theme.colour("text-2"))
        plot.ticks("left", (), 0)
        plot.ticks("top", (), 0)
        plot.ticks("bottom", [(at, f"{at:.2f}") for at in _ticks(low, high)], _AXIS_PX)
        plot.show_range((low - 2 * margin, high + 2 * margin), (0, count))
        plot.on_hover(self._text_at)

    def _lines(self) -> list[tuple[str, ShareInterval, QColor]]:
        """Return title, value and colour of each row."""
        figures = self._figures
        if figures is None:
            return []
        lines: list[tuple[str, ShareInterval, QColor]] = []
        if figures.stated is not None:
            stated = ShareInterval(figures.stated, figures.stated, figures.stated)
            lines.append(("your own model, as stated", stated, theme.colour("text-2")))
        if figures.split is not None:
            lines.append((f"your {figures.evaluation}", figures.split, theme.colour("validation")))
        if figures.folds is not None:
            title = f"{len(figures.each)} group folds"
            lines.append((title, figures.folds, theme.colour("accent")))
        return lines

    def _text_at(self, _: float, y: float) -> str:
        lines, figures = self._lines(), self._figures
        number = int(len(lines) + 1 - y)
        if figures is None or not 0 <= number <= len(lines):
            return ""
        if number == len(lines):
            return _each_text(figures)
        title, value, _colour = lines[number]
        limits = f" [{value.low:.3f}, {value.high:.3f}]" if value.low < value.high else ""
        return f"{title}: {value.mean:.3f}{limits}"


def _ticks(low: float, high: float) -> list[float]:
    """Return up to six round accuracies well inside a range."""
    inner, outer = low + _INSET * (high - low), high - _INSET * (high - low)
    step = next(s for s in _STEPS if (outer - inner) / s <= _MAX_TICKS)
    first = math.ceil(inner / step)
    return [n * step for n in range(first, math.floor(outer / step) + 1)]


def _each_text(figures: FoldFigures) -> str:
    texts = ("not trained yet" if one is None else f"{one:.3f}" for one in figures.each)
    return "; ".join(f"fold {number}: {text}" for number, text in enumerate(texts, 1))


def _text(value: float) -> str:
    return f"{value:.6g}"
