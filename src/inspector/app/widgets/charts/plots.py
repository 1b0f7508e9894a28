"""Charts; importing this module imports pyqtgraph.

Each chart shows its values under the pointer, zooms by Ctrl and the wheel or by dragging, fits
again on a double click, and is saved by its context menu.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QWheelEvent,
)
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox, QToolTip

from inspector.app.widgets import theme
from inspector.app.widgets.page import Page
from inspector.dataset.csv_table import write_rows
from inspector.dataset.user_files import user_path
from inspector.errors import ExportError

_PNG_SCALE = 2
_Floats = Sequence[float]
Row = tuple[str | float | int, ...]


class Plot(pg.PlotWidget):  # type: ignore[misc]
    """One chart; its content is drawn again after `begin`.

    Args:
        name: For a screen reader, and the start of a file name.
        rows: Returns the content as a table, headers first; for the pointer and for CSV.
    """

    def __init__(self, name: str, rows: Callable[[], Sequence[Row]]) -> None:
        # Building the menu takes longer than all the rest, even if it is switched off later.
        super().__init__(enableMenu=False)
        self._rows = rows
        self._hover: Callable[[float, float], str] = lambda *_: ""
        self._range: tuple[tuple[float, float], tuple[float, float]] | None = None
        self.setAccessibleName(name)
        self.hideButtons()
        self.setFrameShape(self.Shape.NoFrame)
        # The background is transparent: a card, a panel or the page.
        self.setStyleSheet("background: transparent")
        # The page handles keys.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plotItem.setContentsMargins(0, 0, 0, 0)
        for side in ("left", "bottom"):
            self.getAxis(side).enableAutoSIPrefix(False)
        self.scene().sigMouseMoved.connect(self._on_moved)
        self.restyle()

    def minimumSizeHint(self) -> QSize:
        return QSize(40, 24)

    def sizeHint(self) -> QSize:
        return QSize(160, 60)

    def restyle(self) -> None:
        """Apply the colours of the current theme."""
        self.setBackground(None)
        for side in ("left", "bottom", "top"):
            axis = self.getAxis(side)
            axis.setPen(theme.colour("line"))
            axis.setTextPen(theme.colour("text-2"))

    def begin(self) -> None:
        """Clear the chart before drawing."""
        self.clear()
        self._hover = lambda *_: ""

    def bars(self, x: _Floats, heights: _Floats, width: float, colour: QColor) -> None:
        """Draw vertical bars that begin at x."""
        self.addItem(pg.BarGraphItem(x0=list(x), height=list(heights), width=width, brush=colour,
                                     pen=pg.mkPen(None)))  # fmt: skip

    def lying_bars(self, starts: _Floats, lengths: _Floats, y: _Floats, colour: QColor) -> None:
        """Draw horizontal bars of half a row's height, centred on y."""
        bottoms = [one - 0.25 for one in y]
        self.addItem(pg.BarGraphItem(x0=list(starts), width=list(lengths), y0=bottoms, height=0.5,
                                     brush=colour, pen=pg.mkPen(None)))  # fmt: skip

    def line(self, x: _Floats, y: _Floats, colour: QColor, width: float = 1.5) -> None:
        """Draw a line through points."""
        pen = pg.mkPen(colour, width=width)
        self.addItem(pg.PlotCurveItem(list(x), list(y), pen=pen, antialias=True))

    def area(self, x: _Floats, y: _Floats, base: float, colour: QColor) -> None:
        """Fill the area between points and a base line."""
        self.addItem(pg.PlotCurveItem(list(x), list(y), pen=pg.mkPen(None), fillLevel=base,
                                      brush=colour, antialias=True))  # fmt: skip

    def dot(self, x: float, y: float, colour: QColor) -> None:
        self.addItem(pg.ScatterPlotItem([x], [y], size=10, brush=colour, pen=pg.mkPen(None)))

    def text(self, x: float, y: float, text: str, colour: QColor,
             anchor: tuple[float, float] = (0, 0.5)) -> None:  # fmt: skip
        """Write a text; `anchor` is the point of the text that lies at (x, y), 0..1."""
        item = pg.TextItem(text, color=colour, anchor=anchor)
        item.setFont(self.font())
        self.addItem(item, ignoreBounds=True)
        item.setPos(x, y)

    def ticks(self, side: str, ticks: Sequence[tuple[float, str]], size_px: int) -> None:
        """Set the ticks of an axis.

        Args:
            side: "left", "bottom" or "top".
            ticks: Positions and texts; none hides the axis.
            size_px: Width or height of the axis.
        """
        self.showAxis(side, bool(ticks))
        axis = self.getAxis(side)
        axis.setTicks([list(ticks)])
        axis.setStyle(tickLength=0, tickFont=self.font())
        (axis.setWidth if side == "left" else axis.setHeight)(size_px if ticks else 0)

    def caption(self, text: str, size_px: int) -> None:
        """Set a title below the ticks; the height of the axis includes it."""
        axis = self.getAxis("bottom")
        axis.setLabel(text, color=theme.colour("text-3").name())
        axis.label.setFont(self.font())
        axis.setHeight(size_px)

    def show_range(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        """Show this range; a double click returns to it. The user's zoom is reset."""
        self._range = x, y
        self.setRange(xRange=x, yRange=y, padding=0)

    def on_hover(self, text_at: Callable[[float, float], str]) -> None:
        """Show a text beside the pointer for a position in the chart's coordinates."""
        self._hover = text_at

    def is_zoomed(self) -> bool:
        """Return whether the user has zoomed or moved the chart."""
        if self._range is None:
            return False
        pairs = zip(self._range, self.viewRange(), strict=True)
        return any(abs(a - b) > 1e-6 * (abs(a) + 1) for one, two in pairs
                   for a, b in zip(one, two, strict=True))  # fmt: skip

    def save(self, file: Path) -> bool:
        """As `write`; return whether the file was written."""
        try:
            self.write(file)
        except ExportError:
            return False
        return True

    def write(self, file: Path) -> None:
        """Write PNG, SVG or CSV by the file's suffix.

        Raises:
            ExportError: It lies inside the dataset, or can't be written.
        """
        kinds = {".csv": self._save_csv, ".svg": self._save_svg}
        save = kinds.get(file.suffix.lower(), self._save_png)
        with user_path(file, *self._datasets(), what="chart", replace=True) as partial:
            if not save(partial):
                raise ExportError(f"{file} can't be written", "Choose another folder.")

    def _datasets(self) -> tuple[Path, ...]:
        """Return the dataset of the page that this chart is on."""
        widget = self.parentWidget()
        while widget is not None and not isinstance(widget, Page):
            widget = widget.parentWidget()
        return () if widget is None else (widget.project.root,)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom with Ctrl; without it the page scrolls."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().wheelEvent(event)
        else:
            event.ignore()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        del event
        self.fit()

    def fit(self, *_: object) -> None:
        """Show the initial range."""
        if self._range is not None:
            self.show_range(*self._range)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for kind in ("png", "svg", "csv"):
            action = menu.addAction(f"Save the chart as {kind.upper()}…")
            action.triggered.connect(lambda *_, k=kind: self._ask_file(k))
        menu.addAction("Show everything").triggered.connect(self.fit)
        menu.popup(event.globalPos())

    def leaveEvent(self, event: QEvent) -> None:
        QToolTip.hideText()
        super().leaveEvent(event)

    def _on_moved(self, scene_point: QPointF) -> None:
        if not self.plotItem.vb.sceneBoundingRect().contains(scene_point):
            return
        point = self.plotItem.vb.mapSceneToView(scene_point)
        text = self._hover(point.x(), point.y())
        if text:
            at = self.mapToGlobal(self.mapFromScene(scene_point))
            QToolTip.showText(at, text, self)
        else:
            QToolTip.hideText()

    def _ask_file(self, kind: str) -> None:
        start = f"{self.accessibleName().lower().replace(' ', '-')}.{kind}"
        name, _ = QFileDialog.getSaveFileName(self, "Save the chart", start, f"*.{kind}")
        if not name:
            return
        try:
            self.write(Path(name))
        except ExportError as error:
            QMessageBox.warning(self, "Save the chart", f"{error.message}. {error.advice}")

    def _save_png(self, file: Path) -> bool:
        image = QImage(self.size() * _PNG_SCALE, QImage.Format.Format_ARGB32)
        image.setDevicePixelRatio(_PNG_SCALE)
        image.fill(theme.colour("surface"))
        painter = QPainter(image)
        self.render(painter, QRectF(0, 0, self.width(), self.height()))
        painter.end()
        return image.save(str(file), "PNG")  # type: ignore[call-overload,no-any-return]

    def _save_svg(self, file: Path) -> bool:
        svg = QSvgGenerator()
        svg.setFileName(str(file))
        svg.setSize(self.size())
        svg.setViewBox(self.rect())
        painter = QPainter()
        if not painter.begin(svg):
            return False
        self.render(painter, QRectF(0, 0, self.width(), self.height()))
        return painter.end()

    def _save_csv(self, file: Path) -> bool:
        try:
            with file.open("w", encoding="utf-8", newline="") as stream:
                write_rows(stream, self._rows())
        except OSError:
            return False
        return True


def as_plot(module: Any, name: str, rows: Callable[[], Sequence[Row]]) -> Plot:
    """Return a chart of this module, as `late_import` passes it."""
    plot: Plot = module.Plot(name, rows)
    return plot
