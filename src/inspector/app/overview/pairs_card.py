"""Near-duplicates across splits as large pairs, filtered by the two splits."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout

from inspector.app.overview.clean_up_text import tile_of
from inspector.app.widgets.pairs.pair_grid import PairGrid, PairTile, PairTiles
from inspector.project.review.copies import CopyPair

_ROWS, _ROWS_WIDE, _WIDE_PX = 1, 3, 1100
_COLUMN_PX = 270


class PairsCard(QFrame):
    """Shows pairs; hidden if there are none.

    Args:
        load: Returns a thumbnail by sample id, as JPEG.
        title: Above the pairs.

    Attributes:
        opened: A `CopyPair` that the user wants to see large.
    """

    opened = Signal(object)

    def __init__(
        self, load: Callable[[int], bytes | None], title: str = "Near-duplicates across splits"
    ) -> None:
        super().__init__()
        self.setObjectName("plain-card")
        self._pairs: tuple[CopyPair, ...] = ()
        self._counts: dict[tuple[str, str], int] = {}
        self._splits: tuple[str, str] | None = None
        self.grid = PairGrid(load, self)
        self.grid.setAccessibleName(title)
        self.grid.opened.connect(self._on_opened)
        self._by_key: dict[int, CopyPair] = {}
        self._segmented = QFrame()
        self._segmented.setProperty("role", "segmented")
        self._segments = QHBoxLayout(self._segmented)
        self._segments.setContentsMargins(2, 2, 2, 2)
        self._segments.setSpacing(0)
        self._group = QButtonGroup(self)
        heading, self._so_far, self._note = QLabel(title), QLabel("so far"), QLabel()
        heading.setProperty("role", "heading")
        self._note.setProperty("role", "caption")
        self._so_far.setProperty("role", "mono")
        self._so_far.hide()
        head = QHBoxLayout()
        for label in (heading, self._note, self._so_far):
            head.addWidget(label)
        head.addStretch()
        head.addWidget(self._segmented)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(self.grid)
        self.hide()

    def show_pairs(
        self,
        pairs: tuple[CopyPair, ...],
        *,
        so_far: bool = False,
        counts: Mapping[tuple[str, str], int] | None = None,
    ) -> None:
        """Show pairs; the chosen splits stay chosen.

        Args:
            pairs: The most similar first.
            so_far: Whether the search runs.
            counts: By two splits, where `pairs` are only some of them.
        """
        self._so_far.setVisible(so_far)
        shown: dict[tuple[str, str], int] = (
            dict(Counter(p.splits for p in pairs)) if counts is None else dict(counts)
        )
        if pairs == self._pairs and shown == self._counts:
            return
        self._pairs, self._counts = pairs, shown
        between = sorted(shown, key=lambda s: -shown[s])
        if self._splits not in between:
            self._splits = between[0] if between else None
        while (item := self._segments.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for splits in between:
            button = QToolButton()
            button.setText(f"{splits[0].title()} \N{EN DASH} {splits[1]}  {shown[splits]:,}")
            button.setToolTip(
                f"{shown[splits]:,} images of {splits[1]} are copies of one of {splits[0]}"
            )
            button.setCheckable(True)
            button.setChecked(splits == self._splits)
            button.clicked.connect(lambda _=False, one=splits: self._choose(one))
            self._group.addButton(button)
            self._segments.addWidget(button)
        self.setVisible(bool(pairs))
        self._show_tiles()

    def show_apart(self, pairs: tuple[CopyPair, ...], note: str) -> None:
        """Show pairs that are no near-duplicates, of any splits, with a note beside the title."""
        self._pairs = pairs
        self._note.setText(note)
        self._segmented.hide()
        self.setVisible(bool(pairs))

        def tile(place: int) -> PairTile:
            pair = pairs[place]
            return replace(
                tile_of(pair, ticks=False), key=place, note="",
                caption=f"Similarity {pair.similarity:.2f}",
                name=f"{pair.excluded.path} beside {pair.keeper.path}",
            )  # fmt: skip

        self.grid.show_tiles(PairTiles(range(len(pairs)), tile))
        self._by_key = dict(enumerate(pairs))
        self._fit()

    def shut_down(self) -> None:
        """End the decode threads."""
        self.grid.shut_down()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _choose(self, splits: tuple[str, str]) -> None:
        self._splits = splits
        self._show_tiles()

    def _show_tiles(self) -> None:
        shown = [p for p in self._pairs if p.splits == self._splits]
        self._by_key = {p.excluded.id: p for p in reversed(shown)}
        self.grid.show_tiles(
            PairTiles([p.excluded.id for p in shown], lambda row: tile_of(shown[row], ticks=False))
        )
        self._fit()

    def _fit(self) -> None:
        room = max(1, self.width() - 32)
        self.grid.set_columns(max(2, min(6, room // _COLUMN_PX)) if room > 2 * _COLUMN_PX else 2)
        rows = _ROWS_WIDE if self.window().width() >= _WIDE_PX + 400 else _ROWS
        columns = max(1, self.grid.viewport().width() // max(1, self.grid.tile_size().width()))
        needed = -(-max(1, len(self.grid.pairs.tiles)) // columns)
        self.grid.setFixedHeight(self.grid.height_of_rows(min(rows, needed)))

    def _on_opened(self, key: int) -> None:
        if key in self._by_key:
            self.opened.emit(self._by_key[key])
