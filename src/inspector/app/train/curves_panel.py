"""The learning curves of runs: smoothing, seeds together, saving."""

from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from inspector.app.threads.late_import import late_import
from inspector.app.widgets.controls.segmented import SegmentedControl
from inspector.project.training.run import Run

if TYPE_CHECKING:
    from inspector.app.widgets.charts.curves import Charts, Curve

_HINT = (
    "Move over the curves to read them. Solid: validation. Dashed or pale: training."
    " Ring: best epoch. Band: range over seeds."
)
_VALUES_PX, _NARROW_PX = 60, 440
_SEEDS = 1
"""Position of the option that draws each seed separately."""


class CurvesPanel(QWidget):
    """Curves of the ticked runs; `load` imports the chart library."""

    def __init__(self) -> None:
        super().__init__()
        self._charts: Charts | None = None
        self._drawn: Sequence[tuple[Run, str]] = ()
        self._current = ""
        self._values, self._empty = QLabel(_HINT), QLabel()
        self._smooth = QSlider(Qt.Orientation.Horizontal)
        self._over = SegmentedControl(("Mean", "Seeds"), name="Curves of seeds")
        self._smooth.valueChanged.connect(self._draw)
        self._over.chosen.connect(self._draw)
        self._lay_out()

    def load(self) -> None:
        """Import the chart library off the GUI thread, once: it takes half a second."""
        if self._charts is None:
            late_import("inspector.app.widgets.charts.curves", self._on_loaded)

    def show_runs(self, drawn: Sequence[tuple[Run, str]], current: str, *, any_run: bool) -> None:
        """Draw runs in their colours, the selected one bolder."""
        self._drawn = [pair for pair in drawn if pair[0].history]
        self._current = current
        self._empty.setVisible(not self._drawn)
        self._empty.setText(
            "Curves appear after a run's first epoch. Tick the runs to draw at the left."
            if any_run
            else "No run yet. Start one above: its curves grow here while you work elsewhere."
        )
        self._values.setVisible(bool(self._drawn))
        self._draw()

    def fit(self) -> None:
        """Show the whole curves."""
        if self._charts is not None:
            self._charts.fit()

    def save(self, file: Path, kind: str) -> bool:
        """Write "png", "svg" or "csv"; return whether the file was written."""
        if self._charts is None:
            return False
        writers: dict[str, Callable[[Path], bool]] = {
            "png": self._charts.save_png, "svg": self._charts.save_svg,
            "csv": self._charts.save_csv,
        }  # fmt: skip
        return writers[kind](file)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < _NARROW_PX
        for widget in (self._smoothing, self._smooth):
            widget.setVisible(not narrow)

    def _on_loaded(self, module: ModuleType) -> None:
        if self._charts is not None:
            return
        charts: Charts = module.Charts()
        charts.pointed.connect(self._on_pointed)
        self._charts = charts
        self._column.addWidget(charts, 1)
        self._draw()

    def _draw(self, *_: object) -> None:
        if self._charts is not None:
            curves = self._curves()
            self._charts.setVisible(bool(curves))
            self._charts.show_curves(curves, smoothing=self._smooth.value() / 100)

    def _curves(self) -> "list[Curve]":
        from inspector.app.widgets.charts.curves import Curve

        if self._over.current() == _SEEDS:
            return [
                Curve(f"{r.title}, seed {r.spec.seed}", (r.history,), c, r.name == self._current)
                for r, c in self._drawn
            ]
        alike: list[list[tuple[Run, str]]] = []
        for run, colour in self._drawn:
            own = next((some for some in alike if run.differs_only_in_seed(some[0][0])), None)
            if own is None:
                alike.append([(run, colour)])
            else:
                own.append((run, colour))
        return [
            Curve(
                f"{some[0][0].title}, {len(some)} seed{'s' * (len(some) != 1)}",
                tuple(r.history for r, _ in some), some[-1][1],
                any(r.name == self._current for r, _ in some),
            )
            for some in alike
        ]  # fmt: skip

    def _on_pointed(self, epoch: int, text: str) -> None:
        self._values.setText(f"Epoch {epoch}<br>{text}" if epoch else _HINT)

    def _lay_out(self) -> None:
        for label in (self._values, self._empty):
            label.setWordWrap(True)
            label.setProperty("role", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._values.setTextFormat(Qt.TextFormat.RichText)
        self._values.setMinimumHeight(_VALUES_PX)
        self._values.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._smooth.setRange(0, 95)
        self._smooth.setFixedWidth(90)
        self._smooth.setAccessibleName("Smoothing")
        self._over.setToolTip("Mean: one curve per policy, the band is the range over seeds")
        fit = QPushButton("Fit")
        fit.setToolTip("Show the whole curves (F)")
        fit.clicked.connect(self.fit)
        tools = QHBoxLayout()
        title = QLabel("Accuracy")
        self._smoothing = smoothing = QLabel("smoothing")
        title.setProperty("role", "title-2")
        smoothing.setProperty("role", "caption")
        tools.addWidget(title)
        tools.addStretch()
        for widget in (smoothing, self._smooth, self._over, fit):
            tools.addWidget(widget)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addLayout(tools)
        self._column.addWidget(self._values)
        self._column.addWidget(self._empty, 1)
