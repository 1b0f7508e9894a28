"""The pairs that two splits share, by kind."""

from collections import Counter
from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout

from inspector.app.splits.split_graph import SplitEdge
from inspector.app.widgets import theme
from inspector.app.widgets.flow_layout import FlowLayout
from inspector.app.widgets.pairs.pair_grid import NO_TILES, PairGrid, PairTile, PairTiles
from inspector.app.widgets.pairs.pair_kinds import KIND_NAMES
from inspector.project.review.duplicates import PairKind
from inspector.project.splits.leakage import Leak

_TWO_PX, _THREE_PX, _COLUMN_PX = 560, 1080, 380
_GROUP = "group"
_SHORT = {PairKind.TRANSFORMED: "Flipped"}


class LeakPairs(QFrame):
    """Shows leaks as large pairs.

    Attributes:
        opened: A `Leak` that the user wants to see large.
        list_requested: A title and the ids of images that share only a group.

    Args:
        load: Returns the JPEG of a sample, or None; called on decode threads.
    """

    opened = Signal(object)
    list_requested = Signal(str, object)

    def __init__(self, load: Callable[[int], bytes | None]) -> None:
        super().__init__()
        self.setObjectName("plain-card")
        self._leaks: tuple[Leak, ...] = ()
        self._edge: SplitEdge | None = None
        self._kind = ""
        self._title = QLabel()
        self._title.setProperty("role", "title-2")
        self._title.setObjectName("pairs-title")
        self._note = QLabel()
        self._note.setObjectName("pairs-note")
        self._note.setProperty("role", "muted")
        self._note.setWordWrap(True)
        self.grid = PairGrid(load, self)
        self.grid.setAccessibleName("The worst pairs")
        self.grid.opened.connect(self._on_opened)
        chips = QFrame()
        self._chips = FlowLayout(chips)
        self._group = QButtonGroup(self)
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(self._title)
        head.addStretch()
        head.addWidget(chips, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self._note)
        column.addWidget(self.grid, 1)
        self.show_note("")

    def show_note(self, text: str) -> None:
        """Show a note instead of pairs."""
        self._leaks, self._edge = (), None
        self._title.setText("Pairs")
        self._note.setText(text)
        self._note.setVisible(bool(text))
        self._show_chips()
        self._show_tiles()

    def show_computing(self) -> None:
        """Show that other figures are being computed; the pairs stay visible."""
        for button in self._group.buttons():
            button.setText(f"{button.property('name')}  …")

    def show_leaks(self, edge: SplitEdge, leaks: Sequence[Leak]) -> None:
        """Show the pairs of two splits; the chosen kind stays chosen."""
        self._edge, self._leaks = edge, tuple(leaks)
        to, source = theme.split_word(edge.to), theme.split_word(edge.source).lower()
        self._title.setText(f"{to[:1].upper()}{to[1:]} – {source}")
        kinds = Counter(leak.kind for leak in leaks)
        if self._kind not in kinds:
            self._kind = ""
        self._note.setText("" if leaks else "These two splits share no image at this similarity.")
        self._note.setVisible(not leaks)
        self._show_chips()
        self._show_tiles()

    def shut_down(self) -> None:
        """End the decode threads."""
        self.grid.shut_down()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.width() - 32
        columns = 1 if room < _TWO_PX else 2 if room < _THREE_PX else room // _COLUMN_PX
        self.grid.set_columns(columns)
        self.grid.setMinimumHeight(self.grid.height_of_rows(1))

    def _show_chips(self) -> None:
        while (item := self._chips.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        kinds = Counter(leak.kind for leak in self._leaks)
        if not kinds:
            return
        pairs = sum(count for kind, count in kinds.items() if kind != _GROUP)
        self._add_chip("", "All", pairs)
        for kind in PairKind:
            if kinds[kind.value]:
                self._add_chip(kind.value, _SHORT.get(kind, KIND_NAMES[kind]), kinds[kind.value])
        if kinds[_GROUP]:
            self._add_chip(_GROUP, "Same group only", kinds[_GROUP])

    def _add_chip(self, kind: str, name: str, count: int) -> None:
        chip = QToolButton()
        chip.setText(f"{name}  {count:,}")
        chip.setProperty("name", name)
        chip.setProperty("role", "chip")
        chip.setCheckable(True)
        chip.setChecked(kind == self._kind)
        chip.clicked.connect(lambda: self._on_kind(kind))
        self._group.addButton(chip)
        self._chips.addWidget(chip)

    def _on_kind(self, kind: str) -> None:
        if kind == _GROUP:
            ids = tuple(leak.image.id for leak in self._leaks if leak.kind == _GROUP)
            self.list_requested.emit("Images that share only a group with the other split", ids)
        else:
            self._kind = kind
            self._show_tiles()

    def _show_tiles(self) -> None:
        edge = self._edge
        if edge is None:
            self.grid.show_tiles(NO_TILES)
            return
        splits = edge.to, edge.source
        shown = [
            (leak, leak.neighbour)
            for leak in self._leaks
            if leak.neighbour is not None and self._kind in ("", leak.kind)
        ]

        def tile(row: int) -> PairTile:
            leak, neighbour = shown[row]
            return PairTile(
                leak.image.id, leak.image.id, neighbour.id, splits,
                f"{KIND_NAMES[PairKind(leak.kind)]}  {leak.similarity:.2f}",
                _two_labels(leak), bool(_two_labels(leak)), None,
                f"{leak.image.path} and {neighbour.path}", leak.image.label,
            )  # fmt: skip

        self.grid.show_tiles(PairTiles([leak.image.id for leak, _ in shown], tile))

    def _on_opened(self, key: int) -> None:
        leak = next((one for one in self._leaks if one.image.id == key), None)
        if leak is not None and leak.neighbour is not None:
            self.opened.emit(leak)


def _two_labels(leak: Leak) -> str:
    if leak.neighbour is None or leak.image.label == leak.neighbour.label:
        return ""
    return f"{leak.image.label} | {leak.neighbour.label}"
