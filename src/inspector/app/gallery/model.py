"""The list of the gallery: ids in order, groups, and the tiles that are loaded."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from inspector.app.gallery.tile import Tile

AnyIndex = QModelIndex | QPersistentModelIndex


class GalleryModel(QAbstractListModel):
    """Ids in order, and the tiles that are loaded.

    Attributes:
        tiles_needed: Ids (list of int) of visible tiles that are not loaded.
    """

    tiles_needed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.ids: NDArray[np.int32] = np.zeros(0, np.int32)
        self.starts: NDArray[np.int32] = np.zeros(0, np.int32)
        self.titles: tuple[str, ...] = ()
        self._tiles: dict[int, Tile] = {}

    def set_listing(
        self, ids: NDArray[np.int32], starts: NDArray[np.int32], titles: Sequence[str]
    ) -> None:
        """Show other samples; groups begin at the rows `starts`."""
        self.beginResetModel()
        self.ids, self.starts, self.titles = ids, starts, tuple(titles)
        self.endResetModel()

    def set_tiles(self, tiles: Mapping[int, Tile]) -> None:
        """Take the tiles that `tiles_needed` asked for."""
        self._tiles.update(tiles)
        if len(self.ids):
            self.dataChanged.emit(self.index(0), self.index(len(self.ids) - 1))

    def forget_tiles(self) -> None:
        """Load every tile again when it is next visible."""
        self._tiles.clear()

    def tile(self, row: int) -> Tile | None:
        """Return the tile of a row, if it is loaded."""
        return self._tiles.get(int(self.ids[row]))

    def known(self, sample: int) -> Tile | None:
        """Return the tile of a sample by its id, if it is loaded."""
        return self._tiles.get(sample)

    def ask(self, rows: Sequence[int]) -> None:
        """Request the visible tiles that are not loaded."""
        unknown = [int(self.ids[r]) for r in rows if int(self.ids[r]) not in self._tiles]
        if unknown:
            self.tiles_needed.emit(unknown)

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsDragEnabled

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.ids)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        tile = self.tile(index.row())
        if tile is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return tile.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return tile.spoken
        return None
