"""The runs of a project, grouped by configuration: which are drawn, and which is selected."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, stdev

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from inspector.app.widgets import theme
from inspector.project.training.run import Run, RunState

DRAWN_AT_FIRST = 4
_NAME, _KEY = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
_FIGURE_PX = 64


@dataclass(frozen=True, slots=True)
class RunGroup:
    """Runs that differ only in their seed.

    Attributes:
        letter: A, B, C, ... in the order of their first training.
        colour: Colour of their curves.
        runs: By seed.
    """

    letter: str
    colour: str
    runs: tuple[Run, ...]

    @property
    def title(self) -> str:
        """The letter and the configuration."""
        return f"{self.letter}  {self.runs[0].policy}"

    @property
    def figures(self) -> str:
        """Mean and standard deviation over seeds of the accuracy at the chosen epoch."""
        values = [run.best.val_accuracy for run in self.runs if run.best is not None]
        if not values:
            return ""
        spread = f" ± {stdev(values):.3f}" if len(values) > 1 else ""
        return f"{mean(values):.3f}{spread}"


def grouped(runs: Sequence[Run]) -> list[RunGroup]:
    """Return runs by configuration, in the order of their first run."""
    alike: list[list[Run]] = []
    for run in sorted(runs, key=lambda r: r.name):
        own = next((some for some in alike if run.differs_only_in_seed(some[0])), None)
        if own is None:
            alike.append([run])
        else:
            own.append(run)
    colours = theme.series_colours()
    return [
        RunGroup(
            _letter(i), colours[i % len(colours)],
            tuple(sorted(some, key=lambda r: (r.spec.seed, r.name))),
        )
        for i, some in enumerate(alike)
    ]  # fmt: skip


class RunList(QWidget):
    """One row per configuration with its seeds below; the newest first.

    Attributes:
        chosen: The name of the selected run.
        drawn_changed: Other runs are to be drawn.
    """

    chosen = Signal(str)
    drawn_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._runs: tuple[Run, ...] = ()
        self._groups: list[RunGroup] = []
        self._hidden: set[str] = set()
        self._tree = QTreeWidget()
        self._tree.setColumnCount(2)
        self._tree.header().hide()
        self._tree.header().setStretchLastSection(False)
        self._tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self._tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        self._tree.header().resizeSection(1, _FIGURE_PX)
        self._tree.setIndentation(14)
        self._tree.setObjectName("run-tree")
        self._tree.setAccessibleName("Runs by policy")
        self._tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._tree.currentItemChanged.connect(self._on_current)
        self._tree.itemChanged.connect(self._on_item)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._tree)

    def show_runs(self, runs: Sequence[Run]) -> None:
        """Show runs; what is selected, drawn and expanded stays."""
        known = {run.name for run in self._runs}
        current = self.current()
        newest = sorted(runs, key=lambda r: r.name, reverse=True)
        self._runs = tuple(newest)
        self._groups = grouped(runs)
        if not known:
            last = sorted(self._groups, key=lambda g: max(r.name for r in g.runs), reverse=True)
            self._hidden = {r.name for g in last[DRAWN_AT_FIRST:] for r in g.runs}
        fresh = [r.name for r in newest if r.name not in known]
        run_name = self._choice(newest, fresh[-1] if fresh and known else current)
        self._tree.blockSignals(True)
        self._fill(run_name)
        self._tree.blockSignals(False)
        if run_name and (run_name != current or not known):
            self.chosen.emit(run_name)

    def groups(self) -> list[RunGroup]:
        """Return the runs by configuration."""
        return list(self._groups)

    def count(self) -> int:
        return len(self._runs)

    def current(self) -> str:
        """Return the name of the selected run; "" without one."""
        item = self._tree.currentItem()
        return str(item.data(0, _NAME)) if item is not None else ""

    def drawn(self) -> list[tuple[Run, str]]:
        """Return the runs to draw with their colours, grouped by configuration."""
        return [
            (run, group.colour)
            for group in self._groups for run in group.runs if run.name not in self._hidden
        ]  # fmt: skip

    def set_drawn(self, name: str, *, drawn: bool) -> None:
        """Draw the curves of a run's configuration, or none of them."""
        top = next(t for t in self._tops() for c in _children(t) if c.data(0, _NAME) == name)
        top.setCheckState(0, Qt.CheckState.Checked if drawn else Qt.CheckState.Unchecked)

    def _choice(self, newest: Sequence[Run], favourite: str) -> str:
        """Return the run to select: the favourite, unless it is queued behind another training."""
        going = [r.name for r in newest if r.live and r.state is not RunState.WAITING]
        now = next((r for r in newest if r.name == favourite), None)
        if going and (now is None or now.state is RunState.WAITING):
            return going[-1]
        return favourite or (newest[0].name if newest else "")

    def _fill(self, run_name: str) -> None:
        collapsed = {
            item.data(0, _KEY) for item in self._tops() if not item.isExpanded()
        }  # fmt: skip
        first = not self._tree.topLevelItemCount()
        self._tree.clear()
        last = sorted(self._groups, key=lambda g: max(r.name for r in g.runs), reverse=True)
        for group in last:
            top = self._top(group)
            self._tree.addTopLevelItem(top)
            top.setFirstColumnSpanned(True)
            for run in group.runs:
                top.addChild(self._child(run))
            holds = any(run.name == run_name for run in group.runs)
            top.setExpanded(holds if first else top.data(0, _KEY) not in collapsed or holds)
        if (item := self._find(run_name)) is not None:
            self._tree.setCurrentItem(item)

    def _tops(self) -> list[QTreeWidgetItem]:
        tops = (self._tree.topLevelItem(i) for i in range(self._tree.topLevelItemCount()))
        return [top for top in tops if top is not None]

    def _find(self, name: str) -> QTreeWidgetItem | None:
        children = (one for top in self._tops() for one in _children(top))
        return next((one for one in children if one.data(0, _NAME) == name), None)

    def _top(self, group: RunGroup) -> QTreeWidgetItem:
        seeds = len(group.runs)
        count = f"{seeds} seed{'s' * (seeds != 1)}"
        top = QTreeWidgetItem([f"{group.title}\n{group.figures or 'no epoch yet'} · {count}"])
        top.setData(0, _NAME, group.runs[-1].name)
        top.setData(0, _KEY, group.runs[0].name)
        top.setIcon(0, _square(group.colour))
        top.setFlags(top.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        shown = sum(run.name not in self._hidden for run in group.runs)
        state = Qt.CheckState.PartiallyChecked
        if shown in (0, seeds):
            state = Qt.CheckState.Checked if shown else Qt.CheckState.Unchecked
        top.setCheckState(0, state)
        top.setToolTip(
            0,
            f"{group.runs[0].title}\nValidation accuracy, mean ± SD over seeds. Split:"
            f" {group.runs[0].spec.split}\nTick to draw its curves",
        )
        return top

    def _child(self, run: Run) -> QTreeWidgetItem:
        best = f"{run.best.val_accuracy:.3f}" if run.best else ""
        state = "" if run.state is RunState.DONE else f" · {state_text(run)}"
        child = QTreeWidgetItem([f"seed {run.spec.seed}{state}", best])
        child.setData(0, _NAME, run.name)
        child.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        child.setFlags(child.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        drawn = run.name not in self._hidden
        child.setCheckState(0, Qt.CheckState.Checked if drawn else Qt.CheckState.Unchecked)
        why = f"{run.reason}. {run.advice}\n" if run.reason else ""
        if run.reason:
            child.setForeground(0, theme.colour("problem"))
        child.setToolTip(0, f"{run.title}\nseed {run.spec.seed} · {state_text(run)}\n{why}".strip())
        child.setToolTip(1, "Validation accuracy at the epoch that the selection holdout chose")
        return child

    def _on_current(self, item: QTreeWidgetItem | None, _: object) -> None:
        if item is not None:
            self.chosen.emit(self.current())

    def _on_item(self, item: QTreeWidgetItem, column: int) -> None:
        if column:
            return
        on = item.checkState(0) is Qt.CheckState.Checked
        items = _children(item) or [item]
        self._tree.blockSignals(True)
        for one in items:
            name = str(one.data(0, _NAME))
            one.setCheckState(0, Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
            (self._hidden.discard if on else self._hidden.add)(name)
        self._tree.blockSignals(False)
        self.drawn_changed.emit()


def state_text(run: Run) -> str:
    """Return the state of a run in a word or two."""
    match run.state:
        case RunState.TRAINING | RunState.PAUSED if run.live is not None:
            word = "paused" if run.state is RunState.PAUSED else "epoch"
            return f"{word} {run.live.epoch}/{run.live.epochs}"
        case RunState.DONE | RunState.WAITING | RunState.PREPARING:
            return run.state.value
        case _:
            return f"{run.state.value} at {len(run.history)}/{run.spec.epochs}"


def _children(top: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    children = (top.child(i) for i in range(top.childCount()))
    return [child for child in children if child is not None]


def _letter(number: int) -> str:
    """Return A to Z, then AA and so on."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _square(colour: str) -> QIcon:
    pixels = QPixmap(12, 12)
    pixels.fill(QColor(colour))
    return QIcon(pixels)
