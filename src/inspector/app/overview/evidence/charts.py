"""The charts of the evidence: components with confidence intervals, and the placebo control."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor

from inspector.app.widgets import theme
from inspector.app.widgets.charts.figures import LateChart

if TYPE_CHECKING:
    from inspector.app.widgets.charts.plots import Plot, Row

ROW_PX, AXIS_PX = 30, 24
_CAP = 0.16


@dataclass(frozen=True, slots=True)
class ComponentInterval:
    """A component with its estimate and 95 % CI; `shown` if the CI excludes 0."""

    name: str
    mean: float
    low: float
    high: float
    shown: bool


class ForestPlot(LateChart):
    """One dot with its interval per component, on a common axis with a line at 0."""

    def __init__(self) -> None:
        super().__init__("Components of the gap with their 95 % CI")
        self._intervals: Sequence[ComponentInterval | None] = ()

    def show_intervals(self, intervals: Sequence[ComponentInterval | None]) -> None:
        """Show components from top to bottom; None leaves a row empty."""
        self._intervals = intervals
        self.setFixedHeight(ROW_PX * len(intervals) + AXIS_PX)
        texts = (
            f"{one.name} {one.mean:.3f}, 95 % CI {one.low:.3f} to {one.high:.3f},"
            f" {'effect shown' if one.shown else 'no effect shown'}"
            for one in intervals
            if one is not None
        )
        self.setAccessibleDescription("; ".join(texts))
        self.redraw()

    def rows(self) -> "Sequence[Row]":
        heads = ("component", "estimate", "low", "high")
        shown = [one for one in self._intervals if one is not None]
        return [heads, *((o.name, o.mean, o.low, o.high) for o in shown)]

    def paint(self, plot: "Plot") -> None:
        shown = [one for one in self._intervals if one is not None]
        if not shown:
            plot.ticks("bottom", (), 0)
            plot.ticks("left", (), 0)
            return
        low, high = min(0.0, *(o.low for o in shown)), max(0.0, *(o.high for o in shown))
        pad = 0.06 * ((high - low) or 0.1)
        low, high = low - pad, high + pad
        count = len(self._intervals)
        ticks = round_ticks(low, high)
        for tick, _ in ticks:
            name = "line-strong" if tick == 0 else "line"
            plot.line([tick, tick], [0, count], theme.colour(name), 1)
        for row, one in enumerate(self._intervals):
            if one is not None:
                self._paint_interval(plot, one, count - 0.5 - row)
        plot.ticks("left", (), 0)
        plot.ticks("bottom", ticks, AXIS_PX)
        plot.show_range((low, high), (0, count))
        plot.on_hover(self._text_at)

    def _paint_interval(self, plot: "Plot", one: ComponentInterval, y: float) -> None:
        colour: QColor = theme.colour("problem-fill" if one.shown else "text-3")
        plot.line([one.low, one.high], [y, y], colour, 2)
        for end in (one.low, one.high):
            plot.line([end, end], [y - _CAP, y + _CAP], colour, 2)
        plot.dot(one.mean, y, colour)

    def _text_at(self, _: float, y: float) -> str:
        number = int(len(self._intervals) - y)
        if not 0 <= number < len(self._intervals):
            return ""
        one = self._intervals[number]
        if one is None:
            return ""
        return f"{one.name}: {one.mean:.3f} (95 % CI {one.low:.3f} to {one.high:.3f})"


class PlaceboPlot(LateChart):
    """The range of placebo groups in grey, and the measured effect as a line."""

    def __init__(self) -> None:
        super().__init__("Leakage beside placebo groups")
        self._effect: ComponentInterval | None = None
        self._placebo = 0.0
        self.setFixedHeight(112)

    def show_effect(self, effect: ComponentInterval, placebo: float) -> None:
        """Show an effect with its CI, and the largest effect of placebo groups."""
        self._effect, self._placebo = effect, placebo
        self.setAccessibleDescription(
            f"Leakage {effect.mean:.3f}, 95 % CI {effect.low:.3f} to {effect.high:.3f}; placebo"
            f" groups reach at most {placebo:.3f}"
        )
        self.redraw()

    def rows(self) -> "Sequence[Row]":
        effect = self._effect
        if effect is None:
            return [("what", "accuracy")]
        return [
            ("what", "accuracy"), ("placebo at most", self._placebo), ("leakage", effect.mean),
            ("low", effect.low), ("high", effect.high),
        ]  # fmt: skip

    def paint(self, plot: "Plot") -> None:
        effect = self._effect
        if effect is None:
            return
        ends = (0.0, self._placebo, -abs(self._placebo), effect.low, effect.high)
        low, high = min(ends), max(ends)
        pad = 0.1 * ((high - low) or 0.1)
        low, high = low - pad, high + pad
        reach = abs(self._placebo)
        plot.area([-reach, self._placebo], [0.62, 0.62], 0, theme.colour("neutral-fill"))
        plot.text(-reach, 0.8, "placebo groups", theme.colour("text-3"), (0, 0.5))
        colour = theme.colour("problem-fill" if effect.shown else "text-3")
        plot.line([effect.mean, effect.mean], [0, 0.78], colour, 3)
        plot.line([effect.low, effect.high], [0.4, 0.4], colour, 2)
        is_right = effect.mean > (low + high) / 2
        ink = theme.colour("problem" if effect.shown else "text-2")
        plot.text(effect.mean, 0.92, f"leakage: {effect.mean:.3f}", ink, (float(is_right), 0.5))
        plot.line([low, high], [0, 0], theme.colour("line-strong"), 1)
        plot.ticks("left", (), 0)
        plot.ticks("bottom", round_ticks(low, high), AXIS_PX)
        plot.show_range((low, high), (-0.01, 1.02))


def round_ticks(low: float, high: float) -> list[tuple[float, str]]:
    """Return three to seven round ticks of an axis, including 0 if it lies inside."""
    steps = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
    step = next((one for one in steps if (high - low) / one <= 7), 0.5)
    digits = 3 if step < 0.01 else 2
    first, last = int(low / step) - 1, int(high / step) + 1
    places = [number * step for number in range(first, last + 1)]
    return [(p, f"{p:.{digits}f}".replace("-", "−")) for p in places if low <= p <= high]
