"""Learning curves of runs; importing this module imports pyqtgraph.

Accuracy above, loss below, a common axis of epochs, one crosshair. Validation is the solid line,
training the thin dashed one of the same colour.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPolygonF
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from inspector.app.widgets import theme
from inspector.dataset.csv_table import write_rows
from inspector.training_protocol.messages import EpochDone

FIELDS = ("epoch", "val_accuracy", "accuracy", "sel_accuracy", "val_loss", "loss", "sel_loss")
LONG = 150
"""From this number of epochs on, lines are thin."""

_PNG_SCALE = 2
_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Curve:
    """The epochs of a run, or of several seeds together.

    Attributes:
        histories: One per seed.
        colour: Name of a colour.
        leading: True to draw it bolder, with the area between training and validation filled.
    """

    name: str
    histories: tuple[tuple[EpochDone, ...], ...]
    colour: str
    leading: bool = False


def smooth(values: _Floats, share: float) -> _Floats:
    """Return an exponential moving average; `share` 0..1 is the weight of the past.

    It is corrected for its start, so that the first values are not pulled towards 0.
    """
    if not share:
        return values
    out = np.empty_like(values)
    average, weight = 0.0, 0.0
    for i, value in enumerate(values):
        average = share * average + (1 - share) * value
        weight = share * weight + (1 - share)
        out[i] = average / weight
    return out


def mean_and_band(
    histories: Sequence[Sequence[EpochDone]], field: str, share: float
) -> tuple[_Floats, _Floats, _Floats, _Floats]:
    """Return epochs, mean, minimum and maximum over seeds, up to the shortest history."""
    length = min((len(h) for h in histories), default=0)
    table = np.array(
        [[_number(getattr(e, field)) for e in h[:length]] for h in histories], np.float64
    ).reshape(len(histories), length)
    table = np.array([smooth(row, share) for row in table]).reshape(table.shape)
    epochs = np.arange(1, length + 1, dtype=np.float64)
    if not length:
        return epochs, epochs, epochs, epochs
    return epochs, table.mean(axis=0), table.min(axis=0), table.max(axis=0)


def _number(value: float | None) -> float:
    return math.nan if value is None else value


class EpochAxis(pg.AxisItem):  # type: ignore[misc]
    """An axis with ticks at whole epochs only."""

    def __init__(self) -> None:
        super().__init__("bottom")
        self.enableAutoSIPrefix(False)

    def tickSpacing(self, low: float, high: float, size_px: float) -> list[tuple[float, float]]:
        steps = {max(1.0, round(step)) for step, _ in super().tickSpacing(low, high, size_px)}
        return [(step, 0.0) for step in sorted(steps, reverse=True)]


class Band(pg.GraphicsObject):  # type: ignore[misc]
    """The area between two lines; pyqtgraph's own is slower and can't be saved as SVG."""

    def __init__(self) -> None:
        super().__init__()
        self._path = QPainterPath()
        self._colour = QColor()

    def show_area(self, x: _Floats, low: _Floats, high: _Floats, colour: QColor) -> None:
        """Show the area between two lines over x."""
        self.prepareGeometryChange()
        self._path = QPainterPath()
        self._colour = colour
        if len(x):
            points = [*zip(x, low, strict=True), *reversed([*zip(x, high, strict=True)])]
            self._path.addPolygon(QPolygonF([QPointF(*point) for point in points]))
        self.update()

    def boundingRect(self) -> QRectF:
        return self._path.boundingRect()

    def paint(self, painter: QPainter, *_: Any) -> None:
        painter.fillPath(self._path, self._colour)


class PlottedCurve:
    """The items of one curve in one plot: created once, updated with new epochs."""

    def __init__(self, plot: Any) -> None:
        self._band, self._ring = Band(), pg.ScatterPlotItem(size=10)
        self._training, self._validation = pg.PlotCurveItem(), pg.PlotCurveItem()
        self._items = (self._band, self._training, self._validation, self._ring)
        for item in self._items:
            plot.addItem(item, ignoreBounds=item is self._band)

    def show_curve(self, curve: Curve, name: str, smoothing: float) -> None:
        """Show a curve of "accuracy" or "loss"."""
        colour = QColor(curve.colour)
        x, mean, low, high = mean_and_band(curve.histories, f"val_{name}", smoothing)
        _, train, _, _ = mean_and_band(curve.histories, name, smoothing)
        several = len(curve.histories) > 1
        for item in self._items:
            item.setVisible(bool(len(x)))
        self._band.setVisible(bool(len(x)) and (several or curve.leading))
        if several:
            self._band.show_area(x, low, high, _faint(colour, 0.22))
        else:
            self._band.show_area(x, mean, train, _faint(colour, 0.12))
        # Wide and dashed lines with many points are slow: 1.6 s for ten lines of 1,000 points.
        long = len(x) > LONG
        width = 1 if long else 3 if curve.leading else 2
        self._validation.setData(x, mean, pen=pg.mkPen(colour, width=width), antialias=not long)
        style = Qt.PenStyle.SolidLine if long else Qt.PenStyle.DashLine
        thin = pg.mkPen(_faint(colour, 0.6) if long else colour, width=1, style=style)
        self._training.setData(x, train, pen=thin, antialias=not long)
        best = 0 if several or not len(x) else curve.histories[0][-1].best_epoch
        at = ([best], [mean[best - 1]]) if best else ([], [])
        pen = pg.mkPen(colour, width=2)
        self._ring.setData(*at, pen=pen, brush=theme.colour("surface"))

    def hide(self) -> None:
        for item in self._items:
            item.setVisible(False)


class Charts(QWidget):
    """Draws the curves of the chosen runs.

    Attributes:
        pointed: The epoch under the crosshair, and its values as text; (0, "") outside.
    """

    pointed = Signal(int, str)

    def __init__(self) -> None:
        super().__init__()
        self._curves: tuple[Curve, ...] = ()
        self._share = 0.0
        self._plots = {name: self._plot(name) for name in ("accuracy", "loss")}
        self._drawn: dict[str, list[PlottedCurve]] = {name: [] for name in self._plots}
        self._lines: list[Any] = []
        for plot in self._plots.values():
            line = pg.InfiniteLine(angle=90, movable=False, pen=theme.colour("text-2"))
            line.setVisible(False)
            plot.addItem(line, ignoreBounds=True)
            self._lines.append(line)
        self._plots["loss"].setXLink(self._plots["accuracy"])
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Curves of the chosen runs")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._plots["accuracy"], 3)
        column.addWidget(self._plots["loss"], 2)

    def sizeHint(self) -> QSize:
        return QSize(520, 420)

    def show_curves(self, curves: Sequence[Curve], *, smoothing: float = 0.0) -> None:
        """Replace the curves; the user's zoom stays."""
        self._curves, self._share = tuple(curves), smoothing
        for name, plot in self._plots.items():
            drawn = self._drawn[name]
            drawn += [PlottedCurve(plot) for _ in self._curves[len(drawn) :]]
            for one, curve in zip(drawn, self._curves, strict=False):
                one.show_curve(curve, name, smoothing)
            for one in drawn[len(self._curves) :]:
                one.hide()
        text = "; ".join(f"{c.name}: {_last(c)}" for c in self._curves)
        self.setAccessibleDescription(text or "no run is chosen")

    def fit(self) -> None:
        """Show everything."""
        for plot in self._plots.values():
            plot.enableAutoRange()

    def save_png(self, file: Path) -> bool:
        """Write the visible part at twice its size; return whether the file was written."""
        image = QImage(self.size() * _PNG_SCALE, QImage.Format.Format_ARGB32)
        image.setDevicePixelRatio(_PNG_SCALE)
        image.fill(theme.colour("surface"))
        self.render(image, QPointF(0, 0).toPoint())
        return image.save(str(file), "PNG")  # type: ignore[call-overload,no-any-return]

    def save_svg(self, file: Path) -> bool:
        """Write the visible part as vector graphics."""
        svg = QSvgGenerator()
        svg.setFileName(str(file))
        svg.setSize(self.size())
        svg.setViewBox(self.rect())
        painter = QPainter()
        if not painter.begin(svg):
            return False
        top = 0
        for plot in self._plots.values():
            plot.render(painter, QRectF(0, top, plot.width(), plot.height()))
            top += plot.height() + 4
        return painter.end()

    def save_csv(self, file: Path) -> bool:
        """Write every epoch of the curves, unsmoothed; return whether the file was written."""
        rows = [
            (curve.name, epoch.run, *(getattr(epoch, name) for name in FIELDS))
            for curve in self._curves
            for history in curve.histories
            for epoch in history
        ]
        try:
            with file.open("w", encoding="utf-8", newline="") as stream:
                write_rows(stream, [("curve", "run", *FIELDS), *rows])
        except OSError:
            return False
        return True

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        # Qt also calls this before the plot exists.
        if event.type() is QEvent.Type.PaletteChange and "_lines" in self.__dict__:
            for plot in self._plots.values():
                _style(plot)
            self.show_curves(self._curves, smoothing=self._share)

    def _plot(self, name: str) -> Any:
        plot = pg.PlotWidget(axisItems={"bottom": EpochAxis()}, enableMenu=False)
        plot.hideButtons()
        plot.setLabel("left", name)
        plot.getAxis("left").setWidth(52)
        plot.getAxis("left").enableAutoSIPrefix(False)
        plot.setMouseEnabled(x=True, y=True)
        plot.setAccessibleName(f"{name} by epoch")
        plot.scene().sigMouseMoved.connect(self._on_moved)
        if name == "loss":
            plot.setLabel("bottom", "epoch")
        _style(plot)
        return plot

    def _on_moved(self, scene_point: QPointF) -> None:
        plot = next((p for p in self._plots.values() if p.scene() is self.sender()), None)
        longest = max((len(h) for c in self._curves for h in c.histories), default=0)
        if plot is None or not longest or not plot.sceneBoundingRect().contains(scene_point):
            return
        x = plot.plotItem.vb.mapSceneToView(scene_point).x()
        epoch = min(longest, max(1, round(x)))
        for line in self._lines:
            line.setPos(epoch)
            line.setVisible(True)
        self.pointed.emit(epoch, self._values(epoch))

    def leaveEvent(self, event: Any) -> None:
        for line in self._lines:
            line.setVisible(False)
        self.pointed.emit(0, "")
        super().leaveEvent(event)

    def _values(self, epoch: int) -> str:
        parts = []
        for curve in self._curves:
            _, val, _, _ = mean_and_band(curve.histories, "val_accuracy", 0.0)
            _, train, _, _ = mean_and_band(curve.histories, "accuracy", 0.0)
            _, loss, _, _ = mean_and_band(curve.histories, "val_loss", 0.0)
            if epoch <= len(val):
                i = epoch - 1
                parts.append(
                    f"<span style='color:{curve.colour}'>&#9632;</span> {curve.name}: validation"
                    f" <b>{val[i]:.3f}</b>, training {train[i]:.3f}, distance"
                    f" {train[i] - val[i]:+.3f}, validation loss {loss[i]:.3f}"
                )
        return "<br>".join(parts)


def _style(plot: Any) -> None:
    plot.setBackground(theme.colour("surface"))
    for side in ("left", "bottom"):
        axis = plot.getAxis(side)
        axis.setPen(theme.colour("line"))
        axis.setTextPen(theme.colour("text-2"))
    plot.showGrid(x=False, y=True, alpha=0.15)


def _faint(colour: QColor, alpha: float) -> QColor:
    faint = QColor(colour)
    faint.setAlphaF(alpha)
    return faint


def _last(curve: Curve) -> str:
    _, val, _, _ = mean_and_band(curve.histories, "val_accuracy", 0.0)
    return f"validation {val[-1]:.3f} after {len(val)} epochs" if len(val) else "no epoch yet"
