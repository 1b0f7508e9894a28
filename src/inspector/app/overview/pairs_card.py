"""Near-duplicates across splits as large pairs, filtered by the two splits."""

from collections import Counter
from collections.abc import Callable, Mapping

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout

from inspector.app.overview.clean_up_text import tile_of
from inspector.app.widgets.pairs.pair_grid import PairGrid
from inspector.project.review.copies import CopyPair

_ROWS, _ROWS_WIDE, _WIDE_PX = 1, 3, 1100
_COLUMN_PX = 270


class PairsCard(QFrame):
    """Shows pairs; hidden if there are none.

    Attributes:
        opened: A `CopyPair` that the user wants to see large.
    """

    opened = Signal(object)

    def __init__(self, load: Callable[[int], bytes | None]) -> None:
        super().__init__()
        self.setObjectName("plain-card")
        self._pairs: tuple[CopyPair, ...] = ()
        self._counts: dict[tuple[str, str], int] = {}
        self._splits: tuple[str, str] | None = None
        self.grid = PairGrid(load, self)
        self.grid.setAccessibleName("Near-duplicates across splits")
        self.grid.opened.connect(self._on_opened)
        segments = QFrame()
        segments.setProperty("role", "segmented")
        self._segments = QHBoxLayout(segments)
        self._segments.setContentsMargins(2, 2, 2, 2)
        self._segments.setSpacing(0)
        self._group = QButtonGroup(self)
        title, self._so_far = QLabel("Near-duplicates across splits"), QLabel("so far")
        title.setProperty("role", "heading")
        self._so_far.setProperty("role", "mono")
        self._so_far.hide()
        head = QHBoxLayout()
        head.addWidget(title)
        head.addWidget(self._so_far)
        head.addStretch()
        head.addWidget(segments)
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
        counts = dict(Counter(p.splits for p in pairs) if counts is None else counts)
        if pairs == self._pairs and counts == self._counts:
            return
        self._pairs, self._counts = pairs, counts
        between = sorted(counts, key=lambda s: -counts[s])
        if self._splits not in between:
            self._splits = between[0] if between else None
        while (item := self._segments.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for splits in between:
            button = QToolButton()
            button.setText(f"{splits[0].title()} \N{EN DASH} {splits[1]}  {counts[splits]:,}")
            button.setToolTip(
                f"{counts[splits]:,} images of {splits[1]} are copies of one of {splits[0]}"
            )
            button.setCheckable(True)
            button.setChecked(splits == self._splits)
            button.clicked.connect(lambda _=False, one=splits: self._choose(one))
            self._group.addButton(button)
            self._segments.addWidget(button)
        self.setVisible(bool(pairs))
        self._show_tiles()

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
        self.grid.show_tiles([tile_of(p, ticks=False) for p in shown])
        self._fit()

    def _fit(self) -> None:
        room = max(1, self.width() - 32)
        self.grid.set_columns(max(2, min(6, room // _COLUMN_PX)) if room > 2 * _COLUMN_PX else 2)
        rows = _ROWS_WIDE if self.window().width() >= _WIDE_PX + 400 else _ROWS
        columns = max(1, self.grid.viewport().width() // max(1, self.grid.tile_size().width()))
        needed = -(-max(1, len(self.grid.pairs.tiles)) // columns)
        self.grid.setFixedHeight(self.grid.height_of_rows(min(rows, needed)))

    def _on_opened(self, key: int) -> None:
        pair = next((p for p in self._pairs if p.excluded.id == key), None)
        if pair is not None:
            self.opened.emit(pair)
