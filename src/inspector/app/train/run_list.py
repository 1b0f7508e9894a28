"""The runs of a project: which are drawn, which one is looked at, and how each is."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QTableWidgetItem, QVBoxLayout, QWidget

from inspector.app.widgets import theme
from inspector.app.widgets.tables import table
from inspector.project.training.run import Run, RunState

DRAWN_AT_FIRST = 6
_NAME = Qt.ItemDataRole.UserRole


class RunList(QWidget):
    """A row a run, the newest first.

    Attributes:
        chosen: The name of the run that is looked at.
        drawn_changed: Other runs are to be drawn.
    """

    chosen = Signal(str)
    drawn_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._runs: tuple[Run, ...] = ()
        self._hidden: set[str] = set()
        heads = ("run", "validation")
        self._table = table(heads, name="Runs, newest first", wide=(0,), numbers=(1,))
        self._table.setWordWrap(False)
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._table.currentCellChanged.connect(self._on_current)
        self._table.itemChanged.connect(self._on_item)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._table)

    def show_runs(self, runs: Sequence[Run]) -> None:
        """Show runs in place of those before; what is looked at and drawn stays."""
        known = {run.name for run in self._runs}
        current = self.current()
        newest = sorted(runs, key=lambda r: r.name, reverse=True)
        if not known:
            self._hidden = {r.name for r in newest[DRAWN_AT_FIRST:]}
        self._runs = tuple(newest)
        self._table.blockSignals(True)
        self._table.setRowCount(len(newest))
        for row, run in enumerate(newest):
            self._show_row(row, run)
        fresh = [r.name for r in newest if r.name not in known]
        wanted = self._wanted(newest, fresh[-1] if fresh and known else current)
        row = next((i for i, r in enumerate(newest) if r.name == wanted), -1)
        self._table.setCurrentCell(row, 0)
        self._table.blockSignals(False)
        if wanted and (wanted != current or not known):
            self.chosen.emit(wanted)

    def _wanted(self, newest: Sequence[Run], name: str) -> str:
        """Return the run to look at: the chosen one, unless it waits while another is trained."""
        going = [r.name for r in newest if r.live and r.state is not RunState.WAITING]
        now = next((r for r in newest if r.name == name), None)
        if going and (now is None or now.state is RunState.WAITING):
            return going[-1]
        return name or (newest[0].name if newest else "")

    def current(self) -> str:
        """Return the name of the run that is looked at; "" without one."""
        item = self._table.item(self._table.currentRow(), 0)
        return str(item.data(_NAME)) if item is not None else ""

    def drawn(self) -> list[tuple[Run, str]]:
        """Return the runs to draw with their colours, in the list's order."""
        return [(r, self._colour(r)) for r in self._runs if r.name not in self._hidden]

    def _colour(self, run: Run) -> str:
        """Return a colour that stays with a run as new ones come."""
        colours = theme.series_colours()
        place = sorted(r.name for r in self._runs).index(run.name)
        return colours[place % len(colours)]

    def _show_row(self, row: int, run: Run) -> None:
        seed = f"seed {run.spec.seed} · {state_text(run)}"
        name = QTableWidgetItem(f"{run.policy}\n{seed}")
        name.setData(_NAME, run.name)
        name.setIcon(_square(self._colour(run)))
        name.setFlags(name.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        drawn = run.name not in self._hidden
        name.setCheckState(Qt.CheckState.Checked if drawn else Qt.CheckState.Unchecked)
        why = f"{run.reason}. {run.advice}\n" if run.reason else ""
        name.setToolTip(
            f"{run.title}\n{seed}\n{why}Split: {run.spec.split}\nTick to draw its curves"
        )
        best = QTableWidgetItem(f"{run.best.val_accuracy:.3f}" if run.best else "")
        best.setToolTip("Validation accuracy at the epoch that the selection set chose")
        for column, item in enumerate((name, best)):
            self._table.setItem(row, column, item)
        self._table.setRowHeight(row, 44)

    def _on_current(self, row: int, *_: int) -> None:
        if row >= 0:
            self.chosen.emit(self.current())

    def _on_item(self, item: QTableWidgetItem) -> None:
        if item.column() == 0:
            name = str(item.data(_NAME))
            if item.checkState() is Qt.CheckState.Checked:
                self._hidden.discard(name)
            else:
                self._hidden.add(name)
            self.drawn_changed.emit()


def state_text(run: Run) -> str:
    """Return where a run stands, in a word or two."""
    match run.state:
        case RunState.TRAINING | RunState.PAUSED if run.live is not None:
            word = "paused" if run.state is RunState.PAUSED else "epoch"
            return f"{word} {run.live.epoch}/{run.live.epochs}"
        case RunState.DONE | RunState.WAITING | RunState.PREPARING:
            return run.state.value
        case _:
            return f"{run.state.value} at {len(run.history)}/{run.spec.epochs}"


def _square(colour: str) -> QIcon:
    pixels = QPixmap(12, 12)
    pixels.fill(QColor(colour))
    return QIcon(pixels)
